"""What the tables of adverse events share: which events are counted, how they are called, whose they are, and notes."""

from collections.abc import Iterable
from dataclasses import dataclass

import polars as pl
from markupsafe import Markup, escape

from topline.report.grid import population_note
from topline.report.markup import Text, joined, say, spoken
from topline.report.numbers import ALL
from topline.report.safety_cells import counted
from topline.report.view import View, group_name, population_name, stated

UNCODED = "UNCODED"
"""The class of a term that no source places."""

KINDS = {
    "ALL": "Any adverse event",
    "GRADE 3-5": "Grade 3 or higher",
    "RELATED": "Related to treatment",
    "RELATED GRADE 3-5": "Related, grade 3 or higher",
    "SERIOUS": "Serious",
    "RELATED SERIOUS": "Related and serious",
    "WITHDRAWAL": "Led to withdrawal of a drug",
    "REDUCTION": "Led to reduction of a dose",
    "INTERRUPTION": "Led to interruption of a drug",
    "FATAL": "Fatal",
    "RELATED FATAL": "Related and fatal",
    "SPECIAL INTEREST": "Of special interest",
}
"""The kinds of adverse events in the order in which tables list them, as they are called."""

GROUPS = {
    "HYPERTENSION": "Hypertension",
    "PROTEINURIA": "Proteinuria",
    "HAND-FOOT SYNDROME": "Hand-foot syndrome",
    "HAEMORRHAGE": "Haemorrhage",
    "FISTULA OR PERFORATION": "Fistula or perforation",
    "THROMBOEMBOLISM": "Thromboembolism",
    "IMPAIRED WOUND HEALING": "Impaired wound healing",
    "QT PROLONGATION": "QT prolongation",
    "THYROID DYSFUNCTION": "Thyroid dysfunction",
    "CYTOPENIA": "Cytopenia",
    "NEUTROPENIA": "Neutropenia",
    "ANAEMIA": "Anaemia",
    "THROMBOCYTOPENIA": "Thrombocytopenia",
    "FEBRILE NEUTROPENIA": "Febrile neutropenia",
    "NAUSEA": "Nausea",
    "DIARRHOEA": "Diarrhoea",
}
"""Groups of special interest as they are called; one that is not here is called as the data call it."""

COUNTED = ["PARCAT1", "PARCAT2", "AESIGRP", "AEBODSYS", "AEDECOD"]
"""The columns of ADAETTE that say what is counted, in the order of the fields of `Counted`."""

SOURCES = {
    "DICTIONARY": "by the dictionary that the user supplied",
    "SDTM": "as the data have them coded",
    "CTCAE": "by names of CTCAE terms",
    "REPORTED": "as reported, without code",
}
"""Where coded terms come from (CODESRC)."""


@dataclass(frozen=True, slots=True)
class Counted:
    """What is counted: the level (OVERALL, GROUP, CLASS, TERM), the kind of events, group, class and term."""

    level: str
    kind: str
    group: str | None = None
    bodsys: str | None = None
    term: str | None = None

    @property
    def name(self) -> str:
        """How the ids of its analyses go on.

        >>> Counted("TERM", "ALL", None, "Vascular disorders", "Hypertension").name
        'ALL.Vascular disorders.Hypertension'
        >>> Counted("GROUP", "SERIOUS", "HYPERTENSION").name
        'GROUP.HYPERTENSION.SERIOUS'
        """
        if self.level == "GROUP":
            return f"GROUP.{self.group}.{self.kind}"
        return ".".join(part for part in (self.kind, self.bodsys, self.term) if part is not None)

    @property
    def label(self) -> Text:
        """What it is called: the term, the class, the group, or the kind."""
        if self.level == "TERM":
            return str(self.term)
        if self.level == "CLASS":
            return class_name(str(self.bodsys))
        if self.level == "GROUP":
            return say(GROUPS[str(self.group)]) if self.group in GROUPS else str(self.group)
        return say(KINDS[self.kind]) if self.kind in KINDS else self.kind


def class_name(name: str) -> Text:
    """Return a class as the data have it, or that there is none."""
    return say("Not coded") if name == UNCODED else name


def counted_events(view: View) -> list[Counted]:
    """Return what the data count, in the order of the data."""
    frame = view.content.adam.get("ADAETTE")
    if frame is None:
        return []
    found = (Counted(*row) for row in frame.select(COUNTED).unique(maintain_order=True).iter_rows())
    return [each for each in found if view.numbers.rows(f"AE.{each.name}")]


def chosen(events: Iterable[Counted], level: str, kind: str) -> list[Counted]:
    """Return what is counted at a level of a kind."""
    return [each for each in events if (each.level, each.kind) == (level, kind)]


def subjects_with(view: View, each: Counted) -> float:
    """Return the number of subjects by which rows are put in order."""
    return view.numbers.value(f"AE.{each.name}/{ALL}/n") or 0.0


def by_frequency(view: View, events: Iterable[Counted]) -> list[Counted]:
    """Return what is counted, the most frequent first; what is equally frequent by name."""
    return sorted(events, key=lambda each: (-subjects_with(view, each), each.term or each.bodsys or ""))


def whose(view: View, analysis: str, group: str = "") -> Text:
    """Return the line below a title: the group that the table is about, if it is about one, its set, and N."""
    name = population(view, analysis)
    if not group:
        return name
    size = joined(["N = ", counted(view.numbers, analysis, group, "N")])
    parts: list[Text] = [name, size]
    return joined([group_name(view, group), *parts] if view.arms else parts, " · ")


def population(view: View, analysis: str) -> Markup:
    """Return the words for the analysis set of an analysis: that of the protocol, or the treated subjects."""
    rows = view.numbers.rows(analysis)
    name = rows[0].population if rows else ""
    treated = name == "treated"
    return population_note(say("Treated subjects") if treated else population_name(view, name))


def event_notes(view: View) -> tuple[Text, ...]:
    """Return what every table of adverse events says: which events count, the criteria of grading, and the coding."""
    criteria = view.protocol.criteria.adverse_events
    days = stated(str(criteria.follow_up_days), "criteria.adverse_events.follow_up_days")
    emergent = say(
        "Treatment-emergent: from the first dose to {days} days after the last, new or of a higher grade than before.",
        days=days,
    )
    version = joined([criteria.standard, " ", stated(criteria.version, "criteria.adverse_events.version")])
    graded = joined([say("Grades: {version}.", version=version), *_severity(view)], " ")
    return (emergent, joined([graded, coding(view)], " "))


def _severity(view: View) -> list[Markup]:
    """Return what is said where some events have a severity and no grade."""
    if not _values(view, "ATOXGSRC", "AESEV"):
        return []
    return [say("An event without grade is counted by its severity: mild 1, moderate 2, severe 3.")]


def coding(view: View) -> Markup:
    """Return where terms and classes come from, as far as the data tell."""
    found = [say(phrase) for source, phrase in SOURCES.items() if _values(view, "CODESRC", source)]
    if not found:
        return say("topline brings no MedDRA.")
    return say("Terms: {sources}. topline brings no MedDRA.", sources=joined(found, "; "))


def _values(view: View, column: str, value: str) -> bool:
    frame = view.content.adam.get("ADAE")
    return frame is not None and not frame.filter(pl.col(column) == value, pl.col("TRTEMFL") == "Y").is_empty()


def drugs(view: View) -> Markup:
    """Return the names of the drugs of the protocol, each once."""
    names = {drug.name: spoken(drug.label) for arm in view.protocol.arms for drug in arm.interventions}
    return joined(map(escape, names.values()), ", ")
