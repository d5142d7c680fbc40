"""A lint rule as data, what it found, and the three answers it can give."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib.resources import files
from types import MappingProxyType

from topline.errors import Severity
from topline.protocol.record.record import Span


class Answer(StrEnum):
    """A rule fires, is silent, or cannot be assessed because the source does not hold what it needs."""

    FIRES = "fires"
    SILENT = "silent"
    CANNOT_ASSESS = "cannot assess"


@dataclass(frozen=True, slots=True)
class Rule:
    """A lint rule: identifier, severity, what is wrong, the authority, what to do, the fields it needs.

    `needs` are paths of the record (or of the study, for rules about studies) that must be in the source; where one
    of them is not in the source the answer is `cannot assess`.
    """

    id: str
    severity: Severity
    title: str
    authority: str
    fix: str
    needs: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Hit:
    """Where a rule fired: the field, the piece of its value (characters from `start` to `end`), what is wrong there.

    A hit without a piece (both 0) is about the whole field, or about what is missing from it.
    """

    path: str
    message: str
    start: int = 0
    end: int = 0


@dataclass(frozen=True, slots=True)
class LintFinding:
    """A rule that fired at one place: rule, field, words it is about, message, and the place in the file's text."""

    rule: Rule
    path: str
    words: str
    message: str
    span: Span | None = None


@dataclass(frozen=True, slots=True)
class Assessment:
    """The answer of one rule, with its findings, or with the reason why it cannot be assessed.

    `accepted` is the reason with which the study suppresses the rule; its findings stay in the list.
    """

    rule: Rule
    answer: Answer
    findings: tuple[LintFinding, ...] = ()
    reason: str = ""
    accepted: str = ""


@cache
def rules() -> Mapping[str, Rule]:
    """Return every rule by its identifier, read from the tables of rules beside this file."""
    found: dict[str, Rule] = {}
    for name in ("record", "criteria", "study"):
        text = files("topline.protocol.lint").joinpath(f"{name}.toml").read_text("utf-8")
        for key, entry in tomllib.loads(text).items():
            found[key] = Rule(key, **{**entry, "severity": Severity(entry["severity"]), "needs": tuple(entry["needs"])})
    return MappingProxyType(found)
