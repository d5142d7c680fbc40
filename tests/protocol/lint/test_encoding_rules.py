"""ENC-01 to ENC-06 on made-up records: damage that the reader mended, and damage that it left."""

import pytest

from tests.protocol.lint.made import CRITERIA, SUMMARY, TITLE, Case, answer, record
from topline.protocol.record.record import Repair, Span

CASES = (
    Case("ENC-01", "Platelets = 90 x", {CRITERIA: "Platelets = 90 x 10^9/L"}),
    Case("ENC-01", None, {CRITERIA: "Platelets ≥ 90 x 10^9/L"}),
    Case("ENC-01", None, {CRITERIA: "Platelets = 90 x 10^9/L or bilirubin <= 1 mg/dL"}),  # comparators survive
    Case("ENC-01", None, {CRITERIA: "Gleason score 3 + 3 = 6"}),
    Case("ENC-01", None, {CRITERIA: "ALT (alanine transaminase) = a liver enzyme"}),
    Case("ENC-02", "109/L", {CRITERIA: "Platelets ≥ 90 x 109/L"}),
    Case("ENC-02", "10 9/L", {CRITERIA: "Platelets ≥ 90 x 10 9/L"}),
    Case("ENC-02", "10E9/L", {CRITERIA: "Platelets ≥ 90 x 10E9/L"}),
    Case("ENC-02", None, {CRITERIA: "Platelets ≥ 90 x 10^9/L"}),
    Case("ENC-02", None, {CRITERIA: "Haemoglobin ≥ 109 g/L, sodium 1109/L"}),
    Case("ENC-03", "â‰¥", {CRITERIA: "Age â‰¥ 18"}),
    Case("ENC-03", None, {CRITERIA: "Age ≥ 18, in Ângelo's ward"}),
    Case("ENC-03", "\ufffd", {TITLE: "A \ufffd in Cancer"}),
    Case("ENC-04", "，", {TITLE: "Response，survival"}),
    Case("ENC-04", None, {TITLE: "Response, survival"}),
    Case("ENC-04", None, {TITLE: "食管鳞癌，二线治疗"}),
    Case("ENC-05", "\\>", {CRITERIA: "Age \\> 18"}),
    Case("ENC-05", None, {CRITERIA: "Age > 18, in the folder C:\\work"}),
    Case("ENC-06", "&lt;", {SUMMARY: "Creatinine &lt; 1.5"}),
    Case("ENC-06", "<sup>", {SUMMARY: "10<sup>9</sup> cells"}),
    Case("ENC-06", None, {SUMMARY: "Creatinine < 1.5 mg & AST > 2"}),
)


@pytest.mark.parametrize("case", CASES, ids=str)
def test_encoding(case: Case) -> None:
    said = answer(case.rule, record(case.changes), case.today)
    assert [finding.words for finding in said.findings] == ([] if case.words is None else [case.words])


@pytest.mark.parametrize(
    ("rule", "kind"),
    [
        ("ENC-02", "superscript"),
        ("ENC-03", "mojibake"),
        ("ENC-04", "full-width"),
        ("ENC-05", "escape"),
        ("ENC-06", "entity"),
    ],
)
def test_what_the_reader_mended_is_told(rule: str, kind: str) -> None:
    made = record(
        {CRITERIA: "Age ≥ 18"}, repairs=(Repair(kind, CRITERIA, "##", "≥"), Repair(kind, CRITERIA, "#", "18"))
    )
    [finding] = answer(rule, made).findings
    assert finding.words == "≥"
    assert "'##' was read as '≥'; 1 more in this field" in finding.message


def test_the_repair_is_found_at_its_own_place() -> None:
    criteria = "Age > 18; weight > 50"
    base = record({CRITERIA: criteria}).text.find(criteria)
    second = Span(base + criteria.rindex(">"), base + criteria.rindex(">") + 1)
    [finding] = answer(
        "ENC-05", record({CRITERIA: criteria}, repairs=(Repair("escape", CRITERIA, "\\>", ">", second),))
    ).findings
    assert finding.span == second


def test_full_width_signs_that_came_out_of_mojibake_are_told_once() -> None:
    place = Span(5, 8)
    repairs = (Repair("mojibake", TITLE, "ï¼Œ", "，", place), Repair("full-width", TITLE, "，", ", ", place))
    made = record({TITLE: "Response, survival"}, repairs=repairs)
    assert [len(answer(rule, made).findings) for rule in ("ENC-03", "ENC-04")] == [1, 0]
