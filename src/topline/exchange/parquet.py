"""Reading Parquet files."""

from pathlib import Path

import polars as pl

from topline.exchange.source import Dataset, Reading, UnreadableError

MAGIC = b"PAR1"


def read_parquet(path: Path) -> Reading:
    """Return the table of a Parquet file; raises `UnreadableError` where it is cut off (TL-F04) or broken (TL-F01)."""
    with path.open("rb") as file:
        file.seek(-min(4, path.stat().st_size), 2)
        if file.read() != MAGIC or path.stat().st_size < 12:
            raise UnreadableError(
                "TL-F04", "begins as Parquet and lacks its last bytes, which hold the table's description"
            )
    try:
        frame = pl.read_parquet(path, glob=False, hive_partitioning=False)
    except (pl.exceptions.PolarsError, OSError, pl.exceptions.PanicException) as fault:
        raise UnreadableError("TL-F01", f"is broken Parquet: {str(fault).splitlines()[0]}") from fault
    return Reading((Dataset("", frame),), "utf-8")
