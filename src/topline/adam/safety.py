"""ADAE: one row per adverse event, treatment-emergent by the protocol's rule, graded, coded, grouped and flagged."""

from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from topline.adam.coding import code_terms
from topline.adam.emergence import emergent
from topline.adam.event_dates import dated
from topline.adam.event_grades import FATAL, RECORD, attributed, graded
from topline.adam.safety_groups import groups_of, with_groups
from topline.adam.subject import domain
from topline.adam.treatment_period import SafetyRules, treatment_cycles, treatment_periods
from topline.tables.adam_safety import ADAE
from topline.tables.findings import findings, join_findings

Tables = Mapping[str, pl.DataFrame]

KEYS = ["STUDYID", "USUBJID"]
SUBJECT = ["TRTSDT", "LASTDOSE", "UNTIL", "ARMCD", "ARM", "DTHDT", "DTHFL", "EOSDT"]
FAILED = "(?i)SCRNFAIL|SCREEN FAIL"
"""What the arm of a subject is called who failed screening and was never to be treated."""
IDENTICAL = [*KEYS, "AETERM", "ATOXGRN", "AESTDTC", "AEENDTC"]
RECORDED = ("AESER", "AEACN", "AEREL", "AEOUT")
"""What is asked of every event."""
CRITERIA = ("AESDTH", "AESLIFE", "AESHOSP", "AESDISAB", "AESCONG", "AESMIE")
"""What makes an event serious."""
OCCURRENCES = {
    "AOCCFL": ([], False),
    "AOCCSFL": (["AEBODSYS"], False),
    "AOCCPFL": (["AEBODSYS", "AEDECOD"], False),
    "AOCCIFL": ([], True),
    "AOCCSIFL": (["AEBODSYS"], True),
    "AOCCPIFL": (["AEBODSYS", "AEDECOD"], True),
}
"""Flags of one treatment-emergent event per subject and group: the first one, or the first one of the worst grade."""


@dataclass(frozen=True, slots=True)
class Treatment:
    """What adverse events are compared with: when subjects were treated, and their cycles."""

    periods: pl.DataFrame
    cycles: pl.DataFrame


def derive_treatment(tables: Tables, adsl: pl.DataFrame, rules: SafetyRules) -> Treatment:
    """Return when each subject was treated, and in which cycles."""
    ex = domain(tables, "EX")
    periods = treatment_periods(adsl, ex, rules)
    return Treatment(periods, treatment_cycles(ex, periods, rules.cycle_days))


def derive_adverse_events(
    tables: Tables, treatment: Treatment, rules: SafetyRules, dictionary: pl.DataFrame | None = None
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return ADAE and findings.

    Every event of a subject of ADSL has a row; which of them count is said by TRTEMFL. `dictionary` codes reported
    terms (columns term, decod, bodsys), see `code_terms`; the groups of special interest are those of the drugs.
    """
    events = domain(tables, "AE").join(
        treatment.periods.select(*KEYS, *SUBJECT), on=KEYS, how="inner", maintain_order="left"
    )
    coded, found_terms = code_terms(events, dictionary)
    marked, found_grades = graded(coded, rules.version)
    caused, found_causes = attributed(marked, tables.get("SUPPAE", pl.DataFrame()))
    judged = emergent(dated(caused))
    grouped = with_groups(_placed(judged, treatment.cycles), groups_of(rules.drugs))
    rows = _sourced(_flagged(grouped)).sort(*KEYS, "ASTDT", "AESEQ", nulls_last=True)
    rows = rows.with_columns(pl.int_range(1, pl.len() + 1).over(KEYS).alias("ASEQ"))
    found = join_findings(found_terms, found_grades, found_causes, _check(judged), *_unrecorded(judged))
    return ADAE.select(rows), found


def _placed(events: pl.DataFrame, cycles: pl.DataFrame) -> pl.DataFrame:
    """Return the events with their phase and the cycle in which they started; after the last cycle there is none."""
    start = pl.col("ASTDT")
    phase = (
        pl.when(start < pl.col("TRTSDT"))
        .then(pl.lit("BEFORE TREATMENT"))
        .when(start <= pl.col("LASTDOSE"))
        .then(pl.lit("ON TREATMENT"))
        .when(start.is_not_null() & pl.col("TRTSDT").is_not_null())
        .then(pl.lit("FOLLOW-UP"))
    )
    rows = events.with_row_index("_ROW").with_columns(phase.alias("APHASE")).sort("ASTDT", nulls_last=True)
    known = cycles.select(*KEYS, "ACYCLE", "CYCSDT", "CYCEDT").sort("CYCSDT")
    joined = rows.join_asof(
        known, left_on="ASTDT", right_on="CYCSDT", by=KEYS, strategy="backward", check_sortedness=False
    )
    return joined.with_columns(pl.when(start <= pl.col("CYCEDT")).then("ACYCLE").alias("ACYCLE")).sort("_ROW")


def _flagged(events: pl.DataFrame) -> pl.DataFrame:
    """Return the events with the occurrence flags, which only treatment-emergent events have."""
    flags = [_first(group, worst=worst).alias(flag) for flag, (group, worst) in OCCURRENCES.items()]
    return events.with_columns(flags)


def _first(group: list[str], *, worst: bool) -> pl.Expr:
    """Return Y for the first treatment-emergent event of each subject and group, of the worst grade if so asked."""
    counts = pl.col("TRTEMFL") == "Y"
    order = [pl.when(counts).then(0).otherwise(1)]
    if worst:
        order.append(-pl.col("ATOXGRN").fill_null(0))
    rank = pl.struct(*(each.alias(f"k{place}") for place, each in enumerate(order)), "ASTDT", "AESEQ").rank("ordinal")
    return pl.when(counts & (rank.over([*KEYS, *group]) == 1)).then(pl.lit("Y"))


def _sourced(events: pl.DataFrame) -> pl.DataFrame:
    record = pl.format("AE {}", "AESEQ")
    return events.with_columns(
        pl.lit("AE").alias("SRCDOM"),
        pl.lit("AETERM").alias("SRCVAR"),
        pl.col("AESEQ").alias("SRCSEQ"),
        pl.concat_list(record).alias("SRCRECS"),
    )


def _check(events: pl.DataFrame) -> pl.DataFrame:
    """Return the findings about single events and their subjects."""
    alive = pl.col("DTHFL").ne_missing("Y") & pl.col("DTHDT").is_null()
    outcome = pl.col("AEOUT").str.to_uppercase().eq_missing(FATAL)
    undead = events.filter((pl.col("ATOXGRN") == 5) & alive)
    endless = events.filter(pl.col("ASTDTF") == "Y")
    lost = events.filter(pl.col("ASTDT").is_null() & pl.col("TRTSDT").is_not_null())
    arm = pl.concat_str("ARMCD", "ARM", ignore_nulls=True)
    untreated = events.filter(pl.col("TRTSDT").is_null() & (arm != "") & ~arm.str.contains(FAILED))
    twice = events.filter(pl.struct(IDENTICAL).is_duplicated() & pl.col("AETERM").is_not_null())
    serious = [pl.when(pl.col(name) == "Y").then(pl.lit(f"{name} is Y")) for name in CRITERIA]
    why = pl.concat_str(*serious, pl.when(outcome).then(pl.lit(f"AEOUT is {FATAL}")), separator=", ", ignore_nulls=True)
    mild = events.filter(pl.col("AESER").ne_missing("Y") & (why != ""))
    early = pl.format("ended on {}, before the first dose: not treatment-emergent", "AEENDTC")
    return join_findings(
        findings("TL-L42", undead, "AE", variable="AETOXGR", value=_grade_text(outcome), record=RECORD),
        findings("TL-L44", endless, "AE", variable="AESTDTC", value=_text("AESTDTC"), record=RECORD),
        findings("TL-L44", lost, "AE", variable="AESTDTC", value=_text("AESTDTC"), record=RECORD, message=early),
        findings("TL-L48", untreated, "AE", variable="AESTDTC", value=_text("AESTDTC"), record=RECORD),
        findings("TL-L50", twice, "AE", variable="AETERM", value=pl.col("AETERM"), record=RECORD),
        findings("TL-L56", mild, "AE", variable="AESER", value=_text("AESER"), record=RECORD, message=why),
    )


def _unrecorded(events: pl.DataFrame) -> list[pl.DataFrame]:
    """Return one finding for each variable that is asked of every event and that events on treatment lack."""
    found = []
    mine = events.filter(pl.col("TRTEMFL") == "Y")
    for name in RECORDED:
        lacking = mine[name].null_count()
        if lacking:
            every = events[name].null_count() == events.height
            text = f"missing in {'all' if every else 'some'} of {mine.height:,} treatment-emergent events: {lacking:,}"
            found.append(findings("TL-L52", pl.DataFrame({"N": [1]}), "AE", variable=name, message=text))
    return found


def _grade_text(outcome: pl.Expr) -> pl.Expr:
    return pl.when(outcome).then(pl.lit(FATAL)).otherwise(pl.col("AETOXGR").fill_null(""))


def _text(name: str) -> pl.Expr:
    return pl.col(name).fill_null("")
