"""Screening agrees with its twin, which judges one candidate after the other, on random conditions and tables."""

from datetime import date, timedelta
from typing import Any

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.twin import screening as twin
from topline.protocol.eligibility.criterion import Criterion, Eligibility
from topline.protocol.eligibility.screen import screen
from topline.tables.patients import PATIENTS

OPERATORS = st.sampled_from(["=", "<>", "<", "<=", ">", ">="])
TENTHS = st.integers(0, 60).map(lambda tenths: tenths / 10)
FACTORS = st.sampled_from(["1.5", "2.5", "3", "0.6", "1"])
CLASSES = ["PLATINUM", "TAXANE", "OTHER"]
DAYS = st.integers(0, 60).map(lambda day: date(2026, 1, 1) + timedelta(days=day))
VALUES: dict[str, st.SearchStrategy[Any]] = {
    "ALT": TENTHS,
    "ALTULN": TENTHS,
    "ECOG": st.integers(0, 5),
    "SEX": st.sampled_from(["F", "M"]),
    "I01_A": st.sampled_from(["Y", "N"]),
    "PRIORCLS": st.lists(st.sampled_from(CLASSES), max_size=2, unique=True),
    "LRTDT": DAYS,
    "FDOSEDT": DAYS,
}
ATOMS = st.one_of(
    st.tuples(st.just("compare"), st.just("ALT"), OPERATORS, st.integers(0, 60).map(lambda n: f"{n / 10}")),
    st.tuples(st.just("compare"), st.just("ECOG"), OPERATORS, st.integers(0, 5).map(str)),
    st.tuples(st.just("compare"), st.just("SEX"), st.sampled_from(["=", "<>"]), st.sampled_from(["'F'", "'M'"])),
    st.tuples(st.just("compare"), st.just("I01_A"), st.just("="), st.just("'Y'")),
    st.tuples(st.sampled_from(["multiple", "ratio"]), st.just("ALT"), OPERATORS, FACTORS, st.just("ALTULN")),
    st.tuples(st.just("in"), st.just("ECOG"), st.sets(st.integers(0, 5), min_size=1, max_size=3).map(tuple)),
    st.tuples(st.just("has"), st.just("PRIORCLS"), st.sampled_from(CLASSES)),
    st.tuples(st.just("since"), st.just("LRTDT"), OPERATORS, st.integers(0, 30), st.just("FDOSEDT")),
    st.tuples(st.just("missing"), st.sampled_from(["ALT", "LRTDT", "PRIORCLS"])),
)
CONDITIONS = st.recursive(
    ATOMS,
    lambda inner: st.one_of(
        st.lists(inner, min_size=2, max_size=3).flatmap(
            lambda parts: st.sampled_from(["and", "or"]).map(lambda word: (word, *parts))
        ),
        st.tuples(st.just("not"), inner),
        st.tuples(st.just("case"), inner, inner, inner),
    ),
    max_leaves=7,
)
CANDIDATE = st.fixed_dictionaries({name: st.none() | values for name, values in VALUES.items()})


@settings(max_examples=150)
@given(CONDITIONS, CONDITIONS, st.none() | CONDITIONS, st.lists(CANDIDATE, min_size=1, max_size=8))
def test_statuses_verdicts_and_needs_are_those_of_the_twin(
    includes: twin.Condition,
    excludes: twin.Condition,
    applies: twin.Condition | None,
    candidates: list[dict[str, Any]],
) -> None:
    scope = "TRUE" if applies is None else twin.sql(applies)
    eligibility = Eligibility(
        inclusion=(Criterion(id="I01", text="a", condition=twin.sql(includes), signoffs={"I01_A": "?"}),),
        exclusion=(
            Criterion(id="E01", text="b", condition=twin.sql(excludes), applies=scope, signoffs={"I01_A": "?"}),
        ),
    )
    found = screen(eligibility, table(candidates))
    long = found.long()
    for row, one in enumerate(candidates):
        statuses = [twin.status(includes, None, False, one), twin.status(excludes, applies, True, one)]
        assert list(found.status.select("I01", "E01").row(row)) == statuses
        reached = found.verdicts.row(row, named=True)
        assert reached["VERDICT"] == twin.verdict(statuses)
        expected: set[str] = set()
        if reached["VERDICT"] == "PENDING":
            expected |= twin.needs(includes, one) if statuses[0] == "UNKNOWN" else set()
            expected |= unknown_of(excludes, applies, one) if statuses[1] == "UNKNOWN" else set()
            assert expected, "what is pending waits for something"
        assert set(reached["NEEDS"]) == expected
        assert len(reached["NEEDS"]) == len(expected)
        worded = long.filter(ROWNUM=row + 1)
        assert worded["STATUS"].to_list() == statuses
        assert all(worded["DATUM"].str.len_chars() > 0)


def unknown_of(condition: twin.Condition, applies: twin.Condition | None, one: dict[str, Any]) -> set[str]:
    return twin.needs(condition, one) | (set() if applies is None else twin.needs(applies, one))


def table(candidates: list[dict[str, Any]]) -> pl.DataFrame:
    types = {name: PATIENTS[name].dtype if name in PATIENTS else pl.String() for name in VALUES}
    return pl.DataFrame(candidates, schema=types).with_columns(SUBJID=pl.lit("A"))
