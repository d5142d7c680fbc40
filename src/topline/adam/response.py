"""ADRS: overall response per visit, best response and everything that follows from it, per subject.

RECIST 1.1 (doi:10.1016/j.ejca.2008.10.026) from lesion measurements, or from the assessor's own responses in RS;
where both exist both are kept and every disagreement is a finding.
"""

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
from topline.tables.findings import join_findings


def derive_response(
    adsl: pl.DataFrame, rs: pl.DataFrame, tumors: Tumors | None, protocol: Protocol
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return ADRS and findings, for the subjects of ADSL in its order.

    `rs` holds the recorded responses, `tumors` the judged lesions (None where there are none).
    """
    criteria = protocol.criteria.response
    subjects = subjects_of(adsl, subject_days(adsl, protocol))
    recorded, found = from_records(rs, subjects.frame.select("S", "STUDYID", "USUBJID"), criteria)
    taken, found_complete = after_complete(recorded, criteria)
    measured = None if tumors is None or tumors.visits.is_empty() else from_lesions(tumors)
    analysed, found_source = pick_source(taken, measured, criteria)
    visits = [analysed.rows("OVR")]
    if not recorded.frame.is_empty() and (measured is not None or taken is not recorded):
        visits.append(recorded.rows("OVRASSD"))
    without_target = _without_target(analysed, tumors)
    values = judge(analysed, subjects.days, without_target, criteria, protocol.landmark)
    frames = [subject_rows(each, analysed, subjects) for each in values]
    if tumors is not None and measured is not None:
        visits += [measured.rows("OVRLESN"), *_by_visit(tumors, measured)]
        frames += _immune(tumors, measured, subjects, protocol) if criteria.irecist else []
    frames += [each.select(COLUMNS) for each in visits]
    frames += [measurable_rows(tumors, subjects), death_rows(subjects)]
    return finished(pl.concat(frames), subjects, criteria), join_findings(found, found_complete, found_source)


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


def _by_visit(tumors: Tumors, measured: Assessments) -> list[pl.DataFrame]:
    """Return rows of target, non-target and new-lesion response per visit."""
    judged = tumors.assessment
    return [
        measured.rows("TRGRESP", measured.at_rows(judged.target), WORDS),
        measured.rows("NTRGRESP", measured.at_rows(judged.non_target), WORDS),
        measured.rows("NEWLPROG", measured.at_rows(tumors.arrays.new), FLAGS),
    ]


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
