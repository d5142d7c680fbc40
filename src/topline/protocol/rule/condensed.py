"""A stopping rule without the looks and bounds that stop nobody: the same trial, told in the fewest words."""

from topline.protocol.rule.boundary import NEVER, Boundary
from topline.protocol.rule.outcome import continuing


def condensed(boundary: Boundary) -> Boundary:
    """Return the rule without the looks at which no trial stops that followed it, and without such bounds.

    A bound that no arriving number of responses meets is dropped: after a stop at 2 or fewer of 18 nobody arrives at
    the next look with 2. A look at which everybody stops is the last one. What the rule does stays the same at every
    rate. A bound for success that cannot be met stands as one above the look; the last bound is at
    most one above the numbers that can arrive.

    >>> every = Boundary(looks=(10, 11, 12, 17, 18), futility=(0, 0, 0, 1, 3), efficacy=(11, 12, 13, 18, 4))
    >>> condensed(every)
    Boundary(looks=(10, 17, 18), futility=(0, 1, 3), efficacy=(11, 18, 4))

    """
    rows: list[tuple[int, int, int]] = []
    looks = zip(boundary.looks, boundary.futility, boundary.efficacy, continuing(boundary), strict=True)
    for look, futile, success, (low, high) in looks:
        last = look == boundary.patients or futile >= high or success <= low or futile + 1 == success
        if last:
            rows.append((look, *_final((futile, success), low, high)))
            break
        stops = futile >= low, success <= high
        if any(stops):
            rows.append((look, futile if stops[0] else NEVER, success if stops[1] else look + 1))
    kept = tuple(zip(*rows, strict=True))
    return Boundary(*kept)


def _final(bounds: tuple[int, int], low: int, high: int) -> tuple[int, int]:
    """Return the bounds of a look at which everybody stops, so that they meet, for `low` to `high` responses."""
    futile, success = bounds
    if futile + 1 != success:
        success = low if success <= low else high + 1
    success = min(max(success, low), high + 1)
    return success - 1, success
