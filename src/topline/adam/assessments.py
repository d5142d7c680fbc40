"""Overall responses per visit as arrays, whether recorded in RS or derived from lesions, and where the two disagree."""

from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from topline.adam import recist
from topline.adam.lesions import by_assessor
from topline.adam.recist import CODE, CR, NONE, PR, SD, WORDS
from topline.adam.tumor import Tumors, visit_dates
from topline.protocol.criteria import ResponseCriteria
from topline.tables.dates import last_day, precision
from topline.tables.findings import findings, join_findings

Ints = NDArray[np.int64]
NO_DAY = np.int64(2**41)
USED = ("CR", "PR", "SD", "NON-CR/NON-PD", "PD", "NE")


@dataclass(frozen=True, slots=True)
class Assessments:
    """Overall responses in order of time: arrays (subject, visit), and one row per assessment.

    `frame` has S, V (places in the arrays), VISIT, AVISITN, ADT, ADTF, AVALC, SRCDOM, SRCVAR, SRCSEQ, SRCRECS; `order`
    maps the rows it was made from to its rows.
    """

    response: recist.Codes
    day: Ints
    frame: pl.DataFrame
    order: Ints

    def rows(self, name: str, words: NDArray[np.object_] | None = None) -> pl.DataFrame:
        """Return the rows of a parameter with these values, the overall responses by default; empty values are left out."""
        rows = self.frame.with_columns(pl.lit(name).alias("PARAMCD"))
        if words is None:
            return rows
        named = rows.with_columns(pl.Series("AVALC", words.tolist(), dtype=pl.String))
        return named.filter(pl.col("AVALC") != "")

    def ordered(self, values: NDArray[np.int8] | Ints) -> Ints:
        """Return values given per source row in the order of `frame`."""
        return np.asarray(values)[self.order].astype(np.int64)


def _assemble(rows: pl.DataFrame, subjects: int) -> Assessments:
    """Return assessments from rows with S, ADT, AVISITN and CODE, in order of date and then visit."""
    rows = rows.with_row_index("ROW").sort("S", "ADT", "AVISITN", "SRCSEQ", nulls_last=True)
    rows = rows.with_columns(pl.int_range(pl.len()).over("S").alias("V"))
    visits = int(rows["V"].max()) + 1 if rows.height else 0  # type: ignore[arg-type]
    response = np.full((subjects, visits), NONE, dtype=np.int8)
    day = np.full((subjects, visits), NO_DAY, dtype=np.int64)
    place = rows["S"].to_numpy(), rows["V"].to_numpy()
    response[place] = rows["CODE"].to_numpy()
    day[place] = rows["ADT"].to_physical().to_numpy()
    order = rows["ROW"].to_numpy().astype(np.int64)
    return Assessments(response, day, rows.drop("ROW", "CODE"), order)


def from_records(rs: pl.DataFrame, subjects: pl.DataFrame, criteria: ResponseCriteria) -> tuple[Assessments, pl.DataFrame]:
    """Return the overall responses that RS records for the protocol's assessor, and findings.

    A response that is none of RECIST's, and an assessment without date, is left out with a finding; of two overall
    responses at one visit the later record is used.
    """
    rows = by_assessor(rs, "RS", criteria.assessor).filter(pl.col("RSTESTCD") == "OVRLRESP").join(subjects, on=["STUDYID", "USUBJID"])
    value = pl.coalesce("RSSTRESC", "RSORRES").str.to_uppercase().str.strip_chars()
    rows = rows.with_columns(value.alias("AVALC"), last_day("RSDTC").alias("ADT"), precision("RSDTC").alias("ADTF"))
    record = pl.format("RSSEQ {}", "RSSEQ")
    strange = rows.filter(~pl.col("AVALC").is_in(USED).fill_null(False) & pl.col("RSSTAT").is_null())
    undated = rows.filter(pl.col("ADT").is_null() & pl.col("AVALC").is_in(USED))
    rows = rows.filter(pl.col("AVALC").is_in(USED) & pl.col("ADT").is_not_null()).with_columns(pl.col("VISITNUM").alias("AVISITN"))
    keys = ["S", "AVISITN", "ADT"]
    twice = rows.filter(pl.len().over(keys) > 1)
    rows = rows.sort(*keys, "RSSEQ").unique(keys, keep="last", maintain_order=True)
    found = join_findings(
        findings("TL-R11", strange, "RS", variable="RSSTRESC", value=pl.col("AVALC").fill_null(""), record=record),
        findings("TL-R12", undated, "RS", variable="RSDTC", value=pl.col("RSDTC").fill_null(""), record=record),
        findings("TL-D08", twice, "RS", variable="RSTESTCD", value=pl.col("AVALC"), record=record),
    )
    rows = rows.select(
        "S", "STUDYID", "USUBJID", "VISIT", "AVISITN", "ADT", "ADTF", "AVALC", pl.lit("RS").alias("SRCDOM"), pl.lit("RSSTRESC").alias("SRCVAR"),
        pl.col("RSSEQ").alias("SRCSEQ"), pl.concat_list(pl.format("RS {}", "RSSEQ")).alias("SRCRECS"),
        pl.col("AVALC").replace_strict(CODE, return_dtype=pl.Int8).alias("CODE"),
    )  # fmt: skip
    recorded = _assemble(rows, subjects.height)
    return recorded, join_findings(found, _after_complete(recorded))


def _after_complete(recorded: Assessments) -> pl.DataFrame:
    """Return findings where disease is recorded after a complete response, and not as progression."""
    complete = np.cumsum(recorded.response == CR, axis=1) > 0
    again = np.isin(recorded.response, (PR, SD)) & complete
    rows = recorded.frame.filter(pl.Series(again[recorded.frame["S"].to_numpy(), recorded.frame["V"].to_numpy()], dtype=pl.Boolean))
    return findings("TL-R10", rows, "RS", variable="RSSTRESC", value=pl.col("AVALC"), record=pl.format("RSSEQ {}", "SRCSEQ"))


def from_lesions(tumors: Tumors) -> Assessments:
    """Return the overall responses derived from lesions; each names the TR and TU records of its visit."""
    day = visit_dates(tumors)
    code = tumors.at_visits(tumors.assessment.overall)
    rows = tumors.visits.select(
        "S", "STUDYID", "USUBJID", "VISIT", "AVISITN", pl.Series("ADT", day.astype(np.int32)).cast(pl.Date),
        pl.when(pl.Series(day == tumors.visits["ADT"].to_physical().to_numpy(), dtype=pl.Boolean)).then("ADTF").alias("ADTF"),
        pl.Series("AVALC", np.array(WORDS, dtype=object)[code].tolist(), dtype=pl.String), pl.lit("TR").alias("SRCDOM"), pl.lit("TRSTRESN").alias("SRCVAR"),
        pl.lit(None, pl.Int64).alias("SRCSEQ"), pl.col("TRRECS").alias("SRCRECS"), pl.Series("CODE", code, dtype=pl.Int8),
    )  # fmt: skip
    return _assemble(rows, len(tumors.assessment.overall))


def pick_source(
    recorded: Assessments, measured: Assessments | None, criteria: ResponseCriteria
) -> tuple[Assessments, Assessments | None, pl.DataFrame]:
    """Return the assessments that the protocol analyses, the other ones where both exist, and their disagreements.

    Where the protocol's source has no record at all, the other one is analysed, which is a finding.
    """
    nothing = findings("TL-R01", recorded.frame.clear(), "RS")
    if measured is None:
        return recorded, None, nothing
    if recorded.frame.is_empty():
        return measured, None, nothing
    both = _disagreements(recorded, measured)
    return (measured, recorded, both) if criteria.source == "lesions" else (recorded, measured, both)


def _disagreements(recorded: Assessments, measured: Assessments) -> pl.DataFrame:
    """Return findings where recorded and derived responses of one visit differ, or only one of them exists."""
    keys = ["S", "AVISITN"]
    left = recorded.frame.select(*keys, "STUDYID", "USUBJID", "VISIT", pl.col("AVALC").alias("RECORDED"), "SRCSEQ")
    right = measured.frame.select(*keys, pl.col("AVALC").alias("DERIVED"), pl.lit(True).alias("SEEN"))
    pair = left.join(right, on=keys, how="left", maintain_order="left")
    differ = pair.filter(pl.col("RECORDED") != pl.col("DERIVED").fill_null("no measurement"))
    lone = measured.frame.join(left.select(keys), on=keys, how="anti")
    derived = pl.col("DERIVED").fill_null("nothing, as no lesion was measured")
    text = pl.format("recorded {}, derived from lesions {}, at {}", "RECORDED", derived, pl.col("VISIT").fill_null("a visit without name"))
    more = pl.format("nothing recorded, derived from lesions {}, at {}", "AVALC", pl.col("VISIT").fill_null("a visit without name"))
    return join_findings(
        findings("TL-R01", differ, "RS", variable="OVRLRESP", value=pl.col("RECORDED"), message=text, record=pl.format("RSSEQ {}", "SRCSEQ")),
        findings("TL-R01", lone, "TR", variable="OVRLRESP", message=more, record=pl.col("SRCRECS").list.first()),
    )
