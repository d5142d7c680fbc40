"""YAML as plain data: what a scalar is, which line it stands in, what is refused."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from topline.errors import ToplineError
from topline.protocol.document import LARGEST, parse_document, scalar

TEXTS = [
    "NO",
    "no",
    "Yes",
    "on",
    "12:30",
    "1:30:00",
    "0123",
    "0o17",
    "0x1F",
    "1_000",
    "2024-01-05",
    "2024-01",
    ".nan",
    ".inf",
    "1e999",
    "1.2.3",
    "1/2",
    "-",
    ".",
    "e5",
    "+",
    "9" * 40,
    "TRUE1",
    "<<",
    "=",
]
NUMBERS = {"0": 0, "43": 43, "-7": -7, "+7": 7, "1.10": 1.1, ".5": 0.5, "5.": 5.0, "1e3": 1000.0, "-2.5E-3": -0.0025}
WORDS = {"true": True, "False": False, "TRUE": True, "null": None, "~": None, "Null": None}


@pytest.mark.parametrize("text", TEXTS)
def test_a_plain_scalar_that_is_no_plain_number_is_text(text: str) -> None:
    assert scalar(text) == text


@pytest.mark.parametrize(("text", "value"), [*NUMBERS.items(), *WORDS.items()])
def test_numbers_and_words_have_their_usual_spelling(text: str, value: object) -> None:
    found = scalar(text)
    assert found == value
    assert type(found) is type(value)


@given(
    st.integers(-(10**17), 10**17) | st.floats(allow_nan=False, allow_infinity=False, min_value=-1e15, max_value=1e15)
)
def test_a_number_as_python_writes_it_is_read_back(number: float) -> None:
    written = repr(number)
    assert scalar(written) == number


def test_quotes_make_text_and_lines_are_known() -> None:
    found = parse_document("# first\na: '1'\nb:\n  - 2\n  - c: \"true\"\n", "x")
    assert found.data == {"a": "1", "b": [2, {"c": "true"}]}
    assert [found.line(path) for path in (("a",), ("b",), ("b", 0), ("b", 1, "c"), ("b", 1, "missing"), ("gone",))] == [
        2,
        3,
        4,
        5,
        5,
        2,
    ]
    assert found.written["b", 0] == "2"


@pytest.mark.parametrize(
    "text", ["a: 1\r\nb: x y\r\n", "\ufeffa: 1\nb: x y\n", "{a: 1, b: x y}", "%YAML 1.1\n---\na: 1\nb: x y\n...\n"]
)
def test_layouts_of_the_same_content(text: str) -> None:
    assert parse_document(text, "x").data == {"a": 1, "b": "x y"}


HOSTILE = {
    "": "holds nothing",
    "# only a comment\n": "holds nothing",
    "---\n": "holds nothing",
    "a:\n\t- b\n": "line 2, column 1: a tab",
    "a: 1\nb: \x00\x01": "line 2: holds the control character U+0000",
    "a: \x85\x92": "control character U+0092",
    'a: "\\0"': "control character U+0000",
    'a: "\\uD800"': "control character U+D800",
    "a: caf\ufffd": "line 1: holds bytes that are not UTF-8",
    "a: 1\nb: caf\udce9": "line 2: holds bytes that are not UTF-8",
    "a: &x 1\nb: *x\n": "line 1: an anchor or alias",
    "a: !!python/object:os.system {}": "line 1: a tag",
    "a: !!int '3'": "line 1: a tag",
    "---\na: 1\n---\nb: 2\n": "a second document begins",
    "? [a]\n: 1\n": "a key is a word",
    "*a : 1\n": "a key is a word",
    "[" * 30 + "]" * 30: "nested deeper than 20 levels",
    "[" * 5000: "nested deeper than 20 levels",
    "a: [1, 2": "line 1",
    "a: b: c": "': '",
    "a: 'open\n": "line",
    "PK\x03\x04\x14\x00": "is it a text file?",
}


@pytest.mark.parametrize(("text", "says"), HOSTILE.items(), ids=range(len(HOSTILE)))
def test_what_is_no_study_file_is_refused_with_its_line(text: str, says: str) -> None:
    with pytest.raises(ToplineError) as caught:
        parse_document(text, "my.yaml")
    assert caught.value.code == "TL-P01"
    assert caught.value.where.startswith("my.yaml")
    assert says in str(caught.value)


def test_ten_megabytes_and_a_billion_laughs_are_refused() -> None:
    laughs = "a: &a [x, x]\n" + "".join(
        f"{n}: &{n} [*{o}, *{o}, *{o}]\n" for o, n in zip("abcdefgh", "bcdefghi", strict=True)
    )
    for text in ("x" * 10_000_000, laughs, "a: " + "x" * LARGEST):
        with pytest.raises(ToplineError, match="TL-P01"):
            parse_document(text, "x")


def test_the_largest_text_is_read() -> None:
    text = "a: " + "x" * (LARGEST - 4) + "\n"
    assert len(parse_document(text, "x").data["a"]) == LARGEST - 4  # type: ignore[index, call-overload, arg-type]


def refusal_code(text: str) -> str:
    """Return the number of the error that a text gives, or an empty text when it is data."""
    try:
        parse_document(text, "x")
    except ToplineError as error:
        return error.code if error.what else "no explanation"
    return ""


@settings(max_examples=100)
@given(st.text(max_size=60))
def test_any_text_is_data_or_one_clear_error(text: str) -> None:
    assert refusal_code(text) in ("", "TL-P01")
