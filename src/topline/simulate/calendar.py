"""The calendar of virtual trials: months from the first patient until each look can be held, and until the cut-off."""

from collections.abc import Mapping

import polars as pl

from topline.protocol.endpoints import Rate
from topline.protocol.model import Protocol
from topline.tables.cutoff import stated_cutoffs

ANALYSIS = "CALENDAR"
CONFIRMED = ("CBOR", "CRSP", "CDCR", "CCB")
"""Parameters of ADRS that need a second scan."""


def calendar(protocol: Protocol, tables: Mapping[str, pl.DataFrame]) -> pl.DataFrame:
    """Return months of each trial, from DM, DS and TS: STUDYID, RESULTID, VALUE and VALUEC, as results of a stack.

    Months count from the enrolment of the first patient. `CALENDAR/all/enrolled@n` is when the n patients of a look are
    enrolled, `CALENDAR/all/look@n` when the endpoint of the design can be known of all of them (`lag_days` later),
    `CALENDAR/all/cutoff` the data cut-off that TS states. A look whose patients are not all enrolled has no number.
    """
    enrolled = _enrolled(tables)
    lag, month = lag_days(protocol), protocol.days_per_month
    days = enrolled.group_by("STUDYID", maintain_order=True).agg(
        *(pl.col("DAY").sort().get(look - 1, null_on_oob=True).alias(f"{look}") for look in protocol.design.rule.looks)
    )
    looks = protocol.design.rule.looks
    frame = days.join(_cutoffs(enrolled, tables), on="STUDYID", how="left", maintain_order="left").select(
        "STUDYID",
        *((pl.col(f"{look}") / month).alias(f"{ANALYSIS}/all/enrolled@{look}") for look in looks),
        *(((pl.col(f"{look}") + lag) / month).alias(f"{ANALYSIS}/all/look@{look}") for look in looks),
        (pl.col("CUTOFF") / month).alias(f"{ANALYSIS}/all/cutoff"),
    )
    long = frame.unpivot(index="STUDYID", variable_name="RESULTID", value_name="VALUE")
    return long.drop_nulls("VALUE").sort("STUDYID", maintain_order=True).with_columns(pl.lit("").alias("VALUEC"))


def lag_days(protocol: Protocol) -> int:
    """Return the least number of days from enrolment until the endpoint of the design can be known of a patient.

    Disease control at a landmark is known on its day. A best response needs the first scheduled scan, a confirmed one
    the second, and its window; it can still become better later, so that a look at this time may see fewer responses
    than the final data say.
    """
    analysis = protocol.endpoint(protocol.design.endpoint).analysis
    parameter = analysis.parameter if isinstance(analysis, Rate) else ""
    if parameter == "DCLM":
        return protocol.landmark.day
    scans = protocol.schedule.nominal_days(0 if parameter not in CONFIRMED else _first(protocol))
    return scans[-1] + protocol.schedule.window_days


def _first(protocol: Protocol) -> int:
    return protocol.schedule.nominal_days(0)[0]


def _enrolled(tables: Mapping[str, pl.DataFrame]) -> pl.DataFrame:
    """Return the days from the first enrolment of a trial to that of each of its patients: STUDYID, FIRST, DAY."""
    recorded = tables["DS"].filter(DSDECOD="ENROLLED").select("STUDYID", "USUBJID", DAY=pl.col("DSSTDTC").str.to_date())
    first = pl.col("DAY").min().over("STUDYID")
    return recorded.sort("STUDYID", "DAY").select("STUDYID", FIRST=first, DAY=(pl.col("DAY") - first).dt.total_days())


def _cutoffs(enrolled: pl.DataFrame, tables: Mapping[str, pl.DataFrame]) -> pl.DataFrame:
    """Return the days from the first enrolment to the cut-off of each trial: STUDYID, CUTOFF."""
    stated = stated_cutoffs(tables)
    first = enrolled.group_by("STUDYID").agg(pl.col("FIRST").first())
    known = pl.DataFrame(
        {"STUDYID": list(stated), "AT": list(stated.values())}, schema={"STUDYID": pl.String, "AT": pl.Date}
    )
    return first.join(known, on="STUDYID").select("STUDYID", CUTOFF=(pl.col("AT") - pl.col("FIRST")).dt.total_days())
