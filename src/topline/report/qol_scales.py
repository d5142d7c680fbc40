"""What there is to say of questionnaires: which were asked, their scales with direction and margin, their visits."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import polars as pl
from markupsafe import Markup, escape

from topline.protocol.endpoints import QuestionnaireScores
from topline.report.chinese import CHINESE
from topline.report.grid import Row, heading
from topline.report.markup import Text, element, joined, say, spoken
from topline.report.numbers import ALL, Result
from topline.report.view import View, group_name, population_name

TOPIC = "quality of life"
UNVERIFIED = " (direction unverified)"
NAMES = (
    "Global health status and quality of life",
    "Physical functioning",
    "Role functioning",
    "Emotional functioning",
    "Cognitive functioning",
    "Social functioning",
    "Fatigue",
    "Nausea and vomiting",
    "Pain",
    "Dyspnoea",
    "Insomnia",
    "Appetite loss",
    "Constipation",
    "Diarrhoea",
    "Financial difficulties",
    "Summary score",
    "Dysphagia",
    "Trouble swallowing saliva",
    "Choking",
    "Eating restrictions",
    "Dry mouth",
    "Trouble with taste",
    "Trouble with coughing",
    "Trouble talking",
    "Reflux",
)
"""Names of scales that have a translation; a scale of a further questionnaire has the name of its file."""


@dataclass(frozen=True, slots=True)
class Visit:
    """A visit: its number (0, or the cycle that begins) and the part of an analysis' identifier that stands for it."""

    number: float
    code: str

    @property
    def name(self) -> Markup:
        """What the visit is called."""
        return say("Cycle {cycle}", cycle=f"{self.number:g}") if self.number else say("Baseline")


@dataclass(frozen=True, slots=True)
class Scale:
    """A scale of a questionnaire as the trial scored it.

    `record` is its first row of ADQS. `reason` says why its direction is not verified, and is empty where it is.
    `visits` are those with a change from baseline; `key` scales are shown as figures.
    """

    param: str
    label: str
    higher: str
    margin: float
    record: dict[str, Any]
    reason: str
    visits: tuple[Visit, ...]
    key: bool

    @property
    def name(self) -> Markup:
        """The name of the scale, in both languages where it has two."""
        return say(self.label) if self.label in CHINESE else escape(self.label)

    @property
    def direction(self) -> str:
        """Which way the score runs, as a phrase."""
        return "high is better" if self.higher == "HIGH" else "low is better"


@dataclass(frozen=True, slots=True)
class Questionnaire:
    """A questionnaire of the trial: names, analysis set, the parameter of its forms with their visits, its scales.

    `record` is a row of ADQS of its forms. `analyses` are the first results of its analyses by their identifiers.
    """

    name: str
    version: str
    title: Markup
    population: str
    form: str
    record: dict[str, Any]
    visits: tuple[Visit, ...]
    scales: tuple[Scale, ...]
    analyses: dict[str, Result]

    @property
    def shown(self) -> tuple[Scale, ...]:
        """The scales that figures show: the key scales, or all where none is marked."""
        return tuple(scale for scale in self.scales if scale.key) or self.scales


def questionnaires(view: View) -> list[Questionnaire]:
    """Return the questionnaires of the trial with what was analysed, in the order of the protocol."""
    frame = view.rows.tables.get("ADQS")
    if frame is None or frame.is_empty():
        return []
    heads = frame.unique("PARAMCD", keep="first", maintain_order=True).to_dicts()
    names = dict.fromkeys(str(head["PARCAT1"]) for head in heads)
    order = [asked.name for asked in view.protocol.criteria.questionnaires]
    ranked = sorted(names, key=lambda name: order.index(name) if name in order else len(order))
    return [_questionnaire(view, name, [head for head in heads if head["PARCAT1"] == name]) for name in ranked]


def _questionnaire(view: View, name: str, heads: list[dict[str, Any]]) -> Questionnaire:
    versions = {asked.name: asked.version for asked in view.protocol.criteria.questionnaires}
    named = [
        each
        for each in view.protocol.endpoints
        if isinstance(each.analysis, QuestionnaireScores) and each.analysis.questionnaire == name
    ]
    topic = named[0].id if named else TOPIC
    analyses = {first.analysis: first for first in view.numbers.analyses(topic)}
    form = next(head for head in heads if head["PARAMTYP"] == "FORM")
    scales = [head for head in heads if head["PARAMTYP"] != "FORM"]
    own = [analyses[each] for each in analyses if each.startswith(f"{form['PARAMCD']}.")]
    population = own[0].population if own else view.protocol.analysis_sets[0].id
    return Questionnaire(
        name,
        versions.get(name, ""),
        spoken(named[0].label) if named else escape(name),
        population,
        form["PARAMCD"],
        form,
        _visits(form["PARAMCD"], analyses),
        tuple(_scale(view, head, analyses) for head in scales),
        analyses,
    )


def _scale(view: View, head: dict[str, Any], analyses: Iterable[str]) -> Scale:
    param = str(head["PARAMCD"])
    findings = view.content.findings
    said = findings.filter((pl.col("CODE") == "TL-Q10") & (pl.col("VARIABLE") == param))["MESSAGE"].to_list()
    open_ = str(head["PARAM"]).endswith(UNVERIFIED)
    curves = {f"{rule.id}{param}.curve" for rule in view.protocol.criteria.deteriorations}
    return Scale(
        param,
        str(head["PARAM"]).removesuffix(UNVERIFIED),
        head["BETTER"],
        head["MID"],
        head,
        str(said[0]) if said else "not stated" if open_ else "",
        _visits(param, analyses)[1:],
        bool(curves & set(analyses)),
    )


def _visits(param: str, analyses: Iterable[str]) -> tuple[Visit, ...]:
    """Return the visits of a parameter, baseline first, as the identifiers of its analyses name them."""
    pattern = re.compile(rf"{re.escape(param)}\.C(\d+(?:\.\d+)?)")
    found = sorted({float(match[1]) for match in map(pattern.fullmatch, analyses) if match})
    return (Visit(0.0, "BL"), *(Visit(number, f"C{number:g}") for number in found))


def scale_label(view: View, scale: Scale) -> Markup:
    """Return the header of a scale's rows: name, direction and margin, and a flag where the direction is unverified."""
    margin = view.rows.link("ADQS", scale.record, f"{scale.margin:g}")
    about = joined([say(scale.direction), " · ", say("margin {points} points", points=margin)])
    parts: list[Text] = [scale.name]
    if scale.reason:
        parts += [" ", element("span", say("direction unverified"), class_="flag")]
    return joined([*parts, element("span", about, class_="rank")])


def unverified(scales: Iterable[Scale]) -> list[Markup]:
    """Return a sentence for each of the scales whose direction is not verified."""
    return [
        say(
            "The direction of the scale {scale} is not verified; {direction} is assumed. Reason: {reason}.",
            scale=scale.name,
            direction=say(scale.direction),
            reason=scale.reason,
        )
        for scale in scales
        if scale.reason
    ]


def set_line(view: View, questionnaire: Questionnaire) -> Markup:
    """Return the line that names questionnaire, version and analysis set, with the number of its subjects."""
    size = f"SET.{questionnaire.population}/{ALL}/n"
    parts: list[Text] = [questionnaire.name]
    if questionnaire.version:
        parts.append(say("version {version}", version=questionnaire.version))
    parts.append(say("Analysis set: {name}", name=population_name(view, questionnaire.population)))
    if view.numbers.get(size) is not None:
        parts.append(joined(["N = ", view.numbers.number(size)]))
    return joined(parts, " · ")


def by_block(view: View, rows: Callable[[str], list[Row]]) -> list[Row]:
    """Return rows for each group, below its name where there are several groups; `rows` takes the group."""
    if not view.arms:
        return rows(ALL)
    found: list[Row] = []
    for group in view.numbers.groups:
        found += [heading(group_name(view, group)), *rows(group)]
    return found
