"""Headings of a criteria text: where inclusion and exclusion begin, and what they are limited to."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Literal

from topline.protocol.eligibility.lines import MARK

Section = Literal["inclusion", "exclusion", "unplaced"]

WORD = r"(?:inclusion|exclusion|selection|eligibility)"
BOTH = rf"{WORD}[ \t]*(?:and|or|&|/|,|及|和|与)[ \t]*{WORD}"
QUALIFIER = (
    r"(?:key|main|major|principal|core|primary|general|specific|additional|further|other|subject|patient|participant|"
    r"study|trial|protocol|summary(?:[ \t]+of)?|abbreviated|selected|the|cohort|part|arm|group|phase|stage|sub-?study|"
    r"[\w]+-specific|post-\w+|pre-\w+|all|donor|recipient|control|patients?|[A-Z0-9]|I{1,3}V?)"
)
WHOLE = re.compile(
    rf"[>#=_\s\[【(-]*(?P<before>(?:{QUALIFIER}[ \t:–-]+){{0,4}})(?P<which>{BOTH}|{WORD}s?)"
    rf"(?P<word>[ \t]*(?:criteri[ao]n?s?|requirements))?[ \t]*(?P<after>(?:[(\[–-]|for\b|of\b|in\b|include|"
    rf"are\b)[^.;\n]{{0,80}})?"
    r"[ \t]*(?P<colon>[:：])?[\s\]】)<=*_#-]*",
    re.IGNORECASE,
)
ENDS = re.compile(r"(?P<which>inclusion|exclusion)[ \t]+criteria(?:[ \t]+(?:apply|are))?[ \t]*[:：]$", re.IGNORECASE)
INLINE = re.compile(
    r"(?:(?:Key|Main|Major|KEY|MAIN|MAJOR)[ \t]+)?\b(?P<which>Inclusion|Exclusion|INCLUSION|EXCLUSION)[ \t]+"
    r"(?:Criteria|CRITERIA|criteria)(?P<after>[ \t]*[:：]|(?=[ \t]*$))",
    re.MULTILINE,
)
REFERS = re.compile(r"\b(?:the|any|of|all|meets?|these|following|not|other|and|or|to|an?|as|per)[ \t]+$", re.IGNORECASE)
CHINESE = re.compile(
    r"[【\[（(]?(?:[一二三四五六七八九十0-9]+[、.．])?(?:主要|关键)?(?P<which>(?:入选|纳入|入组|排除)(?:与|和|及|/)?(?:入选|纳入|入组|"
    r"排除)?)(?:标准|条件)[】\]）)]?[ \t]*[:：]?"
)
BARE = re.compile(r"[\s:：*•#>=<\[\]【】()_-]*")
UNLIMITED = re.compile(
    r"(?:key|main|major|principal|core|primary|general|subjects?|patients?|participants?|candidates?|study|"
    r"trial|protocol|"
    r"summary|abbreviated|selected|additional|further|other|inclusions?|exclusions?|eligibility|criteri\w+|"
    r"requirements|"
    r"the|of|all|any|for|in|this|and|or|are|is|must|may|will|should|have|has|not|meets?|fulfil\w*|following|eligible|"
    r"to|be|enrol\w*|participat\w+|includes?|as|follows|with|who|if|they)",
    re.IGNORECASE,
)
MENTIONS = ("clusion", "CLUSION", "ligib", "LIGIB", "election", "ELECTION", "标准", "条件")
INSIDE = ("Inclusion", "Exclusion", "INCLUSION", "EXCLUSION")
LONGEST = 140


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading: its characters, the section that it opens, and its words where they limit the section."""

    start: int
    end: int
    section: Section
    limit: str = ""


def find_headings(text: str) -> tuple[Heading, ...]:
    r"""Return the headings that open sections, in order.

    A heading stands on a line of its own, or is followed by its list on the same line after a colon, or (in a text
    that lost its line breaks) ends a line.

    >>> [h.section for h in find_headings("Key Inclusion Criteria:\n1. Age\nExclusion criteria\n- Age")]
    ['inclusion', 'exclusion']
    >>> find_headings("Patients who do not meet the inclusion criteria of the main study")
    ()
    """
    found: list[Heading] = []
    for start, end in _mentioning(text):
        for head in _of_line(text, start, end):
            found.append(_inherit(text, head, found[-1] if found else None))
    return tuple(found)


def _mentioning(text: str) -> Iterator[tuple[int, int]]:
    """Yield the lines (start, end) that hold a word of a heading; finding words is quicker than reading each line."""
    plain = text.replace("\r", "\n")
    behind = 0
    for place in sorted(place for word in MENTIONS for place in _occurrences(plain, word)):
        if place >= behind:
            end = plain.find("\n", place)
            behind = len(plain) if end < 0 else end
            yield plain.rfind("\n", 0, place) + 1, behind


def _occurrences(text: str, word: str) -> Iterator[int]:
    """Yield where a word stands in a text."""
    place = text.find(word)
    while place >= 0:
        yield place
        place = text.find(word, place + len(word))


def _inherit(text: str, head: Heading, before: Heading | None) -> Heading:
    """Return a heading; `Eligibility Criteria for ...` below an inclusion heading opens a part of that section."""
    words = text[head.start : head.end]
    if (
        before is None
        or head.section != "unplaced"
        or before.section == "exclusion"
        or re.search("clusion", words, re.I)
    ):
        return head
    return replace(head, section=before.section, limit=words.strip(" :：*"))


def _of_line(text: str, start: int, end: int) -> Iterator[Heading]:
    """Yield the headings of one line."""
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    mark = MARK.match(text, start, end)
    words = mark.end() if mark else start
    if end - words <= LONGEST:
        whole = _whole(text, start, words, end)
        if whole is not None:
            yield whole
            return
    yield from _inline(text, start, end)


def _whole(text: str, start: int, words: int, end: int) -> Heading | None:
    """Return the heading that a whole line is."""
    chinese = CHINESE.fullmatch(text, words, end)
    if chinese:
        return Heading(start, end, _section(chinese["which"]))
    match = WHOLE.fullmatch(text, words, end)
    if match and (match["word"] or match["colon"] or end - words <= len("inclusions")):
        return Heading(start, end, _section(match["which"]), _limit(text[words:end]))
    ends = ENDS.search(text, words, end)
    if ends and not re.search(r"\bnot (?:meet|fulfil)", text[words:end], re.IGNORECASE):
        return Heading(start, end, _section(ends["which"]), _limit(text[words:end]))
    return None


def _inline(text: str, start: int, end: int) -> Iterator[Heading]:
    """Yield the headings that share their line with a list: `Inclusion Criteria: 1. Age ...`."""
    line = text[start:end]
    for match in INLINE.finditer(text, start, end) if any(word in line for word in INSIDE) else ():
        first = BARE.fullmatch(text, start, match.start()) is not None
        if first and not match["after"]:
            continue
        if first or not REFERS.search(text[max(start, match.start() - 20) : match.start()]):
            yield Heading(start if first else match.start(), match.end(), _section(match["which"]))
    for match in CHINESE.finditer(text, start, end) if not line.isascii() else ():
        if match.group().endswith((":", "：")):
            yield Heading(match.start(), match.end(), _section(match["which"]))


def _section(which: str) -> Section:
    """Return the section that the words of a heading name."""
    low = which.lower()
    inside = any(word in low for word in ("inclusion", "eligib", "selection", "入选", "纳入", "入组"))
    outside = "exclusion" in low or "排除" in low
    if inside == outside or not ("inclusion" in low or "exclusion" in low or not low.isascii()):
        return "unplaced"
    return "inclusion" if inside else "exclusion"


def _limit(words: str) -> str:
    """Return the words of a heading where they limit its section, as far as can be told."""
    if re.search(r"\b(?:for|of|in) all\b", words, re.IGNORECASE):
        return ""
    return "" if all(UNLIMITED.fullmatch(word) for word in re.findall(r"\w+", words)) else words.strip(" :：*")
