"""A virtual trial: drawn from a protocol, a seed and a truth, as the SDTM tables of a real one."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import polars as pl

from topline.protocol.model import Protocol
from topline.simulate.course import follow
from topline.simulate.draws import Draws
from topline.simulate.exposure import Clock, ExposureRecorder
from topline.simulate.patients import Patients, draw_patients
from topline.simulate.presets import expected_truth
from topline.simulate.records import roster
from topline.simulate.safety import SafetyRecorder
from topline.simulate.scans import draw_scans
from topline.simulate.subject import Cohort, draw_cohort
from topline.simulate.subject_records import SubjectRecorder
from topline.simulate.survival import NEVER
from topline.simulate.truth import Truth
from topline.simulate.tumour_records import TumourRecorder
from topline.tables.sdtm import SDTM
from topline.tables.virtual import MARK

BLOCK = 8192
"""Patients drawn at a time; it bounds the memory and does not change the result."""


@dataclass(frozen=True, slots=True)
class Trial:
    """A trial as its SDTM tables by domain, and the truth of each patient (days count from the first dose)."""

    tables: dict[str, pl.DataFrame]
    truth: pl.DataFrame


def draw_trial(protocol: Protocol, seed: int, truth: Truth | None = None, n: int | None = None) -> Trial:
    """Draw a virtual trial of this protocol.

    The same protocol, seed and truth give the same tables to the bit. The first patients do not depend on `n`, which
    is the planned number unless given. Without `truth`, the one expected of the study is used. Raises ValueError for a
    negative seed or fewer than one patient.
    """
    truth = truth or expected_truth(protocol)
    n = protocol.population.planned if n is None else n
    if n < 1:
        raise ValueError(f"n {n} is not at least 1")
    draws = Draws(protocol.digest, seed)
    cohort = draw_cohort(protocol, truth.conduct, draws, n)
    parts = list(_blocks(protocol, truth, cohort, draws))
    tables = {name: pl.concat([part.tables[name] for part in parts]) for name in parts[0].tables}
    return Trial({**tables, "TS": _summary(protocol, truth, cohort, seed)}, pl.concat([part.truth for part in parts]))


def _blocks(protocol: Protocol, truth: Truth, cohort: Cohort, draws: Draws) -> Iterator[Trial]:
    for first in range(0, len(cohort.zero), BLOCK):
        yield _block(protocol, truth, cohort.block(first, first + BLOCK), draws)


def _block(protocol: Protocol, truth: Truth, cohort: Cohort, draws: Draws) -> Trial:
    patients = draw_patients(protocol, truth, cohort, draws)
    scans = draw_scans(truth, protocol.schedule, patients, draws)
    course = follow(protocol, truth, patients, scans, draws)
    clock = Clock(truth.conduct, patients, course, draws)
    cycles = clock.dosing("trial", protocol.schedule.cycle_days)
    names = roster(protocol.identifiers.study, truth.conduct.start, cohort)
    tumour = TumourRecorder(names, truth.disease, patients, scans, course)
    subject = SubjectRecorder(names, protocol, patients, course)
    safety = SafetyRecorder(names, truth, patients, course)
    exposure = ExposureRecorder(protocol, names, clock, cycles).exposure()
    tables = {
        "DM": subject.demographics(exposure),
        "SV": subject.visits(scans, cycles),
        "EX": exposure,
        "CM": safety.medication(draws),
        "AE": safety.adverse_events(draws),
        "DS": subject.disposition(),
        "QS": subject.performance(),
        "TU": tumour.identified(),
        "TR": tumour.measured(),
        "RS": tumour.assessed(),
        "SS": subject.status(),
    }
    return Trial(tables, _true_parameters(names.usubjid, patients))


def _true_parameters(usubjid: pl.Series, patients: Patients) -> pl.DataFrame:
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
    cutoff = np.datetime64(truth.conduct.start) + int((cohort.zero + cohort.cutoff)[0])
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
