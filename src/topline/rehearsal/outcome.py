"""What a finished rehearsal says: its tables, its page, and a summary in lines, all from the files of its chunks."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

import polars as pl

from topline.exchange.encode import encode_frame
from topline.protocol.model import Protocol
from topline.rehearsal.folder import Folder
from topline.rehearsal.task import UNCERTAIN, VERSIONS, Task
from topline.simulate.characteristics import operating_characteristics_of
from topline.simulate.convergence import SUCCESS
from topline.simulate.rehearsal_page import Rehearsal, counted_of, render_rehearsal
from topline.simulate.scenario import Scenario
from topline.simulate.stack import CHUNK
from topline.simulate.stops import VERDICT
from topline.simulate.tornado import ASSURANCE, summarise_tornado
from topline.simulate.true_values import true_values_of

TABLE, TORNADO, PAGE = "characteristics", "tornado", "rehearsal.html"
OWN = "DESIGN/"
"""How quantities of the decision begin, which those who went through the whole pipeline do not have once more."""

SHOWN = (
    ("ORR/all/rate", "ORR"),
    ("DCR/all/rate", "DCR"),
    ("PFS/all/median", "median PFS"),
    ("OS/all/median", "median OS"),
)

Values = Mapping[tuple[str, str], Mapping[str, Any]]
"""The row of each quantity and statistic of one scenario."""


def summed_up(folder: Folder, protocol: Protocol, tasks: Sequence[Task], *, coverage: bool) -> tuple[str, ...]:
    """Write the operating characteristics of all scenarios and the page, and return the summary.

    With `coverage`, true values are found in a large population of each scenario, for bias and coverage.
    """
    fixed = {task.label: task.scenario for task in tasks if task.kind == "fixed"}
    table = characteristics(folder, protocol, tasks, true_values_of(protocol, fixed) if coverage else None)
    for form in ("parquet", "csv"):
        folder.keep(f"{TABLE}.{form}", encode_frame(table, form))
    bars = tornado_table(folder, protocol, tasks)
    if bars is not None:
        folder.keep(f"{TORNADO}.csv", encode_frame(bars, "csv"))
    folder.keep(PAGE, page(folder, protocol, tasks, table, bars).encode())
    lines = [
        f"{protocol.identifiers.study}  {protocol.identifiers.title.en}",
        "VIRTUAL trials: these are not results of a trial",
    ]
    for label in labels(tasks):
        lines += summary(values_of(table, label), label)
    if bars is not None:
        lines += [*tornado_lines(bars), f"Tornado: {folder.path / TORNADO}.csv"]
    return (*lines, f"Operating characteristics: {folder.path / TABLE}.csv", f"Page: {folder.path / PAGE}")


def tornado_table(folder: Folder, protocol: Protocol, tasks: Sequence[Task]) -> pl.DataFrame | None:
    """Return what each uncertain parameter changes in success, the design's endpoint and median PFS, where asked for.

    The columns of TORNADO behind SCENARIO, the scenario that it is of.
    """
    own = [task for task in tasks if task.kind == "tornado"]
    if not own:
        return None
    base = own[0].scenario
    quantities = (SUCCESS, f"{protocol.design.endpoint}/all/rate", "PFS/all/median")
    wanted = pl.col("RESULTID").is_in([VERDICT, *quantities])
    found = folder.results(own).filter(wanted).collect(engine="streaming")
    bars = summarise_tornado(found, base, None, quantities, common=True)
    return bars.insert_column(0, pl.lit(base.name).alias("SCENARIO"))


def tornado_lines(bars: pl.DataFrame, most: int = 5) -> Iterator[str]:
    """Yield the parameters that move success most."""
    own = bars.filter(QUANTITY=SUCCESS)
    names = own["PARAMETER"].unique(maintain_order=True).to_list()
    yield f"Success of {bars['SCENARIO'][0]} with one parameter at the low and high end of its interval, in points:"
    width = max((len(name) for name in names[:most]), default=0)
    for name in names[:most]:
        ends = own.filter(PARAMETER=name).select("DIFFERENCE", "MCSE").iter_rows()
        cells = [f"{100 * value:+.1f}" + (f" ({100 * error:.1f})" if error else "") for value, error in ends]
        yield f"  {name:<{width}}  {' and '.join(cells)}"
    yield f"  and {len(names) - most} more parameters" if len(names) > most else "  these are all"


def characteristics(
    folder: Folder, protocol: Protocol, tasks: Sequence[Task], true: pl.DataFrame | None = None
) -> pl.DataFrame:
    """Return the operating characteristics in the order of the scenarios, those of the whole pipeline last.

    Trials with drawn parameters have no rate that the design could be exact at.
    """
    efficacy = operating_characteristics_of(folder.results(_efficacy(tasks)), protocol, true)
    whole = operating_characteristics_of(folder.results([each for each in tasks if each.kind == "whole"]), protocol)
    both = pl.concat([efficacy, whole.filter(~pl.col("QUANTITY").str.starts_with(OWN))])
    at_a_rate = pl.col("STATISTIC").is_in(["exact", "pooled"])
    both = both.filter(~(pl.col("SCENARIO").str.ends_with(UNCERTAIN) & at_a_rate))
    order = {label: place for place, label in enumerate(labels(tasks))}
    place = pl.col("SCENARIO").replace_strict(order, return_dtype=pl.Int64)
    return both.sort(place, maintain_order=True)


def labels(tasks: Sequence[Task]) -> list[str]:
    """Return the scenarios as results name them, those with drawn parameters after the others."""
    kinds = ("fixed", "uncertain")
    return list(dict.fromkeys(task.label for kind in kinds for task in tasks if task.kind == kind))


def _efficacy(tasks: Sequence[Task]) -> list[Task]:
    return [task for task in tasks if task.kind in ("fixed", "uncertain")]


def page(
    folder: Folder, protocol: Protocol, tasks: Sequence[Task], table: pl.DataFrame, bars: pl.DataFrame | None = None
) -> str:
    """Return the page of a rehearsal; `bars` are those of a tornado."""
    efficacy = _efficacy(tasks)
    first = tasks[0]
    facts = {
        "seed": str(first.seed),
        **dict(zip(VERSIONS, first.versions, strict=True)),
        "trials of a chunk": str(CHUNK),
    }
    shown = Rehearsal(
        protocol=protocol,
        characteristics=table,
        results=folder.results(efficacy),
        scenarios={task.label: _scenario(task) for task in efficacy},
        facts=facts,
        tornado=bars,
        assurance=_assurance(table),
    )
    return render_rehearsal(shown)


def _scenario(task: Task) -> Scenario:
    """Return the scenario of a task as the page tells it."""
    if task.kind == "fixed":
        return task.scenario
    note = f"as {task.scenario.name}, each trial with parameters drawn from their intervals"
    return replace(task.scenario, name=task.label, note=note)


def _assurance(table: pl.DataFrame) -> pl.DataFrame | None:
    """Return the probability of success over drawn parameters, None where none were drawn: each trial has its truth."""
    drawn = table.filter(pl.col("SCENARIO").str.ends_with(UNCERTAIN), QUANTITY="DESIGN/success", STATISTIC="share")
    if drawn.is_empty():
        return None
    named = drawn.with_columns(
        pl.col("SCENARIO").str.strip_suffix(UNCERTAIN), QUANTITY=pl.lit(SUCCESS), STATISTIC=pl.lit("assurance")
    )
    return named.rename({"TRIALS": "TRUTHS"}).select(ASSURANCE)


def values_of(table: pl.DataFrame, scenario: str) -> Values:
    """Return the rows of one scenario by quantity and statistic."""
    return {(row["QUANTITY"], row["STATISTIC"]): row for row in table.filter(SCENARIO=scenario).iter_rows(named=True)}


def summary(values: Values, label: str) -> Iterator[str]:
    """Yield the lines of one scenario: success, what is found, how many patients and how long it takes."""
    uncertain = label.endswith(UNCERTAIN)
    success = values["DESIGN/success", "share"]
    drawn = ", parameters drawn for each" if uncertain else ""
    yield f"{label}: {success['TRIALS']:,} trial{'s' if success['TRIALS'] > 1 else ''}{drawn}"
    share, low, high = (100 * (success[name] or 0.0) for name in ("VALUE", "LOWER", "UPPER"))
    counted = counted_of(success)
    error = counted or f"Monte-Carlo error {100 * success['MCSE']:.1f}"
    exact, rate = _number(values, "DESIGN/success", "exact"), _number(values, "DESIGN/rate", "pooled")
    beside = "" if exact is None or rate is None else f"; the design exactly at {rate:.1f}%: {100 * exact:.1f}%"
    name = "assurance" if uncertain else "success"
    yield f"  {name:<12}{share:.1f}% ({error}, 95% interval {low:.1f} to {high:.1f}){beside}"
    for quantity, name in SHOWN:
        yield from _described(values, quantity, name, "%" if quantity.endswith("rate") else " months")
    if patients := _number(values, "DESIGN/patients", "mean"):
        exact = _number(values, "DESIGN/patients", "exact")
        yield f"  {'patients':<12}{patients:.1f}" + ("" if exact is None else f"; the design exactly: {exact:.1f}")
    yield from _described(values, "CALENDAR/duration", "duration", " months")


def _described(values: Values, quantity: str, name: str, unit: str) -> Iterator[str]:
    """Yield mean and the range that holds 90% of the trials; the mean is that of the trials that have the number."""
    mean, low, high = (_number(values, quantity, each) for each in ("mean", "q05", "q95"))
    if mean is None:
        return
    spread = "" if low is None or high is None else f" (90% of trials {low:.1f} to {high:.1f})"
    missing = _number(values, quantity, "not estimable")
    without = f"; not reached in {100 * missing:.1f}%" if missing else ""
    yield f"  {name:<12}{mean:.1f}{unit}{spread}{without}"


def _number(values: Values, quantity: str, statistic: str) -> float | None:
    row = values.get((quantity, statistic))
    return None if row is None else row["VALUE"]
