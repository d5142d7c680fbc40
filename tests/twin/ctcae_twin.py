"""CTCAE grades of one value, in exact decimals, read from the tables with nothing shared with the fast code."""

import tomllib
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from importlib.resources import files
from typing import Any

NO_NUMERIC_GRADE = 9


@dataclass(frozen=True)
class Case:
    """A value [in `unit` of the table] with what is known beside it; status is -1, 0 or 1."""

    version: str
    term: str
    value: Decimal | None
    lower: Decimal | None = None
    upper: Decimal | None = None
    baseline: Decimal | None = None
    status: int = 0
    symptoms: str = "worst case"
    unit: str = ""


@cache
def rules(version: str) -> dict[str, dict[str, Any]]:
    name = {"4.0": "v4_03", "4.03": "v4_03", "5.0": "v5_0", "6.0": "v6_0"}[version]
    text = files("topline.adam.ctcae").joinpath(f"{name}.toml").read_text(encoding="utf-8")
    return {entry["term"]: entry for entry in tomllib.loads(text)["rule"]}


def grade(case: Case) -> int | None:
    """Return the grade, None where there is none."""
    if case.value is None:
        return None
    best, unknown = 0, False
    for ladder in rules(case.version)[case.term]["ladder"]:
        if not applies(ladder, case):
            continue
        for name, text in ladder.items():
            if name in ("unit", "when", "symptoms"):
                continue
            answers = [met(part, case) for part in text.split(" and ")]
            if all(answer is True for answer in answers):
                best = max(best, NO_NUMERIC_GRADE if name == "missing" else int(name))
            elif not any(answer is False for answer in answers):
                unknown = True
    if best == NO_NUMERIC_GRADE or (best == 0 and unknown):
        return None
    return best


def applies(ladder: dict[str, str], case: Case) -> bool:
    if ladder.get("unit", case.unit) != case.unit or ladder.get("symptoms", case.symptoms) != case.symptoms:
        return False
    return {
        "": True,
        "baseline high": case.status == 1,
        "baseline not high": case.status != 1,
        "baseline low": case.status == -1,
        "baseline not low": case.status != -1,
    }[ladder.get("when", "")]


def met(text: str, case: Case) -> bool | None:
    """Say whether a bound such as `> 1.5 ULN` or `> ULN + 2` is met; None where its reference is missing."""
    operator, *words = text.split()
    limit, factor = Decimal(0), Decimal(1)
    for word in words:
        if word in ("LLN", "ULN", "BASE"):
            reference = {"LLN": case.lower, "ULN": case.upper, "BASE": case.baseline}[word]
            if reference is None:
                return None
            limit, factor = limit + factor * reference, Decimal(0)
        elif word == "+":
            factor = Decimal(1)
        else:
            factor = Decimal(word)
    if words[-1] not in ("LLN", "ULN", "BASE"):
        limit += factor
    assert case.value is not None
    return {
        ">": case.value > limit,
        ">=": case.value >= limit,
        "<": case.value < limit,
        "<=": case.value <= limit,
    }[operator]
