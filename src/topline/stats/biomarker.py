"""Markers in honest order: groups stated beforehand, their comparison, then the search with its correction.

Per endpoint and marker: how many were measured and why others are not analysed; each group with its interval; the
difference, Fisher's test, the exact odds ratio (or log-rank and Cox); the power there was. Per endpoint, over all its
markers: the best of all cuts with naive and corrected p-values side by side, the optimism of the best effect, and
shrunken estimates of the groups.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from topline.protocol.biomarker import Biomarkers, Categorical, Marker
from topline.protocol.endpoints import Endpoint, Rate
from topline.protocol.model import Protocol
from topline.stats.analysis import Analysis, Value
from topline.stats.subject import quoted
from topline.tables.adam_biomarker import NEGATIVE, NOT_ANALYSED, POSITIVE

GROUPS = (POSITIVE, NEGATIVE)
RATE_COMPARISONS = ("newcombe", "fisher", "odds-ratio", "fisher-power")
TIME_COMPARISONS = ("marker-log-rank", "marker-cox", "log-rank-power")
SUFFIX = {
    "newcombe": "difference",
    "fisher": "fisher",
    "odds-ratio": "odds-ratio",
    "fisher-power": "power",
    "marker-log-rank": "logrank",
    "marker-cox": "cox",
    "log-rank-power": "power",
}
"""The last part of the id of each comparison."""


@dataclass(frozen=True, slots=True)
class Question:
    """One endpoint, and what all analyses of its markers share."""

    endpoint: Endpoint
    population: str
    flag: str
    settings: Mapping[str, Value]

    @property
    def numerator(self) -> str:
        """The SQL condition of a subject with the event."""
        return "OUTCOME = 'Y'" if isinstance(self.endpoint.analysis, Rate) else "CNSR = 0"

    def where(self, *conditions: str) -> str:
        """Return the SQL condition of the rows of this endpoint in its analysis set."""
        return " AND ".join((f"ENDPOINT = {quoted(self.endpoint.id)}", *conditions, f"{self.flag} = 'Y'"))


def plan_biomarkers(protocol: Protocol, plan: Biomarkers) -> list[Analysis]:
    """Return the analyses of every marker against each of its endpoints, and of all markers of an endpoint together."""
    plans: list[Analysis] = []
    for endpoint in protocol.endpoints:
        markers = [marker for marker in plan.markers if endpoint.id in marker.endpoints]
        if markers:
            question = _question(endpoint, protocol, plan)
            plans += [each for marker in markers for each in _marker(question, marker)]
            plans += _families(question, markers)
    return plans


def _question(endpoint: Endpoint, protocol: Protocol, plan: Biomarkers) -> Question:
    own = protocol.analysis_set(endpoint.estimand.population)
    search = plan.search
    settings: dict[str, Value] = {
        "confidence": protocol.confidence,
        "month": protocol.days_per_month,
        "arms": len(protocol.arms),
        "alpha": plan.level,
        "alternatives": " ".join(f"{each.positive:g}/{each.negative:g}" for each in plan.alternatives),
        "low": search.lowest_share,
        "high": search.highest_share,
        "permutations": search.permutations,
        "bootstrap": search.bootstrap,
        "seed": search.seed,
        "spread": plan.spread,
    }
    return Question(endpoint, own.id, own.flag, settings)


def _analysis(question: Question, name: str, where: str, method: str, *settings: str) -> Analysis:
    """Return an analysis with the settings of these names."""
    chosen = {key: question.settings[key] for key in settings}
    numerator = question.numerator
    endpoint = question.endpoint.id
    return Analysis(
        f"BM.{endpoint}.{name}", "ADBM", where, question.population, method, endpoint, numerator, "", chosen
    )


def _marker(question: Question, marker: Marker) -> list[Analysis]:
    """Return the analyses of one marker against one endpoint."""
    own = f"PARAMCD = {quoted(marker.id)}"
    measured = replace(
        _analysis(question, f"{marker.id}.measured", question.where(own), "count"),
        numerator="ANL01FL = 'Y'",
        level=marker.id,
    )
    reasons = NOT_ANALYSED if marker.on_treatment else NOT_ANALYSED[:2]
    plans = [measured, *(_left_out(measured, reason) for reason in reasons)]
    return plans + (_groups(question, marker, own) if _has_groups(marker) else [])


def _left_out(measured: Analysis, reason: str) -> Analysis:
    """Return the count of the subjects that are not analysed for a reason."""
    name = measured.id.removesuffix("measured") + reason.lower().replace(" ", "-")
    return replace(measured, id=name, numerator=f"NOTANLRS = {quoted(reason)}", level=reason)


def _has_groups(marker: Marker) -> bool:
    return isinstance(marker.measure, Categorical) or marker.measure.cut is not None


def _groups(question: Question, marker: Marker, own: str) -> list[Analysis]:
    """Return the analyses of the groups stated beforehand: each by itself, then against each other."""
    rate = isinstance(question.endpoint.analysis, Rate)
    method = "clopper-pearson" if rate else "marker-kaplan-meier"
    used = (own, "ANL01FL = 'Y'")
    plans = []
    for group in GROUPS:
        where = question.where(*used, f"AVALCAT1 = '{group}'")
        alone = _analysis(question, f"{marker.id}.{group}", where, method, "confidence", "month")
        plans.append(replace(alone, level=group))
    where = question.where(*used, "AVALCAT1 IS NOT NULL")
    for method in RATE_COMPARISONS if rate else TIME_COMPARISONS:
        name = f"{marker.id}.{SUFFIX[method]}"
        compared = _analysis(question, name, where, method, "confidence", "alpha", "alternatives")
        plans.append(replace(compared, level=marker.rule))
    return plans


def _families(question: Question, markers: list[Marker]) -> list[Analysis]:
    """Return the analyses over all markers of an endpoint, those of each landmark apart.

    Markers on treatment have another start of time and other patients, so that they cannot be permuted together with
    markers from before treatment; the search of each family is corrected for the number of families too.
    """
    days = sorted({marker.on_treatment.day if marker.on_treatment else 0 for marker in markers})
    return [each for day in days for each in _family(question, markers, day, len(days))]


def _family(question: Question, markers: list[Marker], day: int, families: int) -> list[Analysis]:
    own = [each for each in markers if (each.on_treatment.day if each.on_treatment else 0) == day]
    prefix = f"day{day}." if day else ""
    where = _family_where(question, [each.id for each in own])
    search = _analysis(
        question, f"{prefix}search", where, "maximal-statistic", "low", "high", "permutations", "seed", "arms"
    )
    settings = {**search.settings, "families": families, "landmark": day}
    optimism = _analysis(question, f"{prefix}optimism", where, "optimism", "low", "high", "bootstrap", "seed")
    plans = [replace(search, settings=settings), optimism]
    grouped = [each.id for each in own if _has_groups(each)]
    if grouped:
        condition = f"{_family_where(question, grouped)} AND AVALCAT1 IS NOT NULL"
        plans.append(_analysis(question, f"{prefix}shrinkage", condition, "shrinkage", "confidence", "spread"))
    return plans


def _family_where(question: Question, markers: list[str]) -> str:
    names = ", ".join(quoted(name) for name in markers)
    return question.where(f"PARAMCD IN ({names})", "ANL01FL = 'Y'")
