"""When one looks: after the first so many patients, then after each so many more, and at the end."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from topline.design.checked import whole
from topline.design.exact import eased
from topline.errors import ToplineError
from topline.protocol.rule.binomial import binomial_tables
from topline.protocol.rule.hypotheses import Hypotheses
from topline.protocol.rule.lower_bound import LARGEST, fewest_patients, table_size

Design = TypeVar("Design")
FURTHER = 100
"""A search without result goes on for at least so many more patients, to name a number that would work."""


@dataclass(frozen=True, slots=True)
class Looks:
    """A schedule of looks that fits any number of patients.

    Attributes:
        first: patients at the first look, at least 1.
        every: patients between two looks, at least 1; 1 is a look after each patient.

    Raises:
        ToplineError: TL-G04 when one of them is no whole number from 1 on.

    >>> Looks(10, 5).up_to(23)
    (10, 15, 20, 23)

    """

    first: int = 10
    every: int = 1

    def __post_init__(self) -> None:
        for name in ("first", "every"):
            whole(name, getattr(self, name), most=None)

    def up_to(self, patients: int) -> tuple[int, ...]:
        """Return the patients at each look of a trial of so many; the last look is the last patient."""
        return (*range(self.first, patients, self.every), patients)


def fewest(asked: Hypotheses) -> int:
    """Return the fewest patients with which any rule could hold; 1,001 where no rule of at most 1,000 could.

    >>> fewest(Hypotheses(0.1, 0.3, alpha=0.05, power=0.9))
    32

    """
    request = eased(asked)
    size = min(table_size(request.null, request.target, request.alpha, request.beta), LARGEST)
    null, target = (binomial_tables(rate, size) for rate in (request.null, request.target))
    found = fewest_patients(null, target, request.alpha, request.power)
    if found <= size or size == LARGEST:
        return found
    null, target = (binomial_tables(rate, LARGEST) for rate in (request.null, request.target))
    return fewest_patients(null, target, request.alpha, request.power)


def smallest(find: Callable[[int], Design | None], patients: range, least: int = 1) -> Design:
    """Return the first design that holds, trying each number of patients in turn.

    Args:
        find: the design of so many patients, or None where none holds.
        patients: numbers to try, from the smallest; within 1 to 1,000.
        least: no smaller number is tried, as no rule can hold with fewer.

    Raises:
        ToplineError: TL-G02 when none holds; it names the smallest number that would work. TL-G04 for other numbers.

    >>> smallest(lambda n: f"{n} patients" if n % 7 == 0 else None, range(10, 20))
    '14 patients'

    """
    for n in checked_sizes(patients):
        if n >= least and (design := find(n)) is not None:
            return design
    last = patients[-1] if patients else patients.stop - 1
    tried = range(max(last + 1, least), most_tried(last) + 1)
    raise too_few(last, next((n for n in tried if find(n) is not None), None), least)


def checked_sizes(patients: range) -> range:
    """Return numbers of patients to try that are a rising range within 1 to 1,000; an empty one tries none."""
    rising = isinstance(patients, range) and patients.step >= 1
    if not rising or patients.start < 1 or not 1 < patients.stop <= LARGEST + 1:
        what = f"{patients!r} is not a range of numbers from 1 to {LARGEST}, such as range(10, 101)"
        raise ToplineError("TL-G04", where="patients", what=what)
    return patients


def most_tried(last: int) -> int:
    """Return up to which number of patients a search goes on that found nothing up to the last one."""
    return min(max(2 * last, last + FURTHER), max(LARGEST, last))


def too_few(last: int, enough: int | None, least: int = 1) -> ToplineError:
    """Return the error that says how many patients would be enough.

    Args:
        last: the most patients that were allowed.
        enough: the smallest number that would work; None where none was found.
        least: no rule can hold with fewer.

    >>> print(too_few(100, None, least=870).what)
    100 patients are not enough; no rule of fewer than 870 is

    """
    most = most_tried(last)
    if enough:
        more = f"{enough} would be"
    elif least > LARGEST:
        more = f"no rule of at most {LARGEST} is, where the search ends"
    elif least > most:
        more = f"no rule of fewer than {least} is"
    else:
        more = f"neither are {most}: relax a threshold that stops early"
    return ToplineError("TL-G02", where="max_n", what=f"{last} patients are not enough; {more}")
