"""What becomes of designs when the trial is run: its duration, lost patients, missed looks, unconfirmed responses."""

from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise

from topline.design.comparison.cells import Row, Table, beside, listed, percent, probability
from topline.design.comparison.paragraph import FEW, Context
from topline.design.conduct.attained import green_dahlberg, recomputed, unchanged
from topline.design.conduct.dropout import enough, inflated, losses
from topline.design.conduct.unconfirmed import confirmation
from topline.design.single_arm import SingleArmDesign
from topline.design.survival.duration import Accrual, duration
from topline.errors import ToplineError

NONE = "–"
ABOVE, BELOW = "▲", "▼"
MARKS = f"{ABOVE} above the level asked for, {BELOW} below the power asked for."
ARRIVALS = {"even": "at even distances", "poisson": "at random"}
Pair = tuple[float, float]


def conduct_tables(designs: Sequence[SingleArmDesign], context: Context, shown: int = 0) -> Iterator[Table]:
    """Yield the tables of what the context gives: duration, losses, unconfirmed responses, missed looks.

    Args:
        designs: the designs of the page.
        context: what the trial adds; what it does not give has no table.
        shown: place of the design of which missed looks and excluded patients are reckoned.

    """
    if context.accrual is not None:
        yield _durations(designs, context.accrual)
    if context.loss:
        yield _failures(designs, context.loss)
        yield from _excluded(designs[shown], context.loss)
    if context.confirmed is not None:
        yield _confirmations(designs, context.confirmed)
    if context.deviation:
        yield _missed(designs[shown], context.deviation)


def _durations(designs: Sequence[SingleArmDesign], accrual: Accrual) -> Table:
    rows = []
    for place, each in enumerate(designs):
        found = duration(each.boundary, accrual, (each.hypotheses.null, each.hypotheses.target))
        months = [f"{value:.2f}" for value in (*found.expected, found.longest)]
        rows.append(Row(each.name, (*months, *(f"{value:.2f}" for value in found.enrolled)), place))
    head = (
        "Design",
        "Expected months, null rate",
        "Expected months, target rate",
        "Months if it does not stop early",
        "Expected enrolled, null rate",
        "Expected enrolled, target rate",
    )
    return Table("Duration, from the opening to the decision", accrual_told(accrual), head, tuple(rows))


def accrual_told(accrual: Accrual) -> str:
    """Return how patients come in, in words.

    >>> accrual_told(Accrual(rate=2.0, assessment=2.0, pause=True))
    '2 patients a month at even distances; the response is known 2 months after entry; accrual pauses at looks.'

    """
    ramp = f", a rate reached evenly over the first {accrual.ramp:g} months" if accrual.ramp else ""
    decision = f" and decided on {accrual.decision:g} months later" if accrual.decision else ""
    parts = (
        f"{accrual.rate:g} patients a month {ARRIVALS[accrual.arrival]}{ramp}",
        f"the response is known {accrual.assessment:g} months after entry{decision}",
        "accrual pauses at looks." if accrual.pause else "accrual goes on at looks.",
    )
    return "; ".join(parts)


def _failures(designs: Sequence[SingleArmDesign], share: float) -> Table:
    rows = []
    for place, each in enumerate(designs):
        asked, needed = each.hypotheses, each.boundary.patients
        enrol = tuple(str(inflated(look, share)) for look in each.boundary.looks)
        found = each.operating_characteristics((asked.null * (1 - share), asked.target * (1 - share))).success
        kept = float(enough(needed, share, inflated(needed, share)))
        rows.append(
            Row(
                each.name,
                (listed(enrol, FEW), probability(kept), *_marked(each, (float(found[0]), float(found[1])))),
                place,
            )
        )
    note = (
        f"{percent(share)} of the patients cannot be evaluated, whatever their response. Enrol: so that those expected "
        f"to be evaluable are enough at each look. Failures: as many as the design needs are enrolled, and the lost "
        f"ones count as without a response. {MARKS}"
    )
    head = ("Design", "Enrol until each look", "Probability that it is enough", "Failures: level", "Failures: power")
    return Table("Lost patients", note, head, tuple(rows))


def _excluded(design: SingleArmDesign, share: float) -> Iterator[Table]:
    """Yield what losses do to the shown design if lost patients are excluded; nothing where it is not known."""
    try:
        found = losses(design, share)
    except ToplineError:
        return
    enrol = ", ".join(map(str, found.enrol))
    named = (
        ("No losses", found.planned),
        (f"{', '.join(map(str, design.boundary.looks))} enrolled, the lost ones excluded", found.excluded),
        (f"{enrol} enrolled, the lost ones excluded", found.inflated),
    )
    rows = tuple(Row(name, _marked(design, pair)) for name, pair in named)
    note = f"{design.name}. The rule is recomputed for the patients attained; the mean over their number. {MARKS}"
    yield Table("Lost patients excluded", note, ("Enrolment", "Level", "Power"), rows)


def _confirmations(designs: Sequence[SingleArmDesign], share: float) -> Table:
    rows = []
    for place, each in enumerate(designs):
        if each.hypotheses.target > share:
            rows.append(Row(each.name, (NONE,) * 6, place))
            continue
        found = confirmation(each, share)
        first = _marked(each, found.first_look_any) if found.first_look_any else (NONE, NONE)
        pairs = (*_marked(each, found.confirmed_counted), *_marked(each, found.any_counted), *first)
        rows.append(Row(each.name, pairs, place))
    note = (
        f"{percent(share)} of the responses are confirmed, independently of each other. Confirmed alone: the "
        f"hypotheses are about any response, only confirmed ones are counted. Any: the hypotheses are about confirmed "
        f"responses, any is counted. Any at first: any at the first look, confirmed ones at the last. {MARKS}"
    )
    heads = ("Confirmed alone", "Any", "Any at first")
    head = ("Design", *(f"{name}: {value}" for name in heads for value in ("level", "power")))
    return Table("Unconfirmed responses", note, head, tuple(rows))


def _missed(design: SingleArmDesign, deviation: int) -> Table:
    rows = []
    for looks in _attained(design.boundary.looks, deviation):
        cells: list[str] = []
        for rule in (unchanged, green_dahlberg, recomputed):
            cells += _rule(rule, design, looks)
        planned = " (planned)" if looks == design.boundary.looks else ""
        rows.append(Row(listed(tuple(map(str, looks)), FEW) + planned, tuple(cells)))
    note = (
        f"{design.name}: a look comes up to {deviation} patient{'s' if deviation > 1 else ''} early or late, whatever "
        f"the responses. Bounds: stop without success at or below. {MARKS} {NONE}: no such rule."
    )
    kinds = ("Planned", "Green-Dahlberg", "Recomputed")
    head = ("Patients at looks", *(f"{kind}: {value}" for kind in kinds for value in ("bounds", "level", "power")))
    return Table("Looks early or late", note, head, tuple(rows))


def _attained(planned: tuple[int, ...], deviation: int) -> list[tuple[int, ...]]:
    """Return the planned looks, and these with the first or the last one moved, in order."""
    found = {planned}
    for place in {0, len(planned) - 1}:
        for more in range(-deviation, deviation + 1):
            moved = (*planned[:place], planned[place] + more, *planned[place + 1 :])
            if moved[0] >= 1 and all(a < b for a, b in pairwise(moved)):
                found.add(moved)
    return sorted(found)


def _rule(
    rule: Callable[[SingleArmDesign, tuple[int, ...]], SingleArmDesign], design: SingleArmDesign, looks: tuple[int, ...]
) -> tuple[str, str, str]:
    """Return bounds, level and power of a rule for attained looks; dashes where there is none."""
    try:
        found = rule(design, looks)
    except ToplineError:
        return NONE, NONE, NONE
    bounds = tuple(str(low) if low >= 0 else NONE for low in found.boundary.futility)
    return listed(bounds, FEW), *_marked(design, (found.level, found.attained_power))


def _marked(design: SingleArmDesign, pair: Pair) -> tuple[str, str]:
    """Return level and power, with a mark where they are not what was asked for."""
    asked = design.hypotheses
    level, power = beside(pair[0], asked.alpha), beside(pair[1], asked.power)
    return (
        f"{level} {ABOVE}" if pair[0] > asked.alpha else level,
        f"{power} {BELOW}" if pair[1] < asked.power else power,
    )
