"""The two-stage log-rank design as the R package OneArm2stage 1.2.1 computes it, to see where we differ.

Patients enter evenly over the accrual period of all n. The interim moments are those of one of n patients, of whom only
t1 / ta have entered; their sum has n terms, but the drift is multiplied by the root of n1, and the correlation under
the target is that of independent increments.
"""

from dataclasses import dataclass

import numpy as np
from scipy import integrate, special, stats


@dataclass(frozen=True)
class Asked:
    """Weibull shape and null rate at a time, hazard ratio, follow-up, patients per unit of time, restricted or not."""

    shape: float
    rate: float
    time: float
    ratio: float
    follow_up: float
    per_time: float
    restricted: bool


def moments(asked: Asked, ratio: float, accrual: float, look: float) -> tuple[float, float]:
    """Return p and the exact variance of one of n patients at a look at `look`; p is its expected events."""
    scale = asked.time / (-np.log(asked.rate)) ** (1 / asked.shape)
    end = asked.follow_up if asked.restricted else min(look, accrual + asked.follow_up)

    def beyond(t: float) -> float:
        return float(np.clip((look - t) / accrual, 0.0, 1.0))

    def integral(power: int) -> float:
        def inner(t: float) -> float:
            hazard = (t / scale) ** asked.shape
            return asked.shape / t * hazard ** (1 + power) * np.exp(-ratio * hazard) * beyond(t)

        kinks = sorted({min(max(look - accrual, 0.0), end), min(look, end)})
        return float(integrate.quad(inner, 0, end, points=[k for k in kinks if 0 < k < end] or None, limit=200)[0])

    p, q = integral(0), integral(1)
    return p, ratio * p + 2 * (1 - ratio) * q - ((1 - ratio) * p) ** 2


def evaluated(asked: Asked, patients: int, look: float, futility: float, alpha: float) -> dict[str, float]:
    """Return critical value, power, expected patients and chance to stop, as the package has them."""
    accrual = patients / asked.per_time
    end = accrual + asked.follow_up
    (v1, _), (v, _) = moments(asked, 1.0, accrual, look), moments(asked, 1.0, accrual, end)
    rho = np.sqrt(v1 / v)
    critical = solved(futility, rho, alpha)
    (p1, s1), (p, s) = moments(asked, asked.ratio, accrual, look), moments(asked, asked.ratio, accrual, end)
    less = 1 - asked.ratio
    drift1 = less * np.sqrt(p1 * asked.per_time * look)
    first = np.sqrt(p1 / s1) * (futility - drift1)
    last = np.sqrt(p / s) * (critical - less * np.sqrt(p * patients))
    stop = stats.norm.cdf(futility)
    return {
        "critical": critical,
        "power": both(first, last, np.sqrt(s1 / s)),
        "expected": patients - (patients - look * asked.per_time) * stop,
        "stop": stop,
    }


def both(first: float, last: float, rho: float) -> float:
    """Return P(X > first, Y > last) of two normal variables."""

    def inner(z: float) -> float:
        return float(stats.norm.pdf(z) * special.ndtr((rho * z - first) / np.sqrt(1 - rho**2)))

    return float(integrate.quad(inner, last, last + 20)[0])


def solved(first: float, rho: float, alpha: float) -> float:
    low, high = -5.0, 5.0
    for _ in range(50):
        middle = (low + high) / 2
        low, high = (middle, high) if both(first, middle, rho) > alpha else (low, middle)
    return (low + high) / 2
