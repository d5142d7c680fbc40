"""The ADaM tables of safety: ADAE, ADAETTE, ADAECYC, ADEX, ADOCC, and the variables of death that ADSL gains."""

from topline.tables.adam_variables import ASEQ, REQ, SOURCES, STUDYID, USUBJID, date, derived, taken
from topline.tables.declare import Kind, Table, Variable

INTEGER, NUMBER, FLAG, LIST = Kind.INTEGER, Kind.NUMBER, Kind.FLAG, Kind.LIST

RELATIONS = ("RELATED", "NOT RELATED")
PHASES = ("BEFORE TREATMENT", "ON TREATMENT", "FOLLOW-UP")
GRADE_SOURCES = ("AETOXGR", "AESEV", "AEOUT")
CODE_SOURCES = ("DICTIONARY", "SDTM", "CTCAE", "REPORTED")
LEVELS = ("OVERALL", "GROUP", "CLASS", "TERM")


def grade(name: str, label: str) -> Variable:
    """Return the declaration of a toxicity grade, 1 to 5."""
    return Variable(name, label, INTEGER, low=1, high=5, origin="Derived")


ADAE = Table(
    "ADAE",
    "Adverse Events Analysis Dataset",
    "ADaM",
    keys=("STUDYID", "USUBJID", "ASEQ"),
    structure="one record per adverse event",
    variables=(
        STUDYID,
        USUBJID,
        ASEQ,
        taken("AESEQ", "Sequence Number", INTEGER),
        taken("AESPID", "Sponsor-Defined Identifier"),
        taken("AEGRPID", "Group ID"),
        taken("AETERM", "Reported Term for the Adverse Event", core=REQ),
        derived("AEDECOD", "Dictionary-Derived Term", core=REQ),
        derived("AEBODSYS", "Body System or Organ Class", core=REQ),
        derived("CODESRC", "Source of the Coded Term", codes=CODE_SOURCES),
        taken("AESTDTC", "Start Date/Time of Adverse Event", Kind.ISO_DATE),
        taken("AEENDTC", "End Date/Time of Adverse Event", Kind.ISO_DATE),
        *date("ASTDT", "Analysis Start Date"),
        *date("AENDT", "Analysis End Date"),
        derived("ASTDY", "Analysis Start Relative Day", INTEGER),
        derived("AENDY", "Analysis End Relative Day", INTEGER),
        Variable("ADURN", "Analysis Duration (N)", INTEGER, low=1, unit="days", origin="Derived"),
        derived("ADURU", "Analysis Duration Units", codes=("DAYS",)),
        derived("APHASE", "Phase", codes=PHASES),
        derived("ACYCLE", "Cycle of Onset", INTEGER),
        taken("AESEV", "Severity/Intensity"),
        taken("AETOXGR", "Standard Toxicity Grade"),
        grade("ATOXGRN", "Analysis Toxicity Grade (N)"),
        derived("ATOXGSRC", "Source of the Grade", codes=GRADE_SOURCES),
        derived("ATOXVER", "Version of the Grading Criteria"),
        grade("BTOXGRN", "Baseline Toxicity Grade (N)"),
        derived("TRTEMFL", "Treatment Emergent Analysis Flag", FLAG),
        taken("AESER", "Serious Event", FLAG),
        taken("AEREL", "Causality"),
        derived("AREL", "Analysis Causality", codes=RELATIONS),
        taken("AEACN", "Action Taken with Study Treatment"),
        derived("DISCFL", "Led to Withdrawal of a Drug Flag", FLAG),
        derived("REDFL", "Led to Reduction of a Dose Flag", FLAG),
        derived("INTFL", "Led to Interruption of a Drug Flag", FLAG),
        taken("AEOUT", "Outcome of Adverse Event"),
        derived("FATALFL", "Fatal Adverse Event Flag", FLAG),
        derived("AESIFL", "AE of Special Interest Flag", FLAG),
        derived("AESIGRPS", "Groups of Special Interest", LIST),
        derived("AOCCFL", "1st Occurrence within Subject Flag", FLAG),
        derived("AOCCSFL", "1st Occurrence of SOC Flag", FLAG),
        derived("AOCCPFL", "1st Occurrence of Preferred Term Flag", FLAG),
        derived("AOCCIFL", "1st Max Sev./Int. Occurrence Flag", FLAG),
        derived("AOCCSIFL", "1st Max Sev./Int. Occur Within SOC Flag", FLAG),
        derived("AOCCPIFL", "1st Max Sev./Int. Occur Within PT Flag", FLAG),
        *SOURCES,
    ),
)

ADAETTE = Table(
    "ADAETTE",
    "Time to First Adverse Event Dataset",
    "ADaM",
    keys=("STUDYID", "USUBJID", "PARAMCD"),
    structure="one record per treated subject and kind of adverse event",
    variables=(
        STUDYID,
        USUBJID,
        ASEQ,
        derived("PARAMCD", "Parameter Code", core=REQ),
        derived("PARAM", "Parameter", core=REQ),
        derived("PARCAT1", "Level", core=REQ, codes=LEVELS),
        derived("PARCAT2", "Which Adverse Events", core=REQ),
        derived("AESIGRP", "Group of Special Interest"),
        derived("AEBODSYS", "Body System or Organ Class"),
        derived("AEDECOD", "Dictionary-Derived Term"),
        derived("STARTDT", "Time to Event Origin Date", Kind.DATE, REQ),
        *date("ADT", "Analysis Date", REQ),
        Variable("AVAL", "Analysis Value", INTEGER, REQ, low=1, unit="days", origin="Derived"),
        derived("AVALU", "Analysis Value Unit", codes=("DAYS",)),
        Variable("CNSR", "Censor (0 is an Event)", INTEGER, REQ, codes=("0", "1", "2", "3"), origin="Derived"),
        derived("EVNTDESC", "Event or Censoring Description"),
        derived("NEVENTS", "Number of Adverse Events", INTEGER, REQ),
        derived("RISKDAYS", "Days at Risk", INTEGER, REQ),
        grade("WORSTGR", "Worst Toxicity Grade"),
        *SOURCES,
    ),
)

ADAECYC = Table(
    "ADAECYC",
    "Adverse Events by Cycle Dataset",
    "ADaM",
    keys=("STUDYID", "USUBJID", "ACYCLE"),
    structure="one record per treated subject and cycle that was started",
    variables=(
        STUDYID,
        USUBJID,
        ASEQ,
        derived("ACYCLE", "Cycle", INTEGER, REQ),
        derived("CYCSDT", "First Day of the Cycle", Kind.DATE, REQ),
        derived("CYCEDT", "Last Day of the Cycle", Kind.DATE, REQ),
        derived("NONSET", "Number of AEs with Onset in the Cycle", INTEGER, REQ),
        grade("WORSTGR", "Worst Grade with Onset in the Cycle"),
        derived("NPRESENT", "Number of AEs Present in the Cycle", INTEGER, REQ),
        grade("PRESGR", "Worst Grade Present in the Cycle"),
        *SOURCES,
    ),
)

EXPOSURE_PARAMETERS: dict[str, tuple[str, str]] = {
    "CYCPLAN": ("Planned Dose of the Cycle", "dose"),
    "CYCDOSE": ("Dose Given in the Cycle", "dose"),
    "CYCPCT": ("Dose Given in the Cycle, of Planned", "%"),
    "CYCDAYS": ("Days with Dose in the Cycle", "days"),
    "TRTDUR": ("Duration of Treatment", "days"),
    "DAYSDOSE": ("Days with Dose", "days"),
    "NCYCLES": ("Cycles Started", "cycles"),
    "CUMDOSE": ("Cumulative Dose", "dose"),
    "CUMPLAN": ("Planned Dose of the Cycles Started", "dose"),
    "CUMPCT": ("Cumulative Dose, of Planned", "%"),
    "DI": ("Dose Intensity", "dose per week"),
    "DIPLAN": ("Planned Dose Intensity", "dose per week"),
    "RDI": ("Relative Dose Intensity", "%"),
    "NINT": ("Interruptions", "times"),
    "NRED": ("Reductions of the Dose", "times"),
    "NDELAY": ("Delayed Cycles", "times"),
}
"""What ADEX says, with its unit; `dose` stands for the unit of the drug's dose."""

ADEX = Table(
    "ADEX",
    "Exposure Analysis Dataset",
    "ADaM",
    keys=("STUDYID", "USUBJID", "PARCAT1", "PARAMCD", "ACYCLE"),
    structure="one record per subject, drug, parameter and, for parameters of a cycle, cycle",
    variables=(
        STUDYID,
        USUBJID,
        ASEQ,
        derived("PARCAT1", "Drug", core=REQ),
        derived("PARAMCD", "Parameter Code", core=REQ, codes=tuple(EXPOSURE_PARAMETERS)),
        derived("PARAM", "Parameter", core=REQ),
        derived("ACYCLE", "Cycle of the Drug", INTEGER),
        derived("ASTDT", "Analysis Start Date", Kind.DATE),
        derived("AENDT", "Analysis End Date", Kind.DATE),
        derived("AVAL", "Analysis Value", NUMBER),
        derived("AVALU", "Analysis Value Unit"),
        derived("AVALCAT1", "Analysis Value Category 1"),
        *SOURCES,
    ),
)

ADOCC = Table(
    "ADOCC",
    "Medication and History Occurrences",
    "ADaM",
    keys=("STUDYID", "USUBJID", "PARAMCD"),
    structure="one record per treated subject and kind of medication or condition",
    variables=(
        STUDYID,
        USUBJID,
        ASEQ,
        derived("PARAMCD", "Parameter Code", core=REQ),
        derived("PARAM", "Parameter", core=REQ),
        derived("PARCAT1", "Level", core=REQ, codes=("OVERALL", "CLASS", "TERM")),
        derived("PARCAT2", "Domain", core=REQ, codes=("CM", "MH")),
        derived("CLASS", "Class of Medication or Condition"),
        derived("TERM", "Medication or Condition"),
        derived("AVALC", "Analysis Value (C)", core=REQ, codes=("Y", "N")),
        derived("NRECORDS", "Number of Records", INTEGER, REQ),
        *SOURCES,
    ),
)

CAUSES = ("ADVERSE EVENT", "PROGRESSIVE DISEASE", "OTHER", "UNKNOWN")
DEATH_VARIABLES = (
    derived("DTHCAUS", "Cause of Death"),
    derived("DTHCGR1", "Cause of Death Reason 1", codes=CAUSES),
    derived("DTHDOM", "Domain for Cause of Death Collection"),
    Variable("LDDTHELD", "Elapsed Days from Last Dose to Death", INTEGER, unit="days", origin="Derived"),
    derived("DTHTRTFL", "Death on Treatment Flag", FLAG),
    derived("DTH30FL", "Death within 30 Days of Last Dose Flag", FLAG),
)
"""What ADSL gains when the causes of death are known."""

ADAM_SAFETY: dict[str, Table] = {table.name: table for table in (ADAE, ADAETTE, ADAECYC, ADEX, ADOCC)}
