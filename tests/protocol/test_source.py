"""Study files: read whole or refused with every fault at once; written back without loss."""

import json
import random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.protocols import protocol, time_to_event
from topline.errors import CATALOGUE, ToplineError
from topline.protocol.model import Protocol
from topline.protocol.source import MOST, parse_protocol, study_text

SMALL = study_text(protocol())
Plain = dict[str, Any]


def plain() -> Plain:
    """Return the small study as plain data, open to change; JSON is YAML."""
    content: Plain = protocol().model_dump(mode="json")
    return content


def changed(path: str, value: Any) -> Plain:
    """Return the small study with one value changed or, when the value is ..., removed."""
    content = plain()
    *parents, last = [int(step) if step.isdigit() else step for step in path.split(".")]
    inner: Any = content
    for step in parents:
        inner = inner[step]
    if value is ...:
        del inner[last]
    else:
        inner[last] = value
    return content


def faults(content: Plain | str) -> list[str]:
    """Return the blocks of the error that the content gives."""
    with pytest.raises(ToplineError) as caught:
        parse_protocol(content if isinstance(content, str) else json.dumps(content, ensure_ascii=False))
    error = caught.value
    return [str(ToplineError(error.code, where=error.where, what=error.what)), *error.others]


def refusal(content: Plain | str) -> str:
    """Return the one fault of the content."""
    found = faults(content)
    assert len(found) == 1, "\n".join(found)
    return found[0]


VALUES = [
    # path, value, number, what is said
    ("design.alpha", 0.7, "TL-P02", "design.alpha (line 1): value '0.7': should be less than 0.5"),
    ("design.patients", 43.5, "TL-P02", "should be an integer"),
    ("design.patients", "43", "TL-P02", "value '43': should be an integer; write it without quotes: 43"),
    ("design.kind", "two stag", "TL-P02", "did you mean 'two stage'?"),
    ("criteria.response.irecist", "NO", "TL-P02", "value 'NO': should be true or false"),
    ("criteria.response.irecist", 1, "TL-P02", "should be true or false"),
    ("identifiers.version", 1.1, "TL-P02", "value '1.1': should be text; put it in quotes: \"1.1\""),
    ("identifiers.phase", 2, "TL-P02", 'put it in quotes: "2"'),
    ("identifiers.study", "a b", "TL-P02", "identifiers.study (line 1): value 'a b': should match"),
    ("identifiers.sponsor", " ", "TL-P02", "should have at least 1 character"),
    ("identifiers.sponsor", None, "TL-P02", "should be text"),
    ("identifiers.title", ["x"], "TL-P02", "identifiers.title (line 1): a list: should be a mapping"),
    ("population", "NO", "TL-P02", "value 'NO': should be a mapping"),
    ("arms", {}, "TL-P02", "arms (line 1): a mapping: should be a list"),
    ("arms", [], "TL-P02", "should have at least 1 item"),
    ("arms.0.interventions.0.dose", -5, "TL-P02", "arms.A.interventions.X.dose (line 1): value '-5': should be gr"),
    ("endpoints.0.analysis.type", "rat", "TL-P02", "endpoints.ORR.analysis.type (line 1): value 'rat'"),
    ("endpoints.0.analysis.parameter", "ORR", "TL-P02", "endpoints.ORR.analysis.parameter"),
    ("topline", 2, "TL-P02", "topline (line 1): value '2': should be 1"),
    ("desing", 1, "TL-P03", "unknown key 'desing'; did you mean 'design'?"),
    ("criteria.response.confirmation_day", 28, "TL-P03", "did you mean 'confirmation_days'?"),
    (
        "endpoints.0.analysis.paramter",
        "BOR",
        "TL-P03",
        "analysis.paramter (line 1): unknown key 'paramter'; did you mean 'parameter'?",
    ),
    ("zzz", 1, "TL-P03", "unknown key 'zzz'"),
    ("<<", {"a": 1}, "TL-P03", "unknown key '<<'"),
    ("design.alpha", ..., "TL-P04", "design.alpha (line 1): the key 'alpha' is missing"),
    ("endpoints.0.analysis.values", ..., "TL-P04", "endpoints.ORR.analysis.values"),
    ("endpoints.0.analysis.type", ..., "TL-P04", "endpoints.ORR.analysis.type"),
    ("design.target_rate", 0.1, "TL-P05", "design.target_rate (line 1): 0.1 is not above null_rate 0.1"),
    ("design.success_at_least", 11, "TL-P05", "11 exceeds patients 10"),
    ("design.first_stage_patients", 5, "TL-P05", "a single-stage design has no first_stage_patients"),
    ("design.endpoint", "OR", "TL-P05", "'OR' is not an endpoint (ORR)"),
    ("population.planned", 9, "TL-P05", "9 is below the 10 patients of the design"),
    (
        "population.ages",
        {"minimum": 18, "maximum": 8},
        "TL-P05",
        "population.ages.maximum (line 1): 8 is below minimum 18",
    ),
    ("endpoints.0.estimand.population", "ITT", "TL-P05", "population 'ITT' is not an analysis set (FAS)"),
    ("endpoints.0.analysis.values", ["CR", "Pr"], "TL-P05", "CBOR is never 'Pr'"),
    (
        "endpoints.0.analysis",
        {"type": "rate", "parameter": "CRSP", "values": ["CR"]},
        "TL-P05",
        "CRSP is never 'CR'; it is Y, N",
    ),
    (
        "endpoints.0.analysis",
        {"type": "rate", "parameter": "IBOR", "values": ["iCR"]},
        "TL-P05",
        "IBOR needs criteria.response.irecist: true",
    ),
    ("analysis_sets.0.id", "TRT", "TL-P05", "ADSL already has a column TRTFL"),
    ("arms.0.interventions.0.days", [1, 29], "TL-P05", "day 29 is not in the cycle of 28 days"),
    ("arms.0.interventions.0.days", [1, 1], "TL-P05", "the days do not increase"),
    (
        "schedule.scans",
        [{"every_weeks": 6}, {"every_weeks": 8}],
        "TL-P05",
        "schedule.scans.0.until_week (line 1): only the last",
    ),
    ("assumed", {"design.alfa": "reason"}, "TL-P05", "nothing stands at 'design.alfa'"),
    ("assumed", {"": "reason"}, "TL-P05", "nothing stands at ''"),
    ("assumed", {"design.alpha": ""}, "TL-P02", "should have at least 1 character"),
    (
        "analysis_sets.0.where",
        "TRTFL =",
        "TL-P06",
        "analysis_sets.FAS.where (line 1): 'TRTFL =' is not an SQL expression",
    ),
    ("analysis_sets.0.where", "TRTFLAG = 'Y'", "TL-P06", "ADSL has no column TRTFLAG"),
]


@pytest.mark.parametrize(("path", "value", "code", "says"), VALUES)
def test_each_kind_of_fault(path: str, value: Any, code: str, says: str) -> None:
    content = changed(path, value)
    if path == "analysis_sets.0.id":
        content["endpoints"][0]["estimand"]["population"] = value
    text = refusal(content)
    assert text.startswith(f"{code} study.yaml ")
    assert says in text
    assert f"rule: {CATALOGUE[code].rule}" in text
    assert f"fix:  {CATALOGUE[code].fix}" in text


TIMES = [
    (
        {"censoring": "FDA table B"},
        "TL-P02",
        "should be one of 'FDA table A', 'FDA table C', 'EMA', 'none', or a mapping",
    ),
    ({"censoring": {"missed_assessment": 2}}, "TL-P03", "did you mean 'missed_assessments'?"),
    (
        {"last_observation": "last seen"},
        "TL-P05",
        "endpoints.PFS.analysis.last_observation (line 1): source 'last seen' is not one of",
    ),
    ({"events": ["deaths"]}, "TL-P05", "source 'deaths' is not one of progression, death, response"),
    ({"landmarks_months": [6, 3]}, "TL-P05", "the months do not increase"),
    (
        {"landmarks_months": [0]},
        "TL-P02",
        "endpoints.PFS.analysis.landmarks_months.0 (line 1): value '0': should be greater than 0",
    ),
    ({"start": "randomisation"}, "TL-P02", "should be 'time zero' or 'response'"),
]
SOURCES = [
    ({"where": "AVALC = "}, "TL-P06", "endpoints.PFS.analysis.sources.mine.where (line 1): 'AVALC = ' is not an SQL"),
    ({"where": "AGE > 1"}, "TL-P06", "ADRS has no column AGE"),
    ({"date": "ADY"}, "TL-P06", "endpoints.PFS.analysis.sources.mine.date (line 1): ADRS.ADY is not a date"),
    ({"date": "DTHDT"}, "TL-P06", "ADRS has no column DTHDT"),
    ({"dataset": "ADAE"}, "TL-P02", "should be 'ADSL' or 'ADRS'"),
]


def with_pfs(**analysis: Any) -> Plain:
    """Return the small study with a second, time-to-event endpoint."""
    content = plain()
    content["endpoints"].append(time_to_event("PFS", ("death",)))
    content["endpoints"][1]["analysis"] |= analysis
    return content


@pytest.mark.parametrize(("analysis", "code", "says"), TIMES)
def test_faults_of_a_time_to_event(analysis: Plain, code: str, says: str) -> None:
    text = refusal(with_pfs(**analysis))
    assert text.startswith(f"{code} study.yaml ")
    assert says in text


@pytest.mark.parametrize(("source", "code", "says"), SOURCES)
def test_faults_of_a_source(source: Plain, code: str, says: str) -> None:
    sound = {"dataset": "ADRS", "where": "PARAMCD = 'PD'", "date": "ADT", "description": "mine"}
    assert parse_protocol(json.dumps(with_pfs(events=["mine"], sources={"mine": sound}))).endpoint("PFS")
    text = refusal(with_pfs(events=["mine"], sources={"mine": sound | source}))
    assert text.startswith(f"{code} study.yaml ")
    assert says in text


STAGES = [
    ({}, "TL-P05", "a two-stage design needs first_stage_patients"),
    ({"first_stage_patients": 10, "futility_at_most": 1}, "TL-P05", "10 is not below patients 10"),
    ({"first_stage_patients": 3, "futility_at_most": 3}, "TL-P05", "3 is not below first_stage_patients 3"),
    ({"first_stage_patients": 8, "futility_at_most": 4}, "TL-P05", "4 is not below success_at_least 4"),
]


@pytest.mark.parametrize(("stages", "code", "says"), STAGES)
def test_faults_of_a_two_stage_design(stages: Plain, code: str, says: str) -> None:
    content = plain()
    content["design"] |= {"kind": "two stage"} | stages
    found = faults(content)
    assert found[0].startswith(code)
    assert says in found[0]


def test_all_faults_are_reported_at_once_in_the_order_of_the_file() -> None:
    text = (
        SMALL.replace("planned: 10", "planned: -1")
        .replace("alpha: 0.05", "alfa: 0.05")
        .replace("target_rate: 0.3", "target_rate: 0.05")
    )
    text = (
        text.replace("where: TRTFL = 'Y'", "where: TRTFLAG = 'Y'").replace('version: "5.0"', "version: 5.0")
        + "extra: 1\nconfidence: 0.9\n"
    )
    found = faults(text)
    assert [block.split(" ")[0] for block in found] == [
        "TL-P02",  # planned
        "TL-P02",  # version
        "TL-P06",  # where
        "TL-P04",  # alpha: in the line of design
        "TL-P05",  # target_rate
        "TL-P03",  # alfa
        "TL-P01",  # confidence, named where it stands first
        "TL-P03",  # extra
    ]
    lines = [int(block.split("(line ")[1].split(")")[0]) for block in found]
    assert lines == sorted(lines)
    for block, line in zip(found, lines, strict=True):
        key = block.split(" (line ")[0].split(".")[-1]
        assert key.split(" ")[-1] in text.splitlines()[line - 1] or block.startswith("TL-P04")
    assert "stands twice" in next(block for block in found if block.startswith("TL-P01"))


def test_the_error_as_text_holds_every_fault() -> None:
    content = changed("design.alpha", 2)
    content["design"]["power"] = 3
    with pytest.raises(ToplineError) as caught:
        parse_protocol(json.dumps(content), "folder/study.yaml")
    text = str(caught.value)
    assert text.count("rule:") == text.count("fix:") == 2
    assert "folder/study.yaml design.alpha" in text
    assert "folder/study.yaml design.power" in text


def test_a_flood_of_faults_is_cut() -> None:
    content = plain() | {f"key{n}": n for n in range(80)}
    found = faults(content)
    assert len(found) == MOST + 1
    assert found[-1] == "... and 30 more"


@pytest.mark.parametrize("text", ["- topline: 1\n", "just text\n", "42\n", "[]\n"])
def test_a_file_without_keys_is_refused(text: str) -> None:
    assert "holds no keys at its top" in refusal(text)


@pytest.mark.parametrize("written", ["NO", "12:30", "0123", "2024-01-05", "1_000", ".nan", "Off"])
def test_what_other_readers_mangle_stays_text(written: str) -> None:
    text = SMALL.replace("sponsor: Test", f"sponsor: {written}")
    assert parse_protocol(text).identifiers.sponsor == written


def test_a_named_censoring_rule_is_the_rule() -> None:
    named = parse_protocol(json.dumps(with_pfs(censoring="FDA table A")))
    analysis = named.endpoint("PFS").analysis
    assert analysis.type == "time to event"
    assert (analysis.censoring.new_therapy, analysis.censoring.missed_assessments) == ("censor", 2)
    spelled = parse_protocol(json.dumps(with_pfs(censoring=analysis.censoring.model_dump())))
    assert spelled.digest == named.digest


printable = st.text(
    st.characters(exclude_categories=("Cc", "Cs"), exclude_characters="\ufffd"), min_size=1, max_size=40
)
multiline = st.lists(printable, min_size=1, max_size=3).map("\n".join)
texts = (
    printable
    | multiline
    | st.sampled_from(
        ["NO", "1.10", "null", "~", "- a", "a: b", "# c", "'", '"', "\\", "0x1F", "1e3", "&a", "*a", "!t", "a\tb"]
    )
).filter(lambda text: text.strip() != "")


@st.composite
def protocols(draw: st.DrawFn) -> Protocol:
    """Draw a protocol: the small one with other texts and numbers."""
    content = with_pfs(landmarks_months=sorted(draw(st.sets(st.floats(0.1, 200), max_size=3))))
    content["identifiers"] |= {
        "sponsor": draw(texts),
        "others": draw(st.lists(texts, max_size=2)),
        "version": draw(texts.filter(lambda t: len(t) <= 40)),
    }
    content["identifiers"]["title"] = {"en": draw(texts), "zh": draw(texts)}
    content["arms"][0]["interventions"][0] |= {"dose": draw(st.floats(1e-6, 1e6)), "name": draw(texts)}
    content["schedule"]["scans"] = [{"every_weeks": draw(st.floats(1, 52)), "until_week": None}]
    content["assumed"] = draw(
        st.dictionaries(st.sampled_from(["design.alpha", "endpoints.ORR", "arms.0.code", "schedule"]), texts)
    )
    content["endpoints"][1]["analysis"]["sources"] = {
        draw(texts): {"dataset": "ADSL", "date": "DTHDT", "description": draw(texts)}
    }
    return Protocol.model_validate(content)


@settings(max_examples=50, deadline=None)
@given(protocols())
def test_a_protocol_written_and_read_is_the_same(drawn: Protocol) -> None:
    again = parse_protocol(study_text(drawn))
    assert again == drawn
    assert again.digest == drawn.digest


def shuffled(data: Any, order: random.Random) -> Any:
    """Return the same data with the keys of every mapping in another order."""
    if isinstance(data, dict):
        keys = list(data)
        order.shuffle(keys)
        return {key: shuffled(data[key], order) for key in keys}
    return [shuffled(item, order) for item in data] if isinstance(data, list) else data


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 10**6))
def test_order_layout_and_comments_do_not_change_the_digest(seed: int) -> None:
    order = random.Random(seed)
    text = "# a comment\n" + json.dumps(shuffled(plain(), order), indent=order.choice([None, 1, 4])) + " # another\n"
    assert parse_protocol(text).digest == protocol().digest


def test_defaults_left_out_or_written_out_give_one_digest() -> None:
    content = plain()
    del content["landmark"], content["confidence"], content["identifiers"]["phase"]
    content["schedule"]["follow_up_weeks"] = 12
    assert parse_protocol(json.dumps(content)).digest == protocol().digest


def test_the_digest_is_known() -> None:
    content = json.dumps(plain(), sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    assert len(protocol().digest) == 64
    assert protocol().digest == __import__("hashlib").sha256(content.encode()).hexdigest()
