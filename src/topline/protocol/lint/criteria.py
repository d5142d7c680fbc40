"""All checks of the eligibility criteria of a record, by rule."""

from collections.abc import Callable, Iterator, Mapping

from topline.protocol.lint import (
    criteria_disease,
    criteria_form,
    criteria_header,
    criteria_organs,
    criteria_person,
    criteria_therapy,
)
from topline.protocol.lint.rule import Hit
from topline.protocol.lint.subject import Subject

CHECKS: Mapping[str, Callable[[Subject], Iterator[Hit]]] = {
    **criteria_header.CHECKS,
    **criteria_disease.CHECKS,
    **criteria_organs.CHECKS,
    **criteria_therapy.CHECKS,
    **criteria_person.CHECKS,
    **criteria_form.CHECKS,
}
