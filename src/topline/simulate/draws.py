"""Random numbers that depend only on the protocol, the seed and the name of the quantity they are for."""

import hashlib

import numpy as np
from numpy.random import PCG64DXSM, Generator, SeedSequence
from numpy.typing import NDArray

Floats = NDArray[np.float64]


class Draws:
    """A source of random numbers with one stream per named quantity.

    Each stream is seeded by (seed, digest of the protocol, name), so a new quantity never shifts the numbers of the
    others. Subjects come first in every shape and a stream goes on where it stopped: the numbers of the first patients
    do not depend on how many follow, nor on the size of the blocks in which they are drawn.

    >>> whole = Draws("ab" * 32, 7).uniform("age", 5)
    >>> parts = Draws("ab" * 32, 7)
    >>> bool((np.concatenate([parts.uniform("age", 2), parts.uniform("age", 3)]) == whole).all())
    True
    """

    def __init__(self, digest: str, seed: int, spawn: tuple[int, ...] = ()) -> None:
        """Take `spawn`, whole numbers that tell apart many sources of one seed; none is the source of one trial."""
        if seed < 0:
            raise ValueError(f"seed {seed} is negative")
        self._entropy = [seed, *_words(bytes.fromhex(digest))]
        self._spawn = spawn
        self._streams: dict[str, Generator] = {}

    def stream(self, quantity: str) -> Generator:
        """Return the generator of this quantity; it keeps its position between calls."""
        if quantity not in self._streams:
            entropy = [*self._entropy, *name_words(quantity)]
            self._streams[quantity] = Generator(PCG64DXSM(SeedSequence(entropy, spawn_key=self._spawn)))
        return self._streams[quantity]

    def uniform(self, quantity: str, *shape: int) -> Floats:
        """Draw from the uniform distribution on [0, 1)."""
        return self.stream(quantity).random(shape)

    def normal(self, quantity: str, *shape: int) -> Floats:
        """Draw from the standard normal distribution."""
        return self.stream(quantity).standard_normal(shape)

    def exponential(self, quantity: str, *shape: int) -> Floats:
        """Draw from the exponential distribution with mean 1."""
        return -np.log1p(-self.uniform(quantity, *shape))

    def choice(self, quantity: str, probabilities: tuple[float, ...], *shape: int) -> NDArray[np.int64]:
        """Draw indices with these probabilities (scaled to sum 1)."""
        steps = np.cumsum(probabilities) / np.sum(probabilities)
        return np.minimum(np.searchsorted(steps, self.uniform(quantity, *shape), side="right"), len(probabilities) - 1)


def name_words(name: str) -> list[int]:
    """Return eight whole numbers below 2^32 that stand for a name."""
    return _words(hashlib.sha256(name.encode()).digest())


def _words(digest: bytes) -> list[int]:
    return [int.from_bytes(digest[at : at + 4], "big") for at in range(0, len(digest), 4)]
