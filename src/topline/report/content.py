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
    sources: tuple[SourceRecords | tuple[str, str, int, str], ...] = ()
    cutoff: date | None = None

    @property
    def mark(self) -> str:
        """The first digits of both digests, as the foot of a printed page bears them.

        >>> Provenance("fd4681fa4659d179", "virtual, seed 1", "0.1.0").mark
        'fd4681fa4659'
        """
        digests = (digest[:12] for digest in (self.protocol_digest, self.data_digest))
        return " · ".join(digest for digest in digests if digest.isalnum())


@dataclass(frozen=True, slots=True)
class Content:
    """All that a report shows: the protocol, results with their lineage, findings, the ADaM tables, the provenance."""

    protocol: Protocol
    results: pl.DataFrame
    lineage: pl.DataFrame
    findings: pl.DataFrame
    adam: Mapping[str, pl.DataFrame]
    provenance: Provenance
