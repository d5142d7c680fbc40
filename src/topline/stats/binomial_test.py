"""The exact binomial test of one proportion against the null value of the design."""

from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from topline.protocol.rule.binomial import lower_tail, mass, upper_tail
from topline.stats.interval import Array
from topline.stats.proportion import check_counts

Alternative = Literal["greater", "less", "two-sided"]

RELATIVE_TIE = 1.0 + 1e-7
"""Two outcomes count as equally likely when their probabilities agree to 1e-7 (relative); R uses the same margin."""


def binomial_test(events: ArrayLike, n: ArrayLike, null: ArrayLike, alternative: Alternative = "greater") -> Array:
    """P-value of the exact binomial test: the null probability of an outcome at least as extreme as the observed one.

    "At least as extreme" is at least as many events (greater), at most as many (less), or at most as likely under the
    null (two-sided, the method of likelihood that R's binom.test uses).

    Args:
        events: numbers of subjects with the event, 0 to n; any shape.
        n: numbers of subjects, at least 1; broadcast with the others.
        null: proportions under the null hypothesis, in [0, 1].
        alternative: "greater", "less" or "two-sided".

    Returns:
        P-values of the broadcast shape, in [0, 1].

    Raises:
        ValueError: impossible counts, a null outside [0, 1], or an unknown alternative.

    >>> round(float(binomial_test(28, 43, 0.5)), 5)  # 28 of 43 against 50%, one-sided
    0.033
    >>> round(float(binomial_test(7, 20, 0.2, "two-sided")), 5)
    0.09822

    Source: Hollander, Wolfe & Chicken 2014, Nonparametric Statistical Methods, doi:10.1002/9781119196037.
    Golden: golden/published_stats.toml.

    """
    x, size, p = np.broadcast_arrays(*check_counts("binomial_test", events, n), np.asarray(null, dtype=np.float64))
    if not ((p >= 0) & (p <= 1)).all():
        raise ValueError(f"binomial_test: null is {null!r}; a null proportion lies in [0, 1]; write 20% as 0.2")
    if alternative == "greater":
        return upper_tail(x, size, p)
    if alternative == "less":
        return lower_tail(x, size, p)
    if alternative == "two-sided":
        return _two_sided(x, size, p)
    raise ValueError(f"binomial_test: alternative is {alternative!r}, not one of 'greater', 'less', 'two-sided'")


def _two_sided(x: Array, n: Array, p: Array) -> Array:
    """Add to the observed tail those outcomes of the other tail that are no likelier than the observed one."""
    below = x < n * p
    count = _unlikely_beyond_mean(x, n, p, below)
    other = np.where(below, upper_tail(n - count + 1.0, n, p), lower_tail(count - 1.0, n, p))
    own = np.where(below, lower_tail(x, n, p), upper_tail(x, n, p))
    return np.asarray(np.where(x == n * p, 1.0, np.minimum(own + other, 1.0)))


def _unlikely_beyond_mean(x: Array, n: Array, p: Array, below: np.ndarray) -> Array:
    """Count the outcomes on the far side of the mean whose probability does not exceed that of x."""
    k = np.arange(int(np.max(n, initial=0)) + 1, dtype=np.float64)
    k, mean = np.broadcast_to(k, (*x.shape, k.size)), (n * p)[..., None]
    far = np.where(below[..., None], k >= mean, k <= mean) & (k <= n[..., None])
    probability = mass(k, n[..., None], p[..., None])
    limit = mass(x, n, p)[..., None] * RELATIVE_TIE
    return np.asarray((far & (probability <= limit)).sum(axis=-1), dtype=np.float64)
