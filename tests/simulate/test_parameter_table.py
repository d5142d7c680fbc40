"""docs/simulation.md names every parameter of the simulation with its value, unit, meaning and source."""

from pathlib import Path

from tests.simulate.parameter_table import parameter_table
from topline.simulate.manual import parameter_lines
from topline.simulate.presets import APATINIB, COMBINATION, COMBINATION_SOURCES

PAGE = Path(__file__).resolve().parents[2] / "docs" / "simulation.md"


def test_the_manual_shows_the_parameters_as_they_are() -> None:
    assert parameter_table() in PAGE.read_text("utf-8")


def test_every_parameter_says_where_it_comes_from() -> None:
    for truth in (APATINIB, COMBINATION):
        lines = list(parameter_lines(truth))
        assert len(lines) > 50
        assert [line.name for line in lines if not (line.unit and line.meaning and line.source)] == []


def test_only_values_that_differ_have_a_source_of_their_own() -> None:
    pairs = zip(parameter_lines(APATINIB), parameter_lines(COMBINATION), strict=True)
    assert {one.name for one, other in pairs if one.value != other.value} == set(COMBINATION_SOURCES)
