"""What a stopping rule does, with fractions, patient by patient, over every course of the trial."""

from fractions import Fraction

from topline.design.bivariate.rule import BivariateBoundary
from topline.protocol.rule.boundary import Boundary

Pair = tuple[int, int]


def success_and_patients(rule: Boundary, p: Fraction) -> tuple[Fraction, Fraction]:
    """Return the chance of success and the expected number of patients."""
    alive, success, patients = {0: Fraction(1)}, Fraction(0), Fraction(0)
    for n in range(1, rule.patients + 1):
        ahead: dict[int, Fraction] = {}
        for count, chance in alive.items():
            for more, weight in ((1, p), (0, 1 - p)):
                ahead[count + more] = ahead.get(count + more, Fraction(0)) + chance * weight
        if n in rule.looks:
            place = rule.looks.index(n)
            for count in list(ahead):
                if count >= rule.efficacy[place]:
                    success += ahead[count]
                if count >= rule.efficacy[place] or count <= rule.futility[place]:
                    patients += n * ahead.pop(count)
        alive = ahead
    return success, patients


def both_outcomes(rule: BivariateBoundary, cells: tuple[Fraction, ...]) -> tuple[Fraction, Fraction]:
    """Return the chance of success and the expected patients; cells are both, response, toxicity, neither."""
    alive: dict[Pair, Fraction] = {(0, 0): Fraction(1)}
    patients = Fraction(0)
    for n in range(1, rule.patients + 1):
        ahead: dict[Pair, Fraction] = {}
        for (responses, toxicities), chance in alive.items():
            for (r, t), weight in zip(((1, 1), (1, 0), (0, 1), (0, 0)), cells, strict=True):
                key = responses + r, toxicities + t
                ahead[key] = ahead.get(key, Fraction(0)) + chance * weight
        if n in rule.looks:
            place = rule.looks.index(n)
            for responses, toxicities in list(ahead):
                if responses <= rule.futility[place] or toxicities >= rule.toxicity[place]:
                    patients += n * ahead.pop((responses, toxicities))
        alive = ahead
    success = sum(alive.values(), Fraction(0))
    return success, patients + rule.patients * success
