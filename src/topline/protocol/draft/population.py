"""Who is treated, from a record: condition, ages in years, sex, planned number."""

import math
import re

from topline.protocol.draft.identifiers import words
from topline.protocol.draft.notes import Notes, Origin
from topline.protocol.draft.passages import PROSE, Passages, clean

AGE = re.compile(r"\s*(?P<count>\d+(?:\.\d+)?)\s*(?P<unit>year|month|week|day|hour|minute)s?\s*", re.IGNORECASE)
PER_YEAR = {"year": 1.0, "month": 12.0, "week": 52.1775, "day": 365.2425, "hour": 8765.82, "minute": 525949.2}
PLANNED = re.compile(
    r"\b(?P<count>\d{1,3}(?:,\d{3})+|\d{1,4}) (?:evaluable |eligible |treated )?(?:patients|subjects|participants) "
    r"(?:will be|are to be|are planned to be|shall be) (?:enrol|recruit|accru|includ|treated)",
    re.IGNORECASE,
)
SEXES = {"ALL": "all", "FEMALE": "female", "MALE": "male"}
DEFAULT_PLANNED = 40
MOST = 10_000
MODULE = "eligibilityModule"


def draft_population(passages: Passages, notes: Notes) -> dict[str, object]:
    """Return condition, description, ages, sex and planned number."""
    condition = _condition(passages, notes)
    ages = _ages(passages, notes)
    sex = _sex(passages, notes)
    notes.assume(
        "population.description",
        "The record describes its patients by criteria; the sentence joins condition, ages and sex.",
    )
    return {
        "condition": words(condition),
        "description": words(_description(condition, ages, sex)),
        "ages": ages,
        "sex": sex,
        "planned": _planned(passages, notes),
    }


def years(text: str | None, oldest: bool = False) -> int | None:
    """Return an age limit in full years: the youngest rounded down, the oldest up; None where it is not understood.

    >>> years("18 Years"), years("31 Days"), years("18 Months", oldest=True)
    (18, 0, 2)
    """
    match = AGE.fullmatch(text or "")
    if match is None:
        return None
    exact = float(match["count"]) / PER_YEAR[match["unit"].lower()]
    whole = math.ceil(exact) if oldest else math.floor(exact)
    return whole if whole <= 120 else None


def _condition(passages: Passages, notes: Notes) -> str:
    """Return the conditions as one text."""
    found = [text for each in passages.content.conditions.conditions if (text := clean(each))]
    if found:
        notes.states("population.condition.en", Origin("conditionsModule.conditions"))
        return clean("; ".join(found))
    notes.guess(
        "population.condition.en",
        "The record at hand names no condition.",
        "Which disease is treated?",
        "Report and forms name it.",
    )
    return "Cancer"


def _description(condition: str, ages: dict[str, int | None], sex: str) -> str:
    """Return who is treated, in a sentence."""
    low, high = ages["minimum"], ages["maximum"]
    who = {"all": "Patients", "female": "Women", "male": "Men"}[sex]
    if low is not None and high is not None:
        who += f" of {low} to {high} years"
    elif low is not None:
        who += f" of {low} years or more"
    elif high is not None:
        who += f" of at most {high} years"
    return clean(f"{who} with {condition}")


def _ages(passages: Passages, notes: Notes) -> dict[str, int | None]:
    """Return the limits of age in years; one that is in other units is rounded to the wider side, with a question."""
    header = passages.content.eligibility
    limits = (("minimum", header.minimum_age, False), ("maximum", header.maximum_age, True))
    ages = {key: _age(passages, notes, key, years(text, oldest)) for key, text, oldest in limits}
    low, high = ages["minimum"], ages["maximum"]
    if low is not None and high is not None and high < low:
        ages["maximum"] = None
        notes.ask("population.ages.maximum", "The record's oldest age is below its youngest. Which is right?", AGES)
    return ages


AGES = "Screening and the check of each patient's age use the limits."


def _age(passages: Passages, notes: Notes, key: str, value: int | None) -> int | None:
    """Note where one limit of age comes from, and return it."""
    field, path = f"{MODULE}.{key}Age", f"population.ages.{key}"
    text = passages.record.value(field)
    if isinstance(text, str) and value is not None:
        notes.states(path, Origin(field))
        if "year" not in text.lower():
            notes.ask(path, f"The record says {clean(text, 40)}; is {value} year(s) right?", AGES)
        return value
    if isinstance(text, str) and text.strip() and text.strip().upper() != "N/A":
        notes.guess(
            path,
            f"The record says {clean(text, 40)}, which is not understood; no limit is set.",
            f"The record says {clean(text, 40)}. What is the limit in years?",
            AGES,
        )
    elif key == "minimum" and _adult(passages):
        notes.assume(path, "The record text gives no age; 18 years is the usual lower limit of trials in adults.")
        return 18
    else:
        notes.assume(path, "The record at hand gives no such limit; none is set.")
    return value


def _adult(passages: Passages) -> bool:
    """Whether the form cannot say ages and nothing in it speaks of children."""
    missing = passages.record.state(f"{MODULE}.minimumAge").value == "not in source"
    return missing and passages.find(re.compile(r"pa?ediatric|child|infant|adolescent", re.IGNORECASE)) is None


def _sex(passages: Passages, notes: Notes) -> str:
    """Return the sexes that may enrol."""
    found = SEXES.get((passages.content.eligibility.sex or "").upper())
    if found:
        notes.states("population.sex", Origin(f"{MODULE}.sex"))
        return found
    notes.assume("population.sex", "The record at hand does not limit the sex.")
    return "all"


def _planned(passages: Passages, notes: Notes) -> int:
    """Return the planned number of patients: of the header, else of the prose, else a default."""
    path = "population.planned"
    info = passages.content.design.enrollment_info
    count = info.count if info else None
    if count is not None and 1 <= count <= MOST:
        notes.states(path, Origin("designModule.enrollmentInfo.count"))
        return count
    told = passages.find(PLANNED, PROSE)
    if told and count is None and 1 <= (number := int(told.match["count"].replace(",", ""))) <= MOST:
        notes.states(path, told.origin)
        notes.ask(path, f"Is {number}, which the prose says, the planned number of the whole trial?", DESIGN)
        return number
    said = "gives no number of patients" if count is None else f"says {count} patients, which cannot be planned for"
    notes.guess(
        path,
        f"The record at hand {said}; {DEFAULT_PLANNED} is usual in phase II.",
        "How many patients are planned?",
        DESIGN,
    )
    return DEFAULT_PLANNED


DESIGN = "The rule that decides is computed for this number."
