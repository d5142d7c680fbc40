"""What is true of the disease: how tumours grow and shrink, what a patient brings, and how lesions are read."""

from dataclasses import dataclass
from typing import Literal

from topline.simulate.parameter import ESO, MOTESANIB, PAZOPANIB, fixed, odds, parameter, times

OTHER_DISEASE = "assumed: another disease; the paper's own interval is a factor of 1.08, "
STANDARD = "the standard's own figure"


@dataclass(frozen=True, slots=True)
class Organ:
    """A site of disease: its CDISC location, how often it is drawn relative to the others, whether it is nodal."""

    location: str
    weight: float
    node: bool = False


@dataclass(frozen=True, slots=True)
class Growth:
    """How one lesion grows and shrinks, t days on treatment: growth at `kl`, killing at `kde`, and how the effect ends.

    `claret`: size = base * exp(kl*t - kde/lam*(1 - exp(-lam*t))), Claret 2009 (doi:10.1200/JCO.2008.21.0807).
    `stein`: size = base * (exp(kl*t) + exp(-kde*t) - 1), growth and regression side by side (Stein 2008,
    doi:10.1634/theoncologist.2008-0016, where they are g and d); `lam` does nothing then.
    `sd` are standard deviations of the logarithm between patients, `lesion_sd` between lesions of one patient.
    """

    model: Literal["claret", "stein"] = parameter(
        "claret", "form of the growth curve: claret or stein", "-", "Claret 2009", fixed("structure of the model")
    )
    kl: float = parameter(0.002, "growth rate, median patient", "1/day", "calibrated to " + ESO, times(1.5))
    kl_sd: float = parameter(0.70, "between-patient SD of ln(kl)", "1", "calibrated to " + ESO, times(1.3))
    kde: float = parameter(0.004, "initial kill rate, median patient", "1/day", "calibrated to " + ESO, times(1.5))
    kde_sd: float = parameter(0.68, "between-patient SD of ln(kde)", "1", MOTESANIB, times(1.3))
    lam: float = parameter(
        0.0193,
        "rate at which the effect is lost",
        "1/day",
        MOTESANIB,
        times(1.3, OTHER_DISEASE + MOTESANIB).within(1e-6),
    )
    lam_sd: float = parameter(0.80, "between-patient SD of ln(lam)", "1", MOTESANIB, times(1.3))
    lesion_sd: float = parameter(
        0.25, "between-lesion SD of ln(kl) and ln(kde)", "1", "assumed: about a third of the between-patient SD",
        times(1.6),
    )  # fmt: skip
    resistant: float = parameter(
        0.0, "share of patients whose tumour the drug never kills (kill rate 0)", "1", "assumed: none", odds(2.0)
    )
    escape: float = parameter(
        0.0, "hazard of acquired resistance: from then on the tumour only grows", "1/day", "assumed: none", times(2.0)
    )
    largest_mm: float = parameter(
        300.0, "diameter at which a lesion stops growing", "mm", "assumed: bound of the body",
        fixed("bound of the body").within(100.0),
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Disease:
    """What a patient brings: target lesions with their sizes and sites, non-target lesions."""

    burden_mm: float = parameter(
        60.0, "sum of target diameters, median patient", "mm", "calibrated to " + ESO, times(1.25).within(10.0)
    )
    burden_sd: float = parameter(0.60, "between-patient SD of ln(burden)", "1", "calibrated to " + ESO, times(1.3))
    share_sd: float = parameter(0.50, "SD of ln of a lesion's share of the burden", "1", "assumed", times(1.5))
    targets: tuple[float, ...] = parameter(
        (0.25, 0.33, 0.22, 0.12, 0.08), "probability of 1, 2, ... target lesions", "1", "assumed",
        times(1.3, on=("tilt",)),
    )  # fmt: skip
    no_target: float = parameter(
        0.0, "probability of evaluable disease without target lesion", "1", "assumed: measurable disease is required",
        odds(2.5),
    )  # fmt: skip
    non_targets: tuple[float, ...] = parameter(
        (0.40, 0.30, 0.20, 0.10), "probability of 0, 1, ... non-target lesions", "1", "assumed",
        times(1.4, on=("tilt",)),
    )  # fmt: skip
    non_target_mm: float = parameter(
        12.0, "hidden size of a non-target lesion, median", "mm", "assumed", times(1.5).within(1.0)
    )
    organs: tuple[Organ, ...] = parameter(
        (
            Organ("LYMPH NODE", 0.55, node=True),
            Organ("LUNG", 0.30),
            Organ("LIVER", 0.22),
            Organ("PLEURA", 0.06),
            Organ("ADRENAL GLAND", 0.05),
            Organ("SOFT TISSUE", 0.08),
        ),
        "sites of target and new lesions with weights",
        "weight",
        "assumed: usual sites of ESCC metastases",
        times(1.6, on=("first",)),
    )
    non_target_organs: tuple[Organ, ...] = parameter(
        (
            Organ("ESOPHAGUS", 0.35),
            Organ("BONE", 0.20),
            Organ("LUNG", 0.15),
            Organ("PLEURA", 0.15),
            Organ("LIVER", 0.15),
        ),
        "sites of non-target lesions with weights",
        "weight",
        "assumed: hollow organ, bone and effusion are not targets",
        times(1.6, on=("first",)),
    )


@dataclass(frozen=True, slots=True)
class Reading:
    """How a lesion becomes a recorded number, and what goes wrong on the way."""

    proportional: float = parameter(
        0.08, "SD of the measurement error relative to size", "1", PAZOPANIB, times(1.3).within(0.0, 1.0)
    )
    additive_mm: float = parameter(1.0, "SD of the additive measurement error", "mm", PAZOPANIB, times(1.3))
    step_mm: float = parameter(
        1.0, "recorded sizes are multiples of this; 0 is unrounded", "mm", "assumed: whole millimetres",
        fixed("how sites write").within(0.0),
    )  # fmt: skip
    visible_mm: float = parameter(3.0, "below this a lesion is not seen (recorded 0)", "mm", "assumed", times(1.5))
    normal_node_mm: float = parameter(4.0, "a node does not shrink below this short axis", "mm", "assumed", times(1.3))
    small_mm: float = parameter(
        5.0,
        "below this a reading may be called too small to measure",
        "mm",
        "RECIST 1.1, doi:10.1016/j.ejca.2008.10.026",
        fixed(STANDARD).within(0.0),
    )
    called_small: float = parameter(0.5, "probability of that call", "1", "assumed", odds(2.0))
    missing_lesion: float = parameter(
        0.01, "probability that one lesion is not evaluable on a scan", "1", "assumed", odds(2.0)
    )
    missed_scan: float = parameter(0.05, "probability that a scheduled scan is not done", "1", "assumed", odds(2.0))
    scan_sd: float = parameter(
        0.4, "SD of the day of a scan around its nominal day, in windows", "1", "assumed", times(1.5)
    )
    late_scan: float = parameter(
        0.0, "probability that a scan is late, outside of its window", "1", "assumed: none", odds(2.0)
    )
    late_days: float = parameter(
        10.0, "mean delay of such a scan; it stays before the next one", "days", "assumed", times(1.5)
    )
    misread: float = parameter(
        0.015, "probability that the investigator's target response is one step off", "1", "assumed", odds(2.0)
    )


@dataclass(frozen=True, slots=True)
class Review:
    """A second reader: independent assessors who measure the same scans anew (TREVAL, RSEVAL INDEPENDENT ASSESSOR).

    They see the scans that were done until the investigator saw progression, and choose the same targets.
    """

    done: bool = parameter(
        False, "whether there is an independent review", "-", "assumed: none", fixed("choice of the trial")
    )
    proportional: float = parameter(
        0.08, "SD of the reviewer's error relative to size", "1", "as the investigator", times(1.3).within(0.0, 1.0)
    )
    additive_mm: float = parameter(1.0, "SD of the reviewer's additive error", "mm", "as the investigator", times(1.3))
    misread: float = parameter(
        0.015, "probability that the reviewer's target response is one step off", "1", "as the investigator", odds(2.0)
    )
    missed_new: float = parameter(
        0.0, "probability that the reviewer does not accept the new lesion", "1", "assumed: none", odds(2.0)
    )
