"""The parameters of response that have one value per subject: best response, rates, progression, last assessment."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from topline.adam import irecist
from topline.adam.assessments import Assessments
from topline.adam.best_response import (
    NO_VISIT,
    Best,
    Rules,
    best_confirmed,
    best_unconfirmed,
    confirmations,
    until_progression,
)
from topline.adam.recist import CODE, CR, NE, NN, NONE, PD, PR, SD, WORDS, Codes, Mask
from topline.protocol.criteria import ResponseCriteria
from topline.protocol.endpoints import Landmark

Ints = NDArray[np.int64]

CONTROLLED = (CR, PR, SD, NN)
FLAGS = ("N", "Y")
FAR = np.int64(2**40)
"""A day that never comes: no such event."""

NO_EVENT, DEATH, THERAPY = range(3)


@dataclass(frozen=True, slots=True)
class Days:
    """The days of each subject that response needs (days since 1970; FAR where there is none)."""

    start: Ints
    reference: Ints
    death: Ints
    new_therapy: Ints


@dataclass(frozen=True, slots=True)
class Judged:
    """A parameter with one value per subject: its code in `words`, and what decides it.

    `visit` is the deciding assessment, which gives date and source, `second` one that decides with it; `event` is an
    event of the subject that decides instead (DEATH, THERAPY); `witness` is the assessment that shows that a value is
    not reached. -1 is no assessment.
    """

    name: str
    codes: Ints
    words: tuple[str, ...]
    visit: Ints
    second: Ints | None = None
    witness: Ints | None = None
    event: Ints | None = None


def rules_of(criteria: ResponseCriteria) -> Rules:
    """Return the parameters of the best response that the protocol states."""
    return Rules(
        confirmation_days=criteria.confirmation_days,
        stable_minimum_days=criteria.stable_minimum_days,
        not_evaluable_between=criteria.not_evaluable_between,
        stable_between=criteria.stable_between,
        missing_as_not_evaluable=criteria.missing_as_not_evaluable,
        unconfirmed_without_target=CODE[criteria.unconfirmed_without_target],
    )


def judge(
    analysed: Assessments, days: Days, without_target: Mask, criteria: ResponseCriteria, landmark: Landmark
) -> list[Judged]:
    """Return every parameter of RECIST 1.1 that has one value per subject.

    Assessments count for the best response up to the first progression and up to new anti-cancer therapy.
    """
    response, day, rules = analysed.response, analysed.day, rules_of(criteria)
    use = until_progression(response) & (day <= days.new_therapy[:, None])
    counted = np.where(use, response, NONE).astype(np.int8)
    best = best_unconfirmed(counted, day, days.reference, rules)
    confirmed = best_confirmed(counted, day, days.reference, rules, without_target)
    early = (response == NONE).all(axis=1) & (days.death < FAR)
    if criteria.death_before_first_scan == "progression":
        best, confirmed = (replace(each, response=np.where(early, PD, each.response)) for each in (best, confirmed))
    else:
        early = np.zeros_like(early)
    last = _last("LSTA", response != NONE, response)
    progressed, there = first_index(response == PD)
    return [
        *_best(best, confirmed, early),
        *_responses(counted, day, days.reference, rules, (best.visit, confirmed.visit)),
        _controlled_at(response, day, days, landmark),
        Judged("PD", there.astype(np.int64), FLAGS, progressed, witness=last.visit),
        last,
        _last("LSTAEV", np.isin(response, (*CONTROLLED, PD)), response),
    ]


def _best(best: Best, confirmed: Best, early: Mask) -> list[Judged]:
    """Return best responses, and response and disease control as they follow from them."""
    out = []
    event = np.where(early, DEATH, NO_EVENT)
    for prefix, each in (("", best), ("C", confirmed)):
        second = each.confirmed_at if prefix else None
        code = each.response.astype(np.int64)
        out.append(Judged(f"{prefix}BOR", code, WORDS, each.visit, second, event=event))
        for name, values in (("BCP", (CR, PR)), ("DCR", CONTROLLED)):
            out.append(_flag(f"{prefix}{name}", np.isin(code, values), (each.visit, second), each.visit, event))
    return out


def _responses(counted: Codes, day: Ints, reference: Ints, rules: Rules, best: tuple[Ints, Ints]) -> list[Judged]:
    """Return response and clinical benefit, unconfirmed and confirmed, each dated where it begins.

    Clinical benefit is a response, or stable disease for long enough, whichever comes first.
    """
    stable = np.isin(counted, CONTROLLED) & (day >= (reference + rules.stable_minimum_days)[:, None])
    confirmed_at = confirmations(counted, day, rules)
    late_at, late = first_index(stable)
    out = []
    for prefix, responses, witness in (("", np.isin(counted, (CR, PR)), best[0]), ("C", confirmed_at >= 0, best[1])):
        first, there = first_index(responses)
        second = _at(confirmed_at, first) if prefix else None
        out.append(_flag(f"{prefix}RSP", there, (first, second), witness))
        either = np.where(there & late, np.minimum(first, late_at), np.where(there, first, late_at))
        out.append(_flag(f"{prefix}CB", there | late, (either, None), witness))
    return out


def _controlled_at(response: Codes, day: Ints, days: Days, landmark: Landmark) -> Judged:
    """Return disease control at the landmark, see protocol.endpoints.Landmark.

    Control is decided by the assessment near the landmark, failure by the earliest of progression, death and new
    therapy up to it; who was not assessed is not controlled.
    """
    last = days.start + landmark.day - 1
    failing = landmark.new_therapy == "failure"
    therapy = np.where(failing, days.new_therapy, FAR)
    progressed, _ = first_index((response == PD) & (day <= last[:, None]))
    when = np.where(progressed >= 0, _at(day, progressed), FAR)
    first = np.minimum(np.minimum(when, days.death), therapy)
    failed = (first <= last) & (first < FAR)
    near = np.isin(response, CONTROLLED) & (day >= (last - landmark.window_days)[:, None])
    near &= until_progression(response) & (day <= therapy[:, None])
    visit, seen = first_index(near)
    event = np.select([~failed, when == first, days.death == first], [NO_EVENT, NO_EVENT, DEATH], THERAPY)
    decided = np.where(failed, np.where(event == NO_EVENT, progressed, NO_VISIT), np.where(seen, visit, NO_VISIT))
    witness = _last("", response != NONE, response).visit
    return Judged("DCLM", (seen & ~failed).astype(np.int64), FLAGS, decided, witness=witness, event=event)


def judge_immune(immune: irecist.Immune, day: Ints, days: Days, criteria: ResponseCriteria) -> list[Judged]:
    """Return best response and progression by iRECIST.

    Stable disease counts from the protocol's minimum on; for the best response nothing counts after new therapy.
    """
    code = immune.response
    early = day < (days.reference + criteria.stable_minimum_days)[:, None]
    code = np.where(np.isin(code, (SD, NN)) & early, NE, code)
    counted = np.where(day <= days.new_therapy[:, None], code, NONE).astype(np.int8)
    best, visit = irecist.best_immune(counted)
    progressed = immune.progression >= 0
    witness = _last("", code != NONE, code.astype(np.int8)).visit
    return [
        Judged("IBOR", best.astype(np.int64), irecist.IWORDS, visit),
        Judged("IPD", progressed.astype(np.int64), FLAGS, immune.progression, witness=witness),
    ]


def _flag(name: str, yes: Mask, decided: tuple[Ints, Ints | None], witness: Ints, event: Ints | None = None) -> Judged:
    """Return a parameter Y or N: Y is dated by what decides it, N only names the assessment that shows it."""
    visit, second = decided
    none = np.int64(NO_VISIT)
    second = None if second is None else np.where(yes, second, none)
    event = None if event is None else np.where(yes, event, NO_EVENT)
    return Judged(name, yes.astype(np.int64), FLAGS, np.where(yes, visit, none), second, witness, event)


def first_index(mask: Mask) -> tuple[Ints, Mask]:
    """Return the first visit in the mask per subject (-1: none), and whether there is one."""
    if mask.shape[1] == 0:
        return np.full(len(mask), NO_VISIT, dtype=np.int64), np.zeros(len(mask), dtype=np.bool_)
    there: Mask = np.asarray(mask.any(axis=1))
    return np.where(there, mask.argmax(axis=1), NO_VISIT).astype(np.int64), there


def _at(values: Ints, visit: Ints) -> Ints:
    """Return the values (subject, visit) at one visit per subject; anything where the visit is -1."""
    if values.shape[1] == 0:
        return np.full(len(values), NO_VISIT, dtype=np.int64)
    out: Ints = values[np.arange(len(values)), visit]
    return out


def _last(name: str, mask: Mask, response: Codes) -> Judged:
    """Return the last assessment in the mask, with its response as value."""
    back, there = first_index(mask[:, ::-1])
    visit = np.where(there, mask.shape[1] - 1 - back, NO_VISIT)
    return Judged(name, np.where(there, _at(response.astype(np.int64), visit), NONE), WORDS, visit)
