"""A study file as text: parsed into a Protocol with every fault reported at once, and written back."""

import difflib
import io
import json
import re
from collections.abc import Iterable, Iterator
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails
from ruamel.yaml import YAML
from ruamel.yaml.representer import RoundTripRepresenter
from ruamel.yaml.scalarstring import DoubleQuotedScalarString

from topline.errors import ToplineError
from topline.protocol.coherence import Fault, faults
from topline.protocol.document import Document, parse_document, scalar
from topline.protocol.keys import keys_at
from topline.protocol.model import Protocol
from topline.protocol.tree import Path, get, path_text

MOST = 50  # faults that are written out
WORDS = {
    "a valid string": "text",
    "a valid boolean": "true or false",
    "a valid integer": "an integer",
    "a valid number": "a number",
    "a valid array": "a list",
    "a valid tuple": "a list",
    "an object": "a mapping",
    " after validation": "",
}
FROM_MODEL = "value_error"  # raised by our own checks over the whole, which run here on the document itself


class _Representer(RoundTripRepresenter):
    """Writes null as `null`, which stands out more than nothing."""


_Representer.add_representer(type(None), lambda self, _: self.represent_scalar("tag:yaml.org,2002:null", "null"))


def parse_protocol(text: str, where: str = "study.yaml") -> Protocol:
    """Return the protocol that a study file holds; every fault of the file is in the one error.

    Args:
        text: the study file, YAML 1.2.
        where: what the file is called in messages.

    Raises:
        ToplineError: TL-P01 to TL-P06; the first fault in the order of the file, all others in `others`.

    """
    document = parse_document(text, where)
    if not isinstance(document.data, dict):
        what = "holds no keys at its top; a study file begins with `topline: 1`"
        raise ToplineError("TL-P01", where=where, what=what)
    # Strict JSON mode: a text is never taken for a number or a truth value, nor the other way round.
    protocol, wrong = _validated(document)
    found = [*_doubled(document), *_reported(document, wrong)]
    if found or protocol is None:
        raise _error(document, found, where)
    return protocol


def study_text(protocol: Protocol, width: int = 1_000_000) -> str:
    """Return a study file that holds this protocol, with every default written out, lines folded at `width`.

    `parse_protocol(study_text(protocol)) == protocol` for every protocol without control characters.
    """
    writer = YAML()
    writer.Representer = _Representer
    writer.width = width
    writer.indent(mapping=2, sequence=4, offset=2)
    buffer = io.StringIO()
    writer.dump(_quoted(protocol.model_dump(mode="json")), buffer)
    return buffer.getvalue()


def _quoted(data: Any) -> Any:
    """Return the same data with quotes around each text that would not be read back as it is without them."""
    if isinstance(data, dict):
        return {_quoted_text(key): _quoted(value) for key, value in data.items()}
    if isinstance(data, list):
        return [_quoted(value) for value in data]
    return _quoted_text(data) if isinstance(data, str) else data


def _quoted_text(text: str) -> str:
    """Return a text that the writer puts in quotes unless it is plain beyond doubt."""
    plain = text.isprintable() and isinstance(scalar(text), str)
    return text if plain else DoubleQuotedScalarString(text)


def _validated(document: Document) -> tuple[Protocol | None, list[ErrorDetails]]:
    """Return the protocol of a document, or what the model finds wrong with it."""
    try:
        return Protocol.model_validate_json(json.dumps(document.data), strict=True), []
    except ValidationError as error:
        return None, error.errors(include_url=False)


def _doubled(document: Document) -> Iterator[Fault]:
    """Yield the keys that stand twice."""
    yield from (Fault("TL-P01", path, what) for path, what in document.doubles)


def _reported(document: Document, wrong: Iterable[ErrorDetails]) -> Iterator[Fault]:
    """Yield the faults of single values, then those of the whole."""
    whole = list(faults(document.data))
    yield from whole
    for error in wrong:
        known = error["type"] == FROM_MODEL and whole
        # A list whose items are all wrong is reported as empty too; its items are reported anyway.
        spurious = error["type"] == "too_short" and get(document.data, *_path(document, error["loc"]))
        if not known and not spurious:
            yield _fault(document, error)


def _fault(document: Document, error: ErrorDetails) -> Fault:
    """Return one of the model's errors as a fault, in plain words."""
    path = _path(document, error["loc"])
    kind = error["type"]
    if kind == "extra_forbidden":
        return Fault("TL-P03", path, f"unknown key '{path[-1]}'{_nearest(str(path[-1]), keys_at(error['loc'][:-1]))}")
    if kind == "missing":
        return Fault("TL-P04", path, f"the key '{path[-1]}' is missing")
    if kind == "union_tag_not_found":
        return Fault("TL-P04", (*path, "type"), "the key 'type' is missing")
    if kind == FROM_MODEL:
        return Fault("TL-P05", path, error["msg"].removeprefix("Value error, "))
    if kind == "union_tag_invalid":
        path = (*path, "type")
    return Fault("TL-P02", path, _not_allowed(document, path, error))


def _not_allowed(document: Document, path: Path, error: ErrorDetails) -> str:
    """Return what is wrong with one value: the value as written, what it should be, what was perhaps meant."""
    value = get(document.data, *path)
    written = document.written.get(path)
    shown = f"value '{written}'" if written is not None else f"a {'list' if isinstance(value, list) else 'mapping'}"
    context = error.get("ctx", {})
    allowed = str(context.get("expected") or context.get("expected_tags") or "")
    should = f"should be one of {allowed}" if error["type"] == "union_tag_invalid" else _should(error["msg"])
    nearest = _nearest(str(value), [each.strip("'") for each in allowed.replace(" or ", ", ").split(", ")])
    return f"{shown}: {should}{_quotes(value, written, error)}{nearest}"


def _should(message: str) -> str:
    """Return the model's message in the words of a study file."""
    words = re.sub(r"^(Input|String|Tuple|Value) ", "", message)
    for theirs, ours in WORDS.items():
        words = words.replace(theirs, ours)
    return words


def _quotes(value: object, written: str | None, error: ErrorDetails) -> str:
    """Return the advice on quotes, where a text was written as a number or the other way round."""
    expects_text = error["type"] == "string_type" or (error["type"] == "literal_error" and "'" in error["msg"])
    if expects_text and value is not None and not isinstance(value, str) and written is not None:
        return f'; put it in quotes: "{written}"'
    if isinstance(value, str) and error["type"].endswith("_type") and not isinstance(scalar(value), str):
        return f"; write it without quotes: {value}"
    return ""


def _nearest(word: str, known: Iterable[str]) -> str:
    """Return a suggestion of the known word that is nearest, if one is near."""
    near = difflib.get_close_matches(word, [each for each in known if each and each != word], n=1)
    return f"; did you mean '{near[0]}'?" if near else ""


def _path(document: Document, location: tuple[int | str, ...]) -> Path:
    """Return the path of a place that the model names; the model names forms too, which are no keys of a document."""
    path: Path = ()
    for index, step in enumerate(location):
        here = get(document.data, *path)
        stands = step in here if isinstance(here, dict) else isinstance(step, int)
        if stands or index == len(location) - 1:
            path = (*path, step)
    return _without_form(document, path)


def _without_form(document: Document, path: Path) -> Path:
    """Return a path without a last step that is the name of a form."""
    parent = get(document.data, *path[:-1])
    return path[:-1] if path and get(parent, "type") == path[-1] else path


def _error(document: Document, found: list[Fault], where: str) -> ToplineError:
    """Return the one error that holds all faults, in the order of the file."""
    ordered = sorted(dict.fromkeys(found), key=lambda fault: (document.line(fault.path), fault.code))
    blocks = [_block(document, fault, where) for fault in ordered]
    first, others = blocks[0], [str(block) for block in blocks[1:MOST]]
    if len(blocks) > MOST:
        others.append(f"... and {len(blocks) - MOST} more")
    return ToplineError(first.code, where=first.where, what=first.what, others=tuple(others))


def _block(document: Document, fault: Fault, where: str) -> ToplineError:
    """Return one fault as an error of its own: file, path, line, what."""
    place = path_text(document.data, fault.path)
    return ToplineError(fault.code, where=f"{where} {place} (line {document.line(fault.path)})", what=fault.what)
