"""How the values of a study are said in a registry record, in words that the readers of records understand again."""

from collections.abc import Iterator, Sequence
from itertools import groupby

from topline.protocol.design import Look
from topline.protocol.endpoints import Endpoint, Rate, TimeToEvent
from topline.protocol.model import Arm, Intervention, Protocol
from topline.protocol.record.content import Outcome

PHASES = {"1/2": ["PHASE1", "PHASE2"], "2": ["PHASE2"], "2/3": ["PHASE2", "PHASE3"]}
SEXES = {"all": "ALL", "female": "FEMALE", "male": "MALE"}
TIMES = {1: "once daily", 2: "twice daily", 3: "three times a day", 4: "four times a day"}
ROUTES = {
    "ORAL": "orally",
    "INTRAVENOUS": "intravenously",
    "SUBCUTANEOUS": "subcutaneously",
    "INTRAMUSCULAR": "intramuscular",
    "INTRAPERITONEAL": "intraperitoneally",
    "INTRATHECAL": "intrathecally",
    "INTRAVESICAL": "intravesically",
}
LISTS = {"primary": "primaryOutcomes", "secondary": "secondaryOutcomes", "exploratory": "otherOutcomes"}
FROM = {"first dose": "the first dose", "enrolment": "enrolment", "randomization": "randomization"}


def dose_words(drug: Intervention) -> str:
    """Return one dose: `35 mg/m2`, `AUC 5`.

    >>> words = {"en": "D", "zh": "D"}
    >>> dose_words(Intervention(name="D", label=words, dose=35, unit="mg/m2"))
    '35 mg/m2'
    """
    return f"AUC {drug.dose:g}" if drug.unit == "AUC" else f"{drug.dose:g} {drug.unit}"


def days_words(days: Sequence[int]) -> str:
    """Return days of a cycle, runs of them by their ends.

    >>> days_words((1, 2, 3, 8)), days_words((1,))
    ('days 1-3, 8', 'day 1')
    """
    runs = [list(run) for _, run in groupby(enumerate(days), key=lambda each: each[1] - each[0])]
    parts = [f"{run[0][1]}-{run[-1][1]}" if len(run) > 1 else str(run[0][1]) for run in runs]
    return f"day{'s' if len(days) > 1 else ''} {', '.join(parts)}"


def regimen_words(drug: Intervention, cycle_days: int) -> str:
    """Return dose, route and calendar of a drug as one sentence; `cycle_days` is the trial's cycle.

    >>> words = {"en": "D", "zh": "D"}
    >>> regimen_words(Intervention(name="D", label=words, dose=12, unit="mg", days=(1, 2), cycle_days=21), 28)
    'D 12 mg orally once daily on days 1-2 of each 21-day cycle.'
    """
    route = ROUTES.get(drug.route, drug.route.lower())
    times = TIMES.get(drug.times_per_day, f"{drug.times_per_day} times a day")
    text = f"{drug.label.en} {dose_words(drug)} {route} {times}"
    if drug.days:
        text += f" on {days_words(drug.days)}"
    cycle = drug.cycle_days or (cycle_days if drug.days else None)
    return f"{text} of each {cycle}-day cycle." if cycle and drug.days else f"{text}."


def arm_words(arm: Arm, cycle_days: int) -> str:
    """Return what an arm gets."""
    return " ".join(regimen_words(drug, cycle_days) for drug in arm.interventions)


def age_words(years: int | None) -> str | None:
    """Return a limit of age as registers write it; None for no limit.

    >>> age_words(18)
    '18 Years'
    """
    return None if years is None else f"{years} Year{'' if years == 1 else 's'}"


def outcome_words(endpoint: Endpoint, protocol: Protocol) -> dict[str, str]:
    """Return an endpoint as an outcome: measure, description and time frame."""
    return {
        "measure": endpoint.label.en,
        "description": description_words(endpoint, protocol),
        "timeFrame": frame_words(endpoint, protocol),
    }


def description_words(endpoint: Endpoint, protocol: Protocol) -> str:
    """Return the estimand of an endpoint in sentences: variable, population, intercurrent events, summary."""
    sets = {each.id: each.label for each in protocol.analysis_sets}
    estimand = endpoint.estimand
    parts = [estimand.variable, f"Population: {sets.get(estimand.population, estimand.population)}"]
    parts += [f"{each.event} ({each.strategy}): {each.handling}" for each in estimand.intercurrent_events]
    parts.append(f"Summary: {estimand.summary}")
    return " ".join(f"{part.rstrip('.')}." for part in parts)


def frame_words(endpoint: Endpoint, protocol: Protocol) -> str:
    """Return when an endpoint is measured, as its analysis has it."""
    longest = f"up to {protocol.schedule.maximum_months:g} months"
    start = FROM[protocol.schedule.time_zero]
    analysis = endpoint.analysis
    if isinstance(analysis, TimeToEvent):
        events = " or ".join({"new therapy": "new anti-cancer therapy"}.get(each, each) for each in analysis.events)
        return f"From {'the first response' if analysis.start == 'response' else start} to {events}, {longest}"
    if isinstance(analysis, Rate) and analysis.parameter == "DCLM":
        return f"At day {protocol.landmark.day} from {start}"
    if analysis.type == "adverse events":
        return f"From the first dose to {protocol.criteria.adverse_events.follow_up_days} days after the last dose"
    return f"From {start}, {longest}"


def criteria_words(protocol: Protocol) -> str:
    """Return the criteria as a register lists them: two headings, numbered items."""
    lists = (
        ("Inclusion Criteria:", protocol.eligibility.inclusion),
        ("Exclusion Criteria:", protocol.eligibility.exclusion),
    )
    blocks = []
    for heading, criteria in lists:
        if criteria:
            numbered = [f"{number}. {_indented(each.text)}" for number, each in enumerate(criteria, 1)]
            blocks.append("\n".join([heading, "", *numbered]))
    return "\n\n".join(blocks)


def _indented(text: str) -> str:
    """Return a text whose further lines stand below its first one."""
    return "\n".join([text.splitlines()[0], *(f"   {line}" for line in text.splitlines()[1:])])


def summary_words(protocol: Protocol) -> str:
    """Return what a register's summary says of a study: who, what, calendar, hypotheses."""
    return " ".join(_sentences(protocol))


def _sentences(protocol: Protocol) -> Iterator[str]:
    design, schedule = protocol.design, protocol.schedule
    yield f"{protocol.population.description.en.rstrip('.')}."
    yield f"Treatment is given in {schedule.cycle_days}-day cycles."
    yield f"Tumour assessment {_scans(protocol)}."
    yield f"Survival follow-up every {schedule.follow_up_weeks:g} weeks."
    if protocol.criteria.questionnaires:
        yield f"Questionnaires every {schedule.questionnaire_cycles} cycles."
    if design.kind == "two stage":
        yield (
            f"Simon two-stage design: {design.first_stage_patients} patients in the first stage, which ends the trial "
            f"with {design.futility_at_most} or fewer responses."
        )
    if design.looks:
        yield f"Sequential design with {len(design.looks)} interim looks: {'; '.join(map(look_words, design.looks))}."
    endpoint = protocol.endpoint(design.endpoint).label.en
    yield f"Null hypothesis for {endpoint}: {_percent(design.null_rate)}."
    yield f"Alternative hypothesis: {_percent(design.target_rate)}."
    yield f"One-sided significance level {_percent(design.alpha)}, power {_percent(design.power)}."
    last = " at the last look" if design.looks else ""
    yield f"Success with {design.success_at_least} or more of {design.patients} patients{last}."


def look_words(look: Look) -> str:
    """Return after how many patients one looks, and what stops the trial there.

    >>> look_words(Look(patients=18, futility_at_most=2, success_at_least=8))
    'after 18 patients the trial ends without success at 2 or fewer responses, with success at 8 or more'
    """
    futile, success = look.futility_at_most, look.success_at_least
    ends = [] if futile is None else [f"without success at {futile} or fewer responses"]
    ends += [] if success is None else [f"with success at {success} or more{' responses' if not ends else ''}"]
    return f"after {look.patients} patients the trial ends {', '.join(ends)}"


def _scans(protocol: Protocol) -> str:
    """Return the intervals of tumour assessment."""
    parts = []
    for interval in protocol.schedule.scans:
        until = "" if interval.until_week is None else f" until week {interval.until_week:g}"
        parts.append(f"every {interval.every_weeks:g} weeks{until}")
    return ", then ".join(parts)


def _percent(rate: float) -> str:
    """Return a rate in per cent."""
    return f"{rate * 100:.6g}%"


def outcome_text(outcome: Outcome) -> str:
    """Return all that a record says of an outcome, on one line."""
    return " | ".join(part for part in (outcome.measure, outcome.description, outcome.time_frame) if part)
