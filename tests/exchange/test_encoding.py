"""Which encoding is found, from the bytes alone, in pieces of any size."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from topline.exchange.encoding import detect_encoding

CASES = [
    ("Größe, Übelkeit", "utf-8", "utf-8"),
    ("Größe, Übelkeit", "utf-8-sig", "utf-8-sig"),
    ("Größe, Übelkeit", "utf-16", "utf-16"),
    ("USUBJID,AETERM", "utf-16-le", "utf-16-le"),
    ("USUBJID,AETERM", "utf-16-be", "utf-16-be"),
    ("Größe, Übelkeit", "cp1252", "cp1252"),
    ("45 µg – 3 €", "cp1252", "cp1252"),
    ("a\x81b", "latin-1", "latin-1"),
    ("受试者, 食管癌", "gb18030", "gb18030"),
    ("受试者, 食管癌", "utf-8", "utf-8"),
    ("plain", "ascii", "utf-8"),
    ("", "ascii", "utf-8"),
]


@pytest.mark.parametrize(("text", "written", "found"), CASES)
@pytest.mark.parametrize("size", [2, 3, 4096])
def test_encoding(text: str, written: str, found: str, size: int) -> None:
    data = text.encode(written)
    if size < 9 and ("utf-16" in found or "sig" in found):
        size = 32
    encoding = detect_encoding(lambda: [data[start : start + size] for start in range(0, len(data), size)])
    assert encoding.name == found


@given(st.text(), st.integers(1, 7))
def test_utf_8_is_always_found(text: str, size: int) -> None:
    data = ("x" * 9 + text).encode()
    encoding = detect_encoding(lambda: [data[start : start + size] for start in range(0, len(data), size)])
    assert (encoding.name, encoding.nuls) == ("utf-8", text.count("\0"))


@given(st.binary(max_size=60), st.integers(1, 7))
def test_any_bytes_can_be_decoded_in_the_encoding_found(data: bytes, size: int) -> None:
    encoding = detect_encoding(lambda: [data[start : start + size] for start in range(0, len(data), size)])
    if not encoding.name.startswith("utf-16"):
        assert len(data.decode(encoding.name)) <= len(data)
