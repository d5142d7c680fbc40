"""Restricted mean survival time: the area under a Kaplan-Meier curve up to a horizon."""

from dataclasses import dataclass

import numpy as np

from topline.stats.interval import Array, Interval, check_confidence, normal_quantile
from topline.stats.kaplan_meier import KaplanMeier


@dataclass(frozen=True)
class RestrictedMean:
    """Mean time free of the event within a horizon.

    Attributes:
        mean: estimate and normal-theory limits in the unit of time; (...).
        standard_error: standard error in the unit of time; (...).
        horizon: the time up to which the mean is taken.

    """

    mean: Interval
    standard_error: Array
    horizon: float


def restricted_mean(km: KaplanMeier, horizon: float, confidence: float = 0.95, extend: bool = False) -> RestrictedMean:
    """Mean survival time within a horizon: the area under the Kaplan-Meier curve from 0 to the horizon.

    The variance adds, over the event times, the squared area from that time to the horizon times Greenwood's term,
    without a small-sample factor.

    Args:
        km: the curve or batch of curves.
        horizon: end of the area in the unit of time, above 0.
        confidence: two-sided level, in (0, 1).
        extend: True carries the last height on to the horizon, as R does; False gives nan where the horizon lies behind
            the last observed time of a curve that has not reached 0.

    Returns:
        RestrictedMean with arrays of the batch shape.

    Raises:
        ValueError: the horizon is not a finite number above 0, or the level lies outside (0, 1).

    >>> from topline.stats.kaplan_meier import kaplan_meier
    >>> float(restricted_mean(kaplan_meier([1, 2, 3, 4], [1, 1, 1, 1]), 4).mean.estimate)
    2.5

    Source: Royston & Parmar 2013, doi:10.1186/1471-2288-13-152; variance: Miller 1981, Survival Analysis.
    Golden: golden/kaplan_meier.toml.

    """
    if not 0.0 < horizon < np.inf:
        raise ValueError(
            f"restricted_mean: horizon is {horizon}; it must be a finite time above 0; take it from the plan"
        )
    z = normal_quantile(check_confidence("restricted_mean", confidence))
    area, ahead = _areas(km, horizon)
    error = np.sqrt((ahead**2 * _greenwood_terms(km)).sum(axis=-1))
    ends_at_0 = np.where(np.isnan(km.survival), 1.0, km.survival).min(axis=-1, initial=1.0) == 0
    known = (km.n > 0) & ((horizon <= km.last_time) | ends_at_0 | extend)
    area, error = np.where(known, area, np.nan), np.where(known, error, np.nan)
    mean = Interval(area, area - z * error, area + z * error, confidence, "restricted mean", True)
    return RestrictedMean(mean, error, horizon)


def _areas(km: KaplanMeier, horizon: float) -> tuple[Array, Array]:
    """Area from 0 to the horizon, and for each time of the curve the area from it to the horizon."""
    ones = np.ones((*km.time.shape[:-1], 1))
    start = np.concatenate([0.0 * ones, np.where(np.isnan(km.time), horizon, np.minimum(km.time, horizon))], axis=-1)
    height = np.concatenate([ones, np.nan_to_num(km.survival)], axis=-1)
    pieces = np.diff(start, axis=-1, append=horizon * ones) * height
    ahead = np.flip(np.cumsum(np.flip(pieces, axis=-1), axis=-1), axis=-1)
    return ahead[..., 0], ahead[..., 1:]


def _greenwood_terms(km: KaplanMeier) -> Array:
    """Greenwood's term of each time; 0 where all at risk have the event, as no area follows."""
    spread = km.n_risk * (km.n_risk - km.n_event)
    return np.asarray(np.where(spread > 0, km.n_event / np.where(spread > 0, spread, 1.0), 0.0))
