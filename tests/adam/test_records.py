"""Every derived row with a value names SDTM records of its own subject, and those records exist."""

from collections.abc import Mapping
from pathlib import Path

import polars as pl
import pytest

from tests.adam.real_data import Derived, derive, sdtm
from tests.conftest import STUDIES
from tests.protocols import protocol, rate, time_to_event
from topline.exchange.study_file import read_study
from topline.simulate.trial import draw_trial

ENDPOINTS = [
    rate(),
    time_to_event("OS", ("death",), last_observation="last alive"),
    time_to_event("PFS", ("progression", "death"), censoring="FDA table A"),
    time_to_event("DOR", ("progression", "death"), start="response"),
    time_to_event("TTF", ("progression", "death", "treatment stop"), last_observation="last alive"),
]


def known(tables: Mapping[str, pl.DataFrame]) -> pl.DataFrame:
    """Return the name of every record of every subject; of a domain without sequence numbers, the domain itself."""
    parts = []
    for name, frame in tables.items():
        sequence = f"{name}SEQ"
        if "USUBJID" not in frame.columns:
            continue
        own = pl.format(f"{name} {{}}", pl.col(sequence).cast(pl.Int64)) if sequence in frame.columns else pl.lit(name)
        parts.append(frame.select("USUBJID", own.alias("RECORD")))
    return pl.concat(parts).unique()


def unknown(adam: Mapping[str, pl.DataFrame], tables: Mapping[str, pl.DataFrame]) -> list[tuple[str, ...]]:
    """Return the rows that name no record, or one that does not exist."""
    records, wrong = known(tables), []
    for name in ("ADSL", "ADRS", "ADTR", "ADTTE"):
        frame = adam[name]
        value = pl.col("AVALC").is_not_null() if "AVALC" in frame.columns else pl.lit(True)
        value = value | pl.col("AVAL").is_not_null() if "AVAL" in frame.columns else value
        rows = frame.filter(value)
        param = pl.col("PARAMCD") if "PARAMCD" in frame.columns else pl.lit("")
        named = rows.select("USUBJID", param.alias("P"), "SRCRECS")
        empty = named.filter(pl.col("SRCRECS").is_null() | (pl.col("SRCRECS").list.len() == 0))
        each = named.explode("SRCRECS", keep_nulls=False, empty_as_null=False).rename({"SRCRECS": "RECORD"})
        lost = each.join(records, on=["USUBJID", "RECORD"], how="anti")
        assert each.height >= rows.height
        wrong += [(name, *row) for row in empty.with_columns(pl.lit("none").alias("SRCRECS")).rows()[:3]]
        wrong += [(name, *row) for row in lost.rows()[:3]]
    return wrong


def confirming(derived: Derived) -> pl.DataFrame:
    """Return confirmed responses with the records of the assessments that their rows name."""
    adrs = derived.adam["ADRS"]
    rows = adrs.filter((pl.col("PARAMCD") == "CBOR") & pl.col("AVALC").is_in(["CR", "PR"]))
    return rows.select("USUBJID", "AVALC", "ADT", pl.col("SRCRECS").alias("NAMED"))


def check_confirmations(derived: Derived, days: int) -> int:
    """Assert that each confirmed response names a second assessment that confirms it; return how many there are."""
    adrs = derived.adam["ADRS"].filter(pl.col("PARAMCD") == "OVR").select("USUBJID", "ADT", "AVALC", "SRCRECS")
    pairs = confirming(derived).join(adrs, on="USUBJID", suffix="_OVR")
    inside = pairs.filter(pl.col("SRCRECS").list.set_difference("NAMED").list.len() == 0).sort("USUBJID", "ADT_OVR")
    per_subject = inside.group_by("USUBJID", maintain_order=True).agg(
        pl.col("ADT", "AVALC").first(), pl.col("ADT_OVR", "AVALC_OVR")
    )
    for row in per_subject.iter_rows(named=True):
        assert len(row["ADT_OVR"]) == 2
        assert (row["ADT_OVR"][1] - row["ADT_OVR"][0]).days >= days
        assert row["ADT"] == row["ADT_OVR"][0]
        assert row["AVALC_OVR"][1] in (("CR",) if row["AVALC"] == "CR" else ("CR", "PR"))
    assert per_subject.height == confirming(derived).height
    return per_subject.height


@pytest.mark.parametrize("study", STUDIES)
def test_virtual_trials(study: str) -> None:
    plan, _ = read_study(study)
    tables = draw_trial(plan, 3, n=120).tables
    derived = derive(tables, plan)
    assert unknown(derived.adam, tables) == []
    assert check_confirmations(derived, plan.criteria.response.confirmation_days) > 0
    assert derived.findings.filter(pl.col("CODE") == "TL-X01").is_empty()


def test_virtual_trial_with_recorded_responses_and_immune_criteria() -> None:
    plan, _ = read_study(STUDIES[0])
    tables = draw_trial(plan, 3, n=120).tables
    other = protocol(
        response={"irecist": True, "source": "assessed", "complete_response_lost": "progression"}, endpoints=ENDPOINTS
    )
    derived = derive(tables, other)
    assert unknown(derived.adam, tables) == []
    assert check_confirmations(derived, 28) > 0
    assert {"IOVR", "IBOR", "IPD", "OVRASSD", "OVRLESN"} <= set(derived.adam["ADRS"]["PARAMCD"])


@pytest.mark.parametrize("assessor", ["INVESTIGATOR", "INDEPENDENT ASSESSOR"])
@pytest.mark.parametrize("folder", ["onco-recist", "onco-sequence"])
def test_real_data(shared: Path, folder: str, assessor: str) -> None:
    """The second data set brings tumours only; its subjects are those of the first."""
    tables = {**sdtm(shared / "data" / "sdtm" / "onco-recist"), **sdtm(shared / "data" / "sdtm" / folder)}
    plan = protocol(response={"irecist": True, "assessor": assessor, "source": "assessed"}, endpoints=ENDPOINTS)
    derived = derive(tables, plan)
    assert unknown(derived.adam, tables) == []
    assert derived.findings.filter(pl.col("CODE") == "TL-X01").is_empty()
    assert check_confirmations(derived, 28) > 0


def test_a_death_that_only_disposition_dates_names_its_record() -> None:
    plan, _ = read_study(STUDIES[0])
    tables = dict(draw_trial(plan, 3, n=60).tables)
    tables["DM"] = tables["DM"].with_columns(pl.lit(None, pl.String).alias("DTHDTC"))
    derived = derive(tables, plan)
    dead = derived.adam["ADRS"].filter((pl.col("PARAMCD") == "DEATH") & (pl.col("AVALC") == "Y"))
    deaths = (
        tables["DS"].filter(pl.col("DSDECOD") == "DEATH").select("USUBJID", pl.format("DS {}", "DSSEQ").alias("RECORD"))
    )
    named = dead.select("USUBJID", pl.col("SRCRECS").list.first().alias("RECORD"))
    assert dead.height == deaths["USUBJID"].n_unique() > 0
    assert named.join(deaths, on=["USUBJID", "RECORD"], how="anti").is_empty()
    assert unknown(derived.adam, tables) == []


def test_without_demographics_no_row_names_a_record_of_it() -> None:
    plan, _ = read_study(STUDIES[0])
    tables = {name: frame for name, frame in draw_trial(plan, 3, n=60).tables.items() if name != "DM"}
    assert unknown(derive(tables, plan).adam, tables) == []
