"""Bayesian rules by their definitions: probabilities as sums of fractions, designs by trying every threshold."""

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from math import comb, factorial

from scipy import stats

from tests.twin.design_courses import success_and_patients
from topline.protocol.rule.boundary import Boundary

Prior = tuple[Fraction, Fraction]


@dataclass(frozen=True)
class Asked:
    null: Fraction
    target: Fraction
    alpha: Fraction
    power: Fraction


def rising(a: Fraction, k: int) -> Fraction:
    out = Fraction(1)
    for j in range(k):
        out *= a + j
    return out


def predictive(x: int, n: int, needed: int, planned: int, prior: Prior) -> Fraction:
    """Add the beta-binomial probabilities of enough further responses."""
    a, b, m = prior[0] + x, prior[1] + n - x, planned - n
    chances = (comb(m, y) * rising(a, y) * rising(b, m - y) / rising(a + b, m) for y in range(m + 1) if x + y >= needed)
    return sum(chances, Fraction(0))


def posterior(x: int, n: int, rate: Fraction, prior: Prior) -> float:
    return float(stats.beta.sf(float(rate), float(prior[0] + x), float(prior[1] + n - x)))


def predictive_boundaries(looks: tuple[int, ...], prior: Prior) -> Iterator[Boundary]:
    """Yield the boundary of every number needed at the end with every threshold that makes a difference."""
    planned = looks[-1]
    for needed in range(1, planned + 1):
        tables = {n: [predictive(x, n, needed, planned, prior) for x in range(n + 1)] for n in looks[:-1]}
        for threshold in {0, 1, *(value for row in tables.values() for value in row)}:
            low = [sum(value < threshold for value in tables[n]) - 1 for n in looks[:-1]]
            yield Boundary(looks, (*low, needed - 1), (*(n + 1 for n in looks[:-1]), needed))


def fewest_expected(boundaries: Iterator[Boundary], asked: Asked) -> Fraction | None:
    """Return the least expected number of patients at the null rate of the boundaries that hold level and power."""
    found = []
    for boundary in set(boundaries):
        level, expected = success_and_patients(boundary, asked.null)
        if level <= asked.alpha and success_and_patients(boundary, asked.target)[0] >= asked.power:
            found.append(expected)
    return min(found, default=None)


def most_power(boundaries: Iterator[Boundary], asked: Asked) -> Fraction | None:
    """Return the largest power of the boundaries that hold the level and the power."""
    kept = [b for b in set(boundaries) if success_and_patients(b, asked.null)[0] <= asked.alpha]
    powers = (success_and_patients(b, asked.target)[0] for b in kept)
    return max((power for power in powers if power >= asked.power), default=None)


def cutoff_boundaries(looks: tuple[int, ...], null: Fraction, shapes: list[float]) -> Iterator[Boundary]:
    """Yield the boundary of every lambda that makes a difference, for each gamma."""
    prior = null, 1 - null
    tables = {n: [posterior(x, n, null, prior) for x in range(n + 1)] for n in looks}
    for shape in shapes:
        turns = sorted(value / (n / looks[-1]) ** shape for n, row in tables.items() for value in row)
        for before, after in zip([0.0, *turns], [*turns, 1.0], strict=True):
            scale = (before + after) / 2
            if scale < 1:
                low = [sum(v < scale * (n / looks[-1]) ** shape for v in row) - 1 for n, row in tables.items()]
                yield Boundary(looks, tuple(low), (*(n + 1 for n in looks[:-1]), low[-1] + 1))


def whole_beta(a: int, b: int) -> Fraction:
    return Fraction(factorial(a - 1) * factorial(b - 1), factorial(a + b - 1))


def product(one: list[Fraction], other: list[Fraction]) -> list[Fraction]:
    out = [Fraction(0)] * (len(one) + len(other) - 1)
    for i, u in enumerate(one):
        for j, v in enumerate(other):
            out[i + j] += u * v
    return out


def power(base: list[Fraction], exponent: int) -> list[Fraction]:
    out = [Fraction(1)]
    for _ in range(exponent):
        out = product(out, base)
    return out


def better_than_standard(new: tuple[int, int], standard: tuple[int, int], margin: Fraction) -> Fraction:
    """Integrate P(new > s + margin) over the standard's density; with whole parameters all are polynomials in s."""
    a, b = new
    up, down = [margin, Fraction(1)], [1 - margin, Fraction(-1)]
    density = product(
        power([Fraction(0), Fraction(1)], standard[0] - 1), power([Fraction(1), Fraction(-1)], standard[1] - 1)
    )
    total = Fraction(0)
    for j in range(a):  # beta(a, b) is above s when fewer than a of a + b - 1 uniforms are below s
        chance = product(power(up, j), power(down, a + b - 1 - j))
        whole = product(density, [comb(a + b - 1, j) * c for c in chance])
        total += sum((c * (1 - margin) ** (k + 1) / (k + 1) for k, c in enumerate(whole)), Fraction(0))
    return total / whole_beta(*standard)
