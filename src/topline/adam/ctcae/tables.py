"""The criteria of one version of CTCAE as rules: for each term the ladders of bounds that lead to its grades.

NCI Common Terminology Criteria for Adverse Events, versions 4.03 (2010), 5.0 (2017) and 6.0 (2025).
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Any, Literal

from topline.adam.ctcae.bounds import Bound, parse_bounds
from topline.adam.units import Substance, conversion

Symptoms = Literal["worst case", "lab value only"]
Direction = Literal["L", "H"]

TABLES: Mapping[str, str] = MappingProxyType({"4.0": "4.03", "4.03": "4.03", "5.0": "5.0", "6.0": "6.0"})
"""The table that grades a trial of each version: 4.03 is 4.0 with its corrections of 2010."""

NO_GRADE = 9
"""The step from which on a text has no numeric grade; it stands above all grades."""

BASELINES = ("baseline high", "baseline not high", "baseline low", "baseline not low")


@dataclass(frozen=True, slots=True)
class Step:
    """A step is the bounds that must all be met for a grade."""

    grade: int
    bounds: tuple[Bound, ...]


@dataclass(frozen=True, slots=True)
class Ladder:
    """A ladder is the steps of one criterion, from the mildest on; the grade is the highest step that is met.

    `unit` is that of its absolute bounds, `when` the baseline it is for, `symptoms` the setting it is for.
    """

    steps: tuple[Step, ...]
    unit: str = ""
    when: str = ""
    symptoms: str = ""

    def scaled(self, factor: float) -> "Ladder":
        """Return the ladder for values of which one unit is `factor` units of this one."""
        steps = tuple(Step(step.grade, tuple(bound.scaled(factor) for bound in step.bounds)) for step in self.steps)
        return replace(self, steps=steps)


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule is how one term is graded: by the highest grade that any of its ladders gives."""

    term: str
    direction: Direction
    ladders: tuple[Ladder, ...]
    hole: str = ""
    note: str = ""

    def in_unit(self, unit: str, substance: Substance, symptoms: Symptoms) -> tuple[Ladder, ...] | None:
        """Return the ladders for values in `unit` [the unit as written]; None where the unit does not fit.

        Of ladders in several units those of the same kind as `unit` apply, so that the text's own figures are used;
        where the text has none of this kind, the first that the substance can be converted to.

        >>> rule = criteria("5.0").rules["Hypoglycemia"]
        >>> [str(step.bounds[0]) for step in rule.in_unit("mmol/L", Substance(180.156), "worst case")[0].steps]
        ['< LLN', '< 3', '< 2.2', '< 1.7']
        >>> [str(step.bounds[0]) for step in rule.in_unit("g/L", Substance(180.156), "worst case")[0].steps]
        ['< LLN', '< 0.55', '< 0.4', '< 0.3']
        """
        own = [ladder for ladder in self.ladders if ladder.symptoms in ("", symptoms)]
        free = tuple(ladder for ladder in own if not ladder.unit)
        bound = [ladder for ladder in own if ladder.unit]
        if not bound:
            return free
        for allowed in (Substance(), substance):
            for candidate in dict.fromkeys(ladder.unit for ladder in bound):
                factor = conversion(unit, candidate, allowed)
                if factor is not None:
                    return free + tuple(each.scaled(factor) for each in bound if each.unit == candidate)
        return None


@dataclass(frozen=True, slots=True)
class Criteria:
    """The criteria of one version: its number, where it is published, and its rules by term."""

    version: str
    source: str
    rules: Mapping[str, Rule]


@cache
def criteria(version: str) -> Criteria:
    """Return the criteria that grade a trial of this version; raise KeyError where there are none.

    >>> criteria("4.0").version, criteria("6.0").rules["Neutrophil count decreased"].ladders[0].steps[3].grade
    ('4.03', 4)
    """
    table = TABLES[version]
    text = files("topline.adam.ctcae").joinpath(f"v{table.replace('.', '_')}.toml").read_text(encoding="utf-8")
    content = tomllib.loads(text)
    rules = [_rule(entry) for entry in content["rule"]]
    return Criteria(content["version"], content["source"], MappingProxyType({rule.term: rule for rule in rules}))


def _rule(entry: Mapping[str, Any]) -> Rule:
    ladders = tuple(_ladder(each) for each in entry["ladder"])
    return Rule(entry["term"], entry["direction"], ladders, entry.get("hole", ""), entry.get("note", ""))


def _ladder(entry: Mapping[str, str]) -> Ladder:
    steps = [Step(int(name), parse_bounds(text)) for name, text in entry.items() if name.isdigit()]
    if "missing" in entry:
        steps.append(Step(NO_GRADE, parse_bounds(entry["missing"])))
    ladder = Ladder(tuple(steps), entry.get("unit", ""), entry.get("when", ""), entry.get("symptoms", ""))
    _refuse(ladder, set(entry))
    return ladder


def _refuse(ladder: Ladder, names: set[str]) -> None:
    """Raise ValueError for a ladder that cannot be meant."""
    unknown = {name for name in names if not name.isdigit()} - {"missing", "unit", "when", "symptoms"}
    grades = [step.grade for step in ladder.steps]
    absolute = any(bound.offset for step in ladder.steps for bound in step.bounds)
    if unknown or grades != sorted(set(grades)) or not grades or ladder.when not in ("", *BASELINES):
        raise ValueError(f"{sorted(names)} is not a ladder")
    if absolute and not ladder.unit:
        raise ValueError("a ladder with absolute bounds has a unit")
