"""How a stored number is printed: fixed places, half away from zero, and never across a threshold.

A number is first taken at 12 significant digits, which removes the noise of binary fractions, then rounded half away
from zero. Where the printed number would lie on the other side of a threshold than the stored one, or on it, a place is
added until it does not: 14.96 against a null of 15 is printed 14.96 and not 15.0.
"""

import math
from collections.abc import Iterable
from decimal import ROUND_HALF_UP, Decimal

DIGITS = 12
NOISE = 1e-10
"""What is smaller is 0 that was not met exactly."""
MINUS = "\N{MINUS SIGN}"
PERCENT_BOUNDS = (0.0, 100.0)
CHANGE_BOUNDS = (-100.0, -30.0, 0.0, 20.0)
LEAST_P = Decimal("0.0001")


def stored(value: float) -> Decimal:
    """Return a number at 12 significant digits, as a decimal.

    >>> stored(100 * 23 / 80)
    Decimal('28.75')
    """
    return Decimal(f"{value:.{DIGITS}g}")


def half_up(value: float, places: int) -> Decimal:
    """Return a number rounded half away from zero to decimal places.

    >>> half_up(2.675, 2), half_up(-0.25, 1)
    (Decimal('2.68'), Decimal('-0.3'))
    """
    return stored(value).quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP)


def rounded(value: float, places: int, thresholds: Iterable[float] = ()) -> str:
    """Return a number as printed: rounded, with more places where a threshold would be reached or crossed.

    >>> rounded(1e-15, 1, [0.0])
    '0.0'
    >>> rounded(4.96, 1), rounded(4.96, 1, [5.0]), rounded(5.0, 1, [5.0]), rounded(-29.96, 1, [-30.0])
    ('5.0', '4.96', '5.0', '−29.96')
    """
    exact = stored(value) if abs(value) > NOISE else Decimal(0)
    limits = [stored(limit) for limit in thresholds]
    shown = half_up(float(exact), places)
    for more in range(places, DIGITS + 1):
        shown = half_up(float(exact), more)
        if all(exact.compare(limit) == shown.compare(limit) for limit in limits):
            break
    return signed(shown)


def signed(shown: Decimal) -> str:
    """Return a decimal as text with a minus sign, and zero without one.

    >>> signed(Decimal("-0.0")), signed(Decimal("-1.5"))
    ('0.0', '−1.5')
    """
    text = f"{abs(shown):f}"
    return f"{MINUS}{text}" if shown < 0 else text


def percent(value: float, thresholds: Iterable[float] = ()) -> str:
    """Return a percentage with one place; 0.0 and 100.0 are printed for none and all only.

    >>> percent(9.302326), percent(99.97), percent(100.0), percent(14.98, [15.0])
    ('9.3', '99.97', '100.0', '14.98')
    """
    return rounded(value, 1, (*PERCENT_BOUNDS, *thresholds))


def change(value: float) -> str:
    """Return a percent change of a sum of diameters with one place; -30 and +20 are printed where they were reached.

    >>> change(-29.97), change(-30.0), change(31.1111)
    ('−29.97', '−30.0', '31.1')
    """
    return rounded(value, 1, CHANGE_BOUNDS)


def p_value(value: float, levels: Iterable[float] = ()) -> str:
    """Return a p-value with four places, `<0.0001` below them and `>0.9999` above; a level is never rounded onto.

    >>> p_value(0.469015), p_value(0.00003), p_value(0.04998, [0.05]), p_value(0.999999), p_value(1.0)
    ('0.4690', '<0.0001', '0.04998', '>0.9999', '1.0000')
    """
    exact = stored(value)
    if exact < LEAST_P:
        return f"<{LEAST_P}"
    if 1 - LEAST_P < exact < 1:
        return f">{1 - LEAST_P}"
    return rounded(value, 4, levels)


def whole(value: float) -> str:
    """Return a count, or an extreme value as it was collected: whole where it is whole, else with one place.

    >>> whole(43.0), whole(67.25), whole(3500.0000000000005)
    ('43', '67.3', '3500')
    """
    return rounded(value, 0 if stored(value) == stored(value).to_integral_value() else 1)


def finite(value: float | None) -> bool:
    """Say whether there is a number to print.

    >>> finite(None), finite(float("nan")), finite(0.0)
    (False, False, True)
    """
    return value is not None and math.isfinite(value)


def exponent_free(share: float) -> str:
    """Return a share of the protocol as a percentage, with the places it was written with.

    >>> exponent_free(0.15), exponent_free(0.335), exponent_free(0.9)
    ('15', '33.5', '90')
    """
    return f"{(stored(share) * 100).normalize():f}"
