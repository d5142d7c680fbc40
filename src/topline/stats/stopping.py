"""Where the trial stands against its stopping rule for toxicity."""

import numpy as np
import polars as pl
from numpy.typing import NDArray

from topline.protocol.rule.toxicity import ToxicityRule, each_patient, is_certain, pocock_rule
from topline.stats.analysis import Analysis, Number, Selection
from topline.stats.monitoring import toxicity_posterior

EVENT, CENSORED = 0, 1
FURTHER = 0.2
"""The power is the probability to stop at a rate higher by so much."""
Counts = NDArray[np.int64]


def against_boundary(chosen: Selection, analysis: Analysis) -> list[Number]:
    """Return toxicities in order of entry against the exact boundary, the verdict, and the posterior of the rate.

    Patients count in the order of their first dose, those with toxicity at once, those without when they were observed
    for the whole window; a patient who died or stopped in it without toxicity is one without. A window of 0 days is
    none: every patient counts as seen so far. Patients who began on one day have no order: they count together, and
    the rule is asked after the last of them, so that no name decides. Fewer looks than the boundary is made for never
    raise its error. The verdict is `stop` when the bound was reached at any look, else `go on`, or with all planned
    patients `not reached`. With more patients than planned the rule says nothing more.
    """
    patients, toxicities = _by_day(chosen, analysis)
    planned = int(analysis.setting("planned"))
    rule = pocock_rule(each_patient(planned), analysis.setting("rate"), analysis.setting("error"))
    n, x = (int(each[-1]) if len(each) else 0 for each in (patients, toxicities))
    asked = patients <= planned
    patients, toxicities = patients[asked], toxicities[asked]
    crossed = patients[toxicities >= np.array(rule.boundary.efficacy)[patients - 1]]
    numbers = [
        Number("patients", float(n)),
        Number("waiting", float(chosen.n - n)),
        Number("toxicities", float(x)),
        *_bound(rule, n),
        *_verdict(crossed, n, planned),
        Number("level", rule.threshold),
        Number("error", 100 * rule.error, unit="%"),
        Number("power", 100 * rule.stops(min(rule.rate + FURTHER, 1.0)), unit="%"),
        *_posterior(x, n, analysis),
    ]
    numbers += [Number("boundary", float(bound), at=float(patient)) for patient, bound in rule.steps]
    so_far = zip(patients.tolist(), toxicities.tolist(), strict=True)
    return numbers + [Number("observed", float(count), at=float(patient)) for patient, count in so_far]


def _bound(rule: ToxicityRule, patients: int) -> list[Number]:
    """Return the bound that holds for the patients so far."""
    bounds = rule.boundary.efficacy
    if not 1 <= patients <= len(bounds):
        return [Number("bound", None, "NE")]
    bound = bounds[patients - 1]
    return [Number("bound", bound if bound <= patients else None, "" if bound <= patients else "NE")]


def _verdict(crossed: Counts, patients: int, planned: int) -> list[Number]:
    """Return the verdict, and the patient at whom the bound was reached first."""
    if len(crossed):
        return [Number("verdict", None, "stop"), Number("stopped at", float(crossed[0]))]
    text = "go on" if patients < planned else "not reached" if patients == planned else "more patients than planned"
    return [Number("verdict", None, text)]


def _posterior(toxicities: int, patients: int, analysis: Analysis) -> list[Number]:
    if not patients:
        return []
    prior = (analysis.setting("prior a"), analysis.setting("prior b"))
    after = toxicity_posterior(toxicities, patients, analysis.setting("rate"), prior, analysis.setting("confidence"))
    parts = (("posterior mean", after.rate.estimate), ("lower", after.rate.lower), ("upper", after.rate.upper))
    high = "high" if is_certain(after.exceeds, analysis.setting("certainty")) else "not high"
    numbers = [Number(name, 100 * float(value), unit="%") for name, value in parts]
    return [*numbers, Number("posterior above rate", 100 * float(after.exceeds), high, "%")]


def _by_day(chosen: Selection, analysis: Analysis) -> tuple[Counts, Counts]:
    """Return the patients who count, and those of them with toxicity, up to each day on which one of them began."""
    window = analysis.setting("window")
    happened = (pl.col("CNSR") == EVENT) & ((pl.col("AVAL") <= window) | (window == 0))
    observed = (pl.col("AVAL") >= window) | (pl.col("CNSR") != CENSORED)
    known = chosen.rows.filter(happened | observed)
    days = known.group_by("STARTDT").agg(pl.len().alias("N"), happened.sum().alias("X")).sort("STARTDT")
    return days["N"].cast(pl.Int64).cum_sum().to_numpy(), days["X"].cast(pl.Int64).cum_sum().to_numpy()
