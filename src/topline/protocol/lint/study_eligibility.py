"""Rules about the criteria of a study: against its population and its endpoint, and how far they are confirmed."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import groupby

import polars as pl

from topline.protocol.eligibility.coherence import screening_table
from topline.protocol.eligibility.criterion import Criterion, CriterionState
from topline.protocol.endpoints import Rate
from topline.protocol.lint.rule import Hit
from topline.protocol.lint.study_endpoints import RESPONSE
from topline.protocol.lint.study_schedule import counts_stable
from topline.protocol.model import Protocol

OLDEST = 120
SEXES = {"all": ("F", "M"), "female": ("F",), "male": ("M",)}
SHARE = 0.5  # of the criteria that only persons judge, from which on it is worth saying


def listed(protocol: Protocol) -> Iterator[tuple[str, Criterion, bool]]:
    """Yield every criterion with its path, and whether it is one of inclusion."""
    for name, criteria in (
        ("inclusion", protocol.eligibility.inclusion),
        ("exclusion", protocol.eligibility.exclusion),
    ):
        for criterion in criteria:
            yield f"eligibility.{name}.{criterion.id}", criterion, name == "inclusion"


def refused(criterion: Criterion, inclusion: bool, column: str, values: Sequence[int | str]) -> list[bool]:
    """Return for each value of one column whether it alone makes a criterion refuse a candidate.

    All else is unknown, so that what depends on anything else refuses nobody here.

    >>> adult = Criterion(id="I01", text="an adult", condition="AGE >= 18")
    >>> refused(adult, True, "AGE", (17, 18))
    [True, False]
    """
    table = screening_table(tuple(criterion.signoffs))
    blank = pl.DataFrame({name: [None] * len(values) for name in table.schema}, schema=table.schema)
    known = blank.with_columns(pl.Series(column, values).cast(table.schema[column]))
    answer = pl.sql_expr(criterion.condition)
    broken = ~answer if inclusion else answer
    concerned = pl.sql_expr(criterion.applies)
    return known.select((broken & concerned).fill_null(False).alias("REFUSED"))["REFUSED"].to_list()


def mentions(criterion: Criterion, column: str) -> bool:
    """Whether a criterion's condition names a column."""
    return bool(re.search(rf"\b{column}\b", criterion.condition))


def refusals(protocol: Protocol, column: str, values: Sequence[int | str]) -> dict[int | str, list[str]]:
    """Return, by value of a column, the criteria that it alone makes refuse a candidate."""
    found: dict[int | str, list[str]] = {value: [] for value in values}
    for path, criterion, inclusion in listed(protocol):
        if mentions(criterion, column):
            for value, out in zip(values, refused(criterion, inclusion, column, values), strict=True):
                found[value] += [path] if out else []
    return found


def ages_refused(protocol: Protocol) -> Iterator[Hit]:
    """Yield criteria that refuse ages which the population admits."""
    ages = protocol.population.ages
    low, high = ages.minimum or 0, OLDEST if ages.maximum is None else ages.maximum
    by_path: dict[str, list[int]] = {}
    for age, paths in refusals(protocol, "AGE", range(low, high + 1)).items():
        for path in paths:
            by_path.setdefault(path, []).append(int(age))
    for path, refused_ages in by_path.items():
        what = f"refuses the ages {_ranges(refused_ages)}, which population.ages admits ({_bounds(low, ages.maximum)})"
        yield Hit(f"{path}.condition", what)


def ages_open(protocol: Protocol) -> Iterator[Hit]:
    """Yield limits of age that the population has and no criterion states."""
    ages, by_age = protocol.population.ages, refusals(protocol, "AGE", range(OLDEST + 1))
    below = [age for age, paths in by_age.items() if not paths and int(age) < (ages.minimum or 0)]
    above = [age for age, paths in by_age.items() if not paths and ages.maximum is not None and int(age) > ages.maximum]
    for key, limit, open_ages in (("minimum", ages.minimum, below), ("maximum", ages.maximum, above)):
        if open_ages:
            yield Hit(
                f"population.ages.{key}", f"{limit}: no criterion refuses the ages {_ranges(map(int, open_ages))}"
            )


def _ranges(numbers: Iterator[int] | Sequence[int]) -> str:
    """Return whole numbers in words, neighbours together.

    >>> _ranges([16, 17, 81])
    '16 to 17, 81'
    """
    runs = [list(run) for _, run in groupby(enumerate(numbers), key=lambda pair: pair[1] - pair[0])]
    ends = [(run[0][1], run[-1][1]) for run in runs]
    return ", ".join(f"{low}" if low == high else f"{low} to {high}" for low, high in ends)


def _bounds(low: int, high: int | None) -> str:
    """Return limits of age in words."""
    return f"from {low} on" if high is None else f"{low} to {high}"


def sex_differs(protocol: Protocol) -> Iterator[Hit]:
    """Yield a sex that the population admits and a criterion refuses, or that it bars and no criterion refuses."""
    admitted = SEXES[protocol.population.sex]
    for sex, paths in refusals(protocol, "SEX", ("F", "M")).items():
        for path in paths if sex in admitted else ():
            yield Hit(f"{path}.condition", f"refuses SEX = '{sex}'; population.sex is {protocol.population.sex}")
        if sex not in admitted and not paths:
            yield Hit("population.sex", f"{protocol.population.sex}, but no criterion refuses SEX = '{sex}'")


def withdrawn(protocol: Protocol) -> Iterator[Hit]:
    """Yield criteria that changed after a person confirmed them."""
    for path, criterion, _ in listed(protocol):
        if criterion.confirmed is not None and criterion.state is CriterionState.WITHDRAWN:
            by, on = criterion.confirmed.by, criterion.confirmed.on
            yield Hit(f"{path}.confirmed", f"{criterion.id} is not what {by} confirmed on {on}")


def drafts(protocol: Protocol) -> Iterator[Hit]:
    """Yield one finding that names the criteria which nobody confirmed yet."""
    names = [criterion.id for _, criterion, _ in listed(protocol) if criterion.state is CriterionState.DRAFT]
    if names:
        total = len(protocol.eligibility.criteria)
        yield Hit("eligibility", f"{len(names)} of {total} criteria are drafts: {', '.join(names)}")


def manual(protocol: Protocol) -> Iterator[Hit]:
    """Yield one finding when persons alone judge more than half of the criteria."""
    names = [criterion.id for _, criterion, _ in listed(protocol) if criterion.signoffs and not _columns(criterion)]
    total = len(protocol.eligibility.criteria)
    if len(names) > SHARE * total:
        what = f"{len(names)} of {total} criteria are judged by persons alone: {', '.join(names)}"
        yield Hit("eligibility", what)


def _columns(criterion: Criterion) -> list[str]:
    """Return the columns of the patient table in a condition, without the criterion's own sign-offs."""
    names = pl.sql_expr(criterion.condition).meta.root_names()
    return [name for name in names if name not in criterion.signoffs]


def idle_signoffs(protocol: Protocol) -> Iterator[Hit]:
    """Yield sign-offs that a person gives and no condition reads."""
    for path, criterion, _ in listed(protocol):
        for name in criterion.signoffs:
            if not mentions(criterion, name) and not re.search(rf"\b{name}\b", criterion.applies):
                yield Hit(f"{path}.signoffs.{name}", f"the condition of {criterion.id} does not read {name}")


def always_same(protocol: Protocol) -> Iterator[Hit]:
    """Yield criteria that decide the same for everybody."""
    for path, criterion, _ in listed(protocol):
        if not pl.sql_expr(criterion.condition).meta.root_names():
            yield Hit(f"{path}.condition", f"{criterion.condition} is the same for every candidate")


def both_ways(protocol: Protocol) -> Iterator[Hit]:
    """Yield exclusion criteria whose condition is that of an inclusion criterion: nobody can enrol."""
    demanded = {_plain(c): c.id for _, c, inclusion in listed(protocol) if inclusion}
    for path, criterion, inclusion in listed(protocol):
        if not inclusion and (other := demanded.get(_plain(criterion))):
            yield Hit(f"{path}.condition", f"{criterion.id} excludes exactly whom {other} demands")


def _plain(criterion: Criterion) -> tuple[str, str]:
    """Return condition and scope of a criterion without layout."""
    return " ".join(criterion.condition.split()), " ".join(criterion.applies.split())


def unmeasurable(protocol: Protocol) -> Iterator[Hit]:
    """Yield a primary response rate while patients without a measurable lesion may enrol."""
    for endpoint in protocol.endpoints:
        analysis = endpoint.analysis
        response = isinstance(analysis, Rate) and analysis.parameter in RESPONSE and not counts_stable(endpoint)
        if response and endpoint.objective == "primary" and not refusals(protocol, "MEASLES", (0,))[0]:
            what = f"{endpoint.id} is primary, and no criterion refuses a patient without a measurable lesion"
            yield Hit("eligibility.inclusion", what)


CHECKS: Mapping[str, Callable[[Protocol], Iterator[Hit]]] = {
    "STU-40": ages_refused,
    "STU-41": ages_open,
    "STU-42": sex_differs,
    "STU-43": withdrawn,
    "STU-44": drafts,
    "STU-45": manual,
    "STU-46": idle_signoffs,
    "STU-47": both_ways,
    "STU-48": always_same,
    "STU-49": unmeasurable,
}
