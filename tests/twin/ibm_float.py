"""A number as IBM hexadecimal floating point holds it, as an exact fraction."""

from fractions import Fraction


def value(cell: bytes) -> Fraction:
    """Return sign * fraction * 16**(exponent - 64), read off the eight bytes without rounding."""
    word = int.from_bytes(cell, "big")
    sign, exponent, fraction = word >> 63, (word >> 56) & 127, word & (1 << 56) - 1
    size = fraction * Fraction(16) ** (exponent - 64) / (1 << 56)
    return -size if sign else size
