"""Fixtures of all tests: where the shared reference material lies, and a run of each example study."""

from functools import cache
from pathlib import Path

import pytest
from hypothesis import settings

from topline.exchange.study_file import read_study
from topline.simulate.trial import draw_trial
from topline.study import Run, run_study

# No deadline: how long an example takes says how busy the machine is. The same examples on every run.
settings.register_profile("topline", deadline=None, derandomize=True)
settings.load_profile("topline")

STUDIES = ("nct02976896", "nct07142421")


def shared_folder() -> Path | None:
    """Return the folder `shared` beside the repository, or None where it is absent."""
    folder = Path(__file__).resolve().parents[2] / "shared"
    return folder if folder.is_dir() else None


@pytest.fixture(scope="session")
def shared() -> Path:
    folder = shared_folder()
    if folder is None:
        pytest.skip("the shared reference material is not beside this repository")
    return folder


@cache
def virtual_run(study: str, seed: int = 11) -> Run:
    """Return the run of an example study on virtual patients."""
    protocol, _ = read_study(study)
    return run_study(protocol, draw_trial(protocol, seed).tables)


@pytest.fixture(scope="session", params=STUDIES)
def example(request: pytest.FixtureRequest) -> Run:
    return virtual_run(request.param)
