"""The methods of marker analyses by name, each with the source it is taken from."""

from topline.stats import marker_family, marker_groups
from topline.stats.analysis import Method

SCHOENFELD = "Schoenfeld 1981, doi:10.1093/biomet/68.1.316"
COX = "Cox 1972, doi:10.1111/j.2517-6161.1972.tb00899.x; Efron 1977, doi:10.1080/01621459.1977.10480613"

BIOMARKER_METHODS: dict[str, Method] = {
    "newcombe": Method(
        "Difference of rates (Newcombe)",
        "Newcombe 1998, doi:10.1002/(SICI)1097-0258(19980430)17:8<873::AID-SIM779>3.0.CO;2-I",
        marker_groups.difference,
    ),
    "fisher": Method("Fisher's exact test, two-sided", "Fisher 1935, doi:10.2307/2342435", marker_groups.fisher_test),
    "odds-ratio": Method(
        "Exact conditional odds ratio", "Cornfield 1956, Proc 3rd Berkeley Symp 4:135-148", marker_groups.odds
    ),
    "fisher-power": Method("Exact power of Fisher's test", "enumeration of all tables", marker_groups.rate_power),
    "marker-kaplan-meier": Method(
        "Kaplan-Meier of a marker group, log-log intervals",
        "Kaplan and Meier 1958, doi:10.1080/01621459.1958.10501452",
        marker_groups.group_times,
    ),
    "marker-log-rank": Method(
        "Log-rank test of marker groups",
        "Mantel 1966; Peto and Peto 1972, doi:10.2307/2344317",
        marker_groups.group_log_rank,
    ),
    "marker-cox": Method("Hazard ratio of marker groups (Cox, Efron)", COX, marker_groups.group_hazard_ratio),
    "log-rank-power": Method("Detectable hazard ratio", SCHOENFELD, marker_groups.time_power),
    "maximal-statistic": Method(
        "Best of all cuts and markers, corrected by permutation",
        "Lausen and Schumacher 1992, doi:10.2307/2532740; Westfall and Young 1993, Resampling-Based Multiple Testing",
        marker_family.search,
    ),
    "optimism": Method(
        "Optimism of the best cut, by bootstrap",
        "Efron 1983, doi:10.1080/01621459.1983.10477973",
        marker_family.optimism,
    ),
    "shrinkage": Method(
        "Hierarchical estimates of marker groups",
        "Dixon and Simon 1991, Biometrics 47:871-881; Gelman 2006, doi:10.1214/06-BA117A",
        marker_family.shrinkage,
    ),
}
"""The methods that marker analyses name, beside those of `topline.stats.methods`."""
