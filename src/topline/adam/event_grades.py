"""Grade, causality, action and outcome of an adverse event, read from what was recorded."""

import polars as pl

from topline.tables.findings import findings, join_findings
from topline.tables.sdtm_events import ACTIONS as KNOWN_ACTIONS

SEVERITY = {"MILD": 1, "MODERATE": 2, "SEVERE": 3}
"""Severity as a grade: what has no grade is analysed by it, which a note says."""

NOT_RELATED = ("NOT RELATED", "UNRELATED", "NONE", "N", "NO", "UNLIKELY", "UNLIKELY RELATED", "REMOTE", "NOT SUSPECTED")
RELATED = (
    "RELATED", "Y", "YES", "POSSIBLE", "POSSIBLY RELATED", "PROBABLE", "PROBABLY RELATED", "DEFINITE",
    "DEFINITELY RELATED", "CERTAIN", "LIKELY", "LIKELY RELATED", "SUSPECTED",
)  # fmt: skip
ACTIONS = {"DISCFL": "DRUG WITHDRAWN", "REDFL": "DOSE REDUCED", "INTFL": "DRUG INTERRUPTED"}
MULTIPLE = "MULTIPLE"
"""What SDTM writes where each drug has its own value, in SUPPAE under AEACN1, AEREL1 and so on."""

FATAL = "FATAL"
NOT_SAID = ("", "UNKNOWN")
"""Outcomes that do not contradict a grade."""

KEYS = ("STUDYID", "USUBJID", "AESEQ")
RECORD = pl.format("AESEQ {}", "AESEQ")


def graded(events: pl.DataFrame, version: str) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return the events with ATOXGRN, ATOXGSRC, ATOXVER and FATALFL, and findings.

    The grade is the one that was recorded, 1 to 5. Without one, severity stands for it: mild 1, moderate 2, severe 3.
    A fatal outcome is grade 5. A grade that is none is missing: it is never guessed. The version of the criteria
    travels with recorded grades only.

    >>> events = pl.DataFrame({"AETOXGR": ["3", None, "6"], "AESEV": ["MILD", "SEVERE", None], "AEOUT": [None] * 3,
    ...                        "AESDTH": [None] * 3, "AESEQ": [1, 2, 3]}, schema_overrides={"AEOUT": pl.String,
    ...                        "AESDTH": pl.String})
    >>> graded(events, "CTCAE 5.0")[0].select("ATOXGRN", "ATOXGSRC", "ATOXVER").rows()
    [(3, 'AETOXGR', 'CTCAE 5.0'), (3, 'AESEV', None), (None, None, None)]
    """
    recorded = pl.col("AETOXGR").str.to_uppercase().str.extract(r"^\s*(?:GRADE\s*)?([1-5])(?:\.0*)?\s*$")
    severity = pl.col("AESEV").str.to_uppercase().str.strip_chars().replace_strict(SEVERITY, default=None)
    fatal = _is(pl.col("AEOUT"), FATAL) | _is(pl.col("AESDTH"), "Y")
    read = events.with_columns(
        recorded.cast(pl.Int64).alias("_GRADE"),
        pl.when(pl.col("AETOXGR").is_null()).then(severity.cast(pl.Int64)).alias("_SEVERITY"),
        fatal.alias("_FATAL"),
    )
    source = (
        pl.when(pl.col("_GRADE").is_not_null() & ~(pl.col("_FATAL") & (pl.col("_GRADE") < 5)))
        .then(pl.lit("AETOXGR"))
        .when(pl.col("_FATAL"))
        .then(pl.lit("AEOUT"))
        .when(pl.col("_SEVERITY").is_not_null())
        .then(pl.lit("AESEV"))
    )
    grade = pl.when("_FATAL").then(pl.lit(5, pl.Int64)).otherwise(pl.coalesce("_GRADE", "_SEVERITY"))
    done = read.with_columns(grade.alias("ATOXGRN"), source.alias("ATOXGSRC")).with_columns(
        pl.when(pl.col("ATOXGSRC") == "AETOXGR").then(pl.lit(version)).alias("ATOXVER"),
        pl.when(pl.col("_FATAL") | (pl.col("ATOXGRN") == 5)).then(pl.lit("Y")).alias("FATALFL"),
    )
    return done.drop("_GRADE", "_SEVERITY", "_FATAL"), _grade_findings(done)


def _is(value: pl.Expr, text: str) -> pl.Expr:
    return (value.str.to_uppercase().str.strip_chars() == text).fill_null(False)


def _grade_findings(events: pl.DataFrame) -> pl.DataFrame:
    wrong = events.filter(pl.col("AETOXGR").is_not_null() & pl.col("_GRADE").is_null())
    alone = events.filter(pl.col("ATOXGRN").is_null() & pl.col("AETOXGR").is_null())
    count = events.filter(pl.col("ATOXGSRC") == "AESEV").height
    mapped = pl.DataFrame({"N": [count] if count else []})
    milder = events.filter(pl.col("_FATAL") & (pl.col("_GRADE") < 5))
    outcome = pl.col("AEOUT").fill_null("").str.to_uppercase().str.strip_chars()
    survived = events.filter((pl.col("_GRADE") == 5) & ~pl.col("_FATAL") & ~outcome.is_in(NOT_SAID))
    ended = pl.format("the outcome is {}; the event is analysed as fatal", "AEOUT")
    note = f"{count:,} events without grade are analysed by severity: mild 1, moderate 2, severe 3"
    return join_findings(
        findings("TL-L41", wrong, "AE", variable="AETOXGR", value=pl.col("AETOXGR"), record=RECORD),
        findings("TL-L45", alone, "AE", variable="AETOXGR", record=RECORD, message="neither grade nor severity"),
        findings("TL-L46", mapped, "AE", variable="AESEV", message=note),
        findings("TL-L43", milder, "AE", variable="AETOXGR", value=pl.col("AETOXGR"), record=RECORD),
        findings("TL-L54", survived, "AE", variable="AETOXGR", value=pl.col("AETOXGR"), record=RECORD, message=ended),
    )


def attributed(events: pl.DataFrame, supplement: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return the events with AREL, DISCFL, REDFL and INTFL, and findings about causality and action that are not clear.

    An event counts as related when it is related to any drug; causality that is missing or unknown counts as related.
    An action that is not a code of the standard counts as none. Where SDTM says MULTIPLE, the values per drug are those
    of SUPPAE.

    >>> events = pl.DataFrame({"STUDYID": "S", "USUBJID": "1", "AESEQ": [1, 2], "AEREL": ["UNLIKELY", None],
    ...                        "AEACN": ["DRUG WITHDRAWN", None]})
    >>> attributed(events, pl.DataFrame())[0].select("AREL", "DISCFL", "REDFL").rows()
    [('NOT RELATED', 'Y', None), ('RELATED', None, None)]
    """
    wide = events
    for name in ("AEREL", "AEACN"):
        wide = wide.join(_per_drug(supplement, name), on=KEYS, how="left", maintain_order="left")
    relation = _values("AEREL")
    no = relation.list.len().gt(0) & relation.list.eval(pl.element().is_in(NOT_RELATED)).list.all()
    clear = relation.list.eval(pl.element().is_in(RELATED)).list.any() | no
    action = _values("AEACN")
    done = wide.with_columns(
        pl.when(no).then(pl.lit("NOT RELATED")).otherwise(pl.lit("RELATED")).alias("AREL"),
        clear.alias("_CLEAR"),
        action.list.eval(pl.element().is_in(KNOWN_ACTIONS)).list.all().alias("_KNOWN"),
        *(pl.when(action.list.contains(text)).then(pl.lit("Y")).alias(flag) for flag, text in ACTIONS.items()),
    )
    doubt = done.filter(~pl.col("_CLEAR"))
    strange = done.filter(~pl.col("_KNOWN"))
    found = join_findings(
        findings("TL-L47", doubt, "AE", variable="AEREL", value=pl.col("AEREL").fill_null(""), record=RECORD),
        findings("TL-L55", strange, "AE", variable="AEACN", value=pl.col("AEACN").fill_null(""), record=RECORD),
    )
    return done.drop("_CLEAR", "_KNOWN", "_AEREL", "_AEACN"), found


def _values(name: str) -> pl.Expr:
    """Return the values of an event for all drugs: its own, split at semicolons, and those of the supplement."""
    own = pl.when(~_is(pl.col(name), MULTIPLE)).then(pl.col(name)).fill_null("").str.to_uppercase().str.split(";")
    every = pl.concat_list(own, pl.col(f"_{name}").fill_null([]))
    return every.list.eval(pl.element().str.strip_chars()).list.eval(pl.element().filter(pl.element() != ""))


def _per_drug(supplement: pl.DataFrame, name: str) -> pl.DataFrame:
    """Return the values per drug of a variable, as lists by event, from the supplement of AE."""
    keyed = {"STUDYID", "USUBJID", "QNAM", "QVAL", "IDVAR", "IDVARVAL"}
    if not keyed <= set(supplement.columns):
        return pl.DataFrame(
            schema={**dict.fromkeys(KEYS[:2], pl.String), "AESEQ": pl.Int64, f"_{name}": pl.List(pl.String)}
        )
    mine = supplement.filter(pl.col("QNAM").str.contains(f"^{name}[0-9A-Z]+$") & (pl.col("IDVAR") == "AESEQ"))
    sequence = pl.col("IDVARVAL").cast(pl.Float64, strict=False).cast(pl.Int64, strict=False).alias("AESEQ")
    return mine.group_by(*KEYS[:2], sequence, maintain_order=True).agg(
        pl.col("QVAL").str.to_uppercase().drop_nulls().alias(f"_{name}")
    )
