"""Grades of millions of values: one rule at a time over all rows that it is for.

`grade` is the kernel over arrays. `grade_rows` takes a frame, finds the rule of each distinct test, unit and fasting
state once, and applies the kernel to their rows; time and memory are linear in the rows.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import polars as pl
from numpy.typing import NDArray

from topline.adam.ctcae.bounds import Bound, Mask, Values
from topline.adam.ctcae.tables import NO_GRADE, Ladder, Rule, Symptoms, criteria
from topline.adam.ctcae.terms import graded_tests
from topline.adam.units import parse_unit

Grades = NDArray[np.int8]

MISSING = -1
"""The grade of a value that cannot be graded."""

BEYOND = 1e-8
"""How far [share of the value] a result such as `<0.5` is taken to lie beyond its limit."""

KEYS = ("TESTCD", "AVALU", "FASTING")
NUMBERS = ("AVAL", "ANRLO", "ANRHI", "BASE")
GRADED = pl.Schema({"ATOXDSCL": pl.String, "ATOXDSCH": pl.String, "ATOXGRLN": pl.Int64, "ATOXGRHN": pl.Int64})


def grade(ladders: Iterable[Ladder], values: Values) -> Grades:
    """Return the grade of each value: the highest step of any ladder that applies, 0 where none is met.

    MISSING where the value is missing, where no step is met while one of them is unknown (its limit of normal or its
    baseline is missing), and where the text has no numeric grade. A baseline whose status is not known counts as
    normal.

    >>> rule = criteria("5.0").rules["Neutrophil count decreased"]
    >>> counts = np.array([2.0, 1.5, 1.0, 0.5, 0.49, np.nan])
    >>> missing = np.full(6, np.nan)
    >>> grade(rule.ladders, Values(counts, np.full(6, 1.8), missing, missing, np.zeros(6, np.int8))).tolist()
    [0, 1, 2, 3, 4, -1]
    """
    best = np.zeros(values.value.shape, dtype=np.int8)
    unknown = np.isnan(values.value)
    for ladder in ladders:
        applies = _applies(ladder, values)
        for step in ladder.steps:
            met, unclear = _met(step.bounds, values)
            if applies is not None:
                met, unclear = met & applies, unclear & applies
            np.maximum(best, step.grade, where=met, out=best)
            unknown |= unclear
    best[unknown & (best == 0)] = MISSING
    best[best == NO_GRADE] = MISSING
    return best


def _applies(ladder: Ladder, values: Values) -> Mask | None:
    """Return for which rows the ladder is, by their baseline; None for all."""
    if not ladder.when:
        return None
    status = 1 if ladder.when.endswith("high") else -1
    same: Mask = values.status == status
    return ~same if "not" in ladder.when else same


def _met(bounds: Iterable[Bound], values: Values) -> tuple[Mask, Mask]:
    """Return where all bounds are met, and where that is unknown: none fails and one is unknown."""
    first, *others = [bound.met(values) for bound in bounds]
    met, unclear = first
    for also, unsure in others:
        possible = (met | unclear) & (also | unsure)
        met = met & also
        unclear = possible & ~met
    return met, unclear


@dataclass(frozen=True, slots=True)
class Grader:
    """How a trial grades: the version of CTCAE, and what is assumed where a grade asks for symptoms."""

    version: str
    symptoms: Symptoms = "lab value only"

    def plan(self, test: str, unit: str | None, fasting: bool) -> "Plan":
        """Return how values of a test in a unit are graded."""
        return _plan(self, test, unit or "", fasting)


@dataclass(frozen=True, slots=True)
class Plan:
    """How the values of one test in one unit are graded; ladders are None where they are not, `problem` says why."""

    low: Rule | None = None
    high: Rule | None = None
    low_ladders: tuple[Ladder, ...] | None = None
    high_ladders: tuple[Ladder, ...] | None = None
    problem: str = ""


NO_TERM = "no term"
NO_UNIT = "unit missing"
WRONG_UNIT = "unit unknown"


@lru_cache(maxsize=4096)
def _plan(grader: Grader, test: str, unit: str, fasting: bool) -> Plan:
    known = graded_tests().get(test)
    table = criteria(grader.version)
    low = known.low_rule(table) if known else None
    high = known.high_rule(table, fasting=fasting) if known else None
    if known is None or (low is None and high is None):
        return Plan(problem=NO_TERM)
    unit = unit or ("1" if known.dimensionless else "")
    if not unit:
        return Plan(low, high, problem=NO_UNIT)
    if parse_unit(unit) is None or not known.admits(unit):
        return Plan(low, high, problem=WRONG_UNIT)
    low_ladders, high_ladders = (
        rule.in_unit(unit, known.substance, grader.symptoms) if rule else None for rule in (low, high)
    )
    fits = (low is None or low_ladders is not None) and (high is None or high_ladders is not None)
    return Plan(low, high, low_ladders, high_ladders, "" if fits else WRONG_UNIT)


def grade_rows(frame: pl.DataFrame, grader: Grader) -> pl.DataFrame:
    """Return the terms and grades of each row, in its order: ATOXDSCL, ATOXDSCH, ATOXGRLN, ATOXGRHN.

    The frame has TESTCD, AVALU, FASTING (Y: fasting), AVAL, ANRLO, ANRHI, BASE (all in the unit AVALU), BNRIND and
    AVALQ (`<` and `<=`: the value is below AVAL; `>` and `>=`: above). A censored value has the grade just beyond its
    limit in the direction it points to, at least; in the other direction it is graded only where that grade is 0.

    >>> row = {"TESTCD": "K", "AVALU": "mmol/L", "FASTING": None, "AVAL": 3.4, "ANRLO": 3.5, "ANRHI": 5.1,
    ...        "BASE": None, "BNRIND": None, "AVALQ": None}
    >>> schema = {"FASTING": pl.String, "BASE": pl.Float64, "BNRIND": pl.String, "AVALQ": pl.String}
    >>> frame = pl.DataFrame([row], schema_overrides=schema)
    >>> [grade_rows(frame, Grader("5.0", symptoms))["ATOXGRLN"][0] for symptoms in ("worst case", "lab value only")]
    [2, 1]
    """
    groups = frame.with_row_index("_ROW").group_by(KEYS).agg("_ROW")
    columns = _columns(frame)
    low, high = (np.full(frame.height, MISSING, dtype=np.int8) for _ in "LH")
    group = np.zeros(frame.height, dtype=np.int32)
    plans = [grader.plan(test, unit, fasting == "Y") for test, unit, fasting in groups.select(KEYS).iter_rows()]
    for number, (plan, rows) in enumerate(zip(plans, groups["_ROW"], strict=True)):
        places = rows.to_numpy()
        group[places] = number
        if plan.low_ladders is not None:
            low[places] = _grade_group(plan.low_ladders, columns, places, away=1)
        if plan.high_ladders is not None:
            high[places] = _grade_group(plan.high_ladders, columns, places, away=-1)
    return _described(plans, group, low, high)


@dataclass(frozen=True, slots=True)
class _Columns:
    """The columns of a frame as arrays; `side` is -1 where the value lies below its figure, 1 above, 0 at it."""

    values: Values
    side: NDArray[np.int8]


def _columns(frame: pl.DataFrame) -> _Columns:
    indicator, sign = pl.col("BNRIND"), pl.col("AVALQ")
    beyond = pl.when(sign == "<").then(1 - BEYOND).when(sign == ">").then(1 + BEYOND).otherwise(1.0)
    high, low = indicator.str.starts_with("HIGH"), indicator.str.starts_with("LOW")
    below, above = sign.str.starts_with("<"), sign.str.starts_with(">")
    made = frame.select(
        (pl.col("AVAL") * beyond).alias("AVAL"),
        *NUMBERS[1:],
        pl.when(high).then(1).when(low).then(-1).otherwise(0).cast(pl.Int8).alias("STATUS"),
        pl.when(above).then(1).when(below).then(-1).otherwise(0).cast(pl.Int8).alias("SIDE"),
    )
    value, lower, upper, baseline = (made[name].cast(pl.Float64).to_numpy() for name in NUMBERS)
    return _Columns(Values(value, lower, upper, baseline, made["STATUS"].to_numpy()), made["SIDE"].to_numpy())


def _grade_group(ladders: tuple[Ladder, ...], columns: _Columns, places: NDArray[np.uint32], away: int) -> Grades:
    """Return the grades of some rows; a value that may lie anywhere on the side `away` has a grade only if it is 0."""
    found = grade(ladders, columns.values.rows(places))
    found[(columns.side[places] == away) & (found > 0)] = MISSING
    return found


def _described(plans: list[Plan], group: NDArray[np.int32], low: Grades, high: Grades) -> pl.DataFrame:
    """Return terms and grades as columns; a grade that is MISSING is null."""
    order = pl.Series(group)
    terms = {
        "ATOXDSCL": pl.Series([plan.low and plan.low.term for plan in plans], dtype=pl.String),
        "ATOXDSCH": pl.Series([plan.high and plan.high.term for plan in plans], dtype=pl.String),
    }
    grades = {"ATOXGRLN": pl.Series(low), "ATOXGRHN": pl.Series(high)}
    return pl.DataFrame(
        {
            **{name: column.gather(order) for name, column in terms.items()},
            **{name: column.set(column == MISSING, None) for name, column in grades.items()},
        }
    ).cast(GRADED)
