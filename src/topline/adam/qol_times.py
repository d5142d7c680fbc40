"""Times to deterioration of questionnaire scores, as rows of ADTTE: one per subject, scale and estimand."""

from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from topline.adam.asked import AskedScale
from topline.adam.deterioration import NEVER, Deterioration, deterioration
from topline.adam.qol import QolSettings
from topline.tables.adam import ADTTE

KEYS = ("STUDYID", "USUBJID")
Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Course:
    """The scores of one scale over the visits, baseline first.

    Attributes:
        score: scores turned so that high is better, nan where missing; (subject, visit).
        rows: their rows of ADQS: S (place of the subject), V (place of the visit), ADT, ADTF, ASEQ, SRCRECS.

    """

    score: Array
    rows: pl.DataFrame


def derive_times(adqs: pl.DataFrame, adsl: pl.DataFrame, settings: QolSettings) -> pl.DataFrame:
    """Return the rows of ADTTE for every estimand of deterioration and every scale, ASEQ still missing.

    The scores are those analysed at each visit (ANL01FL). Time runs from the start of time of ADSL; who has none has no
    row. `append_times` gives them their place in ADTTE.
    """
    subjects = adsl.filter(pl.col("STARTDT").is_not_null()).select(*KEYS, "STARTDT", "DTHDT").with_row_index("S")
    subjects = subjects.with_columns(pl.col("S").cast(pl.Int64))
    scales = [scale for asked in settings.asked for scale in asked.scales]
    frames = [
        _rows(course, subjects, rule, scale)
        for scale in scales
        for course in [_course(adqs, subjects, scale)]
        for rule in settings.deteriorations
    ]
    if not frames:
        return ADTTE.empty()
    days = (pl.col("ADT") - pl.col("STARTDT")).dt.total_days() + 1
    months = days / settings.collection.days_per_month
    return ADTTE.select(
        pl.concat(frames).with_columns(days.alias("AVAL"), months.alias("AVALM"), pl.lit("DAYS").alias("AVALU"))
    )


def append_times(adtte: pl.DataFrame, times: pl.DataFrame) -> pl.DataFrame:
    """Return ADTTE with further rows at the end of each subject's, numbered on; what stood there keeps its numbers."""
    used = adtte.group_by(KEYS).agg(pl.col("ASEQ").max().alias("USED"))
    rows = times.join(used, on=KEYS, how="left", maintain_order="left")
    number = pl.col("USED").fill_null(0) + pl.int_range(1, pl.len() + 1).over(KEYS)
    both = pl.concat([ADTTE.select(adtte), ADTTE.select(rows.with_columns(number.alias("ASEQ")))])
    return both.sort(*KEYS, "ASEQ")


def _course(adqs: pl.DataFrame, subjects: pl.DataFrame, scale: AskedScale) -> Course:
    """Return the analysed scores of one scale."""
    analysed = (pl.col("ANL01FL") == "Y") & pl.col("AVAL").is_not_null() & pl.col("AVISITN").is_not_null()
    rows = adqs.filter((pl.col("PARAMCD") == scale.param) & analysed).join(subjects.select(*KEYS, "S"), on=KEYS)
    visits = sorted({0.0, *rows["AVISITN"].to_list()})
    rows = rows.with_columns(
        pl.col("AVISITN").replace_strict({v: i for i, v in enumerate(visits)}, return_dtype=pl.Int64).alias("V")
    )
    score = np.full((subjects.height, len(visits)), np.nan)
    sign = 1.0 if scale.better == "high" else -1.0
    score[rows["S"].to_numpy(), rows["V"].to_numpy()] = sign * rows["AVAL"].to_numpy()
    return Course(score, rows.select("S", "V", "ADT", "ADTF", "ASEQ", "SRCRECS"))


def _rows(course: Course, subjects: pl.DataFrame, rule: Deterioration, scale: AskedScale) -> pl.DataFrame:
    """Return one row per subject for one estimand of one scale."""
    margin = rule.margin or scale.mid
    found = deterioration(course.score, margin, rule)
    there = ~np.isnan(course.score)
    based = there[:, 0]
    followed = there[:, 1:].any(axis=1)
    last = np.where(there.any(axis=1), there.shape[1] - 1 - there[:, ::-1].argmax(axis=1), NEVER)
    worse = based & (found.at != NEVER)
    state = subjects.with_columns(
        pl.Series("BASED", based), pl.Series("FOLLOWED", followed), pl.Series("WORSE", worse),
        pl.Series("V", np.where(worse, found.at, last)), pl.Series("R", found.reference),
        (pl.lit(rule.death == "event") & pl.col("DTHDT").is_not_null()).alias("DEAD"),
    )  # fmt: skip
    decided = state.join(course.rows, on=["S", "V"], how="left", maintain_order="left")
    judged = _judged(_with_records(decided, course, rule), rule)
    text = f"{rule.label}: {scale.label.en}, {margin:g} points"
    return judged.with_columns(pl.lit(f"{rule.id}{scale.param}").alias("PARAMCD"), pl.lit(text).alias("PARAM"))


def _with_records(decided: pl.DataFrame, course: Course, rule: Deterioration) -> pl.DataFrame:
    """Return the subjects with RECS: records of the deciding score, its reference and, if definitive, what follows."""
    own = course.rows.select("S", "V", "SRCRECS")
    reference = own.rename({"V": "R", "SRCRECS": "REFRECS"})
    rows = decided.join(reference, on=["S", "R"], how="left", maintain_order="left")
    after = (
        rows.filter("WORSE").select("S", pl.col("V").alias("AT")).join(own, on="S").filter(pl.col("V") > pl.col("AT"))
    )
    confirming = after.sort("S", "V").group_by("S").agg(pl.col("SRCRECS").explode(empty_as_null=False).alias("CONRECS"))
    rows = rows.join(
        confirming if rule.definitive != "no" else confirming.clear(), on="S", how="left", maintain_order="left"
    )
    parts = [pl.col(name).fill_null([]) for name in ("REFRECS", "SRCRECS", "CONRECS")]
    return rows.with_columns(pl.concat_list(parts).list.unique(maintain_order=True).alias("RECS"))


def _judged(rows: pl.DataFrame, rule: Deterioration) -> pl.DataFrame:
    """Return the rows with date, censoring, description and sources.

    The cases, first to hold: no baseline score; deterioration; death as an event; no score after baseline; censored.
    """
    if rule.no_baseline == "exclude":
        rows = rows.filter("BASED")
    start, next_day = pl.col("STARTDT"), pl.col("STARTDT") + pl.duration(days=1)
    based, worse, dead, followed = (pl.col(name) for name in ("BASED", "WORSE", "DEAD", "FOLLOWED"))

    def case(*values: pl.Expr | str | int | None) -> pl.Expr:
        none, bad, died, short, other = (v if isinstance(v, pl.Expr) else pl.lit(v) for v in values)
        return (
            pl.when(~based)
            .then(none)
            .when(worse)
            .then(bad)
            .when(dead)
            .then(died)
            .when(~followed)
            .then(short)
            .otherwise(other)
        )

    absent, brief = int(rule.no_baseline == "censor"), int(rule.no_follow_up == "censor")
    none, short = "No Baseline Score", "No Score after Baseline"
    subject, row = pl.concat_list(pl.lit("DM")), pl.col("RECS")
    return rows.with_columns(
        case(start, pl.col("ADT"), pl.max_horizontal("DTHDT", "STARTDT"), next_day, pl.col("ADT")).alias("ADT"),
        case(None, pl.col("ADTF"), None, None, pl.col("ADTF")).alias("ADTF"),
        case(absent, 0, 0, brief, 1).alias("CNSR"),
        case(none, "Deterioration", "Death", short, "Last Score").alias("EVNTDESC"),
        case(none if absent else None, None, None, short if brief else None, "Last Score, No Deterioration").alias(
            "CNSDTDSC"
        ),
        case("ADSL", "ADQS", "ADSL", "ADQS", "ADQS").alias("SRCDOM"),
        case("STARTDT", "AVAL", "DTHDT", "AVAL", "AVAL").alias("SRCVAR"),
        case(None, pl.col("ASEQ"), None, pl.col("ASEQ"), pl.col("ASEQ")).alias("SRCSEQ"),
        case(subject, row, subject, row, row).alias("SRCRECS"),
    ).drop("ASEQ")
