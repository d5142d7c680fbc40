"""Curtailment: a look after each patient, and a stop as soon as the end is certain, or probable enough.

Without chance (non-stochastic) a trial stops once its rule can no longer succeed, or no longer fail: the decision, and
so level and power, stay exactly what they were, with fewer patients. Stochastic curtailment also stops when success is
improbable at the target rate, or nearly certain: level and power change, and are computed anew, exactly.
"""

import math
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from topline.design.checked import number, whole
from topline.design.exact import keeps, keeps_level, keeps_power
from topline.design.single_arm import SingleArmDesign
from topline.errors import ToplineError
from topline.protocol.rule.boundary import NEVER, Array, Boundary

CURTAILED = "Law, Grayling & Mander 2022, doi:10.1080/10543406.2021.2009498"


def curtailed(
    design: SingleArmDesign, *, futility: float = 0.0, success: float = 1.0, every: int = 1, strict: bool = True
) -> SingleArmDesign:
    """Return a design that looks more often and stops when its decision is certain, or probable enough.

    At each look the conditional power is the probability, at the target rate, that the design itself goes on to
    succeed. The trial stops without success where that is 0 or below `futility`, with success where it is 1 or above
    `success`; both bounds at their defaults leave every decision as it was.

    Args:
        design: any design of this room on a response.
        futility: conditional power below which the trial stops, in [0, 1).
        success: conditional power above which it stops with success, above `futility`, in (0, 1].
        every: patients between the added looks, at least 1; the looks of the design stay.
        strict: refuse a result that no longer holds where the design held.

    Returns:
        SingleArmDesign of the same hypotheses, with a look wherever its trial may stop.

    Raises:
        ToplineError: TL-G04 for the settings, or where the level or the power would be lost; it names the largest
            `futility` that keeps the power.

    >>> from topline.design.rate.simon import simon
    >>> simple = simon(0.1, 0.3, power=0.9)
    >>> less = curtailed(simple)
    >>> abs(less.level - simple.level) < 1e-15
    True
    >>> round(simple.expected_patients, 2), round(less.expected_patients, 2)
    (22.53, 21.27)

    Source: Law, Grayling & Mander 2022, doi:10.1080/10543406.2021.2009498; Ayanlowo & Redden 2007,
    doi:10.1002/sim.2653.

    """
    _check(futility, success, every)
    found = _curtailed(design, futility, success, every)
    asked = design.hypotheses
    if strict and keeps(design.boundary, asked) and not keeps(found.boundary, asked):
        kept = keeps_level(found.boundary, asked, found.level)
        lost = f"power {found.attained_power:.4f}" if kept else f"level {found.level:.4f}"
        most = math.floor(1e4 * largest_futility(design, every)) / 1e4
        what = f"leave {lost}; a futility of at most {most:g} and a success of 1 keep both"
        raise ToplineError("TL-G04", where=f"futility {futility:g}, success {success:g}", what=what)
    return found


def largest_futility(design: SingleArmDesign, every: int = 1) -> float:
    """Return the largest futility threshold with which the curtailed design still has the power; 0 where none has.

    >>> from topline.design.rate.simon import simon
    >>> round(largest_futility(simon(0.1, 0.3, power=0.8)), 4)
    0.0837

    """
    steps = np.unique(np.concatenate([[0.0], *conditional_power(design.boundary, design.hypotheses.target)]))
    low, high = 0, len(steps) - 1  # the power falls as the threshold rises, at these steps alone
    while low < high:
        middle = (low + high + 1) // 2
        found = _curtailed(design, float(steps[middle]), 1.0, every)
        kept = keeps_power(found.boundary, design.hypotheses, found.attained_power)
        low, high = (middle, high) if kept else (low, middle - 1)
    return float(steps[low])


def conditional_power(boundary: Boundary, rate: float) -> list[Array]:
    """Return, for 0 to n patients, the probability to go on to success from each number of responses.

    Args:
        boundary: the rule.
        rate: true response rate of the patients to come, in [0, 1].

    Returns:
        One array per number of patients, of responses 0 to that number; 0 or 1 where the rule stops there.

    >>> [row.round(3).tolist() for row in conditional_power(Boundary((2,), (0,), (1,)), 0.3)]
    [[0.51], [0.3, 1.0], [0.0, 1.0, 1.0]]

    """
    looks = dict(zip(boundary.looks, zip(boundary.futility, boundary.efficacy, strict=True), strict=True))
    ahead = np.zeros(boundary.patients + 2)
    rows = []
    for patients in range(boundary.patients, -1, -1):
        here = (1.0 - rate) * ahead[: patients + 1] + rate * ahead[1 : patients + 2]
        if patients in looks:
            low, high = looks[patients]
            here[: low + 1], here[high:] = 0.0, 1.0
        rows.append(here)
        ahead = here
    return rows[::-1]


def _open(boundary: Boundary, rows: list[Array]) -> tuple[list[NDArray[np.bool_]], list[NDArray[np.bool_]]]:
    """Return where success, and where failure is still possible, from the conditional powers, free of rounding."""
    able: list[NDArray[np.bool_]] = [rows[-1] > 0.5]
    unable: list[NDArray[np.bool_]] = [rows[-1] < 0.5]
    looks = dict(zip(boundary.looks, zip(boundary.futility, boundary.efficacy, strict=True), strict=True))
    for patients in range(boundary.patients - 1, -1, -1):
        can, cannot = able[-1][:-1] | able[-1][1:], unable[-1][:-1] | unable[-1][1:]
        if patients in looks:
            low, high = looks[patients]
            can[: low + 1], cannot[: low + 1] = False, True
            can[high:], cannot[high:] = True, False
        able.append(can)
        unable.append(cannot)
    return able[::-1], unable[::-1]


def _curtailed(design: SingleArmDesign, futility: float, success: float, every: int) -> SingleArmDesign:
    rows = conditional_power(design.boundary, design.hypotheses.target)
    able, unable = _open(design.boundary, rows)
    looks: list[tuple[int, int, int]] = []
    lowest, highest = 0, 0  # the responses with which a trial can still be under way
    for patients in range(1, design.boundary.patients + 1):
        highest += 1
        if patients % every and patients not in design.boundary.looks:
            continue
        failed = ~able[patients] | (rows[patients] < futility)
        passed = ~unable[patients] | (rows[patients] > success)
        low, high = int(failed.sum()) - 1, patients + 1 - int(passed.sum())
        if low >= lowest or high <= highest:
            looks.append((patients, low if low >= lowest else NEVER, high if high <= highest else patients + 1))
            lowest, highest = max(lowest, low + 1), min(highest, high - 1)
        if lowest > highest:
            break
    looks[-1] = (looks[-1][0], looks[-1][1] if looks[-1][1] > NEVER else looks[-1][2] - 1, 0)
    boundary = Boundary(
        tuple(patients for patients, _, _ in looks),
        tuple(low for _, low, _ in looks),
        (*(high for _, _, high in looks[:-1]), looks[-1][1] + 1),
    )
    how = "curtailed" if futility == 0.0 and success == 1.0 else f"curtailed at {futility:g} and {success:g}"
    return replace(design, name=f"{design.name}, {how}", boundary=boundary, source=f"{design.source}; {CURTAILED}")


def _check(futility: float, success: float, every: int) -> None:
    if not 0.0 <= number("futility", futility) < number("success", success) <= 1.0:
        what = f"futility {futility:g} and success {success:g} are not 0 <= futility < success <= 1"
        raise ToplineError("TL-G04", where="curtailed", what=what)
    whole("every", every, most=None)
