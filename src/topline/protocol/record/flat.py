"""Flattened records: the columns of the register's CSV export, one per line, without their names.

Title, brief summary, conditions and treatments are the first four lines; then come primary, secondary and other
outcomes and the detailed description, and any of these may be missing. Only the form of a line tells which it is.
"""

import re

from topline.errors import ToplineError
from topline.protocol.record.api_modules import MODULES
from topline.protocol.record.origin import Traced
from topline.protocol.record.outcome_column import NAMES, bars, outcomes_module
from topline.protocol.record.outcome_features import is_timed, opens_time
from topline.protocol.record.page_arms import typed_name
from topline.protocol.record.page_layout import Line, split_lines
from topline.protocol.record.reading import Reading, finish
from topline.protocol.record.record import Form, Record
from topline.protocol.record.settle import Node

TYPES = (
    "DRUG",
    "BIOLOGICAL",
    "DEVICE",
    "PROCEDURE",
    "RADIATION",
    "BEHAVIORAL",
    "GENETIC",
    "DIETARY_SUPPLEMENT",
    "COMBINATION_PRODUCT",
    "DIAGNOSTIC_TEST",
    "OTHER",
)
_TREATMENTS = re.compile(rf"(?:{'|'.join(TYPES)}): \S")
_SENTENCE = re.compile(r"[a-z)\]0-9][.!?] +[A-Z]")
_CARRIED = (
    "identificationModule.briefTitle",
    "descriptionModule",
    "conditionsModule.conditions",
    "armsInterventionsModule.interventions",
    "outcomesModule",
)
ABSENT = frozenset(
    {
        *(module for module in MODULES if not any(path.startswith(module) for path in _CARRIED)),
        *(
            f"identificationModule.{name}"
            for name in (
                *("nctId", "nctIdAliases", "orgStudyIdInfo", "secondaryIdInfos"),
                *("organization", "officialTitle", "acronym"),
            )
        ),
        "conditionsModule.keywords",
        "armsInterventionsModule.armGroups",
    }
)
"""What the form never carries: everything but title, descriptions, conditions, treatments and outcomes."""


def is_flat(text: str) -> bool:
    r"""Say whether a text looks like a flattened record: its third or fourth line lists treatments.

    >>> is_flat("Title\nSummary.\nA cancer\nDRUG: X|DRUG: Y"), is_flat("Dear all,\\nplease find it attached.")
    (True, False)
    """
    return _treatment_line(_filled(text[:50_000])) is not None


def _filled(text: str) -> list[Line]:
    return [line for line in split_lines(text) if line.text]


def _treatment_line(lines: list[Line]) -> int | None:
    return next((at for at in (3, 2, 1) if at < len(lines) and _TREATMENTS.match(lines[at].text)), None)


def parse_flat(text: str, where: str) -> Record:
    """Return the record of a flattened text.

    Raises ToplineError (TL-I01) where no line lists treatments.
    """
    lines = _filled(text)
    at = _treatment_line(lines)
    if at is None:
        raise ToplineError("TL-I01", where=where, what="no line lists treatments as in `DRUG: name`")
    reading = Reading(absent=set(ABSENT))
    columns, description = _assigned(lines[at + 1 :], reading)
    treatments = bars(lines[at].traced)
    for index in range(len(treatments)):
        item = f"armsInterventionsModule.interventions.{index}"
        reading.absent |= {f"{item}.{name}" for name in ("description", "armGroupLabels", "otherNames")}
    if at < 3:
        reading.doubt("descriptionModule.briefSummary", "a line is missing before the treatments", lines[at].span)
    modules: dict[str, Node | None] = {
        "identificationModule": {"briefTitle": lines[0].traced},
        "descriptionModule": {
            "briefSummary": lines[1].traced if at > 1 else None,
            "detailedDescription": description,
        },
        "conditionsModule": {"conditions": bars(lines[2].traced) if at > 2 else ()},
        "armsInterventionsModule": {"interventions": tuple(typed_name(name) for name in treatments)},
        "outcomesModule": outcomes_module(columns, reading),
    }
    return finish(Form.FLAT, text, modules, reading)


def _assigned(lines: list[Line], reading: Reading) -> tuple[dict[str, Traced], Traced | None]:
    """Return which of the last lines are which outcomes, and the detailed description."""
    description = None
    if lines and (len(lines) > 3 or not _is_column(lines[-1].text, [line.text for line in lines[:-1]])):
        *lines, last = lines
        description = last.traced
        if len(lines) < 3 and _is_undecided(last.text):
            reading.doubt("descriptionModule.detailedDescription", "the line may be one of outcomes", last.span)
    for line in lines[3:]:
        reading.doubt("outcomesModule", "more lines than the form has", line.span)
    return {name: line.traced for name, line in zip(NAMES, lines, strict=False)}, description


def _is_column(last: str, before: list[str]) -> bool:
    """Say whether the last line is a column of outcomes: beside columns with time frames it must have one, too."""
    if any(_ends_timed(line) for line in before) and "|" not in last:
        return _ends_timed(last) and looks_like_outcomes(last)
    return looks_like_outcomes(last)


def looks_like_outcomes(line: str) -> bool:
    """Say whether a line is a column of outcomes rather than prose.

    >>> looks_like_outcomes("Response rate, By RECIST 1.1, 6 months|Overall survival, 2 years")
    True
    >>> looks_like_outcomes("Cancer is common. It is cut out, 6 months later comes radiation. Few survive it.")
    False
    """
    pieces = line.split("|", 200)
    timed = sum(1 for piece in pieces if _ends_timed(piece))
    if timed and 2 * timed >= len(pieces):
        return len(_SENTENCE.findall(line[:20_000])) <= 6 * len(pieces)
    if len(pieces) > 1:
        return timed > 0 or all(len(piece) < 400 for piece in pieces)
    return len(line) < 250 and not _SENTENCE.search(line)


def _ends_timed(piece: str) -> bool:
    head, _, tail = piece[-400:].rpartition(", ")
    is_frame = not head.endswith(("i.e.", "e.g.")) and not _SENTENCE.search(tail)
    return is_frame and len(tail) < 150 and opens_time(tail) and is_timed(tail)


def _is_undecided(line: str) -> bool:
    return len(line) < 400 and len(_SENTENCE.findall(line)) <= 2
