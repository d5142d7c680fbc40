"""The mixed model for repeated measures on changes of a score: mean per visit, and differences between arms."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from topline.stats.analysis import GROUP_COLUMN, Analysis, Number, Selection
from topline.stats.interval import Array
from topline.stats.mixed_model import STRUCTURES, MixedModel, contrast, mixed_model

UNIT = "points"
MOST_FREE = 12
"""Visits up to which the covariance may be unstructured: 12 visits have 78 variances and covariances."""


def score_number(name: str, value: float, at: float | None = None, unit: str = UNIT) -> Number:
    """Return a number in points; one that does not exist has the text NE."""
    gone = bool(np.isnan(value))
    return Number(name, None if gone else value, "NE" if gone else "", unit, at)


@dataclass(frozen=True, slots=True)
class _Layout:
    """Changes laid out for the model: (subject, visit), with baseline, visits, and the arm of each subject."""

    change: Array
    base: Array
    visits: list[float]
    arm: NDArray[np.int64]
    arms: list[str]


def least_squares_means(chosen: Selection, analysis: Analysis) -> list[Number]:
    """Return the mean change at each visit by the mixed model, at the mean baseline score.

    The model has a mean per visit and the baseline score as covariate. The covariance within a subject is unstructured;
    of more than 12 visits, or where the data do not determine it, Toeplitz, then compound symmetry. The number
    `covariance` says which.
    """
    layout = _layout(chosen, arms=False)
    return _estimates(layout, [("", 0, None)], analysis)


def differences(chosen: Selection, analysis: Analysis) -> list[Number]:
    """Return the difference of each arm to the first one by name at each visit by the mixed model, for several arms.

    The model has a mean per visit and arm, and the baseline score as covariate.
    """
    layout = _layout(chosen, arms=True)
    if len(layout.arms) < 2:
        return []
    first = layout.arms[0]
    pairs = [(f": {name} against {first}", place, 0) for place, name in enumerate(layout.arms) if place]
    return _estimates(layout, pairs, analysis)


def _layout(chosen: Selection, *, arms: bool) -> _Layout:
    arms = arms and GROUP_COLUMN in chosen.rows.columns
    known = chosen.rows.filter(pl.col(GROUP_COLUMN).is_not_null()) if arms else chosen.rows
    rows = known.sort("STUDYID", "USUBJID", "AVISITN")
    visits = sorted(rows["AVISITN"].unique().to_list())
    subject = rows.select(pl.struct("STUDYID", "USUBJID").rank("dense").cast(pl.Int64) - 1).to_series().to_numpy()
    visit = np.searchsorted(np.array(visits), rows["AVISITN"].to_numpy())
    count = int(subject.max(initial=-1)) + 1
    change, base, arm = np.full((count, len(visits)), np.nan), np.zeros(count), np.zeros(count, dtype=np.int64)
    change[subject, visit] = rows["CHG"].to_numpy()
    base[subject] = rows["BASE"].to_numpy()
    names = sorted(rows[GROUP_COLUMN].unique().to_list()) if arms else []
    if len(names) > 1:
        arm[subject] = rows[GROUP_COLUMN].replace_strict({n: i for i, n in enumerate(names)}).to_numpy()
    return _Layout(change, base, visits, arm, names)


def _estimates(layout: _Layout, cells: Sequence[tuple[str, int, int | None]], analysis: Analysis) -> list[Number]:
    """Return, per visit and cell, the mean of an arm, or its difference to another arm."""
    there = ~np.isnan(layout.change)
    counts = [Number("N", int(there.any(axis=1).sum())), Number("n", int(there.sum()))]
    model, told = _fitted(layout)
    counts.append(Number("covariance", None, told))
    if model is None:
        return counts
    columns = {cell: column for column, cell in enumerate(_cells(layout))}
    numbers: list[Number] = []
    for place, at in enumerate(layout.visits):
        for suffix, arm, against in cells:
            weights = np.zeros(len(model.coefficient))
            signs = {arm: 1.0} if against is None else {arm: 1.0, against: -1.0}
            empty = [layout.arms[each] for each in signs if (each, place) not in columns]
            if empty:
                numbers += _not_estimable((suffix, at), f"no change of {empty[0]} at this visit")
                continue
            for each, sign in signs.items():
                weights[columns[each, place]] = sign
            numbers += _contrast_numbers(model, weights, (suffix, at), analysis)
    return counts + numbers


def _fitted(layout: _Layout) -> tuple[MixedModel | None, str]:
    """Return the model with the richest covariance that the data determine, and what it is, or why there is none."""
    design = _design(layout)
    why = ""
    free = len(layout.visits) <= MOST_FREE
    for structure in STRUCTURES if free else STRUCTURES[1:]:
        try:
            return mixed_model(layout.change, design, structure), structure
        except ValueError as error:
            why = _reason(error)
    return None, f"NE: {why}"


def _reason(error: ValueError) -> str:
    """Return what a refusal says, without the name of the function that refused."""
    return str(error).partition(": ")[2]


def _cells(layout: _Layout) -> list[tuple[int, int]]:
    """Return the pairs of arm and visit with a change, in the order of their coefficients."""
    subject, visit = np.nonzero(~np.isnan(layout.change))
    return sorted(set(zip(layout.arm[subject].tolist(), visit.tolist(), strict=True)))


def _design(layout: _Layout) -> Array:
    """Return an indicator per arm and visit, and the baseline less its mean over all values, where it varies."""
    count, width = layout.change.shape
    present = _cells(layout)
    cells = np.zeros((count, width, len(present)))
    for column, (arm, visit) in enumerate(present):
        cells[layout.arm == arm, visit, column] = 1.0
    there = ~np.isnan(layout.change)
    spread = np.broadcast_to(layout.base[:, None], there.shape)
    if len(np.unique(spread[there])) < 2:
        return cells
    return np.concatenate([cells, (spread - spread[there].mean())[..., None]], axis=-1)


def _contrast_numbers(model: MixedModel, weights: Array, name: tuple[str, float], analysis: Analysis) -> list[Number]:
    try:
        found = contrast(model, weights, analysis.setting("confidence"))
    except ValueError as error:
        return _not_estimable(name, _reason(error))
    suffix, at = name
    limits = found.interval
    scores = ((_main(suffix), limits.estimate), ("lower", limits.lower), ("upper", limits.upper),
              ("se", found.standard_error))  # fmt: skip
    numbers = [score_number(f"{part}{suffix}", float(value), at) for part, value in scores]
    return [*numbers, score_number(f"df{suffix}", found.df, at, ""), score_number(f"p{suffix}", found.p, at, "")]


def _not_estimable(name: tuple[str, float], why: str) -> list[Number]:
    """Return the numbers of a visit that cannot be estimated: all are NE, and the estimate says why."""
    suffix, at = name
    first = Number(f"{_main(suffix)}{suffix}", None, f"NE: {why}", UNIT, at)
    points = [score_number(f"{part}{suffix}", np.nan, at) for part in ("lower", "upper", "se")]
    return [first, *points, *(score_number(f"{part}{suffix}", np.nan, at, "") for part in ("df", "p"))]


def _main(suffix: str) -> str:
    return "difference" if suffix else "mean"
