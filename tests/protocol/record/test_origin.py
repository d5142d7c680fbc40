"""Traced texts against their obvious twin: a list of characters, each with its place."""

from hypothesis import given
from hypothesis import strategies as st

from topline.protocol.record.origin import Edit, Piece, Traced
from topline.protocol.record.record import Span


def test_text_and_places_of_pieces() -> None:
    text = Traced.joined((Traced.verbatim("ab", 10), Traced((Piece("*", 20, 25),)), Traced.verbatim("cd", 30)))
    assert text.text == "ab*cd"
    assert text.place(0, 2) == Span(10, 12)
    assert text.place(1, 4) == Span(11, 31)
    assert text.place(2, 3) == Span(20, 25)
    assert text.place(5, 6) is None
    assert text.place(-1, 2) is None
    assert Traced(()).place(0, 0) is None


def test_cut_and_stripped() -> None:
    text = Traced.verbatim("  a b  ", 5)
    assert (text.stripped().text, text.stripped().place(0, 3)) == ("a b", Span(7, 10))
    assert (text.cut(3, 5).text, text.cut(3, 5).place(1, 2)) == (" b", Span(9, 10))
    assert Traced.verbatim("   ", 0).stripped().text == ""


_WORDS = st.text("abc", min_size=1, max_size=30)


@st.composite
def edits_of(draw: st.DrawFn, length: int) -> list[Edit]:
    """Draw replacements that stand in order and do not overlap."""
    ends = sorted(draw(st.lists(st.integers(0, length), max_size=8)))
    pairs = zip(ends[::2], ends[1::2], strict=False)
    return [Edit(start, end, draw(st.text("XY", max_size=3)), "x") for start, end in pairs if end > start]


@given(st.data(), _WORDS)
def test_replacements_against_a_list_of_characters(data: st.DataObject, word: str) -> None:
    twin = [(char, (at, at + 1)) for at, char in enumerate(word)]
    text = Traced.verbatim(word, 0)
    for _ in range(3):
        edits = data.draw(edits_of(len(twin)))
        text = text.edited(edits)
        for edit in reversed(edits):
            covered = [place for _, place in twin[edit.start : edit.end]]
            place = (covered[0][0], covered[-1][1])
            one_by_one = len(edit.after) == place[1] - place[0]
            twin[edit.start : edit.end] = [
                (char, (place[0] + at, place[0] + at + 1) if one_by_one else place)
                for at, char in enumerate(edit.after)
            ]
    assert text.text == "".join(char for char, _ in twin)
    for at, (_, place) in enumerate(twin):
        assert text.place(at, at + 1) == Span(*place)
    assert text.cut(1, 4).text == text.text[1:4]
