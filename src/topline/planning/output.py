"""The files of a comparison: page, candidates, operating characteristics over a grid of rates, texts, origins."""

import csv
import hashlib
import io
import json
import platform
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np

from topline.design.comparison.origin import Origin
from topline.design.comparison.page import MOST, Comparison, Provenance, render_comparison
from topline.design.comparison.paragraph import Context, paragraph
from topline.exchange.output import RunRecord, write_output
from topline.planning.candidates import Candidate

BOM = "\ufeff"
"""Marks a CSV file as UTF-8, so that spreadsheets read names as they are."""
PAGE = "comparison.html"
STEP = 0.05
PACKAGES = ("numpy", "scipy")


@dataclass(frozen=True)
class Compared:
    """What a folder of a comparison shows.

    Attributes:
        name: the study, or what was asked for; part of the page's title.
        candidates: the designs, the study's own first where there is one.
        origins: where the number of patients can come from.
        context: what the endpoint is called, and what the trial meets.
        rates: further true rates.
        chosen: place of the study's own design, None where there is none.
        digest: digest of the protocol, empty without a study.

    """

    name: str
    candidates: tuple[Candidate, ...]
    origins: tuple[Origin, ...]
    context: Context
    rates: tuple[float, ...] = ()
    chosen: int | None = None
    digest: str = ""


def written(folder: Path, compared: Compared) -> tuple[str, str]:
    """Write a comparison to a folder, in the place of an earlier one, whole or not at all; return what to tell.

    Raises ToplineError TL-C05 where the folder cannot be written, TL-C06 where it holds what topline did not write.
    """
    files = {name: text.encode("utf-8") for name, text in _files(compared).items()}
    listed = files["designs.json"]
    packages = {name: version(name) for name in PACKAGES} | {"python": platform.python_version()}
    digest = hashlib.sha256(listed).hexdigest()
    record = RunRecord(version("topline"), compared.name, compared.digest, digest, False, packages=packages)
    write_output(folder, files, record)
    others = ", ".join(sorted(name for name in files if name != PAGE))
    count = len(compared.candidates)
    cut = f" (the first {MOST} of {count} designs; the files hold all)" if count > MOST else ""
    return f"Comparison: {folder / PAGE}{cut}", f"Also there: {others}"


def _files(compared: Compared) -> dict[str, str]:
    texts = _texts(compared)
    return {
        PAGE: render_comparison(_page(compared)),
        "designs.csv": _csv(_flat(each) for each in compared.candidates),
        "designs.json": json.dumps(_document(compared), ensure_ascii=False, indent=2) + "\n",
        "characteristics.csv": _csv(_characteristics(compared)),
        "sample_sizes.csv": _csv(_sample_sizes(compared)),
        "statistics_en.md": "".join(f"## {name}\n\n{text.en}\n\n" for name, text in texts),
        "statistics_zh.md": "".join(f"## {name}\n\n{text.zh}\n\n" for name, text in texts),
        **({"origins.csv": _csv(map(_origin, compared.origins))} if compared.origins else {}),
    }


def _page(compared: Compared) -> Comparison:
    designs = tuple(each.design for each in compared.candidates[:MOST])
    source = f"{compared.name}, digest {compared.digest}" if compared.digest else compared.name
    made = Provenance(version("topline"), source)
    return Comparison(f"{compared.name}: designs", designs, compared.context, compared.chosen, compared.origins, made)


def _texts(compared: Compared) -> list[tuple[str, Any]]:
    return [(each.name, paragraph(each.design, compared.context)) for each in compared.candidates]


def described(candidate: Candidate) -> dict[str, Any]:
    """Return a candidate as data: hypotheses, rule, exact level and power, expected patients, probability to stop."""
    design, exact = candidate.design, candidate.design.exact
    rule = design.boundary
    return {
        "name": candidate.name,
        "also": list(candidate.also),
        "design": design.name,
        "source": design.source,
        "asked": asdict(design.hypotheses),
        "patients": rule.patients,
        "looks": list(rule.looks),
        "stop_at_most": [None if bound < 0 else bound for bound in rule.futility],
        "success_from": [
            bound if bound <= look else None for look, bound in zip(rule.looks, rule.efficacy, strict=True)
        ],
        "level": design.level,
        "power": design.attained_power,
        "holds": design.holds,
        "expected_patients": {"null": float(exact.expected_patients[0]), "target": float(exact.expected_patients[1])},
        "stops_early": {"null": float(exact.stops_early[0]), "target": float(exact.stops_early[1])},
    }


def _flat(candidate: Candidate) -> dict[str, Any]:
    """Return a candidate as one row: lists joined, parts of a part under a name of their own."""
    row: dict[str, Any] = {}
    for name, value in described(candidate).items():
        if isinstance(value, dict):
            row |= {f"{name}_{part}": inner for part, inner in value.items()}
        elif isinstance(value, list):
            row[name] = "; ".join("" if inner is None else str(inner) for inner in value)
        else:
            row[name] = value
    return row


def _document(compared: Compared) -> dict[str, Any]:
    rates = _rates(compared)
    designs = []
    for each in compared.candidates:
        found = each.design.operating_characteristics(rates)
        grid = {
            "rates": rates,
            "success": found.success.tolist(),
            "expected_patients": found.expected_patients.tolist(),
            "stops_early": found.stops_early.tolist(),
            "patients": found.patients.tolist(),
        }
        designs.append(described(each) | {"characteristics": grid})
    chosen = None if compared.chosen is None else compared.candidates[compared.chosen].name
    return {"name": compared.name, "protocol": chosen, "designs": designs, "origins": list(map(str, compared.origins))}


def _rates(compared: Compared) -> list[float]:
    """Return the grid of true rates: steps of 5%, and every rate that was asked for."""
    asked = [each.design.hypotheses for each in compared.candidates]
    named = [rate for each in asked for rate in (each.null, each.target)]
    steps = np.arange(0.0, 1.0 + STEP / 2.0, STEP).tolist()
    return sorted({round(rate, 9) for rate in (*steps, *named, *compared.rates)})


def _characteristics(compared: Compared) -> Iterable[dict[str, Any]]:
    rates = _rates(compared)
    for each in compared.candidates:
        found = each.design.operating_characteristics(rates)
        for place, rate in enumerate(rates):
            yield {
                "name": each.name,
                "rate": rate,
                "success": float(found.success[place]),
                "expected_patients": float(found.expected_patients[place]),
                "stops_early": float(found.stops_early[place]),
                "stops_futile": float(found.stops_futile[place].sum()),
            }


def _sample_sizes(compared: Compared) -> Iterable[dict[str, Any]]:
    """Yield how probable it is to stop at each look, at each rate: the distribution of the number of patients."""
    rates = _rates(compared)
    for each in compared.candidates:
        found = each.design.operating_characteristics(rates)
        for place, rate in enumerate(rates):
            for look, chance in zip(found.looks.tolist(), found.patients[place].tolist(), strict=True):
                yield {"name": each.name, "rate": rate, "patients": look, "probability": chance}


def _origin(origin: Origin) -> dict[str, Any]:
    asked = None if origin.design is None else origin.design.hypotheses
    return {
        "kind": origin.kind,
        "patients": origin.patients,
        "evaluable": origin.evaluable,
        "loss": origin.loss,
        "null": asked and asked.null,
        "target": asked and asked.target,
        "alpha": asked and asked.alpha,
        "power": asked and asked.power,
        "words": origin.words,
    }


def _csv(rows: Iterable[dict[str, Any]]) -> str:
    listed: Sequence[dict[str, Any]] = list(rows)
    buffer = io.StringIO()
    writer = csv.DictWriter(buffer, list(listed[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(listed)
    return BOM + buffer.getvalue()
