"""The investigator's assessment of each scan, from what is recorded of the lesions, with an occasional misreading.

A second, simple implementation of RECIST 1.1 (Eisenhauer 2009, doi:10.1016/j.ejca.2008.10.026), on purpose apart from
the one that analyses trials: the two meet only in the recorded data.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from topline.simulate.draws import Draws, Floats
from topline.simulate.scans import ABSENT, NO_LESION, NOT_DONE, PRESENT, UNEQUIVOCAL, Scans
from topline.simulate.truth import Reading
from topline.simulate.tumour import Mask, Tumours

Codes = NDArray[np.int8]

RESPONSES = ("", "CR", "PR", "SD", "PD", "NE", "NON-CR/NON-PD")
NONE, CR, PR, SD, PD, NE, NN = range(7)
"""Responses; NONE where there is nothing to assess."""

NODE_NORMAL_MM = 10
"""A node below this is normal."""

UNIT = 1000
"""Sizes are compared as whole micrometres, so that exactly -30 % is exactly -30 %."""


@dataclass(frozen=True, slots=True)
class Assessment:
    """Target, non-target and overall response (n, V); NONE where the scan was not done or there is no such lesion."""

    target: Codes
    other: Codes
    overall: Codes


def assess(scans: Scans, tumours: Tumours, done: Mask, reading: Reading, draws: Draws) -> Assessment:
    """Assess the scans that were done, in order."""
    target = _target_responses(scans, tumours, done)
    wrong = draws.uniform("misread", *done.shape) < reading.misread
    target = np.where(wrong, _one_step_off(target, draws.uniform("misread way", *done.shape)), target)
    other = np.where(done, _other_responses(scans.other), NONE).astype(np.int8)
    overall = np.where(done, _overall(target, other, scans.new), NONE).astype(np.int8)
    back = _disease_back(scans, tumours) & done
    return Assessment(target.astype(np.int8), other, _after_complete_response(overall, back))


def _target_responses(scans: Scans, tumours: Tumours, done: Mask) -> Codes:
    """Return the response of target lesions: the sum against baseline (PR) and against the nadir (PD)."""
    baseline = _whole(scans.baseline).sum(axis=1)
    nadir = baseline.copy()
    result = np.zeros(done.shape, np.int8)
    has = tumours.target.any(axis=1)
    for visit in range(done.shape[1]):
        size = scans.size[:, visit]
        complete = ~(np.isnan(size) & tumours.target).any(axis=1)
        total = _whole(size).sum(axis=1)
        gone = np.where(tumours.node, size < NODE_NORMAL_MM, size == 0) | ~tumours.target
        grown = (total - nadir >= 5 * UNIT) & (5 * (total - nadir) >= nadir)
        shrunk = 10 * total <= 7 * baseline
        code = np.select([gone.all(axis=1), grown, ~complete, shrunk], [CR, PD, NE, PR], SD)
        result[:, visit] = np.where(done[:, visit] & has, code, NONE)
        nadir = np.where(done[:, visit] & complete, np.minimum(nadir, total), nadir)
    return result


def _whole(size: Floats) -> NDArray[np.int64]:
    return np.round(np.nan_to_num(size) * UNIT).astype(np.int64)


def _one_step_off(target: Codes, way: Floats) -> Codes:
    """Return what is read by mistake: the neighbouring response, either one where there are two."""
    up = way < 0.5
    better = np.array([NONE, PR, SD, PR, SD, NE, NN], np.int8)[target]
    worse = np.array([NONE, PR, SD, PD, SD, NE, NN], np.int8)[target]
    return np.where(up, better, worse)


def _other_responses(state: NDArray[np.int8]) -> Codes:
    """Return the response of non-target lesions from their states (n, V, K)."""
    there = state != NO_LESION
    progressed, missing = (state == UNEQUIVOCAL).any(axis=2), (state == NOT_DONE).any(axis=2)
    absent = ((state == ABSENT) | ~there).all(axis=2)
    return np.select([~there.any(axis=2), progressed, missing, absent], [NONE, PD, NE, CR], NN).astype(np.int8)


def _overall(target: Codes, other: Codes, new: Mask) -> Codes:
    """Combine target, non-target and new lesions (tables 1 and 2 of RECIST 1.1)."""
    progressed = (target == PD) | (other == PD) | new
    complete = (target == CR) & ((other == CR) | (other == NONE))
    partial = (target == CR) | (target == PR)
    return np.select([progressed, target == NONE, complete, partial], [PD, other, CR, PR], target).astype(np.int8)


def _disease_back(scans: Scans, tumours: Tumours) -> Mask:
    """Return where a target other than a node, or non-target disease, is there; a node is judged by the sum alone."""
    there = (scans.size > 0) & (tumours.target & ~tumours.node)[:, None, :]
    return np.asarray(there.any(axis=2) | (scans.other == PRESENT).any(axis=2))


def _after_complete_response(overall: Codes, back: Mask) -> Codes:
    """After a complete response, disease that is back is progression, also where another lesion was not evaluable."""
    had = np.cumsum(overall == CR, axis=1) > 0
    return np.where(had & back, PD, overall).astype(np.int8)
