"""One endpoint as the study holds it, and ids that stand once."""

from topline.protocol.draft.chinese import chinese
from topline.protocol.draft.estimand import Meaning


def endpoint_data(identity: tuple[str, str, str], population: str, what: Meaning) -> dict[str, object]:
    """Return an endpoint as the study holds it; `identity` is id, objective and label."""
    name, objective, label = identity
    events = [{"event": event, "strategy": strategy, "handling": handling} for event, strategy, handling in what.events]
    return {
        "id": name,
        "objective": objective,
        "label": {"en": label, "zh": chinese(label)},
        "estimand": {
            "population": population,
            "variable": what.variable,
            "intercurrent_events": events,
            "summary": what.summary,
        },
        "analysis": dict(what.analysis),
    }


def unique(stem: str, endpoints: list[dict[str, object]]) -> str:
    """Return an id that no endpoint has yet: the stem, or the stem with a number.

    >>> unique("ORR", [{"id": "ORR"}, {"id": "ORR2"}])
    'ORR3'
    """
    taken = {str(each["id"]) for each in endpoints}
    candidates = (stem if number == 1 else f"{stem[: 8 - len(str(number))]}{number}" for number in range(1, 10**6))
    return next(each for each in candidates if each not in taken)
