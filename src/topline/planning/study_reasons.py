"""Why the values of a chosen design are as they are: the entries under `assumed`, made true again."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from topline.design.comparison.cells import beside
from topline.design.single_arm import SingleArmDesign
from topline.planning.table import percent, rate
from topline.protocol.design import Design

RULE = ("kind", "patients", "success_at_least", "first_stage_patients", "futility_at_most", "looks")
"""Keys that state the rule: a reason of the rule before is not one of the rule after."""
HYPOTHESES = ("null_rate", "target_rate")
STALE = re.compile(r"exact|rule|patients|stage|respon|design|stop|\d\.\d{3}", re.IGNORECASE)
"""What a sentence speaks of that is no reason any more once the rule is another one."""


@dataclass(frozen=True)
class Reasons:
    """What the reasons are about.

    Attributes:
        design: the chosen design.
        stated: the design that the study stated.
        wanted: what stands under `design` now.
        planned: planned patients before and after.
        assumed: every reason that the study gave.

    """

    design: SingleArmDesign
    stated: Design
    wanted: Mapping[str, Any]
    planned: tuple[int, int]
    assumed: Mapping[str, str]

    @property
    def changed(self) -> frozenset[str]:
        """Keys of the design whose value is another one, or is gone."""
        before = {key: value for key, value in self.stated.model_dump(mode="json").items() if value not in (None, [])}
        keys = before.keys() | self.wanted.keys()
        return frozenset(key for key in keys if before.get(key) != self.wanted.get(key))


def replaced_reasons(told: Reasons) -> frozenset[str]:
    """Return the entries under `assumed` that go: of the rule, of level and power, and of all that changed."""
    old = {"population.planned"} if told.planned[0] != told.planned[1] else set()
    if told.changed:
        stale = {*RULE, "alpha", "power", *told.changed}
        old |= {path for path in told.assumed if path == "design" or _key(path) in stale}
    return frozenset(path for path in told.assumed if path in old)


def new_reasons(told: Reasons) -> dict[str, str]:
    """Return the entries that take their place, in the order of the keys: each says where its value comes from."""
    return dict(_new(told))


def _new(told: Reasons) -> Iterator[tuple[str, str]]:
    before, planned = told.planned
    if before != planned:
        yield "population.planned", _planned_text(told)
    if not told.changed:
        return
    if "design" in told.assumed:
        yield "design", _text(told, "kind")
    had = {_key(path) for path in told.assumed if path.startswith("design.")}
    for key in told.wanted:
        if key in told.changed or key == "kind" or (key in had and key in (*RULE, "alpha", "power")):
            yield f"design.{key}", _text(told, key)


def _planned_text(told: Reasons) -> str:
    before, planned = told.planned
    needed = told.design.boundary.patients
    more = f"; {planned}, as some may be lost" if planned > needed else ""
    return f"Raised from {before} when {told.design.name} was chosen, which needs {needed} patients{more}."


def _text(told: Reasons, key: str) -> str:
    """Return why the value of a key is as it is."""
    design, rule = told.design, told.design.boundary
    asked = design.hypotheses
    level, power = beside(design.level, asked.alpha), beside(design.attained_power, asked.power)
    rates = f"{rate(asked.null)} against {rate(asked.target)}"
    among = f"{design.name} for {rates}, {rate(asked.alpha)} and {rate(asked.power)}"
    if key in ("alpha", "power"):
        return _kept(told, key)
    if key in HYPOTHESES:
        return f"Asked for when the design was chosen; {rate(getattr(told.stated, key))} before."
    early = percent(float(design.exact.stops_early[0]))
    return {
        "kind": f"Chosen among exact designs side by side: {among} ({design.source}); exact level {level}, "
        f"exact power {power}.",
        "patients": f"{among}; {rule.patients} patients at most.",
        "success_at_least": f"{among}; success with {rule.efficacy[-1]} or more of {rule.patients}.",
        "first_stage_patients": f"{among}; {rule.looks[0]} in the first stage.",
        "futility_at_most": f"{among}; stop at {rule.futility[0]} or fewer of {rule.looks[0]}, which happens with a "
        f"chance of {early} at a true rate of {rate(asked.null)}.",
        "looks": f"{among}; {len(rule.looks)} looks, of which one before the last stops with a chance of {early} at a "
        f"true rate of {rate(asked.null)}.",
    }.get(key, f"{among}.")


def _kept(told: Reasons, key: str) -> str:
    """Return the reason of level or power: what was said of the number itself, and what is exact for the new rule."""
    exact = {"alpha": told.design.level, "power": told.design.attained_power}[key]
    sentences = re.split(r"(?<=\.)\s+", told.assumed.get(f"design.{key}", ""))
    kept = [] if key in told.changed else [one for one in sentences if one and not STALE.search(one)]
    reason = " ".join(kept) or f"{rate(float(told.wanted[key]))} was asked for when the design was chosen."
    return f"{reason} Exact for this rule, {beside(exact, float(told.wanted[key]))}."


def _key(path: str) -> str:
    """Return the key of the design that a path is about, an empty text for other paths.

    >>> _key("design.looks.0.patients"), _key("population.planned")
    ('looks', '')

    """
    parts = path.split(".")
    return parts[1] if parts[0] == "design" and len(parts) > 1 else ""
