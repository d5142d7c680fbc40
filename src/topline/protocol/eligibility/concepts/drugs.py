"""Anticancer drugs by nonproprietary name, and the classes that criteria name, as codes of the patient table."""

import re
from collections.abc import Mapping

from topline.protocol.eligibility.concepts.bounds import Bounds
from topline.protocol.eligibility.tree import Holds, Node, Not
from topline.tables.patient_codes import (
    ANTI_ANGIOGENICS,
    CHECKPOINT_INHIBITORS,
    CHEMOTHERAPY,
    IMMUNOTHERAPY,
    TYROSINE_KINASE_INHIBITORS,
)

PD1 = (
    "nivolumab pembrolizumab camrelizumab sintilimab tislelizumab toripalimab "
    "cemiplimab dostarlimab penpulimab zimberelimab serplulimab retifanlimab"
)
PDL1 = "atezolizumab durvalumab avelumab envafolimab sugemalimab adebrelimab benmelstobart"
DRUGS: Mapping[str, str] = {
    "FLUOROPYRIMIDINE": (
        "fluorouracil|5-fluorouracil|5-fu|5fu capecitabine|xeloda s-1|s1"
        "|tegafur/gimeracil/oteracil tegafur trifluridine/tipiracil|tas-102|tas102 raltitrexed"
    ),
    "PLATINUM": "cisplatin carboplatin oxaliplatin nedaplatin lobaplatin",
    "TAXANE": "paclitaxel nab-paclitaxel docetaxel cabazitaxel",
    "TOPOISOMERASE INHIBITOR": "irinotecan topotecan etoposide",
    "ANTHRACYCLINE": "doxorubicin epirubicin daunorubicin idarubicin mitoxantrone",
    "ANTIMETABOLITE": (
        "gemcitabine pemetrexed methotrexate cytarabine azacitidine|azacytidine|5-azacytidine decitabine fludarabine"
    ),
    "VINCA ALKALOID": "vinorelbine vincristine vinblastine",
    "ALKYLATING AGENT": "cyclophosphamide ifosfamide temozolomide dacarbazine bendamustine melphalan",
    "PD-1/PD-L1 INHIBITOR": f"{PD1} {PDL1}",
    "CTLA-4 INHIBITOR": "ipilimumab tremelimumab",
    "ANTI-ANGIOGENIC ANTIBODY": "bevacizumab ramucirumab",
    "OTHER ANTI-ANGIOGENIC": "aflibercept|ziv-aflibercept endostatin|endostar",
    "ANTI-ANGIOGENIC TKI": "apatinib|rivoceranib anlotinib sorafenib sunitinib regorafenib lenvatinib "
    "fruquintinib surufatinib pazopanib axitinib "
    "cabozantinib nintedanib tivozanib cediranib vandetanib famitinib",
    "EGFR ANTIBODY": "cetuximab panitumumab nimotuzumab necitumumab",
    "EGFR TKI": "gefitinib erlotinib icotinib afatinib dacomitinib osimertinib almonertinib|aumolertinib furmonertinib",
    "HER2 ANTIBODY": "trastuzumab pertuzumab margetuximab",
    "HER2 TKI": "lapatinib pyrotinib neratinib tucatinib",
    "ALK TKI": "crizotinib alectinib ceritinib brigatinib lorlatinib ensartinib",
    "TYROSINE KINASE INHIBITOR": "imatinib dasatinib nilotinib bosutinib ponatinib ibrutinib",
    "PARP INHIBITOR": "olaparib niraparib rucaparib talazoparib pamiparib fuzuloparib",
    "CDK4/6 INHIBITOR": "palbociclib ribociclib abemaciclib dalpiciclib",
    "MTOR INHIBITOR": "everolimus temsirolimus",
    "ANTIBODY-DRUG CONJUGATE": (
        "trastuzumab-deruxtecan|t-dxd trastuzumab-emtansine"
        "|t-dm1 disitamab-vedotin sacituzumab-govitecan enfortumab-vedotin"
    ),
    "HORMONE": (
        "tamoxifen letrozole anastrozole exemestane fulvestrant bicalutamide enzalutamide abiraterone apalutamide"
    ),
}
"""Drugs by class; names that mean the same drug are separated by a bar, the first one is the code."""

NOUN = (
    r"(?:\s?-?\s?(?:drugs?|agents?|therap(?:y|ies)|treatments?|medications?|inhibitors?"
    r"|antibod(?:y|ies)|compounds?|regimens?|(?:mono|poly)?chemotherap(?:y|ies)))?"
)
BASED = r"(?:[\s-]?(?:based|containing)(?:\s(?:systemic|doublet|combination))?)?" + NOUN
ANTI_ANGIO = r"anti-?\s?angiogen(?:ic|esis)"
MONOCLONAL = r"(?:monoclonal\santibod(?:y|ies)|mabs?\b|antibod(?:y|ies))"
SMALL = (
    r"(?:small[- ]molecule\s)?(?:(?:multi-?(?:target"
    r"|kinase)\w*\s)?tyrosine\skinase\sinhibitors?(?:\s\(TKIs?\))?|TKIs?\b)"
)


def _codes(*codes: str) -> Bounds:
    return Bounds.exact(Holds("PRIORCLS", codes))


def _names(text: str) -> tuple[str, ...]:
    return tuple(name.split("|")[0].upper() for name in text.split())


ANY_CLASS: Node = Not(Holds("PRIORCLS", ("NONE",)))
PD_CLASS = Holds("PRIORCLS", ("PD-1/PD-L1 INHIBITOR",))
PD_BOTH = (
    r"(?:anti-?)?(?:programmed\s"
    r"(?:cell\s)?death[- ](?:protein\s)?1?\s?)?\(?PD-?\(?L?\)?-?1\)?\s?(?:/|,|or|and|and/or"
    r"|,\sor)\s?(?:anti-?)?\(?PD-?L1\)?"
)
CLASSES: tuple[tuple[str, Bounds], ...] = (
    (rf"fluoropyrimidines?{BASED}", _codes("FLUOROPYRIMIDINE")),
    (rf"platin(?:um|s)(?:\scompounds?)?{BASED}", _codes("PLATINUM")),
    (rf"taxan?es?{BASED}", _codes("TAXANE")),
    (rf"anthracyclines?{BASED}", _codes("ANTHRACYCLINE")),
    (
        rf"{PD_BOTH}(?:\s?(?:,|/|,?\sor|,?\sand)\s?(?:anti-?)?PD-?L2)?{NOUN}|(?:anti-?)?PD-?\(L\)-?1{NOUN}",
        Bounds.exact(PD_CLASS),
    ),
    (rf"(?:anti-?)?(?<!\w)PD-?1(?![\w/]){NOUN}", Bounds(Holds("PRIORDRG", _names(PD1)), PD_CLASS)),
    (rf"(?:anti-?)?(?<!\w)PD-?L1(?![\w/]){NOUN}", Bounds(Holds("PRIORDRG", _names(PDL1)), PD_CLASS)),
    (rf"(?:anti-?)?CTLA-?4{NOUN}", _codes("CTLA-4 INHIBITOR")),
    (
        r"(?:other\s)?immune\scheckpoint(?:\sinhibitors?|\sblockade|\stherap\w+)?(?:\s\(ICIs?\))?"
        r"|checkpoint\sinhibitors?",
        _codes(*CHECKPOINT_INHIBITORS),
    ),
    (r"immunotherap(?:y|ies)", _codes(*IMMUNOTHERAPY)),
    (rf"{ANTI_ANGIO}\s{MONOCLONAL}", _codes("ANTI-ANGIOGENIC ANTIBODY")),
    (rf"{ANTI_ANGIO}\s{SMALL}", _codes("ANTI-ANGIOGENIC TKI")),
    (rf"{ANTI_ANGIO}(?!\s(?:small|monoclonal|tyrosine|TKI)){NOUN}", _codes(*ANTI_ANGIOGENICS)),
    (rf"EGFR[\s-]{SMALL}", _codes("EGFR TKI")),
    (rf"(?<!\w){SMALL}", _codes(*TYROSINE_KINASE_INHIBITORS)),
    (r"EGFR\s(?:inhibitors?|antagonists?)", _codes("EGFR TKI", "EGFR ANTIBODY")),
    (r"ALK[\s-](?:TKIs?|inhibitors?)", _codes("ALK TKI")),
    (r"PARP\sinhibitors?", _codes("PARP INHIBITOR")),
    (r"CDK\s?4/6\sinhibitors?", _codes("CDK4/6 INHIBITOR")),
    (r"mTOR\sinhibitors?", _codes("MTOR INHIBITOR")),
    (r"(?:cytotoxic\s|systemic\s)?chemotherap(?:y|ies)", _codes(*CHEMOTHERAPY)),
    (r"(?:systemic\s)?anti-?(?:cancer|tumou?r|neoplastic)\s(?:drugs?|agents?|medications?)", Bounds.exact(ANY_CLASS)),
    (r"systemic\santi-?(?:cancer|tumou?r|neoplastic)\s(?:therap(?:y|ies)|treatments?)", Bounds.exact(ANY_CLASS)),
)
"""Classes as criteria name them, and which codes they mean; the first that fits is taken."""


def _spellings() -> dict[str, str]:
    """Return each spelling of each drug, and its code."""
    names = [name.split("|") for group in DRUGS.values() for name in group.split()]
    return {spelling: one[0].upper() for one in names for spelling in one}


SPELLINGS = _spellings()
DRUG = re.compile(
    r"(?<![\w-])(?:"
    + "|".join(re.escape(s).replace("\\-", r"[\s-]") for s in sorted(SPELLINGS, key=len, reverse=True))
    + r")(?![\w-])(?:-based"
    + NOUN
    + ")?",
    re.IGNORECASE,
)
CLASS = tuple((re.compile(rf"(?<![\w])(?:{pattern})(?!\w)", re.IGNORECASE), bounds) for pattern, bounds in CLASSES)


def parse_drug(text: str, at: int) -> tuple[int, Bounds] | None:
    """Return where a drug or class of drugs named at a place ends, and what it means of a patient who had it.

    >>> parse_drug("5-FU, capecitabine", 0)
    (4, Bounds(narrow=Holds(column='PRIORDRG', codes=('FLUOROURACIL',)), wide=...))
    """
    for pattern, bounds in CLASS:
        if found := pattern.match(text, at):
            return found.end(), bounds
    if found := DRUG.match(text, at):
        spelling = re.sub(r"-based.*", "", found.group().lower()).replace(" ", "-")
        return found.end(), Bounds.exact(Holds("PRIORDRG", (SPELLINGS[spelling],)))
    return None
