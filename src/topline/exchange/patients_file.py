"""Reading a table of candidates for screening: delimited text, Parquet, SAS transport or Dataset-JSON.

Columns are matched to PATIENTS by name, in any case; the sign-offs of the criteria are columns too. Of a wide export
only these are converted. What is not used as it stands is a finding; no row is left out unsaid.
"""

import difflib
import stat
from collections.abc import Sequence
from pathlib import Path

import polars as pl

from topline.errors import Finding, ToplineError
from topline.exchange.columns import name_columns
from topline.exchange.dataset_json import read_dataset_json
from topline.exchange.delimited import DELIMITERS, GARBLED, Dialect, first_record, named_frame
from topline.exchange.encoding import Encoding, detect_encoding
from topline.exchange.formats import recognise
from topline.exchange.patient_values import take_column
from topline.exchange.source import Format, UnreadableError, chunks
from topline.exchange.xpt import read_xpt
from topline.protocol.eligibility.coherence import screening_table
from topline.protocol.eligibility.criterion import Eligibility
from topline.protocol.eligibility.screen import used_columns
from topline.tables.checks import check_table
from topline.tables.declare import Table
from topline.tables.findings import findings_frame, join_findings
from topline.tables.patients import PATIENTS

NAMED = 20
"""Unknown columns that get a finding each; the rest is counted."""
EXCERPT = 300
Raw = tuple[pl.DataFrame, list[Finding]]


def read_patients(path: Path, eligibility: Eligibility) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return the candidates that a file holds, a row each in the file's order, and the findings about them.

    The frame has SUBJID, the columns of PATIENTS that the file has, and all that the criteria use, sign-offs too, in
    their declared types; a column that lacks is unknown of everybody. Blank lines are no candidates and not counted in
    the numbers of rows. Both rows of a SUBJID that stands twice are kept.

    Raises `ToplineError` TL-E13 where the file cannot be read, TL-E10 where it has no column of PATIENTS at all.
    """
    signoffs = tuple(name for criterion in eligibility.criteria for name in criterion.signoffs)
    table, used = screening_table(signoffs), used_columns(eligibility)
    raw, found = _opened(Path(path), table)
    if not any(name in table for name in raw.columns):
        raise _nothing_known(path, raw.columns, found)
    frame, faults = _taken(raw, table)
    missing = [name for name in used if name not in raw.columns]
    said = findings_frame([*found, *_unknown(raw.columns, table), *_missing(missing)])
    keys = check_table(frame.select("SUBJID") if "SUBJID" in raw.columns else frame.clear().drop("SUBJID"), PATIENTS)
    lacking = (pl.lit(None, dtype=table[name].dtype).alias(name) for name in missing if name != "SUBJID")
    return frame.with_columns(lacking), join_findings(said, keys, *faults)


def _taken(raw: pl.DataFrame, table: Table) -> tuple[pl.DataFrame, list[pl.DataFrame]]:
    """Return the columns of the table that a file has, in declared order and type, SUBJID first, and their findings."""
    subjects = pl.Series("SUBJID", [None] * raw.height, dtype=pl.String)
    if "SUBJID" in raw.columns:
        subjects, _ = take_column(raw["SUBJID"], table["SUBJID"], subjects)
    names = [name for name in table.names if name in raw.columns and name != "SUBJID"]
    taken = [take_column(raw[name], table[name], subjects) for name in names]
    return pl.DataFrame([subjects, *(column for column, _ in taken)]), [found for _, found in taken]


def _nothing_known(path: Path, columns: Sequence[str], found: Sequence[Finding]) -> ToplineError:
    listed = ", ".join(columns or [one.variable for one in found if one.code == "TL-E18" and one.variable])[:EXCERPT]
    return ToplineError("TL-E10", where=Path(path).name, what=f"has no column of PATIENTS; it has {listed or 'none'}")


def _missing(missing: Sequence[str]) -> list[Finding]:
    """Return the finding about columns that the criteria use and the file does not have."""
    if not missing:
        return []
    message = f"lacks {', '.join(missing)}: unknown of everybody"
    return [Finding("TL-E17", PATIENTS.name, message=message)]


def _unknown(columns: Sequence[str], table: Table) -> list[Finding]:
    """Return the findings about columns that are none of the table's, with the nearest name."""
    others = [name for name in columns if name not in table]
    found = [Finding("TL-E18", PATIENTS.name, name[:100], message=_nearest(name, table)) for name in others[:NAMED]]
    if len(others) > NAMED:
        message = f"{len(others) - NAMED:,} more columns are not used"
        found.append(Finding("TL-E18", PATIENTS.name, message=message))
    return found


def _nearest(name: str, table: Table) -> str:
    near = difflib.get_close_matches(name, table.names, n=1)
    return f"is not used; did you mean {near[0]}?" if near else "is not used"


def _opened(path: Path, table: Table) -> Raw:
    """Return a file's columns as they stand there, names in capitals, and what is wrong with the file."""
    try:
        if not path.exists():
            raise UnreadableError("TL-F01", "does not exist")
        if not stat.S_ISREG(path.stat().st_mode):
            raise UnreadableError("TL-F02", "is a folder or a device, not a file")
        form = recognise(path)
        if form is Format.CSV:
            return _delimited(path, table)
        return _parquet(path, table) if form is Format.PARQUET else _dataset(path, form)
    except UnreadableError as fault:
        raise ToplineError("TL-E13", where=path.name, what=fault.what) from fault
    except (OSError, ValueError) as fault:  # a name that no file can have is a ValueError, and so are bytes of no text
        what = getattr(fault, "strerror", None) or str(fault)
        raise ToplineError("TL-E13", where=path.name, what=f"cannot be read: {what}") from fault


def _delimited(path: Path, table: Table) -> Raw:
    dialect = _dialect(path, table)
    found = _encoding_findings(path, dialect.encoding)
    frame, told = named_frame(path, dialect)
    return frame, [*found, *told]


def _dialect(path: Path, table: Table) -> Dialect:
    """Return how a text is to be read: the delimiter is the one that gives the header most columns of the table."""
    encoding = detect_encoding(lambda: chunks(path))
    head = next(chunks(path)).decode(encoding.name, errors="ignore").replace("\0", "")
    head = head.removeprefix(GARBLED).removeprefix("\ufeff")
    headers = {mark: first_record(head, mark) for mark in DELIMITERS}
    known = {mark: sum(name.strip().upper() in table for name in header) for mark, header in headers.items()}
    delimiter = max(DELIMITERS, key=lambda mark: (known[mark], len(headers[mark])))
    return Dialect(encoding, delimiter, headers[delimiter])


def _encoding_findings(path: Path, encoding: Encoding) -> list[Finding]:
    found = []
    if encoding.nuls:
        found.append(Finding("TL-F10", path.name, message=f"{encoding.nuls} NUL characters are left out"))
    if not encoding.is_unicode:
        found.append(Finding("TL-F05", path.name, message=f"is not UTF-8; its text is read as {encoding.name}"))
    return found


def _parquet(path: Path, table: Table) -> Raw:
    """Return the columns of the table that a Parquet file has; no other is read, only its name."""
    try:
        scan = pl.scan_parquet(path, glob=False, hive_partitioning=False)
        names = scan.collect_schema().names()
        wanted = [name for name in names if name.strip().upper() in table]
        frame, found = name_columns(scan.select(wanted).collect(), wanted, path.name)
    except (pl.exceptions.PolarsError, pl.exceptions.PanicException) as fault:
        raise UnreadableError("TL-F01", f"is broken Parquet: {str(fault).splitlines()[0]}") from fault
    others = [name.strip().upper() for name in names if name not in wanted]
    return frame, [*found, *_unknown(others, table)]


def _dataset(path: Path, form: Format) -> Raw:
    reading = read_dataset_json(path) if form is Format.JSON else read_xpt(path)
    named = [one for one in reading.datasets if one.name.upper() == PATIENTS.name]
    chosen = reading.datasets if len(reading.datasets) == 1 else named
    if len(chosen) != 1:
        listed = ", ".join(one.name for one in reading.datasets) or "none"
        raise UnreadableError("TL-F02", f"holds the data sets {listed}; name the one of the candidates PATIENTS")
    frame, found = name_columns(chosen[0].frame, chosen[0].frame.columns, path.name)
    return frame, [*reading.findings, *found]
