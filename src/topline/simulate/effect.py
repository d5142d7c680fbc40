"""The effect of treatment as one number, and the effect at which the rate of the design's endpoint is a given one."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from math import exp, isfinite, log

from topline.errors import ToplineError
from topline.protocol.endpoints import Endpoint, Rate
from topline.protocol.model import Protocol
from topline.simulate.population import Population, observe
from topline.simulate.truth import Truth

Progress = Callable[[str], None]

RESPONSES = ("BOR", "CBOR", "RSP", "CRSP", "IBOR")
"""Parameters that the size of lesions decides: the effect on them is that on the kill rate."""

LARGEST = 64.0
"""The greatest effect that is tried; the least is its inverse."""

NEAR = 0.0005
"""How near the rate is brought to the one looked for; the Monte-Carlo error is greater."""

FRESH = 1_000_003
"""What is added to the seed for the population that the found effect is tried on."""


@dataclass(frozen=True, slots=True)
class Found:
    """An effect that was looked for: the rate aimed at, the effect, and what it gave in a fresh population.

    `rate` is that of `patients` fresh patients and `error` its Monte-Carlo standard error; `effect_error` is that of
    the effect, which rests on as many other patients.
    """

    aim: float
    effect: float
    effect_error: float
    rate: float
    error: float
    patients: int

    def __str__(self) -> str:
        effect = f"effect {self.effect:.4g} (Monte-Carlo error {self.effect_error:.2g})"
        rate = f"rate {100 * self.rate:.2f}% (error {100 * self.error:.2f}) in {self.patients:,} fresh virtual patients"
        return f"{effect}: {rate}, {100 * self.aim:g}% aimed at"


def with_effect(truth: Truth, effect: float, *, hazards: bool = True) -> Truth:
    """Return the truth whose treatment works `effect` times as well; 1 is the treatment as it stands.

    The kill rate is multiplied by the effect. With `hazards` the hazards of new lesions, non-target progression and
    death are divided by it, too; the median survival of Weibull hazards changes by effect^(1/shape).

    >>> with_effect(Truth(), 2.0).growth.kde, with_effect(Truth(), 2.0).hazards.new_lesion
    (0.008, 0.0004)
    """
    changed = replace(truth, growth=replace(truth.growth, kde=truth.growth.kde * effect))
    if not hazards:
        return changed
    own = truth.hazards
    slower = replace(
        own,
        new_lesion=own.new_lesion / effect,
        non_target=own.non_target / effect,
        death_median_months=own.death_median_months * effect ** (1 / own.death_shape),
    )
    return replace(changed, hazards=slower)


def works_on_hazards(protocol: Protocol) -> bool:
    """Return whether the effect works on hazards, too: the design's endpoint is not response alone."""
    analysis = protocol.endpoint(protocol.design.endpoint).analysis
    return not (isinstance(analysis, Rate) and analysis.parameter in RESPONSES)


def design_rate(protocol: Protocol, truth: Truth, population: Population) -> tuple[float, float]:
    """Return the rate of the design's endpoint in a population and its Monte-Carlo error."""
    endpoint, rate = _rate(protocol)
    return observe(protocol, truth, population).rate(rate, endpoint.estimand.population)


def _rate(protocol: Protocol) -> tuple[Endpoint, Rate]:
    endpoint = protocol.endpoint(protocol.design.endpoint)
    if not isinstance(endpoint.analysis, Rate):
        raise ToplineError("TL-V14", where=endpoint.id, what="the endpoint of the design is not a rate")
    return endpoint, endpoint.analysis


def find_effect(
    protocol: Protocol,
    truth: Truth,
    aim: float,
    population: Population | None = None,
    progress: Progress | None = None,
) -> Found:
    """Return the effect at which the design's endpoint has the rate `aim` in a large virtual population.

    The root is bracketed and then found by the Illinois method (Dowell 1971, doi:10.1007/BF01934364) between the
    logarithm of the effect and the log odds of the rate, all with the same random numbers; the rate that is reported is
    that of a fresh population. Raises ToplineError TL-V14 where no effect between 1/64 and 64 gives the rate.
    """
    population = population or Population()
    hazards, evaluations = works_on_hazards(protocol), 0

    def excess(at: float) -> float:
        nonlocal evaluations
        evaluations += 1
        rate, _ = design_rate(protocol, with_effect(truth, exp(at), hazards=hazards), population)
        if progress is not None:
            progress(f"effect {exp(at):.3f}: {100 * rate:.1f}%, {100 * aim:g}% looked for ({evaluations})")
        return _odds(rate) - _odds(aim)

    at, slope = _root(excess, NEAR / (aim * (1 - aim)), protocol)
    fresh = Population(population.patients, population.seed + FRESH)
    rate, error = design_rate(protocol, with_effect(truth, exp(at), hazards=hazards), fresh)
    per_log = abs(slope) * aim * (1 - aim)
    return Found(aim, exp(at), exp(at) * error / per_log, rate, error, population.size(protocol.population.planned))


def _odds(rate: float) -> float:
    bounded = min(max(rate, 1e-6), 1 - 1e-6)
    return log(bounded / (1 - bounded))


def _root(excess: Callable[[float], float], near: float, protocol: Protocol) -> tuple[float, float]:
    """Return the root of a rising function and its slope there."""
    low, high = _bracket(excess, protocol)
    slope = (high[1] - low[1]) / (high[0] - low[0])
    side = 0
    for _ in range(12):
        at = (low[0] * high[1] - high[0] * low[1]) / (high[1] - low[1])
        value = excess(at)
        if abs(value) < near or high[0] - low[0] < 1e-3:
            return at, slope
        if value > 0:
            high, low, side = (at, value), (low[0], low[1] / 2 if side == 1 else low[1]), 1
        else:
            low, high, side = (at, value), (high[0], high[1] / 2 if side == -1 else high[1]), -1
    return at, slope


def _bracket(excess: Callable[[float], float], protocol: Protocol) -> tuple[tuple[float, float], tuple[float, float]]:
    """Return two points, the function negative at the first and positive at the second, by doubling from 0."""
    last = (0.0, excess(0.0))
    step = log(2.0) if last[1] < 0 else -log(2.0)
    while isfinite(step) and abs(last[0] + step) <= log(LARGEST) + 1e-9:
        at = (last[0] + step, excess(last[0] + step))
        if (at[1] >= 0) != (last[1] >= 0):
            return (last, at) if at[0] > last[0] else (at, last)
        last = at
    raise ToplineError(
        "TL-V14",
        where=protocol.design.endpoint,
        what=f"no effect between 1/{LARGEST:g} and {LARGEST:g} of the treatment gives that rate",
    )
