"""A small trial with markers: ten patients whose outcomes, samples and dates can be read at a glance."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

import polars as pl

from tests.protocols import protocol, rate, time_to_event, words
from topline.protocol.biomarker import Biomarkers
from topline.protocol.model import Protocol

START = date(2024, 1, 10)


def marker(name: str = "PDL1", **other: Any) -> dict[str, Any]:
    """Return the declaration of a marker: PD-L1 in MI, positive from 10 on, unless `other` says otherwise."""
    return {
        "id": name,
        "label": words(name),
        "source": {"domain": "MI", "test": name},
        "measure": {"type": "continuous", "unit": "%", "cut": 10},
        "endpoints": ["ORR"],
        **other,
    }


def plan(*markers: dict[str, Any], **other: Any) -> Biomarkers:
    search = {"permutations": 999, "bootstrap": 200, "seed": 1, **other.pop("search", {})}
    return Biomarkers.model_validate({"markers": list(markers) or [marker()], "search": search, **other})


def trial() -> Protocol:
    return protocol(endpoints=[rate(), time_to_event("OS", ("death",), last_observation="last alive")])


def subject(number: int) -> str:
    return f"S{number:02d}"


def day(number: int) -> date:
    """Return the date of a study day; the start is day 1."""
    return START + timedelta(days=number - 1)


def adam(responders: set[int], deaths: Mapping[int, int], count: int = 10) -> dict[str, pl.DataFrame]:
    """Return ADSL, ADRS and ADTTE: who responds (on day 57), who dies on which day; the others are seen to day 300."""
    keys = [{"STUDYID": "TEST", "USUBJID": subject(i)} for i in range(1, count + 1)]
    dead = {i: day(deaths[i]) for i in deaths}
    adsl = [
        {**key, "STARTDT": START, "TRTFL": "Y", "ENRLFL": "Y", "FASFL": "Y", "TRT01P": "A", "DTHDT": dead.get(i),
         "LSTALVDT": dead.get(i, day(300))}
        for i, key in enumerate(keys, start=1)
    ]  # fmt: skip
    adrs = [
        {**key, "PARAMCD": "CBOR", "AVALC": "PR" if i in responders else "SD", "ADT": day(57), "SRCRECS": [f"TR {i}"]}
        for i, key in enumerate(keys, start=1)
    ]
    adtte = [
        {**key, "PARAMCD": "OS", "AVAL": deaths.get(i, 300), "CNSR": int(i not in deaths), "SRCRECS": ["DM"]}
        for i, key in enumerate(keys, start=1)
    ]
    schema = {"DTHDT": pl.Date}
    return {
        "ADSL": pl.DataFrame(adsl, schema_overrides=schema),
        "ADRS": pl.DataFrame(adrs),
        "ADTTE": pl.DataFrame(adtte),
    }


def samples(*rows: tuple[int, Any, int], test: str = "PDL1", unit: str = "%") -> pl.DataFrame:
    """Return MI: (subject, value, study day) each; a text is a result that is no number."""
    return pl.DataFrame(
        [
            {
                "STUDYID": "TEST",
                "USUBJID": subject(number),
                "MISEQ": place,
                "MITESTCD": test,
                "MISTRESC": str(value),
                "MISTRESN": float(value) if isinstance(value, int | float) else None,
                "MISTRESU": unit,
                "MIDTC": day(when if when > 0 else when + 1).isoformat(),
            }
            for place, (number, value, when) in enumerate(rows, start=1)
        ],
        schema_overrides={"MISTRESN": pl.Float64},
    )
