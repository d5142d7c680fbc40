"""OUT-08 to OUT-10, OUT-25: which response criteria, and which version of them, a record judges by."""

import re
from collections.abc import Iterator, Mapping
from itertools import islice

from topline.protocol.lint.cited import Cited
from topline.protocol.lint.endpoint import BY_IMAGING
from topline.protocol.lint.passage import OutcomeText, Passage
from topline.protocol.lint.rule import Hit
from topline.protocol.lint.subject import Check, Subject, Unassessable, together

_NAMES = re.compile(
    r"response evaluation criteria|response criteria|response assessment in|working group (?:criteria|response)"
    r"|\bwho (?:criteria|response)"
    r"|\b(?:choi(?!c)|lugano|cheson|lyric|recil|imwg|iwg|[mi]?rano|macdonald|percist|gcig|pcwg\d?|iwcll|eln|inrc|inss|irrc|itmig"
    r"|easl|mswat|olsen|deauville|nci[- ]wg)\b|ca-?125"
    r"|(?:eortc|nci|curie|myeloma|leuk\w+) (?:\w+ ){0,2}(?:criteria|score)"
)
_CRITERIA = re.compile(
    r"\bcriteria\b|\b(?:20|25|30|50)\s?% (?:decrease|increase|reduction|change|smaller|larger)|\bblasts?\b|\bmarrow\b"
)
_RECIST = re.compile(r"\b(?P<kind>i|m|ir|im)?recist\b")
_VERSION = re.compile(
    r"recist(?:\)|®)?[\s,(:-]*(?:criteria|guidelines?)?[\s,(:-]*(?:v(?:ersion|ers|er)?[\s.]*)?"
    r"(\d\s?[.,]\s?\d)(?!\d|\s?%|\s?[cm]m\b)"
)
_VERSION_BEFORE = re.compile(r"version (\d\.\d) of (?:the )?recist\b")
_KNOWN = {"1.0", "1.1"}


def _no_criteria(subject: Subject) -> Iterator[Hit]:
    """OUT-08."""
    judged = [outcome for outcome in subject.outcomes if outcome.endpoints & BY_IMAGING]
    if not judged or not subject.oncology or "recist" in subject.everything or _NAMES.search(subject.everything):
        return
    vague = [outcome for outcome in judged if not _CRITERIA.search(outcome.low)]
    if "criteria" in subject.unseen and any(outcome.description for outcome in vague):
        raise Unassessable("response criteria may be named in the eligibility criteria, which are not in this source")
    message = f"response criteria are named {subject.nowhere}"
    yield from together(outcome.measure.hit(message) for outcome in vague)


def _no_version(subject: Subject) -> Iterator[Hit]:
    """OUT-09."""
    found = () if subject.once(versions) else tuple(_plain(subject.outcomes))
    if found:
        message = subject.absence("the version of RECIST")
        yield from together(passage.hit(message, match) for passage, match in found)


def _plain(outcomes: tuple[OutcomeText, ...]) -> Iterator[tuple[Passage, re.Match[str]]]:
    """Yield where outcomes cite RECIST itself, not one of its offspring (iRECIST, mRECIST), once per outcome."""
    for outcome in outcomes:
        if "recist" not in outcome.low:
            continue
        found = ((passage, _RECIST.search(passage.low)) for passage in outcome.passages)
        plain = ((passage, match) for passage, match in found if match and match["kind"] is None)
        yield from islice(plain, 1)


def _several(subject: Subject) -> Iterator[Hit]:
    """OUT-10."""
    first: dict[str, Cited] = {}
    for citation in subject.once(versions):
        if citation.version in _KNOWN and citation.passage.path.startswith("outcomesModule"):
            first.setdefault(citation.version, citation)
    if len(first) > 1:
        for version, citation in first.items():
            yield citation.hit(f"RECIST {version} here, another version elsewhere")


def _no_such_version(subject: Subject) -> Iterator[Hit]:
    """OUT-25."""
    for citation in subject.once(versions):
        if citation.version not in _KNOWN:
            yield citation.hit(f"RECIST has no version {citation.version}")


def versions(subject: Subject) -> tuple[Cited, ...]:
    """Return each version of RECIST that the record cites, with its place."""
    return tuple(
        Cited(f"{match[1][0]}.{match[1][-1]}", passage, *match.span())
        for passage in subject.holding("recist")
        for pattern in (_VERSION, _VERSION_BEFORE)
        for match in pattern.finditer(passage.low)
    )


CHECKS: Mapping[str, Check] = {
    "OUT-08": _no_criteria,
    "OUT-09": _no_version,
    "OUT-10": _several,
    "OUT-25": _no_such_version,
}
"""Checks of this module by rule."""
