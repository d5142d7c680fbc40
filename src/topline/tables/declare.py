"""What a table is: a declaration of its variables, from which checks, the manual page and random rows follow."""

from dataclasses import dataclass, field
from enum import StrEnum

import polars as pl


class Kind(StrEnum):
    """The type of a variable's values."""

    TEXT = "text"
    INTEGER = "integer"
    NUMBER = "number"
    ISO_DATE = "ISO 8601 date"  # text as SDTM keeps it, possibly partial
    DATE = "date"
    FLAG = "flag"  # Y, N or missing
    LIST = "list of text"


class Core(StrEnum):
    """Whether a variable may be missing: required is never empty, expected stands there, permissible may lack."""

    REQUIRED = "Req"
    EXPECTED = "Exp"
    PERMISSIBLE = "Perm"


POLARS: dict[Kind, pl.DataType] = {
    Kind.TEXT: pl.String(),
    Kind.INTEGER: pl.Int64(),
    Kind.NUMBER: pl.Float64(),
    Kind.ISO_DATE: pl.String(),
    Kind.DATE: pl.Date(),
    Kind.FLAG: pl.String(),
    Kind.LIST: pl.List(pl.String()),
}


@dataclass(frozen=True, slots=True)
class Variable:
    """A variable is one column of a table: name, label, type, and the values it may hold.

    `codes` is the code list; `extensible` says that other values are a warning's business elsewhere, not an error.
    `low` and `high` bound numbers, in `unit`. `origin` says where the value comes from.
    """

    name: str
    label: str
    kind: Kind = Kind.TEXT
    core: Core = Core.PERMISSIBLE
    codes: tuple[str, ...] = ()
    extensible: bool = False
    low: float | None = None
    high: float | None = None
    unit: str = ""
    origin: str = "Collected"

    @property
    def dtype(self) -> pl.DataType:
        """The Polars type of the column."""
        return POLARS[self.kind]

    @property
    def bounds(self) -> str:
        """The range of the values in words, empty where there is none.

        >>> Variable("AGE", "Age", Kind.NUMBER, low=0, high=120, unit="years").bounds
        '0 to 120 years'
        """
        if self.low is None and self.high is None:
            return ""
        if self.low is None or self.high is None:
            text = f"{self.high:g} or less" if self.low is None else f"{self.low:g} or more"
        else:
            text = f"{self.low:g} to {self.high:g}"
        return f"{text} {self.unit}".strip()


@dataclass(frozen=True, slots=True)
class Table:
    """A table is a named set of variables with keys: one record per distinct value of its keys.

    >>> subject = Variable("USUBJID", "Unique Subject Identifier")
    >>> toy = Table("XX", "Toy", "SDTM", keys=("USUBJID",), variables=(subject,))
    >>> toy.schema
    Schema([('USUBJID', String)])
    """

    name: str
    label: str
    standard: str  # SDTM, ADaM or topline
    keys: tuple[str, ...]
    variables: tuple[Variable, ...]
    structure: str = ""
    _index: dict[str, Variable] = field(default_factory=dict, init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        self._index.update({variable.name: variable for variable in self.variables})

    def __getitem__(self, name: str) -> Variable:
        return self._index[name]

    def __contains__(self, name: str) -> bool:
        return name in self._index

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the variables, in order."""
        return tuple(self._index)

    @property
    def schema(self) -> pl.Schema:
        """The Polars schema of the declared variables."""
        return pl.Schema({variable.name: variable.dtype for variable in self.variables})

    def empty(self) -> pl.DataFrame:
        """Return a frame with the declared columns and no row."""
        return pl.DataFrame(schema=self.schema)

    def select(self, frame: pl.DataFrame) -> pl.DataFrame:
        """Return the declared columns in declared order and type; a column that lacks is all missing.

        Other columns are dropped: this is for frames that topline derives itself, whose types are right already.
        """
        columns = [
            pl.col(v.name).cast(v.dtype) if v.name in frame.columns else pl.lit(None, dtype=v.dtype).alias(v.name)
            for v in self.variables
        ]
        return frame.select(columns)
