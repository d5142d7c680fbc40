"""Rules about time: time points against the follow-up, and the grid of scans against what is decided on it."""

from collections.abc import Callable, Iterator, Mapping

from topline.protocol.endpoints import Endpoint, Rate, TimeToEvent
from topline.protocol.lint.rule import Hit
from topline.protocol.model import Protocol
from topline.protocol.schedule import Schedule

STABLE_PARAMETERS = ("DCR", "CDCR", "CB", "CCB")
STABLE_VALUES = {"SD", "NON-CR/NON-PD", "iSD", "NON-iCR/NON-iUPD"}
BASELINE_DAYS = 28  # RECIST 1.1, section 3.1
TIME_POINT = "landmark.day"


def rate_at_landmark(endpoint: Endpoint) -> bool:
    """Whether an endpoint is disease control at the landmark."""
    return isinstance(endpoint.analysis, Rate) and endpoint.analysis.parameter == "DCLM"


def beyond_follow_up(protocol: Protocol) -> Iterator[Hit]:
    """Yield time points that no patient is followed to."""
    months = protocol.schedule.maximum_months
    for endpoint in protocol.endpoints:
        if isinstance(endpoint.analysis, TimeToEvent):
            late = [f"{month:g}" for month in endpoint.analysis.landmarks_months if month > months]
            if late:
                what = f"{', '.join(late)} months lie beyond the longest follow-up of {months:g} months"
                yield Hit(f"endpoints.{endpoint.id}.analysis.landmarks_months", what)
    if any(map(rate_at_landmark, protocol.endpoints)):
        last = months * protocol.days_per_month
        if protocol.landmark.day > last + 1:
            yield Hit(TIME_POINT, f"day {protocol.landmark.day} lies beyond the longest follow-up of {last:.0f} days")


def _before(schedule: Schedule, day: int) -> int | None:
    """Return the nominal day after time zero of the last scan up to `day` days after it, None without one."""
    return max((scan for scan in schedule.nominal_days(day) if scan <= day), default=None)


def scan_near_landmark(protocol: Protocol) -> Iterator[Hit]:
    """Yield a landmark before which no scan is due close enough to count, even when it comes early in its window."""
    landmark, schedule = protocol.landmark, protocol.schedule
    if not any(map(rate_at_landmark, protocol.endpoints)):
        return
    scan = _before(schedule, landmark.day - 1)
    if scan is None:
        yield Hit(TIME_POINT, f"no scan is due by day {landmark.day}: control there would rest on later scans alone")
        return
    earliest = landmark.day - 1 - (scan - schedule.window_days)
    if earliest > landmark.window_days:
        what = (
            f"the last scan before day {landmark.day} is due on day {scan + 1}, {landmark.day - 1 - scan} days "
            f"earlier, and may come {earliest} days earlier; only {landmark.window_days} count (landmark.window_days), "
            "so that who has no later scan is not controlled"
        )
        yield Hit(TIME_POINT, what)


def landmark_between_scans(protocol: Protocol) -> Iterator[Hit]:
    """Yield months at which the rate without progression is read late in the gap between two scans."""
    for endpoint in protocol.endpoints:
        analysis = endpoint.analysis
        if not isinstance(analysis, TimeToEvent) or analysis.start != "time zero":
            continue
        if "progression" in analysis.events:
            gaps = [found for month in analysis.landmarks_months if (found := _gap(protocol, month))]
            if gaps:
                yield Hit(f"endpoints.{endpoint.id}.analysis.landmarks_months", "; ".join(gaps))


def _gap(protocol: Protocol, month: float) -> str:
    """Return in words that a month lies in the second half of a gap between scans, or an empty text."""
    day = month * protocol.days_per_month
    due = (0, *protocol.schedule.nominal_days(day))
    before, after = due[-2:] if due[-1] > day else (0, 0)  # no scan is due later
    if (day - before) * 2 <= after - before or not after:
        return ""
    return (
        f"{month:g} months are day {day + 1:.0f}; scans are due on days {before + 1} and {after + 1}, so that the rate "
        f"says what was seen {day - before:.0f} days earlier"
    )


def windows_overlap(protocol: Protocol) -> Iterator[Hit]:
    """Yield intervals so short that one scan may belong to either of two visits."""
    window = protocol.schedule.window_days
    for index, interval in enumerate(protocol.schedule.scans):
        if interval.every_weeks * 7 <= 2 * window:
            what = f"a scan every {interval.every_weeks * 7:g} days with {window} days to either side: windows overlap"
            yield Hit(f"schedule.scans.{index}.every_weeks", what)


def empty_interval(protocol: Protocol) -> Iterator[Hit]:
    """Yield intervals that end before their first scan, and intervals that begin after the longest follow-up."""
    week = 0.0
    last = protocol.schedule.maximum_months * protocol.days_per_month / 7
    for index, interval in enumerate(protocol.schedule.scans):
        place = f"schedule.scans.{index}"
        if week + interval.every_weeks > last:
            yield Hit(f"{place}.every_weeks", f"its first scan is due after the longest follow-up, week {last:.0f}")
        elif interval.until_week is not None and week + interval.every_weeks > interval.until_week:
            yield Hit(f"{place}.until_week", f"its first scan would be due in week {week + interval.every_weeks:g}")
        if interval.until_week is not None:
            week += max(0, (interval.until_week - week) // interval.every_weeks) * interval.every_weeks


def counts_stable(endpoint: Endpoint) -> bool:
    """Whether stable disease can put a patient into the numerator of an endpoint."""
    analysis = endpoint.analysis
    return isinstance(analysis, Rate) and (
        analysis.parameter in STABLE_PARAMETERS or bool(STABLE_VALUES.intersection(analysis.values))
    )


def stable_too_early(protocol: Protocol) -> Iterator[Hit]:
    """Yield a least time of stable disease that the first scan, within its window, does not reach."""
    response, schedule = protocol.criteria.response, protocol.schedule
    if not any(map(counts_stable, protocol.endpoints)):
        return
    first, needed = next(iter(schedule.nominal_days(0)), None), response.stable_minimum_days
    if first is None:
        return
    if needed > first:
        what = f"never counts when due, {first} days after time zero: stable disease needs two scans"
    elif needed > first - schedule.window_days:
        what = f"may come {first - schedule.window_days} days after time zero, too early to count as stable disease"
    else:
        return
    yield Hit("criteria.response.stable_minimum_days", f"{needed} days: the first scan {what}")


def stable_without_minimum(protocol: Protocol) -> Iterator[Hit]:
    """Yield a study that counts stable disease from the first day on."""
    used = [endpoint.id for endpoint in protocol.endpoints if counts_stable(endpoint)]
    if used and protocol.criteria.response.stable_minimum_days == 0:
        what = f"any scan without progression counts as stable disease in {', '.join(used)}"
        yield Hit("criteria.response.stable_minimum_days", what)


def confirmation_too_early(protocol: Protocol) -> Iterator[Hit]:
    """Yield a confirmation interval that the next scan may miss though it is done within its window."""
    response, schedule = protocol.criteria.response, protocol.schedule
    shortest = min(interval.every_weeks for interval in schedule.scans) * 7
    closest = shortest - 2 * schedule.window_days
    if response.confirmation_required and response.confirmation_days > closest:
        what = (
            f"{response.confirmation_days} days: scans are {shortest:g} days apart and, within their windows, as few "
            f"as {max(closest, 0):g}; the next scan then confirms nothing"
        )
        yield Hit("criteria.response.confirmation_days", what)


def gap_never_reached(protocol: Protocol) -> Iterator[Hit]:
    """Yield a rule on missed scans that the follow-up has no room for."""
    last = protocol.schedule.maximum_months * protocol.days_per_month
    due = sum(day <= last for day in protocol.schedule.nominal_days(last))
    for endpoint in protocol.endpoints:
        analysis = endpoint.analysis
        if isinstance(analysis, TimeToEvent) and (analysis.censoring.missed_assessments or 0) > due:
            missed = analysis.censoring.missed_assessments
            what = f"{missed} scans in a row cannot be missed before an event: {due} are due in the longest follow-up"
            yield Hit(f"endpoints.{endpoint.id}.analysis.censoring", what)


def scan_within_cycle(protocol: Protocol) -> Iterator[Hit]:
    """Yield intervals of scans that are not a whole number of cycles."""
    cycle = protocol.schedule.cycle_days
    for index, interval in enumerate(protocol.schedule.scans):
        days = interval.every_weeks * 7
        if days % cycle:
            what = f"{days:g} days are {days / cycle:.2f} cycles of {cycle} days: scans drift through the cycle"
            yield Hit(f"schedule.scans.{index}.every_weeks", what)


def randomized_start(protocol: Protocol) -> Iterator[Hit]:
    """Yield times that count from a randomization that a single-arm study does not have."""
    if protocol.schedule.time_zero == "randomization" and len(protocol.arms) == 1:
        yield Hit("schedule.time_zero", f"nobody is randomized: {protocol.arms[0].code} is the only arm")


def old_baseline(protocol: Protocol) -> Iterator[Hit]:
    """Yield baseline scans that may lie too long before treatment."""
    days = protocol.schedule.baseline_days
    if days > BASELINE_DAYS:
        yield Hit("schedule.baseline_days", f"{days} days; RECIST 1.1 asks for at most {BASELINE_DAYS}")


CHECKS: Mapping[str, Callable[[Protocol], Iterator[Hit]]] = {
    "STU-01": beyond_follow_up,
    "STU-02": scan_near_landmark,
    "STU-03": landmark_between_scans,
    "STU-04": windows_overlap,
    "STU-05": empty_interval,
    "STU-06": stable_too_early,
    "STU-07": stable_without_minimum,
    "STU-08": confirmation_too_early,
    "STU-09": gap_never_reached,
    "STU-10": scan_within_cycle,
    "STU-11": randomized_start,
    "STU-12": old_baseline,
}
