"""OUT-05 to OUT-07, OUT-11 to OUT-13, OUT-17, OUT-19, OUT-20, OUT-24: whether outcomes are complete and distinct."""

import re
from collections.abc import Iterator, Mapping
from itertools import pairwise

from topline.protocol.lint.endpoint import BY_IMAGING, Endpoint, Mention
from topline.protocol.lint.passage import LONGEST, OutcomeText, Passage
from topline.protocol.lint.rule import Hit
from topline.protocol.lint.subject import Check, Subject

_NUMBER = re.compile(r"\d|\b(?:one|two|three|four|five|six|seven|eight|nine|ten|twelve|once|first|second|third)\b")
_MOMENT = re.compile(
    r"cycle|visit|baseline|\b(?:day|week|month|year|hour|minute|night|morning)s?\b|(?:dai|week|month|year|annual|hour)ly"
    r"|discharge|surg|operat|procedur|hospital|admission|immediate|biops|transplant|infusion|injection|imaging|scan"
    r"|follow[ -]?up|birth|deliver|treatment|therapy|session|exam|diagnos|enrol|inclusion|screening|interview|resect"
)
_OPEN = re.compile(
    r"\b(?:through(?:out)?|until|during|duration|up to|till?|end of|completion of|long)\b|^study|^(?:os|pfs)$"
)
_VAGUE = re.compile(
    r"(?:the |overall |clinical |general |drug )*(?:safety|efficacy|effectiveness|feasibility|tolerability|toxicity"
    r"|outcome|success|response|activity)"
    r"(?:(?:,| and| &|/|, and| or)\s*(?:safety|efficacy|effectiveness|feasibility|tolerability|toxicity|activity))*"
    r"(?: profile| data| assessment| evaluation| measures?)?(?: of [^,;.()]{1,60})?\.?"
)
_JOINED = re.compile(
    r"\s*(?:\([^)]*\)|rates?|time|events?|profile|\W)*\s*(?:and|&|,|/|;|\+|as well as)\s*(?:the |overall )*"
)
_PROMISE = re.compile(
    r"\b(?:explor\w+|correlative|translational|predictive|prognostic|molecular)\b[^.;]{0,60}\b(?:bio)?markers?\b"
    r"|\b(?:bio)?markers?\b[^.;]{0,60}\b(?:will be|are) (?:\w+ )?(?:explored|analy[sz]ed|assessed|studied|evaluated|"
    r"investigated|examined|tested|collected)"
)
_OWN = re.compile(r"\b(?:will|to|aims?|we|this (?:study|trial)|objectives?|secondary|performed|is planned|intend)\b")
_MARKER = re.compile(
    r"marker|gen[eo]|mutation|dna\b|rna\b|express|pd-?l1|tmb|msi\b|cytokine|immun|\bt[ -]?cells?|\bcells?\b|sequenc"
    r"|signature|correlat|protein|antibod|serum|plasma|blood|level|tissue|molecul|predict|methyl|receptor|microb|stain"
)
_OVERALL = re.compile(r"surviv(?<!free surviv)(?<!free-surviv)(?:al|e|ing)\b|mortality|alive\b|death rate")
_TUMOUR = BY_IMAGING | {Endpoint.EVENT_FREE_SURVIVAL}
_EFFICACY = re.compile(
    r"\b(?:efficacy|effectiveness)\b(?: (?:and|&) |/|, )(?:the )?(?:safety|toxicit|tolerab)"
    r"|\b(?:safety|toxicit\w+|tolerability)(?: (?:and|&) |/|, )(?:the )?(?:preliminary )?(?:efficacy|effectiveness)\b"
)


def _no_time_frame(subject: Subject) -> Iterator[Hit]:
    """OUT-05."""
    for outcome in subject.primary:
        if not outcome.time_frame:
            yield outcome.time_frame.hit(f"no time frame for the primary outcome {outcome.measure.text!r}")


def _not_a_time(subject: Subject) -> Iterator[Hit]:
    """OUT-06."""
    for outcome in subject.outcomes:
        low = outcome.time_frame.low[:LONGEST].strip()
        if low and not _NUMBER.search(low) and (not _MOMENT.search(low) or _OPEN.search(low)):
            yield outcome.time_frame.hit("no number, visit or cycle says when this is measured")


def _no_description(subject: Subject) -> Iterator[Hit]:
    """OUT-07."""
    for outcome in subject.primary:
        if not outcome.description:
            yield outcome.measure.hit("the primary outcome has no description that defines it")


def _many_primaries(subject: Subject) -> Iterator[Hit]:
    """OUT-11."""
    count = len(subject.primary)
    if count >= 4 and subject.phase_two:
        yield Hit("outcomesModule.primaryOutcomes", f"{count} primary outcomes")


def _two_measures(subject: Subject) -> Iterator[Hit]:
    """OUT-12."""
    for outcome in subject.outcomes:
        found = outcome.mentions
        for left, right in pairwise(found):
            if _joined(outcome.measure, left, right):
                both = f"{left.endpoint} and {right.endpoint}"
                yield Hit(outcome.measure.path, f"one outcome holds two measures, {both}", left.start, right.end)
                break
        else:
            if "eff" in outcome.measure.low and (match := _EFFICACY.search(outcome.measure.low)):
                yield outcome.measure.hit("one outcome holds two measures, efficacy and safety", match)


def _joined(measure: Passage, left: Mention, right: Mention) -> bool:
    """Return whether two endpoints are named side by side, as two things."""
    return _JOINED.fullmatch(measure.low, left.end, right.start) is not None


def _vague(subject: Subject) -> Iterator[Hit]:
    """OUT-13."""
    for outcome in subject.primary:
        if outcome.measure and not outcome.description and _VAGUE.fullmatch(outcome.measure.low.strip()):
            yield outcome.measure.hit("this names an aim, not a quantity that is measured")


def _marker_promised(subject: Subject) -> Iterator[Hit]:
    """OUT-17."""
    for passage in (subject.summary, subject.detail):
        match = _PROMISE.search(passage.low) if "marker" in passage.low else None
        if match and _OWN.search(_sentence(passage.low, match)):
            if not any(_MARKER.search(outcome.low) for outcome in subject.outcomes):
                yield passage.hit("no registered outcome holds this analysis", match)
            return


def _sentence(text: str, match: re.Match[str]) -> str:
    """Return the sentence around a match."""
    end = text.find(".", match.end())
    return text[text.rfind(".", 0, match.start()) + 1 : end if end >= 0 else len(text)]


def _duplicate(subject: Subject) -> Iterator[Hit]:
    """OUT-19."""
    seen: dict[tuple[str, str], list[OutcomeText]] = {}
    for outcome in subject.outcomes:
        twins = seen.setdefault((_words(outcome.measure), _words(outcome.time_frame)), [])
        twin = next((other for other in twins if _alike(outcome.description, other.description)), None)
        if outcome.measure and twin:
            yield outcome.measure.hit(f"the same measure and time frame stand at {twin.path}")
        twins.append(outcome)


def _words(passage: Passage) -> str:
    return " ".join(passage.low.split())


def _alike(one: Passage, other: Passage) -> bool:
    """Return whether two descriptions do not tell their outcomes apart."""
    return not one or not other or _words(one) == _words(other)


def _no_overall_survival(subject: Subject) -> Iterator[Hit]:
    """OUT-20."""
    treats = subject.interventional and subject.design.primary_purpose == "TREATMENT"
    late = subject.phase_two or "PHASE3" in subject.content.design.phases
    judged = any(outcome.endpoints & _TUMOUR for outcome in subject.outcomes)
    named = any(Endpoint.OVERALL_SURVIVAL in outcome.endpoints for outcome in subject.outcomes)
    if treats and late and judged and not named and not any(_OVERALL.search(one.low) for one in subject.outcomes):
        yield Hit("outcomesModule.secondaryOutcomes", "tumours are judged, and no outcome is overall survival")


def _no_primary(subject: Subject) -> Iterator[Hit]:
    """OUT-24."""
    if not subject.primary:
        yield Hit("outcomesModule.primaryOutcomes", "no primary outcome is registered")


CHECKS: Mapping[str, Check] = {
    "OUT-05": _no_time_frame,
    "OUT-06": _not_a_time,
    "OUT-07": _no_description,
    "OUT-11": _many_primaries,
    "OUT-12": _two_measures,
    "OUT-13": _vague,
    "OUT-17": _marker_promised,
    "OUT-19": _duplicate,
    "OUT-20": _no_overall_survival,
    "OUT-24": _no_primary,
}
"""Checks of this module by rule."""
