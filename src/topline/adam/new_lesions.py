"""New lesions: when each was first seen, whether it is one beyond doubt, and how they grow."""

from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from topline.adam import recist
from topline.adam.lesions import Readings, visits_of
from topline.adam.sizes import NEW
from topline.tables.findings import findings, join_findings

Ints = NDArray[np.int64]
RECORD = pl.col("SRCRECS").list.first()


@dataclass(frozen=True, slots=True)
class New:
    """New lesions beyond doubt per (subject, visit): `count` known by then, `seen`, and their `total` [nm].

    `seen` says that one of them is there, or was not looked at; `total` is UNMEASURED where one was not measured.
    `days` gives the first scan that shows one, per visit (S, AVISITN, NEWDT).
    """

    count: Ints
    seen: recist.Mask
    total: recist.Sizes
    days: pl.DataFrame
    findings: pl.DataFrame


def with_new_from_tu(readings: Readings) -> Readings:
    """Return the readings with a row for each new lesion that TU identifies at a visit where TR does not mention it.

    Where TR calls the lesion equivocal at some visit, TU's row is equivocal too.
    """
    measured = readings.measures.filter(pl.col("GROUP") == NEW)
    fresh = readings.lesions.filter((pl.col("GROUP") == NEW) & pl.col("TUSEQ").is_not_null())
    fresh = fresh.filter(pl.col("TUVISIT").is_not_null()).rename({"TUVISIT": "AVISITN"})
    fresh = fresh.join(measured, on=["S", "AVISITN", "TRLNKID"], how="anti")
    if fresh.is_empty():
        return readings
    doubts = measured.group_by("S", "TRLNKID").agg(pl.col("EQUIVOCAL").any())
    days = readings.visits.select("S", "AVISITN", pl.col("ADT").alias("VISITDT"))
    rows = fresh.join(doubts, on=["S", "TRLNKID"], how="left").join(days, on=["S", "AVISITN"], how="left")
    day = (
        pl.when(pl.col("TUDTF").is_null())
        .then(pl.coalesce("TUDT", "VISITDT"))
        .otherwise(pl.coalesce("VISITDT", "TUDT"))
    )
    rows = rows.with_columns(
        day.alias("ADT"),
        pl.when(day == pl.col("TUDT")).then("TUDTF").alias("ADTF"),
        pl.lit(None, pl.String).alias("VISIT"),
        pl.lit(recist.UNMEASURED, pl.Int64).alias("NM"),
        pl.lit(recist.STATE_PRESENT, pl.Int8).alias("STATE"),
        pl.col("EQUIVOCAL").fill_null(False),
        pl.lit(None, pl.Int64).alias("TRSEQ"),
        pl.concat_list(pl.format("TU {}", "TUSEQ")).alias("SRCRECS"),
    ).filter(pl.col("ADT").is_not_null())
    measures = pl.concat([readings.measures, rows.select(readings.measures.columns)])
    return Readings(readings.lesions, measures, visits_of(measures), readings.findings)


def derive_new_lesions(
    measures: pl.DataFrame, baseline: pl.DataFrame, place: pl.DataFrame, size: tuple[int, int]
) -> New:
    """Return the new lesions, per (subject, visit), that are progression, and findings about the others.

    A lesion that is unequivocal at some visit is progression from its first visit on, even if it was equivocal there.
    """
    rows = measures.filter(pl.col("GROUP") == NEW)
    there = rows.filter(pl.col("STATE") != recist.STATE_ABSENT).join(place, on=["S", "AVISITN"])
    sure = ~pl.col("EQUIVOCAL") & (pl.col("STATE") != recist.STATE_UNEVALUABLE)
    each = there.sort("V").group_by("S", "TRLNKID", maintain_order=True).agg(
        pl.col("STUDYID", "USUBJID", "SRCRECS", "V").first(), sure.any().alias("SURE")
    )  # fmt: skip
    known = each.filter("SURE")
    begins = np.zeros(size, dtype=np.int64)
    np.add.at(begins, (known["S"].to_numpy(), known["V"].to_numpy()), 1)
    count = begins.cumsum(axis=1)
    at = rows.join(known.select("S", "TRLNKID"), on=["S", "TRLNKID"], how="semi").join(place, on=["S", "AVISITN"])
    gone = _counted(at.filter(pl.col("STATE") == recist.STATE_ABSENT), size)
    measured = at.filter(pl.col("NM") >= 0)
    total = np.zeros(size, dtype=np.int64)
    np.add.at(total, (measured["S"].to_numpy(), measured["V"].to_numpy()), measured["NM"].to_numpy())
    whole = (count > 0) & (_counted(measured, size) >= count)
    doubtful = findings(
        "TL-R16", each.filter(~pl.col("SURE")), "TR", variable="TRLNKID", value=pl.col("TRLNKID"), record=RECORD
    )
    seen = at.filter(pl.col("STATE") != recist.STATE_ABSENT)
    days = seen.group_by("S", "AVISITN").agg(pl.col("ADT").min().alias("NEWDT"))
    found = join_findings(doubtful, _at_baseline(rows, baseline, place))
    return New(count, count > gone, np.where(whole, total, recist.UNMEASURED), days, found)


def _counted(rows: pl.DataFrame, size: tuple[int, int]) -> Ints:
    count = np.zeros(size, dtype=np.int64)
    np.add.at(count, (rows["S"].to_numpy(), rows["V"].to_numpy()), 1)
    return count


def _at_baseline(rows: pl.DataFrame, baseline: pl.DataFrame, place: pl.DataFrame) -> pl.DataFrame:
    """Return findings about lesions that are called new at a visit up to baseline: they are not progression there."""
    early = rows.join(place, on=["S", "AVISITN"], how="anti").join(baseline, on="S", how="semi")
    early = early.unique(["S", "TRLNKID"], keep="first", maintain_order=True)
    text = "the lesion is called new at baseline; it is no progression there"
    return findings("TL-R17", early, "TR", variable="TRLNKID", value=pl.col("TRLNKID"), message=text, record=RECORD)
