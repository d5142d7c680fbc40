"""Infections: active ones, whether they are under control, and HIV, hepatitis B and C, tuberculosis by name."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from topline.protocol.eligibility.concepts.bounds import Bounds
from topline.protocol.eligibility.concepts.clause import LONGEST, Mention, stated, surroundings
from topline.protocol.eligibility.concepts.condition import Condition, find_conditions, flag, named, one_of
from topline.protocol.eligibility.concepts.examples import skip_examples
from topline.protocol.eligibility.concepts.quantity import parse_amount, parse_comparator, skip
from topline.protocol.eligibility.match import Match, Polarity
from topline.protocol.eligibility.tree import All, Compare, Holds, Manual

ACTIVE = Bounds.exact(flag("INFACT"))
UNCONTROLLED = Bounds.exact(All((flag("INFACT"), Compare("INFCTRL", "=", "N"))))
KIND = r"(?:(?:systemic|bacterial|viral|fungal|or|and|/|,|acute|chronic|severe|serious|clinically|significant) ?){0,7}"
ILLNESS = r"(?:infections?(?: diseases?)?|infectious diseases?)"
CONDITIONS = (
    Condition(named(rf"(?:active or uncontrolled|uncontrolled or active) {ILLNESS}"), ACTIVE, "infection", closed=True),
    Condition(
        named(
            r"(?:active,? (?:and )?uncontrolled|uncontrolled,? (?:and )?active"
            r"|uncontrolled) infections?(?: diseases?)?"
        ),
        UNCONTROLLED,
        "infection",
        closed=True,
    ),
    Condition(
        named(rf"active {ILLNESS}"),
        ACTIVE,
        "infection",
        closed=True,
    ),
    Condition(named(rf"(?:active|uncontrolled) {KIND}infections?"), ACTIVE.restricted, "infection", closed=True),
)
NAMES: tuple[tuple[str, str], ...] = (
    (
        "HIV",
        r"human immunodeficiency virus(?: ?\(HIV\))?(?: types? 1(?:/2| and 2)?)?"
        r"|HIV(?:[- ]1(?:/2)?)?|(?:acquired immunodeficiency syndrome|AIDS)",
    ),
    ("HBV", r"hepatitis B(?: virus)?(?: ?\(HBV\))?|HBV"),
    ("HCV", r"hepatitis C(?: virus)?(?: ?\(HCV\))?|HCV"),
    ("TUBERCULOSIS", r"(?:pulmonary )?tuberculosis(?: ?\(TB\))?|TB"),
    ("SYPHILIS", r"syphilis(?: infection)?"),
    ("COVID-19", r"COVID-?19|SARS-CoV-2"),
)
TESTED = (
    r"(?:\s?\((?:HIV|HBV|HCV|TB)\))?\)?[\s-](?:protease|vaccin|DNA|RNA|viral|virus[- ]?(?:DNA"
    r"|RNA|antibod|antigen|test)|surface|core|antibod|antigen|Ab\b|Ag\b|test|sero|ribo|deoxy"
    r"|load|negative)"
)
VIRUS = tuple(
    (
        code,
        re.compile(
            rf"(?:{words.replace(' ', chr(92) + 's')})(?![\w-])(?!{TESTED})(?!\s?\((?:HIV|HBV|HCV|TB)\))", re.IGNORECASE
        ),
    )
    for code, words in NAMES
)
SECOND = re.compile(r"\s?(?:or|and|/|and/or)\s?(?:B|C)(?:\svirus)?(?![\w-])", re.IGNORECASE)
SUFFIX = re.compile(r"\s(?:virus\s)?(?:infections?|disease|co-?infections?|hepatitis)(?![\w-])", re.IGNORECASE)
ANY = re.compile(
    r"(?<![\w-])(?:HIV|human\simmuno|acquired\simmuno|AIDS|hepatitis\s[BC]|HBV|HCV|tubercul"
    r"|pulmonary\stubercul|TB\b|syphilis|COVID|SARS)",
    re.IGNORECASE,
)
JOINER = re.compile(
    r"\s?(?:,\s?(?:and/or|or|and)?|/|(?:and/or|or|and)\b)\s?(?:(?:with|known|the)\s)?(?P<active>active\s)?",
    re.IGNORECASE,
)
PREFIX = re.compile(
    r"(?P<active>active\s)(?:(?:infections?\s(?:with|of|by)|known)\s)?$|(?:infections?\s(?:with|of|by))\s$",
    re.IGNORECASE,
)
DNA = re.compile(
    r"(?<![\w-])(?P<virus>HBV|hepatitis\sB\svirus|HCV"
    r"|hepatitis\sC\svirus)[\s-](?:\(H[BC]V\)\s)?(?P<kind>DNA|RNA)(?:\s(?:level|load|titer"
    r"|copy\snumber|is|of|must\sbe|count)){0,3}",
    re.IGNORECASE,
)
UNIT = re.compile(r"\s?IU\s?/\s?ml(?![\w/])", re.IGNORECASE)
FOREIGN = re.compile(r"\s?(?:copies|cps|copy|IU)?\s?(?:number)?\s?/?\s?(?:ml|l)?(?![\w])", re.IGNORECASE)
ENDED = re.compile(
    r"\b(?:resol\w+|ended|ending|recover\w*|clear(?:ed|ance)|cured|eradicated|completed|finished|stopped|ago|since|until"
    r"|(?:\d{1,3}|one|two|three|four|five|six|seven|eight|ten|twelve|several)(?:\s\(\d{1,3}\))?[\s-]?"
    r"(?:days?|weeks?|months?|years?|hours?|d|w)|(?:past|last|previous|preceding)\s(?:day|week|month|year))\b",
    re.IGNORECASE,
)
"""Words that tell of another time than now, or of an end."""
MOST = 8
ONE_OR_ALL = "it is not said whether one of these infections or all of them are meant, or whether they must be active"


def find(text: str, polarity: Polarity) -> list[Match]:
    """Return what an item says of infections.

    >>> [match.node for match in find("Uncontrolled active infections (such as HIV, HCV, HBV, etc.).", "exclusion")]
    [All(parts=(Compare(column='INFACT', ...), Compare(column='INFCTRL', operator='=', value='N', of='')))]
    >>> [match.node for match in find("HIV infection", "exclusion")]
    [Holds(column='INFECT', codes=('HIV',))]
    """
    if len(text) > LONGEST:
        return []
    groups = find_conditions(text, polarity, CONDITIONS)
    loads = list(_loads(text, polarity))
    taken = [(match.start, match.end) for match in (*groups, *loads)]
    viruses = _viruses(text, polarity, taken)
    return [*(_timed(text, match) for match in groups), *loads, *(_timed(text, match) for match in viruses)]


def _timed(text: str, match: Match) -> Match:
    """Return what is said of an infection; where a time or an end is told of, a person decides on both sides.

    An infection that ended a week ago is not active today, yet `not resolved at least 2 weeks before` excludes it.
    """
    around = surroundings(text, match.start, match.end)
    clause = text[around.start - len(around.before) : around.end].strip()
    if isinstance(match.node, Manual) or not ENDED.search(clause):
        return match
    return replace(match, node=Manual(clause, "it tells of a time, and the patient table of the present"))


@dataclass(frozen=True, slots=True)
class Infection:
    """An infection that is named: its codes, whether it is called active, and whether its words say infection."""

    codes: tuple[str, ...]
    active: bool
    infected: bool


def _viruses(text: str, polarity: Polarity, taken: list[tuple[int, int]]) -> Iterator[Match]:
    at = 0
    while (first := ANY.search(text, at)) is not None:
        prefix = PREFIX.search(text[max(0, first.start() - 40) : first.start()])
        active = bool(prefix and prefix["active"])
        found, words, end = _list(text, first.start(), active=active)
        at = max(end, first.end())
        if not found or any(first.start() < stop and start < end for start, stop in taken):
            continue
        start = first.start() - len(prefix.group()) if prefix else first.start()
        lasting = all(one.codes == ("HIV",) for one in found)
        mention = Mention(
            start,
            skip_examples(text, end),
            _infected(found, words),
            "infection-by-name",
            ever=lasting,
            doubt=ONE_OR_ALL,
        )
        yield stated(text, mention, polarity)


def _list(text: str, at: int, *, active: bool) -> tuple[list[Infection], frozenset[str], int]:
    """Return the infections that are named from a place on, the words that join them, and where they end."""
    found: list[Infection] = []
    words: set[str] = set()
    end = at
    for _ in range(MOST):
        one = _one(text, at, active=active)
        if one is None:
            break
        found.append(one[0])
        end = one[1]
        join = JOINER.match(text, end)
        if join is None or _one(text, join.end(), active=False) is None:
            break
        words.add(join.group().strip(" ,").split(" ")[0].lower())
        at, active = join.end(), join["active"] is not None
    return found, frozenset(words), end


def _one(text: str, at: int, *, active: bool) -> tuple[Infection, int] | None:
    for code, pattern in VIRUS:
        if found := pattern.match(text, at):
            codes: tuple[str, ...] = (code,)
            end = found.end()
            if code in ("HBV", "HCV") and (second := SECOND.match(text, end)):
                codes, end = ("HBV", "HCV"), second.end()
            suffix = SUFFIX.match(text, end)
            infected = (
                suffix is not None or re.search("virus|HIV|HBV|HCV|AIDS", found.group(), re.IGNORECASE) is not None
            )
            return Infection(codes, active, infected), suffix.end() if suffix else end
    return None


def _infected(found: list[Infection], words: frozenset[str]) -> Bounds:
    """Return who has one of some infections: active or chronic, or, where they are called so, active now.

    Whether "active" reaches beyond the infection that it stands before, and whether a disease by name ("tuberculosis")
    is one that is active, nobody says: between the two a person decides.
    """
    leading = found[0].active
    sure = [one for one in found if _is_sure(one, leading=leading and one is not found[0])]
    now = tuple(dict.fromkeys(code for one in found if one.active or one not in sure for code in one.codes))
    ever = tuple(dict.fromkeys(code for one in found if not (one.active or one not in sure) for code in one.codes))
    narrow = [Holds(column, codes) for column, codes in (("INFECTAC", now), ("INFECT", ever)) if codes]
    strict = tuple(code for one in found if one.active and one in sure for code in one.codes)
    loose = tuple(dict.fromkeys(code for one in found if not (one.active and one in sure) for code in one.codes))
    wide = [Holds(column, codes) for column, codes in (("INFECTAC", strict), ("INFECT", loose)) if codes]
    if len(found) > 1 and "and" in words:
        return Bounds(None, one_of(*wide))
    return Bounds(one_of(*narrow), one_of(*wide))


def _is_sure(one: Infection, *, leading: bool) -> bool:
    """Return whether it is certain if an infection must be active; that HIV is active, nobody can say."""
    if leading and not one.active:
        return False
    return "HIV" not in one.codes if one.active else one.infected


def _loads(text: str, polarity: Polarity) -> Iterator[Match]:
    """Yield limits of the amount of virus, in IU/mL; copies are counted differently by each assay."""
    for found in DNA.finditer(text):
        comparator = parse_comparator(text, skip(text, found.end()))
        amount = parse_amount(text, skip(text, comparator.end)) if comparator else None
        if comparator is None or amount is None:
            continue
        column = "HBVDNA" if "B" in found["virus"].upper().replace("VIRUS", "").replace("HBV", "B") else "HCVRNA"
        unit = UNIT.match(text, amount.end)
        fits = comparator.operator.startswith("<") == (polarity == "inclusion")
        if (
            fits
            and unit
            and re.match(r"\s?\(", text[unit.end() : unit.end() + 2]) is None
            and (column == "HBVDNA") == (found["kind"].upper() == "DNA")
        ):
            yield Match(found.start(), unit.end(), Compare(column, comparator.operator, amount.value), "viral-load")
        else:
            foreign = FOREIGN.match(text, amount.end)
            end = foreign.end() if foreign else amount.end
            yield Match(
                found.start(),
                end,
                Manual(
                    text[found.start() : end],
                    "the amount of virus is not given in IU/mL, or its direction does not fit its list",
                ),
                "viral-load",
            )
