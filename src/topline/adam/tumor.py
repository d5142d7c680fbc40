"""From lesions to responses per visit: TU and TR as arrays over (subject, visit, lesion), judged by RECIST 1.1."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from topline.adam import recist
from topline.adam.baseline import baseline_measures, baseline_visits, check_baseline, dated_baseline, visits_after
from topline.adam.irecist import Growth
from topline.adam.lesions import Readings, derive_lesions
from topline.adam.new_lesions import New, derive_new_lesions, with_new_from_tu
from topline.adam.sequence import numbered
from topline.adam.sizes import NON_TARGET, TARGET
from topline.adam.tumor_checks import check_nodes, check_sums, check_units
from topline.protocol.criteria import ResponseCriteria
from topline.tables.findings import join_findings

Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Tumors:
    """All tumours of a trial, measured and judged.

    `visits` has one row per subject and visit after baseline with its place V in the arrays, in order of S and V;
    `baseline` one row per subject with a baseline visit, `first` the baseline measure of each lesion. `arrays` and
    `assessment` are (subject, visit) in that order; `new_days` is the first scan that shows a new lesion (S,
    AVISITN, NEWDT).
    """

    readings: Readings
    baseline: pl.DataFrame
    first: pl.DataFrame
    visits: pl.DataFrame
    arrays: recist.Lesions
    assessment: recist.Assessment
    growth: Growth
    new_days: pl.DataFrame
    findings: pl.DataFrame

    def at_visits(self, values: NDArray[Any]) -> NDArray[Any]:
        """Return the values of a (subject, visit) array in the order of the rows of `visits`."""
        at: NDArray[Any] = values[self.visits["S"].to_numpy(), self.visits["V"].to_numpy()]
        return at


@dataclass(frozen=True, slots=True)
class _Grid:
    """The places of the arrays: `subjects` by `visits`, and where each visit stands (S, AVISITN, V)."""

    subjects: int
    visits: int
    place: pl.DataFrame


def derive_tumors(
    tu: pl.DataFrame, tr: pl.DataFrame, subjects: pl.DataFrame, criteria: ResponseCriteria, *, check: bool = True
) -> Tumors:
    """Return the tumours of `subjects` (STUDYID, USUBJID, S, STARTDT), read from TU and TR and judged by RECIST 1.1.

    Without `check`, for virtual patients, the findings lack what is odd about sizes, sums and the choice of targets,
    and the measures do not name the records that they rest on.
    """
    readings = with_new_from_tu(derive_lesions(tu, tr, subjects, criteria, records=check))
    baseline, found_visit = baseline_visits(readings, subjects)
    readings = dated_baseline(readings, baseline)
    first, visits = baseline_measures(readings, baseline), visits_after(readings, baseline)
    grid = _Grid(subjects.height, _count(visits, "V"), visits.select("S", "AVISITN", "V"))
    new = derive_new_lesions(readings.measures, baseline, grid.place, (grid.subjects, grid.visits))
    arrays, worse = _arrays(readings, first, grid, new, criteria)
    judged = recist.assess(arrays)
    growth = Growth(new.count, new.seen, new.total, worse)
    found = join_findings(readings.findings, found_visit, new.findings)
    tumors = Tumors(readings, baseline, first, visits, arrays, judged, growth, new.days, found)
    return replace(tumors, findings=join_findings(found, *_odd(tumors, tr, subjects, criteria))) if check else tumors


def _odd(
    tumors: Tumors, tr: pl.DataFrame, subjects: pl.DataFrame, criteria: ResponseCriteria
) -> Iterator[pl.DataFrame]:
    """Yield what is odd about the choice of targets, their sizes and sums, and nodes that regrow."""
    sums = _sums(tumors.arrays, tumors.assessment, tumors.visits, tumors.baseline)
    regrown = pl.Series(tumors.at_visits(tumors.assessment.regrown_node), dtype=pl.Boolean)
    yield check_baseline(tumors.readings, tumors.first, criteria)
    yield check_units(tumors.readings.measures, tumors.first, tumors.visits)
    yield check_sums(tr, subjects, sums, criteria)
    yield check_nodes(tumors.visits.filter(regrown))


def _sums(
    arrays: recist.Lesions, judged: recist.Assessment, visits: pl.DataFrame, baseline: pl.DataFrame
) -> pl.DataFrame:
    """Return the sums of target diameters at baseline and after: S, AVISITN, TOTAL [nm]."""
    total = judged.total[visits["S"].to_numpy(), visits["V"].to_numpy()]
    first = recist.baseline_sum(arrays)[baseline["S"].to_numpy()]
    return pl.concat(
        [
            visits.select("S", "AVISITN", pl.Series("TOTAL", total)),
            baseline.select("S", pl.col("BVISIT").alias("AVISITN"), pl.Series("TOTAL", first)),
        ]
    )


def _numbered(readings: Readings, group: str) -> pl.DataFrame:
    """Return the lesions of a group numbered L from 0 within each subject."""
    lesions = readings.lesions.filter(pl.col("GROUP") == group).sort("S", "TRLNKID")
    return lesions.select("S", "TRLNKID", "NODE", numbered("S").alias("L"))


def _count(rows: pl.DataFrame, place: str) -> int:
    return int(rows[place].max()) + 1 if rows.height else 0  # type: ignore[arg-type]


def _filled(
    rows: pl.DataFrame, axes: tuple[str, ...], shape: tuple[int, ...], values: pl.Series | int, empty: int
) -> Ints:
    """Return an array of `shape` with the values of the rows at their places, and `empty` elsewhere."""
    out = np.full(shape, empty, dtype=np.int64)
    out[tuple(rows[axis].to_numpy() for axis in axes)] = values if isinstance(values, int) else values.to_numpy()
    return out


def _arrays(
    readings: Readings, first: pl.DataFrame, grid: _Grid, new: New, criteria: ResponseCriteria
) -> tuple[recist.Lesions, recist.Mask]:
    """Return what was measured as arrays, and where non-target disease is recorded as progressed."""
    targets = _numbered(readings, TARGET)
    width, shape = _count(targets, "L"), (grid.subjects, _count(targets, "L"))
    lesion = targets.select("S", "TRLNKID", "L")
    measured = readings.measures.select("S", "AVISITN", "TRLNKID", "GROUP", "NODE", "NM", "STATE")
    measured = measured.join(grid.place, on=["S", "AVISITN"])
    later = measured.join(lesion, on=["S", "TRLNKID"])
    before = first.join(lesion, on=["S", "TRLNKID"])
    others = _numbered(readings, NON_TARGET)
    response, small, worse, seen = _non_targets(others, measured, grid, recist.CODE[criteria.partial_non_target])
    assessed = _filled(grid.place, ("S", "V"), (grid.subjects, grid.visits), 1, 0).astype(np.bool_)
    lesions = recist.Lesions(
        baseline=_filled(before, ("S", "L"), shape, before["NM"], recist.UNMEASURED),
        size=_filled(later, ("S", "V", "L"), (grid.subjects, grid.visits, width), later["NM"], recist.UNMEASURED),
        target=_filled(targets, ("S", "L"), shape, 1, 0).astype(np.bool_),
        node=_filled(targets, ("S", "L"), shape, targets["NODE"].cast(pl.Int64), 0).astype(np.bool_),
        non_target=response,
        small_nodes=small,
        new=new.count > 0,
        assessed=assessed,
        other_seen=seen,
    )
    return lesions, worse


def _non_targets(
    others: pl.DataFrame, measured: pl.DataFrame, grid: _Grid, partial: int
) -> tuple[recist.Codes, recist.Mask, recist.Mask, recist.Mask]:
    """Return non-target response, whether what is there are small nodes only, whether one progressed or was seen."""
    shape = (grid.subjects, grid.visits, _count(others, "L"))
    rows = measured.join(others.select("S", "TRLNKID", "L"), on=["S", "TRLNKID"])
    state = _filled(rows, ("S", "V", "L"), shape, rows["STATE"], recist.STATE_NONE).astype(np.int8)
    there = _filled(others, ("S", "L"), shape[::2], 1, 0).astype(np.bool_)
    present = rows.filter((pl.col("STATE") == recist.STATE_PRESENT) & (pl.col("GROUP") == NON_TARGET))
    tiny = pl.col("NODE") & pl.col("NM").is_between(0, recist.NODE_TARGET, closed="left")
    kept = present.group_by("S", "V").agg(tiny.all().alias("SMALL"))
    small = _filled(kept, ("S", "V"), shape[:2], kept["SMALL"].cast(pl.Int64), 0).astype(np.bool_)
    progressed = np.zeros(shape[:2], dtype=np.bool_)
    worse = rows.filter(pl.col("STATE") == recist.STATE_PROGRESSED)
    progressed[worse["S"].to_numpy(), worse["V"].to_numpy()] = True
    seen = _filled(kept, ("S", "V"), shape[:2], 1, 0).astype(np.bool_)
    return recist.non_target_response(state, there, partial), small, progressed, seen


def visit_dates(tumors: Tumors) -> Ints:
    """Return, per row of `visits`, the day of its response (days since 1970).

    A response is dated at the last scan of its visit. Progression is dated at the first evidence for it: a new lesion
    or a non-target lesion at its own scan, the sum of targets at the last scan that it needs.
    """
    rows = tumors.visits.select("S", "AVISITN", "ADT")
    group, state = pl.col("GROUP"), pl.col("STATE")
    measured = tumors.readings.measures.select(
        "S",
        "AVISITN",
        pl.when((group == TARGET) & (pl.col("NM") >= 0)).then("ADT").alias("TARGETDT"),
        pl.when((group == NON_TARGET) & (state == recist.STATE_PROGRESSED)).then("ADT").alias("OTHERDT"),
        pl.when((group == NON_TARGET) & (state == recist.STATE_PRESENT)).then("ADT").alias("BACKDT"),
    )
    parts = measured.group_by("S", "AVISITN").agg(pl.col("TARGETDT").max(), pl.col("OTHERDT", "BACKDT").min())
    for dates in (parts, tumors.new_days):
        rows = rows.join(dates, on=["S", "AVISITN"], how="left", maintain_order="left")
    judged = tumors.assessment
    marked = rows.with_columns(
        pl.Series("T", tumors.at_visits(judged.target) == recist.PD, dtype=pl.Boolean),
        pl.Series("N", tumors.at_visits(judged.non_target) == recist.PD, dtype=pl.Boolean),
        pl.Series("W", tumors.at_visits(tumors.arrays.new), dtype=pl.Boolean),
        pl.Series("PD", tumors.at_visits(judged.overall) == recist.PD, dtype=pl.Boolean),
    )
    proof = pl.min_horizontal(
        pl.when("T").then("TARGETDT"),
        pl.when("N").then(pl.coalesce("OTHERDT", "BACKDT")),
        pl.when("W").then("NEWDT"),
    )
    dated = marked.select(pl.when("PD").then(pl.coalesce(proof, "ADT")).otherwise("ADT")).to_series()
    return dated.to_physical().to_numpy().astype(np.int64)
