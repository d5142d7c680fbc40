"""Laboratory tests that criteria limit: how each is called, its column of PATIENTS, its units, what is plausible."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from topline.protocol.eligibility.concepts import units

Spellings = Mapping[re.Pattern[str], float]
COUNT = r"(?:\s(?:cell\s)?counts?)?"
BRACKET = r"(?:\s?[\[(]{}[\])])?"


@dataclass(frozen=True, slots=True)
class Analyte:
    """A laboratory test: its column, how it is called, its units, the plausible range of limits, and which side is bad.

    `low` and `high` bound limits in the column's unit; what lies outside is a slip of the unit or of the size. `bad`
    is the side on which a patient is ill: `<` for haemoglobin, `>` for bilirubin, empty where both are. `cells` says
    that it is a count, `bare` that a number without a unit is understood, `limit` that an upper limit is recorded.
    """

    column: str
    concept: str
    names: str
    low: float
    high: float
    bad: str
    units: Spellings = field(default_factory=dict)
    cells: bool = False
    bare: bool = False
    limit: bool = False


def _cells(column: str, concept: str, names: str, low: float, high: float) -> Analyte:
    return Analyte(column, concept, names, low, high, "" if column in ("WBC", "LYM") else "<", cells=True)


def _excess(column: str, concept: str, names: str, spellings: Spellings, size: tuple[float, float]) -> Analyte:
    """Return a test of which too much is bad, with an upper limit of normal."""
    return Analyte(column, concept, names, *size, ">", spellings, bare=column == "INR", limit=True)


TRANSFERASE = r"\s?-?\s?(?:amino|trans\s?amin)\w*(?:\stransferase)?"
ALT_WORDS = (
    rf"(?:alanine|glutamic[- ]pyruvic|glutamate[- ]pyruvate)(?:{TRANSFERASE})"
    r"|serum\sglutamic[- ]pyruvic\stransaminase|ALA?T\b|S?GPT\b"
)
AST_WORDS = (
    rf"(?:aspartate|aspartic|glutamic[- ]oxalo?acetic|glutamate[- ]oxaloacetate)(?:\sacid)?(?:{TRANSFERASE})"
    r"|serum\sglutamic[- ]oxalo?acetic\stransaminase|ASA?T\b|S?GOT\b"
)

ANALYTES = (
    _cells(
        "ANC",
        "anc",
        rf"absolute\sneutrophils?{COUNT}|neutrophils?{COUNT}|absolute\sneutrophil\snumber|ANC\b"
        rf"|neutrophilic\sgranulocytes{COUNT}",
        0.1,
        10,
    ),
    _cells("PLT", "platelets", rf"(?:blood\s)?platelets?{COUNT}|PLTs?\b|thrombocytes?{COUNT}", 5, 1000),
    _cells(
        "WBC",
        "wbc",
        rf"(?:total\s)?(?:white\sblood\scells?{COUNT}|leu[ck]ocytes?{COUNT}|white\scell\scounts?)|WBCs?\b{COUNT}",
        0.5,
        300,
    ),
    _cells(
        "LYM", "lymphocytes", r"(?:absolute\s)?lymphocyte\scounts?|absolute\slymphocytes|lymphocytes|ALC\b", 0.1, 20
    ),
    Analyte("HGB", "haemoglobin", r"ha?emoglobin|Hgb?\b|Hb\b", 50, 200, "<", units.HAEMOGLOBIN),
    _excess(
        "BILI",
        "bilirubin",
        r"(?:serum\s)?(?:total\s)?(?:serum\s)?bilirubin|T\.?-?Bil[iI]?\b|TBL\b|STB\b",
        units.BILIRUBIN,
        (8, 200),
    ),
    _excess("ALT", "alt", ALT_WORDS, units.ENZYME, (20, 1000)),
    _excess("AST", "ast", AST_WORDS, units.ENZYME, (20, 1000)),
    _excess("ALP", "alp", r"alkaline\sphosphatase|ALP\b|AKP\b|ALK-?P\b", units.ENZYME, (50, 3000)),
    Analyte("CRCL", "clearance", r"creatinine\sclearance|Cr\s?Cl\b|CL?[Cc][Rr]\b|CCR\b", 10, 150, "<", units.CLEARANCE),
    Analyte(
        "GFRE",
        "filtration",
        r"(?-i:eGFR)|(?:estimated\s)?glomerular\sfiltration\srate|(?-i:GFR\b)",
        10,
        150,
        "<",
        units.FILTRATION,
    ),
    _excess(
        "CREAT",
        "creatinine",
        r"(?:serum\s|plasma\s)?creatinine(?!\s(?:clearance|kinase))|s?Cr\b(?!\s?Cl)",
        units.CREATININE,
        (40, 500),
    ),
    Analyte("ALB", "albumin", r"(?:serum\s)?albumin\b|ALB\b", 15, 60, "<", units.MASS),
    _excess("INR", "inr", r"international\snormali[sz]ed\sratio|INR\b", {}, (0.8, 6)),
    _excess("APTT", "aptt", r"(?:activated\s)?partial\sthromboplastin\stime|a?PTT\b", units.SECONDS, (20, 120)),
    _excess("PT", "pt", r"prothrombin\stime|PT\b", units.SECONDS, (8, 40)),
    _excess("LDH", "ldh", r"lactate\sdehydrogenase|lactic\s(?:acid\s)?dehydrogenase|LDH\b", units.ENZYME, (50, 3000)),
    Analyte(
        "LVEF",
        "lvef",
        r"left\sventricular\sejection\sfractions?|LVEF\b|(?:cardiac\s)?ejection\sfraction|left\sventricular\sfunction",
        20,
        80,
        "<",
        units.PERCENT,
    ),
    Analyte(
        "QTC",
        "qtc",
        r"QTcF?(?:\s(?:interval|value|duration)s?)?|corrected\sQT(?:\sinterval)?(?:\s\(QTcF?\))?",
        400,
        560,
        ">",
        units.MILLISECONDS,
    ),
    Analyte("SBP", "systolic", r"systolic(?:\sblood)?(?:\spressure)?|SBP\b", 70, 220, "", units.PRESSURE),
    Analyte("DBP", "diastolic", r"diastolic(?:\sblood)?(?:\spressure)?|DBP\b", 40, 140, "", units.PRESSURE),
    Analyte(
        "UPROT24",
        "proteinuria",
        r"(?:24\s?-?\s?h(?:ours?|r)?\s)(?:urine|urinary)\s(?:total\s)?protein(?:\s(?:excretion"
        r"|quantification|quantity|level|content))?"
        r"|(?:24\s?-?\s?h(?:ours?|r)?\s)proteinuria|(?:urine"
        r"|urinary)\sprotein(?=\s?\S{1,2}\s?\d(?:\.\d)?\s?m?g\s?(?:/|per)\s?(?:24|d))",
        0.3,
        5,
        ">",
        units.DAILY,
    ),
)
"""Every test that is understood."""

BY_COLUMN = {analyte.column: analyte for analyte in ANALYTES}
PREFIX = r"(?<![\w-])(?<!nab-)"
NAME = re.compile(
    PREFIX + r"(?:" + "|".join(rf"(?P<{analyte.column}>{analyte.names})" for analyte in ANALYTES) + r")(?![\w])",
    re.IGNORECASE,
)
BOTH = re.compile(
    r"(?<![\w-])(?:(?:serum|liver|hepatic)\s)?(?:trans\s?aminases?|aminotransferases?)"
    r"(?:\s(?:levels?|values?))?(?:\s?\(?(?:AST|ALT|SGOT|SGPT)(?:\s?(?:/|,|and|and/or"
    r"|or)\s?(?:ALT|AST|SGOT|SGPT))\)?)?(?!\w)",
    re.IGNORECASE,
)
EITHER = re.compile(rf"{BOTH.pattern}|{NAME.pattern}", re.IGNORECASE)
"""The next test of any kind, in one search."""
