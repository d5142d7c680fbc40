"""Rules on organ function, laboratory limits and performance status in the criteria."""

import re
from collections.abc import Callable, Iterator, Mapping
from itertools import islice

from topline.protocol.eligibility.items import Item
from topline.protocol.lint.criteria_text import low, match_hit, piece
from topline.protocol.lint.find import first_match, holds, occurrences
from topline.protocol.lint.rule import Hit
from topline.protocol.lint.subject import Subject

ORGANS = (
    r"(?:organs?|bone marrow|marrow|ha?ematolog\w*|ha?ematopoietic|hepatic|liver|renal|kidney|heart|"
    r"cardiac|coagulation|hepatorenal|laboratory)"
)
GOOD = ("adequate", "normal", "acceptable", "sufficient", "good", "appropriate", "satisfactory", "proper")
REQUIRED = re.compile(
    rf"\b(?:in)?(?:{'|'.join(GOOD)})\s+(?:functions? of (?:the )?(?:major |main |important |vital )?{ORGANS}|"
    rf"(?:[\w/-]+,? ){{0,4}}?{ORGANS}[\w ,/-]{{0,40}}?(?:functions?|reserve)\b)"
)
REACH = 100  # characters around the word within which the demand stands
LIMITED = ("uln", "upper limit", "g/dl", "/mm3", "ml/min")
"""Parts of limits of laboratory values, to look for before the whole pattern."""
THRESHOLD = re.compile(
    r"\d\s*(?:[x×*]\s*)?(?:the )?(?:uln|uln\b|upper limit)|\d\s*(?:g/d?l|mg/dl|[uμµ]mol|mmol|ml/min|iu/l|u/l|"
    r"[x×*]?\s*10\s*\^?\s*(?:9|⁹|3|6)|/\s*(?:mm|[uμµ]l|mcl|cubic)|cells)"
    r"|\d(?:,\d{3})+\s*/?\s*(?:mm|[uμµ]l|mcl|cells)"
)
NAMED_LIMIT = re.compile(r"lvef[^.\n]{0,40}\d|creatinine[^.\n]{0,40}\d|ejection fraction[^.\n]{0,30}\d")
MEASURES = ("lvef", "creatinine", "ejection fraction")

SIGN = r"(?:≥|>=|>|=|≤|<=|<|of|at least|more than|greater than|less than|below|above)"
LAB = re.compile(
    rf"(?P<name>ha?emoglobin|hgb|hb|neutrophils?(?: count)?|anc|platelets?(?: count)?|"
    rf"plt)\b[^\d\n;]{{0,40}}?{SIGN}\s*=?\s*"
    r"(?P<value>\d{1,3}(?:,\d{3})+|\d+(?:\.\d+)?)\s*(?P<unit>g/dl|g/l|mmol/l|[x×*]\s*10\s*\^?\s*(?:9|"
    r"⁹)\s*/?\s*l|/\s*(?:mm3|mm³|[uμµ]l|mcl))"
)
BLOOD = ("hemoglobin", "haemoglobin", "hgb", "hb", "neutrophil", "anc", "platelet", "plt")
PLAUSIBLE = {
    ("h", "g/dl"): (5.0, 20.0),
    ("h", "g/l"): (50.0, 200.0),
    ("h", "mmol/l"): (3.0, 12.5),
    ("n", "10^9/l"): (0.1, 20.0),
    ("n", "per ul"): (100.0, 20_000.0),
    ("p", "10^9/l"): (5.0, 700.0),
    ("p", "per ul"): (5_000.0, 700_000.0),
}
"""Limits that a trial can ask, by first letter of the analyte (haemoglobin, neutrophils, platelets) and unit."""

MULTIPLE = re.compile(
    r"(?P<times>\d+(?:\.\d+)?)\s*(?:-?\s*fold|[x×*]|times)?\s*(?:the )?(?:institutional )?(?:uln|upper limit|"
    r"the upper)"
)
MOST_MENTIONS = 20  # of liver metastases in one line that are looked at
METASTASES = re.compile(r"(?:liver|hepatic)\s+metasta\w*|metasta\w+ (?:to|in|of) (?:the )?liver")
NEGATED = re.compile(r"\b(?:no|without|absence of|free of|not have|do not have|non)\W+(?:\w+\W+){0,3}$")

ECOG = re.compile(
    r"\b(?:ecog|eastern cooperative oncology group|who|zubrod)\b[^\n;]{0,90}?(?P<sign>≤|<=|<|≥|>=|>)?\s*\(?"
    r"(?<![\d.])(?P<low>[0-4])(?:\s*(?:-|–|~|～|to|or|and|,|/)\s*(?P<more>[0-4](?:\s*(?:-|–|,|or|and|/)\s*[0-4])*))?"
    r"(?![\d.%]|\s*(?:days?|weeks?|hours?|months?)\b)"
)
KPS = re.compile(r"\b(?:karnofsky|kps)\b[^\n;]{0,60}?(?:≥|>=|>|at least|of|:)\s*=?\s*(?P<least>[1-9]0|100)\b")
EQUIVALENT = {0: (80, 90, 100), 1: (70, 80), 2: (50, 60), 3: (30, 40), 4: (10, 20)}
"""By greatest ECOG: the least Karnofsky scores that admit about the same patients (Oken 1982; Buccheri 1996)."""

WRONG_WORDS = re.compile(
    r"\b(?:ghrelin|cereals?|millet|valley)\b[^\n;.]{0,40}?(?:transam|aminot|≤|<=|<|>|uln|upper limit)"
)


def no_threshold(subject: Subject) -> Iterator[Hit]:
    """Yield a demand for organ function in criteria that give no limit of any laboratory value."""
    text = subject.criteria.low
    if holds(text, LIMITED):
        return
    for noun in ("function", "reserve"):
        for place in occurrences(text, noun):
            start = max(0, place - REACH)
            found = REQUIRED.search(text, start, place + REACH) if holds(text[start:place], GOOD) else None
            if found:
                if not THRESHOLD.search(text) and not first_match(NAMED_LIMIT, text, MEASURES):
                    yield match_hit(found, "no limit of any laboratory value says what that is")
                return


def implausible(subject: Subject) -> Iterator[Hit]:
    """Yield laboratory limits whose number and unit cannot belong together."""
    for found in _blood_limits(subject.criteria.low):
        unit = found["unit"].replace(" ", "")
        unit = unit if unit in ("g/dl", "g/l", "mmol/l") else "per ul" if unit.startswith("/") else "10^9/l"
        kind = {"a": "n"}.get(found["name"][0], found["name"][0])
        least, most = PLAUSIBLE.get((kind, unit), (0.0, float("inf")))
        value = float(found["value"].replace(",", ""))
        if not least <= value <= most:
            yield match_hit(
                found, f"{found['value']} {found['unit'].strip()} is no limit that patients can meet or miss"
            )


def _blood_limits(text: str) -> Iterator[re.Match[str]]:
    """Yield the limits of blood counts in a text in lower case."""
    for stem in BLOOD:
        for place in occurrences(text, stem):
            found = LAB.match(text, place) if not text[max(0, place - 1) : place].isalpha() else None
            if found:
                yield found


def reversed_liver(subject: Subject) -> Iterator[Hit]:
    """Yield limits of transaminases that are looser without liver metastases than with them."""
    text = subject.criteria.low
    if "liver metast" not in text and "hepatic metast" not in text:
        return
    for line in re.finditer(r"[^\n]+", text):
        if "metast" in line[0] and ("uln" in line[0] or "upper limit" in line[0]):
            yield from _reversed(line)


def _reversed(line: re.Match[str]) -> Iterator[Hit]:
    """Yield a line in which the limit tied to liver metastases is the lower one."""
    multiples = list(islice(MULTIPLE.finditer(line[0]), 3))
    if len(multiples) != 2:
        return
    for where in islice(METASTASES.finditer(line[0]), MOST_MENTIONS):
        before = [one for one in multiples if one.end() <= where.start()]
        after = [one for one in multiples if one.start() >= where.end()]
        gap = line[0][before[-1].end() : where.start()] if before else ""
        clause = not re.search(r"[;.。；]\s", gap) and re.search(
            r"\b(?:if|in|with|for|when|where|presence|case|and|has|have)\b|\(", gap
        )
        own = before[-1] if before and clause else after[0] if after else None
        if own is None:
            continue
        negated = NEGATED.search(line[0][max(0, where.start() - REACH) : where.start()])
        tied, other = float(own["times"]), sum(float(one["times"]) for one in multiples if one is not own)
        if (tied > other) if negated else (tied < other):
            which = "without" if negated else "with"
            what = f"the limit {which} liver metastases is {tied:g} times, the other {other:g} times"
            yield piece(
                line.start() + min(own.start(), where.start()), line.start() + max(own.end(), where.end()), what
            )
            return


def mistranslated(subject: Subject) -> Iterator[Hit]:
    """Yield words that stand where a laboratory value belongs."""
    if holds(subject.criteria.low, ("ghrelin", "cereal", "millet", "valley")):
        for found in WRONG_WORDS.finditer(subject.criteria.low):
            yield match_hit(found, "reads like a mistranslation of a transaminase (ALT, AST)")


def _greatest_ecog(subject: Subject, item: Item) -> tuple[int, re.Match[str]] | None:
    """Return the greatest ECOG status that an inclusion item admits, and its place in the item."""
    text = low(subject, item)
    if not holds(text, ("ecog", "eastern cooperative", "zubrod")):
        return None
    found = first_match(ECOG, text, ("ecog", "eastern", "who", "zubrod"))
    if found is None or found["sign"] in (">", "≥", ">="):
        return None
    greatest = max(int(digit) for digit in re.findall(r"\d", found["more"] or found["low"]))
    return greatest - (found["sign"] == "<"), found


def scales_differ(subject: Subject) -> Iterator[Hit]:
    """Yield an ECOG range and a least Karnofsky score that do not admit the same patients."""
    if not holds(subject.criteria.low, ("karnofsky", "kps")):
        return
    for item in subject.criteria_items.inclusion:
        score = first_match(KPS, low(subject, item), ("karnofsky", "kps"))
        status = _greatest_ecog(subject, item) if score else None
        if status and score and int(score["least"]) not in EQUIVALENT[status[0]]:
            what = f"ECOG up to {status[0]} and Karnofsky from {score['least']} on admit different patients"
            yield piece(item.start + score.start(), item.start + score.end(), what)


def ecog_differs(subject: Subject) -> Iterator[Hit]:
    """Yield inclusion criteria with different ECOG limits for the same candidates."""
    if subject.criteria.low.count("ecog") + subject.criteria.low.count("eastern cooperative") < 2:
        return
    first: int | None = None
    for item in subject.criteria_items.inclusion:
        status = None if item.under else _greatest_ecog(subject, item)
        if status is None:
            continue
        if first is not None and status[0] != first:
            span = status[1].span()
            yield piece(
                item.start + span[0], item.start + span[1], f"admits ECOG up to {status[0]}, another up to {first}"
            )
            return
        first = status[0]


CHECKS: Mapping[str, Callable[[Subject], Iterator[Hit]]] = {
    "ELG-05": no_threshold,
    "ELG-07": implausible,
    "ELG-08": reversed_liver,
    "ELG-22": scales_differ,
    "ELG-23": mistranslated,
    "ELG-33": ecog_differs,
}
