"""Where N comes from in words: a short Markdown section, and rows for JSON."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from topline.design.comparison.cells import percent
from topline.design.comparison.origin import Origin
from topline.design.comparison.time_origin import TimeOrigin
from topline.errors import ToplineError

NEAR = 0.025
"""Null rates within so much of the control's rate are near it."""
Value = str | int | float | list[int] | None


@dataclass(frozen=True, slots=True)
class Reading:
    """How a number of patients is read.

    Attributes:
        endpoint: the endpoint that decides, in English.
        control: rate of the control that is known, in (0, 1); None where none is. Only null rates near it are listed.
        source: where the control's rate or median comes from.

    """

    endpoint: str
    control: float | None = None
    source: str = ""


def origin_markdown(found: Sequence[Origin], reading: Reading) -> str:
    """Return a section that lists what gives the number without losses, and counts what gives it with losses.

    Args:
        found: what `origins` or `time_origins` give for one number.
        reading: endpoint and control.

    Returns:
        Markdown with a heading of the third level; it ends with a newline.

    Raises:
        ToplineError: TL-G04 for nothing found, or for different numbers.

    >>> from topline.design.comparison.origin import origins
    >>> text = origin_markdown(origins(35), Reading("objective response rate", control=0.097))
    >>> row = next(line for line in text.splitlines() if "18" in line)
    >>> print(row[:60])
    | Simon optimal | 10% against 30%, level 5%, power 90%: stop

    """
    numbers = {each.patients for each in found}
    if len(numbers) != 1:
        raise ToplineError(
            "TL-G04", where="origins", what=f"they are of {len(numbers)} numbers of patients, not of one"
        )
    patients = numbers.pop()
    whole = [each for each in found if not each.loss]
    listed = [each for each in whole if _near(each, reading.control)]
    parts = [
        f"### Where {patients} patients can come from: {reading.endpoint}",
        "",
        _opening(patients, reading, (len(whole), len(listed))),
        "",
        *(_table(listed) if listed else ()),
        *_losses([each for each in found if each.loss and _near(each, reading.control)], reading),
        CLOSING,
    ]
    return "\n".join(parts) + "\n"


CLOSING = (
    "Which of these it was, or whether it was any, the number alone does not tell: only the hypotheses of the protocol "
    "do."
)


def _opening(patients: int, reading: Reading, counts: tuple[int, int]) -> str:
    every, listed = counts
    known = f" ({reading.source})" if reading.source else ""
    text = (
        f"This is a reconstruction from the number and the endpoint, not a fact from the record. {_counted(every)} give"
        f"{'s' if every == 1 else ''} exactly {patients} patients, none of them lost."
    )
    if reading.control is not None:
        near = f"within {100 * NEAR:g} points of the control's {percent(reading.control)}{known}"
        text += f" Listed: {listed} with a null rate {near}."
    elif known:
        text += f" Control: {reading.source}."
    return text


def _counted(count: int) -> str:
    return f"{count or 'No'} standard calculation{'' if count == 1 else 's'}"


def _near(origin: Origin, control: float | None) -> bool:
    if control is None:
        return True
    return origin.design is not None and abs(origin.design.hypotheses.null - control) <= NEAR


def _table(listed: Sequence[Origin]) -> list[str]:
    lines = ["| Calculation | Asked, and the rule | Exact level | Exact power |", "| --- | --- | ---: | ---: |"]
    cells = ((each.kind, each.words, each.level or "–", each.power or "–") for each in listed)
    return [*lines, *("| " + " | ".join(row) + " |" for row in cells), ""]


def _losses(lossy: Sequence[Origin], reading: Reading) -> list[str]:
    """Return which part of the number the hypotheses explain where patients are taken to be lost."""
    if not lossy:
        return []
    total = lossy[0].patients
    counts = Counter((each.loss, each.evaluable) for each in lossy)
    parts = [
        f"{evaluable} by hypotheses and {total - evaluable} by losses of {percent(loss)} ({count} calculation"
        f"{'' if count == 1 else 's'})"
        for (loss, evaluable), count in sorted(counts.items())
    ]
    near = "" if reading.control is None else " and a null rate as near"
    return [f"With an allowance for losses{near} the {total} are explained as {'; '.join(parts)}.", ""]


def origin_rows(found: Sequence[Origin]) -> list[dict[str, Value]]:
    """Return the ways to a number of patients as rows for JSON, numbers unrounded.

    Every row has the same keys; what a calculation does not have is None. For a time to event `null` and `target` are
    None: its medians stand in `words`, and in `null_median` and `target_median`.

    >>> from topline.design.comparison.origin import origins
    >>> row = next(row for row in origin_rows(origins(35)) if row["kind"] == "Simon optimal" and row["null"] == 0.1)
    >>> row["evaluable"], row["lost"], row["looks"], row["futility"], row["success"]
    (35, 0, [11, 35], [1, 6], [12, 7])

    """
    return [_row(each) for each in found]


def _row(origin: Origin) -> dict[str, Value]:
    design = origin.design
    timed = origin if isinstance(origin, TimeOrigin) else None
    asked = design.hypotheses if design else timed.hypotheses if timed else None
    level = design.level if design else timed.exact_level if timed else None
    power = design.attained_power if design else timed.exact_power if timed else None
    return {
        "kind": origin.kind,
        "patients": origin.patients,
        "evaluable": origin.evaluable,
        "lost": origin.patients - origin.evaluable,
        "loss": origin.loss,
        "null": design.hypotheses.null if design else None,
        "target": design.hypotheses.target if design else None,
        "null_median": timed.hypotheses.null.median if timed else None,
        "target_median": timed.hypotheses.target.median if timed else None,
        "alpha": asked.alpha if asked else None,
        "power_asked": asked.power if asked else None,
        "looks": list(design.boundary.looks) if design else None,
        "futility": list(design.boundary.futility) if design else None,
        "success": list(design.boundary.efficacy) if design else None,
        "level": level,
        "power": power,
        "expected_patients": design.expected_patients if design else None,
        "words": origin.words,
    }
