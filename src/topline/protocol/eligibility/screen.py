"""Screening: each candidate by each criterion of a study, with the datum that decides."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import reduce

import polars as pl

from topline.errors import ToplineError
from topline.protocol.eligibility.coherence import screening_table
from topline.protocol.eligibility.criterion import Eligibility
from topline.protocol.eligibility.datum import datum
from topline.protocol.eligibility.kleene import Search, judge
from topline.protocol.eligibility.verdict import (
    PENDING,
    Rule,
    funnel,
    lacking,
    make_rule,
    named,
    needed,
    status,
    verdict,
    verdicts,
)
from topline.tables.declare import Kind, Variable
from topline.tables.screening import SCREENING

BATCH = 50_000
"""Candidates whose data are worded at once."""


@dataclass(frozen=True, slots=True)
class Screening:
    """What screening gives.

    `status` has a row per candidate, in the order of the table: ROWNUM, SUBJID and a column per criterion that holds
    MET (in favour of the candidate, of an exclusion criterion too), NOT MET, UNKNOWN or NOT APPLICABLE. `verdicts` is
    VERDICTS, `summary` FUNNEL, `needed` NEEDED. `candidates` holds the columns that the criteria use, as they
    were judged.
    """

    rules: tuple[Rule, ...]
    candidates: pl.DataFrame
    status: pl.DataFrame
    verdicts: pl.DataFrame
    summary: pl.DataFrame
    needed: pl.DataFrame

    def long(self, start: int = 0, length: int | None = None) -> pl.DataFrame:
        """Return SCREENING for `length` candidates from the one at `start` on (0 is the first), a row per criterion."""
        some = self.candidates.slice(start, length)
        searches = [lacking(rule) for rule in self.rules]
        searched = reduce(lambda frame, search: search.run(frame), searches, _judged(some.lazy(), self.rules))
        told = (_worded(rule, search) for rule, search in zip(self.rules, searches, strict=True))
        worded = searched.select("ROWNUM", "SUBJID", *told).collect()
        parts = [worded.select("ROWNUM", "SUBJID", pl.col(rule.id).struct.unnest()) for rule in self.rules]
        return SCREENING.select(pl.concat(parts).sort("ROWNUM", maintain_order=True))

    def batches(self, size: int = BATCH) -> Iterator[pl.DataFrame]:
        """Yield SCREENING in slices of `size` candidates: worded, a million of them fill the memory."""
        yield from (self.long(start, size) for start in range(0, self.candidates.height, size))


def screen(eligibility: Eligibility, patients: pl.DataFrame, *, only_confirmed: bool = False) -> Screening:
    """Return what each criterion says of each row of PATIENTS, and what all of them together say.

    A column that lacks is unknown of everybody. A criterion that was changed after it was confirmed and, with
    `only_confirmed`, one that nobody confirmed is UNKNOWN of everybody: nobody becomes eligible by a criterion that may
    not judge.

    Raises `ToplineError` TL-E10 where the study has no criteria, TL-E11 where a condition is not sound or fails on
    these data, TL-E12 where a column is of another type than PATIENTS declares.

    >>> from topline.protocol.eligibility.criterion import Criterion
    >>> adult = Criterion(id="I01", text="18 years or older", condition="AGE >= 18")
    >>> found = screen(Eligibility(inclusion=(adult,)), pl.DataFrame({"SUBJID": ["A", "B"], "AGE": [17, None]}))
    >>> found.verdicts.select("SUBJID", "VERDICT", "NEEDS").rows()
    [('A', 'INELIGIBLE', []), ('B', 'PENDING', ['AGE'])]
    >>> found.long()["DATUM"].to_list()
    ['AGE 17 years (>= 18)', 'AGE missing']
    """
    if not eligibility.criteria:
        raise ToplineError("TL-E10", what="the study has no criteria: everybody would be eligible")
    rules = tuple(make_rule(criterion, only_confirmed) for criterion in eligibility.criteria)
    candidates = _candidates(patients, rules)
    try:
        judged = _judged(candidates.lazy(), rules).select("ROWNUM", "SUBJID", *(rule.id for rule in rules)).collect()
    except pl.exceptions.PolarsError as fault:
        raise _fault(candidates, rules, fault) from fault
    ids = [rule.id for rule in rules]
    pending = candidates.filter(judged.select(verdict(ids) == PENDING).to_series())
    reached = verdicts(judged, _needs(pending, rules), ids)
    return Screening(rules, candidates, judged, reached, funnel(judged, rules), needed(reached, rules))


def used_columns(eligibility: Eligibility) -> tuple[str, ...]:
    """Return the columns that the criteria name, sign-offs too, each once, in order."""
    rules = [make_rule(criterion, only_confirmed=False) for criterion in eligibility.criteria]
    return _columns(rules)


def _columns(rules: Sequence[Rule]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name for rule in rules for shape in rule.shapes for name in shape.columns))


def _judged(candidates: pl.LazyFrame, rules: tuple[Rule, ...]) -> pl.LazyFrame:
    shapes = [shape for rule in rules for shape in rule.shapes]
    schema = candidates.collect_schema()
    return judge(candidates, shapes, schema).with_columns(status(rule) for rule in rules)


def _needs(pending: pl.DataFrame, rules: tuple[Rule, ...]) -> pl.DataFrame:
    """Return what lacks of each candidate whose verdict is pending."""
    searches = [lacking(rule) for rule in rules]
    searched = reduce(lambda frame, search: search.run(frame), searches, _judged(pending.lazy(), rules))
    needs = named((lack.column, lack.mask) for search in searches for lack in search.lacks)
    return searched.select("ROWNUM", needs.alias("NEEDS")).collect()


def _candidates(patients: pl.DataFrame, rules: tuple[Rule, ...]) -> pl.DataFrame:
    """Return the columns that are used, in their declared types, with the row's number and SUBJID."""
    table = screening_table(tuple(name for rule in rules for name in rule.criterion.signoffs))
    columns = [_column(table["SUBJID"], patients), *(_column(table[name], patients) for name in _columns(rules))]
    unique = {column.meta.output_name(): column for column in columns}
    return patients.select(pl.int_range(1, pl.len() + 1, dtype=pl.Int64).alias("ROWNUM"), *unique.values())


def _column(variable: Variable, patients: pl.DataFrame) -> pl.Expr:
    """Return a column as PATIENTS declares it; numbers that are none, and lists with a gap, are unknown."""
    name, wanted = variable.name, variable.dtype
    found = patients.schema.get(name, pl.Null())
    if found == pl.Null():
        return pl.lit(None, dtype=wanted).alias(name)
    if not _fits(found, wanted):
        what = f"is of type {found}, where PATIENTS has {variable.kind}: read the file with read_patients"
        raise ToplineError("TL-E12", where=name, what=what)
    column = pl.col(name)
    if found.is_float():
        column = pl.when(column.is_finite()).then(column)
    if variable.kind is Kind.LIST and patients[name].explode(empty_as_null=False, keep_nulls=False).null_count():
        column = pl.when(column.list.drop_nulls().list.len() == column.list.len()).then(column)
    return column.cast(wanted, strict=False).alias(name)


def _fits(found: pl.DataType, wanted: pl.DataType) -> bool:
    if wanted == pl.Float64():
        return found.is_numeric()
    if wanted == pl.Int64():
        return found.is_integer()
    if wanted == pl.String():
        return found in (pl.String, pl.Categorical, pl.Enum)
    if isinstance(found, pl.List) and isinstance(wanted, pl.List):
        return found.inner in (pl.String, pl.Categorical, pl.Enum, pl.Null)
    return found == wanted


def _fault(candidates: pl.DataFrame, rules: tuple[Rule, ...], fault: Exception) -> ToplineError:
    """Return the error that names the criterion whose condition fails on these data."""
    for rule in rules:
        try:
            _judged(candidates.lazy(), (rule,)).select(rule.id).collect()
        except pl.exceptions.PolarsError as own:
            what = f"'{rule.criterion.condition}' fails on these data: {str(own).splitlines()[0][:200]}"
            return ToplineError("TL-E11", where=rule.id, what=what)
    return ToplineError("TL-E11", what=f"a condition fails on these data: {str(fault).splitlines()[0][:200]}")


def _worded(rule: Rule, search: Search) -> pl.Expr:
    """Return status and datum of a criterion as one column."""
    told = pl.lit(rule.held) if rule.held else datum(rule, search)
    return pl.struct(CRITERION=pl.lit(rule.id), STATUS=pl.col(rule.id).cast(pl.String), DATUM=told).alias(rule.id)
