"""Lines of criteria texts: line ends of every system, gaps, indentation, and that words are no markers."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from topline.protocol.eligibility.headings import find_headings
from topline.protocol.eligibility.lines import parse_lines


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_line_ends_of_every_system_are_alike(end: str) -> None:
    text = end.join(["* one", "\t  * two", "", "three ", "", "", "four"])
    lines = parse_lines(text)
    assert [text[line.start : line.end] for line in lines] == ["one", "two", "three", "four"]
    assert [line.gap for line in lines] == [True, False, True, True]
    assert [line.indent for line in lines] == [0, 6, 0, 0]


@given(st.text("a1.)*- \t\r\n", max_size=40), st.integers(0, 5), st.integers(0, 5))
def test_lines_are_the_stretches_between_line_ends(text: str, left: int, right: int) -> None:
    start, end = min(left, len(text)), max(min(left, len(text)), len(text) - right)
    found = [(line.begin, line.end, line.gap) for line in parse_lines(text, start, end)]
    expected = []
    for match in re.finditer(r"[^\r\n]+", text[start:end]):
        if words := match[0].strip():
            begin = start + match.start() + match[0].index(words)
            before = text[expected[-1][1] : begin] if expected else ""
            gap = not expected or len(re.findall(r"\r\n|\r|\n", before)) > 1
            expected.append((begin, begin + len(words), gap))
    assert found == expected


@pytest.mark.parametrize(
    ("line", "marker"),
    [("Age", ""), ("a. b", "a. "), ("A) b", "A) "), ("iv) b", "iv) "), ("ix years", ""), ("o b", "o "), ("oral", "")],
)
def test_a_word_is_no_marker(line: str, marker: str) -> None:
    assert [found.marker for found in parse_lines(line)] == [marker]


def test_headings_stand_between_line_ends_of_every_system() -> None:
    text = "Inclusion Criteria:\r* Cats\rEXCLUSION CRITERIA\r\n* Dogs\n排除标准：\n鱼"
    heads = find_headings(text)
    assert [text[head.start : head.end] for head in heads] == [
        "Inclusion Criteria:",
        "EXCLUSION CRITERIA",
        "排除标准：",
    ]
    assert [head.section for head in heads] == ["inclusion", "exclusion", "exclusion"]
