"""One drug of one arm, from the texts about it: dose, unit, route, times a day, days of its cycle."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from topline.protocol.draft.drugs import mentions, sentence_end, stretches
from topline.protocol.draft.identifiers import words
from topline.protocol.draft.notes import Notes, Origin
from topline.protocol.draft.passages import ARMS, Passage, clean
from topline.protocol.draft.quantity import SEVERAL, Dose, doses
from topline.protocol.draft.regimen import Piece, Regimen, regimen

INFUSED = re.compile(
    r"mab\b|platin\b|taxel\b|rubicin\b|rubine\b|bine\b|tecan\b|fusp\b|\bcar\b|\bcart\b|cells?\b", re.IGNORECASE
)
BEFORE = 25  # characters before a name in which its dose may stand
NEAR = 60  # characters after a name in which prose states its dose
OF_ANOTHER = re.compile(r"\b(?:given|receiv\w+|with|plus|and)\b", re.IGNORECASE)
CHANGED = re.compile(r"maximum|max\b|reduc|escalat|increas|up to|not (?:to )?exceed|capp?ed", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Named:
    """A drug of an arm: its registered name, how EXTRT holds it, other names, and the other drugs of the trial."""

    name: str
    extrt: str
    other_names: tuple[str, ...] = ()
    others: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Told:
    """A stretch of the record that speaks of a drug.

    `shared` says that it runs on to the end of a sentence about several drugs: only their calendar is read from it.
    """

    passage: Passage
    start: int
    end: int
    shared: bool = False

    @property
    def text(self) -> str:
        """The words of the stretch."""
        return self.passage.text[self.start : self.end]

    def origin(self, start: int, end: int) -> Origin:
        """Return the place in the record of a piece of the stretch."""
        return Origin(self.passage.path, self.start + start, self.start + end)


def draft_treatment(
    drug: Named, own: Iterable[Passage], wider: Iterable[Passage], path: str, notes: Notes
) -> dict[str, object]:
    """Return one drug of an arm.

    `own` are texts about this drug in this arm, `wider` those of the whole trial, where the drug must be named beside
    the dose; `path` is the place of the drug in the study.
    """
    told = [*_told(drug, own, alone=True), *_told(drug, wider, alone=False)]
    dose = _dose(drug, told, path, notes)
    when = _regimen(drug, told, path, notes)
    return {"name": drug.extrt, "label": words(clean(drug.name, 200)), **dose, **when}


def _told(drug: Named, passages: Iterable[Passage], alone: bool) -> Iterator[Told]:
    """Yield the stretches that speak of a drug; with `alone`, a text that names no other drug counts as a whole."""
    own = mentions(drug.name, drug.other_names)
    foreign = [pattern for other in drug.others for pattern in mentions(other)]
    for passage in passages:
        names_others = any(pattern.search(passage.text) for pattern in foreign)
        if alone and not names_others:
            yield Told(passage, 0, len(passage.text))
            continue
        for start, end in stretches(passage.text, own, foreign):
            yield Told(passage, _with_dose_before(passage.text, start), end)
            sentence = sentence_end(passage.text, start)
            if sentence > end:
                yield Told(passage, start, sentence, shared=True)


def _with_dose_before(text: str, start: int) -> int:
    """Return where a stretch begins: at a dose that stands right before the name, as in `500 mg of drug`."""
    before = doses(text[max(0, start - BEFORE) : start])
    if not before:
        return start
    last, offset = before[-1], max(0, start - BEFORE)
    between = text[offset + last.end : start]
    return offset + last.start if re.fullmatch(r"\s*(?:of\s+)?(?:\w{2,3}\s+)?", between) else start


def _dose(drug: Named, told: list[Told], path: str, notes: Notes) -> dict[str, object]:
    """Return amount and unit: the first dose told of the drug, else one dose without unit, with a question."""
    for each in told:
        found = [] if each.shared else _stated(each)
        if not found:
            continue
        first = found[0]
        for key in ("dose", "unit"):
            notes.states(f"{path}.{key}", each.origin(first.start, first.end))
        _doubt(drug, each, found, path, notes)
        return {"dose": _plain(first.amount), "unit": first.unit}
    reason = "The record at hand gives no dose; 1 dose stands for the amount that the protocol sets."
    notes.assume(f"{path}.dose", reason)
    notes.assume(f"{path}.unit", reason)
    notes.ask(f"{path}.dose", f"What is one dose of {drug.extrt}, and in which unit?", DOSES)
    return {"dose": 1, "unit": "dose"}


def _stated(told: Told) -> list[Dose]:
    """Return the doses of a stretch; in prose only those near the drug's name."""
    found = [dose for dose in doses(told.text) if not CHANGED.search(told.text[max(0, dose.start - 22) : dose.start])]
    own = told.passage.group == ARMS
    return [dose for dose in found if own or (dose.start <= NEAR and not OF_ANOTHER.search(told.text[: dose.start]))]


DOSES = "Exposure and dose intensity are counted against it."


def _doubt(drug: Named, told: Told, found: list[Dose], path: str, notes: Notes) -> None:
    """Ask about a dose that is a range, one of several, or told in prose only."""
    first = found[0]
    stated = told.text[first.start : first.end]
    others = {(dose.amount, dose.unit) for dose in found} - {(first.amount, first.unit)}
    if first.ranged:
        notes.ask(f"{path}.dose", f"The record gives a range that begins with {stated}. Which dose is given?", DOSES)
    elif others or SEVERAL.search(told.text):
        notes.ask(f"{path}.dose", f"The record names more than one dose of {drug.extrt}. Is {stated} the one?", DOSES)
    elif told.passage.group == "prose":
        notes.ask(f"{path}.dose", f"The prose says {stated}. Is it the dose of {drug.extrt} in this trial?", DOSES)


CALENDAR = (("days", "days"), ("cycle", "cycle_days"))


def _regimen(drug: Named, told: list[Told], path: str, notes: Notes) -> dict[str, object]:
    """Return route, times a day, days and cycle; what no text about the drug says is assumed."""
    read = [(each, regimen(each.text)) for each in told if not each.shared]
    route = _first(read, "route", f"{path}.route", notes) or _first(read, "infusion", f"{path}.route", notes)
    infused = route not in (None, "ORAL") or (route is None and INFUSED.search(drug.name) is not None)
    times = _first(read, "times", f"{path}.times_per_day", notes)
    if infused and all(found.days is None for _, found in read):
        read += [(each, regimen(each.text)) for each in told if each.shared]
    days, cycle = (_first(read, key, f"{path}.{place}", notes) for key, place in CALENDAR)
    if route is None:
        route = "INTRAVENOUS" if infused else "ORAL"
        notes.assume(f"{path}.route", f"The record gives no route; {route.lower()} is taken from the kind of drug.")
        notes.ask(f"{path}.route", f"By which route is {drug.extrt} given?", "The exposure records carry it.")
    if times is None:
        notes.assume(f"{path}.times_per_day", "The record gives no number of doses a day; one is taken.")
    return {"route": route, "times_per_day": times or 1, **_calendar(infused, days, cycle, path, notes)}


def _first(read: list[tuple[Told, Regimen]], key: str, path: str, notes: Notes) -> object:
    """Return the first value that the texts give for a part of the regimen, and note where."""
    for told, found in read:
        piece: Piece | None = getattr(found, key)
        if piece is not None:
            notes.states(path, told.origin(piece.start, piece.end))
            return piece.value
    return None


def _calendar(infused: bool, days: object, cycle: object, path: str, notes: Notes) -> dict[str, object]:
    """Return days and cycle; an infusion without days is given on the first day of its cycle."""
    given = tuple(days) if isinstance(days, tuple) else ()
    length = cycle if isinstance(cycle, int) else None
    if length is not None and given and max(given) > length:
        notes.ask(
            f"{path}.days", "The record lists days that its cycle does not have. On which days is it given?", DOSES
        )
        given = tuple(day for day in given if day <= length)
    if not given and infused:
        given = (1,)
        notes.guess(
            f"{path}.days",
            "The record lists no days; an infusion is taken to be given on the first day of each cycle.",
            "On which days of the cycle is it given?",
            DOSES,
        )
    elif not given:
        notes.assume(f"{path}.days", "The record lists no days; a drug by mouth is taken to be given every day.")
    if length is None:
        notes.assume(f"{path}.cycle_days", "The record gives no cycle of the drug's own; it follows the trial's.")
    return {"days": list(given), "cycle_days": length}


def _plain(amount: float) -> float | int:
    """Return a whole amount as an integer."""
    return int(amount) if amount.is_integer() else amount
