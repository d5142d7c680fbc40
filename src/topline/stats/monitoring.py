"""The posterior of a rate of toxicity, which stands beside the rule that stops for it."""

from dataclasses import dataclass

from numpy.typing import ArrayLike
from scipy import special

from topline.protocol.rule.toxicity import exceeds
from topline.stats.interval import Array, Interval, check_confidence
from topline.stats.proportion import check_counts


@dataclass(frozen=True)
class Posterior:
    """What is known of a rate after data, when its prior is a beta distribution.

    Attributes:
        rate: posterior mean with its equal-tailed credible limits.
        exceeds: probability that the rate is above the threshold.

    """

    rate: Interval
    exceeds: Array


def toxicity_posterior(
    events: ArrayLike,
    n: ArrayLike,
    threshold: float,
    prior: tuple[float, float] = (1.0, 1.0),
    confidence: float = 0.95,
) -> Posterior:
    """Posterior of a rate of toxicity under a beta prior: its mean, credible limits, and how likely it is too high.

    Args:
        events: patients with toxicity, 0 to n; any shape.
        n: patients, at least 1; broadcast with `events`.
        threshold: the acceptable rate, in (0, 1).
        prior: parameters a and b of the beta prior, above 0; (1, 1) is the uniform one.
        confidence: level of the credible limits, in (0, 1).

    Raises:
        ValueError: impossible counts, threshold, prior or level.

    >>> after = toxicity_posterior(3, 6, 0.2)
    >>> round(float(after.exceeds), 4), float(after.rate.estimate)
    (0.9667, 0.5)

    Source: Thall & Simon 1994, doi:10.2307/2533377, on the conjugate beta posterior.
    Golden: golden/safety.toml.

    """
    x, size = check_counts("toxicity_posterior", events, n)
    a, b = prior
    if not (a > 0 and b > 0 and 0.0 < threshold < 1.0):
        raise ValueError(
            f"toxicity_posterior: prior is {prior} and threshold {threshold}; the prior's parameters are above 0 and "
            "the threshold is strictly between 0 and 1; write 20% as 0.2"
        )
    tail = (1.0 - check_confidence("toxicity_posterior", confidence)) / 2.0
    alpha, beta = a + x, b + size - x
    limits = special.betaincinv(alpha, beta, tail), special.betainccinv(alpha, beta, tail)
    rate = Interval(alpha / (alpha + beta), limits[0], limits[1], confidence, f"beta({a:g}, {b:g}) prior")
    return Posterior(rate, exceeds(x, size, threshold, prior))
