"""Is the simulator right? Its answers beside known ones, with Monte-Carlo errors.

Run: python benchmarks/rehearsal_checks.py [--trials 1000] [--patients 20000] [--study NAME ...] [--recovery]

1. Level: success and stops under the null scenario, beside the exact characteristics of the design at its rate.
2. Survival: Kaplan-Meier of a large virtual population, through the whole analysis, beside the curve that the hazards
   of the truth imply (integrated, no death drawn).
3. Coverage of the trials' 95% intervals of what is true: of rates beside what the binomial distribution says of each
   kind of interval, of medians and landmarks beside 95%. The intervals of few responders, and the symmetric ones of
   medians, are known to miss it.
4. Recovery (`--recovery`, minutes): a truth with other parameters is published as targets; `calibrate` starts from the
   study's own truth and has to come back to it.
   Where it stops elsewhere with a chi-square as small as at the truth, the targets do not tell the parameters apart;
   with a greater one the search has failed.
A line ends with the distance in standard errors; beyond 3 it is marked.
"""

import os

os.environ.setdefault("POLARS_MAX_THREADS", "2")

import argparse
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np
import polars as pl
from scipy.special import bdtr

from topline.exchange.study_file import read_study
from topline.protocol.endpoints import Rate, TimeToEvent
from topline.protocol.model import Protocol
from topline.simulate.analysis import analyse_stack
from topline.simulate.analytic import survival_curve
from topline.simulate.calibrate import calibrate
from topline.simulate.characteristics import operating_characteristics_of
from topline.simulate.population import Population, observe
from topline.simulate.presets import expected_truth
from topline.simulate.scenario import Scenario, scenarios
from topline.simulate.stack import CHUNK, Chunk, draw_stack
from topline.simulate.targets import Target, Targets, distance, estimate
from topline.simulate.true_values import true_values_of
from topline.simulate.uncertainty import parameter_of, with_parameter
from topline.stats.response import INTERVALS

SEED = 20261121
RECOVERED = {"growth.kl": 0.7, "hazards.new_lesion": -0.7, "hazards.death_median_months": 0.8}
"""Parameters that are moved, by how many SDs of their interval, and that calibration has to find again."""


def results_of(protocol: Protocol, scenario: Scenario, trials: int) -> pl.DataFrame:
    """Return the results of so many trials of a scenario."""
    parts = []
    for number in range(-(-trials // CHUNK)):
        count = min(CHUNK, trials - number * CHUNK)
        tables = draw_stack(protocol, scenario.truth, Chunk(SEED, scenario.name, number), count).tables
        parts.append(analyse_stack(protocol, tables).with_columns(SCENARIO=pl.lit(scenario.name), CHUNK=pl.lit(number)))
    return pl.concat(parts)


def line(what: str, found: float, known: float, error: float) -> str:
    away = (found - known) / error if error > 0 else 0.0
    return f"  {what:44} {found:9.4f} {known:9.4f} {error:8.4f} {away:+6.1f}{'  <<<' if abs(away) > 3 else ''}"


def level(table: pl.DataFrame, trials: int) -> Iterator[str]:
    """Yield simulated beside exact of everything that has both; the error is that of a share at the exact value."""
    exact = table.filter(STATISTIC="exact").select("QUANTITY", KNOWN="VALUE", RATE="MCSE")
    for quantity, known, rate, found in (
        table.filter(STATISTIC="share")
        .join(exact, on="QUANTITY")
        .select("QUANTITY", "KNOWN", "RATE", "VALUE")
        .iter_rows()
    ):
        yield line(quantity, found, known, float(np.hypot(np.sqrt(known * (1 - known) / trials), rate or 0.0)))


def survival(protocol: Protocol, scenario: Scenario, true: pl.DataFrame) -> Iterator[str]:
    """Yield Kaplan-Meier beside the analytic curve at the landmarks of overall survival."""
    analysis = protocol.endpoint("OS").analysis
    months = analysis.landmarks_months if isinstance(analysis, TimeToEvent) else ()
    days = np.array(months) * protocol.days_per_month
    alive, errors = survival_curve(protocol, scenario.truth, days, 400, SEED)
    for month, known, spread in zip(months, alive, errors, strict=True):
        found, error = true.filter(RESULTID=f"OS.month{month:g}/all/rate").select("VALUE", "MCSE").row(0)
        yield line(f"OS at {month:g} months [%]", found, 100 * known, float(np.hypot(error, 100 * spread)))


def coverage(protocol: Protocol, table: pl.DataFrame) -> Iterator[str]:
    """Yield the coverage of each interval beside the known one: of rates of all patients what the binomial says."""
    confidence = protocol.confidence
    true = dict(table.filter(STATISTIC="true").select("QUANTITY", "VALUE").iter_rows())
    exact = {
        f"{each.id}{suffix}/all/rate": method
        for each in protocol.endpoints
        if isinstance(each.analysis, Rate) and protocol.analysis_set(each.estimand.population).id == "FAS"
        for suffix, method in (("", "clopper-pearson"), *((f".{name}", name) for name in INTERVALS))
    }
    for quantity, found, trials in table.filter(STATISTIC="coverage").select("QUANTITY", "VALUE", "TRIALS").iter_rows():
        if found is None or not quantity.endswith(("/rate", "/median")):
            continue
        known = confidence
        if quantity in exact:
            known = binomial_coverage(exact[quantity], protocol.population.planned, true[quantity] / 100, confidence)
        elif "." in quantity.partition("/")[0] and "month" not in quantity and "symmetric" not in quantity:
            continue
        yield line(quantity, found, known, float(np.sqrt(known * (1 - known) / trials)))


def binomial_coverage(method: str, n: int, rate: float, confidence: float) -> float:
    """Return the exact probability that the interval of n patients holds their rate."""
    k = np.arange(n + 1)
    interval = INTERVALS[method](k, n, confidence)
    inside = (interval.lower <= rate) & (rate <= interval.upper)
    return float((np.diff(bdtr(k, n, rate), prepend=0.0))[inside].sum())


def recovery(protocol: Protocol, patients: int) -> Iterator[str]:
    """Yield each moved parameter: what calibration finds beside what was true."""
    truth = expected_truth(protocol)
    moved = truth
    for name, z in RECOVERED.items():
        moved = with_parameter(moved, name, parameter_of(truth, name).moved(z))
    observed = observe(protocol, moved, Population(patients, SEED + 1))
    quantities = {"ORR": "%", "DCR": "%", "PFS at 6 months": "%", "OS at 6 months": "%", "OS at 12 months": "%"}
    targets = [_target(quantity, unit, *estimate(quantity, observed)) for quantity, unit in quantities.items()]
    found = calibrate(
        protocol, Targets("moved", "drawn", tuple(targets)), tuple(RECOVERED), None, (truth, Population(patients))
    )
    there = observe(protocol, moved, Population(patients))
    at_truth = sum(distance(each, there) ** 2 for each in targets)
    yield f"  chi-square {found.chi_square:.2f} where it stopped, {at_truth:.2f} at the truth, {len(targets)} targets"
    for row in found.parameters.iter_rows(named=True):
        known = float(parameter_of(moved, row["PARAMETER"]).value)
        error = (row["UPPER"] - row["LOWER"]) / (2 * 1.96)
        yield line(f"{row['PARAMETER']} (before {row['BEFORE']:g})", row["AFTER"], known, error)


def _target(quantity: str, unit: str, value: float, error: float) -> Target:
    return Target(quantity, value, 4000, unit, value - 1.96 * error, value + 1.96 * error)


def main(argv: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--trials", type=int, default=1000)
    parser.add_argument("--patients", type=int, default=20_000)
    parser.add_argument("--study", nargs="+", default=["nct02976896", "nct07142421"])
    parser.add_argument("--recovery", action="store_true")
    given = parser.parse_args(argv)
    for study in given.study:
        protocol, _ = read_study(study)
        null = scenarios(protocol, ("null",))["null"]
        started = time.perf_counter()
        true = true_values_of(protocol, {"null": null}, Population(given.patients, SEED))
        table = operating_characteristics_of(results_of(protocol, null, given.trials), protocol, true)
        print(f"{study}, null, {given.trials:,} trials, {given.patients:,} patients: found, known, error, distance")
        parts = (
            ("level", level(table, given.trials)),
            ("survival", survival(protocol, replace(null), true)),
            ("coverage", coverage(protocol, table)),
            ("recovery", recovery(protocol, given.patients) if given.recovery else iter(())),
        )
        for name, lines in parts:
            print(name)
            for each in lines:
                print(each, flush=True)
        print(f"{time.perf_counter() - started:.0f} s")


if __name__ == "__main__":
    main()
