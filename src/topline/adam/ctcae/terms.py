"""Which CTCAE term grades which test, in which direction: the table terms.toml by SDTM short names."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Any

from topline.adam.ctcae.tables import Criteria, Rule
from topline.adam.units import Substance, conversion

ANY = Substance()
"""A substance of which neither molar mass nor valence is needed."""


@dataclass(frozen=True, slots=True)
class GradedTest:
    """A test that CTCAE grades: its terms by direction, the substance, the kinds of its unit, and of which sample."""

    code: str
    low: tuple[str, ...] = ()
    high: tuple[str, ...] = ()
    fasting: tuple[str, ...] = ()
    substance: Substance = ANY
    specimen: str = "blood"
    dimensionless: bool = False
    units: tuple[str, ...] = ()

    def admits(self, unit: str) -> bool:
        """Return whether values of the test can be in `unit`: of one of its kinds, where kinds are stated.

        A unit that is not known is of none of them; a pure number has the size of one, so that a percentage is none.

        >>> alt, bilirubin, inr = (graded_tests()[code] for code in ("ALT", "BILI", "INR"))
        >>> [alt.admits(unit) for unit in ("U/L", "ukat/L", "mmol/L")]
        [True, True, False]
        >>> [bilirubin.admits(unit) for unit in ("umol/L", "mg/dL", "U/L")], inr.admits("ratio"), inr.admits("%")
        ([True, True, False], True, False)
        """
        factors = [(kind, conversion(unit, kind, self.substance)) for kind in self.units]
        return not factors or any(factor is not None and (kind != "1" or factor == 1) for kind, factor in factors)

    def low_rule(self, criteria: Criteria) -> Rule | None:
        """Return the rule of low values in a version, None where it has none."""
        return _first(self.low, criteria)

    def high_rule(self, criteria: Criteria, *, fasting: bool) -> Rule | None:
        """Return the rule of high values in a version, None where it has none."""
        return _first(self.fasting + self.high if fasting else self.high, criteria)


def _first(terms: tuple[str, ...], criteria: Criteria) -> Rule | None:
    return next((criteria.rules[term] for term in terms if term in criteria.rules), None)


@cache
def graded_tests() -> Mapping[str, GradedTest]:
    """Return every test that has a term, by its short name.

    >>> graded_tests()["PLAT"].low
    ('Platelet count decreased', 'Thrombocytopenia')
    """
    text = files("topline.adam.ctcae").joinpath("terms.toml").read_text(encoding="utf-8")
    return MappingProxyType({code: _test(code, entry) for code, entry in tomllib.loads(text).items()})


def _test(code: str, entry: Mapping[str, Any]) -> GradedTest:
    return GradedTest(
        code,
        low=tuple(entry.get("low", ())),
        high=tuple(entry.get("high", ())),
        fasting=tuple(entry.get("fasting", ())),
        substance=Substance(entry.get("molar_mass"), entry.get("valence")),
        specimen=entry.get("specimen", "blood"),
        dimensionless=entry.get("dimensionless", False),
        units=tuple(entry.get("units", ())),
    )
