"""A wide table of markers, a row per subject and a column per marker, as records of the custom domain XB.

As records each value has a sequence number, so that a result can be traced to it like any other.
"""

from collections.abc import Mapping

import polars as pl

from topline.tables.findings import findings, join_findings
from topline.tables.sdtm_biomarker import XB

KEYS = ["STUDYID", "USUBJID"]
SUBJECT = "USUBJID"
NOTHING = ("", ".", "NA")
NOT_MARKERS = ("STUDYID", "DOMAIN", "USUBJID", "SUBJID", "SITEID")


def derive_marker_records(wide: pl.DataFrame, tables: Mapping[str, pl.DataFrame]) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return XB and findings: one record per subject and marker that has a value, flagged as baseline.

    Column names become upper case; those of markers are the test codes. Blanks, `.` and `NA` are no value. A value
    that reads as a number stands in XBSTRESN too. A wide table states no units and no dates: its values are in the
    units that the protocol declares, and from before treatment. The study of a subject is that of `tables`, the
    domains of the trial. A subject with two rows has the records of both; a row whose subject the trial does not
    have is a finding (TL-B05), and so is one without.

    >>> wide = pl.DataFrame({"USUBJID": ["01", "02"], "CPS": ["12", None], "EGFR": ["MUT", "WT"]})
    >>> dm = pl.DataFrame({"STUDYID": ["TEST", "TEST"], "USUBJID": ["01", "02"]})
    >>> records, found = derive_marker_records(wide, {"DM": dm})
    >>> records.select("USUBJID", "XBSEQ", "XBTESTCD", "XBSTRESC", "XBSTRESN").rows()
    [('01', 1, 'CPS', '12', 12.0), ('01', 2, 'EGFR', 'MUT', None), ('02', 1, 'EGFR', 'WT', None)]
    """
    subjects = _subjects(tables)
    frame = wide.rename({name: name.strip().upper() for name in wide.columns}).with_row_index("ROW", offset=1)
    if SUBJECT not in frame.columns:
        frame = frame.with_columns(pl.lit(None, pl.String).alias(SUBJECT))
    named = pl.col(SUBJECT).cast(pl.String).str.strip_chars().replace("", None)
    frame = frame.drop("STUDYID", strict=False).with_columns(named.alias(SUBJECT))
    frame = frame.join(subjects, on=SUBJECT, how="left", maintain_order="left")
    strange = frame.filter(pl.col("STUDYID").is_null())
    records = XB.select(_records(frame.filter(pl.col("STUDYID").is_not_null())))
    if strange.is_empty():
        return records, join_findings()
    return records, findings(
        "TL-B05", strange, "XB", variable=SUBJECT, value=pl.col(SUBJECT), record=pl.format("row {}", "ROW")
    )


def _subjects(tables: Mapping[str, pl.DataFrame]) -> pl.DataFrame:
    """Return the subjects of DM, or of all tables where DM is missing; of a subject in two studies the first."""
    frames = [tables["DM"]] if "DM" in tables else list(tables.values())
    ids = [frame.select(pl.col(KEYS).cast(pl.String)) for frame in frames if set(KEYS) <= set(frame.columns)]
    known = pl.concat(ids) if ids else pl.DataFrame(schema=dict.fromkeys(KEYS, pl.String))
    return known.drop_nulls().unique(SUBJECT, keep="first", maintain_order=True)


def _records(frame: pl.DataFrame) -> pl.DataFrame:
    """Return one record per value, numbered within its subject in the order of rows and columns."""
    markers = [name for name in frame.columns if name not in (*NOT_MARKERS, "ROW")]
    texts = frame.select(*KEYS, "ROW", *(pl.col(name).cast(pl.String).str.strip_chars() for name in markers))
    long = texts.unpivot(markers, index=[*KEYS, "ROW"], variable_name="XBTESTCD", value_name="XBORRES")
    place = pl.col("XBTESTCD").replace_strict({name: i for i, name in enumerate(markers)}, return_dtype=pl.Int64)
    long = long.filter(~pl.col("XBORRES").fill_null("").is_in(NOTHING)).sort(*KEYS, "ROW", place)
    return long.with_columns(
        pl.lit("XB").alias("DOMAIN"),
        pl.int_range(1, pl.len() + 1).over(KEYS).alias("XBSEQ"),
        pl.col("XBTESTCD").alias("XBTEST"),
        pl.col("XBORRES").alias("XBSTRESC"),
        pl.col("XBORRES").cast(pl.Float64, strict=False).alias("XBSTRESN"),
        pl.lit("Y").alias("XBBLFL"),
    )
