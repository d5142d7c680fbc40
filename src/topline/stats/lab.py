"""Laboratory values and vital signs: worst grades, shifts from baseline, liver signals, values per visit.

The tables are those reviewers know as LBT14 (shift to the worst grade), LBT15 (shift to grade 3 or 4), LBT01 and VST01
(values and change per visit), and the counts behind the plot of Hy's law.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import polars as pl

from topline.protocol.design import AnalysisSet
from topline.protocol.model import Protocol
from topline.stats.analysis import Analysis
from topline.stats.subject import quoted
from topline.tables.adam_lab import QUADRANTS

TREATED = "TRTFL = 'Y'"
SEVERE = 3
HIGHEST = 4
UNSCHEDULED = "(?i)unsched"
QUADRANT_NAMES = ("NORMAL", "CHOLESTASIS", "TEMPLE", "HY")
"""The quadrants as they stand in the identifiers of results."""


@dataclass(frozen=True, slots=True)
class Side:
    """A direction of grading: its letter, the flag of the worst record, and its name."""

    letter: str
    flag: str
    name: str

    @property
    def grade(self) -> str:
        """The column of the grade."""
        return f"ATOXGR{self.letter}N"

    @property
    def base(self) -> str:
        """The column of the grade at baseline."""
        return f"BTOXGR{self.letter}N"


SIDES = (Side("L", "ANL01FL", "low"), Side("H", "ANL02FL", "high"))


def safety_set(protocol: Protocol) -> AnalysisSet:
    """Return the set in which safety is analysed: the one called SAF or SS, else the treated, else the first."""
    sets = protocol.analysis_sets
    named = [each for each in sets if each.id in ("SAF", "SS")]
    treated = [each for each in sets if each.where == TREATED]
    return (named or treated or list(sets))[0]


def plan_lab(protocol: Protocol, adlb: pl.DataFrame) -> list[Analysis]:
    """Return the analyses of worst grades, shifts and liver signals; parameters without grades have none."""
    own = safety_set(protocol)
    return [*_grades(own, adlb, "ADLB"), *_liver(own, adlb)]


def plan_vital_signs(protocol: Protocol, advs: pl.DataFrame) -> list[Analysis]:
    """Return the analyses of vital signs: worst grades, shifts, and values and change per visit."""
    own = safety_set(protocol)
    return [*_grades(own, advs, "ADVS"), *_visits(own, advs, "ADVS", "VST01")]


def plan_lab_visits(protocol: Protocol, adlb: pl.DataFrame) -> list[Analysis]:
    """Return the analyses of laboratory values and their change per visit."""
    return list(_visits(safety_set(protocol), adlb.filter(pl.col("PARAMTYP").is_null()), "ADLB", "LBT01"))


def _grades(own: AnalysisSet, frame: pl.DataFrame, dataset: str) -> Iterator[Analysis]:
    """Yield the analyses of each parameter and direction of which a subject has a grade on treatment."""
    for side in SIDES:
        worst = frame.filter(pl.col(side.flag) == "Y")
        for (parameter,), rows in worst.group_by("PARAMCD", maintain_order=True):
            where = f"PARAMCD = {quoted(str(parameter))} AND {side.flag} = 'Y' AND {own.flag} = 'Y'"
            plan = Analysis("", dataset, where, own.id, "count", f"worst {side.name} grade")
            yield from _worst(plan, side, str(parameter), rows)
            yield from _shifts(plan, side, str(parameter), rows)


def _worst(plan: Analysis, side: Side, parameter: str, rows: pl.DataFrame) -> Iterator[Analysis]:
    """Yield the number of subjects with each worst grade that occurs, with any grade, and with grade 3 or 4 (LBT15)."""
    found = set(rows[side.grade].drop_nulls().to_list())
    counted = {str(grade): f"{side.grade} = {grade}" for grade in range(HIGHEST + 1) if grade in found}
    counted |= {"1+": f"{side.grade} >= 1", f"{SEVERE}+": f"{side.grade} >= {SEVERE}"}
    for level, numerator in counted.items():
        yield replace(plan, id=f"LBW.{side.letter}.{parameter}.{level}", numerator=numerator, level=level)
    milder = f"{side.base} < {SEVERE}"
    shifted = f"{side.grade} >= {SEVERE}"
    yield replace(
        plan,
        id=f"LBT15.{side.letter}.{parameter}",
        where=f"{plan.where} AND {milder}",
        endpoint=f"shift to {side.name} grade {SEVERE} or {HIGHEST}",
        numerator=shifted,
        level=f"{SEVERE}+",
    )


def _shifts(plan: Analysis, side: Side, parameter: str, rows: pl.DataFrame) -> Iterator[Analysis]:
    """Yield the number of subjects in each cell that occurs: grade at baseline by worst grade on treatment (LBT14)."""
    cells = rows.select(side.base, side.grade).unique().sort(side.base, side.grade, nulls_last=True)
    for base, grade in cells.iter_rows():
        start = "missing" if base is None else str(base)
        before = f"{side.base} IS NULL" if base is None else f"{side.base} = {base}"
        yield replace(
            plan,
            id=f"LBT14.{side.letter}.{parameter}.{start}-{grade}",
            endpoint=f"shift to worst {side.name} grade",
            numerator=f"{before} AND {side.grade} = {grade}",
            level=f"{start} to {grade}",
        )


def _liver(own: AnalysisSet, adlb: pl.DataFrame) -> Iterator[Analysis]:
    """Yield the number of subjects in each quadrant of maximal transaminase and bilirubin, and with Hy's law."""
    present = set(adlb["PARAMCD"].unique().to_list())
    plan = Analysis("", "ADLB", "", own.id, "count", "liver signals")
    for parameter in ("TRANSMAX", "BILIMAX"):
        if parameter in present:
            where = _where(own, f"PARAMCD = '{parameter}'", "AVAL IS NOT NULL")
            yield _summary(replace(plan, id=f"HYS.{parameter}", where=where), "AVAL", "x ULN")
    if "HYQUAD" in present:
        counted = [("HYQUAD", name, word) for name, word in zip(QUADRANT_NAMES, QUADRANTS, strict=True)]
        for parameter, name, word in [*counted, ("HYSLAW", "Y", "Y")]:
            where = _where(own, f"PARAMCD = '{parameter}'")
            yield replace(
                plan, id=f"HYS.{parameter}.{name}", where=where, numerator=f"AVALC = {quoted(word)}", level=word
            )


def _visits(own: AnalysisSet, frame: pl.DataFrame, dataset: str, table: str) -> Iterator[Analysis]:
    """Yield summaries of value and change per parameter, time point and planned visit, in the parameter's main unit."""
    scheduled = pl.col("AVISITN").is_not_null() & ~pl.col("AVISIT").fill_null("").str.contains(UNSCHEDULED)
    last = frame.filter((pl.col("ANL03FL") == "Y") & scheduled)
    units = last.group_by("PARAMCD").agg(pl.col("AVALU").drop_nulls().mode().sort().first().alias("UNIT"))
    last = last.join(units, on="PARAMCD").filter(pl.col("AVALU").eq_missing(pl.col("UNIT")))
    keys = ("PARAMCD", "BASETYPE", "UNIT", "AVISITN")
    plan = Analysis("", dataset, "", own.id, "summary", "values per visit")
    for (parameter, basetype, unit, number), rows in last.sort(keys).group_by(keys, maintain_order=True):
        same = [_equals(name, value) for name, value in (("BASETYPE", basetype), ("AVALU", unit))]
        where = _where(own, _equals("PARAMCD", parameter), *same, f"AVISITN = {number}", "ANL03FL = 'Y'")
        parts = [table, str(parameter), str(basetype or ""), f"{number:g}"]
        place = replace(plan, id=".".join(filter(None, parts)), where=where, level=rows["AVISIT"][0] or "")
        yield from _both(place, rows, str(unit or ""))


def _both(plan: Analysis, rows: pl.DataFrame, unit: str) -> Iterator[Analysis]:
    """Yield the summaries of value and change, where any record has it."""
    for column in ("AVAL", "CHG"):
        if rows[column].null_count() < rows.height:
            where = f"{plan.where} AND {column} IS NOT NULL"
            yield _summary(replace(plan, id=f"{plan.id}.{column}", where=where), column, unit)


def _equals(column: str, value: object) -> str:
    return f"{column} IS NULL" if value is None else f"{column} = {quoted(str(value))}"


def _where(own: AnalysisSet, *conditions: str) -> str:
    return " AND ".join([*conditions, f"{own.flag} = 'Y'"])


def _summary(plan: Analysis, column: str, unit: str) -> Analysis:
    return replace(plan, method="summary", settings={"column": column, "unit": unit})
