"""The array kernels of RECIST and iRECIST give what their slow twins give, on random patients."""

from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from tests.twin import irecist as slow_irecist
from tests.twin import recist as slow
from topline.adam import irecist, recist
from topline.adam.recist import CODE, MM, UNMEASURED, WORDS

VISITS, LESIONS = 5, 3
TENTHS = (0, 30, 50, 80, 90, 99, 100, 101, 120, 140, 150, 180, 200, 240, 250, 300, 420, 430, 431, 500, 615)
"""Sizes in tenths of a millimetre at which something is decided, and their like."""

sizes = st.none() | st.sampled_from(TENTHS).map(lambda tenths: Fraction(tenths, 10))
targets = st.builds(slow.Target, sizes, st.booleans(), st.tuples(*[sizes] * VISITS))
scans = st.builds(
    slow.Scan,
    st.sampled_from(["", "CR", "NON-CR/NON-PD", "PD", "NE"]),
    st.booleans(),
    st.sampled_from([False, False, False, True]),
    st.sampled_from([True, True, True, False]),
)


@dataclass(frozen=True)
class Patient:
    """A patient as the twin takes it."""

    targets: list[slow.Target]
    scans: list[slow.Scan]


patients = st.builds(Patient, st.lists(targets, max_size=LESIONS), st.lists(scans, min_size=VISITS, max_size=VISITS))


def nanometres(size: Fraction | None) -> int:
    return UNMEASURED if size is None else int(size * MM)


def arrays(group: list[Patient]) -> recist.Lesions:
    shape = (len(group), LESIONS)
    baseline, node, target = np.full(shape, UNMEASURED, np.int64), np.zeros(shape, np.bool_), np.zeros(shape, np.bool_)
    size = np.full((len(group), VISITS, LESIONS), UNMEASURED, np.int64)
    for place, patient in enumerate(group):
        for lesion, each in enumerate(patient.targets):
            target[place, lesion], node[place, lesion] = True, each.node
            baseline[place, lesion] = nanometres(each.baseline)
            size[place, :, lesion] = [nanometres(value) for value in each.sizes]

    def at_scans(name: str, dtype: type[np.generic]) -> NDArray[np.generic]:
        return np.array([[getattr(scan, name) for scan in patient.scans] for patient in group], dtype)

    words = np.array([[CODE[scan.non_target] for scan in patient.scans] for patient in group], np.int8)
    return recist.Lesions(
        baseline, size, target, node, words, at_scans("small_nodes", np.bool_), at_scans("new", np.bool_), at_scans("assessed", np.bool_)
    )  # type: ignore[arg-type]  # fmt: skip


@settings(max_examples=60, deadline=None)
@given(st.lists(patients, min_size=1, max_size=12))
def test_responses(group: list[Patient]) -> None:
    got = recist.assess(arrays(group))
    for place, patient in enumerate(group):
        mine = [
            (WORDS[got.target[place, visit]], WORDS[got.non_target[place, visit]], WORDS[got.overall[place, visit]], int(got.total[place, visit]))
            for visit in range(VISITS)
        ]  # fmt: skip
        expected = slow.assess(patient.targets, patient.scans)
        assert mine == [(target, other, overall, nanometres(total)) for target, other, overall, total in expected]


news = st.lists(st.tuples(st.integers(0, 1), st.booleans(), sizes, st.booleans()), min_size=VISITS, max_size=VISITS)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(patients, news), min_size=1, max_size=12))
def test_immune_responses(group: list[tuple[Patient, list[tuple[int, bool, Fraction | None, bool]]]]) -> None:
    people = [patient for patient, _ in group]
    lesions = arrays(people)
    judged = recist.assess(lesions)
    count = np.array([[begun for begun, _, _, _ in new] for _, new in group]).cumsum(axis=1)
    seen = np.array([[there for _, there, _, _ in new] for _, new in group]) & (count > 0)
    total = np.array([[nanometres(size) for _, _, size, _ in new] for _, new in group], np.int64)
    worse = np.array([[bad for _, _, _, bad in new] for _, new in group]) & (judged.non_target == recist.PD)
    base = recist.baseline_sum(lesions)
    got = irecist.assess_immune(base, judged, irecist.Growth(count, seen, total, worse))
    for place, (_, new) in enumerate(group):
        visits = [
            slow_irecist.Visit(
                total=exact(judged.total[place, visit]),
                target=WORDS[judged.target[place, visit]],
                non_target=WORDS[judged.non_target[place, visit]],
                new_count=int(count[place, visit]),
                new_seen=bool(seen[place, visit]),
                new_total=new[visit][2],
                worse=bool(worse[place, visit]),
                assessed=bool(lesions.assessed[place, visit]),
                complete=bool(judged.overall[place, visit] == recist.CR),
            )
            for visit in range(VISITS)
        ]
        words, since = slow_irecist.assess(exact(base[place]), visits)
        assert [irecist.IWORDS[code] for code in got.response[place]] == words
        assert int(got.progression[place]) == since


def exact(size: np.int64) -> Fraction | None:
    return None if size == UNMEASURED else Fraction(int(size), MM)


def test_the_twin_knows_the_cases_that_publications_give() -> None:
    """A twin that shares a mistake with the kernel proves nothing: here it meets published numbers itself."""
    lesion = slow.Target(Fraction(50), False, (Fraction(35), Fraction(42), Fraction(0), Fraction(3), None))
    plain = [slow.Scan("", False, False, True)] * VISITS
    assert [overall for _, _, overall, _ in slow.assess([lesion], plain)] == ["PR", "PD", "CR", "PD", "NE"]
    three = [slow.Target(Fraction(20), False, (Fraction(40),)), slow.Target(Fraction(20), False, (Fraction(40),)), slow.Target(Fraction(10), False, (None,))]
    assert slow.assess(three, plain[:1])[0][2] == "PD"  # Eisenhauer 2009, section 4.4.2
