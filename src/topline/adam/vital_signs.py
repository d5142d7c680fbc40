"""ADVS: every vital sign with its baseline, change, CTCAE grades where the version has them, and windows."""

import polars as pl

from topline.adam.ctcae.grading import Grader
from topline.adam.lab import derive_measurements
from topline.tables.adam_lab import ADVS
from topline.tables.sdtm import SDTM


def derive_vital_signs(vs: pl.DataFrame, periods: pl.DataFrame, grader: Grader) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return ADVS and findings; `periods` has the first dose (TRTSDT) and the last day that counts (UNTIL) per subject.

    Readings in different positions or at different time points (BASETYPE) have baselines of their own.
    """
    rows, found = derive_measurements(vs, SDTM["VS"], periods, grader)
    return ADVS.select(rows), found
