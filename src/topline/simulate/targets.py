"""Published results as targets of a calibration: what was measured, its value, its interval, in how many patients.

title = "Apatinib in oesophageal squamous cell carcinoma"
source = "doi or number of the paper"

[[target]]
quantity = "median PFS"
published = 3.8
lower = 2.2
upper = 5.4
n = 40
unit = "months"
"""

import math
import re
import tomllib
from dataclasses import dataclass, field, fields
from typing import Any

from topline.errors import ToplineError
from topline.protocol.endpoints import Rate, TimeToEvent
from topline.protocol.model import Protocol
from topline.simulate.population import Estimate, Observed
from topline.stats.proportion import clopper_pearson

RATES = {
    "ORR": Rate(type="rate", parameter="RSP", values=("Y",)),
    "confirmed ORR": Rate(type="rate", parameter="CRSP", values=("Y",)),
    "DCR": Rate(type="rate", parameter="DCR", values=("Y",)),
    "confirmed DCR": Rate(type="rate", parameter="CDCR", values=("Y",)),
}
"""Rates that every study has: best response CR or PR, and CR, PR or SD, as seen once or confirmed."""

MEDIAN = re.compile(r"^median (\w+)$")
AT_MONTH = re.compile(r"^(\w+) at (\d+(?:\.\d+)?) months?$")
UNITS = {"%": 100.0, "months": 1.0}


@dataclass(frozen=True, slots=True)
class Target:
    """A published number: `quantity` as docs/simulation.md names it, value and limits in `unit` (% or months).

    `n` is the number of patients that it rests on. Without limits those of a rate are Clopper-Pearson's.
    """

    quantity: str
    published: float
    n: int
    unit: str
    lower: float | None = None
    upper: float | None = None
    confidence: float = 0.95

    @property
    def interval(self) -> tuple[float, float] | None:
        """The published interval, or Clopper and Pearson's of a rate; None for a median without one."""
        if self.lower is not None and self.upper is not None:
            return self.lower, self.upper
        if self.unit != "%":
            return None
        exact = clopper_pearson(round(self.published / 100 * self.n), self.n, self.confidence)
        return 100 * float(exact.lower), 100 * float(exact.upper)

    @property
    def error(self) -> float:
        """The standard error of the published value: half its interval by the normal quantile, else nan."""
        if self.interval is None:
            return math.nan
        from scipy.special import ndtri

        return (self.interval[1] - self.interval[0]) / (2 * float(ndtri((1 + self.confidence) / 2)))


@dataclass(frozen=True, slots=True)
class Targets:
    """The targets of one publication."""

    title: str
    source: str
    targets: tuple[Target, ...] = field(default=())


def parse_targets(text: str, protocol: Protocol, where: str = "targets") -> Targets:
    """Return the targets of a TOML text.

    Raises ToplineError TL-V13 for what is no TOML or of another type, TL-V15 for a quantity that the study does not
    analyse, TL-V16 for an impossible one.
    """
    try:
        content = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ToplineError("TL-V13", where=where, what=f"is not TOML: {error}") from None
    unknown = sorted(set(content) - {"title", "source", "target"})
    entries = content.get("target", [])
    if unknown or not isinstance(entries, list) or not entries:
        what = f"{unknown[0]} is not one of title, source, target" if unknown else "there is no [[target]]"
        raise ToplineError("TL-V13", where=where, what=what)
    made = [_target(entry, f"{where}, target {place}", protocol) for place, entry in enumerate(entries, 1)]
    names = [each.quantity for each in made]
    if twice := [name for name in names if names.count(name) > 1]:
        raise ToplineError("TL-V16", where=where, what=f"{twice[0]} stands there twice")
    return Targets(str(content.get("title", "")), str(content.get("source", "")), tuple(made))


def _target(entry: Any, where: str, protocol: Protocol) -> Target:
    known = {each.name for each in fields(Target)}
    if not isinstance(entry, dict) or (unknown := sorted(set(entry) - known)):
        raise ToplineError(
            "TL-V13", where=where, what=f"{unknown[0] if isinstance(entry, dict) else entry!r}: not known"
        )
    for name, kinds in (("quantity", str), ("unit", str), ("published", (int, float)), ("n", int)):
        if not isinstance(entry.get(name), kinds) or isinstance(entry.get(name), bool):
            raise ToplineError(
                "TL-V13", where=f"{where}, {name}", what=f"{entry.get(name)!r} is missing or of another type"
            )
    for name in ("lower", "upper", "confidence"):
        if name in entry and (isinstance(entry[name], bool) or not isinstance(entry[name], int | float)):
            raise ToplineError("TL-V13", where=f"{where}, {name}", what=f"{entry[name]!r} is not a number")
    target = Target(**entry)
    _possible(target, where, protocol)
    return target


def _possible(target: Target, where: str, protocol: Protocol) -> None:
    """Raise ToplineError where a target cannot be."""
    unit = unit_of(target.quantity, protocol, where)
    if target.unit != unit:
        raise ToplineError("TL-V16", where=where, what=f"{target.quantity} is in {unit}, not in {target.unit!r}")
    if (target.lower is None) != (target.upper is None):
        raise ToplineError("TL-V16", where=where, what="one limit without the other")
    most = 100.0 if unit == "%" else math.inf
    sound = 0 <= target.published <= most and target.n > 0 and 0.5 <= target.confidence < 1
    low, high = (target.interval if sound else None) or (target.lower, target.upper)
    inside = low is None or high is None or low <= target.published <= high
    if not (sound and inside):
        what = (
            f"{target.quantity}: {target.published:g} ({low}, {high}), n {target.n}, confidence {target.confidence:g}"
        )
        raise ToplineError("TL-V16", where=where, what=what)


def unit_of(quantity: str, protocol: Protocol, where: str = "") -> str:
    """Return the unit of a quantity: % of a rate, months of a median. Raises ToplineError TL-V15 for an unknown one."""
    times = {each.id for each in protocol.endpoints if _is_time(protocol, each.id)}
    rates = {each.id for each in protocol.endpoints if isinstance(each.analysis, Rate)}
    if quantity in {*RATES, *(f"endpoint {name}" for name in rates)}:
        return "%"
    for pattern, unit in ((MEDIAN, "months"), (AT_MONTH, "%")):
        found = pattern.match(quantity)
        if found and found[1] in times:
            return unit
    known = [*RATES, *(f"endpoint {name}" for name in sorted(rates)), *(f"median {name}" for name in sorted(times))]
    raise ToplineError("TL-V15", where=where, what=f"{quantity!r} is not one of {', '.join(known)}, PFS at 6 months")


def _is_time(protocol: Protocol, endpoint: str) -> bool:
    analysis = protocol.endpoint(endpoint).analysis
    return isinstance(analysis, TimeToEvent) and analysis.events != ("response",)


def estimate(quantity: str, observed: Observed) -> Estimate:
    """Return a quantity in a population, in its unit, with its Monte-Carlo error."""
    protocol = observed.protocol
    if found := MEDIAN.match(quantity):
        return observed.median(found[1])
    if found := AT_MONTH.match(quantity):
        return _percent(observed.survival(found[1], float(found[2])))
    if quantity in RATES:
        population = protocol.endpoint(protocol.design.endpoint).estimand.population
        return _percent(observed.rate(RATES[quantity], population))
    endpoint = protocol.endpoint(quantity.removeprefix("endpoint "))
    assert isinstance(endpoint.analysis, Rate)
    return _percent(observed.rate(endpoint.analysis, endpoint.estimand.population))


def _percent(share: Estimate) -> Estimate:
    return 100 * share[0], 100 * share[1]


def in_trials(target: Target, observed: Observed) -> Estimate:
    """Return what trials of as many patients as were published find on average, and the error of one such trial.

    The error is that of the publication where it has an interval, else that of a virtual trial of n patients. On
    average a trial's median is not the median of the population: `Observed.sample_median`.
    """
    if found := MEDIAN.match(target.quantity):
        mean, spread = observed.sample_median(found[1], target.n)
    else:
        mean, _ = estimate(target.quantity, observed)
        spread = math.nan
    return mean, spread if math.isnan(target.error) else target.error


def distance(target: Target, observed: Observed) -> float:
    """Return how far a population is from a target, in standard errors; positive: more, or longer."""
    mean, error = in_trials(target, observed)
    return (mean - target.published) / error
