"""Grades against admiral: selected values around the cut points, and the laboratory records of a whole trial."""

import tomllib
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

from tests.adam.ctcae_values import ladders
from tests.protocols import protocol
from topline.adam.ctcae.bounds import Values
from topline.adam.ctcae.grading import Grader, grade
from topline.adam.lab import derive_lab
from topline.adam.subject import derive_subjects, domain
from topline.adam.treatment_period import safety_rules, treatment_periods
from topline.exchange.folder import read_folder
from topline.tables.adam_lab import ADLB
from topline.tables.checks import check_table
from topline.tables.conform import conform
from topline.tables.sdtm import SDTM

GOLDEN = Path(__file__).resolve().parents[2] / "golden"
VERSIONS = ("4.03", "5.0", "6.0")


def cases(name: str) -> list[dict[str, Any]]:
    content = tomllib.loads((GOLDEN / f"{name}.toml").read_text(encoding="utf-8"))
    assert content["kind"] == "software"
    assert "admiral 1." in content["source"]
    return list(content["case"])


def test_values_around_the_cut_points() -> None:
    listed = cases("ctcae")
    assert len(listed) > 240
    assert sum(len(case["grade"]) for case in listed) > 2500
    for case in listed:
        value, low, high, base = (np.array(case[name]) for name in ("AVAL", "ANRLO", "ANRHI", "BASE"))
        given = Values(value, low, high, base, np.array(case["status"], dtype=np.int8))
        rules = ladders(case["version"], case["term"], case["unit"])
        assert grade(rules, given).tolist() == case["grade"], (case["version"], case["term"], case["unit"])


def test_cases_have_every_version_and_grade() -> None:
    listed = cases("ctcae")
    assert {case["version"] for case in listed} == set(VERSIONS)
    assert {grade for case in listed for grade in case["grade"]} >= {0, 1, 2, 3, 4}


@cache
def tables(folder: Path) -> dict[str, pl.DataFrame]:
    raw, _, _ = read_folder([folder / f"{name.lower()}.xpt" for name in ("DM", "EX", "DS", "LB")])
    return {name: conform(frame, SDTM[name])[0] for name, frame in raw.items()}


def laboratory(shared: Path, version: str) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return ADLB of onco-recist under the worst case, and findings."""
    sdtm = tables(shared / "data" / "sdtm" / "onco-recist")
    adsl, _ = derive_subjects(sdtm, protocol())
    periods = treatment_periods(adsl, domain(sdtm, "EX"), safety_rules(protocol()))
    return derive_lab(domain(sdtm, "LB"), periods, Grader(version, "worst case"))


@pytest.mark.parametrize("version", VERSIONS)
def test_records_of_a_trial(shared: Path, version: str) -> None:
    adlb, _ = laboratory(shared, version)
    records = adlb.filter(pl.col("PARAMTYP").is_null())
    assert records.height == 59580
    exact = records.filter(pl.col("AVALQ").is_null())
    listed = [case for case in cases("ctcae_lab") if case["version"] == version]
    assert len(listed) == {"4.03": 24, "5.0": 22, "6.0": 21}[version]
    for case in listed:
        side = case["direction"]
        own = exact.filter((pl.col("PARAMCD") == case["parameter"]) & (pl.col(f"ATOXDSC{side}") == case["term"]))
        grades = own[f"ATOXGR{side}N"]
        assert [(grades == grade).sum() for grade in range(5)] == case["counts"], case
        assert grades.null_count() == case["missing"], case


def test_a_trial_conforms_and_is_flagged_once(shared: Path) -> None:
    adlb, found = laboratory(shared, "5.0")
    assert check_table(adlb, ADLB).is_empty()
    keys = ["STUDYID", "USUBJID", "PARAMCD"]
    for flag in ("ABLFL", "ANL01FL", "ANL02FL"):
        assert adlb.filter(pl.col(flag) == "Y").select(keys).is_unique().all()
    worst = adlb.filter(ONTRTFL="Y").group_by(keys).agg(pl.col("ATOXGRHN").max().alias("MAX")).drop_nulls()
    flagged = adlb.filter(ANL02FL="Y").select(*keys, "ATOXGRHN")
    assert flagged.join(worst, on=keys).filter(pl.col("MAX") != pl.col("ATOXGRHN")).is_empty()
    assert flagged.height == worst.height
    maxima = adlb.filter(pl.col("PARAMCD").is_in(["TRANSMAX", "BILIMAX"]))
    sources = adlb.select("STUDYID", "USUBJID", "R2ANRHI", pl.col("ASEQ").alias("SRCSEQ"))
    joined = maxima.drop("R2ANRHI").join(sources, on=["STUDYID", "USUBJID", "SRCSEQ"])
    assert joined.filter(pl.col("AVAL") == pl.col("R2ANRHI")).height == maxima.height > 400
    contradicted = found.filter(CODE="TL-L08")
    assert contradicted.select("VALUE", "COUNT").rows() == [("HBA1C", 6)]


def test_rounded_limits_would_have_made_grades(shared: Path) -> None:
    """53 grades of version 5.0 rest on limits that were rounded below the value, though the originals are equal."""
    adlb, _ = laboratory(shared, "5.0")
    lb = tables(shared / "data" / "sdtm" / "onco-recist")["LB"]
    limits = lb.select("USUBJID", SRCSEQ="LBSEQ", LOW="LBSTNRLO", HIGH="LBSTNRHI")
    rows = adlb.filter(pl.col("PARAMCD").is_in(["CA", "CREAT", "URATE"])).join(limits, on=["USUBJID", "SRCSEQ"])
    above = (pl.col("AVAL") > pl.col("HIGH") * (1 + 1e-9)) & (pl.col("ATOXGRHN") == 0)
    below = (pl.col("AVAL") < pl.col("LOW") * (1 - 1e-9)) & (pl.col("ATOXGRLN") == 0)
    assert rows.filter(above | below).height == 53
