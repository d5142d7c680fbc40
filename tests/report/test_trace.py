"""The trace inside the page: every number leads to its analysis, its rows and their SDTM records."""

import json
from itertools import accumulate
from typing import Any

import polars as pl
import pytest

from tests.report.contents import NAMES, case
from tests.report.markup import parse
from topline.report.trace import DESCRIBED, PER_SUBJECT, embedded, origin

pytestmark = pytest.mark.parametrize("name", NAMES)
SAMPLE = 9


def trace(name: str) -> dict[str, Any]:
    [script] = parse(case(name).page)[0].find("script", id="trace")
    data: dict[str, Any] = json.loads(script.text())
    return data


def rows(data: dict[str, Any], place: int) -> list[int]:
    return list(accumulate(data["sets"][place]))


def test_every_number_shown_has_a_trace(name: str) -> None:
    shown = {
        node.attributes["data-result"] for node in parse(case(name).page)[0].walk() if "data-result" in node.attributes
    }
    assert shown <= set(trace(name)["results"])


def test_every_row_shown_has_a_trace(name: str) -> None:
    data = trace(name)["tables"]
    shown = [node.attributes["data-row"] for node in parse(case(name).page)[0].walk() if "data-row" in node.attributes]
    assert shown
    assert all(address.split(":")[1] in data[address.split(":")[0]]["rows"] for address in shown)


def test_analysis_and_value_are_those_of_the_results(name: str) -> None:
    data, results = trace(name), case(name).content.results
    for row in results.filter(pl.col("RESULTID").is_in(list(data["results"])))[::SAMPLE].to_dicts():
        place, statistic, value, text, unit = data["results"][row["RESULTID"]]
        assert value == row["VALUE"] or value is None
        assert [data["texts"][each] for each in (statistic, text, unit)] == [
            row["STATISTIC"],
            row["VALUEC"] or "",
            row["UNIT"] or "",
        ]
        analysis = data["analyses"][place]
        described = [data["texts"][each] for each in analysis[: len(DESCRIBED)]]
        assert described == [row[key.upper()] or "" for key in DESCRIBED]
        assert analysis[len(DESCRIBED) : len(DESCRIBED) + 2] == [row["NRECS"], row["NNUM"]]


def test_rows_behind_a_number_are_those_of_the_lineage(name: str) -> None:
    data, content = trace(name), case(name).content
    checked = 0
    for analysis in data["analyses"][::SAMPLE]:
        identifier, group, *_ = (data["texts"][each] for each in analysis[: len(DESCRIBED)])
        dataset = data["texts"][analysis[DESCRIBED.index("dataset")]]
        own = content.lineage.filter((pl.col("ANALYSIS") == identifier) & (pl.col("GROUP") == group))
        for role, place in zip(
            ("denominator", "numerator"), analysis[len(DESCRIBED) + 2 : len(DESCRIBED) + 4], strict=True
        ):
            if role == "denominator" and dataset in PER_SUBJECT:
                assert place is None
                continue
            expected = own.filter(pl.col("ROLE") == role).select("USUBJID", "ASEQ").rows()
            found = rows(data, place) if place is not None else []
            frame = content.adam[dataset][found].select("USUBJID", "ASEQ")
            assert sorted(frame.rows()) == sorted(expected)
            held = data["tables"][dataset]["rows"]
            assert [data["texts"][held[str(each)][0]] for each in found] == frame["USUBJID"].to_list()
            checked += len(found)
    assert checked


def test_counts_are_those_of_the_rows(name: str) -> None:
    data = trace(name)
    at = len(DESCRIBED)
    for analysis in data["analyses"]:
        nrecs, nnum, all_rows, counted = analysis[at : at + 4]
        if data["texts"][analysis[DESCRIBED.index("dataset")]] not in PER_SUBJECT:
            assert nrecs == (len(rows(data, all_rows)) if all_rows is not None else 0)
        if counted is not None:
            assert nnum == len(rows(data, counted))


def test_rows_name_the_records_they_come_from(name: str) -> None:
    data, adam = trace(name), case(name).content.adam
    for table, held in data["tables"].items():
        for place, row in list(held["rows"].items())[::SAMPLE]:
            assert data["texts"][row[-1]] == origin(adam[table].row(int(place), named=True))


def test_embedded_data_is_inert(name: str) -> None:
    text = str(embedded({"a": [f"</script>{name}<!--", "\u2028", None, 1.5]}))
    assert not set("<>&\u2028") & set(text)
    assert json.loads(text) == {"a": [f"</script>{name}<!--", "\u2028", None, 1.5]}
