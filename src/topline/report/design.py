"""What the design decided: hypotheses, rule, what each look saw, verdict, and the inference that knows of the looks."""

import polars as pl
from markupsafe import Markup

from topline.report.cells import number
from topline.report.grid import Grid, Row, heading
from topline.report.markup import Text, joined, say, spoken
from topline.report.numbers import ALL
from topline.report.rounding import exponent_free
from topline.report.view import View, population_name, stated

KINDS = {"single stage": "Single stage", "two stage": "Two stages (Simon)", "sequential": "Sequential"}
ADJUSTED = {"two stage": "DESIGN.two-stage", "sequential": "DESIGN.sequential"}
"""The analysis that knows of the looks, by the kind of design."""
KNOWING = {"two stage": "Inference that knows of the two stages", "sequential": "Inference that knows of every look"}
LOOKS = "DESIGN.looks"


def decision(view: View) -> Grid:
    """Return the table of the design's decision on its endpoint."""
    design = view.protocol.design
    endpoint = view.protocol.endpoint(design.endpoint)
    rows = [*_hypotheses(view), *_verdict(view)]
    if design.kind in ADJUSTED:
        rows += _adjusted(view)
    notes: list[Text] = []
    if view.arms:
        notes.append(say("The rule is for one arm; here all arms are taken together, which no design foresaw."))
    return Grid(
        "DSN01",
        say("Decision of the design"),
        (),
        tuple(rows),
        tuple(notes),
        subtitle=joined([spoken(endpoint.label), " · ", population_name(view, endpoint.estimand.population)]),
    )


def _hypotheses(view: View) -> list[Row]:
    design = view.protocol.design
    alpha, power = _share(design.alpha, "design.alpha"), _share(design.power, "design.power")
    rows = [
        Row(say("Design"), (say(KINDS[design.kind]),)),
        Row(say("Null rate"), (Markup("{}%").format(number(view.numbers, "DESIGN.binomial-test", ALL, "null")),)),
        Row(say("Target rate"), (_share(design.target_rate, "design.target_rate"),)),
        Row(say("One-sided level, power"), (joined([alpha, power], ", "),)),
    ]
    if design.kind == "two stage":
        first = stated(str(design.first_stage_patients), "design.first_stage_patients")
        futility = stated(str(design.futility_at_most), "design.futility_at_most")
        rows.append(Row(say("First stage"), (say("stop with {r} or fewer of {n}", r=futility, n=first),)))
    return rows


def _share(value: float, path: str) -> Markup:
    return stated(f"{exponent_free(value)}%", path)


def _verdict(view: View) -> list[Row]:
    def get(statistic: str) -> Markup:
        return number(view.numbers, "DESIGN.decision", ALL, statistic)

    rule = say("success with {needed} or more of {planned}", needed=get("needed"), planned=get("planned"))
    observed = Markup("{}/{}").format(get("observed"), number(view.numbers, view.protocol.design.endpoint, ALL, "N"))
    return [
        Row(say("Rule"), (rule,)),
        Row(say("Observed"), (observed,)),
        Row(say("Decision"), (verdict(view),)),
        Row(say("One-sided exact p against the null rate"), (number(view.numbers, "DESIGN.binomial-test", ALL, "p"),)),
    ]


def verdict(view: View) -> Markup:
    """Return the verdict of the design's rule."""
    return Markup('<strong class="verdict {}">{}</strong>').format(
        verdict_kind(view), number(view.numbers, "DESIGN.decision", ALL, "verdict")
    )


def verdict_kind(view: View) -> str:
    """Return how the verdict is coloured: positive, negative or open."""
    row = view.numbers.get(f"DESIGN.decision/{ALL}/verdict")
    text = row.valuec if row is not None else ""
    return next((word for word in ("positive", "negative") if text.startswith(word)), "open")


def _adjusted(view: View) -> list[Row]:
    """Return the inference that knows of the looks, or why there is none."""
    kind = view.protocol.design.kind
    rows, analysis = [heading(say(KNOWING[kind]))], ADJUSTED[kind]
    if view.numbers.get(f"{analysis}/{ALL}/umvue") is None:
        return [*rows, Row(say("Adjusted estimates"), (say("not defined"),), 1), *_reason(view, analysis)]

    def get(statistic: str) -> Markup:
        return number(view.numbers, analysis, ALL, statistic)

    median = Markup("{}% ({}, {})").format(get("median unbiased"), get("lower"), get("upper"))
    return [
        *rows,
        Row(say("Naive rate"), (Markup("{}%").format(get("naive")),), 1),
        Row(say("Unbiased estimate (UMVUE)"), (Markup("{}%").format(get("umvue")),), 1),
        Row(say("Median unbiased estimate ({level} CI)", level=view.confidence), (median,), 1),
        Row(say("p-value, one-sided"), (get("p"),), 1),
    ]


def _reason(view: View, analysis: str) -> list[Row]:
    """Return the finding that says why the adjusted inference is missing, as rows."""
    about = pl.col("VARIABLE") == analysis
    messages = view.content.findings.filter(about)["MESSAGE"].unique(maintain_order=True).to_list()
    return [Row(say("Reason"), (Markup('<span class="quoted">{}</span>').format(text),), 1) for text in messages]


def looks(view: View) -> Grid | None:
    """Return the table of the looks of a sequential design: its bounds, what each saw and asked for; else None."""
    rows = [row for row in view.numbers.rows(LOOKS) if row.statistic == "look" and row.at is not None]
    if not rows:
        return None
    heads = ("Look", "Patients", "Stop without success with at most", "Stop with success with at least")
    notes = (
        say("The first look that stops decides; at the last look every number of responders decides."),
        say("A look after n patients asks the first n by enrolment. A dash: no number stops, or patients are missing."),
    )
    return Grid(
        "DSN02",
        say("Looks of the design"),
        tuple(say(head) for head in (*heads, "Responders", "What the look asked")),
        tuple(_look(view, place, f"{row.at:g}") for place, row in enumerate(rows)),
        notes,
        subtitle=population_name(view, rows[0].population),
    )


def _look(view: View, place: int, patients: str) -> Row:
    path = "patients" if place == len(view.protocol.design.looks) else f"looks.{place}.patients"

    def get(statistic: str) -> Markup:
        return number(view.numbers, LOOKS, ALL, f"{statistic}@{patients}")

    return Row(
        get("look"), (stated(patients, f"design.{path}"), *map(get, ("futility", "success", "responders", "asked")))
    )
