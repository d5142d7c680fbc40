"""Medication that no event asks for: therapy before the trial, concomitant drugs, new anti-cancer therapy."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import polars as pl
from numpy.typing import NDArray

from topline.simulate.course import Course
from topline.simulate.draws import Draws, Floats
from topline.simulate.history import PRIOR
from topline.simulate.patients import Patients
from topline.simulate.records import Column, Roster, finished, words
from topline.simulate.survival import NEVER
from topline.simulate.truth import Conduct
from topline.simulate.tumour import Mask
from topline.tables.sdtm import SDTM

Days = NDArray[np.int64]

CONCOMITANT = ("AMLODIPINE", "OMEPRAZOLE", "MEGESTROL", "LOPERAMIDE")
GENERAL = "GENERAL CONCOMITANT MEDICATION"
TAKES_PILLS = 0.6
"""Share of patients with a concomitant drug from the start (assumed)."""


@dataclass(frozen=True)
class MedicationRecorder:
    """Writes the records of CM that do not depend on adverse events."""

    roster: Roster
    conduct: Conduct
    patients: Patients
    course: Course
    draws: Draws

    def records(self) -> tuple[pl.DataFrame, ...]:
        """Return therapy before the trial, concomitant drugs and new anti-cancer therapy, not yet in order."""
        course, cohort, draws, n = self.course, self.patients.cohort, self.draws, len(self.patients)
        before = cohort.baseline - 30 - np.floor(draws.uniform("prior therapy", n) * 300).astype(np.int64)
        pills = np.nonzero(draws.uniform("concomitant", n) < TAKES_PILLS)[0]
        after = np.floor(draws.uniform("concomitant start", n) * (course.last_dose_by - cohort.dose + 1))
        known, kinds = self._known, self._kinds
        start = cohort.dose + after.astype(np.int64)
        return (
            self._drugs(np.arange(n), PRIOR, "PRIOR ANTI-CANCER THERAPY", (before, kinds[:, 0], known[:, 0])),
            self._drugs(pills, CONCOMITANT, GENERAL, (start, kinds[:, 1], known[:, 1])),
            self._later(),
        )

    def new_therapy(self) -> pl.DataFrame:
        """Return CM with new anti-cancer therapy alone: of it the same records as in the whole of CM."""
        return finished(self._later(), SDTM["CM"], ("_day",))

    def _later(self) -> pl.DataFrame:
        later = np.nonzero(self.course.therapy < NEVER)[0]
        drawn = (self.course.therapy, self._kinds[:, 2], self._known[:, 2])
        return self._drugs(later, self.conduct.therapies, "ANTI-CANCER THERAPY", drawn)

    @cached_property
    def _known(self) -> Mask:
        """Whether the day of each start is known (n, kinds of medication)."""
        partial = self.conduct.partial_date
        return np.asarray(
            self.draws.uniform("partial date", len(self.patients), 3) >= np.array([0.3, partial, partial])
        )

    @cached_property
    def _kinds(self) -> Floats:
        return self.draws.uniform("medication", len(self.patients), 3)

    def _drugs(
        self, who: Days, names: tuple[str, ...], category: str, drawn: tuple[Days, Floats, Mask]
    ) -> pl.DataFrame:
        """Return medication records; a start that is not fully known is recorded as year and month."""
        day, kind, known = drawn[0][who], drawn[1][who], drawn[2][who]
        drug = words(names, np.floor(kind * len(names)).astype(np.int64))
        whole = self.roster.dates(who, day)
        columns: dict[str, Column] = {
            "CMTRT": drug,
            "CMDECOD": drug,
            "CMCAT": category,
            "CMSTDTC": whole.zip_with(pl.Series(known), whole.str.head(7)),
            "_day": day,
        }
        return self.roster.records("CM", who, columns)
