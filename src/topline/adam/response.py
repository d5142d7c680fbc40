"""ADRS: overall response per visit, best response and everything that follows from it, per subject.

RECIST 1.1 (doi:10.1016/j.ejca.2008.10.026) from lesion measurements, or from the assessor's own responses in RS;
where both exist both are kept and every disagreement is a finding.
"""

from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from topline.adam import irecist, recist
from topline.adam.assessments import Assessments, from_lesions, from_records, pick_source
from topline.adam.best_response import Best, Rules, best_confirmed, best_unconfirmed, confirmations, until_progression
from topline.adam.recist import CR, NN, PD, PR, SD, WORDS
from topline.adam.tumor import Tumors
from topline.protocol.model import Protocol
from topline.tables.adam import ADRS, RESPONSE_PARAMETERS

Ints = NDArray[np.int64]
Codes = recist.Codes
Mask = recist.Mask

CONTROLLED = (CR, PR, SD, NN)
FAR = np.int64(2**40)
"""A day that never comes: no such event."""


@dataclass(frozen=True, slots=True)
class Subjects:
    """The days of each subject that response needs (days since 1970; FAR where there is none)."""

    start: Ints
    reference: Ints
    death: Ints
    new_therapy: Ints
    frame: pl.DataFrame


@dataclass(frozen=True, slots=True)
class Judged:
    """A parameter with one value per subject: its words, and the assessments that decide it (-1 for none)."""

    name: str
    words: NDArray[np.object_]
    visit: Ints
    second: Ints | None = None


def subject_days(adsl: pl.DataFrame, protocol: Protocol) -> Subjects:
    """Return the days of each subject, in the order of ADSL."""
    reference = "TRTSDT" if protocol.criteria.response.stable_reference == "first dose" else "STARTDT"
    return Subjects(
        start=_days(adsl, "STARTDT"),
        reference=_days(adsl, reference),
        death=_days(adsl, "DTHDT"),
        new_therapy=_days(adsl, "NEWTXDT"),
        frame=adsl.select("STUDYID", "USUBJID").with_row_index("S").with_columns(pl.col("S").cast(pl.Int64)),
    )


def derive_response(adsl: pl.DataFrame, rs: pl.DataFrame, tumors: Tumors | None, protocol: Protocol) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return ADRS and findings, for the subjects of ADSL in its order.

    `rs` holds the recorded responses, `tumors` the judged lesions (None where there are none).
    """
    subjects = subject_days(adsl, protocol)
    recorded, found = from_records(rs, subjects.frame, protocol.criteria.response)
    measured = None if tumors is None or tumors.visits.is_empty() else from_lesions(tumors)
    analysed, other, found_both = pick_source(recorded, measured, protocol.criteria.response)
    visits = [analysed.rows("OVR")]
    if other is not None and measured is not None:
        visits += [measured.rows("OVRLESN"), recorded.rows("OVRASSD")]
    if tumors is not None and measured is not None:
        visits += _by_visit(tumors, measured)
    values = _per_subject(analysed, subjects, protocol)
    frames = [_visit_frame(each, subjects) for each in visits] + [_subject_frame(each, analysed, subjects) for each in values]
    frames += [_measurable(tumors, subjects), _death(adsl, subjects)]
    if tumors is not None and measured is not None and protocol.criteria.response.irecist:
        frames += _immune(tumors, measured, subjects)
    return _finished(pl.concat(frames), subjects, protocol), pl.concat([found, found_both])


def _days(adsl: pl.DataFrame, column: str) -> Ints:
    return adsl[column].cast(pl.Date).to_physical().cast(pl.Int64).fill_null(int(FAR)).to_numpy()


def _by_visit(tumors: Tumors, measured: Assessments) -> list[pl.DataFrame]:
    """Return rows of target, non-target and new-lesion response per visit."""
    judged = tumors.assessment
    new = np.where(tumors.arrays.new, 1, 0)
    words = np.array(["N", "Y"], dtype=object)
    return [
        measured.rows("TRGRESP", np.array(WORDS, dtype=object)[measured.ordered(tumors.at_visits(judged.target))]),
        measured.rows("NTRGRESP", np.array(WORDS, dtype=object)[measured.ordered(tumors.at_visits(judged.non_target))]),
        measured.rows("NEWLPROG", words[measured.ordered(tumors.at_visits(new))]),
    ]


def _per_subject(analysed: Assessments, subjects: Subjects, protocol: Protocol) -> list[Judged]:
    """Return every parameter that has one value per subject."""
    criteria = protocol.criteria.response
    rules = Rules(criteria.confirmation_days, criteria.stable_minimum_days, criteria.not_evaluable_between, criteria.stable_between, criteria.missing_as_not_evaluable)
    response, day = analysed.response, analysed.day
    before_therapy = day <= subjects.new_therapy[:, None]
    counted = np.where(until_progression(response) & before_therapy, response, recist.NONE).astype(np.int8)
    best = best_unconfirmed(counted, day, subjects.reference, rules)
    confirmed = best_confirmed(counted, day, subjects.reference, rules)
    return [
        *_best(best, confirmed),
        *_responses(counted, day, subjects.reference, rules),
        _landmark(analysed, subjects, protocol),
        _first("PD", response == PD),
        _last("LSTA", response != recist.NONE, response),
        _last("LSTAEV", np.isin(response, (*CONTROLLED, PD)), response),
    ]  # fmt: skip


def _best(best: Best, confirmed: Best) -> list[Judged]:
    """Return best responses, and response and disease control as they follow from them."""
    words = np.array(WORDS, dtype=object)
    out = []
    for prefix, each in (("", best), ("C", confirmed)):
        out.append(Judged(f"{prefix}BOR", words[each.response], each.visit, each.confirmed_at))
        responded, controlled = np.isin(each.response, (CR, PR)), np.isin(each.response, CONTROLLED)
        out.append(_flag(f"{prefix}BCP", responded, each.visit, each.confirmed_at))
        out.append(_flag(f"{prefix}DCR", controlled, each.visit, each.confirmed_at))
    return out


def _responses(counted: Codes, day: Ints, reference: Ints, rules: Rules) -> list[Judged]:
    """Return response and clinical benefit, unconfirmed and confirmed, each dated where it begins.

    Clinical benefit is a response, or stable disease for long enough, whichever comes first.
    """
    stable = np.isin(counted, CONTROLLED) & (day >= (reference + rules.stable_minimum_days)[:, None])
    confirmed_at = confirmations(counted, day, rules)
    late_at, late = _first_index(stable)
    out = []
    for prefix, responses in (("", np.isin(counted, (CR, PR))), ("C", confirmed_at >= 0)):
        first, there = _first_index(responses)
        second = confirmed_at[np.arange(len(first)), first] if prefix and responses.shape[1] else None
        out.append(_flag(f"{prefix}RSP", there, first, second))
        either = np.where(there & late, np.minimum(first, late_at), np.where(there, first, late_at))
        out.append(_flag(f"{prefix}CB", there | late, either))
    return out


def _landmark(analysed: Assessments, subjects: Subjects, protocol: Protocol) -> Judged:
    """Return disease control at the landmark, see protocol.endpoints.Landmark; the assessment near it decides."""
    landmark = protocol.landmark
    last = subjects.start + landmark.day
    response, day = analysed.response, analysed.day
    progressed = ((response == PD) & (day <= last[:, None])).any(axis=1)
    failed = progressed | (subjects.death <= last)
    if landmark.new_therapy == "failure":
        failed |= subjects.new_therapy <= last
    near = np.isin(response, CONTROLLED) & (day >= (last - landmark.window_days)[:, None])
    near &= until_progression(response) & (day <= subjects.new_therapy[:, None])
    visit, seen = _first_index(near)
    pd_visit, _ = _first_index((response == PD) & (day <= last[:, None]))
    controlled = seen & ~failed
    return _flag("DCLM", controlled, np.where(controlled, visit, pd_visit), everywhere=True)


def _flag(name: str, yes: Mask, visit: Ints, second: Ints | None = None, *, everywhere: bool = False) -> Judged:
    """Return a parameter Y or N; only Y names the assessments that decide it, unless `everywhere`."""
    words = np.where(yes, "Y", "N").astype(object)
    return Judged(name, words, visit if everywhere else np.where(yes, visit, -1), None if second is None else np.where(yes, second, -1))


def _first_index(mask: Mask) -> tuple[Ints, Mask]:
    if mask.shape[1] == 0:
        return np.full(len(mask), -1, dtype=np.int64), np.zeros(len(mask), dtype=np.bool_)
    there = mask.any(axis=1)
    return np.where(there, mask.argmax(axis=1), -1).astype(np.int64), there


def _first(name: str, mask: Mask) -> Judged:
    visit, there = _first_index(mask)
    return _flag(name, there, visit)


def _last(name: str, mask: Mask, response: Codes) -> Judged:
    """Return the last assessment in the mask, with its response as value."""
    visits = mask.shape[1]
    back, there = _first_index(mask[:, ::-1])
    visit = np.where(there, visits - 1 - back, -1)
    if visits == 0:
        return Judged(name, np.full(len(mask), None, dtype=object), visit)
    words = np.array(WORDS, dtype=object)[response[np.arange(len(response)), visit]]
    return Judged(name, np.where(there, words, None), visit)


def _immune(tumors: Tumors, measured: Assessments, subjects: Subjects) -> list[pl.DataFrame]:
    """Return rows of the immune response per visit and its best value."""
    baseline = tumors.arrays.baseline
    whole = ((baseline != recist.UNMEASURED) | ~tumors.arrays.target).all(axis=1) & tumors.arrays.target.any(axis=1)
    base = np.where(whole, np.where(tumors.arrays.target, baseline, 0).sum(axis=1), recist.UNMEASURED)
    code = irecist.assess_immune(base, tumors.assessment, tumors.growth)
    words = np.array(irecist.IWORDS, dtype=object)
    at = measured.rows("IOVR", words[measured.ordered(tumors.at_visits(code))])
    best = irecist.best_immune(code)
    row = Judged("IBOR", words[best], np.full(len(best), -1, dtype=np.int64))
    return [_visit_frame(at, subjects), _subject_frame(row, measured, subjects)]


COLUMNS = ("S", "PARAMCD", "VISIT", "AVISITN", "ADT", "ADTF", "AVALC", "SRCDOM", "SRCVAR", "SRCSEQ", "SRCRECS")


def _visit_frame(rows: pl.DataFrame, subjects: Subjects) -> pl.DataFrame:
    return rows.select(COLUMNS)


def _subject_frame(judged: Judged, analysed: Assessments, subjects: Subjects) -> pl.DataFrame:
    """Return one row per subject for a parameter; date, visit and source are those of the deciding assessment."""
    frame = pl.DataFrame({"S": subjects.frame["S"], "V": judged.visit, "AVALC": pl.Series(judged.words.tolist(), dtype=pl.String)})
    known = analysed.frame.drop("AVALC")
    rows = frame.join(known, on=["S", "V"], how="left", maintain_order="left")
    if judged.second is not None and (judged.second >= 0).any():
        again = pl.DataFrame({"S": subjects.frame["S"], "V": judged.second}).join(
            known.select("S", "V", pl.col("SRCRECS").alias("MORE")), on=["S", "V"], how="left", maintain_order="left"
        )
        more = again["MORE"]
        rows = rows.with_columns(
            pl.when(pl.lit(more).is_not_null()).then(pl.concat_list("SRCRECS", pl.lit(more))).otherwise("SRCRECS").alias("SRCRECS")
        )
    return rows.with_columns(pl.lit(judged.name).alias("PARAMCD")).select(COLUMNS)


def _measurable(tumors: Tumors | None, subjects: Subjects) -> pl.DataFrame:
    """Return MDIS: Y where TU identifies a target lesion."""
    lesions = None if tumors is None else tumors.readings.lesions.filter(pl.col("GROUP") == "TARGET")
    empty = pl.DataFrame(schema={"S": pl.Int64, "SRCRECS": pl.List(pl.String)})
    has = empty if lesions is None else lesions.sort("S", "TUSEQ").group_by("S", maintain_order=True).agg(pl.format("TU {}", "TUSEQ").alias("SRCRECS"))
    rows = subjects.frame.select("S").join(has, on="S", how="left", maintain_order="left")
    return _reference(rows, "MDIS", "TU", "TUSTRESC", pl.lit(None, pl.Date), pl.lit(None, pl.String))


def _death(adsl: pl.DataFrame, subjects: Subjects) -> pl.DataFrame:
    """Return DEATH: Y with the date of death where the subject died."""
    flag = adsl["DTHDTF"] if "DTHDTF" in adsl.columns else pl.Series([None] * adsl.height, dtype=pl.String)
    rows = subjects.frame.select("S").with_columns(adsl["DTHDT"].alias("D"), flag.alias("F"))
    rows = rows.with_columns(pl.when(pl.col("D").is_not_null()).then(pl.concat_list(pl.lit("DM"))).alias("SRCRECS"))
    return _reference(rows, "DEATH", "DM", "DTHDTC", pl.col("D"), pl.col("F"))


def _reference(rows: pl.DataFrame, name: str, source: str, variable: str, date: pl.Expr, flag: pl.Expr) -> pl.DataFrame:  # noqa: PLR0913
    yes = pl.col("SRCRECS").is_not_null()
    return rows.with_columns(
        pl.lit(name).alias("PARAMCD"),
        pl.lit(None, pl.String).alias("VISIT"),
        pl.lit(None, pl.Float64).alias("AVISITN"),
        date.alias("ADT"),
        flag.alias("ADTF"),
        pl.when(yes).then(pl.lit("Y")).otherwise(pl.lit("N")).alias("AVALC"),
        pl.when(yes).then(pl.lit(source)).alias("SRCDOM"),
        pl.when(yes).then(pl.lit(variable)).alias("SRCVAR"),
        pl.lit(None, pl.Int64).alias("SRCSEQ"),
    ).select(COLUMNS)


VALUES = {**{word: float(code) for code, word in enumerate(WORDS) if word}, "Y": 1.0, "N": 0.0}


def _finished(rows: pl.DataFrame, subjects: Subjects, protocol: Protocol) -> pl.DataFrame:
    """Return ADRS: subjects, labels, numeric values, study days, sequence numbers."""
    order = {name: place for place, name in enumerate(RESPONSE_PARAMETERS)}
    start = pl.DataFrame({"S": subjects.frame["S"], "START": subjects.start})
    start = start.with_columns(pl.when(pl.col("START") < int(FAR)).then("START").cast(pl.Int32).cast(pl.Date))
    rows = rows.with_columns(pl.col("PARAMCD").replace_strict(order, return_dtype=pl.Int32).alias("P"))
    rows = rows.sort("S", "P", "ADT", "AVISITN", nulls_last=True).join(subjects.frame, on="S", maintain_order="left").join(start, on="S", maintain_order="left")
    day = (pl.col("ADT") - pl.col("START")).dt.total_days()
    progression = pl.col("ADT").filter((pl.col("PARAMCD") == "PD") & (pl.col("AVALC") == "Y")).first().over("S")
    rows = rows.with_columns(
        pl.int_range(1, pl.len() + 1).over("S").alias("ASEQ"),
        pl.col("PARAMCD").replace_strict(RESPONSE_PARAMETERS).alias("PARAM"),
        pl.lit(protocol.criteria.response.assessor).alias("PARCAT2"),
        pl.lit(protocol.criteria.response.standard).alias("PARCAT3"),
        pl.when(day >= 0).then(day + 1).otherwise(day).alias("ADY"),
        pl.col("AVALC").replace_strict(VALUES, default=None, return_dtype=pl.Float64).alias("AVAL"),
        pl.lit("Y").alias("ANL01FL"),
        pl.when(~pl.col("PARAMCD").is_in(["DEATH", "MDIS"]) & pl.col("ADT").is_not_null() & (progression.is_null() | (pl.col("ADT") <= progression))).then(pl.lit("Y")).alias("ANL02FL"),
    )  # fmt: skip
    return ADRS.select(rows)
