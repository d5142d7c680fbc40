"""Deterioration of a score: the first visit at which it is worse than a reference by a margin, for a time or for good.

Scores are arrays (..., visit), turned so that high is better, with the baseline first and nan where there is none. The
questions that publications answer differently are settings: reference, margin, what is definitive, death, no baseline,
nothing after it.
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array = NDArray[np.float64]
Places = NDArray[np.int64]

NEVER = -1
"""The place of a deterioration that did not happen."""

TOLERANCE = 1e-9
"""Scores are means of small whole numbers; a change within 1e-9 points of the margin reaches it."""

DEFINITIVE = ("no", "stays deteriorated", "no improvement on reference", "no improvement on itself")


@dataclass(frozen=True, slots=True)
class Deterioration:
    """Time to deterioration as an estimand: the settings that make it one number.

    Attributes:
        id: two capitals, the beginning of the parameter code (TD gives TDC30PF).
        label: what PARAM calls it.
        reference: the score that counts as undeteriorated: the baseline, the best of all earlier ones, or the last one.
        margin: least worsening that counts [points]; None takes the minimal important difference of each scale.
        definitive: `no`: the first deterioration counts. `stays deteriorated`: every later score is worse than the
            reference by the margin. `no improvement on reference`: no later score is better than the reference by the
            margin. `no improvement on itself`: no later score is better than the deteriorated one by the margin.
        last_score: whether a deterioration at the last score counts as definitive, with nothing after it to tell.
        death: whether death without deterioration is an event, or the subject is censored at the last score.
        no_baseline: a subject without baseline score is censored at the start, has an event there, or has no row.
        no_follow_up: a subject with a baseline score only is censored on the day after the start, or has an event then.

    Source: Anota and others 2015, doi:10.1007/s11136-013-0583-6; Bonnetain and others 2010, Eur J Cancer 46:2753.

    """

    id: str = "TD"
    label: str = "Time to Deterioration"
    reference: Literal["baseline", "best previous", "previous"] = "baseline"
    margin: float | None = None
    definitive: Literal["no", "stays deteriorated", "no improvement on reference", "no improvement on itself"] = "no"
    last_score: Literal["counts", "ignored"] = "counts"
    death: Literal["censor", "event"] = "censor"
    no_baseline: Literal["censor", "event", "exclude"] = "censor"
    no_follow_up: Literal["censor", "event"] = "censor"

    def __post_init__(self) -> None:
        if not (len(self.id) == 2 and self.id.isascii() and self.id.isupper() and self.id.isalpha()):
            raise ValueError(f"Deterioration: id is {self.id!r}; it is two capital letters")
        if self.margin is not None and not 0 < self.margin <= 100:
            raise ValueError(f"Deterioration: margin is {self.margin}; it lies above 0 and up to 100 points")


FIRST = Deterioration()
FOR_GOOD = Deterioration("DD", "Time to Definitive Deterioration", definitive="stays deteriorated", death="event")


@dataclass(frozen=True, slots=True)
class Deteriorated:
    """Where a deterioration happened: the visit and the visit it is compared with, NEVER where there is none; (...)."""

    at: Places
    reference: Places


def deterioration(score: ArrayLike, margin: ArrayLike, rule: Deterioration) -> Deteriorated:
    """Return the first visit at which a score is worse than its reference by a margin, as the rule reads it.

    Args:
        score: scores with high as better, baseline first, nan where missing; (..., visit).
        margin: least worsening [points], above 0; broadcast against the leading axes.
        rule: the estimand; its own margin is not used here.

    Returns:
        Deteriorated, with places on the visit axis.

    >>> pain_free = [80.0, 75, 60, np.nan, 85]
    >>> int(deterioration(pain_free, 10, FIRST).at), int(deterioration(pain_free, 10, FOR_GOOD).at)
    (2, -1)

    Golden: golden/qol.toml.

    """
    values = np.asarray(score, dtype=np.float64)
    least = np.broadcast_to(np.asarray(margin, dtype=np.float64), values.shape[:-1])[..., None]
    place = _references(values, rule.reference)
    reference = np.where(place == NEVER, np.nan, np.take_along_axis(values, np.maximum(place, 0), axis=-1))
    worse = values - reference <= -least + TOLERANCE
    counts = worse & _definitive(values, reference, least, rule)
    any_, first = counts.any(axis=-1), counts.argmax(axis=-1)
    against = np.take_along_axis(place, first[..., None], axis=-1)[..., 0]
    return Deteriorated(np.where(any_, first, NEVER), np.where(any_, against, NEVER))


def _references(values: Array, kind: str) -> Places:
    """Return the place of each visit's reference, NEVER where no earlier score can be one; (..., visit)."""
    places = np.full(values.shape, NEVER, dtype=np.int64)
    there = ~np.isnan(values)
    if kind == "baseline":
        places[..., 1:] = np.where(there[..., :1], 0, NEVER)
        return places
    so_far = np.full(values.shape[:-1], -np.inf)
    for visit in range(1, values.shape[-1]):
        before = values[..., visit - 1]
        better = there[..., visit - 1] & ((before >= so_far) | (kind == "previous"))
        places[..., visit] = np.where(better, visit - 1, places[..., visit - 1])
        so_far = np.where(better, before, so_far)
    return places


def _definitive(values: Array, reference: Array, least: Array, rule: Deterioration) -> NDArray[np.bool_]:
    """Return whether what follows each visit leaves a deterioration there definitive; (..., visit)."""
    if rule.definitive == "no":
        return np.ones(values.shape, dtype=np.bool_)
    filled = np.where(np.isnan(values), -np.inf, values)
    best_from = np.flip(np.maximum.accumulate(np.flip(filled, axis=-1), axis=-1), axis=-1)
    later = np.concatenate([best_from[..., 1:], np.full((*values.shape[:-1], 1), -np.inf)], axis=-1)
    if rule.definitive == "stays deteriorated":
        lasts = later - reference <= -least + TOLERANCE
    else:
        best = reference if rule.definitive == "no improvement on reference" else values
        lasts = later - best < least - TOLERANCE
    return np.asarray(lasts & ((later > -np.inf) | (rule.last_score == "counts")))
