"""The kernels of the best response and of the landmark give what their slow twins give, on random courses."""

import random

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.twin import best_response as slow
from topline.adam.best_response import Rules, best_confirmed, best_unconfirmed, until_progression
from topline.adam.recist import CODE, WORDS

VISITS = 6
GROUP = 300
WEIGHTED = ("CR", "CR", "PR", "PR", "PR", "SD", "SD", "NON-CR/NON-PD", "PD", "NE", "NE", "")
GAPS = (7, 13, 14, 21, 27, 28, 29, 41, 42, 43, 56)
words = st.sampled_from(WEIGHTED)


def courses(seed: int) -> list[tuple[list[tuple[int, str]], bool]]:
    draw = random.Random(seed)
    return [
        ([(draw.choice(GAPS), draw.choice(WEIGHTED)) for _ in range(VISITS)], draw.random() < 0.5) for _ in range(GROUP)
    ]


rules = st.builds(
    slow.Rule,
    st.sampled_from([0, 28, 42]),
    st.sampled_from([0, 42, 56]),
    st.integers(0, 2),
    st.integers(0, 1),
    st.booleans(),
    st.sampled_from(["SD", "NON-CR/NON-PD"]),
)


def fast(rule: slow.Rule) -> Rules:
    return Rules(
        rule.confirmation,
        rule.stable_minimum,
        rule.unevaluable_between,
        rule.stable_between,
        rule.missing_is_unevaluable,
        CODE[rule.without_target],
    )


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10**9), rules, st.sampled_from([0, 1]))
def test_best_responses(seed: int, rule: slow.Rule, reference: int) -> None:
    group = courses(seed)
    response = np.array([[CODE[word] for _, word in course] for course, _ in group], dtype=np.int8)
    day = np.array([[gap for gap, _ in course] for course, _ in group], dtype=np.int64).cumsum(axis=1)
    zero, alone = np.full(len(group), reference), np.array([no for _, no in group])
    confirmed = best_confirmed(response, day, zero, fast(rule), alone)
    plain = best_unconfirmed(response, day, zero, fast(rule))
    for place, (course, no_target) in enumerate(group):
        visits = [(int(then), word) for then, (_, word) in zip(day[place], course, strict=True)]
        expected = slow.best_confirmed(visits, reference, rule, no_target)
        got = (WORDS[confirmed.response[place]], int(confirmed.visit[place]), int(confirmed.confirmed_at[place]))
        assert got[:2] == expected[:2]
        if expected[0] in ("CR", "PR"):
            assert got[2] == expected[2] > expected[1]
        assert (WORDS[plain.response[place]], int(plain.visit[place])) == slow.best_unconfirmed(visits, reference, rule)


@given(st.lists(words, max_size=8))
def test_nothing_counts_after_progression(course: list[str]) -> None:
    got = until_progression(np.array([[CODE[word] for word in course]], dtype=np.int8).reshape(1, len(course)))[
        0
    ].tolist()
    end = course.index("PD") if "PD" in course else len(course)
    assert got == [word != "" and place <= end for place, word in enumerate(course)]
