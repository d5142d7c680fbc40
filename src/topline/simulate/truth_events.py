"""What is true of adverse events that no instrument measures: how often, when, how long, and what the site writes."""

from dataclasses import dataclass

from topline.simulate.parameter import fixed, odds, parameter, times

VASCULAR, GENERAL = "Vascular disorders", "General disorders and administration site conditions"
GUT, SKIN = "Gastrointestinal disorders", "Skin and subcutaneous tissue disorders"
METABOLISM, TESTS = "Metabolism and nutrition disorders", "Investigations"
BLOOD, RENAL = "Blood and lymphatic system disorders", "Renal and urinary disorders"
RESPIRATORY, ENDOCRINE = "Respiratory, thoracic and mediastinal disorders", "Endocrine disorders"
PSYCHIATRIC = "Psychiatric disorders"


@dataclass(frozen=True, slots=True)
class Toxicity:
    """A kind of adverse event: preferred term, body system, probability of any grade and of grade 3 or 4.

    `most` is the highest grade short of death that CTCAE gives the term.
    """

    term: str
    system: str
    any_grade: float
    severe: float
    most: int = 4

    def __str__(self) -> str:
        return f"{self.term} {self.any_grade:g}/{self.severe:g}"


@dataclass(frozen=True, slots=True)
class Occurrence:
    """When adverse events come and go, and what the site writes about them."""

    onset_days: float = parameter(
        30.0, "mean time from the first dose to an event", "days", "assumed", times(1.5).within(0.1)
    )
    duration_days: float = parameter(21.0, "mean duration of an event", "days", "assumed", times(1.5))
    recurrence: float = parameter(
        0.0,
        "probability that an event that is over comes again, each time anew",
        "1",
        "assumed: none, each kind once",
        odds(2.0).within(0.0, 0.9),
    )
    dose_effect: float = parameter(
        0.0,
        "exponent of the dose, relative to the full one, in the probability of a drug event after a reduction",
        "1",
        "assumed: none",
        times(2.0),
    )
    late_days: int = parameter(
        30,
        "events are recorded up to this many days after the last dose",
        "days",
        "usual in oncology trials",
        fixed("usual in protocols").within(0),
    )
    background: tuple[Toxicity, ...] = parameter(
        (
            Toxicity("Constipation", GUT, 0.15, 0.0, most=3),
            Toxicity("Cough", RESPIRATORY, 0.15, 0.0, most=3),
            Toxicity("Insomnia", PSYCHIATRIC, 0.10, 0.0, most=3),
            Toxicity("Abdominal pain", GUT, 0.12, 0.01, most=3),
        ),
        "events of the disease: probability of any grade, of grade 3",
        "1",
        "assumed",
        odds(1.6, on=("any_grade", "severe")),
    )
    before: float = parameter(
        0.15, "probability of an event of grade 1 between consent and the first dose", "1", "assumed", odds(2.0)
    )
    related: float = parameter(0.9, "share of drug events that the site calls related", "1", "assumed", odds(2.0))
    unrelated: float = parameter(
        0.1, "share of background events that the site calls related", "1", "assumed", odds(2.0)
    )
    serious: float = parameter(0.3, "share of unmeasured grade 3 events that are serious", "1", "assumed", odds(1.6))
    recovering: float = parameter(0.2, "share of ongoing events that are recovering", "1", "assumed", odds(2.0))
    explained_days: int = parameter(
        42,
        "a dose is adjusted for an event that began at most this long before",
        "days",
        "assumed",
        fixed("how sites judge").within(0),
    )
    treated: float = parameter(
        0.8, "probability that an event is treated with its usual drug", "1", "assumed", odds(2.0)
    )
