"""Attained numbers of patients that differ from the planned ones: the rules for it, and their exact level and power.

A look is held a few patients early or late in most trials. The planned bounds then have another level, which
`unchanged` shows. `green_dahlberg` tests each stage on its own; `recomputed` chooses bounds that hold the level.
All of them take the attained numbers as given: they must not have been chosen by the responses. Where the second stage
alone differs, and its size may depend on the first stage, see `conditional.py`.
"""

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

import numpy as np
from scipy import special

from topline.design.checked import number
from topline.design.single_arm import SingleArmDesign
from topline.errors import ToplineError
from topline.protocol.rule.boundary import NEVER, Boundary, operating_characteristics
from topline.protocol.rule.outcome import arrivals, is_whole

GREEN_DAHLBERG = "Green & Dahlberg 1992, doi:10.1002/sim.4780110703"
LARGEST = 10_000
"""Most patients that can be attained."""
STAGE_LEVEL, FINAL_LEVEL = 0.02, 0.055
TIE = 1e-12
"""Two sums of the same probabilities may differ by so much, relatively: at planned looks the planned bound stays."""


def unchanged(design: SingleArmDesign, looks: Sequence[int]) -> SingleArmDesign:
    """Return the planned bounds at the attained looks: what the trial does if nobody corrects them.

    Args:
        design: the planned design.
        looks: attained patients at each look, increasing; as many as planned.

    Raises:
        ToplineError: TL-G04 for other numbers of looks, TL-G03 for a bound that the attained patients cannot reach.

    >>> from topline.protocol.rule.hypotheses import Hypotheses
    >>> rule = Boundary(looks=(18, 35), futility=(2, 6), efficacy=(19, 7))
    >>> planned = SingleArmDesign("Simon optimal", Hypotheses(0.1, 0.3, power=0.9), rule, "")
    >>> found = unchanged(planned, (18, 38))  # three patients too many
    >>> round(found.level, 4), found.holds
    (0.064, False)

    """
    attained = _checked(design, looks)
    planned = design.boundary
    success = tuple(
        look + 1 if bound > before else bound
        for look, before, bound in zip(attained, planned.looks, planned.efficacy, strict=True)
    )
    if planned.futility[-1] >= attained[-1] or any(
        low >= look for low, look in zip(planned.futility, attained, strict=True)
    ):
        what = f"{attained} with the planned bounds {planned.futility} can no longer go on or succeed"
        raise ToplineError("TL-G03", where="looks", what=what)
    boundary = Boundary(attained, planned.futility, success)
    return replace(design, name=f"{design.name}, planned bounds", boundary=boundary)


def green_dahlberg(
    design: SingleArmDesign, looks: Sequence[int], levels: tuple[float, float] = (STAGE_LEVEL, FINAL_LEVEL)
) -> SingleArmDesign:
    """Return the rule that tests each stage on its own at the attained looks.

    A look before the last stops if the target rate is rejected: its chance of so few responses is at most 0.02. The
    last look is a success if the null rate is rejected: its chance of so many of all patients is at most 0.055. The
    levels were chosen for designs with a level of 0.05 and a power of 0.9; the result can exceed the level of the
    design, and `holds` says whether it does.

    Args:
        design: the planned design, with stops for futility alone.
        looks: attained patients at each look, increasing; as many as planned.
        levels: of the test of the target rate at each look but the last, and of the null rate at the last one.

    Raises:
        ToplineError: TL-G04 for other numbers of looks, a planned stop for success, or levels outside (0, 1).

    >>> from topline.protocol.rule.hypotheses import Hypotheses
    >>> rule = Boundary(looks=(18, 35), futility=(2, 6), efficacy=(19, 7))
    >>> planned = SingleArmDesign("Simon optimal", Hypotheses(0.1, 0.3, power=0.9), rule, "")
    >>> found = green_dahlberg(planned, (20, 38))
    >>> found.boundary.futility, round(found.level, 4), round(found.attained_power, 4)
    ((1, 7), 0.0315, 0.9185)

    Source: Green & Dahlberg 1992, doi:10.1002/sim.4780110703.

    """
    attained = _checked(design, looks)
    _futility_only(design)
    if not all(0 < number("levels", level) < 1 for level in levels):
        raise ToplineError("TL-G04", where="levels", what=f"{levels} are not between 0 and 1")
    futility = [_most_below(look, design.hypotheses.target, levels[0]) for look in attained[:-1]]
    final = max(_least_above(attained[-1], design.hypotheses.null, levels[1]) - 1, *futility, 0)
    boundary = _rule(attained, futility, final)
    return SingleArmDesign(f"{design.name}, Green-Dahlberg", design.hypotheses, boundary, GREEN_DAHLBERG)


def recomputed(design: SingleArmDesign, looks: Sequence[int]) -> SingleArmDesign:
    """Return the rule at the attained looks that holds the level exactly and loses no more at the looks than planned.

    Each look but the last keeps the largest bound with which a trial at the target rate has stopped, until there, with
    no more probability than planned; the last look takes the fewest responses that hold the level. The power is what
    then remains: it may be below the planned one, and `attained_power` says it.

    Args:
        design: the planned design, with stops for futility alone.
        looks: attained patients at each look, increasing; as many as planned.

    Raises:
        ToplineError: TL-G04 for other numbers of looks or a planned stop for success, TL-G02 where even responses of
            all patients would not hold the level.

    >>> from topline.protocol.rule.hypotheses import Hypotheses
    >>> rule = Boundary(looks=(18, 35), futility=(2, 6), efficacy=(19, 7))
    >>> planned = SingleArmDesign("Simon optimal", Hypotheses(0.1, 0.3, power=0.9), rule, "")
    >>> found = recomputed(planned, (18, 38))
    >>> found.boundary.futility, round(found.level, 4), round(found.attained_power, 4)
    ((2, 7), 0.0278, 0.8885)

    """
    attained = _checked(design, looks)
    _futility_only(design)
    lost = np.cumsum(design.exact.stops_futile[1])
    futility: list[int] = []
    for place in range(len(attained) - 1):
        futility.append(_most_lost(design, attained, futility, float(lost[place])))
    boundary = _final(design, attained, futility)
    if boundary is not None:
        name = f"{design.name}, recomputed"
        return SingleArmDesign(name, design.hypotheses, boundary, "bounds recomputed for the attained patients")
    what = f"{attained[-1]} patients cannot hold a level of {design.hypotheses.alpha:g}"
    raise ToplineError("TL-G02", where="looks", what=what)


def _checked(design: SingleArmDesign, looks: Sequence[int]) -> tuple[int, ...]:
    attained = tuple(looks) if isinstance(looks, Sequence) else ()
    planned = design.boundary.looks
    if len(attained) != len(planned):
        what = f"{attained} are {len(attained)} looks, planned were {len(planned)}"
        raise ToplineError("TL-G04", where="looks", what=what)
    if any(not is_whole(look) or not 1 <= look <= LARGEST for look in attained) or any(
        b <= a for a, b in pairwise(attained)
    ):
        what = f"{attained} are not increasing numbers of patients from 1 to {LARGEST}"
        raise ToplineError("TL-G04", where="looks", what=what)
    return attained


def _futility_only(design: SingleArmDesign) -> None:
    planned = design.boundary
    if any(bound <= look for look, bound in zip(planned.looks[:-1], planned.efficacy[:-1], strict=True)):
        what = "the planned design stops with success before its last look, for which no such rule is known"
        raise ToplineError("TL-G04", where="design", what=what)


def _rule(looks: tuple[int, ...], futility: Sequence[int], final: int) -> Boundary:
    return Boundary(looks, (*futility, final), (*(look + 1 for look in looks[:-1]), final + 1))


def _most_below(patients: int, rate: float, level: float) -> int:
    """Return the most responses whose chance of so few is at most a level; -1 where none is."""
    fits = np.flatnonzero(special.bdtr(np.arange(patients), patients, rate) <= level)
    return int(fits[-1]) if fits.size else NEVER


def _least_above(patients: int, rate: float, level: float) -> int:
    """Return the fewest responses whose chance of so many is at most a level; patients + 1 where none is."""
    fits = np.flatnonzero(special.bdtrc(np.arange(patients), patients, rate) <= level)  # more than x
    return int(fits[0]) + 1 if fits.size else patients + 1


def _most_lost(design: SingleArmDesign, looks: tuple[int, ...], before: list[int], allowed: float) -> int:
    """Return the largest bound of the next look with which the target rate has been lost no more than allowed."""
    place = len(before)
    rule = _rule(looks[: place + 1], before, looks[place] - 1)
    target = np.array([design.hypotheses.target])
    lost = [here[0] for here in arrivals(rule, target)]
    already = sum(float(here[: bound + 1].sum()) for here, bound in zip(lost, before, strict=False))
    fits = np.flatnonzero(already + np.cumsum(lost[-1][: looks[place]]) <= allowed * (1 + TIE))
    return max([int(fits[-1]) if fits.size else NEVER, *before])


def _final(design: SingleArmDesign, looks: tuple[int, ...], futility: list[int]) -> Boundary | None:
    """Return the rule with the fewest responses at the last look that hold the level, None where none do."""
    null, alpha = design.hypotheses.null, design.hypotheses.alpha
    least = max([0, *futility])
    bound = max(least, min(_least_above(looks[-1], null, alpha), looks[-1]) - 1)  # without the looks it would be this
    rule = _rule(looks, futility, bound)
    if operating_characteristics(rule, null).success[0] > alpha:
        return None
    while bound > least:
        lower = _rule(looks, futility, bound - 1)
        if operating_characteristics(lower, null).success[0] > alpha:
            break
        rule, bound = lower, bound - 1
    return rule
