"""Points and weights of Gauss-Legendre integrals, kept once they are made."""

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray


@lru_cache(maxsize=32)
def gauss_legendre(count: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return points in (0, 1) and weights that sum to 1, exact for polynomials of degree 2 count - 1.

    >>> x, w = gauss_legendre(3)
    >>> round(float(w @ x**5), 12)
    0.166666666667

    """
    x, w = np.polynomial.legendre.leggauss(count)
    points, weights = (x + 1.0) / 2.0, w / 2.0
    points.flags.writeable = weights.flags.writeable = False
    return points, weights
