"""Files of records: encodings, sizes, and what cannot be read."""

from pathlib import Path

import pytest

from tests.protocol.record.made import FLAT, page, study
from topline.errors import ToplineError
from topline.exchange.record_file import LARGEST, read_record, read_records
from topline.protocol.record.record import Form


def written(folder: Path, data: bytes) -> Path:
    path = folder / "record.txt"
    path.write_bytes(data)
    return path


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
def test_encodings_of_unicode(tmp_path: Path, encoding: str) -> None:
    record = read_record(written(tmp_path, page(title="Größe ≥ 5 食管癌").encode(encoding)))
    assert record.form is Form.PAGE
    assert record.value("identificationModule.briefTitle") == "Größe ≥ 5 食管癌"
    span = record.place("identificationModule.briefTitle", 6, 7)
    assert span is not None
    assert record.text[span.start : span.end] == "≥"
    assert not any(doubt.path == "" for doubt in record.doubts)


@pytest.mark.parametrize(("encoding", "word"), [("cp1252", "Größe – Maß"), ("gb18030", "食管癌的治疗")])
def test_a_guessed_encoding_is_doubted(tmp_path: Path, encoding: str, word: str) -> None:
    text = FLAT.replace("Madeupinib for Gastric Cancer", word)
    record = read_record(written(tmp_path, text.encode(encoding)))
    assert record.value("identificationModule.briefTitle") == word
    (doubt,) = [doubt for doubt in record.doubts if doubt.path == ""]
    assert doubt.reason.endswith(f"read as {encoding}")


def test_line_ends_stay_as_they_are(tmp_path: Path) -> None:
    record = read_record(written(tmp_path, FLAT.replace("\n", "\r\n").encode()))
    assert record.text.count("\r\n") == 6
    assert record.value("conditionsModule.conditions") == ("Gastric Cancer", "Stomach Neoplasms")


def test_many_records_of_a_file(tmp_path: Path) -> None:
    path = written(tmp_path, b"NCT Number,Study Title\nNCT00000001,One\nNCT00000002,Two\n")
    assert [record.value("identificationModule.briefTitle") for record in read_records(path)] == ["One", "Two"]
    with pytest.raises(ToplineError, match="TL-I05"):
        read_record(path)


def test_a_file_of_fifty_megabytes_is_refused_unread(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "large.json"
    with path.open("wb") as file:
        file.truncate(50_000_000)

    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("the file was opened")

    monkeypatch.setattr(Path, "open", refuse)
    with pytest.raises(ToplineError, match=r"TL-I07 .*large.json: has 50.0 MB"):
        read_record(path)


def test_the_largest_file_is_read(tmp_path: Path) -> None:
    text = study(identificationModule={"briefTitle": "A"})
    path = written(tmp_path, text.encode() + b" " * (LARGEST - len(text)))
    assert read_record(path).value("identificationModule.briefTitle") == "A"
    with pytest.raises(ToplineError, match="TL-I07"):
        read_record(written(tmp_path, path.read_bytes() + b" "))


def test_what_cannot_be_read(tmp_path: Path) -> None:
    for path, what in (
        (tmp_path, "is a folder"),
        (tmp_path / "none.json", "No such file"),
        (tmp_path / "a\0b", "null"),
    ):
        with pytest.raises(ToplineError) as refused:
            read_record(path)
        assert refused.value.code == "TL-I06"
        assert what in refused.value.what


@pytest.mark.parametrize("data", [b"", b"\0" * 5000, bytes(range(256)) * 20, b"\xff\xfe", b"PK\x03\x04" + bytes(100)])
def test_files_that_are_no_text(tmp_path: Path, data: bytes) -> None:
    with pytest.raises(ToplineError, match="TL-I01"):
        read_record(written(tmp_path, data))


def test_the_shared_seeds(shared: Path) -> None:
    forms = [read_record(path).form for path in sorted((shared / "seeds").glob("*.txt"))]
    assert set(forms) <= {Form.FLAT, Form.PAGE}
    assert len(forms) == 2
