"""From a number back to its records: result, ADaM rows, SDTM records with the values they held."""

import difflib
from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from topline.errors import ToplineError

KEYS = ("STUDYID", "USUBJID")


@dataclass(frozen=True, slots=True)
class Trace:
    """The way back from a number.

    `result` is its row of results. `rows` are the ADaM rows behind it, with NUMERATOR saying which are counted;
    `records` the SDTM records that those rows name: DOMAIN, SEQ, USUBJID, and the record's own variables as text.
    """

    result: dict[str, object]
    rows: pl.DataFrame
    records: pl.DataFrame


def trace_result(
    result_id: str,
    results: pl.DataFrame,
    lineage: pl.DataFrame,
    adam: Mapping[str, pl.DataFrame],
    sdtm: Mapping[str, pl.DataFrame],
) -> Trace:
    """Return the way back from a result. Raises ToplineError TL-C02 when there is no result with this id."""
    found = results.filter(pl.col("RESULTID") == result_id)
    if found.is_empty():
        near = difflib.get_close_matches(result_id, results["RESULTID"].to_list(), n=3, cutoff=0.4)
        hint = f"; near it: {', '.join(near)}" if near else ""
        raise ToplineError("TL-C02", where=result_id, what=f"is not among the {results.height} results{hint}")
    result = found.row(0, named=True)
    rows = rows_behind(result, lineage, adam[str(result["DATASET"])])
    return Trace(result, rows, records_behind(rows, sdtm))


def rows_behind(result: Mapping[str, object], lineage: pl.DataFrame, dataset: pl.DataFrame) -> pl.DataFrame:
    """Return the ADaM rows of the denominator of a result, with NUMERATOR true where the numerator has them too."""
    own = lineage.filter((pl.col("ANALYSIS") == result["ANALYSIS"]) & (pl.col("GROUP") == result["GROUP"]))
    keys = [*KEYS, "ASEQ"]
    counted = own.filter(pl.col("ROLE") == "numerator").select(*keys, pl.lit(True).alias("NUMERATOR"))
    rows = dataset.join(own.filter(pl.col("ROLE") == "denominator").select(keys), on=keys, how="semi")
    rows = rows.join(counted, on=keys, how="left", maintain_order="left")
    return rows.with_columns(pl.col("NUMERATOR").fill_null(False))


def records_behind(rows: pl.DataFrame, sdtm: Mapping[str, pl.DataFrame]) -> pl.DataFrame:
    """Return the SDTM records that ADaM rows name, one row each: DOMAIN, SEQ, STUDYID, USUBJID, VALUES."""
    named = rows.select(*KEYS, "SRCRECS").explode("SRCRECS").drop_nulls("SRCRECS").unique(maintain_order=True)
    parts = named.with_columns(
        pl.col("SRCRECS").str.split(" ").list.get(0).alias("DOMAIN"),
        pl.col("SRCRECS").str.split(" ").list.get(1, null_on_oob=True).cast(pl.Int64).alias("SEQ"),
    )
    frames = [_values(part, str(part["DOMAIN"][0]), sdtm) for part in parts.partition_by("DOMAIN", maintain_order=True)]
    schema = {"DOMAIN": pl.String, "SEQ": pl.Int64, "STUDYID": pl.String, "USUBJID": pl.String, "VALUES": pl.String}
    return pl.concat(frames).sort("USUBJID", "DOMAIN", "SEQ") if frames else pl.DataFrame(schema=schema)


def _values(named: pl.DataFrame, domain: str, sdtm: Mapping[str, pl.DataFrame]) -> pl.DataFrame:
    """Return the records of one domain with their values written out as `VARIABLE=value`."""
    frame = sdtm.get(domain)
    columns = ["DOMAIN", "SEQ", *KEYS]
    if frame is None:
        return named.select(columns).with_columns(pl.lit("the table is not in the output").alias("VALUES"))
    sequence = f"{domain}SEQ"
    own = [name for name in frame.columns if name not in (*KEYS, "DOMAIN", sequence)]
    texts = [pl.when(pl.col(name).is_not_null()).then(pl.format("{}={}", pl.lit(name), name)) for name in own]
    written = frame.with_columns(pl.concat_str(texts, separator="; ", ignore_nulls=True).alias("VALUES"))
    if sequence in frame.columns:
        right = written.select(*KEYS, pl.col(sequence).alias("SEQ"), "VALUES")
        return named.select(columns).join(right, on=[*KEYS, "SEQ"], how="left", maintain_order="left")
    right = written.select(*KEYS, "VALUES")
    return named.select(columns).join(right, on=list(KEYS), how="left", maintain_order="left")
