"""Rows of ADRS: a parameter's values joined with the dates and records of what decides them."""

from dataclasses import dataclass

import numpy as np
import polars as pl

from topline.adam import recist
from topline.adam.assessments import Assessments, worded
from topline.adam.irecist import IWORDS
from topline.adam.response_parameters import DEATH, FAR, NO_EVENT, THERAPY, Days, Ints, Judged
from topline.adam.sequence import numbered
from topline.adam.sizes import TARGET
from topline.adam.subject_records import subject_records
from topline.adam.tumor import Tumors
from topline.protocol.criteria import ResponseCriteria
from topline.tables.adam import ADRS, RESPONSE_PARAMETERS

COLUMNS = ("S", "PARAMCD", "VISIT", "AVISITN", "ADT", "ADTF", "AVALC", "SRCDOM", "SRCVAR", "SRCSEQ", "SRCRECS")
EMPTY = {"VISIT": pl.String, "AVISITN": pl.Float64, "SRCSEQ": pl.Int64}
VALUES = {**{word: float(code) for code, word in enumerate(recist.WORDS) if word}, "Y": 1.0, "N": 0.0}
IVALUES = {word: float(code) for code, word in enumerate(IWORDS) if word.startswith(("i", "NON-i"))}
UNDATED = ("DEATH", "MDIS")


@dataclass(frozen=True, slots=True)
class Subjects:
    """The subjects in the order of ADSL: their days, and a frame with S, STUDYID, USUBJID, STARTDT and their records.

    The frame's OWN, DEATHREC, THERAPYREC are the SDTM records behind the subject, its death and its new therapy;
    DTHDT, DTHDTF, NEWTXDT, NEWTXDTF their dates.
    """

    days: Days
    frame: pl.DataFrame


def subjects_of(adsl: pl.DataFrame, days: Days) -> Subjects:
    """Return the subjects of ADSL with what rows of ADRS need of them."""
    dates = ("STARTDT", "DTHDT", "DTHDTF", "NEWTXDT", "NEWTXDTF")
    absent = [
        pl.lit(None, pl.String if name.endswith("F") else pl.Date).alias(name)
        for name in dates
        if name not in adsl.columns
    ]
    frame = adsl.with_columns(*absent).select(
        pl.int_range(pl.len()).alias("S"), "STUDYID", "USUBJID", *dates,
        subject_records(adsl, "STARTDT").alias("OWN"),
        subject_records(adsl, "DTHDT").alias("DEATHREC"),
        subject_records(adsl, "NEWTXDT").alias("THERAPYREC"),
    )  # fmt: skip
    return Subjects(days, frame)


def subject_rows(judged: Judged, analysed: Assessments, subjects: Subjects) -> pl.DataFrame:
    """Return one row per subject; date, visit and source are those of the deciding assessment or event."""
    rows = subjects.frame.with_columns(
        *_taken(analysed, judged.visit),
        worded(judged.codes, judged.words).alias("AVALC"),
        pl.lit(judged.name).alias("PARAMCD"),
        _records(analysed, judged.witness).alias("WITNESS"),
    )
    if judged.second is not None and (judged.second >= 0).any():
        more = rows.with_columns(_records(analysed, judged.second).alias("MORE"))
        both = pl.when(pl.col("MORE").is_not_null()).then(pl.concat_list("SRCRECS", "MORE")).otherwise("SRCRECS")
        rows = more.with_columns(both.list.unique(maintain_order=True).alias("SRCRECS"))
    if judged.event is not None and (judged.event != NO_EVENT).any():
        rows = _by_event(rows.with_columns(pl.Series("EVENT", judged.event)))
    valued = pl.col("AVALC") != ""
    rows = rows.with_columns(
        pl.when(valued).then("AVALC").alias("AVALC"),
        pl.when(valued).then(pl.coalesce("SRCRECS", "WITNESS", "OWN")).alias("SRCRECS"),
    )
    return rows.select(COLUMNS)


def _by_event(rows: pl.DataFrame) -> pl.DataFrame:
    """Return the rows dated by the subject's death or new therapy where EVENT says so."""
    dead, treated = pl.col("EVENT") == DEATH, pl.col("EVENT") == THERAPY
    domain = pl.when(dead).then(pl.lit("DM")).otherwise(pl.col("THERAPYREC").list.first().str.head(2))
    variable = pl.when(dead).then(pl.lit("DTHDTC")).otherwise(domain + "STDTC")

    def chosen(death: str, therapy: str, other: str) -> pl.Expr:
        return pl.when(dead).then(death).when(treated).then(therapy).otherwise(other).alias(other)

    return rows.with_columns(
        chosen("DTHDT", "NEWTXDT", "ADT"),
        chosen("DTHDTF", "NEWTXDTF", "ADTF"),
        chosen("DEATHREC", "THERAPYREC", "SRCRECS"),
        pl.when(dead | treated).then(domain).otherwise("SRCDOM").alias("SRCDOM"),
        pl.when(dead | treated).then(variable).otherwise("SRCVAR").alias("SRCVAR"),
    )


def _rows_at(analysed: Assessments, visit: Ints) -> pl.Series:
    """Return the row of `analysed.frame` at one visit per subject, missing where the visit is -1."""
    row: Ints = np.full(analysed.response.shape, -1, dtype=np.int64)
    row[analysed.frame["S"].to_numpy(), analysed.frame["V"].to_numpy()] = np.arange(analysed.frame.height)
    found = row[np.arange(len(row)), visit] if row.size else np.full(len(row), -1)
    place = pl.Series(np.where(visit >= 0, found, -1))
    return place.set(place < 0, None).cast(pl.UInt32)


def _taken(analysed: Assessments, visit: Ints) -> list[pl.Series]:
    """Return what the deciding assessments say, a column each."""
    place = _rows_at(analysed, visit)
    columns = ("VISIT", "AVISITN", "ADT", "ADTF", "SRCDOM", "SRCVAR", "SRCSEQ", "SRCRECS")
    return [analysed.frame[name].gather(place) for name in columns]


def _records(analysed: Assessments, visit: Ints | None) -> pl.Series:
    if visit is None:
        return pl.Series("SRCRECS", [None], dtype=pl.List(pl.String)).new_from_index(0, len(analysed.response))
    return analysed.frame["SRCRECS"].gather(_rows_at(analysed, visit))


def measurable_rows(tumors: Tumors | None, subjects: Subjects) -> pl.DataFrame:
    """Return MDIS: Y where a target lesion is identified."""
    rows = subjects.frame
    if tumors is None:
        return _reference(
            rows.with_columns(pl.lit(None, pl.List(pl.String)).alias("SRCRECS")), "MDIS", ("TU", "TUSTRESC")
        )
    lesions = tumors.readings.lesions.filter(pl.col("GROUP") == TARGET).sort("S", "TUSEQ")
    first = (
        tumors.readings.measures.filter(pl.col("GROUP") == TARGET)
        .group_by("S", "TRLNKID")
        .agg(pl.col("SRCRECS").first())
    )
    lesions = lesions.join(first, on=["S", "TRLNKID"], how="left", maintain_order="left")
    record = pl.coalesce(pl.format("TU {}", "TUSEQ"), pl.col("SRCRECS").list.first())
    has = lesions.group_by("S", maintain_order=True).agg(record.alias("SRCRECS"))
    rows = rows.join(has, on="S", how="left", maintain_order="left")
    return _reference(rows, "MDIS", ("TU", "TUSTRESC"))


def death_rows(subjects: Subjects) -> pl.DataFrame:
    """Return DEATH: Y with the date of death where the subject died."""
    dead = pl.col("DTHDT").is_not_null()
    rows = subjects.frame.with_columns(
        pl.col("DTHDT").alias("ADT"), pl.col("DTHDTF").alias("ADTF"), pl.when(dead).then("DEATHREC").alias("SRCRECS")
    )
    return _reference(rows, "DEATH", ("DM", "DTHDTC"))


def _reference(rows: pl.DataFrame, name: str, source: tuple[str, str]) -> pl.DataFrame:
    """Return the rows of a fact that holds where SRCRECS names records; else the subject's own record shows it."""
    yes = pl.col("SRCRECS").is_not_null()
    dates = {"ADT": pl.Date, "ADTF": pl.String}
    empty = {column: dtype for column, dtype in {**EMPTY, **dates}.items() if column not in rows.columns}
    return rows.with_columns(
        *(pl.lit(None, dtype).alias(column) for column, dtype in empty.items()),
        pl.lit(name).alias("PARAMCD"),
        pl.when(yes).then(pl.lit("Y")).otherwise(pl.lit("N")).alias("AVALC"),
        pl.when(yes).then(pl.lit(source[0])).alias("SRCDOM"),
        pl.when(yes).then(pl.lit(source[1])).alias("SRCVAR"),
        pl.coalesce("SRCRECS", "OWN").alias("SRCRECS"),
    ).select(COLUMNS)


def finished(rows: pl.DataFrame, subjects: Subjects, criteria: ResponseCriteria) -> pl.DataFrame:
    """Return ADRS: subjects, labels, numeric values, study days, flags and sequence numbers."""
    order = {name: place for place, name in enumerate(RESPONSE_PARAMETERS)}
    start = np.where(subjects.days.start < FAR, subjects.days.start, 0)
    rows = rows.with_columns(pl.col("PARAMCD").replace_strict(order, return_dtype=pl.Int32).alias("P"))
    rows = rows.sort("S", "P", "ADT", "AVISITN", nulls_last=True)
    place = rows["S"]
    known = pl.Series(subjects.days.start < FAR).gather(place)
    day = pl.when(known).then(pl.col("ADT").to_physical().cast(pl.Int64) - pl.Series(start).gather(place))
    progression = pl.col("ADT").filter((pl.col("PARAMCD") == "PD") & (pl.col("AVALC") == "Y")).first().over("S")
    until = progression.is_null() | (pl.col("ADT") <= progression)
    dated = ~pl.col("PARAMCD").is_in(UNDATED) & pl.col("ADT").is_not_null()
    return ADRS.select(rows.with_columns(
        subjects.frame["STUDYID"].gather(place), subjects.frame["USUBJID"].gather(place),
        (numbered("S") + 1).alias("ASEQ"),
        pl.Series("PARAM", list(RESPONSE_PARAMETERS.values())).gather(rows["P"]),
        pl.lit(criteria.assessor).alias("PARCAT2"),
        pl.lit(criteria.standard).alias("PARCAT3"),
        pl.when(day >= 0).then(day + 1).otherwise(day).alias("ADY"),
        pl.col("AVALC").replace_strict({**VALUES, **IVALUES}, default=None, return_dtype=pl.Float64).alias("AVAL"),
        pl.lit("Y").alias("ANL01FL"),
        pl.when(dated & until).then(pl.lit("Y")).alias("ANL02FL"),
    ))  # fmt: skip
