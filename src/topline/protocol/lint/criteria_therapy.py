"""Rules on earlier therapy in the criteria: what must have failed, what is barred, and for how long it must be over."""

import re
from collections.abc import Callable, Iterator, Mapping

from topline.protocol.lint.criteria_text import absent, gives_drugs, item_hit, items, low, piece
from topline.protocol.lint.find import holds, occurrences
from topline.protocol.lint.rule import Hit
from topline.protocol.lint.subject import Subject

FIRST_LINE_HAS = {
    "fluoropyrimidine or platinum": (
        ("esophag", "oesophag", "gastric", "stomach", "gastro", "head and neck", "nasopharyn", "biliary", "cholangio"),
        ("fluoropyrimidine", "fluorouracil", "5-fu", "5fu", "capecitabine", "platinum", "cisplatin", "oxaliplatin"),
    ),
    "a fluoropyrimidine": (
        ("colorectal", "colon cancer", "rectal cancer", "pancrea"),
        ("fluoropyrimidine", "fluorouracil", "5-fu", "5fu", "capecitabine"),
    ),
    "platinum": (
        ("ovarian", "small cell lung", "urothelial", "mesothelioma", "non-small", "nsclc"),
        ("platinum", "cisplatin", "carboplatin"),
    ),
}
"""By what standard first-line treatment holds: the tumours, and the words that name it."""

FAILED = re.compile(
    r"\b(?:fail(?:ed|ure|ing)?|progress(?:ed|ion|ive)?|refractory|relaps\w*|intoleran\w*)\b[^.\n;]{0,80}?"
    r"\b(?:first[\s-]line|1st[\s-]line|standard|conventional|systemic)|\b(?:first[\s-]line|1st[\s-]line|"
    r"standard|systemic)\b"
    r"[^.\n;]{0,80}?\b(?:fail(?:ed|ure)|progress(?:ed|ion)|refractory|relaps\w*)"
)
FAILURES = ("fail", "progress", "refractory", "relaps", "intoleran")
STANDARDS = ("line", "standard", "conventional", "systemic")
EARLIER = re.compile(r"\b(?:previous(?:ly)?|prior|past|received|used|treated|history of|exposure)\b")
QUALIFIED = re.compile(
    r"\bwithin\b|\b(?:less|fewer) than\b|<|\ballerg|\bhypersens|\bintoler|\badjuvant|\bneoadjuvant|"
    r"\bcontraindic|\bmore than\b|>|≥|"
    r"\bconcurrent|\bconcomitant|\bdeficien|\bgrade\b|\bunless\b|\bexcept|\bdpd\b|\bat least\b|\blines?\b"
)

NUMBER = r"(?:\d+(?:\.\d+)?|one|two|three|four|five|six|eight|twelve|a)"
SPAN = (
    rf"{NUMBER}(?:\s*(?:-|–|to|or|~)\s*{NUMBER})?(?:\s*\(\d+\))?[\s-]*(?:days?|weeks?|wks?|months?|years?|"
    r"hours?|half[\s-]li\w+)\b"
)
WINDOW = re.compile(
    rf"\bwithin (?:the )?(?P<past>past |last |previous |preceding |prior |"
    rf"recent )?(?:a period of )?(?:approximately )?{SPAN}"
)
ANCHOR = re.compile(
    r"\b(?:prior|before|preceding|previous|from|after|since|following|post|start|starting|initiation|enrol\w*|"
    r"random\w*|screening|"
    r"registration|first (?:dose|study|administration|treatment|use)|baseline|ago|earlier|consent|entry|"
    r"inclusion|last dose|of)\b"
)
ANCHOR_BEFORE = re.compile(r"\b(?:prior to|before|preceding|screening|enrol\w*|random\w*|first dose)\b")
CLAUSE_END = re.compile(r"[;\n]|\. ")
THERAPY = (
    *(
        "treatment",
        "therapy",
        "surgery",
        "surgical",
        "radio",
        "chemo",
        "drug",
        "vaccin",
        "steroid",
        "transfus",
        "antibod",
    ),
    *(
        "investigational",
        "transplant",
        "medication",
        "immunosuppress",
        "inhibitor",
        "antineoplas",
        "antitumor",
        "anti-tumor",
    ),
)
REACH = 110  # characters after a window in which its anchor stands
BACK = 70  # characters before it

TREATED_BEFORE = ("refractory", "relapsed", "treated", "line", "fail", "progress")
PRETREATED = re.compile(
    r"\b(?:refractory|relapsed|pre-?treated|previously treated|second[\s-]line|third[\s-]line|failed|failure of|"
    r"progress(?:ed|ion|ing) (?:on|after|during|following|upon|despite))\b"
)
TREATED = (
    "treatment",
    "therapy",
    "chemo",
    "radio",
    "anticancer",
    "anti-cancer",
    "antitumor",
    "anti-tumor",
    "surgery",
    "investigational",
)
TIMES = ("week", "day", "month", "wash", "half-li", "year", "hour", "wk")
INTERVAL = re.compile(
    rf"(?:within|at least|≥|>=|>|≤|<=|<|less than|more than|minimum(?: of)?|last|past|"
    rf"for)\s*(?:or equal to )?(?:the )?(?:last |past |previous )?"
    rf"{SPAN}|{SPAN}[^.\n;]{{0,40}}?\b(?:wash|since|elapsed|prior to|before|after|from|between|post)|"
    rf"wash\s?-?out|half-li"
)

OPEN_LIST = re.compile(
    r"\b(?:previous(?:ly)?|prior|received|used|treated|pretreated|treatment|therapy|"
    r"drugs?)\b[^.\n;]{0,80}?\b(?:drugs?|agents?|inhibitors?|"
    r"antibod\w+|therap\w+|chemotherap\w+|treatments?|medic\w+|vaccines?)\b[^.\n;()]{0,20}?\(?\s*\b(?:such as|"
    r"e\.g\.|eg|including|for example|like)"
    r"[^\n;]{0,160}?\betc\b"
)


def first_line_barred(subject: Subject) -> Iterator[Hit]:
    """Yield an exclusion of what the demanded earlier therapy usually holds."""
    names = " ".join((*(title.low for title in subject.titles), *subject.content.conditions.conditions)).lower()
    kinds = [(what, words) for what, (tumours, words) in FIRST_LINE_HAS.items() if holds(names, tumours)]
    if not kinds or not any(_failed(low(subject, item)) for item in subject.criteria_items.inclusion):
        return
    for item in subject.criteria_items.exclusion:
        text = low(subject, item)
        for what, words in kinds:
            if holds(text, words) and not item.under and EARLIER.search(text) and not QUALIFIED.search(text):
                yield item_hit(item, f"standard first-line treatment, which must have failed, usually holds {what}")
                break


def _failed(text: str) -> bool:
    """Whether an item asks that standard treatment has failed."""
    return holds(text, FAILURES) and holds(text, STANDARDS) and FAILED.search(text) is not None


def window_without_anchor(subject: Subject) -> Iterator[Hit]:
    """Yield windows of earlier therapy that do not say from when they count."""
    if "within" not in subject.criteria.low:
        return
    for item in subject.criteria_items.exclusion:
        text = low(subject, item)
        places = occurrences(text, "within ") if "within " in text and holds(text, THERAPY) else ()
        for place in places:
            found = WINDOW.match(text, place)
            if found and not found["past"] and not _anchored(text, *found.span()):
                yield piece(item.start + found.start(), item.start + found.end(), "within that time of what?")


def _anchored(text: str, start: int, end: int) -> bool:
    """Whether the words around a window say from when it counts."""
    after = CLAUSE_END.split(text[end : end + REACH], maxsplit=1)[0]
    return ANCHOR.search(after) is not None or ANCHOR_BEFORE.search(text, max(0, start - BACK), start) is not None


def no_washout(subject: Subject) -> Iterator[Hit]:
    """Yield criteria for treated patients that do not say how long earlier therapy must be over."""
    text = subject.criteria.low
    if not text or not subject.oncology or not gives_drugs(subject):
        return
    texts = [
        *(title.low for title in subject.titles),
        *(low(subject, item) for item in subject.criteria_items.inclusion),
    ]
    if not any(map(_pretreated, texts)):
        return
    for item in items(subject):
        found = low(subject, item)
        if holds(found, TIMES) and holds(found, TREATED) and INTERVAL.search(found):
            return
    yield absent("patients were treated before, and no criterion says how long that must be over")


def _pretreated(text: str) -> bool:
    """Whether a text in lower case says that patients were treated before."""
    return holds(text, TREATED_BEFORE) and PRETREATED.search(text) is not None


def open_list(subject: Subject) -> Iterator[Hit]:
    """Yield criteria on earlier drugs whose list stays open."""
    if "etc" not in subject.criteria.low:
        return
    found = subject.criteria_items
    for item in (*found.inclusion, *found.exclusion):
        text = low(subject, item)
        match = OPEN_LIST.search(text) if "etc" in text else None
        if match:
            yield piece(item.start + match.start(), item.start + match.end(), "the list of drugs stays open")


CHECKS: Mapping[str, Callable[[Subject], Iterator[Hit]]] = {
    "ELG-09": first_line_barred,
    "ELG-13": window_without_anchor,
    "ELG-24": no_washout,
    "ELG-27": open_list,
}
