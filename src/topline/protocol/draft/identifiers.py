"""How the trial is named, from a record: study identifier, registry number, further numbers, title, sponsor, phase."""

import re
from collections.abc import Iterator

from topline.protocol.draft.chinese import chinese
from topline.protocol.draft.notes import Notes, Origin
from topline.protocol.draft.passages import Passages, clean
from topline.protocol.record.content import Identification

STUDY = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{1,39}")
NCT = re.compile(r"NCT\d{8}")
PHASES = {
    ("PHASE1", "PHASE2"): "1/2",
    ("PHASE2",): "2",
    ("PHASE2", "PHASE3"): "2/3",
}
MODULE = "identificationModule"
UNTITLED = "Untitled study"
UNKNOWN_SPONSOR = "Not stated"


def draft_identifiers(passages: Passages, notes: Notes) -> dict[str, object]:
    """Return the names of the study: those of the record, and stated defaults where it has none."""
    study, registry = _numbers(passages, notes)
    return {
        "study": study,
        "registry": registry,
        "others": _others(passages, notes, registry),
        "title": words(_title(passages, notes)),
        "sponsor": _sponsor(passages, notes),
        "phase": _phase(passages, notes),
        "version": "1.0",
    }


def words(text: str) -> dict[str, str]:
    """Return a text of the record in both languages, as far as the dictionary knows it.

    >>> words("Overall survival")
    {'en': 'Overall survival', 'zh': '总生存期'}
    """
    return {"en": text, "zh": chinese(text)}


def own_number(named: Identification) -> str:
    """Return the sponsor's own number of the trial."""
    return clean(named.org_study_id_info.id if named.org_study_id_info else "", 60)


def _numbers(passages: Passages, notes: Notes) -> tuple[str, str]:
    """Return the study identifier and the number in the register."""
    named = passages.content.identification
    registry = clean(named.nct_id, 40)
    if registry:
        notes.states("identifiers.registry", Origin(f"{MODULE}.nctId"))
    else:
        notes.guess(
            "identifiers.registry",
            "The record at hand shows no registry number.",
            "What is the registry number of the trial?",
            "The number ties the study to its public record.",
        )
    for text, path in ((registry, "nctId"), (own_number(named), "orgStudyIdInfo.id")):
        short = re.sub(r"[^A-Za-z0-9._-]+", "-", text).strip("-._")[:40]
        if STUDY.fullmatch(short):
            notes.states("identifiers.study", Origin(f"{MODULE}.{path}"))
            return short, registry
    notes.guess(
        "identifiers.study",
        "The record at hand shows no number that can serve as STUDYID.",
        "What is the study identifier (STUDYID)?",
        "Every table carries it.",
    )
    return "STUDY", registry


def _others(passages: Passages, notes: Notes, registry: str) -> list[str]:
    """Return the further numbers of the trial, the sponsor's own first."""
    found: list[str] = []
    for path, text in _further(passages.content.identification):
        if text and text not in (registry, *found):
            found.append(text)
            notes.states("identifiers.others", Origin(f"{MODULE}.{path}"))
    return found


def _further(named: Identification) -> Iterator[tuple[str, str]]:
    """Yield path and text of each number besides the register's."""
    yield "orgStudyIdInfo.id", own_number(named)
    for index, each in enumerate(named.secondary_id_infos):
        yield f"secondaryIdInfos.{index}.id", clean(each.id, 200)


def _title(passages: Passages, notes: Notes) -> str:
    """Return the brief title, or the official one."""
    named = passages.content.identification
    for text, path in ((named.brief_title, "briefTitle"), (named.official_title, "officialTitle")):
        if clean(text):
            notes.states("identifiers.title.en", Origin(f"{MODULE}.{path}"))
            return clean(text)
    notes.guess(
        "identifiers.title.en",
        "The record at hand has no title.",
        "What is the title of the trial?",
        "Report and forms carry it.",
    )
    return UNTITLED


def _sponsor(passages: Passages, notes: Notes) -> str:
    """Return the lead sponsor."""
    lead = passages.content.sponsors.lead_sponsor
    if lead and clean(lead.name, 200):
        notes.states("identifiers.sponsor", Origin("sponsorCollaboratorsModule.leadSponsor.name"))
        return clean(lead.name, 200)
    notes.guess(
        "identifiers.sponsor",
        "The record at hand names no sponsor.",
        "Who is responsible for the trial?",
        "The report names the sponsor.",
    )
    return UNKNOWN_SPONSOR


def _phase(passages: Passages, notes: Notes) -> str:
    """Return the phase; of a phase that is none of a phase II trial, 2, with a question."""
    phases = passages.content.design.phases
    found = PHASES.get(tuple(sorted(phases)))
    if found:
        notes.states("identifiers.phase", Origin("designModule.phases"))
        return found
    named = re.compile(r"\bphase\s+(?P<one>I\s*/\s*II|1\s*/\s*2)\b|\bphase\s+(?:II|2)[ab]?\b(?!\s*/)", re.IGNORECASE)
    told = passages.find(named, "titles", "prose") if not phases else None
    if told:
        notes.states("identifiers.phase", told.origin)
        return "1/2" if told.match["one"] else "2"
    stated = clean(", ".join(phases), 60) or "no phase"
    notes.guess(
        "identifiers.phase",
        f"The record says {stated}; topline runs trials of phase II, so 2 stands here.",
        f"The record says {stated}. Is the trial run as one of phase II?",
        "Designs and reports are those of phase II trials.",
    )
    return "2"
