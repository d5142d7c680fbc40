"""Grades of values: every boundary of every table at, below and above it; missing references; holes; symptoms; twin."""

from collections.abc import Sequence
from decimal import Decimal

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.adam.ctcae_values import grades, ladders, values
from tests.twin import ctcae_twin
from topline.adam.ctcae.bounds import parse_bounds
from topline.adam.ctcae.grading import WRONG_UNIT, Grader, grade, grade_rows
from topline.adam.ctcae.tables import Rule, Symptoms, criteria
from topline.adam.ctcae.terms import GradedTest, graded_tests

VERSIONS = ("4.03", "5.0", "6.0")
SYMPTOMS: tuple[Symptoms, ...] = ("worst case", "lab value only")
LIMITS = ("0.7", "13.7")
"""Limits whose multiples are no exact binary fractions: 3 x 0.7 is 2.0999999999999996 in floating point."""


def units(version: str, term: str) -> list[str]:
    return list(dict.fromkeys(ladder.unit for ladder in criteria(version).rules[term].ladders if ladder.unit)) or [""]


def boundaries(version: str, term: str, unit: str, references: dict[str, Decimal]) -> set[Decimal]:
    """Return the figure of every bound of a rule, in exact decimals."""
    found = set()
    for ladder in criteria(version).rules[term].ladders:
        if ladder.unit in ("", unit):
            for step in ladder.steps:
                for bound in step.bounds:
                    part = Decimal(str(bound.factor)) * references[bound.reference] if bound.reference else Decimal(0)
                    found.add(part + Decimal(str(bound.offset)))
    return found


def cases(version: str, symptoms: Symptoms) -> list[ctcae_twin.Case]:
    """Return every boundary of a version, with its value, the next one below and above by a hundred-thousandth."""
    made = []
    for term in criteria(version).rules:
        for unit in units(version, term):
            for limit in LIMITS:
                references = {"LLN": Decimal(limit), "ULN": Decimal(limit) * 2, "BASE": Decimal(limit) * 3}
                for figure in boundaries(version, term, unit, references):
                    for value in (figure, figure * Decimal("0.99999"), figure * Decimal("1.00001")):
                        low, high, base = references["LLN"], references["ULN"], references["BASE"]
                        made += [
                            ctcae_twin.Case(version, term, value, low, high, base, status, symptoms, unit)
                            for status in (-1, 0, 1)
                        ]
    return made


@pytest.mark.parametrize("symptoms", SYMPTOMS)
@pytest.mark.parametrize("version", VERSIONS)
def test_every_boundary_at_below_and_above(version: str, symptoms: Symptoms) -> None:
    listed = cases(version, symptoms)
    assert len(listed) > 2000
    by_rule: dict[tuple[str, str], list[ctcae_twin.Case]] = {}
    for case in listed:
        by_rule.setdefault((case.term, case.unit), []).append(case)
    for (term, unit), group in by_rule.items():
        columns = [[float(getattr(case, name)) for case in group] for name in ("value", "lower", "upper", "baseline")]
        given = values(*columns, status=[case.status for case in group])
        rule = ladders(version, term, unit or "U/L", symptoms)
        assert grades(rule, given) == [ctcae_twin.grade(case) for case in group], (version, term, unit)


maybe = st.none() | st.decimals("0.1", "200", places=2)


@settings(max_examples=60, deadline=None)
@given(data=st.data(), version=st.sampled_from(VERSIONS), symptoms=st.sampled_from(SYMPTOMS))
def test_twin_agrees_where_anything_may_be_missing(data: st.DataObject, version: str, symptoms: Symptoms) -> None:
    term = data.draw(st.sampled_from(sorted(criteria(version).rules)))
    unit = data.draw(st.sampled_from(units(version, term)))
    rows = data.draw(
        st.lists(st.tuples(maybe, maybe, maybe, maybe, st.sampled_from((-1, 0, 1))), min_size=1, max_size=30)
    )
    listed = [ctcae_twin.Case(version, term, *row, symptoms, unit) for row in rows]
    columns = [
        [None if each is None else float(each) for each in column] for column in list(zip(*rows, strict=True))[:4]
    ]
    given = values(*columns, status=[row[4] for row in rows])
    assert grades(ladders(version, term, unit or "U/L", symptoms), given) == [ctcae_twin.grade(case) for case in listed]


def test_lower_figure_belongs_to_the_grade() -> None:
    """CTCAE 5.0, neutrophils: 1.0 is still grade 2, 0.5 still grade 3."""
    rule = ladders("5.0", "Neutrophil count decreased", "10^9/L")
    assert grades(rule, values([2.0, 1.99, 1.5, 1.49, 1.0, 0.99, 0.5, 0.49, 0.0], 2.0)) == [0, 1, 1, 2, 2, 3, 3, 4, 4]


def test_multiples_of_a_limit_are_exact() -> None:
    """2.1 is 3.0 x 0.7, grade 1; in floating point 3 * 0.7 is below 2.1."""
    assert 3 * 0.7 < 2.1
    rule = ladders("4.03", "Alanine aminotransferase increased", "U/L")
    assert grades(rule, values([0.7, 0.71, 2.1, 2.11, 3.5, 3.51, 14.0, 14.1], upper=0.7)) == [0, 1, 1, 2, 2, 3, 3, 4]


def test_hole_of_version_5_goes_to_the_milder_grade() -> None:
    worst, only = (ladders("5.0", "Hyponatremia", "mmol/L", symptoms) for symptoms in SYMPTOMS)
    sodium = values([130, 129.5, 129, 125, 124.5, 124, 120, 119.9], 135)
    assert grades(worst, sodium) == [1, 1, 3, 3, 3, 3, 3, 4]
    assert grades(only, sodium) == [1, 1, 2, 2, 2, 3, 3, 4]
    closed = ladders("6.0", "Hyponatremia", "mmol/L", "lab value only")
    assert grades(closed, sodium) == [1, 2, 2, 2, 3, 3, 3, 4]


@pytest.mark.parametrize(
    ("version", "term", "unit", "value", "worst", "only"),
    [
        ("4.03", "Hypokalemia", "mmol/L", 3.4, 2, 1),
        ("5.0", "Hypokalemia", "mmol/L", 2.9, 3, 3),
        ("4.03", "Hyperuricemia", "mg/dL", 8.0, 3, 1),
        ("4.03", "Hyperuricemia", "umol/L", 591, 4, 4),
        ("5.0", "Hyperuricemia", "mg/dL", 11, 3, 1),
        ("5.0", "Lipase increased", "U/L", 130, 3, 2),
        ("5.0", "Lipase increased", "U/L", 260, 4, 3),
        ("6.0", "Lipase increased", "U/L", 130, 2, 2),
        ("6.0", "Serum amylase increased", "U/L", 130, 3, 2),
        ("5.0", "INR increased", "", 1.15, 1, 0),
    ],
)
def test_symptoms_are_a_switch(version: str, term: str, unit: str, value: float, worst: int, only: int) -> None:
    upper = 450 if unit == "umol/L" else 7 if unit == "mg/dL" else 50
    given = values([value], 3.5, upper, 1.0)
    assert [grades(ladders(version, term, unit, symptoms), given) for symptoms in SYMPTOMS] == [[worst], [only]]


def test_missing_limit_leaves_certain_grades() -> None:
    rule = ladders("5.0", "Anemia", "g/L")
    assert grades(rule, values([130, 99, 79, None], None)) == [None, 2, 3, None]


def test_missing_baseline() -> None:
    """Transaminases count as from a normal baseline; creatinine may have risen, so 0 is not known."""
    assert grades(ladders("5.0", "Alanine aminotransferase increased", "U/L"), values([130], upper=40)) == [2]
    creatinine = ladders("5.0", "Creatinine increased", "umol/L")
    assert grades(creatinine, values([80, 120, 80], upper=100, baseline=[None, None, 70])) == [None, 1, 0]


def test_abnormal_baseline_without_limit_is_graded_by_baseline() -> None:
    rule = ladders("5.0", "Alanine aminotransferase increased", "U/L")
    assert grades(rule, values([60, 90, 181], None, None, 60, status=1)) == [0, 1, 2]


def test_alkaline_phosphatase_of_version_6_needs_both_bounds() -> None:
    rule = ladders("6.0", "Alkaline phosphatase increased", "U/L")
    rows = values([130, 110, 130, 110, 130], None, [120, 120, None, None, 120], [100, 100, 100, 120, None])
    assert grades(rule, rows) == [1, 0, None, 0, None]


def test_text_without_numeric_grade() -> None:
    rule = ladders("6.0", "Creatinine clearance decreased", "mL/min")
    assert grades(rule, values([60, 49.5, 49, 25.5, 25, 10, 9.9])) == [0, 0, 2, 2, 3, 3, None]


def test_version_4_0_is_graded_by_4_03() -> None:
    assert criteria("4.0") is not None
    assert criteria("4.0").version == criteria("4.03").version == "4.03"


def test_blood_pressure_and_weight() -> None:
    assert grades(ladders("5.0", "Hypertension (systolic)", "mmHg"), values([119, 120, 139, 140, 159, 160])) == [
        *(0, 1, 1, 2, 2, 3)
    ]
    diastolic = values([79, 80, 90, 100, 81], baseline=[79, 79, 79, 79, 60])
    worst, only = (ladders("5.0", "Hypertension (diastolic)", "mmHg", symptoms) for symptoms in SYMPTOMS)
    assert grades(worst, diastolic) == [0, 1, 2, 3, 2]
    assert grades(only, diastolic) == [0, 1, 2, 3, 1]
    weight = values([95.1, 95, 90.1, 90, 80.1, 80], baseline=100)
    assert grades(ladders("4.03", "Weight loss", "kg"), weight) == [0, 1, 1, 2, 2, 3]


def test_lactate_dehydrogenase_came_with_version_5() -> None:
    assert "Blood lactate dehydrogenase increased" not in criteria("4.03").rules
    rule = ladders("5.0", "Blood lactate dehydrogenase increased", "U/L")
    assert grades(rule, values([250, 251, 5000], upper=250)) == [0, 1, 1]


def test_protein_in_urine_by_weight_and_by_marks() -> None:
    """3.4 g to 3.5 g is a hole of version 4.03; 3+ and 4+ have no grade of their own there."""
    day = values([0.14, 0.15, 0.99, 1.0, 3.4, 3.45, 3.5], upper=0.15)
    assert grades(ladders("4.03", "Proteinuria", "g/day"), day) == [0, 1, 1, 2, 2, 2, 3]
    assert grades(ladders("5.0", "Proteinuria", "g/24h"), day) == [0, 1, 1, 2, 2, 2, 3]
    marks = values([0, 1, 2, 3, 4])
    assert grades(ladders("4.03", "Proteinuria", "plus"), marks) == [0, 1, 2, 2, 2]
    assert grades(ladders("5.0", "Proteinuria", "plus"), marks) == [0, 1, 2, 2, 3]


@pytest.mark.parametrize("text", ["", "<", "< LLN or", "= 3", "< -1", "> 3 ULM", "3"])
def test_what_is_no_bound_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is not a bound"):
        parse_bounds(text)


def test_every_term_of_a_test_stands_in_some_version() -> None:
    known = {term for version in VERSIONS for term in criteria(version).rules}
    used = {term for test in graded_tests().values() for term in (*test.low, *test.high, *test.fasting)}
    assert used == known


def test_direction_of_a_term_is_that_of_its_bounds() -> None:
    for version in VERSIONS:
        for rule in criteria(version).rules.values():
            signs = {bound.operator[0] for ladder in rule.ladders for step in ladder.steps for bound in step.bounds}
            assert signs == {"L": {"<"}, "H": {">"}}[rule.direction], rule.term


def frame(**columns: Sequence[object]) -> pl.DataFrame:
    kinds = {"TESTCD": pl.String, "AVALU": pl.String, "FASTING": pl.String, "BNRIND": pl.String, "AVALQ": pl.String}
    schema = {**kinds, **dict.fromkeys(("AVAL", "ANRLO", "ANRHI", "BASE"), pl.Float64)}
    count = max(len(values) for values in columns.values())
    return pl.DataFrame({name: columns.get(name, [None] * count) for name in schema}, schema=schema)


def test_rows_keep_their_order_whatever_their_test() -> None:
    generator = np.random.default_rng(7)
    tests = generator.choice(["ALT", "K", "NEUT", "XYZ"], 400)
    rows = frame(
        TESTCD=tests.tolist(),
        AVALU=[{"ALT": "U/L", "K": "mmol/L", "NEUT": "10^9/L"}.get(test) for test in tests],
        AVAL=(generator.random(400) * 10).tolist(),
        ANRLO=[1.8] * 400,
        ANRHI=[5.0] * 400,
    )
    together = grade_rows(rows, Grader("5.0"))
    one_by_one = pl.concat([grade_rows(rows[i], Grader("5.0")) for i in range(400)])
    assert together.equals(one_by_one, null_equal=True)
    assert together["ATOXGRHN"].max() == 4


def test_censored_values() -> None:
    """Below 0.5 is grade 4; above 0.4 may be any grade; below 1.2 bilirubin at ULN 1.2 is 0 for certain."""
    rows = frame(
        TESTCD=["NEUT", "NEUT", "NEUT", "NEUT", "ALT", "ALT", "ALT"],
        AVALU=["10^9/L"] * 4 + ["U/L"] * 3,
        AVAL=[0.5, 0.5, 0.4, 3.0, 40.0, 200.0, 800.0],
        AVALQ=["<", "<=", ">", ">", "<", "<", ">"],
        ANRLO=[2.0] * 7,
        ANRHI=[7.0] * 4 + [40.0] * 3,
    )
    graded = grade_rows(rows, Grader("5.0"))
    assert graded["ATOXGRLN"].to_list() == [4, 3, None, 0, None, None, None]
    assert graded["ATOXGRHN"].to_list()[4:] == [0, None, 4]


def test_unit_decides_the_figures() -> None:
    """11.6 mg/dL of calcium is above 11.5 mg/dL, but 2.894 mmol/L is not above 2.9 mmol/L: the text rounds."""
    rows = frame(
        TESTCD=["CA"] * 4,
        AVALU=["mg/dL", "mmol/L", "mEq/L", "g/L"],
        AVAL=[11.6, 2.894, 5.9, 0.116],
        ANRHI=[10.5, 2.6, 5.2, 0.105],
    )
    assert grade_rows(rows, Grader("5.0"))["ATOXGRHN"].to_list() == [2, 1, 2, 2]


def test_unit_missing_or_unknown_gives_no_grade() -> None:
    rows = frame(
        TESTCD=["K", "K", "K", "INR", "HGB", "ALT", "ALT"],
        AVALU=[None, "furlong", "mg/dL", None, "10^9/L", None, "U/L"],
        AVAL=[2.0, 2.0, 7.8, 3.0, 60.0, 900.0, 900.0],
        ANRLO=[3.5, 3.5, 13.7, *[3.5] * 4],
        ANRHI=[5.0, 5.0, 20.0, *[5.0] * 4],
    )
    graded = grade_rows(rows, Grader("5.0"))
    assert graded["ATOXGRLN"].to_list() == [None, None, 4, None, None, None, None]
    assert graded["ATOXGRHN"].to_list() == [None, None, 0, 3, None, None, 4]
    assert graded["ATOXDSCL"].to_list()[:3] == ["Hypokalemia"] * 3


KINDS = [  # test, unit, value, upper limit, baseline, grade high: by hand from the multiples of 5.0
    ("ALT", "U/L", 210.0, 40.0, None, 3),  # 5.25 x ULN
    ("ALT", "mU/mL", 210.0, 40.0, None, 3),
    ("ALT", "ukat/L", 3.5, 0.667, None, 3),  # 5.247 x ULN
    ("ALT", "nkat/L", 3500.0, 667.0, None, 3),
    ("ALT", "umol/min/L", 210.0, 40.0, None, 3),
    ("ALT", "mmol/L", 210.0, 40.0, None, None),
    ("ALT", "mmol/L", 30.0, 40.0, None, None),  # once grade 0
    ("ALT", "g/L", 210.0, 40.0, None, None),
    ("ALT", "10^9/L", 210.0, 40.0, None, None),
    ("ALT", "%", 210.0, 40.0, None, None),
    ("LIPASE", "U/dL", 26.0, 5.0, None, 3),  # 5.2 x ULN
    ("LIPASE", "mg/dL", 26.0, 5.0, None, None),
    ("CREAT", "umol/L", 200.0, 100.0, 90.0, 2),  # 2 x ULN
    ("CREAT", "mg/dL", 2.2, 1.1, 1.0, 2),
    ("CREAT", "mmol/L", 0.2, 0.1, 0.09, 2),
    ("CREAT", "U/L", 200.0, 100.0, 90.0, None),
    ("CREAT", "mL/min", 90.0, 100.0, 90.0, None),  # a clearance
    ("CREAT", "mmol/day", 9.0, 16.0, 9.0, None),  # in urine of a day
    ("BILI", "mg/dL", 4.0, 1.2, None, 3),  # 3.33 x ULN
    ("BILI", "umol/L", 68.0, 20.5, None, 3),
    ("BILI", "U/L", 68.0, 20.5, None, None),
    ("APTT", "sec", 56.0, 35.0, None, 2),  # 1.6 x ULN
    ("APTT", "ratio", 2.0, 1.25, None, 2),
    ("APTT", "%", 56.0, 35.0, None, None),
    ("INR", "ratio", 2.6, 1.2, None, 3),
    ("INR", "%", 260.0, 120.0, None, None),  # 2.6, were it a share of one
    ("INR", "s", 2.6, 1.2, None, None),
]


@pytest.mark.parametrize(("test", "unit", "value", "upper", "base", "high"), KINDS)
def test_units_that_a_test_cannot_have_give_no_grade(
    test: str, unit: str, value: float, upper: float, base: float | None, high: int | None
) -> None:
    """Multiples of a limit hold in any unit, so the criteria alone would let every unit pass."""
    rows = frame(TESTCD=[test], AVALU=[unit], AVAL=[value], ANRHI=[upper], BASE=[base])
    plan = Grader("5.0").plan(test, unit, fasting=False)
    assert plan.problem == ("" if high is not None else WRONG_UNIT)
    assert grade_rows(rows, Grader("5.0"))["ATOXGRHN"].to_list() == [high]


@pytest.mark.parametrize(("unit", "expected"), [("kg", 2), ("LB", 2), ("g", 2), ("cm", None), ("kg/m2", None)])
def test_loss_of_weight_is_a_loss_of_mass(unit: str, expected: int | None) -> None:
    """88 of 100 is a loss of 12%: grade 2."""
    rows = frame(TESTCD=["WEIGHT"], AVALU=[unit], AVAL=[88.0], BASE=[100.0])
    assert grade_rows(rows, Grader("5.0"))["ATOXGRLN"].to_list() == [expected]


def rules_of(test: GradedTest) -> list[Rule]:
    """Return the rules of a test in all versions."""
    tables = [criteria(version) for version in VERSIONS]
    high = [test.high_rule(table, fasting=fasting) for table in tables for fasting in (False, True)]
    return [rule for rule in (*high, *(test.low_rule(table) for table in tables)) if rule is not None]


def test_every_test_knows_its_units() -> None:
    """A test whose criteria name no unit in some version and setting states its kinds, and they fit its criteria."""
    for code, test in graded_tests().items():
        for rule in rules_of(test):
            for symptoms in SYMPTOMS:
                named = {each.unit for each in rule.ladders if each.symptoms in ("", symptoms)} - {""}
                assert named or test.units, (code, rule.term, symptoms)
        assert all(test.admits(unit) for rule in rules_of(test) for each in rule.ladders if (unit := each.unit)), code
        assert all(test.admits(unit) for unit in test.units), code


def test_nothing_to_grade() -> None:
    assert grade_rows(frame(TESTCD=[]), Grader("5.0")).height == 0
    assert grade((), values([1.0, 2.0])).tolist() == [0, 0]


def test_unknown_version_is_refused() -> None:
    with pytest.raises(KeyError):
        criteria("3.0")
