"""What is true of the virtual patients: every parameter with its unit, its meaning, its source and its interval.

A source is a paper, or `assumed` with the reason. docs/simulation.md lists them all; a test compares it with this file.
"""

from dataclasses import dataclass

from topline.simulate.parameter import ESO, counted, fixed, odds, parameter, plus, times
from topline.simulate.truth_answers import Answers
from topline.simulate.truth_conduct import Conduct as Conduct
from topline.simulate.truth_events import ENDOCRINE, GENERAL, GUT, METABOLISM, RESPIRATORY, SKIN, Occurrence, Toxicity
from topline.simulate.truth_markers import MARKERS, Marker
from topline.simulate.truth_measures import Measuring
from topline.simulate.truth_tumour import Disease as Disease
from topline.simulate.truth_tumour import Growth as Growth
from topline.simulate.truth_tumour import Organ as Organ
from topline.simulate.truth_tumour import Reading as Reading
from topline.simulate.truth_tumour import Review as Review


@dataclass(frozen=True, slots=True)
class Hazards:
    """What happens to a patient besides the growth of the measured lesions; hazards but that of death are constant."""

    new_lesion: float = parameter(0.0008, "hazard of a new lesion", "1/day", "calibrated to " + ESO, times(1.6))
    non_target: float = parameter(
        0.0003,
        "hazard of unequivocal non-target progression, given a non-target lesion",
        "1/day",
        "assumed",
        times(2.0),
    )
    death_median_months: float = parameter(
        5.8,
        "median survival of a patient whose tumour keeps its size",
        "months",
        "calibrated to " + ESO,
        times(1.57, "median 5.8 (3.2-8.4) in " + ESO + ", on the log scale").within(0.1),
    )
    death_shape: float = parameter(
        1.8,
        "Weibull shape of survival; above 1 the hazard rises",
        "1",
        "calibrated to the DCR of " + ESO,
        times(1.3).within(0.1),
    )
    death_growth: float = parameter(
        0.5, "exponent of tumour size relative to baseline in the hazard of death", "1", "assumed", plus(0.3)
    )
    death_burden: float = parameter(
        0.2, "exponent of burden relative to the median in the hazard of death", "1", "assumed", plus(0.2)
    )
    death_ecog: float = parameter(0.3, "log hazard ratio of death per point of ECOG", "1", "assumed", plus(0.25))
    decline: float = parameter(
        0.6, "share of deaths preceded by a decline that ends treatment and scans", "1", "assumed", odds(2.0)
    )
    decline_days: float = parameter(
        21.0, "mean days from decline to death, at least 7", "days", "assumed", times(1.5).within(7.0)
    )
    leaving: float = parameter(
        0.0003, "hazard of leaving the study", "1/day", "assumed: 5 to 8% of patients", times(2.0)
    )
    lost: float = parameter(
        0.4, "share of leavers that are lost to follow-up, the others withdraw", "1", "assumed", odds(2.5)
    )
    toxicity: float = parameter(
        0.0008, "hazard of stopping treatment for toxicity", "1/day", "assumed: about 8% of patients", times(2.0)
    )
    fatal_event: float = parameter(
        0.08,
        "share of deaths on treatment that an adverse event caused",
        "1",
        "assumed: fatal bleeding in 2 of 40, " + ESO,
        counted(0.05, 40, "2 of 40 patients"),
    )


@dataclass(frozen=True, slots=True)
class Truth:
    """A truth is the complete set of parameters from which a virtual trial is drawn.

    >>> Truth().growth.lam
    0.0193
    """

    name: str = "apatinib"
    growth: Growth = Growth()  # noqa: RUF009
    disease: Disease = Disease()  # noqa: RUF009
    hazards: Hazards = Hazards()
    reading: Reading = Reading()  # noqa: RUF009
    review: Review = Review()  # noqa: RUF009
    conduct: Conduct = Conduct()  # noqa: RUF009
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
        counted(0.35, 56, "a rate of 35% among 56 patients", ("any_grade", "severe")),
    )
    markers: tuple[Marker, ...] = parameter(
        MARKERS,
        "markers, the rate that each follows and its correlation with the logarithm of that rate (none: noise)",
        "1",
        "assumed: none says anything about the tumour",
        fixed("a scenario says what a marker follows"),
    )
