"""All methods by name, each with the source it is taken from."""

from topline.stats import decision, response, subject, survival
from topline.stats.analysis import Compute, Method
from topline.stats.biomarker_methods import BIOMARKER_METHODS
from topline.stats.qol_methods import QOL_METHODS
from topline.stats.safety_methods import SAFETY_METHODS

EXACT = "Clopper and Pearson 1934, doi:10.1093/biomet/26.4.404"
PRODUCT_LIMIT = "Kaplan and Meier 1958, doi:10.1080/01621459.1958.10501452"
QUANTILE_LIMITS = "Brookmeyer and Crowley 1982, doi:10.2307/2530286"
TWO_STAGE = "Koyama and Chen 2008, doi:10.1002/sim.3123; Jung and Kim 2004, doi:10.1002/sim.1653"
SEQUENTIAL = (
    "Jennison and Turnbull 1983, doi:10.1080/00401706.1983.10487819; Koyama and Chen 2008, doi:10.1002/sim.3123; "
    "Girshick, Mosteller and Savage 1946, doi:10.1214/aoms/1177731018"
)
HAZARDS = "Cox 1972, doi:10.1111/j.2517-6161.1972.tb00899.x; Efron 1977, doi:10.1080/01621459.1977.10480613"

RATES: dict[str, tuple[str, str, Compute]] = {
    "clopper-pearson": ("Exact interval (Clopper-Pearson)", EXACT, response.proportion),
    "wilson": ("Score interval (Wilson)", "Wilson 1927, doi:10.1080/01621459.1927.10502953", response.proportion),
    "jeffreys": (
        "Jeffreys interval",
        "Brown, Cai and DasGupta 2001, doi:10.1214/ss/1009213286",
        response.proportion,
    ),
    "mid-p": ("Mid-P interval", "Lancaster 1961, doi:10.1080/01621459.1961.10482105", response.proportion),
    "binomial-test": ("Exact binomial test, one-sided", EXACT, response.null_test),
    "decision": ("Decision rule of the design", "Schultz et al. 1973, doi:10.2307/2529136", decision.decision),
    "two-stage": ("Inference after two stages", TWO_STAGE, decision.after_looks),
    "looks": ("Looks of a sequential design", "Schultz et al. 1973, doi:10.2307/2529136", decision.looks),
    "sequential": ("Inference after a sequential design", SEQUENTIAL, decision.after_looks),
}

TIMES: dict[str, tuple[str, str, Compute]] = {
    "kaplan-meier": (
        "Kaplan-Meier, log-log intervals",
        f"{PRODUCT_LIMIT}; {QUANTILE_LIMITS}",
        survival.estimate,
    ),
    "symmetric-median": (
        "Median with symmetric interval",
        "normal approximation on the time scale, as SPSS prints it",
        survival.symmetric,
    ),
    "curve": ("Kaplan-Meier curve", PRODUCT_LIMIT, survival.curve),
    "landmark": ("Kaplan-Meier at a landmark", PRODUCT_LIMIT, survival.landmark),
    "restricted-mean": (
        "Restricted mean",
        "Royston and Parmar 2013, doi:10.1186/1471-2288-13-152",
        survival.mean_restricted,
    ),
    "follow-up": (
        "Reverse Kaplan-Meier",
        "Schemper and Smith 1996, doi:10.1016/0197-2456(96)00075-X",
        survival.follow_up,
    ),
    "log-rank": ("Log-rank test", "Mantel 1966; Peto and Peto 1972, doi:10.2307/2344317", survival.compare),
    "cox": ("Cox proportional hazards, Efron", HAZARDS, survival.hazard_ratios),
}

METHODS: dict[str, Method] = {
    "count": Method("Count and percentage", "count of records", subject.count, least=0),
    "summary": Method(
        "Mean, standard deviation, quartiles",
        "Hyndman and Fan 1996, doi:10.2307/2684934",
        subject.summary,
    ),
    **{name: Method(*entry) for name, entry in (RATES | TIMES).items()},
    **SAFETY_METHODS,
    **QOL_METHODS,
    **BIOMARKER_METHODS,
}
"""The methods that analyses name."""
