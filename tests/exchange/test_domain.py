"""The domain of a data set, by its content."""

import polars as pl
import pytest

from topline.exchange.domain import split_domains
from topline.exchange.source import Dataset

CASES = [
    ({"DOMAIN": ["AE", "AE"]}, "EVENTS", "AE"),
    ({"DOMAIN": ["ae ", None]}, "EVENTS", "AE"),
    ({"RDOMAIN": ["AE"], "QNAM": ["AETRTEM"]}, "SUPPQUAL", "SUPPAE"),
    ({"RDOMAIN": ["AE", "CM"], "RELID": ["1", "1"]}, "RELREC", "RELREC"),
    ({"USUBJID": ["001"]}, "dm", "DM"),
    ({"DOMAIN": []}, "TR", "TR"),
    ({"DOMAIN": [None]}, "TR", "TR"),
    ({"DOMAIN": ["LB"], "PARAMCD": ["ALT"]}, "ADLB", "ADLB"),
    ({"DOMAIN": ["EC"]}, "EX", "EC"),
]


@pytest.mark.parametrize(("columns", "own", "domain"), CASES)
def test_one_domain(columns: dict[str, list[str | None]], own: str, domain: str) -> None:
    frame = pl.DataFrame(columns)
    parts, found = split_domains(Dataset(own, frame), "x.xpt", "other")
    assert {name: part.rows() for name, part in parts.items()} == {domain: frame.rows()}
    assert found == []


def test_known_domains_in_one_file_are_parted() -> None:
    frame = pl.DataFrame({"DOMAIN": ["TU", "TR", None, "TR"], "N": [1, 2, 3, 4]})
    parts, found = split_domains(Dataset("", frame), "tumour.csv", "tumour")
    assert {name: part["N"].to_list() for name, part in parts.items()} == {"TR": [2, 3, 4], "TU": [1]}
    assert [(f.code, f.value) for f in found] == [("TL-F11", "TR, TU")]


def test_a_misspelt_domain_loses_no_record() -> None:
    frame = pl.DataFrame({"DOMAIN": ["DM", "DN", "DM"]})
    parts, found = split_domains(Dataset("", frame), "dm.csv", "dm")
    assert {name: part.height for name, part in parts.items()} == {"DM": 3}
    assert [(f.code, f.value, f.message) for f in found] == [
        ("TL-F11", "DM, DN", "are several domains; all records are taken as DM")
    ]


def test_what_is_no_domain_gives_way_to_the_name() -> None:
    parts, found = split_domains(Dataset("", pl.DataFrame({"DOMAIN": ["DEMOG"]})), "dm.csv", "dm")
    assert (list(parts), [f.code for f in found]) == (["DM"], ["TL-F11"])
