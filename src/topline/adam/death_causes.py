"""Why and when subjects died: cause of death, and days since the last dose."""

from collections.abc import Mapping

import polars as pl

from topline.adam.subject import domain
from topline.tables.adam_safety import CAUSES, DEATH_VARIABLES
from topline.tables.dates import first_day
from topline.tables.findings import findings, join_findings

KEYS = ["STUDYID", "USUBJID"]
ADVERSE, PROGRESSION, OTHER, UNKNOWN = CAUSES
WITHIN_DAYS = 30
PROGRESSED = r"PROGRESS|DISEASE UNDER STUDY|STUDY DISEASE|UNDERLYING DISEASE|MALIGNAN|TUMOU?R|CANCER|肿瘤|进展"
EVENT = r"ADVERSE|TOXICIT|不良"
NO_CAUSE = r"^(DEATH|DIED|DEAD|UNKNOWN.*|DEATH,? ?UNKNOWN.*|SUBJECT DIED|PATIENT DIED|死亡)?$"


def derive_deaths(
    adsl: pl.DataFrame, adae: pl.DataFrame, periods: pl.DataFrame, tables: Mapping[str, pl.DataFrame]
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return ADSL with the cause of each death and its time since the last dose, and findings.

    The cause (DTHCAUS, DTHCGR1, DTHDOM) is the one that DD states (test PRCDTH), else the fatal adverse event that came
    first, else the wording of the disposition event; a wording that says no more than that the subject died leaves the
    cause unknown. LDDTHELD is the number of days from last dose to death. DTHTRTFL says that the subject died while
    adverse events counted, DTH30FL at most 30 days after the last dose.
    """
    causes = _first([_stated(tables.get("DD")), _events(adae), _dispositions(domain(tables, "DS"))])
    own = adsl.drop([each.name for each in DEATH_VARIABLES], strict=False)
    rows = own.join(causes, on=KEYS, how="left", maintain_order="left").join(
        periods.select(*KEYS, "LASTDOSE", "UNTIL"), on=KEYS, how="left", maintain_order="left"
    )
    dead = pl.col("DTHFL") == "Y"
    since = (pl.col("DTHDT") - pl.col("LASTDOSE")).dt.total_days()
    on_treatment = (pl.col("DTHDT") >= pl.col("TRTSDT")) & (
        pl.col("UNTIL").is_null() | (pl.col("DTHDT") <= pl.col("UNTIL"))
    )
    done = rows.with_columns(
        *(pl.when(dead).then(name).alias(name) for name in ("DTHCAUS", "DTHDOM")),
        pl.when(dead).then(pl.col("DTHCGR1").fill_null(UNKNOWN)).alias("DTHCGR1"),
        pl.when(dead).then(since).cast(pl.Int64).alias("LDDTHELD"),
        pl.when(dead & on_treatment).then(pl.lit("Y")).alias("DTHTRTFL"),
        pl.when(dead & (since <= WITHIN_DAYS)).then(pl.lit("Y")).alias("DTH30FL"),
    ).drop("LASTDOSE", "UNTIL")
    return done, _check(done, adae)


def _first(causes: list[pl.DataFrame]) -> pl.DataFrame:
    """Return one cause per subject, of the first source that has one; a source without a cause counts last."""
    ranked = pl.concat(frame.with_columns(pl.lit(rank).alias("RANK")) for rank, frame in enumerate(causes))
    known = (pl.col("DTHCGR1") == UNKNOWN).fill_null(True)
    return ranked.sort(known, "RANK", maintain_order=True).unique(KEYS, keep="first", maintain_order=True).drop("RANK")


def _stated(dd: pl.DataFrame | None) -> pl.DataFrame:
    """Return the primary cause of death that DD states."""
    if dd is None or not {*KEYS, "DDTESTCD", "DDORRES"} <= set(dd.columns):
        return _caused(pl.DataFrame(schema=dict.fromkeys((*KEYS, "TEXT"), pl.String)), "DD")
    value = pl.coalesce("DDSTRESC", "DDORRES") if "DDSTRESC" in dd.columns else pl.col("DDORRES")
    stated = dd.filter((pl.col("DDTESTCD") == "PRCDTH") & value.is_not_null())
    return _caused(stated.select(*KEYS, value.alias("TEXT")), "DD")


def _events(adae: pl.DataFrame) -> pl.DataFrame:
    """Return the fatal adverse event of each subject, the first if there are several."""
    fatal = adae.filter(pl.col("FATALFL") == "Y").sort("ASTDT", "AESEQ", nulls_last=True)
    return fatal.unique(KEYS, keep="first", maintain_order=True).select(
        *KEYS,
        pl.col("AEDECOD").alias("DTHCAUS"),
        pl.lit(ADVERSE).alias("DTHCGR1"),
        pl.lit("AE").alias("DTHDOM"),
    )


def _dispositions(ds: pl.DataFrame) -> pl.DataFrame:
    """Return what the disposition event says about the cause of death."""
    died = (pl.col("DSDECOD").str.to_uppercase() == "DEATH").fill_null(False)
    rows = ds.filter(died).sort(first_day("DSSTDTC"), "DSSEQ", nulls_last=True)
    texts = rows.unique(KEYS, keep="first", maintain_order=True).select(*KEYS, pl.col("DSTERM").alias("TEXT"))
    return _caused(texts, "DS")


def _caused(texts: pl.DataFrame, source: str) -> pl.DataFrame:
    """Return causes from their wording: an adverse event, the disease, something else, or nothing that is known."""
    text = pl.col("TEXT").fill_null("").str.to_uppercase().str.strip_chars()
    unknown = text.str.contains(NO_CAUSE)
    kind = (
        pl.when(unknown)
        .then(pl.lit(UNKNOWN))
        .when(text.str.contains(EVENT))
        .then(pl.lit(ADVERSE))
        .when(text.str.contains(PROGRESSED))
        .then(pl.lit(PROGRESSION))
        .otherwise(pl.lit(OTHER))
    )
    cause = pl.when(~unknown).then(text)
    return texts.select(*KEYS, cause.alias("DTHCAUS"), kind.alias("DTHCGR1"), pl.lit(source).alias("DTHDOM"))


def _check(adsl: pl.DataFrame, adae: pl.DataFrame) -> pl.DataFrame:
    """Return the findings about deaths that an adverse event is said to have caused and no fatal event records."""
    caused = adsl.filter(pl.col("DTHCGR1") == ADVERSE)
    without = caused.join(
        adae.filter(pl.col("FATALFL") == "Y").select(KEYS), on=KEYS, how="anti", maintain_order="left"
    )
    told = findings("TL-L51", without, "AE", variable="AEOUT", value=pl.col("DTHCAUS").fill_null(""))
    return join_findings(told)
