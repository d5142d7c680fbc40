"""The keys of a study file, and the manual page made from them."""

import json
from pathlib import Path

import pytest

from topline.protocol.keys import Key, keys_at, study_keys
from topline.protocol.manual import render_manual
from topline.protocol.model import Protocol
from topline.protocol.source import parse_protocol
from topline.protocol.tree import get

ROOT = Path(__file__).resolve().parents[2]
COMMAND = "python -c 'from topline.protocol.manual import render_manual as r; print(r(), end=\"\")' > docs/protocol.md"


def test_the_manual_page_is_the_one_that_the_model_makes() -> None:
    assert (ROOT / "docs" / "protocol.md").read_text("utf-8") == render_manual(), f"make it anew: {COMMAND}"


def test_every_key_is_explained_and_typed() -> None:
    keys = study_keys()
    assert [key.path for key in keys if not key.meaning or not key.type] == []
    assert len({(key.path, key.form) for key in keys}) == len(keys) > 100


def key(path: str, form: str = "") -> Key:
    return next(each for each in study_keys() if (each.path, each.form) == (path, form))


def test_a_key_tells_type_range_and_default() -> None:
    assert key("design.alpha") == Key(
        "design.alpha", "number", "above 0, below 0.5", "", "one-sided level: chance of success at `null_rate`, at most"
    )
    assert key("arms[].interventions[].times_per_day").default == "`1`"
    assert key("criteria.response.stable_between").default == "`0`"
    assert key("criteria.response.irecist").default == "`false`"
    assert key("population.ages.maximum").type == "integer or null"
    assert key("endpoints[].analysis.landmarks_months", "time to event").range == "each above 0, at most 240"
    assert key("endpoints[].analysis.sources.*.dataset", "time to event").range == "`ADSL`, `ADRS`"
    assert key("endpoints[].analysis.censoring", "time to event").default == "`FDA table C`"
    assert key("endpoints[].analysis.reason", "not analysed").default == ""


@pytest.mark.parametrize(
    ("place", "some"),
    [
        ((), "endpoints"),
        (("arms", 0, "interventions", 1), "cycle_days"),
        (("endpoints", 2, "analysis", "rate"), "values"),
        (("endpoints", 2, "analysis", "time to event", "sources", "mine"), "dataset"),
    ],
)
def test_keys_at_a_place(place: tuple[str | int, ...], some: str) -> None:
    assert some in keys_at(place)


def test_there_are_no_keys_where_there_is_nothing() -> None:
    assert keys_at(("nowhere", 0, "x")) == ()


@pytest.mark.parametrize("name", ["nct02976896", "nct07142421"])
def test_a_key_left_out_has_the_default_that_the_manual_tells(name: str) -> None:
    text = (ROOT / "src" / "topline" / "studies" / name / "study.yaml").read_text("utf-8")
    content = parse_protocol(text).model_dump(mode="json")
    for path in (
        "landmark.day",
        "landmark.window_days",
        "confidence",
        "days_per_month",
        "criteria.response.confirmation_days",
    ):
        changed, (*parents, last) = content | {"assumed": {}}, path.split(".")
        inner = get(changed, *parents)
        assert isinstance(inner, dict)
        del inner[last]
        made = Protocol.model_validate(changed).model_dump(mode="json")
        assert json.dumps(get(made, *path.split("."))) == key(path).default.strip("`")
