"""Where the trial stands against its stopping rule for toxicity."""

import numpy as np
import polars as pl
from numpy.typing import NDArray

from topline.stats.analysis import Analysis, Number, Selection
from topline.stats.monitoring import ToxicityBoundary, stopping_probability, toxicity_boundary, toxicity_posterior

EVENT, CENSORED = 0, 1


def against_boundary(chosen: Selection, analysis: Analysis) -> list[Number]:
    """Return toxicities in order of entry against the exact boundary, the verdict, and the posterior of the rate.

    Patients count in the order of their first dose, those with toxicity at once, those without when they were observed
    for the whole window; a patient who died or stopped in it without toxicity is one without. A window of 0 days is
    none: every patient counts as seen so far. The verdict is `stop` when the bound was reached at any patient, else
    `go on`, or with all planned patients `not reached`. With more patients than planned the rule says nothing more.
    """
    toxic = _in_order(chosen, analysis)
    rule = toxicity_boundary(int(analysis.setting("planned")), analysis.setting("rate"), analysis.setting("error"))
    seen = toxic[: len(rule.stop)]
    so_far = np.cumsum(seen)
    crossed = np.nonzero(so_far >= rule.stop[: len(seen)])[0]
    numbers = [
        Number("patients", float(len(toxic))),
        Number("waiting", float(chosen.n - len(toxic))),
        Number("toxicities", float(toxic.sum())),
        *_bound(rule, len(toxic)),
        *_verdict(crossed, len(toxic), len(rule.stop)),
        Number("level", rule.level),
        Number("error", 100 * rule.error, unit="%"),
        Number("power", 100 * float(stopping_probability(rule.stop, min(rule.rate + 0.2, 1.0))), unit="%"),
        *_posterior(toxic, analysis),
    ]
    numbers += [Number("boundary", float(bound), at=float(patient)) for patient, bound in rule.steps()]
    return numbers + [Number("observed", float(x), at=float(i)) for i, x in enumerate(so_far, start=1)]


def _bound(rule: ToxicityBoundary, patients: int) -> list[Number]:
    """Return the bound that holds for the patients so far."""
    if not 1 <= patients <= len(rule.stop):
        return [Number("bound", None, "NE")]
    bound = int(rule.stop[patients - 1])
    return [Number("bound", bound if bound <= patients else None, "" if bound <= patients else "NE")]


def _verdict(crossed: NDArray[np.intp], patients: int, planned: int) -> list[Number]:
    """Return the verdict, and the patient at whom the bound was reached first."""
    if len(crossed):
        return [Number("verdict", None, "stop"), Number("stopped at", float(crossed[0]) + 1)]
    text = "go on" if patients < planned else "not reached" if patients == planned else "more patients than planned"
    return [Number("verdict", None, text)]


def _posterior(toxic: NDArray[np.bool_], analysis: Analysis) -> list[Number]:
    if not len(toxic):
        return []
    prior = (analysis.setting("prior a"), analysis.setting("prior b"))
    after = toxicity_posterior(
        int(toxic.sum()), len(toxic), analysis.setting("rate"), prior, analysis.setting("confidence")
    )
    parts = (("posterior mean", after.rate.estimate), ("lower", after.rate.lower), ("upper", after.rate.upper))
    high = "high" if float(after.exceeds) >= analysis.setting("certainty") else "not high"
    numbers = [Number(name, 100 * float(value), unit="%") for name, value in parts]
    return [*numbers, Number("posterior above rate", 100 * float(after.exceeds), high, "%")]


def _in_order(chosen: Selection, analysis: Analysis) -> NDArray[np.bool_]:
    """Return for each patient that counts, in order of entry, whether the toxicity came in the window."""
    rows = chosen.rows.sort("STARTDT", "USUBJID")
    window = analysis.setting("window")
    happened = (pl.col("CNSR") == EVENT) & ((pl.col("AVAL") <= window) | (window == 0))
    observed = (pl.col("AVAL") >= window) | (pl.col("CNSR") != CENSORED)
    known = rows.filter(happened | observed).select(happened.alias("TOXIC"))
    return known["TOXIC"].to_numpy().astype(np.bool_)
