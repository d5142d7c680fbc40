"""Many virtual trials as one stack of SDTM tables, drawn by chunks of a fixed size.

A chunk is a pure function of protocol, truth, seed, scenario and number of the chunk. Which worker draws it, when, and
what else is drawn makes no difference to its tables.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass

import numpy as np
import polars as pl

from topline.protocol.model import Protocol
from topline.simulate.block import DOMAINS, Block
from topline.simulate.draws import Draws, name_words
from topline.simulate.subject import Cohort, draw_cohorts
from topline.simulate.trial import Trial, true_parameters
from topline.simulate.truth import Truth
from topline.tables.sdtm import SDTM
from topline.tables.virtual import MARK

CHUNK = 250
"""Trials of a chunk. It is part of the seed: another size gives other trials. 250 trials of 43 patients take less than
400 MiB, and are so many that what a table costs once hardly counts."""

EFFICACY = ("DM", "EX", "CM", "DS", "TU", "TR", "RS", "SS")
"""The domains that response, progression and survival are derived from; RS, where the protocol analyses it.

Last known alive is the latest date of any domain: of patients lost to follow-up the whole trial has later dates in few
cases (adverse events, visits), which moves the censoring of overall survival by days.
"""


def efficacy_domains(protocol: Protocol) -> tuple[str, ...]:
    """Return the domains of EFFICACY without RS where response is derived from lesions.

    Virtual responses are recorded at the scans at which lesions are measured: RS then says nothing that is analysed.
    """
    lesions = protocol.criteria.response.source == "lesions"
    return tuple(name for name in EFFICACY if name != "RS" or not lesions)


@dataclass(frozen=True, slots=True)
class Chunk:
    """Which trials: the seed, the name of the scenario, and the number of the chunk in it, from 0."""

    seed: int
    scenario: str
    number: int

    def __post_init__(self) -> None:
        if self.number < 0:
            raise ValueError(f"chunk {self.number} is negative")

    @property
    def first(self) -> int:
        """The number of the first trial of the chunk, from 1 over all chunks."""
        return self.number * CHUNK + 1

    def draws(self, digest: str) -> Draws:
        """Return the source of random numbers of this chunk for the protocol of this digest."""
        return Draws(digest, self.seed, (*name_words(self.scenario)[:2], self.number))


def draw_stack(
    protocol: Protocol, truth: Truth, key: Chunk, trials: int = CHUNK, domains: Collection[str] | None = None
) -> Trial:
    """Draw the first `trials` trials of a chunk, with the planned number of patients each, as one stack of tables.

    STUDYID of the k-th trial over all chunks is that of the protocol, a hyphen and k with at least five digits. The
    first trials do not depend on how many follow, nor a table on which others are drawn, with one exception: without
    AE, CM holds new anti-cancer therapy alone, as other medication follows from events. TS is always there. Without
    `domains`, those that efficacy needs are drawn.

    Raises ValueError for a number of trials outside 1 to CHUNK, and for a domain that is not drawn.
    """
    if not 1 <= trials <= CHUNK:
        raise ValueError(f"trials {trials} is not one of 1 to {CHUNK}, the size of a chunk")
    writers = _writers(efficacy_domains(protocol) if domains is None else domains)
    studies = tuple(f"{protocol.identifiers.study}-{key.first + place:05d}" for place in range(trials))
    draws = key.draws(protocol.digest)
    cohort = draw_cohorts(protocol, truth.conduct, draws, trials)
    block = Block(protocol, truth, cohort, draws, studies)
    tables = {name: write(block) for name, write in writers.items()}
    true = true_parameters(block.roster.usubjid, block.patients).insert_column(0, block.roster.studyid.alias("STUDYID"))
    return Trial({**tables, "TS": _summary(block, key)}, true)


def _writers(domains: Collection[str]) -> Mapping[str, Callable[[Block], pl.DataFrame]]:
    """Return what writes each wanted domain, in the order of domains."""
    unknown = sorted(set(domains) - {*DOMAINS, "TS"})
    if unknown:
        raise ValueError(f"{', '.join(unknown)} is not one of {', '.join(DOMAINS)}")
    writers = {name: write for name, write in DOMAINS.items() if name in domains}
    if "CM" in writers and "AE" not in writers:
        writers["CM"] = lambda block: block.medication.new_therapy()
    return writers


def _summary(block: Block, key: Chunk) -> pl.DataFrame:
    """Return TS of each trial: the mark of a virtual trial, where it came from, and its data cut-off."""
    protocol, truth = block.protocol, block.truth
    cutoffs = _cutoffs(block.cohort, np.datetime64(truth.conduct.start))
    shared = {
        MARK[0]: ("Kind of Patients", MARK[1]),
        "TLSEED": ("Seed of the Virtual Trial", str(key.seed)),
        "TLSCEN": ("Scenario of the Virtual Trial", key.scenario),
        "TLTRUTH": ("Truth of the Virtual Trial", truth.name),
        "TLPROT": ("Digest of the Protocol", protocol.digest),
        "TITLE": ("Trial Title", protocol.identifiers.title.en),
    }
    lines = [
        (study, code, *texts)
        for study, cutoff in zip(block.studies, cutoffs, strict=True)
        for code, texts in {**shared, "DCUTDTC": ("Data Cutoff Date", cutoff)}.items()
    ]
    frame = pl.DataFrame(lines, schema=["STUDYID", "TSPARMCD", "TSPARM", "TSVAL"], orient="row")
    frame = frame.with_columns(pl.lit("TS").alias("DOMAIN"), pl.lit(1).alias("TSSEQ"))
    table = SDTM["TS"]
    return table.select(frame).select([v.name for v in table.variables if v.name in frame.columns or v.core != "Perm"])


def _cutoffs(cohort: Cohort, start: np.datetime64) -> list[str]:
    """Return the date of the cut-off of each trial."""
    _, first = np.unique(cohort.trial, return_index=True)
    return [str(start + int(day)) for day in (cohort.zero + cohort.cutoff)[first]]
