"""The Kaplan-Meier estimator, for one curve or a batch of curves at once.

Curves are padded with nan behind their last time. Absent subjects are nan in `time`. Functions that take a curve accept
any leading batch axes.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from topline.stats.interval import Array, Interval
from topline.stats.survival_interval import IntervalKind, transformed_interval
from topline.stats.timeline import as_rows, check_survival, check_two_valued, lay_out, merge_ties


@dataclass(frozen=True)
class KaplanMeier:
    """A survival curve as a table with one row per distinct time, events and censorings alike.

    Attributes:
        time: distinct times, rising, padded with nan; (..., time).
        n_risk: subjects at risk just before each time, 0 in the padding.
        n_event: events at each time.
        n_censor: subjects censored at each time; they are at risk at it.
        survival: probability of no event up to and including each time; nan in the padding.
        greenwood: variance of log survival by Greenwood's sum, inf once survival is 0; nan in the padding.
        n: subjects of the curve; (...).

    """

    time: Array
    n_risk: Array
    n_event: Array
    n_censor: Array
    survival: Array
    greenwood: Array
    n: Array

    @property
    def standard_error(self) -> Array:
        """Standard error of survival; nan once survival is 0, where Greenwood's formula gives none."""
        return np.where(self.survival == 0, np.nan, self.survival) * np.sqrt(self.greenwood)

    @property
    def last_time(self) -> Array:
        """Longest observed time of each curve, event or censoring; nan without subjects; (...)."""
        return np.where(self.n > 0, np.nan_to_num(self.time).max(axis=-1, initial=0.0), np.nan)


@dataclass(frozen=True)
class Landmark:
    """Survival at fixed times.

    Attributes:
        time: the times asked for; (times,).
        n_risk: subjects still at risk just before each time; (..., times).
        standard_error: Greenwood standard error; (..., times).
        survival: estimate and limits; (..., times).

    """

    time: Array
    n_risk: Array
    standard_error: Array
    survival: Interval


def kaplan_meier(time: ArrayLike, event: ArrayLike) -> KaplanMeier:
    """Product-limit estimate of survival: at each time the share of those at risk that stays free of the event.

    A subject censored at a time with an event is at risk for that event. Times that differ by rounding only are one.

    Args:
        time: times to event or censoring, in any unit, at least 0; nan for an absent subject; (..., subject).
        event: 1 for an event, 0 for censored; same shape.

    Returns:
        KaplanMeier, one curve per row of subjects.

    Raises:
        ValueError: negative or infinite times, or events that are not 0 or 1.

    >>> weeks = [6, 6, 6, 6, 7, 9, 10, 10, 11, 13, 16, 17, 19, 20, 22, 23, 25, 32, 32, 34, 35]
    >>> relapse = [1, 1, 1, 0, 1, 0, 1, 0, 0, 1, 1, 0, 0, 0, 1, 1, 0, 0, 0, 0, 0]
    >>> six_mp = kaplan_meier(weeks, relapse)  # remission under 6-mercaptopurine, Freireich 1963
    >>> six_mp.survival[six_mp.n_event > 0].round(3).tolist()
    [0.857, 0.807, 0.753, 0.69, 0.627, 0.538, 0.448]

    Source: Kaplan & Meier 1958, doi:10.1080/01621459.1958.10501452. Golden: golden/kaplan_meier.toml.

    """
    t, e = check_survival("kaplan_meier", time, event)
    check_two_valued("kaplan_meier", e)
    line = lay_out(merge_ties(as_rows(t)))
    e = line.sort(as_rows(e))
    n_event, n_censor = line.total(e), line.total(np.where(line.present, 1.0 - e, 0.0))
    n_risk = line.total_at_risk(line.present.astype(np.float64))
    shape = (*t.shape[:-1], line.time.shape[1])
    distinct, n_risk, n_event, n_censor = (a.reshape(shape) for a in (line.time, n_risk, n_event, n_censor))
    survival, greenwood = _product_limit(np.isnan(distinct), n_risk, n_event)
    n = (~np.isnan(t)).sum(axis=-1).astype(np.float64)
    return KaplanMeier(distinct, n_risk, n_event, n_censor, survival, greenwood, n)


def _product_limit(padding: NDArray[np.bool_], n_risk: Array, n_event: Array) -> tuple[Array, Array]:
    """Multiply out the survival and add up Greenwood's terms."""
    left = n_risk - n_event
    survival = np.asarray(np.cumprod(left / np.where(padding, 1.0, n_risk) + padding, axis=-1), dtype=np.float64)
    spread = np.where(n_event == 0, 1.0, n_risk * left)
    term = np.where(spread == 0, np.inf, n_event / np.where(spread == 0, 1.0, spread))
    greenwood: Array = np.cumsum(term, axis=-1)
    blank = np.where(padding, np.nan, 0.0)
    return survival + blank, greenwood + blank


def curve_interval(km: KaplanMeier, kind: IntervalKind = "log-log", confidence: float = 0.95) -> Interval:
    """Pointwise confidence limits of a survival curve at each of its times, (..., time).

    Args:
        km: the curve or batch of curves.
        kind: scale on which the limits are symmetric; see `transformed_interval`.
        confidence: two-sided level, in (0, 1).

    >>> km = kaplan_meier([1, 2, 3, 4], [1, 1, 0, 0])
    >>> [round(float(x), 4) for x in curve_interval(km, "log-log").lower]
    [0.1279, 0.0578, 0.0578, 0.0578]

    Golden: golden/kaplan_meier.toml.

    """
    return transformed_interval(km.survival, np.sqrt(km.greenwood), kind, confidence)


def survival_at(
    km: KaplanMeier,
    times: ArrayLike,
    kind: IntervalKind = "log-log",
    confidence: float = 0.95,
    extend: bool = False,
) -> Landmark:
    """Survival at fixed times (landmark rates): the height of the step function, events at the time itself counted.

    Behind the last observed time the curve is unknown unless it has reached 0, and the answer is nan.

    Args:
        km: the curve or batch of curves.
        times: times at which to read the curve, at least 0; (times,).
        kind: scale of the limits.
        confidence: two-sided level, in (0, 1).
        extend: True carries the last height on for ever, as R does with extend=TRUE.

    Returns:
        Landmark with arrays (..., times).

    Raises:
        ValueError: a time is missing or negative.

    >>> time, event = [1.0] * 33 + [6.0] * 6, [1] * 33 + [0] * 6
    >>> three_months = survival_at(kaplan_meier(time, event), 3, "log-log", 0.90)
    >>> [round(100 * float(x[0]), 1) for x in (three_months.survival.lower, three_months.survival.upper)]
    [7.4, 26.0]

    Source: Kalbfleisch & Prentice 2002, doi:10.1002/9781118032985. Golden: golden/kaplan_meier.toml.

    """
    at = _check_times("survival_at", times)
    step = (km.time[..., :, None] <= at).sum(axis=-2)
    height = _read(km.survival, step, 1.0)
    known = (at <= km.last_time[..., None]) | (height == 0) | extend
    height = np.where(known & (km.n[..., None] > 0), height, np.nan)
    error = np.sqrt(_read(km.greenwood, step, 0.0))
    survival = transformed_interval(height, error, kind, confidence)
    return Landmark(at, numbers_at_risk(km, at), np.where(height == 0, np.nan, height) * error, survival)


def numbers_at_risk(km: KaplanMeier, times: ArrayLike) -> Array:
    """Subjects still at risk just before fixed times: those whose own time is the fixed time or later.

    Args:
        km: the curve or batch of curves.
        times: times of the risk table, at least 0; (times,).

    Returns:
        Whole numbers as floats, (..., times).

    >>> numbers_at_risk(kaplan_meier([1, 2, 3, 4], [1, 1, 0, 0]), [0, 2, 2.5, 5]).tolist()
    [4.0, 3.0, 2.0, 0.0]

    Golden: golden/kaplan_meier.toml.

    """
    at = _check_times("numbers_at_risk", times)
    leaving = (km.n_event + km.n_censor)[..., :, None]
    return np.asarray(np.where(km.time[..., :, None] >= at, leaving, 0.0).sum(axis=-2))


def reverse_kaplan_meier(time: ArrayLike, event: ArrayLike) -> KaplanMeier:
    """Kaplan-Meier estimate of the time under follow-up: censoring is the event and the event censors.

    Args:
        time: times to event or censoring; (..., subject).
        event: 1 for an event, 0 for censored; same shape.

    >>> reverse_kaplan_meier([1, 2, 3], [1, 0, 0]).survival.tolist()
    [1.0, 0.5, 0.0]

    Source: Schemper & Smith 1996, doi:10.1016/0197-2456(96)00075-X. Golden: golden/kaplan_meier.toml.

    """
    t, e = check_survival("reverse_kaplan_meier", time, event)
    return kaplan_meier(t, 1.0 - check_two_valued("reverse_kaplan_meier", e))


def _read(values: Array, step: NDArray[np.intp], start: float) -> Array:
    """Read a step function that is `start` before its first time, after `step` of its times."""
    first = np.full((*values.shape[:-1], 1), start)
    return np.take_along_axis(np.concatenate([first, values], axis=-1), step, axis=-1)


def _check_times(where: str, times: ArrayLike) -> Array:
    at = np.atleast_1d(np.array(times, dtype=np.float64))
    if not (at >= 0).all():
        raise ValueError(f"{where}: times holds {at[~(at >= 0)][0]:g}; a time on the curve is a number of at least 0")
    return at
