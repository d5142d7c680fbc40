"""Pregnancy, breast-feeding, the pregnancy test, contraception, and whom they concern."""

import re
from collections.abc import Iterator

from topline.protocol.eligibility.connect import every
from topline.protocol.eligibility.match import Match, Polarity
from topline.protocol.eligibility.scope import FEMALE, FERTILE, MALE
from topline.protocol.eligibility.tree import Any, Compare, Manual, Node, Since

PREGNANT = r"pregnan(?:t|cy)"
NURSING = r"(?:lactating|lactation|lactational|breast[\s-]?feeding|nursing)"
SUBJECTS = r"(?:\s(?:female\s)?(?:women|woman|females?|mothers?|patients?|subjects?|participants?|period))*"
STATE = re.compile(
    rf"(?<!non-)(?<!non )\b(?:(?:women|woman|females?|female\s(?:patients?|subjects?|"
    rf"participants?))\s(?:who\sare\s|in\s)?)?(?:currently\s)?(?P<one>{PREGNANT}|{NURSING})"
    rf"(?:{SUBJECTS}\s?(?P<joint>or|and/or|and|/|,)\s?(?:currently\s|are\s)?(?P<two>{PREGNANT}|"
    rf"{NURSING}))?{SUBJECTS}(?!\s(?:test|risk|during|prevention|partner|status))(?![\w-])",
    re.IGNORECASE,
)
PARTNER = re.compile(
    r"\b(?:partners?|spouses?|wi(?:fe|ves)|prevent\w*|avoid\w*|risk of|test\w*|become|becoming|history of|"
    r"planning|(?:negative|positive)(?: \w+){0,3})\W+(?:\w+\W+){0,2}$",
    re.IGNORECASE,
)
FERTILE_WOMEN = (
    r"(?:premenopausal\s)?(?:women|woman|females?|female\s(?:patients?|subjects?|"
    r"participants?))\s(?:\(?WOCBP\)?|of\s(?:child[\s-]?bearing|reproductive)\s(?:potential|age|capacity|"
    r"capability)|with\s(?:child[\s-]?bearing|reproductive)\spotential|"
    r"who\sare\sof\schild[\s-]?bearing\spotential)(?:\s\(WOCBP\))?"
    r"|WOCBP|(?:premenopausal|fertile)\s(?:women|females?)"
)
SCOPE = re.compile(
    rf"(?:(?<=^)|(?<=[.;:]\s)|(?<=\n))\W?(?:for\s|all\s|in\s)*(?P<fertile>{FERTILE_WOMEN})(?=\s(?:must|"
    rf"should|shall|who|are|have|need|will|with|agree|undergo|and\smen|not|using|,))"
    r"|(?:(?<=^)|(?<=[.;:]\s)|(?<=\n))(?P<male>(?:all\s)?(?:fertile\s)?(?:male\s(?:patients?|subjects?|"
    r"participants?)|males?|men))(?=\s(?:must|should|agree|who)\b[^.;]*\b(?:contracepti|birth\scontrol|"
    r"barrier|sperm))",
    re.IGNORECASE,
)
ANCHORS = (
    (
        "FDOSEDT",
        r"(?:the\s)?(?:first\s(?:dose|administration|treatment|study\streatment|dosing|medication)|"
        r"start\sof\s(?:the\s)?(?:study\s)?treatment|initiation\sof\s(?:study\s)?treatment|"
        r"starting\s(?:study\s)?treatment|first\s(?:study\s)?(?:drug|"
        r"treatment)(?:\sadministration)?)(?:\sof\s(?:the\s)?(?:study\s(?:drug|treatment|medication)s?|"
        r"treatment))?",
    ),
    ("RANDDT", r"(?:the\s)?randomi[sz]ation"),
    ("ENROLDT", r"(?:the\s)?(?:study\s)?(?:enrol+ment|registration|inclusion|entry)"),
)
WINDOW = (
    r"within\s(?P<days>[0-9]{1,2})\s(?P<unit>days?|weeks?)\s(?:before|prior\sto|of|preceding)\s(?P<anchor>"
    + "|".join(words for _, words in ANCHORS)
    + r")"
)
KIND = r"(?:serum\s|urine\s|blood\s|or\s|/|β-?hCG\s|beta-?hCG\s|hCG\s|\(|\)|a\s|an\s|the\s|highly\ssensitive\s){0,8}"
TEST = re.compile(
    rf"(?P<lead>(?:a\s|have\s|has\s|with\s){{0,3}}negative\s){KIND}pregnancy\s(?:test|"
    rf"tests)(?:\sresults?)?(?:\s\((?:serum|urine)(?:\s(?:or|and)\s(?:serum|"
    rf"urine))?\))?(?:,?\s(?P<w1>{WINDOW}))?"
    rf"|(?:(?:undergo|have|perform|receive|take|complete)\s(?:a\s)?)?{KIND}pregnancy\stest(?:s|"
    rf"ing)?\s(?P<w2>"
    rf"{WINDOW.replace('<days>', '<days2>').replace('<unit>', '<unit2>').replace('<anchor>', '<anchor2>')})"
    r"(?:,?\s(?:and|with|the|a|must|be|is|are|results?|of|should|show|test|has|have))*\snegative(?:\sresults?)?",
    re.IGNORECASE,
)
MEANS = (
    r"(?:(?:highly\s|medically\s|an\s|a\s|any\s|two\s|some\s)?(?:effective|adequate|reliable|acceptable|"
    r"accepted|appropriate|approved|safe|medical|proper|efficacious|double[\s-]barrier|barrier|suitable|"
    r"recogni[sz]ed)\s(?:and\s(?:effective|reliable)\s)?)*"
    r"(?:(?:forms?|methods?|measures?|means)\sof\s)?(?:contracepti(?:on|ves?)|"
    r"birth[\s-]control)(?:\s(?:measures?|methods?|means|devices?|precautions?|drugs))*"
)
PERIOD = (
    r"(?:,?\s(?:during|throughout|for\sthe\sduration\sof|while\son|while\sparticipating\sin|"
    r"prior\sto\sstudy\sentry\sand\sfor\sthe\sduration\sof)\s(?:the\s)?(?:entire\s)?(?:course\sof\s)?"
    r"(?:the\s)?(?:study|trial|treatment|therapy)?(?:\s(?:period|treatment|participation|drug|therapy))*"
    r"(?:\s(?:and|,)?\s?(?:for\s|up\sto\s|until\s|within\s)?(?:at\sleast\s|"
    r"a\sminimum\sof\s)?[0-9]+\s(?:days|weeks|months)\s(?:after|following|thereafter|post)(?:\s(?:the\s|"
    r"their\s)?(?:last|final|end|completion)(?:\s(?:dose|administration|treatment|of|study|the|drug|"
    r"therapy|medication))*)?)?)?"
)
CONTRACEPTION = re.compile(
    rf"\b(?P<agree>(?:(?:and\s)?(?:must\s|should\s|will\s)?(?:be\s)?(?:agree(?:d|s|ment|"
    rf"ing)?\s(?:to\s(?:the\suse\sof\s|use\s|take\s|adopt\s|practice\s)?)|willing\s(?:to\s)(?:use|adopt|"
    rf"take|practice)\s|adopt\s|us(?:e|ing)\s(?:of\s)?|take\s|practice\s|"
    rf"employ\s)))(?:an?\s)?{MEANS}(?![\w-]){PERIOD}",
    re.IGNORECASE,
)
REFUSED = re.compile(
    rf"\b(?:(?:who\s(?:are\s)?)?(?:not|unwilling|refus\w+|do\snot|are\snot|unable|"
    rf"without)\s(?:to\s)?(?:be\s)?(?:willing\s)?(?:agree(?:ing)?\s)?(?:to\s)?(?:use|using|adopt|practice|"
    rf"take|practicing)?\s?)(?:an?\s)?{MEANS}(?![\w-]){PERIOD}",
    re.IGNORECASE,
)
SCOPED_AFTER = re.compile(
    rf"\s?[(,]?\s?(?:for|in|if)?\s?(?:all\s)?(?:{FERTILE_WOMEN}|of\schild[\s-]?bearing\spotential)(?:\sonly)?\)?",
    re.IGNORECASE,
)


def find(text: str, polarity: Polarity) -> list[Match]:
    """Return what an item says of pregnancy and contraception, and the subjects that its sentences begin with.

    >>> [match.node for match in find("Pregnant or lactating women", "exclusion")]
    [Any(parts=(Compare(column='PREGNANT', ...), Compare(column='LACTATE', ...)))]
    >>> find("Pregnant or lactating women", "exclusion")[0].applies
    "SEX = 'F'"
    """
    return [*_states(text, polarity), *_tests(text, polarity), *_contraception(text, polarity), *_scopes(text)]


def _states(text: str, polarity: Polarity) -> Iterator[Match]:
    for found in STATE.finditer(text):
        if PARTNER.search(text[max(0, found.start() - 60) : found.start()]):
            continue
        nodes = tuple(dict.fromkeys(_state(found[name]) for name in ("one", "two") if found[name]))
        node: Node = nodes[0] if len(nodes) == 1 else Any(nodes)
        if polarity == "inclusion" and not _denied(text, found.start()):
            node = Manual(found.group(), "an inclusion criterion that seems to ask for a pregnancy")
        yield Match(found.start(), found.end(), node, "pregnancy", FEMALE)


def _state(word: str) -> Node:
    return Compare("PREGNANT" if word.lower().startswith("pregnan") else "LACTATE", "=", "Y")


def _denied(text: str, start: int) -> bool:
    """Whether a negation stands right before."""
    return (
        re.search(
            r"\b(?:not|no|non|neither|nor|without)[\s-](?:be\s|currently\s|known\s)*$",
            text[max(0, start - 30) : start],
            re.IGNORECASE,
        )
        is not None
    )


def _tests(text: str, polarity: Polarity) -> Iterator[Match]:
    if polarity == "exclusion":
        return
    for found in TEST.finditer(text):
        parts: list[Node] = [Compare("PREGTEST", "=", "NEGATIVE")]
        days, unit, anchor = (found[name] or found[f"{name}2"] for name in ("days", "unit", "anchor"))
        if days:
            column = next(code for code, words in ANCHORS if re.fullmatch(words, anchor, re.IGNORECASE))
            limit = int(days) * (7 if unit.lower().startswith("w") else 1)
            parts.append(Since("PREGTSDT", limit, column, within=True))
            parts.append(Since("PREGTSDT", 0, column))
        after = SCOPED_AFTER.match(text, found.end())
        yield Match(found.start(), after.end() if after else found.end(), every(parts), "pregnancy test", FERTILE)


def _contraception(text: str, polarity: Polarity) -> Iterator[Match]:
    pattern, answer = (CONTRACEPTION, "Y") if polarity == "inclusion" else (REFUSED, "N")
    for found in pattern.finditer(text):
        yield Match(found.start(), found.end(), Compare("CONTRACP", "=", answer), "contraception")


def _scopes(text: str) -> Iterator[Match]:
    for found in SCOPE.finditer(text):
        fertile = found["fertile"] is not None
        start, end = found.span("fertile" if fertile else "male")
        yield Match(
            start,
            end,
            Compare("CHILDPOT" if fertile else "SEX", "=", "Y" if fertile else "M"),
            "scope",
            FERTILE if fertile else MALE,
        )
