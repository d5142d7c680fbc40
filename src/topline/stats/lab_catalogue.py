"""What the manual says about the analyses of laboratory values and vital signs: id, meaning, dataset, methods."""

MEASURED = "ADLB, ADVS"
LAB_ANALYSES: tuple[tuple[str, str, str, tuple[str, ...]], ...] = (
    (
        "LBW.<SIDE>.<PARAMETER>.<GRADE>",
        "worst grade on treatment; side L (low) or H (high); grade 1+ is any, 3+ is 3 or 4",
        MEASURED,
        ("count",),
    ),
    (
        "LBT14.<SIDE>.<PARAMETER>.<BASE>-<WORST>",
        "shift from the grade at baseline to the worst on treatment",
        MEASURED,
        ("count",),
    ),
    (
        "LBT15.<SIDE>.<PARAMETER>",
        "shift to grade 3 or 4, of those below grade 3 at baseline",
        MEASURED,
        ("count",),
    ),
    ("HYS.TRANSMAX", "largest ALT or AST on treatment, in multiples of ULN", "ADLB", ("summary",)),
    ("HYS.BILIMAX", "largest total bilirubin on treatment, in multiples of ULN", "ADLB", ("summary",)),
    ("HYS.HYQUAD.<QUADRANT>", "quadrant of the two maxima", "ADLB", ("count",)),
    ("HYS.HYSLAW.Y", "biochemical criteria of Hy's law", "ADLB", ("count",)),
    ("VST01.<PARAMETER>.<VISITNUM>.AVAL", "vital sign at a visit", "ADVS", ("summary",)),
    ("VST01.<PARAMETER>.<VISITNUM>.CHG", "its change from baseline", "ADVS", ("summary",)),
)
"""Kinds of analysis, the more special ids first."""
