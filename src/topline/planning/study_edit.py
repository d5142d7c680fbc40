"""The text of a study file with another design: its block, the planned patients, and the reasons under `assumed`.

Comments inside the block stay where they speak of what stays: on lines of their own, and beside endpoint and rates that
do not change. Those beside what changes are replaced by what is true of the new rule.
"""

import json
import textwrap
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode

from topline.design.comparison.cells import beside
from topline.design.single_arm import SingleArmDesign
from topline.design.to_protocol import to_protocol
from topline.errors import ToplineError
from topline.planning.study_reasons import Reasons, new_reasons, replaced_reasons
from topline.protocol.design import Design
from topline.protocol.model import Protocol
from topline.protocol.source import parse_protocol

DESIGN, PLANNED, ASSUMED = "design", "population.planned", "assumed"
KEPT_COMMENTS = ("endpoint", "null_rate", "target_rate")
"""Keys beside which a comment stays when their value does."""
WIDTH, LONGEST = 116, 120
"""Characters of a folded line of a reason, and of a line with a comment."""
Edit = tuple[int, int, str]


@dataclass(frozen=True)
class Choice:
    """A design to be written, and the number of patients to plan for it."""

    design: SingleArmDesign
    needed: int


def chosen_text(text: str, choice: Choice, where: str = "study.yaml") -> str:
    """Return the text of a study file that states a design; the same text where it does so already.

    Args:
        text: the study file.
        choice: the design, and the patients to plan, at least those of the design.
        where: what the file is called in messages.

    Raises:
        ToplineError: TL-G04 where the study cannot hold the design, TL-P01 to TL-P06 where the file has faults.

    """
    protocol = parse_protocol(text, where)
    wanted = to_protocol(choice.design, protocol.design.endpoint)
    same = Design.model_validate(wanted) == protocol.design
    planned = max(protocol.population.planned, choice.needed)
    if same and planned == protocol.population.planned:
        return text
    mark = text[: len(text) - len(text.removeprefix("\ufeff"))]
    plain = text.removeprefix("\ufeff")
    root = YAML(typ="safe", pure=True).compose(plain)
    if not isinstance(root, MappingNode):
        raise _not_edited(where)
    edits = list(_edits(_File(plain, root), protocol, choice, (wanted, planned)))
    for start, end, new in sorted(edits, reverse=True):  # from the end: places before stay as they are
        plain = plain[:start] + new + plain[end:]
    return _checked(mark + plain, protocol, (wanted, planned), where)


@dataclass(frozen=True)
class _File:
    """The text of a study file and its nodes."""

    text: str
    root: MappingNode

    @property
    def newline(self) -> str:
        return "\r\n" if "\r\n" in self.text else "\n"

    def pair(self, key: str, mapping: MappingNode | None = None) -> tuple[Node, Node] | None:
        """Return the nodes of a key and its value in a mapping, the root unless another is given."""
        return next(((one, value) for one, value in (mapping or self.root).value if one.value == key), None)

    def line_end(self, index: int) -> int:
        """Return where the line of a place ends, before its line break."""
        end = self.text.find("\n", index)
        end = len(self.text) if end < 0 else end
        return end - 1 if self.text[index:end].endswith("\r") else end

    def after(self, node: Node) -> int:
        """Return where a value ends: a comment behind it on its line belongs to it where nothing else does."""
        end = _end(node)
        rest = self.text[end : self.line_end(end)].strip()
        return self.line_end(end) if not rest or rest.startswith("#") else end

    def comment(self, node: Node) -> str:
        """Return the comment behind a value on its line, an empty text where there is none."""
        end = _end(node)
        rest = self.text[end : self.line_end(end)].strip()
        return f" {rest}" if rest.startswith("#") else ""


def _end(node: Node) -> int:
    """Return where the text of a value ends; a block's own end lies behind the comments that follow it."""
    if isinstance(node, ScalarNode) or getattr(node, "flow_style", False) or not node.value:
        return int(node.end_mark.index)
    last = node.value[-1]
    return _end(last[1] if isinstance(node, MappingNode) else last)


def _edits(file: _File, protocol: Protocol, choice: Choice, wanted: tuple[Mapping[str, Any], int]) -> Iterator[Edit]:
    """Yield what is to stand where."""
    mapping, planned = wanted
    changed = Design.model_validate(mapping) != protocol.design
    if changed:
        yield _design_edit(file, protocol, choice.design, mapping)
    if planned != protocol.population.planned:
        yield _planned_edit(file, planned)
    before = protocol.population.planned
    told = Reasons(choice.design, protocol.design, mapping, (before, planned), protocol.assumed)
    yield from _reason_edits(file, replaced_reasons(told), new_reasons(told))


def _design_edit(file: _File, protocol: Protocol, design: SingleArmDesign, wanted: Mapping[str, Any]) -> Edit:
    key, value = file.pair(DESIGN) or (file.root, file.root)
    if not isinstance(value, MappingNode) or key is file.root:
        raise _not_edited(DESIGN)
    if value.flow_style:
        written = json.dumps(wanted, ensure_ascii=False)
        return value.start_mark.index, value.end_mark.index, written
    indent = " " * (value.value[0][0].start_mark.column if value.value else 2)
    end = file.after(value)
    head = f"{DESIGN}: # {design.name}; {design.source}"
    lines = [head if len(head) <= LONGEST else f"{DESIGN}: # {design.name}"]
    inside = file.text[file.line_end(key.start_mark.index) : end]
    lines += [f"{indent}{line.strip()}" for line in inside.splitlines() if line.strip().startswith("#")]
    stated = protocol.design.model_dump(mode="json")
    asked = design.hypotheses
    exact = {
        "alpha": f" # exact {beside(design.level, asked.alpha)}",
        "power": f" # exact {beside(design.attained_power, asked.power)}",
    }
    for name, new in wanted.items():
        pair, kept = file.pair(name, value), stated.get(name) == new
        if pair is not None and kept and isinstance(pair[1], ScalarNode):
            raw = file.text[pair[1].start_mark.index : pair[1].end_mark.index] or json.dumps(new)
            comment = file.comment(pair[1]) if name in KEPT_COMMENTS else ""
        else:
            raw, comment = _scalar(new), ""
        lines += _lines(indent, name, new if isinstance(new, list | tuple) else raw, exact.get(name, comment))
    return key.start_mark.index, end, file.newline.join(lines)


def _lines(indent: str, name: str, value: Any, comment: str) -> list[str]:
    """Return a key and its value as lines; each item of a list on its own."""
    if isinstance(value, list | tuple):
        items = ({key: inner for key, inner in item.items() if inner is not None} for item in value)
        written = (", ".join(f"{key}: {_scalar(inner)}" for key, inner in item.items()) for item in items)
        return [f"{indent}{name}:", *(f"{indent}  - {{{item}}}" for item in written)]
    return [f"{indent}{name}: {value}{comment}"]


def _scalar(value: Any) -> str:
    """Return a value as it stands in a study file; endpoint and kind are words that need no quotes."""
    return value if isinstance(value, str) and value.replace(" ", "").isalnum() else json.dumps(value)


def _planned_edit(file: _File, planned: int) -> Edit:
    population = file.pair("population")
    if population is None or not isinstance(population[1], MappingNode):
        raise _not_edited("population")
    pair = file.pair("planned", population[1])
    if pair is None:
        raise _not_edited(PLANNED)
    return pair[1].start_mark.index, pair[1].end_mark.index, str(planned)


def _reason_edits(file: _File, old: frozenset[str], new: Mapping[str, str]) -> Iterator[Edit]:
    """Yield the edits under `assumed`: those of `old` go, `new` stand where the first of them stood, or at the end."""
    pair = file.pair(ASSUMED)
    if pair is None:
        end = len(file.text)
        before = "" if file.text.endswith("\n") else file.newline
        yield end, end, file.newline.join([f"{before}", f"{ASSUMED}:", *_entries("  ", new), ""])
        return
    _, mapping = pair
    if not isinstance(mapping, MappingNode):
        raise _not_edited(ASSUMED)
    if mapping.flow_style or not mapping.value:
        kept = {key.value: value.value for key, value in mapping.value if key.value not in old}
        yield mapping.start_mark.index, mapping.end_mark.index, json.dumps(kept | dict(new), ensure_ascii=False)
        return
    spans = [_span(file, key, value) for key, value in mapping.value if key.value in old]
    indent = " " * mapping.value[0][0].start_mark.column
    written = file.newline.join(_entries(indent, new))
    if not spans:
        end = _entry_end(file, *mapping.value[-1])
        yield end, end, f"{file.newline}{written}"
    for place, (start, end) in enumerate(spans):
        yield (start, end, written) if place == 0 and written else (start, _next_line(file, end), "")


def _entries(indent: str, reasons: Mapping[str, str]) -> list[str]:
    """Return entries under `assumed` as folded blocks, in which no text needs quotes."""
    lines = []
    for key, text in reasons.items():
        lines.append(f"{indent}{key}: >-")
        lines += [f"{indent}  {line}" for line in textwrap.wrap(text, WIDTH, break_on_hyphens=False)]
    return lines


def _span(file: _File, key: Node, value: Node) -> tuple[int, int]:
    """Return where an entry stands, from the start of its line to the end of its last one."""
    return key.start_mark.index - key.start_mark.column, _entry_end(file, key, value)


def _entry_end(file: _File, key: Node, value: Node) -> int:
    """Return where the last line of an entry ends; a folded block ends before a line no deeper than its key."""
    if getattr(value, "style", None) not in (">", "|"):
        return file.after(value)
    end = place = file.line_end(value.start_mark.index)
    while (place := _next_line(file, place)) < len(file.text):
        line = file.text[place : file.line_end(place)]
        if line.strip() and len(line) - len(line.lstrip(" ")) <= key.start_mark.column:
            break
        end = file.line_end(place) if line.strip() else end
        if file.line_end(place) >= len(file.text):
            break
        place = file.line_end(place)
    return end


def _next_line(file: _File, end: int) -> int:
    """Return where the line after a line's end begins."""
    following = file.text.find("\n", end)
    return len(file.text) if following < 0 else following + 1


def _checked(text: str, before: Protocol, wanted: tuple[Mapping[str, Any], int], where: str) -> str:
    """Return the new text, once it is read back: it states the design, and nothing else has changed."""
    try:
        after = parse_protocol(text, where)
    except ToplineError as error:
        what = f"would have faults with this design: {error.what}"
        raise ToplineError("TL-G04", where=where, what=what, others=(str(error),)) from error
    mapping, planned = wanted
    same = [
        {**one.model_dump(exclude={"design", "assumed"}), "population": one.population.model_dump(exclude={"planned"})}
        for one in (before, after)
    ]
    stated = after.design == Design.model_validate(mapping) and after.population.planned == planned
    others = [{k: v for k, v in one.assumed.items() if not k.startswith((DESIGN, PLANNED))} for one in (before, after)]
    if not stated or same[0] != same[1] or others[0] != others[1]:
        raise _not_edited(where)
    return text


def _not_edited(where: str) -> ToplineError:
    return ToplineError(
        "TL-G04", where=where, what="is written in a way that cannot be edited; write the design by hand"
    )
