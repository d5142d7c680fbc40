"""Which endpoint an outcome measures, by the words of its measure: overall survival, response rate, adverse events."""

import re
from enum import StrEnum
from typing import NamedTuple


class Endpoint(StrEnum):
    """An endpoint of oncology trials that the rules know."""

    OVERALL_SURVIVAL = "overall survival"
    PROGRESSION_FREE_SURVIVAL = "progression-free survival"
    TIME_TO_PROGRESSION = "time to progression"
    EVENT_FREE_SURVIVAL = "event-free survival"
    RESPONSE_RATE = "response rate"
    DISEASE_CONTROL_RATE = "disease control rate"
    DURATION_OF_RESPONSE = "duration of response"
    ADVERSE_EVENTS = "adverse events"
    QUALITY_OF_LIFE = "quality of life"


TIME_TO_EVENT = frozenset(
    {
        Endpoint.OVERALL_SURVIVAL,
        Endpoint.PROGRESSION_FREE_SURVIVAL,
        Endpoint.TIME_TO_PROGRESSION,
        Endpoint.EVENT_FREE_SURVIVAL,
        Endpoint.DURATION_OF_RESPONSE,
    }
)
"""Endpoints that are times and can be censored."""

RATES = frozenset({Endpoint.RESPONSE_RATE, Endpoint.DISEASE_CONTROL_RATE})
"""Endpoints that are shares of patients."""

BY_IMAGING = RATES | {
    Endpoint.PROGRESSION_FREE_SURVIVAL,
    Endpoint.TIME_TO_PROGRESSION,
    Endpoint.DURATION_OF_RESPONSE,
}
"""Endpoints that need response criteria."""


class Mention(NamedTuple):
    """An endpoint named in a text, from character `start` up to `end`."""

    endpoint: Endpoint
    start: int
    end: int


class _Words(NamedTuple):
    """How an endpoint is named: beginnings in lower case that must occur, the phrase, its acronyms."""

    endpoint: Endpoint
    stems: tuple[str, ...]
    phrase: re.Pattern[str]
    acronyms: tuple[str, ...]


def _words(endpoint: Endpoint, stems: str, phrase: str, acronyms: str) -> _Words:
    return _Words(endpoint, tuple(stems.split()), re.compile(phrase), tuple(acronyms.split()))


_NOT_BY_IMAGING = (
    r"(?<!pathologic )(?<!pathological )(?<!immune )(?<!biochemical )(?<!psa )(?<!antibody )(?<!metabolic )"
)

_VOCABULARY = (
    _words(Endpoint.OVERALL_SURVIVAL, "overall", r"\boverall survival", "OS mOS"),
    _words(
        Endpoint.PROGRESSION_FREE_SURVIVAL,
        "progress",
        r"\bprogress(?:ion|ive)?[- ]free[- ]*(?:survival|interval)|\bprogress(?:ion)? free survival",
        "PFS mPFS rPFS",
    ),
    _words(
        Endpoint.TIME_TO_PROGRESSION,
        "progress",
        r"\btime[- ]to[- ](?:(?:tumou?r|disease|cancer|first|documented|radiographic|objective) ){0,2}progression\b",
        "TTP",
    ),
    _words(
        Endpoint.EVENT_FREE_SURVIVAL,
        "free",
        r"\b(?:disease|event|relapse|recurrence|metastas[ie]s|failure)[- ]free[- ]survival",
        "DFS EFS RFS DMFS IDFS MFS",
    ),
    _words(
        Endpoint.RESPONSE_RATE,
        "respon remission",
        rf"\b{_NOT_BY_IMAGING}(?:objective|overall|tumou?r|clinical|best overall|complete|partial|radiographic)"
        r" (?:tumou?r )?(?:response|remission)",
        "ORR BOR CRR",
    ),
    _words(Endpoint.DISEASE_CONTROL_RATE, "control benefit", r"\bdisease control|\bclinical benefit rate", "DCR CBR"),
    _words(
        Endpoint.DURATION_OF_RESPONSE,
        "respon remission",
        r"\bduration of (?:(?:overall|objective|complete|tumou?r|clinical|the) ){0,2}(?:response|remission)"
        r"|\bresponse duration",
        "DOR DoR",
    ),
    _words(
        Endpoint.ADVERSE_EVENTS,
        "adverse toxicit safety tolerab complication",
        r"\badverse|toxicit|\bsafety\b|tolerab",
        "AE AEs TEAE TEAEs SAE SAEs DLT DLTs",
    ),
    _words(
        Endpoint.QUALITY_OF_LIFE,
        "qualit qol qlq",
        r"\bqualit(?:y|ies) of life|\b(?:hr)?qol\b|\bqlq\b|\blife quality",
        "QoL QOL HRQoL HRQOL",
    ),
)


_STEMS = tuple(
    (stem, tuple(words for words in _VOCABULARY if stem in words.stems))
    for stem in dict.fromkeys(stem for words in _VOCABULARY for stem in words.stems)
)
_ACRONYMS = {acronym: words.endpoint for words in _VOCABULARY for acronym in words.acronyms}
_WORD = re.compile(r"[A-Za-z]+")


def mentions(text: str, low: str) -> tuple[Mention, ...]:
    """Return the endpoints that a measure names, in order of their places; `low` is the text in lower case.

    Of an endpoint that is named twice, in full and by its acronym, the full name counts; a name inside a longer one
    (the response in "duration of overall response") does not.

    >>> [found.endpoint.value for found in mentions("PFS and overall survival", "pfs and overall survival")]
    ['progression-free survival', 'overall survival']
    """
    found: dict[Endpoint, Mention] = {}
    for match in () if _ACRONYMS.keys().isdisjoint(_WORD.findall(text)) else _WORD.finditer(text):
        if match[0] in _ACRONYMS:
            endpoint = _ACRONYMS[match[0]]
            found.setdefault(endpoint, Mention(endpoint, *match.span()))
    for stem, endpoints in _STEMS:
        if stem in low:
            for words in endpoints:
                if phrase := words.phrase.search(low):
                    found[words.endpoint] = Mention(words.endpoint, *phrase.span())
    known = list(found.values())
    if len(known) < 2:
        return tuple(known)
    return tuple(sorted((one for one in known if not any(_inside(one, other) for other in known)), key=_start))


def _inside(one: Mention, other: Mention) -> bool:
    return one is not other and other.start <= one.start and one.end <= other.end


def _start(mention: Mention) -> int:
    return mention.start
