"""The words by which registers name outcomes, read from the table beside this file: kinds, refusals, questionnaires."""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib.resources import files


@dataclass(frozen=True, slots=True)
class Refusal:
    """A kind of outcome that is not analysed: the beginning of its id, why, and its words."""

    stem: str
    reason: str
    pattern: re.Pattern[str]


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of endpoint: its id, its words, and whether it needs response or progression by RECIST."""

    id: str
    pattern: re.Pattern[str]
    recist: bool


@dataclass(frozen=True, slots=True)
class Instrument:
    """A questionnaire: name, id of its endpoint, version where topline scores it (empty: it does not), words.

    `directions` are those of its scales that nobody could verify.
    """

    name: str
    id: str
    version: str
    pattern: re.Pattern[str]
    directions: Mapping[str, str] = field(default_factory=dict)


def _any(words: list[str]) -> re.Pattern[str]:
    return re.compile("|".join(words), re.IGNORECASE)


_TABLE = tomllib.loads(files("topline.protocol.draft").joinpath("outcome_words.toml").read_text("utf-8"))
_WORDS = {name: _any(entry["any"]) for name, entry in _TABLE["words"].items()}

RECIST, OTHER_CRITERIA = _WORDS["recist"], _WORDS["other_criteria"]
INDEPENDENT, INVESTIGATOR = _WORDS["independent"], _WORDS["investigator"]
BLOOD = _WORDS["blood"]
"""Diseases whose response RECIST does not judge."""
MARKER, LINK, MEASURED, QUALITY = (_WORDS[name] for name in ("marker", "link", "measured", "quality"))

REFUSALS = tuple(Refusal(stem, entry["reason"], _any(entry["any"])) for stem, entry in _TABLE["refusal"].items())
"""What is not analysed; the first that fits counts."""
KINDS = tuple(Kind(name, _any(entry["any"]), entry["recist"]) for name, entry in _TABLE["kind"].items())
"""What topline analyses, the longer name before the shorter one that it contains."""
QUESTIONNAIRES = tuple(
    Instrument(name, entry["id"], entry["version"], _any(entry["any"]), entry["directions"])
    for name, entry in _TABLE["instrument"].items()
)
"""Questionnaires, with those first that topline scores."""
