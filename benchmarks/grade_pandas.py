"""What a statistician programs by hand: seven tests, CTCAE 5.0, one numpy.select for each, over a pandas frame.

It takes clean data for granted: one unit per test, limits of normal everywhere, baseline either normal or high.
"""

import numpy as np
import pandas as pd

LIVER = {"ALT": (1.5, 3, 5, 20), "AST": (1.5, 3, 5, 20), "BILI": (1, 1.5, 3, 10)}
NORMAL = {"ALT": (1, 3, 5, 20), "AST": (1, 3, 5, 20), "BILI": (1, 1.5, 3, 10)}
LOW = {"HGB": (100, 80, None), "NEUT": (1.5, 1.0, 0.5), "PLAT": (75, 50, 25)}
TESTS = (*LIVER, *LOW, "CREAT")


def grade_by_hand(frame: pd.DataFrame) -> pd.Series:
    """Return the grade of each row of TESTS: high for liver and kidney, low for blood counts; -1 for other tests."""
    found = pd.Series(-1, index=frame.index, dtype="int64")
    for test, rows in frame[frame["TESTCD"].isin(TESTS)].groupby("TESTCD", observed=True):
        found.loc[rows.index] = _graded(str(test), rows)
    return found


def _graded(test: str, rows: pd.DataFrame) -> np.ndarray:
    value, low, high, base = (rows[name].to_numpy() for name in ("AVAL", "ANRLO", "ANRHI", "BASE"))
    if test in LOW:
        two, three, four = LOW[test]
        tests = [value < (four or -np.inf), value < three, value < two, value < low]
        return np.select(tests, [4, 3, 2, 1], 0)
    if test == "CREAT":
        tests = [value > 6 * high, (value > 3 * base) | (value > 3 * high), (value > 1.5 * base) | (value > 1.5 * high)]
        return np.select([*tests, value > high], [4, 3, 2, 1], 0)
    raised = (rows["BNRIND"] == "HIGH").to_numpy()
    reference = np.where(raised, base, high)
    first = np.where(raised, value >= LIVER[test][0] * base, value > NORMAL[test][0] * high)
    if test == "BILI":
        first = value > reference
    _, two, three, four = LIVER[test]
    tests = [value > four * reference, value > three * reference, value > two * reference, first]
    return np.select(tests, [4, 3, 2, 1], 0)
