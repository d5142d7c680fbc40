"""An instrument as a trial asks it: directions and margins chosen, scales and composites with their parameter codes."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

from topline.adam.instrument import Better, Composite, Formula, Instrument, Scale
from topline.errors import ToplineError
from topline.protocol.part import Words

FORM = "FORM"


@dataclass(frozen=True, slots=True)
class AskedScale:
    """A scale or composite as this trial scores it: parameter code, label, items or scales, direction, margin [points].

    `parts` are codes of the scales of a composite, empty for a scale. `unverified` is the reason why the direction is
    a choice, empty where it is not.
    """

    param: str
    label: Words
    items: tuple[int, ...]
    needed: int
    low: int
    high: int
    formula: Formula
    better: Better
    mid: float
    key: bool = False
    testcd: str = ""
    parts: tuple[str, ...] = ()
    unverified: str = ""


@dataclass(frozen=True, slots=True)
class Asked:
    """An instrument as this trial asks it, with its scales resolved; composites follow the scales."""

    instrument: Instrument
    scales: tuple[AskedScale, ...]

    @property
    def form(self) -> str:
        """The parameter code of the form as a whole."""
        return f"{self.instrument.prefix}{FORM}"


def ask(
    instrument: Instrument,
    directions: Mapping[str, str] = MappingProxyType({}),
    margins: Mapping[str, float] = MappingProxyType({}),
) -> Asked:
    """Return the instrument as a trial asks it.

    `directions` chooses the direction of unverified scales and `margins` minimal important differences [points], both
    by parameter code. Raises ToplineError TL-Q12 for a code that the instrument does not have, and for a direction that
    its scale does not have.

    >>> from topline.adam.instrument import built_in
    >>> instrument = built_in("EORTC QLQ-OES18")
    >>> ask(instrument).scales[0].better, ask(instrument, {"OESDYS": "symptom"}).scales[0].better
    ('high', 'low')
    """
    ranges = {item.number: (item.low, item.high) for item in instrument.items}
    scales = [_asked(scale, instrument.prefix, ranges, directions) for scale in instrument.scales]
    known = {scale.param: scale for scale in scales}
    composites = [_composite(each, instrument.prefix, known) for each in instrument.composites]
    every = (*scales, *composites)
    unknown = sorted({*directions, *margins} - {each.param for each in every})
    if unknown:
        raise ToplineError("TL-Q12", where=instrument.name, what=f"has no scale {', '.join(unknown)}")
    return Asked(instrument, tuple(_with_margin(each, margins) for each in every))


def _asked(
    scale: Scale, prefix: str, ranges: Mapping[int, tuple[int, int]], directions: Mapping[str, str]
) -> AskedScale:
    param = f"{prefix}{scale.code}"
    chosen = directions.get(param, scale.direction)
    if chosen not in scale.directions and (scale.directions or chosen):
        names = ", ".join(scale.directions) or "none: the direction is known"
        raise ToplineError("TL-Q12", where=param, what=f"has no direction '{chosen}'; there are {names}")
    way = scale.directions.get(chosen)
    formula, better = (way.formula, way.better) if way else (scale.formula or "rising", scale.better or "high")
    reason = f"taken as '{chosen}' ({better} is better): {scale.unverified}" if scale.unverified else ""
    low, high = ranges[scale.items[0]]
    return AskedScale(param, scale.label, scale.items, scale.needed, low, high, formula, better, scale.mid, scale.key,
                      scale.testcd, (), reason)  # fmt: skip


def _composite(composite: Composite, prefix: str, known: Mapping[str, AskedScale]) -> AskedScale:
    parts = tuple(f"{prefix}{code}" for code in composite.scales)
    items: Iterable[int] = (number for part in parts for number in known[part].items)
    return AskedScale(f"{prefix}{composite.code}", composite.label, tuple(items), 0, 0, 100, "rising", "high",
                      composite.mid, composite.key, parts=parts)  # fmt: skip


def _with_margin(scale: AskedScale, margins: Mapping[str, float]) -> AskedScale:
    return replace(scale, mid=margins[scale.param]) if scale.param in margins else scale
