"""What a report is made of: the protocol, the tables of a run, and where they came from."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

import polars as pl

from topline.protocol.model import Protocol


class SourceRecords(NamedTuple):
    """A file that was read: its name, the domain it holds, its number of records, and the SHA-256 of its bytes."""

    file: str
    domain: str
    records: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Provenance:
    """Where a report comes from: digests of protocol and data, version of topline, seed of virtual data, files read.

    `cutoff` is the date of the data cut where it is known; `sources` is empty for data that no file holds.
    """

    protocol_digest: str
    data_digest: str
    version: str
    seed: int | None = None
    virtual: bool = False
    sources: tuple[SourceRecords, ...] = ()
    cutoff: date | None = None


@dataclass(frozen=True, slots=True)
class Content:
    """All that a report shows: the protocol, results with their lineage, findings, the ADaM tables, the provenance."""

    protocol: Protocol
    results: pl.DataFrame
    lineage: pl.DataFrame
    findings: pl.DataFrame
    adam: Mapping[str, pl.DataFrame]
    provenance: Provenance
