"""The one-sample log-rank test when everyone is watched for the same time: its law written out, without any grid.

k of n patients have the event; the others add the whole hazard a each. The sum of k exponential times cut at a has the
distribution of Irwin and Hall's kind: gamma distributions with signs, one for each number of times that are not cut.
"""

from math import comb, exp, inf, sqrt

from scipy import special


def success(patients: int, most: float, ratio: float, critical: float) -> float:
    """Return P((E - O) / sqrt(E) > critical); `most` is the null hazard until the end of follow-up."""
    total = 0.0
    for events in range(patients + 1):
        free = patients - events
        bound = ((critical + sqrt(critical**2 + 4 * events)) / 2) ** 2 if critical > 0 or events else 0.0
        weight = comb(patients, events) * exp(-ratio * most * free)
        total += weight * (summed(events, most, ratio, inf) - summed(events, most, ratio, bound - free * most))
    return total


def summed(events: int, most: float, ratio: float, bound: float) -> float:
    """Return the mass of events that all come in time and whose hazards sum to at most the bound."""
    if events == 0:
        return 1.0 if bound >= 0 else 0.0
    if bound == inf:
        return (1.0 - exp(-ratio * most)) ** events
    mass = 0.0
    for cut in range(events + 1):
        rest = bound - cut * most
        if rest > 0:
            mass += (-1) ** cut * comb(events, cut) * exp(-ratio * most * cut) * special.gammainc(events, ratio * rest)
    return mass
