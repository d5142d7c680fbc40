"""CPU seconds and peak memory from SDTM to ADRS and ADTTE: from recorded responses, and from lesion measurements.

Run: python benchmarks/derive.py [--subjects 1000 10000 50000] [--write]. Virtual patients of an example study are
drawn from one seed; each measurement runs in a fresh process, which reads the tables before the clock starts. Beside it
runs a plain pandas version (derive_pandas.py) of confirmed best response, PFS and OS; before anything is timed both are
checked to give the same answers. Without pandas its lines are left out, and the output says so. `--write` puts the
table into docs/benchmarks.md.
"""

import argparse
import importlib.util
import json
import multiprocessing
import platform
import resource
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from topline.adam.response import derive_response
from topline.adam.subject import derive_subjects, domain, flag_sets
from topline.adam.survival import derive_survival
from topline.adam.tumor import derive_tumors
from topline.adam.tumor_rows import flag_scans
from topline.exchange.study_file import read_study
from topline.protocol.model import Protocol
from topline.simulate.trial import draw_trial

SEED, SIZES = 20260706, (1_000, 10_000, 50_000)
STUDY = "nct02976896"
DOMAINS = ("TU", "TR", "RS")
PAGE = Path(__file__).resolve().parents[1] / "docs" / "benchmarks.md"
BEGIN, END = "<!-- derive: begin -->", "<!-- derive: end -->"
ROUTES = {"responses": "RS → ADRS + ADTTE", "lesions": "TU/TR → ADRS + ADTTE"}
KINDS = ("topline", "pandas")
KEYS = ["USUBJID"]


@dataclass(frozen=True)
class Measured:
    """What one derivation took: CPU seconds, peak memory of its process, memory before it [MiB], rows made."""

    kind: str
    route: str
    subjects: int
    seconds: float
    peak: float
    before: float
    rows: int


def draw(pipe: Connection, folder: Path, subjects: int) -> None:
    """Write the tables of a virtual trial, and its ADSL, into a folder, and send their numbers of rows."""
    protocol, _ = read_study(STUDY)
    tables = draw_trial(protocol, SEED, n=subjects).tables
    derive_subjects(tables, protocol)[0].write_parquet(folder / "ADSL.parquet")
    for name in DOMAINS:
        tables[name].write_parquet(folder / f"{name}.parquet")
    pipe.send({name: tables[name].height for name in DOMAINS})


def read(folder: Path) -> dict[str, pl.DataFrame]:
    return {name: pl.read_parquet(folder / f"{name}.parquet") for name in (*DOMAINS, "ADSL")}


def with_topline(tables: dict[str, pl.DataFrame], protocol: Protocol, route: str) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return ADRS and ADTTE as a run derives them, findings and records included."""
    adsl, tumors, criteria = tables["ADSL"], None, protocol.criteria.response
    rs = domain(tables, "RS")
    if route == "lesions":
        places = (
            adsl.select("STUDYID", "USUBJID", "STARTDT").with_row_index("S").with_columns(pl.col("S").cast(pl.Int64))
        )
        tumors = derive_tumors(domain(tables, "TU"), domain(tables, "TR"), places, criteria)
        rs = rs.clear()
    adsl = flag_sets(flag_scans(adsl, tumors, rs, criteria)[0], protocol)
    adrs, _ = derive_response(adsl, rs, tumors, protocol)
    return adrs, derive_survival(adsl, adrs, protocol)[0]


def pandas_tables(tables: dict[str, pl.DataFrame]) -> dict[str, Any]:
    """Return the tables as pandas frames, made without Arrow."""
    import pandas as pd

    dates = {"STARTDT", "DTHDT", "LSTALVDT", "NEWTXDT"}
    wanted = {
        "ADSL": ["USUBJID", *sorted(dates)],
        "RS": ["USUBJID", "RSTESTCD", "RSSTRESC", "RSEVAL", "RSDTC"],
        "TU": ["USUBJID", "TULNKID", "TUSTRESC", "TULOC"],
        "TR": ["USUBJID", "TRLNKID", "TRSTRESC", "TRSTRESN", "TRSTAT", "VISITNUM", "TRDTC"],
    }
    full = {name: domain(tables, name) if name != "ADSL" else tables[name] for name in wanted}
    frames = {
        name: pd.DataFrame({each: full[name][each].to_list() for each in names}) for name, names in wanted.items()
    }
    for name in dates:
        frames["ADSL"][name] = pd.to_datetime(frames["ADSL"][name])
    return frames


def with_pandas(frames: dict[str, Any], protocol: Protocol, route: str) -> Any:
    """Return confirmed best response, PFS and OS by plain pandas."""
    from derive_pandas import from_lesions, from_responses

    minimum = protocol.criteria.response.stable_minimum_days
    if route == "lesions":
        return from_lesions(frames["TU"], frames["TR"], frames["ADSL"], minimum)
    return from_responses(frames["RS"], frames["ADSL"], minimum)


def answers(adrs: pl.DataFrame, adtte: pl.DataFrame, people: list[str]) -> list[tuple[Any, ...]]:
    """Return what both versions derive, as rows in the order of the subjects."""
    best = dict(adrs.filter(pl.col("PARAMCD") == "CBOR").select("USUBJID", "AVALC").iter_rows())
    times = {row[:2]: row[2:] for row in adtte.select("USUBJID", "PARAMCD", "AVAL", "CNSR").iter_rows()}
    return [(subject, best[subject], *times[subject, "PFS"], *times[subject, "OS"]) for subject in people]


def check_same(pipe: Connection, folder: Path, route: str) -> None:
    """Stop where the two versions differ for any subject; send the number of subjects compared."""
    protocol, _ = read_study(STUDY)
    tables = read(folder)
    started = tables["ADSL"].filter(pl.col("STARTDT").is_not_null())
    theirs = with_pandas(pandas_tables(tables), protocol, route)
    theirs = theirs[theirs["USUBJID"].isin(started["USUBJID"].to_list())]
    ours = answers(*with_topline(tables, protocol, route), theirs["USUBJID"].to_list())
    plain = [tuple(row) for row in theirs.itertuples(index=False)]
    wrong = [(one, other) for one, other in zip(ours, plain, strict=True) if one != other]
    if wrong:
        raise SystemExit(f"{route}: {len(wrong)} of {len(ours)} subjects differ, first {wrong[0]}")
    pipe.send({"subjects": len(ours)})


def mebibytes() -> float:
    """Return the peak memory of this process so far."""
    scale = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * scale / 2**20


def measure(pipe: Connection, folder: Path, kind: str, route: str) -> None:
    """Derive once in this process and send what it took."""
    protocol, _ = read_study(STUDY)
    tables: Any = read(folder)
    subjects = tables["ADSL"].height
    if kind == "pandas":
        tables = pandas_tables(tables)
    before, start = mebibytes(), time.process_time()
    made = with_topline(tables, protocol, route) if kind == "topline" else (with_pandas(tables, protocol, route),)
    spent = time.process_time() - start
    pipe.send(asdict(Measured(kind, route, subjects, spent, mebibytes(), before, sum(map(len, made)))))


def apart(work: Callable[..., None], *arguments: Any) -> dict[str, Any]:
    """Run a function in a fresh process and return what it sends."""
    context = multiprocessing.get_context("spawn")
    here, there = context.Pipe(duplex=False)
    process = context.Process(target=work, args=(there, *arguments))
    process.start()
    there.close()
    try:
        sent: dict[str, Any] = here.recv()
    except EOFError:
        raise SystemExit(f"{work.__name__} {arguments} failed") from None
    finally:
        process.join()
    return sent


def measure_all(sizes: list[int], kinds: list[str]) -> list[Measured]:
    """Measure every route and kind at every size, one after the other."""
    out = []
    for subjects in sizes:
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            records = apart(draw, folder, subjects)
            print(
                f"{subjects:>8,} subjects: " + ", ".join(f"{count:,} {name}" for name, count in records.items()),
                flush=True,
            )
            for route in ROUTES if "pandas" in kinds else ():
                same = apart(check_same, folder, route)["subjects"]
                print(f"{same:>8,} subjects: both versions agree, {ROUTES[route]}", flush=True)
            for route in ROUTES:
                for kind in kinds:
                    out.append(Measured(**apart(measure, folder, kind, route)))
                    print(line(out[-1]), flush=True)
    return out


def line(each: Measured) -> str:
    return (
        f"{each.subjects:>8,} subjects  {ROUTES[each.route]:<24}{each.kind:<9}{each.seconds:8.2f} CPU s"
        f"{each.peak:8.0f} MiB peak ({each.before:.0f} before){each.rows:>12,} rows"
    )


def table(measured: list[Measured]) -> str:
    """Return the measurements as a Markdown table."""
    rows = ["| subjects | from | topline: CPU s | peak MiB | pandas: CPU s | peak MiB |", "|--:|---|--:|--:|--:|--:|"]
    found = {(each.subjects, each.route, each.kind): each for each in measured}
    for subjects in sorted({each.subjects for each in measured}):
        for route, name in ROUTES.items():
            cells = [found.get((subjects, route, kind)) for kind in KINDS]
            text = " | ".join("– | –" if each is None else f"{each.seconds:.2f} | {each.peak:.0f}" for each in cells)
            rows.append(f"| {subjects:,} | {name} | {text} |")
    versions = f"Python {platform.python_version()}, Polars {pl.__version__}, NumPy {np.__version__}"
    return "\n".join([*rows, "", f"{versions}; {STUDY}, seed {SEED}."])


def write(text: str) -> None:
    """Put the table between its marks in docs/benchmarks.md."""
    page = PAGE.read_text("utf-8")
    head, _, rest = page.partition(BEGIN)
    _, _, tail = rest.partition(END)
    PAGE.write_text(f"{head}{BEGIN}\n{text}\n{END}{tail}", "utf-8")


def main() -> None:
    """Read the command line, measure, print, and write the page where asked."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--subjects", type=int, nargs="+", default=list(SIZES), help="numbers of patients")
    parser.add_argument("--json", type=Path, help="also write the measurements here")
    parser.add_argument("--write", action="store_true", help="put the table into docs/benchmarks.md")
    options = parser.parse_args()
    kinds = list(KINDS)
    if importlib.util.find_spec("pandas") is None:
        print("pandas is not installed: its lines are left out")
        kinds.remove("pandas")
    measured = measure_all(options.subjects, kinds)
    if options.json:
        options.json.write_text(json.dumps([asdict(each) for each in measured], indent=1), "utf-8")
    if options.write:
        write(table(measured))


if __name__ == "__main__":
    main()
