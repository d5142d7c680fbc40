"""Designs with looks: what is refused and where, the rule of every kind, and that a sound one never fails."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from tests.protocol.rule.rules import boundaries
from tests.protocols import protocol
from tests.twin import exact_rule as twin
from topline.protocol.design import Design
from topline.protocol.design_coherence import design_contradictions, plain_rule
from topline.protocol.rule.boundary import NEVER, Boundary, operating_characteristics
from topline.protocol.rule.condensed import condensed
from topline.protocol.source import parse_protocol, study_text

SEQUENTIAL: dict[str, Any] = {
    "kind": "sequential",
    "endpoint": "ORR",
    "null_rate": 0.1,
    "target_rate": 0.3,
    "alpha": 0.05,
    "power": 0.8,
    "patients": 40,
    "success_at_least": 8,
    "looks": [{"patients": 12, "futility_at_most": 0}, {"patients": 24, "futility_at_most": 2, "success_at_least": 8}],
}
ONE: dict[str, Any] = {"patients": 12, "futility_at_most": 0}


def looks(*looks: dict[str, Any], **other: Any) -> dict[str, Any]:
    return SEQUENTIAL | {"looks": list(looks)} | other


def found(design: dict[str, Any]) -> list[tuple[str, str]]:
    return [(".".join(map(str, path)), what) for path, what in design_contradictions({"design": design})]


def test_the_rule_of_a_sequential_design() -> None:
    design = Design.model_validate(SEQUENTIAL)
    assert design.rule == Boundary((12, 24, 40), (0, 2, 7), (13, 8, 8))
    assert float(twin.success(design.rule, 0.1)) == pytest.approx(0.0398, abs=5e-5)
    assert found(SEQUENTIAL) == []


FAULTS = [
    (looks(), "design", "a sequential design needs looks, at least one before the last"),
    ({key: value for key, value in SEQUENTIAL.items() if key != "looks"}, "design", "needs looks"),
    (SEQUENTIAL | {"kind": "single stage"}, "design.looks", "a single-stage design has no looks"),
    (
        SEQUENTIAL | {"kind": "two stage", "first_stage_patients": 12, "futility_at_most": 0},
        "design.looks",
        "a two-stage design has no looks",
    ),
    (SEQUENTIAL | {"first_stage_patients": 12}, "design.first_stage_patients", "its looks say when it stops"),
    (SEQUENTIAL | {"futility_at_most": 1}, "design.futility_at_most", "a sequential design has no futility_at_most"),
    (looks({"patients": 40, "futility_at_most": 1}), "design.looks.0.patients", "40 is not below patients 40"),
    (looks(ONE, {"patients": 12, "futility_at_most": 1}), "design.looks.1.patients", "12 is not above the 12 patients"),
    (looks(ONE, {"patients": 9, "futility_at_most": 1}), "design.looks.1.patients", "9 is not above the 12 patients"),
    (looks({"patients": 12}), "design.looks.0", "a look without a bound stops nobody"),
    (looks({"patients": 5, "futility_at_most": 5}), "design.looks.0.futility_at_most", "5 is not below the 5 patients"),
    (looks({"patients": 5, "success_at_least": 6}), "design.looks.0.success_at_least", "6 exceeds the 5 patients"),
    (
        looks({"patients": 20, "futility_at_most": 5, "success_at_least": 5}),
        "design.looks.0.futility_at_most",
        "5 is not below success_at_least 5 of the look",
    ),
    (
        looks({"patients": 12, "futility_at_most": 2}, {"patients": 24, "futility_at_most": 1}),
        "design.looks.1.futility_at_most",
        "1 is below the 2 of the look after 12 patients: a trial with so few has stopped there and cannot come back",
    ),
    (
        looks({"patients": 20, "futility_at_most": 8}),
        "design.looks.0.futility_at_most",
        "8 is not below success_at_least 8 of the last look",
    ),
    (
        looks({"patients": 20, "futility_at_most": 5, "success_at_least": 6}),
        "design.patients",
        "no trial reaches the look after 40 patients: every number of responders stops before it",
    ),
    (
        looks({"patients": 20, "futility_at_most": 5, "success_at_least": 6}, {"patients": 25, "success_at_least": 9}),
        "design.looks.1.patients",
        "no trial reaches the look after 25 patients",
    ),
    (
        looks({"patients": 10, "success_at_least": 3}),
        "design.looks",
        "the rule of all 2 looks has an exact one-sided level of 0.0971, above alpha 0.05",
    ),
    (
        looks(ONE, success_at_least=6),
        "design.success_at_least",
        "6 of 40 has an exact one-sided level of 0.1907, above alpha 0.05",
    ),
]


@pytest.mark.parametrize(("design", "path", "says"), FAULTS)
def test_each_fault_at_its_path(design: dict[str, Any], path: str, says: str) -> None:
    assert [place for place, what in found(design) if says in what] == [path]
    with pytest.raises(ValidationError) as caught:
        Design.model_validate(design)
    assert says in str(caught.value)


def test_one_fault_is_told_once() -> None:
    assert len(found(looks({"patients": 12, "futility_at_most": 2}, {"patients": 24, "futility_at_most": 1}))) == 1
    assert len(found(looks({"patients": 12}))) == 1
    assert len(found(looks({"patients": 5, "futility_at_most": 5}))) == 1


def test_a_study_file_names_the_line_of_the_look() -> None:
    content = study_text(protocol(design=SEQUENTIAL, population=population(40)))
    assert parse_protocol(content).design.rule.looks == (12, 24, 40)
    wrong = content.replace("patients: 24", "patients: 34").replace("futility_at_most: 2", "futility_at_most: 34")
    with pytest.raises(Exception, match=r"design\.looks\.1\.futility_at_most \(line \d+\)") as caught:
        parse_protocol(wrong)
    assert caught.value.code == "TL-P05"  # type: ignore[attr-defined]


def population(planned: int) -> dict[str, Any]:
    name = {"en": "x", "zh": "x"}
    return {"condition": name, "description": name, "ages": {}, "planned": planned}


def test_a_design_without_looks_is_written_without_them() -> None:
    plain = {"kind": "single stage", "success_at_least": 8, "looks": []}
    written = Design.model_validate(SEQUENTIAL | plain).model_dump()
    assert "looks" not in written
    assert Design.model_validate(SEQUENTIAL).model_dump()["looks"][0]["patients"] == 12


def test_a_level_of_exactly_alpha_is_kept() -> None:
    exact = {"kind": "single stage", "null_rate": 0.2, "target_rate": 0.8, "power": 0.6, "patients": 2, "looks": []}
    assert Design.model_validate(SEQUENTIAL | exact | {"alpha": 0.04, "success_at_least": 2}).alpha == 0.04
    with pytest.raises(ValidationError, match=r"exact one-sided level of 0.0400*, above alpha 0.039999"):
        Design.model_validate(SEQUENTIAL | exact | {"alpha": 0.0399999, "success_at_least": 2})


@settings(max_examples=200)
@given(boundaries(most=40), st.sampled_from([0.05, 0.1, 0.3]), st.sampled_from([0.01, 0.1, 0.4]))
def test_a_rule_is_refused_or_applied(rule: Boundary, null: float, alpha: float) -> None:
    """Any rule told as a protocol tells it: either it is refused, or the design has exactly this rule and its level."""
    told = [
        {"patients": look}
        | ({"futility_at_most": low} if low != NEVER else {})
        | ({"success_at_least": high} if high <= look else {})
        for look, low, high in zip(rule.looks[:-1], rule.futility, rule.efficacy, strict=False)
    ]
    content = looks(*told, null_rate=null, alpha=alpha, patients=rule.patients, success_at_least=rule.efficacy[-1])
    content |= {"kind": "sequential" if told else "single stage", "target_rate": 0.6}
    try:
        made = Design.model_validate(content)
    except ValidationError:
        sound = condensed(rule) == rule and 1 <= rule.efficacy[-1] <= rule.patients
        assert not sound or twin.success(rule, null) > twin.written(alpha)
        return
    assert made.rule == plain_rule(content)
    assert made.rule.looks == rule.looks
    level = float(operating_characteristics(made.rule, null).success[0])
    assert level == pytest.approx(float(twin.success(rule, null)), abs=1e-12)
    assert level <= alpha + 1e-12


ANY = st.one_of(
    st.none(), st.integers(-3, 40), st.floats(allow_nan=True), st.text(max_size=2), st.lists(st.integers(), max_size=2)
)


@settings(max_examples=150)
@given(
    st.dictionaries(st.sampled_from([*SEQUENTIAL, "first_stage_patients", "futility_at_most"]), ANY),
    st.one_of(ANY, st.lists(st.dictionaries(st.sampled_from(["patients", *SEQUENTIAL, "futility_at_most"]), ANY))),
)
def test_checks_over_plain_data_never_fail(change: dict[str, Any], some: Any) -> None:
    """Whatever stands in a study file, the checks name faults with paths, or are silent."""
    for path, what in design_contradictions({"design": SEQUENTIAL | change | {"looks": some}}):
        assert path[0] == "design"
        assert what
