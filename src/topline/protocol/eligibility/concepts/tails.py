"""What follows a limit: another limit for some patients, an exception, or words that say for whom it holds."""

import re
from dataclasses import dataclass

from topline.protocol.eligibility.concepts.limits import Limit, parse_limit, side_of
from topline.protocol.eligibility.concepts.subjects import Subject, parse_subject, skip_filler
from topline.protocol.eligibility.match import Polarity
from topline.protocol.eligibility.tree import All, Any, Compare, Holds, Manual, Node, Not, When

PATIENTS_WITH = (
    r"(?:(?:the\s)?(?:patients?|subjects?|participants?|individuals|those|cases|people"
    r"|(?:presence|case)\sof)\s?)?(?:with|who\s(?:have|has|had)|having|have|has|had"
    r"|there\s(?:is|are)|whose|of)?\s?"
)
KNOWN = (
    r"(?:(?:any|known|documented|confirmed|underlying|proven|evidence\sof|the\spresence\sof"
    r"|presence\sof|active|metastatic\sdisease\sto\sthe)\s)?"
)
SITE = r"(?:liver|hepatic|bone|skeletal|osseous)"
TO_SPREAD = r"\s?(?:metastas[ie]s|metastatic\s(?:disease|involvement)|mets)"
SITES = re.compile(
    rf"{PATIENTS_WITH}(?P<no>(?:no|without|absence\sof|do\snot\shave)\s)?{KNOWN}"
    rf"(?:(?P<one>{SITE})(?:{TO_SPREAD})?\s?(?:/|or|and/or)\s?(?P<two>{SITE}){TO_SPREAD}|(?P<only>{SITE}){TO_SPREAD})"
    r"(?:\s(?:is|are|were|was)\s(?:present|documented|known|confirmed))?(?![\w-])",
    re.IGNORECASE,
)
SEX = re.compile(
    r"(?:patients?\swho\sare\s)?(?:(?P<male>males?|men|male\spatients)|(?P<female>females?"
    r"|women|female\spatients))(?![\w-])",
    re.IGNORECASE,
)
OPENING = re.compile(
    r"\s?(?P<open>\.\s(?=for\b|in\b|if\b)|[,;:]?\s?[(\[]|[,;])?\s?(?:(?:or|and|but|however|except(?:\sfor)?)\b,?\s?)?",
    re.IGNORECASE,
)
CONDITION = re.compile(
    r"\s?,?\s?(?:(?:is|are)\s(?:allowed|acceptable|permitted)\s)?(?:if|for|in\sthe\sevent\sof"
    r"|in|with|when|where|among|only\sif)\s",
    re.IGNORECASE,
)
WITHOUT = re.compile(r"\s?,?\s?(?:in\sthe\sabsence\sof|without)\s", re.IGNORECASE)
ALLOWED = r"(?:allow\w+|permi\w+|eligible|enrol\w+|acceptable|includ\w+|exempt\w*|not\sapply|except\w*|unless)"
PERMISSION = re.compile(rf"\s?[(\[](?P<what>[^()\[\]]{{1,250}}\b{ALLOWED}\b[^()\[\]]{{0,150}})[)\]]", re.IGNORECASE)
OR_ELSE = re.compile(r"\s?(?:,\s?)?(?:or|and/or|/)\s(?!\W{0,2}\d|\W{0,2}[<>≥≤=])|\s?and\s", re.IGNORECASE)
EXCEPTION = re.compile(
    r"\s?(?P<open>[,;]?\s?[(\[]|,)?\s?(?:unless|except(?:ing|ed)?(?:\s(?:for|in|that|if))?"
    r"|excluding|with\sthe\sexception\sof)\s(?P<what>[^.;\n)\]]{1,200})[)\]]?",
    re.IGNORECASE,
)
GROUP = re.compile(
    r"(?:adult\s|the\s)?(?:patients?|subjects?|participants?|individuals|those|cases|children|adults|people)\b",
    re.IGNORECASE,
)
WORDS = re.compile(r"(?:[^.;,\n)\]]|[.,](?=\d)){1,160}")
MORE = re.compile(r"\s?[,;]?\s?(?:[(\[]|or\b)\s?(?:[<>≥≤=]|\d)", re.IGNORECASE)
MOST_TAILS = 4
ELSEWHERE = "a condition that the patient table does not hold"
EXCEPTED = "an exception that the patient table does not hold"
UNREAD = "another limit follows that is not understood"


@dataclass(frozen=True, slots=True)
class Qualified:
    """A limit with all that qualifies it, and where its words end."""

    node: Node
    end: int


@dataclass(frozen=True, slots=True)
class Section:
    """Whether a limit includes or excludes, and whether no other limit stands before it in its sentence."""

    polarity: Polarity
    first: bool


@dataclass(frozen=True, slots=True)
class Scope:
    """For whom a limit holds, and where the words that say so end."""

    node: Node
    end: int


def parse_tails(text: str, base: Qualified, subject: Subject, section: Section) -> Qualified:
    """Return a limit with what follows it.

    >>> from topline.protocol.eligibility.concepts.laboratory import find
    >>> find("ALT <= 2.5 x ULN (<= 5 x ULN with liver metastases)", "inclusion")[0].node
    When(condition=Holds(column='METSITES', codes=('LIVER',)), then=Compare(column='ALT', operator='<=', value=5.0,
    of='ALTULN'), otherwise=Compare(column='ALT', operator='<=', value=2.5, of='ALTULN'))
    """
    base = _first_scope(text, base, section.polarity)
    for _ in range(MOST_TAILS):
        further = _other_limit(text, base, subject) or _exception(text, base, subject, section)
        if further is None:
            break
        base = further
    if MORE.match(text, base.end):
        return Qualified(Manual(text[subject.start : base.end], UNREAD), base.end)
    return base


def _first_scope(text: str, base: Qualified, polarity: Polarity) -> Qualified:
    """Return a limit that holds for some patients only: the others meet it, whatever their value is."""
    absent = WITHOUT.match(text, base.end)
    found = absent or CONDITION.match(text, base.end)
    scope = parse_scope(text, found.end()) if found else None
    if scope is None:
        return base
    if isinstance(scope.node, Manual):
        if absent or not GROUP.match(scope.node.text):
            return base
        concerned = Any((Not(scope.node), base.node)) if polarity == "inclusion" else All((base.node, scope.node))
        return Qualified(concerned, scope.end)
    node = _denied(scope.node) if absent else scope.node
    return Qualified(When(node, base.node, _beyond(base.node)), scope.end)


def _denied(node: Node) -> Node:
    return node.part if isinstance(node, Not) else Not(node)


def _beyond(node: Node) -> Node:
    """Return the condition of patients whom a limit does not concern, until a limit for them is read."""
    return Any(
        (node, Manual("the limit for the other patients", "the criterion states a limit for some patients only"))
    )


def parse_scope(text: str, at: int) -> Scope | None:
    """Return for whom a limit holds, as far as the patient table knows; other words are a question to a person."""
    if (found := SITES.match(text, at)) and not _goes_on(text, found.end()):
        codes = tuple(
            dict.fromkeys(
                "LIVER" if found[g].lower() in ("liver", "hepatic") else "BONE"
                for g in ("one", "two", "only")
                if found[g]
            )
        )
        node: Node = Holds("METSITES", codes)
        return Scope(Not(node) if found["no"] else node, found.end())
    if (found := SEX.match(text, at)) and not _goes_on(text, found.end()):
        return Scope(Compare("SEX", "=", "M" if found["male"] else "F"), found.end())
    if found := WORDS.match(text, at):
        return Scope(Manual(found.group().strip(), ELSEWHERE), found.end())
    return None


def _goes_on(text: str, at: int) -> bool:
    """Return whether more is added to a condition: `liver metastases or liver cancer`."""
    found = OR_ELSE.match(text, at)
    if found is None:
        return False
    return found.group().strip().lower() != "and" or parse_subject(text, found.end(), here=True) is None


def _other_limit(text: str, base: Qualified, subject: Subject) -> Qualified | None:
    """Return the limit with another one for some patients, whose condition precedes it or follows it."""
    opening = OPENING.match(text, base.end)
    if opening is None or opening.end() == base.end:
        return None
    leading = CONDITION.match(text, opening.end())
    scope = parse_scope(text, leading.end()) if leading else None
    at = scope.end if scope else opening.end()
    limit = _limit(text, at, subject)
    if limit is None:
        return None
    end = limit.end
    if scope is None:
        following = CONDITION.match(text, end)
        scope = parse_scope(text, following.end()) if following else None
        if scope is None:
            return None
        end = scope.end
    return _chosen(
        base,
        scope.node,
        limit.bounds(subject.analytes, subject.joined).node(text[at:end], ELSEWHERE),
        _closed(text, opening, end),
    )


def _chosen(base: Qualified, scope: Node, other: Node, end: int) -> Qualified:
    """Return one limit where a condition holds and the other elsewhere."""
    if (
        isinstance(base.node, When)
        and isinstance(base.node.otherwise, Any)
        and any(isinstance(p, Manual) for p in base.node.otherwise.parts)
    ):
        first = base.node
        contrary = (Not(first.condition), getattr(first.condition, "part", None))
        if scope in contrary or _sexes(first.condition, scope):
            return Qualified(When(first.condition, first.then, other), end)
        return Qualified(When(scope, other, base.node), end)
    return Qualified(When(scope, other, base.node), end)


def _sexes(one: Node, other: Node) -> bool:
    """Return whether two conditions are the two sexes."""
    return (
        isinstance(one, Compare) and isinstance(other, Compare) and one.column == other.column == "SEX" and one != other
    )


def _limit(text: str, at: int, subject: Subject) -> Limit | None:
    """Return a limit of the same tests at a place, their names repeated or not."""
    comma = re.compile(r"\s?[,:]?\s?(?:then\s)?").match(text, at)
    at = comma.end() if comma else at
    again = parse_subject(text, at, here=True)
    if again is not None and again.columns != subject.columns:
        return None
    limit = parse_limit(text, skip_filler(text, again.end if again else at), subject.analytes)
    return None if limit is None or limit.fault else limit


def _exception(text: str, base: Qualified, subject: Subject, section: Section) -> Qualified | None:
    """Return the limit with its exception: a limit of its own for those excepted, or a question to a person."""
    found = PERMISSION.match(text, base.end) or EXCEPTION.match(text, base.end)
    if found is None or not (section.first or "(" in found.group()[:3]):
        return None
    what = found["what"].strip()
    judged = Manual(what, EXCEPTED)
    for place in re.finditer(r"[<>≥≤]|\b(?:less|greater|up|not|no)\b", what):
        limit = parse_limit(what, place.start(), subject.analytes)
        if limit and not limit.fault and limit.comparisons and _same_side(limit, subject, section.polarity):
            return Qualified(
                When(judged, limit.bounds(subject.analytes, subject.joined).node(what, ELSEWHERE), base.node),
                found.end(),
            )
    free = Any((base.node, judged)) if section.polarity == "inclusion" else All((base.node, Not(judged)))
    return Qualified(free, found.end())


def _same_side(limit: Limit, subject: Subject, polarity: Polarity) -> bool:
    demanded = "good" if polarity == "inclusion" else "bad"
    return all(side_of(limit, analyte) == demanded for analyte in subject.analytes)


def _closed(text: str, opening: re.Match[str], end: int) -> int:
    """Return where words end, with the bracket that was opened before them."""
    bracket = opening["open"] and opening["open"].strip()[-1] in "(["
    return end + 1 if bracket and text[end : end + 1] in (")", "]") else end
