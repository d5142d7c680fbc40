"""Studies by name or path."""

from pathlib import Path

import pytest

from topline.errors import ToplineError
from topline.exchange.study_file import builtin_studies, read_study


@pytest.mark.parametrize("name", ["nct02976896", "NCT07142421", " Nct02976896 "])
def test_a_built_in_study_in_any_case(name: str) -> None:
    protocol, text = read_study(name)
    assert name.strip().lower() in builtin_studies()
    assert text.strip().startswith(("#", "topline"))
    assert protocol == read_study(name.strip().lower())[0]


def test_a_file_and_a_folder(tmp_path: Path) -> None:
    protocol, text = read_study("nct02976896")
    (tmp_path / "study.yaml").write_bytes(b"\xef\xbb\xbf" + text.encode())
    for name in (str(tmp_path), str(tmp_path / "study.yaml")):
        assert read_study(name) == (protocol, text)


MISSING = [
    ("nct0297689", "did you mean nct02976896"),
    ("zzz", "built-in are nct02976896, nct07142421"),
    ("", "neither a built-in study nor a file"),
    ("a\0b", "neither a built-in study nor a file"),
    ("x" * 5000, "cannot be read"),
]


@pytest.mark.parametrize(("name", "said"), MISSING, ids=range(len(MISSING)))
def test_no_such_study(name: str, said: str) -> None:
    with pytest.raises(ToplineError) as caught:
        read_study(name)
    assert (caught.value.code, said in str(caught.value)) == ("TL-C01", True), str(caught.value)[:300]


def test_a_folder_without_a_study(tmp_path: Path) -> None:
    with pytest.raises(ToplineError, match=r"TL-C01.*is a folder without study\.yaml"):
        read_study(str(tmp_path))


def test_a_file_that_is_no_text(tmp_path: Path) -> None:
    path = tmp_path / "study.yaml"
    path.write_bytes("a: 1\nb: ü\n".encode("latin-1"))
    with pytest.raises(ToplineError, match=r"TL-P01.*line 2.*has the byte 0xfc"):
        read_study(str(path))
    path.write_bytes(b"a" * 4_000_001)
    with pytest.raises(ToplineError, match=r"TL-P01.*4000001 bytes"):
        read_study(str(path))
    path.write_bytes(b"")
    with pytest.raises(ToplineError, match="TL-P01"):
        read_study(str(path))
