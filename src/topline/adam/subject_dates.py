"""The dates of a subject, each from its domain: exposure, milestones, disposition, contacts, new therapy."""

from collections.abc import Mapping

import polars as pl

from topline.tables.dates import first_day, last_day, precision

KEYS = ("STUDYID", "USUBJID")
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


def exposure(ex: pl.DataFrame) -> pl.DataFrame:
    """Return first and last dose per subject (EXSTDT, EXENDT with flags) from records with a dose, or placebo."""
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
    return rows.group_by(KEYS).agg(
        pl.col("A").min().alias("EXSTDT"),
        pl.col("AF").sort_by("A").first().alias("EXSTDTF"),
        pl.col("B").max().alias("EXENDT"),
        pl.col("BF").sort_by("B", nulls_last=False).last().alias("EXENDTF"),
        pl.concat([pl.col("REC").sort_by("A").first(), pl.col("REC").sort_by("B", nulls_last=False).last()]).alias(
            "EXRECS"
        ),
    )


def milestones(ds: pl.DataFrame) -> pl.DataFrame:
    """Return dates of enrolment and randomization per subject (DSENRDT, DSRANDT)."""
    rows = ds.with_columns(first_day("DSSTDTC").alias("D"))
    term = pl.col("DSDECOD").str.to_uppercase()
    return rows.group_by(KEYS).agg(
        pl.col("D").filter(term == "ENROLLED").min().alias("DSENRDT"),
        pl.col("D").filter(term == "RANDOMIZED").min().alias("DSRANDT"),
    )


def disposition(ds: pl.DataFrame) -> pl.DataFrame:
    """Return how treatment and study ended per subject, and the date of death that DS records.

    A disposition event whose subcategory names the treatment ends treatment, one whose subcategory names the study
    (or that has none) ends the study; without an event of its own, treatment ended as the study did.
    """
    term, part = pl.col("DSDECOD").str.to_uppercase(), pl.col("DSSCAT").fill_null("").str.to_uppercase()
    event = pl.col("DSCAT").fill_null("").str.to_uppercase() == "DISPOSITION EVENT"
    rows = ds.with_columns(
        last_day("DSSTDTC").alias("D"),
        precision("DSSTDTC").alias("F"),
        term.alias("T"),
        pl.format("DS {}", "DSSEQ").alias("R"),
    )
    rows = rows.filter(event & (pl.col("T") != "SCREEN FAILURE")).sort("D", maintain_order=True)
    treatment = part.str.contains("TREATMENT")
    died = (pl.col("T") == "DEATH") & pl.col("D").is_not_null()
    ended = rows.group_by(KEYS).agg(
        *(pl.col(c).filter(treatment).last().alias(f"E{c}") for c in "TDF"),
        *(pl.col(c).filter(~treatment).last().alias(f"S{c}") for c in "TDF"),
        pl.col("R").alias("DSRECS"),
        pl.col("DSSTDTC").filter(died).first().alias("DSDTHDTC"),
        pl.col("R").filter(died).first().alias("DSDTHREC"),
    )
    return ended.select(
        *KEYS,
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


def contacts(tables: Mapping[str, pl.DataFrame]) -> pl.DataFrame:
    """Return the last date at which each subject is known alive (LASTDT) and the record that says so (LASTREC).

    Partial dates count with their first possible day. Dates of death, and records of a dead subject in SS, do
    not count.
    """
    parts = [
        _contact(tables[name], name, column)
        for name, columns in CONTACT_DATES.items()
        for column in columns
        if name in tables and column in tables[name].columns
    ]
    parts = [part for part in parts if part.height]
    empty = pl.DataFrame(
        schema={"STUDYID": pl.String, "USUBJID": pl.String, "LASTDT": pl.Date, "LASTREC": pl.List(pl.String)}
    )
    if not parts:
        return empty
    return (
        pl.concat(parts)
        .sort("D")
        .group_by(KEYS)
        .agg(pl.col("D").last().alias("LASTDT"), pl.col("R").last().alias("LASTREC"))
        .with_columns(pl.concat_list("LASTREC"))
    )


def _contact(frame: pl.DataFrame, name: str, column: str) -> pl.DataFrame:
    """Return the last contact of each subject in one column of one domain."""
    rows = frame
    if name == "SS" and "SSSTRESC" in frame.columns:
        rows = frame.filter(pl.col("SSSTRESC").fill_null("").str.to_uppercase() != "DEAD")
    if name == "AE" and "AEOUT" in frame.columns and column == "AEENDTC":
        rows = frame.filter(pl.col("AEOUT").fill_null("").str.to_uppercase() != "FATAL")
    sequence = f"{name}SEQ"
    record = pl.format(f"{name} {{}}", sequence) if sequence in frame.columns else pl.lit(name)
    dated = rows.select(*KEYS, first_day(column).alias("D"), record.alias("R")).filter(pl.col("D").is_not_null())
    return dated.group_by(KEYS).agg(pl.col("D").max(), pl.col("R").sort_by("D").last())


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
        ).select(*KEYS, pl.col(f"{prefix}STDTC").alias("DTC"), pl.format(f"{prefix} {{}}", f"{prefix}SEQ").alias("R"))
        for prefix, frame in (("CM", cm), ("PR", pr))
    ]
    start = subjects.select(*KEYS, pl.coalesce("EXSTDT", first_day("RFXSTDTC")).alias("START"))
    rows = (
        pl.concat(parts)
        .join(start, on=KEYS)
        .with_columns(first_day("DTC").alias("A"), last_day("DTC").alias("B"), precision("DTC").alias("F"))
    )
    rows = rows.filter(pl.col("B") > pl.col("START"))
    rows = rows.with_columns(
        pl.when(pl.col("F").is_not_null())
        .then(pl.max_horizontal("A", pl.col("START") + pl.duration(days=1)))
        .otherwise("A")
        .alias("A")
    ).sort("A")
    return rows.group_by(KEYS).agg(
        pl.col("A").first().alias("NEWTXDT"),
        pl.col("F").first().alias("NEWTXDTF"),
        pl.concat_list("R").first().alias("NEWTXREC"),
    )
