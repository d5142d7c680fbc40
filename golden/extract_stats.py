"""Select cases from the reference tables of R (shared/golden/rstats) and write them as golden/*.toml.

Run from the repository: python golden/extract_stats.py [FOLDER]. FOLDER is rstats; the default is the folder `shared`
beside the repository. The R script that made each table stands beside it and is named in the case's source.
"""

import csv
import math
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

GOLDEN = Path(__file__).resolve().parent
DEFAULT = GOLDEN.parents[1] / "shared" / "golden" / "rstats"
Row = dict[str, str]
Case = dict[str, object]

BASE = "R 4.2.2"
SURVIVAL = "R 4.2.2, survival 3.5-3; g05_survival.R"
EXACT = 1e-8
ITERATED = 1e-8

METHODS = {
    "binom.test(Clopper-Pearson)": ("clopper_pearson", f"{BASE}, binom.test; g03_binom_ci.R"),
    "binom:wilson": ("wilson", f"{BASE}, binom 1.1-1.1; g03_binom_ci.R"),
    "Jeffreys(central,boundary-adjusted)": ("jeffreys", f"{BASE}, qbeta; g03_binom_ci.R"),
    "mid-p(uniroot)": ("mid_p", f"{BASE}, uniroot on pbinom; g03_binom_ci.R"),
}
SIZES = ("14", "43", "10000")
KINDS = {"plain": "plain", "log": "log", "log-log": "log-log", "logit": "logit", "arcsin": "arcsine"}
COX_COLUMNS = {"ovarian": ["age", "rx", "resid.ds", "ecog.ps"], "lung35_sex": ["sex"]}


def number(text: str) -> float:
    return float(text) if text not in ("", "NA") else math.nan


def rows(folder: Path, name: str) -> list[Row]:
    with (folder / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def columns(table: list[Row], names: Iterable[str]) -> list[list[float]]:
    return [[number(row[name]) for row in table] for name in names]


class Data:
    """The data sets that the tables were computed from, small ones only."""

    def __init__(self, folder: Path) -> None:
        self.tables = {name: rows(folder, f"data_{name}.csv") for name in ("ovarian", "lung35", "mgus2_cr35")}

    def survival(self, name: str, stratum: str) -> dict[str, list[float]]:
        """Return time, event and group of a data set, or of one stratum such as g=1."""
        names = {"ovarian": ("futime", "fustat", "rx"), "lung35": ("time", "status01", "sex")}[name]
        subjects = list(zip(*columns(self.tables[name], names), strict=True))
        if stratum != "all":
            subjects = [s for s in subjects if s[2] == float(stratum.split("=")[1])]
        time, event, group = (list(part) for part in zip(*subjects, strict=True))
        return {"time": time, "event": event, "group": group}

    def curve(self, row: Row) -> Case:
        data = self.survival(row["data"], row["stratum"])
        return {"time": data["time"], "event": data["event"]}

    def competing(self, stratum: str) -> Case:
        table = [r for r in self.tables["mgus2_cr35"] if stratum == "all" or r["sex"] == stratum.split("=")[1]]
        time, event = columns(table, ("etime", "event"))
        return {"time": time, "event": event}


def case(call: str, args: Case, expected: Case, source: str, tolerance: float = EXACT) -> Case:
    return {
        "call": call,
        "args": args,
        "expected": expected,
        "tolerance": tolerance,
        "source": source,
        "kind": "software",
    }


def proportion(folder: Path) -> Iterator[Case]:
    for row in rows(folder, "binom_ci.csv"):
        if row["method"] in METHODS and row["n"] in SIZES:
            name, source = METHODS[row["method"]]
            args: Case = {"events": int(row["x"]), "n": int(row["n"]), "confidence": number(row["conf"])}
            limits: Case = {key: number(row[key]) for key in ("lower", "upper")}
            yield case(f"proportion.{name}", args, limits, source)


def two_stage(folder: Path) -> Iterator[Case]:
    source = f"{BASE}, direct computation beside clinfun 1.1.5; g04_two_stage_inference.R"
    for row in rows(folder, "two_stage_inference.csv"):
        design = [int(row[key]) for key in ("n1", "r1", "n", "r")]
        if design not in ([13, 3, 43, 12], [10, 1, 29, 5]) or row["k"] not in ("1", "3", "5", "8", "13", "20"):
            continue
        args: Case = {"design": design, "responses": int(row["k"])}
        p: Case = {"": number(row["p_ref"])}
        yield case("inference.p", {**args, "null": number(row["p0"])}, p, source)
        yield case(
            "inference.umvue",
            args,
            {"": number(row["umvue_clinfun"])},
            f"{BASE}, clinfun 1.1.5; g04_two_stage_inference.R",
        )
        for level in ("90", "95"):
            limits: Case = {"lower": number(row[f"lcl{level}_ref"]), "upper": number(row[f"ucl{level}_ref"])}
            limits["estimate"] = number(row["median_unbiased_ref"])
            yield case("inference.koyama_chen", {**args, "confidence": int(level) / 100}, limits, source)


def kaplan_meier(folder: Path) -> Iterator[Case]:
    data = Data(folder)
    for row in rows(folder, "km_quantiles.csv"):
        if row["data"] == "ovarian" and row["prob"] == "0.5":
            args = {**data.curve(row), "share": number(row["prob"])}
            args |= {"kind": KINDS[row["conf.type"]], "confidence": number(row["conf"])}
            limits: Case = {"estimate": number(row["quantile"])}
            limits |= {key: number(row[key]) for key in ("lower", "upper")}
            yield case("quantile.survival_quantile", args, limits, SURVIVAL)
    for row in rows(folder, "km_fixed_time.csv"):
        if row["data"] == "lung35" and row["stratum"] == "all" and number(row["conf"]) == 0.95:
            args = {**data.curve(row), "times": [number(row["time"])], "kind": KINDS[row["conf.type"]]}
            at: Case = {"survival.estimate": [number(row["surv"])], "n_risk": [number(row["n.risk"])]}
            at |= {"standard_error": [number(row["std.err"])]}
            at |= {f"survival.{key}": [number(row[key])] for key in ("lower", "upper")}
            yield case("kaplan_meier.survival_at", args, at, SURVIVAL)
    for row in rows(folder, "km_rmst.csv"):
        if row["data"] != "lung":
            args = {**data.curve(row), "horizon": number(row["tau"]), "extend": True}
            mean: Case = {"mean.estimate": number(row["rmean"]), "standard_error": number(row["se"])}
            yield case("restricted_mean.restricted_mean", args, mean, SURVIVAL)
    for row in rows(folder, "km_reverse_followup.csv"):
        if row["data"] != "lung":
            args = {**data.curve({**row, "stratum": "all"}), "kind": row["conf.type"]}
            limits = {
                "estimate": number(row["median_fu"]),
                "lower": number(row["lower"]),
                "upper": number(row["upper"]),
            }
            yield case("quantile.median_follow_up", args, limits, SURVIVAL)


def logrank(folder: Path) -> Iterator[Case]:
    table = rows(folder, "logrank.csv")
    for name in ("ovarian", "lung35"):
        for rho in ("0", "1"):
            groups = [row for row in table if row["data"] == name and row["rho"] == rho]
            args = {**Data(folder).survival(name, "all"), "rho": number(rho)}
            expected: Case = {"observed": [number(row["obs"]) for row in groups]}
            expected |= {"expected": [number(row["exp"]) for row in groups]}
            expected |= {"chi_square": number(groups[0]["chisq"]), "p": number(groups[0]["p"])}
            yield case("logrank.log_rank", args, expected, SURVIVAL)


def cox(folder: Path) -> Iterator[Case]:
    data, terms = Data(folder), rows(folder, "cox_coef.csv")
    for row in rows(folder, "cox_model.csv"):
        if row["model"] not in COX_COLUMNS or row["ties"] == "exact":
            continue
        name = row["model"].removesuffix("_sex")
        x = list(zip(*columns(data.tables[name], COX_COLUMNS[row["model"]]), strict=True))
        args: Case = {**data.survival(name, "all"), "covariates": [list(line) for line in x], "ties": row["ties"]}
        del args["group"]
        own = [term for term in terms if (term["model"], term["ties"]) == (row["model"], row["ties"])]
        names = {"coef": "coefficient", "se": "standard_error", "p": "p"}
        names |= {"hr_lower": "hazard_ratio.lower", "hr_upper": "hazard_ratio.upper"}
        expected: Case = {key: [number(term[column]) for term in own] for column, key in names.items()}
        expected |= {"log_likelihood_null": number(row["loglik0"]), "log_likelihood": number(row["loglik1"])}
        expected |= {"likelihood_ratio.statistic": number(row["lrt"]), "wald.statistic": number(row["wald"])}
        expected |= {"score.statistic": number(row["score"])}
        yield case("cox.cox", args, expected, SURVIVAL + ", eps=1e-11", ITERATED)


def incidence(folder: Path) -> Iterator[Case]:
    data = Data(folder)
    source = "R 4.2.2, survival 3.5-3; g06_cmprsk.R"
    table = [row for row in rows(folder, "cr_aalen_johansen.csv") if row["time"] == "120" and row["state"] != "(s0)"]
    for stratum in ("all", "sex=F", "sex=M"):
        for kind in ("log", "log-log", "plain"):
            pair = [row for row in table if row["stratum"] == stratum and row["conf.type"] == kind]
            args = {**data.competing(stratum), "times": [120.0], "kind": kind, "extend": True}
            expected: Case = {"estimate": [[number(row["est"]) for row in pair]]}
            expected |= {key: [[number(row[key]) for row in pair]] for key in ("lower", "upper")}
            yield case("incidence.incidence_at", args, expected, source)


TABLES = {f.__name__: f for f in (proportion, two_stage, kaplan_meier, logrank, cox, incidence)}


def toml(value: object) -> str:
    """Write a value as TOML, floats with all their digits."""
    if isinstance(value, dict):
        return "{" + ", ".join(f'"{key}" = {toml(inner)}' for key, inner in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(toml, value)) + "]"
    if isinstance(value, bool):
        return str(value).lower()
    return f'"{value}"' if isinstance(value, str) else repr(value)


def page(name: str, cases: Iterable[Case]) -> str:
    """Return the text of one file of cases."""
    place = "topline.protocol.rule.inference" if name == "two_stage" else "topline.stats"
    head = f"# Selected cases for {place} ({name}); written by golden/extract_stats.py from shared/golden/rstats.\n"
    blocks = ["\n[[case]]\n" + "".join(f"{key} = {toml(value)}\n" for key, value in c.items()) for c in cases]
    return head + "".join(blocks)


def main() -> None:
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else DEFAULT
    for name, select in TABLES.items():
        (GOLDEN / f"{name}.toml").write_text(page(name, select(folder)), encoding="utf-8")


if __name__ == "__main__":
    main()
