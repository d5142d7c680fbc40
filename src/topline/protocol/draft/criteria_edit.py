"""Changed criteria written back: a changed text in its place, a changed list anew."""

from topline.protocol.draft.record_edit import RecordEdit
from topline.protocol.draft.screening import PATH
from topline.protocol.draft.study import Draft
from topline.protocol.draft.wording import criteria_words
from topline.protocol.model import Protocol
from topline.protocol.record.record import Record


def edit_criteria(edit: RecordEdit, draft: Draft, now: Protocol, record: Record) -> None:
    """Write the criteria where their texts differ from the drafted ones; conditions are no part of a record."""
    was = {each.id: each.text for each in draft.protocol.eligibility.criteria}
    texts = {each.id: each.text for each in now.eligibility.criteria}
    if was == texts:
        return
    if list(was) == list(texts) and all(_edited(edit, draft, name, (was[name], texts[name]), record) for name in was):
        return
    edit.set(PATH, criteria_words(now) or None)


def _edited(edit: RecordEdit, draft: Draft, name: str, pair: tuple[str, str], record: Record) -> bool:
    """Write one criterion into its place; return whether that place is known."""
    before, after = pair
    if before == after:
        return True
    section = "inclusion" if name.startswith("I") else "exclusion"
    origins = draft.provenance.get(f"eligibility.{section}.{name}.text")
    text = record.content.eligibility.eligibility_criteria
    if not origins or text is None:
        return False
    origin = origins[0]
    return edit.replace(origin._replace(start=0, end=0), text[origin.start : origin.end], after)
