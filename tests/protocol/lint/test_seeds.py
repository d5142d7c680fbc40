"""The two example records: what must be found in them, what cannot be said of them, and nothing beyond."""

from datetime import date
from pathlib import Path

import pytest

from topline.protocol.lint.rule import Answer, Assessment
from topline.protocol.lint.run import lint_record
from topline.protocol.record.form import parse_record

TODAY = date(2026, 11, 21)
FAMILIES = ("DAT", "DES", "ENC", "OUT", "QOL", "SAF")

FLAT = {
    *("OUT-02", "OUT-04", "OUT-07", "OUT-08", "OUT-14", "OUT-17", "OUT-18", "ENC-03", "QOL-02", "DES-12", "DES-13"),
    *("OUT-21", "OUT-22", "OUT-23"),  # three time frames in one field; 100 months; a borrowed definition
}
PAGE = {"DES-09", "DES-12", "DES-13"}


def answers(shared: Path, pattern: str) -> dict[str, Assessment]:
    [path] = shared.joinpath("seeds").glob(pattern)
    said = lint_record(parse_record(path.read_text("utf-8"), path.name), TODAY)
    return {each.rule.id: each for each in said if each.rule.id.startswith(FAMILIES)}


def firing(said: dict[str, Assessment]) -> set[str]:
    return {name for name, each in said.items() if each.answer is Answer.FIRES}


def test_the_flattened_record_fires_what_it_must_and_nothing_beyond(shared: Path) -> None:
    assert firing(answers(shared, "000_*.txt")) == FLAT


def test_the_page_fires_what_it_must_and_nothing_beyond(shared: Path) -> None:
    assert firing(answers(shared, "003_*.txt")) == PAGE


def test_an_allocation_that_the_flattened_form_lacks_leaves_randomization_open(shared: Path) -> None:
    said = answers(shared, "000_*.txt")["OUT-01"]
    assert said.answer is Answer.CANNOT_ASSESS
    assert "'From date of randomization', as 4 fields do: Overall survival; Time to progression; " in said.reason


def test_the_version_of_ctcae_needs_a_date(shared: Path) -> None:
    said = answers(shared, "000_*.txt")["SAF-02"]
    assert (said.answer, said.reason[:13]) == (Answer.CANNOT_ASSESS, "CTCAE 4.0 is ")


def test_outcomes_are_not_in_the_source_of_a_page(shared: Path) -> None:
    said = answers(shared, "003_*.txt")
    outcome_rules = [each for name, each in said.items() if name.startswith(("OUT", "QOL", "SAF"))]
    assert len(outcome_rules) > 30
    assert {each.answer for each in outcome_rules} == {Answer.CANNOT_ASSESS}


@pytest.mark.parametrize(("pattern", "rule", "words"), [
    ("000_*.txt", "OUT-02", "until the date of first documented progression"),
    ("000_*.txt", "OUT-22", "100 months"),
    ("000_*.txt", "QOL-02", "QLQ C30"),
    ("000_*.txt", "ENC-03", "ï¼Œ"),
    ("003_*.txt", "DES-09", "Combination"),
])  # fmt: skip
def test_the_words_are_found_in_the_file(shared: Path, pattern: str, rule: str, words: str) -> None:
    [path] = shared.joinpath("seeds").glob(pattern)
    made = parse_record(path.read_text("utf-8"), path.name)
    finding = answers(shared, pattern)[rule].findings[0]
    assert finding.span is not None
    assert made.text[finding.span.start : finding.span.end] == words
