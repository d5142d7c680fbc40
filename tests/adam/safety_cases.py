"""Small trials for the tests of safety."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import polars as pl

from tests.protocols import protocol
from topline.adam.safety import Treatment, derive_adverse_events, derive_treatment
from topline.adam.safety_tables import Safety, derive_safety
from topline.adam.subject import derive_subjects, flag_sets
from topline.adam.treatment_period import SafetyRules, safety_rules
from topline.protocol.model import Protocol
from topline.tables.conform import conform
from topline.tables.sdtm import SDTM

APATINIB = {"name": "APATINIB", "label": {"en": "Apatinib", "zh": "阿帕替尼"}, "dose": 500, "unit": "mg"}
Rows = Sequence[Mapping[str, Any]]


def trial(drugs: Sequence[Mapping[str, Any]] = (APATINIB,)) -> Protocol:
    """Return a protocol of one arm with these drugs."""
    arm = {"code": "A", "label": {"en": "A", "zh": "A"}, "interventions": list(drugs)}
    return protocol(arms=[arm])


def table(name: str, rows: Rows) -> pl.DataFrame:
    """Return an SDTM table; rows need neither study, domain nor sequence, and are of subject 1 unless they say so."""
    defaults = {"STUDYID": "TEST", "DOMAIN": name, "USUBJID": "1"}
    numbered = [{**defaults, f"{name}SEQ": place, **row} for place, row in enumerate(rows, start=1)]
    columns = list(dict.fromkeys(key for row in numbered for key in row))
    frame = pl.DataFrame([{key: row.get(key) for key in columns} for row in numbered], infer_schema_length=None)
    return conform(frame, SDTM[name])[0]


def subject(number: str = "1", **more: Any) -> dict[str, Any]:
    return {"USUBJID": number, "SUBJID": number, "ARMCD": "A", "ACTARMCD": "A", "DMDTC": "2024-01-01", **more}


def dosing(first: str, last: str | None, number: str = "1", **more: Any) -> dict[str, Any]:
    dose = {"EXTRT": "APATINIB", "EXDOSE": 500.0, "EXDOSU": "mg", "EXDOSFRQ": "QD"}
    return {"USUBJID": number, **dose, "EXSTDTC": first, "EXENDTC": last, **more}


def event(term: str, start: str | None, end: str | None = None, grade: str | None = "1", **more: Any) -> dict[str, Any]:
    asked = {"AESER": "N", "AEREL": "RELATED", "AEACN": "DOSE NOT CHANGED", "AEOUT": "UNKNOWN"}
    dates = {"AESTDTC": start, "AEENDTC": end}
    return {"AETERM": term, "AEDECOD": term, "AEBODSYS": "ANY", "AETOXGR": grade, **dates, **asked, **more}


DM = [subject()]
EX = [dosing("2024-03-11", "2024-06-10")]


def tables(events: Rows, dm: Rows = DM, ex: Rows = EX, **others: Rows) -> dict[str, pl.DataFrame]:
    """Return the SDTM tables of a small trial."""
    given = {"DM": dm, "EX": ex, "AE": events, **others}
    return {name: table(name, rows) if rows else SDTM[name].empty() for name, rows in given.items()}


def subjects(sdtm: Mapping[str, pl.DataFrame], plan: Protocol) -> pl.DataFrame:
    return flag_sets(derive_subjects(sdtm, plan)[0], plan)


def treated(sdtm: Mapping[str, pl.DataFrame], **rules: Any) -> tuple[Treatment, SafetyRules]:
    plan = trial()
    chosen = replace(safety_rules(plan), **rules)
    return derive_treatment(sdtm, subjects(sdtm, plan), chosen), chosen


def adverse_events(
    sdtm: Mapping[str, pl.DataFrame], dictionary: pl.DataFrame | None = None, **rules: Any
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return ADAE in the order of AE, and the findings."""
    adae, found = derive_adverse_events(sdtm, *treated(sdtm, **rules), dictionary)
    return adae.sort("STUDYID", "AESEQ"), found


def safety(sdtm: Mapping[str, pl.DataFrame], plan: Protocol | None = None) -> Safety:
    chosen = plan or trial()
    return derive_safety(sdtm, subjects(sdtm, chosen), chosen)


def codes(found: pl.DataFrame) -> set[str]:
    return set(found["CODE"])
