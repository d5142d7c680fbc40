"""How often a search finds a marker where there is none: naive and corrected, in null trials of 43 patients.

Run from the repository: python benchmarks/biomarker_null.py [--trials 2000]. Ten correlated markers (correlation 0.3)
and an outcome that has nothing to do with them: a response in 60% of patients, or an exponential time with uniform
censoring. For the first 1, 2, 5 and 10 markers it counts the trials whose smallest p-value is at most 5%:

* naive: Fisher's test, or the log-rank test, at the best of all cuts that leave 10% to 90% of the patients below;
* halves: the same test with each marker cut at its median, stated beforehand, the smallest p-value taken;
* corrected: the permutation p-value over all cuts of all markers (999 permutations a trial).

It writes the table into docs/biomarker.md and the figure docs/biomarker_null.svg.
"""

import argparse
import re
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from topline.stats.fisher import fisher_exact
from topline.stats.logrank import log_rank
from topline.stats.marker_cuts import Cuts, divide
from topline.stats.maximal_statistic import EQUAL, marker_maxima, observed, permuted_orders, standardised
from topline.stats.outcome_scores import Response, Survival, response_outcome, survival_outcome
from topline.stats.proportion import clopper_pearson

Floats = NDArray[np.float64]
PATIENTS, MARKERS, PERMUTATIONS = 43, 10, 999
SHOWN = (1, 2, 5, 10)
RATE, CORRELATION, LEVEL = 0.6, 0.3, 0.05
METHODS = ("naive", "halves", "corrected")
KINDS = {"rate": "Response in 60% (Fisher)", "time": "Time to event (log-rank)"}
DOCS = Path(__file__).resolve().parents[1] / "docs"
TABLE = re.compile(r"(<!-- null trials -->\n).*?(<!-- end -->)", re.DOTALL)


@dataclass(frozen=True)
class Trial:
    """One null trial: values of the markers, the outcome, and time and event behind it."""

    values: Floats
    outcome: Response | Survival
    time: Floats
    event: Floats


def draw_trial(kind: str, random: np.random.Generator) -> Trial:
    shared, own = random.normal(size=(PATIENTS, 1)), random.normal(size=(PATIENTS, MARKERS))
    values = np.sqrt(CORRELATION) * shared + np.sqrt(1 - CORRELATION) * own
    if kind == "rate":
        event = (random.random(PATIENTS) < RATE).astype(np.float64)
        return Trial(values, response_outcome(event), np.ones(PATIENTS), event)
    death, end = random.exponential(size=PATIENTS), random.uniform(0.5, 2.0, size=PATIENTS)
    seen, event = np.minimum(death, end), (death <= end).astype(np.float64)
    return Trial(values, survival_outcome(seen, event), seen, event)


def p_values(trial: Trial, member: Floats) -> Floats:
    """Return the p-value of each division as if it had been stated beforehand; `member` is (subject, division)."""
    if isinstance(trial.outcome, Response):
        high = member.sum(axis=0)
        events = trial.event @ member
        return fisher_exact(events, high, trial.event.sum() - events, PATIENTS - high)
    return log_rank(np.broadcast_to(trial.time, member.T.shape), trial.event, member.T).p


def smallest(p: Floats, marker: NDArray[np.intp]) -> Floats:
    """Return the smallest p-value among the first k markers, for each k."""
    each = np.array([p[marker == k].min() for k in range(MARKERS)])
    return np.minimum.accumulate(each)


def corrected(trial: Trial, cuts: Cuts, seed: int) -> Floats:
    """Return the smallest corrected p-value among the first k markers, each family of k by itself."""
    top = np.maximum.accumulate(marker_maxima(observed(trial.outcome, cuts)[None], cuts)[0])
    [order] = permuted_orders(PATIENTS, PERMUTATIONS, seed)
    maxima = marker_maxima(standardised(trial.outcome, cuts, order, np.ones((1, PATIENTS))), cuts)
    reached = np.maximum.accumulate(maxima, axis=1) >= top - EQUAL
    return np.asarray((1.0 + reached.sum(axis=0)) / (PERMUTATIONS + 1.0))


def simulate(kind: str, trials: int, seed: int) -> dict[str, Floats]:
    """Return for each method the number of trials with a find among the first k markers; (marker,)."""
    random = np.random.default_rng([seed, sorted(KINDS).index(kind)])
    finds = {method: np.zeros(MARKERS) for method in METHODS}
    for number in range(trials):
        trial = draw_trial(kind, random)
        cuts = divide(trial.values)
        halves = (trial.values >= np.median(trial.values, axis=0)).astype(np.float64)
        p = {
            "naive": smallest(p_values(trial, cuts.member), cuts.marker),
            "halves": smallest(p_values(trial, halves), np.arange(MARKERS)),
            "corrected": corrected(trial, cuts, number),
        }
        for method in METHODS:
            finds[method] += p[method] <= LEVEL
    return finds


def rows_of(finds: dict[str, dict[str, Floats]], trials: int) -> str:
    head = "| outcome | markers | naive best cut | cut at the median, stated before | corrected search |\n"
    lines = [head, "| --- | --- | --- | --- | --- |\n"]
    for kind, methods in finds.items():
        for count in SHOWN:
            cells = [cell(methods[method][count - 1], trials) for method in METHODS]
            lines.append(f"| {KINDS[kind]} | {count} | {' | '.join(cells)} |\n")
    return "".join(lines)


def cell(count: float, trials: int) -> str:
    interval = clopper_pearson(count, trials)
    return f"{100 * count / trials:.1f}% ({100 * float(interval.lower):.1f} to {100 * float(interval.upper):.1f})"


WIDTH, HEIGHT, LEFT, TOP, BOTTOM, LABEL = 860, 320, 56, 46, 44, 130
COLOURS = {"naive": "#b5452c", "halves": "#8a6d1d", "corrected": "#1f5f8b"}
DASHES = {"naive": "", "halves": ' stroke-dasharray="6 4"', "corrected": ""}
WORDS = {"naive": "naive best cut", "halves": "cut at the median", "corrected": "corrected search"}


def figure(finds: dict[str, dict[str, Floats]], trials: int) -> str:
    """Return the figure: type I error over the number of markers, one panel per outcome."""
    panel = (WIDTH - LEFT - 50) / 2
    parts = [panel_of(kind, finds[kind], trials, LEFT + i * (panel + 40), panel) for i, kind in enumerate(finds)]
    title = f"False finds in {trials:,} null trials of {PATIENTS} patients, nominal {100 * LEVEL:g}%"
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" '
        f'font-family="system-ui, sans-serif" font-size="12" fill="#222">\n<title>{title}</title>\n'
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#fff"/>\n'
        f'<text x="{LEFT}" y="18" font-size="14">{title}</text>\n'
    )
    return head + "".join(parts) + "</svg>\n"


def panel_of(kind: str, methods: dict[str, Floats], trials: int, left: float, width: float) -> str:
    bottom = HEIGHT - BOTTOM

    def x(markers: float) -> float:
        return float(left + 14 + (width - LABEL - 20) * np.log(markers) / np.log(MARKERS))

    def y(share: float) -> float:
        return bottom - (bottom - TOP) * share

    lines = [f'<text x="{left:.1f}" y="{TOP - 10}">{KINDS[kind]}</text>\n']
    for share in (0.0, 0.25, 0.5, 0.75, 1.0):
        lines.append(f'<path d="M{left:.1f} {y(share):.1f}h{width - LABEL:.1f}" stroke="#ddd"/>\n')
        lines.append(f'<text x="{left - 4:.1f}" y="{y(share) + 4:.1f}" text-anchor="end">{100 * share:g}%</text>\n')
    lines.append(f'<path d="M{left:.1f} {y(LEVEL):.1f}h{width - LABEL:.1f}" stroke="#222" stroke-dasharray="2 3"/>\n')
    lines += [f'<text x="{x(k):.1f}" y="{bottom + 18}" text-anchor="middle">{k}</text>\n' for k in SHOWN]
    lines.append(f'<text x="{left + (width - LABEL) / 2:.1f}" y="{bottom + 36}" text-anchor="middle">markers</text>\n')
    for method in METHODS:
        points = [(x(k), y(methods[method][k - 1] / trials)) for k in range(1, MARKERS + 1)]
        path = "M" + "L".join(f"{a:.1f} {b:.1f}" for a, b in points)
        style = f'stroke="{COLOURS[method]}" stroke-width="2"{DASHES[method]}'
        lines.append(f'<path d="{path}" fill="none" {style}/>\n')
        label = f'<text x="{points[-1][0] + 6:.1f}" y="{points[-1][1] + 4:.1f}" fill="{COLOURS[method]}">'
        lines.append(f"{label}{WORDS[method]}</text>\n")
    return "".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--trials", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=2026)
    chosen = parser.parse_args()
    began = time.process_time()
    finds = {kind: simulate(kind, chosen.trials, chosen.seed) for kind in KINDS}
    table = rows_of(finds, chosen.trials)
    print(table + f"{time.process_time() - began:.0f} CPU s")
    (DOCS / "biomarker_null.svg").write_text(figure(finds, chosen.trials), encoding="utf-8")
    page = DOCS / "biomarker.md"
    page.write_text(TABLE.sub(lambda found: found[1] + table + found[2], page.read_text("utf-8")), encoding="utf-8")


if __name__ == "__main__":
    main()
