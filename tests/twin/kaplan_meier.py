"""Kaplan-Meier subject by subject: counts with loops, limits and quantiles with case distinctions."""

from dataclasses import dataclass
from itertools import pairwise
from math import asin, exp, inf, isnan, log, nan, pi, sin, sqrt

from scipy import stats

Subjects = list[tuple[float, int]]


@dataclass(frozen=True)
class Step:
    """One distinct time: at risk, events, censored, survival after it and Greenwood's sum up to it."""

    time: float
    n_risk: int
    n_event: int
    n_censor: int
    survival: float
    greenwood: float


def curve(subjects: Subjects) -> list[Step]:
    steps, survival, greenwood = [], 1.0, 0.0
    for time in sorted({t for t, _ in subjects}):
        at_risk = sum(1 for t, _ in subjects if t >= time)
        events = sum(1 for t, e in subjects if t == time and e == 1)
        censored = sum(1 for t, e in subjects if t == time and e == 0)
        survival *= 1.0 - events / at_risk
        if events:
            greenwood += inf if events == at_risk else events / (at_risk * (at_risk - events))
        steps.append(Step(time, at_risk, events, censored, survival, greenwood))
    return steps


def limits(survival: float, greenwood: float, kind: str, confidence: float) -> tuple[float, float]:
    """Return the confidence limits on the named scale, by the textbook formula of each."""
    if greenwood == 0:
        return survival, survival
    if survival == 0:
        return nan, nan
    z, se = float(stats.norm.ppf((1.0 + confidence) / 2.0)), sqrt(greenwood)
    if kind == "plain":
        return max(0.0, survival - z * survival * se), min(1.0, survival + z * survival * se)
    if kind == "log":
        return exp(log(survival) - z * se), min(1.0, exp(log(survival) + z * se))
    if kind == "log-log":
        centre, width = log(-log(survival)), z * se / abs(log(survival))
        return exp(-exp(centre + width)), exp(-exp(centre - width))
    if kind == "logit":
        centre, width = log(survival / (1.0 - survival)), z * se / (1.0 - survival)
        return exp(centre - width) / (1.0 + exp(centre - width)), exp(centre + width) / (1.0 + exp(centre + width))
    centre, width = asin(sqrt(survival)), z * se * sqrt(survival / (1.0 - survival)) / 2.0
    return sin(max(0.0, centre - width)) ** 2, sin(min(pi / 2.0, centre + width)) ** 2


def quantile(times: list[float], heights: list[float], share: float) -> float:
    """First time at or below 1 - share; if exactly there, the middle of the flat piece (or up to the last time)."""
    level, near = 1.0 - share, 1.5e-8
    for i, (time, height) in enumerate(zip(times, heights, strict=True)):
        if isnan(height) or height > level + near:
            continue
        if height <= level - near:
            return time
        for later, lower in zip(times[i:], heights[i:], strict=True):
            if lower <= level - near:
                return (time + later) / 2.0
        return nan if isnan(heights[-1]) or abs(heights[-1] - level) >= near else (time + times[-1]) / 2.0
    return nan


def height_at(steps: list[Step], time: float) -> float:
    return ([1.0] + [s.survival for s in steps if s.time <= time])[-1]


def area(steps: list[Step], start: float, end: float) -> float:
    """Area under the curve from start to end, rectangle by rectangle."""
    edges = [start, *(s.time for s in steps if start < s.time < end), end]
    return sum((b - a) * height_at(steps, a) for a, b in pairwise(edges))


def restricted_mean(steps: list[Step], horizon: float) -> tuple[float, float]:
    """Return the area up to the horizon and its standard error."""
    variance = sum(
        area(steps, s.time, horizon) ** 2 * s.n_event / (s.n_risk * (s.n_risk - s.n_event))
        for s in steps
        if s.time <= horizon and s.n_risk > s.n_event
    )
    return area(steps, 0.0, horizon), sqrt(variance)
