"""The arms of a record with their drugs: what is registered as an arm stays one, procedures are left out."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from topline.protocol.draft.drugs import drugs_of, drugs_of_label, is_generic, term, terms
from topline.protocol.draft.identifiers import words
from topline.protocol.draft.notes import Notes, Origin
from topline.protocol.draft.passages import ARM_MODULE, ARMS, PROSE, TITLES, Passage, Passages, clean
from topline.protocol.draft.treatment import Named, draft_treatment
from topline.protocol.record.content import ArmGroup, Intervention

Treatment = tuple[int | None, str, tuple[str, ...]]
"""A drug of an arm: index of the registered treatment (None: only a label names it), name, other names."""
DRUGS = ("DRUG", "BIOLOGICAL", "GENETIC", "COMBINATION_PRODUCT", "DIETARY_SUPPLEMENT", "RADIATION")


@dataclass(frozen=True, slots=True)
class Group:
    """An arm as registered: its index (None: the record lists none), its label, its interventions with their index."""

    index: int | None
    label: str
    description: str
    members: tuple[tuple[int, Intervention], ...]


def draft_arms(passages: Passages, notes: Notes) -> list[dict[str, object]]:
    """Return the arms, at least one, each with at least one drug."""
    codes: list[str] = []
    arms = []
    for group in groups(passages):
        treatments = _treatments(group)
        code = _code(treatments, group, codes)
        codes.append(code)
        arms.append(_arm(passages, group, treatments, code, notes))
    return arms


def groups(passages: Passages) -> tuple[Group, ...]:
    """Return the arms as registered; a record without arms has one, with all treatments."""
    registered = passages.content.arms
    everything = tuple(enumerate(registered.interventions))
    if not registered.arm_groups:
        return (Group(None, "", "", everything),)
    return tuple(
        Group(index, arm.label or "", arm.description or "", _members(arm, everything))
        for index, arm in enumerate(registered.arm_groups)
    )


def _members(arm: ArmGroup, everything: Sequence[tuple[int, Intervention]]) -> tuple[tuple[int, Intervention], ...]:
    """Return the treatments of an arm: those that name it, else those that it names, else all."""
    wanted = {name.partition(": ")[2] or name for name in arm.intervention_names}
    naming = tuple(each for each in everything if arm.label and arm.label in each[1].arm_group_labels)
    named = tuple(each for each in everything if each[1].name in wanted)
    both = tuple(each for each in naming if not wanted or each[1].name in wanted)
    return both or naming or named or tuple(everything)


def _treatments(group: Group) -> tuple[Treatment, ...]:
    """Return the drugs of an arm: index of the registered treatment, name, other names."""
    chosen = [each for each in group.members if (each[1].type or "DRUG").upper() in DRUGS] or list(group.members)
    found: list[Treatment] = [
        (index, name, tuple(clean(other, 100) for other in each.other_names))
        for index, each in chosen
        for name in drugs_of(clean(each.name, 200))
        if name
    ]
    if found and all(is_generic(name) for _, name, _ in found):
        named = drugs_of_label(clean(group.label, 200))
        found = [(found[0][0], name, ()) for name in named] or found
    if not found:
        found = [(None, name, ()) for name in drugs_of_label(clean(group.label, 200))[:1] or ("Study treatment",)]
    return tuple({term(each[1]): each for each in found}.values())


def _code(treatments: tuple[Treatment, ...], group: Group, taken: list[str]) -> str:
    """Return the arm's code: three letters of each drug, with a number where another arm has it."""
    letters = "".join(re.sub(r"[^A-Z0-9]", "", term(name))[:3] for _, name, _ in treatments)[:12]
    code = letters or f"ARM{(group.index or 0) + 1}"
    return next(each for each in (code, *(f"{code}_{number}" for number in range(2, 10_000))) if each not in taken)


def _arm(
    passages: Passages,
    group: Group,
    treatments: tuple[Treatment, ...],
    code: str,
    notes: Notes,
) -> dict[str, object]:
    """Return one arm."""
    path = f"arms.{code}"
    names = tuple(name for _, name, _ in treatments)
    label = clean(group.label) or clean(", ".join(names))
    _note_label(passages, group, path, notes)
    drugs = []
    everyone = _all_names(passages)
    for (index, name, other_names), extrt in zip(treatments, terms(names), strict=True):
        named = Named(name, extrt, other_names, tuple(each for each in everyone if term(each) != term(name)))
        own = tuple(_own(group, index))
        wider = tuple(passages.of(PROSE, TITLES)) if _same_everywhere(passages) else ()
        where = f"{path}.interventions.{named.extrt}"
        if index is not None:
            notes.states(f"{where}.name", Origin(f"{ARM_MODULE}.interventions.{index}.name"))
        drugs.append(draft_treatment(named, own, wider, where, notes))
    return {"code": code, "label": words(label), "interventions": drugs}


def _note_label(passages: Passages, group: Group, path: str, notes: Notes) -> None:
    """Note where an arm comes from; a record without arms has one assumed."""
    if group.index is not None:
        notes.states(f"{path}.label.en", Origin(f"{ARM_MODULE}.armGroups.{group.index}.label"))
    elif passages.content.arms.interventions:
        notes.assume(path, "The record at hand lists treatments and no arms; one arm gets them all.")
    else:
        notes.guess(
            path,
            "The record at hand lists neither arms nor treatments; one arm stands for them.",
            "Which drugs are given, in which arms?",
            "Nothing about treatment can be checked without them.",
        )
    if any((each.type or "DRUG").upper() not in DRUGS for _, each in group.members) and not any(
        (each.type or "DRUG").upper() in DRUGS for _, each in group.members
    ):
        notes.ask(
            f"{path}.interventions", "The record registers no drug here. What is given?", "Exposure counts drugs."
        )


def _own(group: Group, index: int | None) -> Iterator[Passage]:
    """Yield the texts about one treatment in one arm: those of the arm before its own."""
    members = dict(group.members)
    treatment = members.get(index) if index is not None else None
    described, labelled = f"{ARM_MODULE}.armGroups.{group.index}", f"{ARM_MODULE}.interventions.{index}"
    if group.index is not None:
        yield Passage(ARMS, f"{described}.label", group.label)
        yield Passage(ARMS, f"{described}.description", group.description)
    if treatment is not None:
        yield Passage(ARMS, f"{labelled}.description", treatment.description or "")
        yield Passage(ARMS, f"{labelled}.name", treatment.name or "")


def _all_names(passages: Passages) -> tuple[str, ...]:
    """Return the names of all drugs of the trial."""
    every = {term(name): name for group in groups(passages) for _, name, _ in _treatments(group)}
    return tuple(every.values())


def _same_everywhere(passages: Passages) -> bool:
    """Whether a dose in the prose is that of every arm: there is but one, or the arms differ in their drugs alone."""
    arms = groups(passages)
    kinds = [frozenset(term(name) for _, name, _ in _treatments(group)) for group in arms]
    return len(set(kinds)) == len(kinds)
