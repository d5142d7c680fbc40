"""Operating characteristics of results made by hand: shares, errors, exact values, coverage, what is not estimable."""

import math
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
from scipy import stats as reference

from tests.simulate.studies import built_in
from tests.simulate.trial_results import VERDICT, decided, results
from topline.protocol.model import Protocol
from topline.protocol.rule.boundary import operating_characteristics
from topline.simulate import monte_carlo
from topline.simulate.characteristics import CHARACTERISTICS, coverage, operating_characteristics_of
from topline.simulate.stops import stops
from topline.tables.checks import check_table


@pytest.fixture(scope="module")
def single() -> Protocol:
    return built_in("nct02976896")


@pytest.fixture(scope="module")
def staged() -> Protocol:
    return built_in("nct07142421")


def row(table: pl.DataFrame, quantity: str, statistic: str, scenario: str = "null") -> dict[str, Any]:
    found = table.filter(SCENARIO=scenario, QUANTITY=quantity, STATISTIC=statistic)
    assert found.height == 1, f"{quantity} {statistic}: {found.height} rows"
    return found.row(0, named=True)


def true(**values: tuple[float, float | None]) -> pl.DataFrame:
    rows = [("null", name.replace("__", "/"), *each) for name, each in values.items()]
    schema = {"SCENARIO": pl.String, "RESULTID": pl.String, "VALUE": pl.Float64, "MCSE": pl.Float64}
    return pl.DataFrame(rows, schema=schema, orient="row")


# Shares and their errors


def test_success_is_the_share_of_positive_verdicts(single: Protocol) -> None:
    table = operating_characteristics_of(results({"null": decided(3, 57)}), single)
    found = row(table, "DESIGN/success", "share")
    assert (found["VALUE"], found["TRIALS"]) == (0.05, 60)
    assert found["MCSE"] == pytest.approx(math.sqrt(0.05 * 0.95 / 60))
    exact = reference.binomtest(3, 60).proportion_ci(0.95, "exact")
    assert (found["LOWER"], found["UPPER"]) == pytest.approx((exact.low, exact.high), abs=1e-12)
    assert row(table, "DESIGN/verdict: negative", "share")["VALUE"] == 0.95


def test_a_trial_without_verdict_is_no_success(single: Protocol) -> None:
    table = operating_characteristics_of(
        results({"null": [*decided(1, 1), {"ORR/all/n": 0.0}, {"ORR/all/n": 1.0}]}), single
    )
    assert row(table, "DESIGN/success", "share")["VALUE"] == 0.25
    assert row(table, "DESIGN/verdict: none", "share")["VALUE"] == 0.5


def test_the_table_is_as_declared(single: Protocol) -> None:
    table = operating_characteristics_of(results({"null": decided(1, 2), "expected": decided(2, 1)}), single)
    assert table.schema == CHARACTERISTICS.schema
    assert check_table(table, CHARACTERISTICS).is_empty()
    assert table["SCENARIO"].unique().sort().to_list() == ["expected", "null"]


def test_no_results_are_an_empty_table(single: Protocol) -> None:
    for frame in (results({}), results({}).lazy()):
        table = operating_characteristics_of(frame, single)
        assert table.is_empty()
        assert table.schema == CHARACTERISTICS.schema


def test_one_trial_has_values_and_no_errors(single: Protocol) -> None:
    table = operating_characteristics_of(results({"null": [{VERDICT: "positive", "PFS/all/median": 3.5}]}), single)
    success = row(table, "DESIGN/success", "share")
    assert (success["VALUE"], success["MCSE"]) == (1.0, 0.0)
    assert (success["LOWER"], success["UPPER"]) == pytest.approx((0.025, 1.0))
    median = row(table, "PFS/all/median", "mean")
    assert (median["VALUE"], median["MCSE"], median["LOWER"], median["TRIALS"]) == (3.5, None, None, 1)
    assert row(table, "PFS/all/median", "sd")["VALUE"] is None
    assert row(table, "PFS/all/median", "q95")["VALUE"] == 3.5


def test_nothing_is_estimable(single: Protocol) -> None:
    trials = [
        {VERDICT: "negative", "OS/all/median": None, "OS/all/median lower": None, "OS/all/median upper": None}
    ] * 4
    table = operating_characteristics_of(results({"null": trials}), single, true(OS__all__median=(6.0, 0.1)))
    assert row(table, "OS/all/median", "mean")["VALUE"] is None
    assert row(table, "OS/all/median", "not estimable")["VALUE"] == 1.0
    assert row(table, "OS/all/median", "coverage")["VALUE"] is None
    assert table.filter(STATISTIC="bias").is_empty()


# Spread, bias, coverage


def test_mean_spread_and_quantiles(single: Protocol) -> None:
    values = [2.0, 4.0, 6.0, 8.0, None]
    table = operating_characteristics_of(
        results({"null": [{"PFS/all/median": value} for value in values]}), single, true(PFS__all__median=(4.5, 0.3))
    )
    mean = row(table, "PFS/all/median", "mean")
    sd = math.sqrt(20 / 3)
    assert (mean["VALUE"], mean["TRIALS"], mean["UNIT"]) == (5.0, 4, "months")
    assert mean["MCSE"] == pytest.approx(sd / 2)
    assert mean["UPPER"] - mean["VALUE"] == pytest.approx(1.959964 * sd / 2, abs=1e-6)
    assert row(table, "PFS/all/median", "sd")["VALUE"] == pytest.approx(sd)
    assert row(table, "PFS/all/median", "q05")["VALUE"] == pytest.approx(2.3)
    assert row(table, "PFS/all/median", "not estimable")["VALUE"] == 0.2
    bias = row(table, "PFS/all/median", "bias")
    assert bias["VALUE"] == 0.5
    assert bias["MCSE"] == pytest.approx(math.sqrt(sd**2 / 4 + 0.09))


def test_the_error_of_an_sd_is_that_of_many_samples() -> None:
    """Over 4000 samples of 100 from an exponential, far from normal, the SDs vary as the error says on average."""
    samples = np.random.default_rng(5).exponential(size=(4000, 100))
    found = [monte_carlo.deviation(each) for each in samples]
    assert np.mean([each.error for each in found]) == pytest.approx(samples.std(axis=1, ddof=1).std(), rel=0.15)


def test_the_error_of_a_quantile_is_that_of_many_samples() -> None:
    samples = np.sort(np.random.default_rng(6).normal(size=(2000, 400)), axis=1)
    found = [monte_carlo.quantile(each, 0.05) for each in samples]
    assert np.mean([each.error for each in found]) == pytest.approx(np.quantile(samples, 0.05, axis=1).std(), rel=0.1)
    inside = np.mean([each.lower <= reference.norm.ppf(0.05) <= each.upper for each in found])  # type: ignore[operator]
    assert inside == pytest.approx(0.95, abs=0.03)


def test_coverage_counts_intervals_that_hold_the_true_value(single: Protocol) -> None:
    limits = [(1.0, 3.0), (2.5, 4.0), (0.5, 1.9), (1.5, None), (None, None), (2.0, 2.0)]
    trials = [{"OS/all/median": 2.0, "OS/all/median lower": low, "OS/all/median upper": high} for low, high in limits]
    table = operating_characteristics_of(results({"null": trials}), single, true(OS__all__median=(2.0, None)))
    found = row(table, "OS/all/median", "coverage")
    assert (found["VALUE"], found["TRIALS"]) == (0.6, 5)


def test_coverage_of_clopper_pearson_is_what_the_binomial_says() -> None:
    """P(the 95% interval of 43 patients holds 0.15), exactly, and in 20,000 draws within four errors."""
    k = np.arange(44)
    intervals = [reference.binomtest(int(each), 43).proportion_ci(0.95, "exact") for each in k]
    holds = np.array([each.low <= 0.15 <= each.high for each in intervals])
    exact = float(reference.binom.pmf(k, 43, 0.15)[holds].sum())
    drawn = np.random.default_rng(2).binomial(43, 0.15, 20_000)
    found = coverage(*(np.array([getattr(each, end) for each in intervals])[drawn] for end in ("low", "high")), 0.15)
    assert found.value == pytest.approx(exact, abs=4 * found.error)  # type: ignore[operator]
    assert exact > 0.95


# Beside the exact design


def test_the_exact_value_is_that_of_the_rule_at_the_true_rate(single: Protocol) -> None:
    table = operating_characteristics_of(results({"null": decided(1, 19)}), single, true(DCR6M__all__rate=(15.0, 0.2)))
    found = row(table, "DESIGN/success", "exact")
    assert found["VALUE"] == pytest.approx(float(reference.binom.sf(10, 43, 0.15)))
    slope = (reference.binom.sf(10, 43, 0.1501) - reference.binom.sf(10, 43, 0.1499)) / 0.0002
    assert found["MCSE"] == pytest.approx(0.002 * slope, rel=1e-4)
    pooled = row(table, "DESIGN/rate", "pooled")
    assert (pooled["VALUE"], pooled["MCSE"]) == pytest.approx((15.0, 0.2))


def test_the_rate_pools_trials_and_population(single: Protocol) -> None:
    trials = [{**each, "DCR6M/all/rate": rate} for each, rate in zip(decided(0, 2), (14.0, 18.0), strict=True)]
    pooled = row(operating_characteristics_of(results({"null": trials}), single), "DESIGN/rate", "pooled")
    assert (pooled["VALUE"], pooled["MCSE"]) == pytest.approx((16.0, 2.0))
    both = operating_characteristics_of(results({"null": trials}), single, true(DCR6M__all__rate=(10.0, 1.0)))
    found = row(both, "DESIGN/rate", "pooled")
    assert (found["VALUE"], found["MCSE"]) == pytest.approx((11.2, 2 / math.sqrt(5)))


def two_stage(first: int, total: int, verdict: str, n: int = 35) -> dict[str, float | str | None]:
    return {
        "ORR/all/N": float(n),
        "DESIGN.decision/all/observed": float(total),
        "DESIGN.decision/all/first stage": float(first),
        VERDICT: verdict,
        "CALENDAR/all/look@18": 9.0,
        "CALENDAR/all/cutoff": 18.0,
    }


def test_stops_follow_the_rule_in_order(staged: Protocol) -> None:
    stop = "negative: the first stage asked to stop"
    trials = [
        two_stage(2, 9, stop),  # stops at 18 whatever came later
        two_stage(3, 6, "negative"),
        two_stage(3, 7, "positive"),
        two_stage(4, 7, "not yet", 34),  # a patient is missing
    ]
    frame = results({"null": trials})
    found = stops(frame.lazy(), staged)
    assert found["END"].to_list() == ["futile", "futile", "success", None]
    assert found["PATIENTS"].to_list() == [18, 35, 35, None]
    table = operating_characteristics_of(frame, staged, true(ORR__all__rate=(10.0, None)))
    exact = operating_characteristics(staged.design.rule, [0.1])
    shares = [row(table, f"DESIGN/stop {end}", "share")["VALUE"] for end in ("futile@18", "futile@35", "success@35")]
    assert shares == pytest.approx([1 / 3, 1 / 3, 1 / 3])
    assert row(table, "DESIGN/stop futile@18", "exact")["VALUE"] == pytest.approx(exact.stops_futile[0, 0])
    assert row(table, "DESIGN/patients", "mean")["VALUE"] == pytest.approx((18 + 35 + 35) / 3)
    assert row(table, "DESIGN/patients", "exact")["VALUE"] == pytest.approx(exact.expected_patients[0])
    assert row(table, "DESIGN/stops unknown", "share")["VALUE"] == 0.25
    assert row(table, "CALENDAR/duration", "mean")["VALUE"] == pytest.approx((9 + 18 + 18) / 3)


def test_every_stop_of_a_rule_is_found_from_the_responders_of_its_looks(staged: Protocol) -> None:
    """A sequential rule with a stop for success: looks are read from the results of the looks."""
    design = staged.design.model_copy(
        update={"kind": "sequential", "first_stage_patients": None, "futility_at_most": None}
    )
    from topline.protocol.design import Look

    looks = (Look(patients=10, futility_at_most=0, success_at_least=5), Look(patients=20, futility_at_most=2))
    sequential = staged.model_copy(update={"design": design.model_copy(update={"looks": looks})})

    def trial(*seen: int) -> dict[str, float | str | None]:
        names = ("DESIGN.looks/all/responders@10", "DESIGN.looks/all/responders@20", "DESIGN.decision/all/observed")
        return {"ORR/all/N": 35.0, **dict(zip(names, map(float, seen), strict=True))}

    frame = results({"null": [trial(5, 5, 6), trial(0, 9, 9), trial(1, 2, 9), trial(4, 4, 7), trial(4, 4, 6)]})
    found = stops(frame.lazy(), sequential)
    assert found["END"].to_list() == ["success", "futile", "futile", "success", "futile"]
    assert found["PATIENTS"].to_list() == [10, 10, 20, 35, 35]
    unseen = stops(results({"null": [{"ORR/all/N": 35.0, "DESIGN.decision/all/observed": 7.0}]}).lazy(), sequential)
    assert unseen["END"].to_list() == [None]


# Many files


def test_many_files_give_what_one_frame_gives(single: Protocol, tmp_path: Path) -> None:
    rng = np.random.default_rng(1)
    trials = [
        {**each, "PFS/all/median": value} for each, value in zip(decided(20, 80), rng.normal(4, 1, 100), strict=True)
    ]
    frame = results({"null": trials, "expected": trials[:50]})
    for place, part in enumerate(frame.iter_slices(37)):
        part.write_parquet(tmp_path / f"{place}.parquet")
    scanned = operating_characteristics_of(pl.scan_parquet(tmp_path / "*.parquet"), single)
    assert scanned.equals(operating_characteristics_of(frame, single))


def test_the_mirage_is_counted_per_trial_and_marker(single: Protocol) -> None:
    def searched(naive: float, other: float, corrected: float) -> dict[str, float | str | None]:
        return {
            "BM.PFS.search/all/p naive: A": naive,
            "BM.PFS.search/all/p naive: B": other,
            "BM.PFS.search/all/p corrected, cuts: A": 2 * naive,
            "BM.PFS.search/all/p corrected: A": corrected,
        }

    trials = [
        searched(0.01, 0.2, 0.1),
        searched(0.04, 0.03, 0.2),
        searched(0.2, 0.01, 0.03),
        searched(0.5, 0.5, 1.0),
        {},
    ]
    table = operating_characteristics_of(results({"null": [*trials, {VERDICT: "negative"}]}), single)
    expected = {"any marker, naive": 0.75, "A, naive": 0.5, "B, naive": 0.5, "A, corrected for cuts": 0.25}
    expected |= {"any marker, corrected": 0.25, "any marker, corrected for cuts": 0.25}
    for name, value in expected.items():
        found = row(table, f"BM.PFS.search/{name}", "share")
        assert (name, found["VALUE"], found["TRIALS"]) == (name, value, 4)


# Trials that were analysed whole: fewer than the others


def test_an_event_that_nobody_has_in_a_trial_is_none_of_its_patients(single: Protocol) -> None:
    rash, whole = "AE.ALL.SKIN.Rash/all/percent", {"AE.ALL/all/N": 43.0}
    trials = [{**whole, rash: 10.0}, {**whole, rash: 2.0}, whole, whole, *decided(1, 5)]
    table = operating_characteristics_of(results({"null": trials}), single)
    found = row(table, rash, "mean")
    assert (found["VALUE"], found["TRIALS"]) == (3.0, 4)  # (10 + 2 + 0 + 0) / 4, not 12 / 2
    assert row(table, rash, "median")["VALUE"] == 1.0
    assert row(table, rash, "not estimable")["VALUE"] == 0.0


def test_what_only_whole_trials_have_is_missing_among_them_alone(single: Protocol) -> None:
    score = "C30QL.C2/all/mean"
    trials = [{"C30QL.C2/all/n": 40.0, score: 61.0}, {"C30QL.C2/all/n": 0.0}, *decided(2, 16)]
    table = operating_characteristics_of(results({"null": trials}), single)
    found = row(table, score, "not estimable")
    assert (found["VALUE"], found["TRIALS"]) == (0.5, 2)  # one of two whole trials, not 19 of 20
    assert row(table, score, "mean")["TRIALS"] == 1
