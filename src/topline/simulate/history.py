"""What patients had before the trial: their disease, and other conditions (frequencies assumed)."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from topline.simulate.draws import Draws
from topline.simulate.measures import Measures
from topline.simulate.truth_events import GUT, METABOLISM, VASCULAR
from topline.simulate.tumour import Mask

Days = NDArray[np.int64]

PRIOR = ("CISPLATIN", "PACLITAXEL", "CAMRELIZUMAB")
DISEASE, OTHER = "PRIMARY DIAGNOSIS", "GENERAL MEDICAL HISTORY"


@dataclass(frozen=True, slots=True)
class Condition:
    """A condition: term, body system, how frequent it is, how long ago it began [years], and how it is recorded."""

    term: str
    system: str
    share: float
    years: tuple[float, float]
    category: str = OTHER
    ongoing: bool = True
    month: bool = False


CONDITIONS = (
    Condition(
        "Oesophageal squamous cell carcinoma",
        "Neoplasms benign, malignant and unspecified (incl cysts and polyps)",
        1.0,
        (1.3, 5.0),
        DISEASE,
        month=True,
    ),
    Condition("Hypertension", VASCULAR, 0.25, (1.0, 20.0)),
    Condition("Diabetes mellitus", METABOLISM, 0.10, (1.0, 15.0)),
    Condition("Chronic gastritis", GUT, 0.15, (0.5, 20.0)),
    Condition("Hepatitis B", "Infections and infestations", 0.08, (5.0, 40.0)),
    Condition("Oesophagectomy", "Surgical and medical procedures", 0.35, (0.3, 1.2), ongoing=False, month=True),
)
HYPERTENSION = 1


def present(measures: Measures, draws: Draws) -> tuple[Mask, Days]:
    """Return which conditions the patients have (n, conditions), and how many days before consent they began.

    Hypertension is the more likely the higher a patient's own pressure is.
    """
    n = len(measures.patients)
    chance = draws.uniform("condition", n, len(CONDITIONS))
    chance[:, HYPERTENSION] -= 0.1 * measures.pressure_rank
    there = chance < np.array([each.share for each in CONDITIONS])
    low, high = (np.array([each.years[place] for each in CONDITIONS]) for place in (0, 1))
    years = low + (high - low) * draws.uniform("condition age", n, len(CONDITIONS))
    return there, np.floor(years * 365.25).astype(np.int64)
