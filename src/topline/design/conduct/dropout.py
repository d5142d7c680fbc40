"""Patients who drop out or cannot be evaluated: how many more to enrol, and what they do to level and power, exactly.

A protocol must say which of two things happens to them. As failures they stay in the denominator: the level falls and
so does the power. Excluded and not replaced they make the number of patients random, and the rule has to be recomputed
for what was attained. Either way they are taken to be lost independently of their response.
"""

from dataclasses import dataclass
from fractions import Fraction
from math import ceil

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from topline.design.checked import counts, number, whole
from topline.design.conduct.attained import recomputed
from topline.design.single_arm import SingleArmDesign
from topline.errors import ToplineError
from topline.protocol.rule.binomial import mass
from topline.protocol.rule.boundary import Array, operating_characteristics

LARGEST = 100_000
NEGLIGIBLE = 1e-17
"""Probability of an attained number of patients below which its rule is not computed."""


def inflated(patients: int, share: float) -> int:
    """Return the patients to enrol so that those expected to be evaluable are as many as the design needs.

    Args:
        patients: patients that the design needs, at least 1.
        share: share of patients that is lost, in [0, 1).

    >>> inflated(35, 0.10), inflated(36, 0.10), inflated(38, 0.10)
    (39, 40, 43)

    """
    _check(patients, share)
    return ceil(patients / (1 - Fraction(repr(float(share)))))  # 36 / 0.9 is 40, not a little more


def assured(patients: int, share: float, assurance: float = 0.9) -> int:
    """Return the fewest patients to enrol with which the evaluable ones suffice with a probability.

    Args:
        patients: patients that the design needs, at least 1.
        share: share of patients that is lost, in [0, 1).
        assurance: least probability that enough are evaluable, in (0, 1).

    >>> assured(35, 0.10), assured(35, 0.10, 0.5)
    (42, 39)

    """
    _check(patients, share)
    if not 0 < number("assurance", assurance) < 1:
        raise ToplineError("TL-G04", where="assurance", what=f"{assurance:g} is not between 0 and 1")
    enrolled = np.arange(patients, patients * 2 + 20)
    while enough(patients, share, enrolled)[-1] < assurance and enrolled[-1] < LARGEST:
        enrolled = np.arange(enrolled[-1], enrolled[-1] * 2)
    found = np.flatnonzero(enough(patients, share, enrolled) >= assurance)
    if not found.size:
        raise ToplineError("TL-G02", where="share", what=f"{share:g} would need more than {LARGEST} patients")
    return int(enrolled[found[0]])


def enough(patients: int, share: float, enrolled: ArrayLike) -> Array:
    """Return the probability that at least so many of the enrolled patients are evaluable.

    >>> enough(35, 0.10, [39, 41]).round(3)
    array([0.65, 0.89])

    """
    _check(patients, share)
    size = counts("enrolled", enrolled)
    inside = special.betainc(patients, np.maximum(size - patients + 1.0, 1.0), 1.0 - share)
    return np.asarray(np.where(size < patients, 0.0, inside))


@dataclass(frozen=True, slots=True)
class Losses:
    """What lost patients do to a design; each pair is (level, power).

    Attributes:
        share: share of patients that is lost.
        planned: without losses.
        failures: as many patients as the design needs are enrolled, lost ones count as failures.
        excluded: as many are enrolled, lost ones are excluded and the rule is recomputed for those attained; the mean
            over the attained numbers.
        enrol: patients to enrol until each look so that those expected to be evaluable are enough.
        enough: probability that so many are, at the last look.
        inflated: `enrol` patients are enrolled, lost ones are excluded and the rule is recomputed.

    """

    share: float
    planned: tuple[float, float]
    failures: tuple[float, float]
    excluded: tuple[float, float]
    enrol: tuple[int, ...]
    enough: float
    inflated: tuple[float, float]


def losses(design: SingleArmDesign, share: float) -> Losses:
    """Return what a share of lost patients does to a design.

    Args:
        design: a design of one or two stages, with a stop for futility alone.
        share: share of patients that is lost, in [0, 1).

    Raises:
        ToplineError: TL-G04 for another share or design.

    >>> from topline.protocol.rule.boundary import Boundary
    >>> from topline.protocol.rule.hypotheses import Hypotheses
    >>> rule = Boundary(looks=(18, 35), futility=(2, 6), efficacy=(19, 7))
    >>> found = losses(SingleArmDesign("Simon optimal", Hypotheses(0.1, 0.3, power=0.9), rule, ""), 0.1)
    >>> [round(power, 3) for _, power in (found.planned, found.failures, found.excluded, found.inflated)]
    [0.902, 0.828, 0.864, 0.886]
    >>> found.enrol, round(found.enough, 2)
    ((20, 39), 0.65)

    """
    needed = design.boundary.patients
    _check(needed, share)
    rates = np.array([design.hypotheses.null, design.hypotheses.target])
    failures = operating_characteristics(design.boundary, rates * (1.0 - share)).success
    enrol = tuple(inflated(look, share) for look in design.boundary.looks)
    return Losses(
        share,
        (design.level, design.attained_power),
        (float(failures[0]), float(failures[1])),
        _excluded(design, design.boundary.looks, share),
        enrol,
        float(enough(needed, share, enrol[-1])),
        _excluded(design, enrol, share),
    )


def _excluded(design: SingleArmDesign, looks: tuple[int, ...], share: float) -> tuple[float, float]:
    """Return level and power, the mean over the numbers of evaluable patients of each stage.

    Where a stage is left with nobody, or with so few that no rule holds the level, there is no success.
    """
    if len(looks) > 2:
        raise ToplineError(
            "TL-G04", where="design", what=f"{len(looks)} looks; lost patients are reckoned for one or two"
        )
    stages = np.diff((0, *looks))
    chances = [mass(np.arange(size + 1), int(size), 1.0 - share) for size in stages]
    total = np.zeros(2)
    for attained in np.ndindex(*(size + 1 for size in stages)):
        weight = float(np.prod([chance[kept] for chance, kept in zip(chances, attained, strict=True)]))
        if weight > NEGLIGIBLE and all(attained):
            total += weight * _recomputed(design, tuple(int(look) for look in np.cumsum(attained)))
    return float(total[0]), float(total[1])


def _recomputed(design: SingleArmDesign, looks: tuple[int, ...]) -> Array:
    """Return level and power of the recomputed rule, none where no rule holds the level."""
    try:
        found = recomputed(design, looks)
    except ToplineError as error:
        if error.code != "TL-G02":
            raise
        return np.zeros(2)
    return np.array([found.level, found.attained_power])


def _check(patients: int, share: float) -> None:
    whole("patients", patients, most=LARGEST, code="TL-G03")
    if not 0 <= number("share", share) < 1:
        raise ToplineError("TL-G04", where="share", what=f"{share:g} is not from 0 to below 1; write 10% as 0.1")
