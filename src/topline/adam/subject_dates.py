"""The dates of a subject, each from its domain: exposure, milestones, disposition, contacts, new therapy.

The records of every domain have S, the place of their subject; those of nobody are left out when subjects are joined.
"""

from collections.abc import Mapping

import polars as pl

from topline.adam.sequence import in_order
from topline.tables.dates import first_day, last_day, precision
from topline.tables.repeated import meaning_of

PLACEBO = "PLACEBO"
ANTICANCER = r"ANTI-?\s?(CANCER|NEOPLASTIC|TUMOU?R)|SUBSEQUENT|CHEMOTHERAPY|RADIOTHERAPY"

CONTACT_DATES = {
    "EX": ("EXSTDTC", "EXENDTC"),
    "TR": ("TRDTC",),
    "TU": ("TUDTC",),
    "RS": ("RSDTC",),
    "LB": ("LBDTC",),
    "VS": ("VSDTC",),
    "QS": ("QSDTC",),
    "SV": ("SVSTDTC", "SVENDTC"),
    "AE": ("AESTDTC", "AEENDTC"),
    "CM": ("CMSTDTC",),
    "PR": ("PRSTDTC",),
    "SS": ("SSDTC",),
}
"""Dates at which a subject was known to be alive, by domain."""


def exposure(ex: pl.DataFrame, *, records: bool = True) -> pl.DataFrame:
    """Return first and last dose per subject (EXSTDT, EXENDT with flags) from records with a dose, or placebo.

    Without `records` EXRECS is missing.
    """
    given = (pl.col("EXDOSE") > 0) | ((pl.col("EXDOSE") == 0) & pl.col("EXTRT").str.contains(PLACEBO))
    end = pl.coalesce("EXENDTC", "EXSTDTC")
    rows = (
        ex.filter(given)
        .with_columns(
            first_day("EXSTDTC").alias("A"),
            precision("EXSTDTC").alias("AF"),
            last_day(end).alias("B"),
            precision(end).alias("BF"),
            pl.format("EX {}", "EXSEQ").alias("REC"),
        )
        .filter(pl.col("A").is_not_null())
    )
    first, last = (in_order(rows, "REC", key) for key in ("A", "B"))
    return rows.group_by("S").agg(
        pl.col("A").min().alias("EXSTDT"),
        in_order(rows, "AF", "A").first().alias("EXSTDTF"),
        pl.col("B").max().alias("EXENDT"),
        in_order(rows, "BF", "B").last().alias("EXENDTF"),
        *([pl.concat([first.first(), last.last()]).alias("EXRECS")] if records else []),
    )


def milestones(ds: pl.DataFrame) -> pl.DataFrame:
    """Return dates of enrolment and randomization per subject (DSENRDT, DSRANDT)."""
    term, day = _capitals("DSDECOD"), first_day("DSSTDTC")
    rows = ds.select(
        "S",
        pl.when(term == "ENROLLED").then(day).alias("DSENRDT"),
        pl.when(term == "RANDOMIZED").then(day).alias("DSRANDT"),
    )
    return rows.group_by("S").agg(pl.col("DSENRDT", "DSRANDT").min())


def _capitals(column: str) -> pl.Expr:
    return meaning_of(column, lambda text: text.str.to_uppercase(), pl.String)


def disposition(ds: pl.DataFrame) -> pl.DataFrame:
    """Return how treatment and study ended per subject, and the date of death that DS records.

    A disposition event whose subcategory names the treatment ends treatment, one whose subcategory names the study
    (or that has none) ends the study; without an event of its own, treatment ended as the study did.
    """
    event = meaning_of("DSCAT", lambda text: text.str.to_uppercase() == "DISPOSITION EVENT", pl.Boolean)
    treatment = meaning_of("DSSCAT", lambda text: text.str.to_uppercase().str.contains("TREATMENT"), pl.Boolean)
    rows = ds.filter(event.fill_null(False)).select(
        "S",
        "DSSTDTC",
        treatment.fill_null(False).alias("TREATMENT"),
        last_day("DSSTDTC").alias("D"),
        precision("DSSTDTC").alias("F"),
        _capitals("DSDECOD").alias("T"),
        pl.format("DS {}", "DSSEQ").alias("R"),
    )
    rows = rows.filter(pl.col("T") != "SCREEN FAILURE").sort("D", maintain_order=True)
    died = rows.filter((pl.col("T") == "DEATH") & pl.col("D").is_not_null())
    ended = rows.group_by("S").agg(pl.col("R").alias("DSRECS"))
    for each in (
        rows.filter("TREATMENT").group_by("S").agg(pl.col(c).last().alias(f"E{c}") for c in "TDF"),
        rows.filter(~pl.col("TREATMENT")).group_by("S").agg(pl.col(c).last().alias(f"S{c}") for c in "TDF"),
        died.group_by("S").agg(pl.col("DSSTDTC").first().alias("DSDTHDTC"), pl.col("R").first().alias("DSDTHREC")),
    ):
        ended = ended.join(each, on="S", how="left", nulls_equal=True)
    return ended.select(
        "S",
        "DSRECS",
        "DSDTHDTC",
        "DSDTHREC",
        _status(pl.coalesce("ET", "ST")).alias("EOTSTT"),
        pl.coalesce("ED", "SD").alias("EOTDT"),
        pl.coalesce("EF", "SF").alias("EOTDTF"),
        _reason(pl.coalesce("ET", "ST")).alias("DCTREAS"),
        _status(pl.col("ST")).alias("EOSSTT"),
        pl.col("SD").alias("EOSDT"),
        pl.col("SF").alias("EOSDTF"),
        _reason(pl.col("ST")).alias("DCSREAS"),
    )


def _status(term: pl.Expr) -> pl.Expr:
    return pl.when(term == "COMPLETED").then(pl.lit("COMPLETED")).when(term.is_not_null()).then(pl.lit("DISCONTINUED"))


def _reason(term: pl.Expr) -> pl.Expr:
    return pl.when(term != "COMPLETED").then(term)


def contacts(tables: Mapping[str, pl.DataFrame], *, records: bool = True) -> pl.DataFrame:
    """Return the last date at which each subject is known alive (LASTDT) and the record that says so (LASTREC).

    Partial dates count with their first possible day. Dates of death, and records of a dead subject in SS, do
    not count. Without `records` LASTREC names no record.
    """
    parts = [
        _contact(tables[name], name, column, records=records)
        for name, columns in CONTACT_DATES.items()
        for column in columns
        if name in tables and column in tables[name].columns
    ]
    parts = [part for part in parts if part.height]
    empty = pl.DataFrame(schema={"S": pl.Int64, "LASTDT": pl.Date, "LASTREC": pl.List(pl.String)})
    if not parts:
        return empty
    return (
        pl.concat(parts, rechunk=True)
        .sort("D")
        .group_by("S")
        .agg(pl.col("D").last().alias("LASTDT"), pl.col("R").last().alias("LASTREC"))
        .with_columns(pl.concat_list("LASTREC"))
    )


def _contact(frame: pl.DataFrame, name: str, column: str, *, records: bool) -> pl.DataFrame:
    """Return the last contact of each subject in one column of one domain."""
    rows = frame
    if name == "SS" and "SSSTRESC" in frame.columns:
        rows = frame.filter(pl.col("SSSTRESC").fill_null("").str.to_uppercase() != "DEAD")
    if name == "AE" and "AEOUT" in frame.columns and column == "AEENDTC":
        rows = frame.filter(pl.col("AEOUT").fill_null("").str.to_uppercase() != "FATAL")
    sequence = f"{name}SEQ" if records and f"{name}SEQ" in frame.columns else None
    number = pl.col(sequence) if sequence else pl.lit(None, pl.Int64)
    dated = rows.select("S", first_day(column).alias("D"), number.alias("R")).filter(pl.col("D").is_not_null())
    latest = dated.group_by("S").agg(pl.col("D").max(), in_order(dated, "R", "D").last())
    return latest.with_columns((pl.format(f"{name} {{}}", "R") if sequence else pl.lit(name)).alias("R"))


def new_therapy(cm: pl.DataFrame, pr: pl.DataFrame, subjects: pl.DataFrame) -> pl.DataFrame:
    """Return the first anti-cancer therapy after the start of treatment (NEWTXDT, NEWTXDTF, NEWTXREC) per subject.

    It is recognised by its category in CM or PR. A partial date counts with its first possible day, but not before the
    day after the first dose.
    """
    parts = [
        frame.filter(
            pl.concat_str(pl.col(f"{prefix}CAT"), pl.col(f"{prefix}SCAT"), separator=" ", ignore_nulls=True)
            .str.to_uppercase()
            .str.contains(ANTICANCER)
            & ~pl.col(f"{prefix}CAT").fill_null("").str.to_uppercase().str.contains("PRIOR")
        ).select("S", pl.col(f"{prefix}STDTC").alias("DTC"), pl.format(f"{prefix} {{}}", f"{prefix}SEQ").alias("R"))
        for prefix, frame in (("CM", cm), ("PR", pr))
    ]
    start = subjects.select("S", pl.coalesce("EXSTDT", first_day("RFXSTDTC")).alias("START"))
    rows = (
        pl.concat(parts)
        .join(start, on="S")
        .with_columns(first_day("DTC").alias("A"), last_day("DTC").alias("B"), precision("DTC").alias("F"))
    )
    rows = rows.filter(pl.col("B") > pl.col("START"))
    rows = rows.with_columns(
        pl.when(pl.col("F").is_not_null())
        .then(pl.max_horizontal("A", pl.col("START") + pl.duration(days=1)))
        .otherwise("A")
        .alias("A")
    ).sort("A")
    return rows.group_by("S").agg(
        pl.col("A").first().alias("NEWTXDT"),
        pl.col("F").first().alias("NEWTXDTF"),
        pl.concat_list("R").first().alias("NEWTXREC"),
    )
