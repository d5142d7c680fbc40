"""Hostile tables, whole runs: missing, empty, shuffled, as text, in another encoding, of one subject, very long."""

from pathlib import Path

import polars as pl
from polars.testing import assert_frame_equal

from tests.conftest import virtual_run
from tests.hostile import FINDING, SEED, STUDY, SUBJECT, changed, drawn, new_findings, protocol, run, sound, unharmed
from topline.adam.marker_values import marker_values
from topline.job import Job, run_job
from topline.study import run_study

REST = ("AE", "EX", "LB", "VS", "QS", "GF", "MI", "CM", "MH", "DS", "SV", "SS", "TU", "TR", "RS")
CHINESE = {"Fatigue": "乏力", "Diarrhoea": "腹泻", "Hypertension": "高血压"}


def test_the_same_tables_give_the_same_bytes() -> None:
    again, first = run({}), unharmed()
    for name in ("results", "lineage", "findings"):
        assert getattr(again, name).equals(getattr(first, name)), name
    for name, frame in first.adam.items():
        assert again.adam[name].equals(frame), name


def test_the_order_of_records_does_not_matter() -> None:
    found = run({name: frame.sample(fraction=1.0, shuffle=True, seed=3) for name, frame in drawn().items()})
    keys = ["RESULTID", "VALUE", "VALUEC", "ROWSET"]
    assert_frame_equal(found.results.select(keys), unharmed().results.select(keys), check_row_order=False)
    assert set(found.findings.select(FINDING).rows()) == set(unharmed().findings.select(FINDING).rows())


def test_numbers_as_text_are_numbers() -> None:
    found = run({name: frame.cast(pl.String) for name, frame in drawn().items()})
    assert found.results.equals(unharmed().results)
    assert new_findings(found).is_empty()


def test_domains_that_are_missing_or_empty() -> None:
    """Everything but DM lacks, or is there without a record: the run says so and gives what is left."""
    missing = run_study(protocol(), {name: frame for name, frame in drawn().items() if name not in REST})
    empty = run({name: drawn()[name].clear() for name in REST})
    for found in (missing, empty):
        sound(found)
        assert found.findings.filter(CODE="TL-X02").height == 1
        for name in ("ADAE", "ADAECYC", "ADLB", "ADVS"):
            rows = found.adam[name]
            assert rows.is_empty() or (name, set(rows["NONSET"])) == ("ADAECYC", {0})
        assert found.adam["ADBM"]["AVAL"].drop_nulls().is_empty()
        assert set(found.adam["ADQS"]["AVALC"]) <= {"MISSING", "NOT EXPECTED"}
    assert missing.adam["ADAETTE"].is_empty()
    assert set(missing.findings.filter(CODE="TL-T09")["DATASET"]) == {"AE", "CM", "DS", "EX", "TR", "TU"}
    assert set(empty.findings.filter(CODE="TL-T13")["DATASET"]) == set(REST)


def test_a_domain_without_its_optional_variables() -> None:
    for name in ("AE", "LB", "QS"):
        frame = drawn()[name]
        keys = ("STUDYID", "DOMAIN", "USUBJID", f"{name}SEQ")
        found = run(
            {
                name: frame.with_columns(
                    pl.lit(None, frame.schema[each]).alias(each) for each in frame.columns if each not in keys
                )
            }
        )
        sound(found)
        assert new_findings(found).filter(DATASET=name).height > 0, name


def test_one_subject_only() -> None:
    subject = unharmed().adam["ADAE"].filter(TRTEMFL="Y")["USUBJID"][0]
    tables = {
        name: each.filter(USUBJID=subject) if "USUBJID" in each.columns else each for name, each in drawn().items()
    }
    found = run_study(protocol(), tables)
    sound(found)
    assert found.adam["ADSL"].height == 1
    for name in ("ADAE", "ADEX", "ADLB", "ADVS", "ADQS"):
        before = unharmed().adam[name].filter(USUBJID=subject)
        own = [each for each in before.columns if each not in ("ENRLORD", "SRCRECS")]
        mine = found.adam[name]
        if name == "ADQS":  # visits at which nobody else has a form are not asked for
            before = before.filter(pl.col("AVALC").ne_missing("NOT EXPECTED"))
            mine, own = (
                mine.filter(pl.col("AVALC").ne_missing("NOT EXPECTED")),
                [each for each in own if each != "ASEQ"],
            )
        assert_frame_equal(mine.select(own), before.select(own))


def test_files_in_gbk_and_the_command_line_give_the_same_numbers(tmp_path: Path) -> None:
    """CSV files, the terms of adverse events in Chinese and GBK: one finding about the file, and no number moves."""
    data = tmp_path / "data"
    data.mkdir()
    tables = dict(drawn())
    tables["AE"] = tables["AE"].with_columns(pl.col("AETERM").replace(CHINESE))
    for name, frame in tables.items():
        text = frame.write_csv()
        (data / f"{name.lower()}.csv").write_bytes(text.encode("gbk" if name == "AE" else "utf-8"))
    done = run_job(Job(STUDY, (data,), tmp_path / "out"))
    before = virtual_run(STUDY, SEED)
    assert done.run.results.equals(before.results)
    terms = set(done.run.adam["ADAE"]["AETERM"])
    assert terms >= {CHINESE[each] for each in CHINESE if each in set(before.adam["ADAE"]["AETERM"])}
    written = pl.read_parquet(tmp_path / "out" / "findings.parquet")
    extra = written.select("CODE", "DATASET").filter(CODE="TL-F05")
    assert extra.rows() == [("TL-F05", "ae.csv")]


def test_markers_of_a_very_long_table() -> None:
    """A condition that is true of every record, on more records than Polars handles at once."""
    marker = next(each for each in protocol().biomarkers.markers if each.source.where == "TRUE")
    table = drawn()[marker.source.domain]
    own = table.filter(pl.col(f"{marker.source.domain}TESTCD") == marker.source.test)
    long = pl.concat([own] * (600_000 // own.height + 1), rechunk=True)
    adsl = unharmed().adam["ADSL"]
    once, often = (marker_values({marker.source.domain: frame}, adsl, marker)[0] for frame in (own, long))
    keys = [*SUBJECT, "AVAL", "ADT"]
    assert often.select(keys).sort(keys).equals(once.select(keys).sort(keys))


def test_nothing_of_safety_changes_what_is_not_safety() -> None:
    """Without AE, LB, VS, QS and markers the efficacy endpoints are those of the whole tables."""
    found = run_study(
        protocol(), {name: each for name, each in drawn().items() if name not in ("LB", "VS", "QS", "GF", "MI")}
    )
    assert changed(found, ("ORR/", "DCR6M/", "DCR/", "PFS/", "TTP/", "DESIGN")) == set()
