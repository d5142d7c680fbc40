"""A questionnaire as data: its items with their ranges, its scales with their formulas and directions.

An instrument is one TOML file of numbers and structure, `instruments/<name>.toml`; another EORTC module is another
file. The wording of items is the property of its owner and never part of topline: `add_wording` takes it from a file
of a licensed user.
"""

import math
import tomllib
from importlib.resources import files
from typing import Annotated, Any, Literal

from pydantic import Field, ValidationError, model_validator

from topline.errors import ToplineError
from topline.protocol.part import Fixed, FixedMapping, Part, Words

Formula = Literal["rising", "falling"]
Better = Literal["high", "low"]
Points = Annotated[float, Field(gt=0, le=100)]
Code = Annotated[str, Field(pattern=r"^[A-Z][A-Z0-9]{0,2}$")]
TestCode = Annotated[str, Field(pattern=r"^([A-Z][A-Z0-9]{0,7})?$")]


class Item(Part):
    """One question: its number, the lowest and the highest answer, its test code (QSTESTCD) and its NCI code."""

    number: int = Field(ge=1, le=999)
    low: int
    high: int
    testcd: TestCode = ""
    nci: str = ""

    @model_validator(mode="after")
    def _rising(self) -> "Item":
        if self.low >= self.high:
            raise ValueError(f"item {self.number}: low {self.low} is not below high {self.high}")
        return self


class Direction(Part):
    """Which way a score runs: `rising` with the answers or `falling`, and whether `high` or `low` scores are better."""

    formula: Formula
    better: Better


class Named(Part):
    """What scales and composites have in common: code, label, minimal important difference [points] and its source.

    The difference has a source, or it is assumed with a reason. `key` marks the scales that a report shows as figures.
    """

    code: Code
    label: Words
    mid: Points
    mid_source: str = ""
    mid_assumed: str = ""
    key: bool = False

    @model_validator(mode="after")
    def _founded(self) -> "Named":
        if bool(self.mid_source) == bool(self.mid_assumed):
            raise ValueError(f"{self.code}: mid needs either mid_source or mid_assumed")
        return self


class Scale(Named):
    """The items of a scale and the formula of its score, 0 to 100.

    `least` is how many items must be answered; None is half of them. A scale whose direction is `unverified` states
    its possible `directions`, of which `direction` holds unless the protocol chooses; `unverified` gives the reason.
    """

    items: tuple[int, ...] = Field(min_length=1)
    formula: Formula | None = None
    better: Better | None = None
    directions: FixedMapping[str, Direction] = Field(default_factory=Fixed)
    direction: str = ""
    unverified: str = ""
    least: int | None = Field(default=None, ge=1)
    testcd: TestCode = ""
    nci: str = ""

    @property
    def needed(self) -> int:
        """How many answers the scale needs: `least`, or half of its items, rounded up."""
        return self.least or math.ceil(len(self.items) / 2)

    @model_validator(mode="after")
    def _directed(self) -> "Scale":
        if len(set(self.items)) < len(self.items) or self.needed > len(self.items):
            raise ValueError(f"{self.code}: an item stands twice, or least exceeds the number of items")
        if self.unverified:
            if self.formula or self.better or self.direction not in self.directions:
                raise ValueError(f"{self.code}: an unverified scale has directions, one of them as direction")
        elif not (self.formula and self.better) or self.directions or self.direction:
            raise ValueError(f"{self.code}: a scale has formula and better, or is unverified with its directions")
        return self


class Composite(Named):
    """The mean of scales, each turned so that high is better; it exists only where all of them do."""

    scales: tuple[Code, ...] = Field(min_length=1)


class Instrument(Part):
    """A questionnaire: name and version as the protocol writes them, the QSCAT values it goes by, items, scales."""

    name: str = Field(min_length=1, max_length=40)
    version: str = Field(min_length=1, max_length=20)
    prefix: str = Field(pattern=r"^[A-Z][A-Z0-9]{2}$", description="what the parameter codes begin with")
    source: str = Field(min_length=10)
    categories: tuple[str, ...] = Field(min_length=1)
    items: tuple[Item, ...] = Field(min_length=1)
    scales: tuple[Scale, ...] = Field(min_length=1)
    composites: tuple[Composite, ...] = ()
    wording: FixedMapping[int, Words] = Field(default_factory=Fixed)

    @model_validator(mode="after")
    def _coherent(self) -> "Instrument":
        ranges = {item.number: (item.low, item.high) for item in self.items}
        for scale in self.scales:
            if not set(scale.items) <= set(ranges):
                raise ValueError(f"{scale.code}: an item is not among the items of the instrument")
            if len({ranges[number] for number in scale.items}) > 1:
                raise ValueError(f"{scale.code}: items with different ranges have no common score")
        codes = [each.code for each in (*self.scales, *self.composites)]
        parts = {code for each in self.composites for code in each.scales}
        repeated = len(ranges) < len(self.items) or len(set(codes)) < len(codes)
        if repeated or not parts <= {scale.code for scale in self.scales}:
            raise ValueError("a code or item number stands twice, or a composite names an unknown scale")
        return self


def parse_instrument(text: str, where: str = "instrument") -> Instrument:
    """Return the instrument that a TOML text describes. Raises ToplineError TL-Q12 with every fault of the text.

    >>> built_in("EORTC QLQ-C30").scales[1].items
    (1, 2, 3, 4, 5)
    """
    try:
        return Instrument.model_validate(tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        raise ToplineError("TL-Q12", where=where, what=str(error)) from error
    except ValidationError as error:
        told = tuple(f"{'.'.join(map(str, each['loc']))}: {each['msg']}" for each in error.errors())
        raise ToplineError("TL-Q12", where=where, what=f"{len(told)} faults", others=told) from error


def add_wording(instrument: Instrument, text: str) -> Instrument:
    """Return the instrument with the wording of its items from a licensed user's TOML text.

    The text has one table per item number: `[31]`, `en = "..."`, `zh = "..."`. Raises ToplineError TL-Q12.
    """
    try:
        wording = {int(number): words for number, words in tomllib.loads(text).items()}
    except ValueError as error:
        raise ToplineError("TL-Q12", where=instrument.name, what=str(error)) from error
    unknown = set(wording) - {item.number for item in instrument.items}
    if unknown:
        raise ToplineError("TL-Q12", where=instrument.name, what=f"has no item {min(unknown)}")
    content: dict[str, Any] = {**instrument.model_dump(), "wording": wording}
    return Instrument.model_validate(content)


def built_in(name: str) -> Instrument | None:
    """Return the instrument of this name that ships with topline, or None.

    >>> built_in("EORTC QLQ-OES18").version, built_in("FACT-E")
    ('1.0', None)
    """
    stem = "-".join(name.lower().removeprefix("eortc").split())
    if not stem.replace("-", "").isalnum():
        return None
    try:
        text = files("topline").joinpath("adam").joinpath("instruments").joinpath(f"{stem}.toml").read_text("utf-8")
    except FileNotFoundError:
        return None
    return parse_instrument(text, name)
