"""The criteria of a ClinicalTrials.Veeva page as one text, written as the register writes it."""

import re

from topline.protocol.record.origin import Edit, Piece, Traced
from topline.protocol.record.page_layout import Layout, paragraphs

HEADINGS = (("Inclusion criteria", "Inclusion Criteria"), ("Exclusion criteria", "Exclusion Criteria"))
_BULLET = re.compile(r"(?m)^( {0,12})•(?= )")


def criteria_text(layout: Layout) -> Traced | None:
    """Return the criteria: one block as it stands, or both lists under the register's headings, stars for bullets."""
    if block := layout.parts.get("Inclusion and exclusion criteria"):
        return _starred(paragraphs(block, indent=2))
    parts: list[Traced] = []
    for label, heading in HEADINGS:
        if label in layout.at:
            place = layout.at[label].span
            break_before = (Piece("\n\n", place.start, place.start),) if parts else ()
            head = (*break_before, Piece(heading, *place), Piece(":\n\n", place.end, place.end))
            parts += [Traced(head), _starred(paragraphs(layout.parts[label], indent=2))]
    return Traced.joined(parts).stripped() if parts else None


def _starred(text: Traced) -> Traced:
    marks = (Edit(match.end() - 1, match.end(), "*", "bullet") for match in _BULLET.finditer(text.text))
    return text.edited(marks)
