"""The rate free of an event at a landmark: as a count of patients, or estimated by Kaplan-Meier with a transformation.

When every patient is watched up to the landmark both are the same data: so many of n are free of the event, and the
rule is exact. When some are not, the Kaplan-Meier estimate uses them too; success is then a lower confidence limit, on
a transformed scale, above the null rate, and its power is that of the normal law.
"""

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from topline.design.checked import rates as checked_rates
from topline.design.checked import whole
from topline.design.rate.single_stage import approximate_patients, single_stage
from topline.design.single_arm import SingleArmDesign
from topline.design.survival.enrolment import Array, Enrolment
from topline.design.survival.quadrature import gauss_legendre
from topline.design.survival.weibull import Weibull, check_above_zero
from topline.errors import ToplineError
from topline.protocol.rule.binomial import upper_tail
from topline.protocol.rule.boundary import Boundary
from topline.protocol.rule.hypotheses import Hypotheses
from topline.protocol.rule.lower_bound import LARGEST

SOURCE = "Nagashima et al. 2021, doi:10.1002/pst.2090"
NO_LIMIT = 10_000
MANY = 200
"""From so many patients by the normal approximation on, the search begins at half of them."""
LIBERAL = ("log", "logit")
"""Scales whose level is above the one of the normal law."""
Transformation = Literal["log-log", "arcsine", "logit", "log", "plain"]


@dataclass(frozen=True)
class LandmarkDesign:
    """Success when the lower confidence limit of the Kaplan-Meier rate at the landmark is above the null rate.

    The limit is one-sided of confidence 1 - alpha, with Greenwood's variance, on the transformed scale. Where patients
    are lost before the landmark its level is only that of the normal law: in 40,000 drawn trials of some 40 patients
    with a null rate of .25, a nominal .05 was .049 with arcsine, .042 with log-log and .040 with plain, but .057 with
    logit and .080 with log, which are refused there.

    Attributes:
        name: what the design is called.
        hypotheses: null and target rate free of the event at the landmark, level and power.
        landmark: months.
        enrolment: how patients come in and are watched.
        transformation: scale of the limit.
        patients: number of patients.
        shape: Weibull shape of both curves up to the landmark; matters only where patients are lost before it.
        source: who published the design, with DOI.

    """

    name: str
    hypotheses: Hypotheses
    landmark: float
    enrolment: Enrolment
    transformation: Transformation
    patients: int
    shape: float = 1.0
    source: str = SOURCE

    @property
    def complete(self) -> bool:
        """Whether every patient is watched up to the landmark, so that level and power are exact."""
        return self.enrolment.watch(self.patients).corner >= self.landmark and self.enrolment.dropout == 0

    @cached_property
    def boundary(self) -> Boundary | None:
        """The rule as a count of patients free of the event; None where some are not watched up to the landmark."""
        return _boundary(self.patients, self.hypotheses, self.transformation) if self.complete else None

    @property
    def level(self) -> float:
        """Probability of success at the null rate: exact when `complete`, else that of the normal law."""
        return float(self.operating_characteristics(self.hypotheses.null)[0])

    @property
    def attained_power(self) -> float:
        """Probability of success at the target rate: exact when `complete`, else that of the normal law."""
        return float(self.operating_characteristics(self.hypotheses.target)[0])

    @property
    def expected_patients(self) -> float:
        """Expected number of patients: all of them."""
        return float(self.patients)

    @property
    def duration(self) -> float:
        """Months from the first entry to the analysis."""
        return self.enrolment.duration(self.patients)

    @property
    def holds(self) -> bool:
        """Whether level and power are what was asked for, without slack where they are exact."""
        return self.level <= self.hypotheses.alpha + ROUNDED and self.attained_power >= self.hypotheses.power

    def operating_characteristics(self, rates: ArrayLike) -> Array:
        """Return the probability of success at true rates free of the event at the landmark.

        Raises:
            ToplineError: TL-G04 for a rate outside (0, 1).

        """
        p = checked_rates(rates)
        if not ((p > 0) & (p < 1)).all():
            raise ToplineError("TL-G04", where="rates", what=f"{rates!r} are not between 0 and 1; write 20% as 0.2")
        if self.boundary is not None:
            return upper_tail(self.boundary.efficacy[-1], self.patients, p)
        return np.array([_normal_power(self, rate) for rate in p.tolist()])


ROUNDED = 1e-12
"""The level of the normal law is alpha but for rounding."""


def landmark_rate(
    hypotheses: Hypotheses,
    landmark: float,
    enrolment: Enrolment,
    transformation: Transformation = "arcsine",
    max_n: int = 500,
) -> LandmarkDesign:
    """Return the Kaplan-Meier design with the fewest patients for a rate at a landmark, under exponential curves.

    With every patient watched up to the landmark, level and power are exact and kept without slack: the limit is then
    a rule for a count, and `landmark_count` finds a better one when the limit's own level is above or far below alpha.

    Args:
        hypotheses: null and target rate free of the event at the landmark, level and power.
        landmark: months, above 0.
        enrolment: how patients come in and are watched.
        transformation: scale of the confidence limit.
        max_n: most patients that are allowed.

    Raises:
        ToplineError: TL-G02 when more patients are needed, with their number; TL-G04 for another setting.

    >>> six_months = Hypotheses(0.25, 0.45, alpha=0.05, power=0.8)
    >>> landmark_rate(six_months, 6.0, Enrolment(follow_up=3.0, rate=2.0)).patients
    37

    Source: Nagashima et al. 2021, doi:10.1002/pst.2090.

    """
    check_above_zero("landmark", landmark)
    whole("max_n", max_n, most=None)
    if not isinstance(transformation, str) or transformation not in SCALES:
        raise ToplineError("TL-G04", where="transformation", what=f"{transformation!r} is not one of {list(SCALES)}")
    if transformation in LIBERAL and (enrolment.dropout > 0 or min(enrolment.follow_up, enrolment.longest) < landmark):
        what = f"{transformation!r} exceeds the level where patients are not watched for {landmark:g} months"
        raise ToplineError("TL-G04", where="transformation", what=what)
    about = approximate_patients(hypotheses)
    if about > NO_LIMIT:
        raise ToplineError("TL-G02", where="max_n", what=f"about {about} patients are needed, above {NO_LIMIT}")
    # Complete data and the plainest scale come close to the normal approximation; the others need no fewer than half.
    for patients in range(1 if about < MANY else about // 2, NO_LIMIT + 1):
        watch = enrolment.watch(patients)
        if watch.end <= landmark:
            if enrolment.period is not None or enrolment.longest <= landmark:
                what = f"no patient is watched for {landmark:g} months"
                raise ToplineError("TL-G04", where="follow_up", what=what)
            continue
        name = f"Kaplan-Meier rate at {landmark:g} months, {transformation}"
        design = LandmarkDesign(name, hypotheses, landmark, enrolment, transformation, patients)
        if design.holds:
            break
    else:
        raise ToplineError("TL-G02", where="max_n", what=f"not even {NO_LIMIT} patients are enough")
    if patients > max_n:
        what = f"{max_n} are not enough; {patients} are the fewest that work"
        raise ToplineError("TL-G02", where="max_n", what=what)
    return design


def landmark_count(hypotheses: Hypotheses, max_n: int = LARGEST) -> SingleArmDesign:
    """Return the exact design for the number of patients free of the event at a landmark that all of them reach.

    A patient who is lost before the landmark counts as having had the event.

    Args:
        hypotheses: null and target rate free of the event at the landmark, level and power.
        max_n: most patients that are allowed.

    Raises:
        ToplineError: TL-G02 when more patients are needed, with their number; TL-G04 for another setting.

    >>> landmark_count(Hypotheses(0.08, 0.25)).boundary
    Boundary(looks=(31,), futility=(5,), efficacy=(6,))

    Source: A'Hern 2001, doi:10.1002/sim.721.

    """
    asked = hypotheses
    design = single_stage(asked.null, asked.target, alpha=asked.alpha, power=asked.power, max_n=max_n)
    return replace(design, name="Landmark count")


def _plain(rate: Array) -> tuple[Array, Array]:
    return rate, np.ones_like(rate)


def _log(rate: Array) -> tuple[Array, Array]:
    return np.log(rate), 1.0 / rate


def _log_log(rate: Array) -> tuple[Array, Array]:
    return -np.log(-np.log(rate)), -1.0 / (rate * np.log(rate))


def _logit(rate: Array) -> tuple[Array, Array]:
    return np.log(rate) - np.log1p(-rate), 1.0 / (rate * (1.0 - rate))


def _arcsine(rate: Array) -> tuple[Array, Array]:
    return np.arcsin(np.sqrt(rate)), 0.5 / np.sqrt(rate * (1.0 - rate))


SCALES = {"log-log": _log_log, "arcsine": _arcsine, "logit": _logit, "log": _log, "plain": _plain}
"""Each scale, rising in the rate, with its slope."""


def _boundary(patients: int, hypotheses: Hypotheses, transformation: Transformation) -> Boundary:
    """Return the fewest patients free of the event whose limit is above the null rate.

    At none and all of the patients Greenwood's variance is 0: none is no success; all is one where all but one is.
    """
    count = np.arange(1, patients)
    above = np.zeros(patients + 1, dtype=bool)
    if count.size:
        rate = count / patients
        value, slope = SCALES[transformation](rate)
        null, _ = SCALES[transformation](np.array(hypotheses.null))
        reach = special.ndtri(1.0 - hypotheses.alpha) * slope * np.sqrt(rate * (1.0 - rate) / patients)
        above[1:-1] = value - reach > null
    above = np.logical_or.accumulate(above)
    fewest = int(np.argmax(above)) if above.any() else patients + 1
    return Boundary((patients,), (fewest - 1,), (fewest,))


def _normal_power(design: LandmarkDesign, rate: float) -> float:
    """Return the probability of success by the normal law: the estimate's variance is that at the true rate."""
    value, slope = SCALES[design.transformation](np.array(rate))
    null, _ = SCALES[design.transformation](np.array(design.hypotheses.null))
    spread = float(slope) * rate * np.sqrt(_greenwood(design, rate) / design.patients)
    return float(special.ndtr((value - null) / spread - special.ndtri(1.0 - design.hypotheses.alpha)))


def _greenwood(design: LandmarkDesign, rate: float) -> float:
    """Return the limit of n times Greenwood's sum: the integral up to the landmark of dH / (S P(C > t))."""
    curve = Weibull.of_rate(rate, design.landmark, design.shape)
    watch = design.enrolment.watch(design.patients)
    x, w = gauss_legendre(100)
    corner = float(curve.cumulative_hazard(min(max(watch.corner, 0.0), design.landmark)))
    total = 0.0
    for low, high in ((0.0, corner), (corner, -float(np.log(rate)))):
        at = low + (high - low) * x**2
        total += (high - low) * float((2.0 * x * w * np.exp(at) / watch.beyond(curve.time(at))).sum())
    return total
