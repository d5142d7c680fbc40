"""Best overall response as an array kernel over (subject, visit), unconfirmed and confirmed.

RECIST 1.1, section 4.4 and table 3 (doi:10.1016/j.ejca.2008.10.026). The confirmed rules and their parameters are the
ones that admiralonco documents, so that both can be compared row by row.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from topline.adam.recist import CR, MISSING, NE, NN, NONE, PD, PR, SD, Codes, Mask

Days = NDArray[np.int64]
NO_VISIT = -1


@dataclass(frozen=True, slots=True)
class Rules:
    """The parameters of the best response, in days and numbers of assessments; see ResponseCriteria.

    `unconfirmed_without_target` is what an unconfirmed CR of a subject without target disease counts as: SD or NN.
    """

    confirmation_days: int = 28
    stable_minimum_days: int = 42
    not_evaluable_between: int = 1
    stable_between: int = 0
    missing_as_not_evaluable: bool = False
    unconfirmed_without_target: int = SD


@dataclass(frozen=True, slots=True)
class Best:
    """The best response per subject, the visit (index) that gives it, and the visit that confirms it; -1 for none."""

    response: Codes
    visit: NDArray[np.int64]
    confirmed_at: NDArray[np.int64]


def until_progression(response: Codes) -> Mask:
    """Return which assessments lie up to and including the first PD, (subject, visit).

    >>> until_progression(np.array([[PR, PD, PR]], dtype=np.int8)).tolist()
    [[True, True, False]]
    """
    progressed = response == PD
    before = np.cumsum(progressed, axis=1) - progressed
    use: Mask = (before == 0) & (response != NONE)
    return use


def best_unconfirmed(response: Codes, day: Days, reference: Days, rules: Rules) -> Best:
    """Return the best response without confirmation.

    `response` (subject, visit) holds the assessments that count (NONE elsewhere) in order of time, `day` their days,
    `reference` (subject,) the day from which the minimum duration of stable disease counts.

    >>> day = np.array([[56, 112]])
    >>> best = best_unconfirmed(np.array([[SD, PR]], dtype=np.int8), day, np.array([0]), Rules())
    >>> int(best.response[0]) == PR, int(best.visit[0])
    (True, 1)
    """
    late = day >= (reference + rules.stable_minimum_days)[:, None]
    stable = (response == SD) | (response == NN)
    counted = np.where(stable & ~late, NE, response)
    return _earliest_best(counted, np.full(response.shape, NO_VISIT, dtype=np.int64), rules)


def best_confirmed(
    response: Codes, day: Days, reference: Days, rules: Rules, without_target: Mask | None = None
) -> Best:
    """Return the best response where CR and PR need a confirming assessment.

    A CR needs a later CR, a PR a later PR or CR, at least `confirmation_days` after it; between them lie only
    responses at least as good, at most `not_evaluable_between` NE and, for PR, `stable_between` SD, and no PR after
    a CR. A CR or PR that is not confirmed counts as SD when it is late enough, else as NE; a CR of a subject in
    `without_target` (subject,) as `unconfirmed_without_target` instead of SD.

    >>> day = np.array([[57, 113]])
    >>> best = best_confirmed(np.array([[CR, PD]], dtype=np.int8), day, np.array([1]), Rules())
    >>> int(best.response[0]) == SD
    True
    """
    confirmed = confirmations(response, day, rules)
    late = day >= (reference + rules.stable_minimum_days)[:, None]
    failed = ((response == CR) | (response == PR)) & (confirmed == NO_VISIT)
    counted = np.where(failed, SD, response)
    if without_target is not None:
        counted = np.where(
            failed & (response == CR) & without_target[:, None], rules.unconfirmed_without_target, counted
        )
    counted = np.where(((counted == SD) | (counted == NN)) & ~late, NE, counted)
    return _earliest_best(counted.astype(np.int8), confirmed, rules)


def confirmations(response: Codes, day: Days, rules: Rules) -> NDArray[np.int64]:
    """Return, per assessment, the index of the first one that confirms it as CR or PR, or -1.

    >>> confirmations(np.array([[PR, NE, CR]], dtype=np.int8), np.array([[57, 85, 113]]), Rules()).tolist()
    [[2, -1, -1]]
    """
    subjects, visits = response.shape
    found = np.full((subjects, visits), NO_VISIT, dtype=np.int64)
    for first in range(visits):
        for wanted in (CR, PR):
            rows = np.flatnonzero(response[:, first] == wanted)
            if rows.size:
                found[rows, first] = _confirmed_at(response[rows], day[rows], first, wanted, rules)
    return found


def _confirmed_at(response: Codes, day: Days, first: int, wanted: int, rules: Rules) -> NDArray[np.int64]:
    """Return the index of the first assessment that confirms a `wanted` response at visit `first`, or -1."""
    subjects, visits = response.shape
    found = np.full(subjects, NO_VISIT, dtype=np.int64)
    open_ = np.ones(subjects, dtype=np.bool_)
    unevaluable, stable, complete = (np.zeros(subjects, dtype=np.int64) for _ in range(3))
    good = (CR,) if wanted == CR else (CR, PR)
    for later in range(first + 1, visits):
        code = response[:, later]
        # a PR after a CR is not better than the CR: it neither confirms nor lies between
        open_ &= ~((code == PR) & (complete > 0))
        enough = day[:, later] - day[:, first] >= rules.confirmation_days
        found = np.where(open_ & (found == NO_VISIT) & np.isin(code, good) & enough, later, found)
        unevaluable += code == NE
        stable += code == SD
        complete += code == CR
        allowed = np.isin(code, (*good, NE, NONE)) | ((code == SD) & (wanted == PR))
        open_ &= allowed & (unevaluable <= rules.not_evaluable_between) & (stable <= rules.stable_between)
    return found


def _earliest_best(counted: Codes | NDArray[np.int64], confirmed: NDArray[np.int64], rules: Rules) -> Best:
    """Return the smallest code per subject, the first visit with it, and what confirms that visit."""
    ranked = np.where(counted == NONE, MISSING, counted)
    if ranked.shape[1] == 0:
        ranked = np.full((len(ranked), 1), MISSING)
        confirmed = np.full((len(ranked), 1), NO_VISIT)
    visit = ranked.argmin(axis=1)
    rows = np.arange(len(ranked))
    best = ranked[rows, visit]
    none = best == MISSING
    final = np.where(none & rules.missing_as_not_evaluable, NE, best).astype(np.int8)
    return Best(final, np.where(none, NO_VISIT, visit), np.where(none, NO_VISIT, confirmed[rows, visit]))
