"""Outcomes of the CSV export and of flattened records: measure, description and time frame, which commas join.

All three may hold commas themselves, and the last two may be missing, so the split is a matter of judgement. Each comma
outside brackets may end the measure or begin the time frame; signs (`outcome_features`) speak for and against, with
weights that were fitted (outcome_split.toml), and the outcomes of one record are asked to agree on whether they have
descriptions and time frames. On 18 records that the weights had not seen, measure and time frame were both exact in
91 % of 170 outcomes, and in all 118 whose probability is at least 0.95; over all records, each fifth read with weights
from the others, in 95 % of 524.
"""

import math
import re
import tomllib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import NamedTuple

from topline.protocol.record.outcome_features import description_signs, frame_signs, hangs_on, measure_signs

CERTAIN = 0.95
"""The probability from which a split is taken without a doubt."""
LONGEST, MOST = 6_000, 400
_FIRST, _LAST = 8, 16
_TAIL = 600
_ABBREVIATED = re.compile(r"(?:i\.?e|e\.?g)\.?$", re.IGNORECASE)


class Split(NamedTuple):
    """Where an outcome's text divides: the ends of measure and description, the beginning of the time frame.

    A missing description has `description` None, a missing time frame `frame` None; both are (start, end) in the text.
    """

    measure: int
    description: tuple[int, int] | None
    frame: tuple[int, int] | None
    probability: float


@dataclass(frozen=True, slots=True)
class Candidate:
    """A possible split and what its signs amount to."""

    measure: int
    frame: int | None
    length: int
    weight: float

    @property
    def end(self) -> int:
        """Where measure and description together end."""
        return self.length if self.frame is None else self.frame

    @property
    def is_described(self) -> bool:
        """Whether something stands between the measure and the time frame."""
        return self.measure < self.end


@cache
def _weights() -> Mapping[str, Mapping[str, float]]:
    text = files("topline.protocol.record").joinpath("outcome_split.toml").read_text(encoding="utf-8")
    return MappingProxyType(tomllib.loads(text))


def _sum(group: str, signs: Iterator[str]) -> float:
    weights = _weights()[group]
    return sum(weights.get(sign, 0.0) for sign in signs)


def split_outcomes(texts: Sequence[str]) -> tuple[Split, ...]:
    """Return where each outcome of a record divides.

    >>> texts = ["Survival, From randomization to death, assessed up to 2 years", "Rate, RECIST 1.1 is used., 1 year"]
    >>> for text, split in zip(texts, split_outcomes(texts), strict=True):
    ...     print([text[: split.measure], *(text[slice(*place)] for place in split[1:3] if place)])
    ['Survival', 'From randomization to death, assessed up to 2 years']
    ['Rate', 'RECIST 1.1 is used.', '1 year']
    """
    if len(texts) > MOST:
        return tuple(Split(len(text), None, None, 0.0) for text in texts)
    commas = [_commas(text) if len(text) <= LONGEST else () for text in texts]
    tails = Counter(tail for text, places in zip(texts, commas, strict=True) for tail in {text[at:] for at in places})
    candidates = [_candidates(text, places, tails) for text, places in zip(texts, commas, strict=True)]
    shares = [_shares(group, 0.0, 0.0) for group in candidates]
    for _ in range(2):
        shares = [_agreed(index, candidates, shares) for index in range(len(texts))]
    return tuple(_best(text, group, share) for text, group, share in zip(texts, candidates, shares, strict=True))


def _commas(text: str) -> tuple[int, ...]:
    """Return the places of commas that may divide: outside brackets, not beside `i.e.`; of many the first and last."""
    depth = 0
    outside: list[int] = []
    everywhere: list[int] = []
    for match in re.finditer(r"[()\[\]]|, ", text):
        if match[0] in "([":
            depth += 1
        elif match[0] in ")]":
            depth = max(0, depth - 1)
        elif not _is_beside_abbreviation(text, match.start()):
            everywhere.append(match.start())
            outside.extend((match.start(),) if depth == 0 else ())
    places = everywhere if depth else outside
    return tuple(places if len(places) <= _FIRST + _LAST else places[:_FIRST] + places[-_LAST:])


def _is_beside_abbreviation(text: str, comma: int) -> bool:
    before, after = text[max(0, comma - 4) : comma], text[comma + 2 : comma + 6]
    return _ABBREVIATED.search(before) is not None or after in ("i.e.", "e.g.")


def _candidates(text: str, places: Sequence[int], tails: Counter[str]) -> list[Candidate]:
    """Return every split of a text at its commas, weighed."""
    shared = [at for at in places if len(text) - at <= _TAIL and tails[text[at:]] > 1]
    measures = {
        at: _sum("measure", measure_signs(text[:at], text[at + 2 :], rank)) for rank, at in enumerate(places[:_FIRST])
    }
    found: list[Candidate] = []
    frames = [at for at in places if not hangs_on(text[:at].rpartition(", ")[2], text[at + 2 :]) or at == places[0]]
    for frame in (*frames, None):
        end = len(text) if frame is None else frame
        weight = _frame_weight(text, frame, shared)
        none = weight + _sum("description", description_signs("", text[:end]))
        found.append(Candidate(end, frame, len(text), none))
        for at, of_measure in measures.items():
            if at < end:
                described = _sum("description", description_signs(text[at + 2 : end], text[:at]))
                found.append(Candidate(at, frame, len(text), weight + of_measure + described))
    return found


def _frame_weight(text: str, frame: int | None, shared: Sequence[int]) -> float:
    if frame is None:
        return _weights()["frame"]["none"]
    before = text[:frame]
    weight = _sum("frame", frame_signs(before, text[frame + 2 :], before.rpartition(", ")[2]))
    if frame in shared:
        weight += _weights()["frame"]["shared"]
        weight += _weights()["frame"]["longest shared"] if frame == shared[0] else 0.0
    return weight


class Shares(NamedTuple):
    """The probability of each candidate, and that there is a description, and a time frame."""

    each: tuple[float, ...]
    described: float
    framed: float


def _shares(group: Sequence[Candidate], described: float, framed: float) -> Shares:
    """Return the probabilities when having a description and a time frame each weigh so much more than lacking it."""
    weights = [
        candidate.weight
        + (described if candidate.is_described else -described)
        + (framed if candidate.frame is not None else -framed)
        for candidate in group
    ]
    highest = max(weights)
    raised = [math.exp(weight - highest) for weight in weights]
    total = sum(raised)
    each = tuple(value / total for value in raised)
    pairs = list(zip(each, group, strict=True))
    return Shares(
        each,
        sum(value for value, candidate in pairs if candidate.is_described),
        sum(value for value, candidate in pairs if candidate.frame is not None),
    )


def _agreed(index: int, candidates: Sequence[Sequence[Candidate]], shares: Sequence[Shares]) -> Shares:
    """Return the probabilities of an outcome when the others of its record are heard; two or more count fully."""
    count = len(shares) - 1
    if not count:
        return shares[index]
    force = 2.0 * min(2.0, count / 2)
    described = (sum(share.described for share in shares) - shares[index].described) / count
    framed = (sum(share.framed for share in shares) - shares[index].framed) / count
    return _shares(candidates[index], force * (described - 0.5), force * (framed - 0.5))


def _best(text: str, group: Sequence[Candidate], shares: Shares) -> Split:
    probability, chosen = max(zip(shares.each, group, strict=True), key=lambda pair: pair[0])
    if len(text) > LONGEST:
        probability = 0.0
    return Split(
        chosen.measure,
        (chosen.measure + 2, chosen.end) if chosen.is_described else None,
        None if chosen.frame is None else (chosen.frame + 2, len(text)),
        probability,
    )
