"""The lesions of a patient and how they grow: baseline sizes, sites, and size over time."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from topline.protocol.criteria import ResponseCriteria
from topline.simulate.draws import Draws, Floats
from topline.simulate.truth import Disease, Growth, Truth

Mask = NDArray[np.bool_]
Indices = NDArray[np.int64]

LESION_MM, NODE_MM = 11.0, 16.5
"""True sizes from which a lesion is chosen as target: the 10 and 15 mm of RECIST 1.1 with a margin of one tenth."""

LARGEST_BASELINE_MM = 120.0


def relative_size(day: Floats, kl: Floats, kde: Floats, lam: Floats) -> Floats:
    """Tumour size relative to that on the day of the first dose (Claret 2009, doi:10.1200/JCO.2008.21.0807).

    `day` is days on treatment; before it (negative) the tumour grows at rate `kl` [1/day]. `kde` [1/day] is the kill
    rate at the start, which fades at rate `lam` [1/day]. The smallest size is reached on day ln(kde/kl)/lam.

    >>> float(relative_size(np.array(56.0), np.array(0.002), np.array(0.004), np.array(0.0193)).round(4))
    0.9754
    """
    on = np.maximum(day, 0.0)
    with np.errstate(over="ignore"):
        return np.exp(kl * day + kde / lam * np.expm1(-lam * on))


def two_phase_size(day: Floats, kl: Floats, kde: Floats) -> Floats:
    """Tumour size relative to that on the day of the first dose (Stein 2008, doi:10.1634/theoncologist.2008-0016).

    One part of the tumour grows at rate `kl` [1/day], another shrinks at rate `kde` [1/day], side by side; before the
    first dose (negative `day`) the tumour grows at rate `kl`. In the paper kl is g and kde is d.

    >>> float(two_phase_size(np.array(56.0), np.array(0.002), np.array(0.01)).round(4))
    0.6897
    """
    with np.errstate(over="ignore"):
        return np.exp(kl * day) + np.expm1(-kde * np.maximum(day, 0.0))


@dataclass(frozen=True, slots=True)
class Kinetics:
    """How tumours or lesions change size, arrays that broadcast against days; from day `escape` on they only grow."""

    model: str
    kl: Floats
    kde: Floats
    lam: Floats
    escape: Floats | None = None

    def ratio(self, day: Floats) -> Floats:
        """Return the size relative to that on the day of the first dose."""
        if self.escape is None:
            return self._until(day)
        at = np.minimum(day, self.escape)
        with np.errstate(over="ignore"):
            return self._until(at) * np.exp(self.kl * (day - at))

    def _until(self, day: Floats) -> Floats:
        if self.model == "stein":
            return two_phase_size(day, self.kl, self.kde)
        return relative_size(day, self.kl, self.kde, self.lam)


@dataclass(frozen=True, slots=True)
class Tumours:
    """The disease of n patients, with up to L target and K non-target lesions; sizes in mm, rates per day.

    `kl`, `kde`, `lam`, `burden` (n,) are the patient's own values. `target`, `node`, `organ`, `size`, `lesion_kl`,
    `lesion_kde` (n, L) belong to target lesions, `size` on the day of the first dose; `other`, `other_organ`,
    `other_size`, `other_kl`, `other_kde` (n, K) to non-target lesions; `new_organ` (n,) to a new lesion. `model` is the
    form of growth, `escape` (n,) the day of acquired resistance, None where there is none.
    """

    kl: Floats
    kde: Floats
    lam: Floats
    burden: Floats
    target: Mask
    node: Mask
    organ: Indices
    size: Floats
    lesion_kl: Floats
    lesion_kde: Floats
    other: Mask
    other_organ: Indices
    other_size: Floats
    other_kl: Floats
    other_kde: Floats
    new_organ: Indices
    model: str = "claret"
    escape: Floats | None = None

    def ratio(self, day: Floats) -> Floats:
        """Return the patients' tumour size (n, m) relative to the first dose, on days (n, m) or (m,) from it."""
        kinetics = Kinetics(self.model, self.kl[:, None], self.kde[:, None], self.lam[:, None], self._escape(1))
        return kinetics.ratio(day)

    def target_ratio(self, day: Floats) -> Floats:
        """Return the size of each target (n, m, L) relative to the first dose, on days (n, m) from it."""
        return self._lesions(self.lesion_kl, self.lesion_kde).ratio(day[:, :, None])

    def other_ratio(self, day: Floats) -> Floats:
        """Return the size of each non-target lesion (n, m, K) relative to the first dose, on days (n, m) from it."""
        return self._lesions(self.other_kl, self.other_kde).ratio(day[:, :, None])

    def _lesions(self, kl: Floats, kde: Floats) -> Kinetics:
        lam = self.lam[:, None, None]
        return Kinetics(self.model, kl[:, None, :], kde[:, None, :], lam, self._escape(2))

    def _escape(self, axes: int) -> Floats | None:
        return None if self.escape is None else self.escape.reshape(-1, *(1,) * axes)


def draw_tumours(truth: Truth, criteria: ResponseCriteria, draws: Draws, n: int) -> Tumours:
    """Draw the disease of n patients; targets follow the protocol's numbers per patient and per organ."""
    growth, disease = truth.growth, truth.disease
    kl = growth.kl * np.exp(growth.kl_sd * draws.normal("kl", n))
    kde = growth.kde * np.exp(growth.kde_sd * draws.normal("kde", n))
    if growth.resistant > 0:
        kde = np.where(draws.uniform("resistant", n) < growth.resistant, 0.0, kde)
    lam = growth.lam * np.exp(growth.lam_sd * draws.normal("lam", n))
    wanted = disease.burden_mm * np.exp(disease.burden_sd * draws.normal("burden", n))
    target, organ, node = _targets(disease, criteria, draws, wanted)
    size = _sizes(disease, draws, wanted, target, node)
    other = _others(disease, draws, n, ~target[:, 0])
    return Tumours(
        kl=kl,
        kde=kde,
        lam=lam,
        burden=size.sum(axis=1),
        target=target,
        node=node,
        organ=organ,
        size=size,
        lesion_kl=_per_lesion(growth, draws, "target kl", kl, target.shape[1]),
        lesion_kde=_per_lesion(growth, draws, "target kde", kde, target.shape[1]),
        other=other,
        other_organ=draws.choice("non-target organ", tuple(o.weight for o in disease.non_target_organs), *other.shape),
        other_size=disease.non_target_mm * np.exp(0.4 * draws.normal("non-target size", *other.shape)),
        other_kl=_per_lesion(growth, draws, "non-target kl", kl, other.shape[1]),
        other_kde=_per_lesion(growth, draws, "non-target kde", kde, other.shape[1]),
        new_organ=draws.choice("new organ", tuple(o.weight for o in disease.organs), n),
        model=growth.model,
        escape=draws.exponential("escape", n) / growth.escape if growth.escape > 0 else None,
    )


def _per_lesion(growth: Growth, draws: Draws, quantity: str, patient: Floats, lesions: int) -> Floats:
    """Return the patient's rate times a log-normal effect of each lesion."""
    return patient[:, None] * np.exp(growth.lesion_sd * draws.normal(quantity, len(patient), lesions))


def _targets(disease: Disease, criteria: ResponseCriteria, draws: Draws, burden: Floats) -> tuple[Mask, Indices, Mask]:
    """Draw how many targets there are and where; no more than the burden has room for.

    Each organ has as many places as targets are allowed in it; a weighted sample without replacement (Efraimidis and
    Spirakis 2006, doi:10.1016/j.ipl.2005.11.003) takes the first places of a random order.
    """
    n = len(burden)
    places = np.repeat(np.arange(len(disease.organs)), min(criteria.maximum_per_organ, 2))
    weights = np.array([disease.organs[index].weight for index in places])
    most = min(criteria.maximum_targets, len(disease.targets), len(places))
    order = np.argsort(draws.exponential("organ", n, len(places)) / weights, axis=1)[:, :most]
    organ = places[order]
    node = np.array([each.node for each in disease.organs])[organ]
    fits = np.cumsum(_least(node), axis=1) <= burden[:, None]
    fits[:, 0] = draws.uniform("no target", n) >= disease.no_target
    target = (np.arange(most) <= draws.choice("targets", disease.targets, n)[:, None]) & fits & fits[:, :1]
    return target, organ, node & target


def _least(node: Mask) -> Floats:
    return np.where(node, NODE_MM, LESION_MM)


def _sizes(disease: Disease, draws: Draws, burden: Floats, target: Mask, node: Mask) -> Floats:
    """Share the burden out: each target has its smallest size, and a log-normal share of what is left."""
    least = _least(node) * target
    shares = np.exp(disease.share_sd * draws.normal("share", *target.shape)) * target
    total = np.maximum(shares.sum(axis=1), 1e-300)
    left = np.maximum(burden - least.sum(axis=1), 0.0)
    size: Floats = np.minimum(least + left[:, None] * shares / total[:, None], LARGEST_BASELINE_MM * target)
    return size


def _others(disease: Disease, draws: Draws, n: int, required: Mask) -> Mask:
    """Draw how many non-target lesions there are; a patient without target has at least one."""
    count = np.maximum(draws.choice("non-targets", disease.non_targets, n), required)
    return np.asarray(np.arange(len(disease.non_targets) - 1) < count[:, None])
