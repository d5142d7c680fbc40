"""ADTTE: time from a start to the first of some events, with censoring rules that are data of the protocol.

FDA guidance on clinical trial endpoints for cancer drugs (2007, appendix 3, tables A and C; revised 2018), and the EMA
guideline on anticancer medicinal products (appendix 1). Each row says what happened, what it rests on, and where that
stands: EVNTDESC, CNSDTDSC, SRCDOM, SRCVAR, SRCSEQ, and the SDTM records behind them.
"""

import polars as pl

from topline.adam.censoring import judge_times
from topline.adam.sequence import numbered
from topline.adam.subject_records import subject_records
from topline.adam.time_sources import KEYS, Data, dates_of, first_dates, placed, prefixed, sources_of
from topline.protocol.endpoints import Endpoint, TimeToEvent
from topline.protocol.model import Protocol
from topline.tables.adam import ADTTE
from topline.tables.findings import findings, join_findings


def derive_survival(adsl: pl.DataFrame, adrs: pl.DataFrame, protocol: Protocol) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return ADTTE and findings: one row per subject and time-to-event endpoint of the protocol.

    Endpoints that start at response have rows for responders only.
    """
    data = placed(adsl, adrs)
    frames, found = [], []
    for place, endpoint in enumerate(protocol.endpoints):
        if isinstance(endpoint.analysis, TimeToEvent):
            rows, more = _endpoint_rows(endpoint, endpoint.analysis, data, protocol)
            frames.append(rows.with_columns(pl.lit(place).alias("ORDER")))
            found.append(more)
    if not frames:
        return ADTTE.empty(), join_findings()
    rows = pl.concat(frames, rechunk=True).sort("S", "ORDER").with_columns((numbered("S") + 1).alias("ASEQ"))
    named = rows.join(data.adsl.select("S", *KEYS), on="S", maintain_order="left")
    return ADTTE.select(named), join_findings(*found)


def _endpoint_rows(
    endpoint: Endpoint, analysis: TimeToEvent, data: Data, protocol: Protocol
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return the rows of one endpoint, and findings."""
    known, rules = sources_of(analysis), analysis.censoring
    ruled = (("new therapy", rules.new_therapy), ("treatment stop", rules.treatment_stop))
    named = [*analysis.events, *(name for name, rule in ruled if rule == "event" and name not in analysis.events)]
    events = first_dates(dates_of(known[name], data) for name in named)
    stopping = [dates_of(known[name], data) for name, rule in ruled if rule == "censor"]
    stops = first_dates(stopping) if stopping else events.clear()
    last = prefixed(dates_of(known[analysis.last_observation], data), "L")
    rows, found_start = _starts(endpoint, analysis, data)
    for frame, prefix in ((events, "E"), (stops, "X")):
        rows = rows.join(prefixed(frame, prefix), on="S", how="left", maintain_order="left")
    rows = judge_times(rows, last, rules, protocol.schedule)
    found = join_findings(found_start, _time_findings(rows, endpoint, data, analysis.last_observation))
    days = (pl.col("ADT") - pl.col("STARTDT")).dt.total_days() + 1
    return rows.select(
        "S",
        pl.lit(endpoint.id).alias("PARAMCD"),
        pl.lit(endpoint.label.en).alias("PARAM"),
        "STARTDT", "ADT", "ADTF",
        days.cast(pl.Int64).alias("AVAL"),
        pl.lit("DAYS").alias("AVALU"),
        (days / protocol.days_per_month).alias("AVALM"),
        pl.col("CNSR").cast(pl.Int64), "EVNTDESC", "CNSDTDSC", "SRCDOM", "SRCVAR",
        pl.col("SRCSEQ").cast(pl.Int64), "SRCRECS",
    ), found  # fmt: skip


def _time_findings(rows: pl.DataFrame, endpoint: Endpoint, data: Data, last: str) -> pl.DataFrame:
    """Return findings about events before the start, and subjects censored on the day of the start."""
    names = data.adsl.select("S", *KEYS)
    unseen = (pl.col("CNSR") == 1) & pl.col("L_D").is_null() & (pl.col("ADT") == pl.col("STARTDT"))
    early, silent = (
        rows.filter(odd).join(names, on="S", maintain_order="left")
        for odd in (pl.col("E_D") < pl.col("STARTDT"), unseen)
    )
    number = "TL-S04" if last == "last alive" else "TL-S03"
    text, still = pl.format("event before the start on {}", "STARTDT"), "censored on the day of the start"
    return join_findings(
        findings("TL-S02", early, "ADTTE", variable=endpoint.id, value=pl.col("E_D"), message=text),
        findings(number, silent, "ADTTE", variable=endpoint.id, message=f"{endpoint.id}: {still}"),
    )  # fmt: skip


def _starts(endpoint: Endpoint, analysis: TimeToEvent, data: Data) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return the start of time of each subject (STARTDT), of responders only where the response starts it."""
    own = subject_records(data.adsl, "STARTDT").alias("OWN")
    subjects = data.adsl.select("S", own, pl.col("STARTDT").alias("ZERO"))
    if analysis.start == "response":
        responders = data.adrs.filter((pl.col("PARAMCD") == analysis.response_parameter) & (pl.col("AVALC") == "Y"))
        rows = responders.select("S", pl.col("ADT").alias("STARTDT"), pl.col("SRCRECS").alias("STARTREC"))
        return rows.join(subjects, on="S", how="left", maintain_order="left"), join_findings()
    there = subjects.filter(pl.col("ZERO").is_not_null())
    rows = there.select(
        "S", pl.col("ZERO").alias("STARTDT"), pl.lit(None, pl.List(pl.String)).alias("STARTREC"), "OWN", "ZERO"
    )
    expected = pl.col("ENRLFL") == "Y" if "ENRLFL" in data.adsl.columns else pl.lit(True)
    lacking = data.adsl.filter(pl.col("STARTDT").is_null() & expected)
    text = f"{endpoint.id}: the subject has no start of time"
    return rows, findings("TL-S01", lacking, "ADSL", variable="STARTDT", message=text)
