"""What must agree between derived parameters, checked on every run: a contradiction is a defect, never a result."""

import polars as pl

from topline.tables.findings import findings, join_findings

KEYS = ("STUDYID", "USUBJID")
CONTROL = ("CR", "PR", "SD", "NON-CR/NON-PD")

IMPLIED: tuple[tuple[str, str], ...] = (
    ("CRSP", "RSP"),
    ("CCB", "CB"),
    ("CRSP", "CCB"),
    ("RSP", "CB"),
    ("CBCP", "BCP"),
    ("CDCR", "DCR"),
)
"""Pairs of flags: where the first is Y the second is Y."""

FOLLOWS: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    ("CRSP", "CBOR", ("CR", "PR")),
    ("CBCP", "CBOR", ("CR", "PR")),
    ("RSP", "BOR", ("CR", "PR")),
    ("BCP", "BOR", ("CR", "PR")),
    ("DCR", "BOR", CONTROL),
    ("CDCR", "CBOR", CONTROL),
)
"""Flags that are Y exactly when a best response is one of some values."""


def check_consistency(adrs: pl.DataFrame, adtte: pl.DataFrame) -> pl.DataFrame:
    """Return findings TL-X01 where parameters of one subject contradict each other."""
    if adrs.is_empty():
        return _check_times(adtte)
    names = sorted(
        {name for pair in IMPLIED for name in pair} | {name for flag, best, _ in FOLLOWS for name in (flag, best)}
    )
    values = (
        adrs.filter(pl.col("PARAMCD").is_in(names))
        .select(*KEYS, "PARAMCD", "AVALC")
        .pivot("PARAMCD", index=KEYS, values="AVALC")
    )
    found = []
    for first, second in IMPLIED:
        broken = values.filter((pl.col(first) == "Y") & (pl.col(second) != "Y"))
        found.append(findings("TL-X01", broken, "ADRS", variable=first, message=f"{first} is Y and {second} is not"))
    for flag, best, good in FOLLOWS:
        broken = values.filter((pl.col(flag) == "Y") != pl.col(best).is_in(good))
        text = pl.format(f"{flag} is {{}} and {best} is {{}}", flag, best)
        found.append(findings("TL-X01", broken, "ADRS", variable=flag, message=text))
    return join_findings(*found, _check_times(adtte), _check_dates(adrs))


def _check_times(adtte: pl.DataFrame) -> pl.DataFrame:
    """Return findings where a time is not positive or a subject has progressed later by PFS than by TTP."""
    wrong = adtte.filter(
        (pl.col("AVAL") < 1) | ((pl.col("ADT") - pl.col("STARTDT")).dt.total_days() + 1 != pl.col("AVAL"))
    )
    return findings(
        "TL-X01",
        wrong,
        "ADTTE",
        variable="AVAL",
        value=pl.col("AVAL").cast(pl.String),
        message="the time does not follow from its dates",
    )


def _check_dates(adrs: pl.DataFrame) -> pl.DataFrame:
    """Return findings where a response begins after the progression that ends it."""
    dates = adrs.filter(pl.col("PARAMCD").is_in(["RSP", "CRSP", "PD"]) & (pl.col("AVALC") == "Y"))
    wide = dates.select(*KEYS, "PARAMCD", "ADT").pivot("PARAMCD", index=KEYS, values="ADT")
    names = [name for name in ("RSP", "CRSP") if {name, "PD"} <= set(wide.columns)]
    late = {name: wide.filter(pl.col(name) > pl.col("PD")) for name in names}
    text = "{} begins after progression"
    return join_findings(
        *(findings("TL-X01", rows, "ADRS", variable=name, message=text.format(name)) for name, rows in late.items())
    )
