"""Back out: a study as a registry record; its own record changes only where the study says something else.

A lens: the record of an unedited study is the kept record, to the letter. An edit of what a record can hold (`FIELDS`
and the modules beside this one) changes the place in the record that said it, and nothing else.
"""

from collections.abc import Callable, Mapping

from topline.protocol.draft.criteria_edit import edit_criteria
from topline.protocol.draft.new_record import new_record
from topline.protocol.draft.notes import Origin
from topline.protocol.draft.outcome_edit import edit_outcomes
from topline.protocol.draft.record_edit import RecordEdit
from topline.protocol.draft.study import Draft, draft_study
from topline.protocol.draft.treatment_edit import edit_arms
from topline.protocol.draft.wording import PHASES, SEXES, age_words
from topline.protocol.model import Protocol
from topline.protocol.record.record import Record

Node = dict[str, object]


def render_record(protocol: Protocol, record: Record | None = None, draft: Draft | None = None) -> Node:
    """Return the study as a record in the shape of the API, version 2.

    With its own record the result is that record, changed only where the study says something else than what is
    drafted from it. Without one it is a new record. `draft` is the draft of the record, where the caller has it.
    """
    if record is None:
        return new_record(protocol)
    draft = draft or draft_study(record)
    edit = RecordEdit(record.document)
    _edit_fields(edit, draft, protocol)
    edit_arms(edit, draft, protocol, record)
    edit_outcomes(edit, draft, protocol)
    _edit_times(edit, draft, protocol, record)
    edit_criteria(edit, draft, protocol, record)
    return edit.finish()


FIELDS: tuple[tuple[str, Callable[[Protocol], object], Callable[[Protocol], object]], ...] = (
    ("identificationModule.nctId", lambda p: p.identifiers.registry, lambda p: p.identifiers.registry or None),
    ("sponsorCollaboratorsModule.leadSponsor.name", lambda p: p.identifiers.sponsor, lambda p: p.identifiers.sponsor),
    ("designModule.phases", lambda p: p.identifiers.phase, lambda p: list(PHASES[p.identifiers.phase])),
    (
        "conditionsModule.conditions",
        lambda p: p.population.condition.en,
        lambda p: p.population.condition.en.split("; "),
    ),
    ("eligibilityModule.sex", lambda p: p.population.sex, lambda p: SEXES[p.population.sex]),
    (
        "eligibilityModule.minimumAge",
        lambda p: p.population.ages.minimum,
        lambda p: age_words(p.population.ages.minimum),
    ),
    (
        "eligibilityModule.maximumAge",
        lambda p: p.population.ages.maximum,
        lambda p: age_words(p.population.ages.maximum),
    ),
    ("designModule.enrollmentInfo.count", lambda p: p.population.planned, lambda p: p.population.planned),
)
"""Fields that a study carries as they are: path in the record, value to compare, value to write."""


def _edit_fields(edit: RecordEdit, draft: Draft, now: Protocol) -> None:
    """Write the fields whose value the study changed."""
    for path, compared, written in FIELDS:
        if compared(now) != compared(draft.protocol):
            edit.set(path, written(now))
    _edit_names(edit, draft, now)


def _edit_names(edit: RecordEdit, draft: Draft, now: Protocol) -> None:
    """Write title, study identifier and further numbers where they changed."""
    was, named = draft.protocol.identifiers, now.identifiers
    if named.title.en != was.title.en:
        origins = draft.provenance.get("identifiers.title.en") or (Origin("identificationModule.briefTitle"),)
        edit.set(origins[0].path, named.title.en)
    if named.study != was.study and named.study != named.registry:
        edit.set("identificationModule.orgStudyIdInfo.id", named.study)
    added = [each for each in named.others if each not in was.others]
    removed = {each for each in was.others if each not in named.others}
    if added:
        edit.listed("identificationModule.secondaryIdInfos").extend({"id": each} for each in added)
    infos = edit.get("identificationModule.secondaryIdInfos")
    for index, info in enumerate(infos if isinstance(infos, list) else ()):
        if isinstance(info, Mapping) and info.get("id") in removed:
            edit.drop(f"identificationModule.secondaryIdInfos.{index}")


def _edit_times(edit: RecordEdit, draft: Draft, now: Protocol, record: Record) -> None:
    """Write lengths and versions that stand in running text, where the record states them."""
    was = draft.protocol
    pairs = (
        ("schedule.cycle_days", was.schedule.cycle_days, now.schedule.cycle_days, "{}-day cycle"),
        ("schedule.maximum_months", was.schedule.maximum_months, now.schedule.maximum_months, "{:g} months"),
        (
            "criteria.adverse_events.version",
            was.criteria.adverse_events.version,
            now.criteria.adverse_events.version,
            "CTCAE {}",
        ),
    )
    for path, before, after, words in pairs:
        for origin in draft.provenance.get(path, ()) if before != after else ():
            text = record.value(origin.path)
            if isinstance(text, str):
                piece = text[origin.start : origin.end]
                _everywhere(edit, origin, piece, words.format(after))


def _everywhere(edit: RecordEdit, origin: Origin, piece: str, words: str) -> None:
    """Write a piece anew; a time frame that other outcomes share changes with it."""
    edit.replace(origin, piece, words)
    if not origin.path.endswith("timeFrame"):
        return
    for name in ("primaryOutcomes", "secondaryOutcomes", "otherOutcomes"):
        outcomes = edit.get(f"outcomesModule.{name}")
        for outcome in outcomes if isinstance(outcomes, list) else ():
            if isinstance(outcome, dict) and isinstance(outcome.get("timeFrame"), str):
                outcome["timeFrame"] = outcome["timeFrame"].replace(piece, words)
