"""What is true of the virtual patients: every parameter with its unit, its meaning and its source.

A source is a paper, or `assumed` with the reason. docs/simulation.md lists them all; a test compares it with this file.
"""

from dataclasses import dataclass
from datetime import date

from topline.simulate.parameter import CAP02, ESO, MOTESANIB, PAZOPANIB, parameter
from topline.simulate.truth_answers import Answers
from topline.simulate.truth_events import ENDOCRINE, GENERAL, GUT, METABOLISM, RESPIRATORY, SKIN, Occurrence, Toxicity
from topline.simulate.truth_markers import MARKERS, Marker
from topline.simulate.truth_measures import Measuring


@dataclass(frozen=True, slots=True)
class Organ:
    """A site of disease: its CDISC location, how often it is drawn relative to the others, whether it is nodal."""

    location: str
    weight: float
    node: bool = False


@dataclass(frozen=True, slots=True)
class Growth:
    """Tumour growth inhibition of one lesion: size = base * exp(kl*t - kde/lam*(1 - exp(-lam*t))), t days on treatment.

    `sd` are standard deviations of the logarithm between patients, `lesion_sd` between lesions of one patient.
    """

    kl: float = parameter(0.002, "growth rate, median patient", "1/day", "calibrated to " + ESO)
    kl_sd: float = parameter(0.70, "between-patient SD of ln(kl)", "1", "calibrated to " + ESO)
    kde: float = parameter(0.004, "initial kill rate, median patient", "1/day", "calibrated to " + ESO)
    kde_sd: float = parameter(0.68, "between-patient SD of ln(kde)", "1", MOTESANIB)
    lam: float = parameter(0.0193, "rate at which the effect is lost", "1/day", MOTESANIB)
    lam_sd: float = parameter(0.80, "between-patient SD of ln(lam)", "1", MOTESANIB)
    lesion_sd: float = parameter(
        0.25, "between-lesion SD of ln(kl) and ln(kde)", "1", "assumed: about a third of the between-patient SD"
    )
    largest_mm: float = parameter(300.0, "diameter at which a lesion stops growing", "mm", "assumed: bound of the body")


@dataclass(frozen=True, slots=True)
class Disease:
    """What a patient brings: target lesions with their sizes and sites, non-target lesions."""

    burden_mm: float = parameter(60.0, "sum of target diameters, median patient", "mm", "calibrated to " + ESO)
    burden_sd: float = parameter(0.60, "between-patient SD of ln(burden)", "1", "calibrated to " + ESO)
    share_sd: float = parameter(0.50, "SD of ln of a lesion's share of the burden", "1", "assumed")
    targets: tuple[float, ...] = parameter(
        (0.25, 0.33, 0.22, 0.12, 0.08), "probability of 1, 2, ... target lesions", "1", "assumed"
    )
    no_target: float = parameter(
        0.0, "probability of evaluable disease without target lesion", "1", "assumed: measurable disease is required"
    )
    non_targets: tuple[float, ...] = parameter(
        (0.40, 0.30, 0.20, 0.10), "probability of 0, 1, ... non-target lesions", "1", "assumed"
    )
    non_target_mm: float = parameter(12.0, "hidden size of a non-target lesion, median", "mm", "assumed")
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
    )


@dataclass(frozen=True, slots=True)
class Hazards:
    """What happens to a patient besides the growth of the measured lesions; hazards but that of death are constant."""

    new_lesion: float = parameter(0.0008, "hazard of a new lesion", "1/day", "calibrated to " + ESO)
    non_target: float = parameter(
        0.0003, "hazard of unequivocal non-target progression, given a non-target lesion", "1/day", "assumed"
    )
    death_median_months: float = parameter(
        5.8, "median survival of a patient whose tumour keeps its size", "months", "calibrated to " + ESO
    )
    death_shape: float = parameter(
        1.8, "Weibull shape of survival; above 1 the hazard rises", "1", "calibrated to the DCR of " + ESO
    )
    death_growth: float = parameter(
        0.5, "exponent of tumour size relative to baseline in the hazard of death", "1", "assumed"
    )
    death_burden: float = parameter(
        0.2, "exponent of burden relative to the median in the hazard of death", "1", "assumed"
    )
    death_ecog: float = parameter(0.3, "log hazard ratio of death per point of ECOG", "1", "assumed")
    decline: float = parameter(
        0.6, "share of deaths preceded by a decline that ends treatment and scans", "1", "assumed"
    )
    decline_days: float = parameter(21.0, "mean days from decline to death, at least 7", "days", "assumed")
    leaving: float = parameter(0.0003, "hazard of leaving the study", "1/day", "assumed: 5 to 8% of patients")
    lost: float = parameter(0.4, "share of leavers that are lost to follow-up, the others withdraw", "1", "assumed")
    toxicity: float = parameter(
        0.0008, "hazard of stopping treatment for toxicity", "1/day", "assumed: about 8% of patients"
    )
    fatal_event: float = parameter(
        0.08,
        "share of deaths on treatment that an adverse event caused",
        "1",
        "assumed: fatal bleeding in 2 of 40, " + ESO,
    )


@dataclass(frozen=True, slots=True)
class Reading:
    """How a lesion becomes a recorded number, and what goes wrong on the way."""

    proportional: float = parameter(0.08, "SD of the measurement error relative to size", "1", PAZOPANIB)
    additive_mm: float = parameter(1.0, "SD of the additive measurement error", "mm", PAZOPANIB)
    step_mm: float = parameter(
        1.0, "recorded sizes are multiples of this; 0 is unrounded", "mm", "assumed: whole millimetres"
    )
    visible_mm: float = parameter(3.0, "below this a lesion is not seen (recorded 0)", "mm", "assumed")
    normal_node_mm: float = parameter(4.0, "a node does not shrink below this short axis", "mm", "assumed")
    small_mm: float = parameter(
        5.0,
        "below this a reading may be called too small to measure",
        "mm",
        "RECIST 1.1, doi:10.1016/j.ejca.2008.10.026",
    )
    called_small: float = parameter(0.5, "probability of that call", "1", "assumed")
    missing_lesion: float = parameter(0.01, "probability that one lesion is not evaluable on a scan", "1", "assumed")
    missed_scan: float = parameter(0.05, "probability that a scheduled scan is not done", "1", "assumed")
    scan_sd: float = parameter(0.4, "SD of the day of a scan around its nominal day, in windows", "1", "assumed")
    misread: float = parameter(
        0.015, "probability that the investigator's target response is one step off", "1", "assumed"
    )


@dataclass(frozen=True, slots=True)
class Conduct:
    """How the trial is run: calendar, sites, demographics, later therapy, dosing."""

    start: date = parameter(date(2024, 1, 8), "opening of the first site", "date", "assumed")  # noqa: RUF009
    accrual_per_month: float = parameter(3.1, "patients enrolled a month, all sites", "1/month", CAP02)
    sites: int = parameter(6, "number of sites", "1", "assumed")
    site_shape: float = parameter(1.5, "shape of the gamma-distributed rates of the sites", "1", "assumed")
    follow_up_months: float = parameter(6.0, "data cut-off after the planned end of accrual", "months", "assumed")
    age_mean: float = parameter(
        62.0, "age, mean before the limits of the protocol", "years", "assumed: usual of ESCC trials"
    )
    age_sd: float = parameter(8.0, "age, SD", "years", "assumed: usual of ESCC trials")
    female: float = parameter(
        0.25, "share of women, where the protocol takes both", "1", "assumed: usual of ESCC trials"
    )
    ecog: tuple[float, ...] = parameter((0.25, 0.60, 0.15), "probability of ECOG 0, 1, 2", "1", "assumed")
    later_therapy: float = parameter(0.40, "probability of new anti-cancer therapy after progression", "1", "assumed")
    early_therapy: float = parameter(
        0.30, "probability of the same after a stop for toxicity, before progression", "1", "assumed"
    )
    later_scans: float = parameter(0.15, "probability that scans go on after such early therapy", "1", "assumed")
    beyond: float = parameter(0.10, "probability of treatment and one more scan beyond progression", "1", "assumed")
    therapies: tuple[str, ...] = parameter(
        ("IRINOTECAN", "DOCETAXEL", "PACLITAXEL", "CAMRELIZUMAB"), "new anti-cancer therapies", "-", "assumed"
    )
    cycle_delayed: float = parameter(0.08, "probability that a cycle starts a week late", "1", "assumed")
    interrupted: float = parameter(0.08, "probability that dosing stops early within a cycle", "1", "assumed")
    reduced: float = parameter(
        0.20,
        "probability of a dose reduction at the start of a cycle, once",
        "1",
        "calibrated: 19 of 40 reduced, " + ESO,
    )
    reduced_to: float = parameter(
        0.5, "dose after reduction relative to the dose before", "1", "apatinib 500 to 250 mg, " + ESO
    )
    partial_date: float = parameter(
        0.01, "probability that the start of a medication is known to the month only", "1", "assumed"
    )


@dataclass(frozen=True, slots=True)
class Truth:
    """A truth is the complete set of parameters from which a virtual trial is drawn.

    >>> Truth().growth.lam
    0.0193
    """

    name: str = "apatinib"
    growth: Growth = Growth()
    disease: Disease = Disease()
    hazards: Hazards = Hazards()
    reading: Reading = Reading()
    conduct: Conduct = Conduct()
    occurrence: Occurrence = Occurrence()  # noqa: RUF009
    measuring: Measuring = Measuring()  # noqa: RUF009
    answers: Answers = Answers()  # noqa: RUF009
    toxicities: tuple[Toxicity, ...] = parameter(
        (
            Toxicity("Fatigue", GENERAL, 0.411, 0.150, most=3),
            Toxicity("Decreased appetite", METABOLISM, 0.357, 0.03),
            Toxicity("Palmar-plantar erythrodysaesthesia syndrome", SKIN, 0.304, 0.100, most=3),
            Toxicity("Diarrhoea", GUT, 0.268, 0.03),
            Toxicity("Oesophageal fistula", GUT, 0.05, 0.05),
            Toxicity("Epistaxis", RESPIRATORY, 0.05, 0.0),
            Toxicity("Hypothyroidism", ENDOCRINE, 0.10, 0.0),
        ),
        "adverse events that the drugs cause and nobody measures: probability of any grade, of grade 3 or 4",
        "1",
        "any grade: apatinib in ESCC (n=56); grade 3 or 4, fistula: " + ESO + "; 0.03, epistaxis, thyroid assumed",
    )
    markers: tuple[Marker, ...] = parameter(
        MARKERS,
        "markers, the rate that each follows and its correlation with the logarithm of that rate (none: noise)",
        "1",
        "assumed: none says anything about the tumour",
    )
