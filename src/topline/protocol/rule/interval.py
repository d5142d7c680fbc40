"""Limits of a rate from one look at so many patients: exact (Clopper and Pearson) and by the score (Wilson).

Arrays in, arrays out, no check of the counts: what calls them states what may be asked.
"""

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special

Array = NDArray[np.float64]


def clopper_pearson_limits(responses: ArrayLike, patients: ArrayLike, confidence: float) -> tuple[Array, Array]:
    """Return the exact limits: every rate that neither one-sided binomial test rejects at half the error level.

    Args:
        responses: numbers of responses, 0 to patients; any shape.
        patients: numbers of patients, at least 1; any shape.
        confidence: two-sided level, in (0, 1).

    Returns:
        Lower limits, 0 at no response, and upper limits, 1 where all responded, both of the common shape.

    >>> lower, upper = clopper_pearson_limits(7, 83, 0.95)  # 8.4% (95% CI 3.5-16.6)
    >>> round(float(lower), 3), round(float(upper), 3)
    (0.035, 0.166)

    Source: Clopper & Pearson 1934, doi:10.1093/biomet/26.4.404. Golden: golden/proportion.toml.

    """
    x, n = np.asarray(responses, dtype=np.float64), np.asarray(patients, dtype=np.float64)
    tail = (1.0 - confidence) / 2.0
    lower = np.where(x == 0, 0.0, special.betaincinv(np.maximum(x, 1.0), n - x + 1.0, tail))
    upper = np.where(x == n, 1.0, special.betainccinv(x + 1.0, np.maximum(n - x, 1.0), tail))
    return lower, upper


def wilson_limits(responses: ArrayLike, patients: ArrayLike, confidence: float) -> tuple[Array, Array]:
    """Return the limits of the score: every rate whose score test, without continuity correction, is not rejected.

    Args:
        responses: numbers of responses, 0 to patients; any shape.
        patients: numbers of patients, at least 1; any shape.
        confidence: two-sided level, in (0, 1).

    Returns:
        Lower limits, 0 at no response, and upper limits, 1 where all responded, both of the common shape.

    >>> lower, upper = wilson_limits(0, 10, 0.95)
    >>> float(lower), round(float(upper), 4)
    (0.0, 0.2775)

    Source: Wilson 1927, doi:10.1080/01621459.1927.10502953. Golden: golden/proportion.toml.

    """
    x, n = np.asarray(responses, dtype=np.float64), np.asarray(patients, dtype=np.float64)
    z = float(special.ndtri(0.5 + confidence / 2.0))
    centre, half = x + z * z / 2.0, z * np.sqrt(x * (n - x) / n + z * z / 4.0)
    lower = np.where(x == 0, 0.0, (centre - half) / (n + z * z))
    upper = np.where(x == n, 1.0, (centre + half) / (n + z * z))
    return lower, upper
