"""The parameters of a truth as the manual shows them: docs/simulation.md."""

from collections.abc import Iterator
from dataclasses import dataclass

from topline.simulate.presets import APATINIB, COMBINATION, COMBINATION_SOURCES
from topline.simulate.scenario import known_effects
from topline.simulate.truth import Organ, Truth
from topline.simulate.uncertainty import Parameter, parameters


@dataclass(frozen=True, slots=True)
class ParameterLine:
    """A parameter of a truth as the manual shows it: name, value, interval, unit, meaning, source, source of width."""

    name: str
    value: str
    interval: str
    unit: str
    meaning: str
    source: str
    width: str


def parameter_lines(truth: Truth) -> Iterator[ParameterLine]:
    """Yield every parameter of a truth, in order of declaration.

    >>> line = next(line for line in parameter_lines(Truth()) if line.name == "growth.kl")
    >>> line.value, line.interval
    ('0.002', '0.00133 to 0.003')
    """
    for each in parameters(truth):
        yield ParameterLine(
            name=each.name,
            value=_printed(each.value),
            interval=_interval(each),
            unit=each.about.unit,
            meaning=each.about.meaning,
            source=each.about.source,
            width=each.about.width.source,
        )


def _interval(known: Parameter) -> str:
    """Return the interval in words; of what has none the reason why."""
    if not known.uncertain:
        return "none: " + (known.about.width.source if known.about.width.scale == "fixed" else "off")
    low, high = (f"{limit:.3g}" for limit in known.interval)
    if not known.many:
        return f"{low} to {high}"
    on, odds = known.about.width.on, "odds of " if known.about.width.scale == "odds" else ""
    named = {"tilt": "k-th weight by its k-th power", "first": "first weight"}
    what = named.get(on[0], odds + " and ".join(on))
    return f"factor {low} to {high}: {what}"


def _printed(value: object) -> str:
    if isinstance(value, Organ):
        return f"{value.location} {value.weight:g}"
    if isinstance(value, tuple):
        between = "; " if any("," in _printed(each) for each in value) else ", "
        return between.join(_printed(each) for each in value)
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:g}" if isinstance(value, float) else str(value)


HEAD = (
    "| parameter | apatinib | combination, where it differs | 95% interval | unit | meaning | source |\n"
    + "|---" * 7
    + "|\n"
)


def parameter_table() -> str:
    """Return the table of parameters of the expected truths of the built-in studies."""
    rows = []
    for first, second in zip(parameter_lines(APATINIB), parameter_lines(COMBINATION), strict=True):
        value = f"{second.value} ({COMBINATION_SOURCES[first.name]})" if first.value != second.value else ""
        interval = first.interval if first.interval.startswith("none: ") else f"{first.interval} ({first.width})"
        cells = (first.name, first.value, value, interval, first.unit, first.meaning, first.source)
        rows.append("| " + " | ".join(cells) + " |")
    return HEAD + "\n".join(rows) + "\n"


def effect_table() -> str:
    """Return the table of the effects that were found for the built-in studies."""
    head = "| study | scenario | rate aimed at | effect | its error | rate attained | its error | patients |\n"
    rows = [
        f"| {study.lower()} | {name} | {100 * found.aim:g}% | {found.effect:.3f} | {found.effect_error:.3f} "
        f"| {100 * found.rate:.2f}% | {100 * found.error:.2f} | {found.patients:,} |"
        for (study, name), (_, found) in known_effects().items()
    ]
    return head + "|---" * 8 + "|\n" + "\n".join(rows) + "\n"


PARTS = {"parameters": parameter_table, "effects": effect_table}
"""The tables of docs/simulation.md that are made from the code; each stands between two comments of its name."""


def with_parts(page: str) -> str:
    """Return a page with its tables made anew."""
    for name, render in PARTS.items():
        head, _, rest = page.partition(f"<!-- {name} -->\n")
        _, mark, tail = rest.partition(f"<!-- end of {name} -->")
        page = f"{head}<!-- {name} -->\n{render()}{mark}{tail}" if mark else page
    return page
