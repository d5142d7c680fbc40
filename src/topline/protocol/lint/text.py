"""Findings as a terminal shows them, and the same as JSON."""

import json
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby

from topline.errors import Severity
from topline.protocol.lint.lines import Lines
from topline.protocol.lint.rule import Answer, Assessment, LintFinding
from topline.protocol.record.record import Span

WIDTH = 100
"""Characters of quoted words that a terminal shows."""

ORDER = {Severity.ERROR: 0, Severity.WARNING: 1, Severity.NOTE: 2}


def render_text(assessments: Iterable[Assessment], source: str, where: str) -> str:
    """Return what a reader of a terminal sees: findings by severity, what is accepted, what is open, a summary.

    `source` is the text of the file, `where` its name, which stands before line and column of every finding.
    """
    answers, lines = tuple(assessments), Lines(source)
    fired = sorted(_fired(answers), key=lambda answer: ORDER[answer.rule.severity])
    parts = (_rule(answer, lines, where) for answer in fired)
    tail = (_accepted(answers, lines, where), _open(answers), summary(answers))
    return "\n\n".join(part for part in (*parts, *tail) if part) + "\n"


def summary(assessments: Sequence[Assessment]) -> str:
    """Return the last line: how many rules fire by severity, are accepted, are silent, cannot be assessed."""
    fired = [answer.rule.severity for answer in _fired(assessments)]
    counts = [_count(fired.count(severity), str(severity)) for severity in ORDER]
    accepted = sum(bool(answer.accepted) and answer.answer is Answer.FIRES for answer in assessments)
    silent = sum(answer.answer is Answer.SILENT for answer in assessments)
    unknown = sum(answer.answer is Answer.CANNOT_ASSESS for answer in assessments)
    total = _count(len(assessments), "rule")
    return f"{', '.join(counts)}; {accepted} accepted, {silent} silent, {unknown} cannot be assessed ({total})"


def render_json(assessments: Iterable[Assessment], source: str, where: str) -> str:
    """Return every answer as JSON: rule, severity, answer, reason, and findings with words and place."""
    lines = Lines(source)
    answers = [_entry(answer, lines) for answer in assessments]
    return json.dumps({"file": where, "rules": answers}, ensure_ascii=False, indent=2) + "\n"


def _fired(assessments: Iterable[Assessment]) -> Iterator[Assessment]:
    """Yield the rules that fire and are not accepted."""
    return (answer for answer in assessments if answer.answer is Answer.FIRES and not answer.accepted)


def _rule(answer: Assessment, lines: Lines, where: str) -> str:
    """Return a rule that fires, with its findings."""
    rule = answer.rule
    findings = (line for finding in answer.findings for line in _finding(finding, lines, where))
    head = f"{rule.severity} {rule.id}  {rule.title}"
    return "\n".join((head, *findings, f"  rule: {rule.authority}", f"  fix:  {rule.fix}"))


def _finding(finding: LintFinding, lines: Lines, where: str) -> Iterator[str]:
    """Yield the place and message of a finding, and the words below."""
    line, column = lines.place(finding.span.start) if finding.span else (0, 0)
    place = f"{where}:{line}:{column}" if line else where
    yield f"  {place} {finding.path}: {finding.message}"
    if finding.words.strip():
        yield f"    | {shortened(finding.words)}"


def shortened(words: str, width: int = WIDTH) -> str:
    """Return words on one line, cut in the middle where they are longer than a width.

    >>> shortened("from   enrolment to the last visit of the last patient", 30)
    'from enrolment … last patient'
    """
    line = " ".join("".join(letter if letter.isprintable() else " " for letter in words[: 20 * width]).split())
    if len(line) <= width and len(words) <= 20 * width:
        return line
    head, tail = line[: width // 2], line[-(width // 2 - 2) :]
    return f"{head.rpartition(' ')[0] or head} … {tail.partition(' ')[2] or tail}"


def _accepted(answers: Iterable[Assessment], lines: Lines, where: str) -> str:
    """Return the rules that fire and are accepted, with their reasons and findings."""
    found = [answer for answer in answers if answer.accepted and answer.answer is Answer.FIRES]
    parts = (
        f"  {answer.rule.id}  {answer.rule.title}: {answer.accepted}\n"
        + "\n".join(f"  {line}" for one in answer.findings for line in _finding(one, lines, where))
        for answer in found
    )
    return "\n".join(("accepted", *parts)) if found else ""


def _open(answers: Iterable[Assessment]) -> str:
    """Return what cannot be assessed, rules with the same reason together."""
    found = sorted((answer.reason, answer.rule.id) for answer in answers if answer.answer is Answer.CANNOT_ASSESS)
    grouped = ((reason, [name for _, name in group]) for reason, group in groupby(found, key=lambda one: one[0]))
    lines = (f"  {listed(names)}: {reason}" for reason, names in sorted(grouped, key=lambda one: one[1]))
    return "\n".join(("cannot be assessed", *lines)) if found else ""


def listed(names: Sequence[str]) -> str:
    """Return rules in order, three or more that follow each other as a stretch.

    >>> listed(["DES-01", "DES-02", "OUT-01", "OUT-02", "OUT-03"])
    'DES-01, DES-02, OUT-01 to OUT-03'
    """
    stretches: list[list[str]] = []
    for name in names:
        family, _, number = name.partition("-")
        if stretches and stretches[-1][-1] == f"{family}-{int(number) - 1:02}":
            stretches[-1].append(name)
        else:
            stretches.append([name])
    return ", ".join(f"{one[0]} to {one[-1]}" if len(one) > 2 else ", ".join(one) for one in stretches)


def _entry(answer: Assessment, lines: Lines) -> dict[str, object]:
    rule = answer.rule
    return {
        "rule": rule.id,
        "severity": str(rule.severity),
        "title": rule.title,
        "answer": str(answer.answer),
        "reason": answer.reason or None,
        "accepted": answer.accepted or None,
        "authority": rule.authority,
        "fix": rule.fix,
        "findings": [
            {"path": one.path, "message": one.message, "words": one.words, "place": _place(one.span, lines)}
            for one in answer.findings
        ],
    }


def _place(span: Span | None, lines: Lines) -> dict[str, int] | None:
    """Return where words stand in the file: line and column from 1, characters from 0."""
    if span is None:
        return None
    line, column = lines.place(span.start)
    return {"line": line, "column": column, "start": span.start, "end": span.end}


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"
