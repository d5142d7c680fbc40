"""Two groups of a marker that were stated beforehand: their rates or times, compared, and the power there was."""

import numpy as np
import polars as pl
from scipy import special

from topline.stats.analysis import Analysis, Number, Selection
from topline.stats.cox import CoxOptions, cox
from topline.stats.difference import newcombe
from topline.stats.fisher import detectable_rate, fisher_exact, fisher_power, odds_ratio
from topline.stats.interval import Array, Interval
from topline.stats.logrank import log_rank
from topline.stats.survival import estimate
from topline.tables.adam_biomarker import NEGATIVE, POSITIVE

Counts = tuple[int, int, int, int]
WANTED_POWER = 0.8


def positive_subjects(chosen: Selection) -> Array:
    """Return 1 for rows of the positive group, else 0."""
    return np.asarray((chosen.rows["AVALCAT1"] == POSITIVE).to_numpy(), dtype=np.float64)


def counts_of(chosen: Selection) -> Counts:
    """Return events and subjects of the positive group, events and subjects of the negative one."""
    high = positive_subjects(chosen) == 1.0
    return int(chosen.yes[high].sum()), int(high.sum()), int(chosen.yes[~high].sum()), int((~high).sum())


def _sizes(counts: Counts) -> list[Number]:
    return [Number(f"n {POSITIVE}", counts[1]), Number(f"n {NEGATIVE}", counts[3])]


def finite(name: str, value: float, unit: str = "", text: str = "") -> Number:
    """Return a number, or one without value and the text NE where it does not exist."""
    return Number(name, value, text, unit) if np.isfinite(value) else Number(name, None, _not_finite(value), unit)


def _not_finite(value: float) -> str:
    return "infinite" if np.isinf(value) else "NE"


def interval_numbers(name: str, interval: Interval, factor: float = 1.0, unit: str = "") -> list[Number]:
    """Return estimate and limits of a single interval."""
    parts = ((name, interval.estimate), ("lower", interval.lower), ("upper", interval.upper))
    return [finite(part, factor * float(np.ravel(value)[0]), unit) for part, value in parts]


def _one_sided(counts: Counts) -> bool:
    return 0 in (counts[1], counts[3])


def difference(chosen: Selection, analysis: Analysis) -> list[Number]:
    """Return the rate of the positive group minus that of the negative one, in percentage points, with its interval."""
    counts = counts_of(chosen)
    if _one_sided(counts):
        return _sizes(counts)
    interval = newcombe(*counts, analysis.setting("confidence"))
    return [*_sizes(counts), *interval_numbers("difference", interval, 100.0, "%")]


def fisher_test(chosen: Selection, analysis: Analysis) -> list[Number]:
    """Return Fisher's exact p-value, two-sided, of the two groups."""
    counts = counts_of(chosen)
    return _sizes(counts) if _one_sided(counts) else [*_sizes(counts), Number("p", float(fisher_exact(*counts)))]


def odds(chosen: Selection, analysis: Analysis) -> list[Number]:
    """Return the odds ratio of the positive against the negative group: conditional estimate with exact limits."""
    counts = counts_of(chosen)
    if _one_sided(counts):
        return _sizes(counts)
    return [*_sizes(counts), *interval_numbers("odds ratio", odds_ratio(*counts, analysis.setting("confidence")))]


def rate_power(chosen: Selection, analysis: Analysis) -> list[Number]:
    """Return the exact power of Fisher's test in groups of these sizes, for the alternatives of the protocol.

    `detectable` is the smallest rate of the positive group that is found with 80% power, at each rate of the negative.
    """
    counts = counts_of(chosen)
    numbers, alpha = _sizes(counts), analysis.setting("alpha")
    if _one_sided(counts):
        return numbers
    pairs = [tuple(map(float, pair.split("/"))) for pair in str(analysis.settings["alternatives"]).split()]
    for one, two in pairs:
        power = float(fisher_power(one, two, counts[1], counts[3], alpha))
        numbers.append(Number(f"power: {100 * one:g} v {100 * two:g}", 100 * power, unit="%"))
    for base in dict.fromkeys(two for _, two in pairs):
        rate = 100 * detectable_rate(base, counts[1], counts[3], WANTED_POWER, alpha)
        numbers.append(finite(f"detectable: v {100 * base:g}", rate, "%"))
    return numbers


def times_of(chosen: Selection) -> tuple[Array, Array]:
    """Return the days from the origin or landmark, and 1 for an event, 0 for censored."""
    return chosen.rows["TTEDY"].cast(pl.Float64).to_numpy(), chosen.yes.astype(np.float64)


def group_times(chosen: Selection, analysis: Analysis) -> list[Number]:
    """Return the Kaplan-Meier summary of one group; time counts from the landmark where the marker has one."""
    return estimate(Selection(chosen.rows.with_columns(pl.col("TTEDY").alias("AVAL")), chosen.yes), analysis)


def group_log_rank(chosen: Selection, analysis: Analysis) -> list[Number]:
    """Return the log-rank test of the two groups."""
    counts = counts_of(chosen)
    if _one_sided(counts):
        return _sizes(counts)
    found = log_rank(*times_of(chosen), positive_subjects(chosen))
    return [*_sizes(counts), finite("chi-square", float(found.chi_square)), finite("p", float(found.p))]


def group_hazard_ratio(chosen: Selection, analysis: Analysis) -> list[Number]:
    """Return the hazard ratio of the positive against the negative group (Cox, Efron)."""
    counts = counts_of(chosen)
    if _one_sided(counts):
        return _sizes(counts)
    options = CoxOptions(confidence=analysis.setting("confidence"))
    fit = cox(*times_of(chosen), positive_subjects(chosen)[:, None], options=options)
    return [*_sizes(counts), *interval_numbers("hazard ratio", fit.hazard_ratio), finite("p", float(fit.p[0]))]


def time_power(chosen: Selection, analysis: Analysis) -> list[Number]:
    """Return the hazard ratio that the log-rank test finds with 80% power at these events and group sizes.

    Schoenfeld 1981, doi:10.1093/biomet/68.1.316: events d, shares p and q, log ratio (z(alpha/2) + z(power)) /
    sqrt(d p q). Its inverse is the ratio in the other direction.
    """
    counts = counts_of(chosen)
    share = counts[1] / chosen.n
    information = chosen.events * share * (1.0 - share)
    numbers = [*_sizes(counts), Number("events", chosen.events)]
    if information == 0.0:
        return numbers
    need = float(special.ndtri(1.0 - analysis.setting("alpha") / 2.0) + special.ndtri(WANTED_POWER))
    return [*numbers, Number("detectable hazard ratio", float(np.exp(-need / np.sqrt(information))))]
