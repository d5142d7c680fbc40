"""Lines of earlier treatment: how many, and whether the first or the last one has failed."""

import re
from collections.abc import Iterator

from topline.protocol.eligibility.concepts.bounds import Bounds
from topline.protocol.eligibility.concepts.clause import Mention, stated
from topline.protocol.eligibility.concepts.quantity import parse_comparator, skip
from topline.protocol.eligibility.match import Match, Polarity
from topline.protocol.eligibility.tree import All, Compare, Manual, Node, Operator

NUMBERS = {word: number for number, word in enumerate(("zero", "one", "two", "three", "four", "five", "six"))}
NUMBER = r"(?:[0-9]|zero|one|two|three|four|five|six)(?:\s\([0-9]\))?"
THERAPY = r"(?:therap(?:y|ies)|treatments?|regimens?|chemotherap(?:y|ies))"
FAILED = re.compile(
    rf"""(?<![\w-])(?:
      (?:failed|failure\s(?:of|to|after|with)
        |(?:have\s|has\s)?progress(?:ed|ion|ing)(?:\s\w+)?\s(?:on|after|during|following|upon|with)
         (?:\sor\s(?:after|following))?)
      \s(?:(?:at\sleast\s(?:one|1)|prior|previous|the|a|standard)\s){{0,3}}
      (?:first|1st)[- ]line(?:\sstandard)?(?:\ssystemic)?(?:\s(?P<kind>[\w/-]+))??
      \s?(?:{THERAPY}|treatment\sregimens?|standard\streatment)(?:\sregimens?)?
      |(?:first|1st)[- ]line(?:\sstandard|\ssystemic)*\s(?:therapy|treatment)(?:\shas|\shave)?\s(?:failed|failure)
    )(?!\w)""",
    re.IGNORECASE | re.VERBOSE,
)
LAST = re.compile(
    r"progress(?:ed|ion|ive\sdisease)\s(?:on|during|after|following)(?:\s?(?:or|/)\s?(?:after"
    r"|following))?\s(?:the(?:ir)?\s)?(?:last|most\srecent|latest)\s(?:prior\s)?"
    rf"(?:line\sof\s)?(?:systemic\s|anticancer\s|anti-?tumou?r\s)?{THERAPY}(?!\w)",
    re.IGNORECASE,
)
ADVANCED = r"(?:unresectable|(?:locally\s)?advanced|metastatic|recurrent|relapsed)"
NAIVE = re.compile(
    r"(?:prior|previous)\s(?:lines?\sof\s)?systemic\s(?:anti-?(?:cancer"
    rf"|tumou?r)\s)?{THERAPY}(?:\s(?:received|given))?\sfor\s(?:the\s|their\s)?"
    rf"{ADVANCED}(?:(?:,\s|\sor\s|/|,\sor\s|\sand/or\s"
    rf"|\sand\s){ADVANCED}){{0,3}}(?:\s[\w-]+){{0,3}}(?=\s?(?:[.,;)]|$))",
    re.IGNORECASE,
)
COUNT = re.compile(
    rf"(?P<low>{NUMBER})(?:\s?(?:-|–|~|to|or)\s?(?P<high>{NUMBER}))?(?P<more>\sor\smore"
    r"|\+)?\s(?:prior\s|previous\s|earlier\s|(?P<other>[\w-]+\s))?"
    rf"(?:lines?|(?P<regimens>regimens?))(?:\s\([^)]{{1,20}}\))?\sof\s(?:prior\s|previous\s"
    rf"|standard\s)?(?P<what>(?:systemic\s)?(?:anti-?(?:cancer|tumou?r)\s)?{THERAPY})"
    r"(?P<tail>\s(?:for|in\sthe)\s(?:their\s)?(?:locally\s)?(?:advanced|metastatic"
    r"|recurrent)(?:(?:\sor\s|/|\sand/or\s)(?:metastatic|recurrent"
    r"|advanced))?(?:\s[\w-]+(?=\s?(?:[.,;)]|$))|\s(?:disease|setting|cancer))?)?(?!\w)",
    re.IGNORECASE,
)
LEADING = re.compile(
    r"(?P<words>at\sleast|no\smore\sthan|not\smore\sthan|up\sto|more\sthan|(?:less"
    r"|fewer)\sthan|maximum\sof|minimum\sof|[<>≥≤]\s?=?|=\s?[<>])\s?$",
    re.IGNORECASE,
)
RECEIVED = re.compile(r"(?:(?:have|has)\s)?(?:previously\s)?(?:received|failed|undergone|had)\s$", re.IGNORECASE)
ONLY = re.compile(r"^(?!.*(?:advanced|unresectable)).*(?:metastatic|recurrent|relapsed)", re.IGNORECASE | re.DOTALL)
"""A setting that is narrower than advanced disease, whose lines the table counts."""
UNCLEAR = "lines of this kind are not those that the patient table counts"


def find_lines(text: str, polarity: Polarity) -> list[Match]:
    """Return what an item says of lines of treatment.

    >>> find_lines("at least one prior line of systemic therapy", "inclusion")[0].node
    Compare(column='PRIORLN', operator='>=', value=1.0, of='')
    >>> find_lines("more than 2 prior lines of therapy", "exclusion")[0].node
    Compare(column='PRIORLN', operator='>', value=2.0, of='')
    """
    return [*_failures(text, polarity), *_counts(text, polarity)]


def _failures(text: str, polarity: Polarity) -> Iterator[Match]:
    for found in FAILED.finditer(text):
        bounds = Bounds.exact(Compare("FAIL1L", "=", "Y"))
        kind = (found["kind"] or "").lower()
        chemo = kind in ("", "standard", "systemic", "treatment", "therapy")
        yield _stated(text, (found.start(), found.end()), bounds if chemo else bounds.restricted, polarity)
    for found in LAST.finditer(text):
        last = Bounds.exact(Compare("PROGLAST", "=", "Y"))
        yield _stated(text, (found.start(), found.end()), last, polarity)
    for found in NAIVE.finditer(text):
        yield _stated(text, (found.start(), found.end()), _of_setting(found.group(), ">=", 1), polarity)


def _stated(text: str, span: tuple[int, int], bounds: Bounds, polarity: Polarity) -> Match:
    return stated(text, Mention(*span, bounds, "lines", ever=True, wanted=True, closed=True), polarity)


def _counts(text: str, polarity: Polarity) -> Iterator[Match]:
    for found in COUNT.finditer(text):
        before = text[max(0, found.start() - 30) : found.start()]
        leading = LEADING.search(before)
        start = found.start() - len(before) + leading.start() if leading else found.start()
        words = text[start : found.end()]
        if found["other"] or found["regimens"] or "chemo" in found["what"].lower():
            yield Match(start, found.end(), Manual(words, UNCLEAR), "lines")
            continue
        bounds = _count(text, found, start if leading else None)
        had = RECEIVED.search(text[max(0, start - 40) : start])
        start = start - len(had.group()) if had else start
        yield _stated(text, (start, found.end()), bounds, polarity)


def _count(text: str, found: re.Match[str], leading: int | None) -> Bounds:
    """Return the number of lines: compared, a range, or (`one prior line`) at least so many and perhaps no more."""
    low, high = _number(found["low"]), found["high"]
    comparator = parse_comparator(text, leading) if leading is not None else None
    setting = found["tail"] or ""
    if comparator is not None and skip(text, comparator.end) == found.start() and not high:
        return _of_setting(setting, comparator.operator, low)
    if leading is not None:
        return Bounds(None, None)
    if high and ONLY.search(setting):
        return Bounds(None, _lines(">=", low))
    if high:
        return Bounds.exact(All((_lines(">=", low), _lines("<=", _number(high)))))
    if found["more"] or ONLY.search(setting):
        return _of_setting(setting, ">=", low)
    return Bounds(_lines("=", low), _lines(">=", low))


def _of_setting(setting: str, operator: Operator, number: float) -> Bounds:
    """Return a number of lines; lines for metastatic disease alone are at most those that the table counts."""
    exact = Bounds.exact(_lines(operator, number))
    if not ONLY.search(setting):
        return exact
    return {">=": exact.restricted, ">": exact.restricted}.get(operator, exact.widened)


def _lines(operator: Operator, number: float) -> Node:
    return Compare("PRIORLN", operator, number)


def _number(words: str) -> float:
    word = words.split()[0].lower()
    return float(NUMBERS[word]) if word in NUMBERS else float(word)
