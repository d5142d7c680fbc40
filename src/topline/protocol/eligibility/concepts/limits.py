"""The limit of a laboratory value: read, converted to the column's unit, and refused where it cannot be meant."""

import re
from dataclasses import dataclass

from topline.protocol.eligibility.concepts.analytes import Analyte
from topline.protocol.eligibility.concepts.bounds import Bounds
from topline.protocol.eligibility.concepts.quantity import (
    Amount,
    Comparator,
    parse_afterthought,
    parse_amount,
    parse_comparator,
    parse_normal,
    skip,
)
from topline.protocol.eligibility.concepts.units import AGAIN, FOREIGN, Unit, convert, parse_cell_unit, parse_unit
from topline.protocol.eligibility.tree import All, Any, Compare, Node, Operator

LOST = re.compile(r"=|(?:equal\sto|of)\s(?=[\d.])", re.IGNORECASE)
LOWER_LIMIT = re.compile(
    r"(?:the\s)?(?:institutional\s|laboratory\s)?(?:lower\slimits?\sof\s(?:the\s)?(?:institutional\s)?normal|LLN\b)",
    re.IGNORECASE,
)
RANGE = re.compile(r"\s?(?:-|–|~|to|and)\s?", re.IGNORECASE)
BETWEEN = re.compile(r"between\s", re.IGNORECASE)
ALSO = re.compile(r"\s?(?:,\s?)?(?:and|but)?\s?", re.IGNORECASE)
EQUAL_WITHIN = 0.03
MOST_MULTIPLE = 20.0
FEWEST_MULTIPLE = 0.5


@dataclass(frozen=True, slots=True)
class Limit:
    """One or two comparisons, each operator, value in the column's unit and whether it counts upper limits of normal.

    `fault` says why the limit cannot be judged though it was read; `end` is where its words end.
    """

    comparisons: tuple[tuple[Operator, float], ...]
    of_limit: bool
    end: int
    fault: str = ""

    def bounds(self, analytes: tuple[Analyte, ...], joined: str) -> Bounds:
        """Return the condition of a limit on one or more tests.

        Tests joined by "and" must all meet what is demanded; of what is bad, "or" means any of them. Where the word
        and the direction disagree (`ALT or AST <= 2.5 x ULN`), nobody knows whether one suffices.
        """
        parts = tuple(self._of(analyte) for analyte in analytes)
        if len(parts) == 1:
            return Bounds.exact(parts[0])
        every, some = All(parts), Any(parts)
        good = all(side_of(self, analyte) == "good" for analyte in analytes)
        bad = all(side_of(self, analyte) == "bad" for analyte in analytes)
        pair = {analyte.column for analyte in analytes} == {"ALT", "AST"}
        if good and (joined in ("and", ",", "&", "+") or (pair and joined == "/")):
            return Bounds.exact(every)
        if bad and (joined in ("or", "and/or", ",") or (pair and joined == "/")):
            return Bounds.exact(some)
        return Bounds(every, some)

    def _of(self, analyte: Analyte) -> Node:
        column, of = analyte.column, f"{analyte.column}ULN" if self.of_limit else ""
        parts = tuple(Compare(column, operator, value, of) for operator, value in self.comparisons)
        return parts[0] if len(parts) == 1 else All(parts)


def side_of(limit: Limit, analyte: Analyte) -> str:
    """Return whether a limit demands sound values (`good`), ill ones (`bad`), or cannot be called either."""
    if len(limit.comparisons) != 1 or not analyte.bad:
        return ""
    return "bad" if limit.comparisons[0][0].startswith(analyte.bad) else "good"


def parse_limit(text: str, at: int, analytes: tuple[Analyte, ...]) -> Limit | None:
    """Return the limit that stands at a place, of these tests; None where there is none.

    >>> from topline.protocol.eligibility.concepts.analytes import BY_COLUMN
    >>> parse_limit(">= 9 g/dL", 0, (BY_COLUMN["HGB"],))
    Limit(comparisons=(('>=', 90.0),), of_limit=False, end=9, fault='')
    >>> parse_limit(">= 9 g/L", 0, (BY_COLUMN["HGB"],)).fault
    '9 g/L is no plausible limit of this test (50 to 200 in the unit of the patient table): unit or size may be wrong'
    """
    at = skip(text, at)
    if (end := parse_normal(text, at)) is not None:
        return _normal(end, analytes)
    if found := BETWEEN.match(text, at):
        return _range(text, found.end(), analytes)
    comparator = parse_comparator(text, at)
    if comparator is None:
        return _without_comparator(text, at, analytes)
    at = skip(text, comparator.end)
    if found := LOWER_LIMIT.match(text, at):
        return Limit((), False, found.end(), "the patient table holds no lower limits of normal")
    amount = parse_amount(text, at)
    if amount is None:
        return None
    first = _valued(text, comparator, amount, analytes)
    return _second(text, first, analytes) if not first.fault else first


def _normal(end: int, analytes: tuple[Analyte, ...]) -> Limit:
    """Return "within normal limits" of tests of which only too much is ill: at most the upper limit."""
    fault = "" if all(analyte.limit for analyte in analytes) else "the patient table holds no normal range of this test"
    return Limit((("<=", 1.0),), True, end, fault)


def _range(text: str, at: int, analytes: tuple[Analyte, ...]) -> Limit | None:
    """Return a range, both ends of it included: `between 3 and 10 x 10^9/L`, `3.0-10.0 g/dL`."""
    low = parse_amount(text, at)
    separator = RANGE.match(text, low.end) if low else None
    high = parse_amount(text, separator.end()) if separator else None
    if low is None or high is None or low.of_limit:
        return None
    top = _valued(text, Comparator("<=", high.end), high, analytes)
    unit = _unit(text, high.end, analytes)
    if top.fault or unit is None:
        return top
    bottom = convert(low.value, unit)
    fault = (
        "the range does not rise"
        if bottom >= top.comparisons[0][1]
        else _implausible(bottom, f"{low.value:g} {unit.words}", analytes)
    )
    return Limit(((">=", bottom), *top.comparisons), False, top.end, fault)


def _without_comparator(text: str, at: int, analytes: tuple[Analyte, ...]) -> Limit | None:
    """Return a limit whose comparator follows, or is lost."""
    if ranged := _range(text, at, analytes):
        return ranged
    lost = LOST.match(text, at)
    amount = parse_amount(text, skip(text, lost.end()) if lost else at)
    if amount is None:
        return None
    unit = _unit(text, amount.end, analytes)
    end = unit.end if unit else amount.end
    later = parse_afterthought(text, end)
    if later:
        valued = _valued(text, Comparator(later.operator, at), amount, analytes)
        return Limit(valued.comparisons, valued.of_limit, later.end, valued.fault)
    if lost and lost.group() == "=":
        return Limit((), False, end, 'the comparator is lost: "=" may stand for at least or for at most')
    return Limit((), False, end, "no comparator: at least or at most is not said") if unit or amount.of_limit else None


def _valued(text: str, comparator: Comparator, amount: Amount, analytes: tuple[Analyte, ...]) -> Limit:
    """Return a limit in the unit of the column, or with its fault."""
    if amount.of_limit:
        fault = (
            ""
            if all(analyte.limit for analyte in analytes)
            else "the patient table holds no upper limit of normal of this test"
        )
        if not FEWEST_MULTIPLE <= amount.value <= MOST_MULTIPLE:
            fault = f"{amount.value:g} times the upper limit of normal is no plausible limit"
        return Limit(((comparator.operator, amount.value),), True, amount.end, fault)
    unit = _unit(text, amount.end, analytes)
    if unit is None:
        foreign = FOREIGN.match(text, amount.end)
        return Limit(
            (), False, foreign.end() if foreign else amount.end, "no unit follows in which this test is understood"
        )
    value = convert(amount.value, unit)
    fault = _implausible(value, f"{amount.value:g} {unit.words}".strip(), analytes)
    limit = Limit(((comparator.operator, value),), False, unit.end, fault)
    return limit if fault else _other_unit(text, limit, analytes)


def _unit(text: str, at: int, analytes: tuple[Analyte, ...]) -> Unit | None:
    """Return the unit at a place if it is one of every test's."""
    at, found = skip(text, at), None
    for analyte in analytes:
        found = parse_cell_unit(text, at) if analyte.cells else parse_unit(text, at, analyte.units)
        if found is None and analyte.bare:
            found = Unit("", at, 1.0)
        if found is None:
            return None
    again = AGAIN.match(text, found.end) if found else None
    return Unit(found.words, again.end(), found.factor) if found and again else found


def _implausible(value: float, words: str, analytes: tuple[Analyte, ...]) -> str:
    for analyte in analytes:
        if not analyte.low <= value <= analyte.high:
            within = f"{analyte.low:g} to {analyte.high:g} in the unit of the patient table"
            return f"{words} is no plausible limit of this test ({within}): unit or size may be wrong"
    return ""


def _other_unit(text: str, limit: Limit, analytes: tuple[Analyte, ...]) -> Limit:
    """Return the limit with the same value in another unit, in brackets or after "or", read along with it."""
    found = re.compile(r"\s{0,2}(?:[(\[]|(?:,\s?)?or\s|/\s?|;?\s?\(?i\.?e\.?,?\s)").match(text, limit.end)
    if found is None:
        return limit
    at = skip(text, found.end())
    comparator = parse_comparator(text, at)
    amount = parse_amount(text, skip(text, comparator.end) if comparator else at)
    unit = _unit(text, amount.end, analytes) if amount and not amount.of_limit else None
    if amount is None or unit is None or unit.words == "":
        return limit
    ((operator, value),) = limit.comparisons
    other = convert(amount.value, unit)
    end = unit.end + (text[unit.end : unit.end + 1] in (")", "]"))
    if comparator is not None and comparator.operator != operator:
        return limit
    if abs(other - value) <= EQUAL_WITHIN * value:
        return Limit(limit.comparisons, False, end)
    if found.group().strip() in ("(", "["):
        return Limit((), False, end, "the same limit in two units, but they are not the same amount")
    return limit


def _second(text: str, first: Limit, analytes: tuple[Analyte, ...]) -> Limit:
    """Return the limit with its second comparison: `>= 3.0 and <= 10 x 10^9/L`."""
    found = ALSO.match(text, first.end)
    comparator = parse_comparator(text, found.end()) if found else None
    amount = parse_amount(text, skip(text, comparator.end)) if comparator else None
    if comparator is None or amount is None or comparator.operator[0] == first.comparisons[0][0][0]:
        return first
    second = _valued(text, comparator, amount, analytes)
    if second.of_limit != first.of_limit:
        return first
    if second.fault:
        return second
    return Limit((*first.comparisons, *second.comparisons), first.of_limit, second.end)
