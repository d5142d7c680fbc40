"""Numbers about adverse events and other occurrences, from rows with one treated subject each."""

import numpy as np
import polars as pl
from numpy.typing import NDArray

from topline.stats.analysis import Analysis, Number, Selection
from topline.stats.incidence import cumulative_incidence, incidence_at
from topline.stats.interval import Interval
from topline.stats.kaplan_meier import kaplan_meier, survival_at
from topline.stats.poisson import poisson_rate
from topline.stats.proportion import clopper_pearson

Array = NDArray[np.float64]

GRADES = (1, 2, 3, 4, 5)
YEAR = 365.25
PER_YEARS = 100.0
"""Rates are per this many patient-years."""

EVENT, CENSORED, DIED, ENDED = 0, 1, 2, 3
"""CNSR of ADAETTE: the event, the end of observation, death, the end of the time after treatment."""


def occurrence(chosen: Selection, analysis: Analysis) -> list[Number]:
    """Return subjects with the event, all subjects, percentage with exact interval, and the number of events."""
    interval = clopper_pearson(chosen.events, chosen.n, analysis.setting("confidence"))
    parts = (("percent", interval.estimate), ("lower", interval.lower), ("upper", interval.upper))
    numbers = [Number("n", chosen.events), Number("N", chosen.n)]
    numbers += [Number(name, 100 * float(value), unit="%") for name, value in parts]
    if "events" in analysis.settings:
        numbers.append(Number("events", float(chosen.rows[str(analysis.settings["events"])].sum())))
    return numbers


def worst_grade(chosen: Selection, analysis: Analysis) -> list[Number]:
    """Return the occurrence, and how many subjects had each grade as their worst; each subject counts once.

    A subject whose events have no grade counts as `grade unknown`.
    """
    worst = chosen.rows[str(analysis.settings["grade"])].cast(pl.Float64).to_numpy()
    having = worst[chosen.yes]
    counts = [(f"grade {grade}", int((having == grade).sum())) for grade in GRADES]
    counts.append(("grade 3 or higher", int((having >= 3).sum())))
    counts.append(("grade unknown", int(np.isnan(having).sum())))
    numbers = occurrence(chosen, analysis)
    for name, count in counts:
        numbers += [Number(name, count), Number(f"{name} percent", 100 * count / chosen.n, unit="%")]
    return numbers


def incidence_rate(chosen: Selection, analysis: Analysis) -> list[Number]:
    """Return rates per 100 patient-years with exact Poisson intervals: of first events, and of all events.

    The time of the first rate ends with each subject's first event; that of the second is all time at risk.
    """
    first = float(chosen.rows["AVAL"].sum()) / YEAR
    every = float(chosen.rows["RISKDAYS"].sum()) / YEAR
    events = int(chosen.rows["NEVENTS"].sum())
    confidence = analysis.setting("confidence")
    return [
        Number("n", chosen.events),
        Number("N", chosen.n),
        Number("years", first, unit="years"),
        *_rate_numbers("rate", poisson_rate(chosen.events, first, confidence)),
        Number("events", events),
        Number("event years", every, unit="years"),
        *_rate_numbers("event rate", poisson_rate(events, every, confidence)),
    ]


def _rate_numbers(name: str, interval: Interval) -> list[Number]:
    parts = ((name, interval.estimate), (f"{name} lower", interval.lower), (f"{name} upper", interval.upper))
    return [Number(part, PER_YEARS * float(value), unit="per 100 years") for part, value in parts]


def _states(chosen: Selection, analysis: Analysis) -> tuple[Array, Array]:
    """Return times [days] and what ended them: 0 nothing, 1 the event, 2 a competing event.

    Death competes. The end of the time in which events count does so where `ended` is "competes": then the question is
    how many have the event while it can count; else how many would have it if that time went on.
    """
    code = chosen.rows["CNSR"].to_numpy()
    competes = np.isin(code, (DIED, ENDED) if analysis.settings["ended"] == "competes" else (DIED,))
    state = np.where(code == EVENT, 1.0, np.where(competes, 2.0, 0.0))
    return chosen.rows["AVAL"].cast(pl.Float64).to_numpy(), state


def onset(chosen: Selection, analysis: Analysis) -> list[Number]:
    """Return the cumulative incidence of the first event at some months: Aalen-Johansen, and Kaplan-Meier beside it.

    Aalen-Johansen takes death, and by choice the end of treatment, as competing events. One minus Kaplan-Meier takes
    them as censoring, and is larger: it is there for comparison with publications that print it.
    """
    time, state = _states(chosen, analysis)
    months = _months(analysis)
    days = months * analysis.setting("month")
    level = analysis.setting("confidence")
    found = incidence_at(cumulative_incidence(time, state), days, "log-log", level)
    alone = survival_at(kaplan_meier(time, (state == 1).astype(np.float64)), days, "log-log", level)
    numbers = [Number("n", chosen.events), Number("N", chosen.n), Number("competing", float((state == 2).sum()))]
    for place, month in enumerate(months):
        at = float(month)
        numbers.append(Number("at risk", float(alone.n_risk[place]), at=at))
        parts = (("incidence", found.estimate), ("incidence lower", found.lower), ("incidence upper", found.upper))
        numbers += [_percent(name, float(values[place, 0]), at) for name, values in parts]
        numbers.append(_percent("competing incidence", float(found.estimate[place, 1]), at))
        numbers.append(_percent("one minus Kaplan-Meier", 1.0 - float(alone.survival.estimate[place]), at))
    return numbers


def _months(analysis: Analysis) -> Array:
    return np.array([float(month) for month in str(analysis.settings["months"]).split()])


def _percent(name: str, value: float, at: float) -> Number:
    gone = bool(np.isnan(value))
    return Number(name, None if gone else 100 * value, "NE" if gone else "", "%", at)


def onset_curve(chosen: Selection, analysis: Analysis) -> list[Number]:
    """Return the cumulative incidence over time as a curve with limits, of the event and of competing events."""
    time, state = _states(chosen, analysis)
    table = cumulative_incidence(time, state)
    at = table.time[~np.isnan(table.time)]
    found = incidence_at(table, at, "log-log", analysis.setting("confidence"))
    numbers = [Number("incidence", 0.0, unit="%", at=0.0)]
    for place, day in enumerate(at):
        month = float(day) / analysis.setting("month")
        happened = table.n_event[place]
        if happened[0]:
            parts = (("incidence", found.estimate), ("incidence lower", found.lower), ("incidence upper", found.upper))
            numbers += [_percent(name, float(values[place, 0]), month) for name, values in parts]
        if happened[1]:
            numbers.append(_percent("competing incidence", float(found.estimate[place, 1]), month))
    return numbers
