"""Screening: statuses, verdicts, what is needed, the funnel; worked cases at and beside every threshold."""

from datetime import date

import polars as pl
import pytest

from topline.errors import ToplineError
from topline.protocol.eligibility.criterion import Confirmation, Criterion, Eligibility
from topline.protocol.eligibility.screen import Screening, screen, used_columns
from topline.tables.screening import FUNNEL, NEEDED, SCREENING, VERDICTS

TRUTHS = {"Y": "BLEED = 'Y'", "N": "BLEED = 'N'", "?": "HYPERT = 'Y'"}
"""Conditions that hold, do not, and are unknown, of a candidate with BLEED = Y and HYPERT missing."""
DAY = date(2026, 3, 30)


def criterion(name: str, condition: str, **more: str) -> Criterion:
    return Criterion(id=name, text=f"text of {name}", condition=condition, **more)  # type: ignore[arg-type]


def screened(*criteria: Criterion, **columns: list[object]) -> Screening:
    frame = pl.DataFrame(columns)
    return screen(study(*criteria), frame.with_columns(SUBJID=pl.int_range(pl.len()).cast(pl.String)))


def study(*criteria: Criterion) -> Eligibility:
    inclusion = tuple(one for one in criteria if one.id.startswith("I"))
    return Eligibility(inclusion=inclusion, exclusion=tuple(one for one in criteria if one.id.startswith("E")))


def judged(condition: str, name: str = "I01", applies: str = "TRUE") -> str:
    found = screened(criterion(name, condition, applies=applies), BLEED=["Y"], HYPERT=[None])
    return str(found.status[name][0])


@pytest.mark.parametrize(
    ("left", "right", "both", "either"),
    [
        ("Y", "Y", "Y", "Y"),
        ("Y", "N", "N", "Y"),
        ("Y", "?", "?", "Y"),
        ("N", "N", "N", "N"),
        ("N", "?", "N", "?"),
        ("?", "?", "?", "?"),
    ],
)
def test_and_and_or(left: str, right: str, both: str, either: str) -> None:
    names = {"Y": "MET", "N": "NOT MET", "?": "UNKNOWN"}
    for first, second in ((left, right), (right, left)):
        assert judged(f"{TRUTHS[first]} AND {TRUTHS[second]}") == names[both]
        assert judged(f"{TRUTHS[first]} OR {TRUTHS[second]}") == names[either]


@pytest.mark.parametrize(("truth", "expected"), [("Y", "NOT MET"), ("N", "MET"), ("?", "UNKNOWN")])
def test_not_and_exclusion_turn_an_answer_and_leave_the_unknown(truth: str, expected: str) -> None:
    assert judged(f"NOT ({TRUTHS[truth]})") == expected
    assert judged(TRUTHS[truth], name="E01") == expected


@pytest.mark.parametrize(
    ("first", "chosen", "other", "expected"),
    [
        ("Y", "Y", "N", "MET"),
        ("Y", "N", "Y", "NOT MET"),
        ("N", "Y", "N", "NOT MET"),
        ("N", "?", "Y", "MET"),
        ("?", "Y", "N", "UNKNOWN"),  # SQL takes the other branch: NOT MET
        ("?", "N", "Y", "UNKNOWN"),
        ("?", "Y", "Y", "MET"),
        ("?", "N", "N", "NOT MET"),
        ("?", "Y", "?", "UNKNOWN"),
    ],
)
def test_case_is_unknown_where_its_condition_is_and_the_branches_differ(
    first: str, chosen: str, other: str, expected: str
) -> None:
    assert judged(f"CASE WHEN {TRUTHS[first]} THEN {TRUTHS[chosen]} ELSE {TRUTHS[other]} END") == expected


@pytest.mark.parametrize(
    ("applies", "truth", "expected"),
    [
        ("Y", "Y", "MET"),
        ("Y", "N", "NOT MET"),
        ("Y", "?", "UNKNOWN"),
        ("N", "Y", "NOT APPLICABLE"),
        ("N", "N", "NOT APPLICABLE"),
        ("N", "?", "NOT APPLICABLE"),
        ("?", "Y", "MET"),  # satisfied, whether it concerns the candidate or not
        ("?", "N", "UNKNOWN"),
        ("?", "?", "UNKNOWN"),
    ],
)
def test_whom_a_criterion_concerns(applies: str, truth: str, expected: str) -> None:
    assert judged(TRUTHS[truth], applies=TRUTHS[applies]) == expected


@pytest.mark.parametrize(
    ("condition", "columns", "statuses"),
    [
        ("AGE >= 18", {"AGE": [17.0, 18.0, 19.0, None]}, "NYY?"),
        ("AGE BETWEEN 18 AND 75", {"AGE": [17.9, 18.0, 75.0, 75.1]}, "NYYN"),
        ("ECOG IN (0, 1)", {"ECOG": [0, 1, 2, None]}, "YYN?"),
        ("ECOG NOT IN (0, 1)", {"ECOG": [0, 1, 2, None]}, "NNY?"),
        # in binary floating point 1.5 * 10.1 is 15.149999999999999 and 15.15 would be too much
        ("BILI <= 1.5 * BILIULN", {"BILI": [15.14, 15.15, 15.16], "BILIULN": [10.1] * 3}, "YYN"),
        ("BILI / BILIULN <= 1.5", {"BILI": [15.14, 15.15, 15.16], "BILIULN": [10.1] * 3}, "YYN"),
        ("BILI >= 1.5 * BILIULN", {"BILI": [0.14, 0.15, 0.16], "BILIULN": [0.1] * 3}, "NYY"),
        ("ALT <= 3 * ALTULN", {"ALT": [0.9, None, 0.9], "ALTULN": [0.3, 0.3, None]}, "Y??"),
        ("ALT / ALTULN <= 3", {"ALT": [90.0, 0.0], "ALTULN": [0.0, 0.0]}, "??"),
        ("ALT <= 3", {"ALT": [float("nan"), float("inf")]}, "??"),
        ("FDOSEDT - LRTDT >= INTERVAL '28 days'",
         {"FDOSEDT": [DAY] * 3, "LRTDT": [date(2026, 3, d) for d in (3, 2, 1)]}, "NYY"),
        ("LRTDT <= FDOSEDT - INTERVAL '4 weeks'",
         {"FDOSEDT": [DAY] * 3, "LRTDT": [date(2026, 3, d) for d in (3, 2, 1)]}, "NYY"),
        ("ARRAY_CONTAINS(PRIORCLS, 'TAXANE')", {"PRIORCLS": [["TAXANE"], [], None, ["OTHER", None]]}, "YN??"),
        ("LRTDT IS NULL OR PRIORRT = 'N'", {"LRTDT": [None, DAY, DAY], "PRIORRT": [None, "N", None]}, "YY?"),
        ("HIST LIKE 'SQUAMOUS%'", {"HIST": ["SQUAMOUS CELL CARCINOMA", "ADENOCARCINOMA", None]}, "YN?"),
        ("COALESCE(MEASLES, EVALLES) >= 1", {"MEASLES": [None, 0, None], "EVALLES": [2, 2, None]}, "YN?"),
        ("ALT <= CASE WHEN METSITES IS NULL THEN 5 ELSE 3 END * ALTULN", {"ALT": [4.0], "ALTULN": [1.0]}, "Y"),
        ("ALT <= CASE WHEN SEX = 'F' THEN 5 ELSE 3 END * ALTULN",
         {"ALT": [4.0] * 3, "ALTULN": [1.0] * 3, "SEX": ["F", "M", None]}, "YN?"),
    ],
)  # fmt: skip
def test_threshold_and_one_step_to_either_side(condition: str, columns: dict[str, list[object]], statuses: str) -> None:
    found = screened(criterion("I01", condition), **columns)
    names = {"Y": "MET", "N": "NOT MET", "?": "UNKNOWN"}
    assert found.status["I01"].to_list() == [names[one] for one in statuses]


ADULT, FIT = criterion("I01", "AGE >= 18"), criterion("I02", "ECOG <= 1")
BLEEDING = criterion("E01", "BLEED = 'Y'", applies="SEX = 'F'")
FIVE = {
    "AGE": [40.0, 17.0, 17.0, None, 40.0],
    "ECOG": [1, 1, 2, 1, None],
    "BLEED": ["N", "N", "Y", "N", None],
    "SEX": ["F", "M", "F", "F", "F"],
}


def test_verdicts_and_what_they_need() -> None:
    found = screened(ADULT, FIT, BLEEDING, **FIVE)
    assert found.verdicts.select("VERDICT", "FAILED", "NEEDS").rows() == [
        ("ELIGIBLE", [], []),
        ("INELIGIBLE", ["I01"], []),
        ("INELIGIBLE", ["I01", "I02", "E01"], []),
        ("PENDING", [], ["AGE"]),
        ("PENDING", [], ["ECOG", "BLEED"]),
    ]


def test_what_lacks_without_consequence_is_not_needed() -> None:
    either = criterion("I01", "AGE >= 18 OR SEX = 'F' OR (HYPERT = 'N' AND BLEED = 'Y')")
    found = screened(either, AGE=[None, 17.0], SEX=["F", None], BLEED=["N", "N"])
    assert found.verdicts["VERDICT"].to_list() == ["ELIGIBLE", "PENDING"]
    assert found.verdicts["NEEDS"].to_list() == [[], ["SEX"]], "HYPERT cannot help where BLEED is N"


def test_the_funnel_counts_each_criterion_and_who_remains() -> None:
    rows = screened(ADULT, FIT, BLEEDING, **FIVE).summary
    counts = rows.select("CRITERION", "MET", "NOTMET", "UNKNOWN", "NOTAPPL").rows()
    assert counts == [("I01", 2, 2, 1, 0), ("I02", 3, 1, 1, 0), ("E01", 2, 1, 1, 1)]
    assert rows.select("DROPPED", "REMAIN", "ONLYFAIL", "ONLYUNKN").rows() == [(2, 3, 1, 1), (0, 3, 0, 0), (0, 3, 0, 0)]
    assert rows["TYPE"].to_list() == ["INCLUSION", "INCLUSION", "EXCLUSION"]


def test_who_is_ineligible_waits_for_nothing() -> None:
    found = screened(ADULT, FIT, AGE=[17.0, 40.0], ECOG=[None, None])
    assert found.summary["UNKNOWN"].to_list() == [0, 2]
    assert found.summary["ONLYUNKN"].to_list() == [0, 1], "the first candidate fails by age"
    assert found.needed.select("NEED", "PENDING").rows() == [("ECOG", 1)]


def test_what_is_needed_is_named_and_counted() -> None:
    asked = Criterion(id="I03", text="t", condition="I03_A = 'Y'", signoffs={"I03_A": "can be operated upon?"})
    found = screened(ADULT, asked, AGE=[40.0, None, 17.0], I03_A=[None, None, None])
    assert found.needed.rows() == [("I03_A", "can be operated upon?", 2, 1), ("AGE", "Age at Enrolment", 1, 0)]


def test_only_confirmed_criteria_judge_where_that_is_asked() -> None:
    confirmed = ADULT.model_copy(update={"confirmed": Confirmation(by="N", on="2026-01-01", digest=ADULT.digest)})
    stale = FIT.model_copy(update={"confirmed": Confirmation(by="N", on="2026-01-01", digest="0" * 16)})
    patients = pl.DataFrame({"SUBJID": ["A", "B"], "AGE": [40.0, 17.0], "ECOG": [0, 0]})
    drafts = screen(study(confirmed, FIT), patients)
    assert drafts.verdicts["VERDICT"].to_list() == ["ELIGIBLE", "INELIGIBLE"]
    assert screen(study(confirmed, FIT), patients, only_confirmed=True).verdicts["VERDICT"][0] == "PENDING"
    withdrawn = screen(study(confirmed, stale), patients)  # a withdrawn criterion judges nobody, asked or not
    assert withdrawn.verdicts["VERDICT"].to_list() == ["PENDING", "INELIGIBLE"]
    held = screen(study(confirmed, stale), patients, only_confirmed=True)
    assert held.verdicts["VERDICT"].to_list() == ["PENDING", "INELIGIBLE"]
    assert held.verdicts["NEEDS"].to_list() == [["confirmation of I02"], []]
    assert held.summary["STATE"].to_list() == ["confirmed", "withdrawn"]
    assert held.long(0, 1)["DATUM"].to_list() == ["AGE 40 years (>= 18)", "withdrawn, not confirmed"]


def test_every_frame_is_as_declared_also_without_candidates() -> None:
    for candidates in (FIVE, {name: [] for name in FIVE}):
        frame = pl.DataFrame({"SUBJID": ["x"] * len(candidates["AGE"]), **candidates})
        found = screen(study(ADULT, BLEEDING), frame)
        assert found.verdicts.schema == VERDICTS.schema
        assert found.summary.schema == FUNNEL.schema
        assert found.needed.schema == NEEDED.schema
        assert found.long().schema == SCREENING.schema
        assert found.long().height == 2 * frame.height
        assert isinstance(found.status["I01"].dtype, pl.Enum)


def test_slices_of_the_long_table_are_parts_of_the_whole() -> None:
    found = screened(ADULT, FIT, **FIVE)
    assert pl.concat(found.batches(2)).equals(found.long())
    assert found.long(3, 1).select("ROWNUM", "SUBJID", "CRITERION").rows() == [(4, "3", "I01"), (4, "3", "I02")]


def test_two_rows_of_one_candidate_are_two_candidates() -> None:
    found = screen(study(ADULT), pl.DataFrame({"SUBJID": ["A", "A", None], "AGE": [17.0, 18.0, 18.0]}))
    assert found.verdicts.select("ROWNUM", "VERDICT").rows() == [(1, "INELIGIBLE"), (2, "ELIGIBLE"), (3, "ELIGIBLE")]


@pytest.mark.parametrize(
    ("condition", "columns", "code"),
    [
        ("AGES >= 18", {"AGE": [1.0]}, "TL-E11"),
        ("AGE >= ", {"AGE": [1.0]}, "TL-E11"),
        ("AGE >= AVG(AGE)", {"AGE": [1.0]}, "TL-E11"),
        ("CAST(SITE AS INT) > 1", {"SITE": ["LUNG"]}, "TL-E11"),
        ("AGE >= 18", {"AGE": ["61"]}, "TL-E12"),
        ("FDOSEDT > LRTDT", {"FDOSEDT": ["2026-01-01"]}, "TL-E12"),
        ("ARRAY_CONTAINS(PRIORCLS, 'TAXANE')", {"PRIORCLS": ["TAXANE"]}, "TL-E12"),
    ],
)
def test_what_cannot_be_judged_is_refused_by_name(condition: str, columns: dict[str, list[object]], code: str) -> None:
    with pytest.raises(ToplineError) as refused:
        screened(criterion("I01", condition), **columns)
    assert refused.value.code == code
    assert refused.value.where in ("I01", *columns)


def test_a_study_without_criteria_makes_nobody_eligible() -> None:
    with pytest.raises(ToplineError, match="TL-E10"):
        screen(Eligibility(), pl.DataFrame({"SUBJID": ["A"]}))


def test_a_long_hand_written_condition_is_judged() -> None:
    many = " OR ".join(f"HIST = 'TYPE {i}'" for i in range(400))
    chain = "CASE " + " ".join(f"WHEN PRIORLN = {i} THEN AGE > {i}" for i in range(40)) + " ELSE FALSE END"
    found = screened(
        criterion("I01", many[:4900].rsplit(" OR ", 1)[0]), criterion("I02", chain), HIST=["TYPE 0", "TYPE X"],
        PRIORLN=[39, 41], AGE=[40.0, 40.0],
    )  # fmt: skip
    assert found.status.select("I01", "I02").rows() == [("MET", "MET"), ("NOT MET", "NOT MET")]


def test_used_columns_are_those_of_conditions_scopes_and_sign_offs() -> None:
    asked = Criterion(id="I03", text="t", condition="I03_A = 'Y' AND AGE > 1", signoffs={"I03_A": "?"})
    assert used_columns(study(ADULT, asked, BLEEDING)) == ("AGE", "I03_A", "BLEED", "SEX")
