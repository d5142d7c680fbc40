"""How fast records are read and linted, and candidates screened: one run, what is compared stands side by side.

Run: python benchmarks/intake.py [--records FOLDER] [--candidates N] [--loop N]. FOLDER holds registry records (API
JSON); without it only screening is measured. Candidates are made from one seed: 16 criteria, 39 columns, 2 to 5 % of
the values missing. Beside topline run the same criteria programmed by hand (intake_peers.py); before anything is timed
all three must agree on every status of 20,000 candidates. `screen` gives statuses, verdicts, what is needed and the
funnel; the peers give statuses alone.
"""

import argparse
import resource
import sys
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path

import numpy as np
import polars as pl
from intake_peers import by_loop, by_numpy

from topline.errors import ToplineError
from topline.protocol.eligibility.criterion import Criterion, Eligibility
from topline.protocol.eligibility.screen import screen
from topline.tables.screening import STATUSES

SEED = 20261121
TODAY = date(2026, 11, 21)
COMPARED = 20_000
ORGANS = "ALT <= {0} * ALTULN AND AST <= {0} * ASTULN"
CONDITIONS = {
    "I01": "AGE BETWEEN 18 AND 75 AND CONSENT = 'Y'",
    "I02": "HIST = 'SQUAMOUS CELL CARCINOMA' AND MEASLES >= 1",
    "I03": "ECOG <= 1 AND LIFEEXP >= 3",
    "I04": "PRIORLN >= 1 AND (ARRAY_CONTAINS(PRIORCLS, 'PLATINUM') OR ARRAY_CONTAINS(PRIORCLS, 'FLUOROPYRIMIDINE'))",
    "I05": "HGB >= 90 AND ANC >= 1.5 AND PLT >= 80",
    "I06": "BILI <= 1.5 * BILIULN AND (CREAT <= 1.5 * CREATULN OR CRCL >= 50)",
    "I07": f"CASE WHEN ARRAY_CONTAINS(METSITES, 'LIVER') THEN {ORGANS.format(5)} ELSE {ORGANS.format(2.5)} END",
    "I08": "PREGTEST = 'NEGATIVE' AND I08_A = 'Y'",
    "E01": "FDOSEDT - LRTDT < INTERVAL '28 days'",
    "E02": "FDOSEDT - LSYSDT < INTERVAL '14 days' OR FDOSEDT - LSURGDT < INTERVAL '28 days'",
    "E03": "ARRAY_CONTAINS(PRIORCLS, 'ANTI-ANGIOGENIC TKI')",
    "E04": "ARRAY_CONTAINS(METSITES, 'BRAIN') AND BRAINSTB <> 'Y'",
    "E05": "SBP > 150 OR DBP > 90",
    "E06": "LVEF < 50 OR QTC > 470",
    "E07": "OTHMAL = 'Y' AND OTHMALYR < 5",
    "E08": "BLEED = 'Y' OR E08_A = 'Y' OR ARRAY_CONTAINS(INFECT, 'HIV')",
}
NUMBERS = {
    "AGE": (16, 80),
    "LIFEEXP": (1, 24),
    "HGB": (70, 160),
    "ANC": (0.8, 8),
    "PLT": (60, 400),
    "BILI": (3, 40),
    "ALT": (5, 200),
    "AST": (5, 200),
    "CREAT": (40, 180),
    "CRCL": (30, 140),
    "SBP": (90, 180),
    "DBP": (50, 110),
    "LVEF": (40, 70),
    "QTC": (380, 500),
    "OTHMALYR": (0, 10),
}
CODES = {
    "SEX": "FM",
    "CHILDPOT": "YN",
    "CONSENT": "YYYYYYYYYN",
    "BRAINSTB": "YN",
    "OTHMAL": "YNNNNNNNNN",
    "BLEED": "YNNNNNNNNN",
    "I08_A": "YYYYN",
    "E08_A": "YNNNNNNNNN",
}
LISTS = {
    "PRIORCLS": [[], ["PLATINUM"], ["PLATINUM", "TAXANE"], ["FLUOROPYRIMIDINE"], ["ANTI-ANGIOGENIC TKI"], None],
    "METSITES": [[], ["LIVER"], ["LUNG", "LIVER"], ["BRAIN"], ["LYMPH NODE"], None],
    "INFECT": [[], [], [], [], ["HBV"], ["HIV"]],
}
LIMITS = {"BILIULN": 17.1, "ALTULN": 40.3, "ASTULN": 35.1, "CREATULN": 104.7}
DATES = {"FDOSEDT": (20500, 20530), "LRTDT": (20300, 20500), "LSYSDT": (20400, 20500), "LSURGDT": (20200, 20500)}


def criteria() -> Eligibility:
    """Return the 16 criteria."""
    scope = {"I08": "SEX = 'F' AND CHILDPOT = 'Y'"}
    all_of_them = [
        Criterion(
            id=name,
            text=name,
            condition=condition,
            applies=scope.get(name, "TRUE"),
            signoffs={f"{name}_A": "as judged"} if f"{name}_A" in condition else {},
        )
        for name, condition in CONDITIONS.items()
    ]
    return Eligibility(inclusion=tuple(all_of_them[:8]), exclusion=tuple(all_of_them[8:]))


def draw_candidates(count: int) -> pl.DataFrame:
    """Return so many candidates, the same ones at every call."""
    generator = np.random.default_rng(SEED)

    def gaps(values: pl.Series, share: float = 0.02) -> pl.Series:
        return values.set(pl.Series(generator.random(count) < share), None)

    def pick(values: list[object]) -> pl.Series:
        return pl.Series(values).gather(pl.Series(generator.integers(0, len(values), count).astype(np.uint32)))

    columns = {"SUBJID": pl.Series(range(count)).cast(pl.String)}
    columns |= {name: gaps(pl.Series(generator.uniform(*ends, count).round(1))) for name, ends in NUMBERS.items()}
    columns |= {name: pl.Series([limit]).new_from_index(0, count) for name, limit in LIMITS.items()}
    columns |= {name: gaps(pick(list(codes))) for name, codes in CODES.items()}
    columns |= {name: pick(list(values)) for name, values in LISTS.items()}
    columns |= {name: pl.Series(generator.integers(0, 4, count)) for name in ("ECOG", "MEASLES", "PRIORLN")}
    days = {name: pl.Series(generator.integers(*ends, count)).cast(pl.Int32) for name, ends in DATES.items()}
    columns |= {name: gaps(series.cast(pl.Date), 0.05) for name, series in days.items()}
    columns["PREGTEST"] = gaps(pick(["NEGATIVE"] * 30 + ["POSITIVE"]))
    columns["HIST"] = gaps(pick(["SQUAMOUS CELL CARCINOMA"] * 9 + ["ADENOCARCINOMA"]))
    return pl.DataFrame(columns)


def compare() -> None:
    """Stop where the three do not agree."""
    frame = draw_candidates(COMPARED)
    mine = screen(criteria(), frame).status.select(pl.col(CONDITIONS).to_physical()).to_numpy()
    for name, theirs in (("loop", np.array(by_loop(frame.to_dicts()))), ("numpy", np.array(by_numpy(frame)).T)):
        if differing := np.argwhere(mine != theirs)[:3].tolist():
            sys.exit(f"{name} differs at (candidate, criterion) {differing}: statuses are {STATUSES}")
    print(f"{mine.size:,} statuses are equal: topline, a loop in Python, NumPy\n")


def timed(work: Callable[[], object], times: int = 3) -> tuple[float, float]:
    """Return the least wall time, and the processor time of that run, in seconds."""
    found = []
    for _ in range(times):
        wall, cpu = time.perf_counter(), time.process_time()
        work()
        found.append((time.perf_counter() - wall, time.process_time() - cpu))
    return min(found)


def measure_screening(count: int, loop: int) -> None:
    """Print what it takes to screen so many candidates; the loop sees fewer of them."""
    eligibility, frame = criteria(), draw_candidates(count)
    rows = frame.head(loop).to_dicts()
    ways: dict[str, tuple[int, Callable[[], object]]] = {
        "topline, statuses, verdicts, needs, funnel": (count, lambda: screen(eligibility, frame)),
        "NumPy by hand, statuses": (count, lambda: by_numpy(frame)),
        "loop in Python, statuses": (loop, lambda: by_loop(rows)),
    }
    print("| screened by | candidates x criteria | wall s | CPU s | judgements per s |\n|---|--:|--:|--:|--:|")
    for name, (size, work) in ways.items():
        wall, cpu = timed(work)
        cells = size * len(CONDITIONS)
        print(f"| {name} | {size:,} x {len(CONDITIONS)} | {wall:.2f} | {cpu:.2f} | {cells / wall:,.0f} |")
    screening = screen(eligibility, frame)
    wall, cpu = timed(lambda: screening.long(0, 50_000), 1)
    print(f"| topline, with the deciding datum | 50,000 x 16 | {wall:.2f} | {cpu:.2f} | {800_000 / wall:,.0f} |")
    print(f"\npeak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20:.2f} GiB\n")


def measure_records(folder: Path) -> None:
    """Print how many records are read and linted per second, each once, after one to warm up."""
    from topline.protocol.lint.run import lint_record
    from topline.protocol.record.form import parse_record

    texts = {path.name: path.read_text("utf-8") for path in sorted(folder.glob("*.json"))}
    read, spent = 0, [0.0, 0.0]
    for turn, (name, text) in enumerate([*list(texts.items())[:1], *texts.items()]):
        start = time.process_time()
        try:
            record = parse_record(text, name)
        except ToplineError as refused:
            print(f"{name}: {refused.code} {refused.what}")
            continue
        parsed = time.process_time()
        lint_record(record, TODAY)
        if turn:
            read += 1
            spent[0] += parsed - start
            spent[1] += time.process_time() - parsed
    print(f"{read:,} records: {read / spent[0]:,.0f} read, {read / spent[1]:,.0f} linted per CPU second, ", end="")
    print(f"{read / sum(spent):,.0f} read and linted per CPU second on one core")


def main() -> None:
    """Compare, then measure."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--records", type=Path)
    parser.add_argument("--candidates", type=int, default=10**6)
    parser.add_argument("--loop", type=int, default=20_000)
    asked = parser.parse_args()
    compare()
    measure_screening(asked.candidates, asked.loop)
    if asked.records:
        measure_records(asked.records)


if __name__ == "__main__":
    main()
