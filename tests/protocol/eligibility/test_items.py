"""Items of criteria texts: sections, levels, markers, and that no character is lost."""

import difflib
import json
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from topline.protocol.eligibility.headings import find_headings
from topline.protocol.eligibility.items import CriteriaText, Item, dropped, lead, split_criteria


def texts(items: tuple[Item, ...]) -> list[str]:
    return [item.text for item in items]


@pytest.mark.parametrize(
    "marker",
    [
        "1. {}",
        "1) {}",
        "(1) {}",
        "* {}",
        "- {}",
        "-{}",
        "• {}",
        "o {}",
        "+ {}",
        "a. {}",
        "(a) {}",
        "i) {}",
        "① {}",
        "* (1) {}",
        "1、{}",
        "{}",
    ],
)
def test_every_marker_is_taken_off(marker: str) -> None:
    words = ("Cats are kept", "Dogs are kept", "Fish are kept")
    lines = [marker.replace("1", str(number)).format(word) for number, word in enumerate(words, 1)]
    found = split_criteria("Inclusion Criteria:\n\n" + "\n".join(lines) + "\n\nExclusion Criteria:\n\n* Birds")
    assert texts(found.inclusion) == list(words)
    assert texts(found.exclusion) == ["Birds"]
    assert found.split


@pytest.mark.parametrize("text", ["1.5 x the limit of ALT", "-5 degrees", "18 years", "i.e. cats", "e.g. cats"])
def test_what_only_looks_like_a_marker_is_text(text: str) -> None:
    assert texts(split_criteria(f"Inclusion criteria\n{text}").inclusion) == [text]


@pytest.mark.parametrize(
    ("heading", "section"),
    [
        ("Inclusion Criteria:", "inclusion"),
        ("INCLUSION CRITERIA", "inclusion"),
        ("* INCLUSION CRITERIA:", "inclusion"),
        ("Key inclusion criteria", "inclusion"),
        ("Main Exclusion Criteria :", "exclusion"),
        ("Exclusion:", "exclusion"),
        ("Subject exclusion criteria for all cohorts:", "exclusion"),
        ("Patients must meet all of the following inclusion criteria:", "inclusion"),
        ("入选标准：", "inclusion"),
        ("排除标准", "exclusion"),
        ("【纳入标准】", "inclusion"),
        ("Inclusion and exclusion criteria", "unplaced"),
        ("Eligibility Criteria:", "unplaced"),
    ],
)
def test_a_heading_opens_a_section(heading: str, section: str) -> None:
    assert [head.section for head in find_headings(f"{heading}\n* Cats\n")] == [section]


@pytest.mark.parametrize(
    "line",
    [
        "Does not meet the inclusion criteria of the main study",
        "Exclusion of other causes of cough",
        "Patients for inclusion",
    ],
)
def test_a_sentence_that_speaks_of_criteria_is_no_heading(line: str) -> None:
    assert find_headings(line) == ()


def test_headings_that_lost_their_line_breaks() -> None:
    found = split_criteria("Inclusion Criteria: 1. Cats 2. Dogs 3. Fish Exclusion Criteria: 1. Birds 2. Bees 3. Ants")
    assert texts(found.inclusion) == ["Cats", "Dogs", "Fish"]
    assert texts(found.exclusion) == ["Birds", "Bees", "Ants"]
    ended = split_criteria("Inclusion Criteria\n* Cats Exclusion Criteria\n* Birds")
    assert (texts(ended.inclusion), texts(ended.exclusion)) == (["Cats"], ["Birds"])


def test_a_list_on_one_line_needs_three_rising_numbers() -> None:
    two = split_criteria("Inclusion criteria\n1. Cats in group 2. Dogs").inclusion
    assert texts(two) == ["Cats in group 2. Dogs"]


def test_points_below_an_item_stay_in_its_text_and_are_its_children() -> None:
    text = "Inclusion Criteria:\n* Pets:\n  1. cats\n     * black\n  2. dogs\n* Fish"
    pets, fish = split_criteria(text).inclusion
    assert pets.text == "Pets:\n  1. cats\n     * black\n  2. dogs"
    assert [(child.text, child.level, child.parent, child.number) for child in pets.children] == [
        ("cats\n     * black", 1, 1, 1),
        ("dogs", 1, 1, 2),
    ]
    assert (pets.children[0].children[0].text, pets.children[0].children[0].level) == ("black", 2)
    assert (lead(pets), lead(fish), fish.number) == ("Pets:", "Fish", 2)


@pytest.mark.parametrize("joint", ["OR", "and/or", "AND", "or:"])
def test_a_bare_connective_joins_the_items_around_it(joint: str) -> None:
    (item,) = split_criteria(f"Inclusion Criteria:\n* Cats\n\n{joint}\n\n* Dogs").inclusion
    assert "Cats" in item.text
    assert "Dogs" in item.text


@pytest.mark.parametrize("text", ["* Cats, or\n* Dogs", "* Cats\n* or dogs"])
def test_alternatives_are_never_two_requirements(text: str) -> None:
    assert len(split_criteria(f"Inclusion Criteria:\n{text}").inclusion) == 1


def test_one_of_the_following_holds_its_list() -> None:
    (item,) = split_criteria("Inclusion Criteria:\nMust have one of the following:\n* Cats\n* Dogs").inclusion
    assert texts(item.children) == ["Cats", "Dogs"]
    excluded = split_criteria("Exclusion Criteria:\nAny of the following:\n* Cats\n* Dogs").exclusion
    assert texts(excluded) == ["Cats", "Dogs"]


def test_continued_lines_belong_to_the_item_above() -> None:
    text = "Inclusion Criteria:\n1. Cats\n   that purr\n2. Dogs\nthat bark"
    assert texts(split_criteria(text).inclusion) == ["Cats\n   that purr", "Dogs\nthat bark"]


@pytest.mark.parametrize("heading", ["Cohort 1:", "Part A", "Women only:"])
def test_a_heading_inside_a_section_limits_what_follows(heading: str) -> None:
    found = split_criteria(f"Inclusion Criteria:\n\n{heading}\n\n* Cats\n\nExclusion Criteria:\n* Birds")
    assert found.inclusion[0].under == heading.rstrip(":")
    assert found.exclusion[0].under == ""


@pytest.mark.parametrize("heading", ["Disease characteristics:", "Patients must meet all of the following criteria:"])
def test_a_harmless_heading_limits_nothing(heading: str) -> None:
    assert split_criteria(f"Inclusion Criteria:\n\n{heading}\n\n* Cats").inclusion[0].under == ""


def test_two_lists_of_one_kind_are_for_different_people() -> None:
    text = "Group 1\nInclusion Criteria:\n* Cats\nExclusion Criteria:\n* Birds\nInclusion Criteria:\n* Dogs"
    found = split_criteria(text)
    assert [item.under for item in found.inclusion] == ["one of 2 lists headed Inclusion Criteria"] * 2
    assert texts(found.unplaced) == ["Group 1"]


def test_a_text_without_headings_is_unplaced() -> None:
    found = split_criteria("* Cats\n* Dogs")
    assert (texts(found.unplaced), found.inclusion, found.split) == (["Cats", "Dogs"], (), False)
    assert split_criteria("") == CriteriaText()


WORDS = st.sampled_from(
    [
        "cats",
        "dogs",
        "1.",
        "2)",
        "*",
        "-",
        "o",
        "•",
        "(a)",
        "i)",
        "OR",
        "and",
        "Inclusion",
        "Criteria:",
        "Exclusion criteria",
        "入选标准",
        ":",
        ";",
        "one of the following:",
        "\n",
        "\n\n",
        "\r\n",
        "  ",
        "\t",
        "\u2028",
        "\x85",
        "\x0b",
        "Part A",
        "≥",
    ]
)


@given(st.lists(WORDS, max_size=40).map(" ".join) | st.lists(WORDS, max_size=40).map("".join) | st.text(max_size=300))
def test_no_character_is_ever_lost(text: str) -> None:
    found = split_criteria(text)
    assert dropped(text, found) == ()
    for item in (*found.inclusion, *found.exclusion, *found.unplaced):
        assert text[item.start : item.end] == item.text
        for child in item.children:
            assert item.start <= child.begin <= child.end <= item.end


def normal(text: str) -> str:
    unmarked = re.sub(r"\n\s*(?:[*•o-]|[0-9]+[.)])\s+", "\n", text)
    return re.sub(r"[\W_]+", " ", re.sub(r"^\s*(?:[0-9]+\.|\*)\s*", "", unmarked)).strip().lower()


def overlap(expected: str, found: list[str]) -> float:
    """Return how much of an expected item stands in the found item that is most like it."""
    best = float(expected in found)
    for text in () if best else found:
        matcher = difflib.SequenceMatcher(None, expected, text, autojunk=False)
        if matcher.real_quick_ratio() > best:
            best = max(best, matcher.ratio())
    return best


def test_the_sample_pages_are_split_as_their_truth_says(shared: Path) -> None:
    total = agreed = 0.0
    for path in sorted((shared / "data/registry/veeva_truth").glob("*.json")):
        truth = json.loads(path.read_text(encoding="utf-8"))
        found = split_criteria(truth["criteria_text"])
        assert dropped(truth["criteria_text"], found) == ()
        for name in ("inclusion", "exclusion"):
            expected = [normal(text) for text in truth[name] or []]
            got = [normal(item.text) for item in getattr(found, name)]
            total += sum(map(len, expected))
            agreed += sum(len(text) * overlap(text, got) for text in expected)
    print(f"criteria items by text overlap: {agreed / total:.2%}")
    assert agreed / total >= 0.97


def test_no_character_of_a_sample_is_lost(shared: Path) -> None:
    for path in sorted((shared / "data/registry/ctgov").glob("*.json")):
        text = json.loads(path.read_text(encoding="utf-8"))["protocolSection"]["eligibilityModule"].get(
            "eligibilityCriteria", ""
        )
        assert dropped(text, split_criteria(text)) == ()
        assert dropped(text[: len(text) // 2], split_criteria(text[: len(text) // 2])) == ()
