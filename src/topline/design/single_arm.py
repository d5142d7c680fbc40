"""A single-arm design: its hypotheses, its rule, and what the rule does exactly."""

from dataclasses import dataclass
from functools import cached_property
from itertools import groupby
from textwrap import wrap
from typing import TYPE_CHECKING

from numpy.typing import ArrayLike

from topline.design.exact import keeps
from topline.protocol.rule.boundary import NEVER, Boundary, OperatingCharacteristics, operating_characteristics
from topline.protocol.rule.condensed import condensed
from topline.protocol.rule.hypotheses import Hypotheses

if TYPE_CHECKING:
    from topline.design.to_protocol import Value


@dataclass(frozen=True)
class SingleArmDesign:
    """A design is a stopping rule that was made for hypotheses.

    Attributes:
        name: what the design is called, for example `Simon optimal`.
        hypotheses: what it was made to tell apart.
        boundary: its rule.
        source: who published the design, with DOI.

    >>> rule = Boundary(looks=(18, 35), futility=(2, 6), efficacy=(19, 7))
    >>> print(SingleArmDesign("Simon optimal", Hypotheses(0.1, 0.3, alpha=0.05, power=0.9), rule, ""))
    Simon optimal: tells a rate of 30% from 10% with one-sided alpha 0.05 and power 0.9
      after 18 patients: stop without success at 2 responders or fewer
      after 35 patients: success at 7 responders or more
                        at 10%    at 30%
      success           0.0474    0.9016   exact level and power
      stop early        0.7338    0.0600
      patients           22.53     33.98   expected, 35 at most

    """

    name: str
    hypotheses: Hypotheses
    boundary: Boundary
    source: str

    @cached_property
    def exact(self) -> OperatingCharacteristics:
        """What the rule does at the null and the target rate, in this order."""
        return operating_characteristics(self.boundary, (self.hypotheses.null, self.hypotheses.target))

    @property
    def level(self) -> float:
        """Exact probability of success at the null rate."""
        return float(self.exact.success[0])

    @property
    def attained_power(self) -> float:
        """Exact probability of success at the target rate."""
        return float(self.exact.success[1])

    @property
    def expected_patients(self) -> float:
        """Expected number of patients at the null rate."""
        return float(self.exact.expected_patients[0])

    @property
    def holds(self) -> bool:
        """Whether level and power are what was asked for, without slack; a tie is decided in fractions."""
        return keeps(self.boundary, self.hypotheses)

    def operating_characteristics(self, rates: ArrayLike) -> OperatingCharacteristics:
        """Return what the rule does at true response rates, exactly."""
        return operating_characteristics(self.boundary, rates)

    def plot(self) -> str:
        """Return the picture of the probability of success against the true rate, as an SVG text.

        >>> rule = Boundary(looks=(18, 35), futility=(2, 6), efficacy=(19, 7))
        >>> SingleArmDesign("Simon optimal", Hypotheses(0.1, 0.3, power=0.9), rule, "").plot()[:4]
        '<svg'

        """
        from topline.design.comparison.plot import operating_curves  # the pictures are drawn of designs

        return str(operating_curves([self]))

    def to_protocol(self, endpoint: str) -> "dict[str, Value]":
        """Return the mapping of the design for the key `design` of study.yaml.

        Args:
            endpoint: the id of the endpoint that decides.

        Raises:
            ToplineError: TL-G04 for a rule that study.yaml cannot state.

        >>> rule = Boundary(looks=(18, 35), futility=(2, 6), efficacy=(19, 7))
        >>> found = SingleArmDesign("Simon optimal", Hypotheses(0.1, 0.3, power=0.9), rule, "").to_protocol("ORR")
        >>> found["kind"], found["first_stage_patients"]
        ('two stage', 18)

        """
        from topline.design.to_protocol import to_protocol  # it writes designs of this class

        return to_protocol(self, endpoint)

    def __str__(self) -> str:
        asked, exact = self.hypotheses, self.exact
        rates = f"{_percent(asked.target)} from {_percent(asked.null)}"
        head = f"{self.name}: tells a rate of {rates} with one-sided alpha {asked.alpha:g} and power {asked.power:g}"
        rows = (
            ("", [f"at {_percent(rate)}" for rate in (asked.null, asked.target)], ""),
            ("success", [f"{each:.4f}" for each in exact.success], "exact level and power"),
            ("stop early", [f"{each:.4f}" for each in exact.stops_early], ""),
            ("patients", [f"{each:.2f}" for each in exact.expected_patients], f"expected, {exact.looks[-1]} at most"),
        )
        table = [f"  {name:<12}{cells[0]:>12}{cells[1]:>10}   {more}".rstrip() for name, cells, more in rows]
        return "\n".join([head, *rule_words(self.boundary), *(table if len(exact.looks) > 1 else table[:2])])


MANY = 4
"""From so many looks on, the bounds of a rule stand in two rows instead of a line for each look."""


def rule_words(boundary: Boundary) -> list[str]:
    """Return a rule in words, in lines: the looks and bounds that can stop a trial.

    >>> for line in rule_words(Boundary((10, 20, 30, 40, 50), (0, 1, 3, 5, 9), (11, 8, 9, 10, 10))):
    ...     print(line)
      stop without success at 0 of 10, 1 of 20, 3 of 30, 5 of 40 responders or fewer
      stop with success at 8 of 20, 9 of 30, 10 of 40 responders or more
      after 50 patients: success at 10 responders or more

    """
    rule = condensed(boundary)
    early = list(zip(rule.looks[:-1], rule.futility, rule.efficacy, strict=False))
    last = f"  after {rule.patients} patients: success at {_responders(rule.efficacy[-1])} or more"
    if len(early) < MANY:
        return [*(_look_words(*look) for look in early), last]
    futile = _runs([(low, look) for look, low, _ in early if low != NEVER])
    success = _runs([(high, look) for look, _, high in early if high <= look])
    lines = [f"  stop without success at {futile} responders or fewer"] if futile else []
    lines += [f"  stop with success at {success} responders or more"] if success else []
    return [*(each for line in lines for each in wrap(line, 120, subsequent_indent=" " * 4)), last]


def _runs(bounds: list[tuple[int, int]]) -> str:
    """Return bounds with their looks; a bound that stays for several looks stands once, with the first and the last."""
    parts = []
    for bound, run in groupby(bounds, key=lambda each: each[0]):
        looks = [look for _, look in run]
        parts.append(f"{bound} of {looks[0]}" + (f" to {looks[-1]}" if len(looks) > 1 else ""))
    return ", ".join(parts)


def _look_words(patients: int, futile: int, success: int) -> str:
    """Return what stops a trial at an early look, as a line."""
    ends = [f"stop without success at {_responders(futile)} or fewer"] if futile != NEVER else []
    ends += [f"stop with success at {_responders(success)} or more"] if success <= patients else []
    return f"  after {patients} patients: {', '.join(ends)}"


def _responders(count: int) -> str:
    return f"{count} responder{'' if count == 1 else 's'}"


def _percent(rate: float) -> str:
    return f"{100 * rate:.4g}%"
