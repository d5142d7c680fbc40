"""Questionnaires written as answers per form, turned into QS records as a trial would hold them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta

import polars as pl

from tests.protocols import protocol
from topline.adam.qol import QolSettings, derive_qol, qol_settings
from topline.protocol.model import Protocol
from topline.tables.sdtm import SDTM

START = date(2020, 1, 1)
C30, OES18 = "EORTC QLQ-C30 V3.0", "EORTC QLQ-OES18"
WELL = {**dict.fromkeys(range(1, 29), 1), 29: 7, 30: 7}
"""The best answer to every item of the QLQ-C30."""


@dataclass
class Form:
    """One form: who, on which study day (1 is the start), and the answer to each item."""

    usubjid: str
    day: int
    answers: Mapping[int, object]
    category: str = C30
    code: str = "EOR01{:02d}"
    more: dict[str, object] = field(default_factory=dict)


def on_day(day: int) -> date:
    return START + timedelta(days=day - 1 if day > 0 else day)


def records(forms: list[Form]) -> pl.DataFrame:
    """Return QS; the answer `...` is an item that was not done."""
    rows: list[dict[str, object]] = []
    for form in forms:
        for item, answer in form.answers.items():
            given = {"QSSTAT": "NOT DONE"} if answer is ... else {"QSORRES": str(answer), "QSSTRESC": str(answer)}
            number = {"QSSTRESN": float(answer)} if isinstance(answer, int | float) else {}
            rows.append({"STUDYID": "TEST", "DOMAIN": "QS", "USUBJID": form.usubjid, "QSSEQ": len(rows) + 1,
                         "QSTESTCD": form.code.format(item), "QSTEST": f"item {item}", "QSCAT": form.category,
                         "QSDTC": on_day(form.day).isoformat(), **given, **number, **form.more})  # fmt: skip
    full = [{name: row.get(name) for name in SDTM["QS"].names} for row in rows]
    return pl.DataFrame(full, schema=SDTM["QS"].schema)


def subjects(ids: list[str], last: int = 400, **days: Mapping[str, int | None]) -> pl.DataFrame:
    """Return an ADSL of treated subjects; `days` gives study days per column and subject."""
    columns = ("STARTDT", "EOTDT", "DTHDT", "LSTALVDT")
    usual = {"STARTDT": 1, "LSTALVDT": last}
    chosen = {name: [days.get(name, {}).get(i, usual.get(name)) for i in ids] for name in columns}
    dates = {name: [None if day is None else on_day(day) for day in values] for name, values in chosen.items()}
    data = {"STUDYID": ["TEST"] * len(ids), "USUBJID": ids, "ASEQ": [1] * len(ids), **dates}
    schema = {"STUDYID": pl.String, "USUBJID": pl.String, "ASEQ": pl.Int64} | dict.fromkeys(columns, pl.Date)
    flags = {"TRT01P": "A", "TRT01A": "A", "TRTFL": "Y", "FASFL": "Y"}
    return pl.DataFrame(data, schema=schema).with_columns(pl.lit(text).alias(name) for name, text in flags.items())


def progressions(days: Mapping[str, int]) -> pl.DataFrame:
    """Return the rows of ADRS that say who progressed when."""
    rows = [("TEST", i, "PD", "Y", on_day(day)) for i, day in days.items()]
    names = ["STUDYID", "USUBJID", "PARAMCD", "AVALC", "ADT"]
    return pl.DataFrame(rows, schema=dict.fromkeys(names[:4], pl.String) | {"ADT": pl.Date}, orient="row")


def asking(*names: str, **schedule: object) -> Protocol:
    """Return a protocol that asks questionnaires every 28 days."""
    content = protocol().model_dump()
    content["criteria"]["questionnaires"] = [
        {"name": name, "version": "1.0" if "OES18" in name else "3.0"} for name in names or ("EORTC QLQ-C30",)
    ]
    content["schedule"].update(schedule)
    return Protocol.model_validate(content)


def derived(
    forms: list[Form], adsl: pl.DataFrame | None = None, settings: QolSettings | None = None, **pd: int
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return ADQS and findings of some forms; `pd` gives the day of progression per subject."""
    people = subjects(sorted({form.usubjid for form in forms})) if adsl is None else adsl
    return derive_qol(records(forms), people, progressions(pd), settings or qol_settings(asking()))


def value(adqs: pl.DataFrame, param: str, visit: float, column: str = "AVAL") -> object:
    """Return a column of the one analysed row of a parameter at a visit."""
    rows = adqs.filter((pl.col("PARAMCD") == param) & (pl.col("AVISITN") == visit) & (pl.col("ANL01FL") == "Y"))
    (only,) = rows[column].to_list()
    return only
