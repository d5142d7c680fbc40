"""Consent, compliance and the investigator's discretion: what only a person can attest."""

import re
from collections.abc import Iterator

from topline.protocol.eligibility.match import Match, Polarity
from topline.protocol.eligibility.tree import All, Compare, Manual, Node

CLAUSE = re.compile(r"[^.;。；\n]+(?:\.(?=\S)[^.;。；\n]*)*")
SUBJECT = (
    r"(?:(?:the\s|all\s)?(?:patients?|subjects?|participants?|volunteers?|individuals|(?:patient|"
    r"participant|subject)?s?(?:/|\sor\s|\sand/or\s)?(?:a\s)?legal(?:ly)?[\w\s]{0,30}representatives?)\s)?"
)
MODAL = (
    r"(?:(?:who|must|should|shall|will|have|has|had|be|is|are|can|may|personally|voluntarily|fully|the|a|"
    r"an|of|and|to|with|provision|provide[ds]?|given?|gave|giving|understand|obtain(?:ed)?|capable|able|"
    r"ability|willing|willingness|competent|agree|agreement|join|read|sign(?:ed|ing)?|dated?|written|"
    r"voluntary|informed|documented|IRB[\w-]*|approved|evidence|personal)[\s,/]+){0,14}"
)
CONSENT = re.compile(
    rf"\s*{SUBJECT}{MODAL}(?:and\s|to\s|/)?(?:(?:informed\s)?(?:written\s)?consent|ICF)\b[^\n]*", re.IGNORECASE
)
UNWILLING = re.compile(
    rf"\s*{SUBJECT}(?:who\s|are\s|is\s|were\s)*(?:unwilling|unable|inability|refus\w+|not\sable|"
    rf"not\swilling|incompetent|lack\w*|incapable|cannot|can't|declin\w+)\b[^\n]*\bconsent\b[^\n]*",
    re.IGNORECASE,
)
COMPLY = re.compile(
    rf"\s*{SUBJECT}(?:who\s|must\s|be\s|is\s|are\s|stated\s|patient\s)*(?:un)?(?:willing|able|ability|"
    rf"willingness|inability|good|poor|expected|understand\w*|agree\w*|compliance|"
    rf"stated)\b[^\n]*\b(?:compl(?:y|iance|iant|ying)|follow[\s-]?up|visits|adhere\w*|participate)\b[^\n]*",
    re.IGNORECASE,
)
DISCRETION = re.compile(
    r"[^\n]*\b(?:investigators?|researchers?|physicians?|doctors?|PI|clinicians?|"
    r"sponsor)(?:['’]s?)?\b[^\n]*\b(?:unsuitable|inappropriate|"
    r"not\s(?:be\s)?(?:suitable|appropriate|fit|eligible)|unfit|ineligible|interfere\w*|compromise\w*|"
    r"jeopardi[sz]e\w*|preclude\w*|unsafe|undesirable|undue|hazardous)\b[^\n]*"
    r"|[^\n]*\b(?:unsuitable|inappropriate|not\s(?:be\s)?(?:suitable|appropriate|fit|eligible)|unfit|"
    r"ineligible|interfere\w*|compromise\w*|jeopardi[sz]e\w*|preclude\w*|unsafe|undesirable|undue)\b[^\n]*"
    r"\b(?:investigators?|researchers?|physicians?|doctors?|PI|clinicians?|sponsor)\b[^\n]*",
    re.IGNORECASE,
)
BEGINS = re.compile(
    r"\s*(?:patients?\s|subjects?\s|participants?\s|those\s|with\s|who\s|have\s|has\s|had\s|the\s|"
    r"presence\sof\s)*(?:any|other|investigators?|researchers?|conditions?|situations?|circumstances?|"
    r"factors?|deemed|considered|judged|as judged|in\sthe|not\ssuitable|unsuitable|severe,?\sacute)\b",
    re.IGNORECASE,
)
ATTESTED = "a person attests it"


def find(text: str, polarity: Polarity) -> list[Match]:
    """Return what an item says of consent, compliance and discretion.

    Consent is the column CONSENT and a sign-off together; the others are sign-offs alone.

    >>> [match.concept for match in find("Signed informed consent; willing to comply with the visits", "inclusion")]
    ['consent', 'compliance']
    """
    return [match for clause in CLAUSE.finditer(text) for match in _clause(clause, polarity)]


def _clause(clause: re.Match[str], polarity: Polarity) -> Iterator[Match]:
    """Yield what one clause says: nothing, or one attestation that covers it as a whole."""
    words, start = clause.group(), clause.start()
    if len(words) > 3000:
        return
    if polarity == "inclusion" and (found := CONSENT.fullmatch(words)):
        judged = Manual(words.strip(), ATTESTED)
        yield _whole(start, found.group(), All((Compare("CONSENT", "=", "Y"), judged)), "consent")
    elif UNWILLING.fullmatch(words):
        yield _whole(start, words, Manual(words.strip(), ATTESTED), "consent")
    elif COMPLY.fullmatch(words):
        yield _whole(start, words, Manual(words.strip(), ATTESTED), "compliance")
    elif BEGINS.match(words) and DISCRETION.fullmatch(words):
        yield _whole(start, words, Manual(words.strip(), "left to the discretion of the investigator"), "discretion")


def _whole(start: int, words: str, node: Node, concept: str) -> Match:
    """Return a match of a clause without the blanks around it."""
    before = len(words) - len(words.lstrip())
    return Match(start + before, start + len(words.rstrip()), node, concept)
