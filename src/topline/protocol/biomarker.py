"""Markers as the protocol declares them before data are seen, and how the search for cuts is corrected.

A marker says what is measured and when, where it divides patients, and which endpoints it is tested against.
"""

from typing import Annotated, Literal

from pydantic import Field, model_validator

from topline.protocol.biomarker_coherence import refuse_within
from topline.protocol.part import Part, Words

Level = Annotated[str, Field(min_length=1, max_length=200)]
Share = Annotated[float, Field(gt=0, lt=1)]
Rate = Annotated[float, Field(ge=0, le=1)]


class MarkerSource(Part):
    """Where a marker's values stand: the records of one test in one findings domain.

    `XB` holds the markers of a wide table (a row per subject, a column per marker); its tests are the column names.
    """

    domain: Literal["GF", "LB", "MI", "XB"] = Field(
        description="the SDTM domain: genomics (GF), laboratory (LB), microscopy (MI), or the wide marker table (XB)"
    )
    test: str = Field(
        pattern=r"^[A-Za-z_][A-Za-z0-9_]{0,39}$", description="the test's code (--TESTCD), or the wide table's column"
    )
    where: str = Field(
        default="TRUE",
        min_length=1,
        max_length=2000,
        description="SQL boolean expression over `domain`: which records of the test, for example GFSYM = 'EGFR'",
    )


class Continuous(Part):
    """A marker measured as a number. With a `cut` stated beforehand, patients at or above it are positive."""

    type: Literal["continuous"] = Field(description="the kind of values")
    unit: str = Field(
        default="", max_length=40, description="the standard unit (--STRESU) that values must have; empty: any"
    )
    cut: float | None = Field(
        default=None, description="the cut stated beforehand, positive from it on; null: none, only searched"
    )


class Categorical(Part):
    """A marker with named levels, which make a positive and a negative group. Other values are a finding."""

    type: Literal["categorical"] = Field(description="the kind of values")
    positive: tuple[Level, ...] = Field(min_length=1, description="the values (--STRESC) of the positive group")
    negative: tuple[Level, ...] = Field(min_length=1, description="the values of the negative group")

    @model_validator(mode="after")
    def _apart(self) -> "Categorical":
        refuse_within({"markers": [{"measure": self.model_dump()}]})
        return self


Measure = Annotated[Continuous | Categorical, Field(discriminator="type")]


class OnTreatment(Part):
    """A marker measured on treatment: time counts from a landmark, who had the event by then is left out.

    The value is the last one after the first day, not later than the landmark and at most `window_days` before it.
    Comparing patients by what happened to them later would favour those who lived long enough to be measured.
    """

    day: int = Field(ge=2, le=3660, description="the day of the landmark, time zero being day 1")
    window_days: int = Field(ge=0, le=365, description="how long before the landmark the sample may lie [days]")


class Marker(Part):
    """A marker: its values, and the endpoints it is tested against."""

    id: str = Field(pattern=r"^[A-Z][A-Z0-9]{0,7}$", description="up to eight capitals or digits; PARAMCD of ADBM")
    label: Words = Field(description="the name of the marker")
    source: MarkerSource = Field(description="where its values stand")
    measure: Measure = Field(description="what its values are; `type` says which of the two forms follows")
    on_treatment: OnTreatment | None = Field(default=None, description="null: measured before treatment")
    endpoints: tuple[str, ...] = Field(min_length=1, description="the ids of the endpoints it is tested against")

    @property
    def rule(self) -> str:
        """The rule of the positive group in words, empty where none was stated beforehand.

        >>> words = {"en": "PD-L1", "zh": "PD-L1"}
        >>> source, measure = {"domain": "MI", "test": "CPS"}, {"type": "continuous", "cut": 10}
        >>> Marker(id="PDL1", label=words, source=source, measure=measure, endpoints=("ORR",)).rule
        '>= 10'
        """
        if isinstance(self.measure, Categorical):
            return ", ".join(self.measure.positive)
        return "" if self.measure.cut is None else f">= {self.measure.cut:.15g} {self.measure.unit}".strip()


class Search(Part):
    """How the search over cuts and markers is run and corrected; the same seed gives the same p-values."""

    lowest_share: Share = Field(default=0.1, description="least share of patients below a cut that is tried")
    highest_share: Share = Field(default=0.9, description="greatest share of patients below a cut that is tried")
    permutations: int = Field(default=9999, ge=999, le=999_999, description="permutations of the outcomes")
    bootstrap: int = Field(default=2000, ge=200, le=100_000, description="bootstrap samples for the optimism")
    seed: int = Field(default=20_260_101, ge=0, description="the seed of permutations and bootstrap")

    @model_validator(mode="after")
    def _rising(self) -> "Search":
        refuse_within({"search": self.model_dump()})
        return self


class Alternative(Part):
    """True rates of the positive and the negative group, for which the power of Fisher's test is stated."""

    positive: Rate = Field(description="rate of the positive group")
    negative: Rate = Field(description="rate of the negative group")


ALTERNATIVES = tuple(Alternative(positive=one, negative=two) for one, two in ((0.8, 0.5), (0.9, 0.5), (0.8, 0.4)))


class Biomarkers(Part):
    """All markers of the trial, and how they are analysed."""

    markers: tuple[Marker, ...] = Field(default=(), description="the markers; none: no marker is analysed")
    search: Search = Field(default=Search(), description="how the search over cuts and markers is corrected")
    spread: float = Field(
        default=1.0,
        gt=0,
        le=10,
        description="scale of the prior of the spread of true log odds ratios between markers, which shrinks estimates",
    )
    level: float = Field(default=0.05, gt=0, lt=0.5, description="two-sided level of the stated power")
    alternatives: tuple[Alternative, ...] = Field(
        default=ALTERNATIVES, description="pairs of rates for which the power is stated"
    )

    @model_validator(mode="after")
    def _once(self) -> "Biomarkers":
        refuse_within(self.model_dump())
        return self
