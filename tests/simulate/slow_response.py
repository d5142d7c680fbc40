"""The obvious RECIST 1.1 of one patient: scans one after the other, lesions one by one, sums as fractions."""

from dataclasses import dataclass
from fractions import Fraction


@dataclass(frozen=True)
class Scan:
    """One scan: sizes [mm] of targets (None: not evaluable), states of non-targets, whether there is a new lesion."""

    sizes: tuple[float | None, ...]
    states: tuple[str, ...]
    new: bool


def responses(baseline: tuple[float, ...], nodes: tuple[bool, ...], scans: list[Scan]) -> list[tuple[str, str, str]]:
    """Return target, non-target and overall response of each scan."""
    start = sum(map(Fraction, baseline))
    nadir, result, complete_before = start, [], False
    for scan in scans:
        measured = [Fraction(size) for size in scan.sizes if size is not None]
        whole = len(measured) == len(baseline)
        target = target_response(start, nadir, scan, nodes) if baseline else ""
        if whole:
            nadir = min(nadir, sum(measured))
        other = other_response(scan.states)
        overall = overall_response(target, other, scan.new)
        if complete_before and disease_is_back(scan, nodes):
            overall = "PD"
        complete_before = complete_before or overall == "CR"
        result.append((target, other, overall))
    return result


def target_response(start: Fraction, nadir: Fraction, scan: Scan, nodes: tuple[bool, ...]) -> str:
    total = sum(Fraction(size) for size in scan.sizes if size is not None)
    if all(
        size is not None and (size < 10 if node else size == 0) for size, node in zip(scan.sizes, nodes, strict=True)
    ):
        return "CR"
    if total - nadir >= 5 and total >= nadir * Fraction(6, 5):
        return "PD"
    if None in scan.sizes:
        return "NE"
    return "PR" if total <= start * Fraction(7, 10) else "SD"


def other_response(states: tuple[str, ...]) -> str:
    if not states:
        return ""
    if "UNEQUIVOCAL" in states:
        return "PD"
    if "NOT DONE" in states:
        return "NE"
    return "CR" if set(states) == {"ABSENT"} else "NON-CR/NON-PD"


def overall_response(target: str, other: str, new: bool) -> str:
    if new or "PD" in (target, other):
        return "PD"
    if not target:
        return other
    if target == "CR" and other in ("CR", ""):
        return "CR"
    return "PR" if target in ("CR", "PR") else target


def disease_is_back(scan: Scan, nodes: tuple[bool, ...]) -> bool:
    back = [size is not None and size > 0 for size, node in zip(scan.sizes, nodes, strict=True) if not node]
    return any(back) or "PRESENT" in scan.states
