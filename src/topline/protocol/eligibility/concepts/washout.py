"""Times since treatments and events: what must not have happened within, or must lie at least so long before, a date.

A patient whom something never happened to has no date of it. What says that it ever happened is therefore part of the
condition: `within 4 weeks` holds only of those to whom it happened, `at least 4 weeks since` of all others as well.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from topline.protocol.eligibility.concepts.bounds import Bounds
from topline.protocol.eligibility.concepts.clause import LONGEST, Mention, stated
from topline.protocol.eligibility.concepts.clause_words import FORMER
from topline.protocol.eligibility.concepts.events import FIRST, Event, parse_event
from topline.protocol.eligibility.concepts.examples import skip_examples
from topline.protocol.eligibility.concepts.window import (
    BEFORE,
    HALF_LIVES,
    NO_ANCHOR,
    Window,
    parse_anchor,
    parse_elapsed,
    parse_within,
)
from topline.protocol.eligibility.match import Match, Polarity
from topline.protocol.eligibility.tree import All, Any, Manual, Node, Since

JOINER = re.compile(
    r"\s?(?:,\s?(?:and/or|or|and)?|/|;?\s?(?:and/or|or|and))\s?(?:(?:any|other|prior|an?|the|with)\s){0,2}",
    re.IGNORECASE,
)
GAP = re.compile(
    r"(?:\s?\([^()]{1,60}\)|,?\s(?:therap(?:y|ies)|treatments?|was|were|completed|received"
    r"|administered|given|performed|occurr(?:ed|ing)|(?:that|which)\s(?:was|were)|have|has"
    r"|been|had|any|doses?|use|events?|"
    r"must\s(?:have\sbeen|be)\s(?:completed|stopped|discontinued|finished)|(?:should"
    r"|must)\s(?:be|have)|completed|finished|stopped|discontinued|ended))*\s?,?\s?",
    re.IGNORECASE,
)
LEADING = re.compile(
    r"(?:[,\s]|(?:have|has|had|who|patients?|subjects?|participants?|received|receiv\w+"
    r"|undergone|treated|treatment|with|any|prior|previous|other|of|a|an|the|use|used|history"
    r"|last|since|from|after|post|most|recent|"
    r"completion|completing|administration|dose|taken|exposure|to|been|were|was|therapy"
    r"|it\s(?:has|is)|must|should|end)\s){0,10}",
    re.IGNORECASE,
)
PRECEDING = re.compile(r"([\w()/-]+)\s?$")
HARMLESS = re.compile(
    r"(?:any|prior|previous|other|the|an?|received|receiving|undergone|have|has|had|with|of"
    r"|for|having|been|treatment|treated|who|use|used|patients?|subjects?|participants?"
    r"|history|systemic|no|not|without|or|and|after|since|from|"
    r"last|to|recent|concurrent|known|evidence|administration|including|and/or|given)",
    re.IGNORECASE,
)
AFTER = re.compile(r"\b(?:since|from|after|post|completion)\b", re.IGNORECASE)
SHORT = re.compile(r"less|fewer|<", re.IGNORECASE)
MOST = 10
PLAN = "it may be planned or needed, and the patient table holds what has happened"
REACH = 120
AHEAD = re.compile(
    r"\b(?:contracep\w*|birth[- ]control|abstain\w*|abstinen\w*|abstention|sperm|semen|eggs?|ova|oocytes?|donat\w*"
    r"|pregnan\w*|conceiv\w*|father\w*|breast[- ]?fe\w*|nurs(?:e|ing)|lactat\w*|condoms?|refrain\w*|continu\w*"
    r"|follow(?:ed)?[- ]up|remain|stay)\b",
    re.IGNORECASE,
)
"""What a patient is to do or not to do after the treatment of the study: a time after it is none before it."""
PLANNED = re.compile(
    r"\b(?:plan\w*|expect\w*|anticipat\w*|intend\w*|schedul\w*|will|needs?|likely|require[sd]?|requiring)\b(?!\sdate)",
    re.IGNORECASE,
)
SPAN = re.compile(
    r"(?<![\w-])(?:within|with|in|during|over|less\sthan|fewer\sthan|at\sleast|more\sthan"
    r"|greater\sthan|(?:a\s)?minimum\sof|no\sless\sthan|not\sless\sthan)\s|[≤<≥>]",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Named:
    """Events that are named together, how they are joined, and where their words begin and end."""

    events: tuple[Event, ...]
    words: frozenset[str]
    start: int
    end: int


def find(text: str, polarity: Polarity) -> list[Match]:
    """Return the times since treatments and events of an item.

    >>> find("Chemotherapy within 4 weeks before first dose", "exclusion")[0].node.parts[1]
    Since(column='LCHEMDT', days=28, anchor='FDOSEDT', within=True, strict=False)
    >>> find("at least 28 days since the last radiotherapy", "inclusion")[0].node.reason
    'no date of the patient table is named to which the time is counted'
    """
    if len(text) > LONGEST:
        return []
    return [*_events_first(text, polarity), *_window_first(text, polarity)]


def _events_first(text: str, polarity: Polarity) -> Iterator[Match]:
    """Yield statements of events whose window follows them."""
    at = 0
    while (named := _next(text, at)) is not None:
        at = named.end
        gap = GAP.match(text, named.end)
        place = gap.end() if gap else named.end
        for reader, within in ((parse_within, True), (parse_elapsed, False)):
            window = reader(text, place)
            if window is not None:
                yield _stated(text, polarity, named, window, within=within)
                at = window.end
                break


def _window_first(text: str, polarity: Polarity) -> Iterator[Match]:
    """Yield statements of events whose window precedes them: `within 4 weeks before enrolment, had major surgery`."""
    for sign in SPAN.finditer(text):
        for window, within in ((parse_within(text, sign.start()), True), (parse_elapsed(text, sign.start()), False)):
            found = _following(text, window) if window else None
            if window is None or found is None:
                continue
            named, since = found
            if since and AHEAD.search(_clause(text, sign.start())):
                continue  # "contraception for at least 6 months after the last dose of an investigational drug"
            if not since and not (within and window.anchor):
                continue
            if since and within and not SHORT.match(sign.group()):
                continue  # "within 6 months after chemotherapy" tells of something else that happened then
            yield _stated(text, polarity, named, _counted_to(text, window, named) if since else window, within=within)


def _clause(text: str, at: int) -> str:
    """Return the words of the sentence before a place."""
    return re.split(r"[.;\n](?=\s|$)", text[max(0, at - 2 * REACH) : at])[-1]


def _following(text: str, window: Window) -> tuple[Named, bool] | None:
    """Return the events that follow a window, and whether it is the time since them."""
    leading = LEADING.match(text, window.end)
    named = _list(text, leading.end() if leading else window.end)
    if named is None:
        return None
    return named, AFTER.search(text, window.end, named.start) is not None


def _counted_to(text: str, window: Window, named: Named) -> Window:
    """Return a window with the date that is named after its events: `since the last surgery before enrolment`."""
    before = BEFORE.match(text, named.end)
    anchor = parse_anchor(text, before.end()) if before and not window.anchor else None
    return replace(window, anchor=anchor[0], end=anchor[1]) if anchor else window


def _next(text: str, at: int) -> Named | None:
    """Return the next events that are named."""
    found = FIRST.search(text, at)
    return _list(text, found.start()) if found else None


def _list(text: str, at: int) -> Named | None:
    """Return the events that are named from a place on."""
    start, events, words, end = at, [], set(), at
    for _ in range(MOST):
        one = parse_event(text, at)
        if one is None:
            break
        events.append(one[1])
        end = skip_examples(text, one[0])
        join = JOINER.match(text, end)
        if join is None or parse_event(text, join.end()) is None:
            break
        words.add(join.group().strip(" ,").split(" ")[0].lower())
        at = join.end()
    return Named(tuple(events), frozenset(words), start, end) if events else None


def _stated(text: str, polarity: Polarity, named: Named, window: Window, *, within: bool) -> Match:
    """Return what is said of events and a window."""
    start, end = min(named.start, window.start), max(named.end, window.end)
    words = text[start:end]
    if not window.anchor:
        return Match(start, end, Manual(words, NO_ANCHOR), "washout")
    if not within and polarity == "exclusion":
        return Match(
            start, end, Manual(words, "an exclusion criterion that names a time that must have passed"), "washout"
        )
    bounds = _joined([_happened(event, window, within=within) for event in named.events], named.words)
    if named.start < window.start and _modified(text, named.start):
        bounds, start = bounds.restricted, _with_adjective(text, start)
    if window.half:
        bounds = {"longer": bounds.widened, "shorter": bounds.restricted}.get(window.half, Bounds(None, None))
    if named.start < window.start and PLANNED.search(_clause(text, named.start)):
        return Match(start, end, Manual(words, PLAN), "washout")
    bounds = bounds if within else bounds.negated
    doubt = HALF_LIVES if window.half else "not all of what is named, or more than it, is in the patient table"
    mention = Mention(start, end, bounds, "washout", ever=True, wanted=not within, closed=True, doubt=doubt)
    return stated(text, mention, polarity)


def _with_adjective(text: str, start: int) -> int:
    """Return where the word begins that stands right before an event and limits it, if one does."""
    before = text[max(0, start - REACH) : start]
    word = PRECEDING.search(before)
    return start if word is None or HARMLESS.fullmatch(word[1]) else start - len(before) + word.start()


def _modified(text: str, start: int) -> bool:
    """Return whether a word before an event limits it: `palliative radiotherapy`."""
    before = text[max(0, start - REACH) : start]
    word = PRECEDING.search(before)
    tail = re.split(r"[.;:\n]", before)[-1]
    return bool(word and not HARMLESS.fullmatch(word[1])) or bool(
        re.search(r"(?:,|or|and|/)\s?$", before) and FORMER.search(tail)
    )


def _happened(event: Event, window: Window, *, within: bool) -> Bounds:
    """Return that an event happened within a window, or too short a time ago, of those to whom it ever happened."""
    strict = window.strict or not within
    parts: tuple[Node, ...] = tuple(
        All((ever, Since(column, window.days, window.anchor, within=True, strict=strict)))
        for column, ever in event.dates
    )
    bounds = Bounds.exact(parts[0] if len(parts) == 1 else Any(parts))
    return {"part": bounds.restricted, "more": bounds.widened}.get(event.fit, bounds)


def _joined(parts: list[Bounds], words: frozenset[str]) -> Bounds:
    """Return that one of several happened; where "and" joins them, perhaps that all did."""
    if len(parts) == 1:
        return parts[0]
    narrows, wides = [part.narrow for part in parts], [part.wide for part in parts]
    wide = Any(_flat(node for node in wides if node)) if all(wides) else None
    if "and" in words:
        return Bounds(All(tuple(node for node in narrows if node)) if all(narrows) else None, wide)
    sure = _flat(node for node in narrows if node)
    return Bounds(Any(sure) if sure else None, wide)


def _flat(nodes: Iterator[Node]) -> tuple[Node, ...]:
    return tuple(dict.fromkeys(part for node in nodes for part in (node.parts if isinstance(node, Any) else (node,))))
