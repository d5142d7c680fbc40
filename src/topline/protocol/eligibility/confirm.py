"""Confirming criteria: a person says that a condition says what the text says, and the study file keeps it.

Only the confirmation is written into the text of the study file; every other character stays as it is. What was
confirmed is bound by a digest: a criterion whose text, condition, scope or sign-offs change is withdrawn by that.
"""

import json
from collections.abc import Sequence
from datetime import date

from ruamel.yaml import YAML
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from topline.errors import ToplineError
from topline.protocol.eligibility.criterion import Criterion, CriterionState
from topline.protocol.source import parse_protocol

LONGEST = 100
"""Characters of a name, as `Confirmation` allows."""
KEY = "confirmed"
Edit = tuple[int, int, str]


def confirm_text(study_text: str, ids: Sequence[str], by: str, on: date, where: str = "study.yaml") -> str:
    """Return the text of a study file in which `by` confirms, on a day, the criteria `ids`; all, where none is named.

    An earlier confirmation of these criteria is replaced. `where` is what the file is called in messages.

    Raises `ToplineError` TL-E19 where a criterion is not in the study or the name is not one line of 1 to 100
    characters, TL-P01 to TL-P06 where the file has faults.
    """
    criteria = {criterion.id: criterion for criterion in parse_protocol(study_text, where).eligibility.criteria}
    name = " ".join(by.split())
    if not 0 < len(name) <= LONGEST or not name.isprintable():
        raise ToplineError("TL-E19", where=where, what=f"the name of who confirms is {by[:LONGEST]!r}")
    if unknown := [one for one in ids if one not in criteria]:
        listed = ", ".join(criteria) or "no criteria"
        raise ToplineError("TL-E19", where=where, what=f"has no criterion {', '.join(unknown)}; it has {listed}")
    if not criteria:
        raise ToplineError("TL-E19", where=where, what="has no criteria")
    chosen = [criteria[one] for one in dict.fromkeys(ids or criteria)]
    mark = study_text[: len(study_text) - len(study_text.removeprefix("\ufeff"))]
    text = study_text.removeprefix("\ufeff")
    nodes = _mappings(text)
    edits = [_edit(text, nodes[one.id], _written(one, name, on)) for one in chosen]
    for start, end, new in sorted(edits, reverse=True):  # from the end: places before stay as they are
        text = text[:start] + new + text[end:]
    return _checked(mark + text, [criterion.id for criterion in chosen], where)


def _checked(text: str, ids: Sequence[str], where: str) -> str:
    """Return the new text, once it is read back and its criteria are confirmed."""
    states = {criterion.id: criterion.state for criterion in parse_protocol(text, where).eligibility.criteria}
    if any(states[one] is not CriterionState.CONFIRMED for one in ids):
        raise ToplineError("TL-E19", where=where, what="is written in a way that cannot be edited; confirm by hand")
    return text


def _written(criterion: Criterion, by: str, on: date) -> str:
    """Return a confirmation as it stands in a study file."""
    name, day, digest = (json.dumps(one, ensure_ascii=False) for one in (by, on.isoformat(), criterion.digest))
    return f"{KEY}: {{by: {name}, on: {day}, digest: {digest}}}"


def _edit(text: str, mapping: MappingNode, written: str) -> Edit:
    """Return where the confirmation of a criterion stands in the text, and what is to stand there."""
    pairs = {key.value: (key, value) for key, value in mapping.value}
    if KEY in pairs:
        key, value = pairs[KEY]
        end = _end(value) if value.end_mark.index > value.start_mark.index else text.index(":", key.end_mark.index) + 1
        return key.start_mark.index, end, written
    key, value = pairs["id"]
    if mapping.flow_style:
        return value.end_mark.index, value.end_mark.index, f", {written}"
    end = text.find("\n", value.end_mark.index)
    end = len(text) if end < 0 else end
    returns = "\r" if text[:end].endswith("\r") else ""
    start = end - len(returns)
    return start, start, f"{returns}\n{' ' * key.start_mark.column}{written}"


def _mappings(text: str) -> dict[str, MappingNode]:
    """Return the nodes of all criteria by their ids."""
    eligibility = _inside(YAML(typ="safe", pure=True).compose(text), "eligibility")
    lists = (_inside(eligibility, name) for name in ("inclusion", "exclusion"))
    found = [item for items in lists if isinstance(items, SequenceNode) for item in items.value]
    return {str(node.value).strip(): item for item in found if (node := _inside(item, "id")) is not None}


def _inside(node: Node | None, key: str) -> Node | None:
    """Return what stands under a key of a mapping."""
    if not isinstance(node, MappingNode):
        return None
    return next((value for name, value in node.value if name.value == key), None)


def _end(node: Node) -> int:
    """Return where the text of a node ends; a block's own end lies behind the comments that follow it."""
    if isinstance(node, ScalarNode) or getattr(node, "flow_style", False) or not node.value:
        return int(node.end_mark.index)
    last = node.value[-1]
    return _end(last[1] if isinstance(node, MappingNode) else last)
