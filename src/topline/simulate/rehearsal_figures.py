"""The figures of a rehearsal: success beside the exact design, distributions, convergence, stops, calendar, tornado."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
from markupsafe import Markup

from topline.report.figures.axes import Scale, ticks
from topline.report.figures.palette import GROUPS
from topline.report.figures.svg import Box, Caption, Sheet, at, draw, line, path, rectangle, text, tip
from topline.report.markup import element

WIDTH, LEFT, RIGHT = 760.0, 150.0, 24.0
ROW, TOP = 34.0, 44.0

Shapes = list[Markup]


@dataclass(frozen=True, slots=True)
class Frame:
    """The numbers behind the figures: characteristics by scenario, quantity and statistic, in order of scenarios."""

    table: pl.DataFrame
    scenarios: tuple[str, ...]

    def row(self, scenario: str, quantity: str, statistic: str) -> dict[str, float | None]:
        """Return VALUE, MCSE, LOWER and UPPER; all None where there is no such number."""
        found = self.table.filter(SCENARIO=scenario, QUANTITY=quantity, STATISTIC=statistic)
        names = ("VALUE", "MCSE", "LOWER", "UPPER")
        return dict(zip(names, found.select(names).row(0) if found.height else (None,) * 4, strict=True))

    def value(self, scenario: str, quantity: str, statistic: str) -> float | None:
        """Return a value."""
        return self.row(scenario, quantity, statistic)["VALUE"]


def colour(place: int) -> str:
    """Return the colour of the scenario at a place."""
    return GROUPS[place % len(GROUPS)][0]


def success_figure(frame: Frame, lines: Sequence[tuple[float, str]]) -> Markup:
    """Return success of each scenario, simulated and exact, with `lines` to compare."""
    box = Box(LEFT, TOP, WIDTH - LEFT - RIGHT, ROW * len(frame.scenarios))
    scale = Scale(0.0, 1.0, box.x, box.right)
    shapes = _bottom(box, scale, ticks(0, 1, 10), "probability of success")
    for value, name in lines:
        x = scale.place(value)
        shapes += [
            line(x, box.y, x, box.bottom, class_="reference"),
            text(x, box.y - 8, name, class_="tick", text_anchor="middle"),
        ]
    for place, scenario in enumerate(frame.scenarios):
        y = box.y + ROW * (place + 0.5)
        shapes.append(_row_name(box, y, scenario))
        found, exact = frame.row(scenario, "DESIGN/success", "share"), frame.row(scenario, "DESIGN/success", "exact")
        if exact["VALUE"] is not None:
            low, high = (scale.place(min(max(exact[key] or exact["VALUE"], 0), 1)) for key in ("LOWER", "UPPER"))
            shapes.append(rectangle(Box(low, y + 3, max(high - low, 1.5), 8), class_="exact-range"))
            x = scale.place(exact["VALUE"])
            shapes.append(
                path(f"M{at(x)} {at(y + 1)}l5 6l-5 6l-5 -6Z", tip(f"exact {exact['VALUE']:.4f}"), class_="exact")
            )
        if found["VALUE"] is not None and found["LOWER"] is not None and found["UPPER"] is not None:
            low, high, x = (scale.place(found[key] or 0.0) for key in ("LOWER", "UPPER", "VALUE"))
            shapes.append(line(low, y - 5, high, y - 5, stroke=colour(place), stroke_width=2.5))
            name = f"{scenario}: {found['VALUE']:.4f} ({found['LOWER']:.4f} to {found['UPPER']:.4f})"
            shapes.append(element("circle", tip(name), cx=at(x), cy=at(y - 5), r="4.5", fill=colour(place)))
    notes = (
        "Dot and line: simulated, with exact 95% Monte-Carlo interval.",
        "Diamond and band: exact value of the rule at the scenario's rate, its interval from the error of that rate.",
    )
    return _sheet(
        box, ("success", "SIM01", "Probability of success", "By scenario, simulated and exact"), notes, shapes
    )


def distribution_figure(
    values: pl.DataFrame,
    frame: Frame,
    about: tuple[str, str, str],
    marks: Sequence[float] = (),
    width: float | None = None,
) -> Markup:
    """Return the distribution of a number over trials, a panel for each scenario.

    `about` are the identifier of the result, the name of the figure and its words. `marks` are
    places to compare with, such as scheduled scans. Without a bin width each value has its own bar, as a rate of few
    patients has few values.
    """
    quantity, code, label = about
    panel, gap = 74.0, 34.0
    known = [values.filter(SCENARIO=name)["VALUE"].drop_nulls().to_numpy() for name in frame.scenarios]
    some = np.concatenate([*known, [0.0]])
    top = float(np.quantile(some, 0.9995)) * 1.04 if len(some) > 1 else 1.0
    box = Box(LEFT, TOP, WIDTH - LEFT - RIGHT, (panel + gap) * len(known))
    top = max(top, 1e-6)
    scale = Scale(-0.03 * top if width is None else 0.0, top, box.x, box.right)
    shapes = _bottom(box, scale, ticks(0, scale.high, 12), label)
    shapes += [line(scale.place(m), box.y, scale.place(m), box.bottom, class_="scan") for m in marks if m <= scale.high]
    for place, (scenario, own) in enumerate(zip(frame.scenarios, known, strict=True)):
        bottom = box.y + (panel + gap) * (place + 1)
        shapes += [_row_name(box, bottom - panel / 2, scenario), line(box.x, bottom, box.right, bottom, class_="axis")]
        shapes += _bars(own, scale, (bottom, panel), colour(place), width)
        true = frame.value(scenario, quantity, "true")
        if true is not None and true <= scale.high:
            x = scale.place(true)
            shapes.append(line(x, bottom - panel - 14, x, bottom, class_="true"))
            shapes.append(text(x + 4, bottom - panel - 6, f"true {true:.2f}", class_="tick"))
    name = code.lower()
    known_truth = any(frame.value(each, quantity, "true") is not None for each in frame.scenarios)
    population = ("Dashed: the value in a large virtual population.",) if known_truth else ()
    notes = (*population, *(("Violet: scheduled scans.",) if marks else ()))
    return _sheet(
        box,
        (name, code, f"Distribution of {label}", "Each bar: share of trials"),
        notes,
        shapes,
    )


def _bars(
    values: np.ndarray, scale: Scale, place: tuple[float, float], fill: str, width: float | None
) -> Iterator[Markup]:
    """Yield the bars of a distribution that stands on a line, at most so high."""
    if not len(values):
        return
    bottom, height = place
    if width is None:
        at_value, counts = np.unique(values.round(6), return_counts=True)
        wide = max(2.0, 0.7 * _length(scale, float(np.diff(at_value).min())) if len(at_value) > 1 else 6.0)
    else:
        bins, counts = np.unique(np.floor(values / width + 1e-9), return_counts=True)
        at_value, wide = (bins + 0.5) * width, max(1.0, _length(scale, width) - 0.4)
    for value, count in zip(at_value.tolist(), counts.tolist(), strict=True):
        if value > scale.high:
            continue
        tall = height * count / int(counts.max())
        name = tip(f"{value:.2f}: {100 * count / len(values):.2f}% of trials")
        yield element(
            "rect",
            name,
            x=at(scale.place(value) - wide / 2),
            y=at(bottom - tall),
            width=at(wide),
            height=at(tall),
            fill=fill,
            class_="bar",
        )


def _length(scale: Scale, span: float) -> float:
    return scale.place(span) - scale.place(0.0)


def convergence_figure(running: pl.DataFrame, frame: Frame) -> Markup:
    """Return the estimate of success of each scenario after more and more trials, with its band."""
    box = Box(70, TOP, WIDTH - 70 - 110, 260)
    last = float(max(running["TRIALS"].max() or 10, 11))  # type: ignore[arg-type]
    across, up = Scale(1.0, float(np.log10(last)), box.x, box.right), Scale(0.0, 1.0, box.bottom, box.y)
    powers = [10.0**power for power in range(1, int(np.log10(last)) + 1)]
    shapes = [line(box.x, box.bottom, box.right, box.bottom, class_="axis")]
    for n in [*powers, *([last] if last > 1.6 * powers[-1] else [])]:
        x = across.place(float(np.log10(n)))
        shapes += [
            line(x, box.bottom, x, box.bottom + 5, class_="axis"),
            text(x, box.bottom + 18, f"{n:,.0f}", class_="tick", text_anchor="middle"),
        ]
    shapes.append(
        text(box.x + box.width / 2, box.bottom + 36, "trials (logarithmic)", class_="label", text_anchor="middle")
    )
    for value in ticks(0, 1, 5):
        shapes += [
            line(box.x, up.place(value), box.right, up.place(value), class_="across-line"),
            text(box.x - 8, up.place(value) + 4, f"{value:g}", class_="tick", text_anchor="end"),
        ]
    for place, scenario in enumerate(frame.scenarios):
        own = running.filter((pl.col("SCENARIO") == scenario) & (pl.col("TRIALS") >= min(10, last)))
        if own.is_empty():
            continue
        xs = [across.place(max(1.0, float(np.log10(n)))) for n in own["TRIALS"].to_list()]
        band = [
            *zip(xs, own["LOWER"].to_list(), strict=True),
            *reversed(list(zip(xs, own["UPPER"].to_list(), strict=True))),
        ]
        shapes.append(path(_way([(x, up.place(y)) for x, y in band]) + "Z", fill=colour(place), class_="band"))
        course = [(x, up.place(y)) for x, y in zip(xs, own["VALUE"].to_list(), strict=True)]
        shapes.append(path(_way(course), stroke=colour(place), class_="course"))
        shapes.append(text(box.right + 6, course[-1][1] + 4, scenario, class_="tick", fill=colour(place)))
    return _sheet(
        box,
        ("convergence", "SIM04", "Convergence", "Probability of success as trials are added, with exact 95% band"),
        (),
        shapes,
    )


def _way(points: Sequence[tuple[float, float]]) -> str:
    return "M" + "L".join(f"{at(x)} {at(y)}" for x, y in points)


def stops_figure(frame: Frame, looks: Sequence[int]) -> Markup:
    """Return where the trials of each scenario stop: shares by look, without and with success."""
    box = Box(LEFT, TOP + 12, WIDTH - LEFT - RIGHT, ROW * len(frame.scenarios))
    scale = Scale(0.0, 1.0, box.x, box.right)
    shapes = _bottom(box, scale, ticks(0, 1, 10), "share of trials")
    kinds = [(end, look) for look in looks for end in ("futile", "success")]
    for place, scenario in enumerate(frame.scenarios):
        y, x = box.y + ROW * place + 6, box.x
        shapes.append(_row_name(box, y + 11, scenario))
        for end, look in kinds:
            share = frame.value(scenario, f"DESIGN/stop {end}@{look}", "share")
            if not share:
                continue
            wide = scale.place(share) - box.x
            kind = f"{end} {'early' if look != looks[-1] else 'last'}"
            words = {"futile": "no success", "success": "success"}[end]
            shapes.append(
                element(
                    "rect",
                    tip(f"{scenario}: {words} after {look} patients, {share:.4f}"),
                    x=at(x),
                    y=at(y),
                    width=at(wide),
                    height="22",
                    class_=kind,
                )
            )
            if wide > 52:
                shapes.append(
                    text(x + wide / 2, y + 15, f"{100 * share:.1f}%", class_="tick inside", text_anchor="middle")
                )
            x += wide
    x = 40.0
    for kind, words in (
        ("futile early", "early stop without success"),
        ("success early", "early success"),
        ("futile last", "no success at the end"),
        ("success last", "success at the end"),
    ):
        shapes += [rectangle(Box(x, 28, 12, 12), class_=kind), text(x + 17, 38, words, class_="tick")]
        x += 36 + 6.2 * len(words)
    return _sheet(
        box, ("stops", "SIM05", "Where trials stop", "By the rule of the design, in order of enrolment"), (), shapes
    )


def range_figure(frame: Frame, quantities: Sequence[tuple[str, str]]) -> Markup:
    """Return medians with 5 to 95% ranges of some times for each scenario; each with its name."""
    rows = [(name, quantity, place) for name, quantity in quantities for place in range(len(frame.scenarios))]
    box = Box(210, TOP + 12, WIDTH - 210 - RIGHT, 17.0 * len(rows) + 8)
    highest = max(
        (frame.value(each, quantity, "q95") or 0.0 for _, quantity in quantities for each in frame.scenarios),
        default=1.0,
    )
    scale = Scale(0.0, max(highest, 1.0) * 1.03, box.x, box.right)
    shapes = _bottom(box, scale, ticks(0, scale.high, 10), "months from the first patient")
    for number, (name, quantity, place) in enumerate(rows):
        y, scenario = box.y + 17.0 * number + 14, frame.scenarios[place]
        if place == 0:
            shapes.append(text(box.x - 10, y + 4, name, class_="tick", text_anchor="end"))
        low, middle, high = (frame.value(scenario, quantity, each) for each in ("q05", "median", "q95"))
        if low is None or middle is None or high is None:
            continue
        shapes.append(line(scale.place(low), y, scale.place(high), y, stroke=colour(place), stroke_width=3))
        shapes.append(
            element(
                "circle",
                tip(f"{scenario}, {name}: {middle:.1f} ({low:.1f} to {high:.1f}) months"),
                cx=at(scale.place(middle)),
                cy=at(y),
                r="4",
                fill=colour(place),
            )
        )
    x = box.x
    for place, scenario in enumerate(frame.scenarios):
        shapes += [rectangle(Box(x, 30, 12, 8), fill=colour(place)), text(x + 17, 38, scenario, class_="tick")]
        x += 34 + 7 * len(scenario)
    return _sheet(box, ("calendar", "SIM06", "Calendar", "Median and 5 to 95% range over trials"), (), shapes)


def tornado_figure(table: pl.DataFrame, code: str, label: str, most: int = 20) -> Markup:
    """Return the change of one quantity at both ends of each parameter, the widest first."""
    names = table["PARAMETER"].unique(maintain_order=True).to_list()[:most]
    box = Box(230, TOP, WIDTH - 230 - RIGHT, 24.0 * len(names))
    ends = [value for each in ("LOWER", "UPPER", "DIFFERENCE") for value in table[each].drop_nulls().to_list()]
    far = max((abs(each) for each in ends), default=1.0) * 1.05 or 1.0
    scale = Scale(-far, far, box.x, box.right)
    shapes = _bottom(box, scale, ticks(-far, far, 8), f"change of {label}")
    zero = scale.place(0.0)
    for number, name in enumerate(names):
        y = box.y + 24.0 * number
        shapes.append(text(box.x - 10, y + 16, name, class_="tick", text_anchor="end"))
        for side, own in table.filter(PARAMETER=name).partition_by("SIDE", as_dict=True).items():
            value, low, high, at_value = own.select("DIFFERENCE", "LOWER", "UPPER", "AT").row(0)
            if value is None:
                continue
            x, top = scale.place(value), y + (3 if side[0] == "low" else 12)
            shapes.append(
                element(
                    "rect",
                    tip(f"{name} {side[0]} ({at_value:.4g}): {value:+.4f}"),
                    x=at(min(x, zero)),
                    y=at(top),
                    width=at(max(abs(x - zero), 0.8)),
                    height="8",
                    class_=f"side-{side[0]}",
                )
            )
            if low is not None and high is not None:
                shapes.append(line(scale.place(low), top + 4, scale.place(high), top + 4, class_="whisker"))
    shapes.append(line(zero, box.y, zero, box.bottom, class_="axis"))
    notes = (
        "Blue: low end of the 95% interval of a parameter, orange: high end. Thin lines: 95% Monte-Carlo intervals.",
    )
    return _sheet(box, (code.lower(), code, f"Sensitivity of {label}", "One parameter at a time"), notes, shapes)


def _bottom(box: Box, scale: Scale, values: Sequence[float], label: str) -> Shapes:
    """Return the lower axis with pale lines up from its ticks."""
    shapes = [line(box.x, box.bottom, box.right, box.bottom, class_="axis")]
    for value in values:
        x = scale.place(value)
        shapes.append(line(x, box.y, x, box.bottom, class_="across-line"))
        shapes.append(
            text(x, box.bottom + 18, f"{value:g}".replace("-", "\N{MINUS SIGN}"), class_="tick", text_anchor="middle")
        )
    return [*shapes, text(box.x + box.width / 2, box.bottom + 36, label, class_="label", text_anchor="middle")]


def _row_name(box: Box, y: float, name: str) -> Markup:
    short = name if len(name) <= 20 else f"{name[:19]}\N{HORIZONTAL ELLIPSIS}"
    return text(box.x - 10, y + 4, short, class_="tick", text_anchor="end")


def _sheet(box: Box, words: tuple[str, str, str, str], notes: Sequence[str], shapes: Shapes) -> Markup:
    name, code, title, plain = words
    caption = Caption(name, code, title, title, plain, (plain, *notes))
    return draw(Sheet(WIDTH, box.bottom + 46, caption, virtual=True), shapes)
