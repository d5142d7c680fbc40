"""Where the trial stands against its stopping rule for toxicity: boundary, verdict, posterior of the rate (TOX01)."""

import polars as pl
from markupsafe import Markup

from topline.protocol.monitoring import ToxicityMonitoring
from topline.report.cells import limits, number
from topline.report.grid import Grid, Row, heading
from topline.report.markup import Text, element, joined, say
from topline.report.numbers import ALL
from topline.report.rounding import exponent_free, p_value
from topline.report.safety_cells import counted, written
from topline.report.safety_events import COUNTED, Counted, whose
from topline.report.view import View, stated

NAME = "TOXICITY"
VERDICTS = {
    "go on": "the boundary was not reached: go on",
    "stop": "the boundary was reached: stop",
    "not reached": "all planned patients are in, the boundary was not reached",
    "more patients than planned": "more patients than planned: the rule says nothing",
}


def monitoring(view: View) -> list[Grid]:
    """Return the tables of the stopping rule: where the trial stands, and the boundary; none without a rule."""
    rule = view.protocol.monitoring
    if rule is None or view.numbers.get(f"{NAME}/{ALL}/verdict") is None:
        return []
    return [_standing(view, rule), *_boundary(view)]


def _standing(view: View, rule: ToxicityMonitoring) -> Grid:
    rows = [*_rule(view, rule), *_counts(view), *_posterior(view, rule)]
    notes = [
        say(
            "After each patient the trial stops when the toxicities so far reach the boundary; one pointwise level "
            "keeps the error of the whole trial (Ivanova, Qaqish and Schell 2005). Error and power are exact."
        ),
        say(
            "Patients count in the order of their first dose: with toxicity at once, without it when the window is "
            "over; who died or stopped in the window without toxicity counts as one without. Patients who began on one "
            "day count together: the rule is asked after the last of them."
        ),
    ]
    notes.append(say("The boundary decides; the posterior stands beside it and decides nothing."))
    if view.arms:
        notes.append(say("The rule is for one arm; here all arms are taken together."))
    title = say("Monitoring of toxicity")
    return Grid("TOX01", title, (), tuple(rows), tuple(notes), subtitle=whose(view, NAME))


def _rule(view: View, rule: ToxicityMonitoring) -> list[Row]:
    """Return what the protocol states of the rule."""
    window: Text = say("while events count")
    if rule.window_days is not None:
        window = say(
            "within {days} days of the first dose", days=stated(str(rule.window_days), "monitoring.window_days")
        )
    return [
        Row(joined([say("Toxicity"), ": ", _toxicity(view, rule)]), (window,)),
        Row(say("Acceptable rate"), (_share(rule.acceptable_rate, "monitoring.acceptable_rate"),)),
        Row(say("Allowed probability to stop at that rate"), (_share(rule.error, "monitoring.error"),)),
        Row(say("Exact probability to stop at that rate"), (_percent(view, "error"),), 1),
        Row(say("Exact probability to stop at a rate higher by 20 points"), (_percent(view, "power"),), 1),
        Row(say("Pointwise level"), (written(view.numbers, f"{NAME}/{ALL}/level", p_value),), 1),
    ]


def _toxicity(view: View, rule: ToxicityMonitoring) -> Text:
    """Return what counts as toxicity, and the code of its parameter."""
    frame = view.content.adam["ADAETTE"].filter(pl.col("PARAMCD") == rule.parameter)
    names = [Counted(*row).label for row in frame.select(COUNTED).unique().iter_rows()]
    return joined([*names, element("code", rule.parameter)], " ")


def _share(value: float, path: str) -> Markup:
    return stated(f"{exponent_free(value)}%", path)


def _percent(view: View, statistic: str) -> Markup:
    return Markup("{}%").format(number(view.numbers, NAME, ALL, statistic))


def _counts(view: View) -> list[Row]:
    """Return how many count, how many had toxicity, the bound for them, and the verdict."""
    parts = (
        ("patients", "Patients who count"),
        ("waiting", "Still in the window, without toxicity"),
        ("toxicities", "With toxicity"),
        ("bound", "Toxicities that stop now"),
    )
    rows = [Row(say(phrase), (counted(view.numbers, NAME, ALL, part),)) for part, phrase in parts]
    found = view.numbers.get(f"{NAME}/{ALL}/verdict")
    rows = [heading(say("Where the trial stands")), *rows]
    return [*rows, Row(say("Verdict"), (_verdict(view, found.valuec),))] if found is not None else rows


def _verdict(view: View, text: str) -> Markup:
    view.numbers.text(f"{NAME}/{ALL}/verdict")
    shown = say(VERDICTS[text]) if text in VERDICTS else text
    identifier = f"{NAME}/{ALL}/verdict"
    button = element("button", shown, type="button", class_="num", data_result=identifier, title=identifier)
    badge = element("strong", button, class_=f"verdict {_colour(view, text)}")
    if view.numbers.get(f"{NAME}/{ALL}/stopped at") is None:
        return badge
    return joined([badge, say("at patient {n}", n=counted(view.numbers, NAME, ALL, "stopped at"))], " ")


def _colour(view: View, text: str) -> str:
    """Return how the verdict is coloured: open where the boundary was not reached but the posterior calls it high."""
    posterior = view.numbers.get(f"{NAME}/{ALL}/posterior above rate")
    if text == "stop":
        return "negative"
    calm = posterior is None or posterior.valuec != "high"
    return "positive" if calm and text in ("go on", "not reached") else "open"


def _posterior(view: View, rule: ToxicityMonitoring) -> list[Row]:
    """Return the posterior of the rate; nothing before the first patient."""
    found = view.numbers.get(f"{NAME}/{ALL}/posterior above rate")
    if found is None:
        return []
    prior = say(
        "beta({a}, {b})",
        a=stated(f"{rule.prior_a:g}", "monitoring.prior_a"),
        b=stated(f"{rule.prior_b:g}", "monitoring.prior_b"),
    )
    mean = joined([_percent(view, "posterior mean"), limits(view.numbers, NAME, ALL)], " ")
    high = say("high") if found.valuec == "high" else say("not high")
    least = say("high from {certainty} on", certainty=_share(rule.certainty, "monitoring.certainty"))
    above = joined([_percent(view, "posterior above rate"), ": ", high, " (", least, ")"])
    return [
        heading(say("Rate of toxicity, Bayesian")),
        Row(say("Prior"), (prior,)),
        Row(joined([say("Mean"), " (", say("{level} credible interval", level=view.confidence), ")"]), (mean,)),
        Row(say("Probability that the rate is above the acceptable one"), (above,)),
    ]


def _boundary(view: View) -> list[Grid]:
    """Return the boundary: from which patient on how many toxicities stop, and how many there were then."""
    steps = [row for row in view.numbers.rows(NAME) if row.statistic == "boundary" and row.at is not None]
    rows = tuple(_step(view, f"{row.at:g}") for row in steps)
    if not rows:
        return []
    head = (say("From patient"), say("Stop with"), say("Observed so far"))
    note = say(
        "The bound holds until the next row. A dash: not so many patients count yet, or the count is passed within one "
        "day."
    )
    return [Grid("TOX02", say("Boundary for toxicity"), head, rows, (note,), subtitle=whose(view, NAME))]


def _step(view: View, patient: str) -> Row:
    return Row(
        patient,
        (
            written(view.numbers, f"{NAME}/{ALL}/boundary@{patient}"),
            counted(view.numbers, NAME, ALL, f"observed@{patient}"),
        ),
    )
