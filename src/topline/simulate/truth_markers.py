"""What is true of markers: where they are measured, how they are spread, and what they say about the tumour."""

from dataclasses import dataclass, replace
from typing import Literal

Follows = Literal["", "kde", "kl", "death"]


@dataclass(frozen=True, slots=True)
class Marker:
    """A marker of tumour or blood at screening.

    Its hidden standard normal value has the correlation `correlation` with the logarithm of the rate it `follows`: kde,
    how fast the drug kills (predictive), or kl, how fast the tumour grows (prognostic); or, of `death`, with the
    normal quantile of how early the patient dies, given tumour and ECOG (prognostic of survival alone). Tumours and
    deaths are the same whatever the markers say. In a single arm predictive and prognostic markers look alike.

    A continuous marker is median * exp(spread * hidden), at most `highest`; one with `levels` is in the first level for
    the share `positive` of patients with the highest hidden values.
    """

    domain: Literal["GF", "MI", "LB"]
    test: str
    name: str
    symbol: str = ""
    detail: str = ""
    unit: str = ""
    median: float = 0.0
    spread: float = 0.0
    highest: float = 1e9
    levels: tuple[str, ...] = ()
    positive: float = 0.0
    evaluable: float = 0.9
    follows: Follows = ""
    correlation: float = 0.0

    def __str__(self) -> str:
        what = f"{self.symbol} {self.test}".strip()
        spread = f"{self.positive:g} {self.levels[0]}" if self.levels else f"{self.median:g}, {self.spread:g}"
        link = f"{self.follows} {self.correlation:g}" if self.follows else "none"
        return f"{what} {spread}; {link}"


VEGFR2 = Marker("MI", "VEGFR2", "VEGFR2 Expression", detail="H-SCORE", median=110.0, spread=0.55, highest=300.0)
MUTATED = ("MUTATED", "WILD TYPE")

MARKERS = (
    VEGFR2,
    Marker("MI", "PDL1", "PD-L1 Expression", detail="COMBINED POSITIVE SCORE", median=4.0, spread=1.2, highest=100.0),
    Marker("GF", "MUTSTAT", "Mutation Status", symbol="TP53", levels=MUTATED, positive=0.75),
    Marker("GF", "MUTSTAT", "Mutation Status", symbol="NOTCH1", levels=MUTATED, positive=0.18),
    Marker("GF", "MUTSTAT", "Mutation Status", symbol="PIK3CA", levels=MUTATED, positive=0.10),
    Marker("LB", "VEGF", "Vascular Endothelial Growth Factor", unit="pg/mL", median=240.0, spread=0.6, evaluable=0.95),
    Marker("LB", "SCCA", "Squamous Cell Carcinoma Antigen", unit="ug/L", median=1.6, spread=0.7, evaluable=0.95),
)
"""Two markers of tissue, three genes, two proteins in serum; none of them says anything about the tumour."""


def predictive(markers: tuple[Marker, ...], test: str = "VEGFR2", correlation: float = 0.8) -> tuple[Marker, ...]:
    """Return the markers, of which the one named has this correlation with the logarithm of the drug's kill rate.

    >>> [str(marker) for marker in predictive(MARKERS)][0]
    'VEGFR2 110, 0.55; kde 0.8'
    """
    return following(markers, test, "kde", correlation)


def prognostic(
    markers: tuple[Marker, ...], test: str = "VEGFR2", correlation: float = 0.8, of: Follows = "kl"
) -> tuple[Marker, ...]:
    """Return the markers, of which the one named is prognostic: of the tumour's growth (kl) or of survival (death)."""
    return following(markers, test, of, correlation)


def following(markers: tuple[Marker, ...], test: str, what: Follows, correlation: float) -> tuple[Marker, ...]:
    """Return the markers, of which the one named (its test or gene) follows `what` with this correlation."""
    if not -1 <= correlation <= 1:
        raise ValueError(f"correlation {correlation} is not between -1 and 1")
    names = {name for marker in markers for name in (marker.symbol, marker.test) if name}
    if test not in names:
        raise ValueError(f"{test} is not one of {', '.join(sorted(names))}")
    return tuple(
        replace(marker, follows=what, correlation=correlation) if test in (marker.symbol, marker.test) else marker
        for marker in markers
    )
