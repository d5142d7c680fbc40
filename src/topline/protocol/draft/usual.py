"""The usual endpoints of a trial whose record, as it came, lists no outcomes."""

import re

from topline.protocol.draft.endpoint import endpoint_data
from topline.protocol.draft.estimand import Setting, meaning
from topline.protocol.draft.notes import Notes, Origin
from topline.protocol.draft.outcome_words import KINDS, MARKER
from topline.protocol.draft.passages import PROSE, TITLES, Passages

LABELS = {
    "ORR": "Objective response rate",
    "PFS": "Progression-free survival",
    "DCR": "Disease control rate",
    "DOR": "Duration of response",
    "TTR": "Time to response",
    "OS": "Overall survival",
    "TEAE": "Treatment-emergent adverse events",
    "MARKERS": "Molecular markers of benefit",
}
EXPLORED = re.compile(r"explor|predict|benefi|correlat", re.IGNORECASE)


def usual_endpoints(passages: Passages, setting: Setting, notes: Notes) -> list[dict[str, object]]:
    """Return the usual endpoints; the response rate is primary, since the design decides by a rate."""
    named = _named(passages)
    made = []
    for kind in ("ORR", "PFS", "DCR", "DOR", "TTR", "OS", "TEAE", *(("MARKERS",) if "MARKERS" in named else ())):
        name = "BIOMARK" if kind == "MARKERS" else kind
        objective = "primary" if kind == "ORR" else "exploratory" if kind == "MARKERS" else "secondary"
        population = "SAF" if kind == "TEAE" else "FAS"
        made.append(endpoint_data((name, objective, LABELS[kind]), population, meaning(kind, setting)))
        said = "its text speaks of it" if kind in named else "trials of this kind report it"
        notes.assume(f"endpoints.{name}", f"The record at hand lists no outcomes; {said}.")
    notes.ask(
        "endpoints",
        "Which outcomes does the trial have, and which is primary?",
        "The record at hand lists none; everything that is reported follows from them.",
    )
    return made


def announced_markers(passages: Passages) -> Origin | None:
    """Return where the prose announces that markers are looked for, None where it does not."""
    for found in passages.find_all(MARKER, PROSE):
        text, (start, end) = found.match.string, found.match.span()
        sentence = text[text.rfind(".", 0, start) + 1 : text.find(".", end) + 1 or len(text)]
        if EXPLORED.search(sentence):
            return found.origin
    return None


def _named(passages: Passages) -> frozenset[str]:
    """Return the kinds of endpoint that prose and titles name."""
    text = "\n".join(passage.text for passage in passages.of(PROSE, TITLES))
    found = {kind.id for kind in KINDS if kind.pattern.search(text)}
    if announced_markers(passages):
        found.add("MARKERS")
    return frozenset(found)
