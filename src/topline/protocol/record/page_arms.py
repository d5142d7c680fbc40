"""The arms of a ClinicalTrials.Veeva page: label, type, description and treatments of each, written without a break.

An arm begins with its label, which nothing marks: it is the line before a line that opens an arm. Where the number of
arms that the page states is not found, the reading is uncertain and says so.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from topline.protocol.record.origin import Told, Traced
from topline.protocol.record.page_layout import Line, paragraphs
from topline.protocol.record.words import ARM_TYPES, INTERVENTIONS

DESCRIPTION, TREATMENT = "Description:", "Treatment:"


@dataclass(slots=True)
class Arm:
    """An arm as the page has it."""

    label: Line
    type: Line | None = None
    description: list[Line] = field(default_factory=list)
    treatments: list[Line] = field(default_factory=list)
    sections: list[str] = field(default_factory=list)


def split_arms(lines: Sequence[Line], stated: int) -> tuple[Arm, ...]:
    r"""Return the arms that stand in lines; `stated` is how many the page says there are.

    >>> from topline.protocol.record.page_layout import split_lines
    >>> text = "A\nExperimental group\nDescription:\ntwice daily\nTreatment:\nDrug: X\nB\nTreatment:\nDrug: Y"
    >>> [(arm.label.text, [line.text for line in arm.treatments]) for arm in split_arms(split_lines(text), 2)]
    [('A', ['Drug: X']), ('B', ['Drug: Y'])]
    """
    filled = [line for line in lines if line.text]
    if len(filled) == stated and not any(_opens(line) for line in filled):
        return tuple(Arm(line) for line in filled)
    arms: list[Arm] = []
    for at, line in enumerate(filled):
        following = filled[at + 1] if at + 1 < len(filled) else None
        if _is_label(line, following, arms):
            arms.append(Arm(line))
        elif arms:
            _add(arms[-1], line)
    return tuple(arms)


def _opens(line: Line | None) -> bool:
    return line is not None and (line.text in (DESCRIPTION, TREATMENT) or _is_type(line))


def _is_type(line: Line) -> bool:
    return line.text.endswith(" group") and ARM_TYPES.code(line.text)[0] is not None


def _is_label(line: Line, following: Line | None, arms: list[Arm]) -> bool:
    """Say whether a line is the label of a new arm: the line before one that the arm so far cannot have any more."""
    if not arms:
        return True
    arm = arms[-1]
    if _opens(line):
        return False
    if following is not None and _is_type(following):
        return arm.type is not None or bool(arm.sections)
    if following is not None and following.text == DESCRIPTION:
        return bool(arm.sections)
    in_treatment = arm.sections[-1:] == [TREATMENT]
    if in_treatment and not _is_treatment(line):
        return True
    if following is not None and following.text == TREATMENT:
        return in_treatment
    return not arm.sections and arm.type is not None


def _is_treatment(line: Line) -> bool:
    kind, colon, name = line.text.partition(": ")
    return bool(colon and name) and INTERVENTIONS.code(kind)[0] is not None


def _add(arm: Arm, line: Line) -> None:
    if line.text in (DESCRIPTION, TREATMENT):
        arm.sections.append(line.text)
    elif not arm.sections and _is_type(line):
        arm.type = line
    elif arm.sections[-1:] == [TREATMENT]:
        arm.treatments.append(line)
    else:
        arm.description.append(line)


def arm_groups(arms: Sequence[Arm]) -> tuple[Mapping[str, Traced | Told | tuple[Traced, ...] | None], ...]:
    """Return arms in the API's shape."""
    return tuple(
        {
            "label": arm.label.traced,
            "type": _type(arm.type),
            "description": paragraphs(arm.description),
            "interventionNames": tuple(line.traced for line in arm.treatments),
        }
        for arm in arms
    )


def _type(line: Line | None) -> Told | None:
    if line is None:
        return None
    code, _ = ARM_TYPES.code(line.text)
    return None if code is None else Told(code, line.span)


def interventions(
    lines: Sequence[Line], arms: Sequence[Arm]
) -> tuple[Mapping[str, Traced | Told | tuple[Traced, ...] | None], ...]:
    """Return treatments (`Drug: name`) in the API's shape, each with the labels of the arms that name it.

    Where two treatments have one type and name, the page does not say which arm has which.
    """
    texts = [line.text for line in lines]
    groups = {text: tuple(a.label.traced for a in arms if any(t.text == text for t in a.treatments)) for text in texts}
    return tuple(
        {
            **typed_name(line.traced),
            "armGroupLabels": groups[line.text] if texts.count(line.text) == 1 else (),
        }
        for line in lines
    )


def typed_name(text: Traced) -> dict[str, Traced | Told | None]:
    """Return type and name of a treatment that is written `Type: name`; without a known type, all of it is the name.

    >>> parts = typed_name(Traced.verbatim("Drug: Apatinib", 5))
    >>> parts["type"], parts["name"].text, parts["name"].place(0, 1)
    (Told(value='DRUG', place=Span(start=5, end=9)), 'Apatinib', Span(start=11, end=12))
    """
    words = text.text
    kind, colon, name = words.partition(": ")
    code, _ = INTERVENTIONS.code(kind)
    if not colon or code is None:
        return {"type": None, "name": text}
    start = len(kind) + 2
    return {"type": Told(code, text.place(0, len(kind))), "name": text.cut(start, start + len(name)).stripped()}
