"""What is true of laboratory values and vital signs: where they lie, how they vary, and what changes them."""

import math
from dataclasses import dataclass
from typing import Literal

from topline.simulate.parameter import ESO, fixed, odds, parameter, times
from topline.simulate.truth_events import BLOOD, METABOLISM, RENAL, TESTS, VASCULAR

RECOURSE = "Van Cutsem 2018, doi:10.1016/j.ejca.2017.10.009, Table 4"
CHINESE = "assumed: near the usual values of pretreated patients"

Shape = Literal["nadir", "plateau"]


@dataclass(frozen=True, slots=True)
class Level:
    """Where a test lies before treatment, medians of men and women, and how it varies between and within patients.

    Of a test that varies by factors (`log`) the SDs are those of its natural logarithm, else in its unit. `growth` is
    the exponent of the tumour's size relative to its start by which the value changes.
    """

    code: str
    man: float
    woman: float
    between: float
    within: float
    log: bool = True
    growth: float = 0.0

    def __str__(self) -> str:
        centre = f"{self.man:g}" if self.man == self.woman else f"{self.man:g} (women {self.woman:g})"
        growth = f", growth {self.growth:g}" if self.growth else ""
        return f"{self.code} {centre}, {self.between:g}, {self.within:g}{growth}"


@dataclass(frozen=True, slots=True)
class Effect:
    """What full doses do to a test: the median change of its logarithm (or of its value), and how patients differ.

    `spread` is the SD of the logarithm of a patient's effect; patients are equally sensitive in tests that share a
    `system`. A `nadir` comes in each cycle and passes; a `plateau` is reached with the time constant `days`.
    """

    code: str
    change: float
    spread: float
    shape: Shape
    days: float
    system: str

    def __str__(self) -> str:
        return f"{self.code} {self.change:+g}, {self.spread:g}, {self.shape} {self.days:g}"


@dataclass(frozen=True, slots=True)
class Sign:
    """An adverse event that is a measurement: the tests that show it, and the least grade that the site records."""

    term: str
    system: str
    codes: tuple[str, ...]
    low: bool
    least: int = 1
    most: int = 4

    def __str__(self) -> str:
        return f"{self.term} ({', '.join(self.codes)}) from {self.least}"


LEVELS = (
    Level("NEUT", 4.0, 4.0, 0.30, 0.20),
    Level("LYM", 1.45, 1.45, 0.28, 0.15),
    Level("HGB", 127.0, 119.0, 0.10, 0.03, growth=-0.03),
    Level("PLAT", 215.0, 225.0, 0.28, 0.12),
    Level("ALT", 19.0, 16.0, 0.40, 0.20),
    Level("AST", 22.0, 20.0, 0.32, 0.18),
    Level("BILI", 10.0, 9.0, 0.30, 0.18),
    Level("ALP", 85.0, 82.0, 0.28, 0.08, growth=0.15),
    Level("CREAT", 74.0, 58.0, 0.14, 0.07),
    Level("ALB", 40.5, 40.5, 0.07, 0.03, growth=-0.05),
    Level("K", 4.15, 4.15, 0.07, 0.06),
    Level("SODIUM", 140.0, 140.0, 1.8, 1.3, log=False),
    Level("PROT", 0.06, 0.06, 0.50, 0.35),
    Level("SYSBP", 121.0, 119.0, 10.0, 6.0, log=False),
    Level("DIABP", 75.0, 74.0, 7.0, 4.5, log=False),
    Level("PULSE", 80.0, 82.0, 8.0, 5.0, log=False),
    Level("TEMP", 36.6, 36.6, 0.15, 0.15, log=False),
    Level("WEIGHT", 62.0, 54.0, 0.13, 0.010, growth=-0.04),
    Level("HEIGHT", 168.0, 158.0, 0.035, 0.0),
)

TKI_EFFECTS = (
    Effect("SYSBP", 17.0, 0.8, "plateau", 14.0, "pressure"),
    Effect("DIABP", 10.0, 0.8, "plateau", 14.0, "pressure"),
    Effect("PROT", 0.8, 0.9, "plateau", 28.0, "kidney"),
    Effect("ALT", 0.25, 0.8, "plateau", 28.0, "liver"),
    Effect("AST", 0.15, 0.8, "plateau", 28.0, "liver"),
    Effect("BILI", 0.15, 0.8, "plateau", 28.0, "bile"),
    Effect("NEUT", -0.20, 0.6, "plateau", 28.0, "marrow"),
    Effect("PLAT", -0.20, 0.7, "plateau", 28.0, "marrow"),
    Effect("WEIGHT", -0.040, 0.8, "plateau", 90.0, "weight"),
)

SIGNS = (
    Sign("Hypertension", VASCULAR, ("SYSBP", "DIABP"), low=False, least=2, most=3),
    Sign("Proteinuria", RENAL, ("PROT",), low=False, most=3),
    Sign("Neutrophil count decreased", TESTS, ("NEUT",), low=True),
    Sign("White blood cell decreased", TESTS, ("WBC",), low=True, least=2),
    Sign("Lymphocyte count decreased", TESTS, ("LYM",), low=True, least=2),
    Sign("Platelet count decreased", TESTS, ("PLAT",), low=True),
    Sign("Anaemia", BLOOD, ("HGB",), low=True, least=2),
    Sign("Alanine aminotransferase increased", TESTS, ("ALT",), low=False),
    Sign("Aspartate aminotransferase increased", TESTS, ("AST",), low=False),
    Sign("Blood bilirubin increased", TESTS, ("BILI",), low=False),
    Sign("Hyponatraemia", METABOLISM, ("SODIUM",), low=True, least=3),
    Sign("Hypokalaemia", METABOLISM, ("K",), low=True, least=3),
    Sign("Weight loss", TESTS, ("WEIGHT",), low=True, most=3),
)


@dataclass(frozen=True, slots=True)
class Measuring:
    """Laboratory values and vital signs, when they are taken, and which of them become adverse events."""

    days: tuple[int, ...] = parameter(
        (1, 15), "days of a cycle with blood, urine and vital signs", "day", "assumed", fixed("choice of the trial")
    )
    missed: float = parameter(0.03, "probability that no sample is taken at a visit", "1", "assumed", odds(2.0))
    missing: float = parameter(0.005, "probability that one test of a sample has no result", "1", "assumed", odds(2.0))
    levels: tuple[Level, ...] = parameter(
        LEVELS,
        "tests before treatment: median, SD between and within patients (ln, or unit)",
        "of the test",
        CHINESE,
        times(1.2, on=("between",)),
    )
    effects: tuple[Effect, ...] = parameter(
        TKI_EFFECTS,
        "effects of full doses: median change (ln, or unit), SD between patients (ln), shape, days",
        "of the test",
        "calibrated: hypertension 50% in ESCC (n=56), grade 3 12.5% in " + ESO + "; others assumed",
        times(1.3, on=("change",)).within(-math.inf),
    )
    nadir_sharpness: float = parameter(
        8.0,
        "power of the gamma curve of a nadir: the higher, the shorter it lasts",
        "1",
        "assumed",
        times(1.3).within(0.1),
    )
    first_cycle: float = parameter(
        0.7, "share of a nadir in the first cycle, full from the second on", "1", "assumed", odds(1.5)
    )
    controlled: float = parameter(
        0.6, "share of the rise in pressure that treatment of hypertension removes", "1", "assumed", odds(1.8)
    )
    signs: tuple[Sign, ...] = parameter(
        SIGNS,
        "measurements that become adverse events, and from which grade on",
        "grade",
        "assumed: usual practice",
        fixed("practice of the sites"),
    )
    reported: float = parameter(
        0.7,
        "probability that such an event of grade 1 or 2 is recorded, each kind in each patient",
        "1",
        "assumed",
        odds(2.0),
    )
    fever: float = parameter(
        0.035,
        "probability of fever at a visit with neutrophils below 1.0",
        "1",
        "calibrated to febrile neutropenia in 5%: 2.2, 5.6, 6.3% in three regions, " + RECOURSE,
        odds(1.8, "2.2 to 6.3% in three regions, " + RECOURSE),
    )

    def __post_init__(self) -> None:
        """Raise ValueError where the first day of a cycle is not among the days, or they do not rise."""
        if self.days[:1] != (1,) or list(self.days) != sorted(set(self.days)):
            raise ValueError(f"days {self.days} do not begin with 1, or do not rise")
