"""The truths that are expected of the built-in studies."""

from dataclasses import replace

from topline.protocol.model import Protocol
from topline.simulate.truth import Conduct, Disease, Growth, Hazards, Truth
from topline.simulate.truth_combination import Partner
from topline.simulate.truth_events import ENDOCRINE, GENERAL, GUT, METABOLISM, RESPIRATORY, SKIN, Toxicity
from topline.simulate.truth_markers import Follows, predictive, prognostic
from topline.simulate.truth_measures import TKI_EFFECTS, Effect, Measuring

APATINIB = Truth()
"""Apatinib alone in ESCC after failed treatment, scanned every eight weeks; calibrated to ESO-Shanghai 11 (PMC8176978):
response 7.5%, disease control 65%, median PFS 3.8 and OS 5.8 months. docs/simulation.md says how near it comes.
"""

CYTOPENIAS = (
    Effect("NEUT", -1.55, 0.4, "nadir", 18.0, "marrow"),
    Effect("PLAT", -0.8, 0.4, "nadir", 18.0, "marrow"),
    Effect("LYM", -0.62, 0.4, "plateau", 40.0, "lymphocytes"),
    Effect("HGB", -0.30, 0.6, "plateau", 60.0, "erythrocytes"),
)
"""What trifluridine/tipiracil does to blood counts."""

COMBINATION = Truth(
    name="trifluridine/tipiracil with anlotinib",
    growth=Growth(kl=0.0022, kde=0.0095),
    disease=Disease(no_target=0.05),
    hazards=Hazards(new_lesion=0.0013, death_median_months=8.0, death_shape=1.5, fatal_event=0.03),
    conduct=Conduct(accrual_per_month=2.8, sites=1, reduced_to=0.8),
    measuring=Measuring(effects=(*CYTOPENIAS, *(each for each in TKI_EFFECTS if each.system != "marrow"))),
    toxicities=(
        Toxicity("Fatigue", GENERAL, 0.482, 0.05, most=3),
        Toxicity("Nausea", GUT, 0.48, 0.02, most=3),
        Toxicity("Diarrhoea", GUT, 0.349, 0.03),
        Toxicity("Palmar-plantar erythrodysaesthesia syndrome", SKIN, 0.301, 0.05, most=3),
        Toxicity("Decreased appetite", METABOLISM, 0.39, 0.055),
        Toxicity("Vomiting", GUT, 0.28, 0.02),
        Toxicity("Hypothyroidism", ENDOCRINE, 0.20, 0.0),
        Toxicity("Epistaxis", RESPIRATORY, 0.05, 0.0),
    ),
)
"""Trifluridine/tipiracil with anlotinib in second line: assumed, as no result is published."""

COMBINATION_SOURCES = {
    "growth.kl": "assumed, for a median PFS near 4.8 months",
    "growth.kde": "assumed, for a response rate near 26%",
    "disease.no_target": "assumed: the study admits evaluable disease",
    "hazards.new_lesion": "assumed, for a median PFS near 4.8 months",
    "hazards.death_median_months": "assumed, for a median OS near 8.5 months",
    "hazards.death_shape": "assumed",
    "hazards.fatal_event": "assumed",
    "conduct.accrual_per_month": "anlotinib with TP: 47 patients in 17 months",
    "conduct.sites": "the study names one site",
    "conduct.reduced_to": "assumed: about one dose level of either drug",
    "measuring.effects": "neutrophils: calibrated to 43% below 1.0, FTD/TPI with bevacizumab, "
    "doi:10.1177/17588359221146137; other counts assumed, after a first aim at higher rates was given up",
    "toxicities": "fatigue, diarrhoea, hand-foot syndrome: any grade, anlotinib in ESCC (n=83); appetite: grade 3 or "
    "4, ALTER1102; all others assumed",
}
"""Where the values of COMBINATION come from that differ from those of APATINIB."""


def with_predictive_marker(truth: Truth, test: str = "VEGFR2", correlation: float = 0.8) -> Truth:
    """Return the truth with one marker (its test or gene) that follows how fast the drug kills; the others stay noise.

    The tumours are those of the truth, so that the two scenarios, drawn with one seed, differ in that marker alone.
    """
    return replace(truth, name=f"{truth.name}, {test} predictive", markers=predictive(truth.markers, test, correlation))


def with_prognostic_marker(truth: Truth, test: str = "VEGFR2", correlation: float = 0.8, of: Follows = "kl") -> Truth:
    """Return the truth with one marker that follows the tumour's growth (kl) or survival (death), not the drug."""
    return replace(
        truth, name=f"{truth.name}, {test} prognostic", markers=prognostic(truth.markers, test, correlation, of)
    )


TRIFLURIDINE_TIPIRACIL = Partner(
    name="trifluridine/tipiracil",
    kill=1.5,
    new_lesion=0.8,
    non_target=0.8,
    death=0.85,
    stopping=1.25,
    toxicities=(
        Toxicity("Nausea", GUT, 0.48, 0.02, most=3),
        Toxicity("Fatigue", GENERAL, 0.30, 0.04, most=3),
        Toxicity("Diarrhoea", GUT, 0.23, 0.03),
        Toxicity("Vomiting", GUT, 0.28, 0.02),
    ),
    effects=CYTOPENIAS,
)
"""Trifluridine/tipiracil as the cytotoxic partner of an anti-angiogenic drug: assumed; beside bevacizumab it raised
disease control from 43 to 64% and median PFS from 2.6 to 4.2 months (pooled, doi:10.1177/17588359221146137)."""


EXPECTED = {"NCT02976896": APATINIB, "NCT07142421": COMBINATION}


def expected_truth(protocol: Protocol) -> Truth:
    """Return the truth that is expected of this study; a study that is not built in gets that of apatinib."""
    names = (protocol.identifiers.registry, protocol.identifiers.study)
    return next((EXPECTED[name.upper()] for name in names if name.upper() in EXPECTED), APATINIB)
