"""What a reader knows besides the values, and the last step of every reader: from values to a `Record`."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from topline.protocol.record.doubts import doubtful_criteria
from topline.protocol.record.origin import Told
from topline.protocol.record.page_layout import Line
from topline.protocol.record.record import Doubt, Form, Record, Span
from topline.protocol.record.settle import Node, settle
from topline.protocol.record.validate import to_content
from topline.protocol.record.words import PHASE_ORDER, Words

UNSEEN = "wording not seen before"


@dataclass(slots=True)
class Reading:
    """What the source cannot say, what is uncertain, and how many sites there are."""

    absent: set[str] = field(default_factory=set)
    doubts: list[Doubt] = field(default_factory=list)
    location_count: int | None = None

    def doubt(self, path: str, reason: str, span: Span | None = None) -> None:
        """Note that a value is uncertain."""
        self.doubts.append(Doubt(path, reason, span))

    def code(self, words: Words, wording: str, path: str, span: Span | None) -> Told | None:
        """Return the code of a wording, None with a doubt where it is unknown; a doubt where it was never seen."""
        code, is_seen = words.code(wording)
        if code is None:
            self.doubt(path, f"unknown wording {wording[:80]!r}", span)
            return None
        if not is_seen:
            self.doubt(path, f"{UNSEEN}: {wording[:80]!r} read as {code}", span)
        return Told(code, span)

    def line_code(self, words: Words, line: Line | None, path: str) -> Told | None:
        """Return the code of a line, None where there is no line."""
        return None if line is None else self.code(words, line.text, path, line.span)


def in_order(phases: Iterable[Told | None]) -> tuple[Told, ...]:
    """Return the phases that were read, in the API's order.

    >>> [phase.value for phase in in_order([Told("PHASE3", None), None, Told("PHASE2", None)])]
    ['PHASE2', 'PHASE3']
    """
    return tuple(sorted((phase for phase in phases if phase), key=lambda phase: PHASE_ORDER.index(str(phase.value))))


def finish(form: Form, text: str, modules: dict[str, Node | None], reading: Reading) -> Record:
    """Return the record that modules in the API's shape make, each value traced to the text."""
    settled = settle(modules)
    content, dropped = to_content(settled.content)
    doubts = [*reading.doubts, *(Doubt(path, reason, settled.place(path, 0, 0)) for path, reason in dropped.items())]
    if criteria := content.eligibility.eligibility_criteria:
        doubts.extend(doubtful_criteria(criteria, settled.place))
    return Record(
        form=form,
        text=text,
        content=content,
        document={"protocolSection": settled.document},
        absent=frozenset(reading.absent),
        repairs=tuple(settled.repairs),
        doubts=tuple(doubts),
        location_count=reading.location_count,
        place=settled.place,
    )
