"""The ADaM tables of laboratory values and vital signs: ADLB and ADVS."""

from topline.tables.adam_variables import ASEQ, REQ, SOURCES, STUDYID, USUBJID, date, derived, taken
from topline.tables.declare import Kind, Table, Variable

INTEGER, NUMBER, FLAG = Kind.INTEGER, Kind.NUMBER, Kind.FLAG
INDICATORS = ("NORMAL", "LOW", "HIGH")
QUALIFIERS = ("<", "<=", ">", ">=")
GRADES = ("0", "1", "2", "3", "4")
SIGNED = ("-4", "-3", "-2", "-1", *GRADES)
VERSIONS = ("CTCAE 4.03", "CTCAE 5.0", "CTCAE 6.0")
QUADRANTS = ("NORMAL OR NEAR NORMAL", "CHOLESTASIS", "TEMPLE'S COROLLARY", "POTENTIAL HY'S LAW")
"""Where a subject lies by maximal transaminase (3 x ULN or more) and bilirubin (more than 2 x ULN)."""

LIVER_PARAMETERS: dict[str, str] = {
    "TRANSMAX": "Maximal ALT or AST on Treatment (x ULN)",
    "BILIMAX": "Maximal Bilirubin on Treatment (x ULN)",
    "HYQUAD": "Quadrant of Maximal ALT or AST and Bilirubin",
    "HYSLAW": "Hy's Law: Bilirubin within 30 Days of ALT/AST",
}
"""The parameters that are derived from several tests of a subject."""


def grade(name: str, label: str) -> tuple[Variable, Variable]:
    """Return a toxicity grade 0 to 4 as text and as number."""
    number = Variable(f"{name}N", f"{label} (N)", INTEGER, low=0, high=4, origin="Derived")
    return derived(name, label, codes=GRADES), number


PARAMETER = (
    derived("PARAMCD", "Parameter Code", core=REQ),
    derived("PARAM", "Parameter", core=REQ),
    derived("PARAMTYP", "Parameter Type", codes=("DERIVED",)),
)
VALUE = (
    derived("AVAL", "Analysis Value", NUMBER),
    derived("AVALC", "Analysis Value (C)"),
    derived("AVALQ", "Analysis Value Qualifier", codes=QUALIFIERS),
    derived("AVALU", "Analysis Value Unit"),
    derived("ANRLO", "Analysis Normal Range Lower Limit", NUMBER),
    derived("ANRHI", "Analysis Normal Range Upper Limit", NUMBER),
    derived("ANRIND", "Analysis Reference Range Indicator", codes=INDICATORS),
)
RATIOS = (
    derived("R2ANRLO", "Ratio of Analysis Value to ANRLO", NUMBER),
    derived("R2ANRHI", "Ratio of Analysis Value to ANRHI", NUMBER),
)
CHANGE = (
    derived("ABLFL", "Baseline Record Flag", FLAG),
    derived("BASE", "Baseline Value", NUMBER),
    derived("BNRIND", "Baseline Reference Range Indicator", codes=INDICATORS),
    derived("CHG", "Change from Baseline", NUMBER),
    derived("PCHG", "Percent Change from Baseline", NUMBER),
)
TOXICITY = (
    derived("ATOXVER", "Version of the Grading Criteria", codes=VERSIONS),
    derived("ATOXDSCL", "Analysis Toxicity Description Low"),
    *grade("ATOXGRL", "Analysis Toxicity Grade Low"),
    derived("ATOXDSCH", "Analysis Toxicity Description High"),
    *grade("ATOXGRH", "Analysis Toxicity Grade High"),
    derived("ATOXGR", "Analysis Toxicity Grade", codes=SIGNED),
    *grade("BTOXGRL", "Baseline Toxicity Grade Low"),
    *grade("BTOXGRH", "Baseline Toxicity Grade High"),
    derived("BTOXGR", "Baseline Toxicity Grade", codes=SIGNED),
)
FLAGS = (
    derived("ONTRTFL", "On Treatment Record Flag", FLAG),
    derived("TRTEMFL", "Treatment Emergent Analysis Flag", FLAG),
    derived("ANL01FL", "Analysis Flag 01 (worst low grade)", FLAG),
    derived("ANL02FL", "Analysis Flag 02 (worst high grade)", FLAG),
    derived("ANL03FL", "Analysis Flag 03 (last per visit)", FLAG),
)


def visit() -> tuple[Variable, ...]:
    """Return when a value was measured: visit, time point, date and day."""
    return (
        taken("VISIT", "Visit Name"),
        derived("AVISIT", "Analysis Visit"),
        derived("AVISITN", "Analysis Visit (N)", NUMBER),
        *date("ADT", "Analysis Date"),
        derived("ADY", "Analysis Relative Day", INTEGER),
        derived("BASETYPE", "Baseline Type"),
    )


ADLB = Table(
    "ADLB",
    "Laboratory Analysis Dataset",
    "ADaM",
    keys=("STUDYID", "USUBJID", "ASEQ"),
    structure="one record per laboratory result, and per subject and derived parameter",
    variables=(
        STUDYID,
        USUBJID,
        ASEQ,
        *PARAMETER,
        derived("PARCAT1", "Parameter Category 1"),
        taken("LBSPEC", "Specimen Type"),
        taken("LBFAST", "Fasting Status", FLAG),
        *visit(),
        *VALUE,
        *RATIOS,
        *CHANGE,
        *TOXICITY,
        *FLAGS,
        *SOURCES,
    ),
)

ADVS = Table(
    "ADVS",
    "Vital Signs Analysis Dataset",
    "ADaM",
    keys=("STUDYID", "USUBJID", "ASEQ"),
    structure="one record per measurement",
    variables=(
        STUDYID,
        USUBJID,
        ASEQ,
        *PARAMETER,
        derived("PARCAT1", "Parameter Category 1"),
        *visit(),
        *VALUE,
        *CHANGE,
        *TOXICITY,
        *FLAGS,
        *SOURCES,
    ),
)
