"""Rules on the header of the eligibility section against its criteria: ages, sex, healthy volunteers."""

import re
from collections.abc import Callable, Iterator, Mapping

from topline.protocol.lint.ages import Limits, header_days, stated_ages
from topline.protocol.lint.criteria_text import item_hit, low
from topline.protocol.lint.find import holds
from topline.protocol.lint.rule import Hit
from topline.protocol.lint.subject import Subject

MINIMUM = "eligibilityModule.minimumAge"
MAXIMUM = "eligibilityModule.maximumAge"
SEX = "eligibilityModule.sex"
HEALTHY = "eligibilityModule.healthyVolunteers"
YEAR = 365.25
UNLIMITED = 99 * YEAR  # from here on a header's limit is a way of writing that there is none
WOMEN = re.compile(r"\b(?:wom[ae]n|females?|girls?)\b")
MEN = re.compile(r"(?<!wo)\b(?:m[ae]n|males?|boys?)\b")
FIRST_WORDS = re.compile(
    r"\W{0,8}(?:adult |healthy |eligible |pre|post|all )?\W{0,3}(?P<who>wom[ae]n|females?|m[ae]n|"
    r"males?)\b(?P<rest>[^\n]{0,80})"
)
NOT_EVERYBODY = (
    "childbearing",
    "child-bearing",
    "child bearing",
    "pregnan",
    "menopaus",
    "contracept",
    "fertil",
    "potential",
)
OTHERS = ("healthy", "control", "donor", "partner", "spouse", "caregiver", "sibling", "volunteer", "relative")
DIAGNOSED = re.compile(
    r"\b(?:histolog|patholog|cytolog|biops|diagnos|patients? with|subjects? with|participants? with)[^.;\n]{0,60}?"
    r"(?:cancer|carcinoma|tumou?r|lymphoma|leuka?emi|melanoma|sarcoma|myeloma|malignan)"
)


def age_contradicts(subject: Subject) -> Iterator[Hit]:
    """Yield the criteria on age whose limits are not those of the header."""
    stated = tuple(stated_ages(subject))
    leasts = [(limit.least, limit, item) for item, limit in stated if limit.least is not None]
    mosts = [(limit.most, limit, item) for item, limit in stated if limit.most is not None]
    header = subject.content.eligibility
    low_end, high_end = header_days(header.minimum_age), header_days(header.maximum_age)
    if leasts:
        least, limit, item = min(leasts, key=lambda one: one[0])
        if not _same(least, low_end, limit.over):
            yield item_hit(item, f"admits {_from(limit)}; the header says {header.minimum_age or 'no least age'}")
    if mosts and len(mosts) == len(stated):
        most, limit, item = max(mosts, key=lambda one: one[0])
        if not _same(most, high_end, limit.under) and not (high_end is None and most >= UNLIMITED):
            yield item_hit(item, f"admits {_to(limit)}; the header says {header.maximum_age or 'no greatest age'}")


def _same(stated: float, header: float | None, open_end: bool) -> bool:
    """Whether a limit of the criteria and one of the header can mean the same; an open end is off by one at most."""
    return header is not None and abs(stated - header) <= (1.01 * YEAR if open_end and header >= YEAR else 1.5)


def _from(limit: Limits) -> str:
    return f"ages {'over' if limit.over else 'from'} {_age(limit.least or 0)}"


def _to(limit: Limits) -> str:
    return f"ages {'under' if limit.under else 'up to'} {_age(limit.most or 0)}"


def _age(days: float) -> str:
    """Return an age in years, or in months below three years."""
    return f"{days / YEAR:g} years" if days >= 3 * YEAR else f"{days / YEAR * 12:.3g} months"


def unstated_maximum(subject: Subject) -> Iterator[Hit]:
    """Yield an upper limit of the header that no criterion on age states."""
    header = subject.content.eligibility.maximum_age
    most = header_days(header)
    if most is None or most >= UNLIMITED:
        return
    number = re.compile(rf"(?<![\d.]){(header or '').split()[0]}(?!\d)")
    if tuple(stated_ages(subject)) and not number.search(subject.criteria.low):
        yield Hit(MAXIMUM, f"{header}: no criterion states it")


def sex_contradicts(subject: Subject) -> Iterator[Hit]:
    """Yield an inclusion criterion that admits one sex only where the header says another or all."""
    sex = subject.content.eligibility.sex
    for item in subject.criteria_items.inclusion if sex else ():
        found = FIRST_WORDS.match(subject.criteria.low, item.start, item.end)
        if found is None or item.under or holds(found["rest"], NOT_EVERYBODY):
            continue
        women, men = WOMEN.search(subject.criteria.low), MEN.search(subject.criteria.low)
        named = "FEMALE" if women else "MALE"
        if bool(women) != bool(men) and (sex or "").upper() != named:
            yield item_hit(item, f"admits {named.lower()} candidates only; the header says {sex}")
        return


def healthy_with_cancer(subject: Subject) -> Iterator[Hit]:
    """Yield a header that accepts healthy volunteers into a trial of patients with cancer."""
    if not subject.content.eligibility.healthy_volunteers or not subject.oncology:
        return
    if holds(subject.criteria.low, OTHERS) or any(holds(arm.low, OTHERS) for arm in subject.treatments):
        return
    for item in subject.criteria_items.inclusion:
        if DIAGNOSED.search(low(subject, item)):
            yield Hit(
                HEALTHY, f"healthy volunteers are accepted, and inclusion asks: {item.text.splitlines()[0][:100]}"
            )
            return


CHECKS: Mapping[str, Callable[[Subject], Iterator[Hit]]] = {
    "ELG-01": age_contradicts,
    "ELG-02": unstated_maximum,
    "ELG-25": sex_contradicts,
    "ELG-26": healthy_with_cancer,
}
