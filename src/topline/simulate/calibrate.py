"""Calibration: parameters of a truth that reproduce published results through the same analysis.

A large virtual population is drawn and analysed for each trial of the parameters, always with the same random numbers.
The sum of squared distances from the targets, in their standard errors, is made as small as it gets (Gauss-Newton steps
of Levenberg 1944, doi:10.1090/qam/10666, with the derivatives corrected after each step, Broyden 1965,
doi:10.1090/S0025-5718-1965-0198670-6). A weak pull towards the parameters as they stand decides what the targets leave
open. What is reported is a fresh population.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
import polars as pl
from numpy.typing import NDArray

from topline.errors import ToplineError
from topline.protocol.model import Protocol
from topline.simulate.effect import FRESH, Progress
from topline.simulate.population import Observed, Population, observe
from topline.simulate.presets import expected_truth
from topline.simulate.targets import Targets, distance, estimate, in_trials
from topline.simulate.truth import Truth
from topline.simulate.uncertainty import Parameter, uncertain_parameters, with_parameter

Floats = NDArray[np.float64]

FREE = ("growth.kl", "growth.kde", "hazards.new_lesion", "hazards.death_median_months")
"""What is fitted unless said otherwise: growth, kill, new lesions and death."""

PULL = 0.1
"""Weight of the distance of a parameter from its value as it stands, in SDs of its interval, against a target's."""

FARTHEST = 8.0
"""How far a parameter may move, in SDs of its interval."""

STEP = 0.5
"""The step of the first derivatives, in SDs of the interval."""

ROUNDS = 12


@dataclass(frozen=True, slots=True)
class Calibration:
    """A fitted truth, how near it comes to each target, how far each parameter moved, and what does not fit together.

    `fit` has a row per target, of a fresh population: TARGET, UNIT, N, PUBLISHED, LOWER, UPPER; FITTED with its
    Monte-Carlo error MCSE; INTRIALS, what trials of n patients find on average; its DIFFERENCE from the published value
    in standard errors; INSIDE: whether FITTED lies in the published interval. `parameters` has a row per fitted
    parameter: PARAMETER, UNIT, BEFORE, AFTER, LOWER and UPPER, the 95% interval that the targets leave, MOVED in SDs of
    its interval before. `chi_square` is the sum of squared distances in the population that the search used.
    """

    truth: Truth
    fit: pl.DataFrame
    parameters: pl.DataFrame
    chi_square: float
    misfit: tuple[str, ...]
    evaluations: int
    patients: int


@dataclass(frozen=True)
class _Search:
    """What is searched: the truth to start from, its free parameters, and the targets."""

    protocol: Protocol
    truth: Truth
    free: tuple[Parameter, ...]
    targets: Targets
    population: Population

    def at(self, x: Floats) -> Truth:
        """Return the truth whose free parameters lie `x` SDs from where they stand."""
        truth = self.truth
        for known, z in zip(self.free, x, strict=True):
            truth = with_parameter(truth, known.name, known.moved(float(z)))
        return truth

    def distances(self, x: Floats) -> Floats:
        """Return the distance of each target."""
        observed = observe(self.protocol, self.at(x), self.population)
        return np.array([distance(each, observed) for each in self.targets.targets])


def calibrate(
    protocol: Protocol,
    targets: Targets,
    free: Sequence[str] = FREE,
    progress: Progress | None = None,
    start: tuple[Truth | None, Population | None] = (None, None),
) -> Calibration:
    """Return the parameters at which the study's own analysis gives the published results, as nearly as it can.

    `free` are the parameters that may move; `start` the truth to begin with (that expected of the study) and the
    population (20,000 patients). The same call gives the same result. Raises ToplineError TL-V18 for a parameter
    without interval.
    """
    truth, population = start[0] or expected_truth(protocol), start[1] or Population()
    search = _Search(protocol, truth, _free(truth, free), targets, population)
    told = _Told(search.distances, progress)
    x, distances = _least_squares(told, len(free))
    jacobian = _derivatives(told, x)
    fitted = replace(search.at(x), name=f"{truth.name}, calibrated to {targets.title or targets.source}")
    fresh = observe(protocol, fitted, Population(population.patients, population.seed + FRESH))
    return Calibration(
        truth=fitted,
        fit=_fit(targets, fresh),
        parameters=_moved(search, x, jacobian),
        chi_square=float(distances @ distances),
        misfit=tuple(_misfit(targets, distances, jacobian)),
        evaluations=told.count,
        patients=population.size(protocol.population.planned),
    )


def _free(truth: Truth, names: Sequence[str]) -> tuple[Parameter, ...]:
    known = {each.name: each for each in uncertain_parameters(truth)}
    wrong = [name for name in names if name not in known]
    if wrong or not names or len(set(names)) < len(names):
        what = f"{wrong[0]} has no interval" if wrong else "no parameter, or one twice"
        raise ToplineError("TL-V18", where="free", what=what)
    return tuple(known[name] for name in names)


class _Told:
    """The distances as a function that counts its calls and says how far it is."""

    def __init__(self, function: Callable[[Floats], Floats], progress: Progress | None) -> None:
        self._function, self._progress, self.count = function, progress, 0

    def __call__(self, x: Floats) -> Floats:
        self.count += 1
        found = self._function(x)
        if self._progress is not None:
            self._progress(f"population {self.count}: chi-square {float(found @ found):.2f}")
        return found


def _derivatives(told: _Told, x: Floats) -> Floats:
    """Return the derivatives of the distances, by central differences: those of the search are too rough to report."""
    units = STEP * np.eye(len(x))
    return np.stack([(told(x + unit) - told(x - unit)) / (2 * STEP) for unit in units], axis=1)


def _least_squares(told: _Told, count: int) -> tuple[Floats, Floats]:
    """Return the free parameters in SDs and the distances there."""
    x = np.zeros(count)
    found = told(x)
    columns = [(told(np.where(np.arange(count) == place, STEP, x)) - found) / STEP for place in range(count)]
    jacobian = np.stack(columns, axis=1)
    damping = 0.01
    for _ in range(ROUNDS):
        step = _step(x, found, jacobian, damping)
        if np.abs(step).max() < 0.02:
            break
        tried = told(x + step)
        jacobian = jacobian + np.outer(tried - found - jacobian @ step, step) / (step @ step)
        better = _cost(x + step, tried) < _cost(x, found)
        gained = _cost(x, found) - _cost(x + step, tried)
        if better:
            x, found = x + step, tried
        damping = damping / 4 if better else damping * 8
        if (better and gained < 1e-3) or damping > 1e3:
            break
    return x, found


def _cost(x: Floats, distances: Floats) -> float:
    return float(distances @ distances + PULL**2 * x @ x)


def _step(x: Floats, distances: Floats, jacobian: Floats, damping: float) -> Floats:
    """Return the next step: at most 2 SDs of a parameter, and none beyond the farthest."""
    own = jacobian.T @ jacobian
    left = own + PULL**2 * np.eye(len(x)) + damping * np.diag(np.maximum(np.diag(own), 1e-6))
    step = -np.linalg.solve(left, jacobian.T @ distances + PULL**2 * x)
    short = step / max(1.0, float(np.abs(step).max()) / 2)
    return np.asarray(np.clip(x + short, -FARTHEST, FARTHEST) - x)


def _fit(targets: Targets, observed: Observed) -> pl.DataFrame:
    rows = []
    for each in targets.targets:
        value, error = estimate(each.quantity, observed)
        low, high = each.interval or (None, None)
        inside = None if low is None or high is None else low <= value <= high
        mean, away = in_trials(each, observed)[0], distance(each, observed)
        rows.append((each.quantity, each.unit, each.n, each.published, low, high, value, error, mean, away, inside))
    names = ("TARGET", "UNIT", "N", "PUBLISHED", "LOWER", "UPPER", "FITTED", "MCSE", "INTRIALS", "DIFFERENCE", "INSIDE")
    kinds = (pl.String, pl.String, pl.Int64, *(pl.Float64,) * 7, pl.Boolean)
    return pl.DataFrame(rows, schema=dict(zip(names, kinds, strict=True)), orient="row")


def _moved(search: _Search, x: Floats, jacobian: Floats) -> pl.DataFrame:
    """Return how far each parameter moved, and the interval that targets and the weak pull leave it."""
    spread = np.sqrt(np.diag(np.linalg.inv(jacobian.T @ jacobian + PULL**2 * np.eye(len(x)))))
    rows = [
        (
            known.name,
            known.about.unit,
            known.centre,
            *(known.moved(float(z + w * s)) for w in (0.0, -1.96, 1.96)),
            float(z),
        )
        for known, z, s in zip(search.free, x, spread, strict=True)
    ]
    names = ("PARAMETER", "UNIT", "BEFORE", "AFTER", "LOWER", "UPPER", "MOVED")
    return pl.DataFrame(rows, schema=names, orient="row")


def _misfit(targets: Targets, distances: Floats, jacobian: Floats) -> list[str]:
    """Return what does not fit: each target half a standard error away, and the price of fitting it exactly."""
    lines = []
    for place in np.argsort(-np.abs(distances)):
        if abs(distances[place]) < 0.5:
            break
        target = targets.targets[place]
        price = _price(distances, jacobian, int(place))
        what = f"{target.quantity}: {distances[place]:+.1f} standard errors from the published {target.published:g}"
        if price is None:
            lines.append(f"{what}; no free parameter moves it")
            continue
        rest = [
            f"{each.quantity} {off:+.1f}" for each, off in zip(targets.targets, price, strict=True) if abs(off) >= 0.5
        ]
        lines.append(f"{what}; fitted exactly, it would leave {', '.join(rest) or 'nothing else'}")
    return lines


def _price(distances: Floats, jacobian: Floats, place: int) -> Floats | None:
    """Return the distances, linearly, if one target were fitted exactly and the others as well as they then can."""
    row = jacobian[place]
    if np.abs(row).max() < 1e-3:
        return None
    n = jacobian.shape[1]
    left = np.block([[jacobian.T @ jacobian + PULL**2 * np.eye(n), row[:, None]], [row[None, :], np.zeros((1, 1))]])
    right = np.concatenate([-jacobian.T @ distances, [-distances[place]]])
    step = np.linalg.solve(left, right)[:n]
    return np.asarray(distances + jacobian @ step)
