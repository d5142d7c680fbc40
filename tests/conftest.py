"""Fixtures of all tests: where the shared reference material lies."""

from pathlib import Path

import pytest


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
