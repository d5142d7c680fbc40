"""The values of a table of candidates, column by column: taken as PATIENTS declares them, or unknown with a finding.

Nothing is guessed: `5.5 mg/dL` is no number, `31/12/2025` no date, `2025-12` a date of which the day is not known. A
code in other capitals is taken as the code, with a finding. A number out of range is never used.
"""

import polars as pl

from topline.errors import Finding
from topline.exchange.patient_codes import NONE, take_list, take_text
from topline.tables.casts import cast, given
from topline.tables.dates import first_day
from topline.tables.declare import Kind, Variable
from topline.tables.findings import ROW, Fault, Texts, find, findings_frame
from topline.tables.patients import PATIENTS

VALUE, BEFORE, LOST, OUTSIDE, CODE, MESSAGE = "_VALUE", "_BEFORE", "_LOST", "_OUTSIDE", "_CODE", "_MESSAGE"
RECORD = pl.format("row {}", pl.col(ROW))
LISTED = 5
"""Values outside a code list that a finding names."""
UNIT_FREE = ("", "1")


def take_column(raw: pl.Series, variable: Variable, subjects: pl.Series) -> tuple[pl.Series, pl.DataFrame]:
    """Return a column in its declared type, and the findings about those of its values that are not used as they stand.

    >>> ages = pl.Series("AGE", ["61", "6l", "161", None])
    >>> taken, found = take_column(ages, PATIENTS["AGE"], pl.Series(["A", "B", "C", "D"]))
    >>> taken.to_list(), found.select("USUBJID", "VALUE", "MESSAGE").rows()
    ([61.0, None, None, None],
     [('B', '6l', 'is not a number in years; unknown'), ('C', '161', 'is not 0 to 120 years; unknown')])
    """
    if variable.kind is Kind.LIST and isinstance(raw.dtype, pl.List) and not raw.dtype.inner.is_nested():
        raw = _delimited(raw)
    frame = pl.DataFrame({"USUBJID": subjects, BEFORE: raw})
    if variable.kind is Kind.TEXT and not variable.codes:
        return frame.select(
            cast(BEFORE, raw.dtype, Kind.TEXT).str.strip_chars().alias(variable.name)
        ).to_series(), findings_frame([])
    if variable.kind in (Kind.FLAG, Kind.TEXT, Kind.LIST):
        return _coded(frame, variable)
    return _measured(frame, variable)


def _delimited(lists: pl.Series) -> pl.Series:
    """Return lists as a delimited text holds them; one with a gap is missing, for it is not known whole."""
    joined = lists.cast(pl.List(pl.String), strict=False).list.join(";", ignore_nulls=False)
    empty = lists.list.len() == 0
    return joined.to_frame("_").select(pl.when(empty).then(pl.lit(NONE)).otherwise(pl.col("_"))).to_series()


def _measured(frame: pl.DataFrame, variable: Variable) -> tuple[pl.Series, pl.DataFrame]:
    """Return a column of numbers or dates, and its findings."""
    dtype = frame.schema[BEFORE]
    nothing = dtype == pl.Boolean or dtype == pl.Object  # no truth is a number
    typed = pl.lit(None, dtype=variable.dtype) if nothing else cast(BEFORE, dtype, variable.kind)
    frame = frame.with_columns(typed.alias(VALUE))
    lost = pl.col(VALUE).is_null() & given(BEFORE, dtype, variable.kind)
    frame = frame.with_columns(lost.alias(LOST), (~_in_range(variable)).fill_null(False).alias(OUTSIDE))
    told: Texts = {"variable": variable.name, "value": _printed(dtype), "record": RECORD}
    faults = [Fault("TL-E14", pl.col(OUTSIDE), {**told, "message": f"is not {_bounds(variable)}; unknown"})]
    if frame[LOST].any():
        in_part = _in_part(variable, dtype)
        what = "is a date in part: the day is not known; unknown"
        whole = Fault("TL-E14", pl.col(LOST) & ~in_part, {**told, "message": f"is not {_expected(variable)}; unknown"})
        faults = [whole, Fault("TL-E14", pl.col(LOST) & in_part, {**told, "message": what}), *faults]
    kept = frame.select(pl.when(~pl.col(OUTSIDE)).then(pl.col(VALUE)).alias(variable.name)).to_series()
    return kept, _together(find(frame, PATIENTS.name, faults))


def _expected(variable: Variable) -> str:
    """Return what the values of a column are, in words.

    >>> [_expected(PATIENTS[name]) for name in ("ALT", "ECOG", "LRTDT")]
    ['a number in U/L', 'a whole number', 'a date, yyyy-mm-dd']
    """
    if variable.kind is Kind.DATE:
        return "a date, yyyy-mm-dd"
    kind = "a whole number" if variable.kind is Kind.INTEGER else "a number"
    return kind if variable.unit in UNIT_FREE else f"{kind} in {variable.unit}"


def _bounds(variable: Variable) -> str:
    return f"above 0 and at most {variable.high:g} {variable.unit}" if _is_limit(variable) else variable.bounds


def _is_limit(variable: Variable) -> bool:
    """Say whether a column is an upper limit of normal, which is never 0."""
    return variable.name.endswith("ULN") and variable.kind is Kind.NUMBER


def _in_range(variable: Variable) -> pl.Expr:
    column = pl.col(VALUE)
    if variable.low is None or variable.high is None:
        return pl.lit(True)
    inside = column.is_between(variable.low, variable.high)
    return inside & (column > 0) if _is_limit(variable) else inside


def _in_part(variable: Variable, dtype: pl.DataType) -> pl.Expr:
    """Return where a date is one in part."""
    if variable.kind is not Kind.DATE or dtype != pl.String:
        return pl.lit(False)
    return first_day(pl.col(BEFORE).str.strip_chars()).is_not_null()


def _printed(dtype: pl.DataType) -> pl.Expr | str:
    return "" if dtype.is_nested() or dtype in (pl.Object, pl.Binary) else pl.col(BEFORE)


def _coded(frame: pl.DataFrame, variable: Variable) -> tuple[pl.Series, pl.DataFrame]:
    """Return a column of codes, or of lists of them, and its findings: each distinct text is looked at once."""
    dtype = frame.schema[BEFORE]
    frame = frame.with_columns(cast(BEFORE, dtype, Kind.TEXT).alias(BEFORE))
    distinct = frame.get_column(BEFORE).drop_nulls().value_counts(name="COUNT").sort(BEFORE)
    take = take_list if variable.kind is Kind.LIST else take_text
    taken = [take(text, variable) for text in distinct[BEFORE]]
    known = pl.DataFrame(
        {
            BEFORE: distinct[BEFORE],
            VALUE: pl.Series([one.value for one in taken], dtype=variable.dtype),
            CODE: pl.Series([one.code for one in taken], dtype=pl.String),
            MESSAGE: pl.Series([one.message for one in taken], dtype=pl.String),
        }
    )
    joined = frame.join(known, on=BEFORE, how="left", maintain_order="left")
    told: Texts = {"variable": variable.name, "value": pl.col(BEFORE), "record": RECORD, "message": pl.col(MESSAGE)}
    found = find(joined, PATIENTS.name, [Fault(code, pl.col(CODE) == code, told) for code in ("TL-E14", "TL-E15")])
    others = _others(variable, known.with_columns(distinct["COUNT"]))
    return joined[VALUE].alias(variable.name), _together([*found, others])


def _others(variable: Variable, known: pl.DataFrame) -> pl.DataFrame:
    """Return one finding that names the values outside an open code list."""
    if not variable.extensible or not variable.codes:
        return findings_frame([])
    values = known.explode(VALUE, empty_as_null=False) if variable.kind is Kind.LIST else known
    counts = values.filter(pl.col(VALUE).is_not_null()).group_by(VALUE).agg(pl.col("COUNT").sum())
    outside = counts.filter(~pl.col(VALUE).is_in(pl.Series(variable.codes).implode())).sort(
        "COUNT", VALUE, descending=[True, False]
    )
    if outside.is_empty():
        return findings_frame([])
    named = ", ".join(
        f"'{value[:40]}' ({count:,})" for value, count in outside.select(VALUE, "COUNT").head(LISTED).rows()
    )
    more = f" and {outside.height - LISTED:,} more" if outside.height > LISTED else ""
    message = f"holds values outside its code list, compared as they stand: {named}{more}"
    return findings_frame([Finding("TL-E16", PATIENTS.name, variable.name, message=message)])


def _together(found: list[pl.DataFrame]) -> pl.DataFrame:
    return pl.concat([findings_frame([]), *found])
