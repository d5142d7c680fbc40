"""ADTTE: time from a start to the first of some events, with censoring rules that are data of the protocol.

FDA guidance on clinical trial endpoints for cancer drugs (2007, appendix 3, tables A and C; revised 2018), and the EMA
guideline on anticancer medicinal products (appendix 1). Each row says what happened, what it rests on, and where that
stands: EVNTDESC, CNSDTDSC, SRCDOM, SRCVAR, SRCSEQ, and the SDTM records behind them.
"""

from dataclasses import dataclass

import numpy as np
import polars as pl

from topline.protocol.endpoints import Source, TimeToEvent
from topline.protocol.model import Endpoint, Protocol
from topline.tables.adam import ADTTE
from topline.tables.findings import findings, join_findings

KEYS = ("STUDYID", "USUBJID")
SOURCES: dict[str, Source] = {
    "progression": Source(dataset="ADRS", where="PARAMCD = 'PD' AND AVALC = 'Y'", date="ADT", description="Disease Progression"),
    "death": Source(dataset="ADSL", where="DTHDT IS NOT NULL", date="DTHDT", description="Death"),
    "last assessment": Source(
        dataset="ADRS",
        where="PARAMCD = 'OVR' AND AVALC IN ('CR', 'PR', 'SD', 'NON-CR/NON-PD', 'PD')",
        date="ADT",
        description="Last Tumor Assessment",
    ),
    "last alive": Source(dataset="ADSL", where="LSTALVDT IS NOT NULL", date="LSTALVDT", description="Alive"),
    "new therapy": Source(dataset="ADSL", where="NEWTXDT IS NOT NULL", date="NEWTXDT", description="New Anti-Cancer Therapy"),
    "treatment stop": Source(dataset="ADSL", where="EOTDT IS NOT NULL", date="EOTDT", description="End of Treatment"),
}
"""The sources that every protocol can name; a protocol may add its own. An assessment that is NE observes nothing."""

DATE_SEQUENCE = {"DTHDT": ("DM", "DTHDTC"), "EOTDT": ("DS", "DSSTDTC"), "NEWTXDT": ("CM", "CMSTDTC")}


@dataclass(frozen=True, slots=True)
class Data:
    """The datasets that sources refer to."""

    adsl: pl.DataFrame
    adrs: pl.DataFrame


def derive_survival(adsl: pl.DataFrame, adrs: pl.DataFrame, protocol: Protocol) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return ADTTE and findings: one row per subject and time-to-event endpoint of the protocol.

    Endpoints that start at response have rows for responders only.
    """
    data = Data(adsl, adrs)
    frames, found = [], []
    for endpoint in protocol.endpoints:
        if isinstance(endpoint.analysis, TimeToEvent):
            rows, more = _endpoint_rows(endpoint, endpoint.analysis, data, protocol)
            frames.append(rows)
            found.append(more)
    if not frames:
        return ADTTE.empty(), join_findings()
    rows = pl.concat(frames).sort(*KEYS, "ORDER").with_columns(pl.int_range(1, pl.len() + 1).over(KEYS).alias("ASEQ"))
    return ADTTE.select(rows), join_findings(*found)


def dates_of(source: Source, data: Data) -> pl.DataFrame:
    """Return the dates of a source: STUDYID, USUBJID, D, F (imputation flag) and where each stands."""
    frame = data.adsl if source.dataset == "ADSL" else data.adrs
    rows = frame.filter(pl.sql_expr(source.where).fill_null(False) & pl.col(source.date).is_not_null())
    flag = next((name for name in (f"{source.date}F", f"{source.date[:-1]}F") if name in rows.columns), None)
    domain, variable = DATE_SEQUENCE.get(source.date, ("ADSL", source.date)) if source.dataset == "ADSL" else ("ADRS", source.date)
    sequence = pl.col("ASEQ").cast(pl.Int64) if source.dataset == "ADRS" else pl.lit(None, pl.Int64)
    records = pl.col("SRCRECS") if source.dataset == "ADRS" else _subject_records(rows, domain)
    return rows.select(
        *KEYS,
        pl.col(source.date).alias("D"),
        (pl.col(flag) if flag else pl.lit(None, pl.String)).alias("F"),
        pl.lit(source.description).alias("TEXT"),
        pl.lit(source.dataset).alias("SRCDOM"),
        pl.lit(variable if source.dataset == "ADRS" else source.date).alias("SRCVAR"),
        sequence.alias("SRCSEQ"),
        records.alias("RECS"),
    )


def _subject_records(rows: pl.DataFrame, domain: str) -> pl.Expr:
    """Return the SDTM records of an ADSL date: DM itself, or the ones of a domain that the subject's row names."""
    if domain == "DM" or "SRCRECS" not in rows.columns:
        return pl.concat_list(pl.lit("DM"))
    return pl.col("SRCRECS")


def _endpoint_rows(endpoint: Endpoint, analysis: TimeToEvent, data: Data, protocol: Protocol) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return the rows of one endpoint, and findings."""
    known = {**SOURCES, "response": _response(analysis), **analysis.sources}
    start, found_start = _starts(endpoint, analysis, data)
    last = dates_of(known[analysis.last_observation], data)
    events = _first([dates_of(known[name], data) for name in analysis.events])
    stops = _stops(analysis, known, data)
    rows = start.join(_prefixed(events, "E"), on=KEYS, how="left").join(_prefixed(last, "L"), on=KEYS, how="left").join(_prefixed(stops, "X"), on=KEYS, how="left")
    rows = _judged(rows, analysis, data, protocol)
    early = rows.filter(pl.col("E_D") < pl.col("STARTDT"))
    silent = rows.filter((pl.col("CNSR") == 1) & pl.col("L_D").is_null() & (pl.col("ADT") == pl.col("STARTDT")))
    text = f"{endpoint.id}: censored on the day of the start"
    found = join_findings(
        found_start,
        findings("TL-S02", early, "ADTTE", variable=endpoint.id, value=pl.col("E_D").cast(pl.String), message=pl.format("event before the start on {}", "STARTDT")),
        findings("TL-S03" if analysis.last_observation != "last alive" else "TL-S04", silent, "ADTTE", variable=endpoint.id, message=text),
    )  # fmt: skip
    place = [each.id for each in protocol.endpoints].index(endpoint.id)
    days = (pl.col("ADT") - pl.col("STARTDT")).dt.total_days() + 1
    return rows.select(
        *KEYS,
        pl.lit(place).alias("ORDER"),
        pl.lit(endpoint.id).alias("PARAMCD"),
        pl.lit(endpoint.label.en).alias("PARAM"),
        "STARTDT", "ADT", "ADTF",
        days.cast(pl.Int64).alias("AVAL"),
        pl.lit("DAYS").alias("AVALU"),
        (days / protocol.days_per_month).alias("AVALM"),
        pl.col("CNSR").cast(pl.Int64), "EVNTDESC", "CNSDTDSC", "SRCDOM", "SRCVAR", pl.col("SRCSEQ").cast(pl.Int64), "SRCRECS",
    ), found  # fmt: skip


def _response(analysis: TimeToEvent) -> Source:
    """Return the source of the response that the endpoint means, confirmed or not."""
    where = f"PARAMCD = '{analysis.response_parameter}' AND AVALC = 'Y'"
    return Source(dataset="ADRS", where=where, date="ADT", description="Response")


def _starts(endpoint: Endpoint, analysis: TimeToEvent, data: Data) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return the start of time of each subject (STARTDT), of responders only where the response starts it."""
    if analysis.start == "response":
        responders = data.adrs.filter((pl.col("PARAMCD") == analysis.response_parameter) & (pl.col("AVALC") == "Y"))
        zero = data.adsl.select(*KEYS, pl.col("STARTDT").alias("ZERO"))
        rows = responders.select(*KEYS, pl.col("ADT").alias("STARTDT"), pl.col("SRCRECS").alias("STARTREC"))
        return rows.join(zero, on=KEYS, how="left"), findings("TL-S01", data.adsl.clear(), "ADSL")
    columns = [*KEYS, "STARTDT", pl.lit(None, pl.List(pl.String)).alias("STARTREC"), pl.col("STARTDT").alias("ZERO")]
    there = data.adsl.filter(pl.col("STARTDT").is_not_null()).select(columns)
    expected = pl.col("ENRLFL") == "Y" if "ENRLFL" in data.adsl.columns else pl.lit(True)
    lacking = data.adsl.filter(pl.col("STARTDT").is_null() & expected)
    return there, findings("TL-S01", lacking, "ADSL", variable="STARTDT", message=f"{endpoint.id}: the subject has no start of time")


def _first(frames: list[pl.DataFrame]) -> pl.DataFrame:
    """Return the earliest date per subject; of equal dates the source that is named first."""
    ranked = [frame.with_columns(pl.lit(rank).alias("RANK")) for rank, frame in enumerate(frames)]
    rows = pl.concat(ranked).sort("D", "RANK").unique(KEYS, keep="first", maintain_order=True)
    return rows.drop("RANK")


def _stops(analysis: TimeToEvent, known: dict[str, Source], data: Data) -> pl.DataFrame:
    """Return the first date from which on nothing counts, by the rules of censoring."""
    rules = analysis.censoring
    names = [name for name, rule in (("new therapy", rules.new_therapy), ("treatment stop", rules.treatment_stop)) if rule == "censor"]
    frames = [dates_of(known[name], data) for name in names]
    return _first(frames) if frames else dates_of(known["new therapy"], data).clear()


def _prefixed(frame: pl.DataFrame, prefix: str) -> pl.DataFrame:
    return frame.rename({name: f"{prefix}_{name}" for name in frame.columns if name not in KEYS})


def _judged(rows: pl.DataFrame, analysis: TimeToEvent, data: Data, protocol: Protocol) -> pl.DataFrame:
    """Return one row per subject with ADT, CNSR and where both come from.

    An event counts when it is dated on or after the start, not after a stop, and not after too many missed scans.
    Else the subject is censored at the last observation that counts, at the latest on the day before a stop.
    """
    rules = analysis.censoring
    usable = (pl.col("L_D") >= pl.col("STARTDT")) & (pl.col("X_D").is_null() | (pl.col("L_D") <= pl.col("X_D")))
    before_event = pl.col("E_D").is_null() | (pl.col("L_D") < pl.col("E_D"))
    last = rows.filter(usable & before_event).sort("L_D").unique(KEYS, keep="last", maintain_order=True)
    base = rows.unique(KEYS, keep="first", maintain_order=True).drop(name for name in rows.columns if name.startswith("L_"))
    one = base.join(last.select(*KEYS, pl.selectors.starts_with("L_")), on=KEYS, how="left", maintain_order="left")
    if rules.missed_assessments is None:
        one = one.with_columns(pl.lit(False).alias("GAP"))
    else:
        one = _with_gap(one, protocol, rules.missed_assessments)
    counts = (pl.col("E_D") >= pl.col("STARTDT")) & (pl.col("X_D").is_null() | (pl.col("E_D") <= pl.col("X_D"))) & ~pl.col("GAP")
    counts = counts.fill_null(False)
    why = (
        pl.when(pl.col("L_D").is_null()).then(pl.lit("Start of time, no later observation"))
        .when(pl.col("E_D").is_not_null() & pl.col("GAP")).then(pl.format("{}, before missed assessments", "L_TEXT"))
        .when(pl.col("X_D").is_not_null()).then(pl.format("{}, before {}", "L_TEXT", pl.col("X_TEXT").str.to_lowercase()))
        .otherwise("L_TEXT")
    )  # fmt: skip
    return one.with_columns(
        pl.when(counts).then("E_D").otherwise(pl.coalesce("L_D", "STARTDT")).alias("ADT"),
        pl.when(counts).then("E_F").otherwise("L_F").alias("ADTF"),
        pl.when(counts).then(0).otherwise(1).alias("CNSR"),
        pl.when(counts).then("E_TEXT").otherwise(pl.coalesce("L_TEXT", pl.lit("Start of Time"))).alias("EVNTDESC"),
        pl.when(~counts).then(why).alias("CNSDTDSC"),
        *(
            pl.when(counts).then(f"E_{name}").when(pl.col("L_D").is_not_null()).then(f"L_{name}").otherwise(pl.lit(default)).alias(name)
            for name, default in (("SRCDOM", "ADSL"), ("SRCVAR", "STARTDT"), ("SRCSEQ", None))
        ),
        _behind(counts).alias("SRCRECS"),
    )


def _behind(counts: pl.Expr) -> pl.Expr:
    """Return the SDTM records behind a row: those of the deciding date, and of the response that started the time."""
    decided = pl.when(counts).then("E_RECS").otherwise(pl.coalesce("L_RECS", pl.concat_list(pl.lit("DM"))))
    return pl.when(pl.col("STARTREC").is_not_null()).then(pl.concat_list("STARTREC", decided)).otherwise(decided)


def _with_gap(rows: pl.DataFrame, protocol: Protocol, allowed: int) -> pl.DataFrame:
    """Return the rows with GAP: at least `allowed` scheduled scans were missed between last observation and event.

    A scan was missed when its window lies wholly after the last adequate assessment (or the baseline) and wholly
    before the event.
    """
    last = (pl.coalesce("L_D", "STARTDT") - pl.col("ZERO")).dt.total_days()
    event = (pl.col("E_D") - pl.col("ZERO")).dt.total_days()
    days = rows.select(last.alias("A"), event.alias("B"))
    a = days["A"].cast(pl.Float64).fill_null(0).to_numpy()
    b = days["B"].cast(pl.Float64).fill_null(-1).to_numpy()
    nominal = np.array(protocol.schedule.nominal_days(float(b.max()) if len(b) else 0.0))
    window = protocol.schedule.window_days
    missed = np.searchsorted(nominal + window, b, side="left") - np.searchsorted(nominal - window, a, side="right")
    return rows.with_columns(pl.Series("GAP", (missed >= allowed) & (b >= 0)))
