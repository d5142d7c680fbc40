"""Event or censored, for one patient at a time, as the rules of censoring read."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Times:
    """Days of one patient after time zero: start, event, stop (None: never), and all observations."""

    start: int
    event: int | None
    stop: int | None
    seen: tuple[int, ...]


def missed(last: int, event: int, nominal: list[int], window: int) -> int:
    """Count the scheduled scans whose window lies wholly between the last adequate scan and the event."""
    return sum(1 for day in nominal if last < day - window and day + window < event)


def judge(times: Times, nominal: list[int], window: int, allowed: int | None) -> tuple[int, int]:
    """Return the day and 0 for an event, 1 for censored."""
    usable = [
        day
        for day in times.seen
        if day >= times.start
        and (times.stop is None or day <= times.stop)
        and (times.event is None or day < times.event)
    ]
    last = max(usable, default=times.start)
    if times.event is None or times.event < times.start:
        return last, 1
    if times.stop is not None and times.event > times.stop:
        return last, 1
    if allowed is not None and missed(last, times.event, nominal, window) >= allowed:
        return last, 1
    return times.event, 0
