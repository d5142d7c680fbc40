"""The one value that counts of each subject for a marker: from which record it is, and why none where there is none."""

from collections.abc import Mapping

import polars as pl

from topline.adam.units import conversion
from topline.protocol.biomarker import Categorical, Continuous, Marker
from topline.tables.adam_biomarker import NEGATIVE, POSITIVE
from topline.tables.dates import first_day, last_day, precision
from topline.tables.findings import findings, join_findings
from topline.tables.sdtm_biomarker import MARKER_DOMAINS

KEYS = ("STUDYID", "USUBJID")
FIELDS = ("SEQ", "STRESC", "STRESN", "STRESU", "ORRES", "DTC", "STAT", "LOBXFL", "BLFL")
COLUMNS = (
    "VISIT", "ADT", "ADTF", "AVAL", "AVALC", "AVALU", "AVALCAT1", "SRCDOM", "SRCVAR", "SRCSEQ", "RECS",
)  # fmt: skip
SHORT = 12
"""Digits that a number of a marker keeps as text."""


def marker_values(
    tables: Mapping[str, pl.DataFrame], adsl: pl.DataFrame, marker: Marker
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return the value of each subject that has a record in time (STUDYID, USUBJID, `COLUMNS`), and findings.

    Before treatment: the last record on or before the start of time (STARTDT); one without date counts where it is
    flagged as baseline. On treatment: the last record after the first day, within the window up to the landmark. A date
    in part counts only where every day it could mean does, TL-B04 where that is open. A value that cannot be used is
    missing, never guessed: TL-B01 for a text where a number is needed or another unit, TL-B02 for a level that the
    protocol does not name. Where the protocol names no unit, values in another unit than most are in another one.
    """
    records, undated = _records(tables, adsl, marker)
    timely = records.filter(_in_time(marker)).sort(*KEYS, "ADT", "SEQ", nulls_last=False)
    day = [*KEYS, "ADT"]
    values = timely.group_by(KEYS, maintain_order=True).last()
    conflict = timely.group_by(day, maintain_order=True).agg(
        pl.col("SAID").n_unique().alias("N"), pl.col("SAID").last()
    )
    conflict = conflict.join(values.select(day), on=day, how="semi", nulls_equal=True).filter(pl.col("N") > 1)
    values, found = _judged(values, marker)
    name = marker.source.domain
    several = findings("TL-B03", conflict, name, variable=marker.id, value=pl.col("SAID"))
    said = pl.col("DTC").fill_null("")
    open_ = pl.format("{}: may be from before the first dose or after it; it is not used", pl.lit(marker.id))
    message = pl.when(pl.col("ADT").is_null()).then(pl.lit("marker sample without date")).otherwise(open_)
    without = findings(
        "TL-B04", undated, name, variable=f"{name}DTC", value=said, record=_record(name), message=message
    )
    return values.select(*KEYS, *COLUMNS), join_findings(found, several, without)


def _record(name: str) -> pl.Expr:
    return pl.format(f"{name} {{}}", "SEQ")


def _records(
    tables: Mapping[str, pl.DataFrame], adsl: pl.DataFrame, marker: Marker
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return the records of the marker that were done, with their dates, and those of them without a usable date."""
    name = marker.source.domain
    table = MARKER_DOMAINS[name]
    frame = tables.get(name, table.empty())
    absent = [v for v in table.variables if v.name not in frame.columns]
    frame = frame.with_columns(pl.lit(None, dtype=v.dtype).alias(v.name) for v in absent)
    frame = frame.filter(pl.col(f"{name}TESTCD").str.to_uppercase() == marker.source.test.upper())
    frame = frame.filter(pl.sql_expr(marker.source.where))
    rows = frame.select(*KEYS, "VISIT", *(pl.col(f"{name}{field}").alias(field) for field in FIELDS))
    said = pl.coalesce(pl.col("STRESN").cast(pl.String), "STRESC", "ORRES")
    rows = rows.filter((pl.col("STAT").fill_null("") != "NOT DONE") & said.is_not_null()).with_columns(
        said.alias("SAID"),
        first_day("DTC").alias("FIRSTDT"),
        last_day("DTC").alias("ADT"),
        precision("DTC").alias("ADTF"),
        ((pl.col("LOBXFL") == "Y") | (pl.col("BLFL") == "Y")).fill_null(False).alias("FLAGGED"),
    )
    rows = rows.join(adsl.select(*KEYS, "STARTDT"), on=KEYS, how="inner", maintain_order="left")
    lost = pl.col("ADT").is_null() & (pl.lit(marker.on_treatment is not None) | ~pl.col("FLAGGED"))
    open_ = (pl.col("FIRSTDT") <= pl.col("STARTDT")) & (pl.col("STARTDT") < pl.col("ADT"))
    return rows, rows.filter((lost | open_).fill_null(False))


def _in_time(marker: Marker) -> pl.Expr:
    """Return whether a record is from the time at which the marker is measured."""
    if marker.on_treatment is None:
        undated = pl.col("ADT").is_null() & pl.col("FLAGGED")
        return ((pl.col("ADT") <= pl.col("STARTDT")) | undated).fill_null(False)
    landmark = pl.col("STARTDT") + pl.duration(days=marker.on_treatment.day - 1)
    earliest = landmark - pl.duration(days=marker.on_treatment.window_days)
    after = (pl.col("FIRSTDT") > pl.col("STARTDT")) & (pl.col("FIRSTDT") >= earliest)
    return (after & (pl.col("ADT") <= landmark)).fill_null(False)


def _judged(values: pl.DataFrame, marker: Marker) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return the values with number, text, unit and group, and the findings about those that cannot be used."""
    name = marker.source.domain
    if isinstance(marker.measure, Continuous):
        values, variable = _continuous(values, marker, marker.measure), f"{name}STRESN"
        bad, code = values.filter(pl.col("AVAL").is_null()), "TL-B01"
    else:
        values, variable = _categorical(values, marker.measure), f"{name}STRESC"
        bad, code = values.filter(pl.col("AVALCAT1").is_null()), "TL-B02"
    said = pl.concat_str("SAID", pl.col("STRESU"), separator=" ", ignore_nulls=True)
    problem = pl.lit(_problem(marker))
    if isinstance(marker.measure, Continuous):
        unit = marker.measure.unit or "the unit of most values"
        other = f"{marker.id}: is not given in {unit}; the marker is missing for this subject"
        problem = pl.when("OTHER").then(pl.lit(other)).otherwise(problem)
    found = findings(code, bad, name, variable=variable, value=said, record=_record(name), message=problem)
    return values.with_columns(
        pl.lit(name).alias("SRCDOM"),
        pl.lit(variable).alias("SRCVAR"),
        pl.col("SEQ").cast(pl.Int64).alias("SRCSEQ"),
        pl.concat_list(_record(name)).alias("RECS"),
    ), found


def _problem(marker: Marker) -> str:
    if isinstance(marker.measure, Continuous):
        unit = f" in {marker.measure.unit}" if marker.measure.unit else ""
        return f"{marker.id}: is not a number{unit}; the marker is missing for this subject"
    levels = ", ".join((*marker.measure.positive, *marker.measure.negative))
    return f"{marker.id}: is not one of {levels}; the marker is missing for this subject"


def _continuous(values: pl.DataFrame, marker: Marker, measure: Continuous) -> pl.DataFrame:
    """Return the values as numbers; another unit than the declared one, or than most have, makes a value missing.

    A unit that is only spelled otherwise is the same unit; OTHER says which numbers are in another one.
    """
    units = values["STRESU"].fill_null("")
    wanted = measure.unit or str(units.mode().sort().first() if len(units) else "")
    same = [unit for unit in units.unique() if unit == wanted or conversion(unit, wanted) == 1.0]
    fits = pl.lit(marker.source.domain == "XB") | pl.col("STRESU").fill_null("").is_in(same)
    number = pl.coalesce("STRESN", pl.col("STRESC").cast(pl.Float64, strict=False))
    values = values.with_columns(pl.when(number.is_finite()).then(number).alias("NUMBER"))
    values = values.with_columns(
        pl.when(fits).then("NUMBER").alias("AVAL"),
        pl.coalesce(pl.lit(wanted or None), "STRESU").alias("AVALU"),
        (~fits & pl.col("NUMBER").is_not_null()).alias("OTHER"),
    )
    group = pl.lit(None, pl.String)
    if measure.cut is not None:
        group = (
            pl.when(pl.col("AVAL") >= measure.cut)
            .then(pl.lit(POSITIVE))
            .when(pl.col("AVAL") < measure.cut)
            .then(pl.lit(NEGATIVE))
        )
    text = pl.col("AVAL").round_sig_figs(SHORT).cast(pl.String).str.strip_suffix(".0")
    return values.with_columns(text.alias("AVALC"), group.alias("AVALCAT1"))


def _categorical(values: pl.DataFrame, measure: Categorical) -> pl.DataFrame:
    """Return the values with their group; capitals and blanks do not matter."""
    text = pl.coalesce("STRESC", "ORRES").str.strip_chars()
    groups = {
        **dict.fromkeys(map(_key, measure.positive), POSITIVE),
        **dict.fromkeys(map(_key, measure.negative), NEGATIVE),
    }
    group = text.str.to_uppercase().replace_strict(groups, default=None, return_dtype=pl.String)
    values = values.with_columns(text.alias("AVALC"), group.alias("AVALCAT1"), pl.lit(None, pl.String).alias("AVALU"))
    code = pl.col("AVALCAT1").replace_strict({POSITIVE: 1.0, NEGATIVE: 0.0}, default=None, return_dtype=pl.Float64)
    return values.with_columns(code.alias("AVAL"))


def _key(level: str) -> str:
    return level.strip().upper()
