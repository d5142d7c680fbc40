"""Time to event: Kaplan-Meier curves, medians, landmark rates, restricted means, follow-up, and comparisons of arms."""

import numpy as np
import polars as pl
from numpy.typing import NDArray

from topline.protocol.endpoints import Endpoint, TimeToEvent
from topline.protocol.model import Protocol
from topline.stats.analysis import GROUP_COLUMN, Analysis, Number, Selection
from topline.stats.cox import cox
from topline.stats.interval import Interval
from topline.stats.kaplan_meier import KaplanMeier, curve_interval, kaplan_meier, numbers_at_risk, survival_at
from topline.stats.logrank import log_rank
from topline.stats.quantile import median_follow_up, survival_quantile, symmetric_median_interval
from topline.stats.restricted_mean import restricted_mean

Array = NDArray[np.float64]
EVENT = "CNSR = 0"
QUARTILES = (("q1", 0.25), ("median", 0.5), ("q3", 0.75))


def plan_survival(protocol: Protocol) -> list[Analysis]:
    """Return the analyses of every time-to-event endpoint, and the follow-up of the trial."""
    plans: list[Analysis] = []
    for endpoint in protocol.endpoints:
        if isinstance(endpoint.analysis, TimeToEvent):
            plans += _endpoint(endpoint, endpoint.analysis, protocol)
    return plans


def _endpoint(endpoint: Endpoint, analysis: TimeToEvent, protocol: Protocol) -> list[Analysis]:
    population = endpoint.estimand.population
    if analysis.events == ("response",):
        return [_time_to_response(endpoint, protocol)]
    where = f"PARAMCD = '{endpoint.id}' AND {protocol.analysis_set(population).flag} = 'Y'"
    settings: dict[str, float | int | str] = {"confidence": protocol.confidence, "month": protocol.days_per_month}

    def plan(name: str, method: str, **more: float) -> Analysis:
        return Analysis(
            name,
            "ADTTE",
            where,
            population,
            method,
            endpoint.id,
            EVENT,
            settings={**settings, **more},
            grouped=method not in ("log-rank", "cox"),
        )

    plans = [
        plan(endpoint.id, "kaplan-meier"),
        plan(f"{endpoint.id}.symmetric", "symmetric-median"),
        plan(f"{endpoint.id}.curve", "curve"),
    ]
    plans += [plan(f"{endpoint.id}.month{month:g}", "landmark", at=month) for month in analysis.landmarks_months]
    if analysis.landmarks_months:
        plans.append(plan(f"{endpoint.id}.rmst", "restricted-mean", at=max(analysis.landmarks_months)))
    if analysis.last_observation == "last alive":
        plans.append(plan("FOLLOWUP", "follow-up"))
    return [*plans, plan(f"{endpoint.id}.logrank", "log-rank"), plan(f"{endpoint.id}.cox", "cox")]


def _time_to_response(endpoint: Endpoint, protocol: Protocol) -> Analysis:
    """Return the summary of the times of those who responded: of the others it would describe follow-up."""
    population = protocol.analysis_set(endpoint.estimand.population)
    where = f"PARAMCD = '{endpoint.id}' AND {population.flag} = 'Y' AND {EVENT}"
    settings = {"column": "AVALM", "unit": "months"}
    return Analysis(endpoint.id, "ADTTE", where, population.id, "summary", endpoint.id, settings=settings)


def _times(chosen: Selection) -> tuple[Array, Array]:
    return chosen.rows["AVAL"].cast(pl.Float64).to_numpy(), chosen.yes.astype(np.float64)


def _months(value: object, analysis: Analysis) -> float | None:
    number = float(np.asarray(value)) / analysis.setting("month")
    return None if np.isnan(number) else number


def _quantile_numbers(name: str, interval: Interval, analysis: Analysis) -> list[Number]:
    """Return a quantile with its limits in months; one that is not reached has the text NR."""
    limits = ((name, interval.estimate), (f"{name} lower", interval.lower), (f"{name} upper", interval.upper))
    values = [(part, _months(value, analysis)) for part, value in limits]
    return [Number(part, value, "NR" if value is None else "", "months") for part, value in values]


def estimate(chosen: Selection, analysis: Analysis) -> list[Number]:
    """Return events, censored subjects, median and quartiles with log-log intervals (Brookmeyer-Crowley), and range.

    Of subjects with one time those with the event come before those censored, as in the estimate: the range begins
    with an event where one has the shortest time, and ends with one where no censored subject has the longest.
    """
    time, event = _times(chosen)
    km = kaplan_meier(time, event)
    numbers = [Number("N", chosen.n), Number("events", chosen.events), Number("censored", chosen.n - chosen.events)]
    numbers.append(Number("events percent", 100 * chosen.events / chosen.n, unit="%"))
    for name, share in QUARTILES:
        numbers += _quantile_numbers(
            name, survival_quantile(km, share, "log-log", analysis.setting("confidence")), analysis
        )
    shortest, longest = time.min(), time.max()
    ends = (("min", shortest, event[time == shortest].any()), ("max", longest, event[time == longest].all()))
    return numbers + [Number(name, _months(at, analysis), "" if own else "+", "months") for name, at, own in ends]


def symmetric(chosen: Selection, analysis: Analysis) -> list[Number]:
    """Return the median with the symmetric interval that many papers print (estimate +/- z standard errors)."""
    km = kaplan_meier(*_times(chosen))
    return _quantile_numbers("median", symmetric_median_interval(km, analysis.setting("confidence")), analysis)


def landmark(chosen: Selection, analysis: Analysis) -> list[Number]:
    """Return the share without event at a time [months], with log-log interval and number at risk."""
    km = kaplan_meier(*_times(chosen))
    month = analysis.setting("at")
    day = month * analysis.setting("month")
    found = survival_at(km, [day], "log-log", analysis.setting("confidence"), extend=False)
    parts = (("rate", found.survival.estimate), ("lower", found.survival.lower), ("upper", found.survival.upper))
    numbers = [_percent(name, float(np.asarray(value)[..., 0])) for name, value in parts]
    return [Number("at risk", float(np.asarray(found.n_risk)[..., 0])), *numbers]


def _percent(name: str, value: float, at: float | None = None) -> Number:
    gone = np.isnan(value)
    return Number(name, None if gone else 100 * value, "NE" if gone else "", "%", at)


def mean_restricted(chosen: Selection, analysis: Analysis) -> list[Number]:
    """Return the mean time without event up to a horizon [months], with its standard error and interval."""
    horizon = analysis.setting("at") * analysis.setting("month")
    found = restricted_mean(kaplan_meier(*_times(chosen)), horizon, analysis.setting("confidence"))
    mean = found.mean
    parts = (("mean", mean.estimate), ("lower", mean.lower), ("upper", mean.upper), ("se", found.standard_error))
    return [
        Number(name, _months(value, analysis), "NE" if _months(value, analysis) is None else "", "months")
        for name, value in parts
    ]


def follow_up(chosen: Selection, analysis: Analysis) -> list[Number]:
    """Return the median follow-up by reverse Kaplan-Meier (doi:10.1016/0197-2456(96)00075-X)."""
    return _quantile_numbers(
        "median", median_follow_up(*_times(chosen), "log-log", analysis.setting("confidence")), analysis
    )


def curve(chosen: Selection, analysis: Analysis) -> list[Number]:
    """Return the curve: survival and limits at each step, where subjects are censored, and numbers at risk."""
    time, event = _times(chosen)
    km = kaplan_meier(time, event)
    month = analysis.setting("month")
    interval = curve_interval(km, "log-log", analysis.setting("confidence"))
    numbers = [Number("survival", 100.0, unit="%", at=0.0)]
    for place, day in enumerate(km.time):
        if np.isnan(day):
            continue
        at = float(day) / month
        if km.n_event[place]:
            triple = (("survival", km.survival), ("survival lower", interval.lower), ("survival upper", interval.upper))
            numbers += [_percent(name, float(values[place]), at) for name, values in triple]
        if km.n_censor[place]:
            numbers.append(Number("censored", float(km.survival[place]) * 100, unit="%", at=at))
    return numbers + _at_risk(chosen, km, month)


def _at_risk(chosen: Selection, km: KaplanMeier, month: float) -> list[Number]:
    """Return the numbers at risk at round months, the same ones for every group of an endpoint."""
    longest = chosen.whole["AVAL"].max() if "AVAL" in chosen.whole.columns else chosen.rows["AVAL"].max()
    last = float(longest) / month  # type: ignore[arg-type]
    step = next((each for each in (1, 2, 3, 6, 12, 24) if last / each <= 10), 60)
    ticks = np.arange(0, last + step, step)
    risk = np.asarray(numbers_at_risk(km, ticks * month))
    return [Number("at risk", float(n), at=float(tick)) for tick, n in zip(ticks, risk, strict=True)]


def _arms(chosen: Selection) -> tuple[list[str], Array]:
    names = (
        sorted(chosen.rows[GROUP_COLUMN].drop_nulls().unique().to_list()) if GROUP_COLUMN in chosen.rows.columns else []
    )
    codes = {name: place for place, name in enumerate(names)}
    values = chosen.rows[GROUP_COLUMN].replace_strict(codes, default=None).to_numpy() if names else np.zeros(chosen.n)
    return names, values.astype(np.float64)


def compare(chosen: Selection, analysis: Analysis) -> list[Number]:
    """Return the log-rank test of the arms, where there are several."""
    names, arm = _arms(chosen)
    if len(names) < 2:
        return []
    found = log_rank(*_times(chosen), arm)
    return [Number("chi-square", float(found.chi_square)), Number("df", float(found.df)), Number("p", float(found.p))]


def hazard_ratios(chosen: Selection, analysis: Analysis) -> list[Number]:
    """Return the hazard ratio of each arm against the first one by name (Cox, Efron), where there are several."""
    names, arm = _arms(chosen)
    if len(names) < 2:
        return []
    indicators = np.stack([(arm == place).astype(np.float64) for place in range(1, len(names))], axis=-1)
    fit = cox(*_times(chosen), indicators)
    numbers: list[Number] = []
    for place, name in enumerate(names[1:]):
        ratio = fit.hazard_ratio
        parts = (("hazard ratio", ratio.estimate), ("lower", ratio.lower), ("upper", ratio.upper), ("p", fit.p))
        known = bool(fit.converged) and not bool(fit.monotone) and not bool(fit.singular)
        numbers += [
            _estimable(f"{part}: {name} against {names[0]}", float(values[place]), known) for part, values in parts
        ]
    return numbers


def _estimable(name: str, value: float, known: bool) -> Number:
    """Return a number, or none with the text NE where the likelihood has no finite maximum."""
    return Number(name, value) if known and np.isfinite(value) else Number(name, None, "NE")
