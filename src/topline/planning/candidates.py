"""The designs that a comparison can hold, by the names under which they are asked for and chosen."""

import difflib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from topline.design.bayes.bop2 import bop2, unit_prior
from topline.design.bayes.posterior import PosteriorRule, posterior_design
from topline.design.bayes.predictive import predictive_probability_design
from topline.design.bayes.thall_simon import ThallSimonRule, thall_simon
from topline.design.looks import Looks
from topline.design.rate.curtailed import curtailed
from topline.design.rate.early_acceptance import mander_thompson
from topline.design.rate.frontier import admissible
from topline.design.rate.simon import simon
from topline.design.rate.single_stage import fleming, single_stage
from topline.design.rate.three_stage import three_stage
from topline.design.single_arm import SingleArmDesign
from topline.errors import ToplineError
from topline.planning.plan import LOOKS, PROTOCOL
from topline.protocol.rule.boundary import Boundary
from topline.protocol.rule.condensed import condensed
from topline.protocol.rule.hypotheses import Hypotheses
from topline.protocol.rule.lower_bound import check_largest

FUTILE = 0.01
"""The posterior probability of the target rate below which the posterior designs stop."""
STANDARD_WEIGHT, TREATMENT_WEIGHT = 100.0, 2.0
"""Patients that the standard's rate and the prior of the treatment's rate weigh in Thall and Simon's design."""


@dataclass(frozen=True, slots=True)
class Request:
    """What candidates are to be found for.

    Attributes:
        hypotheses: null and target rate, level, power.
        max_n: largest number of patients to try, 2 to 1,000.
        looks: when the Bayesian designs look.

    """

    hypotheses: Hypotheses
    max_n: int = 200
    looks: Looks = LOOKS

    @property
    def patients(self) -> range:
        """The numbers of patients that the Bayesian designs try."""
        return range(max(self.looks.first, 1), self.max_n + 1)

    def ask(self, make: Callable[..., SingleArmDesign], **settings: object) -> SingleArmDesign:
        """Return the design of a function that is called as `simon` is."""
        asked = self.hypotheses
        given = {"alpha": asked.alpha, "power": asked.power, "max_n": self.max_n}
        return make(asked.null, asked.target, **given, **settings)


@dataclass(frozen=True)
class Candidate:
    """A design under the name by which it is chosen; `also` are further names whose design has the same rule."""

    name: str
    design: SingleArmDesign
    also: tuple[str, ...] = ()


@dataclass(frozen=True)
class Candidates:
    """The designs that were found, and what is to be said of those that were not."""

    found: tuple[Candidate, ...]
    missing: tuple[str, ...] = ()

    def chosen(self, name: str) -> Candidate:
        """Return the candidate of a name.

        Raises:
            ToplineError: TL-G04, there is none of this name among the candidates.

        """
        for each in self.found:
            if name in (each.name, *each.also):
                return replace(each, name=name)
        known = ", ".join(name for each in self.found for name in (each.name, *each.also))
        raise ToplineError("TL-G04", where="choose", what=f"{name!r} is not among the candidates: {known}")


Maker = Callable[[Request], Iterable[tuple[str, SingleArmDesign]]]


def _one(name: str, make: Callable[[Request], SingleArmDesign]) -> Maker:
    """Return the maker of one design, under its name."""
    return lambda request: [(name, make(request))]


def _between(request: Request) -> Iterator[tuple[str, SingleArmDesign]]:
    """Yield the admissible designs between minimax and optimal, each named by its number of patients."""
    asked = request.hypotheses
    found = admissible(asked.null, asked.target, alpha=asked.alpha, power=asked.power, max_n=request.max_n)
    for one in found[1:-1]:
        yield f"admissible-{one.design.boundary.patients}", one.design


def _posterior(request: Request) -> SingleArmDesign:
    asked = request.hypotheses
    rule = PosteriorRule(0.95, FUTILE, asked.target, prior=unit_prior(asked.null))
    return posterior_design(asked, rule, request.looks, request.patients)


def _thall_simon(request: Request) -> SingleArmDesign:
    asked = request.hypotheses
    (a, b), margin = unit_prior(asked.null), asked.target - asked.null
    standard = (STANDARD_WEIGHT * a, STANDARD_WEIGHT * b)
    rule = ThallSimonRule(standard, 0.95, FUTILE, margin, (TREATMENT_WEIGHT * a, TREATMENT_WEIGHT * b))
    return thall_simon(asked, rule, request.looks, request.patients)


def _fleming(request: Request) -> SingleArmDesign:
    asked = request.hypotheses
    return fleming(asked.null, asked.target, alpha=asked.alpha, power=asked.power)


MAKERS: Mapping[str, Maker] = {
    "single": _one("single", lambda request: request.ask(single_stage)),
    "safe": _one("safe", lambda request: request.ask(single_stage, kind="safe")),
    "minimax": _one("minimax", lambda request: request.ask(simon, kind="minimax")),
    "admissible": _between,
    "simon": _one("simon", lambda request: request.ask(simon)),
    "mander-thompson": _one("mander-thompson", lambda request: request.ask(mander_thompson)),
    "balanced": _one("balanced", lambda request: request.ask(simon, kind="balanced")),
    "three-stage": _one("three-stage", lambda request: request.ask(three_stage)),
    "curtailed": _one("curtailed", lambda request: curtailed(request.ask(simon))),
    "lee-liu": _one(
        "lee-liu",
        lambda request: predictive_probability_design(request.hypotheses, request.patients, request.looks),
    ),
    "posterior": _one("posterior", _posterior),
    "thall-simon": _one("thall-simon", _thall_simon),
    "bop2": _one("bop2", lambda request: bop2(request.hypotheses, request.looks, request.patients)),
    "fleming": _one("fleming", _fleming),
}
"""How each design on a response rate is made, in the order of the comparison."""
USUAL = ("single", "safe", "minimax", "admissible", "simon", "mander-thompson")
"""The designs that are compared unless others are named."""
SAID = {
    "single": "one stage, the smallest n that holds (A'Hern)",
    "safe": "one stage, the smallest n from which on every larger n holds too",
    "minimax": "Simon's two stages with the smallest n",
    "admissible": "the two-stage designs between minimax and optimal (Jung)",
    "simon": "Simon's optimal two stages: the fewest expected patients at the null rate",
    "mander-thompson": "two stages that also stop the first one with success",
    "balanced": "Simon's optimal design among those with equal stages (Ye & Shyr)",
    "three-stage": "three stages, optimal (Chen)",
    "curtailed": "Simon's optimal design, stopped as soon as its end is certain",
    "lee-liu": "predictive probability (Lee & Liu)",
    "posterior": "posterior thresholds, exact level; stops where P(rate > target) < 0.01",
    "thall-simon": "Thall & Simon, exact level; the standard's rate weighs 100 patients",
    "bop2": "BOP2 with optimised boundary (Zhou, Lee & Yuan)",
    "fleming": "Fleming's normal approximation as it is printed; it need not hold",
}
"""What each design is, in a few words."""


def find_candidates(names: Iterable[str], request: Request) -> Candidates:
    """Return the designs of some names; `all` is every one. Designs with the same rule stand once, with all names.

    Args:
        names: keys of `MAKERS`; none for the usual ones.
        request: what they are to tell apart.

    Raises:
        ToplineError: TL-G04 for a name that is not known, TL-G02 where no design at all has so few patients; it names
            the smallest number that would work.

    >>> found = find_candidates(["single", "simon"], Request(Hypotheses(0.1, 0.3, power=0.9)))
    >>> [(each.name, each.design.boundary.patients) for each in found.found]
    [('single', 33), ('simon', 35)]

    """
    check_largest(request.max_n, 1)
    found: dict[Boundary, Candidate] = {}
    missing: list[str] = []
    errors: list[ToplineError] = []
    for name in known_names(names):
        try:
            made = list(MAKERS[name](request))
        except ToplineError as error:
            if error.code != "TL-G02":
                raise
            errors.append(error)
            missing.append(f"{name}: {error.what}")
            continue
        if not made:
            missing.append(f"{name}: no design lies between minimax and optimal")
        for called, design in made:
            rule = condensed(design.boundary)
            first = found.setdefault(rule, Candidate(called, design))
            if first.name != called:
                found[rule] = replace(first, also=(*first.also, called))
    if not found:
        first_error = errors[0] if errors else ToplineError("TL-G02", what="; ".join(missing))
        others = tuple(f"{error.where}: {error.what}" for error in errors[1:])
        raise ToplineError("TL-G02", where=first_error.where, what=first_error.what, others=others)
    return Candidates(tuple(found.values()), tuple(missing))


def known_names(names: Iterable[str]) -> tuple[str, ...]:
    """Return the keys of `MAKERS` that some names mean, each once.

    >>> known_names(["simon", "simon"]), len(known_names(["all"])) == len(MAKERS)
    (('simon',), True)

    """
    asked = tuple(names) or USUAL
    for name in asked:
        if name != "all" and name not in MAKERS:
            raise unknown_design(name, MAKERS)
    return tuple(MAKERS) if "all" in asked else tuple(dict.fromkeys(asked))


def with_choice(names: tuple[str, ...], choice: str) -> tuple[str, ...]:
    """Return the names of designs with the one that is to be chosen.

    Raises:
        ToplineError: TL-G04, the choice is no design.

    >>> with_choice(("single",), "bop2"), with_choice((), "admissible-34") == USUAL
    (('single', 'bop2'), True)

    """
    wanted = "admissible" if choice.startswith("admissible-") else choice
    if not choice or wanted == PROTOCOL:
        return names
    if wanted not in MAKERS:
        raise unknown_design(choice, MAKERS)
    asked = names or USUAL
    return asked if wanted in asked or "all" in asked else (*asked, wanted)


def unknown_design(name: str, known: Iterable[str]) -> ToplineError:
    """Return the error of a name that no design has; it lists those that are known.

    >>> print(unknown_design("simom", ["simon", "single"]).what)
    'simom' is no design; did you mean simon? Known are simon, single, all

    """
    listed = list(known)
    near = difflib.get_close_matches(name.lower(), listed, n=1)
    meant = f"; did you mean {near[0]}?" if near else "."
    return ToplineError(
        "TL-G04", where="design", what=f"{name!r} is no design{meant} Known are {', '.join(listed)}, all"
    )
