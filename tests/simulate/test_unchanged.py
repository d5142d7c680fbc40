"""With the expected truths a trial is drawn as ever: what a setting adds is drawn from streams of its own.

README, tutorial and reports print numbers of such trials. A digest here changes only with the numbers of the manual.
"""

import hashlib

import polars as pl
import pytest

from tests.simulate.studies import built_in
from topline.protocol.model import Protocol
from topline.simulate.trial import draw_trial

DRAWN = {
    ("nct02976896", None): "cc60411eea4fd6e8559d69980fe38e52",
    ("nct02976896", 120): "6df1574f9487036d1af4f9336ae118f0",
    ("nct07142421", None): "9cfcc80b5d74d6b3d977047416907a54",
    ("nct07142421", 120): "d47269d2c0cad1e3d328369973607d7e",
}
"""Digest of all tables but TS by study and number of patients (none: as planned), seed 11."""


def digest(tables: dict[str, pl.DataFrame]) -> str:
    """Return the digest of tables: names, columns and values as text."""
    text = "\n".join(f"{name}\n{frame.write_csv()}" for name, frame in sorted(tables.items()) if name != "TS")
    return hashlib.sha256(text.encode()).hexdigest()[:32]


@pytest.mark.parametrize(("name", "n"), DRAWN)
def test_the_expected_trial_is_drawn_as_ever(name: str, n: int | None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Protocol, "digest", property(lambda _: "5a" * 32))
    assert digest(draw_trial(built_in(name), 11, n=n).tables) == DRAWN[name, n]
