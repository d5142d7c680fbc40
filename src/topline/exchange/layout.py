"""Which files an output folder holds, and in which form each table stands there."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import polars as pl

from topline.exchange.encode import EPOCH, encode_frame
from topline.exchange.output import FINDINGS, LINEAGE, REPORT, RESULTS, STUDY
from topline.tables.adam import ADAM

SUFFIX = {"parquet": "parquet", "csv": "csv", "xpt": "xpt", "dataset-json": "json"}
FORMS = ("parquet", "csv")


@dataclass(frozen=True, slots=True)
class Content:
    """What a run has to write: the page, the study file as it was used, and its tables (by name, in capitals)."""

    report: str
    study_text: str
    results: pl.DataFrame
    lineage: pl.DataFrame
    findings: pl.DataFrame
    adam: Mapping[str, pl.DataFrame]
    sdtm: Mapping[str, pl.DataFrame]


def output_files(content: Content, forms: Sequence[str] = FORMS, created: datetime = EPOCH) -> dict[str, bytes]:
    """Return the files of an output folder by path.

    `forms` are those of the ADaM tables, of `parquet`, `csv`, `xpt`, `dataset-json`; Parquet is always among them, as
    the trace reads it. `created` is the time stamp of the forms that have one.
    """
    files = {REPORT: content.report.encode(), STUDY: content.study_text.encode()}
    for name, frame, suffixes in (
        (RESULTS, content.results, ("parquet", "csv", "json")),
        (LINEAGE, content.lineage, ("parquet",)),
        (FINDINGS, content.findings, ("parquet", "csv")),
    ):
        files |= {f"{name}.{suffix}": encode_frame(frame, suffix) for suffix in suffixes}
    for name, frame in content.adam.items():
        for form in dict.fromkeys(("parquet", *forms)):
            files[f"adam/{name.lower()}.{SUFFIX[form]}"] = encode_frame(frame, form, ADAM.get(name), created)
    return files | {
        f"sdtm/{name.lower()}.parquet": encode_frame(frame, "parquet") for name, frame in content.sdtm.items()
    }
