"""One virtual trial as a folder of SDTM files, the truth beside it, marked so that nobody takes it for a real one."""

import platform
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

from topline.errors import ToplineError
from topline.exchange.encode import encode_frame
from topline.exchange.layout import SUFFIX
from topline.exchange.output import RunRecord, check_output, write_output
from topline.exchange.study_file import read_study
from topline.protocol.model import Protocol
from topline.rehearsal.plan import wanted_scenarios
from topline.rehearsal.task import slug
from topline.simulate.scenario import Scenario
from topline.simulate.scenario_text import render_scenario
from topline.simulate.trial import Trial, draw_trial
from topline.tables.sdtm import SDTM

FORMATS = ("parquet", "xpt", "csv")
SCENARIO = "expected"
PACKAGES = ("polars", "numpy")

README = """\
VIRTUAL patients: no patient of this folder exists; these are not results of a trial
====================================================================================

{study}  {title}
Scenario {scenario}: {truth}
Seed {seed}; protocol {digest}; topline {topline}, numpy {numpy}

{files}
  {truth_file:<16} what is true of each patient: rates of growth and kill, and when things would happen
                   (days from the first dose, beyond the cut-off too); empty: never
  {scenario_file:<16} the scenario, as --scenario takes it
  study.yaml       the protocol that was drawn from

The same command with the same seed gives the same files. To analyse them, in this folder:
  topline run study.yaml --data sdtm
"""


@dataclass(frozen=True, slots=True)
class Virtual:
    """What is asked for: one virtual trial of a study, its seed, scenario and format, and where to write it."""

    study: str
    out: Path | None = None
    seed: int = 1
    form: str = "parquet"
    scenario: str = SCENARIO


def write_trial(asked: Virtual) -> tuple[str, ...]:
    """Draw a virtual trial, write it to its folder, whole or not at all, and return what to tell the user.

    Raises ToplineError TL-V01 for a negative seed, and as `check_output` does for the folder.
    """
    if asked.seed < 0:
        raise ToplineError("TL-V01", where="seed", what=f"{asked.seed} is not at least 0")
    protocol, text = read_study(asked.study)
    out = asked.out or Path("out") / f"{protocol.identifiers.study.lower()}-virtual"
    check_output(out)
    (scenario,) = wanted_scenarios(protocol, (asked.scenario,))
    trial = draw_trial(protocol, asked.seed, scenario.truth)
    named = f"{slug(scenario.name)}.toml"
    files = {
        **_tables(trial, asked.form),
        "study.yaml": text.encode(),
        named: render_scenario(scenario, protocol).encode(),
    }
    readme = _readme(asked, protocol, trial, scenario)
    write_output(out, {**files, "README.txt": readme.encode()}, _record(protocol, asked))
    records = sum(frame.height for frame in trial.tables.values())
    return (
        f"{protocol.identifiers.study}  {protocol.identifiers.title.en}",
        "VIRTUAL patients: these are not results of a trial",
        f"{trial.tables['DM'].height:,} patients, {records:,} records in {len(trial.tables)} domains "
        f"({asked.form}); scenario {scenario.name}, seed {asked.seed}",
        f"Written: {out}, with the truth of each patient in {_truth_file(asked.form)}",
    )


def _tables(trial: Trial, form: str) -> dict[str, bytes]:
    """Return the files of the domains in `sdtm/`, and that of the truth beside it."""
    tables = {
        f"sdtm/{name.lower()}.{SUFFIX[form]}": encode_frame(frame, form, SDTM.get(name))
        for name, frame in trial.tables.items()
    }
    return tables | {_truth_file(form): encode_frame(trial.truth, "parquet" if form == "parquet" else "csv")}


def _truth_file(form: str) -> str:
    return "truth.parquet" if form == "parquet" else "truth.csv"


def _readme(asked: Virtual, protocol: Protocol, trial: Trial, scenario: Scenario) -> str:
    lines = (
        f"  sdtm/{name.lower() + '.' + SUFFIX[asked.form]:<11} {SDTM[name].label}, {frame.height:,} records"
        for name, frame in trial.tables.items()
    )
    return README.format(
        study=protocol.identifiers.study,
        title=protocol.identifiers.title.en,
        scenario=scenario.name,
        truth=scenario.truth.name,
        seed=asked.seed,
        digest=protocol.digest,
        topline=version("topline"),
        numpy=version("numpy"),
        files="\n".join(lines),
        truth_file=_truth_file(asked.form),
        scenario_file=f"{slug(scenario.name)}.toml",
    )


def _record(protocol: Protocol, asked: Virtual) -> RunRecord:
    return RunRecord(
        version=version("topline"),
        study=protocol.identifiers.study,
        protocol_digest=protocol.digest,
        data_digest=f"virtual, seed {asked.seed}, scenario {asked.scenario}",
        virtual=True,
        seed=asked.seed,
        packages={name: version(name) for name in PACKAGES} | {"python": platform.python_version()},
    )
