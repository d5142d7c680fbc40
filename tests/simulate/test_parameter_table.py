"""docs/simulation.md names every parameter of the simulation with its value, interval, unit, meaning and source."""

from pathlib import Path

from topline.simulate.manual import effect_table, parameter_lines, parameter_table, with_parts
from topline.simulate.presets import APATINIB, COMBINATION, COMBINATION_SOURCES

PAGE = Path(__file__).resolve().parents[2] / "docs" / "simulation.md"


def test_the_manual_shows_the_parameters_and_effects_as_they_are() -> None:
    page = PAGE.read_text("utf-8")
    assert parameter_table() in page
    assert effect_table() in page
    assert with_parts(page) == page


def test_a_table_that_differs_is_made_anew() -> None:
    page = "before\n<!-- effects -->\nold\n<!-- end of effects -->\nafter\n"
    assert with_parts(page) == f"before\n<!-- effects -->\n{effect_table()}<!-- end of effects -->\nafter\n"


def test_every_parameter_says_where_it_comes_from() -> None:
    for truth in (APATINIB, COMBINATION):
        lines = list(parameter_lines(truth))
        assert len(lines) > 90
        needed = ("unit", "meaning", "source", "interval", "width")
        assert [line.name for line in lines if not all(getattr(line, part) for part in needed)] == []


def test_only_values_that_differ_have_a_source_of_their_own() -> None:
    pairs = zip(parameter_lines(APATINIB), parameter_lines(COMBINATION), strict=True)
    assert {one.name for one, other in pairs if one.value != other.value} == set(COMBINATION_SOURCES)
