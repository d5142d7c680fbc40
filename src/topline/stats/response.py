"""Rates of response: counts, exact intervals, and the test of the design's null."""

from dataclasses import replace

from topline.protocol.endpoints import Endpoint, Rate
from topline.protocol.model import Protocol
from topline.stats.analysis import Analysis, Number, Selection
from topline.stats.binomial_test import binomial_test
from topline.stats.decision import plan_decision
from topline.stats.interval import Interval
from topline.stats.proportion import clopper_pearson, jeffreys, mid_p, wilson
from topline.stats.subject import quoted

BEST = ("CR", "PR", "SD", "NON-CR/NON-PD", "PD", "NE", "MISSING")
INTERVALS = {"clopper-pearson": clopper_pearson, "wilson": wilson, "jeffreys": jeffreys, "mid-p": mid_p}


def plan_response(protocol: Protocol) -> list[Analysis]:
    """Return the analyses of every rate endpoint, of best response, and of the design."""
    plans: list[Analysis] = []
    for endpoint in protocol.endpoints:
        if isinstance(endpoint.analysis, Rate):
            plans += _rate(endpoint, endpoint.analysis, protocol)
    return plans + _best_responses(protocol) + plan_decision(protocol)


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
