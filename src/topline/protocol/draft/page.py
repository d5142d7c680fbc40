"""Record, protocol and findings side by side on one page: every value leads to its words in the record, and back."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from importlib.resources import files
from itertools import groupby

from jinja2 import Environment, StrictUndefined

from topline.protocol.draft.marks import Line, Mark, line_number, lines_of, places
from topline.protocol.draft.notes import Question
from topline.protocol.draft.questions import SECTIONS
from topline.protocol.draft.statements import Judged, Statement, judged, statements
from topline.protocol.draft.study import Draft
from topline.protocol.lint.rule import Answer, Assessment, LintFinding
from topline.protocol.model import Protocol
from topline.protocol.record.record import Record, Span

LONGEST = 400_000  # characters of a record that are shown
LONG = 240  # characters of a finding that are underlined as they are


@dataclass(frozen=True, slots=True)
class Link:
    """A way to a place in the record's text."""

    anchor: str
    line: int


@dataclass(frozen=True, slots=True)
class Row:
    """A statement on the page: its number, the statement, its places in the record."""

    number: int
    statement: Statement
    links: tuple[Link, ...]


@dataclass(frozen=True, slots=True)
class Shown:
    """A criterion on the page."""

    number: int
    judged: Judged
    links: tuple[Link, ...]


@dataclass(frozen=True, slots=True)
class Note:
    """A finding on the page: its number, the finding, the reason why it is accepted (empty: it is not), its line."""

    number: int
    finding: LintFinding
    accepted: str
    line: int | None


@dataclass(frozen=True, slots=True)
class View:
    """Everything that the page shows."""

    protocol: Protocol
    record: Record
    lines: tuple[Line, ...]
    sections: tuple[tuple[str, tuple[Row, ...]], ...]
    criteria: tuple[Shown, ...]
    notes: tuple[Note, ...]
    unassessed: tuple[Assessment, ...]
    questions: tuple[tuple[str, tuple[Question, ...]], ...]
    cut: int

    @property
    def coverage(self) -> dict[str, int]:
        """How many criteria are executable, partly, manual."""
        kinds = [shown.judged.coverage for shown in self.criteria]
        return {kind: kinds.count(kind) for kind in ("executable", "partly", "manual")}

    @property
    def kinds(self) -> dict[str, int]:
        """How many statements are stated, assumed, mixed, default."""
        found = [row.statement.kind for _, rows in self.sections for row in rows]
        return {kind: found.count(kind) for kind in ("stated", "mixed", "assumed", "default")}

    @property
    def severities(self) -> dict[str, int]:
        """How many findings there are of each severity, accepted ones left out."""
        found = [note.finding.rule.severity.value for note in self.notes if not note.accepted]
        return {name: found.count(name) for name in ("error", "warning", "note")}

    @property
    def asked(self) -> int:
        """How many questions are open."""
        return sum(len(asked) for _, asked in self.questions)

    def note(self, number: int) -> Note:
        """Return a finding by its number."""
        return self.notes[number]

    def row_label(self, number: int) -> str:
        """Return what a statement or criterion is called."""
        rows = [row for _, rows in self.sections for row in rows]
        if number < len(rows):
            return f"{rows[number].statement.section}: {rows[number].statement.label}"
        return f"criterion {self.criteria[number - len(rows)].judged.criterion.id}"


def render_page(record: Record, protocol: Protocol, assessments: Sequence[Assessment], draft: Draft) -> str:
    """Return one self-contained HTML page: the record's own text beside the protocol, findings beside their words.

    It loads nothing and runs nothing: links and styles only. All texts are escaped.
    """
    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    template = environment.from_string(_file("page.html.jinja"))
    return template.render(view=view(record, protocol, assessments, draft), style=_file("page.css"))


def view(record: Record, protocol: Protocol, assessments: Sequence[Assessment], draft: Draft) -> View:
    """Return what the page of a study shows."""
    marks: list[Mark] = []
    rows = tuple(_rows(record, statements(protocol, draft), marks))
    criteria = tuple(_criteria(record, judged(protocol, draft), len(rows), marks))
    notes = tuple(_notes(record, assessments, marks))
    shown = record.text[:LONGEST]
    kept = [mark for mark in marks if mark.span.start < len(shown)]
    return View(
        protocol,
        record,
        lines_of(shown, kept),
        tuple((name, tuple(group)) for name, group in groupby(rows, key=lambda row: row.statement.section)),
        criteria,
        notes,
        tuple(each for each in assessments if each.answer is Answer.CANNOT_ASSESS),
        tuple(_questions(draft.questions)),
        len(record.text) - len(shown),
    )


def _file(name: str) -> str:
    """Return a file that lies beside this one."""
    return files("topline.protocol.draft").joinpath(name).read_text("utf-8")


def _links(record: Record, spans: Iterable[Span], number: int, marks: list[Mark]) -> tuple[Link, ...]:
    """Mark the places of a statement, and return the ways to them."""
    found = []
    for span in spans:
        marks.append(Mark(span, row=number))
        found.append(Link(f"w{span.start}", line_number(record.text, span.start)))
    return tuple(dict.fromkeys(found))


def _rows(record: Record, made: Iterable[Statement], marks: list[Mark]) -> Iterator[Row]:
    """Yield the statements with their places."""
    for number, statement in enumerate(made):
        yield Row(number, statement, _links(record, places(record, statement.origins), number, marks))


def _criteria(record: Record, made: Iterable[Judged], first: int, marks: list[Mark]) -> Iterator[Shown]:
    """Yield the criteria with their places."""
    for number, each in enumerate(made, first):
        yield Shown(number, each, _links(record, places(record, each.origins), number, marks))


def _notes(record: Record, assessments: Iterable[Assessment], marks: list[Mark]) -> Iterator[Note]:
    """Yield the findings, and mark the words that they are about."""
    found = [(each, finding) for each in assessments for finding in each.findings]
    for number, (assessment, finding) in enumerate(found):
        span = finding.span
        if span is not None and 0 <= span.start < span.end <= len(record.text):
            marks.append(Mark(_short(record.text, span), finding=number, severity=finding.rule.severity.value))
            yield Note(number, finding, assessment.accepted, line_number(record.text, span.start))
        else:
            yield Note(number, finding, assessment.accepted, None)


def _short(text: str, span: Span) -> Span:
    """Return a place to underline: of a long stretch, which is a whole field, its first line."""
    end = text.find("\n", span.start, span.end)
    return Span(span.start, end) if span.end - span.start > LONG and end > span.start else span


def _questions(asked: Iterable[Question]) -> Iterator[tuple[str, tuple[Question, ...]]]:
    """Yield the questions by section of the study, in the study's order."""
    listed = list(asked)
    for key, name in SECTIONS.items():
        here = tuple(each for each in listed if each.path.partition(".")[0] == key)
        if here:
            yield name, here
