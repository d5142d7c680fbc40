"""Sentences that belong beside marker results, by id: what the numbers cannot show.

A result with the statistic `statement: ID` and no value asks for the sentence ID, which the report prints; those of
`ALWAYS` stand beside every result of their method. `{...}` is filled from the settings or statistics of the analysis.
"""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Statement:
    """A sentence in English and Chinese."""

    en: str
    zh: str


STATEMENTS: Mapping[str, Statement] = {
    "single-arm": Statement(
        "All patients received the same treatment. A marker that goes with a better outcome may do so under any "
        "treatment (prognostic) or because of this one (predictive); without a control group the two cannot be told "
        "apart.",
        "所有患者接受同一治疗。与较好结局相关的标志物，可能与治疗无关（预后性），也可能因本治疗而起（预测性）；没有对照组时两者无法区分。",
    ),
    "pooled-arms": Statement(
        "The search over all patients does not distinguish treatments. Whether a marker acts differently under them "
        "needs a test of interaction, which is not given here.",
        "对全部患者的搜索不区分治疗组。标志物的作用是否因治疗而异需要交互作用检验，此处未提供。",
    ),
    "search": Statement(
        "The best cuts were chosen because they fit these patients. The naive p-value ignores that choice; the "
        "corrected one counts it, over every cut of every marker searched. A cut found here is a hypothesis for "
        "another trial.",
        "最佳截断值是因其最符合本组患者而选出的。未校正的 p 值忽略了这一选择；"
        "校正后的 p 值计入了所有标志物的全部截断值。在此发现的截断值只是留待其他试验检验的假设。",
    ),
    "endpoints": Statement(
        "P-values are corrected within an endpoint, not across endpoints.",
        "p 值在同一终点内校正，不跨终点校正。",
    ),
    "landmark": Statement(
        "The markers were measured on treatment. Patients who had the event, or were not followed beyond day "
        "{landmark}, are left out, and time counts from that day: a longer life is not mistaken for an effect of the "
        "marker.",
        "这些标志物在治疗期间测量。第 {landmark} 天或之前发生事件、或未随访超过该日的患者不纳入，时间自该日起计算，"
        "以免将较长的生存误认为标志物的作用。",
    ),
    "power": Statement(
        "With {n POSITIVE} positive and {n NEGATIVE} negative patients only large differences can be found; the power "
        "stands beside. Not finding a difference is not evidence that there is none.",
        "阳性 {n POSITIVE} 例、阴性 {n NEGATIVE} 例，只能发现较大的差异，检验效能见旁。未发现差异并不证明没有差异。",
    ),
    "optimism": Statement(
        "The effect of the best cut is larger in the patients that chose it than in others. The mean excess in "
        "{samples} bootstrap samples, in which the whole search was repeated, is taken off; that removes part of the "
        "excess, not all of it: where no marker matters, about half of a difference still stands. It is no discovery; "
        "the corrected p-value of the search decides.",
        "最佳截断值的效应在选出它的患者中大于在其他患者中。"
        "此处扣除了在 {samples} 个自助样本中重复整个搜索所得的平均超出量；这只去除部分高估而非全部："
        "即使没有任何标志物起作用，仍会留下约一半的差值。"
        "它不是发现，应以搜索的校正 P 值为准。",
    ),
    "shrinkage": Statement(
        "Shrunken estimates assume that the markers' true effects scatter about none, by an amount learned from all of "
        "them; a group that stands out is pulled towards the rate of all patients.",
        "收缩估计假定各标志物的真实效应围绕零分布，其离散程度由全部标志物估得；偏离较大的亚组被拉向全部患者的率。",
    ),
}
"""The sentences by id."""

ALWAYS: Mapping[str, str] = {
    "fisher-power": "power",
    "log-rank-power": "power",
    "optimism": "optimism",
    "shrinkage": "shrinkage",
}
"""The sentence that stands beside every result of a method."""
