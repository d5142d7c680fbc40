"""The numbers of a report: each one is a row of the results, printed by its rule and tied to its trace."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, fields

import polars as pl
from markupsafe import Markup

from topline.protocol.model import Protocol
from topline.report.chinese import CHINESE, TABLES
from topline.report.markup import Text, element, say
from topline.report.rounding import finite, p_value, percent, rounded, whole

ALL = "all"
COUNTS = {
    *("n", "N", "events", "censored", "needed", "planned", "observed", "at risk", "df", "competing", "patients"),
    *("waiting", "toxicities", "bound", "boundary", "stopped at", "subjects", "markers", "cuts", "samples"),
    *("look", "futility", "success", "responders"),
}
COX = "cox"
ULN, LIVER_LINES = "x ULN", (2.0, 3.0)
"""The unit of multiples of the upper limit of normal, and those at which a liver value matters."""
EXTREMES = {"min", "max"}
VERDICTS = {
    phrase: re.compile(re.escape(phrase).replace(r"\{n\}", r"(?P<n>\d+)"))
    for phrase in TABLES["verdicts"]
    if "{" in phrase
}
"""The verdicts that name a look or a number of patients, as patterns."""
TWO_PLACES = {"sd", "se", "chi-square"}


@dataclass(frozen=True, slots=True)
class Result:
    """A row of the results; its fields are the columns of RESULTS in lower case."""

    resultid: str
    analysis: str
    endpoint: str
    population: str
    group: str
    statistic: str
    level: str
    at: float | None
    value: float | None
    valuec: str
    unit: str
    method: str
    reference: str
    dataset: str
    where: str
    numwhere: str
    nrecs: int
    nnum: int | None
    rowset: str

    @property
    def known(self) -> bool:
        """Whether there is a number: not a text, not missing."""
        return finite(self.value)


COLUMNS = tuple(field.name.upper() for field in fields(Result))


@dataclass(frozen=True, slots=True)
class Thresholds:
    """What a printed number may not be rounded across: the rates [%] of the design's endpoint, and levels of tests."""

    rates: tuple[float, ...] = ()
    levels: tuple[float, ...] = (0.05,)
    endpoint: str = ""


def thresholds(protocol: Protocol) -> Thresholds:
    """Return the null and target rate of the design, its level, and the complement of the confidence."""
    design = protocol.design
    return Thresholds(
        (100 * design.null_rate, 100 * design.target_rate),
        tuple({design.alpha, round(1 - protocol.confidence, 6)}),
        design.endpoint,
    )


def printed(result: Result, limits: Thresholds) -> str:
    """Return a result as the report prints it, in English; a number that does not exist is its text, or NE.

    Counts are whole; percentages have one place; p-values four; times and means one; standard deviations, standard
    errors, hazard ratios and test statistics two; extreme values stand as collected.
    """
    if not result.known:
        return "NE" if result.method == COX else result.valuec or "NE"
    assert result.value is not None
    tail = result.valuec if result.valuec == "+" else ""
    return _number(result, result.value, limits) + tail


def _number(result: Result, value: float, limits: Thresholds) -> str:
    statistic = result.statistic
    if result.unit == "%":
        own = result.analysis == limits.endpoint or result.analysis.startswith("DESIGN.")
        return percent(value, limits.rates if own else ())
    if statistic in COUNTS or statistic.startswith("grade "):
        return whole(value)
    if statistic == "p" or statistic.startswith("p:"):
        return p_value(value, limits.levels)
    if result.method == COX:
        return rounded(value, 2, (0.0, 1.0))
    if result.unit == "points":
        return rounded(value, 2 if statistic in TWO_PLACES else 1, (0.0,))
    if result.unit == ULN:
        return rounded(value, 2, LIVER_LINES)
    if statistic in EXTREMES and result.unit != "months":
        return whole(value)
    return rounded(value, 2 if statistic in TWO_PLACES else 1)


class Numbers:
    """The results of a run by identifier; it keeps in `used` which of them the report shows, in order."""

    def __init__(self, results: pl.DataFrame, limits: Thresholds, *, strict: bool) -> None:
        rows = [Result(*values) for values in results.select(COLUMNS).iter_rows()]
        self._rows = {row.resultid: row for row in rows}
        self._limits = limits
        self._strict = strict
        self._analyses: dict[tuple[str, str], list[Result]] = {}
        for row in rows:
            self._analyses.setdefault((row.analysis, row.group), []).append(row)
        self.used: dict[str, Result] = {}
        self.groups: tuple[str, ...] = _groups(rows)

    def get(self, identifier: str) -> Result | None:
        """Return the result with this identifier, or None."""
        return self._rows.get(identifier)

    def value(self, identifier: str) -> float | None:
        """Return the stored value for the layout of a figure, or None where there is no number."""
        row = self._rows.get(identifier)
        return row.value if row is not None and row.known else None

    def rows(self, analysis: str, group: str = ALL) -> list[Result]:
        """Return all results of an analysis in a group, in their stored order."""
        return self._analyses.get((analysis, group), [])

    def analyses(self, endpoint: str) -> list[Result]:
        """Return the first result of every analysis of an endpoint or topic, in their stored order."""
        first = {
            rows[0].analysis: rows[0] for rows in reversed(self._analyses.values()) if rows[0].endpoint == endpoint
        }
        return list(reversed(first.values()))

    def text(self, identifier: str) -> str:
        """Return a result as it is printed, and remember that the report shows it."""
        row = self._rows[identifier]
        self.used[identifier] = row
        return printed(row, self._limits)

    def number(self, identifier: str) -> Markup:
        """Return a result as an element that opens its trace.

        Raises KeyError in strict mode where the results have no such identifier; else the gap is shown as such.
        """
        if identifier not in self._rows:
            return self._absent(identifier)
        text = self.text(identifier)
        shown = say(text) if text in CHINESE else verdict_words(text)
        return element("button", shown, type="button", class_="num", data_result=identifier)

    def _absent(self, identifier: str) -> Markup:
        if self._strict:
            raise KeyError(identifier)
        return element("span", f"no result {identifier}", class_="gap", role="alert")


def verdict_words(text: str) -> Text:
    """Return a verdict that names a look or a number of patients in both languages; any other text as it is.

    >>> print(verdict_words("positive: stopped at look 2").split("</span>")[1])
    <span class="zh" lang="zh-Hans">阳性：于第2次分析停止
    """
    for phrase, pattern in VERDICTS.items():
        if found := pattern.fullmatch(text):
            return say(phrase, **found.groupdict())
    return text


def _groups(rows: Iterable[Result]) -> tuple[str, ...]:
    """Return the groups of the results: the arms in the order of their names, then all subjects."""
    names = {row.group for row in rows}
    return (*sorted(names - {ALL}), ALL)
