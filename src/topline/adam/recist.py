"""RECIST 1.1 as array kernels over (subject, visit, lesion): target, non-target and overall response per visit.

Eisenhauer EA et al. 2009, Eur J Cancer 45:228-247, doi:10.1016/j.ejca.2008.10.026; the EORTC's published
clarifications. Sizes are whole nanometres, so that 43.05 mm of 61.5 mm is exactly -30 % and nothing is rounded.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Codes = NDArray[np.int8]
Sizes = NDArray[np.int64]
Mask = NDArray[np.bool_]

NONE, CR, PR, SD, NN, PD, NE, MISSING = range(8)
"""Response codes; NONE is no assessment. The others are ordered from best to worst, as AVAL of ADRS."""

WORDS = ("", "CR", "PR", "SD", "NON-CR/NON-PD", "PD", "NE", "MISSING")
CODE = {word: code for code, word in enumerate(WORDS)}

MM = 1_000_000
"""Nanometres in a millimetre."""

UNMEASURED = -1
"""The size of a lesion that was not measured."""

NODE_NORMAL = 10 * MM
"""A node with a short axis below this is no disease."""

NODE_TARGET = 15 * MM
"""A node with a short axis from this on is large enough for a target."""

PROGRESSION_MM = 5 * MM

STATE_NONE, STATE_ABSENT, STATE_PRESENT, STATE_PROGRESSED, STATE_UNEVALUABLE = range(5)
"""States of a non-target lesion at a visit."""


@dataclass(frozen=True, slots=True)
class Lesions:
    """What was measured: S subjects, V visits after baseline in order of time, L target lesions at most.

    `baseline` (S, L) and `size` (S, V, L) in nanometres, UNMEASURED where missing; `target` (S, L) says which lesions
    exist, `node` (S, L) which are lymph nodes (short axis). `non_target` (S, V) is the non-target response or NONE,
    `small_nodes` (S, V) says that all non-target disease that is there are nodes measured below 15 mm; `new` (S, V) is
    an unequivocal new lesion, `assessed` (S, V) whether there was a visit. `other_seen` (S, V) says that some
    non-target lesion is there, also where others were not assessed; None takes it from `non_target`.
    """

    baseline: Sizes
    size: Sizes
    target: Mask
    node: Mask
    non_target: Codes
    small_nodes: Mask
    new: Mask
    assessed: Mask
    other_seen: Mask | None = None


@dataclass(frozen=True, slots=True)
class Assessment:
    """Responses per (subject, visit), with the sums [nm] they rest on; UNMEASURED where a sum is incomplete.

    `regrown_node` marks visits where, after a complete response, only a node is back at 10 mm or more.
    """

    target: Codes
    non_target: Codes
    overall: Codes
    total: Sizes
    nadir: Sizes
    regrown_node: Mask


def non_target_response(state: Codes, lesion: Mask, partial: int = NE) -> Codes:
    """Return the non-target response per (subject, visit) from the states of lesions (subject, visit, lesion).

    PD when one progressed; CR when all are gone; `partial` (NE or NN) when none progressed and some were not assessed;
    NE when none was assessed; NN otherwise; NONE for subjects without non-target lesion.

    >>> state = np.array([[[STATE_ABSENT, STATE_PRESENT]]], dtype=np.int8)
    >>> WORDS[non_target_response(state, np.array([[True, True]]))[0, 0]]
    'NON-CR/NON-PD'
    """
    state = np.ascontiguousarray(np.moveaxis(state, 2, 0))  # lesions first: what is asked of all of them is faster
    there = lesion.T[:, :, None]
    progressed = ((state == STATE_PROGRESSED) & there).any(axis=0)
    gone = ((state == STATE_ABSENT) | ~there).all(axis=0)
    seen = (state == STATE_ABSENT) | (state == STATE_PRESENT)
    unseen = (~seen & there).any(axis=0)
    nothing = ~(seen & there).any(axis=0)
    response = np.select([progressed, gone, nothing, unseen], [PD, CR, NE, partial], NN)
    return np.where(there.any(axis=0), response, NONE).astype(np.int8)


def overall_response(target: Codes, non_target: Codes, new: Mask) -> Codes:
    """Return the overall response from target, non-target and new lesions (RECIST 1.1, tables 1 and 2).

    >>> WORDS[int(overall_response(np.int8(CR), np.int8(NE), np.False_))]
    'PR'
    """
    progressed = (target == PD) | (non_target == PD) | new
    without = target == NONE
    complete = (
        ((target == CR) | without) & ((non_target == CR) | (non_target == NONE)) & ~(without & (non_target == NONE))
    )
    alone = np.where(non_target == NONE, NE, non_target)
    rest = np.where(target == CR, PR, target)
    return np.select([progressed, complete, without], [PD, CR, alone], rest).astype(np.int8)


def grown(total: Sizes, nadir: Sizes) -> Mask:
    """Return whether a sum [nm] is at least 5 mm and at least 20 % above the nadir [nm].

    >>> bool(grown(np.int64(72 * MM), np.int64(60 * MM))), bool(grown(np.int64(24 * MM), np.int64(20 * MM)))
    (True, False)
    """
    more = total - nadir
    return (more >= PROGRESSION_MM) & (5 * more >= nadir)


def baseline_sum(lesions: Lesions) -> Sizes:
    """Return the sum of the targets at baseline [nm] per subject; UNMEASURED without target or where one is missing."""
    whole = ((lesions.baseline != UNMEASURED) | ~lesions.target).all(axis=1) & lesions.target.any(axis=1)
    return np.where(whole, _total(lesions.baseline, lesions.target), UNMEASURED)


def assess(lesions: Lesions) -> Assessment:
    """Return the response of every subject at every visit.

    The nadir is the smallest complete sum so far, baseline included. An incomplete sum is never a nadir, and is
    evaluable only when the measured part alone proves progression. Without a measured target at baseline nothing is
    evaluable. After an overall CR any target that is not a node and any non-target that returns is PD whatever its
    size; a target node is back from 10 mm on and is judged by the sum, non-target nodes are PD from 15 mm on.
    """
    subjects, visits = lesions.assessed.shape
    base = baseline_sum(lesions)
    nadir = base.copy()
    had_complete = np.zeros(subjects, dtype=np.bool_)
    out = _blank(subjects, visits)
    for visit in range(visits):
        seen = np.flatnonzero(lesions.assessed[:, visit])
        here, before, complete = _at(lesions, seen, visit), nadir[seen], had_complete[seen]
        target, total, regrown = _target_at(here, base[seen], before, complete)
        other, regrown_other = _non_target_at(here, complete)
        overall = overall_response(target, other, here.new)
        out.target[seen, visit] = target
        out.non_target[seen, visit] = other
        out.overall[seen, visit] = overall
        out.total[seen, visit] = total
        out.nadir[:, visit] = nadir
        out.regrown_node[seen, visit] = regrown | regrown_other
        less = (total != UNMEASURED) & (before != UNMEASURED)
        nadir[seen] = np.where(less, np.minimum(before, total), before)
        had_complete[seen] = complete | (overall == CR)
    return out


def _at(lesions: Lesions, rows: NDArray[np.intp], visit: int) -> Lesions:
    """Return what was measured of some subjects at one visit: no axis of visits, and that of lesions comes first."""
    other = None if lesions.other_seen is None else lesions.other_seen[rows, visit]
    first = (lesions.baseline[rows], lesions.size[rows, visit], lesions.target[rows], lesions.node[rows])
    baseline, size, target, node = (np.ascontiguousarray(each.T) for each in first)
    response, small = lesions.non_target[rows, visit], lesions.small_nodes[rows, visit]
    new, assessed = lesions.new[rows, visit], lesions.assessed[rows, visit]
    return Lesions(baseline, size, target, node, response, small, new, assessed, other)


def _target_at(here: Lesions, base: Sizes, nadir: Sizes, had_complete: Mask) -> tuple[Codes, Sizes, Mask]:
    """Return target response, complete sum and regrown node at one visit."""
    size, target, node = here.size, here.target, here.node
    any_target = target.any(axis=0)
    complete = ((size != UNMEASURED) | ~target).all(axis=0)
    known = ((here.baseline != UNMEASURED) & target).any(axis=0)
    part = _total(size, target, axis=0)
    normal = np.where(node, size < NODE_NORMAL, size == 0)
    gone = known & complete & (normal | ~target).all(axis=0)
    back = had_complete & ((size > 0) & target & ~node).any(axis=0)
    based = base != UNMEASURED
    bigger = based & grown(part, nadir)
    shrunk = complete & (base > 0) & (10 * part <= 7 * base)
    response = np.select([~any_target, back, gone, bigger, ~complete | ~based, shrunk], [NONE, PD, CR, PD, NE, PR], SD)
    regrown = had_complete & ~back & ((size >= NODE_NORMAL) & target & node).any(axis=0)
    return response.astype(np.int8), np.where(complete & any_target, part, UNMEASURED), regrown


def _non_target_at(here: Lesions, had_complete: Mask) -> tuple[Codes, Mask]:
    """Return non-target response and regrown non-target node at one visit: after an overall CR what is back is PD."""
    other, small = here.non_target, here.small_nodes
    there = other == NN if here.other_seen is None else here.other_seen
    back = had_complete & there & (other != PD)
    return np.where(back & ~small, PD, other).astype(np.int8), back & small


def _total(size: Sizes, target: Mask, axis: int = -1) -> Sizes:
    total: Sizes = np.where(target & (size != UNMEASURED), size, 0).sum(axis=axis)
    return total


def _blank(subjects: int, visits: int) -> Assessment:
    def codes() -> Codes:
        return np.zeros((subjects, visits), dtype=np.int8)

    def sizes() -> Sizes:
        return np.full((subjects, visits), UNMEASURED, dtype=np.int64)

    return Assessment(codes(), codes(), codes(), sizes(), sizes(), np.zeros((subjects, visits), dtype=np.bool_))
