"""ADQS: scores of questionnaires per subject, scale and form, with baseline, change, visit windows and what is missing.

A missing form (nothing came back) and a missing item (the form came back with gaps) are different things: each form
that is due has a row of its own, received or not, and each scale says how many of its items were answered.
"""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import polars as pl

from topline.adam.asked import Asked, ask
from topline.adam.deterioration import FIRST, FOR_GOOD, TOLERANCE, Deterioration
from topline.adam.instrument import Instrument, built_in
from topline.adam.qol_answers import Forms, derive_forms
from topline.adam.qol_findings import check_forms, check_instruments
from topline.adam.qol_visits import Collection, choose_forms, due, place_forms, subjects_of, visit_name
from topline.adam.scoring import score
from topline.protocol.model import Protocol
from topline.tables.adam_qol import ADQS
from topline.tables.findings import findings, join_findings

KEYS = ("STUDYID", "USUBJID")
TYPES = ("FORM", "SCALE", "COMPOSITE")


@dataclass(frozen=True, slots=True)
class QolSettings:
    """What a trial asks of its patients and how it reads the answers: instruments, collection, estimands of decline.

    `unknown` are questionnaires of the protocol for which there is no instrument.
    """

    asked: tuple[Asked, ...]
    collection: Collection
    deteriorations: tuple[Deterioration, ...] = (FIRST, FOR_GOOD)
    unknown: tuple[str, ...] = ()


def qol_settings(protocol: Protocol, instruments: Iterable[Instrument] = ()) -> QolSettings:
    """Return the settings that a protocol states; `instruments` are a user's own and come before those that ship.

    Raises ToplineError TL-Q12 where the protocol chooses a direction that a scale does not have.
    """
    own = {each.name: each for each in instruments}
    asked: list[Asked] = []
    unknown: list[str] = []
    for questionnaire in protocol.criteria.questionnaires:
        stated = questionnaire.model_dump()
        instrument = own.get(questionnaire.name) or built_in(questionnaire.name)
        if instrument is None or instrument.version != questionnaire.version:
            unknown.append(f"{questionnaire.name} {questionnaire.version}")
        else:
            asked.append(ask(instrument, stated.get("directions", {}), stated.get("margins", {})))
    rules = protocol.criteria.model_dump().get("deteriorations")
    chosen = tuple(Deterioration(**rule) for rule in rules) if rules is not None else (FIRST, FOR_GOOD)
    return QolSettings(tuple(asked), Collection(protocol.schedule, protocol.days_per_month), chosen, tuple(unknown))


def derive_qol(
    qs: pl.DataFrame, adsl: pl.DataFrame, adrs: pl.DataFrame, settings: QolSettings
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return ADQS and findings.

    `qs` has its declared columns, as `topline.adam.subject.domain` gives them. Times to deterioration are derived from
    ADQS by `topline.adam.qol_times.derive_times`.
    """
    subjects = subjects_of(adsl, adrs, settings.collection)
    frames, found = [], [check_instruments(qs, settings.asked, settings.unknown)]
    for place, asked in enumerate(settings.asked):
        forms = derive_forms(qs, asked)
        if forms.forms.is_empty():
            absent = pl.DataFrame({"NAME": [asked.instrument.name]})
            found += [forms.findings, findings("TL-Q15", absent, "QS", variable="QSCAT", value=pl.col("NAME"))]
            continue
        rows, more = _instrument_rows(forms, subjects, settings.collection)
        frames.append(rows.with_columns(pl.lit(place).alias("I")))
        found += [forms.findings, more]
    if not frames:
        return ADQS.empty(), join_findings(*found)
    ordered = pl.concat(frames).sort(*KEYS, "I", "P", "AVISITN", "ADT", nulls_last=True)
    return ADQS.select(ordered.with_columns(pl.int_range(1, pl.len() + 1).over(KEYS).alias("ASEQ"))), join_findings(
        *found
    )


def _instrument_rows(forms: Forms, subjects: pl.DataFrame, collection: Collection) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return the rows of one instrument, forms and scales, and findings."""
    placed = choose_forms(place_forms(forms.forms, subjects, collection))
    scores = score(forms.answers, forms.asked)
    expected = due(subjects, collection).with_columns(pl.lit("Y").alias("EXPFL"))
    scales = _scale_rows(forms, placed, scores)
    whole = pl.concat([_form_rows(forms, placed), _gaps(forms, placed, subjects, expected)], how="diagonal_relaxed")
    rows = pl.concat([scales, whole], how="diagonal_relaxed").join(
        expected, on=[*KEYS, "AVISITN"], how="left", maintain_order="left"
    )
    state = pl.when(pl.col("AVALC") == "").then(_state()).otherwise("AVALC")
    named = rows.with_columns(state.alias("AVALC"), visit_name(pl.col("AVISITN")).alias("AVISIT"))
    return _with_change(named, forms.asked), check_forms(forms, placed, scores)


def _state() -> pl.Expr:
    """Return the state of a visit without form: missing where a form was due."""
    return pl.when(pl.col("EXPFL") == "Y").then(pl.lit("MISSING")).otherwise(pl.lit("NOT EXPECTED"))


def _scale_rows(forms: Forms, placed: pl.DataFrame, scores: np.ndarray) -> pl.DataFrame:
    """Return one row per received form and scale, with the records of the scale's items."""
    scales = forms.asked.scales
    place = {item.number: index for index, item in enumerate(forms.asked.instrument.items)}
    answered = ~np.isnan(forms.answers)
    counts = np.stack([answered[:, [place[n] for n in each.items]].sum(axis=1) for each in scales], axis=1)
    form, scale = (grid.ravel() for grid in np.indices(scores.shape))
    long = pl.DataFrame(
        {"F": form.astype(np.int64), "P": scale.astype(np.int64), "AVAL": scores.ravel(), "NANSWER": counts.ravel()}
    ).with_columns(pl.col("AVAL").fill_nan(None))
    received = placed.filter("RECEIVED").drop("RECEIVED", "SEQS")
    rows = received.join(long, on="F", maintain_order="left").join(
        _sources(forms), on=["F", "P"], how="left", maintain_order="left"
    )
    return rows.join(_parameters(forms.asked), on="P", how="left", maintain_order="left")


def _sources(forms: Forms) -> pl.DataFrame:
    """Return the records of the items of each scale of each form: SRCSEQ (the first), SRCRECS (all)."""
    members = [(place, item) for place, scale in enumerate(forms.asked.scales) for item in scale.items]
    pairs = pl.DataFrame(members, schema={"P": pl.Int64, "ITEM": pl.Int64}, orient="row")
    rows = forms.records.join(pairs, on="ITEM").sort("F", "P", "SEQ")
    return rows.group_by("F", "P").agg(
        pl.lit("QS").first().alias("SRCDOM"), pl.lit("QSSTRESN").first().alias("SRCVAR"),
        pl.col("SEQ").first().alias("SRCSEQ"), pl.format("QS {}", "SEQ").alias("SRCRECS"),
    )  # fmt: skip


def _parameters(asked: Asked) -> pl.DataFrame:
    """Return what each scale says of its rows: codes and labels, direction, minimal important difference."""
    rows = [
        {
            "P": place,
            "PARCAT1": asked.instrument.name,
            "PARAMCD": scale.param,
            "PARAM": f"{scale.label.en}{' (direction unverified)' if scale.unverified else ''}",
            "PARAMTYP": "COMPOSITE" if scale.parts else "SCALE",
            "NITEMS": len(scale.items),
            "BETTER": scale.better.upper(),
            "MID": float(scale.mid),
        }
        for place, scale in enumerate(asked.scales)
    ]
    return pl.DataFrame(rows)


def _form_rows(forms: Forms, placed: pl.DataFrame) -> pl.DataFrame:
    """Return one row per form: received or not done, and how many of its items were answered."""
    counts = pl.Series("NANSWER", (~np.isnan(forms.answers)).sum(axis=1)).cast(pl.Int64)
    state = pl.when("RECEIVED").then(pl.lit("RECEIVED")).otherwise(pl.lit("NOT DONE"))
    return placed.sort("F").with_columns(
        *_whole(forms.asked), state.alias("AVALC"), counts, counts.cast(pl.Float64).alias("AVAL"),
        pl.lit("QS").alias("SRCDOM"), pl.lit("QSSTRESN").alias("SRCVAR"), pl.col("SEQS").list.first().alias("SRCSEQ"),
        pl.col("SEQS").list.eval(pl.format("QS {}", pl.element())).alias("SRCRECS"),
    ).drop("RECEIVED", "SEQS")  # fmt: skip


def _gaps(forms: Forms, placed: pl.DataFrame, subjects: pl.DataFrame, expected: pl.DataFrame) -> pl.DataFrame:
    """Return one row per subject and visit without form, for every visit at which a form is due for anyone."""
    visits = expected.select("AVISITN").unique().sort("AVISITN")
    every = subjects.filter(pl.col("STARTDT").is_not_null()).select(*KEYS, "STARTDT").join(visits, how="cross")
    gaps = every.join(placed.filter("CHOSEN"), on=[*KEYS, "AVISITN"], how="anti", maintain_order="left")
    return gaps.with_columns(
        *_whole(forms.asked), pl.lit("").alias("AVALC"), pl.lit(0).alias("NANSWER"), pl.lit(0.0).alias("AVAL"),
        pl.lit(True).alias("CHOSEN"), pl.lit("ADSL").alias("SRCDOM"), pl.lit("STARTDT").alias("SRCVAR"),
        pl.concat_list(pl.lit("DM")).alias("SRCRECS"),
    )  # fmt: skip


def _whole(asked: Asked) -> list[pl.Expr]:
    """Return what the rows of whole forms have in common."""
    texts = {
        "PARCAT1": asked.instrument.name,
        "PARAMCD": asked.form,
        "PARAM": f"{asked.instrument.name} Form",
        "PARAMTYP": "FORM",
    }
    return [
        *(pl.lit(text).alias(name) for name, text in texts.items()),
        pl.lit(len(asked.scales), pl.Int64).alias("P"),
        pl.lit(len(asked.instrument.items)).alias("NITEMS"),
    ]


def _with_change(rows: pl.DataFrame, asked: Asked) -> pl.DataFrame:
    """Return the rows with baseline, change, criteria and analysis flags.

    The baseline of a scale is its last score up to day 1; another form may give it than that of another scale.
    """
    group = [*KEYS, "P"]
    score_ = pl.col("PARAMTYP") != "FORM"
    at_baseline = score_ & (pl.col("AVISITN") == 0).fill_null(False) & pl.col("AVAL").is_not_null()
    last = pl.col("ADT").filter(at_baseline).max().over(group)
    rows = rows.with_columns((at_baseline & (pl.col("ADT") == last)).fill_null(False).alias("ABL"))
    rows = rows.with_columns(pl.col("AVAL").filter("ABL").first().over(group).alias("BASE"))
    chosen = (
        pl.when((pl.col("AVISITN") == 0) & pl.col("BASE").is_not_null())
        .then("ABL")
        .otherwise("CHOSEN")
        .fill_null(False)
    )
    change = pl.when(score_ & (pl.col("AVISITN") > 0)).then(pl.col("AVAL") - pl.col("BASE"))
    rows = rows.with_columns(change.alias("CHG"), chosen.alias("ANL"))
    gain = pl.col("CHG") * pl.when(pl.col("BETTER") == "HIGH").then(1.0).otherwise(-1.0)
    margin = pl.col("MID") - TOLERANCE
    text = [
        pl.format("{} than baseline by {} points or more", pl.lit(word), _short("MID")) for word in ("Better", "Worse")
    ]
    return rows.with_columns(
        _flag(pl.col("ABL")).alias("ABLFL"),
        _flag(pl.col("ANL")).alias("ANL01FL"),
        _flag(pl.col("DUE") | (pl.col("EXPFL") == "Y")).alias("ANL02FL"),
        *(pl.when(pl.col("CHG").is_not_null()).then(words).alias(f"CRIT{n}") for n, words in enumerate(text, start=1)),
        _yes_no(gain >= margin).alias("CRIT1FL"),
        _yes_no(gain <= -margin).alias("CRIT2FL"),
    )


def _short(name: str) -> pl.Expr:
    return pl.col(name).cast(pl.String).str.strip_suffix(".0")


def _flag(condition: pl.Expr) -> pl.Expr:
    return pl.when(condition.fill_null(False)).then(pl.lit("Y"))


def _yes_no(condition: pl.Expr) -> pl.Expr:
    return pl.when(condition).then(pl.lit("Y")).when(condition.is_not_null()).then(pl.lit("N"))
