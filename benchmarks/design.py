"""How much processor time an exact two-stage search takes: topline beside plain NumPy and, where it is, R's clinfun.

Run: python benchmarks/design.py [--largest 60 100 200 500] [--grid]. Each search returns the whole frontier, minimax
to optimal, for ten pairs of rates. The frontiers are compared before any time is told. Plain NumPy is run up to 60
patients only, clinfun up to 500 (about ten seconds a design there). --grid also times the table of 50 by 50 rates.
"""

import argparse
import sys
import time
from collections.abc import Callable
from statistics import median

from design_peers import Asked, Frontier, by_clinfun, by_numpy

from topline.design.rate.early_acceptance import mander_thompson
from topline.design.rate.frontier import BROWSED, grid
from topline.design.rate.single_stage import single_stage
from topline.design.rate.three_stage import three_stage
from topline.protocol.rule.two_stage_search import two_stage_designs

PAIRS = ((0.05, 0.2), (0.05, 0.25), (0.1, 0.25), (0.1, 0.3), (0.2, 0.35))
PAIRS += ((0.2, 0.4), (0.3, 0.5), (0.4, 0.6), (0.5, 0.7), (0.6, 0.8))
ALPHA, BETA = 0.05, 0.1
LARGEST = (60, 100, 200, 500)
NUMPY_TO, CLINFUN_TO = 60, 500
REPEATS = 5


def mine(asked: Asked, largest: int) -> Frontier:
    found = two_stage_designs(asked.null, asked.target, asked.alpha, asked.beta, largest)
    return [(one.r1, one.n1, one.r, one.n) for one in found]


def processor_time(times: int, work: Callable[..., object], *args: object, **settings: object) -> float:
    """Return the median processor seconds of a call."""
    spent = []
    for _ in range(times):
        begin = time.process_time()
        work(*args, **settings)
        spent.append(time.process_time() - begin)
    return median(spent)


def compared(name: str, largest: int, ours: list[Frontier], theirs: list[Frontier]) -> None:
    """Stop where two programs do not find the same designs."""
    for pair, one, other in zip(PAIRS, ours, theirs, strict=True):
        if one != other:
            sys.exit(f"{name} differs for {pair} up to {largest}:\n  topline {one}\n  {name} {other}")


def table(sizes: list[int]) -> None:
    asked = [Asked(null, target, ALPHA, BETA) for null, target in PAIRS]
    print(f"Milliseconds of processor time a design: mean of {len(PAIRS)} pairs, alpha {ALPHA}, beta {BETA}\n")
    print("| largest n | topline | slowest pair | plain NumPy | clinfun | clinfun / topline |")
    print("|---:|---:|---:|---:|---:|---:|")
    remark = ""
    for largest in sizes:
        ours = [mine(one, largest) for one in asked]
        cells = ["", ""]
        if largest <= NUMPY_TO:
            compared("NumPy", largest, ours, [by_numpy(one, largest) for one in asked])
            spent = sum(processor_time(1, by_numpy, one, largest) for one in asked)
            cells[0] = f"{1000 * spent / len(asked):.0f}"
        found = by_clinfun(asked, largest, max(1, 600 // largest)) if largest <= CLINFUN_TO else "not run"
        times = [processor_time(REPEATS, mine, one, largest) for one in asked]
        share = ""
        if isinstance(found, str):
            remark = f"\nclinfun: {found}."
        else:
            remark = f"\n{found[0]}; equal frontiers everywhere."
            compared("clinfun", largest, ours, [frontier for _, frontier in found[1]])
            spent = sum(one for one, _ in found[1])
            cells[1], share = f"{1000 * spent / len(asked):.1f}", f"{spent / sum(times):.1f}"
        own = f"{1000 * sum(times) / len(times):.2f} | {1000 * max(times):.2f}"
        print(f"| {largest} | {own} | {cells[0]} | {cells[1]} | {share} |", flush=True)
    print(remark)


def others() -> None:
    """Print the processor time of the other searches for the same pairs."""
    print("\nOther searches, milliseconds a design (mean, slowest):")
    searches: dict[str, tuple[Callable[..., object], dict[str, object]]] = {
        "single stage, safe": (single_stage, {"kind": "safe"}),
        "Mander-Thompson H0-optimal": (mander_thompson, {}),
        "Mander-Thompson delta-minimax": (mander_thompson, {"kind": "delta-minimax"}),
        "three-stage optimal": (three_stage, {}),
        "three-stage minimax": (three_stage, {"kind": "minimax"}),
    }
    for name, (search, settings) in searches.items():
        times = [processor_time(3, search, *pair, power=1 - BETA, **settings) for pair in PAIRS]
        print(f"  {name}: {1000 * sum(times) / len(times):.1f}, {1000 * max(times):.1f}")


def browse() -> None:
    """Print the time and the size of the table of all frontiers to browse."""
    begin = time.process_time()
    found = grid(power=1 - BETA)
    spent = time.process_time() - begin
    pairs = found.select("null", "target").unique().height
    above = sum(low < high for low in BROWSED for high in BROWSED)
    size = f"{len(BROWSED)} x {len(BROWSED)}"
    print(f"\nTable of {size} rates, at most 200 patients: {above:,} pairs with the target above the null rate,")
    print(f"{pairs:,} of them with a design, {found.height:,} designs; {spent:.1f} s of processor time")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--largest", type=int, nargs="+", default=list(LARGEST))
    parser.add_argument("--grid", action="store_true")
    options = parser.parse_args()
    table(options.largest)
    others()
    if options.grid:
        browse()


if __name__ == "__main__":
    main()
