"""Random rows: what the declaration allows has no finding, and one broken cell has exactly the finding it deserves."""

from collections.abc import Iterator

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from topline.tables.checks import check_table
from topline.tables.conform import conform
from topline.tables.declare import Core, Kind, Table, Variable
from topline.tables.manual import PARTS
from topline.tables.rows import draw_rows

TABLES = [table for tables in PARTS.values() for table in tables]
SEEDS = st.integers(0, 2**32 - 1)
HEIGHT = 12


@settings(max_examples=50, deadline=None)
@given(st.sampled_from(TABLES), st.integers(0, 25), SEEDS)
def test_drawn_rows_are_allowed(table: Table, n: int, seed: int) -> None:
    rows = draw_rows(table, n, seed)
    assert rows.schema == table.schema
    assert rows.height == n
    assert check_table(rows, table).rows() == []
    assert rows.select(table.keys).is_unique().all() or not table.keys
    tidy, found = conform(rows, table)
    assert tidy.equals(rows)
    assert found.rows() == []


@settings(max_examples=50, deadline=None)
@given(st.sampled_from(TABLES), SEEDS)
def test_the_seed_decides(table: Table, seed: int) -> None:
    assert draw_rows(table, HEIGHT, seed).equals(draw_rows(table, HEIGHT, seed))
    assert not draw_rows(table, HEIGHT, seed).equals(draw_rows(table, HEIGHT, seed + 1))


def breakages(variable: Variable) -> Iterator[tuple[str, object]]:
    """Yield each way to break a value of a variable, with the number of the finding that it must give."""
    if variable.core is Core.REQUIRED:
        yield "TL-T04", None
    if variable.codes and not variable.extensible:
        yield "TL-T01", 7 if variable.kind is Kind.INTEGER else "no code"
    elif variable.kind is Kind.FLAG:
        yield "TL-T01", "y"
    elif variable.kind is not Kind.LIST and variable.codes and variable.codes[0].swapcase() != variable.codes[0]:
        yield "TL-T11", variable.codes[0].swapcase()
    if variable.kind is Kind.ISO_DATE:
        yield from (("TL-T06", text) for text in ("2019-02-31", "31/02/2019", "2019-13", "2019-02-31T10:00"))
    if variable.low is not None:
        yield "TL-T08", variable.low - 1
    if variable.high is not None:
        yield "TL-T08", variable.high + 1


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_each_broken_cell_has_its_one_finding(table: Table) -> None:
    broken = [(variable, *how) for variable in table.variables for how in breakages(variable)]
    rows = draw_rows(table, len(broken) + 1, seed=len(broken))
    for row, (variable, _, value) in enumerate(broken):
        new = pl.Series([value], dtype=variable.dtype, strict=False)
        rows = rows.with_columns(rows[variable.name].scatter([row], new))
    found = check_table(rows, table)
    assert sorted(found.select("CODE", "RECORD", "VARIABLE", "VALUE").rows()) == sorted(
        (code, record(rows, table, row), variable.name, told(value, variable))
        for row, (variable, code, value) in enumerate(broken)
    )
    assert found["COUNT"].to_list() == [1] * len(broken)
    assert found["DATASET"].unique().to_list() == [table.name] * min(len(broken), 1)


def told(value: object, variable: Variable) -> str:
    return "" if value is None else str(pl.Series([value], dtype=variable.dtype, strict=False).item())


def record(rows: pl.DataFrame, table: Table, row: int) -> str:
    sequence = [key for key in table.keys if key.endswith("SEQ")]
    number = rows[sequence[0]][row] if sequence else None
    return f"row {row + 1}" if number is None else f"{sequence[0]} {number}"


@pytest.mark.parametrize("table", [table for table in TABLES if table.keys], ids=lambda table: table.name)
def test_a_repeated_record_is_named_with_its_twin(table: Table) -> None:
    rows = draw_rows(table, HEIGHT, seed=5)
    found = check_table(pl.concat([rows, rows[3:4]]), table)
    assert found["CODE"].to_list() == ["TL-T02", "TL-T02"]
    assert set(found["RECORD"]) == {record(rows, table, 3), record(pl.concat([rows, rows[3:4]]), table, HEIGHT)}
    assert found["VARIABLE"].unique().to_list() == [", ".join(table.keys)]


@settings(max_examples=50, deadline=None)
@given(st.sampled_from(TABLES), SEEDS, st.data())
def test_a_number_that_is_none_has_one_finding(table: Table, seed: int, data: st.DataObject) -> None:
    numbers = [v.name for v in table.variables if v.kind in (Kind.INTEGER, Kind.NUMBER)]
    if not numbers:
        return
    name, broken = data.draw(st.sampled_from(numbers)), data.draw(st.integers(0, HEIGHT - 1))
    rows = draw_rows(table, HEIGHT, seed)
    text = rows.with_columns(rows[name].cast(pl.String).scatter(broken, "12 mm"))
    tidy, found = conform(text, table)
    assert found.select("CODE", "VARIABLE", "VALUE").rows() == [("TL-T03", name, "12 mm")]
    assert tidy.with_columns(rows[name]).equals(rows)
    assert tidy[name].null_count() == rows[name].null_count() + (rows[name][broken] is not None)
