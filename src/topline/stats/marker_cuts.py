"""All the ways in which markers divide subjects into a high and a low group."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from topline.stats.interval import Array

Ints = NDArray[np.intp]
Flags = NDArray[np.bool_]
SMALL = 200_000
"""Multiplications of a product that is computed in one thread: below this, starting others costs more than it saves."""

ROUNDING = 1e-9
"""Shares are compared with this tolerance: 0.1 of 40 subjects is 4 subjects, whatever 0.1 is in binary."""


@dataclass(frozen=True)
class Cuts:
    """Cuts are the divisions that a search tries, those of one marker side by side, from its lowest value on.

    Attributes:
        member: 1 for the subjects at or above the cut, else 0; (subject, cut).
        at: 1 for the subjects whose value is the cut itself, else 0; (subject, cut).
        present: 1 for the subjects that have the marker, else 0; (subject, marker).
        marker: which marker each cut divides by; (cut,).
        value: the smallest value of the high group; (cut,).
        chosen: True for cuts that the search may choose, False for groups that stood before; (cut,).
        shares: least and greatest share of a marker's subjects below a cut that may be chosen.

    """

    member: Array
    at: Array
    present: Array
    marker: Ints
    value: Array
    chosen: Flags
    shares: tuple[float, float]

    @property
    def subjects(self) -> int:
        """The number of subjects."""
        return int(self.member.shape[0])

    @property
    def markers(self) -> int:
        """The number of markers."""
        return int(self.present.shape[1])

    def of(self, marker: int) -> Ints:
        """Return the places of the cuts of a marker."""
        return np.flatnonzero(self.marker == marker)

    def patterns(self) -> Iterator[tuple[Array, Ints]]:
        """Yield each set of subjects that have the same markers, (subject,), with the places of their cuts."""
        own = self.present[:, self.marker].T
        sets, which = np.unique(own, axis=0, return_inverse=True)
        for place, pattern in enumerate(sets):
            yield pattern, np.flatnonzero(which.ravel() == place)

    def allowed(self, weight: Array) -> Flags:
        """Return which cuts a search of samples would try: both groups are there, a subject at the cut, and the shares.

        Args:
            weight: how often each subject stands in a sample; (sample, subject).

        Returns:
            (sample, cut).

        """
        high = product(weight, self.member)
        size = product(weight, self.present)[:, self.marker]
        low = size - high
        least, most = self.shares
        inside = (low >= least * size - ROUNDING) & (low <= most * size + ROUNDING)
        return np.asarray((product(weight, self.at) > 0) & (low > 0) & (inside | ~self.chosen))

    def tried(self) -> "Cuts":
        """Return the cuts that the shares allow in the data as they are."""
        kept = self.allowed(np.ones((1, self.subjects)))[0]
        return Cuts(
            self.member[:, kept],
            self.at[:, kept],
            self.present,
            self.marker[kept],
            self.value[kept],
            self.chosen[kept],
            self.shares,
        )


def product(left: Array, right: Array) -> Array:
    """Return the matrix product, of many rows with a small matrix piece by piece, so that no thread waits for others.

    >>> bool((product(np.ones((5000, 40)), np.ones((40, 9))) == 40.0).all())
    True
    """
    rows = SMALL // max(right.size, 1)
    if rows < 8 or rows >= len(left):
        return np.asarray(left @ right)
    return np.concatenate([left[start : start + rows] @ right for start in range(0, len(left), rows)])


def divide(values: ArrayLike, fixed: ArrayLike | None = None, shares: tuple[float, float] = (0.1, 0.9)) -> Cuts:
    """Return every cut of every marker that leaves a share of its subjects on both sides.

    A cut at v puts the subjects with a value of v or more into the high group. Equal values are never parted.

    Args:
        values: values of the markers, nan where missing; (subject, marker).
        fixed: True for markers that are groups already, 0 and 1, and take any share; (marker,).
        shares: least and greatest share of the marker's subjects below the cut, 0 < least <= most < 1.

    Returns:
        Cuts; a marker without any is left without.

    Raises:
        ValueError: values that are not subjects by markers or infinite, or impossible shares.

    >>> cuts = divide([[1.0], [2.0], [2.0], [3.0], [np.nan]], shares=(0.2, 0.8))
    >>> cuts.value.tolist(), cuts.member.sum(axis=0).tolist()
    ([2.0, 3.0], [3.0, 1.0])

    """
    return every_cut(values, fixed, shares).tried()


def every_cut(values: ArrayLike, fixed: ArrayLike | None = None, shares: tuple[float, float] = (0.1, 0.9)) -> Cuts:
    """Return every cut of every marker, also those that leave too few on one side in the data, but not in a sample.

    Arguments and errors are those of `divide`.

    >>> every_cut([[1.0], [2.0], [2.0], [3.0], [np.nan]], shares=(0.5, 0.8)).value.tolist()
    [2.0, 3.0]
    """
    matrix = np.array(values, dtype=np.float64)
    if matrix.ndim != 2 or np.isinf(matrix).any():
        raise ValueError(
            f"divide: values has shape {matrix.shape}; give finite values, (subject, marker), nan if missing"
        )
    if not 0 < shares[0] <= shares[1] < 1:
        raise ValueError(f"divide: shares is {shares}; they lie between 0 and 1 and rise; write 10% as 0.1")
    groups = np.zeros(matrix.shape[1], dtype=np.bool_) if fixed is None else np.asarray(fixed, dtype=np.bool_)
    pairs = [(k, v) for k in range(matrix.shape[1]) for v in _distinct(matrix[:, k])[1:]]
    marker = np.array([k for k, _ in pairs], dtype=np.intp)
    value = np.array([v for _, v in pairs], dtype=np.float64)
    own = matrix[:, marker]
    member, at = (own >= value).astype(np.float64), (own == value).astype(np.float64)
    return Cuts(member, at, (~np.isnan(matrix)).astype(np.float64), marker, value, ~groups[marker], shares)


def _distinct(values: Array) -> Array:
    return np.unique(values[~np.isnan(values)])
