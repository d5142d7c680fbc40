"""ADRS: overall response per visit, best response and everything that follows from it, per subject.

RECIST 1.1 (doi:10.1016/j.ejca.2008.10.026) from lesion measurements, or from the assessor's own responses in RS;
where both exist both are kept and every disagreement is a finding.
"""

from collections.abc import Collection

import numpy as np
import polars as pl

from topline.adam import irecist
from topline.adam.assessments import Assessments, after_complete, from_lesions, from_records, pick_source
from topline.adam.recist import NN, WORDS, Mask, baseline_sum
from topline.adam.response_parameters import FAR, FLAGS, Days, Ints, judge, judge_immune
from topline.adam.response_rows import (
    COLUMNS,
    Subjects,
    death_rows,
    finished,
    measurable_rows,
    subject_rows,
    subjects_of,
)
from topline.adam.sizes import NON_TARGET, TARGET
from topline.adam.tumor import Tumors
from topline.protocol.model import Protocol
from topline.tables.adam import RESPONSE_PARAMETERS
from topline.tables.findings import join_findings

IMMUNE = frozenset({"IOVR", "IBOR", "IPD"})


def derive_response(
    adsl: pl.DataFrame,
    rs: pl.DataFrame,
    tumors: Tumors | None,
    protocol: Protocol,
    parameters: Collection[str] = tuple(RESPONSE_PARAMETERS),
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return ADRS and findings, for the subjects of ADSL in its order.

    `rs` holds the recorded responses, `tumors` the judged lesions (None where there are none). Of many trials only some
    `parameters` may be wanted; PD is always there, as the flag of what comes after it needs it.
    """
    criteria = protocol.criteria.response
    subjects = subjects_of(adsl, subject_days(adsl, protocol))
    recorded, found = from_records(rs, subjects.frame.select("S", "STUDYID", "USUBJID"), criteria)
    taken, found_complete = after_complete(recorded, criteria)
    measured = None if tumors is None or tumors.visits.is_empty() else from_lesions(tumors)
    analysed, found_source = pick_source(taken, measured, criteria, subjects.frame["STUDYID"])
    wanted = {*parameters, "PD"}
    visits = [analysed.rows("OVR")] if "OVR" in wanted else []
    if "OVRASSD" in wanted:
        visits.append(_recorded_rows(recorded, measured, taken is not recorded))
    without_target = _without_target(analysed, tumors)
    values = judge(analysed, subjects.days, without_target, criteria, protocol.landmark)
    frames = [subject_rows(each, analysed, subjects) for each in values if each.name in wanted]
    if tumors is not None and measured is not None:
        visits += _by_visit(tumors, measured, wanted)
        frames += _immune(tumors, measured, subjects, protocol) if criteria.irecist and wanted & IMMUNE else []
    frames += [each.select(COLUMNS) for each in visits]
    frames += [measurable_rows(tumors, subjects)] if "MDIS" in wanted else []
    frames += [death_rows(subjects)] if "DEATH" in wanted else []
    found = join_findings(found, found_complete, found_source)
    return finished(pl.concat(frames, rechunk=True), subjects, criteria), found


def _recorded_rows(recorded: Assessments, measured: Assessments | None, changed: bool) -> pl.DataFrame:
    """Return the recorded responses of the studies where others are, or may be, analysed beside them."""
    rows = recorded.rows("OVRASSD")
    if changed:
        return rows
    if measured is None:
        return rows.clear()
    return rows.filter(pl.col("STUDYID").is_in(measured.frame["STUDYID"].unique().implode()))


def subject_days(adsl: pl.DataFrame, protocol: Protocol) -> Days:
    """Return the days of each subject, in the order of ADSL."""
    reference = "TRTSDT" if protocol.criteria.response.stable_reference == "first dose" else "STARTDT"
    return Days(
        start=_days(adsl, "STARTDT"),
        reference=_days(adsl, reference),
        death=_days(adsl, "DTHDT"),
        new_therapy=_days(adsl, "NEWTXDT"),
    )


def _days(adsl: pl.DataFrame, column: str) -> Ints:
    return adsl[column].cast(pl.Date).to_physical().cast(pl.Int64).fill_null(int(FAR)).to_numpy()


def _by_visit(tumors: Tumors, measured: Assessments, wanted: Collection[str]) -> list[pl.DataFrame]:
    """Return rows of overall, target, non-target and new-lesion response per visit."""
    judged = tumors.assessment
    values = (
        ("TRGRESP", judged.target, WORDS),
        ("NTRGRESP", judged.non_target, WORDS),
        ("NEWLPROG", tumors.arrays.new, FLAGS),
    )
    overall = [measured.rows("OVRLESN")] if "OVRLESN" in wanted else []
    parts = (measured.rows(name, measured.at_rows(code), words) for name, code, words in values if name in wanted)
    return [*overall, *parts]


def _without_target(analysed: Assessments, tumors: Tumors | None) -> Mask:
    """Return which subjects have non-target disease only: by their lesions, else by a response that says so."""
    said: Mask = (analysed.response == NN).any(axis=1)
    if tumors is None or tumors.readings.lesions.is_empty():
        return said
    groups = tumors.readings.lesions.group_by("S").agg(
        (pl.col("GROUP") == TARGET).any().alias("T"), (pl.col("GROUP") == NON_TARGET).any().alias("N")
    )
    said[groups["S"].to_numpy()] = (groups["N"] & ~groups["T"]).to_numpy()
    return said


def _immune(tumors: Tumors, measured: Assessments, subjects: Subjects, protocol: Protocol) -> list[pl.DataFrame]:
    """Return rows of the immune response per visit, its best value and its progression."""
    immune = irecist.assess_immune(baseline_sum(tumors.arrays), tumors.assessment, tumors.growth)
    values = judge_immune(immune, measured.day, subjects.days, protocol.criteria.response)
    at = measured.rows("IOVR", measured.at_rows(immune.response.astype(np.int8)), irecist.IWORDS)
    return [at.select(COLUMNS), *(subject_rows(each, measured, subjects) for each in values)]
