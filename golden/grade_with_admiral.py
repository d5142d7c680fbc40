"""Grade the laboratory table of onco-recist by the criteria of admiral and write the counts as golden/ctcae_lab.toml.

Run from the repository: python golden/grade_with_admiral.py FOLDER [SHARED]. FOLDER holds admiral's criteria, the files
ncictcaev4.json to ncictcaev6_uscv.json of data-raw/adlb_grading (admiral 1.5.0.9003); they are read, not copied. SHARED
is the folder `shared` beside the repository. The conditions are evaluated as they stand there, with limits of normal,
baseline and its indicator as ADLB has them; a term whose units admiral does not have is left out.

The reading of the conditions is proven itself: on the 43,234 values of tox_grid_cutpoints it gives admiral's grades.
"""

import json
import re
import sys
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from topline.adam.ctcae.grading import Grader
from topline.adam.lab import derive_lab
from topline.adam.subject import derive_subjects, domain
from topline.adam.treatment_period import SafetyRules, treatment_periods
from topline.adam.units import conversion
from topline.exchange.folder import read_folder
from topline.exchange.study_file import read_study
from topline.tables.conform import conform
from topline.tables.sdtm import SDTM

GOLDEN = Path(__file__).resolve().parent
VERSIONS = {"4": "4.03", "5": "5.0", "6": "6.0"}
NUMBERS = ("AVAL", "ANRLO", "ANRHI", "BASE")
Numbers = NDArray[np.float64]


def criteria(folder: Path, version: str) -> list[dict[str, Any]]:
    """Return admiral's criteria of a version, SI units first."""
    names = (f"ncictcaev{version}.json", f"ncictcaev{version}_uscv.json")
    return [entry for name in names for entry in json.loads((folder / name).read_text(encoding="utf-8"))]


def branches(code: str) -> list[str]:
    """Return the branches of a case_when, parted at the commas outside of brackets."""
    found, depth = [""], 0
    for letter in " ".join(code.split()):
        depth += {"(": 1, ")": -1}.get(letter, 0)
        if letter == "," and depth == 0:
            found.append("")
        else:
            found[-1] += letter
    return [branch for branch in found if branch.strip()]


def condition(text: str) -> str:
    """Return a condition of R as one of Python."""
    previous = ""
    while previous != text:
        previous, text = text, re.sub(r"signif\(((?:[^()]|\([^()]*\))*?), signif_dig\)", r"(\1)", text)
    text = re.sub(r"(!?)\(?BNRIND %in% (high|low)_indicator\)?", r"\1(\2)", text).replace("!(", "~(")
    text = re.sub(r"(!?)is\.na\((\w+)\)", r"\1isnan(\2)", text).replace("!isnan", "~isnan")
    return "".join(part if part in (" & ", " | ") else compared(part) for part in re.split(r"( & | \| )", text))


def compared(part: str) -> str:
    """Return a comparison in brackets, which binds weaker in Python than in R."""
    if not re.search("[<>]", part):
        return part
    before = "(" * max(part.count("(") - part.count(")"), 0)
    after = ")" * max(part.count(")") - part.count("("), 0)
    inner = part.strip().removeprefix(before) if before else part.strip()
    return f"{before}({inner.removesuffix(after) if after else inner}){after}"


def graded(entry: dict[str, Any], rows: pl.DataFrame) -> Numbers:
    """Return the grade of each row, nan where it has none."""
    columns: dict[str, Any] = {name: rows[name].cast(pl.Float64).to_numpy() for name in NUMBERS}
    indicator = rows["BNRIND"].fill_null("")
    columns |= {"high": (indicator == "HIGH").to_numpy(), "low": (indicator == "LOW").to_numpy(), "isnan": np.isnan}
    with np.errstate(invalid="ignore", divide="ignore"):
        change = 100 * (columns["AVAL"] - columns["BASE"]) / columns["BASE"]
    columns["PCHG"] = rows["PCHG"].cast(pl.Float64).to_numpy() if "PCHG" in rows.columns else change
    result, open_rows = np.zeros(rows.height), np.ones(rows.height, dtype=np.bool_)
    for name in ("NA", "4", "3", "2", "1"):
        for branch in branches(entry.get(f"GRADE_{name}_CODE") or ""):
            where, value = branch.rsplit("~", 1)
            met = np.asarray(eval(condition(where.strip()), {}, columns)) & open_rows
            result[met] = np.nan if "NA" in value else float(value.strip().strip('"'))
            open_rows &= ~met
    return result


def agrees_with_the_grid(folder: Path, grid: pl.DataFrame) -> int:
    """Return the number of values of the grid, all of which must have the grade that admiral gave itself."""
    seen = 0
    for crit in sorted(grid["CRIT"].unique()):
        name = folder / f"ncictcaev{crit[4:]}.json"
        for entry in json.loads(name.read_text(encoding="utf-8")):
            own = (
                (pl.col("CRIT") == crit)
                & (pl.col("TERM") == entry["TERM"])
                & (pl.col("DIRECTION") == entry["DIRECTION"])
            )
            unit = entry.get("UNIT_CHECK")
            rows = grid.filter(own & (pl.col("UNIT") == unit if unit else pl.lit(True)))
            if rows.height:
                theirs = rows["GRADE"].cast(pl.Float64).to_numpy()
                np.testing.assert_array_equal(graded(entry, rows), theirs, err_msg=entry["TERM"])
                seen += rows.height
    return seen


def laboratory(shared: Path, version: str) -> pl.DataFrame:
    """Return ADLB of onco-recist under the worst case."""
    folder = shared / "data" / "sdtm" / "onco-recist"
    raw, _, _ = read_folder([folder / f"{name.lower()}.xpt" for name in ("DM", "EX", "DS", "LB")])
    tables = {name: conform(frame, SDTM[name])[0] for name, frame in raw.items()}
    protocol, _ = read_study("nct02976896")
    adsl, _ = derive_subjects(tables, protocol)
    periods = treatment_periods(adsl, domain(tables, "EX"), SafetyRules(30, "CTCAE", 28))
    adlb, _ = derive_lab(domain(tables, "LB"), periods, Grader(version, "worst case"))
    return adlb.filter(pl.col("AVALQ").is_null() & pl.col("PARAMTYP").is_null())


def counts(adlb: pl.DataFrame, entries: list[dict[str, Any]], version: str) -> list[str]:
    """Return the number of records with each grade, by term and direction."""
    made = []
    for side in "LH":
        own = adlb.filter(pl.col(f"ATOXDSC{side}").is_not_null())
        for (parameter, term, unit), rows in own.group_by("PARAMCD", f"ATOXDSC{side}", "AVALU", maintain_order=True):
            for entry in entries:
                same = entry["TERM"] == term and entry["DIRECTION"] == side
                theirs = entry.get("UNIT_CHECK")
                factor = conversion(str(unit), theirs) if theirs else 1.0
                if same and factor is not None:
                    grades = graded(entry, rows.with_columns(pl.col(NUMBERS) * factor))
                    listed = ", ".join(str(int((grades == grade).sum())) for grade in range(5))
                    made.append(
                        f'[[case]]\nversion = "{version}"\nparameter = "{parameter}"\nterm = "{term}"\n'
                        f'direction = "{side}"\ncounts = [{listed}]\nmissing = {int(np.isnan(grades).sum())}\n'
                    )
                    break
    return made


def main() -> None:
    folder = Path(sys.argv[1])
    shared = Path(sys.argv[2]) if len(sys.argv) > 2 else GOLDEN.parents[1] / "shared"
    seen = agrees_with_the_grid(folder, pl.read_parquet(shared / "golden" / "adam" / "tox_grid_cutpoints.parquet"))
    made = [case for k, v in VERSIONS.items() for case in counts(laboratory(shared, v), criteria(folder, k), v)]
    head = (
        "# Laboratory records of onco-recist with each grade (0 to 4) by the criteria of admiral, worst case.\n"
        f"# Written by golden/grade_with_admiral.py, whose reading of the criteria agrees on {seen:,} values.\n\n"
        'source = "admiral 1.5.0.9003, data-raw/adlb_grading"\nkind = "software"\n\n'
    )
    (GOLDEN / "ctcae_lab.toml").write_text(head + "\n".join(made), encoding="utf-8")


if __name__ == "__main__":
    main()
