"""A second stage of another size than planned: critical values that keep the error that the first stage had left.

Given x1 responses of the first stage, the planned design rejects a true null rate with a probability A(x1). With
another number of patients in the second stage the fewest responses whose null probability is at most A(x1) take the
place of the planned bound: the level of the whole stays at most the planned one, whatever the reason for the change,
even if the size was chosen by what the first stage showed.

Source: Koyama & Chen 2008, doi:10.1002/sim.3123.
"""

from dataclasses import dataclass
from functools import cached_property
from math import nan

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special

from topline.design.checked import number, whole
from topline.design.checked import rates as checked_rates
from topline.design.single_arm import SingleArmDesign
from topline.errors import ToplineError
from topline.protocol.rule.binomial import critical_values, mass, upper_tail
from topline.protocol.rule.boundary import Array
from topline.protocol.rule.inference import checked_confidence
from topline.protocol.rule.outcome import is_whole, rate_at


@dataclass(frozen=True)
class ConditionalRule:
    """A planned two-stage design with a second stage of another size.

    Attributes:
        planned: the design, with a stop for futility alone.
        second: attained patients of the second stage, at least 1.

    Raises:
        ToplineError: TL-G04 for another design or number.

    >>> from topline.protocol.rule.boundary import Boundary
    >>> from topline.protocol.rule.hypotheses import Hypotheses
    >>> rule = Boundary(looks=(18, 35), futility=(2, 6), efficacy=(19, 7))
    >>> planned = SingleArmDesign("Simon optimal", Hypotheses(0.1, 0.3, power=0.9), rule, "")
    >>> found = ConditionalRule(planned, second=20)  # three patients too many
    >>> found.critical[3], found.critical[4]  # of the second stage, after 3 and 4 responses
    (5, 4)
    >>> round(found.level, 4), round(found.attained_power, 4)
    (0.028, 0.8886)

    """

    planned: SingleArmDesign
    second: int

    def __post_init__(self) -> None:
        rule = self.planned.boundary
        if len(rule.looks) != 2 or rule.efficacy[0] <= rule.looks[0]:
            what = f"a rule with looks after {rule.looks} is not one of two stages with a stop for futility alone"
            raise ToplineError("TL-G04", where="design", what=what)
        whole("second", self.second, most=100_000)

    @property
    def first(self) -> int:
        """Patients of the first stage."""
        return self.planned.boundary.looks[0]

    @property
    def _planned_second(self) -> int:
        return self.planned.boundary.patients - self.first

    @cached_property
    def _going(self) -> NDArray[np.int64]:
        """Responses of the first stage with which the trial goes on."""
        return np.arange(self.planned.boundary.futility[0] + 1, self.first + 1)

    @cached_property
    def _needed(self) -> NDArray[np.int64]:
        """Planned fewest responses of the second stage, after each number of the first."""
        return np.asarray(self.planned.boundary.efficacy[-1] - self._going)

    @cached_property
    def critical(self) -> dict[int, int]:
        """Fewest responses of the second stage for success, by responses of the first; above it where none suffice."""
        left = upper_tail(self._needed, self._planned_second, self.planned.hypotheses.null)
        return {int(x): _least(self.second, self.planned.hypotheses.null, float(a))
                for x, a in zip(self._going, left, strict=True)}  # fmt: skip

    def success(self, rates: ArrayLike) -> Array:
        """Return the probability of success at true response rates, exactly; (rate,)."""
        p = checked_rates(rates)[:, None]
        reached = mass(self._going, self.first, p)
        return np.asarray((reached * upper_tail(np.array(list(self.critical.values())), self.second, p)).sum(axis=1))

    @property
    def level(self) -> float:
        """Exact probability of success at the null rate."""
        return float(self.success(self.planned.hypotheses.null)[0])

    @property
    def attained_power(self) -> float:
        """Exact probability of success at the target rate."""
        return float(self.success(self.planned.hypotheses.target)[0])

    @property
    def holds(self) -> bool:
        """Whether level and power are what was asked for, without slack."""
        asked = self.planned.hypotheses
        return self.level <= asked.alpha and self.attained_power >= asked.power

    def p_value(self, first: int, second: int, rate: float) -> float:
        """Return the probability, at a rate, of an outcome at least as convincing as the observed one.

        The observed second stage has some probability at that rate. The planned second stage has the same one at
        another rate: at this rate the planned bounds are applied after every first stage. The p-value is at most the
        level of the plan exactly where the trial succeeds by `critical`. With a second stage of the planned size it is
        that of `after` at the bound and may differ elsewhere; where nothing has changed, use `after`.

        Args:
            first: responses of the first stage, above the futility bound.
            second: responses of the attained second stage.
            rate: the null rate, in [0, 1].

        Raises:
            ToplineError: TL-G03, such a trial has no second stage, or not so many responses.

        """
        self._check(first, second)
        return float(self._reach(first, second, checked_rates(rate, "rate"))[0])

    def estimate(self, first: int, second: int) -> float:
        """Return the rate at which the p-value is one half."""
        self._check(first, second)
        return rate_at(lambda rates: self._reach(first, second, rates), 0.5)

    def interval(self, first: int, second: int, confidence: float = 0.95) -> tuple[float, float]:
        """Return the rates at which the p-value is either tail; the upper one is nan where it is 1 at every rate."""
        half = (1.0 - checked_confidence(number("confidence", confidence))) / 2.0
        certain = self.p_value(first, second, 0.0) == 1.0
        upper = nan if certain else rate_at(lambda rates: self._reach(first, second, rates), 1.0 - half)
        return rate_at(lambda rates: self._reach(first, second, rates), half), upper

    def _check(self, first: int, second: int) -> None:
        if not is_whole(first) or not self.planned.boundary.futility[0] < first <= self.first:
            what = f"{first!r} of {self.first} in the first stage did not go on to a second one"
            raise ToplineError("TL-G03", where="responders", what=what)
        if not is_whole(second) or not 0 <= second <= self.second:
            raise ToplineError("TL-G03", where="responders", what=f"{second!r} of {self.second} in the second stage")

    def _reach(self, first: int, second: int, p: Array) -> Array:
        """Return the p-value at each rate."""
        seen = upper_tail(np.array([second]), self.second, p[:, None])[:, 0]
        same = _rate_of(self.planned.boundary.efficacy[-1] - first, self._planned_second, seen)
        planned = upper_tail(self._needed, self._planned_second, same[:, None])
        return np.asarray((mass(self._going, self.first, p[:, None]) * planned).sum(axis=1))


def _rate_of(needed: int, patients: int, probability: Array) -> Array:
    """Return the rate at which at least so many responses have a probability; 0 for none, 1 where too many."""
    if needed <= 0:
        return np.zeros_like(probability)
    if needed > patients:
        return np.ones_like(probability)
    return np.asarray(special.betaincinv(needed, patients - needed + 1.0, probability))


def _least(patients: int, null: float, level: float) -> int:
    """Return the fewest responses with a null probability of at most a level; patients + 1 where none has."""
    return int(critical_values(np.array([float(patients)]), null, level)[0])
