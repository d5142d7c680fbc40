"""Quality of life: what was received, change from baseline, responders, times to deterioration."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy import special

from topline.protocol.model import Protocol
from topline.stats.analysis import GROUP_COLUMN, Analysis, Number, Selection, Value
from topline.stats.interval import check_confidence
from topline.stats.qol_model import score_number

Array = NDArray[np.float64]
TOPIC = "quality of life"
LEAST = 10
SHARE = 0.2
"""Subjects with a change in any scale that the last visit of the mixed models must have, and their share of those who
have one at any visit; later visits are left out. All scales of a questionnaire have the same visits.
"""

FEW = 5
"""Subjects with a change in any scale that the last visit shown must have; where no visit has so many, all are shown.
"""

ANALYSED = (pl.col("ANL01FL") == "Y") & (pl.col("ANL02FL") == "Y") & pl.col("CHG").is_not_null()


@dataclass(frozen=True, slots=True)
class _Plan:
    """What the analyses of one questionnaire have in common."""

    endpoint: str
    population: str
    flag: str
    settings: dict[str, Value]

    def analysis(self, name: str, where: str, method: str, numerator: str = "", level: str = "") -> Analysis:
        """Return an analysis of ADQS rows in the population."""
        full = f"{where} AND {self.flag} = 'Y'"
        return Analysis(name, "ADQS", full, self.population, method, self.endpoint, numerator, level, self.settings)


def plan_qol(
    protocol: Protocol, adqs: pl.DataFrame, times: pl.DataFrame, curves: Collection[str] = ()
) -> list[Analysis]:
    """Return the analyses of the questionnaires: what was received, scores and their changes, times to deterioration.

    Args:
        protocol: states endpoints, analysis sets and confidence.
        adqs: ADQS; it says which scales and visits there are.
        times: the rows of ADTTE that are times to deterioration.
        curves: parameter codes of the scales whose Kaplan-Meier curves are wanted.

    """
    plans: list[Analysis] = []
    heads = adqs.select("PARCAT1", "PARAMCD", "PARAMTYP").unique(maintain_order=True)
    for questionnaire in heads["PARCAT1"].unique(maintain_order=True):
        plan = _shared(protocol, questionnaire)
        own = heads.filter(pl.col("PARCAT1") == questionnaire)
        last = _last_visits(plan, adqs.filter(pl.col("PARCAT1") == questionnaire))
        for param, kind in own.select("PARAMCD", "PARAMTYP").iter_rows():
            rows = adqs.filter(pl.col("PARAMCD") == param)
            plans += _forms(plan, param, rows) if kind == "FORM" else _scale(plan, param, rows, last)
        plans += _times(plan, own.filter(pl.col("PARAMTYP") != "FORM")["PARAMCD"].to_list(), times, curves)
    return plans


def _shared(protocol: Protocol, questionnaire: str) -> _Plan:
    """Return the endpoint of a questionnaire with its analysis set; without an endpoint the first set is taken."""
    named = [each for each in protocol.endpoints if getattr(each.analysis, "questionnaire", "") == questionnaire]
    population = named[0].estimand.population if named else protocol.analysis_sets[0].id
    settings: dict[str, Value] = {"confidence": protocol.confidence, "month": protocol.days_per_month}
    endpoint = named[0].id if named else TOPIC
    return _Plan(endpoint, population, protocol.analysis_set(population).flag, settings)


def _forms(plan: _Plan, param: str, rows: pl.DataFrame) -> Iterator[Analysis]:
    """Yield, per visit, forms received of those due and of all subjects, and answered items per received form."""
    received = "AVALC = 'RECEIVED'"
    for number, name in _visits(rows.filter(pl.col("EXPFL") == "Y")):
        where = f"PARAMCD = '{param}' AND AVISITN = {number:g} AND ANL01FL = 'Y'"
        code = f"{param}.{_short(number)}"
        due = f"{where} AND EXPFL = 'Y'"
        yield plan.analysis(code, due, "clopper-pearson", numerator=received, level=name)
        missing, incomplete = "AVALC <> 'RECEIVED'", "NANSWER < NITEMS"
        yield plan.analysis(f"{code}.missing", due, "clopper-pearson", numerator=missing, level=name)
        yield plan.analysis(f"{code}.available", where, "clopper-pearson", numerator=received, level=name)
        came = f"{where} AND {received}"
        yield plan.analysis(f"{code}.incomplete", came, "clopper-pearson", numerator=incomplete, level=name)
        yield plan.analysis(f"{code}.items", came, "mean-score", level=name)


def _last_visits(plan: _Plan, rows: pl.DataFrame) -> tuple[float, float]:
    """Return the last visit that is shown of a questionnaire's scales, and the last one of their mixed models."""
    changes = rows.filter(ANALYSED & (pl.col(plan.flag) == "Y")) if plan.flag in rows.columns else rows.filter(ANALYSED)
    subject = pl.struct("STUDYID", "USUBJID")
    counts = changes.group_by("AVISITN").agg(subject.n_unique().alias("SUBJECTS"))
    many = max(LEAST, SHARE * changes.select(subject.n_unique()).item())
    shown, modelled = (counts.filter(pl.col("SUBJECTS") >= least)["AVISITN"].max() for least in (FEW, many))
    last = counts["AVISITN"].max() if shown is None else shown
    return float(last or 0.0), float(modelled or 0.0)  # type: ignore[arg-type]


def _scale(plan: _Plan, param: str, rows: pl.DataFrame, last: tuple[float, float]) -> Iterator[Analysis]:
    """Yield the analyses of one scale: baseline, change and responders per visit, the mixed model."""
    own = f"PARAMCD = '{param}'"
    yield plan.analysis(f"{param}.BL", f"{own} AND ABLFL = 'Y'", "mean-score", level="Baseline")
    changes = rows.filter(ANALYSED)
    where = f"{own} AND ANL01FL = 'Y' AND ANL02FL = 'Y' AND CHG IS NOT NULL"
    shown, modelled = last
    for number, name in _visits(changes.filter(pl.col("AVISITN") <= shown)):
        code, here = f"{param}.{_short(number)}", f"{where} AND AVISITN = {number:g}"
        yield plan.analysis(code, here, "mean-change", level=name)
        yield plan.analysis(f"{code}.better", here, "clopper-pearson", numerator="CRIT1FL = 'Y'", level=name)
        yield plan.analysis(f"{code}.worse", here, "clopper-pearson", numerator="CRIT2FL = 'Y'", level=name)
    if changes.filter(pl.col("AVISITN") <= modelled).height:
        until = f"{where} AND AVISITN <= {modelled:g}"
        yield plan.analysis(f"{param}.mixed", until, "mixed-model")
        if GROUP_COLUMN in rows.columns and rows[GROUP_COLUMN].drop_nulls().n_unique() > 1:
            yield replace(plan.analysis(f"{param}.difference", until, "mixed-difference"), grouped=False)


def _times(plan: _Plan, params: list[str], times: pl.DataFrame, curves: Collection[str]) -> Iterator[Analysis]:
    """Yield the analyses of the times to deterioration of some scales."""
    codes = times["PARAMCD"].unique(maintain_order=True).to_list()
    for code in (each for each in codes if each[2:] in params):
        where = f"PARAMCD = '{code}' AND {plan.flag} = 'Y'"
        main = Analysis(
            code, "ADTTE", where, plan.population, "kaplan-meier", plan.endpoint, "CNSR = 0", "", plan.settings
        )
        yield main
        if times.filter((pl.col("PARAMCD") == code) & (pl.col("EVNTDESC") == "Death")).height:
            events, deaths = f"{where} AND CNSR = 0", "EVNTDESC = 'Death'"
            yield replace(main, id=f"{code}.deaths", method="count", where=events, numerator=deaths)
        if code[2:] in curves:
            yield replace(main, id=f"{code}.curve", method="curve")


def _visits(rows: pl.DataFrame) -> list[tuple[float, str]]:
    return rows.select("AVISITN", "AVISIT").unique().sort("AVISITN").rows()


def _short(visit: float) -> str:
    return "BL" if visit == 0 else f"C{visit:g}"


def mean_score(chosen: Selection, analysis: Analysis) -> list[Number]:
    """Return number, mean and standard deviation of values, and the t interval of the mean."""
    return _mean(chosen.rows["AVAL"], analysis)


def mean_change(chosen: Selection, analysis: Analysis) -> list[Number]:
    """Return number, mean and standard deviation of changes from baseline, and the t interval of the mean.

    It describes those who answered. Who stopped answering was often worse: the mixed model uses their earlier answers.
    """
    return _mean(chosen.rows["CHG"], analysis)


def _mean(column: pl.Series, analysis: Analysis) -> list[Number]:
    values = column.drop_nulls().cast(pl.Float64).to_numpy()
    found = t_interval(values, analysis.setting("confidence"))
    numbers = zip(("mean", "sd", "lower", "upper"), found, strict=True)
    return [Number("n", len(values)), *(score_number(name, value) for name, value in numbers)]


def t_interval(values: Array, confidence: float) -> tuple[float, float, float, float]:
    """Return mean, standard deviation (divisor n - 1) and Student's t limits; nan where they do not exist.

    Args:
        values: at least none; (value,).
        confidence: two-sided level, in (0, 1).

    >>> [round(x, 3) for x in t_interval(np.array([2.0, 4, 4, 6]), 0.95)]
    [4.0, 1.633, 1.402, 6.598]

    Source: Student 1908, doi:10.1093/biomet/6.1.1. Golden: golden/qol.toml.

    """
    tail = 0.5 + check_confidence("t_interval", confidence) / 2.0
    mean = float(values.mean()) if len(values) else np.nan
    if len(values) < 2:
        return mean, np.nan, np.nan, np.nan
    sd = float(values.std(ddof=1))
    half = float(special.stdtrit(len(values) - 1, tail) * sd / np.sqrt(len(values)))
    return mean, sd, mean - half, mean + half
