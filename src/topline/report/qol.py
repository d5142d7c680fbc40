"""Quality of life: forms received, change from baseline per scale and visit, responders, times to deterioration."""

from collections.abc import Iterable

from markupsafe import Markup

from topline.protocol.criteria import DeteriorationRule
from topline.report.cells import estimate, interval_label, limits, nothing, number
from topline.report.figures.qol_course import course
from topline.report.figures.qol_deterioration import deterioration
from topline.report.grid import LONG, Grid, Row, heading
from topline.report.markup import Text, element, joined, say
from topline.report.qol_scales import (
    Questionnaire,
    Scale,
    Visit,
    by_block,
    questionnaires,
    scale_label,
    set_line,
    unverified,
)
from topline.report.qol_words import change_notes, form_notes, score_notes, time_notes
from topline.report.view import View, group_name

COVARIANCES = ("unstructured", "toeplitz", "compound symmetry")
NOT_ESTIMABLE = (
    "NE: the compound symmetry covariance is not determined by these data",
    "NE: the covariance is not determined by these data",
    "NE: the values lie exactly on the model; there is no variance to estimate",
    "NE: the values do not determine the coefficients; there are too few, or covariates depend on each other",
    "NE: the combination has no variance that these data determine",
)
"""What the mixed model says of itself, as far as it has a translation."""


def parts(view: View) -> list[Grid | Markup]:
    """Return tables and figures of all questionnaires in their order; none where the protocol asks for none."""
    found = questionnaires(view)
    if not found:
        asked = view.protocol.criteria.questionnaires
        return [element("p", say("No questionnaire of the protocol could be scored from these data."))] if asked else []
    return [part for each in found for part in _parts(view, each)]


def _parts(view: View, questionnaire: Questionnaire) -> list[Grid | Markup]:
    title = element("h3", questionnaire.title)
    completed = completion(view, questionnaire)
    if completed is None:
        return [title, element("p", say("No subject has a day 1: forms belong to no visit, and nothing is compared."))]
    cautions = [element("p", sentence, class_="caution") for sentence in unverified(questionnaire.scales)]
    if not questionnaire.scales:
        return [title, completed, element("p", say("No form came back: there is no score."))]
    found: list[Grid | Markup | None] = [title, *cautions, completed]
    found += [scales(view, questionnaire), course(view, questionnaire), *changes(view, questionnaire)]
    found += [differences(view, questionnaire), times(view, questionnaire)]
    found += [deterioration(view, questionnaire, rule) for rule in view.protocol.criteria.deteriorations]
    return [part for part in found if part is not None]


def completion(view: View, questionnaire: Questionnaire) -> Grid | None:
    """Return the table of forms: due, received, missing, and received with missing items; None without any visit."""
    visits = [each for each in questionnaire.visits if f"{questionnaire.form}.{each.code}" in questionnaire.analyses]
    if not visits:
        return None

    def rows(group: str) -> list[Row]:
        return [_forms(view, f"{questionnaire.form}.{each.code}", each, group) for each in visits]

    items = view.rows.link("ADQS", questionnaire.record, str(questionnaire.record["NITEMS"]))
    head = (
        "",
        say("Forms due"),
        say("Received of those due, n (%)"),
        say("Missing forms, n (%)"),
        say("Received of all subjects, n/N (%)"),
        say("Received with a missing item, n/N (%)"),
        say("Items answered of {items}, mean", items=items),
    )
    return Grid(
        "QOLT01",
        say("Forms received"),
        head,
        tuple(by_block(view, rows)),
        form_notes(view),
        subtitle=set_line(view, questionnaire),
    )


def _forms(view: View, analysis: str, visit: Visit, group: str) -> Row:
    numbers = view.numbers
    return Row(
        visit.name,
        (
            number(numbers, analysis, group, "N"),
            _rate(view, analysis, group),
            _share(view, f"{analysis}.missing", group),
            _of(view, f"{analysis}.available", group),
            _of(view, f"{analysis}.incomplete", group),
            number(numbers, f"{analysis}.items", group, "mean"),
        ),
        1 if view.arms else 0,
    )


def _share(view: View, analysis: str, group: str) -> Markup:
    """Return `n (%)`, or a dash where there is nobody to count."""
    if view.numbers.get(f"{analysis}/{group}/rate") is None:
        return nothing()
    return Markup("{} ({}%)").format(*(number(view.numbers, analysis, group, each) for each in ("n", "rate")))


def _rate(view: View, analysis: str, group: str) -> Markup:
    """Return `n (%)` with its exact interval."""
    interval = element("span", limits(view.numbers, analysis, group), class_="ci")
    return joined([_share(view, analysis, group), interval], " ") if _known(view, analysis, group) else nothing()


def _of(view: View, analysis: str, group: str) -> Markup:
    """Return `n/N (%)`."""
    if not _known(view, analysis, group):
        return nothing()
    return Markup("{}/{} ({}%)").format(*(number(view.numbers, analysis, group, each) for each in ("n", "N", "rate")))


def _known(view: View, analysis: str, group: str) -> bool:
    return view.numbers.get(f"{analysis}/{group}/rate") is not None


def scales(view: View, questionnaire: Questionnaire) -> Grid:
    """Return the table of scales: direction and margin, score at baseline, and what the mixed model rests on."""

    def rows(group: str) -> list[Row]:
        return [_scale(view, scale, group) for scale in questionnaire.scales]

    found = tuple(by_block(view, rows))
    head = (
        say("Scale"),
        say("Baseline, n"),
        say("Mean (SD)"),
        interval_label(view.confidence),
        say("Model: subjects"),
        say("Changes"),
        say("Covariance that was used"),
    )
    return Grid(
        "QOLT02",
        say("Scales: direction, score at baseline, and basis of the mixed model"),
        head,
        found,
        (
            *unverified(questionnaire.scales),
            *score_notes(),
            say(
                "The covariance of the visits within a subject is unstructured; where the data do not determine it, "
                "Toeplitz, then compound symmetry."
            ),
        ),
        subtitle=set_line(view, questionnaire),
        folded=len(found) > LONG,
    )


def _scale(view: View, scale: Scale, group: str) -> Row:
    numbers, baseline, model = view.numbers, f"{scale.param}.BL", f"{scale.param}.mixed"
    count = "n" if numbers.get(f"{baseline}/{group}/n") else "N"
    spread: Text = nothing()
    if numbers.get(f"{baseline}/{group}/mean") is not None:
        spread = Markup("{} ({})").format(*(number(numbers, baseline, group, each) for each in ("mean", "sd")))
    fitted: tuple[Text, ...] = (nothing(), nothing(), nothing())
    if numbers.get(f"{model}/{group}/covariance") is not None:
        fitted = tuple(numbers.number(f"{model}/{group}/{each}") for each in ("N", "n", "covariance"))
    cells = (number(numbers, baseline, group, count), spread, limits(numbers, baseline, group), *fitted)
    return Row(scale_label(view, scale), cells, 1 if view.arms else 0)


def changes(view: View, questionnaire: Questionnaire) -> list[Grid]:
    """Return the changes per visit of the key scales, and of the other scales, which are folded."""
    key = [scale for scale in questionnaire.scales if scale.key]
    others = [scale for scale in questionnaire.scales if not scale.key]
    grids = []
    if key:
        title = say("Change from baseline per visit, key scales") if others else say("Change from baseline per visit")
        grids.append(_changes(view, questionnaire, title, key))
    if others:
        title = say("Change from baseline per visit, other scales") if key else say("Change from baseline per visit")
        grids.append(_changes(view, questionnaire, title, others))
    return grids


def _changes(view: View, questionnaire: Questionnaire, title: Text, chosen: list[Scale]) -> Grid:
    rows: list[Row] = []
    for scale in chosen:
        rows.append(heading(scale_label(view, scale)))
        for group in view.numbers.groups if view.arms else view.numbers.groups[-1:]:
            rows += [heading(group_name(view, group), 1)] if view.arms else []
            rows += _visits(view, scale, group)
    head = (
        say("Visit"),
        "n",
        joined([say("Observed, mean"), " (", interval_label(view.confidence), ")"]),
        joined([say("Mixed model, mean"), " (", interval_label(view.confidence), ")"]),
        say("Better, n (%)"),
        say("Worse, n (%)"),
    )
    second = any(scale.key for scale in questionnaire.scales) and not chosen[0].key
    read = (say("To be read as the table of the key scales."),) if second else (*change_notes(view), *score_notes()[:1])
    notes = (*_failures(view, chosen), *unverified(chosen), *read)
    folded = len(rows) > LONG and (second or bool(view.arms))
    return Grid("QOLT03", title, head, tuple(rows), notes, subtitle=set_line(view, questionnaire), folded=folded)


def _visits(view: View, scale: Scale, group: str) -> list[Row]:
    """Return the rows of a scale: its score at baseline, and its change at each visit."""
    depth = 2 if view.arms else 1
    baseline = f"{scale.param}.BL"
    count = "n" if view.numbers.get(f"{baseline}/{group}/n") else "N"
    score = (number(view.numbers, baseline, group, count), estimate(view.numbers, baseline, group, "mean"))
    rows = [Row(say("Baseline (score)"), (*score, "", "", ""), depth)]
    for visit in scale.visits:
        analysis = f"{scale.param}.{visit.code}"
        if view.numbers.get(f"{analysis}/{group}/n") is None:
            continue
        cells = (
            number(view.numbers, analysis, group, "n"),
            estimate(view.numbers, analysis, group, "mean"),
            _modelled(view, f"{scale.param}.mixed/{group}", visit),
            _rate(view, f"{analysis}.better", group),
            _rate(view, f"{analysis}.worse", group),
        )
        rows.append(Row(visit.name, cells, depth))
    return rows


def _modelled(view: View, stem: str, visit: Visit, suffix: str = "") -> Markup:
    """Return an estimate of the mixed model with its interval; NE where it is none, a dash beyond its last visit."""
    main, lower, upper = (
        f"{stem}/{part}{suffix}@{visit.number:g}" for part in ("difference" if suffix else "mean", "lower", "upper")
    )
    if view.numbers.get(main) is None:
        return nothing()
    if view.numbers.value(main) is None:
        return view.numbers.number(lower)
    value, low, high = (view.numbers.number(each) for each in (main, lower, upper))
    return element("span", Markup("{} ({}, {})").format(value, low, high), class_="estimate")


def _failures(view: View, chosen: Iterable[Scale]) -> list[Text]:
    """Return a note for each visit at which the mixed model gives nothing, with the reason."""
    return [
        joined([scale.name, ", ", visit.name, ": ", view.numbers.number(identifier)])
        for scale in chosen
        for visit in scale.visits
        for group in view.numbers.groups
        for identifier in [f"{scale.param}.mixed/{group}/mean@{visit.number:g}"]
        if view.numbers.get(identifier) is not None and view.numbers.value(identifier) is None
    ]


def differences(view: View, questionnaire: Questionnaire) -> Grid | None:
    """Return the differences between arms by the mixed model; None for a single arm."""
    rows: list[Row] = []
    heads: dict[str, None] = {}
    for scale in questionnaire.scales:
        found = view.numbers.rows(f"{scale.param}.difference")
        pairs = [row.statistic.removeprefix("difference") for row in found if row.statistic.startswith("difference")]
        heads |= dict.fromkeys(pairs)
        if pairs:
            rows.append(heading(scale_label(view, scale)))
            stem = f"{scale.param}.difference/{view.numbers.groups[-1]}"
            rows += [_difference(view, stem, visit, heads) for visit in scale.visits]
    if not rows:
        return None
    head = (say("Visit"), *(element("span", pair.removeprefix(": ")) for pair in heads))
    notes = (
        say("Difference of mean changes in points with {level} interval, by the mixed model.", level=view.confidence),
        say("Exploratory, and not adjusted for the number of scales and visits."),
    )
    title = say("Differences between arms per visit")
    line = set_line(view, questionnaire)
    return Grid("QOLT04", title, head, tuple(rows), notes, subtitle=line, folded=len(rows) > LONG)


def _difference(view: View, stem: str, visit: Visit, pairs: Iterable[str]) -> Row:
    return Row(visit.name, tuple(_modelled(view, stem, visit, pair) for pair in pairs), 1)


def times(view: View, questionnaire: Questionnaire) -> Grid | None:
    """Return the times to deterioration of every scale by every estimand; None where the protocol has no estimand."""
    rules = [
        rule
        for rule in view.protocol.criteria.deteriorations
        if any(f"{rule.id}{scale.param}" in questionnaire.analyses for scale in questionnaire.scales)
    ]
    if not rules:
        return None

    def rows(group: str) -> list[Row]:
        depth = 1 if view.arms else 0
        return [
            Row(scale_label(view, scale), tuple(c for rule in rules for c in _time(view, rule, scale, group)), depth)
            for scale in questionnaire.scales
        ]

    found = tuple(by_block(view, rows))
    head: list[Text] = [say("Scale")]
    for rule in rules:
        events = say("events (of them deaths)/N") if rule.death == "event" else say("events/N")
        median = joined([say("median, months"), " (", interval_label(view.confidence), ")"])
        head += [joined([rule.id, ": ", events]), joined([rule.id, ": ", median])]
    return Grid(
        "QOLT05",
        say("Times to deterioration"),
        tuple(head),
        found,
        (*time_notes(view), *unverified(questionnaire.scales)),
        subtitle=set_line(view, questionnaire),
        folded=len(found) > LONG,
    )


def _time(view: View, rule: DeteriorationRule, scale: Scale, group: str) -> tuple[Text, Text]:
    """Return events of subjects, and the median with its interval."""
    numbers, analysis = view.numbers, f"{rule.id}{scale.param}"
    if numbers.get(f"{analysis}/{group}/events") is None:
        return number(numbers, analysis, group, "N") if numbers.rows(analysis, group) else nothing(), nothing()
    events, total = number(numbers, analysis, group, "events"), number(numbers, analysis, group, "N")
    deaths = f"{analysis}.deaths/{group}/n"
    if numbers.get(deaths) is not None:
        events = Markup("{} ({})").format(events, numbers.number(deaths))
    return Markup("{}/{}").format(events, total), estimate(numbers, analysis, group, "median")
