"""A drafted study as the text of a study file: sections under headings, every value marked as stated or assumed."""

import re
from collections.abc import Mapping

from topline.errors import ToplineError
from topline.protocol.document import Document, parse_document
from topline.protocol.model import Protocol
from topline.protocol.source import study_text
from topline.protocol.tree import Path, path_text

HEADINGS = {
    "identifiers": "How the trial is named.",
    "population": "Who is treated, and how many.",
    "eligibility": "Who may enrol. Each condition is a draft until a person confirms it.",
    "arms": "What is given.",
    "schedule": "When things happen.",
    "criteria": "What the trial judges by.",
    "analysis_sets": "Whom the analyses count: SQL conditions over ADSL.",
    "landmark": "Disease control at a point in time (DCLM).",
    "endpoints": "What the trial wants to know.",
    "design": "The hypotheses and the rule that decides, exact and one-sided.",
    "monitoring": "When enrolment stops for toxicity.",
    "biomarkers": "Markers, and how a search among them is corrected.",
    "assumed": "By path: why a value that the record leaves open is as it stands.",
    "accepted": "By lint rule: why the team accepts what it finds.",
}
FROM_RECORD, ASSUMED = "from the record", "assumed"
WIDTH = 118


def draft_text(protocol: Protocol, stated: Mapping[str, object], head: str) -> str:
    """Return a study file that holds a protocol, with comments that say where each value comes from.

    `stated` holds the paths that the record states. Reading the text back gives the same protocol.
    """
    for plain in (_folded(protocol), study_text(protocol)):
        try:
            text = _commented(plain, protocol, stated, head)
            if parse_document(text, "draft").data == protocol.model_dump(mode="json"):
                return text
        except ToplineError:  # a text that cannot be folded: the next layout leaves every line whole
            continue
    return study_text(protocol)


def _folded(protocol: Protocol) -> str:
    """Return the study file with long texts on several lines."""
    return re.sub(r"[ \t]+$", "", study_text(protocol, WIDTH), flags=re.MULTILINE)


def _commented(plain: str, protocol: Protocol, stated: Mapping[str, object], head: str) -> str:
    """Return a study file with headings, and with a mark behind each value."""
    document = parse_document(plain, "draft")
    marks = _marks(document, protocol, stated)
    begins = {document.lines[(key,)]: words for key, words in HEADINGS.items() if (key,) in document.lines}
    single = _single_lines(document, plain)
    lines = [f"# {line}".rstrip() for line in head.splitlines()]
    for number, line in enumerate(plain.splitlines(), 1):
        if number in begins:
            lines += ["", f"# {begins[number]}"]
        mark = marks.get(number)
        if mark and number in single:
            line = f"{line} # {mark}"
        elif mark:
            indent = line[: len(line) - len(line.lstrip())]
            lines.append(f"{indent}# {mark}")
        lines.append(line)
    return "\n".join(lines) + "\n"


def _marks(document: Document, protocol: Protocol, stated: Mapping[str, object]) -> dict[int, str]:
    """Return by line of a value where it comes from."""
    marks: dict[int, str] = {}
    for path, line in document.lines.items():
        if path[:1] == ("assumed",) or not path:
            continue
        text = path_text(document.data, path)
        if text in stated:
            marks[line] = FROM_RECORD
        elif text in protocol.assumed:
            marks[line] = ASSUMED
    return marks


def _single_lines(document: Document, plain: str) -> set[int]:
    """Return the lines that hold a whole value, so that a comment may stand behind it."""
    starts: dict[int, list[Path]] = {}
    for path, line in document.lines.items():
        starts.setdefault(line, []).append(path)
    count = len(plain.splitlines())
    return {line for line in starts if line == count or line + 1 in starts}
