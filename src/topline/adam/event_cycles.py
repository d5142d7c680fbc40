"""ADAECYC: adverse events once every cycle, by onset in it and by presence in it."""

import polars as pl

from topline.adam.safety import Treatment
from topline.tables.adam_safety import ADAECYC

KEYS = ["STUDYID", "USUBJID"]
CYCLE = [*KEYS, "ACYCLE"]


def derive_event_cycles(adae: pl.DataFrame, treatment: Treatment) -> pl.DataFrame:
    """Return ADAECYC: one row per treated subject and cycle that was started.

    NONSET and WORSTGR are about treatment-emergent events that started in the cycle, NPRESENT and PRESGR about those
    that were present on any of its days. An event without end is present until the last cycle, one that is recorded to
    end before it starts on the day of its start. Events that started after the last cycle belong to no cycle.
    """
    treated = treatment.periods.filter(pl.col("TRTFL") == "Y").select(KEYS)
    mine = treatment.cycles.join(treated, on=KEYS, how="semi").select(*CYCLE, "CYCSDT", "CYCEDT", "REC")
    events = adae.filter(pl.col("TRTEMFL") == "Y").select(*KEYS, "ASTDT", "AENDT", "ATOXGRN", "AESEQ")
    last = pl.when(pl.col("AENDT").is_not_null()).then(pl.max_horizontal("AENDT", "ASTDT"))
    pairs = mine.join(events, on=KEYS).filter(
        (pl.col("ASTDT") <= pl.col("CYCEDT")) & (last.is_null() | (last >= pl.col("CYCSDT")))
    )
    started = pl.col("ASTDT") >= pl.col("CYCSDT")
    counts = (
        pairs.sort("ASTDT", "AESEQ")
        .group_by(CYCLE, maintain_order=True)
        .agg(
            started.sum().cast(pl.Int64).alias("NONSET"),
            pl.col("ATOXGRN").filter(started).max().alias("WORSTGR"),
            pl.len().cast(pl.Int64).alias("NPRESENT"),
            pl.col("ATOXGRN").max().alias("PRESGR"),
            pl.format("AE {}", "AESEQ").alias("EVENTS"),
        )
    )
    rows = mine.join(counts, on=CYCLE, how="left", maintain_order="left").sort(CYCLE)
    return ADAECYC.select(
        rows.with_columns(
            pl.col("NONSET", "NPRESENT").fill_null(0),
            pl.int_range(1, pl.len() + 1).over(KEYS).alias("ASEQ"),
            pl.lit("AE").alias("SRCDOM"),
            pl.lit("AESTDTC").alias("SRCVAR"),
            pl.concat_list("REC", pl.col("EVENTS").fill_null([])).alias("SRCRECS"),
        )
    )
