"""When forms are due, and which visit a form belongs to.

A form is due before the first dose and at the beginning of every so many cycles, until treatment ends, the disease
progresses or the subject dies. A form belongs to the visit whose nominal day is nearest; half way between two it
belongs to the later one. A subject whose forms are due no more can still return one: it keeps its visit.
"""

from dataclasses import dataclass
from typing import Literal

import polars as pl

from topline.protocol.schedule import Schedule

KEYS = ("STUDYID", "USUBJID")
BASELINE = "Baseline"
CYCLE = r"^CYCLE\s*0*([0-9]+)\b"
ENDS = {"end of treatment": "EOTDT", "progression": "PDDT", "death": "DTHDT"}
End = Literal["end of treatment", "progression", "death"]


@dataclass(frozen=True, slots=True)
class Collection:
    """When forms are due and where they belong.

    `until` are the events that end the collection; last contact ends it too. `visits` says whether a form belongs to
    the nearest nominal day, or to the cycle that VISIT names where it names one.
    """

    schedule: Schedule
    days_per_month: float
    until: tuple[End, ...] = ("end of treatment", "progression", "death")
    visits: Literal["windows", "as recorded"] = "windows"

    @property
    def interval(self) -> int:
        """Days from one form to the next."""
        return self.schedule.cycle_days * self.schedule.questionnaire_cycles

    @property
    def most(self) -> int:
        """The number of forms after baseline that the longest follow-up has room for."""
        return int(self.schedule.maximum_months * self.days_per_month // self.interval)


def subjects_of(adsl: pl.DataFrame, adrs: pl.DataFrame, collection: Collection) -> pl.DataFrame:
    """Return each subject of ADSL with STARTDT and ENDDAY, the days from the start to the end of the collection.

    The end is the first of the events that end it, and at the latest the last day on which the subject was in contact.
    """
    progressed = adrs.filter((pl.col("PARAMCD") == "PD") & (pl.col("AVALC") == "Y"))
    rows = adsl.join(
        progressed.group_by(KEYS).agg(pl.col("ADT").min().alias("PDDT")), on=KEYS, how="left", maintain_order="left"
    )
    end = pl.min_horizontal([ENDS[name] for name in collection.until] + ["LSTALVDT"])
    return rows.select(*KEYS, "STARTDT", "DTHDT", (end - pl.col("STARTDT")).dt.total_days().alias("ENDDAY"))


def due(subjects: pl.DataFrame, collection: Collection) -> pl.DataFrame:
    """Return the visits at which forms are due, one row per subject and visit: STUDYID, USUBJID, AVISITN.

    >>> plan = Schedule(time_zero="first dose", cycle_days=21, scans=[{"every_weeks": 6}], window_days=7,
    ...                 questionnaire_cycles=2, follow_up_weeks=12, maximum_months=36)
    >>> one = pl.DataFrame({"STUDYID": "S", "USUBJID": "1", "STARTDT": ["2020-01-01"], "ENDDAY": [100]})
    >>> due(one, Collection(plan, 30.4375))["AVISITN"].to_list()
    [0.0, 3.0, 5.0]
    """
    started = subjects.filter(pl.col("STARTDT").is_not_null())
    last = (pl.col("ENDDAY").fill_null(0) // collection.interval).clip(0, collection.most)
    rows = started.with_columns(pl.int_ranges(last + 1).alias("K")).explode("K", empty_as_null=False)
    return rows.select(*KEYS, _visit(pl.col("K"), collection).alias("AVISITN"))


def _visit(place: pl.Expr, collection: Collection) -> pl.Expr:
    """Return AVISITN of the visits numbered 0 (baseline), 1, 2 ...: 0, and the number of the cycle that begins."""
    cycle = place * collection.schedule.questionnaire_cycles + 1
    return pl.when(place == 0).then(0).otherwise(cycle).cast(pl.Float64)


def place_forms(forms: pl.DataFrame, subjects: pl.DataFrame, collection: Collection) -> pl.DataFrame:
    """Return the forms with their visit (AVISITN, AVISIT), ADY, the window's target and bounds, and the flag DUE.

    A form up to day 1 belongs to the baseline when it is not older than the protocol's `baseline_days`; an older one,
    one without date and one of a subject without start belong to no visit. DUE says that the form came while forms
    were due, or no more than the window's days later.
    """
    plan, length = collection.schedule, collection.interval
    rows = forms.join(subjects, on=KEYS, how="left", maintain_order="left")
    rows = rows.with_columns((pl.col("ADT") - pl.col("STARTDT")).dt.total_days().alias("D"))
    nearest = ((2 * pl.col("D") + length) // (2 * length)).clip(lower_bound=1)
    if collection.visits == "as recorded":
        named = pl.col("VISIT").str.to_uppercase().str.extract(CYCLE, 1).cast(pl.Int64) - 1
        on_plan = (named >= 1) & (named % plan.questionnaire_cycles == 0)
        nearest = pl.when(on_plan).then(named // plan.questionnaire_cycles).otherwise(nearest)
    early = pl.col("D") < -plan.baseline_days
    rows = rows.with_columns(
        pl.when(pl.col("D") > 0).then(nearest).when((pl.col("D") <= 0) & ~early).then(0).alias("K")
    )
    low, high = (_half_up((2 * pl.col("K") + sign) * length) for sign in (-1, 1))
    first = pl.col("K") == 0
    return rows.with_columns(
        _visit(pl.col("K"), collection).alias("AVISITN"),
        (pl.col("D") + (pl.col("D") >= 0).cast(pl.Int64)).alias("ADY"),
        (pl.col("K") * length + 1).alias("AWTARGET"),
        pl.when(first).then(-plan.baseline_days).when(pl.col("K") == 1).then(2).otherwise(low + 1).alias("AWLO"),
        pl.when(first).then(1).otherwise(high).alias("AWHI"),
        (pl.col("D") <= pl.col("ENDDAY").fill_null(0) + plan.window_days).fill_null(False).alias("DUE"),
    ).with_columns(
        visit_name(pl.col("AVISITN")).alias("AVISIT"), (pl.col("D") - pl.col("K") * length).alias("AWTDIFF")
    )  # fmt: skip


def _half_up(doubled: pl.Expr) -> pl.Expr:
    """Return half of a whole number, rounded up."""
    return (doubled + 1) // 2


def visit_name(number: pl.Expr) -> pl.Expr:
    """Return the name of an analysis visit.

    >>> pl.DataFrame({"AVISITN": [0.0, 3.0]}).select(visit_name(pl.col("AVISITN"))).to_series().to_list()
    ['Baseline', 'Cycle 3']
    """
    cycle = pl.format("Cycle {}", number.cast(pl.Int64))
    return pl.when(number == 0).then(pl.lit(BASELINE)).when(number.is_not_null()).then(cycle)


def choose_forms(placed: pl.DataFrame) -> pl.DataFrame:
    """Return the forms with CHOSEN: one per subject and visit, received before not done, nearest to the nominal day.

    Of forms equally near the earlier one is chosen; of several baseline forms the last received.
    """
    first = pl.col("AVISITN") == 0
    distance = pl.when(first).then(-pl.col("D")).otherwise(pl.col("AWTDIFF").abs())
    order = pl.struct((~pl.col("RECEIVED")).alias("A"), distance.alias("B"), pl.col("D").alias("C"))
    rank = order.rank("ordinal").over(*KEYS, "AVISITN")
    return placed.with_columns((pl.col("AVISITN").is_not_null() & (rank == 1)).alias("CHOSEN"))
