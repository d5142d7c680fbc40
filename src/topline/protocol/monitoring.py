"""How the trial watches toxicity while patients enrol."""

from pydantic import Field

from topline.protocol.part import Part


class ToxicityMonitoring(Part):
    """A rule that stops enrolment when too many of the patients so far had the toxicity that it names.

    The toxicity is a parameter of ADAETTE, within `window_days` of the first dose. Enrolment stops when the toxicities
    reach the exact boundary of Ivanova, Qaqish and Schell 2005 (doi:10.1111/j.1541-0420.2005.00311.x) for
    `acceptable_rate` and `error`. The posterior of the rate, from a beta prior, stands beside it.
    """

    parameter: str = Field(
        default="TERELG3",
        pattern=r"^[A-Z][A-Z0-9]{1,7}$",
        description="what counts as toxicity: a parameter of ADAETTE; TERELG3 are related events of grade 3 to 5",
    )
    window_days: int | None = Field(
        default=None,
        ge=1,
        le=730,
        description="toxicity counts up to this day from the first dose; null: while events count [days]",
    )
    acceptable_rate: float = Field(gt=0, lt=1, description="the rate of toxicity that is still acceptable")
    error: float = Field(default=0.05, gt=0, lt=0.5, description="most probability to stop at the acceptable rate")
    certainty: float = Field(
        default=0.9, gt=0.5, lt=1, description="posterior probability above the acceptable rate that is called high"
    )
    prior_a: float = Field(default=1.0, gt=0, le=1000, description="a of the beta prior of the rate: toxicities before")
    prior_b: float = Field(default=1.0, gt=0, le=1000, description="b of the beta prior: patients without, before")
