r"""Records from JSON of the API of ClinicalTrials.gov, version 2.

A file is one study, a bare protocolSection, a list of studies, or `{"studies": [...]}`. The document stays as the
source wrote it; the content has its texts mended (the API writes Markdown, so `\>` is an escape there). Places are
looked up when they are asked for.
"""

import json
import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from topline.errors import ToplineError
from topline.protocol.record.api_modules import MODULES
from topline.protocol.record.api_texts import MendedSection
from topline.protocol.record.doubts import doubtful_criteria
from topline.protocol.record.json_text import JsonText
from topline.protocol.record.record import Doubt, Form, Record
from topline.protocol.record.validate import to_content

REQUIRED = (
    "identificationModule",
    "statusModule",
    "sponsorCollaboratorsModule",
    "descriptionModule",
    "designModule",
    "eligibilityModule",
)
"""Modules that every registered study has; where one is missing, the source is an extract of the record."""
_HALF = re.compile(r"\\u[dD][89a-fA-F]")
_LONE = re.compile("[\ud800-\udfff]")
_DIGITS = 300


@dataclass(frozen=True, slots=True)
class Study:
    """A study in a parsed file: its object, its protocolSection, and the way to that in the file."""

    document: Mapping[str, object]
    section: Mapping[str, object]
    steps: tuple[str, ...]


def parse_api(text: str, where: str) -> tuple[Record, ...]:
    """Return the records of a JSON text.

    Raises ToplineError: TL-I03 where it is no JSON or nested too deeply, TL-I04 where it holds no record.
    """
    loaded, doubled = _load(text, where)
    source = JsonText(text, has_doubles=bool(doubled))
    try:
        return tuple(_record(study, source, doubled) for study in _studies(loaded, where))
    except RecursionError:
        raise ToplineError("TL-I03", where=where, what="it is nested too deeply") from None


def _load(text: str, where: str) -> tuple[object, tuple[str, ...]]:
    """Return what a JSON text holds, and the keys that stand twice in one of its objects."""
    doubled: set[str] = set()

    def build(pairs: list[tuple[str, object]]) -> dict[str, object]:
        built = dict(pairs)
        if len(built) != len(pairs):
            doubled.update(key for key, count in Counter(key for key, _ in pairs).items() if count > 1)
        return built

    try:
        loaded = _parsed(text, build)
    except RecursionError:
        raise ToplineError("TL-I03", where=where, what="it is nested too deeply") from None
    except json.JSONDecodeError as error:
        what = f"line {error.lineno}, column {error.colno}: {error.msg}"
        raise ToplineError("TL-I03", where=where, what=what) from None
    return (_with_whole_characters(loaded) if _HALF.search(text) else loaded), tuple(sorted(doubled))


def _parsed(text: str, build: Callable[[list[tuple[str, object]]], dict[str, object]]) -> object:
    """Return what a JSON text holds; a number with more digits than Python reads is infinite."""
    try:
        return json.loads(text, strict=False, object_pairs_hook=build, parse_constant=str)
    except json.JSONDecodeError:
        raise
    except ValueError:
        return json.loads(text, strict=False, object_pairs_hook=build, parse_constant=str, parse_int=_whole)


def _whole(digits: str) -> int | float:
    return int(digits) if len(digits) <= _DIGITS else float("inf")


def _with_whole_characters(node: object) -> object:
    """Return a JSON value whose texts have a replacement character for each half of a character that stands alone."""
    if isinstance(node, str):
        return _LONE.sub("\ufffd", node)
    if isinstance(node, dict):
        return {_LONE.sub("\ufffd", name): _with_whole_characters(part) for name, part in node.items()}
    return [_with_whole_characters(part) for part in node] if isinstance(node, list) else node


def _studies(loaded: object, where: str) -> Iterator[Study]:
    """Yield the studies of a file."""
    listed = loaded.get("studies") if isinstance(loaded, Mapping) else loaded
    if not isinstance(listed, list):
        yield _study(loaded, (), where)
        return
    root: tuple[str, ...] = ("studies",) if isinstance(loaded, Mapping) else ()
    for index, study in enumerate(listed):
        yield _study(study, (*root, str(index)), where)


def _study(study: object, steps: tuple[str, ...], where: str) -> Study:
    if isinstance(study, Mapping):
        section = study.get("protocolSection")
        if isinstance(section, Mapping) and section:
            return Study(study, section, (*steps, "protocolSection"))
        if any(isinstance(study.get(module), Mapping) for module in MODULES):
            return Study({"protocolSection": study}, study, steps)
    raise ToplineError("TL-I04", where=where, what=_seen(study))


def _seen(study: object) -> str:
    """Return what a JSON value is, for somebody who thought it was a record."""
    if not isinstance(study, Mapping):
        return f"it is a {type(study).__name__}, not an object"
    if "FullStudiesResponse" in study or "Study" in study or "ProtocolSection" in study:
        return "it is of the API's version 1"
    keys = ", ".join(repr(str(key)[:30]) for key in list(study)[:5])
    return f"its keys are {keys or 'none'}; a protocolSection with something in it is missing"


def _record(study: Study, source: JsonText, doubled: tuple[str, ...]) -> Record:
    mended = MendedSection(source, study.steps)
    content, dropped = to_content(mended.section(study.section))
    mended.leave_out(dropped)
    doubts = [Doubt(path, reason, mended.source_place(path)) for path, reason in dropped.items()]
    doubts += [Doubt(key, "the key stands twice in one object; the last one was read") for key in doubled]
    if criteria := content.eligibility.eligibility_criteria:
        doubts.extend(doubtful_criteria(criteria, mended.place))
    is_extract = any(module not in study.section for module in REQUIRED)
    return Record(
        form=Form.API,
        text=source.text,
        content=content,
        document=study.document,
        absent=frozenset(name for name in MODULES if name not in study.section) if is_extract else frozenset(),
        repairs=tuple(mended.repairs),
        doubts=tuple(doubts),
        location_count=len(content.locations.locations) if "contactsLocationsModule" in study.section else None,
        place=mended.place,
    )
