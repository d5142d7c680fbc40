"""The analyses of exposure, concomitant medication and medical history."""

import polars as pl

from topline.stats.analysis import Analysis, Value
from topline.stats.safety_plan import SafetyPlan
from topline.stats.subject import quoted

BY_CYCLE = ("CYCPCT",)
NUMBERS = ("TRTDUR", "DAYSDOSE", "NCYCLES", "CUMDOSE", "CUMPCT", "DI", "RDI")
COUNTED = {"NINT": "interrupted", "NRED": "reduced", "NDELAY": "delayed"}


def plan_exposure(plan: SafetyPlan) -> list[Analysis]:
    """Return summaries of exposure, shares of categories, and who was interrupted, reduced, delayed (EXT01).

    Doses are summarised in the unit that most rows of a drug have; others, such as tablets among milligrams, are not.
    """
    adex = plan.adam["ADEX"]
    seen = adex.filter(pl.col("AVAL").is_not_null())
    units = seen.group_by("PARCAT1", "PARAMCD").agg(
        pl.col("AVALU").mode().sort().first().alias("UNIT"), pl.col("AVALU").n_unique().alias("UNITS")
    )
    keys = ["PARCAT1", "PARAMCD", "ACYCLE", "AVALU"]
    rows = seen.select(keys).unique(maintain_order=True).sort("PARCAT1", "ACYCLE", maintain_order=True)
    rows = rows.join(units, on=["PARCAT1", "PARAMCD"], maintain_order="left")
    rows = rows.filter(pl.col("AVALU").eq_missing(pl.col("UNIT"))).select(*keys, pl.col("UNITS") > 1)
    plans = []
    for drug, parameter, cycle, unit, several in rows.iter_rows():
        if parameter in NUMBERS or parameter in BY_CYCLE:
            plans.append(_summary(plan, (drug, parameter, cycle), unit, f"AVALU = {quoted(unit)}" if several else ""))
        elif parameter in COUNTED:
            plans.append(_share(plan, (drug, parameter, None), "AVAL > 0", COUNTED[parameter]))
    levels = seen.filter(pl.col("AVALCAT1").is_not_null() & pl.col("ACYCLE").is_null())
    for drug, parameter, level in levels.select("PARCAT1", "PARAMCD", "AVALCAT1").unique().sort(pl.all()).iter_rows():
        plans.append(_share(plan, (drug, parameter, None), f"AVALCAT1 = {quoted(level)}", level))
    return plans


def _exposure_where(plan: SafetyPlan, place: tuple[str, str, int | None]) -> str:
    drug, parameter, cycle = place
    of_cycle = "ACYCLE IS NULL" if cycle is None else f"ACYCLE = {cycle}"
    return plan.where(f"PARCAT1 = {quoted(drug)} AND PARAMCD = '{parameter}' AND {of_cycle} AND AVAL IS NOT NULL")


def _summary(plan: SafetyPlan, place: tuple[str, str, int | None], unit: str, only: str) -> Analysis:
    drug, parameter, cycle = place
    where = " AND ".join(part for part in (_exposure_where(plan, place), only) if part)
    name = f"EX.{drug}.{parameter}" + (f".{cycle}" if cycle is not None else "")
    settings: dict[str, Value] = {"column": "AVAL", "unit": unit}
    return Analysis(name, "ADEX", where, plan.population, "summary", "exposure", settings=settings)


def _share(plan: SafetyPlan, place: tuple[str, str, int | None], numerator: str, level: str) -> Analysis:
    name = f"EX.{place[0]}.{place[1]}.{level}"
    where = _exposure_where(plan, place)
    return Analysis(name, "ADEX", where, plan.population, "count", "exposure", numerator, level)


def plan_occurrences(plan: SafetyPlan) -> list[Analysis]:
    """Return who took a concomitant medication (CMT02) or had a condition before (MHT01), by class and term."""
    columns = ["PARCAT1", "PARCAT2", "CLASS", "TERM"]
    plans = []
    for level, source, name, term in plan.adam["ADOCC"].select(columns).unique(maintain_order=True).iter_rows():
        names = {"PARCAT1": level, "PARCAT2": source, "CLASS": name, "TERM": term}
        where = " AND ".join(f"{key} = {quoted(value)}" for key, value in names.items() if value is not None)
        plans.append(
            Analysis(
                ".".join(part for part in (source, "ANY" if level == "OVERALL" else name, term) if part is not None),
                "ADOCC",
                plan.where(where),
                plan.population,
                "occurrence",
                "concomitant medication" if source == "CM" else "medical history",
                "AVALC = 'Y'",
                term or name or "any",
                plan.settings(events="NRECORDS"),
            )
        )
    return plans
