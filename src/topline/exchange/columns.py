"""The names of a file's columns: capitals, without blanks, each once."""

from collections.abc import Sequence

import polars as pl

from topline.errors import Finding


def name_columns(frame: pl.DataFrame, header: Sequence[str], file: str) -> tuple[pl.DataFrame, list[Finding]]:
    """Return the frame with the names of `header` in capitals, and a finding for each name that stands twice.

    A second column of one name is left out where it equals the first, else kept under a new name. A column without
    name is left out where it is empty, else it is named after its place.

    >>> frame = pl.DataFrame({"0": ["001"], "1": [None], "2": ["002"]})
    >>> frame, found = name_columns(frame, ["usubjid", "", "USUBJID"], "dm.csv")
    >>> frame.columns, found[0].code
    (['USUBJID', 'USUBJID_2'], 'TL-F09')
    """
    columns: dict[str, pl.Series] = {}
    found: list[Finding] = []
    for place, (raw, series) in enumerate(zip(header, frame.iter_columns(), strict=True), 1):
        name = raw.strip().upper()
        if not name and series.null_count() == len(series):
            continue
        name = name or _free(f"UNNAMED{place}", columns)
        if name in columns:
            same = columns[name].equals(series, check_names=False)
            kept = "is left out" if same else f"is kept as {_free(name, columns)}"
            message = f"stands twice; the copy in column {place} {'is equal and ' if same else 'differs and '}{kept}"
            found.append(Finding("TL-F09", file, name, message=message))
            if same:
                continue
            name = _free(name, columns)
        columns[name] = series.alias(name)
    return pl.DataFrame(list(columns.values())), found


def _free(name: str, columns: dict[str, pl.Series]) -> str:
    """Return the name, or the first of NAME_2, NAME_3, ... that no column has."""
    number, free = 1, name
    while free in columns:
        number += 1
        free = f"{name}_{number}"
    return free
