"""ADTR: a row per lesion and visit, the sum of diameters with its nadir, and the best change of the sum."""

import numpy as np
import polars as pl

from topline.adam import recist
from topline.adam.lesions import TARGET, by_assessor
from topline.adam.tumor import Tumors
from topline.protocol.criteria import ResponseCriteria
from topline.tables.adam import ADTR
from topline.tables.findings import findings, join_findings

LABELS = {"LESION": "Size of Lesion (mm)", "SUMDIAM": "Sum of Diameters of Target Lesions (mm)", "BESTSUM": "Best Change of the Sum of Diameters (mm)"}
KEYS = ("STUDYID", "USUBJID")


def flag_scans(
    adsl: pl.DataFrame, tumors: Tumors | None, rs: pl.DataFrame, criteria: ResponseCriteria
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return ADSL with the flags of measurable disease, baseline scan and post-baseline scan, and findings.

    Where no lesion was measured at all, a recorded response counts as a scan, and its subject as scanned at baseline.
    """
    if tumors is None:
        judged = by_assessor(rs, "RS", criteria.assessor).filter(pl.col("RSTESTCD") == "OVRLRESP").select(KEYS).unique()
        flagged = _flag(_flag(adsl, judged, "PBSCNFL"), judged, "BLSCNFL")
        return flagged, findings("TL-R08", adsl.clear(), "ADSL")
    people = adsl.select(KEYS).with_row_index("S").with_columns(pl.col("S").cast(pl.Int64))
    target = tumors.readings.lesions.filter(pl.col("GROUP") == TARGET).select(KEYS).unique()
    base = people.join(tumors.baseline.select("S"), on="S", how="semi").select(KEYS)
    after = people.join(tumors.visits.select("S").unique(), on="S", how="semi").select(KEYS)
    flagged = _flag(_flag(_flag(adsl, target, "MEASFL"), base, "BLSCNFL"), after, "PBSCNFL")
    treated = flagged.filter(pl.col("TRTFL") == "Y")
    unscanned = treated.join(tumors.readings.visits.select(KEYS).unique(), on=KEYS, how="anti")
    silent = treated.filter(pl.col("PBSCNFL").is_null() & pl.col("BLSCNFL").is_not_null())
    return flagged, join_findings(findings("TL-R07", unscanned, "ADSL"), findings("TL-R08", silent, "ADSL"))


def _flag(adsl: pl.DataFrame, subjects: pl.DataFrame, name: str) -> pl.DataFrame:
    marked = subjects.with_columns(pl.lit("Y").alias(name))
    return adsl.drop(name).join(marked, on=KEYS, how="left", maintain_order="left").select(adsl.columns)


def derive_tumor_rows(tumors: Tumors | None, adsl: pl.DataFrame) -> pl.DataFrame:
    """Return ADTR for the subjects of ADSL; empty where no lesion was measured."""
    if tumors is None or tumors.readings.measures.is_empty():
        return ADTR.empty()
    lesions = _lesion_rows(tumors)
    sums = _sum_rows(tumors)
    rows = pl.concat([lesions, sums, _best_rows(sums)], how="diagonal")
    start = adsl.select(*KEYS, "STARTDT")
    order = pl.col("PARAMCD").replace_strict({name: place for place, name in enumerate(LABELS)}, return_dtype=pl.Int8)
    rows = rows.join(start, on=KEYS, maintain_order="left").sort(*KEYS, order, "ADT", "AVISITN", "TRLNKID", nulls_last=True)
    day = (pl.col("ADT") - pl.col("STARTDT")).dt.total_days()
    return ADTR.select(rows.with_columns(
        pl.int_range(1, pl.len() + 1).over(KEYS).alias("ASEQ"),
        pl.col("PARAMCD").replace_strict(LABELS).alias("PARAM"),
        pl.lit("mm").alias("AVALU"),
        pl.when(day >= 0).then(day + 1).otherwise(day).alias("ADY"),
        pl.lit("Y").alias("ANL01FL"),
        pl.lit("TR").alias("SRCDOM"),
        pl.lit("TRSTRESN").alias("SRCVAR"),
    ))  # fmt: skip


def _lesion_rows(tumors: Tumors) -> pl.DataFrame:
    """Return one row per lesion and visit, with its baseline."""
    words = pl.col("STATE").replace_strict({1: "ABSENT", 2: "PRESENT", 3: "PROGRESSED", 4: "NOT EVALUABLE"}, default=None, return_dtype=pl.String)
    rows = tumors.readings.measures.with_columns(
        pl.lit("LESION").alias("PARAMCD"),
        pl.when(pl.col("NM") >= 0).then(pl.col("NM") / recist.MM).alias("AVAL"),
        words.alias("AVALC"),
        pl.col("GROUP").alias("TRGRPID"),
        pl.col("TRSEQ").alias("SRCSEQ"),
    )
    rows = rows.join(tumors.readings.lesions.select("S", "TRLNKID", "TULOC"), on=["S", "TRLNKID"], how="left", maintain_order="left")
    rows = rows.join(tumors.baseline.select("S", "BVISIT"), on="S", how="left", maintain_order="left")
    base = rows.filter(pl.col("AVISITN") == pl.col("BVISIT")).select("S", "TRLNKID", pl.col("AVAL").alias("BASE"))
    rows = rows.join(base, on=["S", "TRLNKID"], how="left", maintain_order="left")
    return _changed(rows).select(*KEYS, "PARAMCD", "TRLNKID", "TRGRPID", "TULOC", "VISIT", "AVISITN", "ADT", "ADTF", "AVAL", "AVALC", "ABLFL", "BASE", "CHG", "PCHG", "SRCSEQ", "SRCRECS")


def _changed(rows: pl.DataFrame) -> pl.DataFrame:
    """Return the rows with baseline flag and changes from baseline; the baseline itself has no change."""
    at_base = pl.col("AVISITN") == pl.col("BVISIT")
    change = pl.when(~at_base).then(pl.col("AVAL") - pl.col("BASE"))
    return rows.with_columns(
        pl.when(at_base).then(pl.lit("Y")).alias("ABLFL"),
        change.alias("CHG"),
        pl.when(pl.col("BASE") > 0).then(100 * change / pl.col("BASE")).alias("PCHG"),
    )


def _sum_rows(tumors: Tumors) -> pl.DataFrame:
    """Return the sums of target diameters: the baseline, and every visit where all targets were measured."""
    first = _baseline_sums(tumors)
    judged = tumors.assessment
    later = tumors.visits.with_columns(
        pl.Series("TOTAL", tumors.at_visits(judged.total)), pl.Series("NAD", tumors.at_visits(judged.nadir)), pl.col("TRRECS").alias("SRCRECS")
    ).filter(pl.col("TOTAL") >= 0)
    rows = pl.concat([first, later.select("S", *KEYS, "VISIT", "AVISITN", "ADT", "ADTF", "TOTAL", "NAD", "SRCRECS")])
    base = first.select("S", (pl.col("TOTAL") / recist.MM).alias("BASE"), pl.col("AVISITN").alias("BVISIT"))
    rows = rows.join(base, on="S", how="left", maintain_order="left").with_columns(
        pl.lit("SUMDIAM").alias("PARAMCD"),
        (pl.col("TOTAL") / recist.MM).alias("AVAL"),
        pl.when(pl.col("NAD") >= 0).then(pl.col("NAD") / recist.MM).alias("NADIR"),
    )
    growth = pl.col("AVAL") - pl.col("NADIR")
    rows = rows.with_columns(growth.alias("CHGNAD"), pl.when(pl.col("NADIR") > 0).then(100 * growth / pl.col("NADIR")).alias("PCHGNAD"))
    rows = _changed(rows.with_columns(pl.col("BVISIT").fill_null(-1.0)))
    progressed = tumors.visits.filter(pl.Series(tumors.at_visits(judged.overall) == recist.PD)).group_by("S").agg(pl.col("ADT").min().alias("PDDT"))
    rows = rows.join(progressed, on="S", how="left", maintain_order="left")
    before = pl.col("PDDT").is_null() | (pl.col("ADT") <= pl.col("PDDT"))
    rows = rows.with_columns(pl.when(before).then(pl.lit("Y")).alias("ANL02FL"))
    return rows.select(*KEYS, "PARAMCD", "VISIT", "AVISITN", "ADT", "ADTF", "AVAL", "ABLFL", "BASE", "CHG", "PCHG", "NADIR", "CHGNAD", "PCHGNAD", "ANL02FL", "SRCRECS")


def _baseline_sums(tumors: Tumors) -> pl.DataFrame:
    arrays = tumors.arrays
    whole = ((arrays.baseline != recist.UNMEASURED) | ~arrays.target).all(axis=1) & arrays.target.any(axis=1)
    total = np.where(whole, np.where(arrays.target, arrays.baseline, 0).sum(axis=1), recist.UNMEASURED)
    sums = pl.DataFrame({"S": np.arange(len(total)), "TOTAL": total}).filter(pl.col("TOTAL") >= 0)
    visits = tumors.readings.visits.join(tumors.baseline.select("S", pl.col("BVISIT").alias("AVISITN")), on=["S", "AVISITN"])
    rows = visits.join(sums, on="S").with_columns(pl.lit(-1, pl.Int64).alias("NAD"), pl.col("TRRECS").alias("SRCRECS"))
    return rows.select("S", *KEYS, "VISIT", "AVISITN", "ADT", "ADTF", "TOTAL", "NAD", "SRCRECS")


def _best_rows(sums: pl.DataFrame) -> pl.DataFrame:
    """Return, per subject, the smallest sum after baseline and up to progression, as the waterfall shows it."""
    later = sums.filter(pl.col("ABLFL").is_null() & (pl.col("ANL02FL") == "Y") & pl.col("PCHG").is_not_null())
    best = later.sort("PCHG", "ADT").unique(KEYS, keep="first", maintain_order=True)
    return best.with_columns(pl.lit("BESTSUM").alias("PARAMCD"))
