"""Calendar of a trial, worked by hand from dates."""

import polars as pl
import pytest

from tests.protocols import protocol, rate
from tests.simulate.studies import built_in
from topline.simulate.calendar import calendar, lag_days
from topline.simulate.presets import expected_truth
from topline.simulate.stack import Chunk, draw_stack

MONTH = 30.4375


def tables(dates: list[str], cutoff: str) -> dict[str, pl.DataFrame]:
    n = len(dates)
    ds = {"STUDYID": ["S"] * n, "USUBJID": [f"S-{k}" for k in range(n)], "DSDECOD": ["ENROLLED"] * n, "DSSTDTC": dates}
    ts = {"STUDYID": ["S"], "TSPARMCD": ["DCUTDTC"], "TSVAL": [cutoff]}
    return {"DS": pl.DataFrame(ds), "TS": pl.DataFrame(ts)}


def test_months_from_the_first_patient() -> None:
    plan = built_in("nct07142421")
    early, late = ["2024-01-10", "2024-01-01", *["2024-02-01"] * 15, "2024-03-01"], ["2024-06-01"] * 17
    found = dict(calendar(plan, tables([*late, *early], "2024-12-31")).select("RESULTID", "VALUE").iter_rows())
    assert found["CALENDAR/all/enrolled@18"] == pytest.approx(60 / MONTH)  # 1 January to 1 March 2024
    assert found["CALENDAR/all/enrolled@35"] == pytest.approx(152 / MONTH)
    assert found["CALENDAR/all/look@18"] == pytest.approx((60 + lag_days(plan)) / MONTH)
    assert found["CALENDAR/all/cutoff"] == pytest.approx(365 / MONTH)


def test_a_look_whose_patients_are_not_enrolled_has_no_month() -> None:
    found = calendar(built_in("nct07142421"), tables(["2024-01-01"] * 20, "2024-12-31"))
    assert "CALENDAR/all/enrolled@18" in found["RESULTID"].to_list()
    assert "CALENDAR/all/enrolled@35" not in found["RESULTID"].to_list()


def test_the_lag_is_when_the_endpoint_can_be_known() -> None:
    assert lag_days(built_in("nct02976896")) == 183  # disease control at a landmark
    assert lag_days(protocol(endpoints=[rate("ORR", "BOR")])) == 56 + 7  # the first scan, its window
    assert lag_days(protocol(endpoints=[rate("ORR", "CBOR")])) == 112 + 7  # the second one confirms


def test_virtual_trials_have_their_calendars_in_the_form_of_results() -> None:
    plan = built_in("nct02976896")
    drawn = draw_stack(plan, expected_truth(plan), Chunk(3, "expected", 0), 4).tables
    found = calendar(plan, drawn)
    assert found.columns == ["STUDYID", "RESULTID", "VALUE", "VALUEC"]
    assert found["STUDYID"].n_unique() == 4
    wide = found.pivot("RESULTID", index="STUDYID", values="VALUE")
    assert (wide["CALENDAR/all/look@43"] - wide["CALENDAR/all/enrolled@43"]).to_list() == pytest.approx(
        [183 / MONTH] * 4
    )
