"""A draft as a whole: any record gives a study that runs; everything in it has an origin or a reason."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.protocol.draft.records import made, outcome, with_outcomes
from topline.protocol.draft.notes import Question
from topline.protocol.draft.questions import render_questions
from topline.protocol.draft.study import Draft, draft_study
from topline.protocol.source import parse_protocol
from topline.protocol.tree import find
from topline.simulate.trial import draw_trial
from topline.study import run_study

WORDS = st.text(max_size=60)
HOSTILE = st.one_of(
    WORDS,
    st.sampled_from(
        (
            "",
            " ",
            "\x00\x07",
            "a: b # c",
            "- x",
            "'\"",
            "no",
            "12:30",
            "\ufffd",
            "\u2028 x",
            "{{ x }}",
            "&anchor *alias",
            "!tag",
            "|",
            "9" * 30 + " mg",
            "Phase 2: ORR",
            "ORR and PFS at 6 months",
        )
    ),
)


@settings(max_examples=8)
@given(HOSTILE, HOSTILE, HOSTILE, st.integers(-5, 100_000))
def test_any_text_gives_a_study_that_is_read_back(title: str, name: str, text: str, count: int) -> None:
    record = made(
        identification={"briefTitle": title, "nctId": name, "orgStudyIdInfo": {"id": text}},
        conditions={"conditions": [name, title]},
        design={"enrollmentInfo": {"count": count}, "phases": [title]},
        armsInterventions={
            "armGroups": [{"label": name, "description": text}, {"label": name}],
            "interventions": [{"type": "DRUG", "name": name}, {"type": "DRUG", "name": title, "description": text}],
        },
        outcomes={"primaryOutcomes": [outcome(title, name, text)], "otherOutcomes": [outcome(name), outcome(title)]},
        eligibility={"eligibilityCriteria": text, "minimumAge": name, "sex": title},
    )
    draft = draft_study(record)
    assert parse_protocol(draft.text) == draft.protocol


def test_the_emptiest_record_runs() -> None:
    draft = draft_study(made())
    assert parse_protocol(draft.text) == draft.protocol
    assert {each.id for each in draft.protocol.endpoints} == {"ORR", "PFS", "DCR", "DOR", "TTR", "OS", "TEAE"}
    run = run_study(draft.protocol, draw_trial(draft.protocol, 1, n=6).tables)
    assert run.results.height > 500


def test_a_study_with_every_kind_of_outcome_runs() -> None:
    measures = (
        *("ORR", "CR rate", "BOR", "DCR", "Clinical benefit rate", "DOR", "Time to response", "PFS", "TTP", "OS"),
        *("EFS", "DFS", "RFS", "Time to treatment failure", "Time to next therapy", "PFS rate at 6 months"),
        *("DCR at 12 weeks", "Adverse events", "QLQ-C30", "Biomarkers predictive of benefit", "Cmax", "Visits"),
    )
    draft = draft_study(with_outcomes(*(outcome(each, "2 years") for each in measures)))
    skipped = [each.id for each in draft.protocol.endpoints if each.analysis.type == "not analysed"]
    assert skipped == ["PK", "OUT"]
    run = run_study(draft.protocol, draw_trial(draft.protocol, 1, n=6).tables)
    assert set(run.adam["ADTTE"]["PARAMCD"]) >= {"PFS", "TTP", "OS", "EFS", "DFS", "RFS", "TTF", "TTNT", "PFS6M", "DOR"}


def test_outcomes_keep_their_order_rank_and_words() -> None:
    told = outcome("Visits to the clinic", "2 years", "How often patients come")
    draft = draft_study(with_outcomes(outcome("ORR"), outcome("ORR"), secondary=(told, outcome("OS"))))
    found = draft.protocol.endpoints
    assert [(each.id, each.objective) for each in found] == [
        ("ORR", "primary"),
        ("ORR2", "primary"),
        ("OUT", "secondary"),
        ("OS", "secondary"),
    ]
    assert (found[2].label.en, found[2].estimand.variable) == ("Visits to the clinic", "How often patients come")
    assert "2 years" in found[2].estimand.summary


def test_the_design_needs_a_rate() -> None:
    draft = draft_study(with_outcomes(outcome("Overall survival", "2 years")))
    assert [(each.id, each.objective) for each in draft.protocol.endpoints] == [
        ("OS", "primary"),
        ("ORR", "exploratory"),
    ]
    assert draft.protocol.design.endpoint == "ORR"
    assert {"endpoints.ORR", "design.endpoint"} <= set(draft.protocol.assumed)


def test_one_day_serves_all_landmarks_of_disease_control() -> None:
    measures = ("DCR at 6 months", "Disease control at 6 months", "DCR at 12 months")
    draft = draft_study(with_outcomes(*(outcome(each) for each in measures)))
    assert draft.protocol.landmark.day == 183
    assert [(each.id, each.analysis.type) for each in draft.protocol.endpoints] == [
        ("DCR6M", "rate"),
        ("DCR6M2", "rate"),
        ("DCR12M", "not analysed"),
    ]


@pytest.mark.parametrize("measure", ["Disease control rate", "Disease control rate at 6 months"])
def test_the_name_of_a_landmark_says_when(measure: str) -> None:
    (found,) = draft_study(with_outcomes(outcome(measure, "6 months"))).protocol.endpoints
    assert (found.id, found.label.en, found.label.zh) == (
        "DCR6M",
        "Disease control rate at 6 months",
        "6个月疾病控制率",
    )


def unexplained(draft: Draft) -> list[str]:
    """Return the leaves of a draft that have neither an origin nor a reason, nor are wording or a format's default."""
    told = {*draft.provenance, *draft.protocol.assumed}
    silent = (
        "topline",
        "identifiers.version",
        "identifiers.others",
        "assumed",
        "accepted",
        "criteria.adverse_events.standard",
    )
    found = []

    def walk(data: object, path: str) -> None:
        if path in told or path in silent or path.endswith((".zh", ".label", ".code", ".id", ".version", ".margins")):
            return
        if isinstance(data, dict):
            for key, value in data.items():
                walk(value, f"{path}.{key}".removeprefix("."))
        elif isinstance(data, list) and data and isinstance(data[0], dict):
            for item in data:
                walk(item, f"{path}.{item.get('id') or item.get('code') or item.get('name')}")
        else:
            found.append(path)

    walk(draft.protocol.model_dump(mode="json"), "")
    return found


def test_every_value_has_an_origin_or_a_reason() -> None:
    arms = {
        "armGroups": [{"label": "A", "description": "Alpha 5 mg"}],
        "interventions": [{"type": "DRUG", "name": "Alpha"}],
    }
    record = made(
        armsInterventions=arms,
        outcomes={"primaryOutcomes": [outcome("ORR", "2 years"), outcome("PFS"), outcome("Visits")]},
        eligibility={"eligibilityCriteria": "Inclusion Criteria:\n1. ECOG 0-1\nExclusion Criteria:\n1. Pregnancy"},
    )
    quiet = ("conditions", "applies", "signoffs", "confirmed", "condition", "questionnaires", "directions")
    assert [path for path in unexplained(draft_study(record)) if not path.endswith(quiet)] == []


def test_reasons_and_questions_are_about_what_stands_there() -> None:
    draft = draft_study(made(outcomes={"primaryOutcomes": [outcome("DCR", "6 months")]}))
    data = draft.protocol.model_dump(mode="json")
    assert all(find(data, path) is not None for path in draft.protocol.assumed)
    assert all(find(data, question.path) is not None for question in draft.questions)
    stands = {question.path: question.stands for question in draft.questions}
    assert stands["population.planned"] == "40"


def test_the_file_marks_each_value() -> None:
    draft = draft_study(made(identification={"briefTitle": "A trial"}, design={"enrollmentInfo": {"count": 30}}))
    lines = [line.strip() for line in draft.text.splitlines()]
    assert "en: A trial # from the record" in lines
    assert "planned: 30 # from the record" in lines
    assert "time_zero: first dose # assumed" in lines
    assert "# The hypotheses and the rule that decides, exact and one-sided." in lines
    assert (
        draft_study(made(identification={"briefTitle": "A trial"}, design={"enrollmentInfo": {"count": 30}})).text
        == draft.text
    )


def test_criteria_lead_back_to_their_words() -> None:
    text = "Inclusion Criteria:\n1. ECOG 0-1\n2. Signed consent\nExclusion Criteria:\n1. Pregnancy"
    draft = draft_study(made(eligibility={"eligibilityCriteria": text}))
    found = {
        path: text[origins[0].start : origins[0].end]
        for path, origins in draft.provenance.items()
        if path.startswith("eligibility")
    }
    assert found == {
        "eligibility.inclusion.I01.text": "ECOG 0-1",
        "eligibility.inclusion.I02.text": "Signed consent",
        "eligibility.exclusion.E01.text": "Pregnancy",
    }


def test_chinese_is_asked_for_once_and_known_terms_have_it() -> None:
    draft = draft_study(with_outcomes(outcome("Overall survival (OS)"), outcome("A name of its own")))
    assert [each.label.zh for each in draft.protocol.endpoints][:2] == ["总生存期", "A name of its own"]
    assert [question.path for question in draft.questions].count("identifiers.title.zh") == 1


def test_questions_are_written_for_people() -> None:
    page = render_questions(
        [
            Question("design.alpha", "Why *so*?", "It matters.", "0.05"),
            Question("population.planned", "How many?", "N."),
        ],
        "S1",
    )
    assert page.index("## Patients") < page.index("## Design")
    assert "- [ ] **Why \\*so\\*?**" in page
    assert "`design.alpha` is now `0.05`. It matters." in page


def test_a_draft_is_json_without_loss() -> None:
    draft = draft_study(made())
    assert type(draft.protocol).model_validate(json.loads(draft.protocol.model_dump_json())) == draft.protocol
