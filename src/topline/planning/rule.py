"""The rule that counts are held against: a study's, or one that is given on the command line."""

from dataclasses import dataclass
from itertools import pairwise

from topline.design.single_arm import SingleArmDesign
from topline.errors import ToplineError
from topline.exchange.study_file import read_study
from topline.planning.plan import NO_RATES, Rates, hypotheses
from topline.planning.study_compare import protocol_design
from topline.protocol.rule.boundary import NEVER, Boundary
from topline.protocol.rule.hypotheses import Hypotheses


@dataclass(frozen=True, slots=True)
class GivenRule:
    """A rule as it was given: the name of a study, or looks and bounds.

    Attributes:
        study: a study, empty where looks are given.
        looks: patients at each look.
        futility: most responders that stop without success, per look; -1 where none does.
        efficacy: fewest responders that stop with success, per look; -1 where none does; None for the end alone.
        rates: null and target rate, where they are not the study's.

    """

    study: str = ""
    looks: tuple[int, ...] = ()
    futility: tuple[int, ...] | None = None
    efficacy: tuple[int, ...] | None = None
    rates: Rates = NO_RATES


def planned_design(given: GivenRule) -> tuple[str, SingleArmDesign]:
    """Return what the rule is called, and the design it belongs to.

    Raises ToplineError TL-G01 and TL-G04 where it is no rule, TL-C01 and TL-P01 to TL-P06 for the study.

    >>> planned_design(GivenRule(looks=(18, 35), futility=(2, 6), rates=Rates(0.1, 0.3)))[1].boundary
    Boundary(looks=(18, 35), futility=(2, 6), efficacy=(19, 7))

    """
    if not given.study:
        asked = hypotheses(given.rates)
        return "", SingleArmDesign("Given rule", asked, _boundary(given), "")
    protocol, _ = read_study(given.study)
    if given.futility is not None or given.efficacy is not None:
        raise ToplineError(
            "TL-G04", where="futility, efficacy", what="stand beside --looks; a study has its own bounds"
        )
    own = protocol_design(protocol)
    asked = hypotheses(given.rates, protocol.design)
    title = f"{protocol.identifiers.study}  {protocol.identifiers.title.en}"
    return title, SingleArmDesign(own.name, asked, own.boundary, own.source)


def _boundary(given: GivenRule) -> Boundary:
    """Return looks and bounds as a rule; the last look decides, so that one of its two bounds is enough."""
    looks = given.looks
    if min(looks) < 1 or any(later <= earlier for earlier, later in pairwise(looks)):
        raise ToplineError("TL-G04", where="looks", what=f"{_listed(looks)} must increase from 1 on")
    low = _bounds("futility", looks, given.futility)
    high = _bounds("efficacy", looks, given.efficacy)
    if low[-1] == NEVER and high[-1] == NEVER:
        raise ToplineError("TL-G04", where="futility", what="is missing at the last look, where the trial is decided")
    last = (low[-1], low[-1] + 1) if high[-1] == NEVER else (high[-1] - 1, high[-1])
    if low[-1] not in (NEVER, last[0]):
        what = f"{low[-1]} and efficacy {high[-1]} leave numbers undecided at the last look"
        raise ToplineError("TL-G04", where="futility", what=what)
    never = (look + 1 if bound == NEVER else bound for look, bound in zip(looks[:-1], high[:-1], strict=True))
    try:
        return Boundary(looks, (*low[:-1], last[0]), (*never, last[1]))
    except ValueError as error:
        what = f"{_listed(low)} and {_listed(high)} do not stop a trial with looks after {_listed(looks)}"
        raise ToplineError("TL-G04", where="futility, efficacy", what=what) from error


def _bounds(name: str, looks: tuple[int, ...], given: tuple[int, ...] | None) -> tuple[int, ...]:
    bounds = given or (NEVER,) * len(looks)
    if len(bounds) != len(looks):
        raise ToplineError(
            "TL-G04", where=name, what=f"{_listed(bounds)} are {len(bounds)} bounds for {len(looks)} looks"
        )
    for look, bound in zip(looks, bounds, strict=True):
        if bound > look or (bound == look and name == "futility"):
            raise ToplineError(
                "TL-G04", where=name, what=f"{bound} of {look} patients leaves no way to go on or succeed"
            )
    return bounds


def _listed(numbers: tuple[int, ...]) -> str:
    return ", ".join("-" if number == NEVER else str(number) for number in numbers)


def rule_text(boundary: Boundary, asked: Hypotheses) -> str:
    """Return a rule in words.

    >>> rule_text(Boundary((18, 35), (2, 6), (19, 7)), Hypotheses(0.1, 0.3))
    'stop at 2 or fewer of 18; success at 7 or more of 35; null rate 10%, target rate 30%'

    """
    parts = []
    for look, low, high in zip(boundary.looks[:-1], boundary.futility, boundary.efficacy, strict=False):
        stops = [f"stop at {low} or fewer"] if low > NEVER else []
        stops += [f"success at {high} or more"] if high <= look else []
        parts += [f"{', '.join(stops)} of {look}"] if stops else []
    if len(parts) > 3:
        parts = [*parts[:2], "..", parts[-1]]
    parts.append(f"success at {boundary.efficacy[-1]} or more of {boundary.patients}")
    return f"{'; '.join(parts)}; null rate {100 * asked.null:.6g}%, target rate {100 * asked.target:.6g}%"
