"""The SDTM tables of what was measured or assessed in subjects: LB, VS, QS, TU, TR, RS, SS."""

from topline.tables.declare import Core
from topline.tables.sdtm_variables import (
    ACCEPTED,
    BASELINE,
    EVALUATOR,
    FLAG,
    LENGTHS,
    LINKS,
    NUMBER,
    PLACE,
    RANGE_INDICATORS,
    SEQUENCE,
    STATUS,
    TIME_POINT,
    VISIT,
    YES,
    as_core,
    categories,
    collected,
    domain,
    expected,
    named_test,
    permissible,
    results,
)

IDENTIFICATIONS = ("TARGET", "NON-TARGET", "NEW", "BENIGN ABNORMALITY")
LESION_TESTS = ("TUMIDENT", "TUSPLIT", "TUMERGE", "LESIDENT")
MEASUREMENTS = (
    "LDIAM",
    "SAXIS",
    "LPERP",
    "DIAMETER",
    "SUMDIAM",
    "SUMLDIAM",
    "TUMSTATE",
)
ASSESSMENTS = ("OVRLRESP", "TRGRESP", "NTRGRESP", "NEWLPROG", "BESTRESP", "CLINRESP", "ECOG101")
RESPONSES = (
    "CR",
    "PR",
    "SD",
    "PD",
    "NE",
    "NON-CR/NON-PD",
    "NED",
    "NA",
    "iCR",
    "iPR",
    "iSD",
    "iUPD",
    "iCPD",
    "UNEQUIVOCAL",
    "EQUIVOCAL",
)
CRITERIA = ("RECIST 1.1", "iRECIST", "RECIST 1.0", "ECOG")
SURVIVAL = ("ALIVE", "DEAD", "LOST TO FOLLOW-UP", "UNKNOWN")
DERIVED = permissible("--DRVFL", "Derived Flag", FLAG, codes=YES, origin="Derived")


EXPECTED, PERMISSIBLE = Core.EXPECTED, Core.PERMISSIBLE
NUMERIC = ("--ORRESU", "--STRESN", "--STRESU")

LB = domain(
    "LB",
    "Laboratory Test Results",
    "one record per test, specimen and time point",
    SEQUENCE,
    *LINKS,
    *named_test("Lab Test or Examination"),
    *categories("Lab Test", Core.EXPECTED),
    *results(),
    expected("--ORNRLO", "Reference Range Lower Limit in Orig Unit"),
    expected("--ORNRHI", "Reference Range Upper Limit in Orig Unit"),
    expected("--STNRLO", "Reference Range Lower Limit-Std Units", NUMBER, origin="Derived"),
    expected("--STNRHI", "Reference Range Upper Limit-Std Units", NUMBER, origin="Derived"),
    permissible("--STNRC", "Reference Range for Char Rslt-Std Units", origin="Derived"),
    expected("--NRIND", "Reference Range Indicator", codes=RANGE_INDICATORS, extensible=True),
    *STATUS,
    permissible("--NAM", "Vendor Name"),
    permissible("--SPEC", "Specimen Type"),
    permissible("--SPCCND", "Specimen Condition"),
    permissible("--METHOD", "Method of Test or Examination"),
    *as_core(EXPECTED, ("--LOBXFL",), BASELINE),
    permissible("--FAST", "Fasting Status", FLAG),
    DERIVED,
    permissible("--TOX", "Toxicity", origin="Derived"),
    permissible("--TOXGR", "Standard Toxicity Grade", origin="Derived"),
    permissible("--CLSIG", "Clinically Significant, Collected", FLAG),
    *VISIT,
    *collected("Specimen Collection"),
    *TIME_POINT,
    labels={"--REFID": "Specimen ID", "--REASND": "Reason Test Not Done"},
)

VS = domain(
    "VS",
    "Vital Signs",
    "one record per measurement and time point",
    SEQUENCE,
    *LINKS,
    *named_test("Vital Signs Test"),
    *categories("Vital Signs"),
    permissible("--POS", "Vital Signs Position of Subject"),
    *results(),
    *STATUS,
    permissible("--LOC", "Location of Vital Signs Measurement"),
    permissible("--LAT", "Laterality"),
    *as_core(EXPECTED, ("--LOBXFL",), BASELINE),
    DERIVED,
    permissible("--CLSIG", "Clinically Significant, Collected", FLAG),
    *VISIT,
    *collected("Measurements"),
    *TIME_POINT,
    labels={"--REASND": "Reason Not Performed", "--DY": "Study Day of Vital Signs"},
)

QS = domain(
    "QS",
    "Questionnaires",
    "one record per item or score and time point",
    SEQUENCE,
    *LINKS,
    *named_test("Question"),
    *categories("Question", Core.REQUIRED),
    *as_core(PERMISSIBLE, NUMERIC, results()),
    *STATUS,
    permissible("--METHOD", "Method of Test or Examination"),
    *as_core(EXPECTED, ("--LOBXFL",), BASELINE),
    DERIVED,
    permissible("--EVLINT", "Evaluation Interval", origin="Protocol"),
    *EVALUATOR,
    *VISIT,
    *collected("Finding"),
    *TIME_POINT,
    labels={
        "--CAT": "Category of Question",
        "--ORRES": "Finding in Original Units",
        "--STRESN": "Numeric Finding in Standard Units",
        "--REASND": "Reason Not Performed",
    },
)

TU = domain(
    "TU",
    "Tumor/Lesion Identification",
    "one record per lesion and assessor",
    SEQUENCE,
    *as_core(EXPECTED, ("--LNKID",), LINKS),
    *named_test("Tumor/Lesion ID", LESION_TESTS),
    expected("--ORRES", "Tumor/Lesion ID Result", codes=IDENTIFICATIONS, extensible=True),
    expected(
        "--STRESC", "Tumor/Lesion ID Result Std. Format", codes=IDENTIFICATIONS, extensible=True, origin="Derived"
    ),
    *STATUS,
    permissible("--NAM", "Laboratory/Vendor Name"),
    expected("--LOC", "Location of the Tumor/Lesion"),
    *as_core(EXPECTED, ("--METHOD",), PLACE),
    *as_core(EXPECTED, ("--LOBXFL",), BASELINE),
    *as_core(EXPECTED, ("--EVAL",), EVALUATOR),
    ACCEPTED,
    *VISIT,
    *collected("Tumor/Lesion Identification"),
    labels={"--TEST": "Tumor/Lesion ID Test Name", "--METHOD": "Method of Identification"},
)

TR = domain(
    "TR",
    "Tumor/Lesion Results",
    "one record per measurement or assessment of a lesion, visit and assessor",
    SEQUENCE,
    *as_core(EXPECTED, ("--LNKID",), LINKS),
    *named_test("Tumor/Lesion Assessment", MEASUREMENTS),
    *results(units=LENGTHS),
    *STATUS,
    permissible("--NAM", "Laboratory/Vendor Name"),
    expected("--METHOD", "Method Used to Identify the Tumor/Lesion"),
    *as_core(EXPECTED, ("--LOBXFL",), BASELINE),
    *as_core(EXPECTED, ("--EVAL",), EVALUATOR),
    ACCEPTED,
    *VISIT,
    *collected("Tumor/Lesion Measurement"),
    labels={"--TEST": "Tumor/Lesion Assessment Test Name", "--LNKGRP": "Link Group"},
)

RS = domain(
    "RS",
    "Disease Response and Clin Classification",
    "one record per response assessment, visit and assessor",
    SEQUENCE,
    *LINKS,
    *named_test("Assessment", ASSESSMENTS),
    *categories("Assessment", Core.EXPECTED, CRITERIA),
    *as_core(PERMISSIBLE, NUMERIC, results(*RESPONSES)),
    *STATUS,
    permissible("--NAM", "Vendor Name"),
    permissible("--METHOD", "Method of Test or Examination"),
    *BASELINE,
    DERIVED,
    *EVALUATOR,
    ACCEPTED,
    *VISIT,
    *collected("Assessment"),
    *TIME_POINT,
    labels={"--SCAT": "Subcategory"},
)

DD = domain(
    "DD",
    "Death Details",
    "one record per finding about a death",
    SEQUENCE,
    *LINKS,
    *named_test("Death Detail Assessment", ("PRCDTH", "SECDTH")),
    *categories("Death Detail Assessment"),
    *results()[::2][:2],
    *STATUS,
    *EVALUATOR,
    *collected("Assessment"),
    labels={"--ORRES": "Result or Finding as Collected", "--REASND": "Reason Assessment Not Performed"},
)

SS = domain(
    "SS",
    "Subject Status",
    "one record per inquiry after the subject's status",
    SEQUENCE,
    *LINKS,
    *named_test("Status", ("SURVSTAT",)),
    *categories("Assessment"),
    *results(*SURVIVAL)[::2][:2],
    *STATUS,
    *EVALUATOR,
    *VISIT,
    *collected("Assessment"),
    labels={"--ORRES": "Result or Finding Original Result", "--REASND": "Reason Assessment Not Performed"},
)
