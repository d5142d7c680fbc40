"""Two outcomes of each patient, response and toxicity: rules that stop for too few of one or too many of the other."""

from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

import numpy as np
from numpy.typing import ArrayLike

from topline.design.checked import number, numbers
from topline.design.checked import rates as checked_rates
from topline.design.looks import fewest
from topline.errors import ToplineError
from topline.protocol.rule.boundary import NEVER, Array
from topline.protocol.rule.hypotheses import Hypotheses


@dataclass(frozen=True, slots=True)
class BivariateBoundary:
    """Looks after so many patients; stop at `futility` or fewer responses, and at `toxicity` or more toxicities.

    Success is to pass the last look.

    Attributes:
        looks: patients at each look, increasing.
        futility: most responses that stop, per look; -1 where none does.
        toxicity: fewest patients with toxicity that stop, per look; above the look where none does.

    Raises:
        ValueError: the three do not describe such a rule.

    """

    looks: tuple[int, ...]
    futility: tuple[int, ...]
    toxicity: tuple[int, ...]

    def __post_init__(self) -> None:
        same = len(self.looks) == len(self.futility) == len(self.toxicity) > 0
        if not same or self.looks[0] < 1 or any(later <= earlier for earlier, later in pairwise(self.looks)):
            raise ValueError(f"BivariateBoundary: looks {self.looks} with as many bounds each must increase from 1 on")
        if min(self.futility) < NEVER or min(self.toxicity) < 0:
            raise ValueError(f"BivariateBoundary: futility {self.futility} or toxicity {self.toxicity} is below none")

    @property
    def patients(self) -> int:
        """The largest number of patients."""
        return self.looks[-1]


@dataclass(frozen=True, slots=True)
class BivariateHypotheses:
    """What a trial of response and toxicity must tell apart; both tests are one-sided.

    Attributes:
        response: null and target response rate, in (0, 1), increasing.
        toxicity: unacceptable and acceptable rate of toxicity, in (0, 1), decreasing.
        alpha_response: most probability of success at the null response rate and the acceptable toxicity.
        alpha_toxicity: most probability of success at the unacceptable toxicity and the target response rate.
        power: least probability of success at the target response rate and the acceptable toxicity.
        odds_ratio: of response and toxicity in a patient, above 0; 1 is independence.

    Raises:
        ToplineError: TL-G01 when they are not such numbers.

    """

    response: tuple[float, float]
    toxicity: tuple[float, float]
    alpha_response: float = 0.1
    alpha_toxicity: float = 0.1
    power: float = 0.8
    odds_ratio: float = 1.0

    def __post_init__(self) -> None:
        shares = {"alpha of response": self.alpha_response, "alpha of toxicity": self.alpha_toxicity}
        shares |= {"response": self.response[0], "target response": self.response[1], "power": self.power}
        shares |= {"toxicity": self.toxicity[0], "acceptable toxicity": self.toxicity[1]}
        for name, value in shares.items():
            if not 0 < number(name, value, "TL-G01") < 1:
                raise ToplineError("TL-G01", where=name, what=f"{value:g} is not between 0 and 1; write 20% as 0.2")
        if self.response[1] <= self.response[0] or self.toxicity[1] >= self.toxicity[0]:
            what = f"response {self.response} must rise and toxicity {self.toxicity} fall to the target"
            raise ToplineError("TL-G01", where="target", what=what)
        if self.power <= max(self.alpha_response, self.alpha_toxicity):
            raise ToplineError("TL-G01", where="power", what=f"{self.power:g} is not above both alphas")
        numbers(self, "odds_ratio", code="TL-G01")
        if not 0 < self.odds_ratio < np.inf:
            raise ToplineError("TL-G01", where="odds ratio", what=f"{self.odds_ratio:g} is not above 0")

    @property
    def corners(self) -> tuple[tuple[float, ...], tuple[float, ...]]:
        """Response and toxicity rates: too few responses, too much toxicity, both as hoped for, both bad."""
        (null, target), (unacceptable, acceptable) = self.response, self.toxicity
        return (null, target, target, null), (acceptable, unacceptable, acceptable, unacceptable)


def fewest_of_both(asked: BivariateHypotheses) -> int:
    """Return the fewest patients with which any rule could hold, by either outcome alone; 1 where they depend.

    With independent outcomes a rule is a test of each of them, to which the other one adds chance alone.

    >>> fewest_of_both(BivariateHypotheses(response=(0.1, 0.3), toxicity=(0.3, 0.1)))
    19

    """
    if asked.odds_ratio != 1.0:
        return 1
    (null, target), (unacceptable, acceptable) = asked.response, asked.toxicity
    pairs = ((null, target, asked.alpha_response), (1.0 - unacceptable, 1.0 - acceptable, asked.alpha_toxicity))
    return max(
        (fewest(Hypotheses(low, high, alpha, asked.power)) for low, high, alpha in pairs if alpha <= 0.5), default=1
    )


@dataclass(frozen=True)
class BivariateCharacteristics:
    """What a rule does at pairs of true rates; every array has one row per pair.

    Attributes:
        response: true response rates; (pair,).
        toxicity: true rates of toxicity; (pair,).
        success: probability to pass the last look; (pair,).
        expected_patients: mean number of patients; (pair,).
        stops_futile: probability to stop at each look with too few responses; (pair, look).
        stops_toxic: probability to stop at each look for toxicity alone, with enough responses; (pair, look).
        patients: probability to stop at each look, the last one included; (pair, look).

    """

    response: Array
    toxicity: Array
    success: Array
    expected_patients: Array
    stops_futile: Array
    stops_toxic: Array
    patients: Array

    @property
    def stops_early(self) -> Array:
        """Probability to stop before the last look; (pair,)."""
        return np.asarray(self.patients[:, :-1].sum(axis=1))


def cells(response: ArrayLike, toxicity: ArrayLike, odds_ratio: float = 1.0) -> Array:
    """Return the probabilities of both, response alone, toxicity alone and neither, from their rates and odds ratio.

    Args:
        response: response rate, in [0, 1]; any shape.
        toxicity: rate of toxicity, in [0, 1]; the same shape.
        odds_ratio: odds of toxicity with a response over those without, above 0.

    >>> cells(0.3, 0.2, 4.0).round(4)  # 0.1107 x 0.6107 / (0.1893 x 0.0893) = 4
    array([0.1107, 0.1893, 0.0893, 0.6107])

    Source: Plackett 1965, doi:10.1080/01621459.1965.10480807.

    """
    p, t = np.asarray(response, dtype=np.float64), np.asarray(toxicity, dtype=np.float64)
    total = 1.0 + (p + t) * (odds_ratio - 1.0)
    root = np.sqrt(np.maximum(total**2 - 4.0 * odds_ratio * (odds_ratio - 1.0) * p * t, 0.0))
    both = 2.0 * odds_ratio * p * t / (total + root)
    return np.stack([both, p - both, t - both, 1.0 - p - t + both], axis=-1)


def bivariate_characteristics(
    boundary: BivariateBoundary, response: ArrayLike, toxicity: ArrayLike, odds_ratio: float = 1.0
) -> BivariateCharacteristics:
    """Return what a rule does at pairs of true rates, exactly.

    Args:
        boundary: the stopping rule.
        response: true response rates, in [0, 1]; a number or one axis.
        toxicity: true rates of toxicity, in [0, 1]; one for each response rate.
        odds_ratio: of response and toxicity in a patient; 1 is independence.

    Raises:
        ToplineError: TL-G04 when a rate is outside [0, 1] or the odds ratio is not above 0.

    >>> rule = BivariateBoundary(looks=(2, 4), futility=(0, 1), toxicity=(2, 3))
    >>> found = bivariate_characteristics(rule, 0.5, 0.5)
    >>> float(found.success[0]), float(found.expected_patients[0])  # (10/16) squared; 2 + 2 x 9/16
    (0.390625, 3.125)

    """
    p, t = np.broadcast_arrays(checked_rates(response, "response"), checked_rates(toxicity, "toxicity"))
    if not 0 < number("odds ratio", odds_ratio) < np.inf:
        raise ToplineError("TL-G04", where="odds ratio", what=f"{odds_ratio:g} is not above 0")
    chances = cells(p, t, odds_ratio)
    going = np.zeros((len(p), boundary.patients + 1, boundary.patients + 1))
    going[:, 0, 0] = 1.0
    futile, toxic = np.zeros((2, len(p), len(boundary.looks)))
    before = 0
    for place, look in enumerate(boundary.looks):
        for patients in range(before, look):
            _add_patient(going, patients, chances)
        low, high = boundary.futility[place] + 1, boundary.toxicity[place]
        futile[:, place] = going[:, :low].sum(axis=(1, 2))
        toxic[:, place] = going[:, low:, high:].sum(axis=(1, 2))
        going[:, :low] = going[:, :, high:] = 0.0
        before = look
    success = going.sum(axis=(1, 2))
    stops = futile + toxic
    stops[:, -1] += success
    return BivariateCharacteristics(p, t, success, stops @ np.array(boundary.looks), futile, toxic, stops)


def _add_patient(going: Array, patients: int, chances: Array) -> None:
    """Replace the distribution of responses and toxicities after so many patients by that after one more."""
    now = going[:, : patients + 1, : patients + 1].copy()
    both, response, toxicity, neither = (chances[:, cell, None, None] for cell in range(4))
    going[:, : patients + 1, : patients + 1] = now * neither
    going[:, 1 : patients + 2, : patients + 1] += now * response
    going[:, : patients + 1, 1 : patients + 2] += now * toxicity
    going[:, 1 : patients + 2, 1 : patients + 2] += now * both


@dataclass(frozen=True)
class BivariateDesign:
    """A design for response and toxicity: a stopping rule that was made for hypotheses.

    Attributes:
        name: what the design is called.
        hypotheses: what it was made to tell apart.
        boundary: its rule.
        source: who published the design, with DOI.

    """

    name: str
    hypotheses: BivariateHypotheses
    boundary: BivariateBoundary
    source: str

    @cached_property
    def exact(self) -> BivariateCharacteristics:
        """What the rule does at the four corners of the hypotheses, in their order."""
        return self.operating_characteristics(*self.hypotheses.corners)

    @property
    def level_response(self) -> float:
        """Exact probability of success with too few responses and acceptable toxicity."""
        return float(self.exact.success[0])

    @property
    def level_toxicity(self) -> float:
        """Exact probability of success with enough responses and unacceptable toxicity."""
        return float(self.exact.success[1])

    @property
    def level(self) -> float:
        """The larger one of the two levels."""
        return max(self.level_response, self.level_toxicity)

    @property
    def attained_power(self) -> float:
        """Exact probability of success where both rates are as hoped for."""
        return float(self.exact.success[2])

    @property
    def expected_patients(self) -> float:
        """Expected number of patients with too few responses or with too much toxicity, the larger one."""
        return float(self.exact.expected_patients[:2].max())

    @property
    def holds(self) -> bool:
        """Whether both levels and the power are what was asked for, without slack."""
        levels = (
            self.level_response <= self.hypotheses.alpha_response,
            self.level_toxicity <= self.hypotheses.alpha_toxicity,
        )
        return all(levels) and self.attained_power >= self.hypotheses.power

    def operating_characteristics(
        self, response: ArrayLike, toxicity: ArrayLike, odds_ratio: float | None = None
    ) -> BivariateCharacteristics:
        """Return what the rule does at pairs of true rates, exactly; the odds ratio is the hypotheses' if left out."""
        ratio = self.hypotheses.odds_ratio if odds_ratio is None else odds_ratio
        return bivariate_characteristics(self.boundary, response, toxicity, ratio)
