"""Every sample record against its truth: precision and recall by field, printed as tables (pytest -s), with thresholds.

Thresholds: 99.5 % of identifiers, numbers and codes in pages, JSON and CSV; 97 % of the words of criteria; 90 % of
outcomes exact in the flattened form, and 98 % of those that are not flagged as uncertain.
"""

from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from tests.protocol.record.samples import (
    Scores,
    as_row,
    as_table,
    mended,
    names,
    outcomes,
    overlap,
    page_truth,
    page_values,
    read,
    truth,
)
from topline.protocol.record.form import parse_records
from topline.protocol.record.record import Form, Record, State

CODES, CRITERIA, OUTCOMES, CERTAIN = 0.995, 0.97, 0.9, 0.98
NOT_IN_PAGE = ("outcomesModule.primaryOutcomes", "identificationModule.officialTitle", "conditionsModule.keywords")


@pytest.fixture(scope="module")
def registry(shared: Path) -> Path:
    return shared / "data" / "registry"


def test_pages_field_by_field(registry: Path) -> None:
    scores = Scores("ClinicalTrials.Veeva")
    for name in names(registry / "veeva"):
        there = page_truth(truth(registry / "veeva_truth" / f"{name}.json"))
        given = page_values(read(registry / "veeva" / f"{name}.txt"))
        if not there["enrollment type"]:
            given["enrollment type"] = []  # a page writes the same whether the register says ACTUAL or nothing
        scores.add(given, there)
    print("\n" + scores.table())
    assert sum(score.there for score in scores.fields.values()) > 700
    assert scores.below(CODES) == []


def test_criteria_of_pages(registry: Path) -> None:
    shares = {}
    for name in names(registry / "veeva"):
        record = read(registry / "veeva" / f"{name}.txt")
        said = truth(registry / "veeva_truth" / f"{name}.json")
        shares[name] = overlap(record.content.eligibility.eligibility_criteria, mended_lines(said["criteria_text"]))
    print("\ncriteria of pages, words in common: lowest", f"{min(shares.values()):.1%}")
    assert len(shares) == 28
    assert min(shares.values()) >= CRITERIA, shares


def mended_lines(text: str) -> str:
    return "\n".join(mended(line) for line in text.split("\n"))


def test_what_pages_never_carry(registry: Path) -> None:
    for name in names(registry / "veeva"):
        record = read(registry / "veeva" / f"{name}.txt")
        assert {record.state(path) for path in NOT_IN_PAGE} == {State.NOT_IN_SOURCE}
        assert record.state("eligibilityModule.sex") is State.READ


def test_every_word_of_a_page_is_found_where_it_stands(registry: Path) -> None:
    for name in names(registry / "veeva"):
        record = read(registry / "veeva" / f"{name}.txt")
        for path in ("identificationModule.briefTitle", "descriptionModule.briefSummary"):
            assert_words_at_their_places(record, path)
        assert_words_at_their_places(record, "eligibilityModule.eligibilityCriteria", skipped="criteria")


def assert_words_at_their_places(record: Record, path: str, skipped: str = " ") -> None:
    """Look each word of a value up in the file's text; words of mended places are found with their damage."""
    value = record.value(path)
    damaged = {repair.after for repair in record.repairs}
    at = 0
    for word in str(value).split():
        at = str(value).index(word, at)
        span = record.place(path, at, at + len(word))
        assert span is not None
        there = record.text[span.start : span.end]
        if not any(mark in word for mark in damaged) and skipped not in word.lower() and word != "*":
            assert there == word, path
        at += len(word)


def test_json_against_the_truth_of_pages(registry: Path) -> None:
    scores, shares = Scores("API version 2"), []
    for name in sorted({*names(registry / "veeva_truth")} & {*names(registry / "ctgov")}):
        said = truth(registry / "veeva_truth" / f"{name}.json")
        record = read(registry / "ctgov" / f"{name}.json")
        there, given = page_truth(said), page_values(record)
        acronym = record.content.identification.acronym
        if acronym and there["title"] != given["title"]:
            given["title"] = [f"{record.content.identification.brief_title} ({acronym})"]
        scores.add(given, there)
        shares.append(overlap(record.content.eligibility.eligibility_criteria, mended_lines(said["criteria_text"])))
    print("\n" + scores.table())
    assert sum(score.there for score in scores.fields.values()) > 500
    assert scores.below(CODES) == []
    assert min(shares) >= CRITERIA


def test_json_keeps_everything(registry: Path) -> None:
    """The document is the file's own, and each value of the content is that of the file, mended at most."""
    for name in names(registry / "ctgov"):
        study = truth(registry / "ctgov" / f"{name}.json")
        record = read(registry / "ctgov" / f"{name}.json")
        assert record.document == study
        dumped = record.content.model_dump(by_alias=True, exclude_unset=True)
        changed = {repair.path for repair in record.repairs}
        assert dict(differences(dumped, study["protocolSection"], "")).keys() <= changed, name


def differences(ours: Any, theirs: Any, path: str) -> Any:
    """Yield the paths at which two trees of plain values differ."""
    if isinstance(theirs, dict):
        for name in {*theirs, *ours}:
            yield from differences(ours.get(name), theirs.get(name), f"{path}.{name}".lstrip("."))
    elif isinstance(theirs, list):
        assert len(ours) == len(theirs), path
        for index, part in enumerate(theirs):
            yield from differences(ours[index], part, f"{path}.{index}")
    elif ours != theirs:
        yield path, (ours, theirs)


def test_every_repair_of_json_stands_where_it_says(registry: Path) -> None:
    kinds: Counter[str] = Counter()
    for name in names(registry / "ctgov"):
        record = read(registry / "ctgov" / f"{name}.json")
        for repair in record.repairs:
            assert repair.span is not None
            there = record.text[repair.span.start : repair.span.end]
            value = record.value(repair.path)
            if isinstance(value, str):
                whole = record.place(repair.path, 0, len(value))
                assert whole is not None
                assert whole.start <= repair.span.start < repair.span.end <= whole.end
            assert repair.before in there.replace("\\\\", "\\") or "&" in there, repair
            kinds[repair.kind] += 1
    assert kinds["escape"] > 200
    assert kinds["superscript"] >= 5
    assert kinds["full-width"] >= 10


def test_export_field_by_field(registry: Path) -> None:
    """The columns of the register's CSV export, written here from its JSON, are read back."""
    found = names(registry / "ctgov")
    studies = [truth(registry / "ctgov" / f"{name}.json") for name in found]
    records = parse_records(as_table([as_row(study) for study in studies]), "export")
    scores = Scores("CSV export")
    fields = (
        "nct",
        "status",
        "phases",
        "study_type",
        "sex",
        "primary_purpose",
        "allocation",
        "model",
        "masking",
        "sponsor",
    )
    for name, record in zip(found, records, strict=True):
        there = page_values(read(registry / "ctgov" / f"{name}.json"))
        given = page_values(record)
        wanted = (*fields, "title", "conditions", "identifiers", "treatments", "enrollment")
        scores.add({key: given[key] for key in wanted}, {key: there[key] for key in wanted})
        assert record.form is Form.CSV
        assert record.state("eligibilityModule.eligibilityCriteria") is State.NOT_IN_SOURCE
        assert record.state("outcomesModule.otherOutcomes") in (State.READ, State.EMPTY)
    print("\n" + scores.table())
    assert scores.below(CODES) == []


def test_flattened_records(registry: Path) -> None:
    scores = Scores("flattened")
    all_of_them = right = sure = sure_and_right = 0
    for name in names(registry / "flat"):
        record = read(registry / "flat" / f"{name}.txt")
        said = truth(registry / "flat_truth" / f"{name}.json")
        content = record.content
        given = {
            "title": [content.identification.brief_title],
            "conditions": list(content.conditions.conditions),
            "treatments": [(treatment.type, treatment.name) for treatment in content.arms.interventions],
            "has description": [content.description.detailed_description is not None],
        }
        there = {
            "title": [said["title"]],
            "conditions": said["conditions"],
            "treatments": [tuple(pair) for pair in said["treatments"]],
            "has description": [said["has_description"]],
        }
        expected = [(kind, at, one) for kind, group in said["outcomes"].items() for at, one in enumerate(group)]
        uncertain = {doubt.path for doubt in record.doubts}
        read_here = {(kind, at): outcome for kind, at, outcome in outcomes(record)}
        given["outcomes by kind"] = [kind for kind, _ in read_here]
        there["outcomes by kind"] = [kind for kind, _, _ in expected]
        scores.add(given, there)
        for kind, at, one in expected:
            outcome = read_here[kind, at]
            exact = (outcome.measure, outcome.time_frame) == (mended(one["measure"]), mended(one["time_frame"]))
            is_sure = f"outcomesModule.{kind}Outcomes.{at}" not in uncertain
            all_of_them, right = all_of_them + 1, right + exact
            sure, sure_and_right = sure + is_sure, sure_and_right + (is_sure and exact)
    print("\n" + scores.table())
    print(f"outcomes {all_of_them}: exact {right / all_of_them:.1%}")
    print(f"outcomes without doubt {sure}: exact {sure_and_right / sure:.1%}")
    assert scores.below(CODES) == []
    assert all_of_them == 170
    assert right / all_of_them >= OUTCOMES
    assert sure >= all_of_them / 2
    assert sure_and_right / sure >= CERTAIN
