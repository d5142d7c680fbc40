"""Pictures of designs over the true rate, and of how many patients they take; each design has its letter in all."""

from collections.abc import Callable, Iterator, Sequence

import numpy as np
from markupsafe import Markup

from topline.design.comparison.cells import letter
from topline.design.comparison.figure import (
    INK,
    PALE,
    SOFT,
    STYLES,
    Axis,
    Point,
    bottom,
    curve,
    label,
    left,
    legend,
    picture,
    rule,
    shape,
)
from topline.design.single_arm import SingleArmDesign
from topline.protocol.rule.boundary import Array, OperatingCharacteristics

WIDTH, LEFT, RIGHT = 820.0, 72.0, 800.0
FINE = 121
FEW_LOOKS = 6
"""With more looks than this the probabilities are not written at the bars."""
BAR, ROW = 32.0, 54.0
"""Height of a bar of probability 1, and of the row of a design."""
PANELS = ((64.0, 356.0), (444.0, 736.0))
TOLD = 0.1
"""Least probability that is written at its bar."""


def operating_curves(designs: Sequence[SingleArmDesign]) -> Markup:
    """Return the probability of success of designs against the true rate, with their null and target rates.

    Args:
        designs: at least one; each keeps its colour, dashes and letter in all figures.

    >>> from topline.design.rate.simon import simon
    >>> str(operating_curves([simon(0.1, 0.3, power=0.9)]))[:4]
    '<svg'

    """
    names, height = _legend(designs)
    x, y = Axis(0, reach(designs), LEFT, RIGHT), Axis(0, 1, 32 + height + 320, 32 + height)
    shapes = [*names, *left(y, (LEFT, RIGHT), y.ticks(5), "Probability of success", percent=True)]
    shapes += [*bottom(x, y.start, x.ticks(10), "True rate", percent=True), *_marks(designs, x, y)]
    shapes += _lines(designs, (x, y), lambda found: found.success)
    for number, each in enumerate(designs):
        asked, told = each.hypotheses, f"{letter(number)} {each.name}"
        for rate, value in ((asked.null, each.level), (asked.target, each.attained_power)):
            shapes.append(
                _point((x.at(rate), y.at(value)), STYLES[number % len(STYLES)][0], f"{told}: {value:.4f} at {rate:g}")
            )
    described = "; ".join(f"{each.name}: level {each.level:.4f}, power {each.attained_power:.4f}" for each in designs)
    return picture((WIDTH, y.start + 48), "Probability of success by true rate", described, shapes)


def difference_curves(designs: Sequence[SingleArmDesign], shown: int = 0) -> Markup:
    """Return how much the probability of success of each design differs from that of one of them, by true rate."""
    base = designs[shown]
    rates = np.linspace(0, reach(designs), FINE)
    apart = [100 * (each.operating_characteristics(rates).success - _success(base, rates)) for each in designs]
    most = max(0.5, *(float(np.abs(each).max()) for each in apart)) * 1.08
    names, height = _legend(designs)
    x, y = Axis(0, reach(designs), LEFT, RIGHT), Axis(-most, most, 32 + height + 250, 32 + height)
    shapes = [*names, *left(y, (LEFT, RIGHT), y.ticks(8), "Percentage points")]
    shapes += [*bottom(x, y.start, x.ticks(10), "True rate", percent=True), *_marks(designs, x, y)]

    def difference(found: OperatingCharacteristics) -> Array:
        return 100 * (found.success - _success(base, found.rates))

    shapes += _lines(designs, (x, y), difference)
    named = [rate for each in designs for rate in (each.hypotheses.null, each.hypotheses.target)]
    shapes += _letters(designs, (x, y), difference, (min(named), max(named)))
    described = "; ".join(
        f"{each.name}: {low:.2f} to {high:.2f} points"
        for each, low, high in ((d, a.min() + 0.0, a.max() + 0.0) for d, a in zip(designs, apart, strict=True))
    )
    title = f"Probability of success less that of {letter(shown)} {base.name}, by true rate"
    return picture((WIDTH, y.start + 48), title, described, shapes)


def expected_curves(designs: Sequence[SingleArmDesign]) -> Markup:
    """Return the expected number of patients of designs against the true rate."""
    names, height = _legend(designs)
    most = max(each.boundary.patients for each in designs)
    x, y = Axis(0, reach(designs), LEFT, RIGHT), Axis(0, most * 1.04, 32 + height + 290, 32 + height)
    shapes = [*names, *left(y, (LEFT, RIGHT), y.ticks(6, least=1), "Expected patients")]
    shapes += [*bottom(x, y.start, x.ticks(10), "True rate", percent=True), *_marks(designs, x, y)]
    shapes += _lines(designs, (x, y), lambda found: found.expected_patients)
    shapes += _letters(designs, (x, y), lambda found: found.expected_patients, (0.0, x.high))
    return picture((WIDTH, y.start + 48), "Expected patients by true rate", _expected(designs), shapes)


def sample_sizes(designs: Sequence[SingleArmDesign]) -> Markup:
    """Return how probable each number of patients is, at the null rate and at the target rate, a row each design.

    The height of a bar is the probability that the trial ends there; a diamond marks the expected number.
    """
    most = max(each.boundary.patients for each in designs)
    end = 40.0 + ROW * len(designs)
    shapes: list[Markup] = []
    for row, ((start, stop), title) in enumerate(zip(PANELS, ("null rate", "target rate"), strict=True)):
        x = Axis(0, most * 1.1, start, stop)
        shapes += bottom(x, end, x.ticks(8, least=1), "Patients")
        shapes.append(label(((start + stop) / 2, 16), f"At the {title}", class_="name", text_anchor="middle"))
        shapes.append(label((stop + 10, 16), "Expected", class_="note", fill=SOFT))
        for number, each in enumerate(designs):
            shapes += _bars(each, (row, number), x, 40.0 + ROW * number + BAR + 10)
    return picture((WIDTH, end + 48), "Number of patients at the end", _expected(designs), shapes)


def _bars(design: SingleArmDesign, place: tuple[int, int], x: Axis, floor: float) -> Iterator[Markup]:
    """Yield the row of a design at its null (0) or target rate: letter, bars, the expected patients."""
    row, number = place
    colour = STYLES[number % len(STYLES)][0]
    expected = float(design.exact.expected_patients[row])
    yield rule((x.start, floor), (x.end, floor), stroke=PALE)
    yield label((x.start - 10, floor - 4), letter(number), class_="name", text_anchor="end")
    wide = min(7.0, 0.8 * (x.at(1) - x.at(0)))
    for look, chance in zip(design.boundary.looks, design.exact.patients[row].tolist(), strict=True):
        tall = BAR * chance
        told = shape("title", f"{letter(number)} {design.name}: {look} patients with probability {chance:.4f}")
        box: dict[str, float] = {"x": x.at(look) - wide / 2, "y": floor - tall, "width": wide, "height": tall}
        yield shape("rect", told, fill=colour, **box)
        if chance >= TOLD and len(design.boundary.looks) <= FEW_LOOKS:
            yield label((x.at(look), floor - tall - 3), f"{chance:.1%}", class_="small", text_anchor="middle", fill=INK)
    yield _diamond((x.at(expected), floor), f"{design.name}: {expected:.2f} patients expected")
    yield label((x.end + 10, floor), f"{expected:.2f}", class_="tick")


def _legend(designs: Sequence[SingleArmDesign]) -> tuple[list[Markup], float]:
    return legend([f"{letter(place)}  {each.name}" for place, each in enumerate(designs)], (LEFT, 18), RIGHT - LEFT)


def _marks(designs: Sequence[SingleArmDesign], x: Axis, y: Axis) -> Iterator[Markup]:
    """Yield the dotted lines at the null and the target rates, each rate once."""
    named = {each.hypotheses.null: "null" for each in designs}
    for rate, name in sorted((named | {each.hypotheses.target: "target" for each in designs}).items()):
        yield rule((x.at(rate), y.start), (x.at(rate), y.end), stroke=SOFT, stroke_dasharray="1 3")
        yield label(
            (x.at(rate), y.end - 6), f"{name} {100 * rate:.4g}%", class_="note", fill=SOFT, text_anchor="middle"
        )


Value = Callable[[OperatingCharacteristics], Array]


def _lines(designs: Sequence[SingleArmDesign], axes: tuple[Axis, Axis], value: Value) -> Iterator[Markup]:
    """Yield the line of each design over the true rates."""
    x, y = axes
    rates = np.linspace(0, x.high, FINE)
    for number, each in enumerate(designs):
        heights = value(each.operating_characteristics(rates))
        yield curve(zip(map(x.at, rates), map(y.at, heights), strict=True), STYLES[number % len(STYLES)])


def _letters(
    designs: Sequence[SingleArmDesign], axes: tuple[Axis, Axis], value: Value, span: Point
) -> Iterator[Markup]:
    """Yield the letter of each design on its line, each at a rate of its own between two rates."""
    x, y = axes
    for number, each in enumerate(designs):
        rate = span[0] + (span[1] - span[0]) * (number + 1.0) / (len(designs) + 1.0)
        height = float(value(each.operating_characteristics(rate))[0])
        colour = STYLES[number % len(STYLES)][0]
        yield label(
            (x.at(rate), y.at(height) + 4.5), letter(number), class_="letter", text_anchor="middle", fill=colour
        )


def reach(designs: Sequence[SingleArmDesign]) -> float:
    """Return the largest rate that the curves show: as far above the target rates as these are above the null rates."""
    far = max(2 * each.hypotheses.target - each.hypotheses.null for each in designs)
    return float(min(1.0, np.ceil(far * 10 - 1e-9) / 10))


def _success(design: SingleArmDesign, rates: Array) -> Array:
    return design.operating_characteristics(rates).success


def _expected(designs: Sequence[SingleArmDesign]) -> str:
    return "; ".join(
        f"{each.name}: {each.exact.expected_patients[0]:.2f} expected at the null rate, "
        f"{each.exact.expected_patients[1]:.2f} at the target rate"
        for each in designs
    )


def _point(at: Point, colour: str, told: str) -> Markup:
    return shape("circle", shape("title", told), cx=float(at[0]), cy=float(at[1]), r=4.5, fill=colour, stroke="#ffffff")


def _diamond(at: Point, told: str) -> Markup:
    x, y = at
    commands = f"M{x:.2f} {y - 6:.2f}L{x + 5:.2f} {y:.2f}L{x:.2f} {y + 6:.2f}L{x - 5:.2f} {y:.2f}Z"
    return shape("path", shape("title", told), d=commands, fill="#ffffff", stroke=INK, stroke_width="1.6")
