"""The SDTM tables about subjects and about the trial itself: DM, SV, SUPP--, TS."""

from topline.tables.declare import Table
from topline.tables.sdtm_variables import (
    FLAG,
    INTEGER,
    ISO_DATE,
    NUMBER,
    STUDYID,
    USUBJID,
    YES,
    domain,
    expected,
    interval,
    permissible,
    required,
)

SEXES = ("F", "M", "U", "INTERSEX", "UNDIFFERENTIATED")
RACES = (
    "AMERICAN INDIAN OR ALASKA NATIVE",
    "ASIAN",
    "BLACK OR AFRICAN AMERICAN",
    "NATIVE HAWAIIAN OR OTHER PACIFIC ISLANDER",
    "WHITE",
    "MULTIPLE",
    "OTHER",
    "NOT REPORTED",
    "UNKNOWN",
)
ETHNICITIES = ("HISPANIC OR LATINO", "NOT HISPANIC OR LATINO", "NOT REPORTED", "UNKNOWN")
AGE_UNITS = ("YEARS", "MONTHS", "WEEKS", "DAYS", "HOURS")
NO_ARM = ("SCREEN FAILURE", "NOT ASSIGNED", "ASSIGNED, NOT TREATED", "UNPLANNED TREATMENT")

DM = domain(
    "DM",
    "Demographics",
    "one record per subject",
    required("SUBJID", "Subject Identifier for the Study", origin="Assigned"),
    expected("RFSTDTC", "Subject Reference Start Date/Time", ISO_DATE, origin="Derived"),
    expected("RFENDTC", "Subject Reference End Date/Time", ISO_DATE, origin="Derived"),
    expected("RFXSTDTC", "Date/Time of First Study Treatment", ISO_DATE, origin="Derived"),
    expected("RFXENDTC", "Date/Time of Last Study Treatment", ISO_DATE, origin="Derived"),
    expected("RFICDTC", "Date/Time of Informed Consent", ISO_DATE),
    expected("RFPENDTC", "Date/Time of End of Participation", ISO_DATE, origin="Derived"),
    expected("DTHDTC", "Date/Time of Death", ISO_DATE),
    expected("DTHFL", "Subject Death Flag", FLAG, codes=YES, origin="Derived"),
    required("SITEID", "Study Site Identifier", origin="Assigned"),
    permissible("INVID", "Investigator Identifier", origin="Assigned"),
    permissible("INVNAM", "Investigator Name"),
    permissible("BRTHDTC", "Date/Time of Birth", ISO_DATE),
    expected("AGE", "Age", NUMBER, low=0, high=120),
    expected("AGEU", "Age Units", codes=AGE_UNITS),
    required("SEX", "Sex", codes=SEXES),
    expected("RACE", "Race", codes=RACES, extensible=True),
    permissible("ETHNIC", "Ethnicity", codes=ETHNICITIES, extensible=True),
    expected("ARMCD", "Planned Arm Code", origin="Assigned"),
    expected("ARM", "Description of Planned Arm", origin="Assigned"),
    expected("ACTARMCD", "Actual Arm Code", origin="Assigned"),
    expected("ACTARM", "Description of Actual Arm", origin="Assigned"),
    expected("ARMNRS", "Reason Arm and/or Actual Arm is Null", codes=NO_ARM, extensible=True, origin="Assigned"),
    expected("ACTARMUD", "Description of Unplanned Actual Arm", origin="Assigned"),
    required("COUNTRY", "Country", origin="Assigned"),
    permissible("DMDTC", "Date/Time of Collection", ISO_DATE),
    permissible("DMDY", "Study Day of Collection", INTEGER, unit="days", origin="Derived"),
    keys=("STUDYID", "USUBJID"),
)

SV = domain(
    "SV",
    "Subject Visits",
    "one record per visit of a subject",
    required("VISITNUM", "Visit Number", NUMBER, origin="Protocol"),
    permissible("VISIT", "Visit Name", origin="Protocol"),
    expected("SVPRESP", "Pre-specified", FLAG, codes=YES, origin="Protocol"),
    expected("SVOCCUR", "Occurrence", FLAG),
    permissible("SVREASOC", "Reason for Occur Value"),
    permissible("SVCNTMOD", "Contact Mode"),
    permissible("SVEPCHGI", "Epi/Pandemic Related Change Indicator", FLAG),
    permissible("VISITDY", "Planned Study Day of Visit", INTEGER, unit="days", origin="Protocol"),
    permissible("EPOCH", "Epoch", origin="Derived"),
    *interval("Observation"),
    permissible("SVUPDES", "Description of Unplanned Visit"),
    keys=("STUDYID", "USUBJID", "VISITNUM"),
)

SUPPQUAL = Table(
    "SUPPQUAL",
    "Supplemental Qualifiers",
    "SDTM",
    keys=("STUDYID", "RDOMAIN", "USUBJID", "IDVAR", "IDVARVAL", "QNAM"),
    structure="one record per qualifier of a record of its parent domain",
    variables=(
        STUDYID,
        required("RDOMAIN", "Related Domain Abbreviation", origin="Assigned"),
        USUBJID,
        expected("IDVAR", "Identifying Variable", origin="Assigned"),
        expected("IDVARVAL", "Identifying Variable Value", origin="Assigned"),
        required("QNAM", "Qualifier Variable Name", origin="Assigned"),
        required("QLABEL", "Qualifier Variable Label", origin="Assigned"),
        required("QVAL", "Data Value"),
        required("QORIG", "Origin", origin="Assigned"),
        expected("QEVAL", "Evaluator"),
    ),
)

TS = Table(
    "TS",
    "Trial Summary",
    "SDTM",
    keys=("STUDYID", "TSPARMCD", "TSSEQ"),
    structure="one record per value of a trial summary parameter",
    variables=(
        STUDYID,
        required("DOMAIN", "Domain Abbreviation", codes=("TS",), origin="Assigned"),
        required("TSSEQ", "Sequence Number", INTEGER, low=0, origin="Assigned"),
        permissible("TSGRPID", "Group ID", origin="Assigned"),
        required("TSPARMCD", "Trial Summary Parameter Short Name", origin="Assigned"),
        required("TSPARM", "Trial Summary Parameter", origin="Assigned"),
        expected("TSVAL", "Parameter Value", origin="Protocol"),
        permissible("TSVALNF", "Parameter Value Null Flavor", origin="Protocol"),
        expected("TSVALCD", "Parameter Value Code", origin="Assigned"),
        expected("TSVCDREF", "Name of the Reference Terminology", origin="Assigned"),
        expected("TSVCDVER", "Version of the Reference Terminology", origin="Assigned"),
    ),
)
