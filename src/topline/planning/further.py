"""Designs that are no rule on one response rate: time to event, landmark, precision, toxicity, two outcomes, Gehan."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import get_args

from topline.design.bayes.bop2_toxicity import bop2_toxicity
from topline.design.bivariate.bryant_day import Aim as BivariateAim
from topline.design.bivariate.bryant_day import bryant_day
from topline.design.bivariate.rule import BivariateDesign, BivariateHypotheses
from topline.design.precision import Criterion, Kind, Method, Precision, precision
from topline.design.rate.gehan import gehan
from topline.design.toxicity import pocock_toxicity, posterior_toxicity
from topline.errors import ToplineError
from topline.planning.candidates import SAID
from topline.planning.plan import ALPHA, POWER, Further, errors, hypotheses, needed
from topline.planning.table import fact_lines, paragraph, percent, rate, shortened, table
from topline.planning.time_designs import exponential_lines, kwak_jung_lines, landmark_lines, logrank_lines

BOTH_ALPHA = 0.1
"""Level of response and of toxicity, unless another one is asked for."""


def describe_other(name: str, asked: Further) -> tuple[str, ...]:
    """Return what to tell of a design of another kind.

    Raises ToplineError TL-G01, TL-G02 or TL-G04 for what it cannot answer.
    """
    return tuple(OTHER_DESIGNS[name](asked))


def _precision(asked: Further) -> Iterator[str]:
    expected = next((each for each in (asked.rates.target, asked.rates.null) if each is not None), 0.5)
    width = needed(asked, "width", "--width")
    yield f"95% confidence interval at most {100 * width:g} points wide, a rate of {rate(expected)} expected"
    rows = [("interval", "the width is kept", "smallest n", "safe n", "width")]
    for method in get_args(Method):
        for criterion in get_args(Criterion):
            wanted = Precision(expected, width, method=method, criterion=criterion)
            small, safe = (precision(wanted, kind, max(asked.max_n, 1)) for kind in get_args(Kind))
            said = f"{criterion} ({rate(wanted.assurance)})" if criterion == "assured" else criterion
            rows.append((method, said, str(small.patients), str(safe.patients), f"{small.attained_width:.4f}"))
    yield from table(rows, left=2)
    yield from paragraph(
        "At rate: with the number of responses that is expected. Expected: on average. Assured: with that probability. "
        "Smallest: the first n that keeps the width; safe: every larger n keeps it too."
    )


def _toxicity(asked: Further) -> Iterator[str]:
    given = asked.tox1 if asked.tox1 is not None else asked.rates.null
    if given is None:
        raise ToplineError("TL-G04", where="--tox1", what="is missing: the acceptable rate of toxicity")
    patients, error = int(needed(asked, "patients", "--n")), errors(asked, ALPHA, POWER)[0]
    bad = asked.tox0 if asked.tox0 is not None else asked.rates.target
    yield f"Stop for toxicity: at most {rate(error)} at an acceptable rate of {rate(given)}, {patients} patients"
    for found in (pocock_toxicity(given, patients, error), posterior_toxicity(given, patients, error)):
        yield ""
        yield from paragraph(f"{found.name}, looks after each patient. {found.source}")
        steps = ", ".join(f"{bound} of {look}" for look, bound in found.steps())
        yield from paragraph(f"Stop from so many with toxicity on, first reached at: {steps or 'never'}", 2)
        facts = [("stops at the acceptable rate", percent(found.level, 2))]
        if bad is not None:
            stops = float(found.operating_characteristics(bad).success[0])
            facts.append((f"stops at a rate of {rate(bad)}", percent(stops, 2)))
        yield from fact_lines(*facts, ("expected patients, acceptable rate", f"{found.expected_patients:.2f}"))


def _bivariate(asked: Further) -> BivariateHypotheses:
    rates = hypotheses(asked.rates)
    toxicity = needed(asked, "tox0", "--tox0"), needed(asked, "tox1", "--tox1")
    alpha, power = errors(asked, BOTH_ALPHA, POWER)
    return BivariateHypotheses((rates.null, rates.target), toxicity, alpha, alpha, power)


def _both(asked: BivariateHypotheses, found: Iterable[BivariateDesign]) -> Iterator[str]:
    (null, target), (bad, good) = asked.response, asked.toxicity
    yield from paragraph(
        f"Response {rate(null)} against {rate(target)}, toxicity {rate(bad)} against {rate(good)}; each level "
        f"{rate(asked.alpha_response)}, power {rate(asked.power)}; response and toxicity independent"
    )
    rows: list[tuple[str, ...]] = [
        ("design", "n", "looks after", "responses <=", "toxicities >=", "levels", "power", "EN")
    ]
    for each in found:
        rule, levels = each.boundary, f"{each.level_response:.4f} {each.level_toxicity:.4f}"
        parts = (shortened(list(map(str, bounds)), 3) for bounds in (rule.looks, rule.futility, rule.toxicity))
        numbers = (levels, f"{each.attained_power:.4f}", f"{each.expected_patients:.2f}")
        rows.append((each.name, str(rule.patients), *parts, *numbers))
    yield from table(rows)
    yield from paragraph(
        "The trial stops with so many responses or fewer, or so many toxicities or more; success is to pass the last "
        "look. Levels: success with too few responses, and with too much toxicity. EN: expected patients in the worse "
        "of these two cases."
    )


def _bryant_day(asked: Further) -> Iterator[str]:
    pair = _bivariate(asked)
    yield from _both(pair, [bryant_day(pair, aim, asked.max_n) for aim in get_args(BivariateAim)])


def _bop2_toxicity(asked: Further) -> Iterator[str]:
    pair = _bivariate(asked)
    yield from _both(pair, [bop2_toxicity(pair, asked.looks, range(asked.looks.first, asked.max_n + 1))])


def _gehan(asked: Further) -> Iterator[str]:
    target = asked.rates.target if asked.rates.target is not None else asked.rates.null
    if target is None:
        raise ToplineError("TL-G01", where="target", what="is missing; give --p1")
    found = gehan(target, error=ALPHA if asked.rates.power is None else round(1.0 - asked.rates.power, 12))
    yield from paragraph(f"Gehan's two stages for a rate of {rate(target)} that is not to be missed. {found.source}")
    yield from fact_lines(
        ("first stage", f"{found.first_stage} patients; stop when none responds"),
        ("chance of that at the rate", f"{percent(found.attained_error, 2)}, at most {percent(found.error)}"),
        ("wanted standard error of the rate", f"{found.standard_error:g}"),
        ("expected patients at the rate", f"{found.expected_patients:.2f}"),
    )
    more = ", ".join(f"{n} after {x}" for x, n in enumerate(found.second_stage) if x)
    yield from paragraph(f"Patients of the second stage by responses: {more}", 2)


OTHER_DESIGNS: Mapping[str, Callable[[Further], Iterator[str]]] = {
    "gehan": _gehan,
    "logrank": logrank_lines,
    "kwak-jung": kwak_jung_lines,
    "exponential": exponential_lines,
    "landmark": landmark_lines,
    "precision": _precision,
    "toxicity": _toxicity,
    "bryant-day": _bryant_day,
    "bop2-toxicity": _bop2_toxicity,
}
"""The designs that stand alone, by the names under which they are asked for."""
OTHERS_SAID = {
    "gehan": "two stages that first ask whether anybody responds (Gehan); --p1",
    "logrank": "one-sample log-rank test; --median0, --median1 or --time; --accrual, --follow-up",
    "kwak-jung": "the log-rank test in two stages (Kwak & Jung); asked with the same",
    "exponential": "a median against a median, analysed at a number of events; asked with the same",
    "landmark": "the rate without an event at --time; --p0, --p1",
    "precision": "the width of a confidence interval; --width, --p1",
    "toxicity": "stop enrolment for toxicity; --tox1 or --p0 acceptable, --n patients",
    "bryant-day": "two stages on response and toxicity; --p0, --p1, --tox0, --tox1",
    "bop2-toxicity": "BOP2 on response and toxicity; asked with the same",
}
"""What each of them is, in a few words, and what it is asked with."""


def listed_designs() -> tuple[str, ...]:
    """Return every name that `--design` takes with what it means, those that can be compared first.

    >>> listed_designs()[2]
    "minimax          Simon's two stages with the smallest n"

    """
    return tuple(table([*SAID.items(), *OTHERS_SAID.items()], left=2))
