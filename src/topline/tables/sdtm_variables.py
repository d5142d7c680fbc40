"""What SDTM tables have in common: identifiers, visits, results, dates; `--` stands for the domain's two letters."""

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import TypedDict, Unpack

from topline.tables.declare import Core, Kind, Table, Variable

NOTHING: Mapping[str, str] = MappingProxyType({})
INTEGER, NUMBER, ISO_DATE, FLAG = Kind.INTEGER, Kind.NUMBER, Kind.ISO_DATE, Kind.FLAG


class More(TypedDict, total=False):
    """What a variable may say beyond its name, label, type and core."""

    codes: tuple[str, ...]
    extensible: bool
    low: float
    high: float
    unit: str
    origin: str


def required(name: str, label: str, kind: Kind = Kind.TEXT, **more: Unpack[More]) -> Variable:
    """Return a variable that stands in the table and is never empty."""
    return Variable(name, label, kind, Core.REQUIRED, **more)


def expected(name: str, label: str, kind: Kind = Kind.TEXT, **more: Unpack[More]) -> Variable:
    """Return a variable that stands in the table and may be empty."""
    return Variable(name, label, kind, Core.EXPECTED, **more)


def permissible(name: str, label: str, kind: Kind = Kind.TEXT, **more: Unpack[More]) -> Variable:
    """Return a variable that may lack."""
    return Variable(name, label, kind, Core.PERMISSIBLE, **more)


STUDYID = required("STUDYID", "Study Identifier", origin="Protocol")
USUBJID = required("USUBJID", "Unique Subject Identifier", origin="Assigned")
SEQUENCE = required("--SEQ", "Sequence Number", INTEGER, low=0, origin="Assigned")
LINKS = (
    permissible("--GRPID", "Group ID", origin="Assigned"),
    permissible("--REFID", "Reference ID"),
    permissible("--SPID", "Sponsor-Defined Identifier", origin="Assigned"),
    permissible("--LNKID", "Link ID", origin="Assigned"),
    permissible("--LNKGRP", "Link Group ID", origin="Assigned"),
)

NOT_DONE = ("NOT DONE",)
YES = ("Y",)
EVALUATORS = ("INVESTIGATOR", "INDEPENDENT ASSESSOR", "ADJUDICATOR", "CLINICAL STUDY SPONSOR", "STUDY SUBJECT")
LATERALITY = ("BILATERAL", "LEFT", "RIGHT", "UNILATERAL")
LENGTHS = ("mm", "cm")
RANGE_INDICATORS = ("NORMAL", "HIGH", "LOW", "ABNORMAL", "HIGH HIGH", "LOW LOW")

VISIT = (
    expected("VISITNUM", "Visit Number", NUMBER, origin="Protocol"),
    permissible("VISIT", "Visit Name", origin="Protocol"),
    permissible("VISITDY", "Planned Study Day of Visit", INTEGER, unit="days", origin="Protocol"),
    permissible("EPOCH", "Epoch", origin="Derived"),
)
VISIT_PERMITTED = (permissible("VISITNUM", "Visit Number", NUMBER, origin="Protocol"), *VISIT[1:])
STATUS = (
    permissible("--STAT", "Completion Status", codes=NOT_DONE),
    permissible("--REASND", "Reason Not Done"),
)
EVALUATOR = (
    permissible("--EVAL", "Evaluator", codes=EVALUATORS, extensible=True),
    permissible("--EVALID", "Evaluator Identifier"),
)
ACCEPTED = permissible("--ACPTFL", "Accepted Record Flag", FLAG, codes=YES, origin="Assigned")
BASELINE = (
    permissible("--LOBXFL", "Last Observation Before Exposure Flag", FLAG, codes=YES, origin="Derived"),
    permissible("--BLFL", "Baseline Flag", FLAG, codes=YES, origin="Derived"),
)
PLACE = (
    permissible("--LAT", "Laterality", codes=LATERALITY, extensible=True),
    permissible("--DIR", "Directionality"),
    permissible("--METHOD", "Method of Test or Examination"),
)
TIME_POINT = (
    permissible("--TPT", "Planned Time Point Name", origin="Protocol"),
    permissible("--TPTNUM", "Planned Time Point Number", NUMBER, origin="Protocol"),
    permissible("--ELTM", "Planned Elapsed Time from Time Point Ref", origin="Protocol"),
    permissible("--TPTREF", "Time Point Reference", origin="Protocol"),
)


def results(*values: str, units: tuple[str, ...] = ()) -> tuple[Variable, ...]:
    """Return the result variables of a finding: as collected, as text and as number in standard units.

    `values` are the known results, to which others may be added; `units` likewise.
    """
    return (
        expected("--ORRES", "Result or Finding in Original Units", codes=values, extensible=True),
        expected("--ORRESU", "Original Units", codes=units, extensible=True),
        expected("--STRESC", "Character Result/Finding in Std Format", codes=values, extensible=True, origin="Derived"),
        expected("--STRESN", "Numeric Result/Finding in Standard Units", NUMBER, origin="Derived"),
        expected("--STRESU", "Standard Units", codes=units, extensible=True, origin="Derived"),
    )


def named_test(what: str, codes: tuple[str, ...] = ()) -> tuple[Variable, ...]:
    """Return the short name and the name of a test, with the known short names; others may be added."""
    return (
        required("--TESTCD", f"{what} Short Name", codes=codes, extensible=True, origin="Assigned"),
        required("--TEST", f"{what} Name", origin="Assigned"),
    )


def categories(what: str, core: Core = Core.PERMISSIBLE, codes: tuple[str, ...] = ()) -> tuple[Variable, ...]:
    """Return the category and the subcategory of a record."""
    return (
        Variable("--CAT", f"Category for {what}", core=core, codes=codes, extensible=True, origin="Assigned"),
        permissible("--SCAT", f"Subcategory for {what}", origin="Assigned"),
    )


def collected(what: str) -> tuple[Variable, ...]:
    """Return the date of a finding and its study day."""
    return (
        expected("--DTC", f"Date/Time of {what}", ISO_DATE),
        permissible("--DY", f"Study Day of {what}", INTEGER, unit="days", origin="Derived"),
    )


def interval(what: str, core: Core = Core.EXPECTED) -> tuple[Variable, ...]:
    """Return the start and the end of an event or intervention, and their study days."""
    return (
        Variable("--STDTC", f"Start Date/Time of {what}", ISO_DATE, core),
        Variable("--ENDTC", f"End Date/Time of {what}", ISO_DATE, core),
        permissible("--STDY", f"Study Day of Start of {what}", INTEGER, unit="days", origin="Derived"),
        permissible("--ENDY", f"Study Day of End of {what}", INTEGER, unit="days", origin="Derived"),
    )


def as_core(core: Core, names: tuple[str, ...], variables: tuple[Variable, ...]) -> tuple[Variable, ...]:
    """Return the variables, those in `names` with another core."""
    return tuple(replace(variable, core=core) if variable.name in names else variable for variable in variables)


def dose() -> tuple[Variable, ...]:
    """Return the amount, unit, form, frequency and route of what was given."""
    return (
        permissible("--DOSE", "Dose", NUMBER, low=0),
        permissible("--DOSTXT", "Dose Description"),
        permissible("--DOSU", "Dose Units"),
        permissible("--DOSFRM", "Dose Form"),
        permissible("--DOSFRQ", "Dosing Frequency per Interval"),
        permissible("--DOSRGM", "Intended Dose Regimen", origin="Protocol"),
        permissible("--ROUTE", "Route of Administration"),
        permissible("--ADJ", "Reason for Dose Adjustment"),
    )


def domain(
    name: str,
    label: str,
    structure: str,
    *variables: Variable,
    keys: tuple[str, ...] = (),
    labels: Mapping[str, str] = NOTHING,
) -> Table:
    """Return the table of a domain: study, domain and subject first, then `variables` with the prefix filled in.

    The keys are study, subject and sequence number, unless they are given. `labels` holds the labels that the domain
    words in its own way.

    >>> table = domain("TR", "Tumor/Lesion Results", "one record per measurement", SEQUENCE, *collected("Measurement"))
    >>> table.names, table.keys
    (('STUDYID', 'DOMAIN', 'USUBJID', 'TRSEQ', 'TRDTC', 'TRDY'), ('STUDYID', 'USUBJID', 'TRSEQ'))
    """
    head = (STUDYID, required("DOMAIN", "Domain Abbreviation", codes=(name,), origin="Assigned"), USUBJID)
    own = tuple(
        replace(variable, name=variable.name.replace("--", name), label=labels.get(variable.name, variable.label))
        for variable in variables
    )
    return Table(name, label, "SDTM", keys or ("STUDYID", "USUBJID", f"{name}SEQ"), (*head, *own), structure)
