"""What the rule of a design says: what each look asked, the verdict, and the inference that knows of every look.

Patients count in the order in which they were enrolled (ENRLORD): a look after n patients asks the first n of them.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Literal

import numpy as np
import polars as pl

from topline.protocol.endpoints import Rate
from topline.protocol.model import Protocol
from topline.protocol.rule.boundary import NEVER, Boundary
from topline.protocol.rule.inference import Inference, Settings, inference
from topline.stats.analysis import Analysis, Mask, Number, Selection, Value

Word = Literal["positive", "negative"]
FURTHER = {"two stage": ("two-stage",), "sequential": ("looks", "sequential")}
"""The analyses that a kind of design has besides the test of the null rate and the decision."""


@dataclass(frozen=True, slots=True)
class Seen:
    """What a look saw and asked for: `stop` is the verdict with which it stops the trial, None where it goes on."""

    look: int
    patients: int
    responders: int
    stop: Word | None


def plan_decision(protocol: Protocol) -> list[Analysis]:
    """Return the test, the decision and the inference that the design states, on its endpoint."""
    design = protocol.design
    endpoint = protocol.endpoint(design.endpoint)
    rate = endpoint.analysis
    if not isinstance(rate, Rate):
        return []
    own = protocol.analysis_set(endpoint.estimand.population)
    settings: dict[str, Value] = {
        "null": design.null_rate,
        "confidence": protocol.confidence,
        "kind": design.kind,
    }
    where = f"PARAMCD = '{rate.parameter}' AND {own.flag} = 'Y'"
    plan = Analysis(
        "DESIGN", "ADRS", where, own.id, "decision", endpoint.id, rate.numerator, "", settings, False, design.rule
    )
    methods = ("binomial-test", "decision", *FURTHER.get(design.kind, ()))
    return [replace(plan, id=f"DESIGN.{method}", method=method) for method in methods]


def decision(chosen: Selection, analysis: Analysis) -> list[Number]:
    """Return what the rule of the design says: how many were needed, how many there are, and the verdict.

    The verdict is that of the first look that stops the trial. Before it the verdict is `not yet`, unless what is to
    come cannot change it; with more patients than planned the rule does not define one, and says so.
    """
    rule = rule_of(analysis)
    seen = looks_so_far(rule, in_order(chosen))
    numbers = [
        Number("needed", rule.efficacy[-1]),
        Number("planned", rule.patients),
        Number("observed", chosen.events),
    ]
    if analysis.settings["kind"] == "two stage" and seen:
        numbers.append(Number("first stage", seen[0].responders))
    return [*numbers, Number("verdict", None, _verdict(chosen, analysis, seen))]


def looks(chosen: Selection, analysis: Analysis) -> list[Number]:
    """Return for each look its bounds, the responders that it saw, and what it asked; AT is its number of patients."""
    rule = rule_of(analysis)
    seen = {each.look: each for each in looks_so_far(rule, in_order(chosen))}
    stopped = first_stop(seen.values())
    numbers: list[Number] = []
    for look, patients in enumerate(rule.looks, start=1):
        counts: list[tuple[str, int]] = [("look", look), *_bounds(rule, look)]
        if look in seen:
            counts.append(("responders", seen[look].responders))
        numbers += [Number(name, float(count), at=float(patients)) for name, count in counts]
        asked = _asked(seen.get(look), stopped, last=look == len(rule.looks))
        numbers.append(Number("asked", None, asked, at=float(patients)))
    return numbers


def after_looks(chosen: Selection, analysis: Analysis) -> list[Number]:
    """Return estimates, p-value and interval that know of every look of the design.

    They hold for a trial that followed its design and ended at one of its looks; otherwise they are not given.

    Raises:
        ValueError: the number of patients is not that of a look, or the trial did not stop where it had to, or has not
            stopped yet.

    """
    rule, kind = rule_of(analysis), str(analysis.settings["kind"])
    seen = looks_so_far(rule, in_order(chosen))
    stopped = first_stop(seen)
    _check_followed(rule, chosen.n, seen, kind)
    assert stopped is not None
    null, confidence = analysis.setting("null"), analysis.setting("confidence")
    found = _inferred(rule, stopped.responders, stopped.look, null, confidence)
    shares = (
        ("naive", found.naive),
        ("umvue", found.umvue),
        ("median unbiased", found.median_unbiased),
        ("lower", found.koyama_chen[0]),
        ("upper", found.koyama_chen[1]),
    )
    return [*(Number(name, 100 * share, unit="%") for name, share in shares), Number("p", found.p)]


@lru_cache(maxsize=4096)
def _inferred(rule: Boundary, responders: int, look: int, null: float, confidence: float) -> Inference:
    """Return the inference after an end of the trial; virtual trials meet the few ends of a rule many times."""
    return inference(rule, responders, look, Settings(null, confidence))


def rule_of(analysis: Analysis) -> Boundary:
    """Return the stopping rule of an analysis.

    Raises:
        ValueError: the analysis has none.

    """
    if analysis.rule is None:
        raise ValueError(f"{analysis.id}: the analysis has no stopping rule; plan it from a protocol")
    return analysis.rule


def in_order(chosen: Selection) -> Mask:
    """Return who responded, in the order of enrolment (ENRLORD); subjects without a place in it come last."""
    order = chosen.rows["ENRLORD"].cast(pl.Float64).to_numpy()
    return chosen.yes[np.argsort(order, kind="stable")]


def looks_so_far(rule: Boundary, responded: Mask) -> list[Seen]:
    """Return what each look saw and asked for whose patients are all there.

    Args:
        rule: the stopping rule.
        responded: whether each patient responded, in the order in which the rule takes them; (patient,).

    >>> simon = Boundary(looks=(18, 35), futility=(2, 6), efficacy=(19, 7))
    >>> looks_so_far(simon, np.arange(20) < 3)
    [Seen(look=1, patients=18, responders=3, stop=None)]

    """
    so_far = np.cumsum(responded)
    reached = [patients for patients in rule.looks if patients <= len(responded)]
    counts = [int(so_far[patients - 1]) for patients in reached]
    return [
        Seen(look, patients, count, _stop(rule, look, count))
        for look, (patients, count) in enumerate(zip(reached, counts, strict=True), start=1)
    ]


def _stop(rule: Boundary, look: int, responders: int) -> Word | None:
    """Return the verdict with which a look stops at so many responders."""
    if responders >= rule.efficacy[look - 1]:
        return "positive"
    return "negative" if responders <= rule.futility[look - 1] else None


def first_stop(seen: Iterable[Seen]) -> Seen | None:
    """Return the first look that stops the trial, None where every one so far goes on."""
    return next((each for each in seen if each.stop), None)


def _bounds(rule: Boundary, look: int) -> list[tuple[str, int]]:
    """Return the bounds of a look that some number of responders reaches."""
    low, high = rule.futility[look - 1], rule.efficacy[look - 1]
    futile = [("futility", low)] if low > NEVER else []
    return [*futile, ("success", high)] if high <= rule.looks[look - 1] else futile


def _asked(seen: Seen | None, stopped: Seen | None, *, last: bool) -> str:
    """Return in words what a look asked for."""
    if stopped is not None and (seen is None or seen.look > stopped.look):
        return "not asked"
    if seen is None:
        return "not yet"
    if seen.stop is None:
        return "go on"
    success = "success" if seen.stop == "positive" else "no success"
    return success if last else f"stop: {success}"


def _verdict(chosen: Selection, analysis: Analysis, seen: Sequence[Seen]) -> str:
    """Return the verdict in words."""
    rule, staged = rule_of(analysis), analysis.settings["kind"] != "sequential"
    stopped = first_stop(seen)
    if stopped is not None and stopped.look < len(rule.looks):
        ended = stopped.patients == chosen.n
        if staged:
            return f"{stopped.stop}: {'stopped after the first stage' if ended else 'the first stage asked to stop'}"
        name = f"look {stopped.look}"
        return f"{stopped.stop}: {f'stopped at {name}' if ended else f'{name} asked to stop'}"
    if chosen.n > rule.patients:
        return "not defined: more patients than planned"
    settled = stopped.stop if stopped is not None else _settled(rule, chosen)
    if settled is not None or staged:
        return settled or "not yet"
    return f"not yet: the next look is after {_next(rule, chosen.n)} patients"


def _next(rule: Boundary, patients: int) -> int:
    return next(look for look in rule.looks if look > patients)


def _settled(rule: Boundary, chosen: Selection) -> Word | None:
    """Return the verdict that is certain whatever the patients to come do; None where it is open.

    More responders are never worse: it is certain where nobody and everybody else responding end alike in the worst or
    the best of cases.
    """
    if _end(rule, chosen, every=False) == "positive":
        return "positive"
    return "negative" if _end(rule, chosen, every=True) == "negative" else None


def _end(rule: Boundary, chosen: Selection, *, every: bool) -> Word | None:
    """Return the verdict if every, or no, patient to come responds."""
    stops = (
        _stop(rule, look, chosen.events + (patients - chosen.n if every else 0))
        for look, patients in enumerate(rule.looks, start=1)
        if patients > chosen.n
    )
    return next((stop for stop in stops if stop), None)


def _check_followed(rule: Boundary, patients: int, seen: Sequence[Seen], kind: str) -> None:
    """Raise ValueError unless the trial followed its rule and ended at a look."""
    if patients not in rule.looks:
        planned = f"{', '.join(map(str, rule.looks[:-1]))} and {rule.patients}"
        after = (
            f"; the next look is after {_next(rule, patients)}" if patients < rule.patients else "; more than planned"
        )
        raise ValueError(
            f"the design has {planned} patients, the analysis {patients}: adjusted inference is not defined{after}"
        )
    stopped = first_stop(seen)
    if stopped is not None and stopped.patients < patients:
        where = f"look {stopped.look}: " if kind == "sequential" else ""
        raise ValueError(
            f"{where}{stopped.responders} of the first {stopped.patients} patients responded, which stops the trial; "
            "it went on: inference that assumes a trial by its design is not defined"
        )
    if stopped is None and kind == "sequential":
        raise ValueError(
            f"{seen[-1].responders} of {patients} patients responded at look {seen[-1].look}, which goes on to look "
            f"{seen[-1].look + 1} after {_next(rule, patients)}: its patients are not there yet"
        )
    if stopped is None:
        raise ValueError(
            f"{seen[-1].responders} responses in the first stage continue to the second, which has no patients yet"
        )
