"""What a text in a coded column of the table of candidates is taken as."""

import re
from dataclasses import dataclass

from topline.tables.declare import Kind, Variable

NONE = "NONE"
"""The single code of a list to which nothing belongs."""
BREAK = re.compile("[;|]")
MISSING = {"NA", "N/A", ".", "UNK", "UNKNOWN"}
"""How R, SAS and clinics write that a text is missing."""


@dataclass(frozen=True, slots=True)
class Taken:
    """What a text is taken as: a code or a list of them, and the number and words of the finding about it, if any."""

    value: str | list[str] | None
    code: str = ""
    message: str = ""


def take_text(text: str, variable: Variable) -> Taken:
    """Return what a text is taken as in a column of single codes.

    >>> from topline.tables.patients import PATIENTS
    >>> take_text("m", PATIENTS["SEX"])
    Taken(value='M', code='TL-E15', message='is taken as M')
    >>> take_text("male", PATIENTS["SEX"])
    Taken(value=None, code='TL-E14', message='is not one of F, M; unknown')
    """
    text = text.strip()
    codes = variable.codes or (("Y", "N") if variable.kind is Kind.FLAG else ())
    if not text or text.upper() in MISSING:
        return Taken(None)
    if text in codes or not codes:
        return Taken(text)
    if code := {one.casefold(): one for one in codes}.get(" ".join(text.split()).casefold()):
        return Taken(code, "TL-E15", f"is taken as {code}")
    return Taken(text) if variable.extensible else Taken(None, "TL-E14", f"is not one of {', '.join(codes)}; unknown")


def take_list(text: str, variable: Variable) -> Taken:
    """Return what a text is taken as in a column of lists: codes between semicolons or bars, or NONE alone.

    >>> from topline.tables.patients import PATIENTS
    >>> take_list("PLATINUM; TAXANE", PATIENTS["PRIORCLS"]).value, take_list("NONE", PATIENTS["PRIORCLS"]).value
    (['PLATINUM', 'TAXANE'], [])
    >>> take_list("none|taxane", PATIENTS["PRIORCLS"]).message
    'says NONE beside others; unknown'
    """
    parts = [part.strip() for part in BREAK.split(text)]
    parts = [part for part in dict.fromkeys(parts) if part]
    if not parts or all(part.upper() in MISSING for part in parts):
        return Taken(None)
    if [part.upper() for part in parts] == [NONE]:
        return Taken([], *(() if parts == [NONE] else ("TL-E15", f"is taken as {NONE}")))
    if NONE in (part.upper() for part in parts):
        return Taken(None, "TL-E14", f"says {NONE} beside others; unknown")
    if any(part.upper() in MISSING for part in parts):
        return Taken(None, "TL-E14", "is known in part only; unknown")
    taken = [take_text(part, variable) for part in parts]
    codes = list(dict.fromkeys(str(one.value) for one in taken))
    changed = any(one.code for one in taken)
    return Taken(codes, "TL-E15", f"is taken as {', '.join(codes)}") if changed else Taken(codes)
