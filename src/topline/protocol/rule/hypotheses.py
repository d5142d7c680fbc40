"""What a design must tell apart, and how surely: null and target rate, level, power."""

from dataclasses import dataclass

import numpy as np

from topline.errors import ToplineError


@dataclass(frozen=True, slots=True)
class Hypotheses:
    """Null and target response rate of a single-arm trial with its error rates; the test is one-sided.

    Attributes:
        null: the rate that is not worth a further trial, in (0, 1).
        target: the rate hoped for, above `null`, in (0, 1).
        alpha: most probability of success at the null rate, in (0, 0.5].
        power: least probability of success at the target rate, above alpha, in (0, 1).

    Raises:
        ToplineError: TL-G01 when they are not such numbers.

    >>> round(Hypotheses(0.1, 0.3, alpha=0.05, power=0.9).beta, 12)
    0.1

    """

    null: float
    target: float
    alpha: float = 0.05
    power: float = 0.8

    def __post_init__(self) -> None:
        for name in ("null", "target", "alpha", "power"):
            value = getattr(self, name)
            if isinstance(value, bool) or not isinstance(value, int | float | np.integer | np.floating):
                raise ToplineError("TL-G01", where=name, what=f"{value!r} is not a number")
            if not 0 < value < 1:
                raise ToplineError("TL-G01", where=name, what=f"{value:g} is not between 0 and 1; write 20% as 0.2")
        if self.target <= self.null:
            raise ToplineError("TL-G01", where="target", what=f"{self.target:g} is not above the null {self.null:g}")
        if self.alpha > 0.5:
            raise ToplineError("TL-G01", where="alpha", what=f"{self.alpha:g} is above one half")
        if self.power <= self.alpha:
            raise ToplineError("TL-G01", where="power", what=f"{self.power:g} is not above alpha {self.alpha:g}")

    @property
    def beta(self) -> float:
        """Most probability of no success at the target rate."""
        return 1.0 - self.power
