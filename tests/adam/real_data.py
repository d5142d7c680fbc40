"""The real data sets beside the repository, and the path from SDTM to ADaM without the statistics."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import polars as pl

from topline.adam.consistency import check_consistency
from topline.adam.response import derive_response
from topline.adam.subject import derive_subjects, domain, flag_sets
from topline.adam.survival import derive_survival
from topline.adam.tumor import Tumors, derive_tumors
from topline.adam.tumor_rows import derive_tumor_rows, flag_scans
from topline.exchange.folder import read_folder
from topline.protocol.model import Protocol
from topline.tables.conform import conform
from topline.tables.findings import join_findings
from topline.tables.sdtm import sdtm_table


@dataclass(frozen=True)
class Derived:
    """All that is derived of one trial, and the findings about it."""

    adam: dict[str, pl.DataFrame]
    tumors: Tumors | None
    findings: pl.DataFrame


@cache
def sdtm(folder: Path) -> Mapping[str, pl.DataFrame]:
    """Return the tables of a folder, conformed."""
    tables, *_ = read_folder([folder])
    known = {name: sdtm_table(name) for name in tables}
    return {name: conform(tables[name], table)[0] for name, table in known.items() if table is not None}


def places(adsl: pl.DataFrame) -> pl.DataFrame:
    return adsl.select("STUDYID", "USUBJID", "STARTDT").with_row_index("S").with_columns(pl.col("S").cast(pl.Int64))


def derive(tables: Mapping[str, pl.DataFrame], protocol: Protocol, adsl: pl.DataFrame | None = None) -> Derived:
    """Return ADaM from SDTM; ADSL is derived too unless it is given."""
    own, found = derive_subjects(tables, protocol) if adsl is None else (adsl, join_findings())
    tu, tr, rs = (domain(tables, name) for name in ("TU", "TR", "RS"))
    criteria = protocol.criteria.response
    tumors = derive_tumors(tu, tr, places(own), criteria) if tu.height or tr.height else None
    parts = [found] if tumors is None else [found, tumors.findings]
    if adsl is None:
        own, more = flag_scans(own, tumors, rs, criteria)
        own, parts = flag_sets(own, protocol), [*parts, more]
    adrs, found_response = derive_response(own, rs, tumors, protocol)
    adtte, found_time = derive_survival(own, adrs, protocol)
    adam = {"ADSL": own, "ADRS": adrs, "ADTTE": adtte, "ADTR": derive_tumor_rows(tumors, own)}
    return Derived(adam, tumors, join_findings(*parts, found_response, found_time, check_consistency(adrs, adtte)))
