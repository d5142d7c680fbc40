"""Writing a design into the text of a study: every candidate, both studies, in any order, and nothing else moves."""

from functools import cache

import pytest

from topline.design.to_protocol import to_protocol
from topline.errors import ToplineError
from topline.exchange.study_file import read_study
from topline.planning.candidates import MAKERS, Candidates, Request, find_candidates
from topline.planning.study_compare import protocol_design
from topline.planning.study_edit import Choice, chosen_text
from topline.protocol.design import Design
from topline.protocol.source import parse_protocol

STUDIES = ("nct02976896", "nct07142421")
SLOW = {"thall-simon", "bop2", "fleming"}


@cache
def candidates(study: str) -> Candidates:
    """Return the candidates for the hypotheses of a study, all but the slowest ones."""
    asked = protocol_design(read_study(study)[0]).hypotheses
    return find_candidates([name for name in MAKERS if name not in SLOW], Request(asked))


def edited(text: str, study: str, name: str) -> str:
    design = candidates(study).chosen(name).design
    return chosen_text(text, Choice(design, design.boundary.patients))


@pytest.mark.parametrize("study", STUDIES)
def test_every_candidate_can_be_written_and_written_again(study: str) -> None:
    protocol, text = read_study(study)
    for each in candidates(study).found:
        after = edited(text, study, each.name)
        stated = parse_protocol(after)
        assert stated.design == Design.model_validate(to_protocol(each.design, protocol.design.endpoint)), each.name
        assert stated.population.planned == max(protocol.population.planned, each.design.boundary.patients)
        assert edited(after, study, each.name) == after
        left = {"design", "assumed", "population"}
        assert stated.model_dump(exclude=left) == protocol.model_dump(exclude=left)


@pytest.mark.parametrize("study", STUDIES)
def test_the_last_choice_counts_whatever_came_before(study: str) -> None:
    text = read_study(study)[1]
    names = [each.name for each in candidates(study).found]
    direct = {name: parse_protocol(edited(text, study, name)).design for name in names}
    for name in (*names, *reversed(names)):
        text = edited(text, study, name)
        stated = parse_protocol(text)
        assert stated.design == direct[name]
        paths = [path for path in stated.assumed if path.startswith("design.")]
        exact = candidates(study).chosen(name).design
        assert f"{exact.attained_power:.4f}" in stated.assumed["design.power"]
        assert len(paths) == len(set(paths))


def test_a_text_that_is_no_study() -> None:
    design = candidates("nct07142421").chosen("single").design
    with pytest.raises(ToplineError, match="TL-P01"):
        chosen_text("just words", Choice(design, 33))
