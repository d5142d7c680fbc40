"""The sources of dates that events and censoring refer to: rows of ADSL and ADRS, with the records behind them."""

from collections.abc import Iterable
from dataclasses import dataclass

import polars as pl

from topline.adam.assessor import where_all
from topline.adam.sequence import places
from topline.adam.subject_records import RECORDS, subject_records
from topline.protocol.endpoints import Source, TimeToEvent

KEYS = ("STUDYID", "USUBJID")
SOURCES: dict[str, Source] = {
    "progression": Source(
        dataset="ADRS", where="PARAMCD = 'PD' AND AVALC = 'Y'", date="ADT", description="Disease Progression"
    ),
    "death": Source(dataset="ADSL", where="DTHDT IS NOT NULL", date="DTHDT", description="Death"),
    "last assessment": Source(
        dataset="ADRS",
        where="PARAMCD = 'OVR' AND AVALC IN ('CR', 'PR', 'SD', 'NON-CR/NON-PD', 'PD')",
        date="ADT",
        description="Last Tumor Assessment",
    ),
    "last alive": Source(dataset="ADSL", where="LSTALVDT IS NOT NULL", date="LSTALVDT", description="Alive"),
    "new therapy": Source(
        dataset="ADSL", where="NEWTXDT IS NOT NULL", date="NEWTXDT", description="New Anti-Cancer Therapy"
    ),
    "treatment stop": Source(dataset="ADSL", where="EOTDT IS NOT NULL", date="EOTDT", description="End of Treatment"),
}
"""The sources that every protocol can name; a protocol may add its own. An assessment that is NE observes nothing."""

DATES = ("D", "F", "TEXT", "SRCDOM", "SRCVAR", "SRCSEQ", "RECS")


@dataclass(frozen=True, slots=True)
class Data:
    """The datasets that sources refer to; both have S, the place of the subject in ADSL."""

    adsl: pl.DataFrame
    adrs: pl.DataFrame


def placed(adsl: pl.DataFrame, adrs: pl.DataFrame) -> Data:
    """Return the datasets with S, and the rows of ADRS of subjects whom ADSL does not know left out."""
    people = adsl.with_row_index("S").with_columns(pl.col("S").cast(pl.Int64))
    rows = adrs.with_columns(places(adrs, adsl))
    return Data(people, where_all(rows, pl.col("S").is_not_null()))


def sources_of(analysis: TimeToEvent) -> dict[str, Source]:
    """Return all sources that an endpoint can name; `response` is the one it means, confirmed or not."""
    where = f"PARAMCD = '{analysis.response_parameter}' AND AVALC = 'Y'"
    response = Source(dataset="ADRS", where=where, date="ADT", description="Response")
    return {**SOURCES, "response": response, **analysis.sources}


def dates_of(source: Source, data: Data) -> pl.DataFrame:
    """Return the dates of a source: S, D, F (imputation flag), what they say, and the records behind."""
    frame = data.adsl if source.dataset == "ADSL" else data.adrs
    known = pl.sql_expr(source.where).fill_null(False) & pl.col(source.date).is_not_null()
    rows = frame.lazy().filter(known)
    flag = next((name for name in (f"{source.date}F", f"{source.date[:-1]}F") if name in frame.columns), None)
    own = source.dataset == "ADSL"
    records = subject_records(frame, source.date) if own else pl.col(RECORDS)
    return rows.select(
        "S",
        pl.col(source.date).alias("D"),
        (pl.col(flag) if flag else pl.lit(None, pl.String)).alias("F"),
        pl.lit(source.description).alias("TEXT"),
        pl.lit(source.dataset).alias("SRCDOM"),
        pl.lit(source.date).alias("SRCVAR"),
        (pl.lit(None, pl.Int64) if own else pl.col("ASEQ").cast(pl.Int64)).alias("SRCSEQ"),
        records.alias("RECS"),
    ).collect()


def first_dates(frames: Iterable[pl.DataFrame]) -> pl.DataFrame:
    """Return the earliest date per subject; of equal dates the source that is named first."""
    ranked = [frame.with_columns(pl.lit(rank).alias("RANK")) for rank, frame in enumerate(frames)]
    rows = pl.concat(ranked, rechunk=True).sort("S", "D", "RANK").unique("S", keep="first", maintain_order=True)
    return rows.drop("RANK")


def prefixed(frame: pl.DataFrame, prefix: str) -> pl.DataFrame:
    """Return the dates with a prefix before their columns."""
    return frame.rename({name: f"{prefix}_{name}" for name in DATES})
