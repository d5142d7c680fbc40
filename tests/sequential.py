"""An example study with a sequential design in place of its own: three looks, the second may stop for success."""

from functools import cache
from typing import Any

import polars as pl

from tests.conftest import virtual_run
from topline.protocol.model import Protocol
from topline.simulate.trial import draw_trial
from topline.study import Run, run_study

STUDY = "nct07142421"
LOOKS = [
    {"patients": 12, "futility_at_most": 0},
    {"patients": 24, "futility_at_most": 2, "success_at_least": 7},
]


def sequential(**changes: Any) -> Protocol:
    """Return the protocol of the study with looks after 12, 24 and 35 patients; `changes` are keys of the design."""
    plain = virtual_run(STUDY).protocol.model_dump(mode="json")
    plain["design"] |= {
        "kind": "sequential",
        "first_stage_patients": None,
        "futility_at_most": None,
        "looks": LOOKS,
        "success_at_least": 8,
        "power": 0.85,
        **changes,
    }
    plain["assumed"] = {}
    return Protocol.model_validate(plain)


@cache
def ending(verdict: str, patients: int = 35) -> Run:
    """Return the run of the first virtual trial of so many patients whose verdict is this one."""
    runs = (sequential_run(seed, patients) for seed in range(1, 60))
    return next(run for run in runs if verdict_of(run) == verdict)


def verdict_of(run: Run) -> str:
    return str(run.results.filter(pl.col("RESULTID") == "DESIGN.decision/all/verdict")["VALUEC"].item())


@cache
def sequential_run(seed: int, patients: int = 35) -> Run:
    """Return the run of a virtual trial of so many patients under this design."""
    protocol = sequential()
    return run_study(protocol, draw_trial(protocol, seed, n=patients).tables)
