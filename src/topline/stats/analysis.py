"""An analysis is one object: which rows of which dataset, in which population and groups, by which method.

Running it gives numbers and the rows they came from, numerator and denominator apart. The terms are those of CDISC's
Analysis Results Standard 1.0: analysis set, data subset (where), grouping, method, operation (statistic).
"""

import hashlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

import numpy as np
import polars as pl
from numpy.typing import NDArray

from topline.errors import Finding
from topline.protocol.rule.boundary import Boundary
from topline.tables.findings import findings_frame
from topline.tables.results import LINEAGE, RESULTS

Mask = NDArray[np.bool_]
Value = float | int | str
ALL = "all"
GROUP_COLUMN = "TRT01P"
"""Groups are planned treatments: who was allocated to an arm stays in it."""


@dataclass(frozen=True, slots=True)
class Analysis:
    """What is computed from what.

    `where` selects the rows of the denominator, population included; `numerator` those of them that count. `level` is
    the category that the numerator stands for. `settings` are parameters of the method; `rule` is the stopping rule
    that a decision follows.
    """

    id: str
    dataset: str
    where: str
    population: str
    method: str
    endpoint: str = ""
    numerator: str = ""
    level: str = ""
    settings: Mapping[str, Value] = field(default_factory=dict)
    grouped: bool = True
    rule: Boundary | None = None

    def setting(self, name: str) -> float:
        """Return a numeric parameter of the method."""
        return float(self.settings[name])


@dataclass(frozen=True, slots=True)
class Number:
    """One number of an analysis: which statistic, its value, and where it needs them a text, unit and time point."""

    statistic: str
    value: float | None
    text: str = ""
    unit: str = ""
    at: float | None = None


@dataclass(frozen=True, slots=True)
class Selection:
    """The rows that an analysis selected, and which of them are in the numerator; `whole` has those of all groups."""

    rows: pl.DataFrame
    yes: Mask
    whole: pl.DataFrame = field(default_factory=pl.DataFrame)

    @property
    def n(self) -> int:
        """The number of rows."""
        return self.rows.height

    @property
    def events(self) -> int:
        """The number of rows in the numerator."""
        return int(self.yes.sum())


Compute = Callable[[Selection, Analysis], list[Number]]


@dataclass(frozen=True, slots=True)
class Method:
    """A method: its name in words, the source it is taken from, the function that computes it, the rows it needs."""

    label: str
    reference: str
    compute: Compute
    least: int = 1


@dataclass(frozen=True, slots=True)
class Outcome:
    """What running analyses gave: results, lineage and findings."""

    results: pl.DataFrame
    lineage: pl.DataFrame
    findings: pl.DataFrame


def select_rows(frame: pl.DataFrame, where: str) -> pl.DataFrame:
    """Return the rows for which an SQL condition is true; unknown is not true.

    >>> select_rows(pl.DataFrame({"AVALC": ["CR", None, "PD"]}), "AVALC <> 'PD'").height
    1
    """
    return frame.filter(pl.sql_expr(where)) if where else frame


def run_analyses(
    analyses: Iterable[Analysis], datasets: Mapping[str, pl.DataFrame], methods: Mapping[str, Method], *, virtual: bool
) -> Outcome:
    """Return the results of all analyses; one that cannot be computed is a finding and leaves the others standing."""
    groups = _groups(datasets["ADSL"])
    results: list[dict[str, object]] = []
    lineage: list[_Rows] = []
    found: list[Finding] = []
    study = str(datasets["ADSL"]["STUDYID"][0]) if datasets["ADSL"].height else ""
    last, selected, parts = ("", ""), pl.DataFrame(), dict[str, _Part]()
    for analysis in analyses:
        if (analysis.dataset, analysis.where) != last:  # neighbours often ask for the same rows
            last, parts = (analysis.dataset, analysis.where), {}
            selected = select_rows(datasets[analysis.dataset], analysis.where)
        for group in groups if analysis.grouped else (ALL,):
            if group not in parts:
                parts[group] = _part(selected, group)
            part = parts[group]
            chosen = Selection(part.rows, _numerator(part.rows, analysis.numerator), selected)
            numbers, problem = _compute(chosen, analysis, methods[analysis.method])
            context = (study, group, methods[analysis.method], virtual)
            results += _result_rows(numbers, chosen, analysis, context, part.digest)
            lineage += _lineage(part.keys, chosen, analysis, group)
            if problem:
                found.append(
                    Finding(
                        "TL-X02", analysis.dataset, analysis.id, message=f"{analysis.method}, group {group}: {problem}"
                    )
                )
    frame = pl.DataFrame(results, schema=RESULTS.schema)
    return Outcome(frame, _lineage_frame(lineage), findings_frame(found))


@dataclass(frozen=True, slots=True)
class _Part:
    """The selected rows of one group, their keys, and the digest of these."""

    rows: pl.DataFrame
    keys: pl.DataFrame
    digest: str


def _part(selected: pl.DataFrame, group: str) -> _Part:
    rows = selected if group == ALL else selected.filter(pl.col(GROUP_COLUMN) == group)
    return _Part(rows, rows.select("STUDYID", "USUBJID", pl.col("ASEQ").cast(pl.Int64)), rowset(rows))


def _groups(adsl: pl.DataFrame) -> tuple[str, ...]:
    """Return the groups: all subjects, and each treatment where there are several."""
    if GROUP_COLUMN not in adsl.columns or "TRTFL" not in adsl.columns:
        return (ALL,)
    arms = sorted(adsl.filter(pl.col("TRTFL") == "Y")[GROUP_COLUMN].drop_nulls().unique().to_list())
    return (ALL, *arms) if len(arms) > 1 else (ALL,)


def _numerator(rows: pl.DataFrame, where: str) -> Mask:
    if not where:
        return np.ones(rows.height, dtype=np.bool_)
    return rows.select(pl.sql_expr(where).fill_null(False).alias("Y"))["Y"].to_numpy()


def _compute(chosen: Selection, analysis: Analysis, method: Method) -> tuple[list[Number], str]:
    """Return the numbers, or none and the reason; of no row at all there is only the number of rows, which is 0."""
    if chosen.n == 0 and method.least:
        return [Number("N", 0.0)], ""
    try:
        return method.compute(chosen, analysis), ""
    except (ValueError, ArithmeticError) as error:
        return [], str(error)


def rowset(rows: pl.DataFrame) -> str:
    """Return a digest of a set of ADaM rows: equal for the same rows in any order."""
    keys = sorted(map(str, rows.select("STUDYID", "USUBJID", "ASEQ").iter_rows()))
    return hashlib.sha256("\n".join(keys).encode()).hexdigest()[:16]


def _result_rows(
    numbers: list[Number], chosen: Selection, analysis: Analysis, context: tuple[str, str, Method, bool], digest: str
) -> list[dict[str, object]]:
    study, group, method, virtual = context
    shared = {
        "STUDYID": study,
        "ANALYSIS": analysis.id,
        "ENDPOINT": analysis.endpoint,
        "POPULATION": analysis.population,
        "GROUP": group,
        "LEVEL": analysis.level,
        "METHOD": analysis.method,
        "REFERENCE": method.reference,
        "DATASET": analysis.dataset,
        "WHERE": analysis.where,
        "NUMWHERE": analysis.numerator,
        "NRECS": chosen.n,
        "NNUM": chosen.events,
        "ROWSET": digest,
        "VIRTUAL": "Y" if virtual else "N",
    }
    return [{**shared, **_own(number), "RESULTID": result_id(analysis, group, number)} for number in numbers]


def _own(number: Number) -> dict[str, object]:
    return {
        "STATISTIC": number.statistic,
        "AT": number.at,
        "VALUE": None if number.value is None else float(number.value),
        "VALUEC": number.text,
        "UNIT": number.unit,
    }


def result_id(analysis: Analysis, group: str, number: Number) -> str:
    """Return the identifier of a number: analysis, group, statistic and, where there is one, the time point.

    >>> result_id(Analysis("ORR", "ADRS", "", "FAS", "rate"), "all", Number("rate", 12.5))
    'ORR/all/rate'
    """
    at = "" if number.at is None else f"@{number.at:g}"
    return f"{analysis.id}/{group}/{number.statistic}{at}"


_Rows = tuple[pl.DataFrame, tuple[str, str, str, str]]
"""Keys of rows, with the analysis, group, dataset and role that they are behind."""


def _lineage(keys: pl.DataFrame, chosen: Selection, analysis: Analysis, group: str) -> list[_Rows]:
    """Return the rows behind an analysis: denominator and, where it has one, numerator."""
    named = (analysis.id, group, analysis.dataset)
    parts = [(keys, (*named, "denominator"))]
    if analysis.numerator:
        parts.append((keys.filter(pl.Series(chosen.yes, dtype=pl.Boolean)), (*named, "numerator")))
    return parts


def _lineage_frame(parts: list[_Rows]) -> pl.DataFrame:
    """Return all parts as one table."""
    if not parts:
        return LINEAGE.empty()
    named = pl.DataFrame([names for _, names in parts], schema=["ANALYSIS", "GROUP", "DATASET", "ROLE"], orient="row")
    place = np.repeat(np.arange(len(parts)), [keys.height for keys, _ in parts])
    return LINEAGE.select(pl.concat([keys for keys, _ in parts]).hstack(named[place]))
