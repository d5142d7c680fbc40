"""All markers of one endpoint together: the corrected search, the optimism of its best cut, and shrunken groups."""

from dataclasses import dataclass

import numpy as np
import polars as pl

from topline.stats.analysis import Analysis, Number, Selection
from topline.stats.fisher import fisher_exact
from topline.stats.interval import Array, Interval
from topline.stats.logrank import log_rank
from topline.stats.marker_cuts import Cuts, every_cut
from topline.stats.marker_groups import finite
from topline.stats.maximal_distribution import exact_maximum, gaussian_maximum, lausen_sauerbrei, lausen_schumacher
from topline.stats.maximal_statistic import MaximalStatistic, maximal_statistic
from topline.stats.optimism import bootstrap_optimism
from topline.stats.outcome_scores import Outcome, Response, Survival, response_outcome, survival_outcome
from topline.stats.shrinkage import shrink, shrink_rates
from topline.tables.adam_biomarker import NEGATIVE, POSITIVE

KEYS = ["STUDYID", "USUBJID"]


@dataclass(frozen=True)
class Family:
    """Subjects by markers: names of the markers, their rules and units, values, and each subject's outcome.

    Attributes:
        names: markers, in order of their code; (marker,).
        rules: rule of the positive group, or empty; (marker,).
        units: units of the values, or empty; (marker,).
        grouped: True for markers that are groups already; (marker,).
        values: values, nan where missing; (subject, marker).
        outcome: what they are tested against.
        time: days to event or censoring, nan for a rate; (subject,).

    """

    names: tuple[str, ...]
    rules: tuple[str, ...]
    units: tuple[str, ...]
    grouped: tuple[bool, ...]
    values: Array
    outcome: Outcome
    time: Array


def family_of(chosen: Selection, column: str = "AVAL") -> Family:
    """Return the markers of the selected rows; subjects stand in the order of their identifier, whatever the rows'."""
    rows = chosen.rows.with_columns(pl.Series("EVENT", chosen.yes.astype(np.float64)))
    markers = rows.group_by("PARAMCD").agg(
        pl.col("CRIT1", "AVALU").drop_nulls().first().fill_null(""), (pl.col("PARCAT1") == "CATEGORICAL").first()
    )
    markers = markers.sort("PARAMCD")
    subjects = rows.group_by(KEYS).agg(pl.col("EVENT").first(), pl.col("TTEDY").first().cast(pl.Float64)).sort(KEYS)
    wide = rows.select(*KEYS, "PARAMCD", pl.col(column).alias("V")).pivot("PARAMCD", index=KEYS, values="V")
    names = tuple(markers["PARAMCD"].to_list())
    matrix = subjects.select(KEYS).join(wide, on=KEYS, how="left", maintain_order="left").select(names)
    event, time = subjects["EVENT"].to_numpy(), subjects["TTEDY"].fill_null(float("nan")).to_numpy()
    rate = bool(np.isnan(time).all())
    return Family(
        names,
        tuple(markers["CRIT1"].to_list()),
        tuple(markers["AVALU"].to_list()),
        tuple(markers["PARCAT1"].to_list()),
        matrix.cast(pl.Float64).fill_null(float("nan")).to_numpy(),
        response_outcome(event) if rate else survival_outcome(time, event),
        time,
    )


def _cuts(family: Family, analysis: Analysis) -> Cuts:
    return every_cut(family.values, np.array(family.grouped), (analysis.setting("low"), analysis.setting("high")))


def search(chosen: Selection, analysis: Analysis) -> list[Number]:
    """Return the best cut of each marker with naive and corrected p-values, and what must be said beside them."""
    family = family_of(chosen)
    cuts = _cuts(family, analysis).tried()
    found = maximal_statistic(
        family.outcome, cuts, int(analysis.setting("permutations")), int(analysis.setting("seed"))
    )
    families = int(analysis.setting("families"))
    numbers = [
        Number("N", cuts.subjects),
        Number("events", float(family.outcome.event.sum())),
        Number("markers", len(family.names)),
        Number("cuts", len(cuts.marker)),
        Number("permutations", found.permutations),
        Number("families", families),
    ]
    for place in range(len(family.names)):
        numbers += _marker_numbers(family, cuts, found, place, families)
    return numbers + _statements(analysis)


def _marker_numbers(family: Family, cuts: Cuts, found: MaximalStatistic, place: int, families: int) -> list[Number]:
    name, best = family.names[place], int(found.best[place])
    if best < 0:
        return [Number(f"cuts: {name}", 0)]
    high, present = cuts.member[:, best] == 1.0, cuts.present[:, place] == 1.0
    numbers = [
        Number(f"cuts: {name}", len(cuts.of(place))),
        Number(f"cut: {name}", float(cuts.value[best]), _rule(family, place, float(cuts.value[best]))),
        Number(f"n high: {name}", int(high.sum())),
        Number(f"n low: {name}", int((present & ~high).sum())),
        Number(f"events high: {name}", float(family.outcome.event[high].sum())),
        Number(f"events low: {name}", float(family.outcome.event[present & ~high].sum())),
        Number(f"statistic: {name}", float(found.statistic[best])),
        finite(f"p naive: {name}", _naive(family, high, present)),
        Number(f"p corrected, cuts: {name}", float(found.p_cuts[place])),
        Number(f"p corrected: {name}", min(families * float(found.p_markers[place]), 1.0)),
    ]
    return numbers + ([] if family.grouped[place] else _by_formula(family, cuts, found, place))


def _rule(family: Family, place: int, value: float) -> str:
    if family.grouped[place]:
        return family.rules[place]
    return f">= {value:.12g} {family.units[place]}".strip()


def _naive(family: Family, high: Array, present: Array) -> float:
    """Return the p-value of the best cut as if it had been stated beforehand."""
    one, two = high.astype(bool), (present.astype(bool) & ~high.astype(bool))
    event = family.outcome.event
    if isinstance(family.outcome, Response):
        return float(fisher_exact(event[one].sum(), one.sum(), event[two].sum(), two.sum()))
    used = one | two
    return float(log_rank(family.time[used], event[used], one[used].astype(np.float64)).p)


def _by_formula(family: Family, cuts: Cuts, found: MaximalStatistic, place: int) -> list[Number]:
    """Return p-values of one marker's search that need no permutation, for comparison; and its statistics."""
    name, places = family.names[place], cuts.of(place)
    n, top = int(cuts.present[:, place].sum()), float(found.maximum[place])
    low = n - cuts.member[:, places].sum(axis=0)
    numbers = [
        Number(f"p Lausen-Schumacher: {name}", lausen_schumacher(top, *cuts.shares)),
        Number(f"p Lausen-Sauerbrei: {name}", lausen_sauerbrei(top, low.tolist(), n)),
        Number(f"p Gauss: {name}", gaussian_maximum(top, low.tolist(), n)),
    ]
    if isinstance(family.outcome, Response):
        events = int(family.outcome.event[cuts.present[:, place] == 1.0].sum())
        exact = exact_maximum(top, [int(size) for size in low], n, events)
        numbers.append(Number(f"p exact, cuts: {name}", exact))
    curve = zip(n - low, found.statistic[places], cuts.value[places], strict=True)
    return numbers + [Number(f"standardised: {name}", float(z), f"{v:.12g}", at=float(m)) for m, z, v in curve]


def _statements(analysis: Analysis) -> list[Number]:
    """Return the ids of the sentences that belong beside the search, see `topline.tables.biomarker_statements`."""
    ids = ["search", "endpoints"]
    ids += ["single-arm"] if analysis.setting("arms") == 1 else ["pooled-arms"]
    ids += ["landmark"] if analysis.setting("landmark") else []
    return [Number(f"statement: {name}", None, name) for name in ids]


def optimism(chosen: Selection, analysis: Analysis) -> list[Number]:
    """Return the effect of the best cut of all markers, its optimism by bootstrap, and what is left of it."""
    family = family_of(chosen)
    cuts = _cuts(family, analysis)
    tried = len(cuts.tried().marker)
    if not tried:
        return [Number("cuts", 0)]
    found = bootstrap_optimism(family.outcome, cuts, int(analysis.setting("bootstrap")), int(analysis.setting("seed")))
    place = int(cuts.marker[found.best])
    rule = _rule(family, place, float(cuts.value[found.best]))
    factor, unit = (100.0, "%") if isinstance(family.outcome, Response) else (1.0, "")
    numbers = [
        Number("cuts", tried),
        Number("best", None, family.names[place]),
        Number("cut", float(cuts.value[found.best]), rule),
        finite("effect", factor * found.effect, unit),
        finite("optimism", factor * found.optimism, unit),
        finite("corrected", factor * found.corrected, unit),
        Number("samples", found.samples),
        finite("again", 100.0 * found.again, "%"),
    ]
    return numbers + ([] if unit else _ratios(found.effect, found.corrected))


def _ratios(effect: float, corrected: float) -> list[Number]:
    """Return the hazard ratios of log hazard ratios."""
    return [finite("hazard ratio", float(np.exp(effect))), finite("hazard ratio corrected", float(np.exp(corrected)))]


def shrinkage(chosen: Selection, analysis: Analysis) -> list[Number]:
    """Return the estimates of all groups stated beforehand, shrunken to what the markers together suggest."""
    groups = chosen.rows.with_columns((pl.col("AVALCAT1") == POSITIVE).cast(pl.Float64).alias("HIGH"))
    family = family_of(Selection(groups, chosen.yes), "HIGH")
    scale, confidence = analysis.setting("spread"), analysis.setting("confidence")
    if isinstance(family.outcome, Survival):
        return _shrunken_hazards(family, family.outcome, scale, confidence)
    high, present = family.values == 1.0, ~np.isnan(family.values)
    low, event = present & ~high, family.outcome.event[:, None]
    counts = ((event * high).sum(axis=0), high.sum(axis=0), (event * low).sum(axis=0), low.sum(axis=0))
    both = (counts[1] > 0) & (counts[3] > 0)
    if not both.any():
        return [Number("markers", 0)]
    one, two, three, four = (part[both] for part in counts)
    found = shrink_rates((one, two, three, four), scale, confidence)
    numbers = [Number("markers", int(both.sum())), Number("spread", found.effect.spread)]
    for place, name in enumerate(np.array(family.names)[both]):
        for part, interval in (
            (POSITIVE, found.positive),
            (NEGATIVE, found.negative),
            ("difference", found.difference),
        ):
            numbers += _part(f"{part}: {name}", interval, place)
    return numbers


def _part(name: str, interval: Interval, place: int, factor: float = 100.0, unit: str = "%") -> list[Number]:
    parts = ((name, interval.estimate), (f"lower {name}", interval.lower), (f"upper {name}", interval.upper))
    return [Number(part, factor * float(values[place]), unit=unit) for part, values in parts]


def _shrunken_hazards(family: Family, outcome: Survival, scale: float, confidence: float) -> list[Number]:
    """Return shrunken hazard ratios from the observed minus expected events of each marker and their variance."""
    order = np.arange(len(family.values))[None]
    present = (~np.isnan(family.values)).astype(np.float64)
    high = (family.values == 1.0).astype(np.float64)
    both = [k for k in range(len(family.names)) if 0 < high[:, k].sum() < present[:, k].sum()]
    if not both:
        return [Number("markers", 0)]
    pairs = [outcome.comparison(order, present[:, [k]].T, high[:, [k]].T) for k in both]
    score, variance = (np.array([float(pair[part][0]) for pair in pairs]) for part in (0, 1))
    found = shrink(lambda x: score[:, None] * x - variance[:, None] * x**2 / 2.0, scale, confidence)
    ratio = found.log_ratio
    whole = Interval(np.exp(ratio.estimate), np.exp(ratio.lower), np.exp(ratio.upper), confidence, ratio.method)
    numbers = [Number("markers", len(both)), Number("spread", found.spread)]
    for place, name in enumerate(family.names[k] for k in both):
        numbers += _part(f"hazard ratio: {name}", whole, place, 1.0, "")
    return numbers
