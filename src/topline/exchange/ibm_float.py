"""Numbers as SAS transport stores them: the hexadecimal floating point of IBM's System/360, eight bytes each.

Source: SAS technical support document TS-140, "The record layout of a data set in SAS transport (XPORT) format".
"""

import numpy as np
from numpy.typing import NDArray

MISSING = 0x2E << 56  # a full stop, then zeros: the missing value `.`
SMALLEST, LARGEST = 16.0**-65, 16.0**63 * (1 - 2.0**-53)  # the largest double below 16**63


def ibm_float(values: NDArray[np.float64]) -> NDArray[np.uint8]:
    """Return the eight bytes of each number, shape (n, 8); NaN gives the missing value.

    A number is fraction * 16**(exponent - 64) with a fraction of 56 bits in [1/16, 1): the 53 bits of a double always
    fit, so nothing is rounded. `values` (n,) lie between 5.4e-79 and 7.2e75 in size, or are zero or NaN.

    >>> ibm_float(np.array([1.0])).tobytes().hex(), ibm_float(np.array([-118.625])).tobytes().hex()
    ('4110000000000000', 'c276a00000000000')

    Raises `OverflowError` for numbers outside the range.
    """
    missing = np.isnan(values)
    size = np.where(missing, 0.0, np.abs(values))
    if bool(np.any((size > LARGEST) | ((size > 0) & (size < SMALLEST)))):
        raise OverflowError("a number is outside the range of SAS transport")
    mantissa, binary = np.frexp(size)
    exponent = -(-binary // 4)
    fraction = (mantissa * 2.0**53).astype(np.uint64) << (3 - (4 * exponent - binary)).astype(np.uint64)
    word = fraction | ((exponent + 64).astype(np.uint64) << np.uint64(56))
    word = np.where(size == 0, np.uint64(0), word | (np.signbit(values).astype(np.uint64) << np.uint64(63)))
    word = np.where(missing, np.uint64(MISSING), word)
    return word.astype(">u8").view(np.uint8).reshape(-1, 8)
