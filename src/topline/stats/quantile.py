"""Medians, quartiles and other quantiles of a survival curve, with two kinds of limits."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from topline.stats.interval import Array, Interval, check_confidence, normal_quantile
from topline.stats.kaplan_meier import KaplanMeier, curve_interval, reverse_kaplan_meier
from topline.stats.survival_interval import IntervalKind

FLAT_TOLERANCE = float(np.sqrt(np.finfo(np.float64).eps))
"""A curve within 1.5e-8 of a level lies on it; R uses the same margin."""


def survival_quantile(
    km: KaplanMeier, share: float = 0.5, kind: IntervalKind = "log-log", confidence: float = 0.95
) -> Interval:
    """Time by which a share of the subjects has had the event, with the limits of Brookmeyer and Crowley.

    The quantile is the first time at which survival falls to 1 - share or below. Where the curve runs exactly on that
    level it is the middle of the flat piece, which ends at the next event, or at the last observed time. The limits are
    the same quantile of the lower and of the upper confidence curve. A quantile or limit that the curve does not reach
    is nan.

    A confidence curve can rise again late in small samples, above all with kind "log"; the limit is its first crossing,
    as R prints with a curve (R's quantile() may name a later one).

    Args:
        km: the curve or batch of curves.
        share: share of subjects with the event, in (0, 1): 0.5 the median, 0.25 the first quartile.
        kind: scale of the confidence curves.
        confidence: two-sided level, in (0, 1).

    Returns:
        Interval in the unit of time, of the batch shape of the curve.

    Raises:
        ValueError: share or level outside (0, 1), or unknown kind.

    >>> from topline.stats.kaplan_meier import kaplan_meier
    >>> float(survival_quantile(kaplan_meier([1, 2, 3, 4], [1, 1, 1, 1])).estimate)  # flat at 50% from 2 to 3
    2.5

    Source: Brookmeyer & Crowley 1982, doi:10.2307/2530286. Golden: golden/kaplan_meier.toml.

    """
    _check_share("survival_quantile", share)
    band = curve_interval(km, kind, confidence)
    estimate, lower, upper = (_crossing(km, curve, share) for curve in (km.survival, band.lower, band.upper))
    return Interval(estimate, lower, upper, confidence, f"Brookmeyer-Crowley, {kind}")


def symmetric_median_interval(
    km: KaplanMeier, confidence: float = 0.95, share: float = 0.5, margin: float = 0.05
) -> Interval:
    """Median plus and minus z standard errors, where the standard error is that of survival divided by the density.

    The median m is the first time with S(m) <= 1/2, without the midpoint rule. Its standard error is se(S(m)) / f with
    f = (S(u) - S(l)) / (l - u), u the last event time with S >= 1/2 + margin (0 if there is none) and l the first with
    S <= 1/2 - margin. Many papers print this interval because SPSS does. It may reach below 0, it ignores the skewness
    of the median, and it depends on the margin: print it only to compare with such a paper, and say so.

    Args:
        km: the curve or batch of curves.
        confidence: two-sided level, in (0, 1).
        share: share of subjects with the event, in (0, 1); 0.5 for the median.
        margin: distance in probability over which the density is taken, in (0, 0.5).

    Returns:
        Interval with `symmetric` True; limits nan where the curve does not fall to 1/2 - margin.

    Raises:
        ValueError: share, margin or level out of range.

    >>> from topline.stats.kaplan_meier import kaplan_meier
    >>> weeks = [10, 13, 18, 19, 23, 30, 36, 38, 54, 56, 59, 75, 93, 97, 104, 107, 107, 107]
    >>> stopped = [1, 0, 0, 1, 0, 1, 1, 0, 0, 0, 1, 1, 1, 1, 0, 1, 0, 0]
    >>> ci = symmetric_median_interval(kaplan_meier(weeks, stopped))
    >>> [round(float(x)) for x in (ci.estimate, ci.lower, ci.upper)]  # standard error 17.13 weeks
    [93, 59, 127]

    Source: Collett 2015, Modelling Survival Data in Medical Research, section 2.4, doi:10.1201/b18041.
    Golden: golden/published_stats.toml.

    """
    _check_share("symmetric_median_interval", share)
    _check_share("symmetric_median_interval (margin doubled)", 2.0 * margin)
    half = normal_quantile(check_confidence("symmetric_median_interval", confidence))
    level = 1.0 - share
    median, _, at = _first(km, km.survival <= level + FLAT_TOLERANCE)
    early, s_early = _last_event(km, km.survival >= level + margin - FLAT_TOLERANCE)
    late, s_late, _ = _first(km, (km.survival <= level - margin + FLAT_TOLERANCE) & (km.n_event > 0))
    error = at * (late - early) / (s_early - s_late)
    return Interval(median, median - half * error, median + half * error, confidence, "symmetric (SPSS style)", True)


def median_follow_up(
    time: ArrayLike, event: ArrayLike, kind: IntervalKind = "log-log", confidence: float = 0.95
) -> Interval:
    """Median follow-up by reverse Kaplan-Meier: the median time to censoring, where an event ends the observation.

    Args:
        time: times to event or censoring; (..., subject).
        event: 1 for an event (death), 0 for censored; same shape.
        kind: scale of the confidence curves.
        confidence: two-sided level, in (0, 1).

    Returns:
        Interval in the unit of time; nan where fewer than half are ever censored.

    >>> float(median_follow_up([1, 2, 3, 4, 5], [1, 0, 0, 0, 0]).estimate)
    3.5

    Source: Schemper & Smith 1996, doi:10.1016/0197-2456(96)00075-X. Golden: golden/kaplan_meier.toml.

    """
    return survival_quantile(reverse_kaplan_meier(time, event), 0.5, kind, confidence)


def _crossing(km: KaplanMeier, curve: Array, share: float) -> Array:
    """First time at which a falling curve reaches 1 - share, or the middle of the flat piece on that level."""
    fallen = 1.0 - curve
    reached, _, _ = _first(km, fallen >= share - FLAT_TOLERANCE)
    passed, _, _ = _first(km, fallen >= share + FLAT_TOLERANCE)
    last = (km.time == km.last_time[..., None]) & (np.abs(fallen - share) < FLAT_TOLERANCE)
    end = np.where(np.isnan(passed) & last.any(axis=-1), km.last_time, passed)
    return np.asarray((reached + end) / 2.0)


def _first(km: KaplanMeier, where: NDArray[np.bool_]) -> tuple[Array, Array, Array]:
    """Time, survival and standard error at the first of the marked times; nan where none is marked."""
    found = where.any(axis=-1)
    if not found.any():
        none = np.full(found.shape, np.nan)
        return none, none, none
    index = where.argmax(axis=-1)[..., None]
    picked = (np.take_along_axis(a, index, axis=-1)[..., 0] for a in (km.time, km.survival, km.standard_error))
    time, survival, error = (np.where(found, a, np.nan) for a in picked)
    return time, survival, error


def _last_event(km: KaplanMeier, where: NDArray[np.bool_]) -> tuple[Array, Array]:
    """Time and survival at the last of the marked event times; time 0 and survival 1 where none is marked."""
    marked = where & (km.n_event > 0)
    time = np.where(marked, km.time, 0.0).max(axis=-1, initial=0.0)
    survival = np.where(marked, km.survival, 1.0).min(axis=-1, initial=1.0)
    return time, survival


def _check_share(where: str, share: float) -> None:
    if not 0.0 < share < 1.0:
        raise ValueError(f"{where}: {share} does not lie strictly between 0 and 1; write the median as 0.5")
