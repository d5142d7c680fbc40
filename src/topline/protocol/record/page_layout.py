"""The layout of a ClinicalTrials.Veeva page: its lines, its labels, and the lines that each label heads."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import NamedTuple

from topline.protocol.record.origin import Piece, Traced
from topline.protocol.record.record import Span
from topline.protocol.record.words import SEXES, age_limits

SITE = "ClinicalTrials.Veeva"
DETAILS = "Details and patient eligibility"
PEOPLE = re.compile(r"([\d,]{1,15}) participants? in (\d{1,4}) patient groups?(, including a placebo group)?")
COUNT = re.compile(r"([\d,]{1,15}) (estimated )?(?:patients?|participants?)")
_DESIGN = ("Primary purpose", "Allocation", "Interventional model", "Masking")
_SHORT = ("Status and phase", "Status", "Conditions", "Treatments", "Study type", "Funder types")
_PERSON = ("Enrollment", "Sex", "Ages", "Volunteers")
LABELS = (
    *_SHORT,
    "Identifiers",
    DETAILS,
    "About",
    "Full description",
    *_PERSON,
    "Inclusion and exclusion criteria",
    "Inclusion criteria",
    "Exclusion criteria",
    "Trial design",
    *_DESIGN,
    "Trial contacts and locations",
)
"""The labels in the order in which a page has them; many may be missing."""


class Line(NamedTuple):
    """A line without the white space around it, and the place of that in the file; `left` is where the line begins."""

    text: str
    start: int
    left: int

    @property
    def traced(self) -> Traced:
        """The line with its place."""
        return Traced.verbatim(self.text, self.start)

    @property
    def span(self) -> Span:
        """The place of the line's text in the file."""
        return Span(self.start, self.start + len(self.text))


def split_lines(text: str) -> tuple[Line, ...]:
    r"""Return the lines of a text; a line ends at \n, and \r before it is white space.

    >>> split_lines("a\r\n  b")
    (Line(text='a', start=0, left=0), Line(text='b', start=5, left=3))
    """
    lines, left = [], 0
    for raw in text.split("\n"):
        lines.append(Line(raw.strip(), left + len(raw) - len(raw.lstrip()), left))
        left += len(raw) + 1
    return tuple(lines)


def is_page(text: str) -> bool:
    """Say whether a text looks like such a page: it names the site at its beginning or has four of the labels."""
    head = text[:400].lstrip().splitlines()
    if head and head[0].strip() == SITE:
        return True
    found = {line.text for line in split_lines(text[:50_000])} & set(LABELS)
    return len(found) >= 4


def stripped_labels(lines: Sequence[Line]) -> tuple[str, ...]:
    r"""Return three or more labels of short values that follow each other with no value between, else nothing.

    >>> stripped_labels(split_lines("Conditions\n\nTreatments\n\nStudy type\n\nFunder types"))
    ('Conditions', 'Treatments', 'Study type', 'Funder types')
    """
    run: list[str] = []
    for line in lines:
        if line.text in _SHORT or line.text in _PERSON:
            run.append(line.text)
        elif line.text:
            if len(run) >= 3:
                return tuple(run)
            run = []
    return tuple(run) if len(run) >= 3 else ()


@dataclass(frozen=True, slots=True)
class Layout:
    """A page cut at its labels.

    `head` are the lines before the first label; `parts` the lines that a label heads; `people` the line that counts
    participants and groups, `arms` the lines behind it. `at` has the line of each label itself. `is_finished` says
    whether the page reaches its last label, `has_footer` whether it reaches the site's own lines behind that.
    """

    head: tuple[Line, ...]
    parts: MappingProxyType[str, tuple[Line, ...]]
    at: MappingProxyType[str, Line]
    people: Line | None
    arms: tuple[Line, ...]
    is_finished: bool
    has_footer: bool

    def value(self, label: str) -> Line | None:
        """Return the first line with text that a label heads."""
        return next((line for line in self.parts.get(label, ()) if line.text), None)

    def values(self, label: str) -> tuple[Line, ...]:
        """Return the lines with text that a label heads."""
        return tuple(line for line in self.parts.get(label, ()) if line.text)


def lay_out(lines: tuple[Line, ...]) -> Layout:
    """Return a page cut at its labels."""
    found = _find_labels(lines)
    ends = [*(at for _, at in found), len(lines)][1:]
    parts = {label: lines[at + 1 : end] for (label, at), end in zip(found, ends, strict=True)}
    last = found[-1][0] if found else ""
    arms: tuple[Line, ...] = ()
    people = None
    has_footer = False
    if last == LABELS[-1]:
        parts[last], has_footer = _before_footer(parts[last])
    for label in ("Trial design", *_DESIGN):
        row = next((row for row, line in enumerate(parts.get(label, ())) if PEOPLE.fullmatch(line.text)), None)
        if row is not None:
            people, arms = parts[label][row], parts[label][row + 1 :]
            parts[label] = parts[label][:row]
    return Layout(
        head=lines[: found[0][1]] if found else lines,
        parts=MappingProxyType(parts),
        at=MappingProxyType({label: lines[at] for label, at in found}),
        people=people,
        arms=arms,
        is_finished=last == LABELS[-1],
        has_footer=has_footer,
    )


def _before_footer(lines: tuple[Line, ...]) -> tuple[tuple[Line, ...], bool]:
    """Return the lines before the site's own, and whether there are such."""
    at = next((at for at, line in enumerate(lines) if line.text.startswith(("Loading", "Data sourced"))), len(lines))
    return lines[:at], at < len(lines)


Test = Callable[[str | None], bool]
"""Whether the next line with text, None at the end of the page, may stand behind a label."""


def _age(text: str | None) -> bool:
    return text is None or age_limits(text) is not None or bool(re.match(r"(?:under\s+)?\d|all\b", text, re.IGNORECASE))


def _design(text: str | None) -> bool:
    return text is None or text in (*_DESIGN, LABELS[-1]) or bool(PEOPLE.match(text)) or len(text) < 20


_TESTS: MappingProxyType[str, Test] = MappingProxyType(
    {
        "Enrollment": lambda text: text is None or bool(re.match(r"[\d,]+(?: |$)", text)),
        "Sex": lambda text: text is None or len(text) < 8 or SEXES.code(text)[0] is not None,
        "Ages": _age,
        "Volunteers": lambda text: text is None or "olunteers" in text or len(text) < 27,
        "Trial design": _design,
        "Trial contacts and locations": lambda text: text is None or text.isdigit() or text.startswith("Loading"),
    }
)


def _find_labels(lines: tuple[Line, ...]) -> list[tuple[str, int]]:
    """Return the labels with their lines, in the page's order: each the first one that can be it behind the last."""
    places: dict[str, list[int]] = {}
    for at, line in enumerate(lines):
        if line.text in LABELS and line.start == line.left and (at == 0 or not lines[at - 1].text):
            places.setdefault(line.text, []).append(at)
    following = _next_texts(lines)
    details = next(iter(places.get(DETAILS, ())), len(lines))
    found: list[tuple[str, int]] = []
    for label in LABELS:
        behind = found[-1][1] if found else -1
        limit = details if label in (*_SHORT, "Identifiers") else len(lines)
        test = _TESTS.get(label)
        fitting = (at for at in places.get(label, ()) if behind < at < limit and (not test or test(following[at])))
        place = next(fitting, None)
        if place is not None and _is_in_turn(label, found):
            found.append((label, place))
    return found


def _is_in_turn(label: str, found: list[tuple[str, int]]) -> bool:
    """Say whether a label can come now: lists of criteria come behind a person's fields, their end behind them."""
    names = {name for name, _ in found}
    if label == "Status":
        return "Status and phase" not in names
    if label.endswith("clusion criteria"):
        return bool(names & set(_PERSON)) and "Inclusion and exclusion criteria" not in names
    if label in _DESIGN:
        return "Trial design" in names
    return True


def _next_texts(lines: tuple[Line, ...]) -> list[str | None]:
    """Return for each line the next one that has text."""
    following: list[str | None] = [None] * len(lines)
    text: str | None = None
    for at in range(len(lines) - 1, -1, -1):
        following[at] = text
        text = lines[at].text or text
    return following


def paragraphs(lines: Sequence[Line], indent: int = 0) -> Traced:
    """Return lines as one text, without empty lines around it and without up to `indent` spaces before each line."""
    kept = _trimmed(lines)
    return Traced.joined(_rows(kept, indent))


def _rows(lines: Sequence[Line], indent: int) -> Iterator[Traced]:
    for at, line in enumerate(lines):
        if at:
            previous = lines[at - 1]
            yield Traced((_newline(previous),))
        if line.text:
            spaces = max(line.start - line.left - indent, 0)
            yield Traced.verbatim(" " * spaces + line.text, line.start - spaces)


def _newline(line: Line) -> Piece:
    end = line.start + len(line.text)
    return Piece("\n", end, end + 1)


def _trimmed(lines: Sequence[Line]) -> Sequence[Line]:
    full = [at for at, line in enumerate(lines) if line.text]
    return lines[full[0] : full[-1] + 1] if full else ()
