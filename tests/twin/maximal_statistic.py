"""The slow twin of the search: every cut of every marker in turn, over every order of the outcomes."""

from itertools import permutations

Row = list[float]


def slow_cuts(values: Row, low: float, high: float) -> list[float]:
    """Return the values at which a marker may be cut; None is a missing value."""
    have = [v for v in values if v is not None]
    shares = {v: sum(other < v for other in have) / len(have) for v in have}
    return sorted(v for v in set(have) if shares[v] > 0 and low - 1e-9 <= shares[v] <= high + 1e-9)


def response_scores(outcomes: list[float]) -> Row:
    return list(outcomes)


def log_rank_scores(outcomes: list[tuple[float, float]]) -> Row:
    """Return event minus cumulative hazard, time by time."""
    scores = []
    for time, event in outcomes:
        hazard = 0.0
        for earlier in sorted({t for t, _ in outcomes if t <= time}):
            deaths = sum(e for t, e in outcomes if t == earlier)
            hazard += deaths / sum(t >= earlier for t, _ in outcomes)
        scores.append(event - hazard)
    return scores


def slow_statistic(scores: Row, high: list[bool]) -> float:
    """Return the sum over the high group, less its mean and over its standard deviation under permutation."""
    n, m = len(scores), sum(high)
    mean = sum(scores) / n
    square = sum((score - mean) ** 2 for score in scores)
    variance = m * (n - m) * square / (n * (n - 1)) if n > 1 else 0.0
    total = sum(score for score, inside in zip(scores, high, strict=True) if inside)
    return (total - m * mean) / variance**0.5 if variance > 1e-9 else 0.0


def slow_maxima(markers: list[Row], outcomes: list, score, shares: tuple[float, float]) -> Row:  # type: ignore[no-untyped-def, type-arg]
    """Return the largest absolute statistic of each marker; missing values leave their subjects out."""
    maxima = []
    for values in markers:
        have = [i for i, v in enumerate(values) if v is not None]
        scores = score([outcomes[i] for i in have])
        sizes = [abs(slow_statistic(scores, [values[i] >= cut for i in have])) for cut in slow_cuts(values, *shares)]
        maxima.append(max(sizes, default=0.0))
    return maxima


def all_maxima(markers: list[Row], outcomes: list, score, shares: tuple[float, float]) -> list[Row]:  # type: ignore[no-untyped-def, type-arg]
    """Return the maxima of every order of the outcomes."""
    return [slow_maxima(markers, list(order), score, shares) for order in permutations(outcomes)]
