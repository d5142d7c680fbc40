"""What is mended and what is left alone."""

import pytest

from topline.protocol.record.doubts import doubtful_criteria
from topline.protocol.record.origin import Traced
from topline.protocol.record.record import Span
from topline.protocol.record.repair import MOST, is_damaged, mend


def mended(text: str, *, markdown: bool = False) -> str:
    return mend(Traced.verbatim(text, 0), "x", markdown=markdown)[0].text


@pytest.mark.parametrize(
    ("text", "fixed"),
    [
        ("QLQ-C30ï¼Œeach", "QLQ-C30, each"),
        ("ANC â‰¥ 1", "ANC ≥ 1"),
        ("GrÃ¶Ã\x9fe", "Größe"),
        ("Ã¢â€°Â¤ 3", "≤ 3"),
        ("Î±-fetoprotein", "α-fetoprotein"),
        ("37 Â°C", "37 °C"),
        ("a &lt; b &amp;&amp; c", "a < b && c"),
        ("x &amp;ge; 3", "x ≥ 3"),
        ("10<sup>9</sup>/L<br/>next", "10^9/L\nnext"),
        ("1.5 x 109/L", "1.5 x 10^9/L"),
        ("100×10 9 / L", "100×10^9 / L"),
        ("2*1012/L", "2*10^12/L"),
        ("3 x 10E9/L", "3 x 10^9/L"),
        ("3 10E9/L", "3 10^9/L"),
        ("1 x 106 cells/kg", "1 x 10^6 cells/kg"),
        ("dose（40 mg）：daily，then", "dose(40 mg): daily, then"),
        ("ratio 1：1", "ratio 1:1"),
        ("ＥＣＯＧ ≦ 2", "ECOG ≤ 2"),
    ],
)
def test_mended(text: str, fixed: str) -> None:
    assert is_damaged(text, markdown=False)
    assert mended(text) == fixed


@pytest.mark.parametrize(
    "text",
    [
        "„Ü”",
        "Café – bar",
        "naïve, São Paulo, à “la” carte",
        "109/L",
        "the unit 109/L",
        "1.5 109/L",
        "2 x 1000/uL",
        "1.5 x 10^9/L",
        "BRCA1 & BRCA2; R&D;",
        "a < b and c > d",
        "&unknown;",
        r"ANC \> 1",
        "食管癌，鳞癌（二线）",
        "ECOG评分：0-1",
        "阿帕替尼 and（安罗替尼）",
        "≥ 18 – 75 years • “quoted” ™",
    ],
)
def test_left_alone(text: str) -> None:
    assert mended(text) == text


def test_backslashes_are_escapes_in_markdown_only() -> None:
    assert mended(r"\> 1 \[a\] and\or", markdown=True) == r"> 1 [a] and\or"
    assert mended(r"\> 1", markdown=False) == r"\> 1"


def test_each_repair_says_what_stood_where() -> None:
    text = Traced.verbatim("Hb ï¼ž 90 &amp; ANC &gt; 1 x 109/L", 50)
    done, repairs = mend(text, "a.b", markdown=False)
    assert done.text == "Hb > 90 & ANC > 1 x 10^9/L"
    assert [(repair.kind, repair.before, repair.after, repair.span) for repair in repairs] == [
        ("mojibake", "ï¼ž", "＞", Span(53, 56)),
        ("entity", "&amp;", "&", Span(60, 65)),
        ("entity", "&gt;", ">", Span(70, 74)),
        ("superscript", "109", "10^9", Span(79, 82)),
        ("full-width", "＞", ">", Span(53, 56)),
    ]
    assert done.place(3, 4) == Span(53, 56)
    assert done.place(10, 13) == Span(66, 69)


def test_a_text_that_is_all_damage_is_left() -> None:
    assert mended("&lt;" * (MOST + 1)) == "&lt;" * (MOST + 1)
    assert mended("&lt;" * MOST) == "<" * MOST


@pytest.mark.parametrize(
    ("text", "places"),
    [
        ("HB = 90 g/L", ["= 90 g/"]),
        ("ALT and AST = 2.5 ULN; bilirubin = 1.5 x ULN", ["= 2.5 ULN", "= 1.5 x ULN"]),
        ("LVEF = 50%", ["= 50%"]),
        ("Age = 18 years", ["= 18 years"]),
        ("ANC = 1.5 x 10^9/L", ["= 1.5 x 1"]),
        ("HB >= 90 g/L, ANC > = 1.5 g/L, T <= 38 days, AST =< 3 ULN, x /= 2 days", []),
        ("Gleason 3+3=6, ECOG = 0-1, score = 5", []),
        ("platelets 100 109/L", ["109/L"]),
        ("platelets 100 x 10^9/L", []),
    ],
)
def test_lost_meaning_is_pointed_out(text: str, places: list[str]) -> None:
    found = doubtful_criteria(text, lambda path, start, end: Span(start, end))
    assert [text[doubt.span.start : doubt.span.end] for doubt in found if doubt.span] == places
