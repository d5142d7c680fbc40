"""The tables that screening gives: each candidate by each criterion, one verdict per candidate, and the funnel."""

from topline.tables.declare import Core, Kind, Table, Variable

STATUSES = ("MET", "NOT MET", "UNKNOWN", "NOT APPLICABLE")
"""What a criterion says of a candidate. MET is always in favour: of an exclusion criterion it is that what excludes
does not hold."""
VERDICTS_OF = ("ELIGIBLE", "INELIGIBLE", "PENDING")
"""What all criteria together say: all satisfied, at least one not met, or neither of them."""


def _derived(name: str, label: str, kind: Kind = Kind.TEXT, *codes: str) -> Variable:
    return Variable(name, label, kind, Core.REQUIRED, codes=codes, origin="Derived")


def _count(name: str, label: str) -> Variable:
    return Variable(name, label, Kind.INTEGER, Core.REQUIRED, low=0, origin="Derived")


_ROW = Variable("ROWNUM", "Row in the Table of Candidates", Kind.INTEGER, Core.REQUIRED, low=1, origin="Derived")
_SUBJECT = Variable("SUBJID", "Candidate Identifier", origin="Predecessor")
_CRITERION = Variable("CRITERION", "Identifier of the Criterion", core=Core.REQUIRED, origin="Protocol")

SCREENING = Table(
    "SCREENING",
    "Candidates by Criterion",
    "topline",
    keys=("ROWNUM", "CRITERION"),
    structure="one record per candidate and criterion",
    variables=(
        _ROW,
        _SUBJECT,
        _CRITERION,
        _derived("STATUS", "Status of the Criterion", Kind.TEXT, *STATUSES),
        Variable("DATUM", "Datum That Decides, or What Is Missing", origin="Derived"),
    ),
)
"""DATUM shows each value that decides and, in brackets, what eligibility asks of it."""

VERDICTS = Table(
    "VERDICTS",
    "Verdict on Each Candidate",
    "topline",
    keys=("ROWNUM",),
    structure="one record per candidate",
    variables=(
        _ROW,
        _SUBJECT,
        _derived("VERDICT", "Verdict", Kind.TEXT, *VERDICTS_OF),
        Variable("FAILED", "Criteria Not Met", Kind.LIST, origin="Derived"),
        Variable("NEEDS", "Columns Missing for a Verdict", Kind.LIST, origin="Derived"),
    ),
)
"""NEEDS is empty unless the verdict is PENDING: what is missing of an ineligible candidate changes nothing."""

FUNNEL = Table(
    "FUNNEL",
    "Criteria with Their Counts, and the Candidates Who Remain",
    "topline",
    keys=("CRITERION",),
    structure="one record per criterion, in the order of the protocol",
    variables=(
        _CRITERION,
        _derived("TYPE", "Type", Kind.TEXT, "INCLUSION", "EXCLUSION"),
        _derived("STATE", "State of the Criterion", Kind.TEXT, "draft", "confirmed", "withdrawn"),
        _count("MET", "Candidates with MET"),
        _count("NOTMET", "Candidates with NOT MET"),
        _count("UNKNOWN", "Candidates with UNKNOWN"),
        _count("NOTAPPL", "Candidates with NOT APPLICABLE"),
        _count("DROPPED", "Candidates Whose First Criterion Not Met This Is"),
        _count("REMAIN", "Candidates Who Fail Neither This Nor an Earlier Criterion"),
        _count("ONLYFAIL", "Candidates Who Fail This Criterion Alone"),
        _count("ONLYUNKN", "Pending Candidates of Whom This Criterion Alone Is Unknown"),
        _derived("CRITTEXT", "Text of the Criterion"),
    ),
)

NEEDED = Table(
    "NEEDED",
    "What Pending Candidates Lack",
    "topline",
    keys=("NEED",),
    structure="one record per column or sign-off that a verdict waits for, the most frequent first",
    variables=(
        _derived("NEED", "Column, Sign-Off or Confirmation"),
        Variable("LABEL", "What It Is", origin="Protocol"),
        _count("PENDING", "Pending Candidates Who Lack It"),
        _count("ONLY", "Pending Candidates Who Lack Nothing Else"),
    ),
)
