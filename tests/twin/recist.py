"""RECIST 1.1 for one patient at a time, as one reads it: exact fractions of a millimetre, loops, no arrays."""

from dataclasses import dataclass
from fractions import Fraction

Size = Fraction | None


@dataclass(frozen=True)
class Target:
    """A target lesion: its size at baseline [mm], whether it is a node, its size at each visit."""

    baseline: Size
    node: bool
    sizes: tuple[Size, ...]


@dataclass(frozen=True)
class Scan:
    """What else a visit shows: non-target response ("" where there is none), new lesion; whether it took place."""

    non_target: str
    small_nodes: bool
    new: bool
    assessed: bool


def total(sizes: list[Size]) -> Size:
    return (
        None if any(size is None for size in sizes) else sum((size for size in sizes if size is not None), Fraction(0))
    )


def progressed(part: Fraction, nadir: Fraction) -> bool:
    return part - nadir >= 5 and part - nadir >= Fraction(20, 100) * nadir


def normal(target: Target, size: Size) -> bool:
    return size is not None and (size < 10 if target.node else size == 0)


def target_response(targets: list[Target], sizes: list[Size], base: Size, nadir: Size, complete: bool) -> str:
    if not targets:
        return ""
    if complete and any(
        size is not None and size > 0 and not each.node for each, size in zip(targets, sizes, strict=True)
    ):
        return "PD"
    known = any(each.baseline is not None for each in targets)
    if known and all(normal(each, size) for each, size in zip(targets, sizes, strict=True)):
        return "CR"
    part = sum((size for size in sizes if size is not None), Fraction(0))
    if nadir is not None and progressed(part, nadir):
        return "PD"
    whole = total(sizes)
    if whole is None or base is None:
        return "NE"
    return "PR" if base > 0 and whole <= Fraction(70, 100) * base else "SD"


def overall_response(target: str, other: str, new: bool) -> str:
    """Tables 1 and 2 of RECIST 1.1, row by row."""
    if new or "PD" in (target, other):
        return "PD"
    if target == "":
        return {"": "NE"}.get(other, other)
    if target == "CR":
        return "CR" if other in ("CR", "") else "PR"
    return target


def assess(targets: list[Target], scans: list[Scan]) -> list[tuple[str, str, str, Size]]:
    """Return target, non-target and overall response and the complete sum of each visit."""
    base = total([each.baseline for each in targets]) if targets else None
    seen = [] if base is None else [base]
    complete, out = False, []
    for visit, scan in enumerate(scans):
        if not scan.assessed:
            out.append(("", "", "", None))
            continue
        sizes = [each.sizes[visit] for each in targets]
        target = target_response(targets, sizes, base, min(seen, default=None), complete)
        other = "PD" if complete and scan.non_target == "NON-CR/NON-PD" and not scan.small_nodes else scan.non_target
        overall = overall_response(target, other, scan.new)
        whole = total(sizes) if targets else None
        out.append((target, other, overall, whole))
        if whole is not None and base is not None:
            seen.append(whole)
        complete = complete or overall == "CR"
    return out
