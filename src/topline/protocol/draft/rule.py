"""The rule that decides: exact one-stage and two-stage designs for a number of patients that is given."""

from dataclasses import dataclass

from topline.protocol.rule.binomial import upper_tail
from topline.protocol.rule.one_stage import least_success
from topline.protocol.rule.two_stage_search import design_of

LARGEST_SEARCH = 150  # patients up to which two stages are searched


@dataclass(frozen=True, slots=True)
class Rule:
    """A decision: success with at least so many responders of `patients`; its exact level and power.

    `first` holds the patients of the first stage and the most responders that stop there, None for one stage.
    """

    patients: int
    success: int
    level: float
    power: float
    first: tuple[int, int] | None = None


def single_stage(patients: int, null: float, target: float, alpha: float) -> Rule | None:
    """Return the exact one-stage rule with the smallest number of responders that keeps the level.

    None where even responders only would exceed it.

    >>> rule = single_stage(43, 0.15, 0.33, 0.05)
    >>> rule.success, round(rule.level, 4), round(rule.power, 4)
    (11, 0.0488, 0.8862)
    """
    success = least_success(patients, null, alpha)
    if success > patients:
        return None
    level, power = (float(upper_tail(success, patients, rate)) for rate in (null, target))
    return Rule(patients, success, level, power)


def two_stages(patients: int, rates: tuple[float, float], alpha: float, power: float) -> Rule | None:
    """Return the exact two-stage rule of this size with the fewest patients expected at the null rate.

    `rates` are null and target rate. None where no rule of this size has level and power, or the size is above
    LARGEST_SEARCH.

    >>> rule = two_stages(35, (0.1, 0.3), 0.05, 0.9)
    >>> rule.first, rule.success
    ((18, 2), 7)
    """
    found = design_of(*rates, alpha, 1.0 - power, patients) if patients <= LARGEST_SEARCH else None
    if found is None:
        return None
    return Rule(patients, found.r + 1, found.level, found.power, (found.n1, found.r1))
