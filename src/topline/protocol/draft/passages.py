"""The texts of a record with their paths: where a draft looks for what the fields themselves do not say."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from topline.protocol.draft.notes import Origin
from topline.protocol.record.content import Content, Outcome
from topline.protocol.record.record import Record

ARMS, PROSE, OUTCOMES, TITLES, CRITERIA = "arms", "prose", "outcomes", "titles", "criteria"
ARM_MODULE = "armsInterventionsModule"
RANKS = (("primaryOutcomes", "primary"), ("secondaryOutcomes", "secondary"), ("otherOutcomes", "exploratory"))


class Passage(NamedTuple):
    """A text of the record, the path of its field, and the group that it belongs to."""

    group: str
    path: str
    text: str


class Found(NamedTuple):
    """A match of a pattern, and where in the record it stands."""

    match: re.Match[str]
    origin: Origin


@dataclass(frozen=True)
class Passages:
    """The texts of one record, those first that are believed first: treatments, outcomes, prose, titles, criteria."""

    record: Record

    @property
    def content(self) -> Content:
        """The values of the record."""
        return self.record.content

    @cached_property
    def all(self) -> tuple[Passage, ...]:
        """Every text that is not empty."""
        parts = (self._arms(), self._outcomes(), self._prose(), self._titles(), self._criteria())
        return tuple(each for part in parts for each in part if each.text.strip())

    def of(self, *groups: str) -> Iterator[Passage]:
        """Yield the texts of some groups, or all when none is named."""
        return (each for each in self.all if not groups or each.group in groups)

    def find_all(self, pattern: re.Pattern[str], *groups: str) -> Iterator[Found]:
        """Yield every match of a pattern in the texts of some groups, in order."""
        for passage in self.of(*groups):
            for match in pattern.finditer(passage.text):
                yield Found(match, Origin(passage.path, match.start(), match.end()))

    def find(self, pattern: re.Pattern[str], *groups: str) -> Found | None:
        """Return the first match of a pattern in the texts of some groups, or None."""
        return next(self.find_all(pattern, *groups), None)

    @cached_property
    def outcomes(self) -> tuple[tuple[str, str, Outcome], ...]:
        """The outcomes with a text: path, objective, outcome; in the record's order."""
        modules = self.content.outcomes
        lists = (modules.primary_outcomes, modules.secondary_outcomes, modules.other_outcomes)
        return tuple(
            (f"outcomesModule.{name}.{index}", rank, outcome)
            for (name, rank), outcomes in zip(RANKS, lists, strict=True)
            for index, outcome in enumerate(outcomes)
            if clean(outcome.measure) or clean(outcome.description)
        )

    def _arms(self) -> Iterator[Passage]:
        arms = self.content.arms
        yield from _parts(ARMS, f"{ARM_MODULE}.interventions", arms.interventions, ("name", "description"))
        yield from _parts(ARMS, f"{ARM_MODULE}.armGroups", arms.arm_groups, ("label", "description"))

    def _outcomes(self) -> Iterator[Passage]:
        for path, _, outcome in self.outcomes:
            for key, text in (
                ("measure", outcome.measure),
                ("description", outcome.description),
                ("timeFrame", outcome.time_frame),
            ):
                yield Passage(OUTCOMES, f"{path}.{key}", text or "")

    def _prose(self) -> Iterator[Passage]:
        told = self.content.description
        yield Passage(PROSE, "descriptionModule.detailedDescription", told.detailed_description or "")
        yield Passage(PROSE, "descriptionModule.briefSummary", told.brief_summary or "")
        info = self.content.design.design_info
        more = (info.model_extra or {}).get("interventionModelDescription") if info else None
        yield Passage(
            PROSE, "designModule.designInfo.interventionModelDescription", more if isinstance(more, str) else ""
        )

    def _titles(self) -> Iterator[Passage]:
        named = self.content.identification
        yield Passage(TITLES, "identificationModule.officialTitle", named.official_title or "")
        yield Passage(TITLES, "identificationModule.briefTitle", named.brief_title or "")

    def _criteria(self) -> Iterator[Passage]:
        text = self.content.eligibility.eligibility_criteria or ""
        yield Passage(CRITERIA, "eligibilityModule.eligibilityCriteria", text)


def _parts(group: str, path: str, parts: Iterable[object], keys: tuple[str, ...]) -> Iterator[Passage]:
    """Yield the texts of the items of a list."""
    for index, part in enumerate(parts):
        for key in keys:
            yield Passage(group, f"{path}.{index}.{key}", getattr(part, key) or "")


def clean(text: str | None, most: int = 1000) -> str:
    r"""Return a text as a study file can hold it: one line, no control characters, at most so many characters.

    >>> clean("a\x00 b\n\nc"), clean("too long", 5)
    ('a b c', 'too…')
    """
    line = " ".join("".join(letter if _plain(letter) else " " for letter in text or "").split())
    return line if len(line) <= most else line[: most - 1].rstrip() + "…" if most > 1 else line[:most]


def _plain(letter: str) -> bool:
    """Whether a character may stand in a study file."""
    return letter.isprintable() and letter != "\ufffd"
