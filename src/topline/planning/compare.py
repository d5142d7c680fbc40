"""The job of `topline design`: candidates for hypotheses, or for a study, told and written; and origins of a number."""

from collections.abc import Iterator, Sequence

from topline.design.comparison.origin import LARGEST, Endpoint
from topline.errors import ToplineError
from topline.planning.candidates import Candidate, Candidates, Request, find_candidates
from topline.planning.comparison import LEGEND, asked_text, at_rates, in_conduct, side_by_side
from topline.planning.origins import capability_lines, origin_lines, sources
from topline.planning.plan import Plan, Rates, context, hypotheses
from topline.planning.table import paragraph


def compare_designs(plan: Plan) -> tuple[str, ...]:
    """Return what to tell of the designs for hypotheses, or for a study, after writing what was asked for.

    Raises ToplineError TL-G01 to TL-G04 for what no design answers, TL-C01 to TL-C06 and TL-P01 to TL-P06 for study
    and folder.
    """
    if not plan.study:
        return tuple(_of_rates(plan))
    from topline.planning.study_compare import compare_study  # the model of a protocol, which rates alone do not need

    return tuple(compare_study(plan))


def _of_rates(plan: Plan) -> Iterator[str]:
    asked = hypotheses(plan.rates)
    found = find_candidates(plan.designs, Request(asked, plan.max_n, plan.looks))
    yield asked_text(asked)
    yield ""
    yield from told(found, found.found, plan)
    if plan.out is not None:
        from topline.planning.output import Compared, written  # page and tables, which nothing else needs

        name = f"{asked.null:g} against {asked.target:g}"
        yield from ("", *written(plan.out, Compared(name, found.found, (), context(plan.conduct), plan.shown)))


def told(found: Candidates, listed: Sequence[Candidate], plan: Plan) -> Iterator[str]:
    """Yield the table of candidates, what was left out, and what accrual, losses and rates make of them."""
    yield from side_by_side(listed)
    for each in found.missing:
        yield from paragraph(f"Left out: {each}")
    yield from paragraph(LEGEND)
    if plan.shown:
        yield from ("", *at_rates(listed, plan.shown))
    yield from in_conduct(listed, plan.conduct)


def explain_number(patients: int, rates: Rates, endpoint: Endpoint, *, everything: bool) -> tuple[str, ...]:
    """Return where a number of patients can come from, and what so many can show where rates are given.

    Raises ToplineError TL-G04 for a number outside 2 to 200, TL-G01 for rates that cannot be told apart.
    """
    return tuple(_explained(patients, rates, endpoint, everything))


def _explained(patients: int, rates: Rates, endpoint: Endpoint, everything: bool) -> Iterator[str]:
    given = rates.null is not None or rates.target is not None
    asked = hypotheses(rates) if given else None
    if not 2 <= patients <= LARGEST:
        raise ToplineError("TL-G04", where="n", what=f"{patients} is not a number of patients from 2 to {LARGEST}")
    yield from origin_lines(patients, sources(patients, endpoint, asked), everything=everything)
    if asked is not None:
        yield from ("", *capability_lines(patients, asked))
    else:
        yield from paragraph("With --p0 and --p1 it is also said what so many patients can show, and what they cannot.")
