"""Records from the CSV export of ClinicalTrials.gov: one row per study, columns by their names."""

import re
from collections.abc import Iterator, Mapping
from types import MappingProxyType

from topline.errors import ToplineError
from topline.protocol.record.csv_columns import COLUMNS, absent_fields
from topline.protocol.record.csv_table import Row, rows
from topline.protocol.record.origin import Told, Traced
from topline.protocol.record.outcome_column import bars, outcomes_module
from topline.protocol.record.page_arms import typed_name
from topline.protocol.record.reading import Reading, finish, in_order
from topline.protocol.record.record import Form, Record
from topline.protocol.record.settle import Node
from topline.protocol.record.words import (
    ALLOCATIONS,
    FUNDERS,
    MASKINGS,
    MODELS,
    PHASES,
    PURPOSES,
    SEXES,
    STATUSES,
    STUDY_TYPES,
    Words,
)

Module = dict[str, Node | Traced | Told | None]
_DESIGN = MappingProxyType(
    {
        "Allocation": ("allocation", ALLOCATIONS),
        "Intervention Model": ("interventionModel", MODELS),
        "Primary Purpose": ("primaryPurpose", PURPOSES),
    }
)
_DATE = re.compile(r"\d{4}(?:-\d{2}){0,2}")
_MASKING = re.compile(r"([A-Z]+)(?:\s?\(([A-Z_, ]*)\))?")
_DATES = MappingProxyType(
    {
        "startDateStruct": "Start Date",
        "primaryCompletionDateStruct": "Primary Completion Date",
        "completionDateStruct": "Completion Date",
        "studyFirstPostDateStruct": "First Posted",
        "lastUpdatePostDateStruct": "Last Update Posted",
    }
)


def is_export(text: str) -> bool:
    r"""Say whether a text begins with the column names of the export.

    >>> is_export("NCT Number,Study Title\n"), is_export("Dear NCT Number")
    (True, False)
    """
    head = next(rows(text[:5000].lstrip("\ufeff").partition("\n")[0]), None)
    names = {cell.text for cell in head.cells} if head else set()
    return "NCT Number" in names or len(names & set(COLUMNS)) >= 4


def parse_export(text: str, where: str) -> tuple[Record, ...]:
    """Return the records of an export, one per row.

    Raises ToplineError (TL-I05) where no row follows the column names.
    """
    table = rows(text)
    names = tuple(cell.text for cell in next(table).cells)
    records = tuple(_record(text, names, row) for row in table)
    if not records:
        raise ToplineError("TL-I05", where=where, what="it has column names and no row")
    return records


def _record(text: str, names: tuple[str, ...], row: Row) -> Record:
    cells = {name: cell for name, cell in zip(names, row.cells, strict=False) if cell.pieces}
    treatments = bars(cells["Interventions"]) if "Interventions" in cells else ()
    reading = Reading(absent=absent_fields(names, len(treatments)))
    if len(row.cells) != len(names):
        reading.doubt("", f"the row has {len(row.cells)} cells where there are {len(names)} columns", row.span)
    reading.location_count = len(bars(cells["Locations"])) if "Locations" in cells else None
    modules: dict[str, Node | None] = {
        "identificationModule": _identification(cells),
        "statusModule": {"overallStatus": _code(cells, "Study Status", STATUSES, reading), **_dates(cells, reading)},
        "sponsorCollaboratorsModule": _sponsors(cells, reading),
        "descriptionModule": {"briefSummary": cells.get("Brief Summary")},
        "conditionsModule": {"conditions": _list(cells, "Conditions")},
        "designModule": _design(cells, reading),
        "armsInterventionsModule": {"interventions": tuple(typed_name(name) for name in treatments)},
        "outcomesModule": outcomes_module(_outcome_columns(cells), reading),
        "eligibilityModule": {
            "sex": _code(cells, "Sex", SEXES, reading),
            "stdAges": tuple(_words(cells["Age"])) if "Age" in cells else (),
        },
        "contactsLocationsModule": {"locations": tuple({"facility": site} for site in _list(cells, "Locations"))},
    }
    return finish(Form.CSV, text, modules, reading)


def _list(cells: Mapping[str, Traced], name: str) -> tuple[Traced, ...]:
    return bars(cells[name]) if name in cells else ()


def _words(text: Traced) -> Iterator[Traced]:
    """Yield what stands between commas and bars."""
    for match in re.finditer(r"[^,|]+", text.text):
        yield text.cut(match.start(), match.end()).stripped()


def _code(cells: Mapping[str, Traced], name: str, words: Words, reading: Reading) -> Told | None:
    cell = cells.get(name)
    return None if cell is None else _told(cell, words, COLUMNS[name][0], reading)


def _told(text: Traced, words: Words, path: str, reading: Reading) -> Told | None:
    wording = text.text
    return reading.code(words, wording, path, text.place(0, len(wording)))


def _identification(cells: Mapping[str, Traced]) -> Module:
    """Return title and identifiers; of the other numbers the first is the organization's own."""
    others = _list(cells, "Other IDs")
    return {
        "nctId": cells.get("NCT Number"),
        "orgStudyIdInfo": {"id": others[0]} if others else None,
        "secondaryIdInfos": tuple({"id": number} for number in others[1:]),
        "briefTitle": cells.get("Study Title"),
        "acronym": cells.get("Acronym"),
    }


def _dates(cells: Mapping[str, Traced], reading: Reading) -> Module:
    made: Module = {}
    for name, column in _DATES.items():
        cell = cells.get(column)
        if cell is not None and not _DATE.fullmatch(cell.text):
            reading.doubt(f"statusModule.{name}", f"no date: {cell.text[:40]!r}", cell.place(0, len(cell.text)))
        elif cell is not None:
            made[name] = {"date": cell}
    return made


def _sponsors(cells: Mapping[str, Traced], reading: Reading) -> Module:
    return {
        "leadSponsor": {"name": cells.get("Sponsor"), "class": _code(cells, "Funder Type", FUNDERS, reading)},
        "collaborators": tuple({"name": name} for name in _list(cells, "Collaborators")),
    }


def _design(cells: Mapping[str, Traced], reading: Reading) -> Module:
    phases = _words(cells["Phases"]) if "Phases" in cells else ()
    return {
        "studyType": _code(cells, "Study Type", STUDY_TYPES, reading),
        "phases": in_order(_told(phase, PHASES, "designModule.phases", reading) for phase in phases),
        "designInfo": _design_info(_list(cells, "Study Design"), reading),
        "enrollmentInfo": {"count": _count(cells.get("Enrollment"), reading)},
    }


def _design_info(parts: tuple[Traced, ...], reading: Reading) -> Module:
    """Return the parts of a design, each `Name: CODE`; masking has those who are masked in brackets."""
    made: Module = {}
    for part in parts:
        name, colon, value = part.text.partition(":")
        rest = part.cut(len(name) + 1, len(part.text)).stripped()
        path = f"designModule.designInfo.{name}"
        if name in _DESIGN and rest.pieces:
            field, words = _DESIGN[name]
            made[field] = _told(rest, words, path, reading)
        elif name in ("Observational Model", "Time Perspective") and rest.pieces:
            made[name[0].lower() + name[1:].replace(" ", "")] = rest
        elif name == "Masking" and rest.pieces:
            made["maskingInfo"] = _masking(rest, reading)
        elif value.strip() or not colon:
            reading.doubt(path, f"unknown part of the design: {part.text[:80]!r}", part.place(0, len(part.text)))
    return made


def _masking(text: Traced, reading: Reading) -> Module:
    found = _MASKING.fullmatch(text.text)
    if found is None:
        return {"masking": _told(text, MASKINGS, "designModule.designInfo.maskingInfo.masking", reading)}
    who = text.cut(*found.span(2)) if found[2] else None
    code = _told(text.cut(*found.span(1)), MASKINGS, "designModule.designInfo.maskingInfo.masking", reading)
    return {"masking": code, "whoMasked": tuple(_words(who)) if who else ()}


def _count(cell: Traced | None, reading: Reading) -> Told | None:
    if cell is None:
        return None
    place = cell.place(0, len(cell.text))
    if re.fullmatch(r"\d{1,9}", cell.text):
        return Told(int(cell.text), place)
    reading.doubt("designModule.enrollmentInfo.count", f"no number: {cell.text[:40]!r}", place)
    return None


def _outcome_columns(cells: Mapping[str, Traced]) -> dict[str, Traced]:
    named = {f"{kind.lower()}Outcomes": f"{kind} Outcome Measures" for kind in ("Primary", "Secondary", "Other")}
    return {name: cells[column] for name, column in named.items() if column in cells}
