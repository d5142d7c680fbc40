"""QOL-01 to QOL-03: which questionnaire measures quality of life, and which version of it."""

import re
from collections.abc import Iterator, Mapping

from topline.protocol.lint.endpoint import Endpoint
from topline.protocol.lint.find import first_match
from topline.protocol.lint.passage import OutcomeText, Passage
from topline.protocol.lint.rule import Hit
from topline.protocol.lint.subject import Check, Subject

_INSTRUMENTS = re.compile(
    r"\bqlq|eortc|\bfact[- ]?(?:[a-z]{1,5}|&)\b(?<!fact that)|\bfacit|\bfksi|\bsf[- ]?(?:36|12|8|6d)|\beq-?5d|euroqol"
    r"|\bpromis\b|whoqol|\bmdasi|\bbpi\b|\bhads\b|\biief|\bepic\b|\bipss\b|\bshim\b|\blcss\b|\bkps\b|\bpedsql|\bdlqi|\baqol|\bqlacs"
    r"|\bnccn|\blasa\b|\besas\b|edmonton|brief pain|functional assessment|short[- ]form|nottingham|karnofsky"
    r"|spitzer|likert|visual analog"
)
_NAMED = re.compile(
    r"\b[A-Z][A-Za-z]*[A-Z0-9][A-Za-z0-9]*-?\d*\b"
    r"|\b(?:[A-Z][a-z]+ ){1,5}(?:Questionnaire|Scale|Index|Inventory|Survey|Score)"
)
_GENERIC = {"QoL", "QOL", "HRQoL", "HRQOL", "HQoL", "PRO", "PROs", "QLQ", "RT", "II", "III", "IV", "DNA", "AE", "PSA"}
_CORE = re.compile(r"\bqlq[\s_-]*c[\s_-]*30\b|\bc-?30\b")
_CORE_STEMS = ("qlq", "c30", "c-30")
_THIRD = re.compile(
    r"c[\s_-]*30[\s,()®™:-]*(?:questionnaire|scale|core)?[\s,()-]*(?:v(?:ersion|ers|er)?[\s.]*)?3(?:\.0)?\b"
    r"|\bversion 3(?:\.0)? of the (?:eortc )?qlq"
)
_MODULE = re.compile(r"\bqlq[\s–-]*(?!c[\s-]*30|c-?15|f-?17|info|sat|in-pat|cipn)[a-z]{2,5}[\s-]*\d\d\b")


def _no_instrument(subject: Subject) -> Iterator[Hit]:
    """QOL-01."""
    for outcome in subject.outcomes:
        if Endpoint.QUALITY_OF_LIFE in outcome.endpoints and not _instrument(outcome):
            yield outcome.measure.hit("no questionnaire is named")


def _instrument(outcome: OutcomeText) -> bool:
    """Return whether an outcome names a questionnaire, one that is known or one that looks like a name."""
    if _INSTRUMENTS.search(outcome.low):
        return True
    texts = (outcome.measure.text, outcome.description.text)
    return any(name not in _GENERIC for text in texts for name in _NAMED.findall(text))


def _no_version(subject: Subject) -> Iterator[Hit]:
    """QOL-02."""
    if not first_match(_CORE, subject.outcomes_low, _CORE_STEMS) or _THIRD.search(subject.everything):
        return
    if found := next(_found(_CORE, subject), None):
        passage, match = found
        yield passage.hit(f"the version is given {subject.nowhere}", match)


def _module_alone(subject: Subject) -> Iterator[Hit]:
    """QOL-03."""
    if "qlq" not in subject.outcomes_low or first_match(_CORE, subject.everything, _CORE_STEMS):
        return
    for passage, match in _found(_MODULE, subject):
        yield passage.hit("a module of the EORTC without the core questionnaire QLQ-C30", match)
        return


def _found(pattern: re.Pattern[str], subject: Subject) -> Iterator[tuple[Passage, re.Match[str]]]:
    """Yield the first place in each outcome that a pattern matches."""
    for outcome in subject.outcomes:
        for passage in outcome.passages:
            if match := pattern.search(passage.low):
                yield passage, match
                break


CHECKS: Mapping[str, Check] = {
    "QOL-01": _no_instrument,
    "QOL-02": _no_version,
    "QOL-03": _module_alone,
}
"""Checks of this module by rule."""
