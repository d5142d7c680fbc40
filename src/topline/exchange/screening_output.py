"""The folder that a screening writes: verdicts, criteria, funnel, what is needed, and the findings about the table."""

import io
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import polars as pl
from polars.io.plugins import register_io_source

from topline.exchange.output import RunRecord, write_output
from topline.protocol.eligibility.screen import Screening
from topline.tables.findings import FINDINGS
from topline.tables.screening import SCREENING

MOST_LINES = 200_000
"""Records of SCREENING that a CSV file holds; more are written as Parquet."""
BOM = b"\xef\xbb\xbf"
JOINED = "; "


def write_screening(
    folder: Path, screening: Screening, record: RunRecord, findings: pl.DataFrame | None = None
) -> tuple[str, ...]:
    """Write a screening to a folder, in the place of an earlier run, whole or not at all; return the files' names.

    verdicts.csv (VERDICTS, lists joined by `; `), criteria.csv (SCREENING; criteria.parquet where it has more than
    200,000 records), funnel.csv (FUNNEL), needed.csv (NEEDED), findings.csv, and run.json, which holds `record`: what
    the screening was made from. CSV is UTF-8 with its mark, so that spreadsheets read names as they are.

    Raises `ToplineError` TL-C05 where the folder cannot be written, TL-C06 where it holds what topline did not write.
    """
    files = {
        "verdicts.csv": _csv(screening.verdicts),
        "funnel.csv": _csv(screening.summary),
        "needed.csv": _csv(screening.needed),
        "findings.csv": _csv(FINDINGS.empty() if findings is None else findings),
        **_criteria(screening),
    }
    write_output(Path(folder), files, record)
    return tuple(sorted(files))


def _criteria(screening: Screening) -> dict[str, bytes]:
    """Return the file of SCREENING, made in slices."""
    if screening.candidates.height * len(screening.rules) <= MOST_LINES:
        return {"criteria.csv": _csv(screening.long())}
    with TemporaryDirectory() as place:
        path = Path(place) / "criteria.parquet"
        _stream(screening).sink_parquet(path)
        return {"criteria.parquet": path.read_bytes()}


def _stream(screening: Screening) -> pl.LazyFrame:
    """Return SCREENING as a frame that is made while it is written."""

    def slices(*_: object) -> Iterator[pl.DataFrame]:
        yield from screening.batches()

    return register_io_source(slices, schema=SCREENING.schema)


def _csv(frame: pl.DataFrame) -> bytes:
    lists = [name for name, dtype in frame.schema.items() if isinstance(dtype, pl.List)]
    buffer = io.BytesIO(BOM)
    buffer.seek(0, io.SEEK_END)
    joined = ((name, pl.col(name).list.join(JOINED)) for name in lists)
    frame.with_columns(pl.when(text != "").then(text).alias(name) for name, text in joined).write_csv(buffer)
    return buffer.getvalue()
