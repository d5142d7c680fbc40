"""Designs on a time to event: log-rank in one and two stages, exponential, and the rate at a landmark."""

from collections.abc import Iterator
from math import log

from topline.design.comparison.cells import beside
from topline.design.survival.enrolment import Enrolment
from topline.design.survival.exponential import ExponentialDesign, exponential
from topline.design.survival.kwak_jung import kwak_jung
from topline.design.survival.landmark import LandmarkDesign, landmark_count, landmark_rate
from topline.design.survival.one_sample_logrank import LogrankDesign, one_sample_logrank
from topline.design.survival.two_stage_logrank import TwoStageLogrankDesign
from topline.design.survival.weibull import SurvivalHypotheses, Weibull, check_above_zero
from topline.errors import ToplineError
from topline.planning.comparison import asked_text
from topline.planning.plan import ALPHA, POWER, Further, errors, hypotheses, needed
from topline.planning.table import fact_lines, paragraph, percent, rate


def _survival(asked: Further) -> SurvivalHypotheses:
    """Return the two curves that were asked for: by medians, or by rates without the event at a month."""
    alpha, power = errors(asked, ALPHA, POWER)
    if asked.month is not None:
        rates = hypotheses(asked.rates)
        null = Weibull.of_rate(rates.null, asked.month, asked.shape)
        return SurvivalHypotheses(null, log(rates.target) / log(rates.null), alpha, power)
    before, after = needed(asked, "median0", "--median0"), needed(asked, "median1", "--median1")
    check_above_zero("--median1", after)
    null = Weibull.of_median(before, asked.shape)
    if after <= before:
        raise ToplineError("TL-G01", where="target median", what=f"{after:g} is not above the null {before:g}")
    return SurvivalHypotheses(null, (before / after) ** asked.shape, alpha, power)


def _enrolment(asked: Further) -> Enrolment:
    return Enrolment(needed(asked, "follow_up", "--follow-up"), needed(asked, "accrual", "--accrual"))


def _curves(asked: SurvivalHypotheses) -> str:
    null, target = (f"{curve.median:.4g}" for curve in (asked.null, asked.target))
    ratio = f"hazard ratio {asked.hazard_ratio:.4g}"
    return (
        f"Null median {null} months, target median {target} ({ratio}), one-sided level {rate(asked.alpha)}, "
        f"power {rate(asked.power)}"
    )


def _attained(design: LogrankDesign | TwoStageLogrankDesign | ExponentialDesign | LandmarkDesign) -> tuple[str, str]:
    asked = design.hypotheses
    return "level, power", f"{beside(design.level, asked.alpha)}, {beside(design.attained_power, asked.power)}"


def logrank_lines(asked: Further) -> Iterator[str]:
    """Yield what to tell of a one-sample log-rank test."""
    curves = _survival(asked)
    found = one_sample_logrank(curves, _enrolment(asked), asked.max_n)
    yield from paragraph(_curves(curves))
    yield from paragraph(f"One-sample log-rank test ({found.source})")
    yield from fact_lines(
        ("patients", f"{found.patients}"),
        ("success when (E - O) / sqrt(E) exceeds", f"{found.critical:.4f}"),
        ("expected events at the target", f"{found.events:.1f}"),
        _attained(found),
        ("months from first entry to analysis", f"{found.duration:.1f}"),
    )


def kwak_jung_lines(asked: Further) -> Iterator[str]:
    """Yield what to tell of a two-stage one-sample log-rank test."""
    curves = _survival(asked)
    found = kwak_jung(curves, _enrolment(asked), max_n=asked.max_n)
    yield from paragraph(_curves(curves))
    yield from paragraph(f"Two-stage one-sample log-rank test, {found.name} ({found.source})")
    yield from fact_lines(
        ("look when so many have entered", f"{found.first}"),
        ("stop unless (E - O) / sqrt(E) exceeds", f"{found.futility:.4f}"),
        ("patients", f"{found.patients}"),
        ("success when it exceeds at the end", f"{found.critical:.4f}"),
        ("expected events at the target", f"{found.events:.1f}"),
        _attained(found),
        ("expected patients, null curve", f"{found.expected_patients:.2f}"),
        ("stops early, null curve", percent(found.stops_early)),
        ("months to look, to the end", f"{found.look:.1f}, {found.duration:.1f}"),
    )


def exponential_lines(asked: Further) -> Iterator[str]:
    """Yield what to tell of a median against a median under exponential times."""
    curves = _survival(asked)
    found = exponential(curves, _enrolment(asked), asked.max_n)
    end = found.enrolment.duration(found.patients)
    yield from paragraph(_curves(curves))
    yield from paragraph(f"Exponential times, analysed at the last of so many events ({found.source})")
    yield from fact_lines(
        ("events", f"{found.events}"),
        ("success from an estimated median of", f"{found.critical:.4f} months"),
        ("patients", f"{found.patients}"),
        _attained(found),
        ("events in time at the target", f"{percent(found.in_time(curves.hazard_ratio, end))} by month {end:.1f}"),
        ("expected months to the last event, target", f"{found.expected_duration(curves.hazard_ratio):.1f}"),
    )


def landmark_lines(asked: Further) -> Iterator[str]:
    """Yield what to tell of a rate without the event at a landmark."""
    rates, month = hypotheses(asked.rates), needed(asked, "month", "--time")
    yield f"{asked_text(rates)}; rates without the event at {month:g} months"
    count = landmark_count(rates, asked.max_n)
    rule = count.boundary
    yield from paragraph(f"Every patient is watched up to the landmark: a count ({count.source})")
    yield from fact_lines(
        ("patients", f"{rule.patients}"),
        ("success from so many without the event", f"{rule.efficacy[-1]}"),
        ("exact level, power", f"{count.level:.4f}, {count.attained_power:.4f}"),
    )
    if asked.accrual is None or asked.follow_up is None:
        yield from paragraph(
            "With --accrual and --follow-up also the Kaplan-Meier estimate, where some are watched less."
        )
        return
    found = landmark_rate(rates, month, _enrolment(asked), max_n=asked.max_n)
    law = "exact" if found.complete else "of the normal law"
    yield from paragraph(
        f"Kaplan-Meier estimate, lower limit above the null rate, {found.transformation} scale ({found.source})"
    )
    yield from fact_lines(
        ("patients", f"{found.patients}"),
        (f"level, power, {law}", f"{found.level:.4f}, {found.attained_power:.4f}"),
        ("months from first entry to analysis", f"{found.duration:.1f}"),
    )
