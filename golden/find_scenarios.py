"""Find the null and the optimistic scenario of the built-in studies and write src/topline/simulate/found.toml.

Run it again when a built-in study.yaml or an expected truth changes (some minutes): python golden/find_scenarios.py
"""

import sys
from dataclasses import fields
from importlib.resources import files
from pathlib import Path

from topline.protocol.source import parse_protocol
from topline.simulate.effect import find_effect
from topline.simulate.population import Population
from topline.simulate.presets import EXPECTED, expected_truth

PATIENTS, SEED = 40_000, 20261121
TARGET = Path(__file__).resolve().parents[1] / "src" / "topline" / "simulate" / "found.toml"


def say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def main() -> None:
    lines = [
        "# Effects of treatment at which the design's endpoint of a built-in study has its null and its target rate.",
        "# Made by golden/find_scenarios.py. Fields: topline.simulate.effect.Found.",
    ]
    for name in map(str.lower, EXPECTED):
        protocol = parse_protocol((files("topline") / "studies" / name / "study.yaml").read_text("utf-8"), name)
        design = protocol.design
        for scenario, aim in (("null", design.null_rate), ("optimistic", design.target_rate)):
            found = find_effect(protocol, expected_truth(protocol), aim, Population(PATIENTS, SEED), say)
            lines += ["", f"[{name.upper()}.{scenario}]", f'digest = "{protocol.digest}"']
            lines += [f"{each.name} = {getattr(found, each.name):.6g}".replace("e+0", "e") for each in fields(found)]
    TARGET.write_text("\n".join(lines) + "\n", "utf-8")


if __name__ == "__main__":
    main()
