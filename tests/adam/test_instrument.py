"""Instruments are data: what a file may say, what is refused, and that another module needs no code."""

import numpy as np
import pytest

from topline.adam.asked import ask
from topline.adam.instrument import add_wording, built_in, parse_instrument
from topline.adam.scoring import score
from topline.errors import ToplineError

MODULE = """
name = "EORTC QLQ-TEST2"
version = "1.0"
prefix = "TST"
source = "a module of two items for a test"
categories = ["EORTC QLQ-TEST2"]
items = [{ number = 31, low = 1, high = 4 }, { number = 32, low = 1, high = 4 }, { number = 33, low = 0, high = 10 }]

[[scales]]
code = "AB"
label = { en = "Both", zh = "两项" }
items = [31, 32]
least = 2
formula = "rising"
better = "low"
mid = 8
mid_source = "a source with its doi"

[[scales]]
code = "C"
label = { en = "One", zh = "一项" }
items = [33]
formula = "falling"
better = "high"
mid = 5
mid_assumed = "a reason"

[[composites]]
code = "ALL"
label = { en = "All", zh = "全部" }
scales = ["AB", "C"]
mid = 5
mid_assumed = "a reason"
"""


def refusal(text: str) -> str:
    with pytest.raises(ToplineError) as caught:
        parse_instrument(text, "file")
    assert caught.value.code == "TL-Q12"
    return " ".join((caught.value.what, *caught.value.others))


def test_another_module_needs_a_file_and_no_code() -> None:
    asked = ask(parse_instrument(MODULE), margins={"TSTC": 7})
    found = score(np.array([[4.0, 3, 2], [4, np.nan, 2], [1, 1, 0]]), asked)
    np.testing.assert_allclose(found, [[250 / 3, 80, (50 / 3 + 80) / 2], [np.nan, 80, np.nan], [0, 100, 100]])
    assert [scale.mid for scale in asked.scales] == [8, 7, 5]
    assert asked.form == "TSTFORM"


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("items = [31, 32]", "items = [31, 34]", "not among the items"),
        ("items = [31, 32]", "items = [31, 33]", "different ranges"),
        ("items = [31, 32]", "items = [31, 31]", "stands twice"),
        ("least = 2", "least = 3", "least exceeds"),
        ('formula = "rising"', 'formula = "sideways"', "rising"),
        ('better = "low"\n', "", "formula and better"),
        ('mid_source = "a source with its doi"\n', "", "mid_source or mid_assumed"),
        ("mid = 8", "mid = 0", "greater than 0"),
        ('scales = ["AB", "C"]', 'scales = ["AB", "D"]', "unknown scale"),
        ('code = "C"', 'code = "AB"', "twice"),
        ("low = 0, high = 10", "low = 10, high = 0", "is not below"),
        ('prefix = "TST"', 'prefix = "TOOLONG"', "prefix"),
        ("least = 2", "leest = 2", "leest"),
        ("[[composites]]", "[[composites", "Expected"),
    ],
)
def test_a_faulty_file_is_refused_with_its_fault(old: str, new: str, told: str) -> None:
    assert old in MODULE
    assert told in refusal(MODULE.replace(old, new, 1))


def test_all_faults_are_named_at_once() -> None:
    told = refusal(MODULE.replace("mid = 8", "mid = 0").replace('version = "1.0"', "version = 1"))
    assert "version" in told
    assert "mid" in told


def test_an_unverified_scale_states_its_directions() -> None:
    found = built_in("EORTC QLQ-OES18")
    assert found is not None
    assert [scale.code for scale in found.scales if scale.unverified] == ["DYS"]
    for directions in ({"OESDYS": "upwards"}, {"OESPA": "symptom"}, {"OESDYX": "ability"}):
        with pytest.raises(ToplineError, match="has no"):
            ask(found, directions)


def test_what_ships_holds_no_wording_and_every_difference_has_a_source() -> None:
    for name in ("EORTC QLQ-C30", "EORTC QLQ-OES18"):
        found = built_in(name)
        assert found is not None
        assert not found.wording
        assert all(each.mid_source or each.mid_assumed for each in (*found.scales, *found.composites))
        covered = sorted(number for scale in found.scales for number in scale.items)
        assert covered == [item.number for item in found.items]


def test_wording_comes_from_a_licensed_file() -> None:
    found = parse_instrument(MODULE)
    worded = add_wording(found, '[31]\nen = "licensed words"\nzh = "授权文字"\n')
    assert worded.wording[31].en == "licensed words"
    assert worded.scales == found.scales
    for text in ('[99]\nen = "a"\nzh = "b"\n', "[31\n", '[first]\nen = "a"\nzh = "b"\n'):
        with pytest.raises(ToplineError):
            add_wording(found, text)


@pytest.mark.parametrize("name", ["", "EORTC", "../errors", "EORTC QLQ-C30.toml", "QLQ C30/x", "FACT-E"])
def test_names_without_a_file_have_no_instrument(name: str) -> None:
    assert built_in(name) is None
