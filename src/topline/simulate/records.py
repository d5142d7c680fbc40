"""From arrays to SDTM records: identifiers, ISO dates, study days, sequence numbers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

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

    studyid: pl.Series
    usubjid: pl.Series
    subjid: pl.Series
    siteid: pl.Series
    origin: np.datetime64
    zero: Days
    dose: Days

    def records(self, domain: str, subject: Days, columns: Mapping[str, Column]) -> pl.DataFrame:
        """Return records of a domain, one per entry of `subject` (index of the patient)."""
        place = pl.Series(subject, dtype=pl.UInt32)
        frame = pl.DataFrame(
            {"_subject": subject, "USUBJID": self.usubjid.gather(place), "STUDYID": self.studyid.gather(place)}
        )
        given = {name: _column(name, value) for name, value in columns.items()}
        return frame.with_columns(pl.lit(domain).alias("DOMAIN"), **given)

    def dates(self, subject: Days, day: Days) -> pl.Series:
        """Return ISO 8601 dates of days from time zero."""
        since = self.zero[subject] + day
        first = int(since.min(initial=0))
        return _calendar(self.origin + first, int(since.max(initial=0)) - first + 1).gather(
            pl.Series((since - first).astype(np.uint32))
        )

    def study_days(self, subject: Days, day: Days) -> Days:
        """Return study days: the day of the first dose is 1, the day before it -1."""
        since = day - self.dose[subject]
        return since + (since >= 0)


def roster(studies: Sequence[str], start: date, cohort: Cohort) -> Roster:
    """Return the roster of a block; USUBJID is study, the mark VIRTUAL, site and number within the site.

    `studies` are the identifiers of the trials that the cohort's `trial` counts.
    """
    studyid = words(tuple(studies), cohort.trial)
    site, number = (pl.Series(values).cast(pl.String) for values in (cohort.site, cohort.number))
    named = {"STUDYID": studyid, "SITEID": site.str.zfill(2), "_number": number.str.zfill(3)}
    names = pl.DataFrame(named).with_columns(pl.format("{}-{}", "SITEID", "_number").alias("SUBJID"))
    usubjid = names.select(pl.format("{}-{}-{}", "STUDYID", pl.lit(MARK[1]), "SUBJID").alias("USUBJID"))["USUBJID"]
    return Roster(studyid, usubjid, names["SUBJID"], names["SITEID"], np.datetime64(start), cohort.zero, cohort.dose)


@lru_cache(maxsize=64)
def _calendar(first: np.datetime64, days: int) -> pl.Series:
    """Return the texts of so many days from the first one on."""
    return pl.Series((first + np.arange(days)).astype("datetime64[D]")).cast(pl.String)


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
    ordered = _in_order(frame, by)
    sequence = f"{table.name}SEQ"
    if sequence in table:
        subject = ordered["_subject"].to_numpy()
        begins = np.concatenate([[True], subject[1:] != subject[:-1]]) if len(subject) else np.zeros(0, np.bool_)
        first = np.maximum.accumulate(np.where(begins, np.arange(len(subject)), 0))
        ordered = ordered.with_columns(pl.Series(sequence, np.arange(1, len(subject) + 1) - first))
    kept = [v.name for v in table.variables if v.name in ordered.columns or v.core is not Core.PERMISSIBLE]
    return table.select(ordered).select(kept)


def _in_order(frame: pl.DataFrame, by: tuple[str, ...]) -> pl.DataFrame:
    """Return records by subject and `by`, missing values last; those that are alike stay in their order."""
    keys = [frame[name] for name in ("_subject", *by)]
    if any(not key.dtype.is_numeric() or key.null_count() for key in keys):
        return frame.sort("_subject", *by, maintain_order=True, nulls_last=True)
    place = _one_key([key.to_numpy().astype(np.float64) for key in keys])
    if (place[1:] >= place[:-1]).all():
        return frame
    order = pl.Series(place.argsort(kind="stable").astype(np.uint32))
    return frame.rechunk()[order]  # parts in one piece are put in order five times faster


def _one_key(keys: list[NDArray[np.float64]]) -> NDArray[np.float64]:
    """Return numbers in the order of several keys, hundredths told apart; numbers above 2^53 would not be."""
    one = keys[0]
    for key in keys[1:]:
        least = key.min(initial=0.0)
        one = one * (np.ceil(key.max(initial=0.0) - least) + 1) + (key - least)
    return one
