"""The head of a ClinicalTrials.Veeva page: title, sponsor, funders, identifiers."""

import re
from dataclasses import dataclass

from topline.protocol.record.origin import Told, Traced
from topline.protocol.record.page_layout import SITE, Layout, Line
from topline.protocol.record.reading import Reading
from topline.protocol.record.record import Span
from topline.protocol.record.settle import Node
from topline.protocol.record.words import FUNDERS, IDENTIFIERS

_NUMBER = re.compile(r"NCT\d{8}")
_BRACKETS = re.compile(r"\(([^()]{2,40})\)$")
_KIND = re.compile(r"^(?P<id>.+?)\s\((?P<kind>[^()]*(?:\([^()]*\)[^()]*)?(?:Identifier|Number|Contract))\)$")


@dataclass(frozen=True, slots=True)
class Head:
    """Title and sponsor."""

    title: Line | None
    sponsor: Line | None


def find_head(layout: Layout) -> Head:
    """Return title and sponsor of a page: the first line, and the one behind the logo's line."""
    lines = [line for line in layout.head if line.text and line.text not in (SITE, "Menu")]
    title = lines[0] if lines else None
    if len(lines) < 2:
        return Head(title, None)
    is_logo = lines[1].text.endswith(" logo") or len(lines[1].text) <= 2
    return Head(title, lines[2] if is_logo and len(lines) > 2 else None if is_logo else lines[1])


def identification(layout: Layout, head: Head, reading: Reading) -> dict[str, Node | Traced | Told | None]:
    """Return title and identifiers in the API's shape."""
    if head.title is not None and (brackets := _BRACKETS.search(head.title.text)):
        start = head.title.start + brackets.start()
        reason = "the brackets at the title's end may be the acronym"
        reading.doubt("identificationModule.briefTitle", reason, Span(start, start + len(brackets[0])))
    lines = list(layout.values("Identifiers"))
    number = lines.pop(0) if lines and _NUMBER.fullmatch(lines[0].text) else None
    if lines and number is None:
        reading.doubt("identificationModule.nctId", "the list of identifiers has no NCT number", lines[0].span)
    return {
        "nctId": None if number is None else number.traced,
        "orgStudyIdInfo": {"id": lines[0].traced} if lines else None,
        "secondaryIdInfos": tuple(_secondary(line, at, reading) for at, line in enumerate(lines[1:])),
        "briefTitle": None if head.title is None else head.title.traced,
    }


def _secondary(line: Line, at: int, reading: Reading) -> dict[str, Traced | Told | None]:
    """Return a further identifier; its kind stands behind it in brackets."""
    found = _KIND.match(line.text)
    if found is None:
        return {"id": line.traced}
    place = Span(line.start + found.start("kind"), line.start + found.end("kind"))
    kind = reading.code(IDENTIFIERS, found["kind"], f"identificationModule.secondaryIdInfos.{at}.type", place)
    return {"id": Traced.verbatim(found["id"], line.start), "type": kind} if kind else {"id": line.traced}


def sponsors(layout: Layout, head: Head, reading: Reading) -> dict[str, Node | Traced | Told | None]:
    """Return the sponsor; the first funder type is its own, further ones are those of collaborators without names."""
    lines = layout.values("Funder types")
    path = "sponsorCollaboratorsModule"
    own = reading.line_code(FUNDERS, lines[0] if lines else None, f"{path}.leadSponsor.class")
    further = (reading.line_code(FUNDERS, line, f"{path}.funderTypes.{at}") for at, line in enumerate(lines))
    return {
        "leadSponsor": {"name": None if head.sponsor is None else head.sponsor.traced, "class": own},
        "funderTypes": tuple(further) if len(lines) > 1 else (),
    }
