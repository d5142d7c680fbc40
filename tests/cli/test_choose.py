"""`topline design STUDY`: the protocol beside the candidates, and one of them written into its study file."""

import os
from pathlib import Path

import pytest
from click.testing import Result

from tests.cli.commands import STUDY, own_study, row, told, topline
from topline.exchange.study_file import read_study
from topline.protocol.source import parse_protocol, study_text


@pytest.fixture(scope="module")
def compared(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, Path]:
    out = tmp_path_factory.mktemp("compared") / "out"
    return told("design", STUDY, "--out", out), out


def choose(folder: Path, name: str, *more: object) -> Result:
    """Choose among a few designs, so that a test need not wait for all of them."""
    return topline("design", folder, "--design", "single", "--choose", name, "--out", folder.parent / "out", *more)


def block(folder: Path) -> str:
    """Return the design block of a study file."""
    text = (folder / "study.yaml").read_bytes().decode("utf-8")
    return text[text.index("\ndesign:") + 1 : text.index("\nmonitoring:")].rstrip()


def test_the_protocol_stands_first(compared: tuple[str, Path]) -> None:
    output, out = compared
    assert row(output, "protocol") == ["protocol", *row(output, "simon")[1:]]
    assert "The protocol's own rule is simon" in output
    assert "Where does 35 come from?" in output
    assert "cannot show that the treatment is the cause" in " ".join(output.split())
    assert (out / "origins.csv").read_text("utf-8-sig").count("Simon optimal") > 1
    assert "客观缓解" in (out / "statistics_zh.md").read_text("utf-8")


def test_other_hypotheses_than_the_study(tmp_path: Path) -> None:
    output = told("design", STUDY, "--p1", ".25", "--design", "single", "--out", tmp_path / "out")
    assert "target rate 25%" in output
    assert "No candidate has the protocol's own rule" in output


REASONS = """\
    The record gives no design. 35 patients are the size of Simon's optimal design for 10% against 30%; a two-stage
    rule spares patients an ineffective combination.
    The optimal design of Simon for these rates, 5% and 90%; stop at 2 or fewer of 18, which happens with a chance of
    73.4% at a true rate of 10%."""


def test_a_choice_changes_the_design_and_nothing_else(tmp_path: Path) -> None:
    folder = own_study(tmp_path / "own")
    result = choose(folder, "minimax")
    assert result.exit_code == 0, result.output
    assert "+  first_stage_patients: 22" in result.output
    before, after = read_study(STUDY)[0], read_study(str(folder))[0]
    assert (after.design.patients, after.design.first_stage_patients, after.design.futility_at_most) == (33, 22, 2)
    changed = {"design": after.design, "assumed": after.assumed}
    assert before.model_copy(update=changed) == after
    kept = [line for line in read_study(STUDY)[1].splitlines() if not line.startswith(("design:", "  design."))]
    text = (folder / "study.yaml").read_text("utf-8")
    assert [line for line in kept if line not in text.splitlines()] == [
        "  alpha: 0.05 # exact for this rule: 0.0474",
        "  power: 0.90 # exact for this rule: 0.9016",
        "  patients: 35 # both stages",
        "  first_stage_patients: 18",
        "  futility_at_most: 2 # stop after the first stage",
        *REASONS.splitlines(),
    ]


def test_the_reasons_are_true_of_the_new_rule(tmp_path: Path) -> None:
    folder = own_study(tmp_path / "own")
    choose(folder, "minimax")
    after = read_study(str(folder))[0]
    reasons = {path: text for path, text in after.assumed.items() if path.startswith("design.")}
    text = " ".join(reasons.values())
    assert "0.0474" not in text
    assert "0.9016" not in text
    assert reasons["design.alpha"].endswith("usual for phase II. Exact for this rule, 0.0409.")
    assert reasons["design.null_rate"] == read_study(STUDY)[0].assumed["design.null_rate"]
    assert "Simon minimax for 10% against 30%, 5% and 90%" in reasons["design.kind"]
    assert "62.0% at a true rate of 10%" in reasons["design.futility_at_most"]


def test_the_page_shows_the_design_that_was_chosen(tmp_path: Path) -> None:
    folder = own_study(tmp_path / "own")
    choose(folder, "minimax")
    row_of = (tmp_path / "out" / "designs.csv").read_text("utf-8-sig").splitlines()[1]
    assert row_of.startswith("protocol,")
    assert "22; 33" in row_of


def test_choosing_twice_changes_nothing_more(tmp_path: Path) -> None:
    folder = own_study(tmp_path / "own")
    choose(folder, "minimax")
    once = (folder / "study.yaml").read_bytes()
    again = choose(folder, "minimax")
    assert "states minimax already; nothing is changed" in again.output
    assert (folder / "study.yaml").read_bytes() == once


def test_the_rule_that_stands_there_already_is_left_alone(tmp_path: Path) -> None:
    folder = own_study(tmp_path / "own")
    before = (folder / "study.yaml").read_bytes()
    assert "states simon already" in choose(folder, "simon").output
    assert (folder / "study.yaml").read_bytes() == before


def test_more_patients_are_planned_where_the_design_needs_them(tmp_path: Path) -> None:
    folder = own_study(tmp_path / "own")
    assert "Planned patients: 39, before 35" in choose(folder, "simon", "--loss", ".1").output
    after = read_study(str(folder))[0]
    assert after.population.planned == 39
    assert after.design == read_study(STUDY)[0].design
    assert after.assumed["population.planned"].startswith("Raised from 35")
    assert "Planned patients stay at 39; the design needs 33" in choose(folder, "single").output
    assert after.assumed["population.planned"] == read_study(str(folder))[0].assumed["population.planned"]


def test_from_two_stages_to_one_and_back(tmp_path: Path) -> None:
    folder = own_study(tmp_path / "own")
    choose(folder, "single")
    one = read_study(str(folder))[0]
    assert (one.design.kind, one.design.patients, one.design.first_stage_patients) == ("single stage", 33, None)
    assert "design.futility_at_most" not in one.assumed
    choose(folder, "simon")
    assert read_study(str(folder))[0].design == read_study(STUDY)[0].design


def test_a_sequential_design_is_written_look_by_look(tmp_path: Path) -> None:
    folder = own_study(tmp_path / "own")
    assert choose(folder, "three-stage").exit_code == 0
    assert "    - {patients: 13, futility_at_most: 1}\n    - {patients: 23, futility_at_most: 3}" in block(folder)
    stated = read_study(str(folder))[0]
    assert stated.design.rule.looks == (13, 23, 45)
    assert stated.population.planned == 45
    output = told("design", folder, "--design", "three-stage", "--out", tmp_path / "out")
    assert "The protocol's own rule is three-stage" in output
    assert choose(folder, "curtailed").exit_code == 0
    # Looks at which nobody can stop are not written; what the rule does stays the same.
    assert read_study(str(folder))[0].design.rule.patients == 35
    choose(folder, "simon")
    assert "looks:" not in block(folder)
    assert "design.looks" not in read_study(str(folder))[0].assumed


COMMENTED = """\
design: # Simon's optimal design, exact
  # agreed with the statistician
  kind: two stage
  # as in the synopsis
  endpoint: ORR # see the endpoints"""


def test_comments_in_the_block_stay_where_they_stay_true(tmp_path: Path) -> None:
    was = "design: # Simon's optimal design, exact\n  kind: two stage\n  endpoint: ORR"
    folder = own_study(tmp_path / "own", **{was: COMMENTED})
    choose(folder, "minimax")
    lines = block(folder).splitlines()
    assert lines[:3] == [
        "design: # Simon minimax; Simon 1989, doi:10.1016/0197-2456(89)90015-9",
        "  # agreed with the statistician",
        "  # as in the synopsis",
    ]
    assert "  endpoint: ORR # see the endpoints" in lines
    assert "  null_rate: 0.10 # not worth a further trial" in lines
    assert "  alpha: 0.05 # exact 0.0409" in lines
    assert not any("both stages" in line or "0.0474" in line for line in lines)


def test_a_comment_behind_the_block_belongs_to_what_follows(tmp_path: Path) -> None:
    was = "  futility_at_most: 2 # stop after the first stage\n"
    folder = own_study(tmp_path / "own", **{was: f"{was}\n# of the board\n\n"})
    choose(folder, "single")
    assert "\n\n# of the board\n\n" in (folder / "study.yaml").read_text("utf-8")


@pytest.mark.parametrize("form", ["flow", "no reasons", "flow reasons", "one reason", "crlf", "mark", "written"])
def test_every_way_to_write_a_study(form: str, tmp_path: Path) -> None:
    protocol, text = read_study(STUDY)
    start, end = text.index("\nassumed:") + 1, len(text)
    stated = text[text.index("\ndesign:") + 1 : text.index("\nmonitoring:")]
    flow = (
        "design: {kind: two stage, endpoint: ORR, null_rate: 0.1, target_rate: 0.3, alpha: 0.05, power: 0.9,\n"
        "  patients: 35, success_at_least: 7, first_stage_patients: 18, futility_at_most: 2} # as planned\n"
    )
    texts = {
        "flow": text.replace(stated, flow),
        "no reasons": text[:start].rstrip(),
        "flow reasons": text[:start] + "assumed: {design.alpha: 'usual, 0.0474 exact', endpoints.ORR.label: so}\n",
        "one reason": text[:start] + "assumed:\n  design.alpha: usual\n# the end",
        "crlf": text.replace("\n", "\r\n"),
        "mark": f"\ufeff{text}",
        "written": study_text(protocol),
    }
    assert end > start
    folder = tmp_path / "own"
    folder.mkdir()
    (folder / "study.yaml").write_bytes(texts[form].encode("utf-8"))
    result = choose(folder, "minimax")
    assert result.exit_code == 0, result.output
    data = (folder / "study.yaml").read_bytes().decode("utf-8")
    after = parse_protocol(data.removeprefix("\ufeff"))
    assert (after.design.patients, after.design.first_stage_patients) == (33, 22)
    assert "0.0409" in after.assumed["design.kind"]
    assert "0.0474" not in str(dict(after.assumed))
    assert data.startswith("\ufeff") == (form == "mark")
    assert (data.count("\r\n") == data.count("\n")) == (form == "crlf")
    assert "# the end" in data if form == "one reason" else True
    once = data
    assert "nothing is changed" in choose(folder, "minimax").output
    assert (folder / "study.yaml").read_bytes().decode("utf-8") == once


def test_a_study_that_comes_with_topline_is_not_changed(tmp_path: Path) -> None:
    result = topline("design", STUDY, "--choose", "minimax", "--design", "single", "--out", tmp_path / "out")
    assert result.exit_code == 2
    assert "copy it first: `topline run nct07142421 --out my-run`" in result.output
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("minimx", "did you mean minimax?"),
        ("admissible", "'admissible' is not among the candidates: single, admissible-34"),
        ("admissible-99", "'admissible-99' is not among the candidates"),
        ("protocol", "'protocol' is not among the candidates"),
        ("fleming", "level 0.0732 and power 0.9234 are not what was asked for"),
    ],
)
def test_what_cannot_be_chosen(name: str, words: str, tmp_path: Path) -> None:
    folder = own_study(tmp_path / "own")
    before = (folder / "study.yaml").read_bytes()
    result = choose(folder, name)
    assert (result.exit_code, words in result.output) == (2, True), result.output
    assert (folder / "study.yaml").read_bytes() == before


def test_a_level_that_a_study_cannot_state(tmp_path: Path) -> None:
    folder = own_study(tmp_path / "own")
    before = (folder / "study.yaml").read_bytes()
    result = choose(folder, "single", "--power", ".4")
    assert (result.exit_code, result.output[:6]) == (2, "TL-G04"), result.output
    assert (folder / "study.yaml").read_bytes() == before


def test_a_block_that_is_used_elsewhere_is_not_edited(tmp_path: Path) -> None:
    folder = own_study(
        tmp_path / "own", **{"  patients: 35 # both": "  patients: &n 35 # both", "planned: 35": "planned: *n"}
    )
    before = (folder / "study.yaml").read_bytes()
    result = choose(folder, "minimax")
    assert result.exit_code == 2
    assert (folder / "study.yaml").read_bytes() == before


def test_a_file_or_folder_that_cannot_be_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = own_study(tmp_path / "own")
    before = (folder / "study.yaml").read_bytes()

    def refused(self: Path, target: Path) -> Path:
        raise PermissionError(13, "Permission denied", str(target))

    with monkeypatch.context() as patched:
        patched.setattr(Path, "replace", refused)
        result = choose(folder, "minimax")
    assert (result.exit_code, "TL-C05" in result.output) == (2, True), result.output
    assert (folder / "study.yaml").read_bytes() == before
    assert [path.name for path in folder.iterdir()] == ["study.yaml"]
    with monkeypatch.context() as patched:
        patched.setattr(os, "access", lambda path, mode, **_: not (mode == os.W_OK and str(path).endswith(".yaml")))
        result = choose(folder, "minimax")
    assert (result.exit_code, "study.yaml: cannot be written" in result.output) == (2, True), result.output
    assert (folder / "study.yaml").read_bytes() == before


def test_a_study_with_faults_is_not_touched(tmp_path: Path) -> None:
    folder = own_study(tmp_path / "own", **{"null_rate: 0.10": "null_rate: 0.50"})
    result = choose(folder, "minimax")
    assert result.exit_code == 2
    assert result.output.startswith("TL-P")
