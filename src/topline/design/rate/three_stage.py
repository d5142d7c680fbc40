"""Three stages with a stop for futility after the first and the second: optimal and minimax (Chen 1997), Ensign's."""

from itertools import islice
from typing import Literal, get_args

import numpy as np

from topline.design.exact import strictly
from topline.design.rate.three_stage_search import ThreeCandidate, three_stage_designs
from topline.design.single_arm import SingleArmDesign
from topline.errors import ToplineError
from topline.protocol.rule.boundary import Boundary
from topline.protocol.rule.hypotheses import Hypotheses
from topline.protocol.rule.lower_bound import LARGEST, check_largest, no_design
from topline.protocol.rule.two_stage_search import two_stage_designs

CHEN = "Chen 1997, doi:10.1002/(SICI)1097-0258(19971215)16:23<2701::AID-SIM704>3.0.CO;2-1"
ENSIGN = "Ensign et al. 1994, doi:10.1002/sim.4780131704"

ThreeKind = Literal["optimal", "minimax", "ensign"]


def three_stage(  # noqa: PLR0913 - the call of `simon`
    null: float,
    target: float,
    *,
    alpha: float = 0.05,
    power: float = 0.8,
    kind: ThreeKind = "optimal",
    max_n: int = 200,
) -> SingleArmDesign:
    """Return the three-stage design: it stops with r1 or fewer of n1, r2 or fewer of n2, and succeeds above r of n.

    `optimal` has the least expected number of patients at the null rate; `minimax` has the least n, and among those
    designs the least expected number; `ensign` is optimal among the designs that stop first only without any response
    of at least five patients. No level is above alpha and no power below the request, without slack.

    Args:
        null: response rate not worth a further trial, in (0, 1).
        target: response rate hoped for, above `null`, in (0, 1).
        alpha: most probability of success at the null rate, in (0, 0.5].
        power: least probability of success at the target rate, above alpha.
        kind: which of the designs.
        max_n: largest n to try, 3 to 1,000.

    Returns:
        SingleArmDesign with looks at n1, n2 and n; futility is (r1, r2, r).

    Raises:
        ToplineError: TL-G01 for hypotheses, TL-G04 for kind or max_n, TL-G02 where no design is so small; it names the
            smallest n that would work.

    >>> design = three_stage(0.1, 0.3)
    >>> design.boundary.looks, design.boundary.futility, round(design.expected_patients, 2)
    ((6, 17, 29), (0, 2, 5), 13.44)

    Source: Chen 1997, doi:10.1002/(SICI)1097-0258(19971215)16:23<2701::AID-SIM704>3.0.CO;2-1; Ensign et al. 1994,
    doi:10.1002/sim.4780131704.

    """
    asked = Hypotheses(null, target, alpha, power)
    if kind not in get_args(ThreeKind):
        raise ToplineError("TL-G04", where="kind", what=f"{kind!r} is not one of {', '.join(get_args(ThreeKind))}")
    check_largest(max_n, 3)
    found = strictly(asked, lambda request: _found(request, kind, int(max_n)), _rule)
    if not found:
        beyond = strictly(asked, lambda request: _first(request, kind, LARGEST), _rule) if max_n < LARGEST else []
        raise no_design(f"three-stage {kind}", asked, max_n, beyond[0].n if beyond else None)
    return SingleArmDesign(f"Three-stage {kind}", asked, _rule(found[0]), ENSIGN if kind == "ensign" else CHEN)


def _found(asked: Hypotheses, kind: ThreeKind, patients: int) -> list[ThreeCandidate]:
    """Return the design of a kind, none where none has at most so many patients."""
    if kind == "minimax":
        return _first(asked, kind, patients)
    below = _reached(asked, kind, patients)
    return sorted(three_stage_designs(asked, patients, below=below, ensign=kind == "ensign"))[:1]


def _first(asked: Hypotheses, kind: ThreeKind, patients: int) -> list[ThreeCandidate]:
    """Return the design of the fewest patients and, among these, of the fewest expected ones."""
    return list(islice(three_stage_designs(asked, patients, ensign=kind == "ensign"), 1))


def _rule(found: ThreeCandidate) -> Boundary:
    looks, futility = (found.n1, found.n2, found.n), (found.r1, found.r2, found.r)
    return Boundary(looks, futility, (found.n1 + 1, found.n2 + 1, found.r + 1))


def _reached(asked: Hypotheses, kind: ThreeKind, max_n: int) -> float:
    """Return expected patients that three stages surely reach: those of two stages, with a look that stops nobody."""
    two = two_stage_designs(asked.null, asked.target, asked.alpha, asked.beta, max_n) if kind == "optimal" else []
    return two[-1].expected * (1.0 + 1e-9) if two and two[-1].n > two[-1].n1 + 1 else np.inf
