"""What a marker is tested against, as scores: a sum of scores over a group says how far its outcome is from all.

Subjects may be permuted (`order` says whose outcome each subject has) and weighted (how often each stands in a sample),
many samples at a time.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from topline.stats.interval import Array
from topline.stats.marker_cuts import Ints
from topline.stats.timeline import check_survival, check_two_valued, merge_ties


def _share(total: Array, size: Array) -> Array:
    return np.asarray(np.divide(total, size, out=np.zeros_like(total), where=size > 0))


STEPS, PRECISION, LARGEST = 100, 1e-10, 20.0
"""Newton steps at most, the change at which they end, and the largest log hazard ratio."""


@dataclass(frozen=True)
class Response:
    """A yes-or-no outcome, 1 or 0 for each subject; its effect is a difference of rates."""

    event: Array

    def scores(self, order: Ints, weight: Array) -> Array:
        """Return the outcome minus the weighted mean of the sample; (sample, subject).

        >>> Response(np.array([1.0, 0.0, 0.0, 0.0])).scores(np.arange(4)[None], np.array([[1.0, 1, 0, 2]])).tolist()
        [[0.75, -0.25, -0.25, -0.25]]
        """
        event = self.event[order]
        mean = _share((weight * event).sum(axis=-1), weight.sum(axis=-1))
        return np.asarray(event - mean[:, None])

    def effect(self, order: Ints, weight: Array, high: Array) -> Array:
        """Return the rate of the high group minus that of the low one; (sample,)."""
        event = self.event[order]
        one, two = weight * high, weight * (1.0 - high)
        return _share((one * event).sum(axis=-1), one.sum(axis=-1)) - _share(
            (two * event).sum(axis=-1), two.sum(axis=-1)
        )


@dataclass(frozen=True)
class Survival:
    """A time to event; its scores are those of the log-rank test, its effect the log hazard ratio.

    Attributes:
        event: 1 for an event, 0 for censored; (subject,).
        place: which of the distinct times each subject has, from 0 on; (subject,).

    """

    event: Array
    place: Ints

    def _table(self, order: Ints, weight: Array) -> tuple[Array, Array]:
        """Return deaths and subjects at risk at each distinct time; (sample, time)."""
        place, event = self.place[order], self.event[order]
        count = int(self.place.max(initial=-1)) + 1
        deaths = _at_times(place, weight * event, count)
        risk = np.flip(np.cumsum(np.flip(_at_times(place, weight, count), axis=1), axis=1), axis=1)
        return deaths, risk

    def scores(self, order: Ints, weight: Array) -> Array:
        """Return the log-rank scores: event minus Nelson-Aalen cumulative hazard of the sample; (sample, subject).

        Their sum over a group is its observed minus expected events.
        """
        deaths, risk = self._table(order, weight)
        hazard = np.cumsum(_share(deaths, risk), axis=1)
        return np.asarray(self.event[order] - np.take_along_axis(hazard, self.place[order], axis=1))

    def effect(self, order: Ints, weight: Array, high: Array) -> Array:
        """Return the log hazard ratio of the high against the low group; (sample,).

        It maximises the partial likelihood (Breslow's for ties) with Firth's penalty, which keeps it finite where a
        group has no event; 0 where nothing can be said, and never beyond LARGEST.

        Source: Heinze and Schemper 2001, doi:10.1111/j.0006-341X.2001.00114.x.
        """
        deaths, risk = self._table(order, weight)
        _, risk_high = self._table(order, weight * high)
        observed = (weight * high * self.event[order]).sum(axis=-1)
        ratio = np.zeros(len(deaths))
        for _ in range(STEPS):
            raised = risk_high * np.exp(ratio)[:, None]
            part = _share(raised, risk - risk_high + raised)
            spread = deaths * part * (1.0 - part)
            information = spread.sum(axis=-1)
            score = observed - (deaths * part).sum(axis=-1)
            score += 0.5 * _share((spread * (1.0 - 2.0 * part)).sum(axis=-1), information)
            step = np.clip(_share(score, information), -1.0, 1.0)
            ratio = np.clip(ratio + step, -LARGEST, LARGEST)
            if float(np.abs(step).max(initial=0.0)) < PRECISION:
                break
        return ratio

    def comparison(self, order: Ints, weight: Array, high: Array) -> tuple[Array, Array]:
        """Return observed minus expected events of the high group, and their log-rank variance; each (sample,)."""
        deaths, risk = self._table(order, weight)
        _, risk_high = self._table(order, weight * high)
        part = _share(risk_high, risk)
        variance = deaths * part * (1.0 - part) * _share(risk - deaths, risk - 1.0)
        difference = (weight * high * self.scores(order, weight)).sum(axis=-1)
        return difference, np.where(risk > 1, variance, 0.0).sum(axis=-1)


Outcome = Response | Survival


def survival_outcome(time: ArrayLike, event: ArrayLike) -> Survival:
    """Return the outcome of times to event, all present; times equal but for rounding are one time.

    >>> outcome = survival_outcome([1, 2, 3], [1, 0, 1])
    >>> outcome.scores(np.arange(3)[None], np.ones((1, 3))).round(4).tolist()
    [[0.6667, -0.3333, -0.3333]]
    """
    t, e = check_survival("survival_outcome", time, event)
    check_two_valued("survival_outcome", e)
    if np.isnan(t).any():
        raise ValueError("survival_outcome: a time is missing; leave the subject out")
    _, place = np.unique(merge_ties(t[None])[0], return_inverse=True)
    return Survival(e, place.astype(np.intp))


def response_outcome(event: ArrayLike) -> Response:
    """Return the outcome of a yes-or-no variable, 1 or 0 for every subject."""
    e = np.array(event, dtype=np.float64)
    if not np.isin(e, (0.0, 1.0)).all():
        raise ValueError("response_outcome: an outcome is neither 1 nor 0; leave subjects without outcome out")
    return Response(e)


def _at_times(place: Ints, weight: Array, count: int) -> Array:
    """Return sums of weights at each distinct time; (sample, time)."""
    flat = place + np.arange(len(place))[:, None] * count
    sums = np.bincount(flat.ravel(), np.broadcast_to(weight, place.shape).ravel(), minlength=len(place) * count)
    return np.asarray(sums, dtype=np.float64).reshape(len(place), count)
