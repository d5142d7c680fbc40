"""A virtual trial: drawn from a protocol, a seed and a truth, as the SDTM tables of a real one."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass

import numpy as np
import polars as pl

from topline.protocol.model import Protocol
from topline.simulate.block import DOMAINS, Block
from topline.simulate.draws import Draws
from topline.simulate.patients import Patients
from topline.simulate.presets import expected_truth
from topline.simulate.subject import Cohort, draw_cohort
from topline.simulate.survival import NEVER
from topline.simulate.truth import Truth
from topline.tables.sdtm import SDTM
from topline.tables.virtual import MARK

BLOCK = 8192
"""Patients drawn at a time; it bounds the memory and does not change the result."""


@dataclass(frozen=True, slots=True)
class Trial:
    """A trial as its SDTM tables by domain, and the truth of each patient (days count from the first dose)."""

    tables: dict[str, pl.DataFrame]
    truth: pl.DataFrame


def draw_trial(
    protocol: Protocol,
    seed: int,
    truth: Truth | None = None,
    n: int | None = None,
    domains: Collection[str] | None = None,
) -> Trial:
    """Draw a virtual trial of this protocol.

    The same protocol, seed and truth give the same tables to the bit. The first patients do not depend on `n`, which
    is the planned number unless given. Without `truth`, the one expected of the study is used. Of large trials only
    some `domains` may be wanted: they are the same as those of the whole trial, and the others are not drawn. TS, which
    marks the trial as virtual, is always there. Raises ValueError for a negative seed, fewer than one patient or a
    domain that is not drawn.
    """
    truth = truth or expected_truth(protocol)
    n = protocol.population.planned if n is None else n
    wanted = _wanted(domains)
    if n < 1:
        raise ValueError(f"n {n} is not at least 1")
    draws = Draws(protocol.digest, seed)
    cohort = draw_cohort(protocol, truth.conduct, draws, n)
    parts = list(_blocks(protocol, truth, cohort, draws, wanted))
    tables = {name: pl.concat([part.tables[name] for part in parts]) for name in wanted}
    return Trial({**tables, "TS": _summary(protocol, truth, cohort, seed)}, pl.concat([part.truth for part in parts]))


def _wanted(domains: Collection[str] | None) -> tuple[str, ...]:
    """Return the domains that are drawn, in their order."""
    if domains is None:
        return tuple(DOMAINS)
    unknown = sorted(set(domains) - {*DOMAINS, "TS"})
    if unknown:
        raise ValueError(f"{', '.join(unknown)} is not one of {', '.join(DOMAINS)}")
    return tuple(name for name in DOMAINS if name in domains)


def _blocks(protocol: Protocol, truth: Truth, cohort: Cohort, draws: Draws, wanted: tuple[str, ...]) -> Iterator[Trial]:
    for first in range(0, len(cohort.zero), BLOCK):
        block = Block(protocol, truth, cohort.block(first, first + BLOCK), draws)
        tables = {name: DOMAINS[name](block) for name in wanted}
        yield Trial(tables, true_parameters(block.roster.usubjid, block.patients))


def true_parameters(usubjid: pl.Series, patients: Patients) -> pl.DataFrame:
    """Return what is true of each patient: rates of growth and kill, burden, and when things would happen."""
    tumours, latent = patients.tumours, patients.latent
    days = {
        "death_day": latent.death,
        "new_lesion_day": latent.new_lesion,
        "non_target_day": latent.non_target,
        "leaving_day": latent.leaving,
        "toxicity_day": latent.toxicity,
    }
    values = {
        "kl_per_day": tumours.kl,
        "kde_per_day": tumours.kde,
        "lam_per_day": tumours.lam,
        "burden_mm": tumours.burden,
    }
    frame = pl.DataFrame({"USUBJID": usubjid, **values, **days})
    return frame.with_columns(pl.when(pl.col(name) < NEVER).then(pl.col(name)).alias(name) for name in days)


def _summary(protocol: Protocol, truth: Truth, cohort: Cohort, seed: int) -> pl.DataFrame:
    """Return TS: the mark of a virtual trial, where it came from, and its data cut-off."""
    cutoff = np.datetime64(truth.conduct.start) + int((cohort.zero + cohort.cutoff).max())
    lines = (
        (MARK[0], "Kind of Patients", MARK[1]),
        ("TLSEED", "Seed of the Virtual Trial", str(seed)),
        ("TLTRUTH", "Truth of the Virtual Trial", truth.name),
        ("TLPROT", "Digest of the Protocol", protocol.digest),
        ("TITLE", "Trial Title", protocol.identifiers.title.en),
        ("DCUTDTC", "Data Cutoff Date", str(cutoff)),
    )
    frame = pl.DataFrame(lines, schema=["TSPARMCD", "TSPARM", "TSVAL"], orient="row")
    frame = frame.with_columns(
        pl.lit(protocol.identifiers.study).alias("STUDYID"), pl.lit("TS").alias("DOMAIN"), pl.lit(1).alias("TSSEQ")
    )
    table = SDTM["TS"]
    return table.select(frame).select([v.name for v in table.variables if v.name in frame.columns or v.core != "Perm"])
