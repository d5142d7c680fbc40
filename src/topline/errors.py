"""What topline says when something is wrong: findings about data, errors about calls, each with a permanent number.

A `Finding` is a row about the data: the run goes on and the finding stands in its output. A `ToplineError` is a call
that has no answer. Both name a number of `CATALOGUE`, which is public: a number is never given another meaning.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from importlib.resources import files
from types import MappingProxyType


class Severity(StrEnum):
    """How much a finding matters: an `error` can change a result, a `warning` may, a `note` only informs."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


@dataclass(frozen=True, slots=True)
class Message:
    """One entry of the catalogue: the severity of a numbered message, its title, the rule it rests on, what to do."""

    severity: Severity
    title: str
    rule: str
    fix: str


def _catalogue() -> Mapping[str, Message]:
    text = files("topline").joinpath("errors.toml").read_text(encoding="utf-8")
    entries = tomllib.loads(text)
    return MappingProxyType(
        {code: Message(**{**entry, "severity": Severity(entry["severity"])}) for code, entry in entries.items()}
    )


CATALOGUE: Mapping[str, Message] = _catalogue()
"""Every message by its number, read from errors.toml."""


@dataclass(frozen=True, slots=True)
class Finding:
    """A finding is one row about the data: which record, what is wrong with it, which rule, what to do.

    >>> print(Finding("TL-T01", "ADTTE", "CNSR", "2", "is not one of 0, 1", usubjid="001", record="row 1"))
    TL-T01 error ADTTE 001 row 1, CNSR: '2' is not one of 0, 1
      rule: a coded variable holds only values of its code list
      fix:  correct the value where it was recorded
    """

    code: str
    table: str
    variable: str = ""
    value: str = ""
    message: str = ""
    usubjid: str = ""
    record: str = ""
    studyid: str = ""

    @property
    def severity(self) -> Severity:
        """How much this finding matters."""
        return CATALOGUE[self.code].severity

    def __str__(self) -> str:
        entry = CATALOGUE[self.code]
        where = " ".join(part for part in (self.table, self.usubjid, self.record) if part)
        what = f"'{self.value}' {self.message}" if self.value else self.message
        head = (
            f"{self.code} {entry.severity} {where}, {self.variable}: "
            if self.variable
            else f"{self.code} {entry.severity} {where}: "
        )
        return f"{head}{what or entry.title}\n  rule: {entry.rule}\n  fix:  {entry.fix}"


class ToplineError(Exception):
    """A call that has no answer: where, what, which rule, what to do.

    >>> print(ToplineError("TL-C01", where="nct00000000", what="is neither a built-in study nor a file"))
    TL-C01 nct00000000: is neither a built-in study nor a file
      rule: a study is a built-in name, a study.yaml or a folder that holds one
      fix:  name one of the built-in studies, or give the path of a study.yaml
    """

    def __init__(self, code: str, *, where: str = "", what: str = "", others: tuple[str, ...] = ()) -> None:
        self.code = code
        self.where = where
        self.what = what
        self.others = others
        super().__init__(code, where, what, others)

    def __str__(self) -> str:
        entry = CATALOGUE[self.code]
        head = (
            f"{self.code} {self.where}: {self.what or entry.title}"
            if self.where
            else f"{self.code} {self.what or entry.title}"
        )
        more = "".join(f"\n{other}" for other in self.others)
        return f"{head}\n  rule: {entry.rule}\n  fix:  {entry.fix}{more}"
