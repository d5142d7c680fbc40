"""Two stages with a stop for futility after the first: optimal, minimax and balanced designs (Simon 1989)."""

from collections.abc import Callable, Sequence
from typing import Literal, get_args

from topline.design.exact import strictly
from topline.design.single_arm import SingleArmDesign
from topline.errors import ToplineError
from topline.protocol.rule.boundary import Boundary
from topline.protocol.rule.hypotheses import Hypotheses
from topline.protocol.rule.lower_bound import LARGEST, check_largest, no_design
from topline.protocol.rule.two_stage_search import Candidate, balanced_designs, two_stage_designs

SIMON = "Simon 1989, doi:10.1016/0197-2456(89)90015-9"
YE_SHYR = "Ye & Shyr 2007, doi:10.1177/1740774507084102"

SimonKind = Literal["optimal", "minimax", "balanced", "balanced minimax"]
Find = Callable[[float, float, float, float, int], Sequence[Candidate]]


def simon(  # noqa: PLR0913 - the call that the field knows
    null: float,
    target: float,
    *,
    alpha: float = 0.05,
    power: float = 0.8,
    kind: SimonKind = "optimal",
    max_n: int = 200,
) -> SingleArmDesign:
    """Return Simon's two-stage design: it stops with r1 or fewer responses of n1 patients, and succeeds above r of n.

    `optimal` has the least expected number of patients at the null rate. `minimax` has the least n, and among those
    designs the least expected number. `balanced` and `balanced minimax` are the same among designs with n1 = n - n1.
    No level is above alpha and no power below the request, without slack.

    Args:
        null: response rate not worth a further trial, in (0, 1).
        target: response rate hoped for, above `null`, in (0, 1).
        alpha: most probability of success at the null rate, in (0, 0.5].
        power: least probability of success at the target rate, above alpha.
        kind: which of the designs.
        max_n: largest n to try, 2 to 1,000.

    Returns:
        SingleArmDesign with two looks, at n1 and n; futility is (r1, r).

    Raises:
        ToplineError: TL-G01 for hypotheses, TL-G04 for kind or max_n, TL-G02 where no design is so small; it names the
            smallest n that would work.

    >>> design = simon(0.1, 0.3, alpha=0.05, power=0.9)
    >>> design.boundary.looks, design.boundary.futility, round(design.expected_patients, 2)
    ((18, 35), (2, 6), 22.53)

    Source: Simon 1989, doi:10.1016/0197-2456(89)90015-9; balanced: Ye & Shyr 2007, doi:10.1177/1740774507084102.
    Golden: golden/design_simon.toml.

    """
    hypotheses = Hypotheses(null, target, alpha, power)
    if kind not in get_args(SimonKind):
        raise ToplineError("TL-G04", where="kind", what=f"{kind!r} is not one of {', '.join(get_args(SimonKind))}")
    found = searched(f"Simon {kind}", hypotheses, max_n, balanced_designs if "balanced" in kind else two_stage_designs)
    chosen = found[0] if "minimax" in kind else found[-1]
    return two_stage_design(f"Simon {kind}", hypotheses, chosen, YE_SHYR if "balanced" in kind else SIMON)


def searched(name: str, hypotheses: Hypotheses, max_n: int, find: Find) -> Sequence[Candidate]:
    """Return what a two-stage search finds up to max_n, at least one design.

    Raises:
        ToplineError: TL-G04 for max_n, TL-G02 where there is none.

    """
    check_largest(max_n)
    found = found_up_to(hypotheses, int(max_n), find)
    if not found:
        beyond = found_up_to(hypotheses, LARGEST, find) if max_n < LARGEST else ()
        raise no_design(name, hypotheses, max_n, beyond[0].n if beyond else None)
    return found


def found_up_to(hypotheses: Hypotheses, patients: int, find: Find) -> Sequence[Candidate]:
    """Return what a two-stage search finds up to so many patients, ties of level and power decided exactly."""

    def search(asked: Hypotheses) -> list[Candidate]:
        return list(find(asked.null, asked.target, asked.alpha, asked.beta, patients))

    return strictly(hypotheses, search, two_stage_rule)


def two_stage_design(name: str, hypotheses: Hypotheses, found: Candidate, source: str = SIMON) -> SingleArmDesign:
    """Return a candidate of the search as a design.

    >>> from topline.protocol.rule.two_stage_search import first_design
    >>> asked = Hypotheses(0.1, 0.3, 0.05, 0.9)
    >>> two_stage_design("Simon minimax", asked, first_design(0.1, 0.3, 0.05, 0.1, 60)).boundary
    Boundary(looks=(22, 33), futility=(2, 6), efficacy=(23, 7))

    """
    return SingleArmDesign(name, hypotheses, two_stage_rule(found), source)


def two_stage_rule(found: Candidate) -> Boundary:
    """Return the rule of a candidate of the search."""
    return Boundary((found.n1, found.n), (found.r1, found.r), (found.n1 + 1, found.r + 1))
