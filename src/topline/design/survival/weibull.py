"""The historical control of a time-to-event endpoint, and the two curves that a design must tell apart."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from topline.design.checked import number
from topline.errors import ToplineError

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Weibull:
    """A survival curve S(t) = exp(-(t / scale) ** shape); shape 1 is the exponential curve.

    Attributes:
        scale: time by which 63.2% have had the event, in months, above 0.
        shape: 1 for a constant hazard, above 1 for a rising one, above 0.

    Raises:
        ToplineError: TL-G04 when they are not such numbers.

    >>> round(Weibull.of_median(3.0).survival(6.0).item(), 12)
    0.25

    """

    scale: float
    shape: float = 1.0

    def __post_init__(self) -> None:
        for name in ("scale", "shape"):
            check_above_zero(name, getattr(self, name))

    @classmethod
    def of_median(cls, median: float, shape: float = 1.0) -> "Weibull":
        """Return the curve with a median, in months.

        >>> round(Weibull.of_median(9.0, shape=1.22).median, 12)
        9.0

        """
        check_above_zero("shape", shape)
        return cls(check_above_zero("median", median) / np.log(2.0).item() ** (1.0 / shape), shape)

    @classmethod
    def of_rate(cls, rate: float, time: float, shape: float = 1.0) -> "Weibull":
        """Return the curve with a share `rate` free of the event at a time, in months.

        >>> round(Weibull.of_rate(0.72, 36.0).survival(36.0).item(), 12)
        0.72

        """
        check_above_zero("shape", shape)
        if not 0 < number("rate", rate, "TL-G01") < 1:
            raise ToplineError("TL-G01", where="rate", what=f"{rate:g} is not between 0 and 1; write 20% as 0.2")
        return cls(check_above_zero("time", time) / float(-np.log(rate)) ** (1.0 / shape), shape)

    @property
    def median(self) -> float:
        """Time by which half have had the event, in months."""
        return float(self.scale * np.log(2.0) ** (1.0 / self.shape))

    def cumulative_hazard(self, time: ArrayLike) -> Array:
        """Return -log S(t); infinite at an infinite time."""
        return np.asarray((np.asarray(time, dtype=np.float64) / self.scale) ** self.shape)

    def survival(self, time: ArrayLike) -> Array:
        """Return S(t)."""
        return np.asarray(np.exp(-self.cumulative_hazard(time)))

    def time(self, hazard: ArrayLike) -> Array:
        """Return the time at which the cumulative hazard has a value."""
        return np.asarray(self.scale * np.asarray(hazard, dtype=np.float64) ** (1.0 / self.shape))

    def with_hazard_ratio(self, ratio: float) -> "Weibull":
        """Return the curve whose hazard is `ratio` times this one at every time.

        >>> round(Weibull.of_median(3.0).with_hazard_ratio(0.5).median, 12)
        6.0

        """
        return Weibull(self.scale * ratio ** (-1.0 / self.shape), self.shape)


@dataclass(frozen=True, slots=True)
class SurvivalHypotheses:
    """Null curve and target hazard ratio of a single-arm trial with its error rates; the test is one-sided.

    Attributes:
        null: the curve of the historical control.
        hazard_ratio: hazard hoped for, as a share of the null one, in (0, 1).
        alpha: most probability of success under the null curve, in (0, 0.5].
        power: least probability of success at the hazard ratio, above alpha, in (0, 1).

    Raises:
        ToplineError: TL-G01 when they are not such numbers.

    >>> round(SurvivalHypotheses.of_medians(3.0, 5.0).hazard_ratio, 12)
    0.6

    """

    null: Weibull
    hazard_ratio: float
    alpha: float = 0.05
    power: float = 0.8

    def __post_init__(self) -> None:
        if not 0 < number("hazard_ratio", self.hazard_ratio, "TL-G01") < 1:
            what = f"{self.hazard_ratio:g} is not between 0 and 1: the hazard hoped for is below the null one"
            raise ToplineError("TL-G01", where="hazard_ratio", what=what)
        for name in ("alpha", "power"):
            value = getattr(self, name)
            if not 0 < number(name, value, "TL-G01") < 1:
                raise ToplineError("TL-G01", where=name, what=f"{value:g} is not between 0 and 1; write 20% as 0.2")
        if self.alpha > 0.5:
            raise ToplineError("TL-G01", where="alpha", what=f"{self.alpha:g} is above one half")
        if self.power <= self.alpha:
            raise ToplineError("TL-G01", where="power", what=f"{self.power:g} is not above alpha {self.alpha:g}")

    @classmethod
    def of_medians(cls, null: float, target: float, alpha: float = 0.05, power: float = 0.8) -> "SurvivalHypotheses":
        """Return the hypotheses of two exponential curves with these medians, in months.

        Raises:
            ToplineError: TL-G01 when the target median is not above the null one.

        """
        for name, value in (("null median", null), ("target median", target)):
            if not 0 < number(name, value, "TL-G01") < np.inf:
                raise ToplineError("TL-G01", where=name, what=f"{value:g} is not a time above 0")
        if target <= null:
            raise ToplineError("TL-G01", where="target median", what=f"{target:g} is not above the null {null:g}")
        return cls(Weibull.of_median(null), null / target, alpha, power)

    @property
    def beta(self) -> float:
        """Most probability of no success at the hazard ratio."""
        return 1.0 - self.power

    @property
    def target(self) -> Weibull:
        """The curve hoped for."""
        return self.null.with_hazard_ratio(self.hazard_ratio)


def check_above_zero(where: str, value: float) -> float:
    """Return a value that is a number above 0.

    Raises:
        ToplineError: TL-G04 where it is not.

    >>> check_above_zero("follow_up", 6.0)
    6.0

    """
    if not 0 < number(where, value) < np.inf:
        raise ToplineError("TL-G04", where=where, what=f"{value:g} is not a number above 0")
    return float(value)
