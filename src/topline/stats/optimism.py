"""How much of the effect of the best cut is owed to its being the best: the optimism, by bootstrap of the search."""

from dataclasses import dataclass

import numpy as np
from numpy.random import PCG64DXSM, Generator, SeedSequence

from topline.stats.interval import Array
from topline.stats.marker_cuts import Cuts, Flags, Ints
from topline.stats.maximal_statistic import BLOCK, EQUAL, standardised
from topline.stats.outcome_scores import Outcome


@dataclass(frozen=True)
class Optimism:
    """The effect of the best cut of all, before and after its optimism is taken off.

    Attributes:
        best: place of the best cut.
        effect: its effect in the data, high group against low (rate difference, or log hazard ratio).
        optimism: mean difference between the size of a best effect where it was found and in the data.
        corrected: the effect, its size less the optimism; 0 where nothing is left.
        samples: bootstrap samples in which a cut could be chosen.
        again: share of them that chose a cut of the same marker.

    """

    best: int
    effect: float
    optimism: float
    corrected: float
    samples: int
    again: float


def bootstrap_optimism(outcome: Outcome, cuts: Cuts, samples: int = 2000, seed: int = 0) -> Optimism:
    """Return the optimism of the best cut: run the search on samples of the subjects and look at its finds in the data.

    Each sample draws as many subjects with replacement, takes the cut with the largest statistic, and compares the size
    of its effect in the sample with the effect of the same cut, in the same direction, in the data.

    Args:
        outcome: the outcome of every subject.
        cuts: every cut (`every_cut`): a sample may allow one that the data do not.
        samples: bootstrap samples, at least 1.
        seed: of the samples, at least 0; the same seed gives the same result.

    Raises:
        ValueError: no cut, outcome and cuts of different subjects, or no sample.

    >>> from topline.stats.marker_cuts import every_cut
    >>> from topline.stats.outcome_scores import response_outcome
    >>> noise = np.random.default_rng(1).normal(size=(43, 3))
    >>> found = bootstrap_optimism(response_outcome([1, 0] * 21 + [1]), every_cut(noise), 500, seed=1)
    >>> round(found.effect, 2), abs(found.corrected) < abs(found.effect)
    (-0.58, True)

    Source: Efron 1983, doi:10.1080/01621459.1983.10477973; Harrell, Lee and Mark 1996,
    doi:10.1002/(SICI)1097-0258(19960229)15:4<361::AID-SIM168>3.0.CO;2-4.

    """
    one = np.ones((1, cuts.subjects))
    if len(outcome.event) != cuts.subjects or not cuts.allowed(one).any():
        raise ValueError("bootstrap_optimism: there is no cut, or not one outcome per subject; nothing can be chosen")
    if samples < 1:
        raise ValueError(f"bootstrap_optimism: samples is {samples}; at least 1 is needed, 2000 is usual")
    truth = effects(outcome, cuts)
    best = int(_search(outcome, cuts, one)[0][0])
    random = Generator(PCG64DXSM(SeedSequence(seed)))
    gains, same = [], []
    for start in range(0, samples, BLOCK):
        weight = random.multinomial(
            cuts.subjects, np.full(cuts.subjects, 1.0 / cuts.subjects), min(BLOCK, samples - start)
        )
        chosen, effect, usable = _search(outcome, cuts, weight.astype(np.float64))
        gains.append((np.abs(effect) - np.sign(effect) * truth[chosen])[usable])
        same.append((cuts.marker[chosen] == cuts.marker[best])[usable])
    gain, kept = np.concatenate(gains), np.concatenate(same)
    optimism = float(gain.mean()) if gain.size else float("nan")
    left = max(abs(float(truth[best])) - optimism, 0.0) if gain.size else float("nan")
    again = float(kept.mean()) if gain.size else float("nan")
    return Optimism(best, float(truth[best]), optimism, float(np.sign(truth[best])) * left, gain.size, again)


def effects(outcome: Outcome, cuts: Cuts) -> Array:
    """Return the effect of each cut in the data, high group against low; (cut,)."""
    order = np.broadcast_to(np.arange(cuts.subjects), (len(cuts.marker), cuts.subjects))
    return outcome.effect(order, cuts.present[:, cuts.marker].T, cuts.member.T)


def _search(outcome: Outcome, cuts: Cuts, weight: Array) -> tuple[Ints, Array, Flags]:
    """Return the best cut of each sample, its effect there, and whether the sample had any cut to choose."""
    order = np.broadcast_to(np.arange(cuts.subjects), weight.shape)
    size = np.where(cuts.allowed(weight), np.abs(standardised(outcome, cuts, order, weight)), 0.0)
    chosen = np.argmax(size >= size.max(axis=1, keepdims=True) - EQUAL, axis=1)
    own = weight * cuts.present[:, cuts.marker[chosen]].T
    return chosen, outcome.effect(order, own, cuts.member[:, chosen].T), size.max(axis=1) > 0
