"""What is dated after the data cut-off is not analysed."""

from datetime import date

import polars as pl

from topline.tables.cutoff import cut_tables, stated_cutoff, stated_cutoffs

CUT = date(2025, 3, 31)


def test_records_deaths_and_ends_after_the_cutoff() -> None:
    tables = {
        "DM": pl.DataFrame({"USUBJID": ["1", "2"], "DTHDTC": ["2025-03-31", "2025-04-01"], "DTHFL": ["Y", "Y"]}),
        "EX": pl.DataFrame({"EXSTDTC": ["2025-03-01", "2025-04-01"], "EXENDTC": ["2025-04-20", "2025-04-20"]}),
        "RS": pl.DataFrame({"RSDTC": ["2025-03-31", "2025-04-01", "2025-04", "2025", None]}),
    }
    cut = cut_tables(tables, CUT)
    assert cut["DM"].rows() == [("1", "2025-03-31", "Y"), ("2", None, None)]
    assert cut["EX"].rows() == [("2025-03-01", "2025-03-31")]
    assert cut["RS"]["RSDTC"].to_list() == ["2025-03-31", "2025", None]


def test_cutoff_of_the_trial_summary() -> None:
    assert stated_cutoff({"TS": pl.DataFrame({"TSPARMCD": ["DCUTDTC"], "TSVAL": ["2025"]})}) is None
    assert stated_cutoff({}) is None


def test_each_study_has_its_own_cutoff() -> None:
    ts = pl.DataFrame(
        {"STUDYID": ["A", "B", "C"], "TSPARMCD": "DCUTDTC", "TSVAL": ["2024-03-01", "2024-06-01", "soon"]}
    )
    ex = pl.DataFrame(
        {
            "STUDYID": ["A", "A", "B", "C"],
            "USUBJID": "1",
            "EXSTDTC": ["2024-02-20", "2024-03-02", "2024-03-02", "2030-01-01"],
            "EXENDTC": ["2024-03-05", "2024-03-09", "2024-03-09", "2030-01-09"],
        }
    )
    cutoffs = stated_cutoffs({"TS": ts})
    assert cutoffs == {"A": date(2024, 3, 1), "B": date(2024, 6, 1)}
    cut = cut_tables({"EX": ex, "TS": ts}, cutoffs)["EX"]
    assert cut.select("STUDYID", "EXSTDTC", "EXENDTC").rows() == [
        ("A", "2024-02-20", "2024-03-01"),
        ("B", "2024-03-02", "2024-03-09"),
        ("C", "2030-01-01", "2030-01-09"),
    ]
    alone = cut_tables({"EX": ex.filter(STUDYID="A")}, date(2024, 3, 1))["EX"]
    assert alone.equals(cut.filter(STUDYID="A"))
