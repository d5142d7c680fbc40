"""A design at the prompt: its summary in words and numbers, its picture, its key for the study file."""

import re
from xml.etree import ElementTree

import pytest

from topline.design.rate.curtailed import curtailed
from topline.design.rate.early_acceptance import mander_thompson
from topline.design.rate.simon import simon
from topline.design.rate.single_stage import single_stage
from topline.design.single_arm import SingleArmDesign, rule_words
from topline.protocol.design import Design
from topline.protocol.rule.boundary import Boundary
from topline.protocol.rule.hypotheses import Hypotheses


def test_one_look_has_no_early_stop_and_no_expectation() -> None:
    assert str(single_stage(0.15, 0.33, power=0.88)).splitlines() == [
        "Single stage, smallest: tells a rate of 33% from 15% with one-sided alpha 0.05 and power 0.88",
        "  after 43 patients: success at 11 responders or more",
        "                    at 15%    at 33%",
        "  success           0.0488    0.8862   exact level and power",
    ]


def test_the_numbers_of_the_summary_are_the_exact_ones() -> None:
    made = mander_thompson(0.1, 0.3, power=0.9)
    text, exact = str(made), made.exact
    for row, values, digits in (
        ("success", exact.success, 4),
        ("stop early", exact.stops_early, 4),
        ("patients", exact.expected_patients, 2),
    ):
        (line,) = [line for line in text.splitlines() if line.startswith(f"  {row}  ")]
        assert re.findall(r"\d+\.\d+", line) == [f"{value:.{digits}f}" for value in values]
    rule = made.boundary
    assert f"after {rule.looks[0]} patients: stop without success at {rule.futility[0]} responder" in text
    assert f"stop with success at {rule.efficacy[0]} responders or more" in text
    assert str(exact.looks[-1]) + " at most" in text


def test_many_looks_stand_in_two_rows_that_say_every_bound_once() -> None:
    """Curtailed, 7 of 35 after 2 of 18 succeeds as soon as 7 responded, and ends when fewer than 3 or 7 can."""
    less = curtailed(simon(0.1, 0.3, power=0.9))
    told = " ".join(" ".join(rule_words(less.boundary)).split())
    assert told == (
        "stop without success at 0 of 16, 1 of 17, 2 of 18, 3 of 32, 4 of 33, 5 of 34 responders or fewer "
        "stop with success at 7 of 7 to 34 responders or more "
        "after 35 patients: success at 7 responders or more"
    )
    assert all(len(line) <= 120 for line in str(less).splitlines())


def test_one_responder_is_no_plural() -> None:
    assert rule_words(Boundary((10, 20), (1, 2), (11, 3)))[0].endswith("at 1 responder or fewer")


@pytest.mark.parametrize("made", [single_stage(0.1, 0.3), simon(0.1, 0.3), curtailed(simon(0.1, 0.3))])
def test_the_picture_is_svg_that_names_the_design(made: SingleArmDesign) -> None:
    picture = made.plot()
    assert type(picture) is str
    root = ElementTree.fromstring(picture)
    assert root.tag.endswith("svg")
    assert made.name in "".join(root.itertext())
    assert f"power {made.attained_power:.4f}" in picture


def test_the_key_for_the_study_file() -> None:
    made = simon(0.1, 0.3, power=0.9)
    assert Design.model_validate(made.to_protocol("ORR")).rule == made.boundary


def test_a_rate_is_written_in_per_cent_without_noise() -> None:
    made = SingleArmDesign("x", Hypotheses(0.07, 0.125), Boundary((10,), (2,), (3,)), "")
    assert "tells a rate of 12.5% from 7%" in str(made)
