"""What ADaM tables have in common: identifiers, derived and taken variables, dates, sources."""

from topline.tables.declare import Core, Kind, Variable

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
