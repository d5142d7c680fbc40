"""What the manual says about marker analyses and their statistics: (name, unit, meaning) and (id, meaning, methods)."""

from collections.abc import Mapping

Line = tuple[str, str, str]
SIZES: tuple[Line, ...] = (
    ("n POSITIVE", "", "subjects of the positive group"),
    ("n NEGATIVE", "", "subjects of the negative group"),
)

BIOMARKER_STATISTICS: Mapping[str, tuple[Line, ...]] = {
    "newcombe": (
        *SIZES,
        ("difference", "%", "rate of the positive minus rate of the negative group, in percentage points"),
        ("lower", "%", "lower confidence limit"),
        ("upper", "%", "upper confidence limit"),
    ),
    "fisher": (*SIZES, ("p", "", "p-value, two-sided: tables no likelier than the observed one")),
    "odds-ratio": (
        *SIZES,
        ("odds ratio", "", "conditional maximum likelihood estimate; text infinite or NE where it is not finite"),
        ("lower", "", "exact lower limit"),
        ("upper", "", "exact upper limit; text infinite where there is none"),
    ),
    "fisher-power": (
        *SIZES,
        ("power: <alternative>", "%", "chance to find these true rates (positive v negative, %)"),
        ("detectable: v <rate>", "%", "smallest positive rate found with 80% power; NE where even 100% is not"),
    ),
    "marker-log-rank": (*SIZES, ("chi-square", "", "test statistic"), ("p", "", "p-value, two-sided")),
    "marker-cox": (
        *SIZES,
        ("hazard ratio", "", "hazard of the positive relative to the negative group"),
        ("lower", "", "lower confidence limit"),
        ("upper", "", "upper confidence limit"),
        ("p", "", "p-value (Wald)"),
    ),
    "log-rank-power": (
        *SIZES,
        ("events", "", "subjects with the event"),
        ("detectable hazard ratio", "", "largest ratio below 1 that is found with 80% power; its inverse above 1"),
    ),
    "maximal-statistic": (
        ("N", "", "subjects with at least one of the markers"),
        ("events", "", "those of them with the event"),
        ("markers", "", "markers searched"),
        ("cuts", "", "cuts tried, all markers together"),
        ("permutations", "", "permutations drawn"),
        ("families", "", "separate searches of this endpoint; corrected p-values are multiplied by it"),
        ("cuts: <marker>", "", "cuts tried of this marker; 0: none leaves enough on both sides"),
        ("cut: <marker>", "", "the best cut: the high group is at or above it; the text is its rule"),
        ("n high: <marker>", "", "subjects at or above the cut"),
        ("n low: <marker>", "", "subjects below the cut"),
        ("events high: <marker>", "", "events at or above the cut"),
        ("events low: <marker>", "", "events below the cut"),
        ("statistic: <marker>", "", "standardised statistic; above 0: more events in the high group"),
        ("p naive: <marker>", "", "Fisher or log-rank p-value of that cut, as if it had been stated beforehand"),
        ("p corrected, cuts: <marker>", "", "permutation p-value over all cuts of this marker"),
        ("p corrected: <marker>", "", "permutation p-value over all cuts of all markers"),
        ("p Lausen-Schumacher: <marker>", "", "over the marker's cuts, by the limiting distribution; for comparison"),
        ("p Lausen-Sauerbrei: <marker>", "", "over the marker's cuts, improved Bonferroni bound; for comparison"),
        ("p Gauss: <marker>", "", "over the marker's cuts, exact for normal statistics; for comparison"),
        ("p exact, cuts: <marker>", "", "over the marker's cuts, exact; rates only"),
        ("standardised: <marker>", "", "statistic of the cut that leaves AT subjects in the high group; text: the cut"),
        ("statement: <id>", "", "a sentence that the report prints beside the search"),
    ),
    "optimism": (
        ("cuts", "", "cuts searched"),
        ("best", "", "text: the marker of the best cut"),
        ("cut", "", "the best cut of all; the text is its rule"),
        ("effect", "%", "rate difference (points) or log hazard ratio of the best cut, high against low"),
        ("optimism", "%", "mean excess of a best effect where it was found; unit as effect"),
        ("corrected", "%", "effect less optimism, not beyond 0; part of the excess remains; unit as effect"),
        ("samples", "", "bootstrap samples in which a cut could be chosen"),
        ("again", "%", "share of them that chose the same marker"),
        ("hazard ratio", "", "hazard ratio of the best cut, with Firth's penalty; times only"),
        ("hazard ratio corrected", "", "the same less optimism; times only"),
    ),
    "shrinkage": (
        ("markers", "", "markers with both groups"),
        ("spread", "", "posterior mean of the standard deviation of true log odds or hazard ratios"),
        ("POSITIVE: <marker>", "%", "shrunken rate of the positive group; `lower ...`, `upper ...` credible limits"),
        ("NEGATIVE: <marker>", "%", "shrunken rate of the negative group; likewise"),
        ("difference: <marker>", "%", "shrunken difference, percentage points; likewise"),
        ("hazard ratio: <marker>", "", "shrunken hazard ratio, times only; likewise"),
    ),
}
"""Statistics of each marker method; `marker-kaplan-meier` has those of `kaplan-meier`."""

BIOMARKER_ANALYSES: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    ("BM.<ENDPOINT>.day<DAY>.search", "the search among markers on treatment, from a landmark", ("maximal-statistic",)),
    ("BM.<ENDPOINT>.day<DAY>.optimism", "its optimism", ("optimism",)),
    ("BM.<ENDPOINT>.day<DAY>.shrinkage", "its shrunken estimates", ("shrinkage",)),
    ("BM.<ENDPOINT>.<MARKER>.measured", "subjects with value and outcome", ("count",)),
    (
        "BM.<ENDPOINT>.<MARKER>.POSITIVE",
        "rate or times of the positive group",
        ("clopper-pearson", "marker-kaplan-meier"),
    ),
    (
        "BM.<ENDPOINT>.<MARKER>.NEGATIVE",
        "rate or times of the negative group",
        ("clopper-pearson", "marker-kaplan-meier"),
    ),
    ("BM.<ENDPOINT>.<MARKER>.difference", "difference of the groups' rates", ("newcombe",)),
    ("BM.<ENDPOINT>.<MARKER>.fisher", "Fisher's test of the groups", ("fisher",)),
    ("BM.<ENDPOINT>.<MARKER>.odds-ratio", "odds ratio of the groups", ("odds-ratio",)),
    ("BM.<ENDPOINT>.<MARKER>.logrank", "log-rank test of the groups", ("marker-log-rank",)),
    ("BM.<ENDPOINT>.<MARKER>.cox", "hazard ratio of the groups", ("marker-cox",)),
    ("BM.<ENDPOINT>.<MARKER>.power", "what groups of these sizes could show", ("fisher-power", "log-rank-power")),
    ("BM.<ENDPOINT>.search", "best of all cuts and markers, naive and corrected", ("maximal-statistic",)),
    ("BM.<ENDPOINT>.optimism", "effect of the best cut and its optimism", ("optimism",)),
    ("BM.<ENDPOINT>.shrinkage", "shrunken estimates of all groups", ("shrinkage",)),
    ("BM.<ENDPOINT>.<MARKER>.<REASON>", "subjects that are not analysed, by reason", ("count",)),
)
"""Every kind of marker analysis, all on ADBM."""
