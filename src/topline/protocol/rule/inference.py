"""Inference after a trial that followed a stopping rule: estimates, p-value and intervals that know of every look.

The kernel is the same for one look and for a look after each patient. With two looks and a stop for futility alone the
values are those of Koyama & Chen and of Jung & Kim; with one look they are the exact binomial test and the interval of
Clopper and Pearson.
"""

from dataclasses import dataclass
from math import nan

import numpy as np
from scipy import special

from topline.errors import ToplineError
from topline.protocol.rule.boundary import Array, Boundary
from topline.protocol.rule.outcome import Outcomes, arrivals, outcomes, rate_at


@dataclass(frozen=True, slots=True)
class Beta:
    """A beta distribution of the response rate: `a` responses and `b` others before the trial; 1, 1 is uniform.

    Raises:
        ToplineError: TL-G04 when one of them is not above 0.

    """

    a: float = 1.0
    b: float = 1.0

    def __post_init__(self) -> None:
        for name in ("a", "b"):
            if not 0 < getattr(self, name) < np.inf:
                raise ToplineError("TL-G04", where=f"prior {name}", what=f"{getattr(self, name):g} is not above 0")

    @property
    def mean(self) -> float:
        """The mean response rate."""
        return self.a / (self.a + self.b)

    def after(self, responses: int, patients: int) -> "Beta":
        """Return the posterior; the stopping rule does not matter to it."""
        return Beta(self.a + responses, self.b + patients - responses)

    def above(self, rate: float) -> float:
        """Return the probability that the response rate exceeds a rate.

        >>> [round(Beta(0.6, 0.4).after(x, 40).above(0.6), 4) for x in (27, 28)]  # Lee & Liu: above 0.9 is success
        [0.8415, 0.9089]

        """
        return float(special.betaincc(self.a, self.b, rate))

    def interval(self, probability: float = 0.95) -> tuple[float, float]:
        """Return the equal-tailed interval that holds the rate with a probability."""
        tail = (1.0 - checked_confidence(probability)) / 2.0
        lower, upper = special.betaincinv(self.a, self.b, tail), special.betainccinv(self.a, self.b, tail)
        return float(lower), float(upper)


@dataclass(frozen=True, slots=True)
class Inference:
    """What a finished trial says about the response rate.

    Attributes:
        look: look at which it stopped, 1 the first.
        responses: responses until then.
        patients: patients until then.
        naive: responses divided by patients; biased, shown because readers will compute it.
        umvue: unbiased estimate with the least variance.
        median_unbiased: rate at which this or a better outcome has probability one half.
        p: null probability of this or a better outcome.
        koyama_chen: limits that agree with `p`; the upper one is nan after the worst outcome there is.
        jennison_turnbull: limits that cover with at least the confidence, whatever the rate (also those of Jung & Kim).
        posterior: distribution of the rate given the trial.
        confidence: two-sided level of the limits.

    """

    look: int
    responses: int
    patients: int
    naive: float
    umvue: float
    median_unbiased: float
    p: float
    koyama_chen: tuple[float, float]
    jennison_turnbull: tuple[float, float]
    posterior: Beta
    confidence: float


@dataclass(frozen=True, slots=True)
class Settings:
    """Null rate of the p-value, two-sided confidence, prior.

    Raises:
        ToplineError: TL-G01 for a null rate outside (0, 1), TL-G04 for a confidence outside it.

    """

    null: float
    confidence: float = 0.95
    prior: Beta = Beta()

    def __post_init__(self) -> None:
        if not 0 < self.null < 1:
            raise ToplineError("TL-G01", where="null", what=f"{self.null:g} is not between 0 and 1; write 20% as 0.2")
        checked_confidence(self.confidence)


def inference(boundary: Boundary, responses: int, look: int, settings: Settings) -> Inference:
    """Return what a trial that stopped at a look says about the response rate.

    Args:
        boundary: the rule that was followed.
        responses: responses among all patients up to the look.
        look: look at which the trial stopped, 1 the first.
        settings: null rate, confidence, prior.

    Raises:
        ToplineError: TL-G03, the rule does not stop with these counts.

    >>> simon = Boundary(looks=(13, 43), futility=(3, 12), efficacy=(14, 13))
    >>> found = inference(simon, 13, look=2, settings=Settings(null=0.2, confidence=0.90))
    >>> round(found.p, 5), round(found.umvue, 4), round(found.median_unbiased, 4)
    (0.04958, 0.3707, 0.3195)
    >>> [round(limit, 4) for limit in found.koyama_chen]
    [0.2002, 0.4967]

    Source: Koyama & Chen 2008, doi:10.1002/sim.3123. Golden: golden/design_inference.toml.

    """
    ends = outcomes(boundary)
    place = ends.place(look, responses)
    patients = boundary.looks[look - 1]
    return Inference(
        look,
        responses,
        patients,
        responses / patients,
        umvue(boundary, responses, look),
        rate_at(lambda rates: ends.at_least(place, rates), 0.5) if place else 0.0,
        float(ends.at_least(place, settings.null)[0]) if place else 1.0,
        koyama_chen(ends, place, settings.confidence),
        jennison_turnbull(ends, place, settings.confidence),
        settings.prior.after(responses, patients),
        settings.confidence,
    )


def umvue(boundary: Boundary, responses: int, look: int) -> float:
    """Return the unbiased estimate with the least variance: the chance that the first patient responded, given the end.

    Given the end all courses of the trial that lead there are equally probable, whatever the rate: the estimate is the
    share of them that begin with a response.

    >>> round(umvue(Boundary(looks=(13, 43), futility=(3, 12), efficacy=(14, 13)), 13, look=2), 4)
    0.3707

    Source: Girshick, Mosteller & Savage 1946, doi:10.1214/aoms/1177731018; Jung & Kim 2004, doi:10.1002/sim.1653.

    """
    outcomes(boundary).place(look, responses)
    if responses == 0:
        return 0.0
    rate = np.array(
        [responses / boundary.looks[look - 1]]
    )  # any rate gives the ratio; at this one neither part is tiny
    every, begun = (list(arrivals(boundary, rate, first))[look - 1][0, responses] for first in (False, True))
    return float(rate[0] * begun / every)


def koyama_chen(ends: Outcomes, place: int, confidence: float = 0.95) -> tuple[float, float]:
    """Return the rates at which this or a better outcome has the probability of either tail.

    Both limits come from the p-value of the outcome itself: they agree with the test, and may cover a little less than
    their level. After the worst outcome the p-value is 1 at every rate: there is no upper limit, and it is nan.

    Source: Koyama & Chen 2008, doi:10.1002/sim.3123.

    """
    tail = (1.0 - checked_confidence(confidence)) / 2.0
    if place == 0:
        return 0.0, nan

    def reach(rates: Array) -> Array:
        return ends.at_least(place, rates)

    return rate_at(reach, tail), rate_at(reach, 1.0 - tail)


def jennison_turnbull(ends: Outcomes, place: int, confidence: float = 0.95) -> tuple[float, float]:
    """Return the rates at which "this or better" and "this or worse" have the probability of a tail each.

    The interval of Clopper and Pearson for many looks: it covers with at least the confidence at every rate. Jung & Kim
    give it beside the UMVUE.

    >>> ends = outcomes(Boundary(looks=(43,), futility=(27,), efficacy=(28,)))
    >>> [round(limit, 2) for limit in jennison_turnbull(ends, ends.place(1, 28))]  # 28 of 43
    [0.49, 0.79]

    Source: Jennison & Turnbull 1983, doi:10.1080/00401706.1983.10487819; Jung & Kim 2004, doi:10.1002/sim.1653.

    """
    tail = (1.0 - checked_confidence(confidence)) / 2.0
    lower = rate_at(lambda rates: ends.at_least(place, rates), tail) if place else 0.0
    if place == len(ends.looks) - 1:
        return lower, 1.0
    return lower, rate_at(lambda rates: -ends.at_most(place, rates), -tail)


def checked_confidence(confidence: float) -> float:
    """Return a two-sided confidence; raise TL-G04 unless it lies in (0, 1)."""
    if not 0 < confidence < 1:
        raise ToplineError("TL-G04", where="confidence", what=f"{confidence:g} is not between 0 and 1")
    return confidence
