"""One proportion: confidence intervals for events out of n.

Every function takes counts of any shape (a trial, or one count per virtual trial) and works element by element.
"""

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from topline.protocol.rule.binomial import lower_tail, upper_tail
from topline.protocol.rule.interval import clopper_pearson_limits, wilson_limits
from topline.stats.interval import Array, Interval, check_confidence, rising_root


def check_counts(where: str, events: ArrayLike, n: ArrayLike) -> tuple[Array, Array]:
    """Return events and n as float arrays of one shape if each pair is a possible count.

    Args:
        where: name of the calling estimator, for the message.
        events: numbers of subjects with the event, whole, 0 to n.
        n: numbers of subjects, whole, at least 1.

    Raises:
        ValueError: a count is missing or not whole, n is below 1, or events is outside 0 to n.

    >>> check_counts("wilson", 3, [10, 20])
    (array([3., 3.]), array([10., 20.]))

    """
    x, size = (np.array(a, dtype=np.float64) for a in np.broadcast_arrays(events, n))
    _refuse(where, "events", x, ~np.isfinite(x) | (x != np.floor(x)), "a count is a whole number; count the subjects")
    _refuse(where, "n", size, ~np.isfinite(size) | (size != np.floor(size)), "a count is a whole number")
    _refuse(where, "n", size, size < 1, "a proportion needs at least one subject; leave the empty group out")
    rule = "events must lie between 0 and n; correct the numerator or the denominator"
    _refuse(where, "events", x, (x < 0) | (x > size), rule)
    return x, size


def _refuse(where: str, name: str, values: Array, bad: np.ndarray, rule: str) -> None:
    if bad.any():
        at = np.unravel_index(int(np.argmax(bad)), bad.shape)
        place = f" at index {tuple(int(i) for i in at)}" if bad.ndim else ""
        raise ValueError(f"{where}: {name} is {values[at]:g}{place}; {rule}")


def clopper_pearson(events: ArrayLike, n: ArrayLike, confidence: float = 0.95) -> Interval:
    """Exact interval: every p that neither one-sided binomial test rejects at half the error level.

    Coverage is at least the confidence level whatever the true proportion. At 0 events the lower limit is 0, at n
    events the upper limit is 1.

    Args:
        events: numbers of subjects with the event, 0 to n; any shape.
        n: numbers of subjects, at least 1; broadcast with `events`.
        confidence: two-sided level, in (0, 1).

    Returns:
        Interval with estimate, lower and upper of the broadcast shape, each in [0, 1].

    Raises:
        ValueError: impossible counts or level.

    >>> ci = clopper_pearson(7, 83)  # 8.4% (95% CI 3.5-16.6)
    >>> round(float(ci.lower), 3), round(float(ci.upper), 3)
    (0.035, 0.166)

    Source: Clopper & Pearson 1934, doi:10.1093/biomet/26.4.404. Golden: golden/proportion.toml.

    """
    x, size = check_counts("clopper_pearson", events, n)
    limits = clopper_pearson_limits(x, size, check_confidence("clopper_pearson", confidence))
    return Interval(x / size, *limits, confidence, "Clopper-Pearson")


def wilson(events: ArrayLike, n: ArrayLike, confidence: float = 0.95) -> Interval:
    """Score interval: every p whose score test, without continuity correction, is not rejected.

    Args:
        events: numbers of subjects with the event, 0 to n; any shape.
        n: numbers of subjects, at least 1; broadcast with `events`.
        confidence: two-sided level, in (0, 1).

    Returns:
        Interval with estimate, lower and upper of the broadcast shape, each in [0, 1].

    Raises:
        ValueError: impossible counts or level.

    >>> ci = wilson(0, 10)
    >>> float(ci.lower), round(float(ci.upper), 4)
    (0.0, 0.2775)

    Source: Wilson 1927, doi:10.1080/01621459.1927.10502953. Golden: golden/proportion.toml.

    """
    x, size = check_counts("wilson", events, n)
    limits = wilson_limits(x, size, check_confidence("wilson", confidence))
    return Interval(x / size, *limits, confidence, "Wilson score")


def jeffreys(events: ArrayLike, n: ArrayLike, confidence: float = 0.95) -> Interval:
    """Equal-tailed posterior interval under the Beta(1/2, 1/2) prior, with the limit set to 0 or 1 at the boundary.

    At 0 events the lower limit is 0 and at n events the upper limit is 1; the other limit keeps half the error level.
    The estimate is the observed proportion, not the posterior mean.

    Args:
        events: numbers of subjects with the event, 0 to n; any shape.
        n: numbers of subjects, at least 1; broadcast with `events`.
        confidence: two-sided level, in (0, 1).

    Returns:
        Interval with estimate, lower and upper of the broadcast shape, each in [0, 1].

    Raises:
        ValueError: impossible counts or level.

    >>> ci = jeffreys(3, 29)
    >>> round(float(ci.lower), 4), round(float(ci.upper), 4)
    (0.03, 0.251)

    Source: Brown, Cai & DasGupta 2001, doi:10.1214/ss/1009213286. Golden: golden/proportion.toml.

    """
    x, size = check_counts("jeffreys", events, n)
    tail = (1.0 - check_confidence("jeffreys", confidence)) / 2.0
    a, b = x + 0.5, size - x + 0.5
    lower = np.where(x == 0, 0.0, special.betaincinv(a, b, tail))
    upper = np.where(x == size, 1.0, special.betainccinv(a, b, tail))
    return Interval(x / size, lower, upper, confidence, "Jeffreys")


def mid_p(events: ArrayLike, n: ArrayLike, confidence: float = 0.95) -> Interval:
    """Exact interval that counts only half of the probability of the observed number of events in each tail.

    Shorter than Clopper-Pearson; coverage is close to, not always above, the confidence level.

    Args:
        events: numbers of subjects with the event, 0 to n; any shape.
        n: numbers of subjects, at least 1; broadcast with `events`.
        confidence: two-sided level, in (0, 1).

    Returns:
        Interval with estimate, lower and upper of the broadcast shape, each in [0, 1].

    Raises:
        ValueError: impossible counts or level.

    >>> ci = mid_p(0, 10)  # upper limit 1 - 0.05 ** (1 / 10)
    >>> float(ci.lower), round(float(ci.upper), 4)
    (0.0, 0.2589)

    Source: Berry & Armitage 1995, doi:10.2307/2348891. Golden: golden/proportion.toml.

    """
    x, size = check_counts("mid_p", events, n)
    tail = (1.0 - check_confidence("mid_p", confidence)) / 2.0
    lower = rising_root(lambda p: _mid_p_upper_tail(x, size, p), np.full_like(x, tail))
    upper = rising_root(lambda p: -_mid_p_lower_tail(x, size, p), np.full_like(x, -tail))
    return Interval(x / size, np.where(x == 0, 0.0, lower), np.where(x == size, 1.0, upper), confidence, "mid-P")


def _mid_p_upper_tail(x: Array, n: Array, p: Array) -> Array:
    """P(X > x) + P(X = x) / 2, the mean of P(X >= x) and P(X >= x + 1)."""
    return (upper_tail(x, n, p) + upper_tail(x + 1.0, n, p)) / 2.0


def _mid_p_lower_tail(x: Array, n: Array, p: Array) -> Array:
    """P(X < x) + P(X = x) / 2, as the complement of the upper tail; exact enough because the tail is not small."""
    return (lower_tail(x, n, p) + lower_tail(x - 1.0, n, p)) / 2.0
