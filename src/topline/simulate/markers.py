"""Markers at screening: GF, MI and records of LB; some follow the tumour or survival, others are noise."""

from dataclasses import dataclass

import numpy as np
import polars as pl
from scipy.special import ndtri

from topline.simulate.draws import Draws, Floats
from topline.simulate.patients import Patients
from topline.simulate.records import VISIT_SCREENING, Column, Roster, finished, numbers, text_of, words
from topline.simulate.truth import Growth, Truth
from topline.simulate.truth_markers import Marker
from topline.tables.declare import Table

SPECIMENS = {"GF": "TISSUE", "MI": "TISSUE", "LB": "SERUM"}


LEAST_RANK = -4.0
"""The standardised rate of a tumour that the drug does not kill at all, as a marker shows it."""


def hidden_value(marker: Marker, growth: Growth, patients: Patients, noise: Floats) -> Floats:
    """Return the hidden standard normal value of a marker (n,), correlated with what it follows."""
    if not marker.follows:
        return noise
    tumours = patients.tumours
    if marker.follows == "death":
        own = ndtri(np.clip(np.exp(-patients.latent.luck), 1e-12, 1 - 1e-12))
    else:
        rates = {"kde": (tumours.kde, growth.kde, growth.kde_sd), "kl": (tumours.kl, growth.kl, growth.kl_sd)}
        own = _standardised(*rates[marker.follows])
    return np.asarray(marker.correlation * own + np.sqrt(1 - marker.correlation**2) * noise)


def _standardised(rate: Floats, median: float, spread: float) -> Floats:
    """Return the logarithm of rates in standard deviations from the median."""
    if spread <= 0:
        return np.zeros_like(rate)
    with np.errstate(divide="ignore"):
        return (
            np.maximum(np.log(rate / median) / spread, LEAST_RANK)
            if (rate <= 0).any()
            else np.log(rate / median) / spread
        )


@dataclass(frozen=True, slots=True)
class MarkerRecorder:
    """Writes the markers of a block of patients."""

    roster: Roster
    truth: Truth
    patients: Patients
    draws: Draws

    def table(self, table: Table) -> pl.DataFrame:
        """Return GF or MI."""
        return finished(self.records(table.name), table, ("_order",))

    def records(self, domain: str) -> pl.DataFrame:
        """Return the records of the markers of a domain, not yet numbered."""
        own = [(place, marker) for place, marker in enumerate(self.truth.markers) if marker.domain == domain]
        frames = [self._marker(place, marker) for place, marker in own]
        nobody = np.zeros(0, np.int64)
        return pl.concat([self.roster.records(domain, nobody, {"_order": nobody}), *frames], how="diagonal")

    def _marker(self, place: int, marker: Marker) -> pl.DataFrame:
        n, name = len(self.patients), f"{marker.domain} {marker.symbol} {marker.test}"
        noise = self.draws.normal(f"marker {name}", n)
        hidden = hidden_value(marker, self.truth.growth, self.patients, noise)
        missing = self.draws.uniform(f"evaluable {name}", n) >= marker.evaluable
        results = _levels(marker, hidden, missing) if marker.levels else _numbers(marker, hidden, missing)
        day, domain = self.patients.cohort.baseline, marker.domain
        everyone = np.arange(n)
        columns: dict[str, Column] = {
            f"{domain}TESTCD": marker.test,
            f"{domain}TEST": marker.name,
            f"{domain}CAT": "BIOMARKER",
            f"{domain}SPEC": SPECIMENS[domain],
            f"{domain}STAT": words(("", "NOT DONE"), missing.astype(np.int64)),
            f"{domain}REASND": words(("", "SAMPLE NOT EVALUABLE"), missing.astype(np.int64)),
            f"{domain}LOBXFL": words(("Y", ""), missing.astype(np.int64)),
            "VISITNUM": float(VISIT_SCREENING),
            "VISIT": "SCREENING",
            f"{domain}DTC": self.roster.dates(everyone, day),
            f"{domain}DY": self.roster.study_days(everyone, day),
            "_order": np.full(n, place),
        }
        if marker.symbol:
            columns[f"{domain}SYM"] = marker.symbol
        if marker.detail:
            columns[f"{domain}TSTDTL"] = marker.detail
        return self.roster.records(
            domain, everyone, columns | {f"{domain}{key}": each for key, each in results.items()}
        )


def _levels(marker: Marker, hidden: Floats, missing: np.ndarray) -> dict[str, Column]:
    """Return the results of a marker with two levels."""
    threshold = float(ndtri(1 - marker.positive))
    shown = words((*marker.levels, ""), np.where(missing, 2, np.where(hidden > threshold, 0, 1)))
    return {"ORRES": shown, "STRESC": shown}


def _numbers(marker: Marker, hidden: Floats, missing: np.ndarray) -> dict[str, Column]:
    """Return the results of a marker that is a number, rounded as it is written."""
    exact = np.minimum(marker.median * np.exp(marker.spread * hidden), marker.highest)
    value = numbers(np.where(missing, np.nan, np.round(exact, 0 if marker.median >= 50 else 1)))
    unit = words((marker.unit, ""), missing.astype(np.int64))
    text = text_of(value)
    return {"ORRES": text, "ORRESU": unit, "STRESC": text, "STRESN": value, "STRESU": unit}
