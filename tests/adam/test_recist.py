"""The array kernels of RECIST and iRECIST give what their slow twins give, on random patients."""

import random
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

VISITS, LESIONS, GROUP = 5, 3, 150
BASELINES = tuple(Fraction(tenths, 10) for tenths in (100, 150, 200, 240, 250, 300, 500, 615))
STEPS = tuple(Fraction(tenths, 10) for tenths in (0, 1, 30, 50, 80, 99, 100, 101))
"""Sizes at which something is decided: gone, too small, a normal node; the others are made from the baseline."""

Draw = random.Random
seeds = st.integers(0, 10**9)


@dataclass(frozen=True)
class Patient:
    """A patient as the twin takes it."""

    targets: list[slow.Target]
    scans: list[slow.Scan]


def size(draw: Draw, base: Fraction) -> Fraction | None:
    near = [base * share for share in (Fraction(7, 10), 1, Fraction(6, 5))]
    edges = [each + Fraction(tenths, 10) for each in near for tenths in (-1, 0, 0, 1)] + [
        base + 5,
        base + Fraction(49, 10),
    ]
    pick = draw.random()
    return None if pick < 0.08 else draw.choice(STEPS if pick < 0.5 else edges)


def target(draw: Draw) -> slow.Target:
    base = draw.choice(BASELINES)
    return slow.Target(
        None if draw.random() < 0.05 else base, draw.random() < 0.3, tuple(size(draw, base) for _ in range(VISITS))
    )


def scan(draw: Draw, kinds: list[str]) -> slow.Scan:
    return slow.Scan(draw.choice(kinds), draw.random() < 0.3, draw.random() < 0.08, draw.random() < 0.9)


def patient(draw: Draw) -> Patient:
    kinds = draw.choice([[""], ["", "CR"], ["CR", "NON-CR/NON-PD", "NE"], ["CR", "NON-CR/NON-PD", "PD", "NE"]])
    return Patient(
        [target(draw) for _ in range(draw.choice([0, 1, 1, 1, 2, 3]))], [scan(draw, kinds) for _ in range(VISITS)]
    )


def patients(seed: int) -> list[Patient]:
    draw = random.Random(seed)
    return [patient(draw) for _ in range(GROUP)]


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
    small, new, assessed = (at_scans(name, np.bool_) for name in ("small_nodes", "new", "assessed"))
    return recist.Lesions(baseline, size, target, node, words, small, new, assessed)  # type: ignore[arg-type]


@settings(max_examples=25, deadline=None)
@given(seeds)
def test_responses(seed: int) -> None:
    group = patients(seed)
    got = recist.assess(arrays(group))
    for place, patient in enumerate(group):
        coded = (got.target[place], got.non_target[place], got.overall[place])
        mine = [(*(WORDS[code[visit]] for code in coded), int(got.total[place, visit])) for visit in range(VISITS)]
        expected = slow.assess(patient.targets, patient.scans)
        assert mine == [(target, other, overall, nanometres(total)) for target, other, overall, total in expected]


New = tuple[int, bool, Fraction | None, bool]


def new_lesions(draw: Draw) -> list[New]:
    often = draw.random() < 0.4
    return [
        (int(often and draw.random() < 0.3), draw.random() < 0.8, size(draw, Fraction(15)), draw.random() < 0.3)
        for _ in range(VISITS)
    ]


@settings(max_examples=25, deadline=None)
@given(seeds)
def test_immune_responses(seed: int) -> None:
    draw = random.Random(seed)
    group = [(each, new_lesions(draw)) for each in patients(seed)]
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
    three = [
        slow.Target(Fraction(20), False, (Fraction(40),)),
        slow.Target(Fraction(20), False, (Fraction(40),)),
        slow.Target(Fraction(10), False, (None,)),
    ]
    assert slow.assess(three, plain[:1])[0][2] == "PD"  # Eisenhauer 2009, section 4.4.2
