"""Exposure of one subject to one drug, counted day by day in plain Python."""

from dataclasses import dataclass
from itertools import pairwise

Record = tuple[int, int, float]
"""First day, last day, dose on each of them; days are numbers."""


@dataclass(frozen=True)
class Plan:
    """The dose of a dosing day, the dosing days of a cycle (none: every day), its length."""

    dose: float
    days: tuple[int, ...]
    length: int


def exposure(records: list[Record], plan: Plan) -> dict[str, float]:
    """Return the parameters of ADEX of a drug by their codes."""
    given: dict[int, float] = {}
    for first, last, dose in records:
        for day in range(first, last + 1):
            if dose > 0:
                given[day] = given.get(day, 0.0) + dose
    days = sorted(given)
    starts = cycles(days, plan)
    planned_days = plan.days or tuple(range(1, plan.length + 1))
    per_cycle = plan.dose * len(planned_days)
    duration = days[-1] - days[0] + 1
    whole = max(starts[-1] + plan.length - days[0], duration) if plan.days else duration
    intensity = sum(given.values()) / (whole / 7)
    return {
        "TRTDUR": duration,
        "DAYSDOSE": len(days),
        "NCYCLES": len(starts),
        "CUMDOSE": sum(given.values()),
        "CUMPLAN": per_cycle * len(starts),
        "CUMPCT": 100 * sum(given.values()) / (per_cycle * len(starts)),
        "DI": intensity,
        "DIPLAN": per_cycle / plan.length * 7,
        "RDI": 100 * intensity / (per_cycle / plan.length * 7),
        "NRED": sum(given[b] < 0.95 * given[a] for a, b in pairwise(days)),
        "NINT": interruptions(days, starts, planned_days, plan.length),
        **({"NDELAY": sum(b - a > plan.length + 3 for a, b in pairwise(starts))} if plan.days else {}),
    }


def cycles(days: list[int], plan: Plan) -> list[int]:
    """Return the days on which cycles start."""
    if not plan.days:
        return list(range(days[0], days[-1] + 1, plan.length))
    early = (plan.length - max(plan.days)) // 2
    starts = [days[0]]
    for day in days:
        if day >= starts[-1] + plan.length - early:
            starts.append(day)
    return starts


def interruptions(days: list[int], starts: list[int], planned: tuple[int, ...], length: int) -> int:
    """Return the runs of planned days without dose before the last dose."""
    ends = [start - 1 for start in starts[1:]] + [max(starts[-1] + length - 1, days[-1])]
    due = [start + day - min(planned) for start, end in zip(starts, ends, strict=True) for day in planned
           if start + day - min(planned) <= min(end, days[-1])]  # fmt: skip
    missed = [day not in set(days) for day in due]
    return sum(now and not before for before, now in pairwise([False, *missed]))
