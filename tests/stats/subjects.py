"""Random subjects for property tests: few distinct times, so that events and censorings tie."""

import numpy as np
from hypothesis import strategies as st
from numpy.typing import NDArray

Array = NDArray[np.float64]

times = st.sampled_from([0.0, 1.0, 1.5, 2.0, 3.0, 4.0, 7.0, 9.0])
survival = st.lists(st.tuples(times, st.integers(0, 1)), min_size=1, max_size=14)
competing = st.lists(st.tuples(times, st.integers(0, 2)), min_size=1, max_size=10)


def padded(rows: list[list[tuple[float, ...]]]) -> list[Array]:
    """Return one array (batch, subject) per field, short rows filled with nan."""
    longest = max(map(len, rows))
    fields = len(rows[0][0])
    return [
        np.array([[subject[i] for subject in row] + [np.nan] * (longest - len(row)) for row in rows], dtype=np.float64)
        for i in range(fields)
    ]
