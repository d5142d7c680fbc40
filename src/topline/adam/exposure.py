"""ADEX: exposure by drug and cycle: duration, cycles, dose, dose intensity, interruptions, reductions.

Dose intensity is the dose per week (Hryniuk and Bush 1984, doi:10.1200/JCO.1984.2.11.1281); relative to the planned
one it tells how much of the plan reached the patient, delays included.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from topline.adam.dosing import DRUG, KEYS, arm_codes, body_surface, doses, dosing_days, planned, plans
from topline.adam.drug_cycles import CYCLE_KEYS, delays, drug_cycles, interruptions, per_cycle
from topline.adam.safety import Treatment
from topline.adam.subject import domain
from topline.protocol.model import Protocol
from topline.tables.adam_safety import ADEX, EXPOSURE_PARAMETERS
from topline.tables.findings import findings, join_findings

ALL_DRUGS = "ALL DRUGS"
LOWER_BY = 0.05
"""A dose is reduced when it falls by more than this share; less is rounding to tablets or a change of weight."""
MUCH = 2.0
"""A daily dose above the planned one by more than this factor is told: a slip of the pen or of the unit."""
WEEK = 7
DIGITS = 9
SHARES = ((50.0, "<50%"), (70.0, "50 to <70%"), (90.0, "70 to <90%"), (float("inf"), ">=90%"))
CYCLES = ((2.5, "1-2"), (4.5, "3-4"), (6.5, "5-6"), (float("inf"), ">6"))
CATEGORIES = {"RDI": SHARES, "CUMPCT": SHARES, "CYCPCT": SHARES, "NCYCLES": CYCLES}
OF_CYCLE = ["CYCPLAN", "CYCDOSE", "CYCPCT", "CYCDAYS"]
OF_DRUG = [name for name in EXPOSURE_PARAMETERS if name not in OF_CYCLE]


@dataclass(frozen=True, slots=True)
class Drugs:
    """What was given: one row per subject and drug with its plan, the days of dosing, and the cycles of the drug."""

    drugs: pl.DataFrame
    days: pl.DataFrame
    cycles: pl.DataFrame


def derive_exposure(
    tables: Mapping[str, pl.DataFrame], adsl: pl.DataFrame, treatment: Treatment, protocol: Protocol
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return ADEX and findings.

    Per drug and cycle: planned dose, dose given, their ratio, days with dose. Per drug: duration from first to last
    dose, cycles started, cumulative and planned dose of these cycles, dose intensity (dose per week from the first dose
    to the end of the last cycle, or to the last dose for a drug of every day) and its ratio to the planned one;
    interruptions (planned days of dosing in a row without dose, with a dose later), reductions (falls of the daily dose
    by more than 5%) and delayed cycles (more than 3 days late). Over all drugs: duration and cycles.

    Cycles are those of the drug, see `drug_cycles`. Where a record cannot be counted the doses of the drug are missing
    for the subject; they are never guessed.
    """
    records, found_records = doses(domain(tables, "EX").join(adsl.select(KEYS), on=KEYS, how="semi"))
    days, found_days = dosing_days(records)
    drugs, found_plan = planned(_drugs(records, days, adsl), plans(protocol), body_surface(domain(tables, "VS"), adsl))
    given = Drugs(drugs, days, drug_cycles(drugs, days, protocol.schedule.cycle_days))
    frames = [_of_cycles(given), _of_drugs(given), _overall(treatment, adsl)]
    rows = pl.concat(frames, how="diagonal_relaxed").sort(*KEYS, "PARCAT1", "ACYCLE", "ORDER", nulls_last=True)
    rows = rows.with_columns(pl.int_range(1, pl.len() + 1).over(KEYS).alias("ASEQ"))
    found = join_findings(found_records, found_days, found_plan, _check(drugs, days))
    return ADEX.select(rows), found


def _check(drugs: pl.DataFrame, days: pl.DataFrame) -> pl.DataFrame:
    """Return the findings about doses in several units, and about those far above the plan."""
    several = drugs.filter(pl.col("UNITS").list.len() > 1)
    units = pl.format("{}: units that cannot be converted, no dose is counted", pl.col("UNITS").list.join(", "))
    given = days.join(drugs.filter("COUNTED").select(*DRUG, "PLAN", "UNIT"), on=DRUG, maintain_order="left")
    high = given.filter(pl.col("AMOUNT") > MUCH * pl.col("PLAN")).explode("RECS")
    high = high.unique([*DRUG, "RECS"], keep="first", maintain_order=True)
    text = pl.format("{} {} on a day, {} planned", "AMOUNT", "UNIT", pl.col("PLAN").round_sig_figs(DIGITS))
    record = pl.format("EXSEQ {}", pl.col("RECS").str.strip_prefix("EX "))
    return join_findings(
        findings("TL-L63", several, "EX", variable="EXDOSU", value=pl.col("DRUG"), message=units),
        findings("TL-L65", high, "EX", variable="EXDOSE", value=pl.col("DRUG"), message=text, record=record),
    )


def _drugs(records: pl.DataFrame, days: pl.DataFrame, adsl: pl.DataFrame) -> pl.DataFrame:
    """Return the drugs that each subject took, with the first and last day of dosing and whether all can be counted."""
    taken = (
        records.filter(pl.col("GIVEN").fill_null(True))
        .group_by(DRUG, maintain_order=True)
        .agg(
            pl.col("NAME").first(),
            pl.col("UNIT").drop_nulls().first(),
            pl.col("UNIT").drop_nulls().unique().sort().alias("UNITS"),
            (pl.col("COUNTABLE").all() & (pl.col("UNIT").drop_nulls().n_unique() == 1)).alias("COUNTED"),
            pl.col("REC").alias("SRCRECS"),
        )
    )
    spans = days.group_by(DRUG).agg(pl.col("DAY").min().alias("START"), pl.col("DAY").max().alias("STOP"))
    rows = taken.join(spans, on=DRUG, how="left", maintain_order="left")
    return rows.join(arm_codes(adsl), on=KEYS, how="left", maintain_order="left")


def _of_cycles(given: Drugs) -> pl.DataFrame:
    """Return the rows per drug and cycle."""
    inside = given.cycles.join(given.days, on=DRUG).filter(pl.col("DAY").is_between("CYCSDT", "CYCEDT"))
    sums = inside.group_by(CYCLE_KEYS).agg(
        pl.col("AMOUNT").sum().alias("CYCDOSE"),
        pl.len().cast(pl.Float64).alias("CYCDAYS"),
        pl.col("RECS").list.explode(keep_nulls=False, empty_as_null=False).unique(maintain_order=True).alias("SRCRECS"),
    )
    rows = given.cycles.join(sums, on=CYCLE_KEYS, how="left", maintain_order="left")
    rows = rows.join(given.drugs.select(*DRUG, "UNIT", "COUNTED"), on=DRUG, maintain_order="left")
    counted = rows.with_columns(
        (pl.col("PLAN") * per_cycle()).alias("CYCPLAN"),
        *(pl.when("COUNTED").then(pl.col(name).fill_null(0.0)).alias(name) for name in ("CYCDOSE", "CYCDAYS")),
    )
    ratio = 100 * pl.col("CYCDOSE") / pl.col("CYCPLAN")
    done = counted.with_columns(
        ratio.alias("CYCPCT"),
        pl.col("CYCSDT").alias("ASTDT"),
        pl.col("CYCEDT").alias("AENDT"),
        pl.col("SRCRECS").fill_null([]),
    )
    return _long(done, OF_CYCLE, ["ACYCLE"])


def _of_drugs(given: Drugs) -> pl.DataFrame:
    """Return the rows per drug."""
    cycles = given.cycles.group_by(DRUG).agg(
        pl.len().cast(pl.Float64).alias("NCYCLES"),
        pl.col("CYCSDT").max().alias("LASTCYC"),
        delays().cast(pl.Float64).alias("NDELAY"),
    )
    sums = given.days.group_by(DRUG).agg(
        pl.len().cast(pl.Float64).alias("DAYSDOSE"),
        pl.col("AMOUNT").sum().alias("CUMDOSE"),
        _reductions().alias("NRED"),
    )
    rows = given.drugs
    for part in (cycles, sums, interruptions(given.cycles, given.days)):
        rows = rows.join(part, on=DRUG, how="left", maintain_order="left")
    return _long(_intensity(rows), OF_DRUG, [])


def _intensity(rows: pl.DataFrame) -> pl.DataFrame:
    """Return the drugs with their durations, planned doses and intensities; doses only where all can be counted."""
    daily = pl.col("DAYS").is_null()
    duration = (pl.col("STOP") - pl.col("START")).dt.total_days() + 1
    cycles = (pl.col("LASTCYC") - pl.col("START")).dt.total_days() + pl.col("LENGTH")
    weeks = pl.when(daily).then(duration).otherwise(pl.max_horizontal(cycles, duration)) / WEEK
    of_doses = ("CUMDOSE", "DAYSDOSE", "NRED", "NINT")
    rows = rows.with_columns(pl.when("COUNTED").then(name).alias(name) for name in of_doses)
    rows = rows.with_columns(
        duration.cast(pl.Float64).alias("TRTDUR"),
        (pl.col("PLAN") * per_cycle() * pl.col("NCYCLES")).alias("CUMPLAN"),
        (pl.col("PLAN") * per_cycle() / pl.col("LENGTH") * WEEK).alias("DIPLAN"),
        (pl.col("CUMDOSE") / weeks).alias("DI"),
        pl.when(pl.col("PLAN").is_not_null() & ~daily).then("NDELAY").alias("NDELAY"),
        pl.when(pl.col("PLAN").is_not_null()).then("NINT").alias("NINT"),
        pl.lit(None, pl.Int64).alias("ACYCLE"),
        pl.col("START").alias("ASTDT"),
        pl.col("STOP").alias("AENDT"),
    )
    return rows.with_columns(
        (100 * pl.col("CUMDOSE") / pl.col("CUMPLAN")).alias("CUMPCT"),
        (100 * pl.col("DI") / pl.col("DIPLAN")).alias("RDI"),
    )


def _reductions() -> pl.Expr:
    """Return how often the daily dose of a group fell."""
    amount = pl.col("AMOUNT").sort_by("DAY")
    return (amount < amount.shift(1) * (1 - LOWER_BY)).sum().cast(pl.Float64)


def _overall(treatment: Treatment, adsl: pl.DataFrame) -> pl.DataFrame:
    """Return duration and cycles over all drugs of each treated subject."""
    treated = adsl.filter(pl.col("TRTFL") == "Y").select(KEYS)
    counts = treatment.cycles.group_by(KEYS).agg(pl.len().cast(pl.Float64).alias("NCYCLES"))
    rows = treatment.periods.join(treated, on=KEYS, how="semi").join(counts, on=KEYS, how="left", maintain_order="left")
    dosing = pl.col("SRCRECS").list.eval(pl.element().filter(pl.element().str.starts_with("EX ")))
    done = rows.with_columns(
        pl.lit(ALL_DRUGS).alias("DRUG"),
        ((pl.col("LASTDOSE") - pl.col("TRTSDT")).dt.total_days() + 1).cast(pl.Float64).alias("TRTDUR"),
        pl.col("TRTSDT").alias("ASTDT"),
        pl.col("LASTDOSE").alias("AENDT"),
        pl.lit(None, pl.Int64).alias("ACYCLE"),
        pl.lit(None, pl.String).alias("UNIT"),
        dosing.alias("SRCRECS"),
    )
    return _long(done, ["TRTDUR", "NCYCLES"], [])


def _long(rows: pl.DataFrame, names: list[str], more: list[str]) -> pl.DataFrame:
    """Return one row per parameter, with its text, unit and category."""
    kept = [*DRUG, *more, "ASTDT", "AENDT", "UNIT", "SRCRECS"]
    long = rows.select(*kept, *names).unpivot(names, index=kept, variable_name="PARAMCD", value_name="AVAL")
    unit = pl.col("PARAMCD").replace_strict({name: EXPOSURE_PARAMETERS[name][1] for name in names})
    with_dose = pl.when(unit.str.starts_with("dose")).then(
        pl.concat_str(pl.col("UNIT"), unit.str.strip_prefix("dose"), ignore_nulls=False)
    )
    return long.with_columns(
        pl.col("DRUG").alias("PARCAT1"),
        pl.col("PARAMCD").replace_strict({name: EXPOSURE_PARAMETERS[name][0] for name in names}).alias("PARAM"),
        pl.col("PARAMCD")
        .replace_strict({name: place for place, name in enumerate(EXPOSURE_PARAMETERS)})
        .alias("ORDER"),
        with_dose.otherwise(unit).alias("AVALU"),
        _category().alias("AVALCAT1"),
        pl.lit("EX").alias("SRCDOM"),
        pl.lit("EXDOSE").alias("SRCVAR"),
    ).drop("DRUG", "UNIT")


def _category() -> pl.Expr:
    """Return the category of a value, where its parameter has some; rounding of the last digits does not decide."""
    chosen: pl.Expr = pl.lit(None, pl.String)
    for name, bounds in CATEGORIES.items():
        of_name: pl.Expr = pl.lit(bounds[-1][1])
        for bound, text in reversed(bounds[:-1]):
            of_name = pl.when(pl.col("AVAL").round(DIGITS) < bound).then(pl.lit(text)).otherwise(of_name)
        counts = (pl.col("PARAMCD") == name) & pl.col("AVAL").is_not_null()
        chosen = pl.when(counts).then(of_name).otherwise(chosen)
    return chosen
