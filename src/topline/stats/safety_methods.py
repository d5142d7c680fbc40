"""The methods of the analyses of safety, by name, each with its source."""

from topline.stats import occurrence, stopping
from topline.stats.analysis import Method

EXACT = "Clopper and Pearson 1934, doi:10.1093/biomet/26.4.404"
GARWOOD = "Garwood 1936, doi:10.1093/biomet/28.3-4.437"
COMPETING = "Aalen and Johansen 1978; Putter, Fiocco and Geskus 2007, doi:10.1002/sim.2712"
CONTINUOUS = "Ivanova, Qaqish and Schell 2005, doi:10.1111/j.1541-0420.2005.00311.x"

SAFETY_METHODS: dict[str, Method] = {
    "occurrence": Method("Subjects with the event, exact interval", EXACT, occurrence.occurrence),
    "worst-grade": Method("Subjects by worst grade, exact interval", EXACT, occurrence.worst_grade),
    "incidence-rate": Method("Rate per 100 patient-years, exact Poisson interval", GARWOOD, occurrence.incidence_rate),
    "onset": Method("Cumulative incidence of the first event (Aalen-Johansen)", COMPETING, occurrence.onset),
    "onset-curve": Method("Curve of cumulative incidence (Aalen-Johansen)", COMPETING, occurrence.onset_curve),
    "toxicity-boundary": Method("Continuous stopping boundary for toxicity", CONTINUOUS, stopping.against_boundary),
}
