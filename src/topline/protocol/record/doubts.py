r"""Damage in criteria that cannot be mended because the meaning is lost: it is pointed out, never guessed.

Some mirrors print both "at least" and "at most" as `=`: which side of `HB = 90 g/L` is safe no longer stands there.
A bare exponent (`1.5 109/L`) without a multiplication sign is likewise only pointed out.
"""

import re
from collections.abc import Iterator

from topline.protocol.record.record import Doubt, Place

CRITERIA = "eligibilityModule.eligibilityCriteria"
LOST_COMPARATOR = "only '=' stands before this limit: at least and at most cannot be told apart"
LOST_EXPONENT = "a power of ten seems to have lost its exponent's height"
RUN_TOGETHER = "inclusion and exclusion criteria are not told apart by headings"
_EQUALS = re.compile(
    r"=(?<![<>≤≥=!≠~:+/\\]=)\s{0,2}(?=\d)(\d{1,7}(?:[.,]\d{1,6})*)\s{0,2}"
    r"(?:[x×X*]\s{0,2}\d|[x×X*]?\s{0,2}(?:ULN|UNL|LLN|the upper|upper|times|IULN)"
    r"|%|(?:[a-zµμ]{0,5}mol|[mµμun]?g|k?g|IU|U|mL|ml|cells?|10)\s{0,2}(?:/|\^|E\d)|/\s{0,2}(?:mm|[µμu]?L|[µμu]l)"
    r"|mm\s?Hg|mmHg|(?:years?|months?|weeks?|days?|yrs?|cm|mm|msec|ms)\b)"
)
_BARE_EXPONENT = re.compile(r"10(?<=\d\s10)\s?(?:9|12|6|3)\s{0,1}/\s{0,1}(?:L|l|µL|uL|mm)")
_NO_LIMIT = re.compile(r"(?:[\d<>≤≥/]|\bi\.e\.|\bone|\bscore)\s{0,2}$", re.IGNORECASE)


def doubtful_criteria(text: str, place: Place) -> Iterator[Doubt]:
    """Yield a doubt for each limit of the criteria whose comparator or exponent is lost.

    >>> text = "HB = 90 g/L; ALT = 2.5 ULN; ANC >= 1.5 g/L; Gleason 3+3=6; PSA > = 4 ng/mL"
    >>> [doubt.span for doubt in doubtful_criteria(text, lambda path, start, end: (start, end))]
    [(3, 10), (17, 26)]
    """
    if "=" in text:
        for match in _EQUALS.finditer(text):
            if not _NO_LIMIT.search(text[max(0, match.start() - 12) : match.start()]):
                yield Doubt(CRITERIA, LOST_COMPARATOR, place(CRITERIA, match.start(), match.end()))
    if "10" in text:
        for match in _BARE_EXPONENT.finditer(text):
            yield Doubt(CRITERIA, LOST_EXPONENT, place(CRITERIA, match.start(), match.end()))
