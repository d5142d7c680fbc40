"""Rates of events per time at risk, with exact Poisson intervals; counts and times of any shape."""

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from topline.stats.interval import Array, Interval, check_confidence


def poisson_rate(events: ArrayLike, time: ArrayLike, confidence: float = 0.95) -> Interval:
    """Events per unit of time, with every rate that neither one-sided Poisson test rejects at half the error level.

    Coverage is at least the confidence level when events come independently at one rate. Repeated events of one
    subject are not independent: their interval is then too narrow.

    Args:
        events: numbers of events, whole, at least 0; any shape.
        time: time at risk, above 0, in any unit; broadcast with `events`.
        confidence: two-sided level, in (0, 1).

    Returns:
        Interval of rates per unit of time; the lower limit of no event is 0.

    Raises:
        ValueError: an impossible count, no time at risk, or a level outside (0, 1).

    >>> ci = poisson_rate(10, 1)
    >>> round(float(ci.lower), 2), round(float(ci.upper), 2)
    (4.8, 18.39)

    Source: Garwood 1936, doi:10.1093/biomet/28.3-4.437. Golden: golden/safety.toml.

    """
    x, t = (np.array(each, dtype=np.float64) for each in np.broadcast_arrays(events, time))
    _refuse("events", x, ~np.isfinite(x) | (x != np.floor(x)) | (x < 0), "a count of events is whole and not negative")
    _refuse("time", t, ~np.isfinite(t) | (t <= 0), "a rate needs time at risk; leave the empty group out")
    tail = (1.0 - check_confidence("poisson_rate", confidence)) / 2.0
    lower = np.where(x == 0, 0.0, special.gammaincinv(np.maximum(x, 1.0), tail))
    upper = special.gammainccinv(x + 1.0, tail)
    return Interval(x / t, lower / t, upper / t, confidence, "exact Poisson")


def _refuse(name: str, values: Array, bad: np.ndarray, rule: str) -> None:
    if bad.any():
        at = np.unravel_index(int(np.argmax(bad)), bad.shape)
        place = f" at index {tuple(int(i) for i in at)}" if bad.ndim else ""
        raise ValueError(f"poisson_rate: {name} is {values[at]:g}{place}; {rule}")
