"""Whose readings are analysed: the records of the protocol's assessor, and of one reader of several."""

import polars as pl

from topline.tables.findings import findings, join_findings

INVESTIGATOR = "INVESTIGATOR"


def by_assessor(frame: pl.DataFrame, prefix: str, assessor: str) -> pl.DataFrame:
    """Return the records of one assessor: all when none is named anywhere; of several readers, those of one.

    A record without assessor is the investigator's. Of several readers of a subject the accepted records (--ACPTFL)
    count; where none is accepted, those of the first reader by name, never a mixture.

    >>> frame = pl.DataFrame({"TREVAL": ["INVESTIGATOR", "INDEPENDENT ASSESSOR"], "TRSEQ": [1, 2]})
    >>> by_assessor(frame, "TR", "INVESTIGATOR")["TRSEQ"].to_list()
    [1]
    """
    column = f"{prefix}EVAL"
    if column not in frame.columns or frame[column].null_count() == frame.height:
        return frame
    own = pl.col(column) == assessor
    chosen = frame.filter(own | pl.col(column).is_null() if assessor == INVESTIGATOR else own)
    return _one_reader(_accepted(chosen, prefix), prefix)


def check_assessor(frame: pl.DataFrame, prefix: str, assessor: str) -> pl.DataFrame:
    """Return findings TL-R15 where nobody is the assessor, and where one of several readers had to be taken."""
    column = f"{prefix}EVAL"
    chosen = by_assessor(frame, prefix, assessor)
    if chosen.is_empty() and frame.height:
        present = ", ".join(sorted(set(frame[column].drop_nulls().to_list()))) or "nobody named"
        one = frame.head(1).with_columns(pl.lit("").alias("USUBJID"))
        text = f"no record of {assessor}; there are records of {present}"
        return findings("TL-R15", one, prefix, variable=column, message=text)
    if not _names_readers(chosen, prefix):
        return join_findings()
    reader = pl.col(f"{prefix}EVALID")
    own = _accepted(frame.filter(pl.col(column) == assessor) if column in frame.columns else frame, prefix)
    several = own.group_by("STUDYID", "USUBJID", maintain_order=True).agg(reader.drop_nulls().unique().sort())
    several = several.filter(reader.list.len() > 1)
    message = pl.format("none of the readers is accepted; those of {} are used", reader.list.first())
    names = reader.list.join(", ")
    return findings("TL-R15", several, prefix, variable=f"{prefix}ACPTFL", value=names, message=message)


def _names_readers(frame: pl.DataFrame, prefix: str) -> bool:
    reader = f"{prefix}EVALID"
    return reader in frame.columns and frame[reader].null_count() < frame.height


def _accepted(frame: pl.DataFrame, prefix: str) -> pl.DataFrame:
    """Return the accepted records of subjects who have any, and all records of the others."""
    accepted = f"{prefix}ACPTFL"
    if accepted not in frame.columns or not (frame[accepted] == "Y").any():
        return frame
    chosen = (pl.col(accepted) == "Y").fill_null(False)
    return frame.filter(chosen | ~chosen.any().over("USUBJID") if "USUBJID" in frame.columns else chosen)


def _one_reader(frame: pl.DataFrame, prefix: str) -> pl.DataFrame:
    """Return the records of each subject's first reader, where the records name readers and none is accepted."""
    reader, accepted = f"{prefix}EVALID", f"{prefix}ACPTFL"
    if not _names_readers(frame, prefix):
        return frame
    name = pl.col(reader).fill_null("")
    first = name == name.min().over("STUDYID", "USUBJID")
    if accepted in frame.columns:
        first = first | (pl.col(accepted) == "Y").fill_null(False)
    return frame.filter(first)
