"""What a user asks of the design room, and the trial that it is about."""

from dataclasses import dataclass
from math import inf
from pathlib import Path
from typing import TYPE_CHECKING

from topline.design.comparison.paragraph import RESPONSE, Context
from topline.design.looks import Looks
from topline.design.survival.duration import Accrual
from topline.errors import ToplineError
from topline.protocol.part import Words
from topline.protocol.rule.hypotheses import Hypotheses

if TYPE_CHECKING:
    from topline.protocol.design import Design

LOOKS = Looks(10, 5)
"""When the Bayesian designs look, unless another schedule is asked for."""
ALPHA, POWER = 0.05, 0.8
"""Level and power unless others are asked for, or a study states them."""
PROTOCOL = "protocol"
"""The name of the study's own rule among the candidates."""


@dataclass(frozen=True, slots=True)
class Rates:
    """The hypotheses that were asked for; None where the study's, or the usual ones, hold."""

    null: float | None = None
    target: float | None = None
    alpha: float | None = None
    power: float | None = None


@dataclass(frozen=True, slots=True)
class Conduct:
    """What the trial meets: how patients come in, how many are lost, how many responses are confirmed.

    Attributes:
        accrual: patients per month; None leaves durations out.
        lag: months from a patient's entry until the response is known.
        loss: share of patients that is lost, in [0, 1).
        confirmed: share of responses that is confirmed, in (0, 1]; None leaves it out.

    Raises:
        ToplineError: TL-G04 where one of them is out of range.

    """

    accrual: float | None = None
    lag: float = 0.0
    loss: float = 0.0
    confirmed: float | None = None

    def __post_init__(self) -> None:
        if self.accrual is not None and not 0 < self.accrual < inf:
            raise ToplineError("TL-G04", where="accrual", what=f"{self.accrual:g} patients per month is not above 0")
        if not 0 <= self.lag < inf:
            raise ToplineError("TL-G04", where="lag", what=f"{self.lag:g} is not a number of months from 0 on")
        if not 0 <= self.loss < 1:
            raise ToplineError("TL-G04", where="loss", what=f"{self.loss:g} is not from 0 to below 1; write 10% as 0.1")
        if self.confirmed is not None and not 0 < self.confirmed <= 1:
            what = f"{self.confirmed:g} is not above 0 and at most 1; write 80% as 0.8"
            raise ToplineError("TL-G04", where="confirmed", what=what)


NO_RATES, PLAIN = Rates(), Conduct()


@dataclass(frozen=True, slots=True)
class Plan:
    """What is asked for.

    Attributes:
        study: the study whose protocol states the hypotheses; empty for hypotheses alone.
        rates: hypotheses, where they are not the study's.
        designs: names of candidates; empty for the usual ones.
        max_n: largest number of patients to try.
        looks: when the Bayesian designs look.
        shown: further true rates at which the candidates are shown.
        conduct: accrual, losses, confirmation.
        out: the folder to write; None for none, or a study's own.
        choose: the candidate to write into the study; empty for none.

    """

    study: str = ""
    rates: Rates = NO_RATES
    designs: tuple[str, ...] = ()
    max_n: int = 200
    looks: Looks = LOOKS
    shown: tuple[float, ...] = ()
    conduct: Conduct = PLAIN
    out: Path | None = None
    choose: str = ""


def hypotheses(rates: Rates, stated: "Design | None" = None) -> Hypotheses:
    """Return the hypotheses that were asked for, completed by those of a study.

    Raises:
        ToplineError: TL-G01 where a rate is missing, or they cannot be told apart.

    >>> hypotheses(Rates(0.1, 0.3))
    Hypotheses(null=0.1, target=0.3, alpha=0.05, power=0.8)

    """
    given = [
        (rates.null, stated.null_rate if stated else None),
        (rates.target, stated.target_rate if stated else None),
        (rates.alpha, stated.alpha if stated else ALPHA),
        (rates.power, stated.power if stated else POWER),
    ]
    null, target, alpha, power = (otherwise if asked is None else asked for asked, otherwise in given)
    if null is None or target is None:
        what = "is missing; give --p0 and --p1, or a study"
        raise ToplineError("TL-G01", where="null" if null is None else "target", what=what)
    return Hypotheses(null, target, ALPHA if alpha is None else alpha, POWER if power is None else power)


def context(conduct: Conduct, endpoint: Words = RESPONSE) -> Context:
    """Return what the trial meets as the page of a comparison takes it."""
    accrual = None if conduct.accrual is None else Accrual(conduct.accrual, assessment=conduct.lag)
    return Context(endpoint, conduct.loss, accrual, conduct.confirmed)


@dataclass(frozen=True, slots=True)
class Further:
    """What these designs are asked with; None where nothing was said.

    Attributes:
        rates: null and target rate, level, power.
        looks: when designs with many looks look.
        max_n: most patients that are tried.
        accrual: patients per month.
        follow_up: months from the last entry to the analysis.
        median0, median1: null and target median in months.
        month: month at which the rates are those without the event.
        shape: Weibull shape of the null curve.
        tox0, tox1: unacceptable and acceptable rate of toxicity.
        width: width of a confidence interval.
        patients: number of patients, where the design does not find it.

    """

    rates: Rates = NO_RATES
    looks: Looks = LOOKS
    max_n: int = 200
    accrual: float | None = None
    follow_up: float | None = None
    median0: float | None = None
    median1: float | None = None
    month: float | None = None
    shape: float = 1.0
    tox0: float | None = None
    tox1: float | None = None
    width: float | None = None
    patients: int | None = None


def needed(asked: Further, name: str, option: str) -> float:
    """Return a setting that a design cannot do without.

    Raises:
        ToplineError: TL-G04, it is missing.

    """
    value = getattr(asked, name)
    if value is None:
        raise ToplineError("TL-G04", where=option, what="is missing; this design needs it")
    return float(value)


def errors(asked: Further, alpha: float, power: float) -> tuple[float, float]:
    """Return the level and the power that were asked for, or these."""
    given = asked.rates
    return alpha if given.alpha is None else given.alpha, power if given.power is None else given.power
