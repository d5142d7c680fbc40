"""A probability that somebody states beside the exact one: which is larger, where rounding must not decide.

A search takes no notice of this module: what it finds has its level and power in the numbers as they are computed.
"""

import sys


def exceeds(exact: float, other: float, patients: int) -> bool:
    """Whether an exact probability of a rule lies above another number by more than its own rounding.

    The recursion over patients rounds four times per patient and term and adds positive terms only, so that its result
    is right to 4 n units in the last place. Where two numbers differ by less, arithmetic cannot tell which is larger,
    and the person who stated one of them is believed: two responders of two have at a rate of 20% a level of exactly
    0.04, which a computer finds to be 0.04000000000000001.

    Args:
        exact: the probability as computed, in [0, 1].
        other: the number that it is held against.
        patients: patients of the rule, n.

    >>> 0.2**2 > 0.04, exceeds(0.2**2, 0.04, patients=2), exceeds(0.0400000001, 0.04, patients=2)
    (True, False, True)

    """
    return exact - other > 4.0 * patients * sys.float_info.epsilon * max(exact, other)
