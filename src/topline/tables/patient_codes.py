"""Code lists of the patient table: classes of anticancer drugs, infections, sites of metastases, severities."""

CHEMOTHERAPY = (
    *("FLUOROPYRIMIDINE", "PLATINUM", "TAXANE", "TOPOISOMERASE INHIBITOR", "ANTHRACYCLINE", "ANTIMETABOLITE"),
    *("VINCA ALKALOID", "ALKYLATING AGENT", "OTHER CHEMOTHERAPY"),
)
"""Classes of cytotoxic drugs. Trifluridine is a fluoropyrimidine, pemetrexed and gemcitabine are antimetabolites."""

CHECKPOINT_INHIBITORS = ("PD-1/PD-L1 INHIBITOR", "CTLA-4 INHIBITOR", "OTHER CHECKPOINT INHIBITOR")
"""Antibodies against immune checkpoints; an antibody against two of them is coded with both."""

IMMUNOTHERAPY = (*CHECKPOINT_INHIBITORS, "CELL THERAPY", "CANCER VACCINE", "OTHER IMMUNOTHERAPY")
"""Classes of immunotherapy."""

TYROSINE_KINASE_INHIBITORS = ("ANTI-ANGIOGENIC TKI", "EGFR TKI", "HER2 TKI", "ALK TKI", "TYROSINE KINASE INHIBITOR")
"""Small molecules against tyrosine kinases; the last code is for those that no narrower code describes."""

ANTI_ANGIOGENICS = ("ANTI-ANGIOGENIC ANTIBODY", "ANTI-ANGIOGENIC TKI", "OTHER ANTI-ANGIOGENIC")
"""Drugs against the growth of vessels; the last code holds aflibercept and endostatin, no antibodies."""

TARGETED = (
    *(*TYROSINE_KINASE_INHIBITORS, "ANTI-ANGIOGENIC ANTIBODY", "OTHER ANTI-ANGIOGENIC", "EGFR ANTIBODY"),
    *("HER2 ANTIBODY", "PARP INHIBITOR", "CDK4/6 INHIBITOR", "MTOR INHIBITOR", "OTHER TARGETED"),
)
"""Classes of targeted drugs. A conjugate of antibody and drug is coded as such, beside the class of its antibody."""

DRUG_CLASSES = (*CHEMOTHERAPY, *IMMUNOTHERAPY, *TARGETED, "ANTIBODY-DRUG CONJUGATE", "HORMONE", "OTHER")
"""Classes of anticancer drugs, for PRIORCLS: every class that a drug belongs to."""

INFECTIONS = ("HIV", "HBV", "HCV", "TUBERCULOSIS", "SYPHILIS", "COVID-19", "OTHER")
"""Infections, for INFECT (active or chronic) and INFECTAC (active now)."""

SITES = ("BRAIN", "LEPTOMENINGES", "LIVER", "LUNG", "BONE", "LYMPH NODE", "PERITONEUM", "OTHER")
"""Sites of metastases, for METSITES; BRAIN stands for the whole central nervous system without its membranes."""

SEVERITIES = ("NONE", "MILD", "MODERATE", "SEVERE")
"""How bad the worst disease of an organ is, as a physician judged it."""
