"""iRECIST as an array kernel over (subject, visit): progression that must be confirmed, and the bar that resets.

Seymour L et al. 2017, Lancet Oncol 18:e143-e152, doi:10.1016/S1470-2045(17)30074-8.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from topline.adam.recist import (
    CR,
    NE,
    NN,
    NONE,
    PD,
    PR,
    PROGRESSION_MM,
    SD,
    UNMEASURED,
    Assessment,
    Codes,
    Mask,
    Sizes,
    grown,
)

IUPD, ICPD = 8, 9
IWORDS = ("", "iCR", "iPR", "iSD", "NON-iCR/NON-iUPD", "PD", "NE", "MISSING", "iUPD", "iCPD")

Places = NDArray[np.int64]
NO_VISIT = -1

RANK = np.array([99, 1, 2, 3, 4, 99, 7, 99, 5, 6])
"""From best to worst, by code: iUPD is worse than any response that is no progression, and better than iCPD."""


@dataclass(frozen=True, slots=True)
class Growth:
    """What can confirm a progression at a visit, (subject, visit): new lesions and how non-target disease goes on.

    `new_count` counts the new lesions known by the visit and `new_seen` says whether one of them is there, or was not
    looked at; `new_total` is the sum of those measured [nm] (UNMEASURED where one was not measured);
    `non_target_worse` says that non-target disease is recorded as progressed at the visit.
    """

    new_count: NDArray[np.int64]
    new_seen: Mask
    new_total: Sizes
    non_target_worse: Mask


@dataclass(frozen=True, slots=True)
class Immune:
    """The immune response per (subject, visit), and the visit per subject that dates its progression (-1: none)."""

    response: Codes
    progression: Places


@dataclass(frozen=True, slots=True)
class _Evidence:
    """What one visit shows, per subject: the sum [nm], which categories have progressed, new lesions and their sum."""

    total: Sizes
    by_target: Mask
    by_non_target: Mask
    by_new: Mask
    new_count: NDArray[np.int64]
    new_total: Sizes


@dataclass(frozen=True, slots=True)
class _Pending:
    """An unconfirmed progression per subject: whether there is one, since which visit, and what it rests on."""

    there: Mask
    since: Places
    basis: _Evidence


def assess_immune(base: Sizes, recist: Assessment, growth: Growth) -> Immune:
    """Return the immune response per (subject, visit), and when progression by iRECIST happened.

    A first progression is iUPD. It becomes iCPD at a later visit when the target sum is at least 5 mm above the sum of
    the iUPD (increments add up), non-target disease or new lesions are worse or more, or a category that had not
    progressed does. When nothing of it is left, the bar resets: the response is judged against baseline, and the next
    progression is an iUPD again. A visit that cannot be read neither confirms nor resets. Progression is dated at the
    iUPD that was confirmed, or that was never followed by anything else.
    """
    subjects, visits = recist.overall.shape
    out = np.zeros((subjects, visits), dtype=np.int8)
    pending, nadir = _nothing(subjects), base.copy()
    confirmed, complete = np.zeros(subjects, dtype=np.bool_), np.zeros(subjects, dtype=np.bool_)
    for visit in range(visits):
        seen = recist.overall[:, visit] != NONE
        now = _evidence_at(recist, growth, visit, nadir, complete)
        fresh = now.new_count > pending.basis.new_count
        confirms = seen & pending.there & _confirms(pending.basis, now, growth.non_target_worse[:, visit])
        lasting = pending.there & pending.basis.by_new & growth.new_seen[:, visit]
        still = seen & (now.by_target | now.by_non_target | fresh | lasting)
        calm = _calm_response(recist, base, now.total, visit)
        out[:, visit] = np.where(seen, np.select([confirmed | confirms, still], [ICPD, IUPD], calm), NONE)
        confirmed |= confirms
        unread = ~seen | (~still & (calm == NE))
        pending = _carried(pending, now, (still & ~confirmed, unread | confirmed, fresh), visit)
        nadir = np.where(seen & (now.total != UNMEASURED) & (nadir != UNMEASURED), np.minimum(nadir, now.total), nadir)
        complete |= recist.overall[:, visit] == CR
    return Immune(out, np.where(pending.there, pending.since, NO_VISIT))


def best_immune(response: Codes) -> tuple[Codes, Places]:
    """Return the best immune response per subject and the first visit with it (-1: none).

    iCR, iPR, iSD and NON-iCR/NON-iUPD are better than iUPD, which is better than iCPD; NE only when nothing else.

    >>> best, visit = best_immune(np.array([[IUPD, PR, ICPD]], dtype=np.int8))
    >>> IWORDS[best[0]], int(visit[0])
    ('iPR', 1)
    """
    if response.shape[1] == 0:
        return np.full(len(response), 7, dtype=np.int8), np.full(len(response), NO_VISIT)
    ranked = RANK[response]
    visit = ranked.argmin(axis=1)
    rows = np.arange(len(response))
    none = ranked[rows, visit] == 99
    return np.where(none, 7, response[rows, visit]).astype(np.int8), np.where(none, NO_VISIT, visit)


def _nothing(subjects: int) -> _Pending:
    no, zero = np.zeros(subjects, dtype=np.bool_), np.zeros(subjects, dtype=np.int64)
    return _Pending(no, np.full(subjects, NO_VISIT), _Evidence(zero, no, no, no, zero, zero))


def _evidence_at(recist: Assessment, growth: Growth, visit: int, nadir: Sizes, complete: Mask) -> _Evidence:
    """Return what a visit shows; after a complete response a target that is back is progression whatever its size."""
    total = recist.total[:, visit]
    known = (total != UNMEASURED) & (nadir != UNMEASURED)
    target = recist.target[:, visit] == PD
    return _Evidence(
        total=total,
        by_target=(known & grown(total, nadir)) | (target & (complete | (total == UNMEASURED))),
        by_non_target=recist.non_target[:, visit] == PD,
        by_new=np.zeros(len(total), dtype=np.bool_),
        new_count=growth.new_count[:, visit],
        new_total=growth.new_total[:, visit],
    )


def _confirms(basis: _Evidence, now: _Evidence, worse: Mask) -> Mask:
    """Return whether a visit confirms the pending progression."""
    read = (now.total != UNMEASURED) & (basis.total != UNMEASURED)
    bigger = basis.by_target & read & (now.total - basis.total >= PROGRESSION_MM)
    measured = (now.new_total != UNMEASURED) & (basis.new_total != UNMEASURED)
    new_bigger = basis.by_new & measured & (now.new_total - basis.new_total >= PROGRESSION_MM)
    another = (now.by_target & ~basis.by_target) | (now.by_non_target & ~basis.by_non_target)
    confirmed: Mask = bigger | (basis.by_non_target & worse) | (now.new_count > basis.new_count) | new_bigger | another
    return confirmed


def _calm_response(recist: Assessment, base: Sizes, total: Sizes, visit: int) -> NDArray[np.int64]:
    """Return the response against baseline alone, as after a reset of the bar."""
    target, other = recist.target[:, visit], recist.non_target[:, visit]
    measured = (total != UNMEASURED) & (base > 0)
    shrunk = measured & (10 * total <= 7 * base)
    with_target = np.select([target == CR, ~measured, shrunk], [CR, NE, PR], SD)
    partly = (with_target == CR) & ~np.isin(other, (CR, NONE))
    alone = np.select([other == NONE, np.isin(other, (CR, NE))], [NE, other], NN)
    return np.where(target == NONE, alone, np.where(partly, PR, with_target))


def _carried(pending: _Pending, now: _Evidence, what: tuple[Mask, Mask, Mask], visit: int) -> _Pending:
    """Return the pending progression after a visit: begun or lasting, kept as it was, or dropped by a reset."""
    still, kept, fresh = what
    begun = still & ~pending.there
    there = still | (kept & pending.there)
    basis = pending.basis

    def chosen(new: Mask, old: Mask) -> Mask:
        return np.where(begun, new, there & old)

    return _Pending(
        there,
        np.where(begun, visit, np.where(there, pending.since, NO_VISIT)),
        _Evidence(
            total=np.where(begun, now.total, basis.total),
            by_target=chosen(now.by_target, basis.by_target),
            by_non_target=chosen(now.by_non_target, basis.by_non_target),
            by_new=chosen(fresh, basis.by_new),
            new_count=np.maximum(basis.new_count, now.new_count),
            new_total=np.where(begun, now.new_total, basis.new_total),
        ),
    )
