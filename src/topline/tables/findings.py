"""The table of findings, and how rows of any frame become findings."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TypedDict, Unpack

import polars as pl

from topline.errors import CATALOGUE, Finding
from topline.tables.declare import Core, Kind, Table, Variable

CAP = 1000
"""How many single findings of one number, table and variable are kept; the rest is one finding with its COUNT."""

FINDINGS = Table(
    "FINDINGS",
    "Findings about the data",
    "topline",
    keys=(),
    structure="one record per finding",
    variables=(
        Variable("CODE", "Number of the Message", core=Core.REQUIRED, codes=tuple(CATALOGUE), origin="Derived"),
        Variable("SEVERITY", "Severity", core=Core.REQUIRED, codes=("error", "warning", "note"), origin="Derived"),
        Variable("STUDYID", "Study Identifier", origin="Predecessor"),
        Variable("DATASET", "Table", origin="Derived"),
        Variable("USUBJID", "Unique Subject Identifier", origin="Predecessor"),
        Variable("RECORD", "Record", origin="Derived"),
        Variable("VARIABLE", "Variable", origin="Derived"),
        Variable("VALUE", "Value Found", origin="Predecessor"),
        Variable("MESSAGE", "What is Wrong", origin="Derived"),
        Variable("RULE", "Rule", origin="Derived"),
        Variable("FIX", "What to Do", origin="Derived"),
        Variable("COUNT", "Number of Occurrences", Kind.INTEGER, low=1, origin="Derived"),
    ),
)

_NONE = FINDINGS.empty()

LONGEST = 200
"""Characters of a text that a finding keeps."""

ROW = "_ROW"
"""The column that numbers the rows of a frame, from 1 on, while its faults are found."""

Text = str | pl.Expr


class Texts(TypedDict, total=False):
    """The texts of findings: constants, or expressions over the columns of the rows they are about."""

    variable: Text
    value: Text
    message: Text
    record: Text


@dataclass(frozen=True, slots=True)
class Fault:
    """A fault is a condition that no record may meet, and what a record that meets it is told."""

    code: str
    where: pl.Expr
    texts: Texts


def _text(value: Text) -> pl.Expr:
    expression = value if isinstance(value, pl.Expr) else pl.lit(value)
    return expression.cast(pl.String, strict=False).fill_null("").str.head(LONGEST)


def findings(code: str, rows: pl.DataFrame, dataset: str, **texts: Unpack[Texts]) -> pl.DataFrame:
    """Return one finding per row of `rows`, about table `dataset`; texts may be expressions over the row's columns.

    >>> rows = pl.DataFrame({"USUBJID": ["001"], "EXSEQ": [2]})
    >>> found = findings("TL-D02", rows, "EX", variable="EXSTDTC", record=pl.format("EXSEQ {}", "EXSEQ"))
    >>> found["MESSAGE"].to_list(), found["RECORD"].to_list()
    (['dose after death'], ['EXSEQ 2'])
    """
    if rows.is_empty():
        return _NONE.clone()
    entry = CATALOGUE[code]
    columns: dict[str, pl.Expr] = {
        "CODE": pl.lit(code),
        "SEVERITY": pl.lit(str(entry.severity)),
        "STUDYID": _text(pl.col("STUDYID") if "STUDYID" in rows.columns else ""),
        "DATASET": pl.lit(dataset),
        "USUBJID": _text(pl.col("USUBJID") if "USUBJID" in rows.columns else ""),
        "RECORD": _text(texts.get("record", "")),
        "VARIABLE": _text(texts.get("variable", "")),
        "VALUE": _text(texts.get("value", "")),
        "MESSAGE": _text(texts.get("message", "") if _given(texts.get("message", "")) else entry.title),
        "RULE": pl.lit(entry.rule),
        "FIX": pl.lit(entry.fix),
        "COUNT": pl.lit(1, dtype=pl.Int64),
    }
    # with_columns, not select: a frame without the subject's columns still gives one finding per row
    return rows.with_columns(**columns).select(FINDINGS.names)


def _given(text: Text) -> bool:
    return isinstance(text, pl.Expr) or text != ""


def find(frame: pl.DataFrame, dataset: str, faults: Iterable[Fault]) -> list[pl.DataFrame]:
    """Return the findings of each fault: the first `CAP` records that meet it, then one finding that counts the rest.

    >>> fault = Fault("TL-T08", pl.col("AGE") > 120, {"variable": "AGE", "value": pl.col("AGE")})
    >>> [found] = find(pl.DataFrame({"AGE": [60, 150] * 1200}), "DM", [fault])
    >>> found["VALUE"].head(1).to_list(), found.height, found["COUNT"].sum(), found["MESSAGE"][-1]
    (['150'], 1001, 1200, 'value out of range: 200 more records')
    """
    faults = list(faults)
    if not faults or frame.is_empty():
        return []
    counts = frame.select(fault.where.fill_null(False).sum().alias(str(i)) for i, fault in enumerate(faults)).row(0)
    return [_capped(fault, count, frame, dataset) for fault, count in zip(faults, counts, strict=True) if count]


def _capped(fault: Fault, count: int, frame: pl.DataFrame, dataset: str) -> pl.DataFrame:
    first = frame.select(fault.where.arg_true().head(CAP)).to_series()
    rows = numbered(frame)[first]
    found = findings(fault.code, rows, dataset, **fault.texts)
    if count <= CAP:
        return found
    variable = fault.texts.get("variable", "")
    rest = Finding(
        fault.code,
        dataset,
        variable if isinstance(variable, str) else "",
        message=f"{CATALOGUE[fault.code].title}: {count - CAP:,} more records",
        studyid=found["STUDYID"][0] if found["STUDYID"].n_unique() == 1 else "",
    )
    return pl.concat([found, findings_frame([rest]).with_columns(COUNT=pl.lit(count - CAP, dtype=pl.Int64))])


def numbered(frame: pl.DataFrame) -> pl.DataFrame:
    """Return the frame with its rows numbered from 1 on, once: what is left after a filter keeps its numbers."""
    return frame if ROW in frame.columns else frame.with_row_index(ROW, offset=1)


def findings_frame(found: Iterable[Finding]) -> pl.DataFrame:
    """Return single findings as a frame of the table of findings."""
    rows = [
        (f.code, str(f.severity), f.studyid, f.table, f.usubjid, f.record, f.variable, f.value,
         f.message or CATALOGUE[f.code].title, CATALOGUE[f.code].rule, CATALOGUE[f.code].fix, 1)
        for f in found
    ]  # fmt: skip
    return pl.DataFrame(rows, schema=FINDINGS.schema, orient="row")


def join_findings(*parts: pl.DataFrame) -> pl.DataFrame:
    """Return all findings in one frame, errors first, then by number, table, subject and record."""
    frames = [part for part in parts if not part.is_empty()]
    if not frames:
        return _NONE.clone()
    order = pl.col("SEVERITY").replace_strict({"error": 0, "warning": 1, "note": 2})
    return pl.concat(frames).sort(order, "CODE", "DATASET", "USUBJID", "RECORD", maintain_order=True)


def record_name(table: Table, columns: Iterable[str]) -> pl.Expr:
    """Return the text that names the record of a fault: its sequence number, else its row, where 1 is the first.

    >>> table = Table("TR", "", "SDTM", ("TRSEQ",), (Variable("TRSEQ", "Sequence Number", Kind.INTEGER),))
    >>> frame = pl.DataFrame({"TRSEQ": [12, None]})
    >>> fault = Fault("TL-T04", pl.col("TRDTC").is_null(), {"record": record_name(table, frame.columns)})
    >>> find(frame.with_columns(TRDTC=None), "TR", [fault])[0]["RECORD"].to_list()
    ['TRSEQ 12', 'row 2']
    """
    row = pl.format("row {}", pl.col(ROW))
    present = set(columns)
    sequence = [key for key in table.keys if key.endswith("SEQ") and key in present]
    return pl.coalesce(pl.format(f"{sequence[0]} {{}}", pl.col(sequence[0])), row) if sequence else row
