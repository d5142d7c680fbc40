"""The truths that are expected of the built-in studies."""

from topline.protocol.model import Protocol
from topline.simulate.truth import (
    GENERAL,
    GUT,
    METABOLISM,
    SKIN,
    TESTS,
    VASCULAR,
    Conduct,
    Disease,
    Growth,
    Hazards,
    Toxicity,
    Truth,
)

APATINIB = Truth()
"""Apatinib alone in ESCC after failed treatment, scanned every eight weeks; calibrated to ESO-Shanghai 11 (PMC8176978):
response 7.5%, disease control 65%, median PFS 3.8 and OS 5.8 months. docs/simulation.md says how near it comes.
"""

COMBINATION = Truth(
    name="trifluridine/tipiracil with anlotinib",
    growth=Growth(kl=0.0022, kde=0.0095),
    disease=Disease(no_target=0.05),
    hazards=Hazards(new_lesion=0.0013, death_median_months=8.0, death_shape=1.5, fatal_event=0.03),
    conduct=Conduct(accrual_per_month=2.8, sites=1, reduced_to=0.8),
    toxicities=(
        Toxicity("Neutrophil count decreased", TESTS, 0.60, 0.43),
        Toxicity("Hypertension", VASCULAR, 0.518, 0.155),
        Toxicity("Fatigue", GENERAL, 0.482, 0.05),
        Toxicity("Diarrhoea", GUT, 0.349, 0.03),
        Toxicity("Palmar-plantar erythrodysaesthesia syndrome", SKIN, 0.301, 0.05),
        Toxicity("Decreased appetite", METABOLISM, 0.30, 0.055),
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
    "toxicities": "neutropenia: FTD/TPI with bevacizumab; others: anlotinib in ESCC (n=83, ALTER1102); rest assumed",
}
"""Where the values of COMBINATION come from that differ from those of APATINIB."""

EXPECTED = {"NCT02976896": APATINIB, "NCT07142421": COMBINATION}


def expected_truth(protocol: Protocol) -> Truth:
    """Return the truth that is expected of this study; a study that is not built in gets that of apatinib."""
    names = (protocol.identifiers.registry, protocol.identifiers.study)
    return next((EXPECTED[name.upper()] for name in names if name.upper() in EXPECTED), APATINIB)
