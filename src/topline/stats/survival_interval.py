"""Confidence limits of a probability from the standard error of its logarithm, on five scales."""

from collections.abc import Callable
from typing import Literal

import numpy as np
from scipy import special

from topline.stats.interval import Array, Interval, check_confidence, normal_quantile

IntervalKind = Literal["plain", "log", "log-log", "logit", "arcsine"]

NO_SPREAD = 1e-12
"""A standard error this small is 0 but for rounding; that of a first event among n subjects is about 1 / n."""

LARGEST_EXPONENT = 700.0
"""exp of more overflows a float; a limit that far out is 0 or 1 to the last digit."""


def transformed_interval(
    probability: Array, log_error: Array, kind: IntervalKind = "log-log", confidence: float = 0.95
) -> Interval:
    """Limits that are symmetric on a transformed scale and brought back to [0, 1].

    With S the probability and s the standard error of log S, the limits are z standard errors from the estimate on

    - plain: S itself, standard error S s, cut at 0 and 1;
    - log: log S, standard error s, cut at 1;
    - log-log: log(-log S), standard error s / -log S;
    - logit: log(S / (1 - S)), standard error s / (1 - S);
    - arcsine: arcsin sqrt(S), standard error s sqrt(S / (1 - S)) / 2, cut at 0 and pi / 2.

    Where s is 0 (no event so far) both limits equal S. Where S is 0 they are nan: the delta method gives none.

    Args:
        probability: estimates in [0, 1], nan where there is none; any shape.
        log_error: standard errors of log probability, same shape; inf where the probability is 0.
        kind: the scale.
        confidence: two-sided level, in (0, 1).

    Returns:
        Interval of the same shape.

    Raises:
        ValueError: unknown kind, or a level outside (0, 1).

    >>> ci = transformed_interval(np.array([6 / 39]), np.sqrt(np.array([33 / 39 / 6])), "log-log", 0.90)
    >>> [round(100 * float(x[0]), 1) for x in (ci.estimate, ci.lower, ci.upper)]
    [15.4, 7.4, 26.0]

    Source: Borgan & Liestol 1990, Scand J Stat 17:35-41; Kalbfleisch & Prentice 2002, doi:10.1002/9781118032985.
    Golden: golden/kaplan_meier.toml.

    """
    if kind not in _SCALES:
        raise ValueError(f"transformed_interval: kind is {kind!r}, not one of {', '.join(map(repr, _SCALES))}")
    z = normal_quantile(check_confidence("transformed_interval", confidence))
    exact = log_error <= NO_SPREAD
    usable = (probability > 0) & (probability < 1) & ~exact
    p, half = np.where(usable, probability, 0.5), z * np.where(usable, log_error, 0.0)
    fixed = np.where(exact, probability, np.nan)
    lower, upper = (np.where(usable, limit, fixed) for limit in _SCALES[kind](p, half))
    return Interval(probability, lower, upper, confidence, kind)


def _plain(p: Array, half: Array) -> tuple[Array, Array]:
    return np.maximum(p - p * half, 0.0), np.minimum(p + p * half, 1.0)


def _log(p: Array, half: Array) -> tuple[Array, Array]:
    return p * np.exp(-half), np.exp(np.minimum(np.log(p) + half, 0.0))


def _log_log(p: Array, half: Array) -> tuple[Array, Array]:
    hazard = -np.log(p)
    width = np.minimum(half / hazard, LARGEST_EXPONENT)
    return np.exp(-hazard * np.exp(width)), np.exp(-hazard * np.exp(-width))


def _logit(p: Array, half: Array) -> tuple[Array, Array]:
    centre, width = special.logit(p), half / (1.0 - p)
    return special.expit(centre - width), special.expit(centre + width)


def _arcsine(p: Array, half: Array) -> tuple[Array, Array]:
    angle, width = np.arcsin(np.sqrt(p)), half * np.sqrt(p / (1.0 - p)) / 2.0
    return np.sin(np.maximum(angle - width, 0.0)) ** 2, np.sin(np.minimum(angle + width, np.pi / 2.0)) ** 2


_SCALES: dict[str, Callable[[Array, Array], tuple[Array, Array]]] = {
    "plain": _plain,
    "log": _log,
    "log-log": _log_log,
    "logit": _logit,
    "arcsine": _arcsine,
}
