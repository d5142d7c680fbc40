"""A partner in combination: what a second drug changes in the truth of the first, parameter by parameter.

The partner works on the same parameters as the first drug: an anti-angiogenic drug whose effect a cytotoxic one deepens
(kill rate), prolongs (loss of effect) and protects from new lesions, at the price of its own toxicities.
"""

import math
from dataclasses import dataclass, replace

from topline.simulate.parameter import fixed, odds, parameter, times
from topline.simulate.truth import Truth
from topline.simulate.truth_events import Toxicity
from topline.simulate.truth_measures import Effect

NEUTRAL = "neutral"


@dataclass(frozen=True, slots=True)
class Partner:
    """What a second drug changes: factors of rates, hazard ratios, and its own adverse events and effects on blood.

    A partner of factors 1 without toxicities changes nothing.
    """

    name: str = parameter("partner", "name of the drug", "-", NEUTRAL, fixed("name"))
    kill: float = parameter(1.0, "factor of the kill rate", "1", NEUTRAL, times(1.4).within(1e-3))
    growth: float = parameter(1.0, "factor of the growth rate", "1", NEUTRAL, times(1.3).within(1e-3))
    decay: float = parameter(
        1.0, "factor of the rate at which the effect is lost", "1", NEUTRAL, times(1.4).within(1e-3)
    )
    new_lesion: float = parameter(1.0, "hazard ratio of a new lesion", "1", NEUTRAL, times(1.5))
    non_target: float = parameter(1.0, "hazard ratio of non-target progression", "1", NEUTRAL, times(1.5))
    death: float = parameter(1.0, "hazard ratio of death, the tumour's size being the same", "1", NEUTRAL,
                             times(1.4).within(1e-3))  # fmt: skip
    stopping: float = parameter(1.0, "hazard ratio of stopping for toxicity", "1", NEUTRAL, times(1.5))
    toxicities: tuple[Toxicity, ...] = parameter(
        (), "its own adverse events: probability of any grade, of grade 3 or 4", "1", NEUTRAL,
        odds(1.7, on=("any_grade", "severe")),
    )  # fmt: skip
    effects: tuple[Effect, ...] = parameter(
        (), "its own effects on measurements, added to those of the first drug", "of the test", NEUTRAL,
        times(1.3, on=("change",)).within(-math.inf),
    )  # fmt: skip


def combined(truth: Truth, partner: Partner) -> Truth:
    """Return the truth of the first drug together with its partner.

    Rates and hazards are multiplied. An event that both drugs cause comes with the probability 1 - (1 - p)(1 - q), as
    if each caused it by itself. The median of the Weibull survival follows the hazard ratio h: median * h^(-1/shape).

    >>> both = combined(Truth(), Partner(kill=2.0, new_lesion=0.5))
    >>> both.growth.kde, both.hazards.new_lesion
    (0.008, 0.0004)
    """
    growth, hazards = truth.growth, truth.hazards
    return replace(
        truth,
        name=f"{truth.name} with {partner.name}",
        growth=replace(
            growth, kde=growth.kde * partner.kill, kl=growth.kl * partner.growth, lam=growth.lam * partner.decay
        ),
        hazards=replace(
            hazards,
            new_lesion=hazards.new_lesion * partner.new_lesion,
            non_target=hazards.non_target * partner.non_target,
            death_median_months=hazards.death_median_months * partner.death ** (-1 / hazards.death_shape),
            toxicity=hazards.toxicity * partner.stopping,
        ),
        measuring=replace(truth.measuring, effects=(*truth.measuring.effects, *partner.effects)),
        toxicities=_joined(truth.toxicities, partner.toxicities),
    )


def _joined(own: tuple[Toxicity, ...], further: tuple[Toxicity, ...]) -> tuple[Toxicity, ...]:
    """Return the events of both drugs, each term once."""
    added = {each.term: each for each in further}
    both = tuple(_either(each, added[each.term]) if each.term in added else each for each in own)
    known = {each.term for each in own}
    return (*both, *(each for each in further if each.term not in known))


def _either(one: Toxicity, other: Toxicity) -> Toxicity:
    return replace(
        one,
        any_grade=1 - (1 - one.any_grade) * (1 - other.any_grade),
        severe=1 - (1 - one.severe) * (1 - other.severe),
        most=max(one.most, other.most),
    )
