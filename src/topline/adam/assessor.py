"""Whose readings are analysed: the records of the protocol's assessor, and of one reader of several."""

import polars as pl

from topline.tables.findings import findings, join_findings

INVESTIGATOR = "INVESTIGATOR"


def by_assessor(frame: pl.DataFrame, prefix: str, assessor: str) -> pl.DataFrame:
    """Return the records of one assessor: all of a study that names none; of several readers, those of one.

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
    if frame[column].null_count():
        own = own.fill_null(assessor == INVESTIGATOR) | ~_per_study(pl.col(column).is_not_null().any(), frame)
    return _one_reader(_accepted(where_all(frame, own), prefix), prefix)


def where_all(frame: pl.DataFrame, condition: pl.Expr) -> pl.DataFrame:
    """Return the rows that meet a condition; where all of them do, the frame as it is, which copies nothing."""
    met = frame.select(condition.fill_null(False).alias("MET"))["MET"]
    return frame if met.all() else frame.filter(met)


def _per_study(aggregated: pl.Expr, frame: pl.DataFrame) -> pl.Expr:
    return aggregated.over("STUDYID") if "STUDYID" in frame.columns else aggregated


def check_assessor(frame: pl.DataFrame, prefix: str, assessor: str) -> pl.DataFrame:
    """Return findings TL-R15 where nobody is the assessor, and where one of several readers had to be taken."""
    column = f"{prefix}EVAL"
    chosen = by_assessor(frame, prefix, assessor)
    silent = _without_records(frame, chosen, column, assessor)
    if not _names_readers(chosen, prefix):
        return findings("TL-R15", silent, prefix, variable=column, message=pl.col("TEXT"))
    reader = pl.col(f"{prefix}EVALID")
    own = _accepted(frame.filter(pl.col(column) == assessor) if column in frame.columns else frame, prefix)
    several = own.group_by("STUDYID", "USUBJID", maintain_order=True).agg(reader.drop_nulls().unique().sort())
    several = several.filter(reader.list.len() > 1)
    message = pl.format("none of the readers is accepted; those of {} are used", reader.list.first())
    names = reader.list.join(", ")
    return join_findings(
        findings("TL-R15", silent, prefix, variable=column, message=pl.col("TEXT")),
        findings("TL-R15", several, prefix, variable=f"{prefix}ACPTFL", value=names, message=message),
    )


def _without_records(frame: pl.DataFrame, chosen: pl.DataFrame, column: str, assessor: str) -> pl.DataFrame:
    """Return each study with records, none of which is the assessor's, and TEXT, which says whose they are."""
    study = ["STUDYID"]
    if frame.is_empty() or column not in frame.columns:
        return pl.DataFrame()
    rest = frame.join(chosen.select(study).unique(), on=study, how="anti", nulls_equal=True, maintain_order="left")
    present = pl.col(column).drop_nulls().unique().sort().str.join(", ").replace("", "nobody named")
    text = pl.format(f"no record of {assessor}; there are records of {{}}", present).alias("TEXT")
    return rest.group_by(study, maintain_order=True).agg(text)


def _names_readers(frame: pl.DataFrame, prefix: str) -> bool:
    reader = f"{prefix}EVALID"
    return reader in frame.columns and frame[reader].null_count() < frame.height


def _accepted(frame: pl.DataFrame, prefix: str) -> pl.DataFrame:
    """Return the accepted records of subjects who have any, and all records of the others."""
    accepted = f"{prefix}ACPTFL"
    if accepted not in frame.columns or not (frame[accepted] == "Y").any():
        return frame
    chosen = (pl.col(accepted) == "Y").fill_null(False)
    subject = [name for name in ("STUDYID", "USUBJID") if name in frame.columns]
    return frame.filter(chosen | ~chosen.any().over(subject) if "USUBJID" in subject else chosen)


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
