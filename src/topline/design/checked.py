"""Settings of a design that are no numbers, no numbers of patients or no rates, refused by their names."""

import math

import numpy as np
from numpy.typing import ArrayLike

from topline.errors import ToplineError
from topline.protocol.rule.boundary import Array
from topline.protocol.rule.lower_bound import LARGEST
from topline.protocol.rule.outcome import is_whole


def number(where: str, value: float, code: str = "TL-G04") -> float:
    """Return a setting that is a number; a truth value, a text and a list are none.

    Args:
        where: the name of the setting.
        value: the setting; NaN and infinity pass, as a range refuses them.
        code: of the error.

    Raises:
        ToplineError: of that code.

    >>> number("alpha", 0.05)
    0.05

    """
    if isinstance(value, bool) or not isinstance(value, int | float | np.integer | np.floating):
        raise ToplineError(code, where=where, what=f"{value!r} is not a number")
    try:
        return float(value)
    except OverflowError:
        return math.copysign(math.inf, value)


def numbers(owner: object, *names: str, code: str = "TL-G04") -> None:
    """Refuse settings of an object that are no numbers."""
    for name in names:
        number(name, getattr(owner, name), code)


def whole(where: str, value: int, least: int = 1, most: int | None = LARGEST, code: str = "TL-G04") -> int:
    """Return a setting that is a whole number in a range.

    >>> whole("patients", 35)
    35

    """
    if not is_whole(value) or value < least or (most is not None and value > most):
        upper = "on" if most is None else f"to {most}"
        raise ToplineError(code, where=where, what=f"{value!r} is not a whole number from {least} {upper}")
    return int(value)


def counts(where: str, values: ArrayLike, code: str = "TL-G03") -> Array:
    """Return numbers of responses, patients or months as an array of at least 0."""
    found = _array(where, values)
    if not ((found >= 0) & np.isfinite(found)).all():
        raise ToplineError(code, where=where, what=f"{values!r} are not numbers of at least 0")
    return found


def rates(values: ArrayLike, where: str = "rates") -> Array:
    """Return true rates in [0, 1] as one axis.

    >>> rates(0.2)
    array([0.2])

    """
    found = np.atleast_1d(_array(where, values))
    if found.ndim != 1 or not ((found >= 0) & (found <= 1)).all():
        raise ToplineError("TL-G04", where=where, what=f"{values!r} is not between 0 and 1; write 20% as 0.2")
    return found


def _array(where: str, values: ArrayLike) -> Array:
    try:
        if np.iscomplexobj(values) or np.asarray(values).dtype.kind in "bOSU":
            raise TypeError
        return np.asarray(values, dtype=np.float64)
    except (TypeError, ValueError):
        raise ToplineError("TL-G04", where=where, what=f"{values!r} are not numbers") from None
