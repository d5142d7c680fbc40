"""Times of many trials at once: the numbers of the methods of `survival`, with a batch axis over trials."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from topline.stats.analysis import Analysis
from topline.stats.interval import Interval
from topline.stats.kaplan_meier import KaplanMeier, kaplan_meier, survival_at
from topline.stats.quantile import median_follow_up, survival_quantile, symmetric_median_interval
from topline.stats.restricted_mean import restricted_mean
from topline.stats.survival import QUARTILES

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Times:
    """Times and events of many trials, each with at least one subject.

    Attributes:
        time: days to event or censoring, nan where a trial has no further subject; (trial, subject).
        event: 1 for an event; same shape.
        n: subjects; (trial,).
        events: subjects with the event; (trial,).

    """

    time: Array
    event: Array
    n: NDArray[np.int64]
    events: NDArray[np.int64]

    @cached_property
    def curve(self) -> KaplanMeier:
        """The Kaplan-Meier curve of each trial."""
        return kaplan_meier(self.time, self.event)


@dataclass(frozen=True)
class Column:
    """One number of each trial: statistic, value (nan: none), and the text that goes with it.

    `texts` are the text of a value, of none, and of a value that is `marked`.
    """

    statistic: str
    value: Array
    texts: tuple[str, str, str] = ("", "", "")
    marked: NDArray[np.bool_] | None = None

    def text(self, gone: NDArray[np.bool_]) -> NDArray[np.int64]:
        """Return which of the texts goes with each value."""
        place = gone.astype(np.int64)
        return place if self.marked is None else np.where(self.marked & ~gone, 2, place)


Columns = list[Column]


def estimates(times: Times, analysis: Analysis) -> Columns:
    """Return what `survival.estimate` gives for each trial."""
    km, confidence, month = times.curve, analysis.setting("confidence"), analysis.setting("month")
    columns = [
        Column("N", times.n.astype(np.float64)),
        Column("events", times.events.astype(np.float64)),
        Column("censored", (times.n - times.events).astype(np.float64)),
        Column("events percent", 100 * times.events / times.n),
    ]
    for name, share in QUARTILES:
        columns += _quantile(name, survival_quantile(km, share, "log-log", confidence), month)
    shortest, longest = np.nanmin(times.time, axis=1), np.nanmax(times.time, axis=1)
    own = times.event == 1
    begins = (own & (times.time == shortest[:, None])).any(axis=1)
    ends = (own | (times.time != longest[:, None])).all(axis=1)
    return [
        *columns,
        Column("min", shortest / month, ("", "", "+"), ~begins),
        Column("max", longest / month, ("", "", "+"), ~ends),
    ]


def _quantile(name: str, interval: Interval, month: float) -> Columns:
    limits = ((name, interval.estimate), (f"{name} lower", interval.lower), (f"{name} upper", interval.upper))
    return [Column(part, np.asarray(value) / month, ("", "NR", "")) for part, value in limits]


def symmetric_medians(times: Times, analysis: Analysis) -> Columns:
    """Return what `survival.symmetric` gives for each trial."""
    interval = symmetric_median_interval(times.curve, analysis.setting("confidence"))
    return _quantile("median", interval, analysis.setting("month"))


def landmarks(times: Times, analysis: Analysis) -> Columns:
    """Return what `survival.landmark` gives for each trial."""
    day = analysis.setting("at") * analysis.setting("month")
    found = survival_at(times.curve, [day], "log-log", analysis.setting("confidence"), extend=False)
    parts = (("rate", found.survival.estimate), ("lower", found.survival.lower), ("upper", found.survival.upper))
    rates = [Column(name, 100 * np.asarray(value)[:, 0], ("", "NE", "")) for name, value in parts]
    return [Column("at risk", np.asarray(found.n_risk)[:, 0]), *rates]


def restricted_means(times: Times, analysis: Analysis) -> Columns:
    """Return what `survival.mean_restricted` gives for each trial."""
    month = analysis.setting("month")
    found = restricted_mean(times.curve, analysis.setting("at") * month, analysis.setting("confidence"))
    mean = found.mean
    parts = (("mean", mean.estimate), ("lower", mean.lower), ("upper", mean.upper), ("se", found.standard_error))
    return [Column(name, np.asarray(value) / month, ("", "NE", "")) for name, value in parts]


def follow_ups(times: Times, analysis: Analysis) -> Columns:
    """Return what `survival.follow_up` gives for each trial."""
    interval = median_follow_up(times.time, _known(times), "log-log", analysis.setting("confidence"))
    return _quantile("median", interval, analysis.setting("month"))


def _known(times: Times) -> Array:
    return np.where(np.isnan(times.time), 0.0, times.event)


@dataclass(frozen=True)
class Values:
    """Values (trial, value) of many trials, nan where a trial has no further one, and how many each has, at least 1."""

    value: Array
    n: NDArray[np.int64]


def summaries(values: Values) -> Columns:
    """Return what `subject.summary` gives for each trial."""
    n = values.n
    ordered = np.sort(values.value, axis=1)  # nan last
    mean = np.nansum(ordered, axis=1) / n
    spread = np.nansum((ordered - mean[:, None]) ** 2, axis=1)
    sd = np.where(n > 1, np.sqrt(spread / np.maximum(n - 1, 1)), np.nan)
    quartiles = [Column(name, _quantile5(ordered, n, share)) for name, share in QUARTILES]
    ends = (Column("min", ordered[:, 0]), Column("max", ordered[np.arange(len(n)), n - 1]))
    return [Column("n", n.astype(np.float64)), Column("mean", mean), Column("sd", sd), *quartiles, *ends]


def _quantile5(ordered: Array, n: NDArray[np.int64], share: float) -> Array:
    """Return the quantile of sorted values by SAS definition 5, see `subject.quantile5`."""
    place = share * n
    whole = np.floor(place)
    rows = np.arange(len(n))
    lower = np.clip(np.ceil(place) - 1, 0, n - 1).astype(np.int64)
    upper = np.clip(np.where(place == whole, whole, lower), 0, n - 1).astype(np.int64)
    return np.asarray((ordered[rows, lower] + ordered[rows, upper]) / 2)


TIMES: Mapping[str, Callable[[Times, Analysis], Columns]] = {
    "kaplan-meier": estimates,
    "symmetric-median": symmetric_medians,
    "landmark": landmarks,
    "restricted-mean": restricted_means,
    "follow-up": follow_ups,
}
"""The methods of times that have a kernel over trials."""
