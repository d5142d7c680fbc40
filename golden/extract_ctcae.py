"""Select values around the cut points of CTCAE with the grades of admiral and write them as golden/ctcae.toml.

Run from the repository: python golden/extract_ctcae.py [FILE]. FILE is tox_grid_cutpoints.parquet; the default lies in
the folder `shared` beside the repository. Of each version, term, unit and baseline status the lowest and the highest
value of each grade are kept, where both limits of normal are known. Values at which admiral leaves the text of CTCAE
(docs/differences.md) are left out: tests/spec/test_ctcae_cases.py has them all.
"""

import math
import sys
from pathlib import Path

import polars as pl

GOLDEN = Path(__file__).resolve().parent
DEFAULT = GOLDEN.parents[1] / "shared" / "golden" / "adam" / "tox_grid_cutpoints.parquet"
VERSIONS = {"4": "4.03", "5": "5.0", "6": "6.0"}
KEYS = ["CRIT", "TERM", "DIRECTION", "UNIT"]
COLUMNS = ("AVAL", "ANRLO", "ANRHI", "BASE")
SOURCE = "admiral 1.4.1, derive_var_atoxgr_dir; tox_grid_cutpoints.parquet"


def is_by_the_text() -> pl.Expr:
    """Say where admiral grades by the text of CTCAE."""
    term, version = pl.col("TERM"), pl.col("CRIT").str.slice(4, 1)
    ionized = term.str.contains("(Ionized)", literal=True) & (pl.col("UNIT") == "mg/dL")
    unknown = (term == "Creatinine increased") & (version == "5") & pl.col("BASE").is_null()
    twice = (term == "GGT increased") & (version == "5") & (pl.col("AVAL") == 2 * pl.col("BASE"))
    first = (term == "Hypertriglyceridemia") & pl.col("AVAL").is_in([150.0, 1.71])
    return ~pl.any_horizontal(each.fill_null(False) for each in (ionized, unknown, twice, first))


def selected(grid: pl.DataFrame) -> pl.DataFrame:
    known = grid.filter(pl.all_horizontal(pl.col("AVAL", "ANRLO", "ANRHI").is_not_null()) & is_by_the_text())
    groups = [*KEYS, "BNRIND", "BASE", "GRADE"]
    ends = (
        known.sort("AVAL").group_by(groups).agg(pl.all().first()),
        known.sort("AVAL").group_by(groups).agg(pl.all().last()),
    )
    return pl.concat(ends).select(grid.columns).unique().sort(*KEYS, "BNRIND", "AVAL", "BASE", nulls_last=False)


def text(value: object) -> str:
    """Return a value as TOML; missing is nan."""
    if isinstance(value, list):
        return "[" + ", ".join(text(each) for each in value) + "]"
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{name} = {text(each)}" for name, each in value.items()) + " }"
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return "nan"
    return f'"{value}"' if isinstance(value, str) else repr(value)


def cases(rows: pl.DataFrame) -> list[str]:
    made = []
    for (crit, term, direction, unit), group in rows.group_by(KEYS, maintain_order=True):
        arguments = {"version": VERSIONS[str(crit)[4]], "term": term, "direction": direction, "unit": unit or ""}
        columns = {name: group[name].to_list() for name in COLUMNS}
        status = group["BNRIND"].replace_strict({"HIGH": 1, "LOW": -1}, default=0).to_list()
        grades = [-1 if grade is None else int(grade) for grade in group["GRADE"].to_list()]
        lines = [f"{name} = {text(value)}" for name, value in (arguments | columns | {"status": status}).items()]
        made.append("[[case]]\n" + "\n".join([*lines, f"grade = {text(grades)}"]) + "\n")
    return made


def main() -> None:
    grid = pl.read_parquet(sys.argv[1] if len(sys.argv) > 1 else DEFAULT)
    head = (
        "# Grades of values around the cut points of CTCAE, worst case; written by golden/extract_ctcae.py.\n"
        f'# A missing baseline is nan, a missing grade -1.\n\nsource = "{SOURCE}"\nkind = "software"\n\n'
    )
    (GOLDEN / "ctcae.toml").write_text(head + "\n".join(cases(selected(grid))), encoding="utf-8")


if __name__ == "__main__":
    main()
