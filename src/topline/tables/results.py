"""The table of results: every number once, with the rows it came from; and the table of lineage beside it."""

from topline.tables.declare import Core, Kind, Table, Variable

RESULTS = Table(
    "RESULTS",
    "Results",
    "topline",
    keys=("RESULTID",),
    structure="one record per number",
    variables=(
        Variable("RESULTID", "Result Identifier", core=Core.REQUIRED),
        Variable("STUDYID", "Study Identifier", core=Core.REQUIRED),
        Variable("ANALYSIS", "Analysis Identifier", core=Core.REQUIRED),
        Variable("ENDPOINT", "Endpoint Identifier"),
        Variable("POPULATION", "Analysis Set", core=Core.REQUIRED),
        Variable("GROUP", "Group", core=Core.REQUIRED),
        Variable("STATISTIC", "Statistic", core=Core.REQUIRED),
        Variable("LEVEL", "Category or Level"),
        Variable("AT", "Time Point or Quantile", Kind.NUMBER),
        Variable("VALUE", "Value", Kind.NUMBER),
        Variable("VALUEC", "Value as Text"),
        Variable("UNIT", "Unit"),
        Variable("METHOD", "Method", core=Core.REQUIRED),
        Variable("REFERENCE", "Source of the Method"),
        Variable("DATASET", "Dataset", core=Core.REQUIRED),
        Variable("WHERE", "Where Clause of the Denominator"),
        Variable("NUMWHERE", "Where Clause of the Numerator"),
        Variable("NRECS", "Number of Records", Kind.INTEGER, core=Core.REQUIRED),
        Variable("NNUM", "Number of Records in the Numerator", Kind.INTEGER),
        Variable("ROWSET", "Digest of the Rows"),
        Variable("VIRTUAL", "Virtual Data Flag", Kind.FLAG, core=Core.REQUIRED),
    ),
)

LINEAGE = Table(
    "LINEAGE",
    "Rows behind each analysis",
    "topline",
    keys=("ANALYSIS", "GROUP", "ROLE", "DATASET", "STUDYID", "USUBJID", "ASEQ"),
    structure="one record per analysis, group, role and ADaM row",
    variables=(
        Variable("STUDYID", "Study Identifier", core=Core.REQUIRED),
        Variable("ANALYSIS", "Analysis Identifier", core=Core.REQUIRED),
        Variable("GROUP", "Group", core=Core.REQUIRED),
        Variable("ROLE", "Role", core=Core.REQUIRED, codes=("denominator", "numerator")),
        Variable("DATASET", "Dataset", core=Core.REQUIRED),
        Variable("USUBJID", "Unique Subject Identifier", core=Core.REQUIRED),
        Variable("ASEQ", "Analysis Sequence Number", Kind.INTEGER, core=Core.REQUIRED),
    ),
)
