"""ADBM: the marker of a subject beside the outcome it is tested against, one row for each pair."""

from topline.tables.adam_variables import REQ, SOURCES, STUDYID, USUBJID, date, derived, taken
from topline.tables.declare import Kind, Table, Variable

POSITIVE, NEGATIVE = "POSITIVE", "NEGATIVE"
NOT_ANALYSED = (
    "NO USABLE VALUE",
    "NO OUTCOME",
    "EVENT BY LANDMARK",
    "NOT FOLLOWED BEYOND LANDMARK",
)
"""Why a row is not analysed, the first reason that holds."""

ADBM = Table(
    "ADBM",
    "Biomarker Analysis Dataset",
    "ADaM",
    keys=("STUDYID", "USUBJID", "ENDPOINT", "PARAMCD"),
    structure="one record per subject, endpoint and marker, measured or not",
    variables=(
        STUDYID,
        USUBJID,
        derived("ASEQ", "Analysis Sequence Number", Kind.INTEGER, REQ),
        derived("ENDPOINT", "Endpoint Identifier", core=REQ),
        derived("PARAMCD", "Parameter Code", core=REQ),
        derived("PARAM", "Parameter", core=REQ),
        derived("PARCAT1", "Kind of Marker", core=REQ, codes=("CONTINUOUS", "CATEGORICAL")),
        derived("LNDMRKDY", "Landmark Day", Kind.INTEGER),
        taken("VISIT", "Visit Name"),
        *date("ADT", "Analysis Date"),
        derived("ADY", "Analysis Relative Day", Kind.INTEGER),
        derived("AVAL", "Analysis Value", Kind.NUMBER),
        derived("AVALC", "Analysis Value (C)"),
        derived("AVALU", "Analysis Value Unit"),
        derived("CRIT1", "Rule of the Positive Group"),
        derived("AVALCAT1", "Group by the Rule", codes=(POSITIVE, NEGATIVE)),
        derived("OUTCOME", "Outcome of a Rate", Kind.FLAG),
        Variable("TTEDY", "Days from Origin or Landmark", Kind.INTEGER, low=1, unit="days", origin="Derived"),
        Variable("CNSR", "Censor (0 is an Event)", Kind.INTEGER, codes=("0", "1"), origin="Derived"),
        derived("ANL01FL", "Analysis Flag 01 (value and outcome)", Kind.FLAG),
        derived("NOTANLRS", "Reason Not Analysed", codes=NOT_ANALYSED),
        *SOURCES,
    ),
)
