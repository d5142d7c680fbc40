"""The methods of the analyses of quality of life, by name, each with its source."""

from topline.stats import qol, qol_model
from topline.stats.analysis import Method

STUDENT = "Student 1908, doi:10.1093/biomet/6.1.1"
REPEATED = "Mallinckrodt and others 2008, doi:10.1177/009286150804200402; Kenward and Roger 1997, doi:10.2307/2533558"

QOL_METHODS: dict[str, Method] = {
    "mean-score": Method("Mean with t interval", STUDENT, qol.mean_score),
    "mean-change": Method("Mean change from baseline with t interval", STUDENT, qol.mean_change),
    "mixed-model": Method("Mixed model for repeated measures, mean per visit", REPEATED, qol_model.least_squares_means),
    "mixed-difference": Method("Mixed model for repeated measures, arms", REPEATED, qol_model.differences),
}
"""The methods that analyses of quality of life name, beside those for rates and times to an event."""
