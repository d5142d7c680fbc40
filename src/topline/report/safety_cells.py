"""Cells of the tables of safety: counts with percentages and events, counts by grade, estimates at a month."""

from collections.abc import Callable

from markupsafe import Markup

from topline.report.cells import limits, nothing, number
from topline.report.markup import Text, element, joined
from topline.report.numbers import Numbers
from topline.report.rounding import rounded, whole

NOBODY = "\N{MIDDLE DOT}"
"""What stands for 0 where most cells are 0."""


def written(numbers: Numbers, identifier: str, write: Callable[[float], str] = whole) -> Markup:
    """Return a number as an element that opens its trace, written as asked: whole, if nothing else is."""
    row = numbers.get(identifier)
    if row is None or row.value is None or not row.known:
        return numbers.number(identifier)
    numbers.text(identifier)  # so the report remembers that it shows it
    return element("button", write(row.value), type="button", class_="num", data_result=identifier)


def counted(numbers: Numbers, analysis: str, group: str, statistic: str) -> Markup:
    """Return a statistic that counts; a dash where the group has no subject to count."""
    identifier = f"{analysis}/{group}/{statistic}"
    if numbers.get(identifier) is None and numbers.rows(analysis, group):
        return nothing()
    return written(numbers, identifier)


def shared(numbers: Numbers, analysis: str, group: str, statistic: str = "n") -> Markup:
    """Return `n (%)` of a statistic that counts subjects; the percentage is left out where there is none."""
    percent = "percent" if statistic == "n" else f"{statistic} percent"
    count = counted(numbers, analysis, group, statistic)
    if numbers.get(f"{analysis}/{group}/{percent}") is None:
        return count
    return Markup("{} ({}%)").format(count, number(numbers, analysis, group, percent))


def sparse(numbers: Numbers, analysis: str, group: str, statistic: str) -> Markup:
    """Return `n (%)`, or a point where it is 0: for tables in which most cells are 0."""
    if numbers.value(f"{analysis}/{group}/{statistic}") == 0:
        return element("span", NOBODY, class_="none")
    return shared(numbers, analysis, group, statistic)


def with_events(numbers: Numbers, analysis: str, group: str) -> Markup:
    """Return `n (%) [events]`."""
    share = shared(numbers, analysis, group)
    if numbers.get(f"{analysis}/{group}/events") is None:
        return share
    events = element("span", "[", number(numbers, analysis, group, "events"), "]", class_="events")
    return joined([share, events], " ")


def with_interval(numbers: Numbers, analysis: str, group: str) -> Markup:
    """Return `n (%) [events] (lower, upper)`."""
    interval = element("span", limits(numbers, analysis, group), class_="ci")
    return joined([with_events(numbers, analysis, group), interval], " ")


def years(numbers: Numbers, analysis: str, group: str, statistic: str) -> Markup:
    """Return patient-years with two places; a dash where the group has no subject."""
    identifier = f"{analysis}/{group}/{statistic}"
    if numbers.get(identifier) is None and numbers.rows(analysis, group):
        return nothing()
    return written(numbers, identifier, lambda value: rounded(value, 2))


def rate(numbers: Numbers, analysis: str, group: str, statistic: str) -> Markup:
    """Return a rate with its limits: `62.1 (40.2, 91.7)`."""
    if numbers.get(f"{analysis}/{group}/{statistic}") is None:
        return nothing()
    value = number(numbers, analysis, group, statistic)
    return element(
        "span", Markup("{} {}").format(value, limits(numbers, analysis, group, statistic)), class_="estimate"
    )


def at_month(numbers: Numbers, analysis: str, group: str, statistic: str, month: str) -> Text:
    """Return an estimate at a month, below it its limits: `(3.0, 20.3)`; none where they are no interval."""
    identifier = f"{analysis}/{group}/{statistic}@{month}"
    if numbers.get(identifier) is None:
        return nothing()
    value = numbers.number(identifier)
    ends = [f"{analysis}/{group}/{statistic} {side}@{month}" for side in ("lower", "upper")]
    lower, upper = (numbers.value(each) for each in ends)
    if lower is None or upper is None or lower == upper:
        return value
    interval = Markup("({}, {})").format(*(numbers.number(each) for each in ends))
    return joined([value, element("span", interval, class_="aside")], " ")


def middle(numbers: Numbers, analysis: str, group: str) -> Text:
    """Return `median (least – greatest)` of a summary; a dash where nothing was summed up."""
    if numbers.get(f"{analysis}/{group}/median") is None:
        return nothing()
    parts = (number(numbers, analysis, group, each) for each in ("median", "min", "max"))
    return Markup("{} ({} – {})").format(*parts)


def average(numbers: Numbers, analysis: str, group: str) -> Text:
    """Return `mean (SD)` of a summary; a dash where nothing was summed up."""
    if numbers.get(f"{analysis}/{group}/mean") is None:
        return nothing()
    return Markup("{} ({})").format(*(number(numbers, analysis, group, each) for each in ("mean", "sd")))
