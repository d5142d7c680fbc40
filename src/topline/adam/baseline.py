"""The baseline of each subject: its visit, the size of every lesion then, and what is odd about it."""

import polars as pl

from topline.adam import recist
from topline.adam.lesions import Readings, visits_of
from topline.adam.selection import least_size, too_many
from topline.adam.sequence import numbered
from topline.adam.sizes import NEW, TARGET
from topline.protocol.criteria import ResponseCriteria
from topline.tables.findings import findings, join_findings


def baseline_visits(readings: Readings, subjects: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return the baseline visit of each subject (S, BVISIT, BDT), and findings.

    It is the last visit whose scans begin on or before the start of time for certain. A visit dated in part that may
    lie before it serves where there is none, and then is dated no later than the start. Where no visit can lie before
    the start, the one at which TU identifies the first lesion is the baseline, which is a finding; so is having none.
    """
    visits = readings.visits.join(subjects.select("S", "STARTDT"), on="S", maintain_order="left")
    whole = visits.filter(pl.col("FIRSTDT") <= pl.col("STARTDT"))
    whole = whole.sort("S", "ADT", "AVISITN").group_by("S", maintain_order=True).last()
    possible = visits.filter(pl.col("ADTF").is_not_null() & (_earliest() <= pl.col("STARTDT"))).join(
        whole, on="S", how="anti"
    )
    possible = possible.sort("S", "AVISITN").group_by("S", maintain_order=True).first()
    possible = possible.with_columns(pl.min_horizontal("ADT", "STARTDT").alias("ADT")).select(whole.columns)
    before = pl.concat([whole, possible])
    old = readings.lesions.filter(pl.col("GROUP") != NEW)
    identified = old.group_by("S").agg(pl.col("TUVISIT").min().alias("AVISITN"))
    late = visits.join(before, on="S", how="anti").join(identified, on=["S", "AVISITN"]).select(whole.columns)
    measured = pl.concat([before, late]).select("S", pl.col("AVISITN").alias("BVISIT"), pl.col("ADT").alias("BDT"))
    only = _identified_only(old, subjects).join(measured, on="S", how="anti")
    chosen = pl.concat([measured, only])
    return chosen, _visit_findings(readings, chosen, late.filter(pl.col("STARTDT").is_not_null()))


def _earliest() -> pl.Expr:
    """Return the first day that a visit dated in part can mean."""
    return (
        pl.when(pl.col("ADTF") == "D")
        .then(pl.col("FIRSTDT").dt.month_start())
        .otherwise(pl.col("FIRSTDT").dt.truncate("1y"))
    )


def _identified_only(lesions: pl.DataFrame, subjects: pl.DataFrame) -> pl.DataFrame:
    """Return baselines (S, BVISIT, BDT) at which TU identified lesions up to the start and nothing was measured."""
    rows = lesions.filter(pl.col("TUSEQ").is_not_null()).join(subjects.select("S", "STARTDT"), on="S")
    rows = rows.filter(pl.col("TUDT") <= pl.col("STARTDT")).sort("S", "TUDT", "TUVISIT")
    return rows.group_by("S", maintain_order=True).agg(
        pl.col("TUVISIT").last().alias("BVISIT"), pl.col("TUDT").last().alias("BDT")
    )


def _visit_findings(readings: Readings, chosen: pl.DataFrame, late: pl.DataFrame) -> pl.DataFrame:
    text = pl.format("baseline scan of {} lies after the start on {}; it is used", "ADT", "STARTDT")
    none = readings.visits.join(chosen, on="S", how="anti").unique("S", keep="first", maintain_order=True)
    return join_findings(findings("TL-R07", late, "TR", message=text), findings("TL-R07", none, "TR"))


def dated_baseline(readings: Readings, baseline: pl.DataFrame) -> Readings:
    """Return the readings with a baseline dated in part moved to the day of the baseline visit."""
    partial = readings.measures.filter(pl.col("ADTF").is_not_null())
    if partial.is_empty():
        return readings
    joined = readings.measures.join(baseline, on="S", how="left", maintain_order="left")
    here = (pl.col("AVISITN") == pl.col("BVISIT")) & pl.col("ADTF").is_not_null() & (pl.col("ADT") > pl.col("BDT"))
    measures = joined.with_columns(pl.when(here).then("BDT").otherwise("ADT").alias("ADT")).drop("BVISIT", "BDT")
    return Readings(readings.lesions, measures, visits_of(measures), readings.findings)


def baseline_measures(readings: Readings, baseline: pl.DataFrame) -> pl.DataFrame:
    """Return the baseline measure of each lesion: its last one up to the baseline visit, a measured one first."""
    rows = readings.measures.filter(pl.col("GROUP") != NEW).join(baseline, on="S", maintain_order="left")
    rows = rows.filter((pl.col("AVISITN") == pl.col("BVISIT")) | (pl.col("ADT") < pl.col("BDT")))
    unread = (pl.col("NM") < 0) & (pl.col("GROUP") == TARGET)
    rows = rows.sort("S", "TRLNKID", unread, "ADT", "AVISITN", descending=[False, False, False, True, True])
    return rows.unique(["S", "TRLNKID"], keep="first", maintain_order=True).drop("BVISIT", "BDT")


def visits_after(readings: Readings, baseline: pl.DataFrame) -> pl.DataFrame:
    """Return the visits after baseline, numbered V from 0 in order of date; without a baseline all visits count."""
    visits = readings.visits.join(baseline, on="S", how="left", maintain_order="left")
    later = (pl.col("ADT") > pl.col("BDT")) | pl.col("BDT").is_null()
    same = (pl.col("AVISITN") != pl.col("BVISIT")) | pl.col("BVISIT").is_null()
    after = visits.filter(later & same).sort("S", "ADT", "AVISITN")
    return after.with_columns(numbered("S").alias("V"))


def check_baseline(readings: Readings, first: pl.DataFrame, criteria: ResponseCriteria) -> pl.DataFrame:
    """Return findings about the choice of target lesions: too small at baseline, too many, too many in one organ."""
    targets = first.filter((pl.col("GROUP") == TARGET) & (pl.col("NM") >= 0))
    places = targets.join(
        readings.lesions.select("S", "TRLNKID", "TULOC", pl.col("TUMETHOD").alias("METHOD")),
        on=["S", "TRLNKID"],
        maintain_order="left",
    )
    places = places.with_columns(pl.lit(None, pl.Float64).alias("SLICE"))
    small = places.filter(pl.col("NM") < least_size())
    many, many_in_one = too_many(places, criteria)
    text = pl.format("{} mm at baseline", (pl.col("NM") / recist.MM).round(6))
    return join_findings(
        findings(
            "TL-R05",
            small,
            "TR",
            variable="TRSTRESN",
            value=(pl.col("NM") / recist.MM).round(6),
            message=text,
            record=pl.col("SRCRECS").list.first(),
        ),
        findings("TL-R06", many, "TU", message=pl.format("{} target lesions", "N")),
        findings(
            "TL-R06",
            many_in_one,
            "TU",
            variable="TULOC",
            value=pl.col("ORGAN"),
            message=pl.format("{} target lesions in one organ", "N"),
        ),
    )
