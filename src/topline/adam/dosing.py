"""Dosing records as days with their amounts, against what the protocol plans for the subject's arm."""

from collections.abc import Iterable

import polars as pl

from topline.adam.safety_groups import fold, spelling
from topline.protocol.model import Protocol
from topline.tables.dates import first_day, last_day, precision
from topline.tables.findings import findings, join_findings

KEYS = ["STUDYID", "USUBJID"]
DRUG = [*KEYS, "DRUG"]
ONCE = 0
FREQUENCIES: dict[str, tuple[int, int]] = {
    "QD": (1, 1), "Q24H": (1, 1), "DAILY": (1, 1), "BID": (2, 1), "Q12H": (2, 1), "TID": (3, 1), "Q8H": (3, 1),
    "QID": (4, 1), "Q6H": (4, 1), "QOD": (1, 2), "QW": (1, 7), "Q1W": (1, 7), "EVERY WEEK": (1, 7), "Q2W": (1, 14),
    "EVERY 2 WEEKS": (1, 14), "Q3W": (1, 21), "EVERY 3 WEEKS": (1, 21), "Q4W": (1, 28), "EVERY 4 WEEKS": (1, 28),
    "ONCE": (1, ONCE),
}  # fmt: skip
"""Doses on a day of dosing, and days from one such day to the next (0: one day only), by EXDOSFRQ."""

MASSES = {"ug": 0.001, "mg": 1.0, "g": 1000.0}
"""Units of mass in milligrams."""

PER_AREA = "/m2"
DIGITS = 12
"""Digits that a converted dose keeps."""

PLACEBO = "PLACEBO"
RECORD = pl.format("EXSEQ {}", "EXSEQ")


def plans(protocol: Protocol) -> pl.DataFrame:
    """Return what the protocol plans per arm and drug: ARMCD, NAME, PLAN (dose on a dosing day), UNIT, DAYS, LENGTH.

    DAYS are the dosing days of a cycle, missing where the drug is given every day; LENGTH is its cycle [days]. A drug
    that an arm names twice has no plan here: which of its records belongs to which is not known.
    """
    rows = [
        {
            "ARMCD": arm.code,
            "NAME": fold(drug.name),
            "PLAN": drug.dose * drug.times_per_day,
            "UNIT": unit(drug.unit),
            "DAYS": sorted(drug.days) or None,
            "LENGTH": drug.cycle_days or protocol.schedule.cycle_days,
        }
        for arm in protocol.arms
        for drug in arm.interventions
    ]
    schema = {"ARMCD": pl.String, "NAME": pl.String, "PLAN": pl.Float64, "UNIT": pl.String}
    frame = pl.DataFrame(rows, schema={**schema, "DAYS": pl.List(pl.Int64), "LENGTH": pl.Int64})
    return frame.unique(["ARMCD", "NAME"], keep="none", maintain_order=True)


def unit(text: str) -> str:
    """Return the unit of a dose in one spelling.

    >>> unit("mg/m²"), unit("MG / M^2")
    ('mg/m2', 'mg/m2')
    """
    return text.lower().replace(" ", "").replace("²", "2").replace("^", "").replace("μg", "ug").replace("mcg", "ug")


def doses(ex: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return the dosing records, ready to be counted, and findings about those that cannot be.

    Each has DRUG, FIRST and LAST day, TIMES on a dosing day, EVERY so many days, GIVEN (a dose above 0, or placebo),
    COUNTABLE, UNIT and REC. Without an end a record is one day if the drug is given once, else it cannot be counted;
    without a frequency it is one dose if it starts and ends on one day, else it cannot be counted. A negative dose is
    none that can be counted. Doses of a drug in several units of mass are converted to the one that most records have.
    """
    every = ex.with_columns(
        pl.col("EXTRT").str.to_uppercase().str.strip_chars().alias("DRUG"),
        spelling("EXTRT").alias("NAME"),
        first_day("EXSTDTC").alias("FIRST"),
        pl.col("EXDOSFRQ").str.to_uppercase().str.strip_chars().alias("_FREQUENCY"),
        _unit(pl.col("EXDOSU")).alias("UNIT"),
        pl.format("EX {}", "EXSEQ").alias("REC"),
    )
    every, converted = _in_one_unit(every)
    single = pl.col("_FREQUENCY").is_null() & (pl.col("EXSTDTC").str.head(10) == pl.col("EXENDTC").str.head(10))
    placebo = pl.col("EXTRT").str.contains(f"(?i){PLACEBO}")
    read = every.with_columns(
        pl.when(single).then(pl.lit(1, pl.Int64)).otherwise(_frequency(0)).alias("TIMES"),
        pl.when(single).then(pl.lit(ONCE, pl.Int64)).otherwise(_frequency(1)).alias("EVERY"),
        pl.when(pl.col("EXDOSE") >= 0).then((pl.col("EXDOSE") > 0) | placebo).alias("GIVEN"),
    )
    last = pl.when(pl.col("EXENDTC").is_null() & (pl.col("EVERY") == ONCE)).then("FIRST").otherwise(last_day("EXENDTC"))
    whole = precision("EXSTDTC").is_null() & precision("EXENDTC").is_null()
    known = pl.all_horizontal(pl.col(name).is_not_null() for name in ("FIRST", "LAST", "EXDOSE", "UNIT"))
    held = (pl.col("EXDOSE") == 0) & ~pl.col("GIVEN")
    possible = (pl.col("LAST") >= pl.col("FIRST")) & pl.col("TIMES").is_not_null() & (pl.col("EXDOSE") >= 0)
    countable = held | (whole & known & possible)
    done = read.with_columns(last.alias("LAST")).with_columns(countable.fill_null(False).alias("COUNTABLE"))
    return done, join_findings(converted, _check(done.drop("_FREQUENCY")))


def _in_one_unit(records: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return the records with the doses of each drug in one unit of mass, and findings about those converted.

    Doses per area stay doses per area; a unit that is no mass stays as it is.

    >>> records = pl.DataFrame({"STUDYID": "S", "DRUG": "X", "NAME": "X", "UNIT": ["mg", "mg", "g", "tablet"],
    ...     "EXDOSE": [500.0, 250.0, 0.35, 2.0]})
    >>> _in_one_unit(records)[0].select("EXDOSE", "UNIT").rows()
    [(500.0, 'mg'), (250.0, 'mg'), (350.0, 'mg'), (2.0, 'tablet')]
    """
    area = pl.col("UNIT").str.ends_with(PER_AREA)
    rows = records.with_columns(area.alias("_AREA"), pl.col("UNIT").str.strip_suffix(PER_AREA).alias("_MASS"))
    drug = ["STUDYID", "NAME", "_AREA"]
    masses = rows.filter(pl.col("_MASS").is_in(list(MASSES)))
    usual = masses.group_by(drug).agg(pl.col("_MASS").mode().sort().first().alias("_USUAL"))
    rows = rows.join(usual, on=drug, how="left", maintain_order="left")
    factor = _mass(pl.col("_MASS")) / _mass(pl.col("_USUAL"))
    other = (factor != 1).fill_null(False)
    suffix = pl.when("_AREA").then(pl.lit(PER_AREA)).otherwise(pl.lit(""))
    done = rows.with_columns(
        pl.when(other).then((pl.col("EXDOSE") * factor).round_sig_figs(DIGITS)).otherwise("EXDOSE").alias("EXDOSE"),
        pl.when(other).then(pl.col("_USUAL") + suffix).otherwise("UNIT").alias("UNIT"),
        pl.when(other).then("UNIT").alias("_FROM"),
    )
    groups = done.filter(pl.col("_FROM").is_not_null()).group_by("STUDYID", "DRUG", "_FROM", "UNIT").len("COUNT")
    groups = groups.sort("STUDYID", "DRUG", "_FROM")
    value = pl.concat_str("DRUG", "_FROM", "UNIT", separator=", ")
    found = findings("TL-L09", groups, "EX", variable="EXDOSU", value=value)
    found = found.with_columns(groups["COUNT"].cast(pl.Int64))
    return done.drop("_AREA", "_MASS", "_USUAL", "_FROM"), join_findings(found)


def _unit(column: pl.Expr) -> pl.Expr:
    text = column.str.to_lowercase().str.replace_all(" ", "", literal=True)
    for before, after in (("²", "2"), ("^", ""), ("μg", "ug"), ("mcg", "ug")):
        text = text.str.replace_all(before, after, literal=True)
    return text


def _frequency(place: int) -> pl.Expr:
    """Return the doses on a dosing day (0), or the days from one such day to the next (1)."""
    known = {name: pair[place] for name, pair in FREQUENCIES.items()}
    return pl.col("_FREQUENCY").replace_strict(known, default=None, return_dtype=pl.Int64)


def _check(records: pl.DataFrame) -> pl.DataFrame:
    lost = records.filter(~pl.col("COUNTABLE"))
    texts = [
        pl.col(name).cast(pl.String).fill_null("?") for name in ("EXDOSE", "EXDOSU", "EXDOSFRQ", "EXSTDTC", "EXENDTC")
    ]
    message = pl.format("{} {} {}, {} to {}: cannot be counted", *texts)
    told = findings("TL-L62", lost, "EX", variable="EXDOSE", value=pl.col("DRUG"), message=message, record=RECORD)
    return join_findings(told)


def dosing_days(records: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return the days on which each drug was given, with amounts, and findings: DRUG, DAY, AMOUNT (that day), RECS.

    Records that share a day add up, which is a finding.
    """
    given = records.filter(pl.col("COUNTABLE") & pl.col("GIVEN"))
    step = pl.when(pl.col("EVERY") == ONCE).then(pl.lit(10**6)).otherwise("EVERY")
    days = pl.int_ranges(0, (pl.col("LAST") - pl.col("FIRST")).dt.total_days() + 1, step)
    spread = given.with_columns(days.alias("_N")).explode("_N")
    dated = spread.select(
        *DRUG,
        "EXSEQ",
        "REC",
        (pl.col("FIRST") + pl.duration(days=pl.col("_N"))).alias("DAY"),
        (pl.col("EXDOSE") * pl.col("TIMES")).alias("AMOUNT"),
    )
    shared = dated.filter(pl.struct(*DRUG, "DAY").is_duplicated()).unique([*DRUG, "REC"], maintain_order=True)
    told = findings("TL-L64", shared, "EX", variable="EXSTDTC", value=pl.col("DRUG"), record=RECORD)
    rows = dated.group_by(*DRUG, "DAY").agg(pl.col("AMOUNT").sum(), pl.col("REC").alias("RECS"))
    return rows.sort(*DRUG, "DAY"), join_findings(told)


def body_surface(vs: pl.DataFrame, adsl: pl.DataFrame) -> pl.DataFrame:
    """Return the body surface of each subject before the first dose: BSA [m2], as measured or from height and weight.

    Mosteller: the square root of height [cm] times weight [kg] over 3600 (doi:10.1056/NEJM198710223171717). The last
    value up to the day of the first dose counts; other units are not used.
    """
    units = {"BSA": "m2", "HEIGHT": "cm", "WEIGHT": "kg"}
    rows = vs.join(adsl.select(*KEYS, "TRTSDT"), on=KEYS).with_columns(first_day("VSDTC").alias("DAY"))
    fits = pl.any_horizontal(
        (pl.col("VSTESTCD") == name) & (_unit(pl.col("VSSTRESU")) == expected) for name, expected in units.items()
    )
    rows = rows.filter(fits & (pl.col("DAY") <= pl.col("TRTSDT")) & pl.col("VSSTRESN").is_not_null()).sort(
        "DAY", "VSSEQ"
    )
    values = rows.group_by(KEYS).agg(
        pl.col("VSSTRESN").filter(pl.col("VSTESTCD") == name).last().alias(name) for name in units
    )
    mosteller = (pl.col("HEIGHT") * pl.col("WEIGHT") / 3600).sqrt()
    return values.select(*KEYS, pl.coalesce("BSA", mosteller).alias("BSA")).drop_nulls()


def planned(drugs: pl.DataFrame, plan: pl.DataFrame, surface: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return the drugs of each subject with their plan in the unit in which they were given, and findings.

    `drugs` has one row per subject and drug with NAME, ARMCD and UNIT. A drug is planned by the subject's arm, else by
    the only plan that any arm has for it. A plan in mg/m2 for a dose in mg is multiplied by the body surface.
    """
    anywhere = plan.unique("NAME", keep="none").drop("ARMCD")
    own = drugs.join(plan, on=["ARMCD", "NAME"], how="left", suffix="_P", maintain_order="left")
    other = drugs.join(anywhere, on="NAME", how="left", suffix="_P", maintain_order="left")
    names = ["PLAN", "UNIT_P", "DAYS", "LENGTH"]
    rows = own.with_columns(pl.coalesce(name, other[name]).alias(name) for name in names)
    rows = rows.join(surface, on=KEYS, how="left", maintain_order="left")
    rows = rows.with_columns(_plan_in_unit().alias("PLANNED"))
    strange = rows.filter(pl.col("PLAN").is_null() & ~pl.col("NAME").str.contains(PLACEBO))
    differ = rows.filter(pl.col("PLAN").is_not_null() & pl.col("PLANNED").is_null() & pl.col("UNIT").is_not_null())
    text = pl.format("the protocol plans {}", "UNIT_P")
    unknown = strange.unique("NAME", maintain_order=True).drop("USUBJID")
    found = join_findings(
        findings("TL-L61", unknown, "EX", variable="EXTRT", value=pl.col("DRUG")),
        findings("TL-L63", differ, "EX", variable="EXDOSU", value=pl.col("UNIT"), message=text),
    )
    return rows.with_columns(pl.col("PLANNED").alias("PLAN")).drop("PLANNED", "UNIT_P", "BSA"), found


def _plan_in_unit() -> pl.Expr:
    """Return the planned dose of a day in the unit in which the drug was given; missing where that cannot be known."""
    per_area = pl.col("UNIT_P").str.ends_with(PER_AREA) & ~pl.col("UNIT").str.ends_with(PER_AREA)
    mass = _mass(pl.col("UNIT_P").str.strip_suffix(PER_AREA)) / _mass(pl.col("UNIT").str.strip_suffix(PER_AREA))
    same_kind = pl.col("UNIT_P").str.ends_with(PER_AREA) == pl.col("UNIT").str.ends_with(PER_AREA)
    return (
        pl.when(pl.col("UNIT") == pl.col("UNIT_P"))
        .then("PLAN")
        .when(per_area)
        .then(pl.col("PLAN") * mass * pl.col("BSA"))
        .when(same_kind)
        .then(pl.col("PLAN") * mass)
    )


def _mass(text: pl.Expr) -> pl.Expr:
    return text.replace_strict(MASSES, default=None, return_dtype=pl.Float64)


def arm_codes(adsl: pl.DataFrame) -> pl.DataFrame:
    """Return the code of the arm in which each subject was treated."""
    names: Iterable[str] = [name for name in ("ACTARMCD", "ARMCD") if name in adsl.columns]
    return adsl.select(*KEYS, pl.coalesce(names).alias("ARMCD"))
