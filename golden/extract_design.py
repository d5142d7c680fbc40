"""Select cases of exact designs from the tables of the folder `shared`, and write them as golden/design_*.toml.

Run from the repository: python golden/extract_design.py [FOLDER]. FOLDER holds golden and facts; the default is the
folder `shared` beside the repository. Cases from no table are written out here.
"""

import csv
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

GOLDEN = Path(__file__).resolve().parent
DEFAULT = GOLDEN.parents[1] / "shared"
Row = dict[str, str]
Case = dict[str, object]

EXACT = 1e-10
CLINFUN = "R 4.2.2, clinfun 1.1.5; g01_simon.R"
STATA = "Mander, help page of simon2stage 1.1 (3 December 2010) for Stata, examples"


def rows(folder: Path, name: str) -> list[Row]:
    with (folder / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def asked(row: Row, **more: object) -> Case:
    rates = {"null": float(row["p0"]), "target": float(row["p1"]), "alpha": float(row["alpha"])}
    return {**rates, "power": round(1.0 - float(row["beta"]), 12), **more}


def case(call: str, args: Case, expected: Case, tolerance: float, source: str) -> Case:
    kind = "published" if source.split()[0] in {"Simon", "A'Hern", "Gehan", "Mander,"} else "software"
    return {
        "call": call, "args": args, "expected": expected, "tolerance": tolerance, "source": source, "kind": kind,
    }  # fmt: skip


def simon(folder: Path) -> Iterator[Case]:
    """Yield Simon's printed designs and those of clinfun, with every probability."""
    for row in rows(folder, "facts/simon_tables.csv"):
        expected = {"boundary.looks": whole(row, "n1", "n"), "boundary.futility": whole(row, "r1", "r")}
        yield case(
            "rate.simon.simon",
            asked(row, kind=row["kind"]),
            expected,
            0.0,
            f"{row['source']}, doi:10.1016/0197-2456(89)90015-9",
        )
    for row in rows(folder, "golden/rstats/simon_two_stage_clinfun.csv"):
        expected = {
            "boundary.looks": whole(row, "n1", "n"),
            "boundary.futility": whole(row, "r1", "r"),
            "level": float(row["alpha_direct"]),
            "attained_power": float(row["power_direct"]),
            "exact.expected_patients": [float(row["EN0"]), float(row["EN1"])],
            "exact.stops_early": [float(row["PET0"]), float(row["PET1"])],
        }
        yield case("rate.simon.simon", asked(row, kind=row["kind"], max_n=int(row["nmax"])), expected, EXACT, CLINFUN)


def admissible(folder: Path) -> Iterator[Case]:
    """Yield the admissible designs of clinfun; its weights are rounded to three places."""
    found: dict[tuple[str, ...], list[Row]] = {}
    for row in rows(folder, "golden/rstats/simon_admissible_clinfun.csv"):
        found.setdefault(tuple(row[name] for name in ("p0", "p1", "alpha", "beta")), []).append(row)
    for table in found.values():
        args = asked(table[0], max_n=250)
        designs = [whole(row, "r1", "n1", "r", "n") for row in table]
        exact = {"designs": designs, "expected_patients": [float(row["EN(p0)"]) for row in table]}
        yield case("rate.frontier.admissible", args, exact, EXACT, CLINFUN)
        weights = {"weights": [[float(row["qLo"]), float(row["qHi"])] for row in table]}
        yield case("rate.frontier.admissible", args, weights, 5.1e-4, CLINFUN)


def single_stage(folder: Path) -> Iterator[Case]:
    """Yield every fifth design of A'Hern's tables, its safe n, and the first designs of clinfun's ph2single."""
    for row in rows(folder, "facts/ahern_tables.csv")[::5]:
        expected = {"boundary.looks": whole(row, "n"), "boundary.efficacy": whole(row, "success_if_at_least")}
        yield case("rate.single_stage.single_stage", asked(row), expected, 0.0, "A'Hern 2001, doi:10.1002/sim.721")
    for row in rows(folder, "golden/rstats/single_stage_clinfun.csv"):
        if row["rank"] == "1":
            expected = {
                "boundary.looks": whole(row, "n"),
                "boundary.futility": whole(row, "r"),
                "level": float(row["alpha_attained"]),
                "attained_power": 1.0 - float(row["beta_attained"]),
            }
            yield case("rate.single_stage.single_stage", asked(row), expected, EXACT, CLINFUN)


def early_acceptance(_: Path) -> Iterator[Case]:
    """Yield the examples of the authors' own program.

    Not its two of an optimal design without early acceptance (1/7, 3/15; 8.198 patients): 0/4, 3/15 holds with 7.783.
    """
    stata = {"null": 0.1, "target": 0.4, "alpha": 0.05, "power": 0.8}
    looks, bounds = {"boundary.looks": [7, 15]}, {"boundary.futility": [1, 3], "boundary.efficacy": [3, 4]}
    args = {**stata, "kind": "delta-minimax", "max_n": 35}
    yield case("rate.early_acceptance.mander_thompson", args, {**looks, **bounds}, 0.0, STATA)
    yield case("rate.early_acceptance.mander_thompson", args, {"most_expected": 9.550}, 5e-4, STATA)
    yield case("rate.early_acceptance.mander_thompson", args, {"expected_at": [0.2, 9.202]}, 5e-4, STATA)
    yield case("rate.simon.simon", {**stata, "kind": "minimax"}, {"expected_patients": 8.934}, 5.1e-4, STATA)


def gehan(folder: Path) -> Iterator[Case]:
    """Yield the first stages of Gehan's table."""
    for row in rows(folder, "facts/design_benchmarks.csv"):
        if row["method"] == "Gehan 1961":
            target, error = (float(part.split("=")[1]) for part in row["case"].split(" rejection "))
            args, expected = {"target": target, "error": error}, {"first_stage": int(row["value"])}
            yield case("rate.gehan.gehan", args, expected, 0.0, "Gehan 1961, doi:10.1016/0021-9681(61)90060-1, table")


def whole(row: Row, *names: str) -> list[int]:
    return [int(row[name]) for name in names]


TABLES: dict[str, Callable[[Path], Iterator[Case]]] = {
    "design_simon": simon,
    "design_admissible": admissible,
    "design_single_stage": single_stage,
    "design_early_acceptance": early_acceptance,
    "design_gehan": gehan,
}


def written(value: object) -> str:
    if isinstance(value, str):
        return f'"{value}"'
    if isinstance(value, dict):
        return "{" + ", ".join(f'"{key}" = {written(one)}' for key, one in value.items()) + "}"
    return str(value)


def page(name: str, cases: Iterator[Case]) -> str:
    head = f"# Cases for topline.design ({name.removeprefix('design_')}); written by golden/extract_design.py.\n"
    return head + "".join(
        "\n[[case]]\n" + "".join(f"{key} = {written(value)}\n" for key, value in one.items()) for one in cases
    )


def main(folder: Path) -> None:
    for name, select in TABLES.items():
        (GOLDEN / f"{name}.toml").write_text(page(name, select(folder)), encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else DEFAULT)
