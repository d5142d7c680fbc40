"""Lint of an executable study: every rule about study files, asked of a protocol, with the lines of its file."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

from topline.protocol.document import Document, parse_document
from topline.protocol.lint import (
    study_criteria,
    study_design,
    study_eligibility,
    study_endpoints,
    study_estimands,
    study_schedule,
)
from topline.protocol.lint.rule import Answer, Assessment, Hit, LintFinding, Rule, rules
from topline.protocol.lint.subject import Unassessable
from topline.protocol.model import Protocol
from topline.protocol.record.record import Span
from topline.protocol.tree import Path, find

FAMILY = "STU-"
UNUSED = "STU-50"
LINE_BREAK = re.compile(r"\r\n|[\n\r\x85\u2028\u2029]")
MOST_WORDS = 200  # characters of a value that a finding quotes

Check = Callable[[Protocol], Iterator[Hit]]

CHECKS: Mapping[str, Check] = {
    **study_schedule.CHECKS,
    **study_design.CHECKS,
    **study_endpoints.CHECKS,
    **study_estimands.CHECKS,
    **study_criteria.CHECKS,
    **study_eligibility.CHECKS,
}
"""The check of every rule about a study but the one about the acceptances, which looks at all the others."""


@dataclass(frozen=True, slots=True)
class StudyText:
    """A study file and the lines of its values."""

    text: str
    document: Document

    def where(self, path: str) -> tuple[str, Span | None]:
        """Return what is written at a dotted path and the place of its line; of its nearest parent where it is not."""
        found = self._path(path)
        if not found:
            return "", None
        words = self.document.written.get(found, "") if self._stands(path, found) else ""
        return " ".join(words.split())[:MOST_WORDS], self._line(self.document.line(found))

    def _path(self, text: str) -> Path:
        """Return the path that a text names, or that of its nearest parent."""
        while text:
            found = find(self.document.data, text)
            if found is not None:
                return found
            text = text.rpartition(".")[0]
        return ()

    def _stands(self, text: str, path: Path) -> bool:
        """Whether the file itself holds a value there, not only a parent of it."""
        return find(self.document.data, text) == path

    def _line(self, number: int) -> Span | None:
        """Return the place of a line in the file, without its indent."""
        starts = [0, *(found.end() for found in LINE_BREAK.finditer(self.text))]
        if number > len(starts):
            return None
        start = starts[number - 1]
        line = LINE_BREAK.split(self.text[start : start + 100_000], maxsplit=1)[0]
        indent = len(line) - len(line.lstrip(" \ufeff-"))
        return Span(start + indent, start + max(indent, len(line.rstrip())))


def lint_study(protocol: Protocol, text: str) -> tuple[Assessment, ...]:
    """Return the answer of every rule about an executable study, in the order of the rules.

    Args:
        protocol: the study.
        text: its file, for the places of the findings; an empty text gives findings without place.

    Raises:
        ToplineError: TL-P01 when the text is no study file.

    """
    file = StudyText(text, parse_document(text, "study.yaml") if text else Document())
    asked = {name: rule for name, rule in rules().items() if name.startswith(FAMILY)}
    found = {name: _assess(rule, protocol, file) for name, rule in asked.items() if name != UNUSED}
    if UNUSED in asked:
        hits = _unused(protocol, found.values())
        found[UNUSED] = _answered(asked[UNUSED], hits, protocol, file)
    return tuple(found[name] for name in asked)


def _assess(rule: Rule, protocol: Protocol, file: StudyText) -> Assessment:
    """Return the answer of one rule."""
    accepted = protocol.accepted.get(rule.id, "")
    absent = [need for need in rule.needs if not stated(protocol, need)]
    if absent:
        reason = f"the study states nothing under {', '.join(absent)}"
        return Assessment(rule, Answer.CANNOT_ASSESS, reason=reason, accepted=accepted)
    try:
        return _answered(rule, CHECKS[rule.id](protocol), protocol, file)
    except Unassessable as reason:
        return Assessment(rule, Answer.CANNOT_ASSESS, reason=str(reason), accepted=accepted)


def stated(protocol: Protocol, path: str) -> bool:
    """Whether a study states something at a dotted path of the model: a part, a text, a list that is not empty."""
    found: object = protocol
    for step in path.split("."):
        found = getattr(found, step, None)
    return found not in (None, "", ())


def _answered(rule: Rule, hits: Iterable[Hit], protocol: Protocol, file: StudyText) -> Assessment:
    """Return the answer that these hits give."""
    findings = tuple(_finding(rule, hit, file) for hit in hits)
    answer = Answer.FIRES if findings else Answer.SILENT
    return Assessment(rule, answer, findings, accepted=protocol.accepted.get(rule.id, ""))


def _finding(rule: Rule, hit: Hit, file: StudyText) -> LintFinding:
    """Return a hit with the words and the line of the study file."""
    words, span = file.where(hit.path)
    return LintFinding(rule, hit.path, words, hit.message, span)


def _unused(protocol: Protocol, found: Iterable[Assessment]) -> Iterator[Hit]:
    """Yield acceptances of rules that do not exist, or that no longer fire."""
    silent = {each.rule.id for each in found if each.answer is Answer.SILENT}
    for name in protocol.accepted:
        if name not in rules():
            yield Hit(f"accepted.{name}", f"there is no rule {name}")
        elif name in silent:
            yield Hit(f"accepted.{name}", f"{name} finds nothing in this study; the reason is out of date")
