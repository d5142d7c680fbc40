"""ADTR: lesions per visit, the sum of diameters with its nadir and best change; and ADSL's flags about scans."""

import polars as pl

from topline.adam import recist
from topline.adam.assessor import by_assessor
from topline.adam.sequence import numbered
from topline.adam.sizes import TARGET
from topline.adam.tumor import Tumors
from topline.protocol.criteria import ResponseCriteria
from topline.tables.adam import ADTR
from topline.tables.findings import findings, join_findings

LABELS = {
    "LESION": "Size of Lesion (mm)",
    "SUMDIAM": "Sum of Diameters of Target Lesions (mm)",
    "BESTSUM": "Best Change of the Sum of Diameters (mm)",
}
STATES = {
    recist.STATE_ABSENT: "ABSENT",
    recist.STATE_PRESENT: "PRESENT",
    recist.STATE_PROGRESSED: "PROGRESSED",
    recist.STATE_UNEVALUABLE: "NOT EVALUABLE",
}
KEYS = ("STUDYID", "USUBJID")
VISIT = ("VISIT", "AVISITN", "ADT", "ADTF")
CHANGE = ("AVAL", "ABLFL", "BASE", "CHG", "PCHG")


def derive_tumor_rows(tumors: Tumors | None, adsl: pl.DataFrame) -> pl.DataFrame:
    """Return ADTR for the subjects of ADSL; empty where no lesion was measured."""
    if tumors is None or tumors.readings.measures.is_empty():
        return ADTR.empty()
    sums = _sum_rows(tumors)
    rows = pl.concat([_lesion_rows(tumors), sums, _best_rows(sums)], how="diagonal")
    people = adsl.select(*KEYS, "STARTDT").with_row_index("S").with_columns(pl.col("S").cast(pl.Int64))
    order = pl.col("PARAMCD").replace_strict({name: place for place, name in enumerate(LABELS)}, return_dtype=pl.Int8)
    rows = rows.join(people, on="S", maintain_order="left")
    rows = rows.sort("S", order, "ADT", "AVISITN", "TRLNKID", nulls_last=True)
    day = (pl.col("ADT") - pl.col("STARTDT")).dt.total_days()
    domain = pl.col("SRCRECS").list.first().str.head(2)
    words = pl.when(domain == "TU").then(pl.lit("TUSTRESC")).when(pl.col("AVAL").is_null()).then(pl.lit("TRSTRESC"))
    return ADTR.select(
        rows.with_columns(
            (numbered("S") + 1).alias("ASEQ"),
            pl.col("PARAMCD").replace_strict(LABELS).alias("PARAM"),
            pl.lit("mm").alias("AVALU"),
            pl.when(day >= 0).then(day + 1).otherwise(day).alias("ADY"),
            pl.lit("Y").alias("ANL01FL"),
            domain.alias("SRCDOM"),
            words.otherwise(pl.lit("TRSTRESN")).alias("SRCVAR"),
        )
    )


def _lesion_rows(tumors: Tumors) -> pl.DataFrame:
    """Return one row per lesion and visit, with its baseline."""
    rows = tumors.readings.measures.with_columns(
        pl.lit("LESION").alias("PARAMCD"),
        pl.when(pl.col("NM") >= 0).then((pl.col("NM") / recist.MM).round(6)).round(6).alias("AVAL"),
        pl.col("STATE").replace_strict(STATES, default=None, return_dtype=pl.String).alias("AVALC"),
        pl.col("GROUP").alias("TRGRPID"),
        pl.col("TRSEQ").alias("SRCSEQ"),
    )
    keys = ["S", "TRLNKID"]
    base = tumors.first.select(
        *keys, (pl.col("NM") / recist.MM).round(6).alias("BASE"), pl.col("AVISITN").alias("BVISIT")
    )
    base = base.with_columns(pl.when(pl.col("BASE") >= 0).then("BASE").alias("BASE"))
    rows = rows.join(tumors.readings.lesions.select(*keys, "TULOC"), on=keys, how="left", maintain_order="left")
    rows = rows.join(base, on=keys, how="left", maintain_order="left")
    after = tumors.visits.select("S", "AVISITN", pl.lit(True).alias("LATER"))
    rows = rows.join(after, on=["S", "AVISITN"], how="left", maintain_order="left")
    return _changed(rows).select(
        "S", "PARAMCD", "TRLNKID", "TRGRPID", "TULOC", *VISIT, "AVALC", *CHANGE, "SRCSEQ", "SRCRECS"
    )


def _changed(rows: pl.DataFrame) -> pl.DataFrame:
    """Return the rows with baseline flag (at BVISIT) and changes from baseline, which only LATER rows have."""
    change = pl.when("LATER").then(pl.col("AVAL") - pl.col("BASE"))
    return rows.with_columns(
        pl.when(pl.col("AVISITN") == pl.col("BVISIT")).then(pl.lit("Y")).alias("ABLFL"),
        change.alias("CHG"),
        pl.when(pl.col("BASE") > 0).then(100 * change / pl.col("BASE")).alias("PCHG"),
    )


def _sum_rows(tumors: Tumors) -> pl.DataFrame:
    """Return the sums of target diameters: the baseline, and every visit where all targets were measured."""
    judged = tumors.assessment
    first = _baseline_sums(tumors)
    named = tumors.readings.measures.filter(pl.col("GROUP") == TARGET)
    named = named.group_by("S", "AVISITN", maintain_order=True).agg(_records())
    later = tumors.visits.select(
        "S", *VISIT,
        pl.Series("TOTAL", tumors.at_visits(judged.total)), pl.Series("NAD", tumors.at_visits(judged.nadir)),
        pl.Series("UNTIL", tumors.at_visits(_until_progression(judged)), dtype=pl.Boolean),
    )  # fmt: skip
    later = later.filter(pl.col("TOTAL") >= 0).join(named, on=["S", "AVISITN"], maintain_order="left")
    rows = pl.concat([first, later.select(first.columns)])
    base = first.select("S", (pl.col("TOTAL") / recist.MM).round(6).alias("BASE"), pl.col("AVISITN").alias("BVISIT"))
    rows = rows.join(base, on="S", how="left", maintain_order="left").with_columns(
        pl.lit("SUMDIAM").alias("PARAMCD"),
        (pl.col("TOTAL") / recist.MM).round(6).alias("AVAL"),
        pl.when(pl.col("NAD") >= 0).then((pl.col("NAD") / recist.MM).round(6)).round(6).alias("NADIR"),
        (pl.col("AVISITN") != pl.col("BVISIT").fill_null(float("-inf"))).alias("LATER"),
        pl.when("UNTIL").then(pl.lit("Y")).alias("ANL02FL"),
    )
    growth = pl.col("AVAL") - pl.col("NADIR")
    percent = pl.when(pl.col("NADIR") > 0).then(100 * growth / pl.col("NADIR"))
    rows = _changed(rows).with_columns(growth.alias("CHGNAD"), percent.alias("PCHGNAD"))
    return rows.select("S", "PARAMCD", *VISIT, *CHANGE, "NADIR", "CHGNAD", "PCHGNAD", "ANL02FL", "SRCRECS")


def _records() -> pl.Expr:
    return pl.col("SRCRECS").list.explode(keep_nulls=False, empty_as_null=False).unique(maintain_order=True)


def _until_progression(judged: recist.Assessment) -> recist.Mask:
    """Return the visits (subject, visit) up to and including the first progression."""
    progressed = judged.overall == recist.PD
    until: recist.Mask = progressed.cumsum(axis=1) - progressed == 0
    return until


def _baseline_sums(tumors: Tumors) -> pl.DataFrame:
    """Return the sum at baseline of each subject whose targets were all measured, with the records it adds up."""
    total = recist.baseline_sum(tumors.arrays)[tumors.baseline["S"].to_numpy()]
    sums = tumors.baseline.with_columns(pl.Series("TOTAL", total)).filter(pl.col("TOTAL") >= 0)
    named = tumors.first.filter(pl.col("GROUP") == TARGET).group_by("S", maintain_order=True).agg(_records())
    visits = tumors.readings.visits.select("S", "AVISITN", "VISIT", "ADT", "ADTF")
    rows = sums.join(named, on="S").join(visits, left_on=["S", "BVISIT"], right_on=["S", "AVISITN"], how="left")
    return rows.select(
        "S", "VISIT", pl.col("BVISIT").alias("AVISITN"), pl.coalesce("ADT", "BDT").alias("ADT"), "ADTF", "TOTAL",
        pl.lit(recist.UNMEASURED, pl.Int64).alias("NAD"), pl.lit(True).alias("UNTIL"), "SRCRECS",
    )  # fmt: skip


def _best_rows(sums: pl.DataFrame) -> pl.DataFrame:
    """Return, per subject, the smallest sum after baseline and up to progression, as the waterfall shows it."""
    later = sums.filter(pl.col("CHG").is_not_null() & (pl.col("ANL02FL") == "Y") & pl.col("PCHG").is_not_null())
    best = later.sort("S", "PCHG", "ADT").unique("S", keep="first", maintain_order=True)
    return best.with_columns(pl.lit("BESTSUM").alias("PARAMCD"))


def flag_scans(
    adsl: pl.DataFrame, tumors: Tumors | None, rs: pl.DataFrame, criteria: ResponseCriteria
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return ADSL with the flags of measurable disease, baseline scan and post-baseline scan, and findings.

    In a study where no lesion was measured after baseline at all, a recorded response counts as a scan, and its subject
    as scanned at baseline; where the protocol analyses recorded responses, each of them counts as a scan after
    baseline.
    """
    recorded = by_assessor(rs, "RS", criteria.assessor).filter(
        (pl.col("RSTESTCD") == "OVRLRESP") & pl.col("RSSTAT").is_null()
    )
    recorded = recorded.select(KEYS).unique()
    none = recorded.clear()
    target = _people(adsl, tumors.readings.lesions.filter(pl.col("GROUP") == TARGET)) if tumors else none
    known = _people(adsl, tumors.baseline) if tumors else none
    seen = _people(adsl, tumors.readings.visits) if tumors else none
    after = _people(adsl, tumors.visits) if tumors else none
    measured = pl.col("STUDYID").is_in(after["STUDYID"].unique().implode())
    instead = recorded.filter(~measured)
    after = pl.concat([after, recorded if criteria.source == "assessed" else instead]).unique()
    flagged = _flag(_flag(adsl, target, "MEASFL"), pl.concat([known, instead]).unique(), "BLSCNFL")
    flagged = _flag(flagged, after, "PBSCNFL")
    scanned = measured & (pl.col("BLSCNFL") == "Y") & pl.col("MEASFL").is_null()
    flagged = flagged.with_columns(pl.when(scanned).then(pl.lit("N")).otherwise("MEASFL").alias("MEASFL"))
    return flagged, _scan_findings(flagged, pl.concat([seen, known, after]))


def _people(adsl: pl.DataFrame, rows: pl.DataFrame) -> pl.DataFrame:
    """Return the subjects (STUDYID, USUBJID) whose place S in ADSL stands in the rows."""
    return adsl.select(KEYS)[rows["S"].unique().sort()]


def _flag(adsl: pl.DataFrame, subjects: pl.DataFrame, name: str) -> pl.DataFrame:
    marked = subjects.with_columns(pl.lit("Y").alias(name))
    return adsl.drop(name).join(marked, on=KEYS, how="left", maintain_order="left").select(adsl.columns)


def _scan_findings(adsl: pl.DataFrame, scanned: pl.DataFrame) -> pl.DataFrame:
    """Return findings about treated subjects without any scan, and those with a baseline scan and none after it."""
    treated = adsl.filter(pl.col("TRTFL") == "Y")
    unscanned = treated.join(scanned.unique(), on=KEYS, how="anti")
    silent = treated.filter(pl.col("PBSCNFL").is_null() & pl.col("BLSCNFL").is_not_null())
    return join_findings(findings("TL-R07", unscanned, "ADSL"), findings("TL-R08", silent, "ADSL"))
