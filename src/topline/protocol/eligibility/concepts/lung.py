"""Interstitial lung disease and pneumonitis."""

import re
from collections.abc import Iterator

from topline.protocol.eligibility.concepts.bounds import Bounds
from topline.protocol.eligibility.concepts.clause import LONGEST, Mention, stated, surroundings
from topline.protocol.eligibility.concepts.clause_words import PAST
from topline.protocol.eligibility.concepts.condition import flag
from topline.protocol.eligibility.match import Match, Polarity

ONE = (
    r"(?:interstitial\s(?:lung|pulmonary)\sdiseases?(?:\s\(ILD\))?|ILD|interstitial\spneumonia"
    r"|(?:\(?non-?\s?infectious\)?\s)?(?:interstitial\s)?pneumonitis"
    r"|(?:idiopathic\s)?pulmonary\sfibrosis)"
)
NAME = re.compile(
    rf"(?<![\w-])(?P<first>{ONE})(?P<rest>(?:(?:\s?/\s?|,\s(?:or\s)?|\sor\s|\sand/or\s){ONE}){{0,4}})(?![\w-])",
    re.IGNORECASE,
)
ILD = re.compile(r"interstitial\s(?:lung|pulmonary)\sdisease|ILD", re.IGNORECASE)
PNEUMONITIS = re.compile(r"pneumonitis", re.IGNORECASE)


def find(text: str, polarity: Polarity) -> list[Match]:
    """Return what an item says of interstitial lung disease.

    The table holds interstitial lung disease and pneumonitis in one flag, now or ever: a history of both is that
    flag, one of them alone or one that is present is at most it.

    >>> find("History of interstitial lung disease or pneumonitis", "exclusion")[0].node
    Compare(column='ILD', operator='=', value='Y', of='')
    >>> find("Interstitial lung disease", "exclusion")[0].node.parts[0]
    Compare(column='ILD', operator='=', value='Y', of='')
    """
    return list(_matches(text, polarity)) if len(text) <= LONGEST else []


def _matches(text: str, polarity: Polarity) -> Iterator[Match]:
    for found in NAME.finditer(text):
        ever = Bounds.exact(flag("ILD"))
        past = PAST.search(surroundings(text, *found.span()).lead)
        whole = past and ILD.search(found.group()) and PNEUMONITIS.search(found.group())
        mention = Mention(*found.span(), ever if whole else ever.restricted, "interstitial-lung-disease", ever=True)
        yield stated(text, mention, polarity)
