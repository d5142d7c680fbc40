"""How long a trial takes: the calendar months from its opening to its decision, for any stopping rule on a response.

The rule says after how many patients one looks and how likely it stops there; the accrual says when the patient with
that number enters; the assessment takes its time after that. Accrual runs on its own clock, which stands still while a
trial is paused for a look, so that the month of a decision is the clock's time plus the pauses so far. All of it is
exact, for patients who come at even distances and for patients who come at random (a Poisson process).
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from topline.design.checked import counts, number
from topline.design.checked import rates as checked_rates
from topline.design.survival.quadrature import gauss_legendre
from topline.errors import ToplineError
from topline.protocol.rule.boundary import Array, Boundary, operating_characteristics

Arrival = Literal["even", "poisson"]


@dataclass(frozen=True, slots=True)
class Accrual:
    """How patients come in, and how long one waits for what is known of them.

    Attributes:
        rate: patients per month once all sites recruit, above 0.
        ramp: months over which the rate rises evenly from 0 to `rate`, at least 0.
        assessment: months from a patient's entry until the response is known, at least 0.
        decision: months from the last assessment of a look until the trial goes on or ends, at least 0.
        pause: whether nobody enters from the last patient of a look until its decision.
        arrival: `even` for the patient number j at the month in which j patients are expected, `poisson` for a Poisson
            process with that mean.

    Raises:
        ToplineError: TL-G04 when they are not such settings.

    """

    rate: float
    ramp: float = 0.0
    assessment: float = 0.0
    decision: float = 0.0
    pause: bool = False
    arrival: Arrival = "even"

    def __post_init__(self) -> None:
        if not 0 < number("rate", self.rate) < np.inf:
            raise ToplineError("TL-G04", where="rate", what=f"{self.rate:g} is not a number above 0")
        for name in ("ramp", "assessment", "decision"):
            if not 0 <= number(name, getattr(self, name)) < np.inf:
                raise ToplineError("TL-G04", where=name, what=f"{getattr(self, name):g} is not a number of at least 0")
        if self.arrival not in ("even", "poisson"):
            raise ToplineError("TL-G04", where="arrival", what=f"{self.arrival!r} is neither even nor poisson")

    @property
    def wait(self) -> float:
        """Months from the last entry of a look until its decision."""
        return self.assessment + self.decision

    def expected(self, month: ArrayLike) -> Array:
        """Return the patients expected by a month of the accrual clock.

        >>> Accrual(rate=2.0, ramp=6.0).expected([3.0, 6.0, 9.0])
        array([ 1.5,  6. , 12. ])

        """
        t = np.maximum(np.asarray(month, dtype=np.float64), 0.0)
        rising = np.minimum(t, self.ramp)
        return np.asarray(self.rate * ((rising**2 / (2.0 * self.ramp) if self.ramp else 0.0) + t - rising))

    def month(self, patients: ArrayLike) -> Array:
        """Return the month of the accrual clock by which so many patients are expected.

        >>> Accrual(rate=2.0, ramp=6.0).month([1.5, 6.0, 12.0])
        array([3., 6., 9.])

        """
        j = counts("patients", patients)
        full = self.rate * self.ramp / 2.0
        return np.asarray(np.where(j < full, np.sqrt(2.0 * self.ramp * j / self.rate), j / self.rate + self.ramp / 2.0))

    def mean_month(self, patients: ArrayLike) -> Array:
        """Return the mean month of the accrual clock at which patient number j enters.

        At random, the j-th entry is where the expected number reaches a gamma variable of shape j.

        >>> Accrual(rate=2.0, arrival="poisson").mean_month([10, 35])
        array([ 5. , 17.5])

        """
        j = np.asarray(patients, dtype=np.float64)
        if self.arrival == "even":
            return self.month(j)
        full = self.rate * self.ramp / 2.0
        root = np.exp(special.gammaln(j + 0.5) - special.gammaln(j)) * special.gammainc(j + 0.5, full)
        late = j / self.rate * special.gammaincc(j + 1.0, full) + self.ramp / 2.0 * special.gammaincc(j, full)
        return np.asarray(np.sqrt(2.0 * self.ramp / self.rate) * root + late)

    def entered(self, patients: ArrayLike, month: ArrayLike) -> Array:
        """Return the probability that patient number j has entered by a month of the accrual clock."""
        j, clock = np.asarray(patients, dtype=np.float64), np.asarray(month, dtype=np.float64)
        if self.arrival == "even":
            return np.where(self.month(j) <= clock + ROUNDING, 1.0, 0.0)
        return np.asarray(np.where(clock > 0, special.gammainc(j, self.expected(clock)), 0.0))


ROUNDING = 1e-9


@dataclass(frozen=True)
class Duration:
    """How long a rule takes at true response rates; arrays have one row per rate.

    Attributes:
        rates: true response rates, in [0, 1]; (rate,).
        expected: mean months from the opening to the decision; (rate,).
        enrolled: mean number of patients who have entered by then; more than are looked at without a pause; (rate,).
        looks: mean month of the decision at each look, if it stops there; (look,).
        longest: mean months of a trial that does not stop early.
        stops: probability to stop at each look; (rate, look).
        boundary: the rule.
        accrual: how patients come in.

    """

    rates: Array
    expected: Array
    enrolled: Array
    looks: Array
    longest: float
    stops: Array
    boundary: Boundary
    accrual: Accrual

    def by(self, month: ArrayLike) -> Array:
        """Return the probability that the decision has come by a month; (rate, month)."""
        months = np.atleast_1d(counts("month", month))
        clock = months[None, :] - _waits(self.boundary, self.accrual)[:, None]
        return np.asarray(self.stops @ self.accrual.entered(np.array(self.boundary.looks)[:, None], clock))

    def quantile(self, probability: float) -> Array:
        """Return the month by which the decision has come with a probability; (rate,).

        >>> simon = Boundary(looks=(18, 35), futility=(2, 6), efficacy=(19, 7))
        >>> duration(simon, Accrual(rate=2.0, assessment=2.0), [0.1]).quantile(0.7)
        array([11.])

        Raises:
            ToplineError: TL-G04 for a probability outside (0, 1).

        """
        if not 0 < number("probability", probability) < 1:
            raise ToplineError("TL-G04", where="probability", what=f"{probability:g} is not between 0 and 1")
        low, high = np.zeros(len(self.rates)), np.full(len(self.rates), 2.0 * self.longest + 1.0)
        while (self.by(high).diagonal() < probability).any():
            high *= 2.0
        for _ in range(60):
            middle = (low + high) / 2.0
            reached = self.by(middle).diagonal() >= probability
            low, high = np.where(reached, low, middle), np.where(reached, middle, high)
        return high


def duration(boundary: Boundary, accrual: Accrual, rates: ArrayLike) -> Duration:
    """Return how long a rule takes at true response rates, exactly.

    Args:
        boundary: the stopping rule.
        accrual: how patients come in.
        rates: true response rates, in [0, 1].

    Raises:
        ToplineError: TL-G04 for a rate outside [0, 1].

    >>> simon = Boundary(looks=(18, 35), futility=(2, 6), efficacy=(19, 7))
    >>> found = duration(simon, Accrual(rate=2.0, assessment=2.0, pause=True), [0.1, 0.3])
    >>> found.looks, found.expected.round(2)  # 18 / 2 + 2 and 35 / 2 + 2 + 2 months
    (array([11. , 21.5]), array([13.8 , 20.87]))

    """
    found = operating_characteristics(boundary, checked_rates(rates))
    looks = np.array(boundary.looks)
    months = accrual.mean_month(looks) + _waits(boundary, accrual)
    extra = np.zeros(len(looks)) if accrual.pause else _overrun(accrual, looks)
    stops = found.patients
    return Duration(
        rates=found.rates,
        expected=stops @ months,
        enrolled=stops @ (looks + extra),
        looks=months,
        longest=float(months[-1]),
        stops=stops,
        boundary=boundary,
        accrual=accrual,
    )


def _waits(boundary: Boundary, accrual: Accrual) -> Array:
    """Return the months that each look's decision comes after the accrual clock's time of its last entry."""
    place = np.arange(1.0, len(boundary.looks) + 1.0)
    return accrual.wait * (place if accrual.pause else np.ones_like(place))


def _overrun(accrual: Accrual, looks: Array) -> Array:
    """Return the mean number of patients who enter between the last patient of a look and its decision; (look,).

    At random it is a Poisson number, cut at the patients that are left, whose mean depends on when that patient came.
    """
    left = (looks[-1] - looks).astype(np.int64)
    if accrual.arrival == "even":
        by_then = np.floor(accrual.expected(accrual.month(looks) + accrual.wait) + ROUNDING)
        return np.asarray(np.minimum(by_then - looks, left))
    share, weight = gauss_legendre(200)
    extra = np.zeros(len(looks))
    for place, look in enumerate(looks.tolist()):
        reached = special.gammaincinv(look, share)
        mean = accrual.expected(accrual.month(reached) + accrual.wait) - reached
        more = np.arange(1, left[place] + 1)[:, None]
        extra[place] = weight @ special.gammainc(more, np.maximum(mean, 0.0)).sum(axis=0) if left[place] else 0.0
    return extra
