"""ADBM: for each marker and each endpoint it is tested against, every subject's value, group and outcome.

A row names the records of both: the one that the marker's value is from, and those that decide the outcome. Subjects
without value or outcome have their row too, with the reason why it is not analysed. For a marker on treatment, time
counts from its landmark and who had the event by then, or was not followed beyond it, is not analysed (Anderson, Cain
and Gelber 1983, doi:10.1200/JCO.1983.1.11.710).
"""

from collections.abc import Mapping

import polars as pl

from topline.adam.marker_values import KEYS, marker_values
from topline.protocol.biomarker import Biomarkers, Categorical, Marker
from topline.protocol.endpoints import Endpoint, Rate
from topline.protocol.model import Protocol
from topline.tables.adam_biomarker import ADBM, NOT_ANALYSED
from topline.tables.findings import findings, join_findings

Tables = Mapping[str, pl.DataFrame]
NO_VALUE, NO_OUTCOME, EVENT, NOT_FOLLOWED = NOT_ANALYSED


def derive_biomarkers(
    tables: Tables, adam: Tables, protocol: Protocol, plan: Biomarkers
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return ADBM and findings.

    Args:
        tables: SDTM; the domains that the markers name.
        adam: ADSL, ADRS and ADTTE.
        protocol: whose endpoints the markers are tested against.
        plan: the declared markers.

    """
    frames, found = [], []
    subjects = adam["ADSL"].filter(pl.col("ENRLFL") == "Y")
    for place, marker in enumerate(plan.markers):
        values, more = marker_values(tables, subjects, marker)
        found += [more, _silent(values, marker)]
        for name in marker.endpoints:
            rows = _rows(subjects, values, _outcomes(protocol.endpoint(name), adam), marker)
            order = [each.id for each in protocol.endpoints].index(name)
            frames.append(
                rows.with_columns(pl.lit(name).alias("ENDPOINT"), pl.lit(order * 1000 + place).alias("ORDER"))
            )
    if not frames:
        return ADBM.empty(), join_findings()
    rows = pl.concat(frames).sort(*KEYS, "ORDER").with_columns(pl.int_range(1, pl.len() + 1).over(KEYS).alias("ASEQ"))
    return ADBM.select(rows), join_findings(*found)


def _silent(values: pl.DataFrame, marker: Marker) -> pl.DataFrame:
    """Return a finding where no subject has a usable value of the marker."""
    none = pl.DataFrame({"N": [1]}) if values["AVAL"].null_count() == values.height else pl.DataFrame({"N": []})
    text = f"{marker.id}: no subject has a usable value of {marker.source.test}"
    return findings("TL-B06", none, marker.source.domain, variable=f"{marker.source.domain}TESTCD", message=text)


def _outcomes(endpoint: Endpoint, adam: Tables) -> pl.DataFrame:
    """Return the outcome of each subject: OUTCOME or TTEDY with CNSR, the day of the event, the last day seen, records.

    The day of the event (DECIDED) is the one from which the outcome is known: of a rate the first of positive outcome,
    progression and death; of a time the event. Time zero is day 1.
    """
    analysis = endpoint.analysis
    if isinstance(analysis, Rate):
        return _rate_outcomes(analysis, adam)
    rows = adam["ADTTE"].filter(pl.col("PARAMCD") == endpoint.id)
    return rows.select(
        *KEYS,
        pl.lit(None, pl.String).alias("OUTCOME"),
        pl.col("AVAL").cast(pl.Int64).alias("TTEDY"),
        pl.col("CNSR").cast(pl.Int64),
        pl.when(pl.col("CNSR") == 0).then(pl.col("AVAL").cast(pl.Int64)).alias("DECIDED"),
        pl.col("AVAL").cast(pl.Int64).alias("SEEN"),
        pl.col("SRCRECS").alias("OUTCOMERECS"),
    )


def _rate_outcomes(rate: Rate, adam: Tables) -> pl.DataFrame:
    adsl = adam["ADSL"].select(*KEYS, "STARTDT", "DTHDT", "LSTALVDT")
    rows = adam["ADRS"].filter(pl.col("PARAMCD") == rate.parameter)
    yes = pl.sql_expr(rate.numerator).fill_null(False)
    outcome = rows.select(
        *KEYS,
        pl.when(yes).then(pl.lit("Y")).otherwise(pl.lit("N")).alias("OUTCOME"),
        pl.when(yes).then("ADT").alias("YESDT"),
        pl.col("SRCRECS").alias("OUTCOMERECS"),
    )
    progressed = adam["ADRS"].filter((pl.col("PARAMCD") == "PD") & (pl.col("AVALC") == "Y"))
    joined = outcome.join(adsl, on=KEYS, how="left", maintain_order="left").join(
        progressed.select(*KEYS, pl.col("ADT").alias("PDDT")), on=KEYS, how="left", maintain_order="left"
    )
    return joined.select(
        *KEYS,
        "OUTCOME",
        pl.lit(None, pl.Int64).alias("TTEDY"),
        pl.lit(None, pl.Int64).alias("CNSR"),
        _day(pl.min_horizontal("YESDT", "PDDT", "DTHDT")).alias("DECIDED"),
        _day(pl.col("LSTALVDT")).alias("SEEN"),
        "OUTCOMERECS",
    )


def _day(date: pl.Expr) -> pl.Expr:
    """Return the day of a date, the start of time being day 1."""
    return (date - pl.col("STARTDT")).dt.total_days().cast(pl.Int64) + 1


def _rows(subjects: pl.DataFrame, values: pl.DataFrame, outcomes: pl.DataFrame, marker: Marker) -> pl.DataFrame:
    """Return one row per subject: value, group, outcome, and whether and why not it is analysed."""
    kind = "CATEGORICAL" if isinstance(marker.measure, Categorical) else "CONTINUOUS"
    day = marker.on_treatment.day if marker.on_treatment else None
    rows = subjects.select(*KEYS, "STARTDT").join(values, on=KEYS, how="left", maintain_order="left")
    rows = rows.join(outcomes, on=KEYS, how="left", maintain_order="left")
    used = _reason(day, kind)
    records = pl.concat_list(pl.col("RECS").fill_null([]), pl.col("OUTCOMERECS").fill_null([]))
    return rows.with_columns(
        pl.lit(marker.id).alias("PARAMCD"),
        pl.lit(marker.label.en).alias("PARAM"),
        pl.lit(kind).alias("PARCAT1"),
        pl.lit(day, pl.Int64).alias("LNDMRKDY"),
        pl.lit(marker.rule or None, pl.String).alias("CRIT1"),
        (pl.col("ADT") - pl.col("STARTDT")).dt.total_days().alias("ADY"),
        used.alias("NOTANLRS"),
        pl.when(used.is_null()).then(pl.lit("Y")).alias("ANL01FL"),
        pl.when(pl.col("TTEDY") > (day or 0)).then(pl.col("TTEDY") - (day or 0)).alias("TTEDY"),
        pl.when(pl.col("TTEDY") > (day or 0)).then("CNSR").alias("CNSR"),
        records.list.unique(maintain_order=True).alias("SRCRECS"),
    ).with_columns((pl.col("ADY") + (pl.col("ADY") >= 0).cast(pl.Int64)).alias("ADY"))


def _reason(day: int | None, kind: str) -> pl.Expr:
    """Return why a row is not analysed, the first reason that holds; missing where it is."""
    value = pl.col("AVALCAT1") if kind == "CATEGORICAL" else pl.col("AVAL")
    outcome = pl.col("OUTCOME").is_not_null() | pl.col("TTEDY").is_not_null()
    reasons = [(~outcome, NO_OUTCOME)]
    if day is not None:
        reasons.append((pl.col("DECIDED") <= day, EVENT))
        reasons.append((pl.col("SEEN").fill_null(0) <= day, NOT_FOLLOWED))
    reasons.append((value.is_null(), NO_VALUE))
    return pl.coalesce(pl.when(holds).then(pl.lit(text)) for holds, text in reasons)
