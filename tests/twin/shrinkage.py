"""The slow twin of the hierarchy for normal estimates: the spread by SciPy's quadrature, the rest in closed form."""

import numpy as np
from scipy import integrate, optimize, stats


def _evidence(estimates: list[float], errors: list[float], scale: float):  # type: ignore[no-untyped-def]
    """Return the unnormalised posterior density of the spread."""

    def density(spread: float) -> float:
        parts = [stats.norm.pdf(y, 0, np.hypot(spread, s)) for y, s in zip(estimates, errors, strict=True)]
        return float(np.prod(parts) * np.exp(-((spread / scale) ** 2) / 2))

    return density


def _given_spread(estimate: float, error: float, spread: float) -> tuple[float, float]:
    """Return mean and standard deviation of a true effect, given the spread."""
    keep = spread**2 / (spread**2 + error**2)
    return keep * estimate, np.sqrt(keep) * error


def slow_mean(estimates: list[float], errors: list[float], scale: float, place: int) -> float:
    """Return the posterior mean of an effect."""
    density = _evidence(estimates, errors, scale)
    total = integrate.quad(density, 0, 12 * scale)[0]
    mean = integrate.quad(lambda t: density(t) * _given_spread(estimates[place], errors[place], t)[0], 0, 12 * scale)[0]
    return float(mean / total)


def slow_quantile(estimates: list[float], errors: list[float], scale: float, which: tuple[int, float]) -> float:
    """Return a quantile of the posterior of an effect; `which` is its place and the share below."""
    place, share = which
    density = _evidence(estimates, errors, scale)
    nodes, weights = np.polynomial.legendre.leggauss(200)
    spread = (nodes + 1) * 6 * scale
    mass = np.array([density(t) for t in spread]) * weights
    means, deviations = zip(*(_given_spread(estimates[place], errors[place], t) for t in spread), strict=True)

    def below(value: float) -> float:
        return float((mass * stats.norm.cdf(value, means, deviations)).sum() / mass.sum() - share)

    return float(optimize.brentq(below, -20, 20))
