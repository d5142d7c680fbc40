"""How patients come in and how long each of them is watched: what decides which events a time-to-event design sees."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

from topline.design.checked import number, numbers
from topline.design.survival.quadrature import gauss_legendre
from topline.design.survival.weibull import Weibull, check_above_zero
from topline.errors import ToplineError

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Enrolment:
    """Patients enter evenly over the accrual period and are watched until the analysis, or for a while each.

    Attributes:
        follow_up: months from the last patient's entry to the analysis, at least 0.
        rate: patients who enter per month, above 0; None where `period` is given.
        period: months of accrual whatever the number of patients, above 0; None where `rate` is given.
        longest: most months that a patient is watched: restricted follow-up where it is not infinite.
        dropout: hazard of loss to follow-up per month, at least 0, the same at every time.

    Raises:
        ToplineError: TL-G04 when they are not such numbers, or nobody would be watched.

    >>> Enrolment(follow_up=12.0, rate=2.0).accrual(43)
    21.5

    """

    follow_up: float
    rate: float | None = None
    period: float | None = None
    longest: float = np.inf
    dropout: float = 0.0

    def __post_init__(self) -> None:
        if (self.rate is None) == (self.period is None):
            what = "give patients per month, or the months of accrual, and not both"
            raise ToplineError("TL-G04", where="rate, period", what=what)
        for name, pace in (("rate", self.rate), ("period", self.period)):
            if pace is not None:
                check_above_zero(name, pace)
        numbers(self, "longest")
        for name in ("follow_up", "dropout"):
            if not 0 <= number(name, getattr(self, name)) < np.inf:
                raise ToplineError("TL-G04", where=name, what=f"{getattr(self, name):g} is not a number of at least 0")
        if not self.longest > 0:
            raise ToplineError("TL-G04", where="longest", what=f"{self.longest:g} is not a time above 0")

    def accrual(self, patients: int) -> float:
        """Return the months in which so many patients enter."""
        return self.period if self.period is not None else patients / (self.rate or np.nan)

    def duration(self, patients: int) -> float:
        """Return the months from the first entry to the analysis."""
        return self.accrual(patients) + self.follow_up

    def watch(self, patients: int) -> "Watch":
        """Return how long each of so many patients is watched until the analysis."""
        return Watch(0.0, self.accrual(patients), self.duration(patients), self.longest, self.dropout)

    def stages(self, first: int, patients: int) -> tuple["Watch", "Watch", "Watch"]:
        """Return how long the first patients are watched until a look at the last of them, and until the end.

        The third is how long the others are watched until the end.

        >>> [watch.look for watch in Enrolment(follow_up=6.0, rate=2.0).stages(10, 30)]
        [5.0, 21.0, 21.0]

        """
        whole = self.watch(patients)
        look = whole.last * first / patients
        early, late = replace(whole, last=look), replace(whole, first=look)
        return replace(early, look=look), early, late


@dataclass(frozen=True, slots=True)
class Watch:
    """How long patients are watched who enter evenly from `first` to `last`, when one looks at the month `look`.

    The time C of a patient who enters at u is look - u, at most `longest`, or the time of loss to follow-up.

    Attributes:
        first: month of the first entry.
        last: month of the last entry, above `first`.
        look: month of the analysis, at least `last`.
        longest: most months that a patient is watched.
        dropout: hazard of loss to follow-up per month.

    """

    first: float
    last: float
    look: float
    longest: float = np.inf
    dropout: float = 0.0

    @property
    def end(self) -> float:
        """Most months that any of these patients is watched."""
        return min(self.longest, self.look - self.first)

    @property
    def corner(self) -> float:
        """Months for which all of them are watched, but for those lost."""
        return min(self.longest, self.look - self.last)

    def beyond(self, time: ArrayLike) -> Array:
        """Return P(C > t) for times up to `end`; at `end` itself its limit from the left.

        >>> Watch(0.0, 20.0, 32.0).beyond([0.0, 12.0, 22.0, 32.0])
        array([1. , 1. , 0.5, 0. ])

        """
        t = np.asarray(time, dtype=np.float64)
        entered = np.clip((self.look - t - self.first) / (self.last - self.first), 0.0, 1.0)
        return np.asarray(entered * np.exp(-self.dropout * t))

    def ending(self, time: ArrayLike) -> Array:
        """Return the density of C at times below `end`."""
        t = np.asarray(time, dtype=np.float64)
        entered = np.where(t > self.corner, 1.0 / (self.last - self.first), 0.0)
        return np.asarray(entered * np.exp(-self.dropout * t) + self.dropout * self.beyond(t))

    def nodes(self, curve: Weibull, count: int = 100) -> tuple[Array, Array]:
        """Return points and weights of integrals over the null cumulative hazard, from 0 to that at `end`.

        The points lie on both sides of the corner of P(C > t), and densely where the hazard starts.
        """
        x, w = gauss_legendre(count)
        edges = np.unique(curve.cumulative_hazard([0.0, self.corner, self.end]))
        low, width = edges[:-1, None], np.diff(edges)[:, None]
        # Squared: a root of the hazard, as in the time of a rising one, is smooth in x.
        return (low + width * x**2).ravel(), (width * 2.0 * x * w).ravel()
