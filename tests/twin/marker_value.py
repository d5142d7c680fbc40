"""The slow twin of a marker's value: look at one sample after the other, in order of day and place."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Sample:
    """A sample: study day (no day 0), value, and whether it was measured."""

    day: int
    value: float
    done: bool


def slow_value(samples: list[Sample], landmark: tuple[int, int] | None) -> float | None:
    """Return the value that counts: the last up to day 1, or the last in the window before the landmark."""
    best: tuple[int, float] | None = None
    for sample in samples:
        if landmark is None:
            timely = sample.day <= 1
        else:
            day, window = landmark
            timely = 1 < sample.day <= day and day - sample.day <= window
        if sample.done and timely and (best is None or sample.day >= best[0]):
            best = (sample.day, sample.value)
    return None if best is None else best[1]
