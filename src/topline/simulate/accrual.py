"""When and where patients are enrolled: sites with rates of their own that open one after the other.

The Poisson-gamma model (Anisimov and Fedorov 2007, doi:10.1002/sim.2956): each open site enrols by a Poisson process,
the rates of the sites are gamma-distributed around the mean.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from topline.protocol.model import Protocol
from topline.simulate.draws import Draws, Floats
from topline.simulate.truth_conduct import Conduct

LONGEST = 3.0
"""A patient is followed for at most so many times the expected length of accrual, and the follow-up after it."""


@dataclass(frozen=True, slots=True)
class Arrivals:
    """Enrolment in each trial (trial, planned), in order: `month` from the opening of the first site, `site` from 0."""

    month: Floats
    site: NDArray[np.int64]


def draw_arrivals(conduct: Conduct, draws: Draws, trials: int, planned: int) -> Arrivals:
    """Draw enrolment by the Poisson-gamma model; the first trials do not depend on how many follow.

    The k-th patient of a trial comes when the expected number enrolled reaches the sum of k unit exponentials; the site
    is one of those that are open, by their rates.
    """
    mean = conduct.accrual_per_month / conduct.sites
    gamma = draws.stream("rates of sites").standard_gamma(conduct.site_shape, (trials, conduct.sites))
    rate = np.maximum(gamma / conduct.site_shape, 1e-6) * mean
    opens = openings(conduct)
    month = reached(np.cumsum(draws.exponential("arrival", trials, planned), axis=1), rate, opens)
    open_rate = rate[:, None, :] * (opens <= month[:, :, None])
    share = np.cumsum(open_rate, axis=2) / open_rate.sum(axis=2, keepdims=True)
    chance = draws.uniform("site of arrival", trials, planned)
    return Arrivals(month, np.minimum((share <= chance[:, :, None]).sum(axis=2), conduct.sites - 1))


def openings(conduct: Conduct) -> Floats:
    """Return the months at which the sites open: evenly from 0 to the start-up time.

    >>> openings(Conduct(sites=3, startup_months=6.0)).tolist()
    [0.0, 3.0, 6.0]
    """
    return np.linspace(0.0, conduct.startup_months, conduct.sites) if conduct.sites > 1 else np.zeros(1)


def reached(needed: Floats, rate: Floats, opens: Floats) -> Floats:
    """Return when the expected number enrolled reaches what is needed (trial, patient).

    It rises at the sum of the rates (trial, site) of the sites that are open, which open in order at `opens` (site,).
    """
    total = np.cumsum(rate, axis=1)
    gained = np.cumsum(total[:, :-1] * np.diff(opens), axis=1)
    before = np.concatenate([np.zeros((len(rate), 1)), gained], axis=1)
    last = np.maximum((before[:, None, :] <= needed[:, :, None]).sum(axis=2) - 1, 0)
    trial = np.arange(len(rate))[:, None]
    return np.asarray(opens[last] + (needed - before[trial, last]) / total[trial, last])


def longest_follow_up(protocol: Protocol, conduct: Conduct) -> int:
    """Return the longest possible follow-up of a patient [days]: the calendar of the trial, or the protocol's limit."""
    accrual = protocol.population.planned / conduct.accrual_per_month
    if conduct.accrual == "poisson-gamma":
        accrual = conduct.startup_months + LONGEST * accrual
    months = min(protocol.schedule.maximum_months, accrual + conduct.follow_up_months)
    return int(months * protocol.days_per_month) + 1
