"""Conditions of a protocol: SQL boolean expressions over the columns of one table, judged row by row."""

import datetime
import re
from functools import lru_cache

import polars as pl

from topline.tables.declare import Kind, Table

EXAMPLES: dict[Kind, object] = {
    Kind.TEXT: "Y",
    Kind.INTEGER: 1,
    Kind.NUMBER: 1.5,
    Kind.ISO_DATE: "2020-01-31",
    Kind.DATE: datetime.date(2020, 1, 31),
    Kind.FLAG: "Y",
    Kind.LIST: ["DM.1"],
}
CLOCK = re.compile(r"\b(CURRENT_(DATE|TIME|TIMESTAMP)|NOW|TODAY)\b", re.IGNORECASE)
ACROSS_ROWS = re.compile(r'"(Agg|Over|Window)":')


@lru_cache(maxsize=4096)
def expression_fault(text: str, table: Table) -> str | None:
    """Return what is wrong with a condition over a table, or None when it is sound.

    A condition is sound when it parses as SQL, names only columns of the table, and gives true, false or unknown for
    each row by itself (no counts, no means over rows).

    >>> from topline.tables.adam import ADSL
    >>> expression_fault("TRTFL = 'Y' AND AGE >= 18", ADSL)
    >>> expression_fault("TRTFLG = 'Y'", ADSL)
    'ADSL has no column TRTFLG'
    >>> expression_fault("AGE + 1", ADSL)
    'gives a number or a text, not true or false'
    """
    try:
        parsed = pl.sql_expr(text)
    except (Exception, pl.exceptions.PanicException) as error:  # the parser raises several unrelated kinds
        return f"is not an SQL expression ({_first_line(error)})"
    if CLOCK.search(re.sub(r"'[^']*'", "", text)):
        return "asks the clock: the same data must give the same answer on every day"
    unknown = [name for name in parsed.meta.root_names() if name not in table]
    if unknown:
        return f"{table.name} has no column {', '.join(dict.fromkeys(unknown))}"
    return _evaluation_fault(parsed, table)


def _evaluation_fault(parsed: pl.Expr, table: Table) -> str | None:
    """Return what goes wrong when the condition is asked of a table of this kind."""
    rows = pl.DataFrame({v.name: [None, EXAMPLES[v.kind]] for v in table.variables}, schema=table.schema)
    try:
        answer = rows.select(parsed)
    except (pl.exceptions.PolarsError, pl.exceptions.PanicException) as error:
        return f"cannot be asked of {table.name} ({_first_line(error)})"
    if answer.dtypes != [pl.Boolean]:
        return "gives a number or a text, not true or false"
    if ACROSS_ROWS.search(parsed.meta.serialize(format="json")):
        return "is not judged row by row: counts and means over rows are not allowed"
    if not parsed.meta.root_names() and not parsed.meta.is_literal():
        return "names no column: write TRUE for every row"
    return None


def date_fault(name: str, table: Table) -> str | None:
    """Return what is wrong with a date column of a table, or None.

    >>> from topline.tables.adam import ADSL
    >>> date_fault("AGE", ADSL)
    'ADSL.AGE is not a date'
    """
    if name not in table:
        return f"{table.name} has no column {name}"
    return None if table[name].kind is Kind.DATE else f"{table.name}.{name} is not a date"


def _first_line(error: BaseException) -> str:
    """Return the first line of a message."""
    return (str(error).strip().splitlines() or [type(error).__name__])[0][:200]
