"""Inference after a two-stage single-arm design: estimates, p-value and intervals that know of the futility stop.

Outcomes are ordered by stage: every total that reached stage 2 ranks above every stop at stage 1, then by responses.
The number of responses alone tells the stage: at most r1 means stop at stage 1, more means stage 2 was completed.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from topline.stats.binomial_test import log_probability
from topline.stats.interval import Array, Interval, check_confidence, rising_root
from topline.stats.proportion import upper_tail


@dataclass(frozen=True)
class TwoStageDesign:
    """A design that stops for futility at r1 or fewer responses of n1 and is positive above r responses of n.

    Attributes:
        n1: subjects in stage 1, at least 1.
        r1: largest number of responses of stage 1 that stops the trial, -1 (never) to n1 - 1.
        n: subjects of both stages, above n1.
        r: largest total number of responses that is not positive, r1 to n - 1.

    Raises:
        ValueError: the four numbers are no such design.

    >>> TwoStageDesign(n1=13, r1=3, n=43, r=12).n2
    30

    """

    n1: int
    r1: int
    n: int
    r: int

    def __post_init__(self) -> None:
        if not (1 <= self.n1 < self.n and -1 <= self.r1 < self.n1 and self.r1 <= self.r < self.n):
            raise ValueError(
                f"TwoStageDesign: n1={self.n1}, r1={self.r1}, n={self.n}, r={self.r}; "
                "a two-stage design has 1 <= n1 < n, -1 <= r1 < n1 and r1 <= r < n; read them off the protocol again"
            )

    @property
    def n2(self) -> int:
        """Subjects added in stage 2."""
        return self.n - self.n1


def two_stage_p_value(design: TwoStageDesign, responses: ArrayLike, null: float) -> Array:
    """P-value of Koyama and Chen: the null probability of an outcome ranked at least as high as the observed one.

    Args:
        design: the design that was followed.
        responses: total responses, at most r1 if the trial stopped at stage 1; any shape.
        null: response rate under the null hypothesis, in [0, 1].

    Returns:
        P-values of the shape of `responses`, in [0, 1].

    Raises:
        ValueError: responses outside 0 to n, or a null outside [0, 1].

    >>> round(float(two_stage_p_value(TwoStageDesign(13, 3, 43, 12), 13, 0.2)), 5)
    0.04958

    Source: Koyama & Chen 2008, doi:10.1002/sim.3123. Golden: golden/two_stage.toml.

    """
    k = _check_responses(design, responses)
    if not 0.0 <= null <= 1.0:
        raise ValueError(f"two_stage_p_value: null is {null}; a response rate lies in [0, 1]; write 20% as 0.2")
    return _reach(design, k, np.full_like(k, null))


def median_unbiased(design: TwoStageDesign, responses: ArrayLike) -> Array:
    """Median-unbiased estimate: the response rate at which the two-stage p-value of the observed outcome is one half.

    With no responses the p-value is 1 at every rate, and the estimate is 0.

    Args:
        design: the design that was followed.
        responses: total responses; any shape.

    Returns:
        Response rates of the shape of `responses`, in [0, 1].

    >>> round(float(median_unbiased(TwoStageDesign(13, 3, 43, 12), 13)), 4)
    0.3195

    Source: Koyama & Chen 2008, doi:10.1002/sim.3123. Golden: golden/two_stage.toml.

    """
    k = _check_responses(design, responses)
    return _rate_at(design, k, 0.5)


def umvue(design: TwoStageDesign, responses: ArrayLike) -> Array:
    """Uniformly minimum variance unbiased estimate: mean of the stage 1 rate given the total and that stage 2 was met.

    Args:
        design: the design that was followed.
        responses: total responses; any shape.

    Returns:
        Response rates of the shape of `responses`; responses / n1 where the trial stopped at stage 1.

    >>> round(float(umvue(TwoStageDesign(13, 3, 43, 12), 13)), 4)
    0.3707

    Source: Jung & Kim 2004, doi:10.1002/sim.1653. Golden: golden/two_stage.toml.

    """
    k = _check_responses(design, responses)
    first = np.arange(design.r1 + 1, design.n1 + 1, dtype=np.float64)
    total = np.maximum(k, design.r1 + 1)[..., None]
    weight = _log_ways(design.n1, first) + _log_ways(design.n2, total - first)
    weight = np.exp(weight - weight.max(axis=-1, keepdims=True))
    mean = (weight * first / design.n1).sum(axis=-1) / weight.sum(axis=-1)
    return np.asarray(np.where(k <= design.r1, k / design.n1, mean))


def naive_rate(design: TwoStageDesign, responses: ArrayLike) -> Array:
    """Maximum likelihood estimate: responses divided by the subjects of the stages that were run; biased downwards.

    >>> float(naive_rate(TwoStageDesign(13, 3, 43, 12), [2, 13])[1]) == 13 / 43
    True

    """
    k = _check_responses(design, responses)
    return np.asarray(np.where(k <= design.r1, k / design.n1, k / design.n))


def koyama_chen(design: TwoStageDesign, responses: ArrayLike, confidence: float = 0.95) -> Interval:
    """Interval of Koyama and Chen: every response rate at which the two-stage p-value lies between the two tails.

    Both limits come from the p-value of the observed outcome itself, so the interval agrees with the test but may cover
    a little less than its level (`jennison_turnbull` never does). The estimate is the median-unbiased one. With no
    responses the p-value is 1 at every rate: there is no upper limit, and it is nan.

    Args:
        design: the design that was followed.
        responses: total responses; any shape.
        confidence: two-sided level, in (0, 1); 0.90 goes with a one-sided test at 5%.

    Returns:
        Interval of the shape of `responses`, limits exact to floating point (no grid).

    >>> ci = koyama_chen(TwoStageDesign(13, 3, 43, 12), 13, 0.90)
    >>> round(float(ci.lower), 4), round(float(ci.upper), 4)
    (0.2002, 0.4967)

    Source: Koyama & Chen 2008, doi:10.1002/sim.3123. Golden: golden/two_stage.toml.

    """
    k = _check_responses(design, responses)
    tail = (1.0 - check_confidence("koyama_chen", confidence)) / 2.0
    upper = np.where(k == 0, np.nan, _rate_at(design, k, 1.0 - tail))
    return Interval(_rate_at(design, k, 0.5), _rate_at(design, k, tail), upper, confidence, "Koyama-Chen")


def jennison_turnbull(design: TwoStageDesign, responses: ArrayLike, confidence: float = 0.95) -> Interval:
    """Exact interval in the order of stages: neither "this or higher" nor "this or lower" is rarer than half the error.

    The two-stage counterpart of Clopper-Pearson: coverage is at least the confidence level at every response rate.
    The estimate is the UMVUE, as in Jung and Kim.

    Args:
        design: the design that was followed.
        responses: total responses; any shape.
        confidence: two-sided level, in (0, 1).

    Returns:
        Interval of the shape of `responses`; lower 0 at no response, upper 1 at n responses.

    >>> ci = jennison_turnbull(TwoStageDesign(13, 3, 43, 12), 0, 0.90)  # 0 of 13: as Clopper-Pearson
    >>> float(ci.lower), round(float(ci.upper), 4)
    (0.0, 0.2058)

    Source: Jennison & Turnbull 1983, doi:10.1080/00401706.1983.10487819. Golden: golden/published_stats.toml.

    """
    k = _check_responses(design, responses)
    tail = (1.0 - check_confidence("jennison_turnbull", confidence)) / 2.0
    upper = np.where(k == design.n, 1.0, _rate_at(design, k + 1.0, 1.0 - tail))
    return Interval(umvue(design, k), _rate_at(design, k, tail), upper, confidence, "Jennison-Turnbull")


def check_stage(design: TwoStageDesign, responses: int, stage: int) -> None:
    """Refuse a trial that did not follow its design, to which no two-stage inference applies.

    Args:
        design: the design in the protocol.
        responses: total responses observed.
        stage: stage at which the trial ended, 1 or 2.

    Raises:
        ValueError: stopped at stage 1 with more than r1 responses, or completed stage 2 with r1 or fewer.

    >>> check_stage(TwoStageDesign(13, 3, 43, 12), 13, 2)

    """
    expected = 1 if float(_check_responses(design, responses)) <= design.r1 else 2
    if stage != expected:
        raise ValueError(
            f"check_stage: {responses} responses, ended at stage {stage}; the design stops at stage 1 with {design.r1} "
            "or fewer and goes on otherwise; report the proportion as observed and say that the rule was not followed"
        )


def _check_responses(design: TwoStageDesign, responses: ArrayLike) -> Array:
    k = np.array(responses, dtype=np.float64)
    bad = ~np.isfinite(k) | (k != np.floor(k)) | (k < 0) | (k > design.n)
    if bad.any():
        raise ValueError(
            f"two-stage inference: responses is {k[bad][0]:g}; it must be a whole number from 0 to n={design.n}; "
            "count the responders among the subjects of the design"
        )
    return k


def _reach(design: TwoStageDesign, k: Array, p: Array) -> Array:
    """Probability at rate p of an outcome ranked at or above a total of k."""
    first = np.arange(design.r1 + 1, design.n1 + 1, dtype=np.float64)
    n1, n2 = np.array(float(design.n1)), np.array(float(design.n2))
    joint = np.exp(log_probability(first, n1, p[..., None])) * upper_tail(k[..., None] - first, n2, p[..., None])
    stopped = upper_tail(k, np.full_like(k, design.n1), p)
    return np.asarray(np.where(k <= design.r1, stopped, joint.sum(axis=-1)))


def _rate_at(design: TwoStageDesign, k: Array, probability: float) -> Array:
    """Response rate at which an outcome of k or higher has the given probability; worked once per distinct k."""
    distinct, back = np.unique(k, return_inverse=True)
    rate = rising_root(lambda p: _reach(design, distinct, p), np.full_like(distinct, probability))
    return np.asarray(rate[back].reshape(k.shape))


def _log_ways(n: int, k: Array) -> Array:
    """Log of n choose k; -inf outside 0 to n."""
    inside = (k >= 0) & (k <= n)
    j = np.where(inside, k, 0.0)
    ways = special.gammaln(n + 1.0) - special.gammaln(j + 1.0) - special.gammaln(n - j + 1.0)
    return np.asarray(np.where(inside, ways, -np.inf))
