"""The comparison page: designs side by side with exact numbers, figures, and the texts for the protocol."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from importlib.resources import files

import numpy as np
from jinja2 import Environment, StrictUndefined
from markupsafe import Markup

from topline.design.comparison.boundary_plot import boundary_picture
from topline.design.comparison.capability import capability, told
from topline.design.comparison.cells import Row, Table, beside, letter, listed, percent, probability
from topline.design.comparison.conduct import conduct_tables
from topline.design.comparison.figure import BAD, GOOD, OPEN, STYLES
from topline.design.comparison.origin import Origin
from topline.design.comparison.paragraph import FEW, Context, Text, paragraph
from topline.design.comparison.plot import difference_curves, expected_curves, operating_curves, sample_sizes
from topline.design.single_arm import SingleArmDesign
from topline.errors import ToplineError
from topline.protocol.rule.boundary import NEVER

MOST = 10
"""Designs that a page holds."""
BEYOND = 0.15
"""How far above the largest target rate the grid of true rates goes."""


@dataclass(frozen=True, slots=True)
class Provenance:
    """Where a page comes from, so that it can be made again; what is empty is left out.

    Attributes:
        version: of topline.
        source: what the designs were made from, for example a study file and its digest.
        command: what makes the same page again.

    """

    version: str = ""
    source: str = ""
    command: str = ""


UNTOLD = Provenance()
"""Nothing is told of where a page comes from."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """What a page compares.

    Attributes:
        title: its title.
        designs: one to ten, in the order of the page.
        context: what the trial adds: what is counted, losses, accrual, confirmation, missed looks.
        chosen: place of the design that the protocol has, None where none is chosen.
        origins: where the number of patients can come from; empty leaves the section out.
        provenance: where the page comes from.

    Raises:
        ToplineError: TL-G04 for no design or too many, or a place that is not there.

    """

    title: str
    designs: tuple[SingleArmDesign, ...]
    context: Context = field(default_factory=Context)
    chosen: int | None = None
    origins: tuple[Origin, ...] = ()
    provenance: Provenance = UNTOLD

    def __post_init__(self) -> None:
        if not 1 <= len(self.designs) <= MOST:
            raise ToplineError("TL-G04", where="designs", what=f"{len(self.designs)} are not from 1 to {MOST}")
        if self.chosen is not None and not 0 <= self.chosen < len(self.designs):
            raise ToplineError("TL-G04", where="chosen", what=f"{self.chosen} is not the place of a design")


@dataclass(frozen=True, slots=True)
class Member:
    """A design on the page: its letter, its line in the figures, its texts, its picture, its rule look by look."""

    letter: str
    name: str
    patients: int
    colour: str
    dash: str
    chosen: bool
    text: Text
    picture: Markup
    looks: Table


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure with its caption."""

    caption: str
    note: str
    picture: Markup


@dataclass(frozen=True, slots=True)
class View:
    """Everything that the page shows."""

    title: str
    members: tuple[Member, ...]
    comparison: Table
    figures: tuple[Figure, ...]
    grids: tuple[Table, ...]
    conduct: tuple[Table, ...]
    shown: int
    shows: Text
    origins: tuple[Origin, ...]
    provenance: Provenance


def render_comparison(comparison: Comparison) -> str:
    """Return one self-contained HTML page; it loads nothing and runs nothing, and all texts are escaped."""
    colours = {"good": GOOD, "bad": BAD, "open": OPEN}
    return rendered("page.html.jinja", {"view": view(comparison), "style": asset("page.css"), "colours": colours})


def rendered(template: str, values: Mapping[str, object]) -> str:
    """Return a template of this room with its values, escaped."""
    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    return environment.from_string(asset(template)).render(values)


def asset(name: str) -> Markup:
    """Return a file of this room: a template, a style or a script, which is ours and needs no escaping."""
    return Markup(files("topline.design.comparison").joinpath(name).read_text("utf-8"))


def view(comparison: Comparison) -> View:
    """Return what the page of a comparison shows."""
    designs, shown = comparison.designs, comparison.chosen or 0
    return View(
        comparison.title,
        tuple(_member(comparison, place) for place in range(len(designs))),
        _compared(designs),
        tuple(_figures(designs, shown)),
        tuple(_grids(designs)),
        tuple(conduct_tables(designs, comparison.context, shown)),
        shown,
        _shows(designs[shown]),
        comparison.origins,
        comparison.provenance,
    )


def _member(comparison: Comparison, place: int) -> Member:
    design = comparison.designs[place]
    colour, dash = STYLES[place % len(STYLES)]
    text, picture, looks = paragraph(design, comparison.context), boundary_picture(design), _looks(design)
    patients, chosen = design.boundary.patients, place == comparison.chosen
    return Member(letter(place), design.name, patients, colour, dash, chosen, text, picture, looks)


def _looks(design: SingleArmDesign) -> Table:
    """Return the rule look by look: its bounds, and the exact probability that the trial ends there."""
    ends, rows = design.exact.patients, []
    bounds = zip(design.boundary.looks, _futile(design), _success(design), ends[0], ends[1], strict=True)
    for look, low, high, null, target in bounds:
        rows.append(Row(str(look), (low, high, probability(null), probability(target))))
    rates = [percent(each) for each in (design.hypotheses.null, design.hypotheses.target)]
    head = ("Patients", "No success at most", "Success at least", *(f"Ends here at {rate}" for rate in rates))
    return Table(f"{design.name}, look by look", "", head, tuple(rows))


def _futile(design: SingleArmDesign) -> tuple[str, ...]:
    return tuple(str(low) if low > NEVER else "–" for low in design.boundary.futility)


def _success(design: SingleArmDesign) -> tuple[str, ...]:
    rule = design.boundary
    return tuple(str(high) if high <= look else "–" for look, high in zip(rule.looks, rule.efficacy, strict=True))


def _compared(designs: Sequence[SingleArmDesign]) -> Table:
    """Return the comparison: what was asked, the rule, what it does; what was asked of all is in the caption."""
    first = designs[0].hypotheses
    same = all(each.hypotheses == first for each in designs)
    asked = (
        f"{percent(first.null)} against {percent(first.target)}, level {percent(first.alpha)}, power "
        f"{percent(first.power)} asked for"
    )
    head = ("Design", *(() if same else ("Null, target", "Level, power asked for")), *HEAD)
    rows = tuple(Row(each.name, _cells(each, not same), place) for place, each in enumerate(designs))
    return Table(asked if same else "Designs for different hypotheses", COMPARED, head, rows)


HEAD = (
    "Patients, at most",
    "Looks after",
    "No success at most",
    "Success at least",
    "Exact level",
    "Exact power",
    "Holds both",
    "Ends early, null",
    "Ends early, target",
    "Expected patients, null",
    "Expected patients, target",
)
COMPARED = (
    "No success at most, success at least: responders that stop the trial at each look; a dash: no number does. Level: "
    "probability of success at the null rate. Power: probability of success at the target rate. Expected patients: "
    "mean over all courses of the trial."
)


def _cells(design: SingleArmDesign, with_hypotheses: bool) -> tuple[str, ...]:
    asked, exact = design.hypotheses, design.exact
    own = (f"{percent(asked.null)}, {percent(asked.target)}", f"{percent(asked.alpha)}, {percent(asked.power)}")
    return (
        *(own if with_hypotheses else ()),
        str(design.boundary.patients),
        listed(tuple(map(str, design.boundary.looks)), FEW),
        listed(_futile(design), FEW),
        listed(_success(design), FEW),
        beside(design.level, asked.alpha),
        beside(design.attained_power, asked.power),
        "yes" if design.holds else "no",
        *(probability(value) for value in exact.stops_early),
        *(f"{value:.2f}" for value in exact.expected_patients),
    )


def _figures(designs: Sequence[SingleArmDesign], shown: int) -> Iterator[Figure]:
    base = f"{letter(shown)}, {designs[shown].name}"
    yield Figure(
        "Probability of success by true rate",
        "Dots: level at the null rate, power at the target rate.",
        operating_curves(designs),
    )
    if len(designs) > 1:
        yield Figure(
            f"The same, less that of {base}",
            "In percentage points: where the curves above lie too close to tell them apart.",
            difference_curves(designs, shown),
        )
    yield Figure("Expected patients by true rate", "", expected_curves(designs))
    yield Figure(
        "Number of patients",
        "Bars: probability that the trial ends after so many patients. Diamonds and numbers: expected patients.",
        sample_sizes(designs),
    )


def _grids(designs: Sequence[SingleArmDesign]) -> Iterator[Table]:
    """Yield success, expected patients and early ends at true rates in steps of 5% and at the hypotheses' rates."""
    rates = true_rates(designs)
    found = [each.operating_characteristics(rates) for each in designs]
    parts = (
        ("Probability of success", [_success_told(each) for each in designs], [each.success for each in found]),
        ("Expected patients", [_patients_told] * len(found), [each.expected_patients for each in found]),
        ("Probability to end early", [_chance_told] * len(found), [each.stops_early for each in found]),
    )
    head = ("True rate", *(each.name for each in designs))
    for caption, told_, values in parts:
        columns = [
            [tell(*pair) for pair in zip(rates, column, strict=True)]
            for tell, column in zip(told_, values, strict=True)
        ]
        rows = (Row(percent(rate), cells) for rate, cells in zip(rates, zip(*columns, strict=True), strict=True))
        yield Table(f"{caption}, by true rate", "", head, tuple(rows), designs=True)


def _success_told(design: SingleArmDesign) -> Callable[[float, float], str]:
    """Return how probabilities of success are told: at the hypotheses' rates never rounded onto what was asked for."""
    asked = design.hypotheses
    bounds = {round(asked.null, 6): asked.alpha, round(asked.target, 6): asked.power}
    return lambda rate, value: beside(value, bounds[rate]) if rate in bounds else probability(value)


def _patients_told(_: float, value: float) -> str:
    return f"{value:.2f}"


def _chance_told(_: float, value: float) -> str:
    return probability(value)


def true_rates(designs: Sequence[SingleArmDesign]) -> list[float]:
    """Return the rates of the grid: each 5% up to somewhat above the target rates, and the hypotheses' own."""
    named = [rate for each in designs for rate in (each.hypotheses.null, each.hypotheses.target)]
    most = min(1.0, max(named) + BEYOND)
    return sorted({round(float(rate), 6) for rate in (*np.arange(0.05, most + 1e-9, 0.05), *named)})


def _shows(design: SingleArmDesign) -> Text:
    """Return what as many patients can show that are analysed once."""
    asked = design.hypotheses
    return Text(*told(capability(design.boundary.patients, asked.null, asked.target, asked.alpha)))
