"""Subjects laid out along their distinct times: the shape that every survival estimator works on.

Arrays are (batch, subject) going in and (batch, time) coming out, where a row of the batch is one trial, or one stratum
or group of it. A missing time (nan) is an absent subject: it pads short rows and carries no information.
"""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from topline.stats.interval import Array

TIE_TOLERANCE = float(np.sqrt(np.finfo(np.float64).eps))
"""Times closer than this, absolutely or relative to the mean distinct time, are one time (R: timefix)."""


@dataclass(frozen=True)
class Timeline:
    """Subjects in order of time, with the distinct time that each belongs to.

    Attributes:
        time: distinct times of each row, rising, padded with nan; (batch, time).
        order: position of each sorted subject in the input; (batch, subject).
        present: True for sorted subjects with a time; (batch, subject).
        slot: index into `time` of each sorted subject, 0 where absent; (batch, subject).

    """

    time: Array
    order: NDArray[np.intp]
    present: NDArray[np.bool_]
    slot: NDArray[np.intp]

    def sort(self, values: Array) -> Array:
        """Return per-subject values (batch, subject, ...) in order of time, with 0 for absent subjects."""
        trailing = (1,) * (values.ndim - 2)
        order = self.order.reshape(*self.order.shape, *trailing)
        present = self.present.reshape(*self.present.shape, *trailing)
        return np.where(present, np.take_along_axis(values, order, axis=1), 0.0)

    def total(self, values: Array) -> Array:
        """Return sums over the subjects of each distinct time, (batch, time, ...), of sorted values."""
        out = np.zeros((*self.time.shape, *values.shape[2:]))
        rows = np.broadcast_to(np.arange(len(out))[:, None], self.slot.shape)
        np.add.at(out, (rows[self.present], self.slot[self.present]), values[self.present])
        return out

    def total_at_risk(self, values: Array) -> Array:
        """Return sums over the subjects at risk at each distinct time, (batch, time, ...), of sorted values."""
        return np.flip(np.cumsum(np.flip(self.total(values), axis=1), axis=1), axis=1)

    def spread(self, values: Array) -> Array:
        """Return for each sorted subject the value (batch, time, ...) at its own distinct time."""
        if values.shape[1] == 0:
            return np.zeros((*self.slot.shape, *values.shape[2:]))
        slot = self.slot.reshape(*self.slot.shape, *(1,) * (values.ndim - 2))
        return np.take_along_axis(values, slot, axis=1)


def as_rows(values: Array, trailing: int = 1) -> Array:
    """Return values (..., subject) with all batch axes in one, (batch, subject); also where there is no subject.

    Args:
        values: any batch axes in front.
        trailing: number of axes behind the batch axes.

    >>> as_rows(np.zeros((2, 3, 0))).shape
    (6, 0)

    """
    lead = values.ndim - trailing
    return values.reshape(math.prod(values.shape[:lead]), *values.shape[lead:])


def check_survival(where: str, time: ArrayLike, event: ArrayLike) -> tuple[Array, Array]:
    """Return time and event as float arrays of one shape if they are survival data.

    Args:
        where: name of the calling estimator, for the message.
        time: times from the start to event or censoring, at least 0, nan for an absent subject.
        event: whole codes, 0 for censored; read only where a time is present.

    Raises:
        ValueError: a time is negative or infinite, or an event of a present subject is missing, negative or not whole.

    >>> check_survival("kaplan_meier", [1, np.nan], [1, 0])
    (array([ 1., nan]), array([1., 0.]))

    """
    t, e = (np.array(a, dtype=np.float64) for a in np.broadcast_arrays(time, event))
    if t.ndim == 0:
        raise ValueError(f"{where}: time is the single value {t:g}; give one time per subject, as a sequence")
    bad = np.isinf(t) | (t < 0)
    if bad.any():
        raise ValueError(
            f"{where}: time is {t[bad][0]:g} for subject {int(np.argwhere(bad)[0][-1])}; a time to event is finite and "
            "not negative; correct the dates, or give nan for a subject who is not in the analysis"
        )
    bad = ~np.isnan(t) & ~((e >= 0) & (e == np.floor(e)))
    if bad.any():
        raise ValueError(
            f"{where}: event is {e[bad][0]:g} for subject {int(np.argwhere(bad)[0][-1])}; it must be 0 for censored or "
            "a whole number for an event; set it wherever there is a time"
        )
    return t, np.where(np.isnan(t), 0.0, e)


def check_two_valued(where: str, event: Array) -> Array:
    """Return the events if each is 0 or 1.

    Raises:
        ValueError: an event code is above 1.

    >>> check_two_valued("kaplan_meier", np.array([0.0, 1.0]))
    array([0., 1.])

    """
    if (event > 1).any():
        raise ValueError(
            f"{where}: event is {event[event > 1][0]:g}, not one of 0 (censored), 1 (event); code competing events as "
            "censored here, or use cumulative_incidence"
        )
    return event


def merge_ties(time: Array) -> Array:
    """Return the times with those that differ only by rounding set to the smallest of their run.

    Neighbouring distinct times of a row are one time when they differ by at most 1.5e-8, absolutely or relative to the
    mean of the row's distinct times, so that 0.1 + 0.2 and 0.3 tie.

    Args:
        time: times (batch, subject), nan for absent subjects.

    Returns:
        Times of the same shape; equal where they are tied.

    >>> merge_ties(np.array([[0.1 + 0.2, 0.3, 5.0]])).tolist()
    [[0.3, 0.3, 5.0]]

    Source: the method of R's survival::aeqSurv.

    """
    order = np.argsort(time, axis=1, kind="stable")
    sorted_time = np.take_along_axis(time, order, axis=1)
    step = np.diff(sorted_time, axis=1, prepend=-np.inf)
    first = step > 0
    count = np.maximum(first.sum(axis=1, keepdims=True), 1)
    mean = np.where(first, sorted_time, 0.0).sum(axis=1, keepdims=True) / count
    new = first & (step > TIE_TOLERANCE) & (step > TIE_TOLERANCE * mean)
    run = np.maximum(np.cumsum(new, axis=1) - 1, 0)
    start = np.maximum.accumulate(np.where(new, np.arange(time.shape[1]), 0), axis=1) if run.size else run
    merged = np.where(np.isnan(sorted_time), np.nan, np.take_along_axis(sorted_time, start, axis=1))
    out = np.empty_like(time)
    np.put_along_axis(out, order, merged, axis=1)
    return out


def lay_out(time: Array) -> Timeline:
    """Return the timeline of a batch of times in which ties are already equal.

    Args:
        time: times (batch, subject), nan for absent subjects.

    >>> lay_out(np.array([[3.0, 1.0, 3.0, np.nan]])).time.tolist()
    [[1.0, 3.0]]

    """
    order = np.argsort(time, axis=1, kind="stable")
    sorted_time = np.take_along_axis(time, order, axis=1)
    present = ~np.isnan(sorted_time)
    new = present & (np.diff(sorted_time, axis=1, prepend=-np.inf) > 0)
    slot = np.where(present, np.cumsum(new, axis=1) - 1, 0)
    distinct = np.full((len(time), int(new.sum(axis=1).max(initial=0))), np.nan)
    rows = np.broadcast_to(np.arange(len(time))[:, None], slot.shape)
    distinct[rows[new], slot[new]] = sorted_time[new]
    return Timeline(distinct, order, present, slot)
