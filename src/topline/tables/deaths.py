"""Deaths across tables: when a subject died by DM, DS and AE, and what is dated after it.

A date in part is at fault only when no day that it can mean fits.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import polars as pl

from topline.tables.dates import first_day, last_day
from topline.tables.findings import Fault, find, findings, numbered, record_name
from topline.tables.sdtm import SDTM

Tables = Mapping[str, pl.DataFrame]

SUBJECT = ["STUDYID", "USUBJID"]
DIED = "_DIED"
"""The last day on which a subject can have died, while its records are compared with it."""


@dataclass(frozen=True, slots=True)
class DeathSource:
    """A death source is a table that dates deaths: the variable of the date, and which of its records are deaths."""

    table: str
    date: str
    variable: str
    value: str


@dataclass(frozen=True, slots=True)
class Watch:
    """A watch is a date that cannot lie after death, unless another variable says that nothing happened."""

    code: str
    table: str
    date: str
    unless: tuple[str, str] = ("", "")
    only: tuple[str, str] = ("", "")

    def columns(self, frame: pl.DataFrame) -> list[str]:
        """Return the columns of the frame that the watch looks at."""
        names = [*SUBJECT, *SDTM[self.table].keys, self.date, self.unless[0], self.only[0]]
        return [name for name in dict.fromkeys(names) if name in frame.columns]

    def happened(self, frame: pl.DataFrame) -> pl.Expr:
        """Return whether a record says that something happened."""
        happened = pl.lit(True)
        if self.unless[0] in frame.columns:
            happened &= pl.col(self.unless[0]).ne_missing(self.unless[1])
        if self.only[0]:
            happened &= (
                pl.col(self.only[0]).eq_missing(self.only[1]) if self.only[0] in frame.columns else pl.lit(False)
            )
        return happened


SOURCES = (
    DeathSource("DM", "DTHDTC", "DTHFL", "Y"),
    DeathSource("DS", "DSSTDTC", "DSDECOD", "DEATH"),
    DeathSource("AE", "AEENDTC", "AEOUT", "FATAL"),
)
WATCHES = (
    Watch("TL-D02", "EX", "EXSTDTC"),
    Watch("TL-D02", "EX", "EXENDTC"),
    *(
        Watch("TL-D03", name, f"{name}DTC", (f"{name}STAT", "NOT DONE"))
        for name in ("TU", "TR", "RS", "LB", "VS", "QS")
    ),
    Watch("TL-D09", "SV", "SVSTDTC", ("SVOCCUR", "N")),
    Watch("TL-D09", "AE", "AESTDTC"),
    Watch("TL-D09", "CM", "CMSTDTC", ("CMOCCUR", "N")),
    Watch("TL-D09", "PR", "PRSTDTC", ("PROCCUR", "N")),
    Watch("TL-D09", "SS", "SSDTC", only=("SSSTRESC", "ALIVE")),
)
DEATH_SCHEMA = pl.Schema(
    {
        "STUDYID": pl.String(),
        "USUBJID": pl.String(),
        "SOURCE": pl.String(),
        "TEXT": pl.String(),
        "FIRST": pl.Date(),
        "LAST": pl.Date(),
    }
)


def death_dates(tables: Tables) -> pl.DataFrame:
    """Return the deaths that DM, DS and AE record: subject, source, text, first and last day that it can mean.

    One record per record of a death. A death whose date is missing or none has no days.

    >>> dm = pl.DataFrame({"STUDYID": "S", "USUBJID": ["001", "002"], "DTHDTC": ["2019-03", None]})
    >>> death_dates({"DM": dm}).select("USUBJID", "SOURCE", pl.col("FIRST", "LAST").dt.to_string()).rows()
    [('001', 'DM', '2019-03-01', '2019-03-31')]
    """
    return pl.concat([pl.DataFrame(schema=DEATH_SCHEMA), *(_deaths_of(source, tables) for source in SOURCES)])


def _deaths_of(source: DeathSource, tables: Tables) -> pl.DataFrame:
    frame = tables.get(source.table, pl.DataFrame(schema=DEATH_SCHEMA))
    lacks = [pl.lit(None, dtype=pl.String).alias(n) for n in (source.date, source.variable) if n not in frame.columns]
    frame = frame.with_columns(lacks)
    died = pl.col(source.variable).str.strip_chars().str.to_uppercase().eq_missing(source.value)
    if source.table == "DM":
        died |= pl.col(source.date).is_not_null()
    return frame.filter(died).select(
        *SUBJECT,
        pl.lit(source.table).alias("SOURCE"),
        pl.col(source.date).alias("TEXT"),
        first_day(source.date).alias("FIRST"),
        last_day(source.date).alias("LAST"),
    )


def check_deaths(tables: Tables) -> Iterator[pl.DataFrame]:
    """Yield the findings about deaths: records dated after them, and sources that disagree about them."""
    deaths = death_dates(tables)
    died = _died(deaths)
    for watch in WATCHES:
        if watch.table in tables and watch.date in tables[watch.table].columns:
            yield from _after_death(watch, tables[watch.table], died)
    yield from _sources(deaths, with_dm="DM" in tables)


def _died(deaths: pl.DataFrame) -> pl.DataFrame:
    """Return the last possible day of death of each subject: by DM if dated there, else the latest of the others."""
    in_dm = pl.col("LAST").filter(pl.col("SOURCE") == "DM").max()
    dated = deaths.drop_nulls(["USUBJID", "LAST"])
    return dated.group_by(SUBJECT).agg(pl.coalesce(in_dm, pl.col("LAST").max()).alias(DIED))


def _after_death(watch: Watch, frame: pl.DataFrame, died: pl.DataFrame) -> list[pl.DataFrame]:
    records = numbered(frame.select(watch.columns(frame))).join(
        died, on=SUBJECT, nulls_equal=True, maintain_order="left"
    )
    fault = Fault(
        watch.code,
        (first_day(watch.date) > pl.col(DIED)) & watch.happened(frame),
        {
            "variable": watch.date,
            "value": pl.col(watch.date),
            "message": pl.format("is after the death, {} at the latest", pl.col(DIED)),
            "record": record_name(SDTM[watch.table], frame.columns),
        },
    )
    return find(records, watch.table, [fault])


def _sources(deaths: pl.DataFrame, *, with_dm: bool) -> Iterator[pl.DataFrame]:
    """Yield what is wrong between the sources of each subject's death."""
    text = pl.concat_str("SOURCE", pl.col("TEXT").fill_null("without date"), separator=" ")
    in_dm = pl.col("FIRST").filter(pl.col("SOURCE") == "DM")
    subjects = deaths.group_by(SUBJECT, maintain_order=True).agg(
        text.unique(maintain_order=True).str.join(", ").alias("TEXT"),
        pl.col("FIRST").max(),
        pl.col("LAST").min(),
        in_dm.count().alias("IN_DM"),
    )
    dated = pl.col("FIRST").is_not_null()
    faults = [
        ("TL-D07", pl.col("FIRST") > pl.col("LAST"), "give no common date of death"),
        ("TL-D13", dated & (pl.col("IN_DM") == 0) & with_dm, "is a death that DM does not date"),
        ("TL-D14", ~dated, "is a death without a date"),
    ]
    for code, where, message in faults:
        found = subjects.filter(where)
        yield findings(code, found, "DM", variable="DTHDTC", value=pl.col("TEXT"), message=message)
