"""The page of a rehearsal: operating characteristics as tables and figures, in one file that loads and runs nothing."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from importlib.resources import files
from typing import Any

import polars as pl
from jinja2 import Environment, StrictUndefined
from markupsafe import Markup

from topline.protocol.endpoints import Rate, TimeToEvent
from topline.protocol.model import Protocol
from topline.protocol.rule.boundary import operating_characteristics
from topline.report.markup import element
from topline.simulate import rehearsal_figures as figures
from topline.simulate.convergence import SUCCESS, compare_scenarios, convergence, trial_values
from topline.simulate.rehearsal_figures import Frame
from topline.simulate.scenario import NAMES, Scenario

MISSING = "\N{EN DASH}"
BESIDE = (("true", "Population (SE)"), ("bias", "Bias (SE)"), ("coverage", "Coverage (SE)"))
"""Statistics of an estimate that need its true value, and their columns."""
SAFETY = (
    ("AE.ALL/all/percent", "any adverse event [%]"),
    ("AE.GRADE 3-5/all/percent", "adverse event of grade 3 to 5 [%]"),
    ("AE.SERIOUS/all/percent", "serious adverse event [%]"),
    ("TOXICITY/all/toxicities", "toxicities counted by the stopping rule"),
)


@dataclass(frozen=True)
class Rehearsal:
    """What the page shows.

    `characteristics` as `operating_characteristics_of` gives them, `results` those of each trial, `scenarios` the
    truths behind the names, `facts` what else is known of the run (seed, version, digest), in order; `tornado` and
    `assurance` as `summarise_tornado` and `assurance` give them, where they were asked for.
    """

    protocol: Protocol
    characteristics: pl.DataFrame
    results: pl.LazyFrame | pl.DataFrame
    scenarios: Mapping[str, Scenario] = field(default_factory=dict)
    facts: Mapping[str, str] = field(default_factory=dict)
    tornado: pl.DataFrame | None = None
    assurance: pl.DataFrame | None = None

    @property
    def frame(self) -> Frame:
        """The characteristics with the order of the scenarios: the usual ones first."""
        present = self.characteristics["SCENARIO"].unique(maintain_order=True).to_list()
        usual = [name for name in NAMES if name in present]
        return Frame(self.characteristics, (*usual, *(name for name in present if name not in usual)))


def render_rehearsal(rehearsal: Rehearsal) -> str:
    """Return the page of a rehearsal: English, self-contained, every part of it marked as virtual, in print too."""
    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    template = environment.from_string(_file("rehearsal_page.html.jinja"))
    frame, protocol = rehearsal.frame, rehearsal.protocol
    return template.render(
        rehearsal=rehearsal,
        names=protocol.identifiers,
        scenarios=frame.scenarios,
        trials={name: _trials(frame, name) for name in frame.scenarios},
        decision=list(_decision(rehearsal)),
        estimates=list(_estimates(rehearsal)),
        comparison=_comparison(rehearsal),
        safety=list(_others(frame, SAFETY)),
        mirage=list(_mirage(frame)),
        calendar=list(_calendar(rehearsal)),
        figures=_figures(rehearsal) if frame.scenarios else {},
        cell=_Cells(frame).cell,
        sure=_Cells(frame).sure,
        beside={quantity: _beside(frame, quantity) for quantity, _ in _estimates(rehearsal)},
        populated=_populated(frame, f"{protocol.design.endpoint}/all/rate"),
        missing=MISSING,
        counted=counted_of,
        style=Markup(_file("rehearsal_page.css")),
    )


def _file(name: str) -> str:
    return files("topline.simulate").joinpath(name).read_text("utf-8")


def _trials(frame: Frame, scenario: str) -> int:
    found = frame.table.filter(SCENARIO=scenario, QUANTITY="DESIGN/success", STATISTIC="share")
    return int(found["TRIALS"][0]) if found.height else 0


@dataclass(frozen=True)
class _Cells:
    """Writes numbers of the table into the page, each with its address."""

    frame: Frame

    def cell(self, scenario: str, quantity: str, statistic: str, column: str = "VALUE") -> Markup:
        """Return one number, with the places that its unit and its Monte-Carlo error deserve."""
        found = self.frame.table.filter(SCENARIO=scenario, QUANTITY=quantity, STATISTIC=statistic)
        value = found[column][0] if found.height else None
        if value is None:
            return element("span", MISSING, class_="none")
        unit = found["UNIT"][0]
        if column == "MCSE" and value == 0 and unit == "probability":
            return element("span", counted_of(found.row(0, named=True)) or MISSING, class_="none")
        address = "|".join((scenario, quantity, statistic, column))
        return element("span", written(value, unit), data_number=address)

    def sure(self, scenario: str, quantity: str, statistic: str) -> Markup:
        """Return one number with its Monte-Carlo error in parentheses, where it has one."""
        found, error = (self.cell(scenario, quantity, statistic, each) for each in ("VALUE", "MCSE"))
        return found if MISSING in error else Markup("{} ({})").format(found, error)


def counted_of(row: Mapping[str, Any]) -> str:
    """Return a share of none or of all of the trials in words: its standard error would read 0, which it is not.

    >>> counted_of({"VALUE": 0.0, "TRIALS": 40}), counted_of({"VALUE": 1.0, "TRIALS": 7})
    ('0 of 40', '7 of 7')
    >>> counted_of({"VALUE": 0.5, "TRIALS": 40})
    ''
    """
    value, trials = row["VALUE"], row["TRIALS"]
    return f"{round(value * trials):,} of {trials:,}" if value in (0, 1) and trials else ""


def written(value: float, unit: str) -> str:
    """Return a number as the page prints it: a probability as a percentage with two places, others with two places.

    >>> written(0.04742, "probability"), written(28.41, "patients"), written(-0.034, "months")
    ('4.74%', '28.41', '−0.03')
    """
    text = f"{100 * value:.2f}%" if unit == "probability" else f"{value:.2f}"
    if float(text.rstrip("%")) == 0:
        text = text.lstrip("-")
    return text.replace("-", "\N{MINUS SIGN}")


def _populated(frame: Frame, quantity: str) -> bool:
    """Return whether the value of a quantity in a large population is known in any scenario."""
    return not frame.table.filter(QUANTITY=quantity, STATISTIC="true").is_empty()


def _beside(frame: Frame, quantity: str) -> list[tuple[str, str]]:
    """Return which columns of BESIDE hold anything of a quantity."""
    own = set(frame.table.filter(QUANTITY=quantity)["STATISTIC"].to_list())
    return [(statistic, words) for statistic, words in BESIDE if statistic in own]


def _decision(rehearsal: Rehearsal) -> Iterator[tuple[str, str, str]]:
    """Yield quantity, words and what is exact of each line of the decision."""
    rule = rehearsal.protocol.design.rule
    yield "DESIGN/success", "success", "exact"
    for place, look in enumerate(rule.looks):
        last = "at the end, " if place == len(rule.looks) - 1 else ""
        if rule.futility[place] >= 0:
            yield f"DESIGN/stop futile@{look}", f"stop without success, {last}{look} patients", "exact"
        if rule.efficacy[place] <= look:
            yield f"DESIGN/stop success@{look}", f"stop with success, {last}{look} patients", "exact"


def _estimates(rehearsal: Rehearsal) -> Iterator[tuple[str, str]]:
    """Yield quantity and words of the estimates that the protocol's endpoints ask for, where there are any trials."""
    present = set(rehearsal.characteristics["QUANTITY"].to_list())
    for endpoint in rehearsal.protocol.endpoints:
        analysis = endpoint.analysis
        if isinstance(analysis, Rate):
            yield from _present(f"{endpoint.id}/all/rate", f"{endpoint.label.en} [%]", present)
        if isinstance(analysis, TimeToEvent):
            yield from _present(f"{endpoint.id}/all/median", f"Median: {endpoint.label.en} [months]", present)
            for month in analysis.landmarks_months:
                words = f"{endpoint.id} without event at {month:g} months [%]"
                yield from _present(f"{endpoint.id}.month{month:g}/all/rate", words, present)


def _present(quantity: str, words: str, present: set[str]) -> Iterator[tuple[str, str]]:
    if quantity in present:
        yield quantity, words


def _others(frame: Frame, wanted: tuple[tuple[str, str], ...]) -> Iterator[tuple[str, str]]:
    present = set(frame.table["QUANTITY"].to_list())
    return (each for each in wanted if each[0] in present)


def _mirage(frame: Frame) -> Iterator[tuple[str, str]]:
    """Yield quantity and words of each search for markers."""
    for quantity in frame.table["QUANTITY"].unique().sort().to_list():
        search, _, kind = quantity.partition("/any marker, ")
        if kind:
            yield quantity, f"{search.removeprefix('BM.').removesuffix('.search')}: some marker at 5%, {kind}"


def _calendar(rehearsal: Rehearsal) -> Iterator[tuple[str, str]]:
    """Yield name and quantity of each time of the calendar."""
    present = set(rehearsal.characteristics["QUANTITY"].to_list())
    looks = rehearsal.protocol.design.rule.looks
    names = [(f"{look} patients enrolled", f"CALENDAR/all/enrolled@{look}") for look in looks]
    names += [(f"look at {look} patients possible", f"CALENDAR/all/look@{look}") for look in looks]
    names += [("data cut-off without a stop", "CALENDAR/all/cutoff"), ("end, with stops", "CALENDAR/duration")]
    return ((words, quantity) for words, quantity in names if quantity in present)


def _comparison(rehearsal: Rehearsal) -> list[dict[str, object]]:
    """Return how the scenarios differ from the first one in success and in the medians of times."""
    frame = rehearsal.frame
    times = [quantity for quantity, _ in _estimates(rehearsal) if quantity.endswith("/median")]
    if len(frame.scenarios) < 2:
        return []
    table = compare_scenarios(rehearsal.results, frame.scenarios[0], (SUCCESS, *times))
    units = {SUCCESS: "probability"}
    keys = ("MCSE", "LOWER", "UPPER")
    return [
        {
            **row,
            "NAME": named(row["QUANTITY"]),
            "DIFFERENCE": _or_missing(row["DIFFERENCE"], units.get(row["QUANTITY"], "months")),
            **{
                key: _or_missing(row[key] if row["MCSE"] else None, units.get(row["QUANTITY"], "months"))
                for key in keys
            },
        }
        for row in table.iter_rows(named=True)
    ]


def named(quantity: str) -> str:
    """Return what a result is called on the page.

    >>> named("PFS/all/median"), named("ORR/all/rate")
    ('median PFS [months]', 'ORR/all/rate')
    """
    name, _, statistic = quantity.partition("/all/")
    return f"median {name} [months]" if statistic == "median" else quantity


def _or_missing(value: float | None, unit: str) -> str:
    return MISSING if value is None else written(value, unit)


def _figures(rehearsal: Rehearsal) -> dict[str, list[Markup]]:
    """Return the figures by section."""
    frame, protocol = rehearsal.frame, rehearsal.protocol
    design = protocol.design
    nominal = operating_characteristics(design.rule, [design.null_rate, design.target_rate]).success
    lines = [(float(nominal[0]), "exact level"), (float(nominal[1]), "exact power")]
    made = {
        "decision": [
            figures.success_figure(frame, lines),
            figures.convergence_figure(convergence(rehearsal.results), frame),
            figures.stops_figure(frame, design.rule.looks),
        ],
        "distributions": list(_distributions(rehearsal)),
        "calendar": [],
        "tornado": [],
    }
    if times := list(_calendar(rehearsal)):
        made["calendar"] = [figures.range_figure(frame, times)]
    if rehearsal.tornado is not None:
        made["tornado"] = list(_tornados(rehearsal.tornado))
    return made


def _distributions(rehearsal: Rehearsal) -> Iterator[Markup]:
    """Yield the distributions of the design's endpoint, of response, and of median PFS with the scheduled scans."""
    protocol, frame = rehearsal.protocol, rehearsal.frame
    present = set(frame.table["QUANTITY"].to_list())
    month = protocol.days_per_month
    scans = [day / month for day in protocol.schedule.nominal_days(36 * month)]
    for number, name in enumerate(dict.fromkeys((protocol.design.endpoint, "ORR"))):
        quantity = f"{name}/all/rate"
        if quantity in present:
            values = trial_values(rehearsal.results, quantity)
            yield figures.distribution_figure(values, frame, (quantity, f"SIM02{'ab'[number]}", f"{name} [%]"))
    if "PFS/all/median" in present:
        values = trial_values(rehearsal.results, "PFS/all/median")
        about = ("PFS/all/median", "SIM03", "median PFS [months]")
        yield figures.distribution_figure(values, frame, about, scans, 0.1)


def _tornados(table: pl.DataFrame) -> Iterator[Markup]:
    for number, (key, own) in enumerate(table.partition_by("QUANTITY", as_dict=True, maintain_order=True).items()):
        label = "the probability of success" if key[0] == SUCCESS else named(str(key[0]))
        yield figures.tornado_figure(own, f"SIM07{chr(ord('a') + number)}", label)
