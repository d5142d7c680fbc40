"""One-stage rules of every number of patients at once: which of them have the level and the power."""

import numpy as np
from numpy.typing import NDArray

from topline.protocol.rule.binomial import critical_values, upper_tail
from topline.protocol.rule.hypotheses import Hypotheses


def attaining(asked: Hypotheses, most: int) -> NDArray[np.bool_]:
    """Return, for 1 to `most` patients, whether the best single-stage rule attains the level and the power.

    The best rule is the least number of responders whose chance at the null rate is at most alpha. More patients do
    not always do better: the power climbs and falls in a saw-tooth.

    >>> able = attaining(Hypotheses(0.15, 0.33, 0.05, 0.88), 60)
    >>> [n for n in range(43, 52) if able[n - 1]]
    [43, 47, 48, 50, 51]

    Source: A'Hern 2001, doi:10.1002/sim.721.

    """
    patients = np.arange(1.0, most + 1.0)
    success = critical_values(patients, asked.null, asked.alpha)
    return np.asarray(upper_tail(success, patients, asked.target) >= asked.power)


def least_success(patients: int, null: float, alpha: float) -> int:
    """Return the fewest responders whose chance at the null rate is at most alpha, `patients` + 1 where none is.

    >>> least_success(43, 0.15, 0.05)
    11

    """
    return int(critical_values(np.array([float(patients)]), null, alpha)[0])
