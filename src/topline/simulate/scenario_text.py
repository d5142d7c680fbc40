"""Scenarios as TOML: a name, a note, the truth they start from, and what is different.

name = "slower growth"
base = "expected"            # or null, optimistic, predictive
effect = 1.2                 # of the treatment, 1 as it stands
growth.kl = 0.0015           # a parameter of docs/simulation.md, in its unit
hazards.new_lesion = { value = 0.001, unit = "1/day" }
"""

import difflib
import math
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, field, fields, is_dataclass, replace
from datetime import date
from types import NoneType
from typing import Any, Literal, get_args, get_origin, get_type_hints

from topline.errors import ToplineError
from topline.protocol.model import Protocol
from topline.simulate.effect import Progress, with_effect, works_on_hazards
from topline.simulate.parameter import About
from topline.simulate.presets import expected_truth
from topline.simulate.scenario import FURTHER, NAMES, Scenario, scenarios
from topline.simulate.truth import Truth
from topline.simulate.truth_combination import Partner, combined
from topline.simulate.uncertainty import parameters, with_value

HEADS = ("name", "note", "base", "effect", "truth", "partner")


@dataclass(slots=True)
class _Faults:
    """What is wrong with a text, and where it is from."""

    where: str
    found: list[ToplineError] = field(default_factory=list)

    def add(self, code: str, key: str, what: str) -> None:
        self.found.append(ToplineError(code, where=f"{self.where}, {key}" if key else self.where, what=what))

    def refuse(self) -> None:
        """Raise the first fault, with the others in it."""
        if self.found:
            first = self.found[0]
            others = tuple(f"{each.code} {each.where}: {each.what}" for each in self.found[1:])
            raise ToplineError(first.code, where=first.where, what=first.what, others=others)


def parse_scenario(
    text: str, protocol: Protocol, where: str = "scenario", progress: Progress | None = None
) -> Scenario:
    """Return the scenario of a TOML text.

    `effect` and `[partner]` apply to the base; parameters are then replaced one by one, in their own unit.
    All faults are told at once: ToplineError TL-V10 for an unknown parameter or key (with the nearest name), TL-V11 out
    of range, TL-V12 another unit, TL-V13 another type or no TOML, TL-V17 an unknown base.
    """
    faults = _Faults(where)
    content = _content(text, faults)
    head = {key: content[key] for key in HEADS if key in content}
    name, base = _head(head, faults)
    truth = expected_truth(protocol)
    if base in (*NAMES, *FURTHER):
        truth = scenarios(protocol, (base,), progress)[base].truth if not faults.found else truth
    else:
        faults.add("TL-V17", "base", f"{base!r} is not one of {', '.join((*NAMES, *FURTHER))}")
    truth = _changed(truth, head, protocol, faults)
    for key, raw in _flat({key: value for key, value in content.items() if key not in HEADS}, truth):
        truth = _replaced(truth, key, raw, faults)
    faults.refuse()
    return Scenario(name, replace(truth, name=str(head.get("truth", _named(truth, name)))), str(head.get("note", "")))


def _named(truth: Truth, scenario: str) -> str:
    return truth.name if scenario in NAMES else f"{truth.name}, {scenario}"


def _content(text: str, faults: _Faults) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        faults.add("TL-V13", "", f"is not TOML: {error}")
    faults.refuse()
    return {}


def _head(head: dict[str, Any], faults: _Faults) -> tuple[str, str]:
    for key in ("name", "note", "base", "truth"):
        if key in head and not isinstance(head[key], str):
            faults.add("TL-V13", key, f"{head[key]!r} is not text")
    if not str(head.get("name", "")).strip():
        faults.add("TL-V13", "name", "a scenario has a name")
    return str(head.get("name", "")), str(head.get("base", "expected"))


def _changed(truth: Truth, head: dict[str, Any], protocol: Protocol, faults: _Faults) -> Truth:
    """Return the truth with the effect and the partner of a scenario."""
    effect = head.get("effect", 1.0)
    if isinstance(effect, bool) or not isinstance(effect, int | float) or not 0 < effect < math.inf:
        faults.add("TL-V11", "effect", f"{effect!r} is not a number above 0")
        effect = 1.0
    if effect != 1:
        truth = with_effect(truth, float(effect), hazards=works_on_hazards(protocol))
    return combined(truth, _partner(head["partner"], faults)) if "partner" in head else truth


def _partner(raw: Any, faults: _Faults) -> Partner:
    partner, known = Partner(), {each.name: each for each in fields(Partner)}
    if not isinstance(raw, dict):
        faults.add("TL-V13", "partner", f"{raw!r} is not a table")
        return partner
    for key, value in raw.items():
        if key not in known:
            faults.add("TL-V10", f"partner.{key}", _unknown(key, list(known)))
            continue
        about = known[key].metadata["about"]
        made = _value(f"partner.{key}", value, get_type_hints(Partner)[key], about, faults)
        partner = replace(partner, **{key: made}) if made is not None else partner
    return partner


def _flat(content: dict[str, Any], truth: Truth) -> Iterator[tuple[str, Any]]:
    """Yield name and value of each parameter; a group is a table."""
    for key, value in content.items():
        if isinstance(value, dict) and is_dataclass(getattr(truth, key, None)):
            yield from ((f"{key}.{own}", each) for own, each in value.items())
        else:
            yield key, value


def _replaced(truth: Truth, name: str, raw: Any, faults: _Faults) -> Truth:
    known = {each.name: each for each in parameters(truth)}
    if name not in known:
        faults.add("TL-V10", name, _unknown(name, [*known, *HEADS]))
        return truth
    group, _, own = name.partition(".")
    hint = get_type_hints(type(getattr(truth, group)))[own] if own else get_type_hints(Truth)[group]
    value = _value(name, raw, hint, known[name].about, faults)
    if value is None:
        return truth
    try:
        return with_value(truth, name, value)
    except ValueError as error:
        faults.add("TL-V13", name, str(error))
        return truth


def _unknown(name: str, known: list[str]) -> str:
    near = difflib.get_close_matches(name, known, n=1, cutoff=0.5)
    return "is no parameter of a truth" + (f"; did you mean {near[0]}?" if near else "")


def _value(name: str, raw: Any, hint: Any, about: About, faults: _Faults) -> Any:
    """Return the value of a parameter, None where there is a fault."""
    if isinstance(raw, dict) and set(raw) == {"value", "unit"}:
        if raw["unit"] != about.unit:
            faults.add("TL-V12", name, f"{raw['unit']!r} is not the unit of this parameter, {about.unit!r}")
            return None
        raw = raw["value"]
    try:
        value = _typed(raw, hint)
    except ValueError as error:
        faults.add("TL-V13", name, str(error))
        return None
    outside = [each for each in _numbers(value, about.width.on) if not about.least <= each <= about.greatest]
    if outside:
        faults.add(
            "TL-V11", name, f"{outside[0]:g} is not between {about.least:g} and {about.greatest:g} [{about.unit}]"
        )
        return None
    return value


def _numbers(value: Any, on: tuple[str, ...]) -> list[float]:
    """Return the numbers of a value that its range bounds: itself, those of a list, the named ones of its entries."""
    if isinstance(value, tuple):
        return [number for each in value for number in _numbers(each, on)]
    if is_dataclass(value):
        return [getattr(value, key) for key in on if hasattr(value, key)]
    return [float(value)] if isinstance(value, int | float) and not isinstance(value, bool) else []


def _typed(raw: Any, hint: Any) -> Any:
    """Return a TOML value as the type of a field. Raises ValueError where it is of another one."""
    if get_origin(hint) is Literal:
        if raw not in get_args(hint):
            raise ValueError(f"{raw!r} is not one of {', '.join(map(repr, get_args(hint)))}")
        return raw
    if get_origin(hint) is tuple:
        if not isinstance(raw, list):
            raise ValueError(f"{raw!r} is not a list")
        return tuple(_typed(each, get_args(hint)[0]) for each in raw)
    if is_dataclass(hint):
        return _entry(raw, hint)
    if hint is float and isinstance(raw, int) and not isinstance(raw, bool):
        return float(raw)
    if type(raw) is not hint or (hint is float and not math.isfinite(raw)):
        words = {float: "a number", int: "a whole number", str: "text", date: "a date", bool: "true or false"}
        raise ValueError(f"{raw!r} is not {words.get(hint, hint)}")
    return raw


def _entry(raw: Any, hint: Any) -> Any:
    """Return an entry of a list (a toxicity, a marker ...) from a table of its fields."""
    if not isinstance(raw, dict):
        raise ValueError(f"{raw!r} is not a table")
    hints = get_type_hints(hint)
    unknown = sorted(set(raw) - set(hints))
    if unknown:
        raise ValueError(f"{unknown[0]} is not one of {', '.join(hints)}")
    try:
        return hint(**{key: _typed(value, hints[key]) for key, value in raw.items()})
    except TypeError as error:
        raise ValueError(str(error)) from None


def render_scenario(scenario: Scenario, protocol: Protocol) -> str:
    """Return the TOML of a scenario: what differs from the truth expected of the study, with units."""
    base = expected_truth(protocol)
    lines = [f"name = {_text(scenario.name)}", 'base = "expected"', f"truth = {_text(scenario.truth.name)}"]
    if scenario.note:
        lines.append(f"note = {_text(scenario.note)}")
    for before, after in zip(parameters(base), parameters(scenario.truth), strict=True):
        if before.value != after.value:
            lines.append(f"{after.name} = {_toml(after.value)} # {after.about.unit}: {after.about.meaning}")
    return "\n".join(lines) + "\n"


def _toml(value: Any) -> str:
    """Return a value as TOML writes it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, tuple):
        return "[" + ", ".join(_toml(each) for each in value) + "]"
    if is_dataclass(value):
        parts = ((each.name, getattr(value, each.name)) for each in fields(value))
        return "{ " + ", ".join(f"{key} = {_toml(own)}" for key, own in parts if not isinstance(own, NoneType)) + " }"
    return _text(value) if isinstance(value, str) else (repr(value) if isinstance(value, float) else str(value))


def _text(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return '"' + "".join(each if each.isprintable() else f"\\u{ord(each):04x}" for each in escaped) + '"'
