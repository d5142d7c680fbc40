"""ADSL: one row per subject, with every date that later stages count from and the flags of the analysis sets."""

from collections.abc import Mapping

import polars as pl

from topline.adam.sequence import places
from topline.adam.subject_dates import CONTACT_DATES, contacts, disposition, exposure, milestones, new_therapy
from topline.protocol.model import Protocol
from topline.tables.adam import ADSL
from topline.tables.dates import first_day, last_day, precision
from topline.tables.findings import findings, join_findings
from topline.tables.sdtm import SDTM

Tables = Mapping[str, pl.DataFrame]

KEYS = ("STUDYID", "USUBJID")
ECOG = r"^ECOG"
DATED = ("EX", "DS", "CM", "PR", "QS", "RS")
"""Domains that dates and performance status are taken from."""


def domain(tables: Tables, name: str) -> pl.DataFrame:
    """Return a domain's table with its declared columns; an empty one where the domain is missing."""
    table = SDTM[name]
    frame = tables.get(name)
    if frame is None:
        return table.empty()
    absent = [v for v in table.variables if v.name not in frame.columns]
    return frame.with_columns(pl.lit(None, dtype=v.dtype).alias(v.name) for v in absent) if absent else frame


def derive_subjects(tables: Tables, protocol: Protocol, *, records: bool = True) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return ADSL and findings.

    Subjects come from DM; without DM they are taken from the other domains, with a finding. Dates are completed by
    rule and flagged: starts to the first possible day, ends, deaths and contacts to the last one. Without `records`
    SRCRECS is missing.
    """
    people, found_people = _subjects(tables)
    known = _placed(tables, people)
    ex, ds, cm, pr, qs, rs = (domain(known, name) for name in DATED)
    parts = (
        exposure(ex, records=records),
        milestones(ds),
        disposition(ds),
        contacts(known, records=records),
        _ecog(qs, rs),
    )
    subjects = people.with_columns(pl.int_range(pl.len()).alias("S"))
    for part in parts:
        subjects = subjects.join(part, on="S", how="left", maintain_order="left")
    subjects = subjects.join(new_therapy(cm, pr, subjects), on="S", how="left", maintain_order="left")
    subjects = _dated(subjects, protocol)
    found = join_findings(
        found_people, _start_findings(subjects, protocol), _dose_findings(subjects, domain(tables, "EX"))
    )
    flagged = _records(_flagged(subjects)) if records else _flagged(subjects)
    return ADSL.select(flagged.sort(KEYS).with_columns(pl.lit(1).alias("ASEQ"))), found


def flag_sets(adsl: pl.DataFrame, protocol: Protocol) -> pl.DataFrame:
    """Return ADSL with one flag per analysis set of the protocol, Y where its condition holds.

    A condition that is unknown for a subject, because a datum is missing, does not admit it.
    """
    flags = [
        pl.when(pl.sql_expr(each.where).fill_null(False)).then(pl.lit("Y")).alias(each.flag)
        for each in protocol.analysis_sets
    ]
    return adsl.with_columns(flags)


def _subjects(tables: Tables) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return one row per subject of DM, or of the other domains where DM is missing."""
    dm = domain(tables, "DM")
    if dm.height:
        people = dm.unique(KEYS, keep="first", maintain_order=True).with_columns(pl.lit(True).alias("INDM"))
        return people, join_findings()
    ids = [frame.select(KEYS) for frame in tables.values() if set(KEYS) <= set(frame.columns)]
    people = pl.concat(ids).drop_nulls().unique(maintain_order=True) if ids else dm.select(KEYS)
    lacking = pl.DataFrame({"STUDYID": [""], "USUBJID": [""]})
    text = (
        f"DM is missing; {people.height} subjects are taken from the other domains, without start of treatment or death"
    )
    full = people.with_columns(
        pl.lit(None, dtype=v.dtype).alias(v.name) for v in SDTM["DM"].variables if v.name not in KEYS
    )
    return full.with_columns(pl.lit(False).alias("INDM")), findings("TL-T09", lacking, "DM", message=text)


def _placed(tables: Tables, people: pl.DataFrame) -> dict[str, pl.DataFrame]:
    """Return the records of the domains that dates are taken from, with S, the place of their subject."""
    read = {**tables, **{name: SDTM[name].empty() for name in DATED if name not in tables}}
    return {name: read[name].with_columns(places(read[name], people)) for name in {*DATED, *CONTACT_DATES} & {*read}}


def _ecog(qs: pl.DataFrame, rs: pl.DataFrame) -> pl.DataFrame:
    """Return the first recorded ECOG performance status of each subject."""
    columns = ("TESTCD", "STRESC", "DTC", "SEQ")
    parts = [
        frame.select("S", *(pl.col(f"{prefix}{name}").alias(name) for name in columns))
        for frame, prefix in ((qs, "QS"), (rs, "RS"))
    ]
    rows = (
        pl.concat(parts, how="vertical_relaxed")
        .filter(pl.col("TESTCD").str.contains(ECOG))
        .with_columns(first_day("DTC").alias("D"))
    )
    rows = rows.filter(pl.col("STRESC").is_not_null()).sort("D", "SEQ", nulls_last=True)
    return rows.group_by("S").agg(pl.col("STRESC").str.extract(r"([0-5])").first().alias("ECOGBL"))


def _dated(subjects: pl.DataFrame, protocol: Protocol) -> pl.DataFrame:
    """Return the subjects with treatment, death and start dates."""
    death = pl.coalesce(pl.col("DTHDTC"), pl.col("DSDTHDTC"))
    subjects = subjects.with_columns(
        pl.coalesce("EXSTDT", first_day("RFXSTDTC")).alias("TRTSDT"),
        pl.when(pl.col("EXSTDT").is_not_null()).then("EXSTDTF").otherwise(precision("RFXSTDTC")).alias("TRTSDTF"),
        first_day("RFICDTC").alias("RFICDT"),
        precision("RFICDTC").alias("RFICDTF"),
        death.alias("DEATHC"),
    )
    subjects = subjects.with_columns(last_day("DEATHC").alias("DTHDT"), precision("DEATHC").alias("DTHDTF"))
    dead = (pl.col("DTHFL") == "Y") | pl.col("DTHDT").is_not_null()
    end = pl.min_horizontal(pl.coalesce("EXENDT", last_day("RFXENDTC")), pl.col("DTHDT"))
    subjects = subjects.with_columns(
        pl.when(dead).then(pl.lit("Y")).alias("DTHFL"),
        pl.when(pl.col("TRTSDT").is_not_null()).then(pl.max_horizontal(end, "TRTSDT")).alias("TRTEDT"),
        pl.when(pl.col("EXENDT").is_not_null()).then("EXENDTF").otherwise(precision("RFXENDTC")).alias("TRTEDTF"),
        pl.coalesce("DSENRDT", "DSRANDT", "RFICDT").alias("ENRLDT"),
        pl.col("DSRANDT").alias("RANDDT"),
        pl.min_horizontal("LASTDT", "DTHDT").alias("LSTALVDT"),
    )
    start = {"first dose": "TRTSDT", "enrolment": "ENRLDT", "randomization": "RANDDT"}[protocol.schedule.time_zero]
    return subjects.with_columns(
        pl.col(start).alias("STARTDT"),
        ((pl.col("TRTEDT") - pl.col("TRTSDT")).dt.total_days() + 1).alias("TRTDURD"),
        pl.when(pl.col("AGE") < 65).then(pl.lit("<65")).when(pl.col("AGE") >= 65).then(pl.lit(">=65")).alias("AGEGR1"),
        pl.coalesce("ARM", "ARMCD").alias("TRT01P"),
        pl.coalesce("ACTARM", "ARM", "ACTARMCD", "ARMCD").alias("TRT01A"),
    )


def _flagged(subjects: pl.DataFrame) -> pl.DataFrame:
    """Return the subjects with the flags of what happened to them."""
    failed = pl.col("ARMNRS").fill_null("").str.contains("SCREEN FAIL") | pl.col("ARMCD").fill_null(
        ""
    ).str.to_lowercase().str.contains("scrnfail")
    treated = pl.col("TRTSDT").is_not_null() & ~failed
    enrolled = (pl.col("ENRLDT").is_not_null() | treated) & ~failed
    return subjects.with_columns(
        pl.when(treated).then(pl.lit("Y")).alias("TRTFL"),
        pl.when(enrolled).then(pl.lit("Y")).alias("ENRLFL"),
        pl.when(pl.col("RANDDT").is_not_null() & ~failed).then(pl.lit("Y")).alias("RANDFL"),
        pl.lit(None, pl.String).alias("MEASFL"),
        pl.lit(None, pl.String).alias("BLSCNFL"),
        pl.lit(None, pl.String).alias("PBSCNFL"),
    )


def _records(subjects: pl.DataFrame) -> pl.DataFrame:
    """Return the subjects with the SDTM records that their row rests on, in the order that subject_records states."""
    death = pl.when(pl.col("DTHDTC").is_null() & pl.col("DTHDT").is_not_null()).then("DSDTHREC")
    own = pl.when("INDM").then(pl.lit("DM"))
    names = [name for name in ("EXRECS", "DSRECS", "NEWTXREC", "LASTREC") if name in subjects.columns]
    lists = [pl.concat_list(death, own), *(pl.col(name).fill_null([]) for name in names)]
    every = pl.concat_list(lists).list.drop_nulls()
    late = every.list.reverse().list.unique(maintain_order=True).list.reverse()
    first = pl.when(death.is_not_null()).then(pl.concat_list(death)).otherwise(pl.lit([], dtype=pl.List(pl.String)))
    ordered = pl.concat_list(first, late).list.unique(maintain_order=True)
    return subjects.with_columns(ordered.alias("SRCRECS"))


def _dose_findings(subjects: pl.DataFrame, ex: pl.DataFrame) -> pl.DataFrame:
    """Return findings about subjects whose first dose DM and EX do not date alike; EX decides."""
    stated = subjects.filter(first_day("RFXSTDTC").is_not_null())
    undosed = stated.filter(pl.col("EXSTDT").is_null()) if ex.height else stated.clear()
    first, last = first_day("RFXSTDTC"), last_day("RFXSTDTC")
    apart = stated.filter(~pl.col("EXSTDT").is_between(first, last))
    told = pl.format("EX has no dose above zero with a date; by DM the first dose was on {}", "RFXSTDTC")
    dates = pl.format("by EX the first dose was on {}, which is used", "EXSTDT")
    return join_findings(
        findings("TL-D11", undosed, "EX", variable="EXSTDTC", message=told),
        findings("TL-D16", apart, "DM", variable="RFXSTDTC", value=pl.col("RFXSTDTC"), message=dates),
    )


def _start_findings(subjects: pl.DataFrame, protocol: Protocol) -> pl.DataFrame:
    """Return findings about subjects whose time cannot start."""
    failed = pl.col("ARMNRS").fill_null("").str.contains("SCREEN FAIL")
    lacking = subjects.filter(pl.col("STARTDT").is_null() & ~failed)
    dated = subjects.filter(pl.col("DTHFL").is_not_null() & pl.col("DTHDT").is_null())
    partial = subjects.filter(pl.col("DTHDTF").is_not_null())
    return join_findings(
        findings(
            "TL-D06" if protocol.schedule.time_zero == "first dose" else "TL-S01",
            lacking,
            "DM",
            message=f"no date of {protocol.schedule.time_zero}",
        ),
        findings("TL-T04", dated, "DM", variable="DTHDTC", message="the subject died, the date of death is missing"),
        findings(
            "TL-D05",
            partial,
            "DM",
            variable="DTHDTC",
            value=pl.col("DEATHC"),
            message="completed to the last possible day",
        ),
    )
