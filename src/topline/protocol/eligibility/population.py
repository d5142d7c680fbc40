"""The limits of the population, age and sex, as a criterion of their own: `I00`, which no study file writes."""

from topline.protocol.eligibility.criterion import Confirmation, Criterion, Eligibility
from topline.protocol.model import Population

LIMITS = "I00"
SEXES = {"female": "F", "male": "M"}


def with_population(eligibility: Eligibility, population: Population) -> Eligibility:
    """Return the criteria of a study, before them the limits of age and sex that its population states.

    An upper limit of 80 years includes everybody who is 80, up to the day before the 81st birthday. The limits are
    statements of the protocol itself, not read from a text, so that nobody has to confirm them.
    """
    parts = _conditions(population)
    if not parts or not eligibility.criteria:
        return eligibility
    draft = Criterion(id=LIMITS, text="Limits of age and sex of the population", condition=" AND ".join(parts))
    confirmed = Confirmation(by="the protocol", on="1970-01-01", digest=draft.digest)
    return Eligibility(
        inclusion=(draft.model_copy(update={"confirmed": confirmed}), *eligibility.inclusion),
        exclusion=eligibility.exclusion,
    )


def _conditions(population: Population) -> list[str]:
    """Return the limits as SQL conditions."""
    ages = population.ages
    found = [] if ages.minimum is None else [f"AGE >= {ages.minimum}"]
    found += [] if ages.maximum is None else [f"AGE < {ages.maximum + 1}"]
    return [*found, *([f"SEX = '{SEXES[population.sex]}'"] if population.sex in SEXES else [])]
