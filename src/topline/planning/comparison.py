"""Candidates side by side as text: the rule, exact level and power, expected patients, and what the trial meets."""

from collections.abc import Iterator, Sequence

import numpy as np

from topline.design.comparison.cells import beside
from topline.design.conduct.dropout import assured, inflated, losses
from topline.design.conduct.unconfirmed import confirmation
from topline.design.single_arm import SingleArmDesign
from topline.design.survival.duration import Accrual, duration
from topline.errors import ToplineError
from topline.planning.candidates import Candidate
from topline.planning.plan import Conduct
from topline.planning.table import paragraph, percent, rate, shortened, table
from topline.protocol.rule.boundary import NEVER, Boundary
from topline.protocol.rule.hypotheses import Hypotheses

HEAD = ("design", "n", "looks after", "stop at <=", "success >=", "level", "power", "EN p0", "EN p1", "PET p0")
LEGEND = (
    "n: patients at most. Stop at <=: so many responders or fewer stop without success, look by look; success >=: so "
    "many or more are a success. EN: expected patients, PET: probability to stop before the last look, at the null "
    "rate (p0) or the target rate (p1). Level and power are exact."
)


def asked_text(asked: Hypotheses) -> str:
    """Return hypotheses in words.

    >>> asked_text(Hypotheses(0.1, 0.3, power=0.9))
    'Null rate 10%, target rate 30%, one-sided level 5%, power 90%'

    """
    rates = f"Null rate {rate(asked.null)}, target rate {rate(asked.target)}"
    return f"{rates}, one-sided level {rate(asked.alpha)}, power {rate(asked.power)}"


def bounds(boundary: Boundary) -> tuple[list[str], list[str], list[str]]:
    """Return looks, futility and success bounds of a rule as they are printed; a dash where no number stops.

    >>> bounds(Boundary((18, 35), (2, 6), (19, 7)))
    (['18', '35'], ['2', '6'], ['-', '7'])

    """
    looks = [str(look) for look in boundary.looks]
    low = [str(bound) if bound > NEVER else "-" for bound in boundary.futility]
    pairs = zip(boundary.looks, boundary.efficacy, strict=True)
    return looks, low, [str(bound) if bound <= look else "-" for look, bound in pairs]


def side_by_side(candidates: Sequence[Candidate]) -> Iterator[str]:
    """Yield the table of candidates, with a remark for each that does not hold what was asked for."""
    yield from table([HEAD, *(_row(each) for each in candidates)])
    for each in candidates:
        if each.also:
            yield f"{', '.join(each.also)}: the same rule as {each.name}"
    for each in candidates:
        if not each.design.holds:
            yield from paragraph(f"{each.name} does not hold: {_broken(each.design)}")


def _row(candidate: Candidate) -> tuple[str, ...]:
    design, exact = candidate.design, candidate.design.exact
    looks, low, high = (shortened(parts, 3) for parts in bounds(design.boundary))
    patients = [f"{each:.2f}" for each in exact.expected_patients]
    asked = design.hypotheses
    levels = (beside(design.level, asked.alpha), beside(design.attained_power, asked.power))
    early = percent(float(exact.stops_early[0])) if len(design.boundary.looks) > 1 else "-"
    return (candidate.name, str(design.boundary.patients), looks, low, high, *levels, *patients, early)


def _broken(design: SingleArmDesign) -> str:
    asked, parts = design.hypotheses, []
    if design.level > asked.alpha:
        parts.append(f"level {design.level:.4f} is above {asked.alpha:g}")
    if design.attained_power < asked.power:
        parts.append(f"power {design.attained_power:.4f} is below {asked.power:g}")
    return ", ".join(parts)


def at_rates(candidates: Sequence[Candidate], rates: Sequence[float]) -> Iterator[str]:
    """Yield probability of success, expected patients and of an early stop at true rates.

    Raises:
        ToplineError: TL-G04 for a rate outside [0, 1].

    """
    for each in rates:
        if not 0 <= each <= 1:
            raise ToplineError("TL-G04", where="rate", what=f"{each:g} is not in [0, 1]; write 20% as 0.2")
    found = [each.design.operating_characteristics(list(rates)) for each in candidates]
    yield "Success, expected patients and probability to stop early at true rates"
    rows: list[tuple[str, ...]] = [("design", *(rate(each) for each in rates))]
    for candidate, one in zip(candidates, found, strict=True):
        cells = zip(one.success, one.expected_patients, one.stops_early, strict=True)
        rows.append((candidate.name, *(f"{p:.4f} {n:.1f} {percent(float(early))}" for p, n, early in cells)))
    yield from table(rows)


def in_conduct(candidates: Sequence[Candidate], conduct: Conduct) -> Iterator[str]:
    """Yield what accrual, losses and confirmation make of the candidates, each where it was asked for."""
    if conduct.accrual is not None:
        yield from ("", *_durations(candidates, conduct.accrual, conduct.lag))
    if conduct.loss:
        yield from ("", *_losses(candidates, conduct.loss))
    if conduct.confirmed is not None:
        yield from ("", *_confirmed(candidates, conduct.confirmed))


def _durations(candidates: Sequence[Candidate], accrual: float, lag: float) -> Iterator[str]:
    yield f"Months from the first entry to the decision; {accrual:g} patients per month, {lag:g} months to the response"
    rows: list[tuple[str, ...]] = [("design", "p0", "p1", "longest", "paused p0", "paused p1", "paused longest")]
    for each in candidates:
        asked = (each.design.hypotheses.null, each.design.hypotheses.target)
        found = [
            duration(each.design.boundary, Accrual(accrual, assessment=lag, pause=pause), asked)
            for pause in (False, True)
        ]
        months = [month for one in found for month in (*one.expected.tolist(), one.longest)]
        rows.append((each.name, *(f"{month:.1f}" for month in months)))
    yield from table(rows)
    yield from paragraph(
        "Expected months at either rate, and the longest; paused: nobody enters before a look is decided."
    )


def _losses(candidates: Sequence[Candidate], share: float) -> Iterator[str]:
    yield f"Losing {rate(share)} of patients: how many to enrol, and level and power"
    rows: list[tuple[str, ...]] = [("design", "enrol", "for 90% surety", "as failures", "excluded", "enrolled more")]
    for each in candidates:
        needed = each.design.boundary.patients
        numbers = (str(inflated(needed, share)), str(assured(needed, share)))
        try:
            found = losses(each.design, share)
            pairs = tuple(
                f"{level:.3f} {power:.3f}" for level, power in (found.failures, found.excluded, found.inflated)
            )
        except ToplineError:  # reckoned for one or two stages with a stop for futility alone
            failing = np.array([each.design.hypotheses.null, each.design.hypotheses.target]) * (1.0 - share)
            level, power = each.design.operating_characteristics(failing).success
            pairs = (f"{level:.3f} {power:.3f}", "-", "-")
        rows.append((each.name, *numbers, *pairs))
    yield from table(rows)
    yield from paragraph(
        "Each pair is level and power. As failures: as many are enrolled as the design needs, and those lost count "
        "as no response. Excluded: they are left out and the rule is recomputed. Enrolled more: so are they, but as "
        "many are enrolled as `enrol` says. A dash: not reckoned for this kind of rule."
    )


def _confirmed(candidates: Sequence[Candidate], share: float) -> Iterator[str]:
    yield f"If {rate(share)} of responses are confirmed: level and power by what is counted"
    rows: list[tuple[str, ...]] = [("design", "as planned", "confirmed counted", "any counted", "first look any")]
    for each in candidates:
        found = confirmation(each.design, share)
        pairs = (found.planned, found.confirmed_counted, found.any_counted)
        first = "-" if found.first_look_any is None else "{:.3f} {:.3f}".format(*found.first_look_any)
        rows.append((each.name, *(f"{level:.3f} {power:.3f}" for level, power in pairs), first))
    yield from table(rows)
    yield from paragraph(
        "Confirmed counted: the hypotheses are about any response. Any counted: they are about confirmed ones. First "
        "look any: the first look counts any response, the last one confirmed ones."
    )
