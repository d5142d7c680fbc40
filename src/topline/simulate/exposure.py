"""EX: what was taken, one record per drug, cycle and run of dosing days; delays, interruptions and reductions."""

from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from topline.protocol.model import Arm, Intervention, Protocol
from topline.simulate.course import Course
from topline.simulate.draws import Draws
from topline.simulate.patients import Patients
from topline.simulate.records import VISIT_CYCLE, Column, Roster, finished, words
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
class ExposureRecorder:
    """Writes EX of a block of patients; `cycles` are the cycles of the trial."""

    protocol: Protocol
    roster: Roster
    clock: Clock
    cycles: Dosing

    def exposure(self) -> pl.DataFrame:
        """Return EX: what was given to each patient in each cycle."""
        drugs = [(index, arm, drug) for index, arm in enumerate(self.protocol.arms) for drug in arm.interventions]
        frames = [frame for index, arm, drug in drugs for frame in self._drug(index, arm, drug)]
        return finished(pl.concat(frames), SDTM["EX"], ("EXSTDTC", "EXTRT"))

    def _drug(self, index: int, arm: Arm, drug: Intervention) -> list[pl.DataFrame]:
        """Return the records of one drug; the first dosing day of the arm is the day of the first dose."""
        usual = self.protocol.schedule.cycle_days
        length = drug.cycle_days or usual
        dosing = self.clock.dosing(f"{arm.code} {drug.name}", length)
        given = dosing.given & (self.clock.patients.cohort.arm == index)[:, None]
        lead = min(runs(each, each.cycle_days or usual)[0][0] for each in arm.interventions)
        return [self._run(drug, dosing, given, (first - lead, last - lead)) for first, last in runs(drug, length)]

    def _run(self, drug: Intervention, dosing: Dosing, given: NDArray[np.bool_], run: tuple[int, int]) -> pl.DataFrame:
        first = dosing.start + run[0]
        last = np.minimum(dosing.start + run[1], np.minimum(dosing.end, dosing.interrupted_by))
        subject, cycle = np.nonzero(given & (first <= last))
        start, end, reduced = first[subject, cycle], last[subject, cycle], dosing.reduced[subject, cycle]
        stopped = dosing.interrupted_by[subject, cycle]
        adjusted = reduced | ((end == stopped) & (stopped < dosing.end[subject, cycle]))
        columns: dict[str, Column] = {
            "EXTRT": drug.name.upper(),
            "EXDOSE": np.where(reduced, drug.dose * self.clock.conduct.reduced_to, drug.dose),
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
