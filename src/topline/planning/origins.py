"""Where a number of patients can come from, and what a trial of so many can show."""

from collections.abc import Iterator, Sequence

from topline.design.comparison.capability import capability, told
from topline.design.comparison.origin import LARGEST, Endpoint, Origin, origins
from topline.planning.table import paragraph
from topline.protocol.rule.hypotheses import Hypotheses

FIRST = 5
"""Origins that are listed unless all are."""


def sources(patients: int, endpoint: Endpoint, asked: Hypotheses | None = None) -> tuple[Origin, ...]:
    """Return every standard way to arrive at a number of patients; none above 200, which are not looked for.

    Those without drop-out come first, among them those for the same null and target rate.
    """
    if patients < 2 or patients > LARGEST:
        return ()
    return tuple(sorted(origins(patients, endpoint), key=lambda each: (each.loss > 0, not _same(each, asked))))


def _same(origin: Origin, asked: Hypotheses | None) -> bool:
    design = origin.design
    if design is None or asked is None:
        return False
    return (design.hypotheses.null, design.hypotheses.target) == (asked.null, asked.target)


def origin_lines(patients: int, found: Sequence[Origin], *, everything: bool) -> Iterator[str]:
    """Yield where a number of patients can come from."""
    if not found:
        yield f"Where does {patients} come from? No standard design of the grid gives it."
        return
    ways = "way arrives" if len(found) == 1 else "ways arrive"
    plain = sum(not each.loss for each in found)
    yield f"Where does {patients} come from? {len(found)} standard {ways} at it, {plain} without drop-out:"
    for each in found if everything else found[:FIRST]:
        yield from paragraph(f"- {each}", 2)
    if not everything and len(found) > FIRST:
        yield f"  and {len(found) - FIRST} more"
    yield from paragraph("A number alone never proves which of them it was.", 2)


def capability_lines(patients: int, asked: Hypotheses) -> Iterator[str]:
    """Yield what a trial of so many patients can show and what it cannot."""
    yield f"What {patients} patients can show, and what they cannot"
    yield from paragraph(told(capability(patients, asked.null, asked.target, asked.alpha))[0], 2)
