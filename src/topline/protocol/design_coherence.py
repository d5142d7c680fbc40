"""What must agree within the design: checks over plain data, so that they run even where other values are wrong."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from topline.protocol.rule.boundary import Boundary, operating_characteristics, rule_of
from topline.protocol.rule.outcome import continuing
from topline.protocol.rule.stated import exceeds
from topline.protocol.tree import Path, get, is_list, number

Contradiction = tuple[Path, str]
Early = tuple[int, int | None, int | None]

MOST_PATIENTS = 10_000
"""The most patients of a design; the level of a larger one is not computed."""
STAGE = ("first_stage_patients", "futility_at_most")
KINDS = {
    "single stage": "a single-stage design",
    "two stage": "a two-stage design",
    "sequential": "a sequential design",
}


def design_contradictions(study: object) -> Iterator[Contradiction]:
    """Yield what does not agree within the design: path and what is wrong.

    >>> late = {"kind": "sequential", "patients": 35, "success_at_least": 7, "looks": [{"patients": 35}]}
    >>> for path, what in design_contradictions({"design": late}):
    ...     print(*path, what)
    design looks 0 patients 35 is not below patients 35, those of the last look
    design looks 0 a look without a bound stops nobody; give futility_at_most, success_at_least or both
    """
    null, target = number(study, "design", "null_rate"), number(study, "design", "target_rate")
    if null is not None and target is not None and target <= null:
        yield ("design", "target_rate"), f"{target} is not above null_rate {null}"
    patients, success = number(study, "design", "patients"), number(study, "design", "success_at_least")
    if patients is not None and success is not None and success > patients:
        yield ("design", "success_at_least"), f"{success} exceeds patients {patients}"
    yield from _kind(study)
    yield from _first_stage(study)
    yield from _looks(study)
    yield from _rule(study)


def _kind(study: object) -> Iterator[Contradiction]:
    """Yield keys that belong to another kind of design, and keys that this kind needs."""
    kind, looks = get(study, "design", "kind"), get(study, "design", "looks")
    if not isinstance(kind, str) or kind not in KINDS:
        return
    for key in STAGE:
        value = get(study, "design", key)
        if kind == "two stage" and value is None:
            yield ("design",), f"{KINDS[kind]} needs {key}"
        elif kind != "two stage" and number(study, "design", key) is not None:
            also = "; its looks say when it stops" if kind == "sequential" else ""
            yield ("design", key), f"{KINDS[kind]} has no {key}{also}"
    if kind == "sequential" and (looks is None or looks in ([], ())):
        yield ("design",), f"{KINDS[kind]} needs looks, at least one before the last"
    elif kind != "sequential" and is_list(looks) and looks:
        yield ("design", "looks"), f"{KINDS[kind]} has no looks; those are of kind sequential"


def _first_stage(study: object) -> Iterator[Contradiction]:
    """Yield what does not agree between the first stage and the whole."""
    first, futile = (number(study, "design", key) for key in STAGE)
    patients, success = (number(study, "design", key) for key in ("patients", "success_at_least"))
    if first is not None and patients is not None and first >= patients:
        yield ("design", "first_stage_patients"), f"{first} is not below patients {patients}"
    if first is not None and futile is not None and futile >= first:
        yield ("design", "futility_at_most"), f"{futile} is not below first_stage_patients {first}"
    if futile is not None and success is not None and futile >= success:
        yield ("design", "futility_at_most"), f"{futile} is not below success_at_least {success}"


@dataclass(slots=True)
class _Before:
    """What the looks before this one say: the most patients, and the highest bound for futility with its patients."""

    patients: float = 0
    futile: float = -1
    look: float | None = None


def _looks(study: object) -> Iterator[Contradiction]:
    """Yield what does not agree within a look, between looks, and between a look and the end."""
    looks, before = get(study, "design", "looks"), _Before()
    end = number(study, "design", "patients"), number(study, "design", "success_at_least")
    for index, look in enumerate(looks if is_list(looks) else ()):
        if isinstance(look, Mapping):
            path: Path = ("design", "looks", index)
            yield from _place(path, look, before, end[0])
            yield from _bounds(path, look)
            yield from _course(path, look, before, end[1])


def _place(path: Path, look: object, before: _Before, patients: float | None) -> Iterator[Contradiction]:
    """Yield a look that does not lie between the one before it and the last one."""
    here = number(look, "patients")
    if here is None:
        return
    if patients is not None and here >= patients:
        yield (*path, "patients"), f"{here} is not below patients {patients}, those of the last look"
    if here <= before.patients:
        yield (*path, "patients"), f"{here} is not above the {before.patients} patients of the look before"
    before.patients = max(before.patients, here)


def _bounds(path: Path, look: object) -> Iterator[Contradiction]:
    """Yield bounds that the patients of a look cannot meet, that overlap, or that are absent."""
    here, futile, success = (number(look, key) for key in ("patients", "futility_at_most", "success_at_least"))
    if get(look, "futility_at_most") is None and get(look, "success_at_least") is None:
        yield path, "a look without a bound stops nobody; give futility_at_most, success_at_least or both"
    if here is not None and futile is not None and futile >= here:
        yield (*path, "futility_at_most"), f"{futile} is not below the {here} patients of the look"
    if here is not None and success is not None and success > here:
        yield (*path, "success_at_least"), f"{success} exceeds the {here} patients of the look"
    if futile is not None and success is not None and futile >= success:
        yield (*path, "futility_at_most"), f"{futile} is not below success_at_least {success} of the look"


def _course(path: Path, look: object, before: _Before, success: float | None) -> Iterator[Contradiction]:
    """Yield a bound for futility below that of an earlier look, or not below what is a success at the end."""
    futile = number(look, "futility_at_most")
    if futile is None:
        return
    if futile < before.futile:
        what = f"{futile} is below the {before.futile} of the look after {before.look} patients"
        yield (*path, "futility_at_most"), f"{what}: a trial with so few has stopped there and cannot come back"
    elif success is not None and futile >= success:
        what = f"{futile} is not below success_at_least {success} of the last look"
        yield (*path, "futility_at_most"), f"{what}: a trial cannot stop for futility with what is a success"
    if futile >= before.futile:
        before.futile, before.look = futile, number(look, "patients")


def _rule(study: object) -> Iterator[Contradiction]:
    """Yield a rule with looks that no trial reaches, or whose exact level exceeds the stated one."""
    rule = plain_rule(get(study, "design"))
    if rule is None:
        return
    places = list(continuing(rule))
    lost = next((place for place, (low, high) in enumerate(places) if low > high), None)
    if lost is not None:
        end = lost == len(places) - 1
        path = ("design", "patients") if end else ("design", "looks", lost, "patients")
        what = f"no trial reaches the look after {rule.looks[lost]} patients"
        yield path, f"{what}: every number of responders stops before it"
        return
    yield from _level(study, rule)


def _level(study: object, rule: Boundary) -> Iterator[Contradiction]:
    """Yield a rule whose exact probability of success under the null rate, at any look, exceeds the stated level."""
    null, alpha = number(study, "design", "null_rate"), number(study, "design", "alpha")
    if null is None or alpha is None or not (0 < null < 1 and 0 < alpha < 1):
        return
    exact = float(operating_characteristics(rule, null).success[0])
    if not exceeds(exact, alpha, rule.patients):
        return
    early = any(high <= look for look, high in zip(rule.looks[:-1], rule.efficacy, strict=False))
    told = f"{rule.efficacy[-1]} of {rule.patients}" if not early else f"the rule of all {len(rule.looks)} looks"
    shown = f"{exact:.4f}" if round(exact, 4) > alpha else f"{exact:.12g}"
    path = ("design", "looks") if early else ("design", "success_at_least")
    yield path, f"{told} has an exact one-sided level of {shown}, above alpha {alpha}"


def plain_rule(design: object) -> Boundary | None:
    """Return the rule that plain data state, None where they do not state one.

    >>> plain_rule({"patients": 35, "success_at_least": 7, "first_stage_patients": 18, "futility_at_most": 2})
    Boundary(looks=(18, 35), futility=(2, 6), efficacy=(19, 7))
    """
    patients, success = _whole(design, "patients"), _whole(design, "success_at_least")
    early = _early(design)
    if early is None or patients is None or success is None or not 0 < success <= patients <= MOST_PATIENTS:
        return None
    if any((low is not None and low >= look) or (high is not None and high > look) for look, low, high in early):
        return None
    try:
        return rule_of(early, patients, success)
    except ValueError:
        return None


def _early(design: object) -> list[Early] | None:
    """Return the looks before the last one, None where one of them is not sound."""
    looks, stage = get(design, "looks"), [get(design, key) for key in STAGE]
    if any(value is not None for value in stage):
        first, futile = (_whole(design, key) for key in STAGE)
        sound = first is not None and futile is not None and 0 <= futile < first and not looks
        return [(first, futile, None)] if sound and first is not None else None
    rows: list[Early] = []
    for look in looks if is_list(looks) else ():
        here = _whole(look, "patients")
        bounds = [_whole(look, key) for key in ("futility_at_most", "success_at_least")]
        given = [get(look, key) is not None for key in ("futility_at_most", "success_at_least")]
        if here is None or given != [bound is not None for bound in bounds]:
            return None
        rows.append((here, bounds[0], bounds[1]))
    return rows


def _whole(data: object, key: str) -> int | None:
    """Return a whole number that stands at a key, None where there is none."""
    value = number(data, key)
    return int(value) if value is not None and float(value).is_integer() else None
