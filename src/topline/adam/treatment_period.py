"""When adverse events count: from the first dose to some days after the last one, or to a new therapy; and cycles."""

from dataclasses import dataclass
from typing import Literal

import polars as pl

from topline.adam.dosing import FREQUENCIES
from topline.protocol.model import Protocol
from topline.tables.dates import first_day

KEYS = ["STUDYID", "USUBJID"]
OF_SUBJECT = (
    "TRTSDT", "TRTFL", "ARMCD", "ARM", "DTHDT", "DTHFL", "EOSDT", "EOTDT", "EOTSTT", "LSTALVDT", "NEWTXDT", "SRCRECS",
)  # fmt: skip
SEPARATE = [name for name, (_, every) in FREQUENCIES.items() if every != 1]
"""Frequencies of single doses, which need no end."""
CYCLE = r"(?i)\b(?:CYCLE|C)\s*0*([1-9][0-9]*)"
"""How a visit names its cycle: CYCLE 2, Cycle 2 Day 8, C2D8."""


@dataclass(frozen=True, slots=True)
class SafetyRules:
    """What the protocol says about adverse events.

    `follow_up_days` after the last dose an event still counts [days]; `new_therapy` says whether it ends that time;
    `version` names the grading criteria; `cycle_days` is the length of a cycle [days]; `drugs` are those of all arms.
    """

    follow_up_days: int
    version: str
    cycle_days: int
    drugs: tuple[str, ...] = ()
    new_therapy: Literal["ends", "ignored"] = "ignored"


def safety_rules(protocol: Protocol) -> SafetyRules:
    """Return what a protocol says about adverse events."""
    events = protocol.criteria.adverse_events
    return SafetyRules(
        follow_up_days=events.follow_up_days,
        version=f"{events.standard} {events.version}",
        cycle_days=protocol.schedule.cycle_days,
        drugs=tuple(drug.name for arm in protocol.arms for drug in arm.interventions),
    )


def treatment_periods(adsl: pl.DataFrame, ex: pl.DataFrame, rules: SafetyRules) -> pl.DataFrame:
    """Return for each subject of ADSL the dates of treatment: TRTSDT, LASTDOSE and UNTIL, and others beside them.

    LASTDOSE is the date of the last dose, UNTIL the last day on which an event counts. Where the last dosing record has
    no end, and its frequency does not say that it is a single dose, the drug was taken on: until the end of treatment,
    if that is known, else without end (UNTIL is missing, every later event counts).
    """
    dated = ex.filter(pl.col("EXSTDTC").is_not_null()).sort(*KEYS, first_day("EXSTDTC"), "EXSEQ")
    unended = pl.col("EXENDTC").is_null() & ~pl.col("EXDOSFRQ").str.to_uppercase().is_in(SEPARATE).fill_null(False)
    last = dated.group_by(KEYS, maintain_order=True).agg(unended.last().alias("OPEN"))
    rows = adsl.join(last, on=KEYS, how="left", maintain_order="left").with_columns(pl.col("OPEN").fill_null(False))
    lastdose = pl.when("OPEN").then(pl.max_horizontal("TRTEDT", "EOTDT")).otherwise("TRTEDT")
    until = pl.when(~(pl.col("OPEN") & pl.col("EOTDT").is_null())).then(
        pl.col("LASTDOSE") + pl.duration(days=rules.follow_up_days)
    )
    stop = pl.col("NEWTXDT") - pl.duration(days=1)
    rows = rows.with_columns(lastdose.alias("LASTDOSE")).with_columns(until.alias("UNTIL"))
    if rules.new_therapy == "ends":
        rows = rows.with_columns(pl.min_horizontal("UNTIL", stop).alias("UNTIL"))
    return rows.select(*KEYS, "LASTDOSE", "UNTIL", *OF_SUBJECT)


def treatment_cycles(ex: pl.DataFrame, periods: pl.DataFrame, cycle_days: int) -> pl.DataFrame:
    """Return the cycles that each subject started: ACYCLE, CYCSDT, CYCEDT, and the EX records they rest on.

    Where every visit of the dosing records names its cycle, a cycle starts with its first dose, delays included. Else,
    and for a subject whose treatment DM alone dates, cycles of `cycle_days` count from the first dose to the last one.
    A cycle ends on the day before the next starts, the last one after `cycle_days`, or at the last dose if that is
    later.
    """
    named = ex.with_columns(
        pl.col("VISIT").str.extract(CYCLE).cast(pl.Int64).alias("ACYCLE"),
        first_day("EXSTDTC").alias("CYCSDT"),
        pl.format("EX {}", "EXSEQ").alias("REC"),
    ).filter(pl.col("CYCSDT").is_not_null() & (pl.col("EXDOSE").fill_null(1) > 0))
    visits = named.height > 0 and named["ACYCLE"].null_count() == 0
    undosed = periods.join(named, on=KEYS, how="anti", maintain_order="left") if visits else periods
    starts = _by_calendar(undosed, cycle_days)
    starts = pl.concat([_by_visit(named).select(starts.columns), starts]) if visits else starts
    ends = starts.sort(*KEYS, "ACYCLE").join(periods.select(*KEYS, "LASTDOSE"), on=KEYS, maintain_order="left")
    whole = pl.col("CYCSDT") + pl.duration(days=cycle_days - 1)
    following = pl.col("CYCSDT").shift(-1).over(KEYS) - pl.duration(days=1)
    return ends.with_columns(pl.coalesce(following, pl.max_horizontal(whole, "LASTDOSE")).alias("CYCEDT")).drop(
        "LASTDOSE"
    )


def _by_visit(named: pl.DataFrame) -> pl.DataFrame:
    """Return the first day of each cycle by the visits of the dosing records, in order of time."""
    cycles = named.group_by(*KEYS, "ACYCLE").agg(pl.col("CYCSDT").min(), pl.col("REC").sort_by("CYCSDT").first())
    ordered = cycles.sort(*KEYS, "ACYCLE")
    later = (pl.col("CYCSDT") > pl.col("CYCSDT").cum_max().shift(1).over(KEYS)).fill_null(True)
    return ordered.filter(later).with_columns(pl.concat_list("REC").alias("REC"))


def _by_calendar(periods: pl.DataFrame, cycle_days: int) -> pl.DataFrame:
    """Return cycles of equal length from the first dose to the last one."""
    treated = periods.filter(pl.col("TRTSDT").is_not_null())
    count = (pl.col("LASTDOSE") - pl.col("TRTSDT")).dt.total_days().clip(0) // cycle_days + 1
    cycles = treated.with_columns(pl.int_ranges(1, count + 1).alias("ACYCLE")).explode("ACYCLE")
    start = pl.col("TRTSDT") + pl.duration(days=(pl.col("ACYCLE") - 1) * cycle_days)
    dosing = pl.col("SRCRECS").list.eval(pl.element().filter(pl.element().str.starts_with("EX ")))
    return cycles.select(*KEYS, pl.col("ACYCLE").cast(pl.Int64), start.alias("CYCSDT"), dosing.alias("REC"))
