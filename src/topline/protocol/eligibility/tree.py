"""A condition on a patient as a typed tree: what the text of a criterion means, before it is written as SQL."""

from dataclasses import dataclass
from typing import Literal

Operator = Literal["=", "<>", "<", "<=", ">", ">="]


@dataclass(frozen=True, slots=True)
class Compare:
    """A column of PATIENTS against a value, a number in the column's own unit, a code, or another column times one.

    With `of`, the value is a multiple of that column: `Compare("ALT", "<=", 2.5, of="ALTULN")`.
    """

    column: str
    operator: Operator
    value: float | str
    of: str = ""


@dataclass(frozen=True, slots=True)
class OneOf:
    """A coded column holds one of some codes."""

    column: str
    codes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Holds:
    """A list column (earlier drug classes, infections ...) holds at least one of some codes."""

    column: str
    codes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Since:
    """At least (or, with `within`, at most) so many days lie between a date column and an anchor date column.

    `within 28 days` counts the 28th day: a window includes its end, whatever it is a window of. With `strict` too
    (`less than 28 days before`), the number itself is left out.
    """

    column: str
    days: int
    anchor: str
    within: bool = False
    strict: bool = False


@dataclass(frozen=True, slots=True)
class Manual:
    """What only a person can judge: its text, and why it is left to one."""

    text: str
    reason: str


@dataclass(frozen=True, slots=True)
class All:
    """Every part holds."""

    parts: tuple["Node", ...]


@dataclass(frozen=True, slots=True)
class Any:
    """At least one part holds."""

    parts: tuple["Node", ...]


@dataclass(frozen=True, slots=True)
class Not:
    """The part does not hold."""

    part: "Node"


@dataclass(frozen=True, slots=True)
class When:
    """Where a condition holds, one part must hold, elsewhere the other: a looser limit with liver metastases."""

    condition: "Node"
    then: "Node"
    otherwise: "Node"


Node = Compare | OneOf | Holds | Since | Manual | All | Any | Not | When
