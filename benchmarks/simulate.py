"""Whole virtual trials per second, from lesions to the decision, on one and two cores, with memory and shares.

Run: python benchmarks/simulate.py [--trials 100 1000] [--large] [--study nct02976896]. A whole trial is drawn with its
planned number of patients: lesions, scans, doses, deaths and new therapy as SDTM; these are derived to ADSL, ADRS and
ADTTE by the code that analyses real trials, and every rate, time and decision is computed. `--large` adds 10,000
trials. Each measurement runs in fresh worker processes with one Polars thread each; the clock starts when the first
chunk is asked for, after the packages are loaded. Beside it: survival alone, the work that other simulators do
(accrual, exponential PFS, Kaplan-Meier median, log-rank of two arms), in one process.
"""

import os

os.environ.setdefault("POLARS_MAX_THREADS", "1")

import argparse
import multiprocessing
import platform
import resource
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import polars as pl

from topline.exchange.study_file import read_study
from topline.protocol.model import Protocol
from topline.simulate.analysis import analyse_stack, efficacy_plans, parameters_of
from topline.simulate.presets import expected_truth
from topline.simulate.stack import CHUNK, Chunk, draw_stack
from topline.stats.kaplan_meier import kaplan_meier
from topline.stats.logrank import log_rank
from topline.stats.quantile import survival_quantile
from topline.study import derive_efficacy

SEED, STUDY = 20261121, "nct02976896"
SIZES, LARGE = (100, 1_000), 10_000
BATCH = 1_000


@dataclass(frozen=True)
class Shares:
    """CPU seconds of the stages of a chunk."""

    draw: float
    derive: float
    statistics: float


def chunks(trials: int) -> Iterator[tuple[int, int]]:
    """Yield the number of each chunk and how many of its trials are asked for."""
    for number in range(-(-trials // CHUNK)):
        yield number, min(CHUNK, trials - number * CHUNK)


@lru_cache
def loaded(study: str) -> Protocol:
    """Return the protocol of a study, read once in each worker."""
    return read_study(study)[0]


def run_chunk(asked: tuple[str, int, int]) -> tuple[int, float, float]:
    """Return the rows of results of a chunk, its CPU seconds, and the peak memory of this process [MiB]."""
    study, number, trials = asked
    started = time.process_time()
    protocol = loaded(study)
    tables = draw_stack(protocol, expected_truth(protocol), Chunk(SEED, "expected", number), trials).tables
    rows = analyse_stack(protocol, tables).height
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return rows, time.process_time() - started, peak


def warm(_: int) -> int:
    """Load everything once in a worker, so that what is timed is the work."""
    time.sleep(0.2)
    run_chunk((STUDY, 0, 1))
    return os.getpid()


def whole(study: str, trials: int, cores: int) -> str:
    """Return a line about whole trials."""
    context = multiprocessing.get_context("spawn")
    asked = [(study, number, size) for number, size in chunks(trials)]
    with ProcessPoolExecutor(cores, mp_context=context) as pool:
        list(pool.map(warm, range(2 * cores)))
        started = time.perf_counter()
        done = list(pool.map(run_chunk, asked))
        wall = time.perf_counter() - started
    rows, cpu, peak = sum(each[0] for each in done), sum(each[1] for each in done), max(each[2] for each in done)
    speed = f"{trials / wall:8.0f} trials/s {1000 * cpu / trials:7.2f} CPU ms/trial"
    return (
        f"{trials:8,} trials {cores} cores {wall:8.2f} s {speed} {peak:6.0f} MiB a worker {rows / trials:.0f} results"
    )


def shares(protocol: Protocol) -> Shares:
    """Return the least CPU seconds of each stage in some chunks."""
    truth, plans = expected_truth(protocol), efficacy_plans(protocol)
    names, found = parameters_of(plans, protocol), []
    for number in range(4):
        times = [time.process_time()]
        tables = draw_stack(protocol, truth, Chunk(SEED, "expected", number)).tables
        times.append(time.process_time())
        derive_efficacy(protocol, tables, names)
        times.append(time.process_time())
        analyse_stack(protocol, tables)
        times.append(time.process_time())
        found.append(np.diff(times))
    draw, derive, both = np.min(found, axis=0)
    return Shares(draw, derive, both - derive)


def survival_only(trials: int, patients: int, seed: int) -> tuple[float, float]:
    """Return trials per second of survival alone, and the share of trials with a log-rank p-value below 0.05."""
    generator = np.random.Generator(np.random.PCG64DXSM(seed))
    started, found = time.perf_counter(), 0
    for first in range(0, trials, BATCH):
        shape = (min(BATCH, trials - first), patients)
        enrolled = np.sort(generator.random(shape), axis=1) * patients / 3.1
        event = generator.exponential(1.0, shape) * 3.8 / np.log(2)
        limit = enrolled[:, -1:] + 6.0 - enrolled
        arm = np.broadcast_to(np.arange(patients) % 2, shape).astype(np.float64)
        seen, happened = np.minimum(event, limit), (event <= limit).astype(np.float64)
        survival_quantile(kaplan_meier(seen, happened))
        found += int((log_rank(seen, happened, arm).p < 0.05).sum())
    return trials / (time.perf_counter() - started), found / trials


def main(argv: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--trials", type=int, nargs="+", default=list(SIZES))
    parser.add_argument("--large", action="store_true", help=f"also {LARGE:,} trials")
    parser.add_argument("--study", default=STUDY)
    given = parser.parse_args(argv)
    protocol, _ = read_study(given.study)
    patients = protocol.population.planned
    print(
        f"{given.study}, {patients} patients a trial, chunks of {CHUNK}; {platform.machine()}, polars {pl.__version__}"
    )
    for trials in [*given.trials, *([LARGE] if given.large else [])]:
        for cores in (1, 2):
            print(whole(given.study, trials, cores), flush=True)
    part = shares(protocol)
    total = part.draw + part.derive + part.statistics
    for name, seconds in (("drawing", part.draw), ("deriving", part.derive), ("statistics", part.statistics)):
        print(f"  {name:12} {1000 * seconds / CHUNK:6.2f} CPU ms/trial {100 * seconds / total:5.1f}%")
    speed, level = survival_only(10_000, patients, SEED)
    print(f"survival only: {speed:,.0f} trials/s on one core (log-rank level {100 * level:.1f}%)")


if __name__ == "__main__":
    main()
