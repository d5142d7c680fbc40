"""iRECIST as an array kernel over (subject, visit, lesion): progression that must be confirmed, and the bar that resets.

Seymour L et al. 2017, Lancet Oncol 18:e143-e152, doi:10.1016/S1470-2045(17)30074-8.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from topline.adam.recist import CR, NE, NN, NONE, PD, PR, SD, UNMEASURED, Assessment, Codes, Mask, Sizes

IUPD, ICPD = 8, 9
IWORDS = ("", "iCR", "iPR", "iSD", "NON-iCR/NON-iUPD", "PD", "NE", "MISSING", "iUPD", "iCPD")

MM5 = 5_000_000


@dataclass(frozen=True, slots=True)
class Growth:
    """What can confirm a progression at a visit, (subject, visit): new lesions so far, their sum [nm], non-target size.

    `new_count` counts new lesions known at the visit; `new_total` is the sum of the measured ones (UNMEASURED: not
    measured); `non_target_worse` says that non-target disease grew further since the last visit.
    """

    new_count: NDArray[np.int64]
    new_total: Sizes
    non_target_worse: Mask


@dataclass(frozen=True, slots=True)
class _Pending:
    """An unconfirmed progression per subject: whether there is one, and what it rests on."""

    there: Mask
    total: Sizes
    by_target: Mask
    by_non_target: Mask
    by_new: Mask
    new_count: NDArray[np.int64]
    new_total: Sizes


def assess_immune(base: Sizes, recist: Assessment, growth: Growth) -> Codes:
    """Return the immune response per (subject, visit).

    A first progression is iUPD. It becomes iCPD at the next assessments when the target sum is at least 5 mm above the
    sum of the iUPD (increments add up), non-target disease or new lesions are worse or more, or a category that had
    not progressed does. When the target sum no longer meets progression against the nadir and nothing else is worse,
    the bar resets and the response is judged against baseline as if there had been no iUPD.
    """
    subjects, visits = recist.overall.shape
    out = np.zeros((subjects, visits), dtype=np.int8)
    pending = _nothing(subjects)
    nadir, confirmed = base.copy(), np.zeros(subjects, dtype=np.bool_)
    for visit in range(visits):
        seen = recist.overall[:, visit] != NONE
        total = recist.total[:, visit]
        measured = (total != UNMEASURED) & (nadir != UNMEASURED)
        more = total - nadir
        target_up = measured & (more >= MM5) & (5 * more >= nadir)
        other_up = recist.non_target[:, visit] == PD
        fresh = growth.new_count[:, visit] > pending.new_count
        confirms = seen & pending.there & _confirms(pending, total, target_up, other_up, growth, visit)
        still = seen & ~confirms & (target_up | other_up | fresh | _lasting(pending, growth, visit))
        calm = _calm_response(recist, base, total, visit)
        code = np.select([confirmed | confirms, still], [ICPD, IUPD], calm)
        out[:, visit] = np.where(seen, code, NONE)
        confirmed |= confirms
        pending = _carry(pending, still, (total, target_up, other_up, fresh), growth, visit)
        reset = seen & ~still & measured
        nadir = np.where(reset, np.minimum(nadir, total), nadir)
    return out


def best_immune(response: Codes) -> Codes:
    """Return the best immune response per subject: the best one before a confirmed progression.

    iCR, iPR, iSD and NON-iCR/NON-iUPD are better than iUPD, which is better than iCPD; NE only when nothing else.
    """
    rank = np.array([99, 1, 2, 3, 4, 99, 7, 99, 5, 6])
    ranked = rank[response]
    if ranked.shape[1] == 0:
        return np.full(len(response), 7, dtype=np.int8)
    best = ranked.argmin(axis=1)
    rows = np.arange(len(response))
    return np.where(ranked[rows, best] == 99, 7, response[rows, best]).astype(np.int8)


def _nothing(subjects: int) -> _Pending:
    no = np.zeros(subjects, dtype=np.bool_)
    zero = np.zeros(subjects, dtype=np.int64)
    return _Pending(no, zero, no, no, no, zero, zero)


def _confirms(
    pending: _Pending, total: Sizes, target_up: Mask, other_up: Mask, growth: Growth, visit: int
) -> Mask:  # fmt: skip
    """Return whether this visit confirms the pending progression."""
    bigger = pending.by_target & (total != UNMEASURED) & (total - pending.total >= MM5)
    worse = pending.by_non_target & growth.non_target_worse[:, visit]
    more_new = growth.new_count[:, visit] > pending.new_count
    new_total = growth.new_total[:, visit]
    new_bigger = pending.by_new & (new_total != UNMEASURED) & (pending.new_total != UNMEASURED)
    new_bigger &= new_total - pending.new_total >= MM5
    another = (target_up & ~pending.by_target) | (other_up & ~pending.by_non_target)
    confirmed: Mask = bigger | worse | more_new | new_bigger | another
    return confirmed


def _lasting(pending: _Pending, growth: Growth, visit: int) -> Mask:
    """Return whether a pending progression by new lesions lasts: they are still there."""
    lasting: Mask = pending.there & pending.by_new & (growth.new_count[:, visit] > 0)
    return lasting


def _calm_response(recist: Assessment, base: Sizes, total: Sizes, visit: int) -> NDArray[np.int64]:
    """Return the response against baseline alone, as after a reset of the bar."""
    target, other = recist.target[:, visit], recist.non_target[:, visit]
    measured = (total != UNMEASURED) & (base > 0)
    shrunk = measured & (10 * total <= 7 * base)
    with_target = np.select([target == CR, ~measured, shrunk], [CR, NE, PR], SD)
    partly = (with_target == CR) & ~np.isin(other, (CR, NONE))
    alone = np.where(np.isin(other, (CR, NE)), other, NN)
    return np.where(target == NONE, alone, np.where(partly, PR, with_target))


def _carry(
    pending: _Pending, still: Mask, now: tuple[Sizes, Mask, Mask, Mask], growth: Growth, visit: int
) -> _Pending:  # fmt: skip
    """Return the pending progression after a visit: begun, kept, or dropped by a reset."""
    total, target_up, other_up, fresh = now
    begun = still & ~pending.there
    keep = still & pending.there
    count, size = growth.new_count[:, visit], growth.new_total[:, visit]
    return _Pending(
        still,
        np.where(begun, total, pending.total),
        np.where(begun, target_up, keep & pending.by_target),
        np.where(begun, other_up, keep & pending.by_non_target),
        np.where(begun, fresh, keep & pending.by_new),
        np.where(still | (pending.new_count < count), np.where(begun, count, np.maximum(pending.new_count, count)), pending.new_count),
        np.where(begun, size, pending.new_total),
    )
