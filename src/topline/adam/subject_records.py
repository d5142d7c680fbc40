"""The SDTM records behind the dates of a subject, read back from ADSL's SRCRECS by the order in which it names them.

SRCRECS of ADSL names, in this order: the DS record that dates the death where DM does not, DM, first and last dose
(EX), the disposition events (DS), the new anti-cancer therapy (CM or PR), and last the latest contact (any domain).
"""

import polars as pl

RECORDS = "SRCRECS"
THERAPY = "^(CM|PR) "
DM = ["DM"]


def subject_records(adsl: pl.DataFrame, date: str) -> pl.Expr:
    """Return the records behind one date of ADSL: DTHDT, NEWTXDT, EOTDT, LSTALVDT, or the subject itself for others.

    >>> adsl = pl.DataFrame({"SRCRECS": [["DM", "EX 1", "EX 9", "DS 2", "CM 4", "TR 88"]]})
    >>> [adsl.select(subject_records(adsl, date)).item().to_list() for date in ("NEWTXDT", "EOTDT", "LSTALVDT")]
    [['CM 4'], ['DS 2'], ['TR 88']]
    """
    if RECORDS not in adsl.columns:
        return pl.lit(DM, dtype=pl.List(pl.String))
    every, last, before = pl.col(RECORDS), pl.col(RECORDS).list.last(), pl.col(RECORDS).list.get(-2, null_on_oob=True)
    own = pl.when(every.list.contains("DM")).then(pl.lit(DM, dtype=pl.List(pl.String))).otherwise(every)
    first = every.list.first()
    if date == "DTHDT":
        return pl.when(first.str.starts_with("DS ")).then(pl.concat_list(first)).otherwise(own)
    if date == "NEWTXDT":
        return (
            pl.when(before.str.contains(THERAPY))
            .then(pl.concat_list(before))
            .when(last.str.contains(THERAPY))
            .then(pl.concat_list(last))
            .otherwise(own)
        )
    if date == "LSTALVDT":
        return pl.when(last.is_not_null()).then(pl.concat_list(last)).otherwise(own)
    if date == "EOTDT":
        stops = every.list.filter(pl.element().str.starts_with("DS "))
        return pl.when(stops.list.len() > 0).then(stops).otherwise(own)
    return own
