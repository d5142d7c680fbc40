"""What speaks for and against a place as the end of an outcome's measure, or as the beginning of its time frame.

The CSV export joins measure, description and time frame by commas, which all three may contain. The words here are
signs, not proofs; `outcome_split` weighs them.
"""

import re
from collections.abc import Iterator
from itertools import pairwise

_UNIT = r"(?:seconds?|minutes?|mins?|hours?|hrs?|h|days?|weeks?|wks?|months?|mos?|years?|yrs?|cycles?|visits?)"
_NUMBER = (
    r"(?:\d+(?:\.\d+)?|one|two|three|four|five|six|seven|eight|nine|ten|twelve|eighteen|twenty[- ]?(?:one|four|eight)?)"
)
_OPENING = re.compile(
    rf"(?:up to|from|base-?line|through(?:out)?|at\b|day|days|week|weeks|month|months|year|years|within|during|approx"
    rf"|about|around|cycles?|every|until|till|screening|pre-?|post-?|prior|start|assessed|on\b|in\b|an average|average"
    rf"|over|after|before|time|end|date|first|last|each|visit|immediately|intra-?operative|peri-?operative"
    rf"|study|for\b|by\b|to\b|treatment|duration|since|between|once|daily|weekly|monthly|the (?:time|date|end|first"
    rf"|duration)|c\dd\d|{_NUMBER}\b|\d|[~<>≤≥])",
    re.IGNORECASE,
)
_DURATION = re.compile(rf"(?:{_NUMBER}[\s-]*{_UNIT}\b|{_UNIT}\s*[-#]?\s*\d|\bC\d+D\d+|\d+\s?[dwmy]\b)", re.IGNORECASE)
_EVENT = re.compile(
    r"\b(?:base-?line|completion|progression|death|discharge|surgery|operation|randomi[sz]ation|enrol+ment|end of"
    r"|follow[- ]?up|treatment|therapy|dose|dosing|infusion|study|visit|screening|admission|transplant(?:ation)?"
    r"|postoperative(?:ly)?)\b",
    re.IGNORECASE,
)
_CONTINUES = re.compile(
    r"(?:which\s?ever|assessed|an average|on average|and\b|or\b|then\b|until\b|with\b|but\b|if\b|as\b|where|including"
    r"|whatever|approximately|up to|through|(?:an )?expected|estimated|censored)",
    re.IGNORECASE,
)
_HANGS = re.compile(
    r"(?:which\s?ever|whatever|assessed|an average|on average|(?:an )?expected|estimated)\b", re.IGNORECASE
)
_CLAUSE = re.compile(r"(?:from|through|until|till|time from|which\s?ever)\b", re.IGNORECASE)
_UP_TO = re.compile(r"up to\b", re.IGNORECASE)
_PROSE = re.compile(
    r"\b(?:is|are|was|were|be|been|defined|measured|calculated|evaluated|graded|scored?|scale|score|higher|percentage|proportion"
    r"|number of|questionnaire|version|criteria|RECIST|CTCAE)\b",
    re.IGNORECASE,
)
_SENTENCE = re.compile(r"[a-z)\]][.;!?] +[A-Z]")
_OPENS_PROSE = re.compile(
    r"(?:The|To|A|An|This|These|It|As|According|Assess\w*|Evaluat\w*|Measur\w*|Determin\w*|Defin\w*|Number|Percent\w*"
    r"|Proportion|Time from|Rate|Will|Patients?|Participants?|Subjects?|Incidence|Frequency|Change|Safety|Based|Using"
    r"|Calculated|Graded|Toxicit\w*|Adverse|All|Any|Each|Adults?|Evidence"
    r"|[A-Z][A-Za-z0-9-]{1,7} (?:is|are|was|were|will|defined)|Defined)\b"
)


_GOES_ON = re.compile(
    r"(?:and|or|as well|including|which|with|in|of|based on|according to|per|using|by|defined (?:as|by)|measured"
    r"|assessed|evaluated|determined|as (?:measured|assessed|defined|determined|evaluated|judged|per|graded))\b"
)
_LIST = re.compile(r"(?:[^,.;:]{1,60}, ){0,12}(?:and|or) ")
_SHORT_LIST = re.compile(r"[^ ,.;:]+(?: [^ ,.;:]+){0,3} (?:and|or) [^,.;:]{1,60}$")


def opens_time(text: str) -> bool:
    """Say whether a text begins as time frames do.

    >>> opens_time("Up to 2 years"), opens_time("6 months"), opens_time("RECIST 1.1")
    (True, True, False)
    """
    return _OPENING.match(text) is not None


def is_timed(text: str) -> bool:
    """Say whether a text names a duration, or an event from which trials count."""
    return _DURATION.search(text) is not None or _EVENT.search(text) is not None


def hangs_on(last: str, after: str) -> bool:
    """Say whether `after` only goes on with the time that the piece `last` before it began, so that it begins none.

    >>> [hangs_on(last, "assessed up to 24 months") for last in ("From randomization to death", "By RECIST.")]
    [True, False]
    """
    if last.endswith((".", ";")):
        return False
    if _HANGS.match(after):
        return (opens_time(last) and is_timed(last)) or _HANGS.match(last) is not None
    return _UP_TO.match(after) is not None and _CLAUSE.match(last) is not None


def frame_signs(before: str, after: str, last: str) -> Iterator[str]:
    """Yield the signs for `after` as a time frame; `last` is the comma's piece right before it.

    >>> sorted(frame_signs("Responders by RECIST.", "up to 2 years", "Responders by RECIST."))
    ['behind a sentence', 'continues', 'duration', 'lower case', 'of 1 to 4 words', 'opens as time']
    """
    if opens_time(after):
        yield "opens as time"
    if _DURATION.search(after):
        yield "duration"
    elif _EVENT.search(after):
        yield "event only"
    if before.endswith((".", ";", "!")):
        yield "behind a sentence"
    elif before.endswith((")", "]", '"')):
        yield "behind brackets"
    yield "upper case" if after[:1].isupper() else "digit" if after[:1].isdigit() else "lower case"
    if before.count("(") > before.count(")"):
        yield "inside brackets"
    yield from _frame_body(after, last)


def _frame_body(after: str, last: str) -> Iterator[str]:
    words = after.count(" ") + 1
    yield f"of {'1 to 4' if words <= 4 else '5 to 12' if words <= 12 else '13 to 35' if words <= 35 else 'many'} words"
    if _SENTENCE.search(after):
        yield "sentence inside"
    if _CONTINUES.match(after):
        yield "continues"
    if _PROSE.search(after):
        yield "prose inside"
    if opens_time(last) and is_timed(last) and not last.endswith("."):
        yield "time right before"
    pieces = after.split(", ")
    if any(hangs_on(piece, following) for piece, following in pairwise(pieces)):
        yield "a time that goes on"
    elif len(pieces) > 1:
        timed = sum(1 for piece in pieces if is_timed(piece) or _CONTINUES.match(piece))
        yield "all pieces timed" if timed == len(pieces) else "untimed piece"


def measure_signs(measure: str, after: str, rank: int) -> Iterator[str]:
    """Yield the signs for `measure` as a whole measure before the description `after`; `rank` counts commas before.

    >>> sorted(measure_signs("Overall response (ORR)", "ORR is the share with a response", 0))
    ['acronym again', 'ends in brackets', 'first comma', 'opens prose', 'upper case', 'words 2 to 15']
    """
    yield "first comma" if rank == 0 else "second comma" if rank == 1 else "later comma"
    yield "upper case" if after[:1].isupper() else "digit" if after[:1].isdigit() else "lower case"
    if _OPENS_PROSE.match(after):
        yield "opens prose"
    if _GOES_ON.match(after):
        yield "goes on"
    if measure.count("(") > measure.count(")"):
        yield "inside brackets"
    elif measure.endswith(")"):
        yield "ends in brackets"
    if measure.endswith("."):
        yield "ends in a stop"
    acronym = re.search(r"\(([A-Z][A-Za-z0-9-]{1,9})\)$", measure)
    if acronym and after.startswith(acronym[1]):
        yield "acronym again"
    words = measure.count(" ") + 1
    yield (
        "words 1"
        if words == 1
        else "words 2 to 15"
        if words <= 15
        else "words 16 to 40"
        if words <= 40
        else "words many"
    )


def description_signs(description: str, measure: str) -> Iterator[str]:
    """Yield the signs for a description, which may be empty, beside its measure."""
    if not description:
        yield "no description"
        pieces = measure.split(", ")[1:]
        if any(_OPENS_PROSE.match(piece) for piece in pieces):
            yield "no description, prose in measure"
        if any(opens_time(piece) and is_timed(piece) for piece in pieces):
            yield "no description, time in measure"
        if any(piece[:1].isupper() and piece.count(" ") > 3 for piece in pieces):
            yield "no description, capital in measure"
        return
    words = description.count(" ") + 1
    if _LIST.match(description):
        yield "description ends a list"
    elif _SHORT_LIST.match(description):
        yield "description ends a short list"
    yield "description short" if words <= 2 else "description of few words" if words <= 6 else "description long"
    if description[:1].islower():
        yield "description in lower case"
    if opens_time(description) and is_timed(description) and (words <= 8 or _CLAUSE.match(description)):
        yield "description is a time"
