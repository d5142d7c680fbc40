"""The analyses of safety: adverse events by kind, class, term, grade, group and cycle, over time; deaths; exposure.

Ids name what is counted; the tables that reviewers know lay them out: AET01 `AE.<KIND>`; AET02, AET03 and AET04
`AE.ALL.<CLASS>` and `AE.ALL.<CLASS>.<TERM>`; AET05 `AERATE`; AET07 `AE.FATAL`; AET09 `AE.RELATED`; AET10 those of AET02
that are common, see `common_terms`; DTHT01 `DTH`; EXT01 `EX`; CMT02 `CM`; MHT01 `MH`.
"""

from collections.abc import Mapping
from dataclasses import replace

import polars as pl

from topline.protocol.model import Protocol
from topline.protocol.monitoring import ToxicityMonitoring
from topline.stats.analysis import ALL, Analysis, Value
from topline.stats.exposure import plan_exposure, plan_occurrences
from topline.stats.safety_plan import Adam, SafetyPlan, safety_plan
from topline.stats.subject import quoted

COMMON_PERCENT = 10.0
GRADED = ("ALL", "RELATED")
"""Kinds whose groups, classes and terms are split by worst grade; of the others occurrence alone is counted."""
OVER_TIME = ("ALL", "GRADE 3-5", "SERIOUS", "RELATED GRADE 3-5", "WITHDRAWAL")
"""Kinds with rates per patient-year and cumulative incidence, besides groups of special interest and common terms."""
CAUSES = ("ADVERSE EVENT", "PROGRESSIVE DISEASE", "OTHER", "UNKNOWN")
STATING = ("DD", "DS")
"""Domains that can name any cause of death."""


def plan_safety(protocol: Protocol, adam: Adam, monitoring: ToxicityMonitoring | None = None) -> list[Analysis]:
    """Return the analyses of safety that the data call for: of kinds, classes, terms, drugs and cycles that occur.

    The population is the analysis set with the id SAF, SAS or SS, or every treated subject.
    """
    plan = safety_plan(protocol, adam)
    parts = (_events, _over_time, _cycles, _deaths, plan_exposure, plan_occurrences)
    plans = [analysis for part in parts for analysis in part(plan)]
    return plans + ([_stopping(plan, protocol, monitoring)] if monitoring else [])


def _parameters(plan: SafetyPlan) -> pl.DataFrame:
    """Return the kinds of adverse events that ADAETTE has rows for, in its order."""
    columns = ["PARAMCD", "PARCAT1", "PARCAT2", "AESIGRP", "AEBODSYS", "AEDECOD"]
    return plan.adam["ADAETTE"].select(columns).unique(maintain_order=True)


def _name(row: Mapping[str, str | None]) -> str:
    """Return how the id names a parameter: its kind, or its group with the kind, or the kind with class and term."""
    if row["PARCAT1"] == "GROUP":
        return f"GROUP.{row['AESIGRP']}.{row['PARCAT2']}"
    parts = (row["PARCAT2"], row["AEBODSYS"], row["AEDECOD"])
    return ".".join(str(part) for part in parts if part is not None)


def _condition(row: Mapping[str, str | None]) -> str:
    """Return the SQL condition over ADAETTE that selects a parameter by what it is, not by its code."""
    names = ("PARCAT1", "PARCAT2", "AESIGRP", "AEBODSYS", "AEDECOD")
    return " AND ".join(f"{name} = {quoted(str(row[name]))}" for name in names if row[name] is not None)


def _events(plan: SafetyPlan) -> list[Analysis]:
    """Return occurrence and worst grade of every kind of adverse events (AET01 to AET04, AET07, AET09, AESI)."""
    plans = []
    for row in _parameters(plan).iter_rows(named=True):
        graded = row["PARCAT1"] == "OVERALL" or row["PARCAT2"] in GRADED
        level = row["AEDECOD"] or row["AEBODSYS"] or row["AESIGRP"] or row["PARCAT2"]
        plans.append(
            Analysis(
                f"AE.{_name(row)}",
                "ADAETTE",
                plan.where(_condition(row)),
                plan.population,
                "worst-grade" if graded else "occurrence",
                "adverse events",
                "CNSR = 0",
                level,
                plan.settings(events="NEVENTS", grade="WORSTGR"),
            )
        )
    return plans


def _over_time(plan: SafetyPlan) -> list[Analysis]:
    """Return rates per patient-years (AET05), cumulative incidence and days to onset, of the kinds that matter."""
    common = _common(plan)
    plans = []
    for row in _parameters(plan).iter_rows(named=True):
        overall = row["PARCAT1"] == "OVERALL" and row["PARCAT2"] in OVER_TIME
        if overall or row["PARCAT1"] == "GROUP" or row["PARAMCD"] in common:
            plans += _timed(plan, row)
    return plans


def _timed(plan: SafetyPlan, row: Mapping[str, str | None]) -> list[Analysis]:
    name, where = _name(row), plan.where(_condition(row))
    months = " ".join(f"{month:g}" for month in plan.months)
    settings = plan.settings(ended=plan.ended, months=months)
    rate = Analysis(
        f"AERATE.{name}",
        "ADAETTE",
        where,
        plan.population,
        "incidence-rate",
        "adverse events",
        "CNSR = 0",
        "",
        settings,
    )
    days: dict[str, Value] = {"column": "AVAL", "unit": "days"}
    return [
        rate,
        replace(rate, id=f"AEONSET.{name}", method="onset"),
        replace(rate, id=f"AECURVE.{name}", method="onset-curve"),
        replace(
            rate, id=f"AEDAYS.{name}", where=f"{where} AND CNSR = 0", method="summary", numerator="", settings=days
        ),
    ]


def _common(plan: SafetyPlan) -> set[str]:
    """Return the codes of the terms that at least a tenth of the treated subjects had."""
    terms = plan.adam["ADAETTE"].filter((pl.col("PARCAT1") == "TERM") & (pl.col("PARCAT2") == "ALL"))
    share = terms.group_by("PARAMCD").agg((100 * (pl.col("CNSR") == 0).mean()).alias("SHARE"))
    return set(share.filter(pl.col("SHARE") >= COMMON_PERCENT)["PARAMCD"])


def _cycles(plan: SafetyPlan) -> list[Analysis]:
    """Return adverse events once every cycle: those that started in it, and those that were present in it."""
    cycles = sorted(plan.adam["ADAECYC"]["ACYCLE"].unique().to_list())
    kinds = (("onset", "NONSET", "WORSTGR"), ("present", "NPRESENT", "PRESGR"))
    return [
        Analysis(
            f"AECYCLE.{cycle}.{name}",
            "ADAECYC",
            plan.where(f"ACYCLE = {cycle}"),
            plan.population,
            "worst-grade",
            "adverse events",
            f"{count} > 0",
            f"cycle {cycle}",
            plan.settings(events=count, grade=grade),
        )
        for cycle in cycles
        for name, count, grade in kinds
    ]


def _deaths(plan: SafetyPlan) -> list[Analysis]:
    """Return deaths with their causes: all, while events counted, and within 30 days of the last dose (DTHT01).

    A cause that nothing recorded can name is not counted: nobody asked, which is not the same as nobody had it.
    """
    times = {"ALL": "DTHFL = 'Y'", "ON-TREATMENT": "DTHTRTFL = 'Y'", "30DAYS": "DTH30FL = 'Y'"}
    base = Analysis(
        "DTH", "ADSL", plan.where("TRTFL = 'Y'"), plan.population, "count", "deaths", settings=plan.settings()
    )
    plans = []
    for name, condition in times.items():
        plans.append(replace(base, id=f"DTH.{name}", numerator=condition, level=name))
        plans += [
            replace(base, id=f"DTH.{name}.{cause}", numerator=f"{condition} AND DTHCGR1 = {quoted(cause)}", level=cause)
            for cause in _recorded_causes(plan)
        ]
    return plans


def _recorded_causes(plan: SafetyPlan) -> tuple[str, ...]:
    """Return the causes of death of which the data can tell how many subjects had them; none of the others is no zero.

    Progression and other causes are named by DD or the disposition alone: where neither names a cause of any death,
    and some cause is unknown, nothing is known of them. A fatal adverse event is recorded with the adverse events.
    """
    died = plan.adam["ADSL"].filter((pl.col("DTHFL") == "Y") & (pl.col("TRTFL") == "Y"))
    known = died.filter(pl.col("DTHCGR1") != CAUSES[-1])
    if known.height == died.height or known["DTHDOM"].is_in(STATING).any():
        return CAUSES
    return CAUSES[-1:] if plan.adam["ADAETTE"].is_empty() else (CAUSES[0], CAUSES[-1])


def _stopping(plan: SafetyPlan, protocol: Protocol, rule: ToxicityMonitoring) -> Analysis:
    """Return the analysis of where the trial stands against its stopping rule."""
    settings = plan.settings(
        planned=protocol.population.planned,
        rate=rule.acceptable_rate,
        error=rule.error,
        window=rule.window_days or 0,
        certainty=rule.certainty,
        **{"prior a": rule.prior_a, "prior b": rule.prior_b},
    )
    where = plan.where(f"PARAMCD = {quoted(rule.parameter)}")
    return Analysis(
        "TOXICITY",
        "ADAETTE",
        where,
        plan.population,
        "toxicity-boundary",
        "monitoring",
        "CNSR = 0",
        "",
        settings,
        False,
    )


def common_terms(results: pl.DataFrame, percent: float = COMMON_PERCENT) -> list[str]:
    """Return the ids of the terms (AE.ALL.<CLASS>.<TERM>) that this share of some group had, most common first (AET10).

    Args:
        results: the results of the analyses of safety.
        percent: least share of the subjects of any group [%].

    """
    rows = results.filter(
        pl.col("ANALYSIS").str.starts_with("AE.ALL.")
        & (pl.col("STATISTIC") == "percent")
        & pl.col("WHERE").str.contains("PARCAT1 = 'TERM'", literal=True)
    )
    ranked = rows.group_by("ANALYSIS").agg(
        pl.col("VALUE").max().alias("LARGEST"), pl.col("VALUE").filter(pl.col("GROUP") == ALL).first().alias("OVERALL")
    )
    common = ranked.filter(pl.col("LARGEST") >= percent).sort(["OVERALL", "ANALYSIS"], descending=[True, False])
    return common["ANALYSIS"].to_list()


LISTING = [
    "STUDYID", "USUBJID", "AESEQ", "AETERM", "AEDECOD", "AEBODSYS", "ATOXGRN", "ASTDT", "AENDT", "ASTDY", "AENDY",
    "ADURN", "ACYCLE", "AREL", "AEACN", "AEOUT", "TRTEMFL", "SRCRECS",
]  # fmt: skip


def serious_events(adae: pl.DataFrame) -> pl.DataFrame:
    """Return the listing of serious adverse events (AEL03), treatment-emergent or not, by subject and start."""
    return adae.filter(pl.col("AESER") == "Y").select(LISTING).sort("STUDYID", "USUBJID", "ASTDT", "AESEQ")
