"""From values in the shape of the API to `Content`: a value of the wrong type is left out with a doubt, and no more."""

from collections.abc import Mapping, Sequence

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from topline.protocol.record.content import Content

LARGEST = 1_000_000_000
"""No trial enrols more; a larger count is damage."""

Steps = tuple[str | int, ...]


def to_content(section: Mapping[str, object]) -> tuple[Content, dict[str, str]]:
    """Return the content of a protocol section, and for each value left out its path and the reason.

    >>> content, dropped = to_content({"designModule": {"enrollmentInfo": {"count": "43", "type": "ACTUAL"}}})
    >>> content.design.enrollment_info.type, dropped
    ('ACTUAL', {'designModule.enrollmentInfo.count': "'43' is not a whole number"})
    """
    dropped: dict[str, str] = {}
    for _ in range(20):
        try:
            content = Content.model_validate(section)
        except ValidationError as error:
            faults = error.errors(include_url=False, include_context=False)
            dropped.update({_path(fault["loc"]): _reason(fault) for fault in faults})
            section = _without(section, [fault["loc"] for fault in faults])
        else:
            return _without_impossible(content, section, dropped)
    return Content(), dropped


def _path(steps: Steps) -> str:
    return ".".join(str(step) for step in steps)


def _reason(fault: ErrorDetails) -> str:
    wanted = {
        "int": "a whole number",
        "string": "a text",
        "bool": "true or false",
        "tuple": "a list",
        "model": "an object",
        "dict": "an object",
    }.get(fault["type"].partition("_")[0], "what belongs here")
    return f"{_shown(fault['input'])} is not {wanted}"


def _shown(value: object) -> str:
    if isinstance(value, Mapping):
        return "an object"
    if isinstance(value, Sequence) and not isinstance(value, str):
        return "a list"
    shown = repr(value) if not isinstance(value, int) or abs(value) < 10**40 else "a huge number"
    return shown if len(shown) <= 60 else f"{shown[:57]}..."


def _without(section: Mapping[str, object], places: Sequence[Steps]) -> Mapping[str, object]:
    """Return a section without the values at some places; an item of a list leaves None, so that others keep theirs."""
    tree: dict[str | int, object] = {}
    for steps in places:
        branch = tree
        for step in steps[:-1]:
            following = branch.setdefault(step, {})
            branch = following if isinstance(following, dict) else {}
        branch[steps[-1]] = None
    pruned = _pruned(section, tree)
    return pruned if isinstance(pruned, Mapping) else {}


def _pruned(node: object, tree: dict[str | int, object]) -> object:
    if isinstance(node, Mapping):
        kept = {name: part for name, part in node.items() if tree.get(name, part) is not None or name not in tree}
        return {name: _below(part, tree.get(name)) for name, part in kept.items()}
    if isinstance(node, tuple):
        return tuple(_below(part, tree.get(at)) for at, part in enumerate(node) if at not in tree or tree[at])
    return node


def _below(node: object, tree: object) -> object:
    return _pruned(node, tree) if isinstance(tree, dict) else node


def _without_impossible(
    content: Content, section: Mapping[str, object], dropped: dict[str, str]
) -> tuple[Content, dict[str, str]]:
    enrolled = content.design.enrollment_info
    if enrolled is None or enrolled.count is None or 0 <= enrolled.count <= LARGEST:
        return content, dropped
    steps: Steps = ("designModule", "enrollmentInfo", "count")
    dropped[_path(steps)] = f"{_shown(enrolled.count)} is no number of participants"
    return Content.model_validate(_without(section, [steps])), dropped
