"""What the checks of a record look at: its texts with their places, in lower case once, its arms, outcomes and dates.

A check is a function `check(subject) -> Iterator[Hit]`, registered under its rule's identifier in the mapping `CHECKS`
of its module. It runs only when all `needs` of its rule are in the source (see `missing`), so a value that is None in
a check was left empty by the record. A check that finds while it runs that it cannot answer raises `Unassessable` with
the reason; every other exception is a fault of the program and goes up.
"""

from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from functools import cache, cached_property
from itertools import accumulate
from typing import Any, TypeVar

from topline.protocol.eligibility.items import CriteriaText, split_criteria
from topline.protocol.lint.passage import OutcomeText, Passage, outcome_text, passage
from topline.protocol.lint.period import Period, period
from topline.protocol.lint.rule import Hit
from topline.protocol.record.content import ArmGroup, Content, DesignInfo, Intervention
from topline.protocol.record.record import Record, State

CRITERIA = "eligibilityModule.eligibilityCriteria"
SUMMARY = "descriptionModule.briefSummary"
DETAIL = "descriptionModule.detailedDescription"
BRIEF_TITLE = "identificationModule.briefTitle"
OFFICIAL_TITLE = "identificationModule.officialTitle"
PRIMARY = "outcomesModule.primaryOutcomes"
TREATMENT_DESCRIPTION = "armsInterventionsModule.interventions.0.description"

CANCER = (
    *("cancer", "carcinoma", "tumor", "tumour", "neoplas", "lymphoma", "leukemi", "leukaemi", "melanoma", "sarcoma"),
    *("myeloma", "glioma", "blastoma", "mesothelioma", "malignan", "metasta", "myelodysplas", "oncolog"),
)
"""Beginnings of words that say a trial is about cancer."""


Answer = TypeVar("Answer")


class Unassessable(Exception):  # noqa: N818 - an open answer, no error
    """A check cannot be answered from this record; the text says why, in words for the user."""


@dataclass(frozen=True)
class Subject:
    """A record as the checks see it, on a `day` (which decides what is late, never what was current)."""

    record: Record
    day: date

    # ------------------------------------------------------------------ texts

    @cached_property
    def titles(self) -> tuple[Passage, ...]:
        """The brief and the official title, those that are there."""
        found = self.content.identification
        both = ((BRIEF_TITLE, found.brief_title), (OFFICIAL_TITLE, found.official_title))
        return tuple(passage(path, text) for path, text in both if text)

    @cached_property
    def summary(self) -> Passage:
        """The brief summary."""
        return passage(SUMMARY, self.content.description.brief_summary)

    @cached_property
    def detail(self) -> Passage:
        """The detailed description."""
        return passage(DETAIL, self.content.description.detailed_description)

    @cached_property
    def criteria(self) -> Passage:
        """The eligibility criteria as one text."""
        return passage(CRITERIA, self.content.eligibility.eligibility_criteria)

    @cached_property
    def criteria_items(self) -> CriteriaText:
        """The eligibility criteria as items; their places are places in `criteria.text`."""
        return split_criteria(self.criteria.text)

    @cached_property
    def outcomes(self) -> tuple[OutcomeText, ...]:
        """The outcomes, primary first."""
        found = self.content.outcomes
        ranks = (
            ("primary", found.primary_outcomes),
            ("secondary", found.secondary_outcomes),
            ("other", found.other_outcomes),
        )
        return tuple(
            outcome_text(f"outcomesModule.{rank}Outcomes.{index}", rank, outcome)
            for rank, outcomes in ranks
            for index, outcome in enumerate(outcomes)
        )

    @cached_property
    def primary(self) -> tuple[OutcomeText, ...]:
        """The primary outcomes."""
        return tuple(outcome for outcome in self.outcomes if outcome.rank == "primary")

    @cached_property
    def outcomes_low(self) -> str:
        """All outcomes in lower case, to look whether words occur in any."""
        return "\n".join(outcome.low for outcome in self.outcomes)

    @cached_property
    def treatments(self) -> tuple[Passage, ...]:
        """Labels and descriptions of the arms, names and descriptions of the interventions."""
        return tuple(_treatments(self.arms, self.interventions))

    @cached_property
    def passages(self) -> tuple[Passage, ...]:
        """Every text of the record that a person wrote, in the order of the form."""
        return tuple(found for found in self._passages() if found.text)

    @cached_property
    def everything(self) -> str:
        """All passages in lower case, one per line: to look whether words occur anywhere."""
        return "\n".join(found.low for found in self.passages)

    def holding(self, *stems: str) -> tuple[Passage, ...]:
        """Return the passages in which one of some beginnings of words occurs, in lower case."""
        starts, found = self._starts, set()
        for stem in stems:
            at = self.everything.find(stem)
            while at >= 0:
                index = bisect_right(starts, at) - 1
                found.add(index)
                at = self.everything.find(stem, starts[index + 1]) if index + 1 < len(starts) else -1
        return tuple(self.passages[index] for index in sorted(found))

    @cached_property
    def _starts(self) -> list[int]:
        """Where each passage begins in `everything`."""
        return [0, *accumulate(len(passage.low) + 1 for passage in self.passages)][: len(self.passages)]

    def once(self, compute: "Callable[[Subject], Answer]") -> Answer:
        """Return what a function says of this subject, computed once however many checks ask."""
        if compute not in self._known:
            self._known[compute] = compute(self)
        known: Answer = self._known[compute]
        return known

    @cached_property
    def _known(self) -> dict[Callable[..., Any], Any]:
        return {}

    @cached_property
    def prose(self) -> str:
        """Summary and detailed description in lower case."""
        return f"{self.summary.low}\n{self.detail.low}"

    def _passages(self) -> Iterator[Passage]:
        content = self.content
        yield from self.titles
        yield self.summary
        yield self.detail
        yield from _listed("conditionsModule.conditions", content.conditions.conditions)
        yield from _listed("conditionsModule.keywords", content.conditions.keywords)
        yield from self.treatments
        for outcome in self.outcomes:
            yield from outcome.passages
        yield self.criteria

    @cached_property
    def unseen(self) -> tuple[str, ...]:
        """The kinds of texts which this source leaves out."""
        texts = (("descriptions of treatments", TREATMENT_DESCRIPTION), ("criteria", CRITERIA), ("outcomes", PRIMARY))
        return tuple(name for name, path in texts if not self.in_source(path))

    @property
    def nowhere(self) -> str:
        """Words for "nowhere in the record" that name the texts which this source leaves out."""
        if self.unseen:
            return f"nowhere in this source, which has no {', no '.join(self.unseen)}"
        return "nowhere in the record"

    def absence(self, what: str) -> str:
        """Return in words that something stands nowhere in the record.

        Raises Unassessable where the criteria, in which it often stands, are not in the source.
        """
        if "criteria" in self.unseen:
            raise Unassessable(f"{what} may stand in the criteria, which are not in this source")
        return f"{what} is given {self.nowhere}"

    # ------------------------------------------------------------------ values

    @property
    def content(self) -> Content:
        """The values of the record."""
        return self.record.content

    @property
    def arms(self) -> tuple[ArmGroup, ...]:
        """The arms."""
        return self.content.arms.arm_groups

    @property
    def interventions(self) -> tuple[Intervention, ...]:
        """The treatments."""
        return self.content.arms.interventions

    @property
    def design(self) -> DesignInfo:
        """Allocation, model, purpose and masking, empty where the record has none."""
        return self.content.design.design_info or DesignInfo()

    @property
    def masking(self) -> str | None:
        """Who does not know the treatment: NONE, SINGLE, DOUBLE, TRIPLE, QUADRUPLE."""
        return self.design.masking_info.masking if self.design.masking_info else None

    @cached_property
    def interventional(self) -> bool:
        """Whether it is a trial of an intervention; a record that names no type of study counts as one."""
        return self.content.design.study_type in (None, "INTERVENTIONAL")

    @cached_property
    def phase_two(self) -> bool:
        """Whether it is a phase II trial (or I/II, II/III), by its phases or, where they are unseen, by its words.

        Raises Unassessable where neither says.
        """
        if self.content.design.phases or self.in_source("designModule.phases"):
            return "PHASE2" in self.content.design.phases
        if "phase" not in self.everything:
            raise Unassessable("the phase is not in this source")
        return "phase ii" in self.everything.replace("phase iii", "") or "phase 2" in self.everything

    @cached_property
    def oncology(self) -> bool:
        """Whether titles or conditions are about cancer."""
        content = self.content.conditions
        low = " ".join((*(found.low for found in self.titles), *content.conditions, *content.keywords)).lower()
        return any(word in low for word in CANCER)

    # ------------------------------------------------------------------ dates

    @cached_property
    def start(self) -> Period | None:
        """The days on which the trial can have started."""
        day = self.content.status.start_date_struct
        return period(day.date) if day else None

    @cached_property
    def submitted(self) -> Period | None:
        """The day on which the record was first submitted."""
        return period(self.content.status.study_first_submit_date)

    @property
    def era(self) -> Period | None:
        """The days that decide which standard was current: the start, else the first submission, else unknown."""
        return self.start or self.submitted

    # ------------------------------------------------------------------ what is in the source

    def in_source(self, path: str) -> bool:
        """Return whether the form that was read could hold a field and did not lose it."""
        lost = not self.record.absent.isdisjoint(_with_ancestors(path))
        return not lost or self.record.state(path) is not State.NOT_IN_SOURCE

    def missing(self, needs: Iterable[str]) -> tuple[str, ...]:
        """Return those needs that are not in the source.

        A need is a path, or several joined by `|` of which one is enough.
        """
        if not self.record.absent:
            return ()
        return tuple(need for need in needs if not any(self.in_source(path) for path in need.split("|")))


@cache
def _with_ancestors(path: str) -> tuple[str, ...]:
    """Return a path and those above it."""
    steps = path.split(".")
    return tuple(".".join(steps[:length]) for length in range(1, len(steps) + 1))


def _listed(path: str, texts: Iterable[str]) -> Iterator[Passage]:
    return (passage(f"{path}.{index}", text) for index, text in enumerate(texts))


def _treatments(arms: Iterable[ArmGroup], interventions: Iterable[Intervention]) -> Iterator[Passage]:
    for index, arm in enumerate(arms):
        yield passage(f"armsInterventionsModule.armGroups.{index}.label", arm.label)
        yield passage(f"armsInterventionsModule.armGroups.{index}.description", arm.description)
    for index, treatment in enumerate(interventions):
        yield passage(f"armsInterventionsModule.interventions.{index}.name", treatment.name)
        yield passage(f"armsInterventionsModule.interventions.{index}.description", treatment.description)


Check = Callable[[Subject], Iterable[Hit]]
"""What a rule runs on a record."""


def together(hits: Iterable[Hit]) -> Iterator[Hit]:
    """Yield the first of several hits with one cause and one cure, with the number of the others.

    >>> list(together([Hit("a", "no scale"), Hit("b", "no scale"), Hit("c", "no scale")]))
    [Hit(path='a', message='no scale; the same in 2 other outcomes', start=0, end=0)]
    """
    found = list(hits)
    if found:
        count = len(found) - 1
        more = f"; the same in {count} other outcome{'s' if count > 1 else ''}" if count else ""
        yield replace(found[0], message=found[0].message + more)
