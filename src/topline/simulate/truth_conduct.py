"""What is true of how the trial is run: calendar, sites, demographics, later therapy, dosing."""

from dataclasses import dataclass
from datetime import date
from typing import Literal

from topline.simulate.parameter import CAP02, ESO, counted, fixed, odds, parameter, plus, times

CHOICE = "choice of the trial"
POISSON_GAMMA = "Anisimov 2007, doi:10.1002/sim.2956"


@dataclass(frozen=True, slots=True)
class Conduct:
    """How the trial is run: calendar, sites, demographics, later therapy, dosing."""

    start: date = parameter(date(2024, 1, 8), "opening of the first site", "date", "assumed", fixed(CHOICE))  # noqa: RUF009
    accrual: Literal["planned", "poisson-gamma"] = parameter(
        "planned",
        "calendar of enrolment: complete after planned / rate months (planned), or as the sites' rates give it",
        "-",
        "poisson-gamma: " + POISSON_GAMMA,
        fixed("structure of the model"),
    )
    accrual_per_month: float = parameter(
        3.1, "patients enrolled a month, all sites", "1/month", CAP02,
        times(1.5, "2.8 to 4.7 a month in four trials of this disease").within(0.01),
    )  # fmt: skip
    sites: int = parameter(6, "number of sites", "1", "assumed", fixed(CHOICE).within(1))
    site_shape: float = parameter(
        1.5, "shape of the gamma-distributed rates of the sites", "1", "assumed", times(2.0).within(0.01)
    )
    startup_months: float = parameter(
        0.0,
        "months until the last site opens, the others evenly before it (poisson-gamma)",
        "months",
        "assumed: all open at once",
        times(1.5),
    )
    screen_failures: float = parameter(
        0.0, "share of the screened who are not enrolled", "1", "assumed: none on record", odds(1.6).within(0.0, 0.95)
    )
    follow_up_months: float = parameter(
        6.0, "data cut-off after the planned end of accrual", "months", "assumed", fixed(CHOICE).within(0.0)
    )
    age_mean: float = parameter(
        62.0, "age, mean before the limits of the protocol", "years", "assumed: usual of ESCC trials",
        plus(3.0).within(0.0, 120.0),
    )  # fmt: skip
    age_sd: float = parameter(8.0, "age, SD", "years", "assumed: usual of ESCC trials", times(1.15))
    female: float = parameter(
        0.25, "share of women, where the protocol takes both", "1", "assumed: usual of ESCC trials", odds(1.5)
    )
    ecog: tuple[float, ...] = parameter(
        (0.25, 0.60, 0.15), "probability of ECOG 0, 1, 2", "1", "assumed", times(1.4, on=("tilt",))
    )
    later_therapy: float = parameter(
        0.40, "probability of new anti-cancer therapy after progression", "1", "assumed", odds(2.0)
    )
    early_therapy: float = parameter(
        0.30, "probability of the same after a stop for toxicity, before progression", "1", "assumed", odds(2.0)
    )
    later_scans: float = parameter(
        0.15, "probability that scans go on after such early therapy", "1", "assumed", odds(2.0)
    )
    beyond: float = parameter(
        0.10, "probability of treatment and one more scan beyond progression", "1", "assumed", odds(2.0)
    )
    therapies: tuple[str, ...] = parameter(
        ("IRINOTECAN", "DOCETAXEL", "PACLITAXEL", "CAMRELIZUMAB"), "new anti-cancer therapies", "-", "assumed",
        fixed("names"),
    )  # fmt: skip
    cycle_delayed: float = parameter(0.08, "probability that a cycle starts a week late", "1", "assumed", odds(2.0))
    interrupted: float = parameter(
        0.08, "probability that dosing stops early within a cycle", "1", "assumed", odds(2.0)
    )
    reduced: float = parameter(
        0.20,
        "probability of a dose reduction at the start of a cycle, once",
        "1",
        "calibrated: 19 of 40 reduced, " + ESO,
        counted(0.475, 40, "19 of 40 patients"),
    )
    reduced_to: float = parameter(
        0.5, "dose after reduction relative to the dose before", "1", "apatinib 500 to 250 mg, " + ESO,
        fixed("dose levels of the protocol").within(0.0, 1.0),
    )  # fmt: skip
    partial_date: float = parameter(
        0.01, "probability that the start of a medication is known to the month only", "1", "assumed", odds(2.0)
    )
