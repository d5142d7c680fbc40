"""A criterion of a study: its text, the condition that a computer can judge, and who confirmed that they agree."""

import hashlib
from enum import StrEnum
from typing import Annotated

from pydantic import Field

from topline.protocol.part import Fixed, FixedMapping, Part


class CriterionState(StrEnum):
    """Whether a person confirmed that the condition says what the text says, and whether both are still the same."""

    DRAFT = "draft"
    CONFIRMED = "confirmed"
    WITHDRAWN = "withdrawn"


class Confirmation(Part):
    """Who confirmed a criterion, when, and the digest of what was confirmed."""

    by: str = Field(min_length=1, max_length=100, description="who confirmed it")
    on: str = Field(pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$", description="when, yyyy-mm-dd, in quotes")
    digest: str = Field(pattern=r"^[0-9a-f]{16}$", description="digest of what was confirmed, in quotes")


class Criterion(Part):
    """One criterion. `condition` is an SQL boolean expression over PATIENTS and the criterion's own sign-offs.

    Of an inclusion criterion the condition says what must hold, of an exclusion criterion what must not. A sign-off is
    a question that only a person answers, a column of its own (Y or N): `I05_A` is the first one of I05. `applies`
    says whom the criterion concerns at all.
    """

    id: str = Field(pattern=r"^[IE][0-9]{2}$", description="I01, I02 ... or E01, E02 ...")
    text: str = Field(min_length=1, max_length=10000, description="the criterion as the trial states it")
    condition: str = Field(
        min_length=1, max_length=5000, description="SQL boolean expression over PATIENTS and the sign-offs"
    )
    applies: str = Field(
        default="TRUE", min_length=1, max_length=500, description="SQL: whom it concerns; others are not applicable"
    )
    signoffs: FixedMapping[
        Annotated[str, Field(pattern=r"^[IE][0-9]{2}_[A-Z]$")], Annotated[str, Field(min_length=1, max_length=10000)]
    ] = Field(default_factory=Fixed, description="by column: what a person judges, and why a computer cannot")
    confirmed: Confirmation | None = Field(default=None, description="who confirmed it; null: a draft")

    @property
    def digest(self) -> str:
        """The first 16 digits of the SHA-256 of text, condition, scope and sign-offs."""
        parts = (self.text, self.condition, self.applies, *(f"{k}={v}" for k, v in sorted(self.signoffs.items())))
        return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()[:16]

    @property
    def state(self) -> CriterionState:
        """Draft, confirmed, or withdrawn because text or condition changed after the confirmation."""
        if self.confirmed is None:
            return CriterionState.DRAFT
        return CriterionState.CONFIRMED if self.confirmed.digest == self.digest else CriterionState.WITHDRAWN


class Eligibility(Part):
    """Who may enrol: all inclusion criteria must be met and no exclusion criterion."""

    inclusion: tuple[Criterion, ...] = Field(default=(), description="what must hold")
    exclusion: tuple[Criterion, ...] = Field(default=(), description="what must not hold")

    @property
    def criteria(self) -> tuple[Criterion, ...]:
        """Inclusion and exclusion criteria, in order."""
        return (*self.inclusion, *self.exclusion)
