"""Rules about criteria on real records: both seeds exactly, every sample without a failure."""

from collections import Counter
from pathlib import Path

import pytest

from tests.protocol.lint.criteria_case import TODAY, answer, fired
from topline.protocol.lint.criteria import CHECKS
from topline.protocol.lint.rule import Answer, rules
from topline.protocol.lint.subject import CRITERIA, Subject
from topline.protocol.record.form import parse_record
from topline.protocol.record.record import Record

SEED_2 = {
    *("ELG-02", "ELG-05", "ELG-06", "ELG-09", "ELG-10", "ELG-14", "ELG-15", "ELG-17", "ELG-21", "ELG-24", "ELG-27"),
    "ELG-29",  # not among the prototyped rules: recurrent and metastatic in the title, stage IIIB among the criteria
}
SEED_2_WORDS = {
    "ELG-02": "18 to 80 years old",
    "ELG-05": "Normal function of major organs",
    "ELG-10": "IIIB-C",
    "ELG-14": "HIV",
    "ELG-15": "contraceptive",
}


def read(path: Path) -> Record:
    return parse_record(path.read_text("utf-8"), path.name)


def seed(shared: Path, number: str) -> Record:
    return read(next((shared / "seeds").glob(f"{number}_*.txt")))


def test_seed_2_fires_exactly_these(shared: Path) -> None:
    found = seed(shared, "003")
    assert fired(found) == SEED_2
    for rule, words in SEED_2_WORDS.items():
        span = answer(rule, found).findings[0].span
        assert span is not None
        assert found.text[span.start : span.end] == words


def test_a_page_cannot_say_what_its_outcomes_are(shared: Path) -> None:
    page = answer("ELG-16", seed(shared, "003"))
    assert page.answer is Answer.CANNOT_ASSESS
    assert "primaryOutcomes" in page.reason


def test_seed_1_has_no_criteria_to_judge(shared: Path) -> None:
    found = seed(shared, "000")
    assert {answer(rule, found).answer for rule in CHECKS} == {Answer.CANNOT_ASSESS}


def test_every_rule_about_criteria_has_a_check_and_needs_them() -> None:
    named = {name: rule for name, rule in rules().items() if name.startswith("ELG-")}
    assert named.keys() == CHECKS.keys()
    assert all(CRITERIA in rule.needs for rule in named.values())


@pytest.mark.parametrize(("folder", "suffix", "count"), [("veeva", "txt", 28), ("ctgov", "json", 53)])
def test_every_sample_is_answered(shared: Path, folder: str, suffix: str, count: int) -> None:
    """Each hit lies within the text that it is about; no rule fires on more than a third of the records."""
    paths = sorted((shared / "data" / "registry" / folder).glob(f"*.{suffix}"))
    assert len(paths) == count
    fires: Counter[str] = Counter()
    for path in paths:
        subject = Subject(read(path), TODAY)
        for rule, check in CHECKS.items():
            hits = list(check(subject))
            fires[rule] += bool(hits)
            for hit in hits:
                value = subject.record.value(hit.path)
                assert 0 <= hit.start <= hit.end <= len(value if isinstance(value, str) else "")
    assert max(fires.values()) <= count / 3
    assert len([rule for rule, times in fires.items() if times]) >= 14
