"""The parameters of a truth that are uncertain: their 95% intervals, truths drawn from them, one replaced by another.

A parameter has a name: its group and its own (`growth.kl`), or its own alone (`toxicities`). That of a list moves as a
whole, by a factor that is 1 in the truth as it stands (see `parameter.Width`).
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass, fields, is_dataclass, replace
from typing import Any

from topline.simulate.draws import Draws
from topline.simulate.parameter import LIMIT, About, times_odds
from topline.simulate.truth import Truth


@dataclass(frozen=True, slots=True)
class Parameter:
    """A parameter of a truth: its name, its value there, and what is known of it."""

    name: str
    value: Any
    about: About

    @property
    def many(self) -> bool:
        """Whether the parameter is a list that moves by a factor."""
        return isinstance(self.value, tuple)

    @property
    def uncertain(self) -> bool:
        """Whether the parameter has an interval: 0 stays 0, what is off by default stays off."""
        low, high = self.interval
        return bool(low < high)

    @property
    def centre(self) -> float:
        """The value around which the interval lies; of a list the factor 1."""
        return 1.0 if self.many else float(self.value)

    @property
    def interval(self) -> tuple[float, float]:
        """The 95% interval, within the range of the parameter; twice the value where it has none."""
        width = self.about.width
        if width.scale == "fixed" or isinstance(self.value, bool | str):
            return 0.0, 0.0
        if self.many:
            return 1 / width.size, width.size
        return self.bounded(width.limits(self.centre)[0]), self.bounded(width.limits(self.centre)[1])

    def bounded(self, value: float) -> float:
        """Return the value, or the nearest one that the parameter can have."""
        if self.many:
            return value
        return min(max(value, self.about.least), self.about.greatest)

    def moved(self, z: float) -> float:
        """Return the value (of a list the factor) that lies `z` standard deviations from the one it has."""
        width = self.about.width
        at = width.size ** (z / LIMIT) if self.many else width.moved(self.centre, z)
        return self.bounded(at)


def parameters(truth: Truth) -> Iterator[Parameter]:
    """Yield every parameter of a truth, in order of declaration.

    >>> next(each for each in parameters(Truth()) if each.name == "growth.kl").interval
    (0.0013333333333333333, 0.003)
    """
    for part in fields(truth):
        value = getattr(truth, part.name)
        if is_dataclass(value):
            for own in fields(value):
                yield Parameter(f"{part.name}.{own.name}", getattr(value, own.name), own.metadata["about"])
        elif "about" in part.metadata:
            yield Parameter(part.name, value, part.metadata["about"])


def parameter_of(truth: Truth, name: str) -> Parameter:
    """Return the parameter of this name. Raises KeyError where there is none."""
    for each in parameters(truth):
        if each.name == name:
            return each
    raise KeyError(name)


def uncertain_parameters(truth: Truth) -> tuple[Parameter, ...]:
    """Return the parameters that have an interval: those of a tornado, and those that assurance draws."""
    return tuple(each for each in parameters(truth) if each.uncertain)


def with_value(truth: Truth, name: str, value: Any) -> Truth:
    """Return the truth with another value of one parameter.

    >>> with_value(Truth(), "growth.kl", 0.003).growth.kl
    0.003
    """
    group, _, own = name.partition(".")
    changed = replace(getattr(truth, group), **{own: value}) if own else value
    return replace(truth, **{group: changed})


def with_parameter(truth: Truth, name: str, value: float) -> Truth:
    """Return the truth with one uncertain parameter at this value; a list is multiplied by it, as its width says.

    >>> with_parameter(Truth(), "conduct.ecog", 2.0).conduct.ecog
    (0.25, 1.2, 0.6)
    """
    return _with(truth, parameter_of(truth, name), value)


def _with(truth: Truth, known: Parameter, value: float) -> Truth:
    return with_value(truth, known.name, _multiplied(known, value) if known.many else value)


def _multiplied(known: Parameter, factor: float) -> tuple[Any, ...]:
    """Return the list with the numbers that its width names multiplied; of probabilities the odds."""
    on, entries = known.about.width.on, known.value
    if on == ("tilt",):
        return tuple(weight * factor**place for place, weight in enumerate(entries))
    if on == ("first",):
        return (replace(entries[0], weight=entries[0].weight * factor), *entries[1:])
    chances = known.about.width.scale == "odds"
    return tuple(
        replace(each, **{key: _times(getattr(each, key), factor, chances=chances) for key in on}) for each in entries
    )


def _times(value: float, factor: float, *, chances: bool) -> float:
    return times_odds(value, factor) if chances else value * factor


def draw_uncertain(truth: Truth, draws: Draws, names: Collection[str] | None = None) -> Truth:
    """Draw a truth: each uncertain parameter, or each of those named, from its own interval, independent of the others.

    A parameter varies normally on the scale of its interval (logarithm, log odds, or its own), which holds 95% of its
    values; the median is the value that the truth has. Each parameter has a stream of its own, so that leaving one out
    moves no other; each call goes on with the streams and gives another truth.
    Raises KeyError for a name that is no uncertain parameter.
    """
    known = {each.name: each for each in uncertain_parameters(truth)}
    unknown = sorted(set(names or ()) - set(known))
    if unknown:
        raise KeyError(unknown[0])
    for name, each in known.items():
        if names is None or name in names:
            z = float(draws.normal(f"uncertain {name}", 1)[0])
            truth = _with(truth, each, each.moved(z))
    return truth
