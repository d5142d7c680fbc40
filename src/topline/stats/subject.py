"""Who was in the trial: disposition and baseline, as counts with percentages and as summaries."""

import numpy as np
import polars as pl

from topline.protocol.model import Protocol
from topline.stats.analysis import Analysis, Number, Selection

CATEGORIES = ("SEX", "AGEGR1", "RACE", "ETHNIC", "COUNTRY", "ECOGBL", "MEASFL")
MEASURES = {"AGE": "years"}
DISPOSITION = {
    "DST.ENROLLED": "ENRLFL = 'Y'",
    "DST.TREATED": "TRTFL = 'Y'",
    "DST.BASELINE-SCAN": "BLSCNFL = 'Y'",
    "DST.POSTBASELINE-SCAN": "PBSCNFL = 'Y'",
    "DST.DIED": "DTHFL = 'Y'",
    "DST.TREATMENT-COMPLETED": "EOTSTT = 'COMPLETED'",
    "DST.TREATMENT-DISCONTINUED": "EOTSTT = 'DISCONTINUED'",
    "DST.TREATMENT-ONGOING": "EOTSTT IS NULL AND TRTFL = 'Y'",
    "DST.STUDY-COMPLETED": "EOSSTT = 'COMPLETED'",
    "DST.STUDY-DISCONTINUED": "EOSSTT = 'DISCONTINUED'",
}


def quoted(text: str) -> str:
    """Return a text as an SQL literal.

    >>> quoted("it's")
    "'it''s'"
    """
    return "'" + text.replace("'", "''") + "'"


def plan_subjects(protocol: Protocol, adsl: pl.DataFrame) -> list[Analysis]:
    """Return the analyses of disposition (of all subjects) and baseline (of the first analysis set)."""
    first = protocol.analysis_sets[0]
    plans = [Analysis("DST.SCREENED", "ADSL", "", "all", "count", "disposition")]
    plans += [
        Analysis(name, "ADSL", "", "all", "count", "disposition", where, name[4:])
        for name, where in DISPOSITION.items()
    ]
    for each in protocol.analysis_sets:
        plans.append(
            Analysis(f"SET.{each.id}", "ADSL", "", "all", "count", "analysis sets", f"{each.flag} = 'Y'", each.id)
        )
    plans += _levels("DCTREAS", "disposition", "EOTSTT = 'DISCONTINUED'", "all", adsl)
    plans += _levels("DCSREAS", "disposition", "EOSSTT = 'DISCONTINUED'", "all", adsl)
    where = f"{first.flag} = 'Y'"
    for name in CATEGORIES:
        plans += _levels(name, "baseline", where, first.id, adsl)
    plans += [
        Analysis(
            name,
            "ADSL",
            f"{where} AND {name} IS NOT NULL",
            first.id,
            "summary",
            "baseline",
            settings={"column": name, "unit": unit},
        )
        for name, unit in MEASURES.items()
    ]
    duration = {"column": "TRTDURD", "unit": "days"}
    plans.append(
        Analysis(
            "TRTDURD",
            "ADSL",
            "TRTFL = 'Y' AND TRTDURD IS NOT NULL",
            "treated",
            "summary",
            "exposure",
            settings=duration,
        )
    )
    return plans


def _levels(name: str, topic: str, where: str, population: str, adsl: pl.DataFrame) -> list[Analysis]:
    """Return one count per value that a category takes in the data, and one for missing values."""
    if name not in adsl.columns:
        return []
    values = sorted(adsl[name].drop_nulls().unique().to_list())
    plans = [
        Analysis(f"{name}.{value}", "ADSL", where, population, "count", topic, f"{name} = {quoted(value)}", value)
        for value in values
    ]
    if values and adsl[name].null_count():
        plans.append(
            Analysis(f"{name}.missing", "ADSL", where, population, "count", topic, f"{name} IS NULL", "missing")
        )
    return plans


def count(chosen: Selection, analysis: Analysis) -> list[Number]:
    """Return the number of rows in the numerator, of the denominator, and their percentage."""
    numbers = [Number("n", chosen.events), Number("N", chosen.n)]
    if chosen.n and analysis.numerator:
        numbers.append(Number("percent", 100 * chosen.events / chosen.n, unit="%"))
    return numbers


def summary(chosen: Selection, analysis: Analysis) -> list[Number]:
    """Return n, mean, standard deviation, quartiles (SAS definition 5) and range of a column.

    The quartile at share p of n sorted values is the mean of the values at n*p and n*p + 1 where n*p is whole, else
    the value at the next whole place.
    """
    values = np.sort(chosen.rows[str(analysis.settings["column"])].cast(pl.Float64).to_numpy())
    unit = str(analysis.settings["unit"])
    parts = [("mean", values.mean()), ("sd", values.std(ddof=1) if len(values) > 1 else None)]
    parts += [(name, quantile5(values, share)) for name, share in (("q1", 0.25), ("median", 0.5), ("q3", 0.75))]
    parts += [("min", values[0]), ("max", values[-1])]
    return [Number("n", chosen.n)] + [
        Number(name, None if value is None else float(value), unit=unit) for name, value in parts
    ]


def quantile5(values: np.ndarray, share: float) -> float:
    """Return the quantile of sorted values by SAS definition 5 (R type 2; Hyndman and Fan 1996, doi:10.2307/2684934).

    >>> quantile5(np.array([1.0, 2.0, 3.0, 4.0]), 0.5)
    2.5
    """
    return float(np.quantile(values, share, method="averaged_inverted_cdf"))
