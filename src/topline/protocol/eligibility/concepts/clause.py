"""The clause around what is named: whether it is denied, limited, permitted, or told of the past.

A column of the patient table answers a bare statement only. Here is decided which words leave a statement bare, and
what becomes of it when they do not: never a guess, at worst a question to a person.
"""

import re
from dataclasses import dataclass

from topline.protocol.eligibility.concepts.bounds import Bounds
from topline.protocol.eligibility.concepts.clause_words import (
    ADJACENT,
    ATTACHED,
    CONNECTIVE,
    CUE,
    DEFINING,
    FOLLOWING,
    FORMER,
    HARMLESS,
    INCLUDING,
    LATER,
    LEADS,
    PAST,
    PERMIT,
    PRECEDING,
    REFUSED,
    RELATIVE,
    RELATIVES,
    SHARED,
    SUSPECTED,
    TEMPORAL,
)
from topline.protocol.eligibility.match import Match, Polarity
from topline.protocol.eligibility.tree import Manual, Node, Not

LONGEST = 10_000
"""Longest text that is read, in characters: as long as the text of a criterion may be."""
REACH = 400
END = re.compile(r"[;\n。；]|\.(?=\s|$)")
MOST_LEADS = 10
LONGEST_WORD = 40
LAST_WORD = re.compile(r"(?<![\w-])([\w-]+)\s+$")
WIDER = "adjectives before it share its noun, and the patient table does not hold them"
LIMITED = "the criterion limits this further than the patient table can say"
REMEMBERED = "the patient table holds what is present; whether it ever was, a person knows"
BOTH = "the criterion differs from what the patient table holds"
PERMISSION = "the sentence allows or excepts something: a person says what it means for this patient"
DOUBLED = "an exclusion criterion with a negation: a double negative is not resolved"
DEMANDED = "an inclusion criterion that names this without a negation: a person says whether it is demanded"


@dataclass(frozen=True, slots=True)
class Mention:
    """A fact that is named in a text: from where to where, between which conditions, and as which concept.

    `ever` says that the columns tell of the past as well; `wanted` that an inclusion criterion may demand the fact;
    `closed` that no word before the mention belongs to it; `doubt` why a person decides between the two conditions.
    """

    start: int
    end: int
    bounds: Bounds
    concept: str
    ever: bool = False
    wanted: bool = False
    closed: bool = False
    doubt: str = BOTH


@dataclass(frozen=True, slots=True)
class Surroundings:
    """The words around a mention: clause before it, words that lead to it, clause after it, and whether it is denied.

    `start` is where what is said of the mention begins, `said` where it begins without its negation.
    """

    before: str
    lead: str
    after: str
    start: int
    end: int
    said: int
    denied: bool

    @property
    def words(self) -> str:
        """The clause without the mention."""
        return f"{self.before} {self.after}"


def surroundings(text: str, start: int, end: int) -> Surroundings:
    """Return the words around a stretch; `start` is where those that lead to it begin, a negation included.

    >>> around = surroundings("Age over 18. No known history of brain metastases.", 33, 49)
    >>> around.denied, around.lead, around.start
    (True, 'No known history of ', 13)
    """
    left = max(0, start - REACH)
    for found in END.finditer(text, left, start):
        left = found.end()
    following = END.search(text, end, min(len(text), end + REACH))
    right = following.start() if following else min(len(text), end + REACH)
    before = text[left:start]
    at = _lead(before)
    cue = CUE.search(before[:at])
    begin = cue.start() if cue else at
    return Surroundings(
        before[:begin], before[begin:], text[end:right], left + begin, right, left + at, cue is not None
    )


def _lead(before: str) -> int:
    """Return where the words begin that lead to what follows."""
    at = len(before)
    for _ in range(MOST_LEADS):
        word = LAST_WORD.search(before, max(0, at - LONGEST_WORD), at)
        if word is None or word[1].lower() not in LEADS:
            break
        at = word.start()
    return at


def negated(text: str, start: int) -> bool:
    """Return whether what begins here stands behind a negation."""
    return surroundings(text, start, start).denied


def stated(text: str, mention: Mention, polarity: Polarity) -> Match:
    """Return what an item says by naming a fact: the fact, its contrary, or a question to a person.

    >>> from topline.protocol.eligibility.tree import Compare
    >>> lung = Mention(3, 6, Bounds.exact(Compare("ILD", "=", "Y")), "ild")
    >>> stated("No ILD", lung, "inclusion").node
    Not(part=Compare(column='ILD', operator='=', value='Y', of=''))
    >>> stated("No ILD", lung, "exclusion").node.reason
    'an exclusion criterion with a negation: a double negative is not resolved'
    """
    around = surroundings(text, mention.start, mention.end)
    if doubt := _doubt(around, polarity, mention):
        return Match(around.start, mention.end, Manual(_clause(text, around), doubt), mention.concept)
    shared = SHARED.search(around.before) if mention.closed and not around.lead else None
    bounds, reason, end = _limited(text, mention, around)
    bounds, reason = (bounds.widened, WIDER) if shared else (bounds, reason)
    refused = polarity == "inclusion" and REFUSED.search(around.after) is not None
    node = _told(text, around, (bounds, reason, end), contrary=around.denied or refused)
    start = around.start if _speaks(around) else mention.start - (len(shared.group()) if shared else 0)
    start = _with_adjective(around, start) if not mention.closed and not around.denied else start
    return Match(start, end, node, mention.concept)


def _told(text: str, around: Surroundings, limited: tuple[Bounds, str, int], *, contrary: bool) -> Node:
    """Return a fact within its bounds, or its contrary; what a person is asked of is never the negated sentence."""
    bounds, reason, end = limited
    if bounds.narrow is None and bounds.wide is None:
        return Manual(_clause(text, around), reason)
    if contrary:
        return Not(bounds.node(text[around.said : end].strip(), reason))
    return bounds.node(_clause(text, around), reason)


def _with_adjective(around: Surroundings, start: int) -> int:
    """Return where the word begins that stands right before a mention and limits it: it is asked about with it."""
    preceding = PRECEDING.search(around.before)
    if preceding is None or CONNECTIVE.fullmatch(preceding["word"]) or around.start > start:
        return start
    return around.start - len(around.before) + preceding.start()


def _speaks(around: Surroundings) -> bool:
    """Return whether the words that lead to a mention say something: a negation, the past."""
    return around.denied or bool(PAST.search(around.lead))


def _doubt(around: Surroundings, polarity: Polarity, mention: Mention) -> str:
    """Return why a mention is not judged at all, or nothing."""
    if PERMIT.search(around.words):
        return PERMISSION
    if polarity == "exclusion" and around.denied:
        return DOUBLED
    if polarity == "inclusion" and not (around.denied or mention.wanted or REFUSED.search(around.after)):
        return DEMANDED
    return DOUBLED if around.denied and REFUSED.search(around.after) else ""


def _limited(text: str, mention: Mention, around: Surroundings) -> tuple[Bounds, str, int]:
    """Return the bounds of a mention as its clause limits them, why, and where the words that limit it end."""
    bounds, end = mention.bounds, mention.end
    after = LATER.search(around.after)
    if _goes_on(around.after, after) or RELATIVES.search(around.before + around.lead):
        return Bounds(None, None), BOTH, end
    if not mention.ever and _of_the_past(around, after):
        return Bounds(None, None), BOTH, end
    narrowed = after or ATTACHED.match(around.after) or (not mention.closed and _qualified(around))
    past = (
        SUSPECTED.search(around.words + around.lead)
        or INCLUDING.match(around.after)
        or (not mention.ever and PAST.search(around.before + around.lead))
    )
    if after and ADJACENT.fullmatch(around.after[: after.start()]):
        comma = re.compile(r"[,)]").search(text, mention.end + after.end(), around.end)
        end = comma.start() if comma else around.end
        end = mention.end + len(text[mention.end : end].rstrip())
    if narrowed and past:
        return Bounds(None, None), BOTH, end
    if narrowed:
        return bounds.restricted, LIMITED, end
    return (bounds.widened if past else bounds), (REMEMBERED if past else mention.doubt), end


def _of_the_past(around: Surroundings, after: re.Match[str] | None) -> bool:
    """Return whether a time is named; one in a relative clause is of its own (`that was treated in the past year`)."""
    relative = after and RELATIVE.match(after.group()) and ADJACENT.fullmatch(around.after[: after.start()])
    return TEMPORAL.search(around.before if relative else around.words) is not None


def _goes_on(after: str, later: re.Match[str] | None) -> bool:
    """Return whether the words right after a mention make it another, or define it: `HIV drugs`, `infection: ...`."""
    if later and ADJACENT.fullmatch(after[: later.start()]):
        return False
    following = FOLLOWING.match(after)
    return bool(DEFINING.match(after)) or bool(following and not HARMLESS.fullmatch(following["word"]))


def _qualified(around: Surroundings) -> bool:
    """Return whether a word before a mention may limit it, right before it or earlier in the clause."""
    if FORMER.search(around.before + around.lead):
        return True
    preceding = PRECEDING.search(around.before) if not around.denied else None
    return bool(preceding and not CONNECTIVE.fullmatch(preceding["word"]))


def _clause(text: str, around: Surroundings) -> str:
    return text[around.start - len(around.before) : around.end].strip()
