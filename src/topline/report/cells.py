"""Cells of result tables: counts with percentages, estimates with intervals, each number tied to its result."""

from markupsafe import Markup, escape

from topline.report.markup import element, joined, say
from topline.report.numbers import Numbers

DASH = "\N{EN DASH}"


def nothing() -> Markup:
    """Return the mark of a cell that has no number: there is nothing to compute it from."""
    return element("span", DASH, class_="none", title="no number: no record, or not computed")


def number(numbers: Numbers, analysis: str, group: str, statistic: str) -> Markup:
    """Return a number of an analysis in a group; a dash where nothing was computed for want of records."""
    identifier = f"{analysis}/{group}/{statistic}"
    if numbers.get(identifier) is None and numbers.rows(analysis, group):
        return nothing()
    return numbers.number(identifier)


def count_percent(numbers: Numbers, analysis: str, group: str, share: str = "percent") -> Markup:
    """Return `n (%)`: the count alone where its denominator is 0 and no percentage exists."""
    count = number(numbers, analysis, group, "n")
    if numbers.get(f"{analysis}/{group}/{share}") is None:
        return count
    return Markup("{} ({}%)").format(count, number(numbers, analysis, group, share))


def fraction(numbers: Numbers, analysis: str, group: str, above: str = "n") -> Markup:
    """Return `n/N`."""
    return Markup("{}/{}").format(number(numbers, analysis, group, above), number(numbers, analysis, group, "N"))


def limits(numbers: Numbers, analysis: str, group: str, prefix: str = "") -> Markup:
    """Return `(lower, upper)`, the limits of an interval; `prefix` names the statistic they belong to."""
    lower, upper = (f"{prefix} {side}".strip() for side in ("lower", "upper"))
    if numbers.get(f"{analysis}/{group}/{lower}") is None:
        return nothing()
    return Markup("({}, {})").format(number(numbers, analysis, group, lower), number(numbers, analysis, group, upper))


def estimate(numbers: Numbers, analysis: str, group: str, statistic: str, unit: str = "") -> Markup:
    """Return an estimate with its interval: `4.9 (3.9, 5.8)`."""
    if numbers.get(f"{analysis}/{group}/{statistic}") is None:
        return nothing()
    prefix = "" if statistic in ("rate", "mean") else statistic
    found = numbers.get(f"{analysis}/{group}/{statistic}")
    value = joined([number(numbers, analysis, group, statistic), escape(unit if found and found.known else "")])
    return element("span", Markup("{} {}").format(value, limits(numbers, analysis, group, prefix)), class_="estimate")


def interval_label(confidence: Markup) -> Markup:
    """Return the words for a confidence interval at a level."""
    return say("{level} CI", level=confidence)
