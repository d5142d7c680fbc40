"""Units of results: what a unit as written means, and how many of one are one of another.

The arithmetic of dimensions is that of pint; the definitions and spellings are ours, in units.toml. A unit that is not
known stays unknown: there is no guess.
"""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pint import UnitRegistry

    Quantity = Any

POWER = re.compile(r"[x*]?(?:10(?:\^|\*\*?|exp|e)|1?e)([0-9]{1,2})")
SUPERSCRIPTS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹", "0123456789")


@dataclass(frozen=True, slots=True)
class Substance:
    """What turns mass into amount and charge into amount: molar mass [g/mol], charges per particle; None: unknown."""

    molar_mass: float | None = None
    valence: int | None = None


@cache
def _tables() -> Mapping[str, Any]:
    text = files("topline.adam").joinpath("units.toml").read_text(encoding="utf-8")
    return MappingProxyType(tomllib.loads(text))


@cache
def _registry() -> "UnitRegistry[Any]":
    """Return the registry with our definitions only; the library is imported here, because importing it takes 0.5 s."""
    from pint import UnitRegistry

    registry: UnitRegistry[Any] = UnitRegistry(None)
    for line in _tables()["definitions"]:
        registry.define(line)
    return registry


@lru_cache(maxsize=4096)
def parse_unit(text: str) -> "Quantity | None":
    """Return what one of a unit is, as a quantity of the registry; None for a missing unit or one that is not known.

    >>> str(parse_unit("10^9/L")), str(parse_unit("G/DL")), parse_unit("furlong")
    ('1000000000.0 / liter', '10.0 gram / liter', None)
    """
    top, *below = _plain(text).split("/")
    if "" in (below or [top]):
        return None
    quantity = _part(top)
    for name in below:
        part = _part(name)
        quantity = None if quantity is None or part is None else quantity / part
    return None if quantity is None else quantity.to_base_units()


def _plain(text: str) -> str:
    """Return a unit without blanks, in small letters, with one letter for micro."""
    text = re.sub(r"10([⁰¹²³⁴⁵⁶⁷⁸⁹])", r"10^\1", re.sub(r"\s+", "", text))
    return text.translate(SUPERSCRIPTS).casefold()


def _part(name: str) -> "Quantity | None":
    """Return the quantity of one side of a fraction: a power of ten, a name, or both."""
    tables, registry = _tables(), _registry()
    if name in tables["whole"]:
        return registry.Quantity(1.0) * registry.parse_expression(tables["whole"][name])
    if name in tables["names"]:
        return registry.Quantity(1.0, tables["names"][name])
    power = POWER.match(name)
    if power is not None:
        rest = _part(name[power.end() :])
        return None if rest is None else rest * 10.0 ** int(power[1])
    return _prefixed(name)


def _prefixed(name: str) -> "Quantity | None":
    tables = _tables()
    for prefix, factor in tables["prefixes"].items():
        unit = tables["names"].get(name.removeprefix(prefix)) if name.startswith(prefix) else None
        if unit is not None:
            return _registry().Quantity(factor, unit)
    return None


@lru_cache(maxsize=4096)
def conversion(source: str, target: str, substance: Substance = Substance()) -> float | None:
    """Return how many `target` are one `source`; None where that is not known.

    Mass and amount are converted by the molar mass, charge and amount by the valence, where the substance has them.

    >>> conversion("mg/dL", "g/L"), conversion("THOU/uL", "10^9/L"), conversion("g/L", "10^9/L")
    (0.01, 1.0, None)
    >>> round(conversion("mg/dL", "mmol/L", Substance(molar_mass=180.156)) * 126, 2)  # glucose
    6.99
    >>> conversion("mEq/L", "mmol/L", Substance(valence=2))
    0.5
    """
    first, second = parse_unit(source), parse_unit(target)
    if first is None or second is None:
        return None
    for bridge in _bridges(substance):
        if (first * bridge).dimensionality == second.dimensionality:
            return float(f"{(first * bridge / second).to_base_units().magnitude:.15g}")
    return None


def _bridges(substance: Substance) -> "list[Quantity]":
    """Return the factors that a conversion may use: one, then those of the substance."""
    quantity = _registry().Quantity
    bridges = [quantity(1.0)]
    if substance.molar_mass is not None:
        molar = quantity(substance.molar_mass, "gram / mole")
        bridges += [1 / molar, molar]
    if substance.valence is not None:
        charge = quantity(float(substance.valence), "equivalent / mole")
        bridges += [1 / charge, charge]
        if substance.molar_mass is not None:
            bridges += [molar / charge, charge / molar]
    return bridges


def same_kind(source: str, target: str) -> bool:
    """Return whether two units measure the same kind of quantity, so that no substance is needed to convert them.

    >>> same_kind("g/L", "mg/dL"), same_kind("g/L", "mmol/L")
    (True, False)
    """
    return conversion(source, target) is not None
