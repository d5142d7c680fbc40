"""Tables of candidates: every value is taken as it was written or is unknown with a finding; nothing is guessed."""

import random
from contextlib import suppress
from datetime import date
from pathlib import Path

import polars as pl
import pytest

from topline.errors import ToplineError
from topline.exchange.patients_file import NAMED, read_patients
from topline.protocol.eligibility.criterion import Criterion, Eligibility
from topline.protocol.eligibility.screen import screen

CONDITION = "AGE >= 18 AND SEX = 'F' AND ECOG <= 1 AND ARRAY_CONTAINS(PRIORCLS, 'TAXANE') AND LRTDT IS NULL"
ELIGIBILITY = Eligibility(
    inclusion=(Criterion(id="I01", text="t", condition=f"{CONDITION} AND I01_A = 'Y'", signoffs={"I01_A": "?"}),)
)
COLUMNS = ("AGE", "SEX", "ECOG", "PRIORCLS", "LRTDT", "I01_A")
Read = tuple[pl.DataFrame, list[tuple[str, str, str, str]]]


def read(folder: Path, content: str | bytes, name: str = "p.csv") -> Read:
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    frame, found = read_patients(path, ELIGIBILITY)
    told = found.filter(~pl.col("CODE").is_in(["TL-E17"])).select("CODE", "RECORD", "VARIABLE", "MESSAGE")
    return frame, told.rows()


def cell(folder: Path, column: str, text: str) -> tuple[object, list[str]]:
    """Return what one field is taken as, and the findings about it: `number message`."""
    frame, found = read(folder, f'SUBJID,{column}\nA,"{text}"\n')
    value = frame[column][0]
    return value.to_list() if isinstance(value, pl.Series) else value, [f"{code} {what}" for code, _, _, what in found]


@pytest.mark.parametrize(
    ("column", "text", "value"),
    [
        ("AGE", "61", 61.0),
        ("AGE", " 61.50 ", 61.5),
        ("AGE", "6.1e1", 61.0),
        ("AGE", "0", 0.0),
        ("AGE", "120", 120.0),
        ("AGE", "", None),
        ("AGE", "NA", None),
        ("AGE", ".", None),
        ("ECOG", "1", 1),
        ("ECOG", "1.0", 1),
        ("SEX", "M ", "M"),
        ("SEX", " F", "F"),
        ("SEX", "UNK", None),
        ("LRTDT", "2026-03-30", date(2026, 3, 30)),
        ("LRTDT", "2026-03-30T10:15", date(2026, 3, 30)),
        ("PRIORCLS", "TAXANE", ["TAXANE"]),
        ("PRIORCLS", " TAXANE ;PLATINUM| TAXANE;", ["TAXANE", "PLATINUM"]),
        ("PRIORCLS", "NONE", []),
        ("PRIORCLS", "", None),
        ("PRIORCLS", "unknown", None),
        ("I01_A", "Y", "Y"),
        ("HIST", "ADENOCARCINOMA", "ADENOCARCINOMA"),
    ],
)
def test_what_is_written_as_declared_is_taken_unsaid(tmp_path: Path, column: str, text: str, value: object) -> None:
    assert cell(tmp_path, column, text) == (value, [])


@pytest.mark.parametrize(
    ("column", "text", "value", "said"),
    [
        ("ALT", "5.5 mg/dL", None, "TL-E14 is not a number in U/L; unknown"),
        ("ALT", "<5", None, "TL-E14 is not a number in U/L; unknown"),
        ("ALT", "1,5", None, "TL-E14 is not a number in U/L; unknown"),
        ("ALT", "1.000,5", None, "TL-E14 is not a number in U/L; unknown"),
        ("ALT", "inf", None, "TL-E14 is not a number in U/L; unknown"),
        ("ALT", "1e400", None, "TL-E14 is not a number in U/L; unknown"),
        ("INR", "high", None, "TL-E14 is not a number; unknown"),
        ("ECOG", "2.5", None, "TL-E14 is not a whole number; unknown"),
        ("ECOG", "6", None, "TL-E14 is not 0 to 5; unknown"),
        ("AGE", "121", None, "TL-E14 is not 0 to 120 years; unknown"),
        ("AGE", "-1", None, "TL-E14 is not 0 to 120 years; unknown"),
        ("ALTULN", "0", None, "TL-E14 is not above 0 and at most 20000 U/L; unknown"),
        ("LRTDT", "31/12/2025", None, "TL-E14 is not a date, yyyy-mm-dd; unknown"),
        ("LRTDT", "45678", None, "TL-E14 is not a date, yyyy-mm-dd; unknown"),
        ("LRTDT", "2026-02-30", None, "TL-E14 is not a date, yyyy-mm-dd; unknown"),
        ("LRTDT", "2025-12", None, "TL-E14 is a date in part: the day is not known; unknown"),
        ("LRTDT", "2025", None, "TL-E14 is a date in part: the day is not known; unknown"),
        ("SEX", "male", None, "TL-E14 is not one of F, M; unknown"),
        ("SEX", "m", "M", "TL-E15 is taken as M"),
        ("I01_A", "Yes", None, "TL-E14 is not one of Y, N; unknown"),
        ("I01_A", "1", None, "TL-E14 is not one of Y, N; unknown"),
        ("HIST", "squamous  Cell carcinoma", "SQUAMOUS CELL CARCINOMA", "TL-E15 is taken as SQUAMOUS CELL CARCINOMA"),
        ("HIST", "SCC", "SCC", "TL-E16 holds values outside its code list, compared as they stand: 'SCC' (1)"),
        ("PRIORCLS", "taxane;PLATINUM", ["TAXANE", "PLATINUM"], "TL-E15 is taken as TAXANE, PLATINUM"),
        ("PRIORCLS", "taxane;TAXANE", ["TAXANE"], "TL-E15 is taken as TAXANE"),
        ("PRIORCLS", "none", [], "TL-E15 is taken as NONE"),
        ("PRIORCLS", "NONE;TAXANE", None, "TL-E14 says NONE beside others; unknown"),
        ("PRIORCLS", "TAXANE;UNK", None, "TL-E14 is known in part only; unknown"),
        ("PRIORCLS", "VINCA", ["VINCA"],
         "TL-E16 holds values outside its code list, compared as they stand: 'VINCA' (1)"),
    ],
)  # fmt: skip
def test_what_is_not_is_unknown_or_taken_with_a_finding(
    tmp_path: Path, column: str, text: str, value: object, said: str
) -> None:
    assert cell(tmp_path, column, text) == (value, [said])


def test_findings_name_candidate_row_column_and_value(tmp_path: Path) -> None:
    path = tmp_path / "p.csv"
    path.write_text("SUBJID,AGE\nA,61\nB,old\n")
    _, found = read_patients(path, ELIGIBILITY)
    named = found.filter(CODE="TL-E14").select("SEVERITY", "DATASET", "USUBJID", "RECORD", "VARIABLE", "VALUE")
    assert named.rows() == [("warning", "PATIENTS", "B", "row 2", "AGE", "old")]


def test_candidates_without_name_or_with_one_that_stands_twice_are_kept_and_said(tmp_path: Path) -> None:
    frame, found = read(tmp_path, "SUBJID,AGE\n001,17\n001,18\n,19\n1,20\n")
    assert frame["SUBJID"].to_list() == ["001", "001", None, "1"]
    assert [told[:2] for told in found] == [("TL-T02", "row 1"), ("TL-T02", "row 2"), ("TL-T04", "row 3")]
    frame, found = read(tmp_path, "AGE;SEX\n17;F\n")
    assert frame["SUBJID"].to_list() == [None]
    assert ("TL-T05", "", "SUBJID", "required variable missing") in found


def test_columns_that_lack_or_are_not_known_are_said_once(tmp_path: Path) -> None:
    path = tmp_path / "p.csv"
    path.write_text("subjid, Age ,ECGO,I01_B,shoe\n" + "A,1,2,Y,44\n" * 3)
    frame, found = read_patients(path, ELIGIBILITY)
    assert frame.columns == ["SUBJID", "AGE", "SEX", "ECOG", "PRIORCLS", "LRTDT", "I01_A"]
    assert frame.null_count().row(0) == (0, 0, 3, 3, 3, 3, 3)
    lacking = found.filter(CODE="TL-E17")["MESSAGE"].to_list()
    assert lacking == ["lacks SEX, ECOG, PRIORCLS, LRTDT, I01_A: unknown of everybody"]
    unknown = found.filter(CODE="TL-E18").select("VARIABLE", "MESSAGE").rows()
    assert unknown == [
        ("ECGO", "is not used; did you mean ECOG?"),
        ("I01_B", "is not used; did you mean I01_A?"),
        ("SHOE", "is not used"),
    ]


def test_no_known_column_at_all_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ToplineError, match=r"TL-E10 p.csv: has no column of PATIENTS; it has NAME, SIZE"):
        read(tmp_path, "name,size\nA,1\n")


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "gb18030"])
def test_any_delimiter_line_end_and_encoding(tmp_path: Path, delimiter: str, end: str, encoding: str) -> None:
    rows = [["SUBJID", "AGE", "HIST"], ["食管癌病人", "61", '"SMALL CELL CARCINOMA"'], ["乙", "", '"a""b"']]
    content = end.join(delimiter.join(row) for row in rows) + end
    frame, found = read(tmp_path, content.encode(encoding))
    assert frame.select("SUBJID", "AGE", "HIST").rows() == [
        ("食管癌病人", 61.0, "SMALL CELL CARCINOMA"),
        ("乙", None, 'a"b'),
    ]
    assert {code for code, *_ in found} == ({"TL-E16", "TL-F05"} if encoding == "gb18030" else {"TL-E16"})


@pytest.mark.parametrize(
    ("content", "height", "codes"),
    [
        (b"SUBJID,AGE\n", 0, set()),
        (b"AGE\n61\n\n62\n", 2, {"TL-T05"}),
        (b"SUBJID,AGE\nA,61\nB,62,3\nC\nD,63\n", 2, {"TL-F08"}),
        (b"SUBJID,AGE\nA,6\x001\n", 1, {"TL-F10"}),
        (b"SUBJID,AGE,age\nA,61,62\n", 1, {"TL-F09", "TL-E18"}),
        (b'SUBJID,AGE\n"A\nB",61\n', 1, set()),
        (b"SUBJID,AGE\nM\xfcller,61\n", 1, {"TL-F05"}),
        (b"SUBJID,AGE,,\nA,61,,\n,,,\n", 1, set()),
    ],
)
def test_irregular_files(tmp_path: Path, content: bytes, height: int, codes: set[str]) -> None:
    frame, found = read(tmp_path, content)
    assert frame.height == height
    assert {code for code, *_ in found} == codes


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"   \n",
        b"\0" * 100,
        bytes(range(256)) * 8,
        b"%PDF-1.4",
        b"PK\x03\x04xlsx",
        b"PAR1",
        b"PAR1" + b"x" * 50 + b"PAR1",
        b'{"a": 1}',
        b"<html>",
        b'SUBJID,AGE\n"A,61\n',
    ],
)
def test_what_is_no_table_is_refused_with_a_reason(tmp_path: Path, content: bytes) -> None:
    with pytest.raises(ToplineError) as refused:
        read(tmp_path, content)
    assert refused.value.code in ("TL-E13", "TL-E10")
    assert len(refused.value.what) > 10


def test_paths_that_hold_no_file(tmp_path: Path) -> None:
    for path in (tmp_path, tmp_path / "none.csv", Path("a\0b")):
        with pytest.raises(ToplineError, match="TL-E13"):
            read_patients(path, ELIGIBILITY)


def test_a_very_wide_file(tmp_path: Path) -> None:
    names = ["SUBJID", "AGE", *(f"X{i}" for i in range(20_000))]
    frame, found = read(tmp_path, ",".join(names) + "\n" + ",".join(["A", "61", *["1"] * 20_000]) + "\n")
    assert frame.select("SUBJID", "AGE").rows() == [("A", 61.0)]
    assert len(found) == NAMED + 1
    assert found[-1][3] == "19,980 more columns are not used" or found[0][3] == "19,980 more columns are not used"


def test_parquet_keeps_its_types_and_reads_no_other_column(tmp_path: Path) -> None:
    path = tmp_path / "p.parquet"
    pl.DataFrame(
        {
            "subjid": [701.0, 702.0, 703.0],
            "AGE": [61, 130, None],
            "SEX": pl.Series(["F", "M", "x"], dtype=pl.Categorical),
            "ECOG": [1.0, 1.5, 2.0],
            "PRIORCLS": [["TAXANE"], [], None],
            "LRTDT": [date(2026, 3, 30), None, None],
            "I01_A": [True, False, None],
            "KPS": [True, None, None],
            "MEASLES": [date(2026, 3, 30), None, None],
            "OTHER": [object.__name__] * 3,
        }
    ).write_parquet(path)
    frame, found = read_patients(path, ELIGIBILITY)
    assert frame.select("SUBJID", *COLUMNS, "KPS", "MEASLES").rows() == [
        ("701", 61.0, "F", 1, ["TAXANE"], date(2026, 3, 30), "Y", None, None),
        ("702", None, "M", None, [], None, "N", None, None),
        ("703", None, None, 2, None, None, None, None, None),
    ]
    told = found.select("CODE", "RECORD", "VARIABLE").rows()
    assert sorted(told) == [
        ("TL-E14", "row 1", "KPS"),
        ("TL-E14", "row 1", "MEASLES"),
        ("TL-E14", "row 2", "AGE"),
        ("TL-E14", "row 2", "ECOG"),
        ("TL-E14", "row 3", "SEX"),
        ("TL-E18", "", "OTHER"),
    ]


@pytest.mark.parametrize("seed", range(3))
def test_no_damage_to_a_file_escapes_as_another_error(tmp_path: Path, seed: int) -> None:
    draw = random.Random(seed)
    whole = (
        b"SUBJID,AGE,SEX,ECOG,PRIORCLS,LRTDT,I01_A\n" + b'A,61,F,1,"TAXANE;OTHER",2026-01-01,Y\nB,,M,2,NONE,,N\n' * 4
    )
    frame = pl.read_csv(whole, infer_schema=False)
    frame.write_parquet(tmp_path / "whole.parquet")
    for content in (whole, (tmp_path / "whole.parquet").read_bytes()):
        for _ in range(60):
            damaged = bytearray(content[: draw.randrange(len(content))] if draw.random() < 0.4 else content)
            for _ in range(draw.randrange(4)):
                if damaged:
                    damaged[draw.randrange(len(damaged))] = draw.randrange(256)
            path = tmp_path / "p.csv"
            path.write_bytes(bytes(damaged))
            with suppress(RefusedError):
                candidates = candidates_of(path)
                assert screen(ELIGIBILITY, candidates).verdicts.height == candidates.height


class RefusedError(Exception):
    """A file that is refused as it should be."""


def candidates_of(path: Path) -> pl.DataFrame:
    try:
        return read_patients(path, ELIGIBILITY)[0]
    except ToplineError as refused:
        if refused.code not in ("TL-E10", "TL-E13"):
            raise
        raise RefusedError from refused
