"""Dated events of the patient table: how criteria call them, their date, and what says that they ever happened."""

import re
from dataclasses import dataclass

from topline.protocol.eligibility.tree import Compare, Holds, Node, Not
from topline.tables.patient_codes import CHEMOTHERAPY, IMMUNOTHERAPY, TARGETED

TREATMENT = r"(?:therap(?:y|ies)|treatments?|drugs?|agents?|medications?)"
CANCER = r"anti-?\s?(?:cancer|tumou?r|neoplastic)"


@dataclass(frozen=True, slots=True)
class Event:
    """A kind of event: its names, its dates each with the condition that it ever happened, and how it fits them.

    `fit` is `exact`, `part` (the columns hold more kinds than the name means) or `more` (fewer).
    """

    names: str
    dates: tuple[tuple[str, Node], ...]
    fit: str = "exact"


def _flagged(names: str, *columns: str, fit: str = "exact") -> Event:
    """Return an event of date columns whose flag stands beside them."""
    return Event(names, tuple((column, Compare(FLAGS[column], "=", "Y")) for column in columns), fit)


FLAGS = {
    "LSURGDT": "SURGFL",
    "LINVDT": "INVFL",
    "LSTERDT": "STERFL",
    "LVACCDT": "VACCFL",
    "LTRANSDT": "TRANSFL",
    "LGCSFDT": "GCSFFL",
    "LVTEDT": "VTEFL",
    "LATEDT": "ATEFL",
    "LMIDT": "MIFL",
    "LANGDT": "ANGFL",
    "LSTROKDT": "STROKFL",
    "LTIADT": "TIAFL",
    "LBLEEDDT": "BLEEDFL",
    "LRTDT": "PRIORRT",
}
"""By date column: the flag that says whether it ever happened."""
ANY_DRUG: Node = Not(Holds("PRIORCLS", ("NONE",)))
SYSTEMIC = (("LSYSDT", ANY_DRUG),)
CHEMO = (("LCHEMDT", Holds("PRIORCLS", CHEMOTHERAPY)),)
IMMUNE = (("LIMMDT", Holds("PRIORCLS", IMMUNOTHERAPY)),)
TARGET = (("LTARGDT", Holds("PRIORCLS", (*TARGETED, "ANTIBODY-DRUG CONJUGATE"))),)

EVENTS = (
    Event(r"(?:cytotoxic\s|systemic\s)?chemotherap(?:y|ies)(?:\sdrugs?|\sagents?)?", CHEMO),
    _flagged(r"radiotherap(?:y|ies)|radiation(?:\s(?:therapy|treatment))?|irradiation|radiation\stherapy", "LRTDT"),
    Event(r"(?:systemic\s)?immunotherap(?:y|ies)", IMMUNE),
    Event(
        r"(?:immune\s)?checkpoint\sinhibitors?|(?:anti-)?PD-?\(?L?\)?-?1(?:/PD-?L1)?\s(?:antibod\w+|inhibitors?)",
        IMMUNE,
        "part",
    ),
    Event(rf"(?:molecular(?:ly)?[\s-])?targeted\s{TREATMENT}", TARGET),
    Event(r"(?:small[- ]molecule\s)?tyrosine\skinase\sinhibitors?(?:\s\(TKIs?\))?|TKIs?\b", TARGET, "part"),
    Event(rf"(?:hormon(?:e|al)|endocrine)\s{TREATMENT}", (("LHORMDT", Holds("PRIORCLS", ("HORMONE",))),)),
    Event(rf"systemic\s{CANCER}\s{TREATMENT}", SYSTEMIC),
    Event(rf"(?:{CANCER}|cancer)\s{TREATMENT}", SYSTEMIC, "more"),
    _flagged(
        r"major\s(?:surger(?:y|ies)|surgical\s(?:procedures?|operations?|interventions?|treatment)|operations?)",
        "LSURGDT",
    ),
    _flagged(r"(?<!major\s)(?:surger(?:y|ies)|surgical\sprocedures?|operations?)", "LSURGDT", fit="more"),
    _flagged(
        rf"(?:other\s)?investigational\s(?:{TREATMENT}|products?|medicinal\sproducts?"
        rf"|new\sdrugs?)(?:\s\(?or\s{TREATMENT}\)?)?",
        "LINVDT",
    ),
    _flagged(r"systemic\s(?:cortico)?steroids?(?:\s(?:therapy|treatment))?|systemic\sglucocorticoids?", "LSTERDT"),
    _flagged(
        r"(?<!systemic\s)(?:(?:cortico|gluco)\w*steroids?|steroids?|glucocorticoids?)(?:\s(?:therapy|treatment))?",
        "LSTERDT",
        fit="more",
    ),
    _flagged(
        r"live(?:[,\s-]{1,2}attenuated)?(?:\svirus)?\svaccin(?:es?|ations?)|vaccination\swith\s(?:a\s)?live\svaccines?",
        "LVACCDT",
    ),
    _flagged(r"(?<!live\s)(?<!attenuated\s)vaccin(?:es?|ations?)", "LVACCDT", fit="more"),
    _flagged(r"(?:blood\s(?:product\s)?)?transfusions?(?:\sof\sblood(?:\sproducts)?)?", "LTRANSDT"),
    _flagged(r"(?:platelet|red\s(?:blood\s)?cell|RBC|erythrocyte)\stransfusions?", "LTRANSDT", fit="part"),
    _flagged(r"G-?CSF|granulocyte[- ]colony[- ]stimulating\sfactors?(?:\s\(G-?CSF\))?", "LGCSFDT"),
    _flagged(r"(?:acute\s)?myocardial\sinfarction|heart\sattack|(?<!\w)A?MI(?![\w-])", "LMIDT"),
    _flagged(r"unstable\sangina(?:\spectoris)?", "LANGDT"),
    _flagged(r"strokes?|cerebrovascular\saccidents?(?:\s\(?(?:including\s)?(?:CVA|stroke)\)?)?|CVA\b", "LSTROKDT"),
    _flagged(
        r"cerebral\sinfarction|(?:cerebral|intracranial)\sha?emorrhage|isch?a?emic\sstroke", "LSTROKDT", fit="part"
    ),
    _flagged(r"transient\sisch?a?emic\sattacks?(?:\s\(TIAs?\))?|TIAs?\b", "LTIADT"),
    _flagged(r"venous\sthrombo(?:embolism|sis|embolic\sevents?)|VTE\b", "LVTEDT"),
    _flagged(
        r"(?:deep\s(?:vein|venous)\sthrombosis|pulmonary\sembol(?:ism|us|i))(?:\s\((?:DVT|PE)\))?|DVT\b",
        "LVTEDT",
        fit="part",
    ),
    _flagged(r"arterial\sthrombo(?:embolism|sis|embolic\sevents?)", "LATEDT"),
    _flagged(r"(?:arterial\s?(?:/|or|and)\s?venous\s|arteriovenous\s)thrombo\w+(?:\sevents?)?", "LVTEDT", "LATEDT"),
    _flagged(
        r"(?<!venous\s)(?<!arterial\s)(?:thromboembolic\sevents?|thromboembolism|thrombotic\sevents?)",
        "LVTEDT",
        "LATEDT",
    ),
    _flagged(r"bleeding(?:\sevents?)?|ha?emorrhages?", "LBLEEDDT"),
    _flagged(
        r"ha?emoptysis|gastrointestinal\sbleeding|GI\sbleeding|gastrointestinal\sha?emorrhage", "LBLEEDDT", fit="part"
    ),
)
"""Every kind of dated event that is understood."""

NAME = tuple((re.compile(rf"(?<![\w-])(?:{event.names})(?![\w-])", re.IGNORECASE), event) for event in EVENTS)

FIRST = re.compile("|".join(pattern.pattern for pattern, _ in NAME), re.IGNORECASE)
"""The first event of any kind: one search of a text instead of one for each kind."""


def parse_event(text: str, at: int) -> tuple[int, Event] | None:
    """Return where the event named at a place ends, and its kind; the longest name wins.

    >>> parse_event("major surgery within 4 weeks", 0)[0]
    13
    """
    hits = [(found.end(), event) for pattern, event in NAME if (found := pattern.match(text, at))]
    return max(hits, key=lambda hit: hit[0]) if hits else None
