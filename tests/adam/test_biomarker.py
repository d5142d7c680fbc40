"""ADBM: which value counts, why a row is not analysed, where time begins, and the records behind each row."""

from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.markers import adam, marker, plan, samples, subject, trial
from tests.twin.marker_value import Sample, slow_value
from topline.adam.biomarker import derive_biomarkers
from topline.adam.marker_values import marker_values
from topline.sdtm.biomarker import derive_marker_records
from topline.tables.adam_biomarker import ADBM
from topline.tables.sdtm import SDTM

EGFR = marker(
    "EGFR",
    source={"domain": "GF", "test": "MUT", "where": "GFSYM = 'EGFR'"},
    measure={"type": "categorical", "positive": ["MUTATED", "Amplified"], "negative": ["WILD TYPE"]},
)
CTDNA = marker(
    "CTDNA",
    measure={"type": "continuous", "unit": "%"},
    on_treatment={"day": 57, "window_days": 14},
    endpoints=["OS", "ORR"],
)


def derive(tables: dict[str, pl.DataFrame], *markers: dict[str, Any], **data: Any) -> tuple[pl.DataFrame, list[str]]:
    datasets = adam(data.get("responders", {1, 2, 3}), data.get("deaths", {}))
    rows, found = derive_biomarkers(tables, datasets, trial(), plan(*markers))
    return rows, found["CODE"].to_list()


def row(rows: pl.DataFrame, number: int, endpoint: str = "ORR") -> dict[str, Any]:
    return rows.row(by_predicate=(pl.col("USUBJID") == subject(number)) & (pl.col("ENDPOINT") == endpoint), named=True)


def test_every_enrolled_subject_has_a_row_for_each_marker_and_endpoint() -> None:
    rows, _ = derive({"MI": samples((1, 12, 0))}, marker(endpoints=["ORR", "OS"]))
    assert rows.columns == list(ADBM.names)
    assert rows.height == 20
    assert rows.select("STUDYID", "USUBJID", "ASEQ").is_unique().all()
    assert rows.select(ADBM.keys).is_unique().all()
    assert row(rows, 1)["ANL01FL"] == "Y"
    assert {row(rows, i)["NOTANLRS"] for i in range(2, 11)} == {"NO USABLE VALUE"}


@pytest.mark.parametrize(
    ("value", "group"), [(9.99, "NEGATIVE"), (10, "POSITIVE"), (10.01, "POSITIVE"), (0, "NEGATIVE")]
)
def test_a_value_at_the_cut_is_positive(value: float, group: str) -> None:
    rows, _ = derive({"MI": samples((1, value, 0))})
    assert row(rows, 1)["AVALCAT1"] == group
    assert row(rows, 1)["CRIT1"] == ">= 10 %"
    assert row(rows, 1)["AVAL"] == value


def test_the_last_value_before_treatment_counts() -> None:
    rows, codes = derive({"MI": samples((1, 5, -20), (1, 12, 1), (1, 80, 2))})
    assert (row(rows, 1)["AVAL"], row(rows, 1)["SRCSEQ"], row(rows, 1)["ADY"]) == (12, 2, 1)
    assert row(rows, 1)["SRCRECS"] == ["MI 2", "TR 1"]
    assert (row(rows, 1)["SRCDOM"], row(rows, 1)["SRCVAR"]) == ("MI", "MISTRESN")
    assert codes == []


def test_a_date_in_part_counts_only_where_every_day_does() -> None:
    frame = samples((1, 12, 0), (2, 13, 0)).with_columns(MIDTC=pl.Series(["2023-12", "2024-01"]))
    rows, _ = derive({"MI": frame})
    assert (row(rows, 1)["AVAL"], row(rows, 1)["ADTF"]) == (12, "D")
    assert row(rows, 2)["AVAL"] is None


def test_a_sample_without_date_counts_where_it_is_flagged_as_baseline() -> None:
    frame = samples((1, 12, 0), (2, 13, 0)).with_columns(MIDTC=pl.lit(None, pl.String), MIBLFL=pl.Series(["Y", None]))
    rows, codes = derive({"MI": frame})
    assert row(rows, 1)["AVAL"] == 12
    assert row(rows, 2)["NOTANLRS"] == "NO USABLE VALUE"
    assert codes == ["TL-B04"]


@pytest.mark.parametrize(("value", "unit"), [("<1", "%"), ("NEG", "%"), (12, "ng/mL"), (12, None)])
def test_a_text_or_another_unit_is_a_finding_and_never_a_guess(value: object, unit: str) -> None:
    rows, codes = derive({"MI": samples((1, value, 0), (2, 50, 0), unit=unit).with_columns(
        MISTRESU=pl.Series([unit, "%"]))})  # fmt: skip
    assert (row(rows, 1)["AVAL"], row(rows, 1)["ANL01FL"]) == (None, None)
    assert row(rows, 1)["NOTANLRS"] == "NO USABLE VALUE"
    assert row(rows, 2)["ANL01FL"] == "Y"
    assert codes == ["TL-B01"]


def test_not_done_is_no_value_and_no_finding() -> None:
    frame = samples((1, "x", 0), (2, 5, 0)).with_columns(MISTAT=pl.Series(["NOT DONE", None]))
    rows, codes = derive({"MI": frame})
    assert row(rows, 1)["NOTANLRS"] == "NO USABLE VALUE"
    assert codes == []


def test_two_values_of_a_day_are_a_finding_and_the_later_record_counts() -> None:
    rows, codes = derive({"MI": samples((1, 5, 0), (1, 15, 0), (2, 7, 0), (2, 7, 0))})
    assert (row(rows, 1)["AVAL"], row(rows, 2)["AVAL"]) == (15, 7)
    assert codes == ["TL-B03"]


def genes(*rows: tuple[int, str, str]) -> pl.DataFrame:
    return pl.DataFrame(
        [
            {"STUDYID": "TEST", "USUBJID": subject(i), "GFSEQ": n, "GFTESTCD": "MUT", "GFSYM": gene, "GFSTRESC": value,
             "GFDTC": "2023-12-20"}
            for n, (i, gene, value) in enumerate(rows, start=1)
        ]
    )  # fmt: skip


def test_levels_make_groups_and_unknown_levels_a_finding() -> None:
    frame = genes((1, "EGFR", "Mutated"), (2, "EGFR", "wild type "), (3, "EGFR", "FAILED"), (1, "TP53", "WILD TYPE"))
    rows, codes = derive({"GF": frame}, EGFR)
    assert [row(rows, i)["AVALCAT1"] for i in (1, 2, 3, 4)] == ["POSITIVE", "NEGATIVE", None, None]
    assert [row(rows, i)["AVAL"] for i in (1, 2, 3)] == [1, 0, None]
    assert (row(rows, 1)["SRCRECS"], row(rows, 1)["CRIT1"]) == (["GF 1", "TR 1"], "MUTATED, Amplified")
    assert codes == ["TL-B02"]


def test_a_marker_that_nobody_has_is_a_finding() -> None:
    rows, codes = derive({})
    assert rows["ANL01FL"].null_count() == 10
    assert codes == ["TL-B06"]


def test_no_marker_gives_an_empty_dataset() -> None:
    rows, found = derive_biomarkers({}, adam(set(), {}), trial(), plan().model_copy(update={"markers": ()}))
    assert (rows.height, found.height) == (0, 0)
    assert rows.columns == list(ADBM.names)


def test_a_rate_carries_its_outcome_and_a_time_its_days() -> None:
    rows, _ = derive({"MI": samples((1, 5, 0), (4, 5, 0))}, marker(endpoints=["ORR", "OS"]), deaths={4: 90})
    assert [(row(rows, i)["OUTCOME"], row(rows, i)["TTEDY"]) for i in (1, 4)] == [("Y", None), ("N", None)]
    assert [(row(rows, i, "OS")["TTEDY"], row(rows, i, "OS")["CNSR"]) for i in (1, 4)] == [(300, 1), (90, 0)]
    assert row(rows, 4, "OS")["SRCRECS"] == ["MI 2", "DM"]


def test_a_missing_outcome_is_a_reason() -> None:
    datasets = adam({1}, {})
    datasets["ADRS"] = datasets["ADRS"].filter(pl.col("USUBJID") != subject(2))
    rows, _ = derive_biomarkers({"MI": samples((1, 5, 0), (2, 5, 0))}, datasets, trial(), plan())
    assert (row(rows, 1)["NOTANLRS"], row(rows, 2)["NOTANLRS"]) == (None, "NO OUTCOME")


@pytest.mark.parametrize(
    ("death", "reason", "days"),
    [(56, "EVENT BY LANDMARK", None), (57, "EVENT BY LANDMARK", None), (58, None, 1), (100, None, 43)],
)
def test_time_counts_from_the_landmark_and_who_died_by_then_is_not_analysed(
    death: int, reason: str | None, days: int | None
) -> None:
    rows, _ = derive({"MI": samples((1, 5, 50), (2, 9, 50), test="CTDNA")}, CTDNA, deaths={1: death})
    found = row(rows, 1, "OS")
    assert (found["NOTANLRS"], found["TTEDY"], found["LNDMRKDY"]) == (reason, days, 57)
    assert row(rows, 2, "OS")["TTEDY"] == 243


def test_who_was_not_followed_beyond_the_landmark_is_not_analysed() -> None:
    datasets = adam(set(), {})
    early = pl.when(pl.col("USUBJID") == subject(1)).then(57).otherwise("AVAL")
    datasets["ADTTE"] = datasets["ADTTE"].with_columns(AVAL=early)
    tables = {"MI": samples((1, 5, 50), (2, 9, 50), test="CTDNA")}
    rows, _ = derive_biomarkers(tables, datasets, trial(), plan(CTDNA))
    assert row(rows, 1, "OS")["NOTANLRS"] == "NOT FOLLOWED BEYOND LANDMARK"
    assert row(rows, 2, "OS")["NOTANLRS"] is None


def test_a_response_by_the_landmark_is_decided_before_the_marker() -> None:
    rows, _ = derive({"MI": samples((1, 5, 50), (5, 9, 50), test="CTDNA")}, CTDNA, responders={1})
    assert (row(rows, 1)["NOTANLRS"], row(rows, 5)["NOTANLRS"]) == ("EVENT BY LANDMARK", None)


@pytest.mark.parametrize(("when", "counts"), [(1, False), (42, False), (43, True), (57, True), (58, False)])
def test_a_sample_on_treatment_lies_in_its_window(when: int, counts: bool) -> None:
    rows, _ = derive({"MI": samples((5, 9, when), test="CTDNA")}, CTDNA)
    assert (row(rows, 5, "OS")["AVAL"] is not None) is counts


def test_a_wide_table_becomes_records_that_can_be_traced() -> None:
    people = [subject(1), subject(2), None, "S99"]
    wide = pl.DataFrame({"usubjid": people, "cps": ["12", "", "3", "4"], "EGFR": ["MUTATED", "WILD TYPE", "x", "y"]})
    records, found = derive_marker_records(wide, adam(set(), {}))
    assert records.columns == list(SDTM["XB"].names)
    assert set(records["STUDYID"]) == {"TEST"}
    assert records.select("USUBJID", "XBSEQ", "XBTESTCD", "XBSTRESN").rows() == [
        (subject(1), 1, "CPS", 12.0), (subject(1), 2, "EGFR", None), (subject(2), 1, "EGFR", None),
    ]  # fmt: skip
    assert found.select("CODE", "RECORD", "VALUE").rows() == [("TL-B05", "row 3", ""), ("TL-B05", "row 4", "S99")]
    markers = (
        marker("CPS", source={"domain": "XB", "test": "cps"}),
        {**EGFR, "source": {"domain": "XB", "test": "EGFR"}},
    )
    rows, codes = derive({"XB": records}, *markers)
    used = rows.filter(pl.col("ANL01FL") == "Y").select("USUBJID", "PARAMCD", "AVALCAT1", "SRCRECS")
    assert used.rows() == [
        (subject(1), "CPS", "POSITIVE", ["XB 1", "TR 1"]),
        (subject(1), "EGFR", "POSITIVE", ["XB 2", "TR 1"]),
        (subject(2), "EGFR", "NEGATIVE", ["XB 1", "TR 2"]),
    ]
    assert codes == []


def test_a_wide_table_without_subjects_is_a_finding_per_row() -> None:
    records, found = derive_marker_records(pl.DataFrame({"ID": ["a", "b"], "CPS": [1, 2]}), adam(set(), {}))
    assert records.is_empty()
    assert found["CODE"].to_list() == ["TL-B05", "TL-B05"]


SAMPLES = st.lists(
    st.tuples(st.integers(-40, 80).filter(bool), st.sampled_from([1.0, 9.0, 10.0, 42.5]), st.booleans()), max_size=8
)


@given(SAMPLES, st.booleans())
@settings(max_examples=50, deadline=None)
def test_the_value_is_that_of_the_slow_twin(drawn: list[tuple[int, float, bool]], on_treatment: bool) -> None:
    declared = plan(CTDNA if on_treatment else marker("CTDNA")).markers[0]
    frame = samples(*((1, value, when) for when, value, _ in drawn), test="CTDNA") if drawn else None
    tables = (
        {
            "MI": frame.with_columns(
                MISTAT=pl.Series([None if done else "NOT DONE" for _, _, done in drawn], dtype=pl.String)
            )
        }
        if frame is not None
        else {}
    )
    values, _ = marker_values(tables, adam(set(), {}, count=1)["ADSL"], declared)
    twin = slow_value([Sample(when, value, done) for when, value, done in drawn], (57, 14) if on_treatment else None)
    assert values["AVAL"].to_list() == ([] if twin is None else [twin])
