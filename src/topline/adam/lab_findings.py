"""What is wrong with laboratory results and vital signs: what cannot be read, converted or graded."""

import polars as pl

from topline.adam.ctcae.bounds import TOLERANCE
from topline.adam.ctcae.grading import NO_TERM, NO_UNIT, WRONG_UNIT, Grader
from topline.adam.ctcae.tables import criteria
from topline.adam.ctcae.terms import graded_tests
from topline.adam.lab_grades import gradable
from topline.adam.lab_units import unit_factor
from topline.tables.declare import Table
from topline.tables.findings import Fault, Texts, find, findings, join_findings, record_name

LISTED = 40
"""How many tests without grades a finding names."""

CLOSE = 0.01
"""The share by which number and text of a result may differ, besides one unit of the last digit of the text."""


FAR = 1.5
"""The ratio from which on a converted number cannot be that of the original."""


def check_values(rows: pl.DataFrame, table: Table) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return the rows without limits of normal that contradict each other, and findings about results and limits."""
    graded = pl.col("TESTCD").is_in(list(graded_tests()))
    reversed_limits = pl.col("ANRLO") > pl.col("ANRHI") * (1 + TOLERANCE)
    no_limit = graded & (pl.col("ANRHI") <= 0)
    limits, negative = pl.format("{} below {}", "ANRHI", "ANRLO"), graded & (pl.col("AVAL") < 0)
    limit, value = f"{table.name}STNRHI", f"{table.name}STRESN"
    undated = pl.col("AVAL").is_not_null() & pl.col("ADT").is_null()
    found = [
        *_records(rows, table, "TL-L03", reversed_limits, limit, limits),
        *_records(rows, table, "TL-L03", no_limit & ~reversed_limits, limit, pl.col("ANRHI"), "is no upper limit"),
        *_records(rows, table, "TL-L10", negative, value, pl.col("AVAL").cast(pl.String)),
        *_records(rows, table, "TL-L13", graded & pl.col("UNDONE"), f"{table.name}STAT", pl.col("AVALC")),
        *_contradicted(rows.filter(graded), table),
        *_converted_wrongly(rows.filter(graded & ~pl.col("REPLACED")), table),
        _counted(rows.filter(graded & undated), table, "TL-L15", ["TESTCD"]),
        _counted(rows.filter(graded & pl.col("AVALQ").is_not_null()), table, "TL-L04", ["TESTCD"]),
        _counted(rows.filter(graded & pl.col("UNREADABLE")), table, "TL-L05", ["TESTCD", "AVALC"]),
        _counted(rows.filter(pl.col("REPLACED")), table, "TL-L11", ["TESTCD"]),
        _counted(rows.filter(pl.col("ROUNDED")), table, "TL-L12", ["TESTCD"]),
    ]  # fmt: skip
    wrong = (reversed_limits | no_limit).fill_null(False)
    clean = [pl.when(~wrong).then(name).alias(name) for name in ("ANRLO", "ANRHI")]
    return rows.with_columns(clean), join_findings(*found)


def _converted_wrongly(rows: pl.DataFrame, table: Table) -> list[pl.DataFrame]:
    """Return the findings about standard numbers that are far from the original number in the standard unit."""
    units = ["TESTCD", "ORRESU", "STRESU"]
    pairs = rows.filter(pl.col("ORRESU") != pl.col("STRESU")).select(units).unique(maintain_order=True)
    factors = [unit_factor(test, source, target) for test, source, target in pairs.iter_rows()]
    pairs = pairs.with_columns(pl.Series("PER", factors, dtype=pl.Float64))
    joined = rows.join(pairs, on=units, how="inner", maintain_order="left")
    expected = pl.col("_ORIGINAL") * pl.col("PER")
    ratio = pl.col("STRESN") / expected
    decimals = pl.col("STRESC").str.extract(r"\.([0-9]+)").str.len_chars().fill_null(0).cast(pl.Float64)
    beyond = (pl.col("STRESN") - expected).abs() > pl.lit(10.0).pow(-decimals) * (1 + TOLERANCE)
    wrong = beyond & ((ratio > FAR) | (ratio < 1 / FAR))
    told = pl.format(f"but {table.name}ORRES is {{}} {{}}", "ORRES", "ORRESU")
    return _records(joined, table, "TL-L14", wrong, f"{table.name}STRESN", pl.col("STRESN"), told)


def _contradicted(rows: pl.DataFrame, table: Table) -> list[pl.DataFrame]:
    """Return the findings about standard numbers that are not those of the text, or of the original in the same unit.

    The text, like the original, may be rounded.
    """
    found = []
    same_unit = pl.col("STRESU") == pl.col("ORRESU")
    for text, said, where in (("STRESC", "SAID", pl.lit(True)), ("ORRES", "_ORIGINAL", same_unit)):
        off = (pl.col("STRESN") - pl.col(said)).abs()
        apart = rows.filter(~pl.col("REPLACED") & where & (off > CLOSE * pl.col("STRESN").abs()))
        decimals = pl.col(text).str.extract(r"\.([0-9]+)").str.len_chars().fill_null(0).cast(pl.Float64)
        beyond = off > pl.lit(10.0).pow(-decimals) * (1 + TOLERANCE)
        told = pl.format(f"but {table.name}{text} is {{}}", text)
        found += _records(apart, table, "TL-L14", beyond, f"{table.name}STRESN", pl.col("STRESN"), told)
    return found


def check_grades(rows: pl.DataFrame, table: Table, grader: Grader) -> pl.DataFrame:
    """Return findings about units, grades and recorded range indicators."""
    judged = rows.with_columns(gradable().alias("GRADED")).join(
        _problems(rows, grader), on=["GRADED", "AVALU"], how="left", nulls_equal=True, maintain_order="left"
    )
    valued = judged.filter(pl.col("AVAL") >= 0)
    lacks = [pl.col(f"ATOXDSC{side}").is_not_null() & pl.col(f"ATOXGR{side}N").is_null() for side in "LH"]
    contradicted = valued.filter(pl.col("RECORDED") != pl.col("ANRIND"))
    converted = valued.filter(pl.col("RECORDEDU") != pl.col("AVALU"))
    return join_findings(
        _counted(valued.filter(PROBLEM=NO_UNIT), table, "TL-L01", ["TESTCD"]),
        _counted(valued.filter(PROBLEM=WRONG_UNIT), table, "TL-L02", ["TESTCD", "AVALU"]),
        _ungraded(valued.filter(PROBLEM=NO_TERM), table, grader),
        _counted(valued.filter((pl.col("PROBLEM") == "") & pl.any_horizontal(lacks)), table, "TL-L07", ["TESTCD"]),
        _counted(contradicted, table, "TL-L08", ["TESTCD"]),
        _counted(converted, table, "TL-L09", ["TESTCD", "RECORDEDU", "AVALU"]),
    )  # fmt: skip


def _problems(rows: pl.DataFrame, grader: Grader) -> pl.DataFrame:
    """Return why values of each test in each unit are not graded; empty text where they are."""
    pairs = rows.select(gradable().alias("GRADED"), "AVALU").unique()
    why = [
        NO_TERM if test is None else grader.plan(test, unit, fasting=False).problem for test, unit in pairs.iter_rows()
    ]
    return pairs.with_columns(pl.Series("PROBLEM", why, dtype=pl.String))


def _records(rows: pl.DataFrame, table: Table, code: str, where: pl.Expr, *texts: str | pl.Expr) -> list[pl.DataFrame]:
    """Return one finding per record that meets a condition; the texts are variable, value and, if need be, message."""
    variable, value, *message = texts
    named = rows.rename({"SEQ": f"{table.name}SEQ"})
    told: Texts = {"variable": variable, "value": value, "record": record_name(table, named.columns)}
    if message:
        told["message"] = message[0]
    return find(named, table.name, [Fault(code, where, told)])


def _counted(rows: pl.DataFrame, table: Table, code: str, by: list[str]) -> pl.DataFrame:
    """Return one finding per distinct value of some columns: its first record by subject, and how many more it has.

    >>> from topline.tables.sdtm import SDTM
    >>> rows = pl.DataFrame({"STUDYID": "S", "USUBJID": ["2", "1", "1"], "SEQ": [4, 9, 7], "TESTCD": ["K", "K", "CA"]})
    >>> found = _counted(rows, SDTM["LB"], "TL-L01", ["TESTCD"])
    >>> found.select("VALUE", "USUBJID", "RECORD", "COUNT").rows()
    [('CA', '1', 'LBSEQ 7', 1), ('K', '1', 'LBSEQ 9 and 1 more', 2)]
    """
    order = rows.sort("USUBJID", "SEQ", nulls_last=True, maintain_order=True)
    groups = order.group_by("STUDYID", *by, maintain_order=True).agg(
        pl.col("USUBJID", "SEQ").first(), pl.len().cast(pl.Int64).alias("COUNT")
    )
    groups = groups.sort("STUDYID", *by)
    value = pl.concat_str([pl.col(name).fill_null("") for name in by], separator=", ")
    first = pl.format("{}SEQ {}", pl.lit(table.name), pl.col("SEQ").cast(pl.String).fill_null("missing"))
    more = pl.when(pl.col("COUNT") > 1).then(pl.format(" and {} more", pl.col("COUNT") - 1)).otherwise(pl.lit(""))
    found = findings(code, groups, table.name, variable=f"{table.name}TESTCD", value=value, record=first + more)
    return found.with_columns(groups["COUNT"])


def _ungraded(rows: pl.DataFrame, table: Table, grader: Grader) -> pl.DataFrame:
    """Return one finding per study that names and counts the tests without grade in this version."""
    named = rows.filter(pl.col("PARAMCD").is_not_null())
    tests = named.group_by("STUDYID").agg(pl.col("PARAMCD").unique().sort())
    names = pl.col("PARAMCD").list.head(LISTED).list.join(", ")
    text = pl.format(
        f"{{}} tests have no numeric grade in CTCAE {criteria(grader.version).version}", pl.col("PARAMCD").list.len()
    )
    found = findings("TL-L06", tests, table.name, variable=f"{table.name}TESTCD", value=names, message=text)
    return found.with_columns(tests["PARAMCD"].list.len().cast(pl.Int64).alias("COUNT"))
