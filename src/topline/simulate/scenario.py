"""Scenarios: truths with a name, among them those at which the design's endpoint has its null and its target rate."""

import difflib
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files

from topline.errors import ToplineError
from topline.protocol.model import Protocol
from topline.simulate.effect import Found, Progress, find_effect, with_effect, works_on_hazards
from topline.simulate.population import Population
from topline.simulate.presets import expected_truth, with_predictive_marker
from topline.simulate.truth import Truth

NAMES = ("null", "expected", "optimistic")
"""The scenarios that every study has."""

FURTHER = ("predictive",)
"""Scenarios of no calibration that every study can have besides."""


@dataclass(frozen=True, slots=True)
class Scenario:
    """A truth with the name under which its trials are drawn, and a note on what it is."""

    name: str
    truth: Truth
    note: str = ""


def scenarios(
    protocol: Protocol,
    names: Sequence[str] = NAMES,
    progress: Progress | None = None,
    population: Population | None = None,
) -> dict[str, Scenario]:
    """Return the scenarios of these names.

    `expected` is the truth that is expected of the study. `null` and `optimistic` are the same with another effect of
    the treatment (`with_effect`), at which the design's endpoint has the null and the target rate through the same
    analysis. That of a built-in study is known (found.toml), that of another one is found in a large virtual population
    (half a minute). `predictive` is the expected truth with one marker that follows the kill rate.
    Raises ToplineError TL-V17 for another name, TL-V14 where no effect gives the rate.
    """
    return {name: _scenario(protocol, name, progress, population) for name in names}


def _scenario(protocol: Protocol, name: str, progress: Progress | None, population: Population | None) -> Scenario:
    expected, design = expected_truth(protocol), protocol.design
    aims = {"null": design.null_rate, "optimistic": design.target_rate}
    if name in aims:
        found = None if population else known_effect(protocol, name)
        found = found or find_effect(protocol, expected, aims[name], population, progress)
        return effect_scenario(protocol, name, found)
    if name == "expected":
        return Scenario(name, expected, f"the truth expected of the study: {expected.name}")
    if name == "predictive":
        return Scenario(name, with_predictive_marker(expected), "as expected, and one marker follows the kill rate")
    near = difflib.get_close_matches(name, (*NAMES, *FURTHER), n=1)
    meant = f"; did you mean {near[0]}?" if near else ""
    raise ToplineError("TL-V17", where=name, what=f"is not one of {', '.join((*NAMES, *FURTHER))}{meant}")


def effect_scenario(protocol: Protocol, name: str, found: Found) -> Scenario:
    """Return the expected truth with the effect that was found, named as its scenario."""
    expected, hazards = expected_truth(protocol), works_on_hazards(protocol)
    truth = with_effect(expected, found.effect, hazards=hazards)
    on = "kill rate times the effect, hazards of new lesions, progression and death divided by it" if hazards else ""
    note = f"{protocol.design.endpoint} at {100 * found.aim:g}%; {on or 'kill rate times the effect'}; {found}"
    return Scenario(name, replace(truth, name=f"{expected.name}, {name}"), note)


def known_effect(protocol: Protocol, name: str) -> Found | None:
    """Return the effect that was found for a scenario of this very protocol, None where it is not known."""
    for (_, scenario), (digest, found) in known_effects().items():
        if scenario == name and digest == protocol.digest:
            return found
    return None


@cache
def known_effects() -> Mapping[tuple[str, str], tuple[str, Found]]:
    """Return the digest of the protocol and the effect that was found, by built-in study and scenario."""
    content = tomllib.loads(files("topline.simulate").joinpath("found.toml").read_text("utf-8"))
    rows = ((study, name, dict(entry)) for study, entries in content.items() for name, entry in entries.items())
    return {(study, name): (entry.pop("digest"), Found(**entry)) for study, name, entry in rows}
