"""Rates of response: counts, exact intervals, the test of the design's null, and the decision of its rule."""

from dataclasses import replace

import numpy as np

from topline.protocol.endpoints import Endpoint, Rate
from topline.protocol.model import Protocol
from topline.stats.analysis import Analysis, Number, Selection
from topline.stats.binomial_test import binomial_test
from topline.stats.interval import Interval
from topline.stats.proportion import clopper_pearson, jeffreys, mid_p, wilson
from topline.stats.subject import quoted
from topline.stats.two_stage import TwoStageDesign, koyama_chen, naive_rate, two_stage_p_value, umvue

BEST = ("CR", "PR", "SD", "NON-CR/NON-PD", "PD", "NE", "MISSING")
INTERVALS = {"clopper-pearson": clopper_pearson, "wilson": wilson, "jeffreys": jeffreys, "mid-p": mid_p}


def plan_response(protocol: Protocol) -> list[Analysis]:
    """Return the analyses of every rate endpoint, of best response, and of the design."""
    plans: list[Analysis] = []
    for endpoint in protocol.endpoints:
        if isinstance(endpoint.analysis, Rate):
            plans += _rate(endpoint, endpoint.analysis, protocol)
    return plans + _best_responses(protocol) + _design(protocol)


def _best_responses(protocol: Protocol) -> list[Analysis]:
    """Return the share of each best response, unconfirmed and confirmed, in the first analysis set."""
    first = protocol.analysis_sets[0]
    settings = {"confidence": protocol.confidence}
    plans = []
    for parameter in ("BOR", "CBOR"):
        where = f"PARAMCD = '{parameter}' AND {first.flag} = 'Y'"
        every = Analysis(parameter, "ADRS", where, first.id, "clopper-pearson", "best response", settings=settings)
        plans += [
            replace(every, id=f"{parameter}.{value}", numerator=f"AVALC = {quoted(value)}", level=value)
            for value in BEST
        ]
    return plans


def _rate(endpoint: Endpoint, rate: Rate, protocol: Protocol) -> list[Analysis]:
    """Return the analyses of one rate: by all methods in its own population, exact in the other sets."""
    own = protocol.analysis_set(endpoint.estimand.population)
    settings = {"confidence": protocol.confidence}
    where = f"PARAMCD = '{rate.parameter}' AND "
    main = Analysis(
        endpoint.id,
        "ADRS",
        f"{where}{own.flag} = 'Y'",
        own.id,
        "clopper-pearson",
        endpoint.id,
        rate.numerator,
        "",
        settings,
    )
    others = [method for method in INTERVALS if method != main.method]
    sets = [each for each in protocol.analysis_sets if each.where != own.where]
    return [
        main,
        *(replace(main, id=f"{endpoint.id}.{method}", method=method) for method in others),
        *(
            replace(main, id=f"{endpoint.id}.{each.id}", population=each.id, where=f"{where}{each.flag} = 'Y'")
            for each in sets
        ),
    ]


def _design(protocol: Protocol) -> list[Analysis]:
    """Return the test and the decision that the design states, on its endpoint."""
    design = protocol.design
    endpoint = protocol.endpoint(design.endpoint)
    rate = endpoint.analysis
    if not isinstance(rate, Rate):
        return []
    own = protocol.analysis_set(endpoint.estimand.population)
    settings: dict[str, float | int | str] = {
        "null": design.null_rate,
        "confidence": protocol.confidence,
        "planned": design.patients,
        "needed": design.success_at_least,
    }
    where = f"PARAMCD = '{rate.parameter}' AND {own.flag} = 'Y'"
    plan = Analysis(
        "DESIGN", "ADRS", where, own.id, "decision", endpoint.id, rate.numerator, "", settings, grouped=False
    )
    plans = [replace(plan, id=f"DESIGN.{method}", method=method) for method in ("binomial-test", "decision")]
    if design.first_stage_patients is not None and design.futility_at_most is not None:
        stages = {**settings, "n1": design.first_stage_patients, "r1": design.futility_at_most}
        plans[1] = replace(plans[1], settings=stages)
        plans.append(replace(plan, id="DESIGN.two-stage", method="two-stage", settings=stages))
    return plans


def proportion(chosen: Selection, analysis: Analysis) -> list[Number]:
    """Return count, denominator, percentage and its interval by the method of the analysis."""
    interval = INTERVALS[analysis.method](chosen.events, chosen.n, analysis.setting("confidence"))
    return [Number("n", chosen.events), Number("N", chosen.n), *_interval_numbers("rate", interval)]


def _interval_numbers(name: str, interval: Interval) -> list[Number]:
    parts = ((name, interval.estimate), ("lower", interval.lower), ("upper", interval.upper))
    return [Number(part, 100 * float(value), unit="%") for part, value in parts]


def null_test(chosen: Selection, analysis: Analysis) -> list[Number]:
    """Return the exact one-sided p-value of the null rate."""
    null = analysis.setting("null")
    p_value = float(binomial_test(chosen.events, chosen.n, null, "greater"))
    return [Number("null", 100 * null, unit="%"), Number("p", p_value)]


def decision(chosen: Selection, analysis: Analysis) -> list[Number]:
    """Return what the rule of the design says: how many were needed, how many there are, and the verdict.

    The verdict stands for the planned number of patients. With fewer it is `not yet`, unless success is certain or out
    of reach; with more it is not defined by the rule, and says so.
    """
    planned, needed = int(analysis.setting("planned")), int(analysis.setting("needed"))
    left = planned - chosen.n
    if chosen.events >= needed and left >= 0:
        verdict = "positive"
    elif left < 0:
        verdict = "not defined: more patients than planned"
    elif chosen.events + left < needed or left == 0:
        verdict = "negative"
    else:
        verdict = "not yet"
    first = first_stage(chosen, analysis)
    numbers = [Number("needed", needed), Number("planned", planned), Number("observed", chosen.events)]
    if first is not None:
        numbers.append(Number("first stage", first))
    return [*numbers, Number("verdict", None, _stopped(chosen, analysis, first) or verdict)]


def first_stage(chosen: Selection, analysis: Analysis) -> int | None:
    """Return how many of the first patients by enrolment (ENRLORD) respond; None before the first stage is full."""
    if "n1" not in analysis.settings or chosen.n < analysis.setting("n1"):
        return None
    if "ENRLORD" not in chosen.rows.columns:
        return chosen.events if chosen.n == analysis.setting("n1") else None
    order = chosen.rows["ENRLORD"].fill_null(chosen.rows["ENRLORD"].max()).to_numpy()
    first = np.argsort(order, kind="stable")[: int(analysis.setting("n1"))]
    return int(chosen.yes[first].sum())


def _stopped(chosen: Selection, analysis: Analysis, first: int | None) -> str:
    """Return the verdict where the first stage asked to stop: the trial ended with it, or should have."""
    if first is None or first > analysis.setting("r1"):
        return ""
    ended = chosen.n == analysis.setting("n1")
    return "negative: stopped after the first stage" if ended else "negative: the first stage asked to stop"


def after_two_stages(chosen: Selection, analysis: Analysis) -> list[Number]:
    """Return estimates, p-value and interval that know of the first stage of the design.

    They hold for a trial that followed its design; with another number of patients they are not given.
    """
    planned, first = int(analysis.setting("planned")), int(analysis.setting("n1"))
    if chosen.n not in (planned, first):
        raise ValueError(
            f"the design has {first} and {planned} patients, the analysis {chosen.n}: adjusted inference is not defined"
        )
    responses = first_stage(chosen, analysis)
    if chosen.n == planned and responses is not None and responses <= analysis.setting("r1"):
        raise ValueError(
            f"{responses} of the first {first} patients responded, which stops the trial; it went on: "
            "inference that assumes a trial by its design is not defined"
        )
    design = TwoStageDesign(first, int(analysis.setting("r1")), planned, int(analysis.setting("needed")) - 1)
    if chosen.n == first and chosen.events > design.r1:
        raise ValueError(
            f"{chosen.events} responses in the first stage continue to the second, which has no patients yet"
        )
    if chosen.n == planned and chosen.events <= design.r1:
        raise ValueError(
            f"{chosen.events} responses are at most the {design.r1} that stop the first stage: it had to stop there"
        )
    interval = koyama_chen(design, chosen.events, analysis.setting("confidence"))
    return [
        Number("naive", 100 * float(naive_rate(design, chosen.events)), unit="%"),
        Number("umvue", 100 * float(umvue(design, chosen.events)), unit="%"),
        *_interval_numbers("median unbiased", interval),
        Number("p", float(two_stage_p_value(design, chosen.events, analysis.setting("null")))),
    ]
