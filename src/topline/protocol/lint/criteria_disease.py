"""Rules on the disease in the criteria: stage and its edition, measurable lesions, lines, brain metastases."""

import re
from collections.abc import Callable, Iterator, Mapping

from topline.protocol.eligibility.items import Item
from topline.protocol.lint.criteria_text import absent, gives_drugs, low, piece
from topline.protocol.lint.find import first_match, holds
from topline.protocol.lint.rule import Hit
from topline.protocol.lint.subject import Subject

STAGE = re.compile(
    r"\bstages?\s*(?:groups?\s*)?:?\s*(?P<group>(?:i{1,3}v?|iv|"
    r"[1-4])(?:\s?[a-d]\d?)?)\b(?P<more>[\s,/–-]*(?:(?:or|and|to)\s+)?(?:i{1,3}|iv)?\s?[a-d]?\b)*"
)
EARLIER = re.compile(r"\bstages?\s*(?:groups?\s*)?:?\s*(?:i{1,3}[a-d]?|[1-3][a-d]?)\b")
EIGHTH = re.compile(
    r"\b(?:8th|eighth|8)\b[^.\n;]{0,25}?\b(?:edition|ed\b|version|ajcc|uicc|tnm)|\b(?:ajcc|uicc|"
    r"tnm)\b[^.\n;]{0,15}?\b(?:8|8th|eighth|v8)\b"
)
SEVENTH = re.compile(
    r"\b(?:7th|seventh|7)\b[^.\n;]{0,25}?\b(?:edition|ed\b|version|ajcc|uicc|tnm)|\b(?:ajcc|uicc|"
    r"tnm)\b[^.\n;]{0,15}?\b(?:7|7th|seventh|v7)\b"
)
THIRD_DIVIDED = re.compile(r"\biii\s?-?\s?[a-c]\b(?:\s?[-–/]\s?(?:iii\s?)?[a-c]\b)?")
FOURTH_DIVIDED = re.compile(r"\biv\s?[ab]\b")
PATHOLOGIC = re.compile(r"\b(?:pathologic|pathological|pstage|yp|post-?operative)\b")
SYSTEMS = (
    *("ajcc", "uicc", "tnm", "figo", "ann arbor", "ann-arbor", "lugano", "bclc", "barcelona", "iaslc", "inss", "inrg"),
    *(
        "staging system",
        "iss ",
        "r-iss",
        "rai ",
        "binet",
        "dukes",
        "masaoka",
        "enneking",
        "msts",
        "cnlc",
        "valg",
        "salmon",
    ),
    *("chinese liver", "whitmore", "st. jude", "st jude", "murphy", "staging manual", "edition", "veterans", "igcccg"),
)
EDITIONED = ("ajcc", "uicc", "tnm")
NUMBERED_EDITION = re.compile(r"\d(?<!\w\d)(?:st|nd|rd|th)\b")
YEAR = re.compile(r"20(?<!\w20)\d\d\b")
ORDINALS = ("sixth", "seventh", "eighth", "ninth")
ORDINAL = re.compile(r"\b(?:sixth|seventh|eighth|ninth)\b")
CITED_EDITION = re.compile(r"\b(?:ajcc|uicc|tnm|edition|version|v)\W{0,3}(?:staging )?v?(?:ersion )?[6-9]\b")
CITED = ("ajcc", "uicc", "tnm", "edition", "v")

EVALUABLE = re.compile(
    r"\b(?:measurable|measureable)(?: disease| lesions?| tumou?rs?)?\s*(?:,|and/or|or|and|"
    r"/)\s*(?:non-?\s?measurable|evaluable|assessable)"
    r"|\b(?:evaluable|assessable)\s*(?:and/or|or|/)\s*measurable"
)
RESPONSE = re.compile(
    r"\b(?:objective|overall|tumou?r|best overall|complete|confirmed)[\s-]+(?:objective )?(?:response|"
    r"remission)|\borr\b|\bresponse rate"
)

LINE = re.compile(
    r"\b(?:first|second|third|fourth|1st|2nd|3rd|front|later|1l|2l|3l)[\s-]*(?:line\b)|"
    r"\b(?:previously )?(?:untreated|pre-?treated|treatment-na[iï]ve)\b"
)
BOUNDED = (
    *(
        "line",
        "prior",
        "previous",
        "naive",
        "naïve",
        "untreated",
        "pretreated",
        "pre-treated",
        "failed",
        "failure",
        "progress",
    ),
    *(
        "refractory",
        "relaps",
        "earlier",
        "received",
        "not been treated",
        "initial treatment",
        "newly diagnosed",
        "chemo-na",
    ),
)
BRAIN = (
    "brain",
    "cns",
    "central nervous",
    "intracranial",
    "mening",
    "cerebral metasta",
    "glio",
    "neurolog",
    "cranial",
    "spinal cord",
)
BLOOD = ("leukemi", "leukaemi", "lymphoma", "myeloma", "myelo", "hematolog", "haematolog", "waldenstr", "mastocyt")
SPREAD = (
    "metasta",
    "advanced",
    "relaps",
    "unresectable",
    "refractory",
    "stage iv",
    "stage 4",
    "solid tumor",
    "solid tumour",
)
PREVENTION = (
    "prevention",
    "supportive",
    "diagnostic",
    "screening",
    "health_services",
    "basic_science",
    "other",
    "device_feasibility",
)
ESOPHAGUS = ("esophag", "oesophag")


def _esophageal_squamous(subject: Subject) -> bool:
    """Whether the disease is squamous cell carcinoma of the oesophagus."""
    names = " ".join((*(title.low for title in subject.titles), *subject.content.conditions.conditions)).lower()
    return holds(names, ESOPHAGUS) and ("squamous" in subject.everything or "escc" in subject.everything)


def stage_not_in_edition(subject: Subject) -> Iterator[Hit]:
    """Yield stage groups of the oesophagus that the cited edition does not have."""
    if "stage" not in subject.criteria.low or not _esophageal_squamous(subject):
        return
    for item in subject.criteria_items.inclusion:
        text = low(subject, item)
        if "stage" not in text or PATHOLOGIC.search(text):
            continue
        eighth, seventh = EIGHTH.search(text), SEVENTH.search(text)
        found = THIRD_DIVIDED.search(text) if eighth else FOURTH_DIVIDED.search(text) if seventh else None
        if found and not (eighth and seventh):
            words = item.text[found.start() : found.end()]
            what = (
                f"{words}: clinical stage III of this tumour is not divided in the eighth edition; "
                "IIIA to IIIC are of the seventh"
                if eighth
                else f"{words}: stage IV of this tumour is divided from the eighth edition on"
            )
            yield piece(item.start + found.start(), item.start + found.end(), what)


def stage_without_edition(subject: Subject) -> Iterator[Hit]:
    """Yield a required stage group without staging system, or by a system that has editions without one."""
    if "stage" not in subject.criteria.low or not subject.oncology:
        return
    for item in subject.criteria_items.inclusion:
        text = low(subject, item)
        found = STAGE.search(text) if "stage" in text else None
        if found:
            everything = subject.everything
            named = holds(everything, SYSTEMS)
            if not named or (holds(everything, EDITIONED) and not _edition(everything)):
                what = "no edition of the staging system is named" if named else "no staging system is named"
                yield piece(item.start + found.start(), item.start + found.end(), what)
            return


def _edition(text: str) -> bool:
    """Whether a text names an edition: the 8th, the eighth, AJCC 8, v8, or a year."""
    by_number = NUMBERED_EDITION.search(text) or first_match(CITED_EDITION, text, CITED) or YEAR.search(text)
    return by_number is not None or first_match(ORDINAL, text, ORDINALS) is not None


def evaluable_for_response(subject: Subject) -> Iterator[Hit]:
    """Yield that evaluable lesions are enough though a primary outcome is response."""
    if "measurable" not in subject.criteria.low or not any(RESPONSE.search(one.measure.low) for one in subject.primary):
        return
    for item in subject.criteria_items.inclusion:
        found = EVALUABLE.search(low(subject, item))
        if found:
            what = "a lesion that is not measurable shows no partial response, which a primary outcome counts"
            yield piece(item.start + found.start(), item.start + found.end(), what)
            return


def line_not_bounded(subject: Subject) -> Iterator[Hit]:
    """Yield a line of therapy in a title that no criterion bounds."""
    if not subject.criteria or holds(subject.criteria.low, BOUNDED):
        return
    for title in subject.titles:
        found = LINE.search(title.low)
        if found:
            yield Hit(title.path, "no criterion says which earlier therapy is allowed", found.start(), found.end())
            return


def silent_on_brain(subject: Subject) -> Iterator[Hit]:
    """Yield a drug trial in advanced solid tumours whose criteria do not mention the brain."""
    text = subject.criteria.low
    if not text or not subject.oncology or holds(text, BRAIN) or not gives_drugs(subject):
        return
    purpose = (subject.design.primary_purpose or "TREATMENT").lower()
    names = " ".join((*(title.low for title in subject.titles), *subject.content.conditions.conditions)).lower()
    spread = holds(names, SPREAD) or any(holds(low(subject, item), SPREAD) for item in subject.criteria_items.inclusion)
    if purpose == "treatment" and spread and not holds(names, (*BLOOD, *BRAIN)):
        yield absent("no criterion says whether patients with brain metastases may enrol")


def earlier_stage_than_title(subject: Subject) -> Iterator[Hit]:
    """Yield a stage below IV among the inclusion criteria of a trial whose title names metastatic disease alone."""
    if "stage" not in subject.criteria.low or not any("metasta" in title.low for title in subject.titles):
        return
    if any(
        holds(title.low, ("advanced", "local", "unresect", "oligo", "stage", "adjuvant")) for title in subject.titles
    ):
        return
    for item in subject.criteria_items.inclusion:
        found = None if item.under else EARLIER.search(low(subject, item))
        if found and not _about_the_past(subject, item, found.start()):
            what = "admits a stage before spread; the title names metastatic disease"
            yield piece(item.start + found.start(), item.start + found.end(), what)
            return


def _about_the_past(subject: Subject, item: Item, place: int) -> bool:
    """Whether a stage is that at first diagnosis, or of another disease."""
    before = low(subject, item)[max(0, place - 60) : place]
    return holds(
        before, ("initial", "original", "at diagnosis", "history", "previous", "prior", "kidney", "ckd", "fibrosis")
    )


CHECKS: Mapping[str, Callable[[Subject], Iterator[Hit]]] = {
    "ELG-10": stage_not_in_edition,
    "ELG-11": stage_without_edition,
    "ELG-16": evaluable_for_response,
    "ELG-20": line_not_bounded,
    "ELG-21": silent_on_brain,
    "ELG-29": earlier_stage_than_title,
}
