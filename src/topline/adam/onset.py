"""ADAETTE: for each treated subject and kind of adverse event, when the first one came, how many, and the worst grade.

A row stands for every treated subject, with or without the event: what is counted, rated or drawn over time has its
denominator here.
"""

from collections.abc import Iterable
from dataclasses import dataclass

import polars as pl

from topline.adam.safety import Treatment
from topline.adam.safety_groups import Group, groups_of
from topline.adam.treatment_period import SafetyRules
from topline.tables.adam_safety import ADAETTE

KEYS = ["STUDYID", "USUBJID"]
PARAMETER = ["PARAMCD", "PARAM", "PARCAT1", "PARCAT2", "AESIGRP", "AEBODSYS", "AEDECOD"]
EVENT, CENSORED, DIED, ENDED = 0, 1, 2, 3
"""CNSR: the event; the end of observation; death; the end of the time after treatment in which events count."""


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of adverse events: its code, what it is called, the condition over ADAE that selects it.

    `needs` are the variables of SDTM that the condition rests on: where no event has a value of one, nothing is known
    of the kind.
    """

    code: str
    label: str
    where: str = ""
    needs: tuple[str, ...] = ()

    def of(self, events: pl.DataFrame) -> pl.DataFrame:
        """Return the events of this kind; a condition that is unknown does not select."""
        return events.filter(pl.sql_expr(self.where)) if self.where else events


KINDS: dict[str, Kind] = {
    "ALL": Kind("TEAE", "Any Adverse Event"),
    "GRADE 3-5": Kind("TEG3", "Adverse Event of Grade 3 or Higher", "ATOXGRN >= 3"),
    "SERIOUS": Kind("TESER", "Serious Adverse Event", "AESER = 'Y'", ("AESER",)),
    "RELATED": Kind("TEREL", "Related Adverse Event", "AREL = 'RELATED'", ("AEREL",)),
    "RELATED GRADE 3-5": Kind("TERELG3", "Related, Grade 3 or Higher", "AREL = 'RELATED' AND ATOXGRN >= 3", ("AEREL",)),
    "RELATED SERIOUS": Kind(
        "TERELSER", "Related Serious Adverse Event", "AREL = 'RELATED' AND AESER = 'Y'", ("AEREL", "AESER")
    ),
    "WITHDRAWAL": Kind("TEDISC", "Led to Withdrawal of a Drug", "DISCFL = 'Y'", ("AEACN",)),
    "REDUCTION": Kind("TERED", "Led to Reduction of a Dose", "REDFL = 'Y'", ("AEACN",)),
    "INTERRUPTION": Kind("TEINT", "Led to Interruption of a Drug", "INTFL = 'Y'", ("AEACN",)),
    "FATAL": Kind("TEFATAL", "Fatal Adverse Event", "FATALFL = 'Y'"),
    "RELATED FATAL": Kind("TERELFAT", "Related Fatal Adverse Event", "AREL = 'RELATED' AND FATALFL = 'Y'", ("AEREL",)),
    "SPECIAL INTEREST": Kind("TEAESI", "Adverse Event of Special Interest", "AESIFL = 'Y'"),
}
"""The kinds of adverse events that an overview counts; all of them are treatment-emergent."""

BY_GROUP = ("ALL", "GRADE 3-5", "SERIOUS")
BY_TERM = ("ALL", "RELATED", "SERIOUS", "WITHDRAWAL", "FATAL")
"""The kinds that are counted within groups of special interest, and by class and term where they occur."""


def derive_onset(adae: pl.DataFrame, treatment: Treatment, rules: SafetyRules, *, terms: bool = True) -> pl.DataFrame:
    """Return ADAETTE.

    AVAL is the time from the first dose to the first event [days, the first dose is day 1], else to the end of
    observation. CNSR says how it ended: 0 the event, 1 last contact, 2 death, 3 the end of the time after treatment in
    which events count (treatment over, or a new therapy where that ends it). NEVENTS counts the events, RISKDAYS the
    days in which they could be counted, WORSTGR is the worst grade. `terms` also makes rows by class and term. A kind
    whose variable was never recorded has no rows: nobody asked, which is not the same as nobody had.
    """
    known = {name: kind for name, kind in KINDS.items() if _is_recorded(adae, kind)}
    emergent = adae.filter(pl.col("TRTEMFL") == "Y")
    groups = groups_of(rules.drugs)
    parts = [*_overall(emergent, known), *_by_group(emergent, groups, known)]
    parts += _by_term(emergent, known) if terms else []
    hits = pl.concat(each.hits for each in parts)
    parameters = pl.concat(each.parameters for each in parts)
    subjects = _observed(treatment.periods, emergent, rules)
    rows = subjects.join(parameters.with_row_index("ORDER"), how="cross")
    rows = rows.join(_per_subject(hits), on=[*KEYS, "PARAMCD"], how="left", maintain_order="left")
    rows = _timed(rows).sort(*KEYS, "ORDER")
    return ADAETTE.select(rows.with_columns(pl.int_range(1, pl.len() + 1).over(KEYS).alias("ASEQ")))


def _is_recorded(adae: pl.DataFrame, kind: Kind) -> bool:
    return adae.is_empty() or all(adae[name].null_count() < adae.height for name in kind.needs)


@dataclass(frozen=True, slots=True)
class Part:
    """Parameters, and the events that belong to them."""

    parameters: pl.DataFrame
    hits: pl.DataFrame


def _parameters(rows: Iterable[tuple[str | None, ...]]) -> pl.DataFrame:
    return pl.DataFrame(list(rows), schema=dict.fromkeys(PARAMETER, pl.String), orient="row")


def _overall(emergent: pl.DataFrame, known: dict[str, Kind]) -> list[Part]:
    return [
        _part(emergent, kind, (kind.code, kind.label, "OVERALL", name, None, None, None))
        for name, kind in known.items()
    ]


def _by_group(emergent: pl.DataFrame, groups: Iterable[Group], known: dict[str, Kind]) -> list[Part]:
    """Return the parameters of each group of special interest, also of those that no event belongs to."""
    return [
        _part(
            emergent.filter(pl.col("AESIGRPS").list.contains(group.name)),
            KINDS[name],
            (f"SI{place:02d}{letter}", f"{group.name}: {KINDS[name].label}", "GROUP", name, group.name, None, None),
        )
        for place, group in enumerate(groups, start=1)
        for name, letter in zip(BY_GROUP, "AGS", strict=True)
        if name in known
    ]


def _part(events: pl.DataFrame, kind: Kind, parameter: tuple[str | None, ...]) -> Part:
    mine = kind.of(events).with_columns(pl.lit(parameter[0]).alias("PARAMCD"))
    return Part(_parameters([parameter]), _hits(mine))


def _hits(events: pl.DataFrame) -> pl.DataFrame:
    return events.select(*KEYS, "PARAMCD", "ASTDT", "ASTDTF", "ATOXGRN", "AESEQ")


def _by_term(emergent: pl.DataFrame, known: dict[str, Kind]) -> list[Part]:
    """Return the parameters of each class and each term that occur, by kind."""
    parts = []
    for name, letter in zip(BY_TERM, "ARSWF", strict=True):
        if name not in known:
            continue
        events = KINDS[name].of(emergent)
        for level, columns in (("CLASS", ["AEBODSYS"]), ("TERM", ["AEBODSYS", "AEDECOD"])):
            parts.append(_level(events, level, columns, (name, letter)))
    return parts


def _level(events: pl.DataFrame, level: str, columns: list[str], kind: tuple[str, str]) -> Part:
    found = events.select(columns).unique().sort(columns).with_row_index("N", offset=1)
    code = pl.format("{}{}{}", pl.lit(level[0]), pl.col("N").cast(pl.String).str.zfill(4), pl.lit(kind[1]))
    text = pl.format("{}: {}", columns[-1], pl.lit(KINDS[kind[0]].label))
    named = found.with_columns(
        code.alias("PARAMCD"), text.alias("PARAM"), pl.lit(level).alias("PARCAT1"), pl.lit(kind[0]).alias("PARCAT2")
    )
    lacking = [pl.lit(None, pl.String).alias(name) for name in PARAMETER if name not in named.columns]
    parameters = named.with_columns(lacking).select(PARAMETER)
    return Part(parameters, _hits(events.join(named.select(*columns, "PARAMCD"), on=columns, maintain_order="left")))


def _per_subject(hits: pl.DataFrame) -> pl.DataFrame:
    """Return first onset, number and worst grade of the events of each subject and parameter."""
    ordered = hits.sort("ASTDT", "AESEQ")
    return ordered.group_by(*KEYS, "PARAMCD", maintain_order=True).agg(
        pl.col("ASTDT").first(),
        pl.col("ASTDTF").first(),
        pl.col("AESEQ").first(),
        pl.len().cast(pl.Int64).alias("NEVENTS"),
        pl.col("ATOXGRN").max().alias("WORSTGR"),
        pl.format("AE {}", "AESEQ").alias("EVENTS"),
    )


def _observed(periods: pl.DataFrame, emergent: pl.DataFrame, rules: SafetyRules) -> pl.DataFrame:
    """Return the treated subjects with the day on which their observation ended (END), and how (WHY).

    It ends with death, the time in which events count, or the last contact, whichever is first; an event that is dated
    later still counts, and then it ended with that.
    """
    treated = periods.filter((pl.col("TRTFL") == "Y") & pl.col("TRTSDT").is_not_null())
    latest = emergent.group_by(KEYS).agg(pl.col("ASTDT").max().alias("LATEST"))
    rows = treated.join(latest, on=KEYS, how="left", maintain_order="left")
    contact = pl.when(pl.col("DTHDT").is_null()).then(pl.max_horizontal("LSTALVDT", "LASTDOSE", "TRTSDT"))
    first = pl.max_horizontal(pl.min_horizontal("DTHDT", "UNTIL", contact), "TRTSDT")
    over = pl.col("EOTSTT").is_not_null() | (rules.new_therapy == "ends") & pl.col("NEWTXDT").is_not_null()
    why = (
        pl.when(pl.col("DTHDT") <= first)
        .then(DIED)
        .when((pl.col("UNTIL") <= first) & over)
        .then(ENDED)
        .otherwise(CENSORED)
    )
    return rows.with_columns(first.alias("_END"), why.alias("WHY")).with_columns(
        pl.max_horizontal("_END", "LATEST").alias("END")
    )


TEXTS = {EVENT: "Adverse Event", CENSORED: "Last Contact", DIED: "Death", ENDED: "End of Time in which Events Count"}
PLACES = {CENSORED: "LSTALVDT", DIED: "DTHDT", ENDED: "TRTEDT"}


def _timed(rows: pl.DataFrame) -> pl.DataFrame:
    """Return the rows with time, censoring, counts, and what they rest on."""
    happened = pl.col("ASTDT").is_not_null()
    code = pl.when(happened).then(EVENT).otherwise("WHY")
    end = pl.when(happened).then("ASTDT").otherwise("END")
    dosing = pl.col("SRCRECS").list.eval(pl.element().filter(pl.element().str.starts_with("EX ")))
    behind = pl.when(pl.col("WHY") == ENDED).then(dosing).otherwise(pl.col("SRCRECS"))
    done = rows.with_columns(code.cast(pl.Int64).alias("CNSR"), end.alias("ADT"), pl.col("TRTSDT").alias("STARTDT"))
    return done.with_columns(
        pl.when(happened).then("ASTDTF").alias("ADTF"),
        _days("ADT").alias("AVAL"),
        pl.lit("DAYS").alias("AVALU"),
        pl.col("CNSR").replace_strict(TEXTS, return_dtype=pl.String).alias("EVNTDESC"),
        pl.col("NEVENTS").fill_null(0),
        _days("END").alias("RISKDAYS"),
        pl.when(happened).then(pl.lit("AE")).otherwise(pl.lit("ADSL")).alias("SRCDOM"),
        pl.when(happened)
        .then(pl.lit("AESTDTC"))
        .otherwise(pl.col("CNSR").replace_strict(PLACES, default=None, return_dtype=pl.String))
        .alias("SRCVAR"),
        pl.col("AESEQ").alias("SRCSEQ"),
        pl.when(happened).then("EVENTS").otherwise(behind).alias("SRCRECS"),
    )


def _days(column: str) -> pl.Expr:
    return (pl.col(column) - pl.col("TRTSDT")).dt.total_days() + 1
