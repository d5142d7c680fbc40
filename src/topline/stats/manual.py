"""The manual page of the results, docs/results.md, made from the declared tables and methods wherever they say it."""

from collections.abc import Iterable

from topline.stats.catalogue import ANALYSES, COLUMNS, STATISTICS
from topline.stats.methods import METHODS
from topline.tables.results import LINEAGE, RESULTS

INTRODUCTION = """\
# Results

Every number of a run is one row of one table, written as `results.parquet`, `results.csv` and `results.json`. The
report prints these rows and computes nothing. This page says what the columns, analyses and statistics are.

```python
import polars as pl
import topline

study = topline.load("nct07142421")
run = topline.run(study, topline.draw(study, seed=2026))  # virtual patients
rate = run.results.row(by_predicate=pl.col("RESULTID") == "ORR/all/rate", named=True)
assert rate["UNIT"] == "%" and rate["METHOD"] == "clopper-pearson" and rate["VIRTUAL"] == "Y"
assert rate["VALUE"] == 100 * rate["NNUM"] / rate["NRECS"]
```
"""

ROUNDING = """\
## Units and rounding

Times are counted in days (event minus start, plus 1) and reported in months of `days_per_month` days, 30.4375 unless
the study says otherwise. `VALUE` is never rounded. The report rounds half away from zero: percentages, times and means
to one place, standard deviations, standard errors, hazard ratios and statistics of tests to two, p-values to four
(`<0.0001` below). Where the printed number would lie on the other side of a threshold than the stored one (the null or
target rate, a level of a test, 0 or 100 %), places are added until it does not.

The level of all two-sided intervals is `confidence` of the study. Limits of curves, medians and landmark rates are on
the log-log scale. An analysis without any row has one result, `N` with the value 0. One that cannot be computed has
none, and a finding TL-X02 that says why; the other results stand.
"""

LINEAGE_TEXT = """\
## Lineage

`lineage.parquet` holds the ADaM rows behind every analysis, denominator and numerator apart. `ASEQ` is the row's number
within its subject and dataset. The ADaM rows name the SDTM records that decide them in `SRCRECS`: a domain and a
sequence number (`TR 12`), or `DM`, which has no sequence. A best response names the scan that confirms it too.
"""

TRACE_TEXT = """\
## How to read a trace

`topline trace out/nct07142421 ORR/all/rate` walks from a number to its records:

1. the number with its method, source, analysis set, dataset and conditions;
2. the rows of the dataset that the condition selects: `*` marks those of the numerator; then the subject, the parameter
   and its value, and behind `<-` the SDTM records that decide the row (`DM` where the lack of others decides, as for a
   patient without a scan);
3. those records with every value they hold.

At most sixty rows and records are shown; `topline trace out/nct07142421 ORR/all/rate --all` shows all. All statistics
of one analysis and group have the same rows. In Python:

```python
from topline.trace import trace_result

found = trace_result("ORR/all/rate", run.results, run.lineage, run.adam, run.tables)
assert found.rows["NUMERATOR"].sum() == rate["NNUM"]
assert set(found.records["DOMAIN"]) <= set(run.tables)
```
"""


def results_page() -> str:
    """Return the manual page of the results as Markdown.

    >>> print(results_page().splitlines()[0])
    # Results
    """
    parts = (INTRODUCTION, _columns(), _analyses(), _methods(), ROUNDING, LINEAGE_TEXT, _lineage(), TRACE_TEXT)
    return "\n".join(parts)


def _columns() -> str:
    rows = ((f"`{each.name}`", str(each.kind), COLUMNS[each.name]) for each in RESULTS.variables)
    return f"## Columns\n\n{_table(('column', 'type', 'meaning'), rows)}"


def _analyses() -> str:
    text = (
        "In an id, `<...>` stands for a step, value, set or endpoint. All run in each group but DESIGN, logrank, cox.\n"
    )
    rows = ((f"`{each.id}`", each.meaning, each.dataset, ", ".join(each.methods)) for each in ANALYSES)
    return f"## Analyses\n\n{text}\n{_table(('id', 'what', 'dataset', 'method'), rows)}"


def _methods() -> str:
    return "## Methods and statistics\n\n" + "\n".join(_method(name) for name in METHODS)


def _method(name: str) -> str:
    """Return the section of one method: label, source, and its statistics."""
    method = METHODS[name]
    rows = (
        (f"`{each.name}`", "of the column" if each.unit == "*" else each.unit, each.meaning)
        for each in STATISTICS[name]
    )
    head = f"### {name}\n\n{method.label}. Source: {method.reference}.\n"
    return f"{head}\n{_table(('statistic', 'unit', 'meaning'), rows)}"


def _lineage() -> str:
    rows = ((f"`{each.name}`", str(each.kind), each.label, ", ".join(each.codes)) for each in LINEAGE.variables)
    return _table(("column", "type", "label", "values"), rows)


def _table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    """Return a Markdown table."""
    lines = [head, tuple("---" for _ in head), *rows]
    return "".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |\n" for line in lines)
