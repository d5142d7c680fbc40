"""Performance status: ECOG (WHO, Zubrod) from 0 to 5, Karnofsky in percent."""

import re
from collections.abc import Iterator

from topline.protocol.eligibility.concepts.comparison import BOUND, operator_of
from topline.protocol.eligibility.match import Match, Polarity
from topline.protocol.eligibility.tree import All, Compare, Manual, Node, Operator

GROUP = r"(?:Eastern\s(?:Cooperative|Co-operative|Collaborative)\s(?:Oncology|Oncologic)\sGroup|ECOG|Zubrod)"
WHO = r"(?:WHO|World\sHealth\sOrgani[sz]ation)"
STATUS = r"(?:performance(?:\sstatus)?|PS\b|status)"
WORDS = (
    r"(?:[\s(/\[-]{1,3}(?:Eastern\sCooperative\sOncology\sGroup|ECOG|WHO|Zubrod|performance|status|scores?|"
    r"scoring|scale|PS|KPS|grade|"
    r"level|index|rating|points?|of|is|was|are|must|should|be|an?|the|at|on|within|criteria|screening|"
    r"baseline|physical|system|standard|state|condition|with)"
    r"\b[)\]]*){0,12}[\s:,)(]{0,3}"
)
LIST = (
    r"(?P<list>[0-5](?:\s?(?:,|，|/|or|and|,\sor|,\sand|-|–|—|~|～|to|through)\s?[0-5]){0,5})(?!\.?[0-9]|\s?%|\s?x\b)"
)
VALUE = (
    rf"(?:{BOUND}|(?P<least2>[0-5])\s(?:or|and)\s(?P<dir>less|lower|below|better|under|higher|more|greater|"
    rf"above|worse)\b|{LIST})"
)
PATTERNS = tuple(
    re.compile(words, re.IGNORECASE)
    for words in (
        rf"\b{GROUP}{WORDS}{VALUE}",
        rf"\b{WHO}(?:/ECOG)?[\s(/-]{{1,2}}{STATUS}{WORDS}{VALUE}",
        rf"\b{STATUS}[\s(,]{{1,3}}(?:{GROUP}|{WHO})\b[)\]]?{WORDS}{VALUE}",
        rf"\b(?:performance\sstatus|PS)(?:\sscore)?(?:\sof|\sis|:)?\s?{VALUE}\s?(?:points?\s)?(?:\(|by\s|"
        rf"on\s(?:the\s)?|according\sto\s(?:the\s)?|per\s)(?:{GROUP}|{WHO})\b(?:\s(?:scale|score|criteria|"
        rf"performance|status|PS)){{0,3}}\)?",
    )
)
TAIL = re.compile(r"\s?(?:points?|scores?|grades?)\b|\s?\((?:ECOG|PS)\)", re.IGNORECASE)
KARNOFSKY = re.compile(
    r"(?<!Lansky/)(?<!Lansky or )(?<!Lansky and )\b(?:Karnofsky|KPS)(?:[\s(/-]{1,2}(?:performance|status|"
    r"scores?|scale|PS|KPS|index|rating|of|is|must|should|be|a|an|the|Karnofsky)\b[)\]]*){0,8}[\s:,(]{0,3}"
    rf"(?:{BOUND}|(?P<low>[0-9]{{2,3}})\s?%?\s?(?:-|–|~|to)\s?(?P<high>[0-9]{{2,3}})|"
    rf"(?P<bare>[0-9]{{2,3}})\s?%?\s(?:or|and)\s(?P<dir>higher|more|greater|above|better))\s?%?",
    re.IGNORECASE,
)
WORST, BEST = 5, 100
DIRECTION = "the limit has the contrary direction of its section: it may be meant as the opposite"


def find(text: str, polarity: Polarity) -> list[Match]:
    """Return what an item says of performance status.

    >>> [match.node for match in find("ECOG performance status score of 0-2", "inclusion")]
    [Compare(column='ECOG', operator='<=', value=2, of='')]
    >>> [match.node for match in find("Karnofsky >= 70%", "inclusion")]
    [Compare(column='KPS', operator='>=', value=70, of='')]
    """
    return [*_ecog(text, polarity), *_karnofsky(text, polarity)]


def _ecog(text: str, polarity: Polarity) -> Iterator[Match]:
    for pattern in PATTERNS:
        for found in pattern.finditer(text):
            node = _status(found.groupdict())
            tail = TAIL.match(text, found.end())
            end = tail.end() if tail else found.end()
            if node is not None:
                yield Match(found.start(), end, _judged(node, text[found.start() : end], polarity), "ecog")


def _status(told: dict[str, str | None]) -> Node | None:
    """Return the condition on ECOG of what a pattern found."""
    if told.get("number"):
        operator, value = operator_of(told), float(str(told["number"]))
        return Compare("ECOG", operator, int(value)) if operator and value <= WORST and value.is_integer() else None
    if told.get("least2"):
        low = told["dir"] in ("less", "lower", "below", "better", "under")
        return Compare("ECOG", "<=" if low else ">=", int(str(told["least2"])))
    grades = sorted(int(digit) for digit in re.findall("[0-5]", told.get("list") or ""))
    if not grades or not _whole(grades, told.get("list") or ""):
        return None
    return _between("ECOG", (grades[0], grades[-1]), (0, WORST))


def _whole(grades: list[int], words: str) -> bool:
    """Whether grades are all that lie between the first and the last: `0-2`, `0, 1 or 2`, but not `0 or 2`."""
    return re.search(r"-|–|—|~|～|to|through", words) is not None or grades[-1] - grades[0] == len(grades) - 1


def _between(column: str, inside: tuple[int, int], scale: tuple[int, int]) -> Node | None:
    """Return that a column lies between two values, without limits that the scale has itself."""
    limits: tuple[tuple[Operator, int, int], ...] = ((">=", inside[0], scale[0]), ("<=", inside[1], scale[1]))
    nodes = tuple(Compare(column, operator, value) for operator, value, end in limits if value != end)
    if not nodes:
        return None
    return nodes[0] if len(nodes) == 1 else All(nodes)


def _judged(node: Node, words: str, polarity: Polarity, bad: tuple[str, str] = (">", "<")) -> Node:
    """Return the condition; a question to a person where its direction contradicts the section.

    `bad` is the side of ill candidates and that of well ones: an inclusion criterion limits the ill side.
    """
    limits = [leaf for leaf in (node.parts if isinstance(node, All) else (node,)) if isinstance(leaf, Compare)]
    wrong = bad[0] if polarity == "inclusion" else bad[1]
    if len(limits) == 1 and limits[0].operator.startswith(wrong):
        return Manual(words, DIRECTION)
    return node


def _karnofsky(text: str, polarity: Polarity) -> Iterator[Match]:
    for found in KARNOFSKY.finditer(text):
        told = found.groupdict()
        operator = operator_of(told)
        node: Node | None = None
        if told.get("number") and operator:
            node = Compare("KPS", operator, int(float(str(told["number"]))))
        elif told.get("bare"):
            node = Compare("KPS", ">=", int(str(told["bare"])))
        elif told.get("low"):
            node = _between("KPS", (int(str(told["low"])), int(str(told["high"]))), (0, BEST))
        if node is not None:
            yield Match(found.start(), found.end(), _judged(node, found.group(), polarity, ("<", ">")), "kps")
