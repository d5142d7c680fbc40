"""A trial under way: what its rule says now, what can still happen, and how probable success is from here."""

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import ArrayLike

from topline.design.bayes.predictive import success_table
from topline.design.checked import rates as checked_rates
from topline.design.rate import curtailed
from topline.errors import ToplineError
from topline.protocol.rule.boundary import Array, Boundary
from topline.protocol.rule.inference import Beta
from topline.protocol.rule.outcome import continuing, is_whole

UNIFORM = Beta(1.0, 1.0)


class Verdict(StrEnum):
    """What a rule says."""

    FUTILE = "stop without success"
    SUCCESS = "stop with success"
    GO_ON = "go on to the next look"
    NOT_DUE = "no look is due"


@dataclass(frozen=True, slots=True)
class Ahead:
    """What the rest of a trial can still bring.

    Attributes:
        next_look: patients at the next look.
        patients: patients until then.
        to_go_on: fewest responders among them with which the trial does not stop without success there.
        to_stop: fewest responders among them with which it stops with success there; None where so many cannot be.
        to_succeed: fewest responders among all patients still to come with which the last look is a success.
        remaining: all patients still to come.
        success_possible: whether any course from here ends with success.
        failure_possible: whether any course from here ends without success.

    """

    next_look: int
    patients: int
    to_go_on: int
    to_stop: int | None
    to_succeed: int
    remaining: int
    success_possible: bool
    failure_possible: bool


@dataclass(frozen=True, slots=True)
class Decision:
    """What a rule says about a trial.

    Attributes:
        verdict: what to do now.
        look: the look that was held, 1 the first; None where none is due.
        responders: responders until now.
        patients: patients until now.
        followed: whether a trial that followed its rule can be here; where not, the rule had asked to stop before.
        ahead: what can still happen; None where the trial stops.

    """

    verdict: Verdict
    look: int | None
    responders: int
    patients: int
    followed: bool
    ahead: Ahead | None

    def __str__(self) -> str:
        head = f"{self.responders} of {self.patients}: {self.verdict}"
        if not self.followed:
            return f"{head}; the rule had asked to stop before"
        return head if self.ahead is None else f"{head}; {_told(self.ahead)}"


def _told(ahead: Ahead) -> str:
    if not ahead.success_possible:
        return "success is no longer possible"
    if not ahead.failure_possible:
        return "success is already certain"
    final = f"success needs {ahead.to_succeed} of the {ahead.remaining} still to come"
    if ahead.patients == ahead.remaining:
        return final
    return f"the look after {ahead.next_look} needs {ahead.to_go_on} of the next {ahead.patients} to go on; {final}"


def decide(boundary: Boundary, responders: int, patients: int, stage: int | None = None) -> Decision:
    """Return what the rule says now, and what remains possible.

    Args:
        boundary: the rule.
        responders: responders until now, all stages together.
        patients: patients until now, all stages together.
        stage: look that is being held, 1 the first; without it, the look after exactly so many patients, if any.

    Raises:
        ToplineError: TL-G03 for counts that cannot be, among them more patients than the stage has; TL-G04 for a stage
            that the rule does not have.

    >>> rule = Boundary(looks=(18, 35), futility=(2, 6), efficacy=(19, 7))
    >>> print(decide(rule, 2, 18))
    2 of 18: stop without success
    >>> print(decide(rule, 3, 18, stage=1))
    3 of 18: go on to the next look; success needs 4 of the 17 still to come
    >>> print(decide(rule, 1, 10))
    1 of 10: no look is due; the look after 18 needs 2 of the next 8 to go on; success needs 6 of the 25 still to come
    >>> print(decide(rule, 8, 35))
    8 of 35: stop with success

    """
    check_counts(boundary, responders, patients)
    _check_stage(boundary, patients, stage)
    look = boundary.looks.index(patients) + 1 if patients in boundary.looks else None
    low, high = _arrived(boundary, patients)
    verdict = _verdict(boundary, responders, look)
    stops = verdict in (Verdict.FUTILE, Verdict.SUCCESS)
    ahead = None if stops else _ahead(boundary, responders, patients)
    return Decision(verdict, look, responders, patients, low <= responders <= high, ahead)


def check_counts(boundary: Boundary, responders: int, patients: int) -> None:
    """Raise TL-G03 unless the responders are among the patients, and these among those of the rule."""
    if not is_whole(patients) or not 0 <= patients <= boundary.patients:
        what = f"{patients} is not a number of patients from 0 to {boundary.patients}, the most of the rule"
        raise ToplineError("TL-G03", where="patients", what=what)
    if not is_whole(responders) or not 0 <= responders <= patients:
        raise ToplineError("TL-G03", where="responders", what=f"{responders} of {patients} patients")


def _check_stage(boundary: Boundary, patients: int, stage: int | None) -> None:
    if stage is None:
        return
    if not is_whole(stage) or not 1 <= stage <= len(boundary.looks):
        raise ToplineError("TL-G04", where="stage", what=f"{stage} is not one of 1 to {len(boundary.looks)}")
    first = ((0, *boundary.looks)[stage - 1]) + 1
    if not first <= patients <= boundary.looks[stage - 1]:
        what = f"{patients} are not within stage {stage}, patients {first} to {boundary.looks[stage - 1]} of the rule"
        raise ToplineError("TL-G03", where="patients", what=what)


def _verdict(boundary: Boundary, responders: int, look: int | None) -> Verdict:
    if look is None:
        return Verdict.NOT_DUE
    if responders <= boundary.futility[look - 1]:
        return Verdict.FUTILE
    return Verdict.SUCCESS if responders >= boundary.efficacy[look - 1] else Verdict.GO_ON


def _arrived(boundary: Boundary, patients: int) -> tuple[int, int]:
    """Return the fewest and most responses with which a trial that followed the rule has so many patients."""
    low, high, before = 0, 0, 0
    ranges = list(continuing(boundary))
    for place, look in enumerate(boundary.looks):
        if look >= patients:
            break
        low, high = (
            max(ranges[place][0], boundary.futility[place] + 1),
            min(ranges[place][1], boundary.efficacy[place] - 1),
        )
        before = look
    return low, high + patients - before


def _ahead(boundary: Boundary, responders: int, patients: int) -> Ahead:
    place = next(place for place, look in enumerate(boundary.looks) if look > patients)
    look = boundary.looks[place]
    until, rest = look - patients, boundary.patients - patients
    stop = max(0, boundary.efficacy[place] - responders)
    return Ahead(
        next_look=look,
        patients=until,
        to_go_on=max(0, boundary.futility[place] + 1 - responders),
        to_stop=stop if stop <= until else None,
        to_succeed=max(0, boundary.efficacy[-1] - responders),
        remaining=rest,
        success_possible=_end(boundary, responders, patients, responds=True),
        failure_possible=not _end(boundary, responders, patients, responds=False),
    )


def _end(boundary: Boundary, responders: int, patients: int, *, responds: bool) -> bool:
    """Return whether the trial succeeds if all patients to come respond, or none."""
    for look, futile, success in zip(boundary.looks, boundary.futility, boundary.efficacy, strict=True):
        count = responders + (look - patients if responds else 0)
        if look > patients and not futile < count < success:
            return count >= success
    raise AssertionError("the last look decides")


def conditional_power(boundary: Boundary, responders: int, patients: int, rates: ArrayLike) -> Array:
    """Return the probability of success from here if the remaining patients respond at given rates; (rate,).

    A look that is due now is held first.

    >>> rule = Boundary(looks=(18, 35), futility=(2, 6), efficacy=(19, 7))
    >>> conditional_power(rule, 3, 18, [0.1, 0.3]).round(4)  # 4 or more of 17
    array([0.0826, 0.7981])

    """
    check_counts(boundary, responders, patients)
    p = checked_rates(rates)
    return np.array([curtailed.conditional_power(boundary, rate)[patients][responders] for rate in p.tolist()])


def predictive_success(boundary: Boundary, responders: int, patients: int, prior: Beta = UNIFORM) -> float:
    """Return the probability of success from here, the response rate being uncertain as after the patients until now.

    The rate has the posterior distribution of the patients observed; each further patient responds with the mean of
    what is known by then. Every look that is still to come is held, one that is due now first.

    Args:
        boundary: the rule.
        responders: responders until now.
        patients: patients until now.
        prior: beta distribution of the rate before the trial.

    >>> rule = Boundary(looks=(40,), futility=(27,), efficacy=(28,))
    >>> round(predictive_success(rule, 16, 23, Beta(0.6, 0.4)), 6)
    0.565559

    Source: Lee & Liu 2008, doi:10.1177/1740774508089279.

    """
    check_counts(boundary, responders, patients)
    return float(success_table(boundary, (prior.a, prior.b), patients)[patients, responders])
