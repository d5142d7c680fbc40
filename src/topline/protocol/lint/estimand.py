"""OUT-01 to OUT-04, OUT-14, OUT-18: outcomes that are not the estimand which their name promises."""

import re
from collections.abc import Iterator, Mapping

from topline.protocol.lint.endpoint import RATES, TIME_TO_EVENT, Endpoint
from topline.protocol.lint.find import holds
from topline.protocol.lint.passage import OutcomeText, Passage
from topline.protocol.lint.rule import Hit
from topline.protocol.lint.subject import Check, Subject, Unassessable, together

_RANDOMIZATION = re.compile(r"(?<!non-)(?<!non)(?<!not )(?<!no )\brandomi[sz](?:ation|ed)\b")
_OTHER_ORIGIN = re.compile(
    r"\W*(?:/|or)\W*(?:the |date of |time of )*"
    r"(?:start|first|enrol|regist|initiation|treatment|day|c1d1|allocation|inclusion)"
)
_PATIENTS_RANDOMIZED = re.compile(
    r"\b(?:patients?|participants?|subjects?|women|men)\b(?: [\w-]+){0,4} randomi[sz]ed"
    r"|\brandomly (?:assigned|allocated)|\brandomi[sz]ed[^.]{0,30}\b\d ?: ?\d"
)
_UNTIL_PROGRESSION = re.compile(
    r"\b(?:until|till?|to)\b (?!death)(?:the |date of |time of |first |documented |date |disease |tumou?r |objective "
    r"|radiographic |clinical |confirmed |evidence of |any )*progress(?:ion|ive)?\b(?!\W*(?:free|to death))"
    r"|\bprogress(?:ion|ive disease)?\s*(?:,|and/or|or|/)\s*(?:the |date of |until )*(?:death|died)"
)
_BY_RECIST = re.compile(r"\b(?:m|i)?recist\b")
_REGARDLESS = re.compile(r"\b(?:regardless|irrespective|independent(?:ly)?) of\b|\bafter (?:disease )?progression")
_DEFINITION = re.compile(r"\b(?:time|interval|duration|period|length|from|until)\b[^.;]{0,200}\b(?:progress|pd\b)")
_DEATH = re.compile(r"\bdeaths?\b|\bdie[ds]?\b|\bdead\b|\bdeceased\b|\bmortality\b|\balive\b|\bliving\b|\bos event")
_OR_DEATH = re.compile(
    r"\b(?:or|and|,)\s*(?:the |date of |time of |to |until |patient |on-study )*(?:death|died|dies)\b"
    r"(?!\W+(?:due to|from|caused by|related to|because of|as a result of)\W+(?:the |underlying )?"
    r"(?:disease|cancer|tumou?r|progress))"
)
_BARE_LANDMARK = re.compile(
    r"(?:about |approximately |around )?(?:\d+(?:\.\d+)?|an?|one|two|three|four|six|eight|twelve)"
    r"[\s-]*(?:week|month|year)s?\.?"
)
_SAYS_HOW = re.compile(r"recist|criteria|defin|every|proportion|percent|rate of|number of|ratio|sum of")
_CENSORING = (
    *("censor", "therap", "treatment", "regimen", "regardless", "irrespective", "lost to follow", "last "),
    *("intercurrent", "cut", "if "),
)
_SHARE = re.compile(r"\W*(?:the )?(?:proportion|percentage|number|share|percent)\b")
_SAYS_CENSORING = re.compile(
    r"censor|(?:new|subsequent|other|further|another) (?:\w+[ -]){0,3}(?:therap|treatment|regimen)|regardless"
    r"|irrespective|lost to follow|last (?:known|contact|follow|adequate|evaluable|tumou?r assessment)"
    r"|intercurrent|treatment policy|cut-?off date|\bif (?:there is )?no (?:pd|progress|event|death)"
)


def _from_randomization(subject: Subject) -> Iterator[Hit]:
    """OUT-01."""
    found = list(_randomization(subject))
    if not found or subject.design.allocation == "RANDOMIZED":
        return
    if subject.design.allocation is None:
        raise Unassessable(_unknown_allocation(subject, found))
    if subject.design.allocation == "NON_RANDOMIZED" and _PATIENTS_RANDOMIZED.search(subject.prose):
        return
    for passage, match in found:
        yield passage.hit("nobody is randomized in this trial, so this time has no beginning", match)


def _randomization(subject: Subject) -> Iterator[tuple[Passage, re.Match[str]]]:
    for outcome in subject.outcomes:
        if "randomi" in outcome.low:
            for passage in outcome.passages:
                match = _RANDOMIZATION.search(passage.low)
                if match and not _OTHER_ORIGIN.match(passage.low, match.end()):
                    yield passage, match


def _unknown_allocation(subject: Subject, found: list[tuple[Passage, re.Match[str]]]) -> str:
    """Return why it is open whether times may count from randomization, quoting the words and naming the outcomes."""
    words = dict.fromkeys(repr(_clause(passage.text, match)) for passage, match in found)
    outcomes = (subject.record.value(f"{passage.path.rpartition('.')[0]}.measure") for passage, _ in found)
    named = "; ".join(dict.fromkeys(str(measure) for measure in outcomes))
    state = "is empty" if subject.in_source("designModule.designInfo.allocation") else "is not in this source"
    return f"the allocation {state}; a single arm cannot count {', '.join(words)}, as {len(found)} fields do: {named}"


def _clause(text: str, match: re.Match[str]) -> str:
    """Return the words up to the end of a match, from the beginning of their clause."""
    start = max(text.rfind(sign, 0, match.start()) for sign in ",;:.(\n") + 1
    return " ".join(text[max(start, match.start() - 40) : match.end()].split())


def _survival_to_progression(subject: Subject) -> Iterator[Hit]:
    """OUT-02."""
    for outcome in _only(subject, Endpoint.OVERALL_SURVIVAL):
        if "progress" not in outcome.low and "recist" not in outcome.low:
            continue
        for passage in (outcome.description, outcome.time_frame):
            match = _UNTIL_PROGRESSION.search(passage.low) or _BY_RECIST.search(passage.low)
            if match and not _REGARDLESS.search(passage.low):
                yield passage.hit("overall survival ends with death alone; this text ends it at progression", match)


def _progression_without_death(subject: Subject) -> Iterator[Hit]:
    """OUT-03."""
    for outcome in _only(subject, Endpoint.PROGRESSION_FREE_SURVIVAL):
        definition = _DEFINITION.search(outcome.description.low)
        if definition and not _DEATH.search(outcome.low):
            yield outcome.description.hit("the definition counts progression only; death is an event too", definition)


def _progression_with_death(subject: Subject) -> Iterator[Hit]:
    """OUT-04."""
    for outcome in _only(subject, Endpoint.TIME_TO_PROGRESSION):
        for passage in (outcome.description, outcome.time_frame):
            match = _OR_DEATH.search(passage.low)
            if match and "censor" not in passage.low:
                yield passage.hit("death counts here as an event, which makes this progression-free survival", match)


def _bare_landmark(subject: Subject) -> Iterator[Hit]:
    """OUT-14."""
    rates = (outcome for outcome in subject.outcomes if outcome.endpoints & RATES)
    bare = (outcome.time_frame for outcome in rates if not _SAYS_HOW.search(outcome.description.low))
    message = "a bare time point: the rate at that time, or the best until then, and assessed how often?"
    yield from together(frame.hit(message) for frame in bare if _BARE_LANDMARK.fullmatch(frame.low.strip()))


def _no_censoring(subject: Subject) -> Iterator[Hit]:
    """OUT-18."""
    times = [one for one in subject.outcomes if one.endpoints & TIME_TO_EVENT and not _SHARE.match(one.description.low)]
    if not times or "censor" in subject.prose:
        return
    message = "no word on censoring or on the start of another treatment"
    yield from together(outcome.measure.hit(message) for outcome in times if not _says_censoring(outcome.low))


def _says_censoring(low: str) -> bool:
    """Return whether an outcome says what happens to patients who leave before the event."""
    return "censor" in low or (holds(low, _CENSORING) and _SAYS_CENSORING.search(low) is not None)


def _only(subject: Subject, endpoint: Endpoint) -> Iterator[OutcomeText]:
    """Yield the outcomes whose measure names this endpoint and no other time to an event."""
    return (outcome for outcome in subject.outcomes if outcome.endpoints & TIME_TO_EVENT == {endpoint})


CHECKS: Mapping[str, Check] = {
    "OUT-01": _from_randomization,
    "OUT-02": _survival_to_progression,
    "OUT-03": _progression_without_death,
    "OUT-04": _progression_with_death,
    "OUT-14": _bare_landmark,
    "OUT-18": _no_censoring,
}
"""Checks of this module by rule."""
