"""The continuous toxicity boundary with fractions, by trying every level; stopping chances by walking every path."""

from fractions import Fraction
from math import comb


def tail(k: int, n: int, p: Fraction) -> Fraction:
    """Return the chance of k or more of n."""
    return sum((comb(n, x) * p**x * (1 - p) ** (n - x) for x in range(k, n + 1)), Fraction(0))


def bounds(patients: int, p: Fraction, level: Fraction) -> list[int]:
    """Return for each patient the fewest toxicities with a chance of at most the level, else one more than patients."""
    return [next((k for k in range(1, i + 1) if tail(k, i, p) <= level), i + 1) for i in range(1, patients + 1)]


def chance_to_stop(stop: list[int], p: Fraction) -> Fraction:
    """Return the chance ever to reach a bound, patient by patient, for each number of toxicities so far."""
    alive, stopped = {0: Fraction(1)}, Fraction(0)
    for bound in stop:
        ahead: dict[int, Fraction] = {}
        for count, chance in alive.items():
            for more, weight in ((1, p), (0, 1 - p)):
                ahead[count + more] = ahead.get(count + more, Fraction(0)) + chance * weight
        stopped += sum((chance for count, chance in ahead.items() if count >= bound), Fraction(0))
        alive = {count: chance for count, chance in ahead.items() if count < bound}
    return stopped


def boundary(patients: int, p: Fraction, error: Fraction) -> tuple[list[int], Fraction]:
    """Return the bounds of the largest level that keeps the error, and the level (0 where none does)."""
    levels = {tail(k, i, p) for i in range(1, patients + 1) for k in range(1, i + 1)}
    kept = [level for level in levels if chance_to_stop(bounds(patients, p, level), p) <= error]
    level = max(kept, default=Fraction(0))
    return bounds(patients, p, level), level
