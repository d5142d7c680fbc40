"""Findings in the Static Analysis Results Interchange Format 2.1.0, which editors and continuous integration read."""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from urllib.parse import quote

from topline.errors import Severity
from topline.protocol.lint.lines import Lines
from topline.protocol.lint.rule import Answer, Assessment, LintFinding, Rule

LEVEL: Mapping[Severity, str] = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.NOTE: "note"}
"""The level of a result for each severity."""

FINGERPRINT = "toplineFinding/v1"
"""Names how a finding is recognised from run to run: rule, field and words, whatever line they stand in."""


def render_sarif(assessments: Iterable[Assessment], source: str, where: str, version: str = "") -> str:
    """Return a SARIF log of one run over one file.

    A finding is a result of kind `fail`; a rule that cannot be assessed one of kind `notApplicable` where the source
    lacks a field and `open` where a person must decide. Accepted findings are suppressed with their reason. Lines and
    columns count from 1, in characters, in the file as the user has it; `where` is its path relative to where the
    user stands, `version` that of the program.
    """
    answers, lines = tuple(assessments), Lines(source)
    index = {answer.rule.id: place for place, answer in enumerate(answers)}
    driver = {"name": "topline lint", "rules": [_rule(answer.rule) for answer in answers]}
    run = {
        "tool": {"driver": driver | ({"version": version} if version else {})},
        "columnKind": "unicodeCodePoints",
        "artifacts": [{"location": {"uri": address(where)}, "roles": ["analysisTarget"]}],
        "results": [
            {"ruleIndex": index[answer.rule.id], **result}
            for answer in answers
            for result in _results(answer, lines, where)
        ],
    }
    return json.dumps({"version": "2.1.0", "runs": [run]}, ensure_ascii=False, indent=2) + "\n"


def address(where: str) -> str:
    r"""Return the path of a file as a relative reference of the web, without a scheme.

    >>> address("my records\\a:b.txt"), address("./a:b.txt")
    ('my%20records/a%3Ab.txt', './a%3Ab.txt')
    """
    return quote(where.replace("\\", "/"), safe="/-._~")


def _rule(rule: Rule) -> dict[str, object]:
    """Return the description of a rule."""
    return {
        "id": rule.id,
        "shortDescription": {"text": rule.title},
        "fullDescription": {"text": f"{rule.title}. {rule.authority}."},
        "help": {"text": f"{rule.fix}\n\nAuthority: {rule.authority}"},
        "defaultConfiguration": {"level": LEVEL[rule.severity]},
        "properties": {"tags": [rule.id.partition("-")[0]]},
    }


def _results(answer: Assessment, lines: Lines, where: str) -> Iterator[dict[str, object]]:
    """Yield the results of one rule."""
    if answer.answer is Answer.CANNOT_ASSESS:
        yield _open(answer, where)
    seen: dict[str, int] = {}
    for finding in answer.findings:
        name = fingerprint(finding)
        seen[name] = seen.get(name, 0) + 1
        yield {
            "ruleId": answer.rule.id,
            "kind": "fail",
            "level": LEVEL[answer.rule.severity],
            "message": {"text": _message(finding)},
            "locations": [_location(finding, lines, where)],
            "partialFingerprints": {FINGERPRINT: f"{name}:{seen[name]}"},
            **_suppressed(answer),
        }


def _open(answer: Assessment, where: str) -> dict[str, object]:
    """Return the result of a rule that cannot be assessed."""
    return {
        "ruleId": answer.rule.id,
        "kind": "notApplicable" if answer.reason.startswith("not in source") else "open",
        "level": "none",
        "message": {"text": f"{answer.rule.title}: cannot be assessed, {answer.reason}"},
        "locations": [{"physicalLocation": {"artifactLocation": _artifact(where)}}],
        **_suppressed(answer),
    }


def _suppressed(answer: Assessment) -> dict[str, object]:
    """Return that a rule is accepted, with the reason."""
    if not answer.accepted:
        return {}
    return {"suppressions": [{"kind": "external", "status": "accepted", "justification": answer.accepted}]}


def _message(finding: LintFinding) -> str:
    """Return the message of a finding with what to do, which editors show in one bubble."""
    return f"{finding.rule.title}: {finding.message}. {finding.rule.fix[:1].upper()}{finding.rule.fix[1:]}."


def _location(finding: LintFinding, lines: Lines, where: str) -> dict[str, object]:
    """Return where a finding is: file, region where it is known, and the field by its path."""
    physical: dict[str, object] = {"artifactLocation": _artifact(where)}
    if finding.span is not None:
        line, column = lines.place(finding.span.start)
        end_line, end_column = lines.place(finding.span.end)
        physical["region"] = {
            "startLine": line,
            "startColumn": column,
            "endLine": end_line,
            "endColumn": end_column,
        }
    logical = [{"fullyQualifiedName": finding.path, "kind": "member"}]
    return {"physicalLocation": physical, "logicalLocations": logical}


def _artifact(where: str) -> dict[str, object]:
    return {"uri": address(where), "index": 0}


def fingerprint(finding: LintFinding) -> str:
    """Return by what a finding is recognised when its lines have moved: a digest of rule, field and words."""
    words = " ".join(finding.words.split())
    return hashlib.sha256(f"{finding.rule.id}\n{finding.path}\n{words}".encode()).hexdigest()[:32]
