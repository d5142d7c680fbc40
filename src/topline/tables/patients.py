"""The patient table, PATIENTS: what criteria are judged by, one row per candidate, each value in one stated unit.

A missing value is unknown, never no. A list holds codes separated by semicolons in delimited files; the single code
NONE says that nothing applies. A list that is given is complete: what it does not name, the candidate does not have.
A date says when something happened last; the flag beside it says whether it ever happened, so that a candidate to
whom it never happened passes instead of staying unknown. Laboratory values stand beside the upper limit of normal of
the laboratory that measured them. Values are the latest before the decision to enrol.
"""

from topline.tables.declare import Core, Kind, Table, Variable
from topline.tables.patient_codes import DRUG_CLASSES, INFECTIONS, SEVERITIES, SITES

YES_NO = ("Y", "N")


def _text(name: str, label: str, *codes: str, extensible: bool = False) -> Variable:
    return Variable(name, label, codes=codes, extensible=extensible)


def _flag(name: str, label: str) -> Variable:
    return Variable(name, label, Kind.FLAG, codes=YES_NO)


def _number(name: str, label: str, unit: str, low: float, high: float) -> Variable:
    return Variable(name, label, Kind.NUMBER, low=low, high=high, unit=unit)


def _count(name: str, label: str, high: float) -> Variable:
    return Variable(name, label, Kind.INTEGER, low=0, high=high)


def _limited(name: str, label: str, unit: str, high: float, low: float = 0) -> tuple[Variable, Variable]:
    """Return a laboratory value and the upper limit of its normal range; `low` is below what anybody lives with."""
    limit = _number(f"{name}ULN", f"{label}, Upper Limit of Normal", unit, low, high)
    return _number(name, label, unit, low, high), limit


def _date(name: str, label: str) -> Variable:
    return Variable(name, label, Kind.DATE)


def _codes(name: str, label: str, *codes: str) -> Variable:
    return Variable(name, label, Kind.LIST, codes=codes, extensible=True)


def _event(flag: str, date: str, label: str) -> tuple[Variable, Variable]:
    """Return whether something ever happened, and the date of the last time."""
    return _flag(flag, f"{label}, Ever"), _date(date, f"{label}, Last Date")


PATIENTS = Table(
    "PATIENTS",
    "Candidates for Enrolment",
    "topline",
    keys=("SUBJID",),
    structure="one record per candidate",
    variables=(
        Variable("SUBJID", "Candidate Identifier", core=Core.REQUIRED),
        _number("AGE", "Age at Enrolment", "years", 0, 120),
        _text("SEX", "Sex", "F", "M"),
        _flag("CHILDPOT", "Able to Become Pregnant"),
        _flag("PREGNANT", "Pregnant"),
        _flag("LACTATE", "Breast-Feeding"),
        _text("PREGTEST", "Result of the Pregnancy Test", "NEGATIVE", "POSITIVE"),
        _date("PREGTSDT", "Date of the Pregnancy Test"),
        _flag("CONTRACP", "Agrees to Effective Contraception"),
        _flag("CONSENT", "Signed Informed Consent"),
        _flag("HEALTHY", "Healthy Volunteer"),
        _count("ECOG", "ECOG Performance Status", 5),
        _number("KPS", "Karnofsky Performance Status", "%", 0, 100),
        _number("LIFEEXP", "Expected Survival", "months", 0, 1200),
        _text("SITE", "Primary Site of the Tumour", "ESOPHAGUS", "STOMACH", "LUNG", "COLON", "LIVER", extensible=True),
        _text(
            "HIST",
            "Histology",
            "SQUAMOUS CELL CARCINOMA",
            "ADENOCARCINOMA",
            "SMALL CELL CARCINOMA",
            extensible=True,
        ),
        _flag("PATHCONF", "Diagnosis Confirmed by Pathology"),
        _text(
            "STAGE",
            "Clinical Stage Group",
            "0",
            "I",
            "II",
            "III",
            "IIIA",
            "IIIB",
            "IIIC",
            "IV",
            "IVA",
            "IVB",
            "IVC",
            extensible=True,
        ),
        _text("STAGEED", "Edition of the Staging System", "AJCC 7", "AJCC 8", extensible=True),
        _text("EXTENT", "Extent of Disease", "LOCALIZED", "LOCALLY ADVANCED", "RECURRENT", "METASTATIC"),
        _flag("RESECTBL", "Resectable"),
        _count("MEASLES", "Measurable Lesions", 1000),
        _count("EVALLES", "Evaluable Lesions, Measurable or Not", 1000),
        _codes("METSITES", "Sites of Metastases", *SITES),
        _flag("BRAINTRT", "Every Brain Metastasis Treated"),
        _flag("BRAINSTB", "Every Brain Metastasis Treated and Stable"),
        _flag("BRAINSYM", "Brain Metastases with Symptoms"),
        _count("PRIORLN", "Earlier Lines of Systemic Therapy for Advanced Disease", 50),
        _flag("FAIL1L", "First-Line Therapy Has Failed"),
        _flag("PROGLAST", "Progression on or after the Last Therapy"),
        _codes("PRIORCLS", "Every Class of Every Earlier Anticancer Drug", *DRUG_CLASSES),
        _codes("PRIORDRG", "Earlier Anticancer Drugs, Nonproprietary Names in Capitals"),
        _flag("PRIORRT", "Earlier Radiotherapy"),
        _flag("PRIORSG", "Earlier Surgery of the Tumour"),
        _count("TOXGRADE", "Worst Grade of Toxicity Left from Earlier Therapy", 5),
        _date("FDOSEDT", "Planned Date of the First Dose"),
        _date("ENROLDT", "Date of Enrolment"),
        _date("RANDDT", "Date of Randomization"),
        _date("CONSDT", "Date of Informed Consent"),
        _date("SCRNDT", "Date of Screening"),
        _date("LSYSDT", "Last Dose of Systemic Anticancer Therapy"),
        _date("LCHEMDT", "Last Dose of Chemotherapy"),
        _date("LIMMDT", "Last Dose of Immunotherapy"),
        _date("LTARGDT", "Last Dose of Targeted Therapy"),
        _date("LRTDT", "Last Radiotherapy"),
        _date("LHORMDT", "Last Dose of Hormone Therapy of the Cancer"),
        *_event("SURGFL", "LSURGDT", "Major Surgery"),
        *_event("INVFL", "LINVDT", "Investigational Agent"),
        *_event("STERFL", "LSTERDT", "Systemic Steroids"),
        *_event("VACCFL", "LVACCDT", "Live Vaccine"),
        *_event("TRANSFL", "LTRANSDT", "Blood Transfusion"),
        *_event("GCSFFL", "LGCSFDT", "Granulocyte Growth Factor"),
        *_event("VTEFL", "LVTEDT", "Venous Thromboembolism, Pulmonary Embolism Included"),
        *_event("ATEFL", "LATEDT", "Arterial Thromboembolism"),
        *_event("MIFL", "LMIDT", "Myocardial Infarction"),
        *_event("ANGFL", "LANGDT", "Unstable Angina"),
        *_event("STROKFL", "LSTROKDT", "Stroke"),
        *_event("TIAFL", "LTIADT", "Transient Ischaemic Attack"),
        *_event("BLEEDFL", "LBLEEDDT", "Bleeding of Any Kind and Grade"),
        _number("HGB", "Haemoglobin", "g/L", 20, 300),
        _number("ANC", "Neutrophils", "10^9/L", 0, 500),
        _number("PLT", "Platelets", "10^9/L", 0, 5000),
        _number("WBC", "Leukocytes", "10^9/L", 0, 1000),
        _number("LYM", "Lymphocytes", "10^9/L", 0, 1000),
        *_limited("BILI", "Total Bilirubin", "umol/L", 2000, 1),
        *_limited("ALT", "Alanine Aminotransferase", "U/L", 20000),
        *_limited("AST", "Aspartate Aminotransferase", "U/L", 20000),
        *_limited("ALP", "Alkaline Phosphatase", "U/L", 20000),
        *_limited("CREAT", "Serum Creatinine", "umol/L", 5000, 15),
        _number("CRCL", "Creatinine Clearance, Not Adjusted to Body Surface", "mL/min", 0, 400),
        _number("GFRE", "Estimated Glomerular Filtration Rate", "mL/min/1.73m2", 0, 400),
        _number("ALB", "Albumin", "g/L", 8, 100),
        *_limited("INR", "International Normalized Ratio", "1", 50),
        *_limited("APTT", "Activated Partial Thromboplastin Time", "s", 500),
        *_limited("PT", "Prothrombin Time", "s", 500),
        *_limited("LDH", "Lactate Dehydrogenase", "U/L", 50000),
        _number("LVEF", "Left Ventricular Ejection Fraction", "%", 0, 100),
        _number("QTC", "QT Interval, Fridericia's Correction", "ms", 200, 1000),
        _number("SBP", "Systolic Blood Pressure", "mmHg", 0, 400),
        _number("DBP", "Diastolic Blood Pressure", "mmHg", 0, 300),
        _number("UPROT24", "Protein in 24-Hour Urine", "g", 0, 100),
        _count("UPROTD", "Protein in Urine by Dipstick, Number of Plus Signs", 5),
        _flag("ORGANOK", "Function of Organs and Marrow as the Protocol Demands, as Judged"),
        _text("HEARTDIS", "Heart Disease, Arrhythmia Included, Worst", *SEVERITIES),
        _text("VESSDIS", "Disease of the Vessels, Those of the Brain Included, Worst", *SEVERITIES),
        _text("LIVERDIS", "Liver Disease, Worst", *SEVERITIES),
        _text("KIDNDIS", "Kidney Disease, Worst", *SEVERITIES),
        _text("LUNGDIS", "Lung Disease, Worst", *SEVERITIES),
        _text("OTHDIS", "Disease of Any Other Major Organ, Worst", *SEVERITIES),
        _count("NYHA", "Heart Failure, NYHA Class, 0 for None", 4),
        _flag("HYPERT", "Hypertension Not Controlled by Drugs"),
        _flag("ILD", "Interstitial Lung Disease or Pneumonitis without Infection, Now or Ever"),
        _flag("AUTOIMM", "Autoimmune Disease, Now or Ever"),
        _flag("AUTOIMAC", "Active Autoimmune Disease"),
        _flag("ORGTPL", "Transplantation of a Solid Organ"),
        _flag("ALLOTPL", "Allogeneic Stem Cell or Bone Marrow Transplantation"),
        _flag("GIABSORB", "Cannot Swallow, Retain or Absorb Oral Drugs"),
        _flag("BLEED", "Bleeding Now, or a Tendency to Bleed"),
        _flag("ALLERGY", "Allergic to a Study Drug or a Component of It"),
        _flag("PSYCH", "Psychiatric Disease or Substance Abuse, Now or Ever"),
        _flag("INFACT", "Active Infection"),
        _flag("INFCTRL", "Every Active Infection under Control"),
        _codes("INFECT", "Infections, Active or Chronic", *INFECTIONS),
        _codes("INFECTAC", "Infections Active Now", *INFECTIONS),
        _number("HBVDNA", "HBV DNA", "IU/mL", 0, 1e12),
        _number("HCVRNA", "HCV RNA", "IU/mL", 0, 1e12),
        _flag("OTHMAL", "Another Malignancy"),
        _flag("OTHMALTX", "Another Malignancy That Needs Treatment"),
        _number("OTHMALYR", "Time without Signs of the Other Malignancy", "years", 0, 120),
        _flag("OTHTRIAL", "Takes Part in Another Trial Now"),
    ),
)
"""What is known of a candidate at screening."""
