"""Random rows that a declaration allows, for tests of what reads the table."""

from datetime import date, timedelta

import numpy as np
import polars as pl

from topline.tables.declare import Core, Kind, Table, Variable

START = date(2015, 1, 1)
DAYS = 3000
MISSING = 0.2
"""Share of the values that are missing, where they may be."""
WORDS = ("ALPHA", "beta", "Œsophage, 1/3 supérieur", "食管", "x" * 40, "7", "a b", "'quoted'", "<tag>", "O'Neil; 2")
"""Texts that a reader must take as they are."""
SUBJECTS = 10
"""Records per subject."""


def draw_rows(table: Table, n: int, seed: int) -> pl.DataFrame:
    """Return `n` random rows in which `check_table` finds nothing: keys are unique, codes and ranges hold.

    >>> from topline.tables.sdtm import SDTM
    >>> draw_rows(SDTM["RS"], 3, seed=1).select("DOMAIN", "USUBJID", "RSSEQ").rows()
    [('RS', 'SUBJECT-0', 1), ('RS', 'SUBJECT-0', 2), ('RS', 'SUBJECT-0', 3)]
    """
    generator = np.random.default_rng(seed)
    unique = _unique_key(table)
    columns = []
    for variable in table.variables:
        values = _numbered(variable, n) if variable.name == unique else _draw(variable, n, generator)
        columns.append(values if _is_whole(variable, table) else _with_gaps(values, generator))
    return pl.DataFrame(columns)


def _unique_key(table: Table) -> str:
    """Return the key that numbers the rows: the last one that is not bound to a code list."""
    free = [key for key in table.keys if not table[key].codes and key != "STUDYID"]
    return free[-1] if free else ""


def _is_whole(variable: Variable, table: Table) -> bool:
    return variable.core is Core.REQUIRED or variable.name in table.keys


def _with_gaps(values: pl.Series, generator: np.random.Generator) -> pl.Series:
    return values.set(pl.Series(generator.random(len(values)) < MISSING), None)


def _numbered(variable: Variable, n: int) -> pl.Series:
    numbers = range(1, n + 1)
    match variable.kind:
        case Kind.INTEGER | Kind.NUMBER:
            return pl.Series(variable.name, numbers, dtype=variable.dtype)
        case Kind.DATE:
            return pl.Series(variable.name, [START + timedelta(days=i) for i in numbers], dtype=pl.Date)
        case _:
            return pl.Series(variable.name, [f"{variable.name[:4]}{i}" for i in numbers], dtype=pl.String)


def _draw(variable: Variable, n: int, generator: np.random.Generator) -> pl.Series:
    if variable.name == "STUDYID":
        return pl.Series("STUDYID", ["STUDY"] * n, dtype=pl.String)
    if variable.name == "USUBJID":
        return pl.Series("USUBJID", [f"SUBJECT-{i // SUBJECTS}" for i in range(n)], dtype=pl.String)
    if variable.codes and variable.kind is not Kind.LIST:
        codes = generator.choice(variable.codes, n).tolist()
        return pl.Series(variable.name, codes, dtype=pl.String).cast(variable.dtype)
    return pl.Series(variable.name, _values(variable, n, generator), dtype=variable.dtype)


def _values(variable: Variable, n: int, generator: np.random.Generator) -> list[object]:
    low = 0 if variable.low is None else variable.low
    high = low + 100 if variable.high is None else variable.high
    match variable.kind:
        case Kind.INTEGER:
            return list(generator.integers(int(low), int(high) + 1, n).tolist())
        case Kind.NUMBER:
            return list(np.clip(generator.uniform(low, high, n).round(3), low, high).tolist())
        case Kind.DATE:
            return [START + timedelta(days=day) for day in generator.integers(0, DAYS, n).tolist()]
        case Kind.ISO_DATE:
            return [
                _date_text(START + timedelta(days=day), generator) for day in generator.integers(0, DAYS, n).tolist()
            ]
        case Kind.FLAG:
            return list(generator.choice(["Y", "N"], n).tolist())
        case Kind.LIST:
            return [generator.choice(variable.codes or WORDS, generator.integers(0, 3)).tolist() for _ in range(n)]
        case Kind.TEXT:
            return list(generator.choice(WORDS, n).tolist())


def _date_text(day: date, generator: np.random.Generator) -> str:
    """Return a date as SDTM writes it: mostly whole, sometimes in part, sometimes with its time."""
    text = day.isoformat()
    forms = (text, text, text, text[:7], text[:4], f"{text}T10:30", f"{text[:4]}---{text[8:]}")
    return forms[generator.integers(len(forms))]
