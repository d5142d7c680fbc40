"""What a terminal shows, and the JSON: findings with place and words, the accepted, the open, the summary."""

import json

from tests.protocol.lint.made import CRITERIA, FIRST, SECOND, TODAY, outcome, record, written
from topline.protocol.lint.rule import Answer, Assessment, rules
from topline.protocol.lint.run import checks, lint_record
from topline.protocol.lint.text import listed, render_json, render_text, shortened, summary
from topline.protocol.record.record import Record

FILE = "a record.json"


def ours(made: Record, accepted: dict[str, str] | None = None) -> list[Assessment]:
    """Return the answers of the rules on outcomes."""
    return [each for each in lint_record(made, TODAY, accepted or {}) if each.rule.id.startswith("OUT")]


def flawed() -> Record:
    return record(
        {FIRST: [outcome("CRP", None)], SECOND: [outcome("Overall survival", "Until progression", "Long term")]}
    )


def test_a_finding_shows_severity_rule_place_words_authority_and_fix() -> None:
    made = flawed()
    shown = render_text(ours(made), made.text, FILE)
    rule = rules()["OUT-02"]
    column = made.text.index("Until progression") + 1
    assert (
        f"error OUT-02  {rule.title}\n"
        f"  {FILE}:1:{column} outcomesModule.secondaryOutcomes.0.description: overall survival ends with death alone; "
        "this text ends it at progression\n"
        "    | Until progression\n"
        f"  rule: {rule.authority}\n"
        f"  fix:  {rule.fix}\n"
    ) in shown


def test_errors_stand_before_warnings_before_notes() -> None:
    made = flawed()
    heads = [line.split()[0] for line in render_text(ours(made), made.text, FILE).splitlines() if " OUT-" in line[:12]]
    assert heads == ["error", "warning", "warning", "note"]


def test_a_place_is_a_line_of_the_file() -> None:
    made = flawed()
    moved = written(made, made.text.replace(", ", ",\n"))
    [finding] = next(each for each in ours(moved) if each.rule.id == "OUT-02").findings
    assert finding.span is not None
    line = moved.text.count("\n", 0, finding.span.start) + 1
    assert line > 5
    assert f"  {FILE}:{line}:" in render_text(ours(moved), moved.text, FILE)


def test_the_accepted_keep_their_findings_and_leave_the_count() -> None:
    made = flawed()
    shown = render_text(ours(made, {"OUT-07": "the protocol defines it"}), made.text, FILE)
    assert f"accepted\n  OUT-07  {rules()['OUT-07'].title}: the protocol defines it\n" in shown
    assert "warning OUT-07" not in shown
    assert "      | CRP" in shown
    assert shown.splitlines()[-1].startswith("1 error, 1 warning, 1 note; 1 accepted, ")


def test_what_cannot_be_assessed_stands_together_by_its_reason() -> None:
    made = record({FIRST: None, SECOND: None}, frozenset({"outcomesModule"}))
    shown = render_text(ours(made), made.text, FILE)
    assert "cannot be assessed\n  OUT-01 to OUT-25: not in source: primaryOutcomes\n" in shown


def test_the_summary_adds_up() -> None:
    said = lint_record(record({CRITERIA: None}, frozenset({CRITERIA})), TODAY)
    numbers = [int(word) for word in summary(said).replace("(", "").split() if word.isdigit()]
    assert numbers[-1] == len(checks()) == sum(numbers[:-1])


def test_listed_joins_only_what_follows() -> None:
    assert listed(["OUT-01", "OUT-03", "OUT-04"]) == "OUT-01, OUT-03, OUT-04"
    assert listed(["DES-09", "DES-10", "DES-11", "OUT-12"]) == "DES-09 to DES-11, OUT-12"


def test_long_words_are_cut_in_the_middle() -> None:
    words = "begin " + "middle " * 100 + "end"
    cut = shortened(words)
    assert len(cut) <= 100
    assert cut.startswith("begin ")
    assert cut.endswith(" end")
    assert " … " in cut
    assert shortened("a\x1b[31m b") == "a [31m b"


def test_the_json_holds_every_rule_and_the_place_of_every_finding() -> None:
    made = flawed()
    read = json.loads(render_json(lint_record(made, TODAY), made.text, FILE))
    assert read["file"] == FILE
    assert [entry["rule"] for entry in read["rules"]] == list(checks())
    found = next(entry for entry in read["rules"] if entry["rule"] == "OUT-02")
    place = found["findings"][0]["place"]
    assert found["answer"] == Answer.FIRES
    assert made.text[place["start"] : place["end"]] == found["findings"][0]["words"] == "Until progression"
    assert (place["line"], place["column"]) == (1, place["start"] + 1)
