"""Back out: an unedited study gives its record to the letter, an edit changes its own place, all else stays."""

import copy
import json
from typing import Any

import pytest

from tests.protocol.draft.records import made, outcome, sample, samples, seed
from tests.protocol.draft.samples import FORMS
from topline.exchange.study_file import read_study
from topline.protocol.draft.registry import render_record
from topline.protocol.draft.statements import statements
from topline.protocol.draft.study import draft_study
from topline.protocol.model import Protocol
from topline.protocol.record.content import Content
from topline.protocol.record.record import Form, Record

RECORD = made(
    identification={"nctId": "NCT01234567", "briefTitle": "A trial", "orgStudyIdInfo": {"id": "X-1"}},
    sponsorCollaborators={"leadSponsor": {"name": "Some Hospital", "class": "OTHER"}},
    conditions={"conditions": ["Melanoma", "Sarcoma"], "keywords": ["kept"]},
    design={"studyType": "INTERVENTIONAL", "phases": ["PHASE2"], "enrollmentInfo": {"count": 30, "type": "ESTIMATED"}},
    armsInterventions={
        "armGroups": [
            {"label": "One", "description": "Alpha 500 mg daily", "interventionNames": ["Drug: Alpha"]},
            {"label": "Two", "description": "Alpha with Beta", "interventionNames": ["Drug: Alpha", "Drug: Beta"]},
        ],
        "interventions": [
            {"type": "DRUG", "name": "Alpha", "armGroupLabels": ["One", "Two"]},
            {"type": "DRUG", "name": "Beta", "description": "8 mg orally", "armGroupLabels": ["Two"]},
        ],
    },
    outcomes={
        "primaryOutcomes": [outcome("Objective response rate", "2 years", "by RECIST 1.1")],
        "secondaryOutcomes": [
            outcome("PFS and OS", "2 years"),
            outcome("Adverse events", "2 years", "graded by CTCAE 5.0"),
        ],
    },
    eligibility={
        "eligibilityCriteria": "Inclusion Criteria:\n\n1. ECOG 0-1\n2. Age 18\n\nExclusion Criteria:\n\n* Pregnancy",
        "sex": "ALL",
        "minimumAge": "18 Years",
    },
)


def edited(change: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the record of the drafted study after an edit, and the record before it."""
    data = draft_study(RECORD).protocol.model_dump(mode="json")
    for path, value in change.items():
        *above, last = [int(step) if step.isdigit() else step for step in path.split(".")]
        part: Any = data
        for step in above:
            part = part[step]
        part[last] = value
    study = Protocol.model_validate_json(json.dumps(data))
    return render_record(study, RECORD), json.loads(json.dumps(RECORD.document))


def differences(one: Any, other: Any, path: str = "") -> list[tuple[str, Any, Any]]:
    """Return where two documents differ: path, value of the one, value of the other."""
    if isinstance(one, dict) and isinstance(other, dict):
        keys = dict.fromkeys([*one, *other])
        return [each for key in keys for each in differences(one.get(key), other.get(key), f"{path}.{key}".strip("."))]
    if isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
        return [
            each for i, pair in enumerate(zip(one, other, strict=True)) for each in differences(*pair, f"{path}.{i}")
        ]
    return [] if one == other else [(path.removeprefix("protocolSection."), one, other)]


CASES: list[tuple[dict[str, Any], list[Any]]] = [
    ({"identifiers.title.en": "New"}, [("identificationModule.briefTitle", "New", "A trial")]),
    ({"identifiers.sponsor": "S"}, [("sponsorCollaboratorsModule.leadSponsor.name", "S", "Some Hospital")]),
    ({"identifiers.phase": "1/2"}, [("designModule.phases", ["PHASE1", "PHASE2"], ["PHASE2"])]),
    ({"population.planned": 35}, [("designModule.enrollmentInfo.count", 35, 30)]),
    ({"population.ages.minimum": 20}, [("eligibilityModule.minimumAge", "20 Years", "18 Years")]),
    ({"population.ages.minimum": None}, [("eligibilityModule.minimumAge", None, "18 Years")]),
    ({"population.ages.maximum": 75}, [("eligibilityModule.maximumAge", "75 Years", None)]),
    ({"population.sex": "female"}, [("eligibilityModule.sex", "FEMALE", "ALL")]),
    (
        {"population.condition.en": "Melanoma"},
        [("conditionsModule.conditions", ["Melanoma"], ["Melanoma", "Sarcoma"])],
    ),
    (
        {"arms.0.interventions.0.dose": 250},
        [("armsInterventionsModule.armGroups.0.description", "Alpha 250 mg daily", "Alpha 500 mg daily")],
    ),
    (
        {"endpoints.0.label.en": "Response"},
        [("outcomesModule.primaryOutcomes.0.measure", "Response", "Objective response rate")],
    ),
    (
        {"criteria.adverse_events.version": "6.0"},
        [("outcomesModule.secondaryOutcomes.1.description", "graded by CTCAE 6.0", "graded by CTCAE 5.0")],
    ),
    (
        {"eligibility.inclusion.0.text": "ECOG 0-2"},
        [
            (
                "eligibilityModule.eligibilityCriteria",
                "Inclusion Criteria:\n\n1. ECOG 0-2\n2. Age 18\n\nExclusion Criteria:\n\n* Pregnancy",
                "Inclusion Criteria:\n\n1. ECOG 0-1\n2. Age 18\n\nExclusion Criteria:\n\n* Pregnancy",
            )
        ],
    ),
    ({"eligibility.inclusion.0.condition": "ECOG <= 2"}, []),
    ({"criteria.response.confirmation_days": 42}, []),
]


@pytest.mark.parametrize(("change", "expected"), CASES, ids=[next(iter(case[0])) for case in CASES])
def test_an_edit_changes_its_own_place_and_nothing_else(change: dict[str, Any], expected: list[Any]) -> None:
    after, before = edited(change)
    assert differences(after, before) == expected


def test_a_new_label_of_an_arm_is_written_wherever_the_arm_is_named() -> None:
    after, before = edited({"arms.1.label.en": "Combined"})
    assert [path for path, _, _ in differences(after, before)] == [
        "armsInterventionsModule.armGroups.1.label",
        "armsInterventionsModule.interventions.0.armGroupLabels.1",
        "armsInterventionsModule.interventions.1.armGroupLabels.0",
    ]


def test_what_was_never_said_is_said_in_a_new_sentence() -> None:
    after, before = edited({"arms.1.interventions.0.dose": 100, "arms.1.interventions.0.unit": "mg"})
    ((path, now, was),) = differences(after, before)
    assert path == "armsInterventionsModule.armGroups.1.description"
    assert now == f"Alpha 100 mg orally once daily. {was}"


def arms_after(keep: int) -> dict[str, Any]:
    data = draft_study(RECORD).protocol.model_dump(mode="json")
    data["arms"] = [data["arms"][keep]]
    data["assumed"] = {}
    document: Any = render_record(Protocol.model_validate_json(json.dumps(data)), RECORD)
    module: dict[str, Any] = document["protocolSection"]["armsInterventionsModule"]
    return module


def test_a_gone_arm_takes_its_own_drugs_with_it() -> None:
    left = arms_after(0)
    assert [arm["label"] for arm in left["armGroups"]] == ["One"]
    assert [(drug["name"], drug["armGroupLabels"]) for drug in left["interventions"]] == [("Alpha", ["One"])]
    other = arms_after(1)
    assert [(drug["name"], drug["armGroupLabels"]) for drug in other["interventions"]] == [
        ("Alpha", ["Two"]),
        ("Beta", ["Two"]),
    ]


def with_endpoints(change: Any) -> dict[str, Any]:
    data = draft_study(RECORD).protocol.model_dump(mode="json")
    change(data["endpoints"])
    data["assumed"] = {}
    document: Any = render_record(Protocol.model_validate_json(json.dumps(data)), RECORD)
    module: dict[str, Any] = document["protocolSection"]["outcomesModule"]
    return module


def measures(module: dict[str, Any], key: str) -> list[str]:
    return [each["measure"] for each in module.get(key, [])]


def test_endpoints_come_go_and_change_rank() -> None:
    gone = with_endpoints(lambda endpoints: endpoints.pop(3))
    assert measures(gone, "secondaryOutcomes") == ["PFS and OS"]
    half = with_endpoints(lambda endpoints: endpoints.pop(1))
    assert measures(half, "secondaryOutcomes") == ["PFS and OS", "Adverse events"]
    new = with_endpoints(lambda endpoints: endpoints.append(copy.deepcopy(endpoints[2]) | {"id": "OS2"}))
    assert measures(new, "secondaryOutcomes") == ["PFS and OS", "Adverse events", "PFS and OS"]
    moved = with_endpoints(lambda endpoints: endpoints[3].update(objective="exploratory"))
    assert (measures(moved, "secondaryOutcomes"), measures(moved, "otherOutcomes")) == (
        ["PFS and OS"],
        ["Adverse events"],
    )


def test_a_changed_analysis_is_described_anew() -> None:
    def change(endpoints: list[dict[str, Any]]) -> None:
        endpoints[0]["analysis"]["parameter"] = "RSP"
        endpoints[0]["estimand"]["variable"] = "Best overall response of CR or PR"

    (first,) = with_endpoints(change)["primaryOutcomes"]
    assert first["measure"] == "Objective response rate"
    assert first["description"].startswith("Best overall response of CR or PR. Population: Full analysis set")


def test_added_criteria_are_listed_anew() -> None:
    data = draft_study(RECORD).protocol.model_dump(mode="json")
    data["eligibility"]["inclusion"].append({"id": "I03", "text": "Signed consent", "condition": "AGE >= 18"})
    document = render_record(Protocol.model_validate_json(json.dumps(data)), RECORD)
    text = Content.model_validate_json(json.dumps(document["protocolSection"])).eligibility.eligibility_criteria
    assert text == (
        "Inclusion Criteria:\n\n1. ECOG 0-1\n2. Age 18\n3. Signed consent\n\nExclusion Criteria:\n\n1. Pregnancy"
    )


@pytest.mark.parametrize("form", FORMS)
def test_an_unedited_study_gives_its_record_back_to_the_letter(form: str, shared: Any) -> None:
    for path in samples(shared, form):
        record, draft = sample(path)
        assert render_record(draft.protocol, record, draft) == record.document, path.name


CARRIED = (
    ("identifiers", "study"),
    ("identifiers", "registry"),
    ("identifiers", "others"),
    ("identifiers", "title", "en"),
    ("identifiers", "sponsor"),
    ("identifiers", "phase"),
    ("population", "condition", "en"),
    ("population", "ages"),
    ("population", "sex"),
    ("population", "planned"),
    ("schedule",),
    ("criteria", "adverse_events"),
    ("criteria", "response", "standard"),
    ("criteria", "response", "confirmation_required"),
    ("landmark", "day"),
    ("design",),
)


def at(data: Any, path: tuple[str, ...]) -> Any:
    for step in path:
        data = data[step]
    return data


def ranked(data: Any) -> list[tuple[str, str, str, object]]:
    """Return the endpoints as a record lists them: by rank, in order; name, kind of analysis, what it counts."""
    order = ("primary", "secondary", "exploratory")
    found = [
        (
            each["objective"],
            each["label"]["en"],
            each["analysis"]["type"],
            each["analysis"].get("parameter")
            or each["analysis"].get("events")
            or each["analysis"].get("questionnaire"),
        )
        for each in data["endpoints"]
    ]
    return sorted(found, key=lambda each: order.index(each[0]))


@pytest.mark.parametrize("name", ["nct02976896", "nct07142421"])
def test_a_new_record_reads_back_into_the_study(name: str) -> None:
    study, _ = read_study(name)
    document = render_record(study)
    record = Record(Form.API, "", Content.model_validate_json(json.dumps(document["protocolSection"])), document)
    before, after = (each.model_dump(mode="json") for each in (study, draft_study(record).protocol))
    for path in CARRIED:
        assert at(after, path) == at(before, path), path
    assert ranked(after) == ranked(before)
    regimens = [[{**drug, "label": drug["label"]["en"]} for drug in arm["interventions"]] for arm in before["arms"]]
    again = [[{**drug, "label": drug["label"]["en"]} for drug in arm["interventions"]] for arm in after["arms"]]
    assert again == regimens
    assert [each.text for each in draft_study(record).protocol.eligibility.criteria] == [
        each.text for each in study.eligibility.criteria
    ]


def test_a_new_record_of_a_drafted_study_keeps_its_criteria() -> None:
    study = draft_study(RECORD).protocol
    document = render_record(study)
    record = Record(Form.API, "", Content.model_validate_json(json.dumps(document["protocolSection"])), document)
    again = draft_study(record).protocol
    assert [(each.id, each.text) for each in again.eligibility.criteria] == [
        (each.id, each.text) for each in study.eligibility.criteria
    ]
    assert [arm.label.en for arm in again.arms] == ["One", "Two"]


@pytest.mark.parametrize("name", ["nct02976896", "nct07142421"])
def test_a_seed_gives_its_record_back_and_takes_an_edit(name: str, shared: Any) -> None:
    record, draft = seed(shared, name)
    assert render_record(draft.protocol, record) == record.document
    population = draft.protocol.population.model_copy(update={"planned": 61})
    after = render_record(draft.protocol.model_copy(update={"population": population}), record, draft)
    before = json.loads(json.dumps(record.document))
    assert [path for path, _, _ in differences(after, before)] in (
        ["designModule.enrollmentInfo.count"],
        ["designModule.enrollmentInfo"],
        ["designModule"],
    )


LOOKS = [{"patients": 10, "futility_at_most": 0}, {"patients": 20, "futility_at_most": 2, "success_at_least": 8}]


def sequential() -> Protocol:
    """Return the drafted study with two interim looks."""
    data = draft_study(RECORD).protocol.model_dump(mode="json")
    rule = {"kind": "sequential", "null_rate": 0.1, "target_rate": 0.3, "alpha": 0.05, "power": 0.7}
    data["design"] |= rule | {"patients": 30, "success_at_least": 7, "looks": LOOKS}
    return Protocol.model_validate_json(json.dumps(data))


def test_a_sequential_study_says_its_looks_in_a_new_record_that_is_read_again() -> None:
    study = sequential()
    document = render_record(study)
    summary = document["protocolSection"]["descriptionModule"]["briefSummary"]  # type: ignore[index]
    assert (
        "Sequential design with 2 interim looks: "
        "after 10 patients the trial ends without success at 0 or fewer responses; "
        "after 20 patients the trial ends without success at 2 or fewer responses, with success at 8 or more."
    ) in summary
    assert "Success with 7 or more of 30 patients at the last look." in summary
    record = Record(Form.API, "", Content.model_validate_json(json.dumps(document["protocolSection"])), document)
    again = draft_study(record).protocol.design
    assert (again.null_rate, again.target_rate, again.alpha, again.patients) == (0.1, 0.3, 0.05, 30)
    assert again.kind == "single stage"  # looks are not read from prose; the questions ask for the rule


def test_a_sequential_study_leaves_its_own_record_as_it_was() -> None:
    assert render_record(sequential(), RECORD) == json.loads(json.dumps(RECORD.document))


def test_the_statements_of_a_study_say_its_looks() -> None:
    draft = draft_study(RECORD)
    told = {each.label: each.value for each in statements(sequential(), draft) if each.section == "Design"}
    assert told["Kind"] == "sequential"
    assert told["Looks"].startswith(
        "after 10 patients the trial ends without success at 0 or fewer responses; after 20"
    )
    assert "Looks" not in {each.label for each in statements(draft.protocol, draft)}
