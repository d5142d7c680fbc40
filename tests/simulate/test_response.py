"""The investigator's assessment: against its slow twin, on examples, and against the code that analyses trials."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.simulate.slow_response import Scan, responses
from tests.simulate.studies import STUDIES, built_in, without_misreading
from topline.simulate.draws import Draws
from topline.simulate.presets import expected_truth
from topline.simulate.response import RESPONSES, assess
from topline.simulate.scans import STATES, Scans
from topline.simulate.trial import draw_trial
from topline.simulate.truth import Reading
from topline.simulate.tumour import Tumours
from topline.study import run_study

SPINE = ("DM", "SV", "EX", "CM", "AE", "DS", "TU", "TR", "RS", "SS")

SIZE = st.one_of(
    st.none(), st.sampled_from([0.0, 4.0, 5.0, 9.0, 10.0, 14.0, 15.0, 35.0]), st.integers(0, 600).map(lambda n: n / 10)
)


@st.composite
def patients(draw: st.DrawFn) -> tuple[tuple[float, ...], tuple[bool, ...], list[Scan]]:
    targets, others = draw(st.integers(0, 3)), draw(st.integers(0, 2))
    if targets + others == 0:
        targets = 1
    baseline = tuple(draw(st.lists(st.integers(100, 600).map(lambda n: n / 10), min_size=targets, max_size=targets)))
    nodes = tuple(draw(st.lists(st.booleans(), min_size=targets, max_size=targets)))
    scan = st.builds(
        Scan,
        st.tuples(*[SIZE] * targets),
        st.tuples(*[st.sampled_from(STATES[1:])] * others),
        st.sampled_from([False, False, False, True]),
    )
    return baseline, nodes, draw(st.lists(scan, min_size=1, max_size=5))


def assessed(baseline: tuple[float, ...], nodes: tuple[bool, ...], seen: list[Scan]) -> list[tuple[str, str, str]]:
    """Assess one patient with the array code, padded to five targets and three non-targets."""
    many, visits = len(baseline), len(seen)
    size = np.full((1, visits, 5), np.nan)
    other = np.zeros((1, visits, 3), np.int8)
    for visit, scan in enumerate(seen):
        size[0, visit, :many] = [np.nan if each is None else each for each in scan.sizes]
        other[0, visit, : len(scan.states)] = [STATES.index(state) for state in scan.states]
    first = np.full((1, 5), np.nan)
    first[0, :many] = baseline
    node = np.zeros((1, 5), np.bool_)
    node[0, :many] = nodes
    done = np.ones((1, visits), np.bool_)
    day = np.arange(visits)[None, :]
    new = np.array([[scan.new for scan in seen]])
    scans = Scans(day[0], day, done, first, size, np.zeros_like(size, np.bool_), other, new)
    result = assess(scans, tumours(np.arange(5)[None, :] < many, node), done, Reading(misread=0.0), Draws("00" * 32, 1))
    codes = (result.target[0], result.other[0], result.overall[0])
    return [(RESPONSES[a], RESPONSES[b], RESPONSES[c]) for a, b, c in zip(*codes, strict=True)]


def tumours(target: np.ndarray, node: np.ndarray) -> Tumours:
    one, none = np.ones(1), np.zeros((1, 3))
    index = np.zeros_like(target, np.int64)
    size = target.astype(float)
    other = (none > 0, none.astype(np.int64), none, none, none)
    return Tumours(one, one, one, one, target, node, index, size, size, size, *other, index[:, 0])


@given(patients())
@settings(max_examples=150, deadline=None)
def test_equal_to_the_slow_twin(patient: tuple[tuple[float, ...], tuple[bool, ...], list[Scan]]) -> None:
    assert assessed(*patient) == responses(*patient)


EXAMPLES = [
    ("exactly -30 % is PR", (61.5,), (False,), [43.05], ["PR"]),
    ("just above is SD", (61.5,), (False,), [43.1], ["SD"]),
    ("+20 % and 5 mm over the nadir is PD", (50.0,), (False,), [25.0, 30.0], ["PR", "PD"]),
    ("+20 % without 5 mm is no PD", (30.0,), (False,), [20.0, 24.0], ["PR", "SD"]),
    ("a normal node is CR whatever its size", (20.0,), (True,), [4.0, 9.0], ["CR", "CR"]),
    ("a node back at 11 mm is looked at again", (20.0,), (True,), [8.0, 11.0], ["CR", "PR"]),
    ("a lesion back after CR is PD", (20.0,), (False,), [0.0, 4.0], ["CR", "PD"]),
    ("also where another one is missing", (20.0, 20.0), (False, False), [(0.0, 0.0), (1.0, None)], ["CR", "PD"]),
    ("a missing target is NE", (20.0, 20.0), (False, False), [(15.0, None)], ["NE"]),
    ("unless the others alone are PD", (20.0, 20.0), (False, False), [(50.0, None)], ["PD"]),
]


@pytest.mark.parametrize(("name", "baseline", "nodes", "sizes", "expected"), EXAMPLES)
def test_examples(
    name: str, baseline: tuple[float, ...], nodes: tuple[bool, ...], sizes: list, expected: list[str]
) -> None:
    scans = [Scan(each if isinstance(each, tuple) else (each,), (), False) for each in sizes]
    assert [overall for _, _, overall in assessed(baseline, nodes, scans)] == expected, name


@pytest.mark.parametrize("name", STUDIES)
def test_without_misreading_the_analysis_agrees_on_every_scan(name: str) -> None:
    protocol = built_in(name)
    trial = draw_trial(protocol, 3, without_misreading(expected_truth(protocol)), n=1500, domains=SPINE)
    run = run_study(protocol, trial.tables)
    assert run.adam["ADRS"].filter(PARAMCD="OVRASSD").height > 1500
    assert run.findings.filter(CODE="TL-R01").to_dicts() == []


@pytest.mark.parametrize("name", STUDIES)
def test_misreadings_become_disagreements(name: str) -> None:
    protocol = built_in(name)
    run = run_study(protocol, draw_trial(protocol, 3, n=1500, domains=SPINE).tables)
    scans = run.adam["ADRS"].filter(PARAMCD="OVRASSD").height
    share = run.findings.filter(CODE="TL-R01").height / scans
    assert 0.005 < share < 0.03
