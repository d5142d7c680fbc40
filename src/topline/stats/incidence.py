"""Cumulative incidence under competing risks, for one group of subjects or a batch of groups at once."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from topline.stats.interval import Array, Interval
from topline.stats.survival_interval import IntervalKind, transformed_interval
from topline.stats.timeline import Timeline, as_rows, check_survival, lay_out, merge_ties


@dataclass(frozen=True)
class CumulativeIncidence:
    """Probabilities of each cause as a table with one row per distinct time.

    Attributes:
        time: distinct times, rising, padded with nan; (..., time).
        n_risk: subjects at risk just before each time; (..., time).
        n_event: events of each cause; (..., time, cause).
        n_censor: subjects censored; (..., time).
        incidence: probability of an event of each cause up to and including each time; nan in the padding.
        standard_error: of the incidence, by the infinitesimal jackknife; (..., time, cause).
        event_free: probability of no event of any cause; (..., time).
        event_free_error: its standard error by the same method; (..., time).
        n: subjects; (...).

    """

    time: Array
    n_risk: Array
    n_event: Array
    n_censor: Array
    incidence: Array
    standard_error: Array
    event_free: Array
    event_free_error: Array
    n: Array


def cumulative_incidence(time: ArrayLike, event: ArrayLike, causes: int = 2) -> CumulativeIncidence:
    """Aalen-Johansen estimate: the probability of each cause when an event of one cause rules out the others.

    At each time the share that has had no event so far is multiplied by the hazard of the cause, and added up. The
    standard error squares and adds what each subject contributes, which equals the multinomial one without censoring.

    Args:
        time: times to the first event or censoring, at least 0; nan for an absent subject; (..., subject).
        event: 0 for censored, otherwise the cause, 1 to `causes`; same shape.
        causes: number of causes, at least 1.

    Returns:
        CumulativeIncidence, one table per row of subjects.

    Raises:
        ValueError: impossible times, or an event code above `causes`.

    >>> relapse_or_death = cumulative_incidence([1, 2, 3, 4], [1, 2, 0, 1])
    >>> relapse_or_death.incidence.tolist()
    [[0.25, 0.0], [0.25, 0.25], [0.25, 0.25], [0.75, 0.25]]

    Source: Aalen & Johansen 1978, Scand J Stat 5:141-150; Putter, Fiocco & Geskus 2007, doi:10.1002/sim.2712.
    Golden: golden/incidence.toml.

    """
    t, e = check_survival("cumulative_incidence", time, event)
    if causes < 1 or (e > causes).any():
        raise ValueError(
            f"cumulative_incidence: causes is {causes} and the largest event code is {e.max():g}; codes run from 0 "
            "(censored) to the number of causes; correct one of them"
        )
    line = lay_out(merge_ties(as_rows(t)))
    died = line.sort((as_rows(e)[..., None] == np.arange(1, causes + 1)).astype(np.float64))
    n_risk, n_event = line.total_at_risk(line.present.astype(np.float64)), line.total(died)
    n_censor = line.total(np.where(line.present, 1.0 - died.sum(axis=-1), 0.0))
    hazard = n_event / np.maximum(n_risk, 1.0)[..., None]
    free = np.asarray(np.cumprod(1.0 - hazard.sum(axis=-1), axis=1), dtype=np.float64)
    before = np.concatenate([np.ones((len(free), 1)), free], axis=1)[:, : free.shape[1]]
    errors = _jackknife(line, died, hazard, before)
    blank = np.where(np.isnan(line.time), np.nan, 0.0)
    lead = t.shape[:-1]
    return CumulativeIncidence(
        time=line.time.reshape(*lead, -1),
        n_risk=n_risk.reshape(*lead, -1),
        n_event=n_event.reshape(*lead, -1, causes),
        n_censor=n_censor.reshape(*lead, -1),
        incidence=(np.cumsum(before[..., None] * hazard, axis=1) + blank[..., None]).reshape(*lead, -1, causes),
        standard_error=(errors[..., 1:] + blank[..., None]).reshape(*lead, -1, causes),
        event_free=(free + blank).reshape(*lead, -1),
        event_free_error=(errors[..., 0] + blank).reshape(*lead, -1),
        n=line.present.sum(axis=1).astype(np.float64).reshape(lead),
    )


def incidence_interval(
    incidence: Array, standard_error: Array, kind: IntervalKind = "log", confidence: float = 0.95
) -> Interval:
    """Confidence limits of a cumulative incidence, or of the event-free probability, on a transformed scale of it.

    Where the incidence is 0 the transformed scales give no limits (nan), and plain gives 0 to 0.

    Args:
        incidence: probabilities, any shape.
        standard_error: their standard errors, same shape.
        kind: scale; see `transformed_interval`, which is applied to the incidence and not to its complement.
        confidence: two-sided level, in (0, 1).

    >>> ci = incidence_interval(np.array(4 / 35), np.array(0.05377851132081829), "log")
    >>> round(float(ci.lower), 4), round(float(ci.upper), 4)
    (0.0454, 0.2874)

    Golden: golden/incidence.toml.

    """
    none = 0.0 if kind == "plain" else np.nan
    some = incidence > 0
    log_error = np.where(some, standard_error / np.where(some, incidence, 1.0), none)
    return transformed_interval(incidence, log_error, kind, confidence)


def incidence_at(
    table: CumulativeIncidence,
    times: ArrayLike,
    kind: IntervalKind = "log",
    confidence: float = 0.95,
    extend: bool = False,
) -> Interval:
    """Cumulative incidence of each cause at fixed times, events at the time itself counted.

    Behind the last observed time the incidence is unknown unless nobody is left free of events, and the answer is nan.

    Args:
        table: the cumulative incidence of one group or a batch.
        times: times at which to read it, at least 0; (times,).
        kind: scale of the limits.
        confidence: two-sided level, in (0, 1).
        extend: True carries the last height on for ever, as R does with extend=TRUE.

    Returns:
        Interval with arrays (..., times, cause).

    Raises:
        ValueError: a time is missing or negative, or the level lies outside (0, 1).

    >>> incidence_at(cumulative_incidence([1, 2, 3, 4], [1, 2, 0, 1]), [2.5]).estimate.tolist()
    [[0.25, 0.25]]

    Golden: golden/incidence.toml.

    """
    at = np.atleast_1d(np.array(times, dtype=np.float64))
    if not (at >= 0).all():
        raise ValueError(f"incidence_at: times holds {at[~(at >= 0)][0]:g}; a time is a number of at least 0")
    step = (table.time[..., :, None] <= at).sum(axis=-2)[..., None]
    height, error = (_read(a, step) for a in (table.incidence, table.standard_error))
    last = np.where(np.isnan(table.time), -np.inf, table.time).max(axis=-1, initial=-np.inf)
    spent = np.isclose(height.sum(axis=-1), 1.0, rtol=0.0, atol=1e-12)
    known = ((at <= last[..., None]) | spent | extend) & (table.n[..., None] > 0)
    blank = np.where(known, 0.0, np.nan)[..., None]
    return incidence_interval(height + blank, error + blank, kind, confidence)


def _read(values: Array, step: np.ndarray) -> Array:
    """Read step functions (..., time, cause) that are 0 before their first time."""
    first = np.zeros((*values.shape[:-2], 1, values.shape[-1]))
    padded = np.concatenate([first, values], axis=-2)
    return np.take_along_axis(padded, np.broadcast_to(step, (*step.shape[:-1], values.shape[-1])), axis=-2)


def _jackknife(line: Timeline, died: Array, hazard: Array, before: Array) -> Array:
    """Standard errors (batch, time, 1 + cause) of the event-free probability and of each incidence.

    Each subject's influence on an estimate is carried along the times; the variance is the sum of its squares.
    """
    batch, times, causes = hazard.shape
    at_risk_n = np.maximum(line.total_at_risk(line.present.astype(np.float64)), 1.0)
    free, cause = np.zeros(line.slot.shape), np.zeros((*line.slot.shape, causes))
    out = np.zeros((batch, times, 1 + causes))
    for i in range(times):
        rate = hazard[:, i][:, None, :]
        at_risk = (line.present & (line.slot >= i))[..., None]
        now = (line.present & (line.slot == i))[..., None]
        change = (before[:, i] / at_risk_n[:, i])[:, None, None] * (died * now - at_risk * rate)
        cause += free[..., None] * rate + change
        free = free * (1.0 - rate.sum(axis=-1)) - change.sum(axis=-1)
        out[:, i, 0], out[:, i, 1:] = (free**2).sum(axis=1), (cause**2).sum(axis=1)
    return np.sqrt(out)
