"""The marker numbers of one virtual trial as the page prints them, against SciPy and plain Python from ADBM alone.

Nothing here calls the estimators of topline: exact tests and intervals are SciPy's, Newcombe's interval and the
log-rank test are written out, and the search is run again on permutations of its own.
"""

from functools import cache
from itertools import pairwise
from typing import Any

import numpy as np
import polars as pl
import pytest
from numpy.typing import NDArray
from scipy import stats

from tests.report.contents import case
from tests.report.marker_page import number, of_case, printed

Floats = NDArray[np.float64]
NAME, RATE, TIME = "two stage", "ORR", "PFS"
STATED = ("PDL1", "SCCA", "TP53")
BEFORE = ("PDL1", "VEGF", "SCCA", "TP53")
PERMUTATIONS = 2000
SHARES = (0.1, 0.9)


@cache
def shown() -> dict[str, str]:
    return printed(of_case(NAME))


def agree(identifier: str, value: float) -> None:
    """The printed number is the value rounded half away from zero at its own places."""
    text = shown()[identifier]
    places = len(text.partition(".")[2])
    assert number(text) == pytest.approx(value, abs=0.5 * 10**-places + 1e-9), (identifier, value)


@cache
def rows(endpoint: str, marker: str) -> pl.DataFrame:
    """Return the patients of the analysis set with value and outcome, in the order of their names."""
    content = case(NAME).content
    treated = content.adam["ADSL"].filter(pl.col("FASFL") == "Y")["USUBJID"]
    return (
        content.adam["ADBM"]
        .filter(pl.col("ENDPOINT") == endpoint, pl.col("PARAMCD") == marker, pl.col("USUBJID").is_in(treated.to_list()))
        .filter(pl.col("AVAL").is_not_null(), pl.col("OUTCOME").is_not_null() | pl.col("TTEDY").is_not_null())
        .sort("USUBJID")
    )


def counts(marker: str) -> tuple[int, int, int, int]:
    """Return responders and patients of the positive group, then of the negative one."""
    frame = rows(RATE, marker)
    high, yes = (frame["AVALCAT1"] == "POSITIVE").to_numpy(), (frame["OUTCOME"] == "Y").to_numpy()
    return int((high & yes).sum()), int(high.sum()), int((~high & yes).sum()), int((~high).sum())


def wilson(x: int, n: int) -> tuple[float, float]:
    """Return the score limits, as the roots of (x/n - p)^2 = z^2 p (1 - p) / n."""
    z2, rate = stats.norm.ppf(0.975) ** 2, x / n
    lower, upper = sorted(np.roots([1 + z2 / n, -(2 * rate + z2 / n), rate**2]).real)
    return float(lower), float(upper)


@pytest.mark.parametrize("marker", STATED)
def test_rates_and_their_comparison(marker: str) -> None:
    x1, n1, x0, n0 = counts(marker)
    assert min(n1, n0) > 0
    for side, x, n in (("POSITIVE", x1, n1), ("NEGATIVE", x0, n0)):
        exact = stats.binomtest(x, n).proportion_ci(0.95, "exact")
        prefix = f"BM.{RATE}.{marker}.{side}/all"
        agree(f"{prefix}/n", x)
        agree(f"{prefix}/N", n)
        for part, value in (("rate", x / n), ("lower", exact.low), ("upper", exact.high)):
            agree(f"{prefix}/{part}", 100 * value)
    (l1, u1), (l0, u0) = wilson(x1, n1), wilson(x0, n0)
    gap = x1 / n1 - x0 / n0
    agree(f"BM.{RATE}.{marker}.difference/all/difference", 100 * gap)
    agree(f"BM.{RATE}.{marker}.difference/all/lower", 100 * (gap - np.hypot(x1 / n1 - l1, u0 - x0 / n0)))
    agree(f"BM.{RATE}.{marker}.difference/all/upper", 100 * (gap + np.hypot(u1 - x1 / n1, x0 / n0 - l0)))
    table = [[x1, n1 - x1], [x0, n0 - x0]]
    agree(f"BM.{RATE}.{marker}.fisher/all/p", stats.fisher_exact(table).pvalue)
    ratio = stats.contingency.odds_ratio(table)
    interval = ratio.confidence_interval(0.95)
    found = (ratio.statistic, interval.low, interval.high)
    for part, value in zip(("odds ratio", "lower", "upper"), found, strict=True):
        text = shown()[f"BM.{RATE}.{marker}.odds-ratio/all/{part}"]
        if np.isinf(value):
            assert text == "∞"
        else:
            agree(f"BM.{RATE}.{marker}.odds-ratio/all/{part}", value)


@pytest.mark.parametrize("marker", STATED)
def test_power_of_the_groups_there_were(marker: str) -> None:
    _, n1, _, n0 = counts(marker)
    rejected = np.array(
        [[stats.fisher_exact([[a, n1 - a], [b, n0 - b]]).pvalue <= 0.05 for b in range(n0 + 1)] for a in range(n1 + 1)]
    )
    for one, two in ((0.45, 0.15), (0.5, 0.1)):
        chance = stats.binom.pmf(range(n1 + 1), n1, one) @ rejected @ stats.binom.pmf(range(n0 + 1), n0, two)
        agree(f"BM.{RATE}.{marker}.power/all/power: {100 * one:g} v {100 * two:g}", 100 * chance)


def log_rank(time: Floats, event: Floats, high: NDArray[np.bool_]) -> float:
    """Return the two-sided p-value: observed minus expected events of a group over their hypergeometric variance."""
    gap = variance = 0.0
    for t in sorted(set(time[event == 1])):
        n, n1 = (time >= t).sum(), ((time >= t) & high).sum()
        d, d1 = ((time == t) & (event == 1)).sum(), ((time == t) & (event == 1) & high).sum()
        gap += d1 - d * n1 / n
        variance += 0.0 if n == 1 else d * (n1 / n) * (1 - n1 / n) * (n - d) / (n - 1)
    return float(stats.chi2.sf(gap**2 / variance, 1))


def median(time: Floats, event: Floats) -> float:
    """Return when survival falls below a half; where it stays at a half for a while, the middle of that while."""
    survival = stats.ecdf(stats.CensoredData.right_censored(time, event == 0)).sf
    steps = list(zip(survival.quantiles, survival.probabilities, strict=True))
    reached = next(t for t, s in steps if s <= 0.5 + 1e-9)
    passed = next(t for t, s in steps if s < 0.5 - 1e-9)
    return float(reached + passed) / 2


@pytest.mark.parametrize("marker", [*STATED, "NEUTLM"])
def test_times_and_their_comparison(marker: str) -> None:
    frame = rows(TIME, marker)
    frame = frame.filter(pl.col("ANL01FL") == "Y")
    time, event = frame["TTEDY"].to_numpy().astype(float), 1.0 - frame["CNSR"].to_numpy()
    high = (frame["AVALCAT1"] == "POSITIVE").to_numpy()
    assert 0 < high.sum() < len(high)
    agree(f"BM.{TIME}.{marker}.POSITIVE/all/events", event[high].sum())
    agree(f"BM.{TIME}.{marker}.logrank/all/p", log_rank(time, event, high))
    agree(f"BM.{TIME}.{marker}.POSITIVE/all/median", median(time[high], event[high]) / 30.4375)
    need = stats.norm.ppf(0.975) + stats.norm.ppf(0.8)
    share = high.mean()
    expected = np.exp(-need / np.sqrt(event.sum() * share * (1 - share)))
    agree(f"BM.{TIME}.{marker}.power/all/detectable hazard ratio", expected)


def test_the_landmark_leaves_out_who_had_the_event_by_then() -> None:
    adam = case(NAME).content.adam
    treated = adam["ADSL"].filter(pl.col("FASFL") == "Y")
    times = adam["ADTTE"].filter(pl.col("PARAMCD") == TIME).join(treated, on="USUBJID", how="semi")
    gone = times.filter(pl.col("AVAL") <= 57)
    agree(f"BM.{TIME}.NEUTLM.event-by-landmark/all/n", gone.filter(pl.col("CNSR") == 0).height)
    agree(f"BM.{TIME}.NEUTLM.not-followed-beyond-landmark/all/n", gone.filter(pl.col("CNSR") == 1).height)
    measured = rows(TIME, "NEUTLM").filter(pl.col("ANL01FL") == "Y")
    agree(f"BM.{TIME}.NEUTLM.measured/all/n", measured.height)
    late = measured.join(times.select("USUBJID", "AVAL"), on="USUBJID", suffix="_TIME")
    assert (late["AVAL_TIME"] - 57 == late["TTEDY"]).all()
    assert measured["ADY"].is_between(57 - 28, 57).all()


def scores(endpoint: str, outcome: Floats) -> Floats:
    """Return the scores of patients, of rates (patient, 1) and of times (patient, 2): time and event."""
    if endpoint == RATE:
        return np.asarray(outcome[:, 0] - outcome[:, 0].mean())
    time, event = outcome[:, 0], outcome[:, 1]
    hazard = np.zeros(len(time))
    for t in np.unique(time[event == 1]):
        hazard[time >= t] += ((time == t) & (event == 1)).sum() / (time >= t).sum()
    return np.asarray(event - hazard)


def cuts(values: Floats, *, searched: bool) -> list[float]:
    """Return the values at or above which the high group begins, as far as enough lie below."""
    distinct, n = sorted(set(values)), len(values)
    kept = [b for _, b in pairwise(distinct) if SHARES[0] * n <= (values < b).sum() <= SHARES[1] * n]
    return kept if searched else distinct[1:]


def maximum(endpoint: str, outcome: Floats, values: Floats, places: list[float]) -> tuple[float, float]:
    """Return the best cut and its statistic: sum of the scores at or above it over its standard deviation."""
    own = scores(endpoint, outcome)
    n, best = len(own), (np.nan, 0.0)
    for cut in places:
        high = values >= cut
        variance = high.sum() * (~high).sum() / (n * (n - 1)) * (own**2).sum()
        size = abs(own[high].sum()) / np.sqrt(variance) if variance > 0 else 0.0
        best = (cut, size) if size > best[1] + 1e-9 else best
    return best


@cache
def family(endpoint: str) -> tuple[Floats, dict[str, Floats]]:
    """Return the outcome of every patient of the set and each marker's values, nan where missing."""
    people = sorted(set().union(*(rows(endpoint, marker)["USUBJID"].to_list() for marker in BEFORE)))
    columns = ["OUTCOME"] if endpoint == RATE else ["TTEDY", "CNSR"]
    outcome = np.zeros((len(people), len(columns)))
    values = {marker: np.full(len(people), np.nan) for marker in BEFORE}
    for marker in BEFORE:
        for row in rows(endpoint, marker).to_dicts():
            place = people.index(row["USUBJID"])
            values[marker][place] = row["AVAL"]
            outcome[place] = [row["OUTCOME"] == "Y"] if endpoint == RATE else [row["TTEDY"], 1 - row["CNSR"]]
    return outcome, values


def searched(endpoint: str, order: Any) -> dict[str, tuple[float, float]]:
    """Return the best cut of each marker when patient i has the outcome of patient order[i]."""
    outcome, values = family(endpoint)
    found = {}
    for marker, own in values.items():
        there = ~np.isnan(own)
        places = cuts(own[there], searched=marker != "TP53")
        found[marker] = maximum(endpoint, outcome[order][there], own[there], places)
    return found


@pytest.mark.parametrize("endpoint", [RATE, TIME])
def test_search_by_brute_force(endpoint: str) -> None:
    outcome, values = family(endpoint)
    everyone = np.arange(len(outcome))
    best = searched(endpoint, everyone)
    prefix, families = f"BM.{endpoint}.search/all", 1 if endpoint == RATE else 2
    random = np.random.default_rng(77)
    drawn = PERMUTATIONS if endpoint == RATE else PERMUTATIONS // 4
    permuted = [searched(endpoint, random.permutation(everyone)) for _ in range(drawn)]
    largest = np.array([max(size for _, size in each.values()) for each in permuted])
    for marker, (cut, size) in best.items():
        high = values[marker] >= cut
        if marker != "TP53":
            assert shown()[f"{prefix}/cut: {marker}"].startswith(f"≥ {cut:g}")
        agree(f"{prefix}/n high: {marker}", high.sum())
        agree(f"{prefix}/p naive: {marker}", naive(endpoint, marker, high))
        own = np.mean([each[marker][1] >= size - 1e-9 for each in permuted])
        identifier = f"{prefix}/p corrected, cuts: {marker}"
        assert (identifier in shown()) is (marker != "TP53")  # one stated group: nothing was searched within it
        if identifier in shown():
            near(identifier, float(own), 1, drawn)
        near(f"{prefix}/p corrected: {marker}", float(np.mean(largest >= size - 1e-9)), families, drawn)


def naive(endpoint: str, marker: str, high: NDArray[np.bool_]) -> float:
    """Return the p-value of a cut as if nobody had searched for it."""
    outcome, values = family(endpoint)
    there = ~np.isnan(values[marker])
    if endpoint == TIME:
        p = log_rank(outcome[there, 0], outcome[there, 1], high[there])
        return max(p, 0.0001)  # printed <0.0001
    yes, one = outcome[there, 0] == 1, high[there]
    table = [[(yes & one).sum(), (~yes & one).sum()], [(yes & ~one).sum(), (~yes & ~one).sum()]]
    return float(stats.fisher_exact(table).pvalue)


def near(identifier: str, share: float, families: int, drawn: int) -> None:
    """The printed p-value lies within four standard errors of a share of permutations, both being drawn."""
    error = np.sqrt(share * (1 - share) * (1 / drawn + 1 / 9999)) + 1 / drawn
    assert number(shown()[identifier]) == pytest.approx(min(1.0, families * share), abs=4 * families * error)
