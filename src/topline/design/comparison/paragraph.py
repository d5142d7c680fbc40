"""The paragraph of a design for the protocol's statistics section, in English and in Chinese, every number filled in.

Both texts are made from the same numbers: what stands in one stands in the other.
"""

from dataclasses import dataclass

from topline.design.comparison.cells import percent, percent_beside
from topline.design.comparison.chinese import chinese_name
from topline.design.conduct.dropout import inflated
from topline.design.single_arm import SingleArmDesign
from topline.design.survival.duration import Accrual
from topline.protocol.part import Words
from topline.protocol.rule.boundary import NEVER

RESPONSE = Words(en="objective response rate", zh="客观缓解率")
FEW = 6
"""Rules with more looks than this are written as a table, not as a sentence."""


@dataclass(frozen=True, slots=True)
class Text:
    """A text in English and in Chinese."""

    en: str
    zh: str


@dataclass(frozen=True, slots=True)
class Context:
    """What the trial adds to a design; what is not given is left out of the text and of the page.

    Attributes:
        endpoint: the rate that decides, in both languages.
        loss: share of patients that may not be evaluable, in [0, 1); 0 where none is expected.
        accrual: how patients come in and how long one waits for their response; None where not known.
        confirmed: share of responses that a second scan confirms, in (0, 1]; None where it does not matter.
        deviation: patients by which a look may come early or late, at least 0.

    """

    endpoint: Words = RESPONSE
    loss: float = 0.0
    accrual: Accrual | None = None
    confirmed: float | None = None
    deviation: int = 0


def paragraph(design: SingleArmDesign, context: Context = Context()) -> Text:
    """Return the paragraph of a design in English and in Chinese.

    >>> from topline.design.rate.simon import simon
    >>> print(paragraph(simon(0.1, 0.3, power=0.9)).en)
    This is a single-arm phase II trial; its primary endpoint is the objective response rate. A rate of 10% is not
    worth a further trial (null hypothesis), a rate of 30% is hoped for (alternative hypothesis). The design: Simon
    optimal (Simon 1989, doi:10.1016/0197-2456(89)90015-9). The first stage has 18 patients. If 2 or fewer of them
    respond, the trial stops without success; otherwise 17 more patients are enrolled, 35 in all. The treatment is
    worth further study if 7 or more of the 35 patients respond. The exact one-sided type I error is 4.74% (5%
    allowed) and the exact power is 90.16% (90% asked for). If the true rate is 10%, the trial stops after the first
    stage with a probability of 73.38%, and 22.53 patients are expected.

    """
    numbers = _numbers(design)
    parts = [OPENING, *_meaning(context), DESIGN, *_rule(design), ERRORS, *_expected(design), *_losses(context)]
    english = " ".join(each.en for each in parts).format(**(numbers | _english(design, context)))
    chinese = "".join(each.zh for each in parts).format(**(numbers | _chinese(design, context)))
    return Text(en=english, zh=chinese)


OPENING = Text(
    en="This is a single-arm phase II trial; its primary endpoint is the {endpoint}. A rate of {null} is not worth a "
    "further trial (null hypothesis), a rate of {target} is hoped for (alternative hypothesis).",
    zh="本试验为单臂II期试验，主要终点为{endpoint}。无效假设为{endpoint}不高于{null}（不值得进一步研究），"
    "备择假设为{endpoint}达到{target}。",
)
MEANING = Text(
    en="Below, to respond means to have this outcome.",
    zh="下文所称“有效”即达到该终点。",
)
DESIGN = Text(en="The design: {name} ({source}).", zh="试验采用{name}（{source}）。")
ONE_STAGE = Text(
    en="There is one stage. The treatment is worth further study if {success} or more of {patients} patients respond.",
    zh="试验为单阶段。{patients}例患者中有{success}例或以上有效，则认为该治疗值得进一步研究。",
)
FIRST_FUTILE = Text(
    en="The first stage has {first} patients. If {futile} or fewer of them respond, the trial stops without success; "
    "otherwise {second} more patients are enrolled, {patients} in all.",
    zh="第一阶段入组{first}例患者。若有效者不超过{futile}例，则因无效终止试验；否则继续入组{second}例，共{patients}例。",
)
FIRST_BOTH = Text(
    en="The first stage has {first} patients. If {futile} or fewer of them respond, the trial stops without success; "
    "if {early} or more respond, it stops with success; otherwise {second} more patients are enrolled, {patients} in "
    "all.",
    zh="第一阶段入组{first}例患者。若有效者不超过{futile}例，则因无效终止试验；若有效者达到{early}例或以上，"
    "则提前得出有效结论并终止试验；否则继续入组{second}例，共{patients}例。",
)
FIRST_SUCCESS = Text(
    en="The first stage has {first} patients. If {early} or more of them respond, the trial stops with success; "
    "otherwise {second} more patients are enrolled, {patients} in all.",
    zh="第一阶段入组{first}例患者。若有效者达到{early}例或以上，则提前得出有效结论并终止试验；"
    "否则继续入组{second}例，共{patients}例。",
)
LAST = Text(
    en="The treatment is worth further study if {success} or more of the {patients} patients respond.",
    zh="{patients}例患者中有{success}例或以上有效，则认为该治疗值得进一步研究。",
)
LOOKS = Text(
    en="The responders are counted after {looks} patients. The trial stops without success at {futility} or fewer "
    "responders and with success at {efficacy} or more, in this order; a dash means that no number stops.",
    zh="分别在{looks}例患者后计数有效者。有效者分别不超过{futility}例时因无效终止试验，"
    "分别达到{efficacy}例或以上时得出有效结论并终止试验；短横线表示该次不因此终止。",
)
MANY_LOOKS = Text(
    en="The responders are counted {count} times, the first time after {first} and the last time after {patients} "
    "patients; the table of the bounds belongs to this paragraph. After {patients} patients, {success} or more "
    "responders are a success.",
    zh="共计数有效者{count}次，首次在{first}例患者后，末次在{patients}例患者后；各次界值见附表，附表为本段内容。"
    "{patients}例患者后有效者达到{success}例或以上为试验成功。",
)
ERRORS = Text(
    en="The exact one-sided type I error is {level} ({alpha} allowed) and the exact power is {attained} ({power} asked "
    "for).",
    zh="精确单侧I类错误率为{level}（允许{alpha}），精确检验效能为{attained}（要求{power}）。",
)
EXPECTED_STAGE = Text(
    en="If the true rate is {null}, the trial stops after the first stage with a probability of {early_stop}, and "
    "{expected} patients are expected.",
    zh="若真实率为{null}，试验在第一阶段后终止的概率为{early_stop}，期望样本量为{expected}例。",
)
EXPECTED_LOOKS = Text(
    en="If the true rate is {null}, the trial stops before its last look with a probability of {early_stop}, and "
    "{expected} patients are expected.",
    zh="若真实率为{null}，试验在末次计数前终止的概率为{early_stop}，期望样本量为{expected}例。",
)
LOST = Text(
    en="As {loss} of patients may not be evaluable, {enrolled} patients are enrolled.",
    zh="考虑{loss}的患者可能无法评价，共入组{enrolled}例患者。",
)


def _meaning(context: Context) -> list[Text]:
    """Return what a response is where the endpoint is another outcome."""
    return [] if context.endpoint == RESPONSE else [MEANING]


def _rule(design: SingleArmDesign) -> list[Text]:
    """Return the sentences of the rule."""
    boundary = design.boundary
    if len(boundary.looks) == 1:
        return [ONE_STAGE]
    if len(boundary.looks) > FEW:
        return [MANY_LOOKS]
    if len(boundary.looks) > 2:
        return [LOOKS]
    futile, success = boundary.futility[0] > NEVER, boundary.efficacy[0] <= boundary.looks[0]
    first = FIRST_BOTH if futile and success else FIRST_SUCCESS if success else FIRST_FUTILE
    return [first, LAST]


def _expected(design: SingleArmDesign) -> list[Text]:
    looks = len(design.boundary.looks)
    return [] if looks == 1 else [EXPECTED_STAGE if looks == 2 else EXPECTED_LOOKS]


def _losses(context: Context) -> list[Text]:
    return [LOST] if context.loss else []


def _numbers(design: SingleArmDesign) -> dict[str, str]:
    """Return every number of the texts, the same for both."""
    boundary, asked = design.boundary, design.hypotheses
    bounds = zip(boundary.looks, boundary.futility, boundary.efficacy, strict=True)
    shown = [(str(low) if low > NEVER else "–", str(high) if high <= look else "–") for look, low, high in bounds]
    return {
        "null": percent(asked.null),
        "target": percent(asked.target),
        "alpha": percent(asked.alpha),
        "power": percent(asked.power),
        "level": percent_beside(design.level, asked.alpha),
        "attained": percent_beside(design.attained_power, asked.power),
        "first": str(boundary.looks[0]),
        "futile": str(boundary.futility[0]),
        "early": str(boundary.efficacy[0]),
        "second": str(boundary.patients - boundary.looks[0]),
        "patients": str(boundary.patients),
        "success": str(boundary.efficacy[-1]),
        "count": str(len(boundary.looks)),
        "looks": ", ".join(map(str, boundary.looks)),
        "futility": ", ".join(low for low, _ in shown),
        "efficacy": ", ".join(high for _, high in shown),
        "early_stop": f"{100 * float(design.exact.stops_early[0]):.2f}%",
        "expected": f"{design.expected_patients:.2f}",
    }


def _english(design: SingleArmDesign, context: Context) -> dict[str, str]:
    return {"endpoint": context.endpoint.en, "name": design.name, **_shared(design, context)}


def _chinese(design: SingleArmDesign, context: Context) -> dict[str, str]:
    lists = {key: _numbers(design)[key].replace(", ", "、") for key in ("looks", "futility", "efficacy")}
    return {"endpoint": context.endpoint.zh, "name": chinese_name(design.name), **lists, **_shared(design, context)}


def _shared(design: SingleArmDesign, context: Context) -> dict[str, str]:
    enrolled = str(inflated(design.boundary.patients, context.loss)) if context.loss else ""
    return {"source": design.source, "loss": percent(context.loss), "enrolled": enrolled}
