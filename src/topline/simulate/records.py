"""From arrays to SDTM records: identifiers, ISO dates, study days, sequence numbers."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import numpy as np
import polars as pl
from numpy.typing import NDArray

from topline.simulate.subject import Cohort
from topline.tables.declare import Core, Table
from topline.tables.virtual import MARK

Days = NDArray[np.int64]
Column = pl.Series | NDArray[np.generic] | str | float | int | None

VISIT_SCREENING, VISIT_CYCLE, VISIT_SCAN, VISIT_END, VISIT_FOLLOW_UP = 1, 100, 1000, 2000, 3000
"""VISITNUM: screening 1, cycle k 100 + k, k-th scheduled scan 1000 + k, end of treatment 2000, contact k 3000 + k."""


@dataclass(frozen=True, slots=True)
class Roster:
    """The identifiers and the calendar of a block of patients."""

    studyid: str
    usubjid: pl.Series
    subjid: pl.Series
    siteid: pl.Series
    origin: np.datetime64
    zero: Days
    dose: Days

    def records(self, domain: str, subject: Days, columns: Mapping[str, Column]) -> pl.DataFrame:
        """Return records of a domain, one per entry of `subject` (index of the patient)."""
        frame = pl.DataFrame({"_subject": subject, "USUBJID": self.usubjid.gather(pl.Series(subject, dtype=pl.UInt32))})
        given = {name: _column(name, value) for name, value in columns.items()}
        return frame.with_columns(pl.lit(self.studyid).alias("STUDYID"), pl.lit(domain).alias("DOMAIN"), **given)

    def dates(self, subject: Days, day: Days) -> pl.Series:
        """Return ISO 8601 dates of days from time zero."""
        return pl.Series((self.origin + self.zero[subject] + day).astype("datetime64[D]")).cast(pl.String)

    def study_days(self, subject: Days, day: Days) -> Days:
        """Return study days: the day of the first dose is 1, the day before it -1."""
        since = day - self.dose[subject]
        return since + (since >= 0)


def roster(studyid: str, start: date, cohort: Cohort) -> Roster:
    """Return the roster of a block; USUBJID is study, the mark VIRTUAL, site and number within the site."""
    site, number = (pl.Series(values).cast(pl.String) for values in (cohort.site, cohort.number))
    names = pl.DataFrame({"SITEID": site.str.zfill(2), "_number": number.str.zfill(3)}).with_columns(
        pl.format("{}-{}", "SITEID", "_number").alias("SUBJID")
    )
    usubjid = names.select(pl.format("{}-{}-{}", pl.lit(studyid), pl.lit(MARK[1]), "SUBJID").alias("USUBJID"))[
        "USUBJID"
    ]
    return Roster(studyid, usubjid, names["SUBJID"], names["SITEID"], np.datetime64(start), cohort.zero, cohort.dose)


def _column(name: str, value: Column) -> pl.Series | pl.Expr:
    if isinstance(value, pl.Series):
        return value.alias(name)
    if isinstance(value, np.ndarray):
        return pl.Series(name, value)
    return pl.lit(value, dtype=pl.String if value is None else None).alias(name)


def words(names: tuple[str, ...], index: NDArray[np.integer]) -> pl.Series:
    """Return the name at each index; an empty name becomes missing."""
    series = pl.Series([name or None for name in names], dtype=pl.String)
    return series.gather(pl.Series(index.astype(np.uint32)))


def numbers(values: NDArray[np.float64]) -> pl.Series:
    """Return numbers with NaN as missing."""
    return pl.Series(values, dtype=pl.Float64).fill_nan(None)


def text_of(values: pl.Series) -> pl.Series:
    """Return numbers as they are written: no decimals where there are none.

    >>> text_of(pl.Series([12.0, 7.25])).to_list()
    ['12', '7.25']
    """
    return values.cast(pl.String).str.strip_suffix(".0")


def finished(frame: pl.DataFrame, table: Table, by: tuple[str, ...]) -> pl.DataFrame:
    """Sort records by subject and `by`, number those of each subject, and give them the table's columns and types.

    Permissible variables that were not recorded are left out.
    """
    ordered = frame.sort("_subject", *by, maintain_order=True, nulls_last=True)
    sequence = f"{table.name}SEQ"
    if sequence in table:
        ordered = ordered.with_columns((pl.int_range(pl.len()).over("_subject") + 1).alias(sequence))
    kept = [v.name for v in table.variables if v.name in ordered.columns or v.core is not Core.PERMISSIBLE]
    return table.select(ordered).select(kept)
