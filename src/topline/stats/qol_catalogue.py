"""What the manual says about analyses of quality of life and their statistics."""

from collections.abc import Mapping

Line = tuple[str, str, str]
MEAN: tuple[Line, ...] = (
    ("n", "", "values"),
    ("mean", "points", "arithmetic mean; of items: their number"),
    ("sd", "points", "standard deviation, divisor n - 1; NE for one value"),
    ("lower", "points", "lower limit of the mean by Student's t; NE for one value"),
    ("upper", "points", "upper limit"),
)
FITTED: tuple[Line, ...] = (
    ("N", "", "subjects with a change at any visit"),
    ("n", "", "changes"),
    ("covariance", "", "text: unstructured, toeplitz or compound symmetry; or why there is no estimate"),
)

QOL_STATISTICS: Mapping[str, tuple[Line, ...]] = {
    "mean-score": MEAN,
    "mean-change": MEAN,
    "mixed-model": (
        *FITTED,
        ("mean", "points", "mean change at visit AT (the cycle), at the mean baseline score; or NE and why"),
        ("lower", "points", "lower confidence limit"),
        ("upper", "points", "upper confidence limit"),
        ("se", "points", "standard error (Kenward-Roger)"),
        ("df", "", "degrees of freedom (Kenward-Roger)"),
        ("p", "", "p-value of no change, two-sided"),
    ),
    "mixed-difference": (
        *FITTED,
        (
            "difference: <arm> against <first arm>",
            "points",
            "mean change of the arm minus that of the first arm by name, at visit AT; or NE and why",
        ),
        ("lower: <arm> against <first arm>", "points", "lower confidence limit"),
        ("upper: <arm> against <first arm>", "points", "upper confidence limit"),
        ("se: <arm> against <first arm>", "points", "standard error (Kenward-Roger)"),
        ("df: <arm> against <first arm>", "", "degrees of freedom (Kenward-Roger)"),
        ("p: <arm> against <first arm>", "", "p-value of no difference, two-sided"),
    ),
}
"""Statistics of each method: (name, unit, meaning)."""

QOL_ANALYSES: tuple[tuple[str, str, str, tuple[str, ...]], ...] = (
    ("<FORM>FORM.<VISIT>.available", "forms received of all subjects of the set", "ADQS", ("clopper-pearson",)),
    ("<FORM>FORM.<VISIT>.missing", "forms that were due and did not come back", "ADQS", ("clopper-pearson",)),
    ("<FORM>FORM.<VISIT>.incomplete", "received forms with a missing item", "ADQS", ("clopper-pearson",)),
    ("<FORM>FORM.<VISIT>.items", "answered items of the forms received", "ADQS", ("mean-score",)),
    ("<FORM>FORM.<VISIT>", "forms received of those due (completion)", "ADQS", ("clopper-pearson",)),
    ("<SCALE>.BL", "score at baseline", "ADQS", ("mean-score",)),
    (
        "<SCALE>.C<CYCLE>.better",
        "better than baseline by the minimal important difference",
        "ADQS",
        ("clopper-pearson",),
    ),
    ("<SCALE>.C<CYCLE>.worse", "worse than baseline by the minimal important difference", "ADQS", ("clopper-pearson",)),
    ("<SCALE>.C<CYCLE>", "change from baseline of those who answered", "ADQS", ("mean-change",)),
    ("<SCALE>.mixed", "change from baseline per visit, by the mixed model", "ADQS", ("mixed-model",)),
    (
        "<SCALE>.difference",
        "differences between arms per visit, where there are several",
        "ADQS",
        ("mixed-difference",),
    ),
    ("<ESTIMAND><SCALE>.curve", "the curve of the figure, for key scales", "ADTTE", ("curve",)),
    ("<ESTIMAND><SCALE>.deaths", "deaths among the events, where death is one", "ADTTE", ("count",)),
    (
        "<ESTIMAND><SCALE>",
        "time to deterioration; estimands are TD (first) and DD (definitive)",
        "ADTTE",
        ("kaplan-meier",),
    ),
)
"""Kinds of analysis, the more special ids first: (id, meaning, dataset, methods)."""
