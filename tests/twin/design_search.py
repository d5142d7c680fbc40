"""Designs on a response by trying every one, and what a rule does by walking through every course of a trial."""

from collections.abc import Iterator
from itertools import product
from math import comb, sqrt

from topline.protocol.rule.boundary import Boundary

SLACK = 1e-13
"""How far two orders of summation may differ."""
Rule = tuple[tuple[int, int, int], ...]
"""Looks, each with its patients, the most responses that stop without success, the fewest that stop with success."""


def chance(x: int, n: int, p: float) -> float:
    """Return the probability of x responses of n patients."""
    return comb(n, x) * p**x * (1.0 - p) ** (n - x)


def tail(x: int, n: int, p: float) -> float:
    """Return the probability of x or more responses of n patients."""
    return sum(chance(k, n, p) for k in range(max(x, 0), n + 1))


def ends(rule: Rule, p: float) -> list[tuple[int, int, float]]:
    """Return (patients, 1 for success, probability) of every end of a trial, stage by stage."""
    alive, found, before = {0: 1.0}, [], 0
    for look, futile, success in rule:
        ahead: dict[int, float] = {}
        for responses, weight in alive.items():
            for more in range(look - before + 1):
                total = responses + more
                ahead[total] = ahead.get(total, 0.0) + weight * chance(more, look - before, p)
        found += [(look, 0, weight) for total, weight in ahead.items() if total <= futile]
        found += [(look, 1, weight) for total, weight in ahead.items() if total >= success]
        alive = {total: weight for total, weight in ahead.items() if futile < total < success}
        before = look
    return found


def success(rule: Rule, p: float) -> float:
    return sum(weight for _, passed, weight in ends(rule, p) if passed)


def expected(rule: Rule, p: float) -> float:
    return sum(look * weight for look, _, weight in ends(rule, p))


def rule_of(boundary: Boundary) -> Rule:
    return tuple(zip(boundary.looks, boundary.futility, boundary.efficacy, strict=True))


def two_stage_rules(n: int) -> Iterator[Rule]:
    """Yield every two-stage rule of n patients with a futility stop."""
    for n1 in range(1, n):
        for r1, r in product(range(n1), range(n)):
            if r1 <= r:
                yield (n1, r1, n1 + 1), (n, r, r + 1)


def early_rules(n: int) -> Iterator[Rule]:
    """Yield every two-stage rule of n patients with a futility stop, with and without a success stop."""
    for (n1, r1, _), last in two_stage_rules(n):
        if r1 < last[1]:  # else the second stage decides nothing
            for a1 in range(r1 + 2, n1 + 2):
                yield (n1, r1, a1), last


def three_stage_rules(n: int) -> Iterator[Rule]:
    """Yield every three-stage rule of n patients with futility stops."""
    for n1 in range(1, n - 1):
        for n2 in range(n1 + 1, n):
            for r1, r2, r in product(range(n1), range(n2), range(n)):
                if r1 <= r2 <= r:
                    yield (n1, r1, n1 + 1), (n2, r2, n2 + 1), (n, r, r + 1)


def holding(rules: Iterator[Rule], null: float, target: float, alpha: float, power: float) -> list[Rule]:
    """Return the rules with the level and the power."""
    return [rule for rule in rules if success(rule, target) >= power - SLACK and success(rule, null) <= alpha + SLACK]


def single_stage_sizes(null: float, target: float, alpha: float, power: float, patients: int) -> dict[int, int]:
    """Return the fewest responses that make a success for each n that holds."""
    found = {}
    for n in range(1, patients + 1):
        bound = next(x for x in range(n + 2) if tail(x, n, null) <= alpha)
        if tail(bound, n, target) >= power:
            found[n] = bound
    return found


def decided(rule: Rule, answers: tuple[int, ...]) -> tuple[int, int]:
    """Return (patients, 1 for success) of one course of a trial."""
    for look, futile, passed in rule:
        responses = sum(answers[:look])
        if responses <= futile or responses >= passed:
            return look, int(responses >= passed)
    raise AssertionError("the last look decides")


def power_from(rule: Rule, answers: tuple[int, ...], p: float) -> float:
    """Return the probability of success given the first answers, adding up every continuation."""
    left = rule[-1][0] - len(answers)
    courses = (answers + more for more in product((0, 1), repeat=left))
    return sum(
        p ** sum(c[len(answers) :]) * (1 - p) ** (left - sum(c[len(answers) :])) * decided(rule, c)[1] for c in courses
    )


def curtailed_ends(rule: Rule, target: float, bounds: tuple[float, float], p: float) -> dict[tuple[int, int], float]:
    """Return the probability of each (patients, 1 for success) of a curtailed rule, over every course of a trial."""
    powers = {
        answers: power_from(rule, answers, target)
        for length in range(1, rule[-1][0] + 1)
        for answers in product((0, 1), repeat=length)
    }
    found: dict[tuple[int, int], float] = {}
    for course in product((0, 1), repeat=rule[-1][0]):
        for length in range(1, len(course) + 1):
            power = powers[course[:length]]
            if power < max(bounds[0], 1e-12) or power > min(bounds[1], 1.0 - 1e-12):
                key = length, int(power > bounds[0])
                found[key] = found.get(key, 0.0) + p ** sum(course) * (1 - p) ** (len(course) - sum(course))
                break
    return found


def gehan_second_stage(first: int, responses: int, standard_error: float) -> int:
    """Return further patients until the standard error is small enough at the most uncertain rate up to the limit."""
    rates = [step / 20000 for step in range(20001)]
    limit = next(p for p in reversed(rates) if 1.0 - tail(responses + 1, first, p) >= 0.25)
    inside = [p for p in rates if responses / first <= p <= limit] or [responses / first]
    more = 0
    while max(sqrt(p * (1 - p) / (first + more)) for p in inside) > standard_error:
        more += 1
    return more
