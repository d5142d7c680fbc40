"""EX: what was taken, one record per drug, cycle and run of dosing days; delays, interruptions and reductions."""

from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from topline.protocol.model import Intervention, Protocol
from topline.simulate.course import Course
from topline.simulate.draws import Draws
from topline.simulate.patients import Patients
from topline.simulate.records import VISIT_CYCLE, Column, Roster, finished, words
from topline.simulate.survival import NEVER
from topline.simulate.truth import Conduct
from topline.tables.sdtm import SDTM

Days = NDArray[np.int64]

FREQUENCIES = {1: "QD", 2: "BID", 3: "TID", 4: "QID"}
DELAY_DAYS = 7


@dataclass(frozen=True, slots=True)
class Dosing:
    """C cycles of n patients (n, C): first and last possible day of dosing, the day after which it was interrupted (the
    last one if not), and whether the dose is reduced.
    """

    start: Days
    end: Days
    interrupted_by: Days
    reduced: NDArray[np.bool_]

    @property
    def given(self) -> NDArray[np.bool_]:
        """Which cycles were started."""
        return self.start <= self.end


@dataclass(frozen=True, slots=True)
class Clock:
    """Draws the cycles of a block of patients, those of the trial or a drug's own, which have another length."""

    conduct: Conduct
    patients: Patients
    course: Course
    draws: Draws

    def dosing(self, name: str, length: int) -> Dosing:
        """Draw when cycles of this length [days] start, which are cut short, and from which on the dose is reduced."""
        conduct, n, cycles = self.conduct, len(self.patients), self.patients.horizon // length + 1
        late = self._drawn(name, "delay", n, cycles) < conduct.cycle_delayed
        late[:, 0] = False
        start = self.patients.cohort.dose[:, None] + np.arange(cycles) * length + DELAY_DAYS * np.cumsum(late, axis=1)
        end = np.minimum(start + length - 1, self.course.last_dose_by[:, None])
        cut = self._drawn(name, "interrupted", n, cycles) < conduct.interrupted
        cut_day = start + np.floor(self._drawn(name, "interruption", n, cycles) * length).astype(np.int64)
        lower = self._drawn(name, "reduced", n, cycles) < conduct.reduced
        lower[:, 0] = False
        return Dosing(start, end, np.where(cut, cut_day, end), np.cumsum(lower, axis=1) > 0)

    def _drawn(self, name: str, quantity: str, n: int, cycles: int) -> NDArray[np.float64]:
        return self.draws.uniform(f"{quantity} of {name}", n, cycles)


def runs(intervention: Intervention, cycle_days: int) -> tuple[tuple[int, int], ...]:
    """Return first and last day of each run of dosing days in a cycle, days from 1.

    >>> days = (1, 2, 3, 4, 5, 8, 9, 10, 11, 12)
    >>> runs(Intervention(name="FTD/TPI", label={"en": "x", "zh": "x"}, dose=35, unit="mg/m2", days=days), 28)
    ((1, 5), (8, 12))
    """
    days = sorted(day for day in intervention.days or range(1, cycle_days + 1) if day <= cycle_days)
    breaks = [index for index in range(1, len(days)) if days[index] != days[index - 1] + 1]
    return tuple((days[a], days[b - 1]) for a, b in zip([0, *breaks], [*breaks, len(days)], strict=True))


@dataclass(frozen=True, slots=True)
class DrugCourse:
    """The cycles of one drug; `given` (n, C) are those of patients in its arm, `lead` the arm's first dosing day."""

    drug: Intervention
    length: int
    lead: int
    dosing: Dosing
    given: NDArray[np.bool_]

    @property
    def first_reduction(self) -> Days:
        """The day from which on the dose is reduced, NEVER if it is not."""
        return _first_day(self.dosing.start, self.given & self.dosing.reduced & self._taken)

    @property
    def first_interruption(self) -> Days:
        """The day of the first dose that is left out within a cycle, NEVER if there is none."""
        cut = self.dosing.interrupted_by < np.minimum(self.dosing.end, self._planned_end)
        return _first_day(self.dosing.interrupted_by + 1, self.given & cut & self._taken)

    @property
    def _taken(self) -> NDArray[np.bool_]:
        """Which cycles have a dose on record."""
        first = self.dosing.start + runs(self.drug, self.length)[0][0] - self.lead
        return first <= np.minimum(self.dosing.end, self.dosing.interrupted_by)

    @property
    def _planned_end(self) -> Days:
        return self.dosing.start + runs(self.drug, self.length)[-1][1] - self.lead


def _first_day(day: Days, there: NDArray[np.bool_]) -> Days:
    rows = np.arange(len(day))
    return np.where(there.any(axis=1), day[rows, there.argmax(axis=1)], NEVER)


def draw_drugs(protocol: Protocol, clock: Clock) -> tuple[DrugCourse, ...]:
    """Draw the cycles of every drug of every arm."""
    usual = protocol.schedule.cycle_days
    courses = []
    for index, arm in enumerate(protocol.arms):
        lead = min(runs(each, each.cycle_days or usual)[0][0] for each in arm.interventions)
        for drug in arm.interventions:
            length = drug.cycle_days or usual
            dosing = clock.dosing(f"{arm.code} {drug.name}", length)
            given = dosing.given & (clock.patients.cohort.arm == index)[:, None]
            courses.append(DrugCourse(drug, length, lead, dosing, given))
    return tuple(courses)


@dataclass(frozen=True, slots=True)
class ExposureRecorder:
    """Writes EX of a block of patients; `cycles` are the cycles of the trial, `drugs` those of each drug."""

    conduct: Conduct
    roster: Roster
    cycles: Dosing
    drugs: tuple[DrugCourse, ...]

    def exposure(self) -> pl.DataFrame:
        """Return EX: what was given to each patient in each cycle."""
        frames = [self._run(drug, run) for drug in self.drugs for run in runs(drug.drug, drug.length)]
        return finished(pl.concat(frames), SDTM["EX"], ("_start", "_drug"))

    @property
    def _names(self) -> list[str]:
        """The drugs in alphabetical order."""
        return sorted({each.drug.name.upper() for each in self.drugs})

    def _run(self, course: DrugCourse, run: tuple[int, int]) -> pl.DataFrame:
        drug, dosing = course.drug, course.dosing
        first, planned = dosing.start + run[0] - course.lead, dosing.start + run[1] - course.lead
        last = np.minimum(planned, np.minimum(dosing.end, dosing.interrupted_by))
        subject, cycle = np.nonzero(course.given & (first <= last))
        start, end, reduced = first[subject, cycle], last[subject, cycle], dosing.reduced[subject, cycle]
        stopped = dosing.interrupted_by[subject, cycle]
        adjusted = reduced | ((end == stopped) & (stopped < dosing.end[subject, cycle]))
        columns: dict[str, Column] = {
            "_start": start,
            "_drug": np.full(len(start), self._names.index(drug.name.upper())),
            "EXTRT": drug.name.upper(),
            "EXDOSE": np.where(reduced, drug.dose * self.conduct.reduced_to, drug.dose),
            "EXDOSU": drug.unit,
            "EXDOSFRQ": FREQUENCIES.get(drug.times_per_day),
            "EXROUTE": drug.route,
            "EXADJ": words(("", "ADVERSE EVENT"), adjusted.astype(np.int64)),
            **cycle_visits((self.cycles.start[subject] <= start[:, None]).sum(axis=1) - 1),
            "EXSTDTC": self.roster.dates(subject, start),
            "EXENDTC": self.roster.dates(subject, end),
            "EXSTDY": self.roster.study_days(subject, start),
            "EXENDY": self.roster.study_days(subject, end),
        }
        return self.roster.records("EX", subject, columns)


def cycle_visits(cycle: Days) -> dict[str, Column]:
    """Return VISITNUM and VISIT of cycles, given their index from 0."""
    names = tuple(f"CYCLE {number}" for number in range(1, int(cycle.max(initial=0)) + 2))
    return {"VISITNUM": (VISIT_CYCLE + 1 + cycle).astype(np.float64), "VISIT": words(names, cycle)}
