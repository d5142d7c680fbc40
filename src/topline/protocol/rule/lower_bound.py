"""How few patients can be enough: the bound that no rule beats, and what a search says that found nothing.

A rule of at most n patients is a test on n responses. By the lemma of Neyman and Pearson none of its level has more
power than the test that succeeds above a number of responses, and at that number with a probability that spends the
whole level. The power of that test grows with n; below the first n at which it is enough no design can hold.
"""

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

from topline.errors import ToplineError
from topline.protocol.rule.binomial import BinomialTables
from topline.protocol.rule.hypotheses import Hypotheses

LARGEST = 1000
"""Most patients that a search tries."""
ROUNDING = 1e-9
"""How far the bound on the power is loosened, so that rounding never hides a design."""


def most_powerful(null: BinomialTables, target: BinomialTables, alpha: float) -> NDArray[np.float64]:
    """Return for each number of patients of two tables the power that no rule of level alpha exceeds.

    Args:
        null: the binomial tables at the null rate.
        target: those at the target rate, of the same size.
        alpha: the level.

    Returns:
        Power of the most powerful randomised test after 0, 1, 2 ... patients, increasing.

    >>> from topline.protocol.rule.binomial import binomial_tables
    >>> most_powerful(binomial_tables(0.1, 33), binomial_tables(0.3, 33), 0.05)[[0, 25, 33]].round(4)
    array([0.05  , 0.833 , 0.9124])

    Source: Neyman & Pearson 1933, doi:10.1098/rsta.1933.0009.

    """
    rows = np.arange(len(null.mass))
    critical = (null.at_least > alpha).sum(axis=1)  # fewest responses whose tail is within the level
    spent = null.at_least[rows, np.minimum(critical, null.mass.shape[1] - 1)]
    share = (alpha - spent) / null.mass[rows, critical - 1]
    reached = target.at_least[rows, np.minimum(critical, null.mass.shape[1] - 1)]
    return np.asarray(reached + share * target.mass[rows, critical - 1])


def fewest_patients(null: BinomialTables, target: BinomialTables, alpha: float, power: float) -> int:
    """Return the fewest patients with which any rule could hold; one more than those of the tables where none could.

    >>> from topline.protocol.rule.binomial import binomial_tables
    >>> fewest_patients(binomial_tables(0.1, 60), binomial_tables(0.3, 60), alpha=0.05, power=0.9)
    32

    """
    enough = most_powerful(null, target, alpha) >= power - ROUNDING
    return int(np.argmax(enough)) if enough.any() else len(enough)


def table_size(null: float, target: float, alpha: float, beta: float) -> int:
    """Return a number of patients that a search seldom passes: twice that of the normal approximation, and some.

    >>> table_size(0.1, 0.3, 0.05, 0.1)
    78

    """
    deviation = -ndtri(alpha) * np.sqrt(null * (1 - null)) - ndtri(beta) * np.sqrt(target * (1 - target))
    return int(2.0 * (deviation / (target - null)) ** 2) + 20


def check_largest(max_n: int, least: int = 2) -> None:
    """Refuse a largest number of patients that is no whole number from `least` to 1,000.

    >>> check_largest(5000)
    Traceback (most recent call last):
    topline.errors.ToplineError: TL-G04 max_n: 5000 is not a whole number from 2 to 1000
      rule: each setting of a design has a range, see docs/design.md
      fix:  correct the setting that is named

    """
    number = isinstance(max_n, int | float | np.integer | np.floating) and not isinstance(max_n, bool)
    if not number or not least <= max_n <= LARGEST or int(max_n) != max_n:
        shown = f"{max_n:g}" if number else repr(max_n)
        raise ToplineError("TL-G04", where="max_n", what=f"{shown} is not a whole number from {least} to {LARGEST}")


def no_design(name: str, hypotheses: Hypotheses, max_n: int, smallest: int | None) -> ToplineError:
    """Return the error of a search that found nothing, which says the smallest number of patients that would work.

    >>> print(no_design("Simon minimax", Hypotheses(0.1, 0.3, 0.05, 0.9), 30, 33).what)
    no design of at most 30 patients tells 0.3 from 0.1 with alpha 0.05 and power 0.9; 33 patients would do

    """
    asked = f"tells {hypotheses.target:g} from {hypotheses.null:g} with alpha {hypotheses.alpha:g}"
    hint = f"{smallest} patients would do" if smallest else f"nor does any of at most {LARGEST}, where the search ends"
    what = f"no design of at most {max_n} patients {asked} and power {hypotheses.power:g}; {hint}"
    return ToplineError("TL-G02", where=name, what=what)
