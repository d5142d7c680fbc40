"""The best response of one patient at a time, as the rule reads: look for what confirms each response."""

from dataclasses import dataclass

ORDER = ("CR", "PR", "SD", "NON-CR/NON-PD", "PD", "NE", "MISSING")


@dataclass(frozen=True)
class Rule:
    """Days and numbers of the rule, as in best_response.Rules."""

    confirmation: int
    stable_minimum: int
    unevaluable_between: int
    stable_between: int
    missing_is_unevaluable: bool
    without_target: str


Visit = tuple[int, str]


def confirming(visits: list[Visit], first: int, rule: Rule) -> int:
    """Return the place of the first visit that confirms the response of visit `first`, or -1."""
    day, wanted = visits[first]
    for later in range(first + 1, len(visits)):
        between = [word for _, word in visits[first + 1 : later]]
        then, word = visits[later]
        good = word == "CR" or (wanted == "PR" and word == "PR")
        if good and then - day >= rule.confirmation and allowed(between, word, wanted, rule):
            return later
    return -1


def allowed(between: list[str], word: str, wanted: str, rule: Rule) -> bool:
    may = {"CR", "NE", ""} | ({"PR", "SD"} if wanted == "PR" else set())
    if (
        set(between) - may
        or between.count("NE") > rule.unevaluable_between
        or between.count("SD") > rule.stable_between
    ):
        return False
    course = [*between, word]
    return not any(each == "PR" and "CR" in course[:place] for place, each in enumerate(course))


def best_confirmed(visits: list[Visit], reference: int, rule: Rule, no_target: bool) -> tuple[str, int, int]:
    """Return the best confirmed response, the visit that gives it and the one that confirms it."""
    counted = []
    for place, (_, word) in enumerate(visits):
        if word in ("CR", "PR") and confirming(visits, place, rule) < 0:
            word = rule.without_target if word == "CR" and no_target else "SD"
        counted.append(word)
    return best(visits, counted, reference, rule)


def best_unconfirmed(visits: list[Visit], reference: int, rule: Rule) -> tuple[str, int]:
    word, place, _ = best(visits, [word for _, word in visits], reference, rule)
    return word, place


def best(visits: list[Visit], counted: list[str], reference: int, rule: Rule) -> tuple[str, int, int]:
    values = [
        "NE" if word in ("SD", "NON-CR/NON-PD") and day < reference + rule.stable_minimum else word
        for (day, _), word in zip(visits, counted, strict=True)
    ]
    for word in ORDER[:-1]:
        if word in values:
            place = values.index(word)
            confirmed = confirming(visits, place, rule) if visits[place][1] in ("CR", "PR") else -1
            return word, place, confirmed
    return ("NE" if rule.missing_is_unevaluable else "MISSING"), -1, -1
