"""ADOCC: which treated subjects took a medication beside treatment, or had a condition before it, by class and term."""

from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from topline.adam.subject import domain
from topline.adam.subject_dates import ANTICANCER
from topline.adam.treatment_period import KEYS
from topline.tables.adam_safety import ADOCC
from topline.tables.dates import first_day, last_day

UNCODED = "UNCODED"
PARAMETER = ["PARAMCD", "PARAM", "PARCAT1", "PARCAT2", "CLASS", "TERM"]


@dataclass(frozen=True, slots=True)
class Source:
    """A domain whose records are counted: class and term, in order of preference, and what any of them is called."""

    name: str
    classes: tuple[str, ...]
    terms: tuple[str, ...]
    label: str


SOURCES = (
    Source("CM", ("CMCLAS",), ("CMDECOD", "CMTRT"), "Any Concomitant Medication"),
    Source("MH", ("MHBODSYS",), ("MHDECOD", "MHTERM"), "Any Condition in the History"),
)


def derive_occurrences(tables: Mapping[str, pl.DataFrame], periods: pl.DataFrame) -> pl.DataFrame:
    """Return ADOCC: one row per treated subject and kind of record, Y where the subject has one, N where not.

    A medication is concomitant when it may have been taken between the first dose and the end of the time in which
    adverse events count: a date in part counts with every day that it can mean, a missing end as ongoing. Treatment of
    the cancer, before or after, is not a concomitant medication. A condition counts unless its record says that the
    subject did not have it. A domain that lacks has no rows: nobody asked, which is not the same as nobody had.
    """
    treated = periods.filter(pl.col("TRTFL") == "Y").select(*KEYS, "TRTSDT", "UNTIL")
    there = [source for source in SOURCES if source.name in tables]
    if not there:
        return ADOCC.empty()
    rows = pl.concat(_occurrences(source, domain(tables, source.name), treated) for source in there).sort(
        *KEYS, "PARCAT2", "PARAMCD"
    )
    return ADOCC.select(rows.with_columns(pl.int_range(1, pl.len() + 1).over(KEYS).alias("ASEQ")))


def _occurrences(source: Source, records: pl.DataFrame, treated: pl.DataFrame) -> pl.DataFrame:
    name = source.name
    happened = records.filter(pl.col(f"{name}OCCUR").ne_missing("N")).join(treated, on=KEYS, maintain_order="left")
    if name == "CM":
        happened = happened.filter(_concomitant())
    mine = happened.select(
        *KEYS,
        pl.coalesce(*source.classes, pl.lit(UNCODED)).alias("CLASS"),
        pl.coalesce(*source.terms, pl.lit(UNCODED)).str.to_uppercase().str.strip_chars().alias("TERM"),
        pl.format(f"{name} {{}}", f"{name}SEQ").alias("REC"),
    )
    parameters, hits = _parameters(source, mine)
    counts = hits.group_by(*KEYS, "PARAMCD", maintain_order=True).agg(
        pl.len().cast(pl.Int64).alias("NRECORDS"), pl.col("REC").alias("SRCRECS")
    )
    rows = treated.select(KEYS).join(parameters, how="cross")
    rows = rows.join(counts, on=[*KEYS, "PARAMCD"], how="left", maintain_order="left")
    return rows.with_columns(
        pl.col("NRECORDS").fill_null(0),
        pl.when(pl.col("NRECORDS").is_not_null()).then(pl.lit("Y")).otherwise(pl.lit("N")).alias("AVALC"),
        pl.col("SRCRECS").fill_null([]),
        pl.lit(name).alias("SRCDOM"),
        pl.lit(source.terms[-1]).alias("SRCVAR"),
    )


def _concomitant() -> pl.Expr:
    category = pl.concat_str("CMCAT", "CMSCAT", separator=" ", ignore_nulls=True).str.to_uppercase()
    against_cancer = category.str.contains(ANTICANCER).fill_null(False)
    started = (first_day("CMSTDTC") <= pl.col("UNTIL")).fill_null(True)
    not_over = (last_day("CMENDTC") >= pl.col("TRTSDT")).fill_null(True)
    over = pl.col("CMENRTPT").is_in(["BEFORE"]) | pl.col("CMENRF").is_in(["BEFORE"])
    return ~against_cancer & started & not_over & ~over.fill_null(False)


def _parameters(source: Source, mine: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return the parameters of a domain, overall, by class and by term, and the records of each."""
    parts, hits = [], []
    for level, columns in (("OVERALL", []), ("CLASS", ["CLASS"]), ("TERM", ["CLASS", "TERM"])):
        found = _level(source, level, mine.select(columns) if columns else pl.DataFrame({"ANY": [1]}))
        parts.append(found.select(PARAMETER))
        joined = mine.join(found.select(*columns, "PARAMCD"), on=columns) if columns else _all(mine, found)
        hits.append(joined.select(*KEYS, "PARAMCD", "REC"))
    return pl.concat(parts), pl.concat(hits)


def _all(mine: pl.DataFrame, found: pl.DataFrame) -> pl.DataFrame:
    return mine.with_columns(pl.lit(found["PARAMCD"][0]).alias("PARAMCD"))


def _level(source: Source, level: str, values: pl.DataFrame) -> pl.DataFrame:
    columns = [name for name in values.columns if name in ("CLASS", "TERM")]
    named = values.unique().sort(values.columns).with_row_index("N", offset=1)
    text = pl.col(columns[-1]) if columns else pl.lit(source.label)
    number = pl.col("N").cast(pl.String).str.zfill(4)
    code = pl.format("{}{}{}", pl.lit(source.name), pl.lit(level[0]), number)
    lacking = [pl.lit(None, pl.String).alias(name) for name in ("CLASS", "TERM") if name not in columns]
    return named.with_columns(
        code.alias("PARAMCD"),
        text.alias("PARAM"),
        pl.lit(level).alias("PARCAT1"),
        pl.lit(source.name).alias("PARCAT2"),
        *lacking,
    )
