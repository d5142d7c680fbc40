"""How many laboratory rows are graded per second of processor time: both directions, CTCAE 5.0, 18 tests.

Run: python benchmarks/grade.py [rows ...]. The rows are made from one seed; each measurement runs in a process of its
own, so that the peak of memory is its own. Beside it runs what one programs by hand with pandas for seven of the tests
in one direction (grade_pandas.py), on their rows alone; before anything is timed both must agree on 200,000 rows.
"""

import importlib.util
import multiprocessing
import resource
import sys
import time
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from topline.adam.ctcae.grading import Grader, grade_rows

if TYPE_CHECKING:
    import pandas as pd

SIZES = (10**5, 10**6, 10**7)
TESTS = (
    ("ALT", "U/L", 5, 40),
    ("AST", "U/L", 5, 40),
    ("ALP", "U/L", 30, 120),
    ("GGT", "U/L", 5, 60),
    ("BILI", "umol/L", 3, 20),
    ("CREAT", "umol/L", 45, 110),
    ("ALB", "g/L", 35, 50),
    ("HGB", "g/L", 120, 170),
    ("NEUT", "10^9/L", 2.0, 7.5),
    ("PLAT", "10^9/L", 150, 400),
    ("WBC", "THOU/uL", 4.0, 11.0),
    ("LYM", "GI/L", 1.0, 4.0),
    ("K", "mEq/L", 3.5, 5.1),
    ("SODIUM", "mmol/L", 135, 145),
    ("CA", "mg/dL", 8.5, 10.5),
    ("MG", "mmol/L", 0.7, 1.0),
    ("GLUC", "mg/dL", 70, 100),
    ("INR", "", 0.9, 1.2),
)


def draw_rows(count: int, seed: int = 20260706) -> pl.DataFrame:
    """Return rows of all tests in random order, values from a tenth of the lower to ten times the upper limit."""
    generator = np.random.default_rng(seed)
    which = generator.integers(0, len(TESTS), count).astype(np.uint32)
    low, high = (np.array([test[place] for test in TESTS], dtype=np.float64)[which] for place in (2, 3))
    base = low + (high * 1.5 - low) * generator.random(count)
    names, units = (pl.Series([test[place] for test in TESTS]).gather(pl.Series(which)) for place in (0, 1))
    return pl.DataFrame(
        {
            "TESTCD": names,
            "AVALU": units,
            "AVAL": low / 10 * (100 * high / low) ** generator.random(count),
            "ANRLO": low,
            "ANRHI": high,
            "BASE": base,
            "BNRIND": pl.Series(np.where(base > high, "HIGH", "NORMAL")),
        }
    ).with_columns(FASTING=pl.lit(None, pl.String), AVALQ=pl.lit(None, pl.String))


def by_topline(frame: pl.DataFrame) -> pl.DataFrame:
    """Grade all tests in both directions."""
    return grade_rows(frame, Grader("5.0", "worst case"))


def by_hand(frame: pl.DataFrame) -> "pd.Series":
    """Grade seven of the tests in one direction, with pandas."""
    from grade_pandas import grade_by_hand

    return grade_by_hand(frame.to_pandas())


def compare(count: int = 200_000) -> None:
    """Stop where the two do not agree on a row of the seven tests."""
    from grade_pandas import LOW, TESTS

    frame = draw_rows(count)
    mine = by_topline(frame)
    both = frame.with_columns(mine["ATOXGRLN"], mine["ATOXGRHN"], pl.Series("PEER", by_hand(frame).to_numpy()))
    both = both.filter(pl.col("TESTCD").is_in(TESTS))
    own = pl.when(pl.col("TESTCD").is_in(list(LOW))).then("ATOXGRLN").otherwise("ATOXGRHN")
    other = both.filter(own.ne_missing(pl.col("PEER")))
    if other.height:
        sys.exit(f"{other.height} of {both.height} grades differ: {other.head(3).to_dicts()}")
    print(f"{both.height:,} grades of {len(TESTS)} tests are equal")


def measure(count: int, kind: str) -> None:
    """Grade so many rows and print what it took."""
    graded = {"topline": by_topline, "pandas": by_hand}[kind]
    graded(draw_rows(1000))  # the tables are read and the units converted before
    frame = draw_rows(count)
    if kind == "pandas":
        from grade_pandas import TESTS as BY_HAND

        frame = frame.filter(pl.col("TESTCD").is_in(BY_HAND))
    start = time.process_time()
    graded(frame)
    spent = time.process_time() - start
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    print(f"| {count:,} | {kind} | {frame.height:,} | {spent:.2f} | {frame.height / spent:,.0f} | {peak:.2f} |")


def main() -> None:
    """Compare the two, then measure every size in a fresh process."""
    kinds = ["topline", "pandas"] if importlib.util.find_spec("pandas") else ["topline"]
    if "pandas" in kinds:
        compare()
    print("| rows | by | graded | CPU s | rows per CPU s | peak GiB |\n|--:|---|--:|--:|--:|--:|")
    for count in [int(text) for text in sys.argv[1:]] or SIZES:
        for kind in kinds:
            process = multiprocessing.get_context("spawn").Process(target=measure, args=(count, kind))
            process.start()
            process.join()


if __name__ == "__main__":
    main()
