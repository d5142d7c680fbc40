"""Scores of a questionnaire from its answers: array functions over forms, with nan for what is missing.

The raw score of a scale is the mean of its answered items. Over the range of its items it becomes 0 to 100, rising with
the answers or falling. A scale with too few answers has no score; a composite needs all of its scales.
"""

import numpy as np
from numpy.typing import NDArray

from topline.adam.asked import Asked, AskedScale

Array = NDArray[np.float64]


def score(answers: Array, asked: Asked) -> Array:
    """Return the scores of all scales and composites of an instrument, 0 to 100.

    Args:
        answers: answers in the order of the instrument's items; nan where missing; (..., item).
        asked: the instrument as the trial asks it.

    Returns:
        Scores in the order of `asked.scales`, nan where a scale has too few answers; (..., scale).

    >>> from topline.adam.asked import ask
    >>> from topline.adam.instrument import built_in
    >>> c30 = ask(built_in("EORTC QLQ-C30"))
    >>> answers = np.array([2.0] * 28 + [4.0, 4.0])  # 2 throughout, 4 for the two global items
    >>> [round(float(x), 1) for x in score(answers, c30)[[0, 1, 6, 15]]]  # global, physical, fatigue, summary
    [50.0, 66.7, 33.3, 66.7]

    Source: Fayers and others 2001, EORTC QLQ-C30 Scoring Manual, third edition; summary score Giesinger 2016,
    doi:10.1016/j.jclinepi.2015.08.007. Golden: golden/qol.toml.

    """
    place = {item.number: index for index, item in enumerate(asked.instrument.items)}
    scales = [each for each in asked.scales if not each.parts]
    found = {each.param: _scale(answers[..., [place[number] for number in each.items]], each) for each in scales}
    better = {each.param: each.better for each in scales}
    for each in asked.scales:
        if each.parts:
            turned = [found[part] if better[part] == "high" else 100.0 - found[part] for part in each.parts]
            found[each.param] = np.mean(turned, axis=0)
    return np.stack([found[each.param] for each in asked.scales], axis=-1)


def _scale(answers: Array, scale: AskedScale) -> Array:
    """Return the score of one scale from the answers to its items, (..., item of the scale)."""
    answered = ~np.isnan(answers)
    count = answered.sum(axis=-1)
    raw = np.where(answered, answers, 0.0).sum(axis=-1) / np.maximum(count, 1)
    rising = 100.0 * (raw - scale.low) / (scale.high - scale.low)
    turned = rising if scale.formula == "rising" else 100.0 - rising
    return np.where(count >= scale.needed, turned, np.nan)


def valid(answers: Array, asked: Asked) -> NDArray[np.bool_]:
    """Return which answers are possible: whole numbers in the range of their item; missing ones are not.

    >>> from topline.adam.asked import ask
    >>> from topline.adam.instrument import built_in
    >>> c30 = ask(built_in("EORTC QLQ-C30"))
    >>> possible = valid(np.array([1.0, 0, 5, 1.5, np.nan] + [4.0] * 23 + [7.0, 8.0]), c30)
    >>> possible[[0, 1, 2, 3, 4, 28, 29]].tolist()
    [True, False, False, False, False, True, False]
    """
    low = np.array([item.low for item in asked.instrument.items])
    high = np.array([item.high for item in asked.instrument.items])
    return np.asarray((answers >= low) & (answers <= high) & (answers == np.floor(answers)))
