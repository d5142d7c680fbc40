"""The criteria of a record as conditions, each with its place in the record's text."""

from itertools import chain

from topline.protocol.draft.notes import Notes, Origin
from topline.protocol.draft.passages import Passages
from topline.protocol.eligibility.criterion import Criterion, Eligibility
from topline.protocol.eligibility.draft import draft_criteria
from topline.protocol.eligibility.items import CriteriaText, Item, split_criteria

PATH = "eligibilityModule.eligibilityCriteria"
LARGEST = 60_000  # characters of criteria that a study file holds beside their conditions


def draft_screening(passages: Passages, notes: Notes) -> dict[str, object]:
    """Return the criteria as drafts, which a person has to confirm one by one."""
    text = passages.content.eligibility.eligibility_criteria or ""
    if len(text) > LARGEST:
        notes.guess(
            "eligibility",
            f"The record's criteria have {len(text):,} characters, more than a study file holds.",
            "Which criteria does the trial have?",
            "None stands here, so no candidate is screened.",
        )
        return {"inclusion": [], "exclusion": []}
    drafted = draft_criteria(text)
    _note(drafted, split_criteria(text), notes)
    if not drafted.criteria:
        notes.guess(
            "eligibility",
            "The record at hand lists no criteria.",
            "Who may enrol?",
            "Without criteria every candidate counts as eligible.",
        )
    return drafted.model_dump(mode="json")


def _note(drafted: Eligibility, text: CriteriaText, notes: Notes) -> None:
    """Note the place of each criterion, and ask for confirmation."""
    for name, criteria, items in (
        ("inclusion", drafted.inclusion, text.inclusion),
        ("exclusion", drafted.exclusion, text.exclusion),
    ):
        for criterion in criteria:
            item = _item(criterion, items)
            if item is not None:
                notes.states(f"eligibility.{name}.{criterion.id}.text", Origin(PATH, item.start, item.end))
    manual = [criterion for criterion in drafted.criteria if criterion.signoffs]
    if drafted.criteria:
        notes.ask(
            "eligibility",
            f"Do the conditions of the {len(drafted.criteria)} criteria say what their texts say? "
            f"{len(manual)} of them hold something that only a person judges.",
            "A draft may screen candidates on trial; one that is confirmed may decide.",
        )
    for item in chain(text.unplaced):
        words = " ".join(item.text.split())[:160]
        notes.ask(
            "eligibility",
            f"Does this include or exclude: '{words}'?",
            "The record does not say to which list it belongs.",
        )


def _item(criterion: Criterion, items: tuple[Item, ...]) -> Item | None:
    """Return the item of the record's text that a criterion was drafted from."""
    place = int(criterion.id[1:]) - 1
    if place < len(items) and _same(items[place].text, criterion.text):
        return items[place]
    return next((item for item in items if _same(item.text, criterion.text)), None)


def _same(one: str, other: str) -> bool:
    """Whether two texts differ in white space at most."""
    return "".join(one.split()) == "".join(other.split())
