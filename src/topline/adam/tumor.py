"""From lesions to responses per visit, and to ADTR: lesion sizes, their sum, its nadir and best change."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from topline.adam import recist
from topline.adam.irecist import Growth
from topline.adam.lesions import NEW, NON_TARGET, TARGET, Readings, read_lesions, visits_of
from topline.protocol.criteria import ResponseCriteria
from topline.tables.findings import findings, join_findings

Ints = NDArray[np.int64]
Codes = recist.Codes


@dataclass(frozen=True, slots=True)
class Tumors:
    """All tumours of a trial, measured and judged.

    `visits` has one row per subject and visit after baseline with its place V in the arrays, in order of S and V;
    `baseline` one row per subject with a baseline visit. `arrays` and `assessment` are (subject, visit) in that order.
    """

    readings: Readings
    baseline: pl.DataFrame
    visits: pl.DataFrame
    arrays: recist.Lesions
    assessment: recist.Assessment
    growth: Growth
    findings: pl.DataFrame

    def at_visits(self, values: NDArray[Any]) -> NDArray[Any]:
        """Return the values of a (subject, visit) array in the order of the rows of `visits`."""
        return values[self.visits["S"].to_numpy(), self.visits["V"].to_numpy()]


def derive_tumors(tu: pl.DataFrame, tr: pl.DataFrame, subjects: pl.DataFrame, criteria: ResponseCriteria) -> Tumors:
    """Return the tumours of `subjects` (STUDYID, USUBJID, S, STARTDT), read from TU and TR and judged by RECIST 1.1."""
    readings = _with_new_from_tu(read_lesions(tu, tr, subjects, criteria))
    baseline, found_baseline = _baseline(readings, subjects)
    visits = _after_baseline(readings, baseline)
    size = subjects.height, int(visits["V"].max() or -1) + 1 if visits.height else 0  # type: ignore[arg-type]
    targets = _numbered(readings, TARGET, baseline)
    arrays, growth, found_new = _arrays(readings, baseline, visits, targets, size, criteria)
    assessment = recist.assess(arrays)
    found = join_findings(readings.findings, found_baseline, found_new, _baseline_findings(readings, baseline, criteria))
    return Tumors(readings, baseline, visits, arrays, assessment, growth, found)


def _with_new_from_tu(readings: Readings) -> Readings:
    """Return the readings with a row for each new lesion that TU identifies and TR does not mention at that visit."""
    fresh = readings.lesions.filter((pl.col("GROUP") == NEW) & pl.col("TUDT").is_not_null() & pl.col("TUSEQ").is_not_null())
    fresh = fresh.join(readings.measures.filter(pl.col("GROUP") == NEW), on=["S", "TRLNKID"], how="anti")
    if fresh.is_empty():
        return readings
    day = pl.col("TUDT").dt.epoch("d").cast(pl.Float64) + 1e6
    rows = fresh.with_columns(
        pl.coalesce("TUVISIT", day).alias("AVISITN"), pl.lit(None, pl.String).alias("VISIT"), pl.lit(-1, pl.Int64).alias("NM"),
        pl.lit(recist.STATE_PRESENT, pl.Int8).alias("STATE"), pl.lit(False).alias("EQUIVOCAL"), pl.col("TUDT").alias("ADT"),
        pl.lit(None, pl.String).alias("ADTF"), pl.lit(None, pl.Int64).alias("TRSEQ"), pl.concat_list(pl.format("TU {}", "TUSEQ")).alias("SRCRECS"),
    )  # fmt: skip
    measures = pl.concat([readings.measures, rows.select(readings.measures.columns)])
    return Readings(readings.lesions, measures, visits_of(measures), readings.findings)


def _baseline(readings: Readings, subjects: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return the baseline visit of each subject (S, BVISIT, BDT): the last one that can lie on or before the start.

    Where none can, it is the visit at which TU identifies the first lesion; that is a finding, and so is having none.
    """
    earliest = (
        pl.when(pl.col("ADTF") == "D").then(pl.col("FIRSTDT").dt.month_start())
        .when(pl.col("ADTF").is_in(["M", "Y"])).then(pl.col("FIRSTDT").dt.truncate("1y"))
        .otherwise("FIRSTDT")
    )  # fmt: skip
    visits = readings.visits.join(subjects.select("S", "STARTDT"), on="S").with_columns(earliest.alias("EARLIEST"))
    before = visits.filter(pl.col("EARLIEST") <= pl.col("STARTDT")).group_by("S", maintain_order=True).last()
    known = readings.lesions.filter(pl.col("GROUP") != NEW).group_by("S").agg(pl.col("TUVISIT").min().alias("AVISITN"))
    late = visits.join(before, on="S", how="anti").join(known, on=["S", "AVISITN"])
    chosen = pl.concat([before, late.select(before.columns)]).select("S", pl.col("AVISITN").alias("BVISIT"), pl.col("ADT").alias("BDT"))
    after = late.filter(pl.col("STARTDT").is_not_null())
    text = pl.format("baseline scan of {} lies after the start on {}; it is used", "ADT", "STARTDT")
    none = readings.visits.join(chosen, on="S", how="anti").unique("S", keep="first", maintain_order=True)
    return chosen, join_findings(findings("TL-R07", after, "TR", message=text), findings("TL-R07", none, "TR"))


def _after_baseline(readings: Readings, baseline: pl.DataFrame) -> pl.DataFrame:
    """Return the visits after baseline, numbered V from 0 in order of date; without a baseline all visits count."""
    visits = readings.visits.join(baseline, on="S", how="left")
    later = (pl.col("ADT") > pl.col("BDT")) | pl.col("BDT").is_null()
    same = (pl.col("AVISITN") != pl.col("BVISIT")) | pl.col("BVISIT").is_null()
    after = visits.filter(later & same).sort("S", "ADT", "AVISITN")
    return after.with_columns(pl.int_range(pl.len()).over("S").alias("V"))


def _numbered(readings: Readings, group: str, baseline: pl.DataFrame) -> pl.DataFrame:
    """Return the lesions of a group numbered L from 0 within each subject."""
    lesions = readings.lesions.filter(pl.col("GROUP") == group).sort("S", "TRLNKID")
    lesions = lesions.filter(~pl.col("TRLNKID").str.contains(r"\.\d+$|/"))
    return lesions.with_columns(pl.int_range(pl.len()).over("S").alias("L"))


def _count(lesions: pl.DataFrame) -> int:
    return int(lesions["L"].max()) + 1 if lesions.height else 0  # type: ignore[arg-type]


def _placed(rows: pl.DataFrame, column: str, shape: tuple[int, ...], empty: int) -> Ints:
    """Return an array of `shape` with `column` at (S, V, L) or (S, L), and `empty` elsewhere."""
    out = np.full(shape, empty, dtype=np.int64)
    where = tuple(rows[axis].to_numpy() for axis in ("S", "V", "L")[: len(shape)]) if len(shape) == 3 else (rows["S"].to_numpy(), rows["L"].to_numpy())
    out[where] = rows[column].to_numpy()
    return out


def _arrays(
    readings: Readings, baseline: pl.DataFrame, visits: pl.DataFrame, targets: pl.DataFrame, size: tuple[int, int], criteria: ResponseCriteria
) -> tuple[recist.Lesions, Growth, pl.DataFrame]:  # noqa: PLR0913
    subjects, count = size
    measures = readings.measures.drop("VISIT")
    place = visits.select("S", "AVISITN", "V")
    others = _numbered(readings, NON_TARGET, baseline)
    on_target = measures.filter(pl.col("GROUP") == TARGET).join(targets.select("S", "TRLNKID", "L"), on=["S", "TRLNKID"])
    on_other = measures.filter(pl.col("GROUP") == NON_TARGET).join(others.select("S", "TRLNKID", "L"), on=["S", "TRLNKID"])
    first = on_target.join(baseline, left_on=["S", "AVISITN"], right_on=["S", "BVISIT"])
    width, other_width = _count(targets), _count(others)
    later = on_target.join(place, on=["S", "AVISITN"])
    state = _placed(on_other.join(place, on=["S", "AVISITN"]), "STATE", (subjects, count, other_width), recist.STATE_NONE).astype(np.int8)
    there = _placed(others.with_columns(pl.lit(1).alias("ONE")), "ONE", (subjects, other_width), 0).astype(np.bool_)
    target = _placed(targets.with_columns(pl.lit(1).alias("ONE")), "ONE", (subjects, width), 0).astype(np.bool_)
    node = _placed(targets.with_columns(pl.col("NODE").cast(pl.Int64)), "NODE", (subjects, width), 0).astype(np.bool_)
    partial = recist.CODE[criteria.partial_non_target]
    assessed = np.zeros((subjects, count), dtype=np.bool_)
    assessed[visits["S"].to_numpy(), visits["V"].to_numpy()] = True
    new_at, new_count, found = _new_lesions(measures, place, (subjects, count))
    growth = Growth(new_count, np.full((subjects, count), recist.UNMEASURED), np.asarray((state == recist.STATE_PROGRESSED).any(axis=2)))
    lesions = recist.Lesions(
        baseline=_placed(first, "NM", (subjects, width), recist.UNMEASURED),
        size=_placed(later, "NM", (subjects, count, width), recist.UNMEASURED),
        target=target,
        node=node,
        non_target=recist.non_target_response(state, there, partial),
        new=new_at,
        assessed=assessed,
    )
    return lesions, growth, found


def _new_lesions(measures: pl.DataFrame, place: pl.DataFrame, size: tuple[int, int]) -> tuple[recist.Mask, Ints, pl.DataFrame]:
    """Return where a new lesion is progression, how many new lesions are known, and findings about equivocal ones.

    A lesion that is unequivocal at some visit is progression from its first visit on, even if it was equivocal there.
    """
    fresh = measures.filter((pl.col("GROUP") == NEW) & (pl.col("STATE") != recist.STATE_ABSENT)).join(place, on=["S", "AVISITN"])
    each = fresh.group_by("S", "TRLNKID").agg(
        pl.col("STUDYID", "USUBJID").first(), pl.col("V").min(), (~pl.col("EQUIVOCAL") & (pl.col("STATE") != recist.STATE_UNEVALUABLE)).any().alias("SURE"),
        pl.col("SRCRECS").list.explode(keep_nulls=False, empty_as_null=False).first().alias("REC"),
    )  # fmt: skip
    sure = each.filter("SURE")
    begins = np.zeros(size, dtype=np.int64)
    np.add.at(begins, (sure["S"].to_numpy(), sure["V"].to_numpy()), 1)
    known = begins.cumsum(axis=1)
    found = findings("TL-R16", each.filter(~pl.col("SURE")), "TR", variable="TRLNKID", value=pl.col("TRLNKID"), record=pl.col("REC"))
    return known > 0, known, found


def _baseline_findings(readings: Readings, baseline: pl.DataFrame, criteria: ResponseCriteria) -> pl.DataFrame:
    """Return findings about the choice of target lesions: too small at baseline, too many, too many in one organ."""
    targets = readings.measures.filter((pl.col("GROUP") == TARGET) & (pl.col("NM") >= 0))
    first = targets.join(baseline, left_on=["S", "AVISITN"], right_on=["S", "BVISIT"])
    least = pl.when("NODE").then(15 * recist.MM).otherwise(10 * recist.MM)
    small = first.filter(pl.col("NM") < least)
    places = first.join(readings.lesions.select("S", "TRLNKID", "TULOC"), on=["S", "TRLNKID"])
    organ = pl.when("NODE").then(pl.lit("LYMPH NODE")).otherwise("TULOC")
    count = places.group_by("STUDYID", "USUBJID").agg(pl.len().alias("N"))
    crowded = places.filter(organ.is_not_null()).group_by("STUDYID", "USUBJID", organ.alias("ORGAN")).agg(pl.len().alias("N"))
    many = count.filter(pl.col("N") > criteria.maximum_targets)
    many_in_one = crowded.filter(pl.col("N") > criteria.maximum_per_organ)
    return join_findings(
        findings("TL-R05", small, "TR", variable="TRSTRESN", value=(pl.col("NM") / recist.MM).cast(pl.String), message="mm at baseline", record=pl.col("SRCRECS").list.first()),
        findings("TL-R06", many, "TU", message=pl.format("{} target lesions", "N")),
        findings("TL-R06", many_in_one, "TU", variable="TULOC", value=pl.col("ORGAN"), message=pl.format("{} target lesions in one organ", "N")),
    )  # fmt: skip


def visit_dates(tumors: Tumors) -> Ints:
    """Return, per row of `visits`, the day of its response (days since 1970).

    A response is dated at the last scan of its visit. Progression is dated at the first evidence for it: a new lesion
    or a non-target lesion at its own scan, the sum of targets at the last scan that it needs.
    """
    rows = tumors.visits.select("S", "AVISITN", "V", "ADT")
    parts = tumors.readings.measures.group_by("S", "AVISITN").agg(
        pl.col("ADT").filter((pl.col("GROUP") == TARGET) & (pl.col("NM") >= 0)).max().alias("TARGETDT"),
        pl.col("ADT").filter((pl.col("GROUP") == NON_TARGET) & (pl.col("STATE") == recist.STATE_PROGRESSED)).min().alias("OTHERDT"),
        pl.col("ADT").filter((pl.col("GROUP") == NEW) & (pl.col("STATE") != recist.STATE_ABSENT)).min().alias("NEWDT"),
    )
    rows = rows.join(parts, on=["S", "AVISITN"], how="left", maintain_order="left")
    judged = tumors.assessment
    proof = rows.select(
        pl.when(pl.Series(tumors.at_visits(judged.target) == recist.PD)).then("TARGETDT").alias("A"),
        pl.when(pl.Series(tumors.at_visits(judged.non_target) == recist.PD)).then(pl.coalesce("OTHERDT", "ADT")).alias("B"),
        pl.when(pl.Series(tumors.at_visits(tumors.arrays.new))).then("NEWDT").alias("C"),
    ).select(pl.min_horizontal("A", "B", "C").alias("PROOF"))["PROOF"]
    progressed = pl.Series(tumors.at_visits(judged.overall) == recist.PD)
    day = rows.select(pl.when(progressed).then(pl.coalesce(pl.lit(proof), "ADT")).otherwise("ADT").alias("D"))["D"]
    return day.to_physical().to_numpy().astype(np.int64)
