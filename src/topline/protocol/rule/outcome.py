"""How a trial under a stopping rule can end, in the order of stages, and how probable each end is.

An outcome is the look at which the trial stopped and its responses. The order of stages ranks outcomes from the least
to the most convincing: stops without success by look, then the last look by responses, then stops with success, those
of the earliest look highest; within a look more responses rank higher. With a higher response rate every outcome or a
better one becomes more probable, so that each such probability has one root.

Source: Jennison & Turnbull 1983, doi:10.1080/00401706.1983.10487819; Koyama & Chen 2008, doi:10.1002/sim.3123.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike, NDArray

from topline.errors import ToplineError
from topline.protocol.rule.boundary import Array, Boundary

SECTIONS = 32
ROUNDS = 12
"""Each round divides the bracket of a root by 32: after twelve it is narrower than 2**-60."""


@dataclass(frozen=True)
class Outcomes:
    """Every end that a rule allows, from the least to the most convincing.

    Attributes:
        boundary: the rule.
        looks: look of each outcome, 1 the first; (outcome,).
        responses: responses of each outcome; (outcome,).

    """

    boundary: Boundary
    looks: NDArray[np.int64]
    responses: NDArray[np.int64]

    @cached_property
    def patients(self) -> NDArray[np.int64]:
        """Patients of each outcome; (outcome,)."""
        return np.asarray(self.boundary.looks)[self.looks - 1]

    @cached_property
    def _places(self) -> dict[tuple[int, int], int]:
        pairs = zip(self.looks.tolist(), self.responses.tolist(), strict=True)
        return {pair: place for place, pair in enumerate(pairs)}

    def place(self, look: int, responses: int) -> int:
        """Return the rank of an outcome, 0 the least convincing.

        Raises:
            ToplineError: TL-G03, the trial cannot have ended so.

        """
        found = self._places.get((look, responses))
        if found is None:
            what = f"{responses} responders at look {look} do not stop a trial with looks after {self.boundary.looks}"
            raise ToplineError("TL-G03", where="responders", what=what)
        return found

    def probabilities(self, rates: ArrayLike) -> Array:
        """Return the probability of each outcome at true response rates; (rate, outcome), each row sums to one."""
        arrived = list(arrivals(self.boundary, np.atleast_1d(np.asarray(rates, dtype=np.float64))))
        found = np.empty((len(arrived[0]), len(self.looks)))
        for place, here in enumerate(arrived):
            mine = self.looks == place + 1
            found[:, mine] = here[:, self.responses[mine]]
        return found

    def at_least(self, place: int, rates: ArrayLike) -> Array:
        """Return the probability of this outcome or a more convincing one; (rate,)."""
        return np.asarray(self.probabilities(rates)[:, place:].sum(axis=1))

    def at_most(self, place: int, rates: ArrayLike) -> Array:
        """Return the probability of this outcome or a less convincing one; (rate,)."""
        return np.asarray(self.probabilities(rates)[:, : place + 1].sum(axis=1))


def outcomes(boundary: Boundary) -> Outcomes:
    """Return every end that a rule allows, from the least to the most convincing.

    >>> found = outcomes(Boundary(looks=(2, 4), futility=(0, 2), efficacy=(3, 3)))
    >>> list(zip(found.looks.tolist(), found.responses.tolist()))
    [(1, 0), (2, 1), (2, 2), (2, 3), (2, 4)]

    """
    worse: list[tuple[int, int]] = []
    better: list[tuple[int, int]] = []
    last = len(boundary.looks)
    for look, (low, high) in enumerate(continuing(boundary), 1):
        futile, success = boundary.futility[look - 1], boundary.efficacy[look - 1]
        worse += [(look, each) for each in range(low, min(futile, high) + 1)]
        ends = [(look, each) for each in range(max(success, low), high + 1)]
        better = [*ends, *better] if look < last else ends + better
    ordered = np.array([*worse, *better], dtype=np.int64)
    return Outcomes(boundary, ordered[:, 0], ordered[:, 1])


def continuing(boundary: Boundary) -> Iterator[tuple[int, int]]:
    """Yield for each look the fewest and most responses with which a trial that followed the rule arrives there.

    The fewest exceed the most at a look that no trial reaches.

    >>> list(continuing(Boundary(looks=(18, 35), futility=(2, 6), efficacy=(19, 7))))
    [(0, 18), (3, 35)]

    """
    low, high, before = 0, 0, 0
    for look, futile, success in zip(boundary.looks, boundary.futility, boundary.efficacy, strict=True):
        high += look - before
        yield low, high
        low, high, before = max(low, futile + 1), min(high, success - 1), look
        if low > high:
            low, high = look + boundary.patients + 1, -boundary.patients  # nobody goes on


def arrivals(boundary: Boundary, rates: Array, responded: bool = False) -> Iterator[Array]:
    """Yield for each look the probability of each number of responses there, having gone on until then.

    Args:
        boundary: the rule.
        rates: true response rates; (rate,).
        responded: whether to take it as given that the first patient responded.

    Yields:
        Arrays of shape (rate, responses 0 to the patients of the look).

    """
    p, q = rates[:, None], 1.0 - rates[:, None]
    going = np.zeros((len(rates), boundary.patients + 1))
    before = int(responded)
    going[:, before] = 1.0
    for place, look in enumerate(boundary.looks):
        for patients in range(before, look):
            upper = going[:, : patients + 1] * p
            going[:, : patients + 1] *= q
            going[:, 1 : patients + 2] += upper
        yield going[:, : look + 1].copy()
        going[:, : boundary.futility[place] + 1] = 0.0
        going[:, boundary.efficacy[place] :] = 0.0
        before = look


def is_whole(value: object) -> bool:
    """Whether a value is a whole number: no truth value, no number with a point.

    >>> is_whole(35), is_whole(35.0), is_whole(True)
    (True, False, False)

    """
    return isinstance(value, int | np.integer) and not isinstance(value, bool)


def rate_at(function: Callable[[Array], Array], probability: float) -> float:
    """Return the response rate at which a function that rises with the rate reaches a probability.

    It is 0 where the function exceeds the probability at every rate, 1 where it stays below it.

    >>> round(rate_at(lambda p: p**2, 0.25), 12)
    0.5

    """
    ends = function(np.array([0.0, 1.0]))
    if ends[0] > probability or ends[1] < probability:
        return 0.0 if ends[0] > probability else 1.0
    low, high = 0.0, 1.0
    for _ in range(ROUNDS):
        rates = np.linspace(low, high, SECTIONS + 1)
        first = int(np.argmax(function(rates[1:]) >= probability)) + 1
        low, high = float(rates[first - 1]), float(rates[first])
    return (low + high) / 2.0
