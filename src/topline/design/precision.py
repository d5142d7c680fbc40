"""How many patients make a rate precise: the smallest n whose confidence interval has at most a width.

Three questions are asked under this name, and they have three answers. `at rate`: the interval of the number of
responses that is expected, and of every one that is as near to it. `expected`: the mean width over the numbers of
responses that the rate makes likely. `assured`: the width that is kept with a probability, for example .8.
"""

from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
from numpy.typing import ArrayLike

from topline.errors import ToplineError
from topline.protocol.rule.binomial import mass
from topline.protocol.rule.boundary import Array
from topline.protocol.rule.interval import clopper_pearson_limits, wilson_limits

SOURCES = {
    "Clopper-Pearson": "Clopper & Pearson 1934, doi:10.1093/biomet/26.4.404",
    "Wilson": "Wilson 1927, doi:10.1080/01621459.1927.10502953",
}
NO_LIMIT = 100_000
Method = Literal["Clopper-Pearson", "Wilson"]
Criterion = Literal["at rate", "expected", "assured"]
Kind = Literal["smallest", "safe"]
ROUNDING = 1e-9


@dataclass(frozen=True, slots=True)
class Precision:
    """What is asked of the interval: the rate expected, the width allowed, and how the width is meant.

    Attributes:
        rate: rate expected, in [0, 1].
        width: largest distance of the two limits, in (0, 1).
        confidence: two-sided level of the interval, in (0, 1).
        method: `Clopper-Pearson` (exact) or `Wilson` (score).
        criterion: `at rate`, `expected` or `assured`.
        assurance: probability to keep the width, in (0, 1); only for `assured`.

    Raises:
        ToplineError: TL-G04 when they are not such settings.

    """

    rate: float
    width: float
    confidence: float = 0.95
    method: Method = "Clopper-Pearson"
    criterion: Criterion = "at rate"
    assurance: float = 0.8

    def __post_init__(self) -> None:
        if not 0 <= self.rate <= 1:
            raise ToplineError("TL-G04", where="rate", what=f"{self.rate:g} is not in [0, 1]; write 20% as 0.2")
        for name in ("width", "confidence", "assurance"):
            value = getattr(self, name)
            if not 0 < value < 1:
                raise ToplineError("TL-G04", where=name, what=f"{value:g} is not between 0 and 1; write 20% as 0.2")
        for name, words in (("method", get_args(Method)), ("criterion", get_args(Criterion))):
            if getattr(self, name) not in words:
                what = f"{getattr(self, name)!r} is not one of {', '.join(words)}"
                raise ToplineError("TL-G04", where=name, what=what)


@dataclass(frozen=True)
class PrecisionDesign:
    """So many patients; no test, but an interval of at most a width.

    Attributes:
        name: what the design is called.
        precision: what is asked of the interval.
        patients: number of patients.
        source: who published the interval, with DOI.

    """

    name: str
    precision: Precision
    patients: int
    source: str

    @property
    def attained_width(self) -> float:
        """The width by the criterion: at the rate, expected, or the one kept with the assurance."""
        return attained_width(self.precision, self.patients)

    @property
    def expected_patients(self) -> float:
        """Expected number of patients: all of them."""
        return float(self.patients)

    @property
    def holds(self) -> bool:
        """Whether the width is what was asked for, without slack."""
        return self.attained_width <= self.precision.width

    def interval(self, responses: int) -> tuple[float, float]:
        """Return the limits for so many responses.

        Raises:
            ToplineError: TL-G03 for a number that is not among the patients.

        """
        if not 0 <= responses <= self.patients:
            what = f"{responses} responders of {self.patients} patients"
            raise ToplineError("TL-G03", where="responses", what=what)
        lower, upper = limits(np.array([responses]), self.patients, self.precision.confidence, self.precision.method)
        return float(lower[0]), float(upper[0])

    def expected_width(self, rates: ArrayLike) -> Array:
        """Return the mean width at true rates in [0, 1]."""
        p = np.atleast_1d(np.asarray(rates, dtype=np.float64))
        if p.ndim != 1 or not ((p >= 0) & (p <= 1)).all():
            raise ToplineError("TL-G04", where="rates", what=f"{rates!r} are not in [0, 1]; write 20% as 0.2")
        asked = self.precision
        lower, upper = limits(np.arange(self.patients + 1), self.patients, asked.confidence, asked.method)
        return np.array([float(_mass(self.patients, rate) @ (upper - lower)) for rate in p.tolist()])


def precision(asked: Precision, kind: Kind = "smallest", max_n: int = 2000) -> PrecisionDesign:
    """Return the design with the fewest patients that keeps the width.

    The width is saw-toothed in n, because responses are counted. `smallest` is the first n that keeps it; `safe` the
    first n from which on every larger n keeps it too, so that a patient more does no harm.

    Args:
        asked: what is asked of the interval.
        kind: which n.
        max_n: most patients that are allowed.

    Raises:
        ToplineError: TL-G02 when more patients are needed, with their number; TL-G04 for another setting.

    >>> precision(Precision(rate=0.3, width=0.3)).patients, precision(Precision(0.3, 0.3), kind="safe").patients
    (40, 42)

    Source: Clopper & Pearson 1934, doi:10.1093/biomet/26.4.404; Wilson 1927, doi:10.1080/01621459.1927.10502953.
    Golden: golden/design_survival.toml.

    """
    if kind not in get_args(Kind):
        raise ToplineError("TL-G04", where="kind", what=f"{kind!r} is not one of {', '.join(get_args(Kind))}")
    if max_n < 1:
        raise ToplineError("TL-G04", where="max_n", what=f"{max_n} is not a number of patients")
    patients = _fewest(asked, kind)
    if patients > max_n:
        what = f"{max_n} are not enough; {patients} are the fewest that work"
        raise ToplineError("TL-G02", where="max_n", what=what)
    return PrecisionDesign(f"{asked.method} width, {asked.criterion}", asked, patients, SOURCES[asked.method])


def attained_width(asked: Precision, patients: int) -> float:
    """Return the width that so many patients have by the criterion.

    >>> round(attained_width(Precision(rate=0.3, width=0.3), 40), 4)  # 12 of 40: 16.6% to 46.5%
    0.2997

    """
    if asked.criterion == "at rate":
        near = patients * asked.rate
        count = np.unique([np.floor(near + ROUNDING), np.ceil(near - ROUNDING)])
        lower, upper = limits(count, patients, asked.confidence, asked.method)
        return float((upper - lower).max())
    lower, upper = limits(np.arange(patients + 1), patients, asked.confidence, asked.method)
    width, chance = upper - lower, _mass(patients, asked.rate)
    if asked.criterion == "expected":
        return float(chance @ width)
    order = np.argsort(width)
    kept = np.cumsum(chance[order])
    return float(width[order][np.searchsorted(kept, asked.assurance - ROUNDING)])


def limits(responses: ArrayLike, patients: int, confidence: float, method: Method) -> tuple[Array, Array]:
    """Return the lower and the upper limits for numbers of responses.

    >>> lower, upper = limits(7, 83, 0.95, "Clopper-Pearson")  # 8.4% (95% CI 3.5-16.6)
    >>> round(float(lower), 3), round(float(upper), 3)
    (0.035, 0.166)

    """
    found = clopper_pearson_limits if method == "Clopper-Pearson" else wilson_limits
    return found(responses, patients, confidence)


def _mass(patients: int, rate: float) -> Array:
    """Return the probability of each number of responses."""
    found = mass(np.arange(patients + 1), patients, rate)
    return np.asarray(found / found.sum())


def _fewest(asked: Precision, kind: Kind) -> int:
    """Return the fewest patients, looked for around a place where the width crosses the one allowed.

    The width falls as the root of n but for its teeth. A tooth is at most as long as it takes to expect one response,
    or one patient without, more.
    """
    low, high = 0, 1
    while attained_width(asked, high) > asked.width:
        low, high = high, 2 * high
        if high > NO_LIMIT:
            raise ToplineError("TL-G02", where="max_n", what=f"not even {NO_LIMIT} patients are enough")
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if attained_width(asked, middle) <= asked.width else (middle, high)
    rarer = min(asked.rate, 1.0 - asked.rate)
    reach = 20 + high // 10 + (int(np.ceil(1.0 / rarer)) if rarer > 1.0 / NO_LIMIT else 0)
    around = range(max(high - reach, 1), high + 1)
    if kind == "smallest":
        return next(n for n in around if attained_width(asked, n) <= asked.width)
    wide = (n for n in range(high + reach, around.start - 1, -1) if attained_width(asked, n) > asked.width)
    return next(wide, around.start - 1) + 1
