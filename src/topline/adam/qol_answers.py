"""From QS to forms: what each subject answered on each day, item by item, and what is wrong with the answers.

A form is what a subject answered of one questionnaire on one day. Items are recognised by their CDISC or sponsor's
test code, or by their number (Q1, ITEM31). No record is dropped: what cannot be an answer is a missing item and a
finding.
"""

from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from topline.adam.asked import Asked
from topline.adam.scoring import valid
from topline.tables.dates import last_day, precision
from topline.tables.findings import findings, join_findings

Array = NDArray[np.float64]
KEYS = ("STUDYID", "USUBJID")
NUMBERED = r"^(?:Q|I|ITEM|QUESTION)_?0*([0-9]{1,3})$"
WHOLE_FORM = "QSALL"
NOT_DONE = "NOT DONE"
RECORD = pl.format("QSSEQ {}", "QSSEQ")


@dataclass(frozen=True, slots=True)
class Forms:
    """The forms of one instrument.

    Attributes:
        asked: the instrument.
        forms: one row per form: F (its place), STUDYID, USUBJID, ADT, ADTF, VISIT, RECEIVED (anything was answered).
        answers: possible answers, nan where missing; (form, item).
        records: one row per record of an item: F, ITEM, SEQ.
        recorded: scores that the records hold: F, TESTCD, SCORE, SEQ.
        findings: what is wrong with the records.

    """

    asked: Asked
    forms: pl.DataFrame
    answers: Array
    records: pl.DataFrame
    recorded: pl.DataFrame
    findings: pl.DataFrame


def derive_forms(qs: pl.DataFrame, asked: Asked) -> Forms:
    """Return the forms of an instrument from QS, which has all its declared columns."""
    own = qs.filter(_belongs(asked)).sort(*KEYS, "QSSEQ", maintain_order=True)
    rows, found_codes = _items(_dated(own), asked)
    forms = _forms(rows)
    rows = rows.join(forms.select("F", *KEYS, "ADT"), on=[*KEYS, "ADT"], nulls_equal=True, maintain_order="left")
    rows, found_values = _values(rows, asked)
    answers, found_twice = _answers(rows, forms.height, asked)
    items = rows.filter(pl.col("ITEM").is_not_null()).select("F", "ITEM", pl.col("QSSEQ").alias("SEQ"))
    scores = rows.filter(pl.col("SCALE") & pl.col("NUMBER").is_not_null())
    recorded = scores.select(
        "F", pl.col("QSTESTCD").alias("TESTCD"), pl.col("NUMBER").alias("SCORE"), pl.col("QSSEQ").alias("SEQ")
    )
    found = join_findings(_undated(own), found_codes, found_values, found_twice, _other_versions(qs, asked))
    return Forms(asked, forms, answers, items, recorded, found)


def _category() -> pl.Expr:
    return pl.col("QSCAT").str.to_uppercase().str.strip_chars().str.replace_all(r"\s+", " ")


def _codes(asked: Asked) -> dict[str, int]:
    return {item.testcd: item.number for item in asked.instrument.items if item.testcd}


def _belongs(asked: Asked) -> pl.Expr:
    """Return which records are of the instrument: by QSCAT; without one, by a test code of its own."""
    names = [name.upper() for name in asked.instrument.categories]
    codes = [*_codes(asked), *(scale.testcd for scale in asked.scales if scale.testcd)]
    return _category().is_in(names).fill_null(False) | (pl.col("QSCAT").is_null() & pl.col("QSTESTCD").is_in(codes))


def _other_versions(qs: pl.DataFrame, asked: Asked) -> pl.DataFrame:
    """Return a finding for each category that names the instrument in another version."""
    short = asked.instrument.name.upper().removeprefix("EORTC").strip()
    other = qs.filter(_category().str.contains(short, literal=True) & ~_belongs(asked)).unique(
        "QSCAT", maintain_order=True
    )
    one = other.select(pl.lit("").alias("USUBJID"), "STUDYID", "QSCAT")
    text = f"is not version {asked.instrument.version}; its records are not scored"
    return findings("TL-Q11", one, "QS", variable="QSCAT", value=pl.col("QSCAT"), message=text)


def _dated(own: pl.DataFrame) -> pl.DataFrame:
    """Return the records with ADT and ADTF; one without date takes the last date of its visit."""
    rows = own.with_columns(last_day("QSDTC").alias("ADT"), precision("QSDTC").alias("ADTF"))
    visit = pl.when(pl.col("VISITNUM").is_not_null()).then(pl.col("ADT").max().over(*KEYS, "VISITNUM"))
    return rows.with_columns(pl.coalesce("ADT", visit))


def _undated(own: pl.DataFrame) -> pl.DataFrame:
    """Return one finding per subject and visit whose records lack a whole date."""
    dated = _dated(own).filter(last_day("QSDTC").is_null() | pl.col("ADTF").is_not_null())
    one = dated.unique([*KEYS, "VISITNUM", "QSDTC"], keep="first", maintain_order=True)
    text = (
        pl.when(pl.col("ADT").is_null())
        .then(pl.lit("no date: scored, but at no visit"))
        .otherwise(pl.format("taken as {}", "ADT"))
    )
    return findings("TL-Q06", one, "QS", variable="QSDTC", value=pl.col("QSDTC"), message=text, record=RECORD)


def _items(rows: pl.DataFrame, asked: Asked) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return the records with ITEM (its number, or missing), SCALE (a recorded score), and findings about others."""
    code = pl.col("QSTESTCD").str.to_uppercase().str.strip_chars()
    known = [item.number for item in asked.instrument.items]
    number = code.str.extract(NUMBERED, 1).cast(pl.Int64)
    number = pl.when(number.is_in(known)).then(number)
    scales = [scale.testcd for scale in asked.scales if scale.testcd]
    rows = rows.with_columns(
        pl.coalesce(code.replace_strict(_codes(asked), default=None, return_dtype=pl.Int64), number).alias("ITEM"),
        code.is_in(scales).fill_null(False).alias("SCALE"),
    )
    strange = rows.filter(pl.col("ITEM").is_null() & ~pl.col("SCALE") & (code != WHOLE_FORM).fill_null(True))
    text = f"is neither an item nor a scale of {asked.instrument.name}; it is not used"
    return rows, findings(
        "TL-Q05", strange, "QS", variable="QSTESTCD", value=pl.col("QSTESTCD"), message=text, record=RECORD
    )


def _forms(rows: pl.DataFrame) -> pl.DataFrame:
    """Return one row per subject and day; a form is received when an item of it has any answer."""
    text = pl.coalesce(pl.col("QSSTRESN").cast(pl.String), "QSSTRESC", "QSORRES")
    answered = text.is_not_null() & pl.col("ITEM").is_not_null() & (pl.col("QSSTAT") != NOT_DONE).fill_null(True)
    forms = rows.group_by(*KEYS, "ADT", maintain_order=True).agg(
        pl.col("ADTF").drop_nulls().first(),
        pl.col("VISIT").drop_nulls().first(),
        answered.any().alias("RECEIVED"),
        pl.col("QSSEQ").alias("SEQS"),
    )
    return forms.sort(*KEYS, "ADT", nulls_last=True).with_row_index("F").with_columns(pl.col("F").cast(pl.Int64))


def _values(rows: pl.DataFrame, asked: Asked) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return the records with NUMBER (their number) and VALUE (a possible answer, or missing), and findings.

    An answer of a form that was not done, and one whose number and text differ, is no answer.
    """
    text = pl.coalesce("QSSTRESC", "QSORRES")
    said = pl.col("QSSTRESC").cast(pl.Float64, strict=False)
    number = pl.coalesce("QSSTRESN", text.cast(pl.Float64, strict=False))
    done = (pl.col("QSSTAT") != NOT_DONE).fill_null(True)
    apart = (pl.col("ITEM").is_not_null() & (pl.col("QSSTRESN") != said)).fill_null(False)
    recorded = pl.coalesce("QSORRES", text, pl.col("QSSTRESN").cast(pl.String))
    rows = rows.with_columns(
        pl.when(done & ~apart).then(number).alias("NUMBER"),
        pl.when(apart).then(pl.format("{}, {}", "QSSTRESN", "QSSTRESC")).otherwise(recorded).alias("TEXT"),
        done.alias("DONE"),
    )
    place = {item.number: index for index, item in enumerate(asked.instrument.items)}
    items = rows["ITEM"].replace_strict(place, default=None, return_dtype=pl.Int64)
    numbers = rows["NUMBER"].cast(pl.Float64).to_numpy()
    tried = np.full((rows.height, len(place)), np.nan)
    is_item = items.is_not_null().to_numpy()
    tried[np.flatnonzero(is_item), items.drop_nulls().to_numpy()] = numbers[is_item]
    possible = pl.Series("POSSIBLE", valid(tried, asked).any(axis=1))
    rows = rows.with_columns(items.alias("PLACE"), possible).with_columns(
        pl.when("POSSIBLE").then("NUMBER").alias("VALUE")
    )
    wrong = rows.filter(pl.col("ITEM").is_not_null() & pl.col("TEXT").is_not_null() & ~pl.col("POSSIBLE"))
    reason = pl.when("DONE").then(pl.lit("is no answer to")).otherwise(pl.lit("is recorded as not done for"))
    message = pl.format("{} item {}; the item counts as missing", reason, "ITEM")
    return rows, findings(
        "TL-Q02", wrong, "QS", variable="QSSTRESN", value=pl.col("TEXT"), message=message, record=RECORD
    )


def _answers(rows: pl.DataFrame, forms: int, asked: Asked) -> tuple[Array, pl.DataFrame]:
    """Return the answers (form, item), and findings about items that were answered more than once."""
    items = rows.filter(pl.col("ITEM").is_not_null()).group_by("F", "PLACE", maintain_order=True).agg(
        *(pl.col(name).first() for name in (*KEYS, "ITEM", "ADT", "QSSEQ")),
        pl.col("VALUE").drop_nulls().unique().sort().alias("VALUES"),
        pl.len().alias("N"),
    )  # fmt: skip
    one = items.filter(pl.col("VALUES").list.len() == 1)
    answers = np.full((forms, len(asked.instrument.items)), np.nan)
    answers[one["F"].to_numpy(), one["PLACE"].to_numpy()] = one["VALUES"].list.first().to_numpy()
    several = items.filter(pl.col("VALUES").list.len() > 1)
    same = items.filter((pl.col("N") > 1) & (pl.col("VALUES").list.len() <= 1))
    values = pl.col("VALUES").cast(pl.List(pl.String)).list.join(", ")
    two = pl.format("item {} has several answers on {}; it counts as missing", "ITEM", "ADT")
    again = pl.format("item {} has {} records on {}; they do not contradict each other", "ITEM", "N", "ADT")
    return answers, join_findings(
        findings("TL-Q03", several, "QS", variable="QSSTRESN", value=values, message=two, record=RECORD),
        findings("TL-Q04", same, "QS", variable="QSSTRESN", value=values, message=again, record=RECORD),
    )
