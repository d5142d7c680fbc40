"""Those who were screened and not enrolled: DM and DS, no treatment, no scan after screening."""

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import polars as pl
from numpy.typing import NDArray

from topline.simulate.draws import Draws
from topline.simulate.records import Column, Roster, finished, words
from topline.simulate.subject import Cohort
from topline.simulate.truth_conduct import Conduct
from topline.tables.sdtm import SDTM

Days = NDArray[np.int64]

MOST = 60
"""So many are screened in vain before one patient is enrolled, at most."""

EARLIER_DAYS = 21
FAILURE = "SCREEN FAILURE"


@dataclass(frozen=True)
class ScreeningRecorder:
    """Writes the records of those who failed screening before each patient of a block was enrolled."""

    roster: Roster
    conduct: Conduct
    cohort: Cohort
    draws: Draws

    def with_failures(self, table: pl.DataFrame) -> pl.DataFrame:
        """Return DM or DS with the records of those who were not enrolled after those who were."""
        if self.conduct.screen_failures <= 0 or table.is_empty():
            return table
        domain = table["DOMAIN"][0]
        own = {"DM": self._demographics, "DS": self._disposition}[domain]()
        missing = [pl.lit(None, kind).alias(name) for name, kind in table.schema.items() if name not in own.columns]
        return pl.concat([table, own.with_columns(missing).select(table.columns).cast(table.schema)])

    @cached_property
    def _failed(self) -> tuple[Days, Days]:
        """The patient after whom each is counted (place in the block), and the running number before that patient.

        With the share p of the screened who fail, so many are screened in vain before each patient that k or more have
        the probability p^k.
        """
        chance = 1 - self.draws.uniform("screen failures", len(self.cohort.zero))
        count = np.minimum(np.floor(np.log(chance) / np.log(self.conduct.screen_failures)), MOST).astype(np.int64)
        who = np.repeat(np.arange(len(count)), count)
        first = np.repeat(np.cumsum(count) - count, count)
        return who, np.arange(len(who)) - first + 1

    @cached_property
    def _day(self) -> Days:
        """The day of consent of each, from time zero of the patient who was enrolled after."""
        who, _ = self._failed
        ago = np.floor(EARLIER_DAYS * self._chance(0)).astype(np.int64)
        earliest = -self.cohort.zero[who]
        return np.asarray(np.maximum(self.cohort.consent[who] - ago, earliest))

    def _chance(self, what: int) -> NDArray[np.float64]:
        """Return uniform numbers of each: their place in the stream does not depend on the size of the block."""
        who, number = self._failed
        table = self._chances
        return np.asarray(table[who, np.minimum(number, table.shape[1]) - 1, what])

    @cached_property
    def _chances(self) -> NDArray[np.float64]:
        return self.draws.uniform("screened", len(self.cohort.zero), 20, 3)

    @cached_property
    def _names(self) -> Roster:
        """The roster of those who failed: the identifier of the patient enrolled after them, S and their number."""
        who, number = self._failed
        place = pl.Series(who, dtype=pl.UInt32)
        mark = pl.Series(number).cast(pl.String)
        named = pl.DataFrame({"U": self.roster.usubjid.gather(place), "S": self.roster.subjid.gather(place), "N": mark})
        texts = named.select(pl.format("{}-S{}", "U", "N").alias("U"), pl.format("{}-S{}", "S", "N").alias("S"))
        return replace(
            self.roster,
            studyid=self.roster.studyid.gather(place),
            usubjid=texts["U"],
            subjid=texts["S"],
            siteid=self.roster.siteid.gather(place),
            zero=self.roster.zero[who],
            dose=self.roster.dose[who],
        )

    def _demographics(self) -> pl.DataFrame:
        names, everyone = self._names, np.arange(len(self._day))
        consent = names.dates(everyone, self._day)
        female = self._chance(1) < self.conduct.female
        age = np.round(self.conduct.age_mean + self.conduct.age_sd * 3.46 * (self._chance(2) - 0.5))
        columns: dict[str, Column] = {
            "SUBJID": names.subjid,
            "SITEID": names.siteid,
            "RFICDTC": consent,
            "AGE": np.clip(age, 18, 90).astype(np.int64),
            "AGEU": "YEARS",
            "SEX": words(("M", "F"), female.astype(np.int64)),
            "RACE": "ASIAN",
            "COUNTRY": "CHN",
            "ARMNRS": FAILURE,
            "DMDTC": consent,
        }
        return finished(names.records("DM", everyone, columns), SDTM["DM"], ())

    def _disposition(self) -> pl.DataFrame:
        names, everyone = self._names, np.arange(len(self._day))
        kinds = (("INFORMED CONSENT OBTAINED", "PROTOCOL MILESTONE", 0), (FAILURE, "DISPOSITION EVENT", 7))
        frames = []
        for order, (term, category, after) in enumerate(kinds):
            columns: dict[str, Column] = {
                "DSTERM": term,
                "DSDECOD": term,
                "DSCAT": category,
                "DSSCAT": "STUDY PARTICIPATION" if order else None,
                "DSSTDTC": names.dates(everyone, self._day + after),
                "_order": np.full(len(everyone), order),
            }
            frames.append(names.records("DS", everyone, columns))
        return finished(pl.concat(frames), SDTM["DS"], ("_order",))
