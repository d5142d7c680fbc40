"""Hostile markers, whole runs: SDTM records and a wide table with typos, other units, copies and strangers."""

from functools import cache
from typing import Any

import polars as pl
import pytest

from tests.hostile import Damage, Told, drawn, new_findings, protocol, sound, told, unharmed, value
from topline.protocol.model import Protocol
from topline.study import Run, run_study

NO_VALUE = "NO USABLE VALUE"
Case = tuple[str, str, dict[str, Any], set[Told], tuple[float | None, str | None]]
"""Marker, domain, what is recorded, findings of the record, the value and why it is not analysed."""


def text(name: str, value_: str | None) -> dict[str, Any]:
    return {f"{name}ORRES": value_, f"{name}STRESC": value_}


def number(name: str, value_: str, unit: str | None, parsed: float | None = None) -> dict[str, Any]:
    return {**text(name, value_), f"{name}STRESN": parsed, f"{name}ORRESU": unit, f"{name}STRESU": unit}


RECORDS: dict[str, Case] = {
    "typo": ("TP53", "GF", text("GF", "MUTATD"), {("TL-B02", "GFSTRESC", "MUTATD")}, (None, NO_VALUE)),
    "small letters": ("TP53", "GF", text("GF", "mutated "), set(), (1.0, None)),
    "nothing": ("TP53", "GF", text("GF", None), set(), (None, NO_VALUE)),
    "not done": ("TP53", "GF", {"GFSTAT": "NOT DONE"}, set(), (None, NO_VALUE)),
    "no date": ("TP53", "GF", {"GFDTC": None, "GFLOBXFL": None}, {("TL-B04", "GFDTC", "")}, (None, NO_VALUE)),
    "date open": ("TP53", "GF", {"GFDTC": "YEAR"}, {("TL-B04", "GFDTC", "YEAR")}, (None, NO_VALUE)),
    "after the cut-off": ("TP53", "GF", {"GFDTC": "2090-01-01"}, {("TL-D12", "GFDTC", "2090-01-01")}, (None, NO_VALUE)),
    "below a limit": (
        "VEGF", "LB", number("LB", "<10", "pg/mL"), {("TL-B01", "LBSTRESN", "<10 pg/mL")}, (None, NO_VALUE),
    ),
    "no unit": ("VEGF", "LB", number("LB", "300", None, 300.0), {("TL-B01", "LBSTRESN", "300.0")}, (None, NO_VALUE)),
    "another unit": (
        "VEGF", "LB", number("LB", "0.3", "ng/mL", 0.3), {("TL-B01", "LBSTRESN", "0.3 ng/mL")}, (None, NO_VALUE),
    ),
    "unit in other letters": ("VEGF", "LB", number("LB", "300", "PG/ML", 300.0), set(), (300.0, None)),
    "number as text alone": ("VEGF", "LB", number("LB", "300", "pg/mL"), set(), (300.0, None)),
    "unit of a score": (
        "VEGFR2", "MI", number("MI", "250", "%", 250.0), {("TL-B01", "MISTRESN", "250.0 %")}, (None, NO_VALUE),
    ),
}  # fmt: skip


@cache
def places() -> dict[str, tuple[str, int]]:
    """Return, for each case, a subject with a usable record of the marker that no other case damages."""
    rows = unharmed().adam["ADBM"].filter((pl.col("ENDPOINT") == "DCR6M") & pl.col("AVAL").is_not_null())
    found: dict[str, tuple[str, int]] = {}
    for name, (marker, *_) in RECORDS.items():
        free = rows.filter((pl.col("PARAMCD") == marker) & ~pl.col("USUBJID").is_in([s for s, _ in found.values()]))
        found[name] = free.select("USUBJID", "SRCSEQ").row(0)
    return found


def year(subject: str) -> str:
    """Return the year in which a subject's treatment began: a date that may be from before it or after it."""
    start = unharmed().adam["ADSL"].filter(USUBJID=subject)["TRTSDT"][0]
    return str(start.year)


def filled(given: Any, subject: str) -> Any:
    return year(subject) if given == "YEAR" else given


@cache
def damaged() -> Run:
    damage = Damage()
    for name, (subject, sequence) in places().items():
        _, domain, values, *_ = RECORDS[name]
        damage.change(domain, subject, sequence, **{key: filled(each, subject) for key, each in values.items()})
    return damage.run()


@pytest.mark.parametrize("name", RECORDS)
def test_each_hostile_marker_is_told_and_never_guessed(name: str) -> None:
    marker, domain, _, expected, (aval, reason) = RECORDS[name]
    subject, sequence = places()[name]
    new = new_findings(damaged()).filter(pl.col("CODE").str.starts_with("TL-B") | (pl.col("CODE") == "TL-D12"))
    mine = told(new, subject, f"{domain} {sequence}") | told(new, subject, f"{domain}SEQ {sequence}")
    assert mine == {(code, variable, filled(said, subject)) for code, variable, said in expected}
    rows = damaged().adam["ADBM"].filter(USUBJID=subject, PARAMCD=marker)
    assert set(rows.select("AVAL", "NOTANLRS").iter_rows()) == {(aval, reason)}


def test_counts_of_measured_subjects_follow() -> None:
    for marker in ("TP53", "VEGF", "VEGFR2"):
        lost = sum(case[0] == marker and case[4][0] is None for case in RECORDS.values())
        before = value(unharmed(), f"BM.DCR6M.{marker}.measured/all/n")
        assert value(damaged(), f"BM.DCR6M.{marker}.measured/all/n") == before - lost  # type: ignore[operator]
    units = damaged().results.filter(pl.col("RESULTID").str.contains(r"^BM\.DCR6M\.search/all/cut: VEGFR2$"))["VALUEC"]
    assert not any("%" in text_ for text_ in units)
    sound(damaged())


def test_a_constant_marker_and_one_of_one_level_leave_the_others_standing() -> None:
    wild = pl.when(pl.col("GFSYM") == "NOTCH1").then(pl.lit("WILD TYPE")).otherwise("GFSTRESC")
    same = pl.when(pl.col("MITESTCD") == "PDL1").then(5.0).otherwise("MISTRESN")
    damage = Damage()
    damage.tables["GF"] = drawn()["GF"].with_columns(wild.alias("GFSTRESC"))
    damage.tables["MI"] = drawn()["MI"].with_columns(same.alias("MISTRESN"))
    found = damage.run()
    assert new_findings(found).filter(CODE="TL-X02").is_empty()
    for marker in ("NOTCH1", "PDL1"):
        size = value(found, f"BM.DCR6M.{marker}.measured/all/n")
        assert value(found, f"BM.DCR6M.{marker}.fisher/all/n POSITIVE") == 0
        assert value(found, f"BM.DCR6M.{marker}.fisher/all/n NEGATIVE") == size
        assert value(found, f"BM.DCR6M.{marker}.fisher/all/p") is None
        assert value(found, f"BM.DCR6M.search/all/cuts: {marker}") == 0
    assert value(found, "BM.DCR6M.search/all/p corrected: VEGF") is not None
    sound(found)


@cache
def wide_plan() -> Protocol:
    """Return the protocol with its markers before treatment taken from a wide table."""
    own = protocol()
    markers = tuple(
        each.model_copy(
            update={"source": each.source.model_copy(update={"domain": "XB", "test": each.id, "where": "TRUE"})}
        )
        for each in own.biomarkers.markers
        if each.on_treatment is None
    )
    return own.model_copy(update={"biomarkers": own.biomarkers.model_copy(update={"markers": markers})})


def wide() -> pl.DataFrame:
    """Return a wide table of all subjects, as text: VEGF rises with the row, TP53 alternates."""
    subjects = drawn()["DM"]["USUBJID"].to_list()
    size = len(subjects)
    return pl.DataFrame(
        {
            "usubjid": subjects,
            "VEGF": [str(100 + place) for place in range(size)],
            "TP53": ["MUTATED", "WILD TYPE"] * (size // 2) + ["MUTATED"] * (size % 2),
        }
    )


def run_wide(table: pl.DataFrame) -> Run:
    return run_study(wide_plan(), {**drawn(), "MARKERS": table})


def test_a_hostile_wide_table() -> None:
    table = wide()
    subjects = table["usubjid"].to_list()
    texts = {0: "<10", 1: "1,5", 2: "300 pg/mL", 3: "NA", 4: " ", 5: "inf", 6: "1e3"}
    odd = [texts.get(place, each) for place, each in enumerate(table["VEGF"])]
    table = table.with_columns(
        pl.Series("VEGF", odd),
        pl.when(pl.col("usubjid") == subjects[7]).then(pl.lit("mutatd")).otherwise("TP53").alias("TP53"),
    )
    stranger = table.slice(10, 1).with_columns(pl.lit("STRANGER").alias("usubjid"))
    nobody = table.slice(10, 1).with_columns(pl.lit(None, pl.String).alias("usubjid"))
    same, other = table.slice(11, 1), table.slice(12, 1).with_columns(pl.lit("900").alias("VEGF"))
    found = run_wide(pl.concat([table, stranger, nobody, same, other]))
    mine = found.findings.filter(pl.col("CODE").str.starts_with("TL-B0") & (pl.col("CODE") != "TL-B06"))
    assert set(mine.select("CODE", "USUBJID", "VALUE").iter_rows()) == {
        *(("TL-B01", subjects[place], texts[place]) for place in (0, 1, 2, 5)),
        ("TL-B02", subjects[7], "mutatd"), ("TL-B03", subjects[12], "900.0"),
        ("TL-B05", "STRANGER", "STRANGER"), ("TL-B05", "", ""),
    }  # fmt: skip
    rows = dict(found.adam["ADBM"].filter(ENDPOINT="DCR6M", PARAMCD="VEGF").select("USUBJID", "AVAL").iter_rows())
    assert [rows[subjects[place]] for place in (0, 1, 2, 3, 4, 5, 6, 11)] == [None] * 6 + [1000.0, 111.0]
    assert "STRANGER" not in rows
    assert value(found, "BM.DCR6M.VEGF.measured/all/n") == len(subjects) - 6
    sound(found)


@pytest.mark.parametrize("kind", ["numbers", "no row", "no subjects"])
def test_wide_tables_of_other_shapes(kind: str) -> None:
    table = wide()
    shapes = {
        "numbers": table.with_columns(pl.col("VEGF").cast(pl.Int64)),
        "no row": table.clear(),
        "no subjects": table.drop("usubjid"),
    }
    found = run_wide(shapes[kind])
    measured = found.adam["ADBM"].filter(ENDPOINT="DCR6M", PARAMCD="VEGF")["AVAL"].drop_nulls().len()
    assert measured == (len(table) if kind == "numbers" else 0)
    silent = {"VEGFR2", "PDL1", "NOTCH1", "PIK3CA", "SCCA"} | (set() if kind == "numbers" else {"VEGF", "TP53"})
    lost = found.findings.filter(CODE="TL-B06")["MESSAGE"].str.extract(r"^(\w+):").to_list()
    assert set(lost) == silent
    assert found.findings.filter(CODE="TL-B05").height == (len(table) if kind == "no subjects" else 0)
    sound(found)
