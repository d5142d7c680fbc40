"""Overall responses per visit as arrays, whether recorded in RS or derived from lesions, and where the two disagree."""

from dataclasses import dataclass, replace

import numpy as np
import polars as pl
from numpy.typing import NDArray

from topline.adam import recist
from topline.adam.assessor import by_assessor, check_assessor
from topline.adam.recist import CODE, CR, NN, NONE, PD, PR, SD, WORDS
from topline.adam.scan_dates import DAY_VISIT, date_scans
from topline.adam.sequence import numbered
from topline.adam.tumor import Tumors, visit_dates
from topline.protocol.criteria import ResponseCriteria
from topline.tables.findings import findings, join_findings

Ints = NDArray[np.int64]
NO_DAY = np.int64(2**41)
USED = ("CR", "PR", "SD", "NON-CR/NON-PD", "PD", "NE")
OTHER_CRITERIA = (
    r"I[R]?RECIST|MRECIST|IMMUNE|IRRC|MODIFIED RECIST|RECIST 1\.0|LUGANO|CHESON|RANO|IMWG|PCWG|CHOI|PERCIST|\bWHO\b"
)
RECORD = pl.format("RSSEQ {}", "RSSEQ")
FRAME = (
    "S",
    "V",
    "STUDYID",
    "USUBJID",
    "VISIT",
    "AVISITN",
    "ADT",
    "ADTF",
    "AVALC",
    "SRCDOM",
    "SRCVAR",
    "SRCSEQ",
    "SRCRECS",
)


@dataclass(frozen=True, slots=True)
class Assessments:
    """Overall responses in order of time: arrays (subject, visit), and one row per assessment.

    `frame` has S, V (places in the arrays), VISIT, AVISITN, ADT, ADTF, AVALC, SRCDOM, SRCVAR, SRCSEQ, SRCRECS.
    """

    response: recist.Codes
    day: Ints
    frame: pl.DataFrame

    def rows(self, name: str, codes: NDArray[np.int64] | None = None, words: tuple[str, ...] = WORDS) -> pl.DataFrame:
        """Return the rows of a parameter, with these codes (one per row) as values; empty words are left out."""
        rows = self.frame.with_columns(pl.lit(name).alias("PARAMCD"))
        if codes is None:
            return rows
        return rows.with_columns(worded(codes, words).alias("AVALC")).filter(pl.col("AVALC") != "")

    def at_rows(self, values: NDArray[np.int8] | NDArray[np.bool_]) -> Ints:
        """Return the values of a (subject, visit) array in the order of the rows of `frame`."""
        at: Ints = values[self.frame["S"].to_numpy(), self.frame["V"].to_numpy()].astype(np.int64)
        return at


def worded(codes: NDArray[np.int64] | NDArray[np.int8], words: tuple[str, ...]) -> pl.Series:
    """Return the words of codes.

    >>> worded(np.array([1, 5]), WORDS).to_list()
    ['CR', 'PD']
    """
    return pl.Series(values=words, dtype=pl.String).gather(pl.Series(codes.astype(np.uint32)))


def assembled(rows: pl.DataFrame, subjects: int) -> Assessments:
    """Return assessments from rows in order of S and V, with CODE."""
    visits = int(rows["V"].max()) + 1 if rows.height else 0  # type: ignore[arg-type]
    response = np.full((subjects, visits), NONE, dtype=np.int8)
    day = np.full((subjects, visits), NO_DAY, dtype=np.int64)
    place = rows["S"].to_numpy(), rows["V"].to_numpy()
    response[place] = rows["CODE"].to_numpy()
    day[place] = rows["ADT"].to_physical().to_numpy()
    return Assessments(response, day, rows.select(FRAME))


def from_records(
    rs: pl.DataFrame, subjects: pl.DataFrame, criteria: ResponseCriteria
) -> tuple[Assessments, pl.DataFrame]:
    """Return the overall responses that RS records for the protocol's assessor, and findings.

    A response that is none of RECIST's, or is judged by other criteria, and an assessment without date, is left out
    with a finding; of two overall responses of one visit and day the later record is used.
    """
    rows = by_assessor(rs, "RS", criteria.assessor).filter(pl.col("RSTESTCD") == "OVRLRESP")
    rows = rows.join(subjects, on=["STUDYID", "USUBJID"]).with_columns(
        pl.coalesce("RSSTRESC", "RSORRES").str.to_uppercase().str.strip_chars().alias("AVALC")
    )
    foreign = pl.col("RSCAT").str.to_uppercase().str.contains(OTHER_CRITERIA).fill_null(False)
    used = pl.col("AVALC").is_in(USED).fill_null(False)
    strange = rows.filter(~used & ~foreign & pl.col("RSSTAT").is_null())
    others = rows.filter(foreign)
    rows, found_date = date_scans(rows.filter(used & ~foreign), "RS")
    keys = ["S", "AVISITN", "ADT"]
    twice = rows.filter(rows.select(keys).is_duplicated())
    rows = rows.sort(*keys, "RSSEQ").unique(keys, keep="last", maintain_order=True)
    value, cat = pl.col("AVALC"), pl.col("RSCAT")
    found = join_findings(
        found_date,
        check_assessor(rs.filter(pl.col("RSTESTCD") == "OVRLRESP"), "RS", criteria.assessor),
        findings("TL-R11", strange, "RS", variable="RSSTRESC", value=value, record=RECORD),
        findings(
            "TL-R11", others, "RS", variable="RSCAT", value=cat, message="judged by other criteria", record=RECORD
        ),
        findings(
            "TL-D08", twice, "RS", variable="RSTESTCD", value=value, message="response recorded twice", record=RECORD
        ),
    )
    return assembled(_record_rows(rows), subjects.height), found


def _record_rows(rows: pl.DataFrame) -> pl.DataFrame:
    """Return the rows of recorded responses, in order of subject, day and visit."""
    rows = rows.sort("S", "ADT", "AVISITN", "RSSEQ", nulls_last=True)
    return rows.select(
        "S",
        "STUDYID",
        "USUBJID",
        "VISIT",
        "AVISITN",
        "ADT",
        "ADTF",
        "AVALC",
        numbered("S").alias("V"),
        pl.lit("RS").alias("SRCDOM"),
        pl.lit("RSSTRESC").alias("SRCVAR"),
        pl.col("RSSEQ").alias("SRCSEQ"),
        pl.concat_list(pl.format("RS {}", "RSSEQ")).alias("SRCRECS"),
        pl.col("AVALC").replace_strict(CODE, return_dtype=pl.Int8).alias("CODE"),
    )


def after_complete(recorded: Assessments, criteria: ResponseCriteria) -> tuple[Assessments, pl.DataFrame]:
    """Return the recorded responses as they are analysed, and findings where disease follows a complete response.

    Recorded as PR, SD or NON-CR/NON-PD, it is progression by RECIST 1.1 (table 3); the protocol says which of both is
    analysed.
    """
    complete = np.cumsum(recorded.response == CR, axis=1) > 0
    again = np.isin(recorded.response, (PR, SD, NN)) & complete
    lost = pl.Series(recorded.at_rows(again) == 1, dtype=pl.Boolean)
    progression = criteria.complete_response_lost == "progression"
    text = f"{{}} after a complete response; analysed as {'progression' if progression else 'recorded'}"
    found = findings(
        "TL-R10", recorded.frame.filter(lost), "RS", variable="RSSTRESC", value=pl.col("AVALC"),
        message=pl.format(text, "AVALC"), record=pl.format("RSSEQ {}", "SRCSEQ"),
    )  # fmt: skip
    if not progression:
        return recorded, found
    frame = recorded.frame.with_columns(pl.when(lost).then(pl.lit("PD")).otherwise("AVALC").alias("AVALC"))
    return replace(recorded, response=np.where(again, PD, recorded.response).astype(np.int8), frame=frame), found


def from_lesions(tumors: Tumors) -> Assessments:
    """Return the overall responses derived from lesions; each names the TR and TU records of its visit."""
    day = visit_dates(tumors)
    code = tumors.at_visits(tumors.assessment.overall)
    same = pl.Series(day == tumors.visits["ADT"].to_physical().to_numpy(), dtype=pl.Boolean)
    rows = tumors.visits.select(
        "S", "V", "STUDYID", "USUBJID", "VISIT", "AVISITN",
        pl.Series("ADT", day.astype(np.int32)).cast(pl.Date),
        pl.when(same).then("ADTF").alias("ADTF"),
        worded(code, WORDS).alias("AVALC"),
        pl.col("TRRECS").list.first().str.head(2).alias("SRCDOM"),
        pl.lit("TRSTRESN").alias("SRCVAR"),
        pl.lit(None, pl.Int64).alias("SRCSEQ"),
        pl.col("TRRECS").alias("SRCRECS"),
        pl.Series("CODE", code, dtype=pl.Int8),
    )  # fmt: skip
    rows = rows.with_columns(
        pl.when(pl.col("SRCDOM") == "TU").then(pl.lit("TUSTRESC")).otherwise("SRCVAR").alias("SRCVAR")
    )
    return assembled(rows, len(tumors.assessment.overall))


def pick_source(
    recorded: Assessments, measured: Assessments | None, criteria: ResponseCriteria, studies: pl.Series
) -> tuple[Assessments, pl.DataFrame]:
    """Return the assessments that the protocol analyses, and findings about disagreements of the two sources.

    Where the protocol's source has no record at all in a study, the other one is analysed there, which is a finding.
    `studies` is the study of each subject.
    """
    lesions = criteria.source == "lesions"
    if measured is None or measured.frame.is_empty():
        return recorded, _instead(lesions, lesions)
    if recorded.frame.is_empty():
        return measured, _instead(not lesions, lesions)
    own, other = (measured, recorded) if lesions else (recorded, measured)
    lacking = ~studies.is_in(own.frame["STUDYID"].unique().implode())
    if not lacking.any():
        return own, _disagreements(recorded, measured)
    both = [_of(each, own.frame["STUDYID"].unique()) for each in (recorded, measured)]
    return _mixed(own, other, lacking.to_numpy()), join_findings(_instead(True, lesions), _disagreements(*both))


def _instead(wanted: bool, lesions: bool) -> pl.DataFrame:
    """Return a finding that the source which is `wanted`, lesions or recorded responses, has no record."""
    text = "no lesion was measured after baseline; recorded responses are analysed"
    if not lesions:
        text = "no response is recorded; those derived from lesions are analysed"
    rows = pl.DataFrame({"N": [1] if wanted else []}, schema={"N": pl.Int64})
    return findings("TL-T09", rows, "TR" if lesions else "RS", message=text)


def _of(assessments: Assessments, studies: pl.Series) -> Assessments:
    """Return the assessments with the rows of these studies."""
    rows = assessments.frame.filter(pl.col("STUDYID").is_in(studies.implode()))
    return replace(assessments, frame=rows)


def _mixed(own: Assessments, other: Assessments, lacking: NDArray[np.bool_]) -> Assessments:
    """Return the assessments of `own`, but those of `other` for the subjects who are `lacking`."""
    visits = max(own.response.shape[1], other.response.shape[1])
    response = np.full((len(lacking), visits), NONE, dtype=np.int8)
    day = np.full((len(lacking), visits), NO_DAY, dtype=np.int64)
    parts = []
    for each, whose in ((own, ~lacking), (other, lacking)):
        width = each.response.shape[1]
        response[whose, :width], day[whose, :width] = each.response[whose], each.day[whose]
        parts.append(each.frame.filter(pl.Series(whose).gather(each.frame["S"].cast(pl.UInt32))))
    return Assessments(response, day, pl.concat(parts).sort("S", "V"))


def _disagreements(recorded: Assessments, measured: Assessments) -> pl.DataFrame:
    """Return findings where recorded and derived responses of one visit differ, or only one of them exists.

    A recorded NE of a visit at which nothing was measured is no disagreement.
    """
    keys = ["S", "AVISITN"]
    left = recorded.frame.select(*keys, "STUDYID", "USUBJID", "VISIT", pl.col("AVALC").alias("RECORDED"), "SRCSEQ")
    right = measured.frame.select(*keys, pl.col("AVALC").alias("DERIVED"))
    pair = left.join(right, on=keys, how="left", maintain_order="left")
    differ = pair.filter(pl.col("RECORDED") != pl.col("DERIVED").fill_null("NE"))
    lone = measured.frame.join(left.select(keys), on=keys, how="anti", maintain_order="left")
    nameless = (
        pl.when(pl.col("AVISITN") < DAY_VISIT)
        .then(pl.format("visit {}", "AVISITN"))
        .otherwise(pl.lit("a visit without name"))
    )
    visit, derived = pl.coalesce("VISIT", nameless), pl.col("DERIVED").fill_null("nothing, as no lesion was measured")
    text = pl.format("recorded {}, derived from lesions {}, at {}", "RECORDED", derived, visit)
    more = pl.format("nothing recorded, derived from lesions {}, at {}", "AVALC", visit)
    return join_findings(
        findings(
            "TL-R01",
            differ,
            "RS",
            variable="OVRLRESP",
            value=pl.col("RECORDED"),
            message=text,
            record=pl.format("RSSEQ {}", "SRCSEQ"),
        ),
        findings("TL-R01", lone, "TR", variable="OVRLRESP", message=more, record=pl.col("SRCRECS").list.first()),
    )
