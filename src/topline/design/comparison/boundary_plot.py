"""The picture of a rule: patients against responders, and which numbers of responders stop the trial at each look."""

from itertools import pairwise

import numpy as np
from markupsafe import Markup

from topline.design.comparison.figure import (
    BAD,
    GOOD,
    INK,
    OPEN,
    SOFT,
    Axis,
    bottom,
    label,
    left,
    picture,
    rule,
    shape,
)
from topline.design.single_arm import SingleArmDesign
from topline.protocol.rule.boundary import NEVER, Boundary

MANY = 6
"""With more looks than this the bounds of a picture are not written beside it."""
APART = 22.0
"""Least distance of two ticks."""
PATIENTS, RESPONDERS = (62.0, 380.0), (270.0, 30.0)


def boundary_picture(design: SingleArmDesign) -> Markup:
    """Return the rule of a design: patients against responders, which numbers stop at each look, and the two rates.

    >>> from topline.design.rate.simon import simon
    >>> "after 18 patients: stop without success at 2 or fewer" in boundary_picture(simon(0.1, 0.3, power=0.9))
    True

    """
    boundary = design.boundary
    x, y = Axis(0, boundary.patients, *PATIENTS), Axis(0, _high(design), *RESPONDERS)
    shapes = left(y, PATIENTS, y.ticks(6, least=1), "Responders") + bottom(x, y.start, _ticks(boundary, x), "Patients")
    looks = list(zip(boundary.looks, boundary.futility, boundary.efficacy, strict=True))
    wide = min(9.0, 240.0 / len(looks))
    shapes += [each for look, *bounds in looks for each in _look((x.at(look), wide), y, look, (bounds[0], bounds[1]))]
    for rate in (design.hypotheses.null, design.hypotheses.target):
        end = min(boundary.patients, y.high / rate)
        shapes.append(rule((x.at(0), y.at(0)), (x.at(end), y.at(rate * end)), stroke=INK, stroke_dasharray="2 3"))
        shapes.append(label((x.at(end) + 7, y.at(rate * end) + 4), f"{100 * rate:.4g}%", class_="note", fill=SOFT))
    if len(looks) <= MANY:
        shapes += [
            each for look, *bounds in looks for each in _bounds((x.at(look), wide), y, look, (bounds[0], bounds[1]))
        ]
    return picture((430, 318), f"{design.name}: the rule", rule_told(boundary), shapes)


def _ticks(boundary: Boundary, x: Axis) -> list[float]:
    """Return the looks as ticks where there is room for them, else round numbers."""
    looks = [0.0, *map(float, boundary.looks)]
    if len(boundary.looks) <= MANY and all(x.at(b) - x.at(a) >= APART for a, b in pairwise(looks)):
        return looks
    last = float(boundary.patients)
    return [*(each for each in x.ticks(7, least=1) if x.at(last) - x.at(each) >= APART), last]


def _look(column: tuple[float, float], y: Axis, look: int, bounds: tuple[int, int]) -> list[Markup]:
    """Return the column of a look: stop without success below, with success above, go on between."""
    x, wide = column
    top = min(look, y.high)
    parts = ((0.0, bounds[0] + 0.5, BAD), (bounds[0] + 0.5, bounds[1] - 0.5, OPEN), (bounds[1] - 0.5, top, GOOD))
    shapes = []
    for low, high, colour in parts:
        low, high = max(0.0, low), min(high, top)
        if high > low:
            box = {"x": x - wide / 2, "y": y.at(high), "width": wide, "height": y.at(low) - y.at(high)}
            shapes.append(shape("rect", fill=colour, stroke="#ffffff", stroke_width=".5", **box))
    return shapes


def _bounds(column: tuple[float, float], y: Axis, look: int, bounds: tuple[int, int]) -> list[Markup]:
    """Return the bounds of a look in numbers, to the left of its column."""
    x, wide = column
    shapes = []
    if bounds[0] > NEVER:
        middle = min(y.at(bounds[0] / 2) + 4, y.start - 7)
        shapes.append(label((x - wide / 2 - 4, middle), f"≤ {bounds[0]}", fill=BAD, text_anchor="end"))
    if bounds[1] <= look:
        middle = y.at((bounds[1] + min(look, y.high)) / 2) + 4
        shapes.append(label((x - wide / 2 - 4, middle), f"≥ {bounds[1]}", fill=GOOD, text_anchor="end"))
    return shapes


def rule_told(boundary: Boundary) -> str:
    """Return a rule in words, look by look.

    >>> rule_told(Boundary((18, 35), (2, 6), (19, 7)))[:53]
    'after 18 patients: stop without success at 2 or fewer'

    """
    parts = []
    for look, futile, success in zip(boundary.looks, boundary.futility, boundary.efficacy, strict=True):
        bounds = [f"stop without success at {futile} or fewer"] if futile > NEVER else []
        bounds += [f"success at {success} or more"] if success <= look else []
        parts.append(f"after {look} patients: {', '.join(bounds) or 'no stop'}")
    return "; ".join(parts)


def _high(design: SingleArmDesign) -> float:
    """Return the most responders that a picture shows."""
    boundary = design.boundary
    within = [high for look, high in zip(boundary.looks, boundary.efficacy, strict=True) if high <= look]
    most = max([*within, design.hypotheses.target * boundary.patients])
    return float(min(boundary.patients, np.ceil(1.35 * most + 1)))
