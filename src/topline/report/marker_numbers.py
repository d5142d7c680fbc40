"""How numbers of marker analyses are printed: p-values, ratios, counts and cuts, each tied to its result.

The statistics of a search bear the name of their marker ("p naive: VEGF"): their kind is told by how they begin.
"""

from markupsafe import Markup

from topline.report.cells import nothing
from topline.report.markup import Text, element, joined
from topline.report.numbers import Result, thresholds
from topline.report.rounding import p_value, rounded, whole
from topline.report.view import View

RATIOS = ("odds-ratio", "marker-cox", "log-rank-power")
RATIO_NAMES = ("hazard ratio", "lower hazard ratio", "upper hazard ratio")
COUNTED = ("N", "n", "events", "cuts", "markers", "permutations", "families", "samples")
SMALL = 0.1
"""Ratios below this have a third place: 0.005 and 0.014 are not both 0.01."""

INFINITE = "\N{INFINITY}"


def marker_text(view: View, identifier: str) -> str:
    """Return a result of a marker analysis as it is printed, and remember that the report shows it."""
    usual = view.numbers.text(identifier)
    row = view.numbers.get(identifier)
    assert row is not None
    if not row.known:
        return INFINITE if row.valuec == "infinite" else row.valuec or "NE"
    return _printed(view, row) or usual


def _printed(view: View, row: Result) -> str:
    """Return a number by the kind of its statistic; empty for one that is printed as in other tables."""
    assert row.value is not None
    statistic = row.statistic.split(":")[0]
    if row.unit:
        return ""
    if statistic == "cut":
        return rule_text(row.valuec)
    if statistic == "p" or statistic.startswith("p "):
        return p_value(row.value, (*thresholds(view.protocol).levels, view.protocol.biomarkers.level))
    if (row.method in RATIOS and statistic.split()[0] not in COUNTED) or statistic.startswith(RATIO_NAMES):
        return rounded(row.value, 3 if 0 < row.value < SMALL else 2, (0.0, 1.0))
    if statistic.split()[0] in COUNTED:
        return whole(row.value)
    return rounded(row.value, 2, (0.0,))


def rule_text(rule: str) -> str:
    """Return the rule of a group as it is printed.

    >>> rule_text(">= 1.5 ug/L")
    '≥ 1.5 ug/L'
    """
    return rule.replace(">=", "\N{GREATER-THAN OR EQUAL TO}")


def marker_number(view: View, analysis: str, group: str, statistic: str) -> Markup:
    """Return a number of a marker analysis; a dash where nothing was computed for want of subjects."""
    identifier = f"{analysis}/{group}/{statistic}"
    if view.numbers.get(identifier) is None:
        return nothing() if view.numbers.rows(analysis, group) else view.numbers.number(identifier)
    text = marker_text(view, identifier)
    return element("button", text, type="button", class_="num", data_result=identifier)


def with_limits(view: View, analysis: str, group: str, statistic: str, prefix: str = "") -> Markup:
    """Return an estimate with its interval, `0.76 (0.05, 11.54)`; `prefix` comes between `lower` and what it is of."""
    limits = [f"{side} {prefix}".strip() for side in ("lower", "upper")]
    if view.numbers.get(f"{analysis}/{group}/{statistic}") is None:
        return nothing()
    value, lower, upper = (marker_number(view, analysis, group, each) for each in (statistic, *limits))
    return element("span", Markup("{} ({}, {})").format(value, lower, upper), class_="estimate")


def shrunken(view: View, analysis: str, group: str, statistic: str) -> Markup:
    """Return a shrunken estimate with its credible interval."""
    return with_limits(view, analysis, group, statistic, statistic)


def events_of(view: View, analysis: str, group: str, parts: tuple[str, str]) -> Markup:
    """Return events of subjects, `3/19`; a dash where there is no subject."""
    if view.numbers.get(f"{analysis}/{group}/{parts[0]}") is None:
        return marker_number(view, analysis, group, parts[0])
    return Markup("{}/{}").format(*(marker_number(view, analysis, group, part) for part in parts))


def below(first: Text, second: Text) -> Markup:
    """Return two texts, the second on its own line in a paler colour."""
    return joined([first, element("span", second, class_="size")], " ")
