"""Estimand and analysis of each kind of endpoint: what is observed, what intervenes, what is reported."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

Event = tuple[str, str, str]


@dataclass(frozen=True, slots=True)
class Setting:
    """What the wording of an estimand depends on: start of time, confirmation, stable disease, CTCAE, landmark."""

    zero: str = "the first dose"
    confirmed: bool = True
    stable_days: int = 49
    ctcae: str = "5.0"
    follow_up_days: int = 30
    day: int = 183
    window_days: int = 28
    immune: bool = False


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a kind of endpoint is: variable, intercurrent events (event, strategy, handling), summary, analysis."""

    variable: str
    events: tuple[Event, ...]
    summary: str
    analysis: Mapping[str, object]


NEW_THERAPY, NO_SCAN = "New anti-cancer therapy", "No evaluable scan after baseline"
STOPS: Event = (NEW_THERAPY, "while on treatment", "scans after its start do not count")
GOES_ON: Event = (NEW_THERAPY, "treatment policy", "later scans and death count")
END: Event = ("End of treatment", "treatment policy", "later scans and death count")
FOLLOWED: tuple[Event, ...] = (
    (NEW_THERAPY, "treatment policy", "followed on"),
    ("End of treatment", "treatment policy", "followed on"),
)
PROPORTION = "Proportion with its exact 95% interval"
MEDIAN = "Kaplan-Meier median with its 95% interval"


def meaning(kind: str, setting: Setting) -> Meaning:
    """Return what a kind of endpoint is in a trial with this setting; raise KeyError for a kind that is none.

    >>> meaning("OS", Setting()).variable
    'Time from the first dose to death from any cause'
    """
    return MEANINGS[kind](setting)


def _rate(parameter: str, *values: str) -> dict[str, object]:
    return {"type": "rate", "parameter": parameter, "values": list(values or ("Y",))}


def _none_seen(what: str) -> Event:
    return (NO_SCAN, "composite", f"{what}; the patient stays in the denominator")


def _how(setting: Setting) -> str:
    return ", confirmed at least 28 days later" if setting.confirmed else ", confirmed or not"


def _response(setting: Setting) -> Meaning:
    variable = f"Best overall response of CR or PR{_how(setting)}"
    analysis = _rate("CRSP" if setting.confirmed else "RSP")
    if setting.immune:
        variable, analysis = "Best overall response of iCR or iPR by iRECIST", _rate("IBOR", "iCR", "iPR")
    return Meaning(variable, (STOPS, _none_seen("no response")), PROPORTION, analysis)


def _complete(setting: Setting) -> Meaning:
    analysis = _rate("CBOR" if setting.confirmed else "BOR", "CR")
    return Meaning(
        f"Best overall response of CR{_how(setting)}", (STOPS, _none_seen("no response")), PROPORTION, analysis
    )


def _best(setting: Setting) -> Meaning:
    analysis = _rate("CBOR" if setting.confirmed else "BOR", "CR", "PR")
    variable = f"Best overall response{_how(setting)}; CR and PR are counted, all categories are tabulated"
    return Meaning(variable, (STOPS, _none_seen("no response")), PROPORTION, analysis)


def _control(setting: Setting) -> Meaning:
    best = "Best confirmed overall response" if setting.confirmed else "Best overall response"
    variable = f"{best} of CR, PR, SD or NON-CR/NON-PD; SD from day {setting.stable_days} on"
    analysis = _rate("CDCR" if setting.confirmed else "DCR")
    if setting.immune:
        variable, analysis = "Best overall response of iCR, iPR or iSD by iRECIST", _rate("IBOR", "iCR", "iPR", "iSD")
    return Meaning(variable, (STOPS, _none_seen("no disease control")), PROPORTION, analysis)


def _benefit(setting: Setting) -> Meaning:
    variable = f"CR or PR{_how(setting)}, or SD from day {setting.stable_days} on"
    return Meaning(variable, (STOPS, _none_seen("no benefit")), PROPORTION, _rate("CCB" if setting.confirmed else "CB"))


def _control_then(setting: Setting) -> Meaning:
    day = setting.day
    variable = (
        f"Alive on day {day} without progression and without another anti-cancer therapy by then, shown by a scan with "
        f"CR, PR, SD or NON-CR/NON-PD at most {setting.window_days} days earlier or at any time later"
    )
    events: tuple[Event, ...] = (
        (f"Death by day {day}", "composite", "no disease control"),
        (f"New anti-cancer therapy by day {day}", "composite", "no disease control"),
        (f"End of treatment before day {day}", "treatment policy", "scans after the end of treatment count"),
        ("No scan that shows control", "composite", "no disease control; the patient stays in the denominator"),
    )
    return Meaning(variable, events, PROPORTION, _rate("DCLM"))


def _time(*events: str, last: str = "last assessment", censoring: str = "EMA", **more: object) -> dict[str, object]:
    return {
        "type": "time to event",
        "start": "time zero",
        "events": list(events),
        "last_observation": last,
        "censoring": censoring,
        **more,
    }


def _survival(setting: Setting) -> Meaning:
    analysis = _time("death", last="last alive", censoring="none", landmarks_months=[6, 12])
    variable = f"Time from {setting.zero} to death from any cause"
    return Meaning(variable, FOLLOWED, f"{MEDIAN}; rates at 6 and 12 months", analysis)


def _progression_free(setting: Setting) -> Meaning:
    variable = f"Time from {setting.zero} to progression by RECIST 1.1 or death from any cause"
    analysis = _time("progression", "death", landmarks_months=[3, 6])
    return Meaning(variable, (GOES_ON, END), f"{MEDIAN}; rates at 3 and 6 months", analysis)


def _recurrence_free(setting: Setting) -> Meaning:
    variable = f"Time from {setting.zero} to recurrence, seen as progression by RECIST 1.1, or death from any cause"
    analysis = _time("progression", "death", landmarks_months=[12, 24])
    return Meaning(variable, (GOES_ON, END), f"{MEDIAN}; rates at 12 and 24 months", analysis)


def _event_free(setting: Setting) -> Meaning:
    variable = f"Time from {setting.zero} to progression or recurrence by RECIST 1.1 or death from any cause"
    analysis = _time("progression", "death", landmarks_months=[6, 12])
    return Meaning(variable, (GOES_ON, END), f"{MEDIAN}; rates at 6 and 12 months", analysis)


def _progression(setting: Setting) -> Meaning:
    events: tuple[Event, ...] = (
        ("Death without progression", "while on treatment", "censored at the last adequate assessment"),
        (NEW_THERAPY, "treatment policy", "later scans count"),
    )
    analysis = _time("progression", censoring="none", landmarks_months=[3, 6])
    variable = f"Time from {setting.zero} to progression by RECIST 1.1"
    return Meaning(variable, events, f"{MEDIAN}; rates at 3 and 6 months", analysis)


def _failure(setting: Setting) -> Meaning:
    analysis = _time("progression", "death", "treatment stop", landmarks_months=[3, 6])
    variable = f"Time from {setting.zero} to progression, death or the end of treatment for any reason"
    return Meaning(
        variable, (("End of treatment", "composite", "an event"),), f"{MEDIAN}; rates at 3 and 6 months", analysis
    )


def _next_therapy(setting: Setting) -> Meaning:
    analysis = _time("new therapy", "death", last="last alive", landmarks_months=[3, 6])
    variable = f"Time from {setting.zero} to the next anti-cancer therapy or death"
    return Meaning(variable, ((NEW_THERAPY, "composite", "an event"),), f"{MEDIAN}; rates at 3 and 6 months", analysis)


def _duration(setting: Setting) -> Meaning:
    who = "In confirmed responders" if setting.confirmed else "In responders"
    analysis = _time("progression", "death", landmarks_months=[3, 6]) | {"start": "response"}
    analysis["response_parameter"] = "CRSP" if setting.confirmed else "RSP"
    variable = f"{who}, time from the first CR or PR to progression or death"
    return Meaning(variable, (GOES_ON,), MEDIAN, analysis)


def _until_response(setting: Setting) -> Meaning:
    variable = f"Time from {setting.zero} to the first CR or PR" + (
        " that is later confirmed" if setting.confirmed else ""
    )
    events: tuple[Event, ...] = (
        (
            "Progression, death or the end of scans without response",
            "while on treatment",
            "censored at the last adequate assessment",
        ),
    )
    parameter = "CRSP" if setting.confirmed else "RSP"
    return Meaning(
        variable,
        events,
        "Median and range of the event times in responders",
        _time("response", censoring="none", response_parameter=parameter),
    )


def _adverse(setting: Setting) -> Meaning:
    variable = (
        f"Worst CTCAE {setting.ctcae} grade per event term from the first dose to {setting.follow_up_days} days after "
        "the last"
    )
    return Meaning(variable, (), "Patients with the event, by term and worst grade", {"type": "adverse events"})


def _markers(setting: Setting) -> Meaning:
    summary = "The other endpoints by marker, with the search over markers and cuts corrected for"
    return Meaning("Markers in tumour or blood at baseline", (), summary, {"type": "markers"})


MEANINGS: dict[str, Callable[[Setting], Meaning]] = {
    "ORR": _response,
    "CRR": _complete,
    "BOR": _best,
    "DCR": _control,
    "DCLM": _control_then,
    "CBR": _benefit,
    "OS": _survival,
    "PFS": _progression_free,
    "DFS": _recurrence_free,
    "RFS": _recurrence_free,
    "EFS": _event_free,
    "TTP": _progression,
    "TTF": _failure,
    "TTNT": _next_therapy,
    "DOR": _duration,
    "TTR": _until_response,
    "TEAE": _adverse,
    "MARKERS": _markers,
}


def questionnaire(name: str) -> Meaning:
    """Return what an endpoint by a questionnaire is."""
    analysis = {"type": "questionnaire", "questionnaire": name}
    return Meaning("Change of each scale from baseline, per cycle", (), "Mean change with its 95% interval", analysis)
