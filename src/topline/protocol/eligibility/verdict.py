"""From judged conditions to statuses, verdicts, what is missing for one, and the funnel of candidates."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import polars as pl

from topline.errors import ToplineError
from topline.protocol.eligibility.coherence import screening_table
from topline.protocol.eligibility.criterion import Criterion, CriterionState
from topline.protocol.eligibility.kleene import Missing, Search, missing, truth
from topline.protocol.eligibility.shape import Shape, parse_condition
from topline.protocol.expression import expression_fault
from topline.tables.patients import PATIENTS
from topline.tables.screening import FUNNEL, NEEDED, STATUSES, VERDICTS, VERDICTS_OF

MET, NOT_MET, UNKNOWN, NOT_APPLICABLE = STATUSES
ELIGIBLE, INELIGIBLE, PENDING = VERDICTS_OF
STATUS = pl.Enum(STATUSES)
VERDICT = pl.Enum(VERDICTS_OF)


@dataclass(frozen=True, slots=True)
class Rule:
    """A criterion ready to be judged: `excludes` says that its condition must not hold, `held` why it is not judged."""

    criterion: Criterion
    condition: Shape
    applies: Shape
    excludes: bool
    held: str = ""

    @property
    def id(self) -> str:
        """The identifier of the criterion."""
        return self.criterion.id

    @property
    def shapes(self) -> tuple[Shape, Shape]:
        """Condition and scope."""
        return self.condition, self.applies


def make_rule(criterion: Criterion, only_confirmed: bool) -> Rule:
    """Return the rule of a criterion.

    Raises `ToplineError` TL-E11 where its condition or scope is not sound over PATIENTS and its sign-offs.
    """
    table = screening_table(tuple(criterion.signoffs))
    for text in (criterion.condition, criterion.applies):
        if fault := expression_fault(text, table):
            raise ToplineError("TL-E11", where=criterion.id, what=f"'{text}' {fault}")
    withdrawn = criterion.state is CriterionState.WITHDRAWN
    held = withdrawn or (only_confirmed and criterion.state is not CriterionState.CONFIRMED)
    return Rule(
        criterion,
        parse_condition(criterion.condition),
        parse_condition(criterion.applies),
        criterion.id.startswith("E"),
        f"{criterion.state}, not confirmed" if held else "",
    )


def status(rule: Rule) -> pl.Expr:
    """Return the status of a criterion, named by its id, over judged candidates.

    Whom the criterion does not concern, it does not bar, whatever the condition says; whom it may concern, it does not
    bar when the condition is satisfied anyway.
    """
    if rule.held:
        return pl.lit(UNKNOWN, dtype=STATUS).alias(rule.id)
    holds, concerns = truth(rule.condition), truth(rule.applies)
    satisfied = ~holds if rule.excludes else holds
    code = {name: pl.lit(name, dtype=STATUS) for name in STATUSES}
    return (
        pl.when(~concerns)
        .then(code[NOT_APPLICABLE])
        .when(satisfied)
        .then(code[MET])
        .when(satisfied.is_null() | concerns.is_null())
        .then(code[UNKNOWN])
        .otherwise(code[NOT_MET])
        .alias(rule.id)
    )


def verdict(ids: Sequence[str]) -> pl.Expr:
    """Return the verdict over the statuses of all criteria."""
    return (
        pl.when(pl.any_horizontal(pl.col(one) == NOT_MET for one in ids))
        .then(pl.lit(INELIGIBLE, dtype=VERDICT))
        .when(pl.any_horizontal(pl.col(one) == UNKNOWN for one in ids))
        .then(pl.lit(PENDING, dtype=VERDICT))
        .otherwise(pl.lit(ELIGIBLE, dtype=VERDICT))
        .alias("VERDICT")
    )


def lacking(rule: Rule) -> Search:
    """Return how to find what lacks where the status of a criterion is unknown: columns, or its confirmation."""
    if rule.held:
        return Search({}, [Missing(f"confirmation of {rule.id}", pl.lit(True))])
    unknown = pl.col(rule.id) == UNKNOWN
    condition, scope = (missing(one, unknown, f"{rule.id}/{place}") for place, one in enumerate(rule.shapes))
    depths = sorted({*condition.stages, *scope.stages})
    stages = {depth: condition.stages.get(depth, {}) | scope.stages.get(depth, {}) for depth in depths}
    return Search(stages, condition.lacks + scope.lacks)


def named(masks: Iterable[tuple[str, pl.Expr]]) -> pl.Expr:
    """Return the list of those names whose mask holds, each once, in order.

    >>> frame = pl.DataFrame({"a": [True, None], "b": [True, False]})
    >>> frame.select(named([("A", pl.col("a")), ("B", pl.col("b")), ("A", pl.col("b"))])).to_series().to_list()
    [['A', 'B'], []]
    """
    together: dict[str, list[pl.Expr]] = {}
    for name, mask in masks:
        together.setdefault(name, []).append(mask)
    if not together:
        return pl.lit([], dtype=pl.List(pl.String))
    texts = [pl.when(pl.any_horizontal(masks)).then(pl.lit(name)) for name, masks in together.items()]
    text = pl.concat_str(texts, separator=";", ignore_nulls=True)
    return pl.when(text != "").then(text.str.split(";")).otherwise(pl.lit([], dtype=pl.List(pl.String)))


def verdicts(status: pl.DataFrame, needs: pl.DataFrame, ids: Sequence[str]) -> pl.DataFrame:
    """Return VERDICTS from the statuses; `needs` holds, by row, what lacks of the candidates whose verdict is pending.

    >>> status = pl.DataFrame({"ROWNUM": [1, 2], "SUBJID": ["A", "B"], "I01": ["MET", "UNKNOWN"]})
    >>> needs = pl.DataFrame({"ROWNUM": [2], "NEEDS": [["AGE"]]})
    >>> verdicts(status, needs, ["I01"]).select("SUBJID", "VERDICT", "NEEDS").rows()
    [('A', 'ELIGIBLE', []), ('B', 'PENDING', ['AGE'])]
    """
    failed = named((one, pl.col(one) == NOT_MET) for one in ids).alias("FAILED")
    judged = status.lazy().select("ROWNUM", "SUBJID", verdict(ids), failed)
    joined = judged.join(needs.lazy(), on="ROWNUM", how="left", maintain_order="left")
    none = pl.lit([], dtype=pl.List(pl.String))
    return VERDICTS.select(joined.with_columns(pl.col("NEEDS").fill_null(none)).collect())


def funnel(status: pl.DataFrame, rules: Sequence[Rule]) -> pl.DataFrame:
    """Return FUNNEL: the counts of each criterion, and the candidates who remain after it."""
    ids = [rule.id for rule in rules]
    fails, unknown = ([(pl.col(one) == name) for one in ids] for name in (NOT_MET, UNKNOWN))
    failing, open_ = (pl.sum_horizontal(one.cast(pl.UInt16) for one in masks) for masks in (fails, unknown))
    first = pl.coalesce(pl.when(one).then(pl.lit(place)) for place, one in enumerate(fails))
    facts = status.lazy().with_columns(FAILING=failing, OPEN=open_, FIRST=first)
    counts = facts.select(
        pl.struct(
            *((pl.col(rule.id) == name).sum().alias(name) for name in STATUSES),
            (pl.col("FIRST") == place).sum().alias("DROPPED"),
            (fail & (pl.col("FAILING") == 1)).sum().alias("ONLYFAIL"),
            (gap & (pl.col("FAILING") == 0) & (pl.col("OPEN") == 1)).sum().alias("ONLYUNKN"),
        ).alias(rule.id)
        for place, (rule, fail, gap) in enumerate(zip(rules, fails, unknown, strict=True))
    ).collect()
    return FUNNEL.select(_counted(counts, rules, status.height))


def _counted(counts: pl.DataFrame, rules: Sequence[Rule], candidates: int) -> pl.DataFrame:
    """Return the counts of each criterion beside its identity."""
    rows = [
        {
            "CRITERION": rule.id,
            "TYPE": "EXCLUSION" if rule.excludes else "INCLUSION",
            "STATE": str(rule.criterion.state),
            "CRITTEXT": rule.criterion.text,
            **counts[rule.id][0],
        }
        for rule in rules
    ]
    frame = pl.DataFrame(rows).rename({NOT_MET: "NOTMET", NOT_APPLICABLE: "NOTAPPL"})
    return frame.with_columns(REMAIN=candidates - pl.col("DROPPED").cast(pl.Int64).cum_sum())


def needed(verdicts: pl.DataFrame, rules: Sequence[Rule]) -> pl.DataFrame:
    """Return NEEDED: what pending candidates lack, with the label of a column and the question of a sign-off."""
    questions = {name: text for rule in rules for name, text in rule.criterion.signoffs.items()}
    labels = {variable.name: variable.label for variable in PATIENTS.variables} | questions
    lacks = verdicts.lazy().select("NEEDS", ONLY=pl.col("NEEDS").list.len() == 1)
    counted = (
        lacks.explode("NEEDS", empty_as_null=False)
        .group_by(NEED="NEEDS")
        .agg(PENDING=pl.len(), ONLY=pl.col("ONLY").sum())
    )
    labelled = counted.with_columns(LABEL=pl.col("NEED").replace_strict(labels, default=None, return_dtype=pl.String))
    return NEEDED.select(labelled.sort("PENDING", "NEED", descending=[True, False]).collect())
