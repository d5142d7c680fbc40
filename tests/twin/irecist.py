"""iRECIST for one patient at a time: a small machine with an unconfirmed progression that is there or not."""

from dataclasses import dataclass
from fractions import Fraction

Size = Fraction | None


@dataclass(frozen=True)
class Visit:
    """What a visit shows: the sum of targets [mm], RECIST's responses, new lesions, non-target growth."""

    total: Size
    target: str
    non_target: str
    new_count: int
    new_seen: bool
    new_total: Size
    worse: bool
    assessed: bool
    complete: bool
    """Whether RECIST's overall response is CR."""


@dataclass
class Pending:
    """An unconfirmed progression: the visit it began at and what it rests on."""

    since: int
    total: Size
    categories: set[str]
    new_total: Size


def assess(base: Size, visits: list[Visit]) -> tuple[list[str], int]:
    """Return the immune response of each visit and the visit that dates the progression (-1: none)."""
    out: list[str] = []
    pending: Pending | None = None
    sums = [] if base is None else [base]
    known, was_complete, confirmed = 0, False, False
    for place, visit in enumerate(visits):
        if not visit.assessed:
            out.append("")
            was_complete = was_complete or visit.complete
            known = max(known, visit.new_count)
            continue
        now = categories(visit, min(sums, default=None), was_complete)
        fresh = visit.new_count > known
        if pending is not None and not confirmed and confirms(pending, visit, now, fresh):
            confirmed = True
        lasting = pending is not None and "new" in pending.categories and visit.new_seen
        calm = response(visit, base)
        if confirmed:
            out.append("iCPD")
        elif now or fresh or lasting:
            out.append("iUPD")
            pending = pending or Pending(place, visit.total, now | ({"new"} if fresh else set()), visit.new_total)
        else:
            out.append(calm)
            pending = pending if calm == "NE" else None
        known = max(known, visit.new_count)
        was_complete = was_complete or visit.complete
        if visit.total is not None and base is not None:
            sums.append(visit.total)
    return out, -1 if pending is None else pending.since


def categories(visit: Visit, nadir: Size, was_complete: bool) -> set[str]:
    found = set()
    grown = (
        visit.total is not None
        and nadir is not None
        and visit.total - nadir >= 5
        and visit.total >= nadir * Fraction(6, 5)
    )
    if grown or (visit.target == "PD" and (was_complete or visit.total is None)):
        found.add("target")
    if visit.non_target == "PD":
        found.add("non-target")
    return found


def confirms(pending: Pending, visit: Visit, now: set[str], fresh: bool) -> bool:
    larger = visit.total is not None and pending.total is not None and visit.total - pending.total >= 5
    new_larger = (
        visit.new_total is not None and pending.new_total is not None and visit.new_total - pending.new_total >= 5
    )
    return (
        ("target" in pending.categories and larger)
        or ("non-target" in pending.categories and visit.worse)
        or ("new" in pending.categories and new_larger)
        or fresh
        or bool(now - pending.categories)
    )


def response(visit: Visit, base: Size) -> str:
    if visit.target == "":
        return {"": "NE", "NE": "NE", "CR": "iCR"}.get(visit.non_target, "NON-iCR/NON-iUPD")
    if visit.target == "CR":
        return "iCR" if visit.non_target in ("", "CR") else "iPR"
    if visit.total is None or base is None or base == 0:
        return "NE"
    return "iPR" if visit.total <= base * Fraction(7, 10) else "iSD"
