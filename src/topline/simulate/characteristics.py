"""Operating characteristics: what a protocol does over many virtual trials of a scenario, with Monte-Carlo error.

Beside what was simulated stands what is exact: the characteristics of the design's rule at the scenario's true rate.
Results are read from many files without all of them being in memory: one scenario and a batch of numbers at a time.
"""

import math
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from topline.protocol.model import Protocol
from topline.protocol.rule.boundary import OperatingCharacteristics, operating_characteristics
from topline.simulate import monte_carlo
from topline.simulate.mirage import mirage
from topline.simulate.monte_carlo import Estimate
from topline.simulate.stops import VERDICT, stops
from topline.simulate.true_values import LIMITS
from topline.simulate.whole import kept
from topline.tables.declare import Core, Kind, Table, Variable

Floats = NDArray[np.float64]

CHARACTERISTICS = Table(
    "CHARACTERISTICS",
    "Operating Characteristics",
    "topline",
    keys=("SCENARIO", "QUANTITY", "STATISTIC"),
    structure="one record per scenario, quantity and statistic over its trials",
    variables=(
        Variable("SCENARIO", "Scenario", core=Core.REQUIRED),
        Variable("QUANTITY", "Quantity: Result Identifier, or a Name of its own", core=Core.REQUIRED),
        Variable("STATISTIC", "Statistic over Trials", core=Core.REQUIRED),
        Variable("VALUE", "Value", Kind.NUMBER),
        Variable("UNIT", "Unit of the Value"),
        Variable("MCSE", "Monte-Carlo Standard Error", Kind.NUMBER, low=0),
        Variable("LOWER", "Lower Limit of the 95% Monte-Carlo Interval", Kind.NUMBER),
        Variable("UPPER", "Upper Limit of the 95% Monte-Carlo Interval", Kind.NUMBER),
        Variable("TRIALS", "Trials behind the Value", Kind.INTEGER, low=0),
    ),
)

DESCRIBED = re.compile(r"\b(n|N|events|rate|percent|median|mean|observed|umvue|median unbiased|naive|p|subjects)\b")
LIMIT = re.compile(r"(^|\s)(lower|upper|q1|q3|min|max|se|sd|null|needed|planned|p naive.*|p corrected.*)(\s|:|$)")
"""Statistics that are described over trials, and those that are not: limits are counted by their coverage."""

NOBODY = re.compile(r"^AE\.(ALL|GROUP)\..+/(n|percent|grade 3 or higher( percent)?)$")
"""Counts of a class, term or group of events: a trial without a row had nobody with such an event."""

QUANTILES = (("q05", 0.05), ("median", 0.5), ("q95", 0.95))
AT_A_TIME = 64
"""So many numbers of a trial are in memory together."""

PROBABILITY, PATIENTS, MONTHS = "probability", "patients", "months"


@dataclass(frozen=True)
class _Scenario:
    """The results of one scenario and what is known of it; `whole` is the number of trials that were analysed whole."""

    name: str
    results: pl.LazyFrame
    names: tuple[str, ...]
    trials: int
    whole: int
    true: dict[str, tuple[float | None, float | None]]
    protocol: Protocol


_Row = tuple[str, str, Estimate, str]
"""Quantity, statistic, estimate, unit."""


def operating_characteristics_of(
    results: pl.LazyFrame | pl.DataFrame, protocol: Protocol, true: pl.DataFrame | None = None
) -> pl.DataFrame:
    """Return the operating characteristics of each scenario: the columns of CHARACTERISTICS.

    `results` has SCENARIO, CHUNK, STUDYID, RESULTID, VALUE and VALUEC of each trial; a scan of many files is read in
    parts. `true` are true values as `true_values_of` gives them: with them each estimate has its bias and each interval
    its coverage. The exact characteristics of the design are those at the rate of its endpoint, as the trials and the
    true value, where it is given, tell it together.
    """
    frame = results.lazy()
    counts = frame.group_by("SCENARIO").agg(pl.col("STUDYID").n_unique()).collect(engine="streaming")
    parts = []
    for name, trials in counts.sort("SCENARIO").iter_rows():
        own = _scenario(name, frame.filter(pl.col("SCENARIO") == name), trials, _true(true, name), protocol)
        rows = [
            (name, quantity, statistic, each.value, unit, each.error, each.lower, each.upper, each.trials)
            for quantity, statistic, each, unit in _rows(own)
        ]
        parts.append(pl.DataFrame(rows, schema=CHARACTERISTICS.schema, orient="row"))
    return pl.concat(parts) if parts else CHARACTERISTICS.empty()


_True = dict[str, tuple[float | None, float | None]]
"""True values by result, each with its error."""


def _scenario(name: str, results: pl.LazyFrame, trials: int, true: _True, protocol: Protocol) -> _Scenario:
    names = results.select(pl.col("RESULTID").unique()).collect(engine="streaming")["RESULTID"].sort().to_list()
    safety = [each for each in names if kept(each)]
    whole = results.filter(pl.col("RESULTID").is_in(safety)).select(pl.col("STUDYID").n_unique())
    return _Scenario(name, results, tuple(names), trials, whole.collect(engine="streaming").item(), true, protocol)


def _true(true: pl.DataFrame | None, scenario: str) -> _True:
    if true is None:
        return {}
    rows = true.filter(SCENARIO=scenario).select("RESULTID", "VALUE", "MCSE").iter_rows()
    return {name: (value, error) for name, value, error in rows}


def _rows(own: _Scenario) -> Iterator[_Row]:
    described = list(_described(own))
    yield from _decision(own, _rate(own, described))
    yield from described
    for quantity, each in mirage(own.results):
        yield quantity, "share", each, PROBABILITY


def _rate(own: _Scenario, described: Sequence[_Row]) -> tuple[float, float] | None:
    """Return the rate of the design's endpoint and its error: the true value and the mean of the trials, pooled.

    Both are of the same truth and independent; each counts by the inverse of its variance.
    """
    name = f"{own.protocol.design.endpoint}/all/rate"
    found = [
        (each.value, each.error)
        for quantity, statistic, each, _ in described
        if (quantity, statistic) == (name, "mean")
    ]
    known = [(value, error) for value, error in (own.true.get(name, (None, None)), *found) if value is not None]
    sure = [(value, error) for value, error in known if error]
    if not sure:
        return (known[0][0] / 100, 0.0) if known else None
    weights = [1 / error**2 for _, error in sure]
    value = sum(weight * value for weight, (value, _) in zip(weights, sure, strict=True)) / sum(weights)
    return value / 100, 1 / math.sqrt(sum(weights)) / 100


def _decision(own: _Scenario, rate: tuple[float, float] | None) -> Iterator[_Row]:
    """Yield what becomes of the decision: success, verdicts, stops at looks, patients; each with its exact value."""
    verdicts = own.results.filter(pl.col("RESULTID") == VERDICT).group_by("VALUEC").len().collect(engine="streaming")
    counts = dict(verdicts.sort("VALUEC").iter_rows())
    exact = None if rate is None else _Exact(own.protocol, *rate)
    won = sum(count for verdict, count in counts.items() if verdict.startswith("positive"))
    yield "DESIGN/success", "share", monte_carlo.share(won, own.trials), PROBABILITY
    if exact is not None:
        yield "DESIGN/success", "exact", exact.of(lambda found: found.success[0]), PROBABILITY
        yield "DESIGN/rate", "pooled", monte_carlo.normal(100 * exact.rate, 100 * exact.error, 0), "%"
    for verdict, count in counts.items():
        yield f"DESIGN/verdict: {verdict}", "share", monte_carlo.share(count, own.trials), PROBABILITY
    if undecided := own.trials - sum(counts.values()):
        yield "DESIGN/verdict: none", "share", monte_carlo.share(undecided, own.trials), PROBABILITY
    yield from _stops(own, exact)


def _stops(own: _Scenario, exact: "_Exact | None") -> Iterator[_Row]:
    found = stops(own.results, own.protocol)
    known = found.filter(pl.col("LOOK").is_not_null())
    rule = own.protocol.design.rule
    if known.height:
        for place, patients in enumerate(rule.looks):
            for end, bound in (("futile", rule.futility[place] >= 0), ("success", rule.efficacy[place] <= patients)):
                if not bound:
                    continue
                quantity = f"DESIGN/stop {end}@{patients}"
                events = known.filter(LOOK=place + 1, END=end).height
                yield quantity, "share", monte_carlo.share(events, known.height), PROBABILITY
                if exact is not None:
                    yield quantity, "exact", exact.stop(end, place), PROBABILITY
        sizes = known["PATIENTS"].to_numpy().astype(np.float64)
        yield "DESIGN/patients", "mean", monte_carlo.mean(sizes), PATIENTS
        yield "DESIGN/patients", "sd", monte_carlo.deviation(sizes), PATIENTS
    if exact is not None:
        yield "DESIGN/patients", "exact", exact.of(lambda each: each.expected_patients[0]), PATIENTS
    yield "DESIGN/stops unknown", "share", monte_carlo.share(own.trials - known.height, own.trials), PROBABILITY
    yield from _duration(own, known)


def _duration(own: _Scenario, known: pl.DataFrame) -> Iterator[_Row]:
    """Yield the months until the trial ends: at the look that stops it early, else at the cut-off."""
    rule = own.protocol.design.rule
    names = {place: f"CALENDAR/all/look@{look}" for place, look in enumerate(rule.looks[:-1], start=1)}
    names[len(rule.looks)] = "CALENDAR/all/cutoff"
    months = own.results.filter(pl.col("RESULTID").is_in(list(names.values()))).select("STUDYID", "RESULTID", "VALUE")
    ends = known.with_columns(RESULTID=pl.col("LOOK").replace_strict(names, return_dtype=pl.String))
    joined = ends.lazy().join(months, on=["STUDYID", "RESULTID"], how="inner").collect()
    values = np.sort(joined["VALUE"].drop_nulls().to_numpy())
    if len(values):
        yield from _spread("CALENDAR/duration", values, MONTHS)


class _Exact:
    """The exact characteristics of the design at a rate; its error carries over by the slope of each."""

    def __init__(self, protocol: Protocol, rate: float, error: float) -> None:
        self.rate, self.error = rate, error
        self._step = max(min(1e-4, rate, 1 - rate), 1e-9)
        near = np.clip([rate - self._step, rate + self._step], 0.0, 1.0)
        self._at = operating_characteristics(protocol.design.rule, [rate])
        self._below, self._above = (operating_characteristics(protocol.design.rule, [each]) for each in near)
        self._width = float(near[1] - near[0])

    def of(self, read: Callable[[OperatingCharacteristics], float]) -> Estimate:
        """Return one characteristic with the error that the error of the rate gives it."""
        slope = (float(read(self._above)) - float(read(self._below))) / self._width
        return monte_carlo.normal(float(read(self._at)), abs(slope) * self.error, 0)

    def stop(self, end: str, place: int) -> Estimate:
        """Return the probability to stop at a look."""
        if end == "futile":
            return self.of(lambda found: found.stops_futile[0, place])
        return self.of(lambda found: found.stops_success[0, place])


def _described(own: _Scenario) -> Iterator[_Row]:
    """Yield mean, spread, quantiles, bias and coverage of each number that is compared over trials."""
    names = set(own.names)
    wanted = [name for name in own.names if described(name)]
    for first in range(0, len(wanted), AT_A_TIME):
        batch = wanted[first : first + AT_A_TIME]
        limits = {limit for name in batch for limit in limits_of(name) if limit in names}
        values = _values(own.results, sorted({*batch, *limits}))
        for name in batch:
            yield from _quantity(own, name, values)


def described(name: str) -> bool:
    """Return whether a result is described over trials: an estimate or a count, not a limit or a constant.

    >>> described("PFS/all/median"), described("PFS/all/median lower"), described("DESIGN.decision/all/verdict")
    (True, False, False)
    """
    statistic = name.rpartition("/")[2]
    if name.startswith("CALENDAR/"):
        return True
    return bool(DESCRIBED.search(statistic)) and not LIMIT.search(statistic)


def limits_of(name: str) -> tuple[str, ...]:
    """Return the names of the limits of an estimate, none of another number."""
    stem, _, statistic = name.rpartition("/")
    return tuple(f"{stem}/{limit}" for limit in LIMITS.get(statistic, ()))


def _values(results: pl.LazyFrame, names: Sequence[str]) -> dict[str, Floats]:
    """Return the values of some results over trials; not a number where a trial has none."""
    chosen = results.filter(pl.col("RESULTID").is_in(names)).select("RESULTID", "VALUE").collect(engine="streaming")
    parts = chosen.partition_by("RESULTID", as_dict=True, include_key=False)
    return {str(key[0]): part["VALUE"].fill_null(np.nan).to_numpy() for key, part in parts.items()}


def _quantity(own: _Scenario, name: str, values: dict[str, Floats]) -> Iterator[_Row]:
    unit, found = unit_of(name), np.sort(values[name])
    found = found[~np.isnan(found)]
    trials = own.whole if kept(name) else own.trials
    if NOBODY.search(name):
        found = np.append(np.zeros(trials - len(found)), found)
    if name.endswith("/N") and not found.any():  # a method without rows says nothing but N = 0
        return
    yield from _spread(name, found, unit)
    yield name, "not estimable", monte_carlo.share(trials - len(found), trials), PROBABILITY
    value, error = own.true.get(name, (None, None))
    if value is None:
        return
    true = monte_carlo.normal(value, error, 0)
    yield name, "true", true, unit
    average = monte_carlo.mean(found)
    if average.value is not None:
        both = None if average.error is None else math.hypot(average.error, error or 0.0)
        yield name, "bias", monte_carlo.normal(average.value - value, both, average.trials), unit
    if limits := limits_of(name):
        lower, upper = (values.get(each, np.empty(0)) for each in limits)
        yield name, "coverage", coverage(lower, upper, value), PROBABILITY


def coverage(lower: Floats, upper: Floats, true: float) -> Estimate:
    """Return the share of intervals that hold a value, among those that exist: with a lower limit.

    An upper limit that is missing beside a lower one is infinite. The limits need not be in one order of trials: an
    interval misses the value on one side only.

    >>> coverage(np.array([1.0, 3.0, np.nan]), np.array([np.nan, 4.0, np.nan]), 2.0).value
    0.5
    """
    given, slack = int((~np.isnan(lower)).sum()), 1e-9 * max(abs(true), 1.0)
    missed = int((lower > true + slack).sum()) + int((upper < true - slack).sum())
    return monte_carlo.share(given - missed, given)


def _spread(name: str, ordered: Floats, unit: str) -> Iterator[_Row]:
    """Yield mean, SD and quantiles of sorted values."""
    yield name, "mean", monte_carlo.mean(ordered), unit
    yield name, "sd", monte_carlo.deviation(ordered), unit
    for statistic, at in QUANTILES:
        yield name, statistic, monte_carlo.quantile(ordered, at), unit


def unit_of(name: str) -> str:
    """Return the unit of a result: % of rates, months of times, empty of counts, scores and p-values.

    >>> unit_of("ORR/all/rate"), unit_of("PFS/all/median"), unit_of("PFS/all/events"), unit_of("C30QL.C2/all/mean")
    ('%', 'months', '', '')
    """
    stem, _, statistic = name.rpartition("/")
    if statistic in ("rate", "naive", "umvue", "median unbiased") or statistic.endswith("percent"):
        return "%"
    analysis = stem.partition("/")[0]
    if analysis == "CALENDAR" or statistic == "median" or (analysis.endswith(".rmst") and statistic == "mean"):
        return MONTHS
    return MONTHS if analysis == "TTR" and statistic == "mean" else ""
