"""Adverse events that are measurements: runs of visits at which a value has a grade above that before treatment."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from topline.adam.ctcae.bounds import Values
from topline.adam.ctcae.grading import Grader, grade
from topline.simulate.catalogue import ASSAYS, PRESSURE_GRADES, URINE_GRADES
from topline.simulate.draws import Floats
from topline.simulate.measures import Measures
from topline.simulate.sampling import BEFORE_TREATMENT
from topline.simulate.survival import NEVER
from topline.simulate.truth_measures import Sign
from topline.simulate.tumour import Mask

Grades = NDArray[np.int8]
Days = NDArray[np.int64]

FIGURES = {**PRESSURE_GRADES, "PROT": URINE_GRADES}
"""Grades of tests of which the site reads figures rather than limits of normal."""


@dataclass(frozen=True, slots=True)
class Runs:
    """Runs of graded visits, one entry each: patient, first day, the day on which it is over (NEVER), worst grade."""

    subject: Days
    start: Days
    end: Days
    grade: Days


def grades(measures: Measures, sign: Sign, version: str) -> Grades:
    """Return the grade of each visit (n, V) by the criteria of this version, the worst of the sign's tests."""
    worst = np.zeros(measures.sampling.day.shape, np.int8)
    for code in sign.codes:
        value = measures.value(code)
        own = _figures(value, code) if code in FIGURES else _criteria(measures, sign, code, version)
        np.maximum(worst, own, out=worst)
    return np.minimum(worst, np.int8(sign.most))


def _figures(value: Floats, code: str) -> Grades:
    result = np.zeros(value.shape, np.int8)
    for limit, number in FIGURES[code]:
        result[value >= limit] = number
    return result


def _criteria(measures: Measures, sign: Sign, code: str, version: str) -> Grades:
    """Return the grades (n, V) that CTCAE gives the recorded values; 0 where it gives none."""
    plan = Grader(version).plan(code, ASSAYS[code].unit, fasting=False)
    ladders = plan.low_ladders if sign.low else plan.high_ladders
    value = measures.value(code)
    if not ladders:
        return np.zeros(value.shape, np.int8)
    low, high = (np.broadcast_to(limit[:, None], value.shape).ravel() for limit in measures.limits(code))
    base = np.broadcast_to(measures.base_value(code)[:, None], value.shape).ravel()
    status = (base > high).astype(np.int8) - (base < low).astype(np.int8)
    found = grade(ladders, Values(value.ravel(), low, high, base, status))
    return np.maximum(found, 0).astype(np.int8).reshape(value.shape)


def worse_runs(measures: Measures, sign: Sign, version: str) -> Runs:
    """Return the runs of visits after the first dose with a grade of at least the sign's least, above the baseline's.

    A visit without a value goes on as the one before it. A run that the last value belongs to has no end.
    """
    all_grades = grades(measures, sign, version)
    values = np.stack([measures.value(code) for code in sign.codes])
    known = np.asarray(np.isfinite(values).any(axis=0), np.bool_)
    before = all_grades[:, :BEFORE_TREATMENT].max(axis=1)
    worse = known & (all_grades >= sign.least) & (all_grades > before[:, None])
    worse[:, :BEFORE_TREATMENT] = False
    carried = _carried(worse, known)
    peak = np.zeros_like(all_grades)
    running = np.zeros(len(peak), np.int8)
    for visit in range(peak.shape[1]):
        now = np.maximum(running, np.where(worse[:, visit], all_grades[:, visit], 0))
        running = np.where(carried[:, visit], now, 0).astype(np.int8)
        peak[:, visit] = running
    return _runs(measures, carried, known, peak)


def _carried(worse: Mask, known: Mask) -> Mask:
    """Return the condition with each unknown visit like the last known one."""
    last = np.maximum.accumulate(np.where(known, np.arange(known.shape[1]), 0), axis=1)
    return np.asarray(np.take_along_axis(worse, last, axis=1))


def _runs(measures: Measures, carried: Mask, known: Mask, peak: Grades) -> Runs:
    edge = np.zeros((len(carried), 1), np.bool_)
    begins = carried & ~np.hstack([edge, carried[:, :-1]])
    ends = carried & ~np.hstack([carried[:, 1:], edge])
    subject, visit = np.nonzero(begins)
    _, last = np.nonzero(ends)
    over = np.minimum(last + 1, carried.shape[1] - 1)
    day = measures.sampling.day
    resolved = (over > last) & known[subject, over]
    return Runs(
        subject=subject,
        start=day[subject, visit],
        end=np.where(resolved, day[subject, over], NEVER),
        grade=peak[subject, last].astype(np.int64),
    )
