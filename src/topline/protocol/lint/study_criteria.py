"""Rules about the criteria of judgement and about watching toxicity."""

from collections.abc import Callable, Iterator, Mapping

from topline.protocol.lint.rule import Hit
from topline.protocol.model import Protocol

CONFIRMATION_DAYS = 28  # RECIST 1.1, section 4.6
MAXIMUM_TARGETS = 5  # RECIST 1.1, section 3.2
MAXIMUM_PER_ORGAN = 2


def other_than_recist(protocol: Protocol) -> Iterator[Hit]:
    """Yield figures that are not those of the response criteria that the study names."""
    response = protocol.criteria.response
    figures = (
        (
            "confirmation_days",
            response.confirmation_days,
            response.confirmation_days >= CONFIRMATION_DAYS,
            "at least 28",
        ),
        ("maximum_targets", response.maximum_targets, response.maximum_targets <= MAXIMUM_TARGETS, "at most 5"),
        ("maximum_per_organ", response.maximum_per_organ, response.maximum_per_organ <= MAXIMUM_PER_ORGAN, "at most 2"),
    )
    for key, value, same, asked in figures:
        if not same and (key != "confirmation_days" or response.confirmation_required):
            yield Hit(f"criteria.response.{key}", f"{value}; {response.standard} has {asked}")


def window_within_cycle(protocol: Protocol) -> Iterator[Hit]:
    """Yield a window of toxicity that ends before the first cycle does."""
    rule, cycle = protocol.monitoring, protocol.schedule.cycle_days
    if rule is not None and rule.window_days is not None and rule.window_days < cycle:
        what = f"toxicity counts for {rule.window_days} days; the first cycle lasts {cycle}"
        yield Hit("monitoring.window_days", what)


CHECKS: Mapping[str, Callable[[Protocol], Iterator[Hit]]] = {
    "STU-38": other_than_recist,
    "STU-39": window_within_cycle,
}
