"""Rules on how criteria are written: sections, polarity, numbering, repetition, what is no criterion."""

import re
from collections.abc import Callable, Iterator, Mapping

from topline.protocol.eligibility.items import Item
from topline.protocol.lint.criteria_text import absent, item_at, item_hit, low, match_hit, piece
from topline.protocol.lint.find import occurrences
from topline.protocol.lint.rule import Hit
from topline.protocol.lint.subject import Subject

DOUBLE_NEGATIVE = re.compile(
    r"\W*(?:no|without|absence of)\s+(?:prior|previous|history|known|active|other|concurrent|concomitant|"
    r"current|evidence|"
    r"uncontrolled|severe|serious|significant|clinically|major|brain|more than|patients?|subjects?|symptomatic|"
    r"recent|"
    r"ongoing|second|additional|contraindication|allerg)\w*|\W*(?:patients? |subjects? |participants? )?must not\b"
)
REQUIREMENT = re.compile(
    r"\W*(?:adequate|acceptable|sufficient|normal)\s|\W*(?:(?:patients?|subjects?|participants?|women|men|"
    r"females?|males?)\b"
    r"[^.;\n]{0,40}?)?\bmust (?!not\b|be excluded|discontinue|stop)"
)
NUMBERED = re.compile(r"\W*(\d{1,3})\W*")
MARKS = " \t\n.,;:*•-()[]"
SHORTEST_REPEATED = 15  # characters of a criterion that is no mere heading
SIGNS = "≥≤<>"
ENDS = "≥≤<>="  # of a sign before a blank
REPEATED_SIGN = re.compile(r"(?P<one>≥|≤|>=|<=|[<>](?!\s*/?=))\s+(?P<two>≥|≤|>=|<=|[<>])")
SAMPLE = re.compile(r"(?:will be|to be|were)\s+(?:enrol|recruit|includ|random)\w*")
COUNTED = re.compile(r"\b\d{2,4}\s+(?:eligible )?(?:patients|subjects|participants|cases)\s+(?:are )?$")
COUNT_REACH = 40  # characters before the verb in which the number stands
SAMPLES = ("will be ", "to be ", "were ")
LONGEST = 400  # characters of a criterion that one can still check at one go
COMPOUND = re.compile(r"a(?<!\wa)nd\b|o(?<!\wo)r\b|;")
FEWEST = 3  # connectives that make a criterion of several conditions


def unsplit(subject: Subject) -> Iterator[Hit]:
    """Yield criteria of which it cannot be told which include and which exclude."""
    found = subject.criteria_items
    if not subject.criteria:
        return
    missing = [name for name in ("inclusion", "exclusion") if not getattr(found, name)]
    if missing:
        count = len(found.inclusion) + len(found.exclusion) + len(found.unplaced)
        yield absent(f"no list of {' or '.join(missing)} criteria is marked as such among {count} items")


def wrong_polarity(subject: Subject) -> Iterator[Hit]:
    """Yield exclusion criteria written as requirements or as negations."""
    for item in subject.criteria_items.exclusion:
        text = low(subject, item)
        if (
            text[:200].lstrip(" *•-.()0123456789")[:7].startswith(("no ", "without", "absence"))
            or "must not" in text[:60]
        ):
            if DOUBLE_NEGATIVE.match(text):
                yield item_hit(
                    item, "an exclusion criterion that is a negation: read as it stands, it excludes the others"
                )
        elif REQUIREMENT.match(text):
            yield item_hit(
                item, "an exclusion criterion that is a requirement: read as it stands, it excludes who meets it"
            )


def numbering(subject: Subject) -> Iterator[Hit]:
    """Yield the numbers of criteria that leave a gap or stand twice."""
    found = subject.criteria_items
    for section in (found.inclusion, found.exclusion):
        before: tuple[int, Item] | None = None
        for item in section:
            marked = NUMBERED.fullmatch(item.marker)
            if marked is None or (before and before[1].under != item.under):
                before = None
            number = int(marked[1]) if marked else 0
            if marked and before and number not in (before[0] + 1, 1):
                yield item_hit(item, f"number {number} follows number {before[0]}")
            before = (number, item) if marked else before


def _plain(text: str) -> str:
    """Return a text without the marks around it."""
    return text.strip(MARKS)


def both_ways(subject: Subject) -> Iterator[Hit]:
    """Yield exclusion criteria that stand among the inclusion criteria word for word."""
    found = subject.criteria_items
    demanded = {_plain(low(subject, item)) for item in found.inclusion}
    for item in found.exclusion:
        text = _plain(low(subject, item))
        if len(text) >= SHORTEST_REPEATED and text in demanded:
            yield item_hit(item, "stands word for word among the inclusion criteria")


def twice(subject: Subject) -> Iterator[Hit]:
    """Yield criteria that stand twice in one list."""
    found = subject.criteria_items
    for section in (found.inclusion, found.exclusion):
        seen: set[str] = set()
        for item in section:
            text = "" if item.under else _plain(low(subject, item))
            if len(text) >= SHORTEST_REPEATED and text in seen:
                yield item_hit(item, "stands twice in this list")
            seen.add(text)


def several_conditions(subject: Subject) -> Iterator[Hit]:
    """Yield long criteria that hold several conditions and are not divided into points."""
    found = subject.criteria_items
    for item in (*found.inclusion, *found.exclusion):
        if len(item.text) > LONGEST and not item.children:
            count = len(COMPOUND.findall(low(subject, item)))
            if count >= FEWEST:
                what = f"{len(item.text)} characters with {count} connectives: several conditions in one criterion"
                yield item_hit(item, what)


def sample_size(subject: Subject) -> Iterator[Hit]:
    """Yield criteria that state how many patients will be enrolled."""
    text = subject.criteria.low
    places = [(place, place + len("sample size")) for place in occurrences(text, "sample size")]
    for words in SAMPLES:
        for place in occurrences(text, words):
            verb = SAMPLE.match(text, place)
            count = COUNTED.search(text[max(0, place - COUNT_REACH) : place]) if verb else None
            if verb and count:
                places.append((max(0, place - COUNT_REACH) + count.start(), verb.end()))
    for start, end in sorted(places):
        if item_at(subject, start) is not None:
            yield piece(start, end, "a number of patients is no criterion for one")


def repeated_sign(subject: Subject) -> Iterator[Hit]:
    """Yield limits with two comparison signs."""
    text = subject.criteria.text
    for sign in SIGNS:
        for place in occurrences(text, f" {sign}"):
            if text[max(0, place - 1)] not in ENDS:
                continue
            found = REPEATED_SIGN.match(text, max(0, place - 2)) or REPEATED_SIGN.match(text, max(0, place - 1))
            if found:
                yield match_hit(found, f"two signs, {found['one']} and {found['two']}: which one is meant?")


CHECKS: Mapping[str, Callable[[Subject], Iterator[Hit]]] = {
    "ELG-03": unsplit,
    "ELG-04": wrong_polarity,
    "ELG-18": numbering,
    "ELG-19": both_ways,
    "ELG-28": several_conditions,
    "ELG-30": sample_size,
    "ELG-31": twice,
    "ELG-32": repeated_sign,
}
