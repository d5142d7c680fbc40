"""What a trial of so many patients can show and what it cannot: exact bound, power, precision, rare adverse events."""

from dataclasses import dataclass

import numpy as np
from scipy import special

from topline.errors import ToplineError
from topline.protocol.rule.binomial import critical_values
from topline.protocol.rule.hypotheses import Hypotheses
from topline.protocol.rule.inference import checked_confidence
from topline.protocol.rule.outcome import is_whole, rate_at

RARE = 0.05


@dataclass(frozen=True, slots=True)
class Capability:
    """What one stage of so many patients can tell apart.

    Attributes:
        patients: patients in the analysis.
        null, target, alpha: what it is asked to tell apart.
        needed: fewest responders that reject the null rate at alpha; patients + 1 where none do.
        level: exact probability of so many at the null rate.
        power: exact probability of so many at the target rate.
        detectable: rate at which the power is 0.8; nan where no number rejects.
        interval: 95% limits (Clopper-Pearson) at `needed` responders; nan where no number rejects.
        widest: half the width of the 95% interval when half of the patients respond, the widest there is.
        missed: probability that an adverse event of a true rate of 5% is not seen once.
        upper_of_none: one-sided 95% upper limit of the rate of an event that nobody had.

    """

    patients: int
    null: float
    target: float
    alpha: float
    needed: int
    level: float
    power: float
    detectable: float
    interval: tuple[float, float]
    widest: float
    missed: float
    upper_of_none: float


def capability(patients: int, null: float, target: float, alpha: float = 0.05) -> Capability:
    """Return what one stage of so many patients can tell apart, exactly.

    Args:
        patients: patients in the analysis, at least 1.
        null: rate not worth a further trial, in (0, 1).
        target: rate hoped for, above `null`.
        alpha: one-sided level.

    Raises:
        ToplineError: TL-G01 for the rates and the level, TL-G03 for the patients.

    >>> found = capability(43, 0.5, 0.7)
    >>> found.needed, round(found.level, 3), round(found.power, 2), [round(limit, 2) for limit in found.interval]
    (28, 0.033, 0.81, [0.49, 0.79])
    >>> round(found.missed, 2), round(found.upper_of_none, 3)
    (0.11, 0.067)

    Source: A'Hern 2001, doi:10.1002/sim.721; Hanley & Lippman-Hand 1983, doi:10.1001/jama.1983.03330370053031.
    Golden: golden/design_origin.toml.

    """
    Hypotheses(null, target, alpha, power=max(0.8, (1.0 + alpha) / 2.0))
    if not is_whole(patients) or patients < 1:
        raise ToplineError("TL-G03", where="patients", what=f"{patients} is not a number of patients from 1 on")
    needed = int(critical_values(np.array([float(patients)]), null, alpha)[0])
    possible = needed <= patients
    level, power = (_reach(needed, patients, rate) for rate in (null, target))
    detectable = rate_at(lambda rates: special.bdtrc(needed - 1, patients, rates), 0.8) if possible else np.nan
    half = interval(patients // 2, patients)
    return Capability(
        patients,
        null,
        target,
        alpha,
        needed,
        level,
        power,
        float(detectable),
        interval(needed, patients) if possible else (np.nan, np.nan),
        (half[1] - half[0]) / 2.0,
        float((1.0 - RARE) ** patients),
        float(-np.expm1(np.log(0.05) / patients)),
    )


def interval(responders: int, patients: int, confidence: float = 0.95) -> tuple[float, float]:
    """Return the exact two-sided limits of Clopper and Pearson.

    >>> [round(limit, 3) for limit in interval(0, 35)]
    [0.0, 0.1]

    """
    tail = (1.0 - checked_confidence(confidence)) / 2.0
    others = patients - responders
    lower = special.betaincinv(responders, others + 1.0, tail) if responders else 0.0
    upper = special.betainccinv(responders + 1.0, others, tail) if others else 1.0
    return float(lower), float(upper)


def _reach(needed: int, patients: int, rate: float) -> float:
    return float(special.bdtrc(needed - 1, patients, rate)) if needed <= patients else 0.0


def told(found: Capability) -> tuple[str, str]:
    """Return in a few sentences what such a trial can show and what it cannot, in English and in Chinese.

    >>> english, chinese = told(capability(35, 0.1, 0.3))
    >>> print(english)
    35 patients reject a rate of 10% at a one-sided level of 5% with 8 responders or more (22.9%; exact level 2.0%,
    95% CI 10.4% to 40.1%). The power is 86.7% at a true rate of 30%; it is 80% from a true rate of 27.9% on. An
    estimate is uncertain by up to 17.3 percentage points to either side. An adverse event that befalls 5% of patients
    is not seen once with a probability of 16.6%; of one that nobody had, up to 8.2% of patients may still suffer
    (one-sided 95% limit). One arm compares with a rate from elsewhere: it cannot show that the treatment is the cause
    of a difference.

    """
    shown = _numbers(found)
    return (ENGLISH if found.needed <= found.patients else ENGLISH_NONE).format(**shown), (
        CHINESE if found.needed <= found.patients else CHINESE_NONE
    ).format(**shown)


ENGLISH_NONE = (
    "{n} patients cannot reject a rate of {null} at a one-sided level of {alpha}: responses of all of them are too "
    "probable at that rate."
)
ENGLISH_REST = (
    " An estimate is uncertain by up to {widest} percentage points to either side. An adverse event that befalls 5% of "
    "patients is not seen once with a probability of {missed}; of one that nobody had, up to {upper} of patients may "
    "still suffer (one-sided 95% limit). One arm compares with a rate from elsewhere: it cannot show that the "
    "treatment is the cause of a difference."
)
ENGLISH = (
    "{n} patients reject a rate of {null} at a one-sided level of {alpha} with {needed} responders or more ({share}; "
    "exact level {level}, 95% CI {lower} to {higher}). The power is {power} at a true rate of {target}; it is 80% from "
    "a true rate of {detectable} on." + ENGLISH_REST
)
CHINESE_NONE = (
    "{n}例患者无法在单侧检验水准{alpha}下否定{null}的有效率：即使全部患者均有效，在该有效率下的概率仍然过高。"
)
CHINESE_REST = (
    "估计值的误差每侧最多可达{widest}个百分点。真实发生率为5%的不良事件，一例也观察不到的概率为{missed}；"
    "若某一事件无一例发生，其真实发生率仍可能高达{upper}（单侧95%上限）。单臂试验只能与外部的率作比较，"
    "不能证明差异由治疗引起。"
)
CHINESE = (
    "{n}例患者中有{needed}例或以上有效（{share}）时，可在单侧检验水准{alpha}下否定{null}的有效率"
    "（精确水准{level}，95%置信区间{lower}至{higher}）。真实有效率为{target}时检验效能为{power}；"
    "真实有效率达到{detectable}时效能为80%。" + CHINESE_REST
)


def _numbers(found: Capability) -> dict[str, str]:
    def share(value: float) -> str:
        return f"{100 * value:.1f}%"

    return {
        "n": str(found.patients),
        "null": f"{100 * found.null:.4g}%",
        "target": f"{100 * found.target:.4g}%",
        "alpha": f"{100 * found.alpha:.4g}%",
        "needed": str(found.needed),
        "share": share(found.needed / found.patients),
        "level": share(found.level),
        "power": share(found.power),
        "detectable": share(found.detectable),
        "lower": share(found.interval[0]),
        "higher": share(found.interval[1]),
        "widest": f"{100 * found.widest:.1f}",
        "missed": share(found.missed),
        "upper": share(found.upper_of_none),
    }
