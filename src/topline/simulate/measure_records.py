"""LB and VS: what was measured at each visit, with limits of normal, the baseline flag, and what was not done."""

from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from topline.simulate.catalogue import DIPSTICK, LABORATORY, VITAL_SIGNS, Assay
from topline.simulate.draws import Floats
from topline.simulate.measures import Measures
from topline.simulate.records import Column, Roster, finished, numbers, text_of, words
from topline.simulate.tumour import Mask
from topline.tables.sdtm import SDTM

Days = NDArray[np.int64]

INDICATORS = ("", "LOW", "NORMAL", "HIGH")


@dataclass(frozen=True, slots=True)
class MeasureRecorder:
    """Writes LB and VS of a block of patients."""

    roster: Roster
    measures: Measures

    def laboratory(self, markers: pl.DataFrame) -> pl.DataFrame:
        """Return LB: a record per test and visit that is due; `markers` are records to add."""
        frames = [self._strip(assay) if assay.code == "PROT" else self._numeric(assay) for assay in LABORATORY]
        return finished(pl.concat([*frames, markers], how="diagonal"), SDTM["LB"], ("VISITNUM",))

    def vital_signs(self) -> pl.DataFrame:
        """Return VS: a record per sign and visit that is due, blood pressure sitting."""
        frames = [self._numeric(assay) for assay in VITAL_SIGNS]
        return finished(pl.concat(frames, how="diagonal"), SDTM["VS"], ("VISITNUM",))

    def _due(self, code: str) -> Mask:
        due = self.measures.sampling.due
        return due & (np.arange(due.shape[1]) == 0) if code == "HEIGHT" else due

    def _numeric(self, assay: Assay) -> pl.DataFrame:
        subject, visit = np.nonzero(self._due(assay.code))
        value = self.measures.value(assay.code)[subject, visit]
        written = text_of(numbers(value))
        unit = words((assay.unit, ""), np.isnan(value).astype(np.int64))
        prefix = assay.domain
        columns: dict[str, Column] = {
            f"{prefix}ORRES": written,
            f"{prefix}ORRESU": unit,
            f"{prefix}STRESC": written,
            f"{prefix}STRESN": numbers(value),
            f"{prefix}STRESU": unit,
        }
        if prefix == "LB":
            columns |= self._limits(assay, subject, value)
        elif assay.code in ("SYSBP", "DIABP"):
            columns["VSPOS"] = "SITTING"
        return self._records(assay, (subject, visit), columns)

    def _strip(self, assay: Assay) -> pl.DataFrame:
        """Return protein in urine as a strip shows it."""
        subject, visit = np.nonzero(self._due(assay.code))
        value = self.measures.value(assay.code)[subject, visit]
        step = np.searchsorted(np.array([limit for limit, _ in DIPSTICK]), np.nan_to_num(value), side="right")
        step = np.where(np.isnan(value), len(DIPSTICK), step)
        shown = words((*(name for _, name in DIPSTICK), ""), step)
        indicator = words(("NORMAL", "NORMAL", *["ABNORMAL"] * (len(DIPSTICK) - 2), ""), step)
        columns: dict[str, Column] = {
            "LBORRES": shown,
            "LBSTRESC": shown,
            "LBSTNRC": "NEGATIVE TO TRACE",
            "LBNRIND": indicator,
            "LBMETHOD": "DIPSTICK MEASUREMENT METHOD",
        }
        return self._records(assay, (subject, visit), columns)

    def _limits(self, assay: Assay, subject: Days, value: Floats) -> dict[str, Column]:
        low, high = (limit[subject] for limit in self.measures.limits(assay.code))
        inside = np.select([np.isnan(value), value < low, value > high], [0, 1, 3], 2)
        return {
            "LBORNRLO": text_of(numbers(low)),
            "LBORNRHI": text_of(numbers(high)),
            "LBSTNRLO": numbers(low),
            "LBSTNRHI": numbers(high),
            "LBNRIND": words(INDICATORS, inside),
        }

    def _records(self, assay: Assay, at: tuple[Days, Days], columns: dict[str, Column]) -> pl.DataFrame:
        """Return the records of a test at these patients and visits."""
        prefix, (subject, visit) = assay.domain, at
        sampling, missing = self.measures.sampling, np.isnan(self.measures.value(assay.code)[at]).astype(np.int64)
        day = sampling.day[subject, visit]
        base = (self.measures.baseline(assay.code)[subject] == visit).astype(np.int64)
        own: dict[str, Column] = {
            f"{prefix}TESTCD": assay.code,
            f"{prefix}TEST": assay.name,
            f"{prefix}STAT": words(("", "NOT DONE"), missing),
            f"{prefix}LOBXFL": words(("", "Y"), base),
            "VISITNUM": sampling.number[visit],
            "VISIT": words(sampling.names, visit),
            f"{prefix}DTC": self.roster.dates(subject, day),
            f"{prefix}DY": self.roster.study_days(subject, day),
        }
        if prefix == "LB":
            own |= {"LBCAT": assay.category, "LBSPEC": assay.specimen}
        return self.roster.records(prefix, subject, {**own, **columns})
