"""Cases written as lesion sizes per visit, turned into TU and TR records as a trial would hold them."""

import re
from dataclasses import dataclass
from datetime import date, timedelta

import polars as pl

from topline.tables.sdtm import SDTM

START = date(2020, 1, 1)
LESION = re.compile(r"(?P<id>\w+)\[(?P<organ>[\w ]+),(?P<axis>LD|SA)\]=(?P<size>[^;]+)")
STATES = {"PRESENT": "PRESENT", "NN": "PRESENT", "CR": "ABSENT", "PD": "UNEQUIVOCAL INCREASE", "NE": None}


@dataclass
class Visit:
    """One visit of a case: day (day 1 is the start), target lesions, non-target response, new lesion."""

    number: int
    day: int
    targets: str
    non_target: str
    new: bool


def on_day(day: int) -> str:
    return (START + timedelta(days=day - 1)).isoformat()


def frame(table: str, rows: list[dict[str, object]]) -> pl.DataFrame:
    """Return records as a table with all its declared columns."""
    declared = SDTM[table]
    full = [{name: row.get(name) for name in declared.names} for row in rows]
    return pl.DataFrame(full, schema=declared.schema)


def subjects(ids: list[str], **dates: dict[str, int]) -> pl.DataFrame:
    """Return an ADSL with the dates that response and survival need; `dates` gives days per column and subject."""
    columns = {
        name: [None if dates.get(name, {}).get(i) is None else START + timedelta(days=dates[name][i] - 1) for i in ids]
        for name in ("DTHDT", "NEWTXDT", "LSTALVDT", "EOTDT")
    }
    data = {"STUDYID": ["TEST"] * len(ids), "USUBJID": ids, "STARTDT": [START] * len(ids), "TRTSDT": [START] * len(ids)}
    schema = {"STUDYID": pl.String, "USUBJID": pl.String} | dict.fromkeys(("STARTDT", "TRTSDT", *columns), pl.Date)
    return pl.DataFrame({**data, **columns}, schema=schema).with_columns(pl.lit(None, pl.String).alias("DTHDTF"))


def measure(size: str) -> dict[str, object]:
    """Return the result variables of a target measurement."""
    if size == "missing":
        return {"TRSTAT": "NOT DONE"}
    if size == "ABS":
        return {"TRORRES": "0", "TRSTRESC": "0", "TRSTRESN": 0.0, "TRSTRESU": "mm"}
    if size == "TSM":
        return {"TRORRES": "TOO SMALL TO MEASURE", "TRSTRESC": "TOO SMALL TO MEASURE"}
    return {"TRORRES": size, "TRSTRESC": size, "TRSTRESN": float(size), "TRSTRESU": "mm"}


def records(usubjid: str, visits: list[Visit]) -> tuple[list[dict[str, object]], list[dict[str, object]]]:
    """Return the TU and TR records of one case."""
    tu: list[dict[str, object]] = []
    tr: list[dict[str, object]] = []
    own = {"STUDYID": "TEST", "USUBJID": usubjid}
    seen: set[str] = set()

    def identify(lesion: str, kind: str, organ: str, visit: Visit) -> None:
        if lesion not in seen:
            seen.add(lesion)
            tu.append({**own, "DOMAIN": "TU", "TUSEQ": len(tu) + 1, "TULNKID": lesion, "TUSTRESC": kind, "TULOC": organ,
                       "TUEVAL": "INVESTIGATOR", "VISITNUM": float(visit.number), "TUDTC": on_day(visit.day)})  # fmt: skip

    def result(lesion: str, test: str, group: str, visit: Visit, values: dict[str, object]) -> None:
        tr.append({**own, "DOMAIN": "TR", "TRSEQ": len(tr) + 1, "TRLNKID": lesion, "TRTESTCD": test, "TRGRPID": group,
                   "TREVAL": "INVESTIGATOR", "VISITNUM": float(visit.number), "VISIT": f"VISIT {visit.number}",
                   "TRDTC": on_day(visit.day), **values})  # fmt: skip

    for visit in visits:
        for match in LESION.finditer(visit.targets):
            lesion, organ, axis, size = match.group("id", "organ", "axis", "size")
            identify(lesion, "TARGET", "LYMPH NODE" if organ == "node" else organ.upper(), visit)
            parts = size.split("+")
            for number, part in enumerate(parts, start=1):
                name = lesion if len(parts) == 1 else f"{lesion}.{number}"
                result(name, "LPERP" if axis == "SA" else "LDIAM", "TARGET", visit, measure(part))
        if visit.non_target in STATES:
            identify("NT01", "NON-TARGET", "LIVER", visit)
            state = STATES[visit.non_target]
            result(
                "NT01",
                "TUMSTATE",
                "NON-TARGET",
                visit,
                {"TRSTAT": "NOT DONE"} if state is None else {"TRORRES": state, "TRSTRESC": state},
            )
        if visit.new:
            identify("NEW01", "NEW", "BRAIN", visit)
            result("NEW01", "TUMSTATE", "NEW", visit, {"TRORRES": "UNEQUIVOCAL", "TRSTRESC": "UNEQUIVOCAL"})
    return tu, tr
