"""How many laboratory rows are graded per second of processor time: both directions, CTCAE 5.0, 18 tests.

Run: python benchmarks/grade.py [rows ...]. The rows are made from one seed; each size runs in a process of its own, so
that the peak of memory is its own. Written: rows, CPU seconds of grading alone, rows per CPU second, peak memory.
"""

import multiprocessing
import resource
import sys
import time

import numpy as np
import polars as pl

from topline.adam.ctcae.grading import Grader, grade_rows

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


def measure(count: int) -> None:
    """Grade so many rows and print what it took."""
    grade_rows(draw_rows(100), Grader("5.0", "worst case"))  # the tables are read and the units converted before
    frame = draw_rows(count)
    start = time.process_time()
    graded = grade_rows(frame, Grader("5.0", "worst case"))
    spent = time.process_time() - start
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    worst = graded.select(pl.max_horizontal("ATOXGRLN", "ATOXGRHN")).to_series().value_counts(sort=True).rows()
    print(f"{count:>10,} rows  {spent:7.2f} CPU s  {count / spent:>12,.0f} rows/CPU s  {peak:5.2f} GiB peak  {worst}")


def main() -> None:
    """Measure every size in a fresh process."""
    for count in [int(text) for text in sys.argv[1:]] or SIZES:
        process = multiprocessing.get_context("spawn").Process(target=measure, args=(count,))
        process.start()
        process.join()


if __name__ == "__main__":
    main()
