"""The parameters of a truth as lines of the manual."""

from collections.abc import Iterator
from dataclasses import dataclass, fields

from topline.simulate.truth import Organ, Truth


@dataclass(frozen=True, slots=True)
class ParameterLine:
    """A parameter of a truth as the manual shows it: name, value, unit, meaning, source."""

    name: str
    value: str
    unit: str
    meaning: str
    source: str


def parameter_lines(truth: Truth) -> Iterator[ParameterLine]:
    """Yield every parameter of a truth, in order of declaration.

    >>> next(parameter_lines(Truth())).name
    'growth.kl'
    """
    parts = (truth.growth, truth.disease, truth.hazards, truth.reading, truth.conduct)
    for part in (*parts, truth.occurrence, truth.measuring, truth.answers):
        for each in fields(part):
            yield _line(part, each.name, f"{type(part).__name__.lower()}.")
    yield _line(truth, "toxicities", "")
    yield _line(truth, "markers", "")


def _line(part: object, name: str, group: str) -> ParameterLine:
    about = next(each.metadata for each in fields(part) if each.name == name)  # type: ignore[arg-type]
    return ParameterLine(
        name=f"{group}{name}",
        value=_printed(getattr(part, name)),
        unit=about["unit"],
        meaning=about["meaning"],
        source=about["source"],
    )


def _printed(value: object) -> str:
    if isinstance(value, Organ):
        return f"{value.location} {value.weight:g}"
    if isinstance(value, tuple):
        between = "; " if any("," in _printed(each) for each in value) else ", "
        return between.join(_printed(each) for each in value)
    return f"{value:g}" if isinstance(value, float) else str(value)
