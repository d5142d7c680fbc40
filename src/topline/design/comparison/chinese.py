"""What every design is called in Chinese, the terms that a statistician in China writes."""

import re

CHINESE_NAMES = {
    "Simon optimal": "Simon两阶段最优（optimal）设计",
    "Simon minimax": "Simon两阶段极小极大（minimax）设计",
    "Simon optimal and minimax": "Simon两阶段设计（同时为最优和极小极大设计）",
    "Simon minimax and optimal": "Simon两阶段设计（同时为最优和极小极大设计）",
    "Simon balanced": "Simon两阶段均衡最优设计",
    "Simon balanced minimax": "Simon两阶段均衡极小极大（minimax）设计",
    "Simon admissible": "Simon两阶段可容许（admissible）设计",
    "Simon dominated by a mixture": "Simon两阶段设计（未被其他单个设计支配，但不属可容许设计）",
    "Single stage, smallest": "精确单阶段设计（最小样本量）",
    "Single stage, safe": "精确单阶段设计（样本量更大时效能亦不低于要求）",
    "Single stage, fleming": "精确单阶段设计（样本量不低于Fleming公式）",
    "Fleming's normal approximation": "Fleming单阶段设计（正态近似）",
    "Single stage": "精确单阶段设计",
    "Two stages": "两阶段设计",
    "Sequential": "多次分析的单臂设计",
    "single stage (A'Hern)": "A'Hern精确单阶段设计",
    "single stage, no larger number fails": "精确单阶段设计（样本量更大时效能亦不低于要求）",
    "normal approximation": "单阶段设计（正态近似）",
    "Landmark count": "固定时点无事件率的精确单阶段设计",
    "Mander-Thompson H0-optimal": "Mander-Thompson两阶段设计（可提前得出有效结论，H0下最优）",
    "Mander-Thompson H1-optimal": "Mander-Thompson两阶段设计（可提前得出有效结论，H1下最优）",
    "Mander-Thompson H0-minimax": "Mander-Thompson两阶段极小极大设计（可提前得出有效结论，H0下期望样本量最小）",
    "Mander-Thompson H1-minimax": "Mander-Thompson两阶段极小极大设计（可提前得出有效结论，H1下期望样本量最小）",
    "Mander-Thompson delta-minimax": "Shuster两阶段设计（可提前得出有效结论，最大期望样本量最小）",
    "Three-stage optimal": "三阶段最优（optimal）设计",
    "Three-stage minimax": "三阶段极小极大（minimax）设计",
    "Three-stage ensign": "Ensign三阶段最优设计",
    "Lee-Liu predictive probability": "Lee-Liu贝叶斯预测概率设计",
    "Posterior thresholds": "贝叶斯后验概率界值设计",
    "Thall-Simon": "Thall-Simon贝叶斯监测设计",
    "BOP2": "BOP2贝叶斯最优设计",
    "BOP2 response and toxicity": "BOP2贝叶斯最优设计（疗效与毒性）",
    "Bryant-Day optimal": "Bryant-Day疗效与毒性两阶段最优设计",
    "Bryant-Day minimax": "Bryant-Day疗效与毒性两阶段极小极大设计",
    "Bryant-Day": "Bryant-Day疗效与毒性两阶段设计",
    "Gehan": "Gehan两阶段设计",
    "exponential": "指数分布单臂设计",
    "one-sample log-rank, exact critical value": "单样本log-rank检验设计（精确界值）",
    "one-sample log-rank, normal critical value": "单样本log-rank检验设计（正态界值）",
    "Kwak-Jung optimal": "Kwak-Jung两阶段单样本log-rank最优设计",
    "Kwak-Jung minimax": "Kwak-Jung两阶段单样本log-rank极小极大设计",
    "Clopper-Pearson width, at rate": "按Clopper-Pearson置信区间宽度确定样本量（给定有效率）",
    "Clopper-Pearson width, expected": "按Clopper-Pearson置信区间期望宽度确定样本量",
    "Clopper-Pearson width, assured": "按Clopper-Pearson置信区间宽度确定样本量（给定保证概率）",
    "Wilson width, at rate": "按Wilson置信区间宽度确定样本量（给定有效率）",
    "Wilson width, expected": "按Wilson置信区间期望宽度确定样本量",
    "Wilson width, assured": "按Wilson置信区间宽度确定样本量（给定保证概率）",
    "Pocock-type toxicity boundary": "Pocock型毒性终止界值",
    "Posterior toxicity boundary": "贝叶斯后验概率毒性终止界值",
}
"""Names of designs in Chinese, by the names that the design functions give."""

CHANGES = {
    "planned bounds": "实际例数下沿用原定界值",
    "Green-Dahlberg": "按Green-Dahlberg规则调整界值",
    "recomputed": "按实际例数重算界值",
    "curtailed": "非随机缩减",
}
"""What a design's rule was changed to, by what the functions append to its name after a comma."""

STOCHASTIC = "curtailed at "
SCALES = {"log-log": "双对数", "arcsine": "反正弦", "logit": "logit", "log": "对数", "plain": "无"}
LANDMARK = re.compile(r"Kaplan-Meier rate at (\S+) months, (\S+)")


def chinese_name(name: str) -> str:
    """Return a design's name in Chinese; one that is not known stays as it is.

    >>> chinese_name("Simon optimal, curtailed"), chinese_name("BOP2, curtailed at 0.05 and 1")
    ('Simon两阶段最优（optimal）设计，非随机缩减', 'BOP2贝叶斯最优设计，随机缩减（条件效能界值0.05和1）')

    """
    if name in CHINESE_NAMES:
        return CHINESE_NAMES[name]
    if (found := LANDMARK.fullmatch(name)) is not None:
        return f"{found[1]}个月Kaplan-Meier无事件率设计（{SCALES.get(found[2], found[2])}变换）"
    first, comma, change = name.rpartition(", ")
    if comma and (told := _change(change)):
        return f"{chinese_name(first)}，{told}"
    return name


def _change(change: str) -> str:
    """Return a change of the rule in Chinese, an empty text for another one."""
    if change.startswith(STOCHASTIC):
        futility, _, success = change.removeprefix(STOCHASTIC).partition(" and ")
        return f"随机缩减（条件效能界值{futility}和{success}）"
    return CHANGES.get(change, "")
