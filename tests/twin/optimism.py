"""The slow twin of the optimism: one bootstrap sample after the other, subject by subject."""

from collections.abc import Sequence

from tests.twin.maximal_statistic import slow_cuts, slow_statistic


def _difference(outcomes: Sequence[float], high: Sequence[bool]) -> float:
    one = [y for y, inside in zip(outcomes, high, strict=True) if inside]
    two = [y for y, inside in zip(outcomes, high, strict=True) if not inside]
    return sum(one) / len(one) - sum(two) / len(two)


def slow_gain(
    values: Sequence[float], outcomes: Sequence[float], times: Sequence[int], shares: tuple[float, float]
) -> float | None:
    """Return how much larger the best rate difference is in a sample than in the data; `times` counts the draws."""
    drawn = [i for i, count in enumerate(times) for _ in range(count)]
    own = [values[i] for i in drawn]
    best: tuple[float, float] | None = None
    for cut in slow_cuts(own, *shares):
        size = abs(slow_statistic([outcomes[i] for i in drawn], [v >= cut for v in own]))
        if size > 0 and (best is None or size > best[0] + 1e-9):
            best = (size, cut)
    if best is None:
        return None
    there = _difference([outcomes[i] for i in drawn], [v >= best[1] for v in own])
    here = _difference(outcomes, [v >= best[1] for v in values])
    return abs(there) - (here if there > 0 else -here)
