"""A large population of virtual patients, seen through the same derivations and analyses as a trial.

The population is many trials of the protocol, each with its own calendar, taken together: a rate is the mean rate of
its trials, a curve that of all patients. With one seed two truths share their random numbers.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy.special import ndtri

from topline.protocol.endpoints import Rate, TimeToEvent
from topline.protocol.model import Protocol
from topline.simulate.stack import CHUNK, Chunk, draw_stack
from topline.simulate.truth import Truth
from topline.stats.analysis import Analysis, select_rows
from topline.stats.kaplan_meier import kaplan_meier, survival_at
from topline.stats.quantile import survival_quantile
from topline.study import derive_efficacy

Floats = NDArray[np.float64]
Estimate = tuple[float, float]
"""An estimate and its Monte-Carlo standard error."""

AT_A_TIME = 12_000
"""Patients that are analysed together; it bounds the memory and does not change the result."""

SCENARIO = "population"

NODES = 201
"""At so many heights of a curve its medians are taken."""


@dataclass(frozen=True, slots=True)
class Population:
    """How many virtual patients there are, at least, and the seed that they are drawn with."""

    patients: int = 20_000
    seed: int = 1

    def size(self, planned: int) -> int:
        """Return the number of patients, given the planned number of a trial: whole trials are drawn."""
        return -(-self.patients // planned) * planned

    def chunks(self, planned: int) -> Iterator[tuple[Chunk, int]]:
        """Yield chunks and their numbers of trials, given the planned number of patients of a trial."""
        left, number = -(-self.patients // planned), 0
        most = max(1, min(CHUNK, AT_A_TIME // planned))
        while left > 0:
            yield Chunk(self.seed, SCENARIO, number), min(left, most)
            left, number = left - most, number + 1


@dataclass(frozen=True, slots=True)
class Observed:
    """What was derived of a population: ADRS and ADTTE of all its trials."""

    protocol: Protocol
    datasets: Mapping[str, pl.DataFrame]

    def rate(self, rate: Rate, population: str) -> Estimate:
        """Return the share of a population, an analysis set, whose parameter has one of the values."""
        flag = self.protocol.analysis_set(population).flag
        rows = select_rows(self.datasets["ADRS"], f"PARAMCD = '{rate.parameter}' AND {flag} = 'Y'")
        share = float(rows.select(pl.sql_expr(rate.numerator).fill_null(value=False).mean()).item())
        return share, float(np.sqrt(share * (1 - share) / rows.height))

    def times(self, endpoint: str) -> tuple[Floats, Floats]:
        """Return times [months] and events of a time-to-event endpoint."""
        plan = self._plan(endpoint)
        rows = select_rows(self.datasets["ADTTE"], plan.where)
        return rows["AVALM"].to_numpy().astype(np.float64), (rows["CNSR"] == 0).to_numpy().astype(np.float64)

    def survival(self, endpoint: str, month: float) -> Estimate:
        """Return the share without event at a time [months], by Kaplan-Meier with Greenwood's error."""
        time, event = self.times(endpoint)
        found = survival_at(kaplan_meier(time, event), [month], "plain", 0.95, extend=True).survival
        low, high = (float(np.asarray(each)[..., 0]) for each in (found.lower, found.upper))
        return float(np.asarray(found.estimate)[..., 0]), (high - low) / (2 * 1.959963984540054)

    def median(self, endpoint: str) -> Estimate:
        """Return the median time [months] by Kaplan-Meier, nan where not reached; its error is from the interval."""
        time, event = self.times(endpoint)
        found = survival_quantile(kaplan_meier(time, event), 0.5, "log-log", 0.95)
        low, high = float(found.lower), float(found.upper)
        return float(found.estimate), (high - low) / (2 * 1.959963984540054)

    def sample_median(self, endpoint: str, n: int) -> Estimate:
        """Return mean and SD of the median [months] that trials of n patients find, n without censoring.

        The survival that such a trial sees at the true median is normal around one half with variance 1 / (4 n): its
        median is the time at which the curve is at another height. On a curve with the steps of scans that mean is far
        smoother than the median itself, which stays at one scan and then jumps to the next.
        """
        km = kaplan_meier(*self.times(endpoint))
        time, curve = km.time[~np.isnan(km.time)], km.survival[~np.isnan(km.time)]
        height = np.clip(0.5 + ndtri((np.arange(NODES) + 0.5) / NODES) * np.sqrt(0.25 / n), 0.0, 1.0)
        place = np.searchsorted(-curve, -height, side="left")
        medians = time[np.minimum(place, len(time) - 1)]
        return float(medians.mean()), float(medians.std())

    def _plan(self, endpoint: str) -> Analysis:
        known = self.protocol.endpoint(endpoint)
        if not isinstance(known.analysis, TimeToEvent):
            raise ValueError(f"{endpoint} is not a time to event")
        flag = self.protocol.analysis_set(known.estimand.population).flag
        return Analysis(endpoint, "ADTTE", f"PARAMCD = '{endpoint}' AND {flag} = 'Y'", known.estimand.population, "km")


def observe(protocol: Protocol, truth: Truth, population: Population) -> Observed:
    """Draw a population and derive ADRS and ADTTE from its records, by the code that derives those of a trial."""
    parts = [_derived(protocol, truth, key, trials) for key, trials in population.chunks(protocol.population.planned)]
    return Observed(protocol, {name: pl.concat([part[name] for part in parts]) for name in parts[0]})


def _derived(protocol: Protocol, truth: Truth, key: Chunk, trials: int) -> dict[str, pl.DataFrame]:
    """Return what is counted, of the patients of one chunk."""
    derived = derive_efficacy(protocol, draw_stack(protocol, truth, key, trials).tables)
    flags = [each.flag for each in protocol.analysis_sets]
    counted = {
        "ADRS": ["PARAMCD", "AVALC", *flags],
        "ADTTE": ["PARAMCD", "AVALM", "CNSR", *flags],
    }
    kinds = {"ADRS": pl.col("PARAMCD").is_in(COUNTED), "ADTTE": pl.lit(True)}
    return {name: derived[name].filter(kinds[name]).select(columns) for name, columns in counted.items()}


COUNTED = ("BOR", "CBOR", "RSP", "CRSP", "DCR", "CDCR", "CB", "CCB", "DCLM", "IBOR")
"""Parameters of ADRS that a rate counts."""
