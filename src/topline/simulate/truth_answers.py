"""What is true of questionnaires: how answers follow from disease and toxicity, and which are missing."""

from dataclasses import dataclass

from topline.simulate.parameter import fixed, odds, parameter, plus, times


@dataclass(frozen=True, slots=True)
class Complaint:
    """How a scale is answered: its trouble before treatment, how it follows the patient's health, and an event.

    Trouble runs from 0 (none) to 3 (worst). `health` is the slope on the patient's general trouble, `tumour` on the
    logarithm of the tumour's size relative to its start, `event` on the grade of the adverse event `term`.
    """

    instrument: str
    scale: str
    trouble: float
    health: float
    tumour: float = 0.0
    term: str = ""
    event: float = 0.0

    def __str__(self) -> str:
        event = f", {self.term} {self.event:g}" if self.term else ""
        return f"{self.instrument}{self.scale} {self.trouble:g}, {self.health:g}, {self.tumour:g}{event}"


COMPLAINTS = (
    Complaint("C30", "QL", 1.25, 1.0, 0.25),
    Complaint("C30", "PF", 0.60, 0.9, 0.15),
    Complaint("C30", "RF", 0.75, 1.0, 0.15, "Fatigue", 0.15),
    Complaint("C30", "EF", 0.65, 0.7),
    Complaint("C30", "CF", 0.50, 0.6),
    Complaint("C30", "SF", 0.75, 0.8, 0.0, "Palmar-plantar erythrodysaesthesia syndrome", 0.15),
    Complaint("C30", "FA", 1.00, 1.0, 0.20, "Fatigue", 0.45),
    Complaint("C30", "NV", 0.35, 0.5, 0.10, "Nausea", 0.50),
    Complaint("C30", "PA", 0.70, 0.8, 0.30),
    Complaint("C30", "DY", 0.55, 0.7, 0.15),
    Complaint("C30", "SL", 0.75, 0.6, 0.0, "Insomnia", 0.50),
    Complaint("C30", "AP", 0.85, 0.8, 0.20, "Decreased appetite", 0.50),
    Complaint("C30", "CO", 0.50, 0.4, 0.0, "Constipation", 0.50),
    Complaint("C30", "DI", 0.25, 0.2, 0.0, "Diarrhoea", 0.60),
    Complaint("C30", "FI", 0.95, 0.3),
    Complaint("OES", "DYS", 1.00, 0.5, 0.60),
    Complaint("OES", "SV", 0.35, 0.4, 0.40),
    Complaint("OES", "CH", 0.40, 0.4, 0.35),
    Complaint("OES", "EAT", 0.85, 0.6, 0.50, "Decreased appetite", 0.30),
    Complaint("OES", "DM", 0.60, 0.4),
    Complaint("OES", "TA", 0.55, 0.5, 0.0, "Decreased appetite", 0.20),
    Complaint("OES", "CO", 0.75, 0.4, 0.10, "Cough", 0.50),
    Complaint("OES", "SP", 0.35, 0.4, 0.15),
    Complaint("OES", "RFX", 0.55, 0.4, 0.10),
    Complaint("OES", "PA", 0.60, 0.6, 0.30),
)

OTHER = Complaint("", "", 0.7, 0.7)
"""How the scales of an instrument are answered that is not named above."""


@dataclass(frozen=True, slots=True)
class Answers:
    """How a patient's general trouble arises, how answers vary around it, and what is missing."""

    between: float = parameter(0.45, "SD of general trouble between patients", "trouble, 0 to 3", "assumed", times(1.3))
    within: float = parameter(0.15, "SD of general trouble from form to form", "trouble, 0 to 3", "assumed", times(1.3))
    scale_sd: float = parameter(
        0.50, "SD of a scale's trouble between patients", "trouble, 0 to 3", "assumed", times(1.3)
    )
    item_sd: float = parameter(
        0.55, "SD of an answer around its scale's trouble", "trouble, 0 to 3", "assumed", times(1.3)
    )
    ecog: float = parameter(0.30, "general trouble per point of ECOG", "trouble, 0 to 3", "assumed", plus(0.2))
    burden: float = parameter(
        0.15, "general trouble per unit of ln(burden / median burden)", "trouble, 0 to 3", "assumed", plus(0.15)
    )
    tumour: float = parameter(
        0.30, "general trouble per unit of ln(size / size at the start)", "trouble, 0 to 3", "assumed", plus(0.2)
    )
    toxicity: float = parameter(
        0.08, "general trouble per grade of each adverse event that is there", "trouble, 0 to 3", "assumed", plus(0.05)
    )
    complaints: tuple[Complaint, ...] = parameter(
        COMPLAINTS,
        "scales: trouble before treatment, slopes on general trouble, on ln(size), on the grade of an event",
        "trouble, 0 to 3",
        "assumed: no items of this disease were at hand",
        times(1.25, on=("trouble",)),
    )
    missing_form: float = parameter(0.10, "probability that a form due is not filled in", "1", "assumed", odds(1.8))
    missing_last: float = parameter(0.35, "the same at the end of treatment", "1", "assumed", odds(1.8))
    missing_item: float = parameter(
        0.015, "probability that an item of a form is not answered", "1", "assumed", odds(1.8)
    )
    missing_trouble: float = parameter(
        0.0,
        "log odds ratio of a missing form per point of general trouble on that day; 0: completely at random",
        "1",
        "assumed: nothing, unless a scenario says otherwise",
        fixed("a scenario says it"),
    )
    missing_ecog: float = parameter(
        0.0,
        "log odds ratio of a missing form per point of ECOG at screening above 1; 0: it does not matter",
        "1",
        "assumed: nothing, unless a scenario says otherwise",
        fixed("a scenario says it"),
    )
