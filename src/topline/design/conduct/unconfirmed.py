"""Responses that the next scan does not confirm: what a trial shows that counts other responses than its hypotheses.

A response is confirmed by a second scan, at least four weeks later where response is the primary endpoint of a
single-arm trial (RECIST 1.1). Historical rates are often unconfirmed ones, and a first look often has to be held before
the last responses can be confirmed. Each such mixture has an exact level and power.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from topline.design.checked import number
from topline.design.checked import rates as checked_rates
from topline.design.single_arm import SingleArmDesign
from topline.errors import ToplineError
from topline.protocol.rule.binomial import mass, upper_tail
from topline.protocol.rule.boundary import Array, operating_characteristics


@dataclass(frozen=True, slots=True)
class Confirmation:
    """Level and power of a design by what is counted.

    Attributes:
        share: share of responses that is confirmed.
        planned: what the hypotheses and the count agree on.
        confirmed_counted: hypotheses about any response, only confirmed ones are counted: too few succeed.
        any_counted: hypotheses about confirmed responses, any is counted: the level is exceeded.
        first_look_any: hypotheses about confirmed responses; the first look counts any, the last one confirmed ones.
            None for designs of other than two stages with a stop for futility alone.

    Each is (level, power).

    """

    share: float
    planned: tuple[float, float]
    confirmed_counted: tuple[float, float]
    any_counted: tuple[float, float]
    first_look_any: tuple[float, float] | None


def confirmation(design: SingleArmDesign, share: float) -> Confirmation:
    """Return level and power of a design by which responses it counts.

    Args:
        design: the design.
        share: share of responses that is confirmed, in (0, 1]; each independently of the others.

    Raises:
        ToplineError: TL-G04 for another share, or one below the target rate.

    >>> from topline.protocol.rule.boundary import Boundary
    >>> from topline.protocol.rule.hypotheses import Hypotheses
    >>> rule = Boundary(looks=(18, 35), futility=(2, 6), efficacy=(19, 7))
    >>> found = confirmation(SingleArmDesign("Simon optimal", Hypotheses(0.1, 0.3, power=0.9), rule, ""), 0.8)
    >>> [round(each, 3) for each in (*found.confirmed_counted, *found.any_counted)]
    [0.016, 0.718, 0.121, 0.981]

    """
    _check(design, share)
    rates = np.array([design.hypotheses.null, design.hypotheses.target])
    two = len(design.boundary.looks) == 2 and design.boundary.efficacy[0] > design.boundary.looks[0]
    return Confirmation(
        share,
        (design.level, design.attained_power),
        _both(operating_characteristics(design.boundary, rates * share).success),
        _both(operating_characteristics(design.boundary, rates / share).success),
        _both(success_after_any(design, share, rates)) if two else None,
    )


def success_after_any(design: SingleArmDesign, share: float, rates: ArrayLike) -> Array:
    """Return the probability of success where the first look counts any response, the last one confirmed ones.

    Args:
        design: a design of two stages with a stop for futility alone.
        share: share of responses that is confirmed, in (0, 1].
        rates: true rates of confirmed response, at most `share`; (rate,).

    Returns:
        Probabilities; (rate,).

    """
    rule = design.boundary
    first, second = rule.looks[0], rule.patients - rule.looks[0]
    _check_share(share)
    p = _confirmable(rates, share)
    confirmed = np.arange(first + 1)
    reach = upper_tail(rule.efficacy[-1] - confirmed, second, p[:, None])
    total = np.zeros(len(p))
    for seen in range(rule.futility[0] + 1, first + 1):
        inside = mass(confirmed[: seen + 1], seen, share)
        total += mass(np.array([seen]), first, p[:, None] / share)[:, 0] * (reach[:, : seen + 1] @ inside)
    return total


def reversal(design: SingleArmDesign, share: float, rate: float) -> float:
    """Return the probability that the first look goes on with all responses, and would stop with the confirmed ones.

    Args:
        design: the design.
        share: share of responses that is confirmed, in (0, 1].
        rate: true rate of confirmed response, at most `share`.

    >>> from topline.protocol.rule.boundary import Boundary
    >>> from topline.protocol.rule.hypotheses import Hypotheses
    >>> rule = Boundary(looks=(18, 35), futility=(2, 6), efficacy=(19, 7))
    >>> planned = SingleArmDesign("Simon optimal", Hypotheses(0.1, 0.3, power=0.9), rule, "")
    >>> round(reversal(planned, 0.8, 0.1), 3)
    0.129

    """
    _check(design, share)
    patients, futile = design.boundary.looks[0], design.boundary.futility[0]
    seen = np.arange(futile + 1, patients + 1)
    fewer = np.array([mass(np.arange(futile + 1), int(each), share).sum() for each in seen])
    return float((mass(seen, patients, _confirmable(rate, share)[0] / share) * fewer).sum())


def _both(found: Array) -> tuple[float, float]:
    return float(found[0]), float(found[1])


def _confirmable(rates: ArrayLike, share: float) -> Array:
    """Return true rates of confirmed response; above the share confirmed not even all patients would suffice."""
    p = checked_rates(rates)
    if (p > share).any():
        raise ToplineError("TL-G04", where="rates", what=f"{rates!r} is above the share confirmed, {share:g}")
    return p


def _check(design: SingleArmDesign, share: float) -> None:
    _check_share(share)
    if design.hypotheses.target > share:
        what = f"{share:g} is below the target rate {design.hypotheses.target:g}: not even all patients would suffice"
        raise ToplineError("TL-G04", where="share", what=what)


def _check_share(share: float) -> None:
    if not 0 < number("share", share) <= 1:
        raise ToplineError("TL-G04", where="share", what=f"{share:g} is not above 0 and at most 1; write 80% as 0.8")
