"""The built-in studies are their records plus documented assumptions: each value is drafted, assumed, or wording."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.protocol.draft.records import SEEDS, seed
from topline.exchange.study_file import read_study
from topline.protocol.model import Protocol
from topline.protocol.tree import find, get

WORDING = (
    r"identifiers\.title\.(en|zh)",
    r"population\.condition\.(en|zh)",
    r"population\.description\.(en|zh)",
    r"arms\.\w+\.code",
    r"arms\.\w+\.label\.(en|zh)",
    r"arms\..*\.label\.(en|zh)",
    r"eligibility\.\w+\.\w+\.text",
    r"eligibility\.\w+\.\w+\.signoffs\.\w+",
    r"endpoints\.\w+\.label\.(en|zh)",
    r"endpoints\.\w+\.estimand\.(variable|summary)",
    r"endpoints\.\w+\.estimand\.intercurrent_events\.\d+\.(event|handling)",
    r"assumed\..*",
    r"accepted\..*",
)
"""Paths whose values are texts in the study's own words: none of them decides anything."""

Leaf = tuple[str, object]


def leaves(data: object, path: str = "") -> Iterator[Leaf]:
    """Yield the leaves of a study; items by id or name, an empty list or mapping is a leaf."""
    if isinstance(data, dict) and data:
        for key, value in data.items():
            yield from leaves(value, f"{path}.{key}".removeprefix("."))
    elif isinstance(data, list) and data:
        for index, item in enumerate(data):
            name = item.get("id") or item.get("code") or item.get("name") if isinstance(item, dict) else None
            yield from leaves(item, f"{path}.{name or index}")
    else:
        yield path, data


def renamed(path: str, study: Protocol, draft: Protocol) -> str:
    """Return a path with the codes of the study's arms for those of the draft, arm by arm."""
    for own, drafted in zip(study.arms, draft.arms, strict=False):
        if path.startswith(f"arms.{own.code}."):
            return path.replace(f"arms.{own.code}.", f"arms.{drafted.code}.", 1)
    return path


def unexplained(study: Protocol, draft: Protocol) -> list[tuple[str, object, object]]:
    """Return the leaves of a study that are not drafted, not assumed and no wording: path, value, drafted value."""
    data, other = study.model_dump(mode="json"), draft.model_dump(mode="json")
    found = []
    for path, value in leaves(data):
        if any(re.fullmatch(pattern, path) for pattern in WORDING):
            continue
        if any(path == each or path.startswith(f"{each}.") for each in study.assumed):
            continue
        place = find(other, renamed(path, study, draft))
        drafted = get(other, *place) if place is not None else "nothing"
        if value != drafted:
            found.append((path, value, drafted))
    return found


@pytest.mark.parametrize("name", SEEDS)
def test_a_built_in_study_is_its_record_plus_its_assumptions(name: str, shared: Path) -> None:
    study, _ = read_study(name)
    _, draft = seed(shared, name)
    assert unexplained(study, draft.protocol) == []


@pytest.mark.parametrize("name", SEEDS)
def test_the_comparison_sees_a_value_that_nobody_explains(name: str, shared: Path) -> None:
    study, _ = read_study(name)
    _, draft = seed(shared, name)
    bare = study.model_copy(update={"assumed": {}})
    paths = {path for path, _, _ in unexplained(bare, draft.protocol)}
    assert {path.rpartition(".")[2] for path in paths} >= {"dose", "parameter"}
    assert len(paths) > 20


@pytest.mark.parametrize("name", SEEDS)
def test_the_draft_takes_over_what_the_record_says(name: str, shared: Path) -> None:
    study, _ = read_study(name)
    _, draft = seed(shared, name)
    made = draft.protocol
    assert [drug.name for drug in made.arms[0].interventions] == [drug.name for drug in study.arms[0].interventions]
    assert made.schedule.maximum_months == study.schedule.maximum_months
    assert made.criteria.adverse_events.version == study.criteria.adverse_events.version
    assert made.design.endpoint == study.design.endpoint
    assert made.landmark.day == study.landmark.day
