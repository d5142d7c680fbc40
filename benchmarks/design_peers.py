"""Simon's designs as one usually programs them with NumPy, and as R's clinfun finds them; both give frontiers."""

import json
import shutil
import subprocess
from dataclasses import dataclass

import numpy as np
from scipy import special

Frontier = list[tuple[int, int, int, int]]
"""(r1, n1, r, n) of each design that expects fewer patients at the null rate than every design of smaller n."""

SCRIPT = """
asked <- commandArgs(trailingOnly = TRUE)
if (!requireNamespace("clinfun", quietly = TRUE)) { cat("no clinfun\\n"); quit(status = 0) }
nmax <- as.integer(asked[1]); times <- as.integer(asked[2]); ask <- as.numeric(asked[-(1:2)])
cat(paste("#", R.version$version.string, "clinfun", packageVersion("clinfun")), "\\n")
for (i in seq(1, length(ask), by = 4)) {
  spent <- system.time(for (k in seq_len(times)) {
    found <- tryCatch(clinfun::ph2simon(ask[i], ask[i + 1], ask[i + 2], ask[i + 3], nmax = nmax)$out,
                      error = function(e) NULL)
  })
  cat((spent[["user.self"]] + spent[["sys.self"]]) / times, if (is.null(found)) "" else t(found[, 1:5, drop = FALSE]))
  cat("\\n")
}
"""


@dataclass(frozen=True)
class Asked:
    """A null and a target rate with the two errors."""

    null: float
    target: float
    alpha: float
    beta: float


def fallen(designs: list[tuple[int, int, int, int, float]]) -> Frontier:
    """Return the designs that expect fewer patients than all of smaller n, from the best one of each n."""
    best, found = np.inf, []
    for *rule, expected in designs:
        if expected < best * (1.0 - 1e-12):
            best = expected
            found.append(tuple(int(part) for part in rule))
    return found


def by_numpy(asked: Asked, largest: int) -> Frontier:
    """Try every n and n1, with every r1 and r at once, as arrays."""
    best_of_n = []
    for n in range(2, largest + 1):
        best = (0, 0, 0, n, float(n))
        for n1 in range(1, n):
            best = min(best, _best_with(asked, n1, n), key=lambda one: one[4])
        if best[1]:
            best_of_n.append(best)
    return fallen(best_of_n)


def _best_with(asked: Asked, n1: int, n: int) -> tuple[int, int, int, int, float]:
    x, r = np.arange(n1 + 1), np.arange(n)

    def success(rate: float) -> np.ndarray:
        first = special.binom(n1, x) * rate**x * (1 - rate) ** (n1 - x)
        rest = special.bdtrc(np.maximum(r - x[:, None], 0), n - n1, rate)
        rest = np.where(r < x[:, None], 1.0, np.where(r - x[:, None] >= n - n1, 0.0, rest))
        return np.cumsum((first[:, None] * rest)[::-1], axis=0)[::-1][1:]  # more than r1 = 0 ... n1 - 1

    holds = (success(asked.null) <= asked.alpha) & (success(asked.target) >= 1 - asked.beta) & (r >= x[:-1, None])
    if not holds.any():
        return (0, 0, 0, n, np.inf)
    stop = np.cumsum(special.binom(n1, x) * asked.null**x * (1 - asked.null) ** (n1 - x))[:-1]
    expected = np.where(holds, (n1 + (1 - stop) * (n - n1))[:, None], np.inf)
    r1, bound = np.unravel_index(np.argmin(expected), expected.shape)
    return (int(r1), n1, int(bound), n, float(expected[r1, bound]))


def by_clinfun(all_asked: list[Asked], largest: int, times: int) -> tuple[str, list[tuple[float, Frontier]]] | str:
    """Return R's version and per request its processor seconds and frontier, or the reason why there are none."""
    if shutil.which("Rscript") is None:
        return "R is not on this machine (no Rscript on PATH)"
    asked = [json.dumps(part) for one in all_asked for part in (one.null, one.target, one.alpha, one.beta)]
    command = ["Rscript", "-e", SCRIPT, str(largest), str(times), *asked]
    run = subprocess.run(command, capture_output=True, text=True, check=False)
    if run.returncode:
        return f"R failed: {run.stderr.strip().splitlines()[-1:]}"
    head, *lines = run.stdout.splitlines()
    if not head.startswith("#"):
        return "R has no package clinfun"
    found = []
    for line in lines:
        spent, *numbers = (float(part) for part in line.split())
        rows = np.array(numbers).reshape(-1, 5)
        found.append((spent, fallen([(*(int(part) for part in row[:4]), row[4]) for row in rows])))
    return head.removeprefix("# ").strip(), found
