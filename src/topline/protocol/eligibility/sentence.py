"""One sentence of a criterion: from its understood stretches and the words between them to a condition.

The rule of safety: where a word is not understood, the condition may only say what holds whatever the word means. An
inclusion sentence fails where its atom fails if the rest can only narrow it; an exclusion sentence fails where its atom
fails; nothing else is concluded, and a person decides.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from topline.protocol.eligibility.connect import TRUE, agreed, every, manuals, some
from topline.protocol.eligibility.masked import Masked, Token
from topline.protocol.eligibility.match import Polarity
from topline.protocol.eligibility.scope import limit
from topline.protocol.eligibility.sentence_words import (
    ADJECTIVES,
    ALLOWING,
    BARE_NOUNS,
    NAMED_AFTER,
    NARROWS,
    NOT_READ,
    OWN_ADJECTIVE,
    QUALIFIES,
    SUBJECT_AGAIN,
    TAKEN,
    TREATMENTS,
    UNCERTAIN,
    UNIVERSAL,
    WIDENS_EXCLUSION,
    WIDENS_INCLUSION,
)
from topline.protocol.eligibility.tree import Any, Manual, Node, Not


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence of a masked text, its tokens without filler at hand."""

    masked: Masked
    start: int
    end: int
    polarity: Polarity
    limited: bool = False
    """Whether each atom is limited to the candidates that it concerns, because not the whole sentence does."""

    @property
    def words(self) -> str:
        """The sentence as it was written."""
        return self.masked.text[self.start : self.end].strip()

    def manual(self, reason: str = NOT_READ) -> Manual:
        """Return the sentence as something that a person judges."""
        return Manual(self.words, reason)

    def nodes(self, tokens: Sequence[Token]) -> list[Node]:
        """Return the conditions of the atoms among tokens."""
        return [self.node(token) for token in tokens if token.kind == "atom"]

    def node(self, token: Token) -> Node:
        """Return the condition of an atom."""
        match = self.masked.matches[token.atom]
        return limit(match.node, match.applies, self.polarity) if self.limited else match.node


def parse_sentence(sentence: Sentence, tokens: list[Token]) -> Node:
    """Return the condition that a sentence states; `tokens` are its tokens without its scope."""
    told = _trim(_brackets(_colons([token for token in tokens if token.kind != "filler"])))
    if not told:
        return TRUE
    kinds = {token.kind for token in told}
    if "atom" not in kinds or _of_one_sex(sentence, told):
        return sentence.manual()
    if kinds <= {"atom", "and", "or", "comma", "join", "slash"}:
        return connect(sentence, told)
    read = _negated(sentence, told) or _excepted(sentence, told) or _exemplified(sentence, told)
    return read or _partly(sentence, told)


def _of_one_sex(sentence: Sentence, told: Sequence[Token]) -> bool:
    """Whether a sentence that names one sex says more than ages: what it demands may then concern that sex only."""
    concepts = {sentence.masked.matches[token.atom].concept for token in told if token.kind == "atom"}
    idle = {"atom", "and", "or", "comma", "join"}
    return "sex" in concepts and (not concepts <= {"sex", "age"} or any(token.kind not in idle for token in told))


def _colons(told: list[Token]) -> list[Token]:
    """Return tokens without the colons that stand before the first atom or at the end."""
    first = next((at for at, token in enumerate(told) if token.kind == "atom"), len(told))
    last = len(told) - 1
    return [token for at, token in enumerate(told) if token.kind != "colon" or first < at < last]


def connect(sentence: Sentence, told: Sequence[Token]) -> Node:
    """Return the atoms of a sentence as its connectives join them; where those are not certain, a person decides."""
    attached = _attached(sentence, told)
    nodes = [node for node, _ in attached]
    joints = {kind for _, kinds in attached for kind in kinds}
    if len(nodes) == 1:
        return nodes[0]
    clear = all(kinds for _, kinds in attached[1:])
    if clear and joints <= {"or", "comma"} and "or" in joints:
        return some(nodes)
    if clear and joints <= {"and", "comma"} and sentence.polarity == "inclusion":
        return every(nodes)
    return agreed(nodes, sentence.words, UNCERTAIN)


def _attached(sentence: Sentence, told: Sequence[Token]) -> list[tuple[Node, tuple[str, ...]]]:
    """Return the conditions of a sentence, each with the connectives before it.

    Atoms that stand side by side (`confirmed` `metastatic` `lung cancer`) are one condition when there is no
    connective in the sentence; with connectives it is not certain to what they belong.
    """
    found: list[tuple[Node, tuple[str, ...]]] = []
    joints: list[str] = []
    for token in told:
        if token.kind == "atom":
            found.append((sentence.node(token), tuple(joints)))
            joints = []
        else:
            semicolon = sentence.masked.text[token.start] in ";；"
            joints.append("semicolon" if semicolon else token.kind)
    bare = all(not kinds for _, kinds in found)
    one_line = "\n" not in sentence.masked.text[told[0].start : told[-1].end]
    return [(every([node for node, _ in found]), ())] if bare and one_line else found


def _trim(told: list[Token]) -> list[Token]:
    """Return tokens without connectives and commas at both ends."""
    idle = {"and", "or", "comma", "slash", "join", "colon"}
    while told and told[0].kind in idle:
        told = told[1:]
    while told and told[-1].kind in idle:
        told = told[:-1]
    return told


def _brackets(tokens: list[Token]) -> list[Token]:
    """Return tokens without empty brackets; atoms in brackets are joined to the others, how is not certain."""
    kept: list[Token] = []
    for token in tokens:
        opens = max((at for at, one in enumerate(kept) if one.kind == "open"), default=-1)
        inside = kept[opens + 1 :]
        if token.kind != "close" or opens < 0 or not {one.kind for one in inside} <= {"atom", "or", "and", "comma"}:
            kept.append(token)
        elif not inside:
            kept.pop()
        else:
            kept = [*kept[:opens], kept[opens]._replace(kind="join"), *inside, token._replace(kind="join")]
    return kept


def _understood(told: Sequence[Token]) -> bool:
    """Whether tokens are atoms and connectives only, with at least one atom."""
    kinds = {token.kind for token in told}
    return "atom" in kinds and kinds <= {"atom", "and", "or", "comma", "join"}


def _negated(sentence: Sentence, told: list[Token]) -> Node | None:
    """Return the condition of `no A or B`, where nothing else is said: as of an exclusion of A or B."""
    if sentence.polarity == "exclusion" or told[0].kind != "no" or not _understood(told[1:]):
        return None
    return Not(connect(replace(sentence, polarity="exclusion"), told[1:]))


def _excepted(sentence: Sentence, told: list[Token]) -> Node | None:
    """Return the condition of `A unless B` and `A if B`, where A and B are understood."""
    places = [at for at, token in enumerate(told) if token.kind in ("unless", "if")]
    if (sentence.limited and sentence.polarity == "inclusion") or len(places) != 1:
        return None
    if not 0 < places[0] < len(told) - 1:
        return None
    left, right = _trim(told[: places[0]]), _trim(told[places[0] + 1 :])
    if not (_understood(left) and _understood(right)):
        return None
    stated, other = connect(sentence, left), connect(sentence, right)
    unless = told[places[0]].kind == "unless"
    if sentence.polarity == "exclusion":
        return every([stated, Not(other) if unless else other])
    return some([stated, other if unless else Not(other)])


def _exemplified(sentence: Sentence, told: list[Token]) -> Node | None:
    """Return the condition of an exclusion with examples: `A (such as B, C, etc.)`.

    A alone excludes. What the examples add, where A does not hold, a person judges.
    """
    places = [at for at, token in enumerate(told) if token.kind == "such"]
    if sentence.polarity == "inclusion" or len(places) != 1:
        return None
    left = [token for token in told[: places[0]] if token.kind != "open"]
    right = [token for token in told[places[0] + 1 :] if token.kind != "close" and not _etc(sentence, token)]
    if not _understood(left) or any(
        token.kind not in ("atom", "and", "or", "comma", "word", "slash") for token in right
    ):
        return None
    stated = connect(sentence, _trim(left))
    told_of = sentence.nodes(right)
    judged: Node = sentence.manual("examples may widen what is meant")
    if told_of and not any(token.kind == "word" for token in right):
        judged = every([some(told_of), judged])
    return Any((stated, judged))


def _etc(sentence: Sentence, token: Token) -> bool:
    """Whether a token is `etc`."""
    return sentence.masked.text[token.start : token.end].lower() in ("etc", "etc.")


def _partly(sentence: Sentence, told: list[Token]) -> Node:
    """Return what holds of a sentence whatever the words mean that are not understood."""
    if told[0].kind == "atom":
        return _narrowed(sentence, told) or _again(sentence, told) or _apart(sentence, told) or sentence.manual()
    return _qualified(sentence, told) or _apart(sentence, told) or sentence.manual()


def _qualified(sentence: Sentence, told: list[Token]) -> Node | None:
    """Return what holds of an exclusion whose words before its first atom are verbs of taking, or only narrow it."""
    if sentence.polarity == "inclusion":
        return None
    first = next(at for at, token in enumerate(told) if token.kind == "atom")
    before = [sentence.masked.text[token.start : token.end] for token in told[:first] if token.kind == "word"]
    if any(token.kind not in ("word", "comma", "and", "or") for token in told[:first]):
        return None
    treatment = sentence.masked.matches[told[first].atom].concept in TREATMENTS
    if treatment and all(TAKEN.fullmatch(word) for word in before):
        return connect(sentence, told[first:]) if _understood(told[first:]) else _narrowed(sentence, told[first:])
    if not all(ADJECTIVES.fullmatch(word) for word in before):
        return None
    if any(token.kind != "word" for token in told[:first]) and not _of_bare_noun(sentence, told[first]):
        return None
    if _understood(told[first:]):
        return every([connect(sentence, told[first:]), sentence.manual()])
    return _narrowed(sentence, told[first:])


def _of_bare_noun(sentence: Sentence, token: Token) -> bool:
    """Whether adjectives before an atom can only limit it, because without its own it is the bare noun.

    `Severe or active lung disease` needs a lung disease. Not so `persistent or uncontrolled hypertension`: it may be
    persistent and controlled.
    """
    match = sentence.masked.matches[token.atom]
    own = OWN_ADJECTIVE.match(sentence.masked.text, token.start) is not None
    return not own or (match.concept in BARE_NOUNS and bool(manuals(match.node)))


def _narrowed(sentence: Sentence, told: list[Token]) -> Node | None:
    """Return `atom, and a person judges the rest`, where the rest can only narrow the atom."""
    last = next(at for at, token in enumerate(told) if token.kind not in ("atom", "and", "or", "comma", "join"))
    head = _trim(told[:last])
    words = sentence.masked.hidden[head[-1].end : sentence.end].strip(" ,.()[]\n")
    concepts = {sentence.masked.matches[token.atom].concept for token in head if token.kind == "atom"}
    inclusion = sentence.polarity == "inclusion"
    widens = WIDENS_INCLUSION if inclusion else WIDENS_EXCLUSION
    narrows = NARROWS[sentence.polarity].match(words) is not None or (inclusion and concepts == NAMED_AFTER)
    if not narrows or widens.search(words) or any(token.kind == "atom" for token in told[last:]):
        return None
    if inclusion and not concepts <= UNIVERSAL:
        return None
    return every([connect(sentence, head), sentence.manual()])


def _again(sentence: Sentence, told: list[Token]) -> Node | None:
    """Return `A or a person judges the rest` of an exclusion, where the rest begins with a subject of its own."""
    if sentence.polarity == "inclusion":
        return None
    found = SUBJECT_AGAIN.search(sentence.masked.hidden, told[0].start, sentence.end)
    if found is None or ALLOWING.search(sentence.masked.hidden, found.end(), sentence.end):
        return None
    left = [token for token in told if token.start < found.start()]
    if not _understood(left):
        return None
    rest = sentence.masked.text[found.end() : sentence.end].strip()
    return some([connect(sentence, left), Manual(rest, NOT_READ)])


def _apart(sentence: Sentence, told: list[Token]) -> Node | None:
    """Return a sentence of parts that stand for themselves, some understood, some not.

    In an inclusion criterion the parts must be joined by `and` alone, in an exclusion criterion by `or` alone, and the
    parts that are not understood must not qualify the others.
    """
    joint = "and" if sentence.polarity == "inclusion" else "or"
    if any(
        token.kind in ("unless", "except", "if", "such", "no", "join", "slash", "open", "close", "colon")
        for token in told
    ):
        return None
    joints = {token.kind for token in told} & {"and", "or"}
    if not joints <= {joint} or (joint == "or" and not joints):
        return None
    parts = _parts(told, joint)
    read = [part for part in parts if _understood(part)]
    unread = [part for part in parts if not _understood(part)]
    if not read or any(_qualifying(sentence, part) for part in unread):
        return None
    nodes = [connect(sentence, part) for part in read]
    first = next(token.start for token in told if token.kind == "atom")
    judged = [_asked(sentence, part, first) for part in unread]
    return every([*nodes, *judged]) if joint == "and" else some([*nodes, *judged])


def _asked(sentence: Sentence, part: Sequence[Token], first: int) -> Manual:
    """Return a part as something that a person judges.

    Adjectives or one word before the first atom may share its noun (`refractory or uncontrolled hypertension`): of an
    exclusion the whole sentence is asked then.
    """
    words = [sentence.masked.text[token.start : token.end] for token in part]
    bare = len(words) == 1 or all(ADJECTIVES.fullmatch(word) for word in words)
    if sentence.polarity == "exclusion" and part[0].start < first and bare:
        return sentence.manual()
    return Manual(sentence.masked.text[part[0].start : part[-1].end], NOT_READ)


def _parts(told: Sequence[Token], joint: str) -> list[list[Token]]:
    """Return the parts between connectives and commas."""
    parts: list[list[Token]] = [[]]
    for token in told:
        if token.kind in (joint, "comma"):
            parts.append([])
        else:
            parts[-1].append(token)
    return [part for part in parts if part]


def _qualifying(sentence: Sentence, part: Sequence[Token]) -> bool:
    """Whether a part that is not understood may say something of the parts beside it."""
    if any(token.kind == "atom" for token in part):
        return True
    words = sentence.masked.text[part[0].start : part[-1].end]
    if sentence.polarity == "inclusion":
        return WIDENS_INCLUSION.search(words) is not None
    return QUALIFIES.search(words) is not None or len(words) > 60
