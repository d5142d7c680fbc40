"""Studies for tests of lint rules: a built-in study with some values changed, and what a rule says of it."""

import copy
from functools import cache
from importlib.resources import files
from typing import Any

from topline.protocol.document import parse_document
from topline.protocol.lint.rule import Assessment
from topline.protocol.lint.study import lint_study
from topline.protocol.model import Protocol
from topline.protocol.tree import find

SINGLE_STAGE, TWO_STAGE = "nct02976896", "nct07142421"


@cache
def study_text(name: str) -> str:
    return files("topline").joinpath("studies", name, "study.yaml").read_text("utf-8")


@cache
def _data(name: str) -> Any:
    return parse_document(study_text(name), name).data


def changed(changes: dict[str, Any], name: str = SINGLE_STAGE) -> Protocol:
    """Return a built-in study with other values at some dotted paths, without its eligibility criteria."""
    data = copy.deepcopy(_data(name))
    data.pop("eligibility", None)
    data.pop("accepted", None)
    data["assumed"] = {}
    for text, value in changes.items():
        parent, _, key = text.rpartition(".")
        place = data
        for step in find(data, parent) or ():
            place = place[step]
        place[find(place, key)[0] if isinstance(place, list) else key] = value  # type: ignore[index]
    return Protocol.model_validate(data)


def answer(rule: str, protocol: Protocol, text: str = "") -> Assessment:
    return next(each for each in lint_study(protocol, text) if each.rule.id == rule)


def paths(rule: str, protocol: Protocol) -> list[str]:
    """Return the paths of the findings of a rule."""
    return [finding.path for finding in answer(rule, protocol).findings]


def without(parent: str, name: str, study: str = SINGLE_STAGE) -> list[Any]:
    """Return a list of a built-in study without the item of this name."""
    return [item for item in _data(study)[parent] if item.get("id") != name]
