"""The reading of an item: what the families of concepts understood, joined as the text joins it."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Literal, NamedTuple

from topline.protocol.eligibility.concepts import FAMILIES
from topline.protocol.eligibility.connect import agreed, every, leaves, manuals, some, united
from topline.protocol.eligibility.items import Item, lead
from topline.protocol.eligibility.masked import Masked, Token, mask, resolve
from topline.protocol.eligibility.match import Match, Polarity
from topline.protocol.eligibility.scope import limit
from topline.protocol.eligibility.sentence import Sentence, parse_sentence
from topline.protocol.eligibility.sentence_words import NOT_READ, UNCERTAIN
from topline.protocol.eligibility.tree import All, Manual, Node
from topline.protocol.eligibility.vetoes import (
    ADEQUATE,
    ALLOWS,
    AMBIGUOUS,
    CONDITIONAL,
    DEFINED,
    EVERY,
    SOME,
    STOP,
    whole_veto,
)

LONGEST = 10_000
PieceKind = Literal["atom", "connective", "filler", "manual"]


class Piece(NamedTuple):
    """A stretch of an item's text, and what became of it."""

    start: int
    end: int
    kind: PieceKind
    concept: str = ""


@dataclass(frozen=True, slots=True)
class Reading:
    """What an item means: its condition, the concepts in it, what each stretch became, and what a person judges.

    `applies` is an SQL boolean over PATIENTS that says whom the criterion concerns.
    """

    node: Node
    concepts: tuple[str, ...] = ()
    spans: tuple[Piece, ...] = ()
    unread: tuple[str, ...] = ()
    applies: str = "TRUE"

    @property
    def share(self) -> Literal["executable", "partly", "manual"]:
        """How much of it a computer decides."""
        if not manuals(self.node):
            return "executable"
        return "partly" if any(not isinstance(leaf, Manual) for leaf in leaves(self.node)) else "manual"


def find_matches(text: str, polarity: Polarity) -> tuple[Match, ...]:
    """Return what all families understand of a text, without overlaps."""
    return resolve([match for find in FAMILIES for match in find(text, polarity)])


def parse_item(item: Item) -> Reading:
    r"""Return the reading of an item.

    Whatever is not understood becomes something that a person judges, with its text and the reason. An item without
    a section is read by a person alone.

    >>> from topline.protocol.eligibility.items import split_criteria
    >>> item = split_criteria("Inclusion criteria:\n* ECOG 0-2 and a cat").inclusion[0]
    >>> parse_item(item).share
    'partly'
    """
    veto = whole_veto(item)
    if veto or item.polarity == "unplaced":
        return _by_person(item.text, veto or "the text does not say if this includes or excludes")
    reading = _Reader(item, item.polarity).read()
    if not item.under or item.level:
        return reading
    above = Manual(item.under[:LONGEST], "the heading above it asks for more")
    return replace(reading, node=every([reading.node, above]), unread=(*reading.unread, above.text))


def _by_person(text: str, reason: str) -> Reading:
    """Return the reading of a text that a person judges as a whole."""
    return Reading(Manual(text[:LONGEST], reason), (), (Piece(0, len(text), "manual"),), (text,))


@dataclass(frozen=True, slots=True)
class _Reader:
    """Reads one item of a section."""

    item: Item
    polarity: Polarity

    def read(self) -> Reading:
        """Return the reading of the item, with the points below it."""
        if self.item.children:
            return self._with_points()
        return self._plain(self.item.text)

    def _plain(self, text: str) -> Reading:
        """Return the reading of a text without points below it."""
        masked = mask(text, find_matches(text, self.polarity))
        parts = [_scoped(masked, span, self.polarity) for span in sentences(masked.hidden)]
        told = [part for part in parts if part.node != All(())]
        if not told and self.polarity == "inclusion" and masked.matches:
            return Reading(All(()), (masked.matches[0].concept,), pieces(masked, ()))
        if not told or _both_sexes(masked):
            return _by_person(
                text, "it does not say what it asks for" if told == [] else "it differs between the sexes"
            )
        node, applies = self._join(text, told)
        node = _whole(text, node)
        concepts = tuple(dict.fromkeys(match.concept for match in masked.matches if _used(match, node)))
        unread = tuple(manual.text for manual in manuals(node))
        return Reading(node, concepts, pieces(masked, unread), unread, applies)

    def _join(self, text: str, told: "Sequence[_Part]") -> tuple[Node, str]:
        """Return the sentences as one condition, and whom it concerns."""
        scopes = {part.applies for part in told}
        common = scopes.pop() if len(scopes) == 1 else "TRUE"
        nodes = self._limited(told, common)
        if self.polarity == "inclusion":
            return self._inclusion(text, nodes), common
        return self._exclusion(text, nodes), common

    def _limited(self, parts: "Sequence[_Part]", common: str) -> list[Node]:
        """Return conditions, those that concern other candidates than all do limited to theirs."""
        return [one.node if one.applies == common else limit(*one, self.polarity) for one in parts]

    def _inclusion(self, text: str, nodes: Sequence[Node]) -> Node:
        """Return that each sentence holds; a sentence that may allow exceptions leaves the whole to a person."""
        if len(nodes) > 1 and any(manuals(node) for node in nodes) and ALLOWS.search(text):
            return Manual(text[:LONGEST], "a sentence that is not understood may allow exceptions")
        return every(nodes)

    def _exclusion(self, text: str, nodes: Sequence[Node]) -> Node:
        """Return that one sentence holds; sentences after the first that are not understood may be exceptions.

        A person is then asked of the whole criterion: a yes to `treated ones may enrol` alone would exclude whom it
        admits.
        """
        if len(nodes) == 1:
            return nodes[0]
        if not any(manuals(node) for node in nodes):
            return agreed(nodes, text[:LONGEST], UNCERTAIN)
        first, *others = nodes
        if not manuals(first) and all(isinstance(node, Manual) and ALLOWS.search(node.text) for node in others):
            return every([first, Manual(text[:LONGEST], "what follows may allow exceptions")])
        return Manual(text[:LONGEST], "a sentence that is not understood may widen it or allow exceptions")

    def _with_points(self) -> Reading:
        """Return the reading of an item with points below it: the points joined as the words above them say."""
        words = lead(self.item)
        joint = _joint(words, self.item, self.polarity)
        if joint is None:
            return self._lead_alone(words)
        readings = [parse_item(child) for child in self.item.children]
        if any(isinstance(reading.node, Manual) and ALLOWS.search(reading.node.text) for reading in readings):
            return _by_person(self.item.text, "a point below it may allow exceptions")
        narrows = joint == "narrowed"
        above = [Manual(words[:LONGEST], "the words above the points are not read")] if narrows else []
        spans = (Piece(0, len(words), "manual" if narrows else "connective"), *self._below(readings))
        return replace(self._points(readings, above, "any" if joint == "any" else "all"), spans=spans)

    def _points(self, readings: Sequence[Reading], above: list[Manual], joint: str) -> Reading:
        """Return points as one reading; those that concern some candidates only are limited to them."""
        scopes = {reading.applies for reading in readings}
        common = scopes.pop() if len(scopes) == 1 and not above else "TRUE"
        nodes = self._limited([_Part(reading.node, reading.applies) for reading in readings], common)
        node = some(nodes) if joint == "any" else every([*above, *nodes])
        concepts = tuple(dict.fromkeys(name for reading in readings for name in reading.concepts))
        return Reading(node, concepts, (), tuple(manual.text for manual in manuals(node)), common)

    def _below(self, readings: Sequence[Reading]) -> Iterator[Piece]:
        """Yield the pieces of the points, in the characters of the item."""
        for child, reading in zip(self.item.children, readings, strict=True):
            offset = child.start - self.item.start
            for piece in reading.spans:
                yield piece._replace(start=piece.start + offset, end=piece.end + offset)

    def _lead_alone(self, words: str) -> Reading:
        """Return an item of which only the words above the points are read: the points may narrow it, else nothing."""
        text = self.item.text
        rest = text[len(words) :]
        above = self._plain(words)
        safe = not words.endswith((":", "：")) and above.share == "executable"
        if self.polarity == "inclusion":
            safe = safe and not ALLOWS.search(rest)
        else:
            safe = safe and ALLOWS.search(rest) is not None
        if not safe:
            return _by_person(text, "the points below it cannot be connected with certainty")
        asked = rest.strip() if self.polarity == "inclusion" else text
        judged = Manual(asked[:LONGEST], "points below it that are not read")
        spans = (*above.spans, Piece(len(words), len(text), "manual"))
        return Reading(every([above.node, judged]), above.concepts, spans, (judged.text,), above.applies)


class _Part(NamedTuple):
    """The condition of a sentence and whom it concerns."""

    node: Node
    applies: str


def sentences(hidden: str) -> Iterator[tuple[int, int]]:
    """Yield the places of the sentences of a text; brackets are not taken apart.

    >>> [(a, b) for a, b in sentences("Age 18. ECOG (0. 1) at 1.5 e.g. x")]
    [(0, 7), (7, 33)]
    """
    start, depth = 0, 0
    for match in STOP.finditer(hidden):
        sign = match.group()
        if sign[0] in "([（":
            depth += 1
        elif sign[0] in ")]）":
            depth = max(0, depth - 1)
        elif not depth:
            yield start, match.end()
            start = match.end()
    if start < len(hidden):
        yield start, len(hidden)


def _scoped(masked: Masked, span: tuple[int, int], polarity: Polarity) -> _Part:
    """Return what a sentence says, and of whom."""
    sentence = Sentence(masked, *span, polarity)
    tokens = sentence.masked.tokens(*span)
    applies = "TRUE"
    told = [token for token in tokens if token.kind not in ("filler", "comma")]
    if told and _is(masked, told[0], "scope"):
        applies = masked.matches[told[0].atom].applies
        tokens.remove(told[0])
    if any(_is(masked, token, "scope") for token in tokens):
        return _Part(sentence.manual("it is not certain whom it concerns"), applies)
    told_of = {masked.matches[token.atom].applies for token in tokens if token.kind == "atom"}
    own = told_of - {"TRUE"}
    if len(own | ({applies} - {"TRUE"})) > 1:
        return _Part(sentence.manual("its parts concern different people"), "TRUE")
    node = _judge(sentence, tokens)
    if own and applies == "TRUE" and (len(told_of) > 1 or any(leaf.reason == NOT_READ for leaf in manuals(node))):
        return _Part(_judge(replace(sentence, limited=True), tokens), "TRUE")
    return _Part(node, own.pop() if own else applies)


def _judge(sentence: Sentence, tokens: list[Token]) -> Node:
    """Return the condition of a sentence whose scope is known."""
    reason = AMBIGUOUS.get(sentence.polarity, sentence.words)
    return sentence.manual(reason) if reason else parse_sentence(sentence, tokens)


def _is(masked: Masked, token: Token, concept: str) -> bool:
    return token.kind == "atom" and masked.matches[token.atom].concept == concept


def _whole(text: str, node: Node) -> Node:
    """Return a condition that asks nothing twice; one of nothing but questions to a person as one question."""
    node = united(node)
    judged = manuals(node)
    if len(judged) < 2 or any(not isinstance(leaf, Manual) for leaf in leaves(node)):
        return node
    return Manual(text[:LONGEST], "; ".join(dict.fromkeys(leaf.reason for leaf in judged))[:500])


def _both_sexes(masked: Masked) -> bool:
    """Whether an item names one sex in one place and the other in another."""
    return len({match.node for match in masked.matches if match.concept == "sex" and match.node != All(())}) > 1


def _used(match: Match, node: Node) -> bool:
    """Whether any atom of a match is in a condition."""
    found = set(leaves(node))
    return any(leaf in found for leaf in leaves(match.node))


def _joint(words: str, item: Item, polarity: Polarity) -> Literal["all", "any", "narrowed"] | None:
    """Return how the words above the points join them, or None where that is not certain.

    Adequate function of organs `defined as` or followed by limits asks for all of them; further words may narrow it.
    """
    ends = [re.search(r"\b(or|and)[\s,;.]*$", child.text, re.IGNORECASE) for child in item.children[:-1]]
    told = {end[1].lower() for end in ends if end}
    begins = re.match(r"(or|and)\b", item.children[-1].text, re.IGNORECASE)
    told |= {begins[1].lower()} if begins else set()
    if SOME.fullmatch(words):
        return "any" if "and" not in told else None
    if EVERY.fullmatch(words):
        return "all" if "or" not in told else None
    if polarity == "exclusion" or "or" in told:
        return None
    if DEFINED.fullmatch(words):
        return "all"
    return "narrowed" if ADEQUATE.match(words) and not CONDITIONAL.search(words) else None


def pieces(masked: Masked, unread: Sequence[str]) -> tuple[Piece, ...]:
    """Return what became of each stretch of a text."""
    manual = [(at, at + len(words)) for words in unread if (at := masked.text.find(words)) >= 0]
    found: list[Piece] = []
    for token in masked.tokens(0, len(masked.text)):
        inside = any(start <= token.start < end for start, end in manual)
        if token.kind == "atom":
            concept = masked.matches[token.atom].concept
            found.append(Piece(token.start, token.end, "atom", concept))
        elif inside and token.kind != "filler":
            found.append(Piece(token.start, token.end, "manual"))
        else:
            found.append(Piece(token.start, token.end, "filler" if token.kind == "filler" else "connective"))
    return tuple(found)
