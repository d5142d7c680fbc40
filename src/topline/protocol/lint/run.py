"""Lint a registry record: every rule answers once, with its findings, silence, or why it cannot be assessed."""

from collections.abc import Iterable, Mapping
from datetime import date
from functools import cache
from itertools import islice
from types import MappingProxyType

from topline.errors import ToplineError
from topline.protocol.lint import (
    criteria,
    dates,
    design,
    encoding,
    estimand,
    horizon,
    outcomes,
    quality_of_life,
    response_criteria,
    safety,
    treatment,
)
from topline.protocol.lint.rule import Answer, Assessment, Hit, LintFinding, Rule, rules
from topline.protocol.lint.subject import Check, Subject, Unassessable
from topline.protocol.record.record import Record

MODULES = (
    dates,
    design,
    treatment,
    encoding,
    estimand,
    horizon,
    outcomes,
    response_criteria,
    quality_of_life,
    safety,
    criteria,
)
"""The modules of checks on records."""

MOST = 1_000
"""Findings of one rule that are listed; a text in which it fires more often is no record."""

NOTHING: Mapping[str, str] = MappingProxyType({})


@cache
def checks() -> Mapping[str, Check]:
    """Return the check of each rule on records, by the rule's identifier, in the order of the rules."""
    found = {name: check for module in MODULES for name, check in module.CHECKS.items()}
    return MappingProxyType({name: found[name] for name in rules() if name in found})


def lint_record(record: Record, today: date, accepted: Mapping[str, str] = NOTHING) -> tuple[Assessment, ...]:
    """Return what each rule says of a record, every rule once, in the order of the rules.

    `today` decides what is late; what was current is decided by the record's own dates. `accepted` gives for a rule
    the reason why its findings are accepted; they stay in the answer beside the reason.

    Raises
    ------
    ToplineError
        TL-I10 where `accepted` names a rule that does not exist.

    """
    refuse_unknown(accepted)
    subject = Subject(record, today)
    return tuple(assess(name, check, subject, accepted) for name, check in checks().items())


def refuse_unknown(accepted: Iterable[str]) -> None:
    """Raise TL-I10 where rules are accepted that do not exist."""
    unknown = sorted(set(accepted) - rules().keys())
    if unknown:
        raise ToplineError("TL-I10", where="accepted", what=f"{', '.join(unknown)} is no lint rule")


def assess(name: str, check: Check, subject: Subject, accepted: Mapping[str, str] = NOTHING) -> Assessment:
    """Return the answer of one rule."""
    rule, reason = rules()[name], accepted.get(name, "")
    if missing := subject.missing(rule.needs):
        return Assessment(rule, Answer.CANNOT_ASSESS, reason=not_in_source(missing), accepted=reason)
    try:
        hits = tuple(islice(check(subject), MOST))
    except Unassessable as question:
        return Assessment(rule, Answer.CANNOT_ASSESS, reason=str(question), accepted=reason)
    if not hits and not reason:
        return _silent(name)
    findings = tuple(_finding(rule, hit, subject.record) for hit in hits)
    return Assessment(rule, Answer.FIRES if findings else Answer.SILENT, findings, accepted=reason)


@cache
def _silent(name: str) -> Assessment:
    """Return the usual answer of a rule."""
    return Assessment(rules()[name], Answer.SILENT)


def not_in_source(needs: Iterable[str]) -> str:
    """Return in words that fields are not in the source.

    >>> not_in_source(["outcomesModule.primaryOutcomes", "a.completionDateStruct.date|a.lastUpdateSubmitDate"])
    'not in source: primaryOutcomes, completionDate or lastUpdateSubmitDate'
    """
    return "not in source: " + ", ".join(" or ".join(_name(path) for path in need.split("|")) for need in needs)


def _name(path: str) -> str:
    """Return how a field is called, without its module."""
    name = path.removesuffix("Struct.date").rpartition(".")[2]
    return "enrollment" if name == "count" else name


def _finding(rule: Rule, hit: Hit, record: Record) -> LintFinding:
    """Return a hit with the words it is about and their place in the file."""
    text = _words(record.value(hit.path))
    start, end = (hit.start, hit.end) if hit.end else (0, len(text))
    return LintFinding(rule, hit.path, text[start:end], hit.message, record.place(hit.path, start, end))


def _words(value: object) -> str:
    """Return how a value stands in a record; several values or none have no words of their own."""
    if isinstance(value, bool):
        return str(value).lower()
    return str(value) if isinstance(value, str | int) else ""
