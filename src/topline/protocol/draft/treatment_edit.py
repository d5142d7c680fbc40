"""Changed arms and drugs written back: a dose where it was said, a new arm with its drugs, a gone one with its own."""

from collections.abc import Iterator, Mapping

from topline.protocol.draft.new_record import arm_group, treatment
from topline.protocol.draft.passages import ARM_MODULE
from topline.protocol.draft.record_edit import RecordEdit
from topline.protocol.draft.study import Draft
from topline.protocol.draft.wording import ROUTES, TIMES, days_words, dose_words, regimen_words
from topline.protocol.model import Arm, Intervention, Protocol
from topline.protocol.record.record import Record

GROUPS, TREATMENTS = f"{ARM_MODULE}.armGroups", f"{ARM_MODULE}.interventions"


def edit_arms(edit: RecordEdit, draft: Draft, now: Protocol, record: Record) -> None:
    """Write what the study says differently of its arms."""
    before = {arm.code: arm for arm in draft.protocol.arms}
    after = {arm.code: arm for arm in now.arms}
    for code, arm in after.items():
        was = before.get(code)
        if was is None:
            _add(edit, arm, now)
        elif was != arm:
            _change(edit, (was, arm), (draft, now), record)
    for code, arm in before.items():
        if code not in after:
            _remove(edit, draft, arm)


def _index(draft: Draft, code: str) -> int | None:
    """Return which arm of the record this is, None where the record lists none."""
    origins = draft.provenance.get(f"arms.{code}.label.en")
    return int(origins[0].path.split(".")[-2]) if origins else None


def _add(edit: RecordEdit, arm: Arm, now: Protocol) -> None:
    """Write a new arm, and those of its drugs that the record does not know."""
    edit.listed(GROUPS).append(arm_group(arm, now))
    for drug in arm.interventions:
        _enlist(edit, drug, arm)


def _enlist(edit: RecordEdit, drug: Intervention, arm: Arm) -> None:
    """Write that an arm gets a drug; a drug that is not listed is added."""
    for known in edit.listed(TREATMENTS):
        if isinstance(known, dict) and known.get("name") == drug.label.en:
            known.setdefault("armGroupLabels", []).append(arm.label.en)
            return
    edit.listed(TREATMENTS).append(treatment(drug, [arm]))


def _remove(edit: RecordEdit, draft: Draft, arm: Arm) -> None:
    """Take out an arm, and the drugs that no other arm gets."""
    index = _index(draft, arm.code)
    if index is None:
        return
    edit.drop(f"{GROUPS}.{index}")
    label = _label(edit, index)
    for place, known in enumerate(edit.listed(TREATMENTS)):
        labels = known.get("armGroupLabels") if isinstance(known, dict) else None
        if isinstance(labels, list) and label in labels:
            labels.remove(label)
            if not labels:
                edit.drop(f"{TREATMENTS}.{place}")


def _label(edit: RecordEdit, index: int) -> object:
    return edit.get(f"{GROUPS}.{index}.label")


def _change(edit: RecordEdit, pair: tuple[Arm, Arm], studies: tuple[Draft, Protocol], record: Record) -> None:
    """Write a changed arm: its label, its drugs."""
    was, arm = pair
    draft, now = studies
    index = _index(draft, arm.code)
    known = {drug.name: drug for drug in was.interventions}
    for drug in arm.interventions:
        before = known.pop(drug.name, None)
        if before is None:
            _new_drug(edit, drug, arm, (index, now))
        elif before != drug:
            _change_drug(edit, (before, drug), (arm.code, index), (draft, now, record))
    for drug in known.values():
        _drop_drug(edit, drug, index)
    if index is not None and arm.label.en != was.label.en:
        _rename(edit, index, arm.label.en)


def _rename(edit: RecordEdit, index: int, label: str) -> None:
    """Write an arm's label, also where treatments name the arm by it."""
    old = _label(edit, index)
    edit.set(f"{GROUPS}.{index}.label", label)
    for known in edit.listed(TREATMENTS):
        labels = known.get("armGroupLabels") if isinstance(known, dict) else None
        if isinstance(labels, list):
            labels[:] = [label if each == old else each for each in labels]


def _new_drug(edit: RecordEdit, drug: Intervention, arm: Arm, place: tuple[int | None, Protocol]) -> None:
    """Write a drug that an arm of the record gets in addition."""
    index, now = place
    _enlist(edit, drug, arm)
    if index is not None:
        edit.listed(f"{GROUPS}.{index}.interventionNames").append(f"Drug: {drug.label.en}")
        _append(edit, f"{GROUPS}.{index}.description", regimen_words(drug, now.schedule.cycle_days))


def _drop_drug(edit: RecordEdit, drug: Intervention, index: int | None) -> None:
    """Take a drug out of an arm; it leaves the record when no arm is left that gets it."""
    label = _label(edit, index) if index is not None else None
    for place, known in enumerate(edit.listed(TREATMENTS)):
        if not isinstance(known, dict) or known.get("name") != drug.label.en:
            continue
        labels = known.get("armGroupLabels")
        if isinstance(labels, list) and label in labels:
            labels.remove(label)
        if not labels:
            edit.drop(f"{TREATMENTS}.{place}")
    names = edit.get(f"{GROUPS}.{index}.interventionNames") if index is not None else None
    for place, name in enumerate(names if isinstance(names, list) else ()):
        if str(name).partition(": ")[2] == drug.label.en:
            edit.drop(f"{GROUPS}.{index}.interventionNames.{place}")


def _change_drug(
    edit: RecordEdit,
    pair: tuple[Intervention, Intervention],
    arm: tuple[str, int | None],
    studies: tuple[Draft, Protocol, Record],
) -> None:
    """Write a changed drug: each part where the arm's own text says it, what is left in a new sentence."""
    was, drug = pair
    code, index = arm
    draft, now, record = studies
    path = f"arms.{code}.interventions.{was.name}"
    left = False
    for key, words in _changes(was, drug):
        left |= not _replaced(edit, draft, (f"{path}.{key}", words), index, record)
    if drug.label.en != was.label.en:
        _rename_drug(edit, was.label.en, drug.label.en)
    if left:
        _append(edit, _text_path(draft, path, index), regimen_words(drug, now.schedule.cycle_days))


def _changes(was: Intervention, drug: Intervention) -> Iterator[tuple[str, str]]:
    """Yield the parts of a regimen that changed, with the words for them."""
    if (was.dose, was.unit) != (drug.dose, drug.unit):
        yield "dose", dose_words(drug)
    if was.route != drug.route:
        yield "route", ROUTES.get(drug.route, drug.route.lower())
    if was.times_per_day != drug.times_per_day:
        yield "times_per_day", TIMES.get(drug.times_per_day, f"{drug.times_per_day} times a day")
    if was.days != drug.days and drug.days:
        yield "days", days_words(drug.days)
    if was.cycle_days != drug.cycle_days and drug.cycle_days:
        yield "cycle_days", f"{drug.cycle_days}-day cycle"


def _replaced(edit: RecordEdit, draft: Draft, part: tuple[str, str], index: int | None, record: Record) -> bool:
    """Write a part of a regimen where it was said, if that text is about this arm alone."""
    path, words = part
    arms = edit.get(GROUPS)
    alone = not isinstance(arms, list) or len(arms) < 2
    for origin in draft.provenance.get(path, ()):
        text = record.value(origin.path)
        own = alone or (index is not None and origin.path.startswith(f"{GROUPS}.{index}."))
        if own and isinstance(text, str) and edit.replace(origin, text[origin.start : origin.end], words):
            return True
    return False


def _rename_drug(edit: RecordEdit, old: str, new: str) -> None:
    """Write a drug's name wherever treatments and arms list it."""
    for known in edit.listed(TREATMENTS):
        if isinstance(known, dict) and isinstance(known.get("name"), str):
            known["name"] = known["name"].replace(old, new)
    groups = edit.get(GROUPS)
    for group in groups if isinstance(groups, list) else ():
        names = group.get("interventionNames") if isinstance(group, Mapping) else None
        if isinstance(names, list):
            names[:] = [str(name).replace(old, new) for name in names]


def _text_path(draft: Draft, path: str, index: int | None) -> str:
    """Return which text takes a new sentence: the arm's, else the treatment's."""
    if index is not None:
        return f"{GROUPS}.{index}.description"
    origins = draft.provenance.get(f"{path}.name")
    return f"{origins[0].path.rpartition('.')[0]}.description" if origins else "descriptionModule.briefSummary"


def _append(edit: RecordEdit, path: str, sentence: str) -> None:
    """Write a sentence before a text, where it is read first."""
    text = edit.get(path)
    edit.set(path, f"{sentence} {text}" if isinstance(text, str) and text else sentence)
