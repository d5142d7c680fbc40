"""The ADaM table of questionnaires: ADQS."""

from topline.tables.adam_variables import ASEQ, SOURCES, STUDYID, USUBJID, date, derived, taken
from topline.tables.declare import Core, Kind, Table, Variable

FORM_STATES = ("RECEIVED", "NOT DONE", "MISSING", "NOT EXPECTED")


def points(name: str, label: str, low: float = 0) -> Variable:
    """Return the declaration of a score or of a difference of scores."""
    return Variable(name, label, Kind.NUMBER, low=low, high=100, unit="points", origin="Derived")


ADQS = Table(
    "ADQS",
    "Questionnaire Analysis Dataset",
    "ADaM",
    keys=("STUDYID", "USUBJID", "PARAMCD", "AVISITN", "ADT"),
    structure="one record per subject, parameter and form, and per subject and visit without a form",
    variables=(
        STUDYID,
        USUBJID,
        ASEQ,
        derived("PARCAT1", "Questionnaire", core=Core.REQUIRED),
        derived("PARAMCD", "Parameter Code", core=Core.REQUIRED),
        derived("PARAM", "Parameter", core=Core.REQUIRED),
        derived("PARAMTYP", "Kind of Parameter", core=Core.REQUIRED, codes=("FORM", "SCALE", "COMPOSITE")),
        taken("VISIT", "Visit Name"),
        derived("AVISITN", "Analysis Visit (N): 0, or the Cycle", Kind.NUMBER),
        derived("AVISIT", "Analysis Visit"),
        *date("ADT", "Analysis Date"),
        derived("ADY", "Analysis Relative Day", Kind.INTEGER),
        derived("AWTARGET", "Analysis Window Target", Kind.INTEGER),
        derived("AWTDIFF", "Analysis Window Diff from Target", Kind.INTEGER),
        derived("AWLO", "Analysis Window Beginning Timepoint", Kind.INTEGER),
        derived("AWHI", "Analysis Window Ending Timepoint", Kind.INTEGER),
        Variable("AVAL", "Analysis Value", Kind.NUMBER, low=0, origin="Derived"),
        derived("AVALC", "Analysis Value (C)", codes=FORM_STATES),
        Variable("NITEMS", "Number of Items", Kind.INTEGER, low=1, origin="Derived"),
        Variable("NANSWER", "Number of Items Answered", Kind.INTEGER, low=0, origin="Derived"),
        derived("ABLFL", "Baseline Record Flag", Kind.FLAG),
        points("BASE", "Baseline Value"),
        points("CHG", "Change from Baseline", -100),
        derived("BETTER", "Which Scores are Better", codes=("HIGH", "LOW")),
        points("MID", "Minimal Important Difference"),
        derived("CRIT1", "Analysis Criterion 1"),
        derived("CRIT1FL", "Criterion 1 Flag (better)", Kind.FLAG),
        derived("CRIT2", "Analysis Criterion 2"),
        derived("CRIT2FL", "Criterion 2 Flag (worse)", Kind.FLAG),
        derived("EXPFL", "Form Expected Flag", Kind.FLAG),
        derived("ANL01FL", "Analysis Flag 01 (one per visit)", Kind.FLAG),
        derived("ANL02FL", "Analysis Flag 02 (while forms are due)", Kind.FLAG),
        *SOURCES,
    ),
)
