"""What keeps an item from being read by a computer, and the words that join or qualify its parts."""

import re

from topline.protocol.eligibility.items import Item
from topline.protocol.eligibility.match import Polarity

READABLE = 5000
STOP = re.compile(r"[(\[（]|[)\]）]|(?<!\be\.g)(?<!\bi\.e)(?<!\bvs)(?<!\bNo)(?<!\betc)\.(?=\s|$)|[;；。]|\n\s*\n")
ALLOWS = re.compile(
    r"\b(?:allow\w*|eligible|permit\w*|may|can|could|exceptions?|except\w*|unless|however|accept\w*|waive\w*|"
    r"not (?:be )?(?:excluded|required|applicable)|exempt\w*|enrolled|included|if|but|other than|only|"
    r"instead|alternativ\w*)\b",
    re.IGNORECASE,
)
PEOPLE = (
    r"(?:(?:the |all |any )?(?:patients?|subjects?|participants?|candidates?)\s+)?(?:(?:must|should|will|"
    r"who|with|have|has|having|meets?|of|for|to|be|are|is|satisfy|fulfil\w*)\s+){0,4}"
)
SOME = re.compile(
    PEOPLE + r"(?:(?:at least )?(?:any|one|either)(?: one)?(?: or more)?(?: of)?(?: the)? (?:following|below|"
    r"these)(?: \w+)?)\s*[:：,.]?\s*",
    re.IGNORECASE,
)
EVERY = re.compile(
    PEOPLE + r"(?:all|each|both)(?: of)?(?: the)? (?:following|below|these)(?: \w+)?\s*[:：,.]?\s*", re.IGNORECASE
)
ORGANS = (
    r"(?:bone|marrow|organs?|renal|kidney|hepatic|liver|ha?ematolog\w+|ha?ematopoietic|cardiac|coagulation|"
    r"major|main|vital|end-organ|hepatobiliary|and|or|,|/|&|the)"
)
DEFINED = re.compile(
    PEOPLE + r"(?:(?:adequate|acceptable|normal|sufficient|appropriate|satisfactory|good)\s+)?"
    rf"(?:{ORGANS}\s*){{1,12}}(?:functions?|reserve)?\s*,?\s*"
    r"(?:(?:is|are|as)\s+)*(?:(?:defined|determined|evidenced|indicated|demonstrated|shown)\s*(?:as|by)?|"
    r"follows|including)?\s*"
    r"(?:(?:all|each)(?: of)?)?\s*(?:the\s+)?(?:following|below)?\s*(?:laboratory\s+)?(?:parameters|"
    r"criteria|values|requirements|tests?|results?)?\s*[:：]\s*",
    re.IGNORECASE,
)
MEASURED = re.compile(
    r"(?:clinical\s)?(?:laboratory|blood)\s(?:tests?|values?|parameters?|examinations?|results?)(?:\sresults?)?"
    r"(?:\s(?:during|at|in|within)\s(?:the\s)?(?:screening|baseline)(?:\s(?:period|visit))?)?"
    r"(?:\s(?:must|should|shall))?\s(?:meet|meets|meeting|fulfil\w*|satisfy)\s(?:all\s)?(?:of\s)?(?:the\s)?following\s"
    r"(?:criteria|requirements|limits)\s*(?:\([^()]*\))?[\s:：]*",
    re.IGNORECASE,
)
"""A heading above limits of laboratory values: it asks for them, and in its brackets perhaps for more."""
ADEQUATE = re.compile(
    PEOPLE + r"(?:an?\s+)?(?:adequate|acceptable|normal|sufficient|appropriate|satisfactory|good)\s+"
    rf"(?:{ORGANS}\s*){{1,12}}(?:functions?|reserve)\b",
    re.IGNORECASE,
)
CONDITIONAL = re.compile(
    r"\b(?:if|unless|except\w*|for (?:patients|subjects|participants|those|cohort|part|arm)|cohorts?|"
    r"parts?|arms?|either|one of|any of|"
    r"at least|allow\w*|eligible|may|or equivalent|without)\b",
    re.IGNORECASE,
)
LOST = re.compile(
    r"(?<![<>≤≥=/!~])=\s*[0-9]+(?:\.[0-9]+)?(?![0-9.]*\s*(?:-|–|~|to|or|and|,|/|&)\s*[0-9])(?!\s*(?:<|≤))",
    re.IGNORECASE,
)
NEGATED = re.compile(
    r"\W*(?:(?:patients?|subjects?|participants?)\s+(?:who\s+|with\s+)?)?(?:(?:have|has|had|do|does|did|are|is)\s+)?"
    r"(?:no|not|without|absence|never|negative|non[- ](?:pregnant|lactating)|free)\b",
    re.IGNORECASE,
)
REQUIRED = re.compile(
    r"\W*(?:(?:the\s+)?(?:patients?|subjects?|participants?)\s+)?(?:(?:must|should|shall|have to|need to|"
    r"agrees?|willing|able|adequate|normal|acceptable|sufficient)\b)",
    re.IGNORECASE,
)


class _Ambiguous:
    """Finds sentences whose words contradict their section."""

    def get(self, polarity: Polarity, words: str) -> str:
        """Return why the words of a sentence leave it to a person, or nothing."""
        if LOST.search(words):
            return "an equals sign stands where a limit is meant: its direction was lost"
        if polarity == "exclusion" and NEGATED.match(words):
            return "an exclusion criterion phrased as a negation: which way it is meant is not certain"
        if polarity == "exclusion" and REQUIRED.match(words):
            return "an exclusion criterion phrased as a requirement: which way it is meant is not certain"
        return ""


AMBIGUOUS = _Ambiguous()


def whole_veto(item: Item) -> str:
    """Return why an item is left to a person as a whole, or nothing."""
    if item.under and not asks_for_more(item):
        return f"stands under a heading that may limit it: {item.under[:200]}"
    if len(item.text) > READABLE:
        return f"is longer than {READABLE} characters"
    return ""


def asks_for_more(item: Item) -> bool:
    r"""Whether the heading above an inclusion criterion only adds to what it demands, of every candidate alike.

    >>> from topline.protocol.eligibility.items import split_criteria
    >>> text = "Inclusion Criteria:\n\nBlood tests must meet the following criteria (no transfusion):\n\n* ANC >= 1.5"
    >>> [asks_for_more(item) for item in split_criteria(text).inclusion]
    [True]
    """
    found = item.polarity == "inclusion" and MEASURED.fullmatch(item.under)
    return bool(found) and not CONDITIONAL.search(item.under)
