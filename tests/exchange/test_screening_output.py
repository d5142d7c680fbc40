"""What a screening writes: whole, in the place of an earlier one, and readable as it was."""

from pathlib import Path

import polars as pl
import pytest

from topline.errors import ToplineError
from topline.exchange import screening_output
from topline.exchange.output import RunRecord
from topline.exchange.screening_output import write_screening
from topline.protocol.eligibility.criterion import Criterion, Eligibility
from topline.protocol.eligibility.screen import Screening, screen
from topline.tables.patients import PATIENTS

RECORD = RunRecord("0", "study", "a" * 64, "b" * 64, virtual=False)
FILES = ("criteria.csv", "findings.csv", "funnel.csv", "needed.csv", "verdicts.csv")


@pytest.fixture
def screening() -> Screening:
    criteria = (
        Criterion(id="I01", text="adults, all", condition="AGE >= 18"),
        Criterion(id="I02", text="fit", condition="ECOG <= 1 AND BLEED = 'N'"),
    )
    patients = pl.DataFrame({"SUBJID": ["食", "B, b", "C"], "AGE": [17.0, 61.0, 61.0], "ECOG": [1, None, 0]})
    return screen(Eligibility(inclusion=criteria), patients.with_columns(BLEED=pl.lit(None, dtype=pl.String)))


def test_the_files_hold_the_tables(tmp_path: Path, screening: Screening) -> None:
    assert write_screening(tmp_path / "out", screening, RECORD) == FILES
    verdicts = pl.read_csv(tmp_path / "out" / "verdicts.csv", infer_schema=False)
    assert verdicts.rows() == [
        ("1", "食", "INELIGIBLE", "I01", None),
        ("2", "B, b", "PENDING", None, "ECOG; BLEED"),
        ("3", "C", "PENDING", None, "BLEED"),
    ]
    criteria = pl.read_csv(tmp_path / "out" / "criteria.csv")
    assert criteria.drop("SUBJID").row(0) == (1, "I01", "NOT MET", "AGE 17 years (>= 18)")
    assert criteria.height == 6
    assert pl.read_csv(tmp_path / "out" / "funnel.csv")["CRITTEXT"].to_list() == ["adults, all", "fit"]
    assert pl.read_csv(tmp_path / "out" / "needed.csv").row(0) == ("BLEED", PATIENTS["BLEED"].label, 2, 1)
    assert (tmp_path / "out" / "verdicts.csv").read_bytes().startswith(b"\xef\xbb\xbfROWNUM")


def test_many_records_are_written_as_parquet_slice_by_slice(
    tmp_path: Path, screening: Screening, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(screening_output, "MOST_LINES", 5)
    assert "criteria.parquet" in write_screening(tmp_path / "out", screening, RECORD)
    assert pl.read_parquet(tmp_path / "out" / "criteria.parquet").equals(screening.long())
    assert not (tmp_path / "out" / "criteria.csv").exists()


def test_a_second_screening_replaces_the_first_and_foreign_files_are_safe(tmp_path: Path, screening: Screening) -> None:
    write_screening(tmp_path / "out", screening, RECORD)
    write_screening(tmp_path / "out", screening, RECORD)
    (tmp_path / "out" / "mine.txt").write_text("mine")
    with pytest.raises(ToplineError, match="TL-C06"):
        write_screening(tmp_path / "out", screening, RECORD)
    assert (tmp_path / "out" / "mine.txt").read_text() == "mine"
