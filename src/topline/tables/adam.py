"""The ADaM tables that topline derives: ADSL, ADTR, ADRS, ADTTE."""

from topline.tables.declare import Core, Kind, Table, Variable

REQ, EXP = Core.REQUIRED, Core.EXPECTED

STUDYID = Variable("STUDYID", "Study Identifier", core=REQ, origin="Predecessor")
USUBJID = Variable("USUBJID", "Unique Subject Identifier", core=REQ, origin="Predecessor")
ASEQ = Variable("ASEQ", "Analysis Sequence Number", Kind.INTEGER, REQ, origin="Derived")
DATE_FLAGS = ("D", "M", "Y")


def derived(
    name: str, label: str, kind: Kind = Kind.TEXT, core: Core = Core.PERMISSIBLE, *, codes: tuple[str, ...] = ()
) -> Variable:
    """Return the declaration of a derived variable."""
    return Variable(name, label, kind, core, codes=codes, origin="Derived")


def taken(name: str, label: str, kind: Kind = Kind.TEXT, core: Core = Core.PERMISSIBLE) -> Variable:
    """Return the declaration of a variable taken over from SDTM."""
    return Variable(name, label, kind, core, origin="Predecessor")


def date(name: str, label: str, core: Core = Core.PERMISSIBLE) -> tuple[Variable, Variable]:
    """Return a date and its imputation flag (D: day imputed, M: month and day, Y: all)."""
    flag = f"{name}F" if len(name) < 8 else f"{name[:-1]}F"
    return (
        derived(name, label, Kind.DATE, core),
        derived(flag, f"{label} Imputation Flag"[:40], codes=DATE_FLAGS),
    )


SOURCES = (
    derived("SRCDOM", "Source Data"),
    derived("SRCVAR", "Source Variable"),
    derived("SRCSEQ", "Source Sequence Number", Kind.INTEGER),
    derived("SRCRECS", "SDTM Records That Decide", Kind.LIST),
)

ADSL = Table(
    "ADSL",
    "Subject-Level Analysis Dataset",
    "ADaM",
    keys=("STUDYID", "USUBJID"),
    structure="one record per subject",
    variables=(
        STUDYID,
        USUBJID,
        ASEQ,
        taken("SUBJID", "Subject Identifier for the Study"),
        taken("SITEID", "Study Site Identifier"),
        taken("COUNTRY", "Country"),
        taken("AGE", "Age", Kind.NUMBER),
        taken("AGEU", "Age Units"),
        derived("AGEGR1", "Pooled Age Group 1", codes=("<65", ">=65")),
        taken("SEX", "Sex"),
        taken("RACE", "Race"),
        taken("ETHNIC", "Ethnicity"),
        derived("ECOGBL", "ECOG Performance Status at Baseline"),
        taken("ARMCD", "Planned Arm Code"),
        taken("ARM", "Description of Planned Arm"),
        taken("ACTARMCD", "Actual Arm Code"),
        taken("ACTARM", "Description of Actual Arm"),
        derived("TRT01P", "Planned Treatment for Period 01"),
        derived("TRT01A", "Actual Treatment for Period 01"),
        *date("RFICDT", "Date of Informed Consent"),
        *date("ENRLDT", "Date of Enrollment"),
        *date("RANDDT", "Date of Randomization"),
        *date("TRTSDT", "Date of First Exposure to Treatment"),
        *date("TRTEDT", "Date of Last Exposure to Treatment"),
        derived("TRTDURD", "Total Treatment Duration (Days)", Kind.INTEGER),
        derived("STARTDT", "Time to Event Origin Date", Kind.DATE),
        derived("EOTSTT", "End of Treatment Status", codes=("ONGOING", "DISCONTINUED", "COMPLETED")),
        *date("EOTDT", "End of Treatment Date"),
        derived("DCTREAS", "Reason for Discontinuation of Treatment"),
        derived("EOSSTT", "End of Study Status", codes=("ONGOING", "DISCONTINUED", "COMPLETED")),
        *date("EOSDT", "End of Study Date"),
        derived("DCSREAS", "Reason for Discontinuation from Study"),
        derived("DTHFL", "Subject Death Flag", Kind.FLAG),
        *date("DTHDT", "Date of Death"),
        *date("LSTALVDT", "Date Last Known Alive"),
        *date("NEWTXDT", "Date of New Anti-Cancer Therapy"),
        derived("MEASFL", "Measurable Disease at Baseline Flag", Kind.FLAG),
        derived("BLSCNFL", "Baseline Scan Flag", Kind.FLAG),
        derived("PBSCNFL", "Post-Baseline Scan Flag", Kind.FLAG),
        derived("ENRLFL", "Enrolled Population Flag", Kind.FLAG),
        derived("RANDFL", "Randomized Population Flag", Kind.FLAG),
        derived("TRTFL", "Treated Flag", Kind.FLAG),
        derived("SRCRECS", "SDTM Records That Decide", Kind.LIST),
    ),
)

ADTR = Table(
    "ADTR",
    "Tumor Results Analysis Dataset",
    "ADaM",
    keys=("STUDYID", "USUBJID", "PARAMCD", "AVISITN", "TRLNKID"),
    structure="one record per subject, parameter and visit",
    variables=(
        STUDYID,
        USUBJID,
        ASEQ,
        derived("PARAMCD", "Parameter Code", core=REQ, codes=("LESION", "SUMDIAM", "BESTSUM")),
        derived("PARAM", "Parameter", core=REQ),
        derived("TRLNKID", "Link ID of the Lesion"),
        derived("TRGRPID", "Group of the Lesion"),
        taken("TULOC", "Location of the Lesion"),
        taken("VISIT", "Visit Name"),
        derived("AVISITN", "Analysis Visit (N)", Kind.NUMBER),
        *date("ADT", "Analysis Date"),
        derived("ADY", "Analysis Relative Day", Kind.INTEGER),
        derived("AVAL", "Analysis Value", Kind.NUMBER),
        derived("AVALC", "Analysis Value (C)"),
        derived("AVALU", "Analysis Value Unit", codes=("mm",)),
        derived("ABLFL", "Baseline Record Flag", Kind.FLAG),
        derived("BASE", "Baseline Value", Kind.NUMBER),
        derived("CHG", "Change from Baseline", Kind.NUMBER),
        derived("PCHG", "Percent Change from Baseline", Kind.NUMBER),
        derived("NADIR", "Nadir before this Visit", Kind.NUMBER),
        derived("CHGNAD", "Change from Nadir", Kind.NUMBER),
        derived("PCHGNAD", "Percent Change from Nadir", Kind.NUMBER),
        derived("ANL01FL", "Analysis Flag 01 (first per visit)", Kind.FLAG),
        derived("ANL02FL", "Analysis Flag 02 (before progression)", Kind.FLAG),
        *SOURCES,
    ),
)

RESPONSES = ("CR", "PR", "SD", "NON-CR/NON-PD", "PD", "NE", "MISSING")
RESPONSE_PARAMETERS: dict[str, str] = {
    "OVR": "Overall Response, as Analysed",
    "OVRLESN": "Overall Response, from Lesions",
    "OVRASSD": "Overall Response, as Recorded",
    "TRGRESP": "Target Response, from Lesions",
    "NTRGRESP": "Non-Target Response, from Lesions",
    "NEWLPROG": "New Lesion Progression",
    "IOVR": "Overall Response by iRECIST",
    "BOR": "Best Overall Response, Unconfirmed",
    "CBOR": "Best Overall Response, Confirmed",
    "IBOR": "Best Overall Response by iRECIST",
    "RSP": "Objective Response, Unconfirmed",
    "CRSP": "Objective Response, Confirmed",
    "DCR": "Disease Control, Unconfirmed",
    "CDCR": "Disease Control, Confirmed",
    "CB": "Clinical Benefit, Unconfirmed",
    "CCB": "Clinical Benefit, Confirmed",
    "BCP": "Best Response of CR or PR, Unconfirmed",
    "CBCP": "Best Response of CR or PR, Confirmed",
    "DCLM": "Disease Control at the Landmark",
    "PD": "Disease Progression",
    "IPD": "Progression by iRECIST",
    "LSTA": "Last Disease Assessment",
    "LSTAEV": "Last Adequate Disease Assessment",
    "MDIS": "Measurable Disease at Baseline",
    "DEATH": "Death",
}

ADRS = Table(
    "ADRS",
    "Response Analysis Dataset",
    "ADaM",
    keys=("STUDYID", "USUBJID", "PARAMCD", "AVISITN", "ADT"),
    structure="one record per subject, parameter and, for assessments, visit",
    variables=(
        STUDYID,
        USUBJID,
        ASEQ,
        derived("PARAMCD", "Parameter Code", core=REQ, codes=tuple(RESPONSE_PARAMETERS)),
        derived("PARAM", "Parameter", core=REQ),
        derived("PARCAT2", "Assessor"),
        derived("PARCAT3", "Criteria"),
        taken("VISIT", "Visit Name"),
        derived("AVISITN", "Analysis Visit (N)", Kind.NUMBER),
        *date("ADT", "Analysis Date"),
        derived("ADY", "Analysis Relative Day", Kind.INTEGER),
        derived("AVALC", "Analysis Value (C)"),
        derived("AVAL", "Analysis Value", Kind.NUMBER),
        derived("ANL01FL", "Analysis Flag 01 (first per visit)", Kind.FLAG),
        derived("ANL02FL", "Analysis Flag 02 (up to progression)", Kind.FLAG),
        *SOURCES,
    ),
)

ADTTE = Table(
    "ADTTE",
    "Time-to-Event Analysis Dataset",
    "ADaM",
    keys=("STUDYID", "USUBJID", "PARAMCD"),
    structure="one record per subject and parameter",
    variables=(
        STUDYID,
        USUBJID,
        ASEQ,
        derived("PARAMCD", "Parameter Code", core=REQ),
        derived("PARAM", "Parameter", core=REQ),
        derived("STARTDT", "Time to Event Origin Date", Kind.DATE, REQ),
        *date("ADT", "Analysis Date", REQ),
        Variable("AVAL", "Analysis Value", Kind.INTEGER, REQ, low=1, unit="days", origin="Derived"),
        derived("AVALU", "Analysis Value Unit", codes=("DAYS",)),
        derived("AVALM", "Analysis Value in Months", Kind.NUMBER),
        Variable("CNSR", "Censor (0 is an Event)", Kind.INTEGER, REQ, codes=("0", "1"), origin="Derived"),
        derived("EVNTDESC", "Event or Censoring Description"),
        derived("CNSDTDSC", "Censor Date Description"),
        *SOURCES,
    ),
)

ADAM: dict[str, Table] = {table.name: table for table in (ADSL, ADTR, ADRS, ADTTE)}
