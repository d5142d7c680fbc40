"""The keys of a study file, read from the model itself: for the manual, and to suggest the key that was meant."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from topline.protocol.model import Protocol

Schema = Mapping[str, Any]
BOUNDS = {
    "exclusiveMinimum": "above {}",
    "minimum": "at least {}",
    "exclusiveMaximum": "below {}",
    "maximum": "at most {}",
}
TYPES = {"string": "text", "integer": "integer", "number": "number", "boolean": "true or false", "null": "null"}


@dataclass(frozen=True, slots=True)
class Key:
    """A key of a study file: path, type, range, default (empty: the key is required), meaning.

    In the path, `[]` stands for each item of a list, `*` for each key that the study chooses; `form` is the value of
    `type` where a key belongs to one of several forms.
    """

    path: str
    type: str
    range: str
    default: str
    meaning: str
    form: str = ""


@cache
def schema() -> Schema:
    """Return the JSON Schema of a study file."""
    return Protocol.model_json_schema()


def study_keys() -> tuple[Key, ...]:
    """Return every key of a study file, in the order of the model.

    >>> next(key for key in study_keys() if key.path == "design.alpha").range
    'above 0, below 0.5'
    """
    return tuple(_keys(schema(), "", ""))


def keys_at(location: Sequence[str | int]) -> tuple[str, ...]:
    """Return the keys that may stand at a place of a study file; the place as the validator names it.

    >>> keys_at(("population", "ages"))
    ('minimum', 'maximum')
    """
    node = schema()
    for step in location:
        node = _child(_resolved(node), step)
    return tuple(_resolved(node).get("properties", ()))


def _child(node: Schema, step: str | int) -> Schema:
    """Return the schema one step further: of a key, a list item, or a form."""
    if isinstance(step, int):
        found = node.get("items")
    else:
        found = node.get("properties", {}).get(step) or _forms(node).get(step) or _values(node)
    return found if isinstance(found, Mapping) else {}


def _forms(node: Schema) -> dict[str, Schema]:
    """Return the schemas of the forms that a mapping may take, by the value of their `type`."""
    return {form["properties"]["type"]["const"]: form for form in map(_resolved, node.get("oneOf", ()))}


def _resolved(node: Schema) -> Schema:
    """Return a schema without reference and without the alternative null."""
    if "$ref" in node:
        return _resolved({**schema()["$defs"][node["$ref"].rpartition("/")[2]], **_without(node, "$ref")})
    others = [each for each in node.get("anyOf", ()) if each.get("type") != "null"]
    return _resolved({**others[0], **_without(node, "anyOf")}) if others else node


def _without(node: Schema, key: str) -> dict[str, Any]:
    """Return a schema without one key."""
    return {name: value for name, value in node.items() if name != key}


def _keys(node: Schema, prefix: str, form: str) -> Iterator[Key]:
    """Yield the keys below a schema."""
    required = node.get("required", ())
    for name, raw in node.get("properties", {}).items():
        path = f"{prefix}.{name}".removeprefix(".")
        inner = _resolved(raw)
        yield Key(path, _type(raw), _range(inner), "" if name in required else _default(raw), raw["description"], form)
        yield from _inner_keys(inner, path, form)


def _inner_keys(node: Schema, path: str, form: str) -> Iterator[Key]:
    """Yield the keys of a mapping, of the items of a list, or of each form."""
    yield from _keys(node, path, form) if "properties" in node else ()
    for name, inner in _forms(node).items():
        yield from _keys(inner, path, name)
    for each, mark in ((node.get("items"), "[]"), (_values(node), ".*")):
        if isinstance(each, Mapping):
            yield from _inner_keys(_resolved(each), path + mark, form)


def _values(node: Schema) -> Schema | None:
    """Return the schema of the values of a mapping whose keys the study chooses, or None for any other node."""
    found = node.get("additionalProperties")
    patterns = node.get("patternProperties")
    return found if isinstance(found, Mapping) else next(iter(patterns.values())) if patterns else None


def _type(node: Schema) -> str:
    """Return the type of a value in words."""
    null = " or null" if any(each.get("type") == "null" for each in node.get("anyOf", ())) else ""
    node = _resolved(node)
    if node.get("type") == "array":
        return f"list of {_type(node['items'])}"
    values = _values(node)
    if values is not None:
        return f"mapping of {_type(values)}"
    return ("mapping" if "properties" in node or "oneOf" in node else TYPES[node["type"]]) + null


def _range(node: Schema) -> str:
    """Return which values are allowed, in words."""
    if "const" in node:
        return f"`{node['const']}`"
    if "enum" in node:
        return ", ".join(f"`{value}`" for value in node["enum"])
    words = [text.format(f"{node[key]:g}") for key, text in BOUNDS.items() if key in node]
    words += [f"matches `{node['pattern']}`"] if "pattern" in node else []
    words += [f"at most {node['maxLength']} characters"] if "maxLength" in node else []
    words += [f"at least {node['minItems']}"] if "minItems" in node else []
    words += [f"at most {node['maxItems']}"] if "maxItems" in node else []
    each = _range(_resolved(node["items"])) if "items" in node else ""
    return ", ".join([*words, f"each {each}"] if each else words)


def _default(node: Schema) -> str:
    """Return a default as it would stand in a study file."""
    value = node.get("default", {})
    if isinstance(value, Mapping):
        return f"`{value['name']}`" if "name" in value else "as below" if value else "none"
    if value in ([], ()):
        return "none"
    return (
        f"`{json.dumps(value, ensure_ascii=False)}`"
        if not isinstance(value, str)
        else f"`{value}`"
        if value
        else "empty"
    )
