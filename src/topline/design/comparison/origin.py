"""Where does N come from: every standard design that gives a stated number of patients, and what else gives it.

A registry record states a number and rarely the reason for it. The grid of null and target rates in steps of 5%, two
levels and three powers holds nearly every published design; those that need exactly this number, before or after an
inflation for drop-out, are the candidates. A number alone never proves which one it was.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from itertools import product
from math import ceil, log

import numpy as np
from scipy import special

from topline.design.comparison.capability import interval
from topline.design.comparison.cells import beside
from topline.design.conduct.dropout import inflated
from topline.design.rate.simon import SIMON, two_stage_design
from topline.design.rate.single_stage import AHERN, FLEMING
from topline.design.single_arm import SingleArmDesign
from topline.errors import ToplineError
from topline.protocol.rule.binomial import critical_values, upper_tail
from topline.protocol.rule.boundary import Boundary
from topline.protocol.rule.hypotheses import Hypotheses
from topline.protocol.rule.outcome import is_whole
from topline.protocol.rule.two_stage_search import Candidate, two_stage_designs

LEVELS, POWERS = (0.05, 0.10), (0.80, 0.85, 0.90)
LOSSES = (0.05, 0.10, 0.15, 0.20)
HALF_WIDTHS = (0.05, 0.075, 0.10, 0.125, 0.15, 0.20)
CONFIDENCES = (0.95, 0.90)
EVENT_RATES, SEEN = (0.01, 0.02, 0.05, 0.10, 0.15, 0.20), (0.80, 0.90, 0.95, 0.99)
RATIOS = (1.25, 1.3, 1.4, 1.5, 1.6, 1.7, 1.75, 1.8, 2.0)
STEPS = 20
LARGEST = 200
BEYOND = 400
"""Up to so many patients the least expected number, and failures of the single stage, are looked for."""


class Endpoint(StrEnum):
    """What decides: it narrows the null rates that anybody would choose."""

    RESPONSE = "objective response"
    CONTROL = "disease control"
    LANDMARK = "landmark rate"
    RATE = "any rate"
    TIME = "time to event"


USUAL = {
    Endpoint.RESPONSE: (0.05, 0.30),
    Endpoint.CONTROL: (0.30, 0.70),
    Endpoint.LANDMARK: (0.05, 0.60),
    Endpoint.RATE: (0.05, 0.90),
}
"""Null rates of each kind of endpoint that are looked at, a judgement of ours: least and largest."""


@dataclass(frozen=True, slots=True)
class Origin:
    """One way to arrive at a number of patients.

    Attributes:
        kind: the design or the calculation.
        patients: the number asked about.
        evaluable: patients that the calculation itself gives.
        loss: share of patients taken to be lost, 0 where the number was not inflated.
        design: the design with its hypotheses and its exact rule; None for a calculation without a rule.
        words: what was calculated.

    """

    kind: str
    patients: int
    evaluable: int
    loss: float
    design: SingleArmDesign | None
    words: str

    @property
    def level(self) -> str:
        """Exact level of the rule, not rounded onto the one asked for; empty without a rule."""
        return beside(self.design.level, self.design.hypotheses.alpha) if self.design else ""

    @property
    def power(self) -> str:
        """Exact power of the rule, not rounded onto the one asked for; empty without a rule."""
        return beside(self.design.attained_power, self.design.hypotheses.power) if self.design else ""

    def __str__(self) -> str:
        more = f"; {self.evaluable} evaluable, {self.loss:.0%} lost" if self.loss else ""
        return f"{self.kind}: {self.words}{more}"


@dataclass(frozen=True, slots=True)
class Found:
    """A calculation and the number of patients that it gives."""

    kind: str
    evaluable: int
    words: str
    design: SingleArmDesign | None = None


def origins(
    patients: int, endpoint: Endpoint = Endpoint.RATE, losses: tuple[float, ...] = LOSSES
) -> tuple[Origin, ...]:
    """Return every standard way to arrive at a number of patients, those without drop-out first.

    Args:
        patients: the number, 2 to 200.
        endpoint: what decides.
        losses: shares of patients that an inflation for drop-out may have taken.

    Raises:
        ToplineError: TL-G04 for another number.

    >>> found = origins(35, Endpoint.RESPONSE, losses=())
    >>> [str(each) for each in found if each.design and each.design.hypotheses == Hypotheses(0.1, 0.3, 0.05, 0.9)]
    ['Simon optimal: 10% against 30%, level 5%, power 90%: stop with 2 or fewer of 18, success with 7 or more of 35']

    """
    if not is_whole(patients) or not 2 <= patients <= LARGEST:
        raise ToplineError("TL-G04", where="patients", what=f"{patients} is not a number from 2 to {LARGEST}")
    sizes = {patients: [0.0]}
    for share, size in product(losses, range(2, patients)):
        if inflated(size, share) == patients:
            sizes.setdefault(size, []).append(share)
    found = _times(frozenset(sizes)) if endpoint is Endpoint.TIME else _rates(frozenset(sizes), *USUAL[endpoint])
    listed = [
        Origin(each.kind, patients, each.evaluable, loss, each.design, each.words)
        for each in found
        for loss in sizes[each.evaluable]
    ]
    return tuple(sorted(listed, key=lambda each: each.loss))


@lru_cache(maxsize=32)
def _rates(sizes: frozenset[int], least: float, largest: float) -> tuple[Found, ...]:
    """Return every calculation for a rate that gives one of these numbers of patients."""
    asked = tuple(_grid(least, largest))
    parts = (
        _simon(asked, sizes),
        _single(asked, sizes),
        _approximate(asked),
        _precision(sizes, least, largest),
        _detection(),
    )
    return tuple(each for part in parts for each in part if each.evaluable in sizes)


def _grid(least: float, largest: float) -> Iterator[Hypotheses]:
    """Yield every pair of rates in steps of 5% with every level and power."""
    for alpha, power, low, high in product(LEVELS, POWERS, range(1, STEPS), range(2, STEPS)):
        if low < high and least <= low / STEPS <= largest:
            yield Hypotheses(low / STEPS, high / STEPS, alpha, power)


def _simon(asked: tuple[Hypotheses, ...], sizes: frozenset[int]) -> Iterator[Found]:
    """Yield the minimax and the optimal two-stage designs of these sizes."""
    for each in asked:
        rates = (each.null, each.target, each.alpha, each.beta)
        small = two_stage_designs(*rates, max(sizes))
        least, best = (small[0], small[-1]) if small else (None, None)
        if best is not None and best.n in sizes and two_stage_designs(*rates, BEYOND)[-1] != best:
            best = None  # a larger n expects fewer patients
        if least is not None and least == best:
            yield _two_stages("Simon optimal and minimax", each, least)
            continue
        for kind, found in (("Simon minimax", least), ("Simon optimal", best)):
            if found is not None and found.n in sizes:
                yield _two_stages(kind, each, found)


def _two_stages(kind: str, asked: Hypotheses, found: Candidate) -> Found:
    design = two_stage_design(kind, asked, found, SIMON)
    rule = f"stop with {found.r1} or fewer of {found.n1}, success with {found.r + 1} or more of {found.n}"
    return Found(kind, found.n, f"{_asked(asked)}: {rule}", design)


def _single(asked: tuple[Hypotheses, ...], sizes: frozenset[int]) -> Iterator[Found]:
    """Yield the exact single-stage designs: the least number that works, and the least above all that fail."""
    every = np.arange(1, BEYOND + 1)
    bounds = {
        key: critical_values(every.astype(np.float64), *key) for key in {(each.null, each.alpha) for each in asked}
    }
    for each in asked:
        needed = bounds[each.null, each.alpha]
        able = upper_tail(needed, every, each.target) >= each.power
        if not able[: max(sizes)].any():
            continue
        least, failing = int(np.argmax(able)) + 1, np.flatnonzero(~able)
        safe = int(failing[-1]) + 2 if failing.size else 1
        yield _one_stage("single stage (A'Hern)", each, least, int(needed[least - 1]))
        if safe not in (least, len(every) + 1):
            yield _one_stage("single stage, no larger number fails", each, safe, int(needed[safe - 1]))


def _approximate(asked: tuple[Hypotheses, ...]) -> Iterator[Found]:
    """Yield the single-stage designs of the normal approximation, which many protocols use, with the exact bound."""
    for each in asked:
        spread = [np.sqrt(rate * (1 - rate)) for rate in (each.null, each.target)]
        reach = special.ndtri(1 - each.alpha) * spread[0] + special.ndtri(each.power) * spread[1]
        size = ceil((reach / (each.target - each.null)) ** 2)
        needed = int(critical_values(np.array([float(size)]), each.null, each.alpha)[0])
        if size > 1 and 1 <= needed <= size:
            yield _one_stage("normal approximation", each, size, needed, FLEMING)


def _one_stage(kind: str, asked: Hypotheses, size: int, needed: int, source: str = AHERN) -> Found:
    design = SingleArmDesign(kind, asked, Boundary((size,), (needed - 1,), (needed,)), source)
    return Found(kind, size, f"{_asked(asked)}: success with {needed} or more of {size}", design)


def _asked(asked: Hypotheses) -> str:
    rates = f"{100 * asked.null:.4g}% against {100 * asked.target:.4g}%"
    return f"{rates}, level {100 * asked.alpha:.4g}%, power {100 * asked.power:.4g}%"


def _precision(sizes: frozenset[int], least: float, largest: float) -> Iterator[Found]:
    """Yield the numbers with which a simple interval has a round half-width at a round rate."""
    steps = range(round(least * STEPS), min(round(largest * STEPS) + 5, STEPS - 1) + 1)
    for confidence, width, step in product(CONFIDENCES, HALF_WIDTHS, steps):
        rate = step / STEPS
        size = ceil(round((special.ndtri((1 + confidence) / 2) / width) ** 2 * rate * (1 - rate), 9))
        if size in sizes:
            lower, upper = interval(round(rate * size), size, confidence)
            words = f"{confidence:.0%} interval of {100 * rate:.4g}% within {100 * width:.4g} points"
            yield Found("precision", size, f"{words} (simple formula; exact limits {lower:.1%} to {upper:.1%})")


def _detection() -> Iterator[Found]:
    """Yield the numbers with which an event of a round rate is seen at least once with a round probability."""
    for rate, seen in product(EVENT_RATES, SEEN):
        size = ceil(round(log(1 - seen) / log(1 - rate), 9))
        yield Found("detection", size, f"an event of {rate:.0%} is seen at least once with probability {seen:.0%}")


def _times(sizes: frozenset[int]) -> tuple[Found, ...]:
    """Return the numbers of these sizes with which an exponential time tells two medians apart, all events observed."""
    events = np.arange(1, max(sizes) + 1)
    found = list(_detection())
    for ratio, alpha, power in product(RATIOS, LEVELS, POWERS):
        able = special.gammaincc(events, special.gammainccinv(events, alpha) / ratio) >= power
        if able.any():
            words = (
                f"{ratio:g} times the null median, level {alpha:.0%}, power {power:.0%}, every patient with the event"
            )
            found.append(Found("exponential time", int(np.argmax(able)) + 1, words))
    return tuple(each for each in found if each.evaluable in sizes)
