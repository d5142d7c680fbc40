"""Where each virtual trial would have stopped by the rule of its design, and with which verdict."""

import polars as pl

from topline.protocol.model import Protocol

VERDICT = "DESIGN.decision/all/verdict"
OBSERVED = "DESIGN.decision/all/observed"
FIRST_STAGE = "DESIGN.decision/all/first stage"

STOPS = {"SCENARIO": pl.String, "STUDYID": pl.String, "LOOK": pl.Int64, "PATIENTS": pl.Int64, "END": pl.String}
"""One row per trial: the look that stopped it, from 1, its patients, and END `success` or `futile`; null if unknown."""


def stops(results: pl.LazyFrame, protocol: Protocol) -> pl.DataFrame:
    """Return where each trial stopped: the columns of STOPS, a row per trial that has a decision.

    Virtual trials enrol everybody, whatever a look says: a stop is read off the responders among the first patients.
    A trial without the numbers of a look before its stop, or without all planned patients at the last one, has null.
    """
    rule = protocol.design.rule
    seen = {f"R{place}": _responders(protocol, place) for place in range(len(rule.looks))}
    patients = f"{protocol.design.endpoint}/all/N"
    wanted = {name for names in seen.values() for name in names} | {patients, OBSERVED}
    columns = {key: pl.coalesce(*(_value(name) for name in names)) for key, names in seen.items()}
    frame = (
        results.filter(pl.col("RESULTID").is_in(sorted(wanted)))
        .group_by("SCENARIO", "STUDYID")
        .agg(**columns, N=_value(patients))
        .collect(engine="streaming")
        .sort("SCENARIO", "STUDYID")
    )
    last = f"R{len(rule.looks) - 1}"
    frame = frame.with_columns(pl.when(pl.col("N") == rule.patients).then(last).alias(last))
    look, end = pl.lit(None, dtype=pl.Int64), pl.lit(None, dtype=pl.String)
    for place in reversed(range(len(rule.looks))):
        count = pl.col(f"R{place}")
        success, futile = count >= rule.efficacy[place], count <= rule.futility[place]
        here = pl.lit(place + 1, dtype=pl.Int64)
        look = pl.when(success | futile).then(here).when(count.is_not_null()).then(look)
        end = pl.when(success).then(pl.lit("success")).when(futile).then(pl.lit("futile")).when(count >= 0).then(end)
    found = frame.select("SCENARIO", "STUDYID", LOOK=look, END=end)
    sizes = dict(enumerate(rule.looks, start=1))
    size = pl.col("LOOK").replace_strict(sizes, default=None, return_dtype=pl.Int64)
    return found.with_columns(PATIENTS=size).select(*STOPS)


def _value(name: str) -> pl.Expr:
    return pl.col("VALUE").filter(pl.col("RESULTID") == name).first()


def _responders(protocol: Protocol, place: int) -> tuple[str, ...]:
    """Return the results that may hold the responders at a look."""
    rule = protocol.design.rule
    names = [f"DESIGN.looks/all/responders@{rule.looks[place]}"]
    if place == len(rule.looks) - 1:
        names.append(OBSERVED)
    elif protocol.design.kind == "two stage" and place == 0:
        names.append(FIRST_STAGE)
    return tuple(names)
