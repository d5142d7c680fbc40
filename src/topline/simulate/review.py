"""An independent review: a second reader measures and judges the scans that the investigator had made.

What the reviewer sees ends where the investigator saw progression, as in a real trial: a progression that only the
reviewer would have seen later is not on record.
"""

from dataclasses import replace

from numpy.random import Generator

from topline.simulate.course import Course
from topline.simulate.draws import Draws
from topline.simulate.patients import Patients
from topline.simulate.response import assess
from topline.simulate.scans import Scans, second_reading
from topline.simulate.truth import Truth

REVIEWER = "INDEPENDENT ASSESSOR"


class _Own(Draws):
    """The same source of random numbers with streams of the reviewer's own."""

    def __init__(self, draws: Draws) -> None:
        self._draws = draws

    def stream(self, quantity: str) -> Generator:
        """Return the reviewer's generator of this quantity."""
        return self._draws.stream(f"review: {quantity}")


def review(truth: Truth, patients: Patients, scans: Scans, course: Course, draws: Draws) -> tuple[Scans, Course]:
    """Return scans and course as the reviewer has them: own readings and judgements of the scans on record."""
    own, errors = _Own(draws), truth.review
    reading = replace(
        truth.reading, proportional=errors.proportional, additive_mm=errors.additive_mm, misread=errors.misread
    )
    seen = second_reading(replace(truth, reading=reading), patients, scans, own)
    assessment = assess(seen, patients.tumours, course.kept, reading, own)
    return seen, replace(course, assessment=assessment)
