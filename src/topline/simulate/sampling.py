"""When blood, urine and vital signs are taken: at screening, on days of each cycle, at the end of treatment."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from topline.simulate.course import DEATH, LOST, ONGOING, Course
from topline.simulate.exposure import Dosing, DrugCourse
from topline.simulate.patients import Patients
from topline.simulate.records import VISIT_CYCLE, VISIT_END, VISIT_SCREENING
from topline.simulate.tumour import Mask

Days = NDArray[np.int64]

BEFORE_TREATMENT = 2
"""How many visits lie before the first dose: screening, and the first day, on which samples come before the dose."""


@dataclass(frozen=True, slots=True)
class Sampling:
    """The V visits of n patients at which samples are due: screening, days of each cycle, end of treatment.

    `day` (n, V) counts from time zero; `due` (n, V) says whether the visit takes place. `number` and `names` (V,) are
    VISITNUM and VISIT, `cycle` (V,) the index of the cycle (-1 at screening) and `offset` (V,) days since its start.
    """

    day: Days
    due: Mask
    number: NDArray[np.float64]
    names: tuple[str, ...]
    cycle: Days
    offset: Days


def plan_sampling(patients: Patients, course: Course, cycles: Dosing, days: tuple[int, ...]) -> Sampling:
    """Return the visits of the trial's cycles on these days [from 1], while treatment goes on, and at its end."""
    n, count = cycles.start.shape
    cycle = np.repeat(np.arange(count), len(days))
    offset = np.tile(np.array(days) - 1, count)
    within = cycles.start[:, cycle] + offset
    due = cycles.given[:, cycle] & (within <= np.minimum(cycles.end[:, cycle], course.last_dose_by[:, None]))
    ended = ~np.isin(course.treatment_ended, (ONGOING, DEATH, LOST))
    last = np.where(due, within, -1).max(axis=1)
    number = VISIT_CYCLE + 1 + cycle + np.where(offset == 0, 0, offset + 1) / 100
    names = tuple(_name(index, after) for index, after in zip(cycle.tolist(), offset.tolist(), strict=True))
    return Sampling(
        day=np.column_stack([patients.cohort.baseline, within, course.treatment_end]),
        due=np.column_stack([np.ones(n, np.bool_), due, ended & (course.treatment_end > last)]),
        number=np.array([VISIT_SCREENING, *number, VISIT_END], dtype=np.float64),
        names=("SCREENING", *names, "END OF TREATMENT"),
        cycle=np.array([-1, *cycle, -1]),
        offset=np.array([0, *offset, 0]),
    )


def _name(cycle: int, offset: int) -> str:
    return f"CYCLE {cycle + 1}" if offset == 0 else f"CYCLE {cycle + 1} DAY {offset + 1}"


def days_into_cycle(sampling: Sampling, cycles: Dosing) -> tuple[Days, Days]:
    """Return for each visit (n, V) days since the start of the last cycle before it, and how many cycles came before.

    The first day of a cycle belongs to the cycle before. Before the first dose both are 0.
    """
    start = np.where(cycles.given, cycles.start, np.iinfo(np.int64).max)
    before = np.zeros(sampling.day.shape, np.int64)
    for each in start.T:
        before += each[:, None] < sampling.day
    began = np.take_along_axis(start, np.maximum(before - 1, 0), axis=1)
    return np.where(before > 0, sampling.day - began, 0), np.maximum(before - 1, 0)


def dose_share(sampling: Sampling, drugs: tuple[DrugCourse, ...], reduced_to: float) -> NDArray[np.float64]:
    """Return the share of the full dose (n, V) that a patient had last: below 1 once any drug of the arm is reduced."""
    share = np.ones(sampling.day.shape)
    for drug in drugs:
        first = drug.first_reduction
        share = np.where(sampling.day > first[:, None], reduced_to, share)
    return share
