"""What a draft says of each of its values: where the record says it, why it is assumed, what a person is asked."""

from dataclasses import dataclass, field
from typing import NamedTuple


class Origin(NamedTuple):
    """A piece of a record: the path of a field, and the characters of its value from `start` up to `end`.

    Both 0 mean the whole field.
    """

    path: str
    start: int = 0
    end: int = 0


@dataclass(frozen=True, slots=True)
class Question:
    """What a person must answer: the place in the study, what is asked, why it matters, what stands there now."""

    path: str
    asked: str
    why: str
    stands: str = ""


@dataclass(slots=True)
class Notes:
    """The notes of a draft while it is made; every path is that of a place in the study."""

    provenance: dict[str, tuple[Origin, ...]] = field(default_factory=dict)
    assumed: dict[str, str] = field(default_factory=dict)
    questions: list[Question] = field(default_factory=list)

    def states(self, path: str, *origins: Origin) -> None:
        """Note that the record states the value at a path, and where."""
        if not origins:
            return
        known = self.provenance.get(path, ())
        self.provenance[path] = (*known, *(each for each in origins if each not in known))

    def assume(self, path: str, reason: str) -> None:
        """Note that the record leaves a value open, and why it stands as it does."""
        self.assumed[path] = reason

    def ask(self, path: str, asked: str, why: str) -> None:
        """Note a question about the value at a path; what is asked twice is noted once."""
        question = Question(path, asked, why)
        if question not in self.questions:
            self.questions.append(question)

    def guess(self, path: str, reason: str, asked: str, why: str) -> None:
        """Note a value that is assumed and that a person must look at."""
        self.assume(path, reason)
        self.ask(path, asked, why)
