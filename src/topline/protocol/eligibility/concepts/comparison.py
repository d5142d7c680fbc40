"""Patterns of limits in running text: a comparator with its number, and a range."""

from collections.abc import Mapping

from topline.protocol.eligibility.tree import Operator

AT_LEAST = (
    r"≥|≧|⩾|>\s?/?\s?=|=\s?>|>\s?or\s?=|(?:greater|more|older|higher|longer)\s(?:than\s)?or\sequal\s(?:to|"
    r"than)(?:\s\(≥\))?|"
    r"equal\sto\sor\s(?:greater|more|older|longer|higher)\sthan|at\sleast(?:\s\(?≥\)?)?|(?:a\s)?minimum\s(?:age\s)?of|"
    r"(?:no|not)\s(?:less|younger|shorter|lower|fewer)\sthan|more\sthan\sor\sequal\sto(?:\s\(≥\))?|not\sbelow"
)
AT_MOST = (
    r"≤|≦|⩽|<\s?/?\s?=|=\s?<|<\s?or\s?=|(?:less|fewer|younger|lower|shorter)\s(?:than\s)?or\sequal\s(?:to|"
    r"than)(?:\s\(≤\))?|"
    r"equal\sto\sor\s(?:less|younger|lower|shorter)\sthan|up\sto|at\smost|(?:a\s)?maximum\s(?:age\s)?of|"
    r"(?:no|not)\s(?:more|older|greater|higher|longer)\sthan|not\sexceeding"
)
ABOVE = r">|＞|(?:greater|more|older|higher|longer)\sthan|above|over|exceed(?:s|ing)?|beyond"
BELOW = r"<|＜|(?:less|fewer|younger|lower|shorter)\sthan|below|under"
NUMBER = r"[0-9]{1,4}(?:\.[0-9]+)?(?![0-9])"
BOUND = (
    rf"(?:(?P<least>{AT_LEAST})|(?P<most>{AT_MOST})|(?P<above>{ABOVE})|"
    rf"(?P<below>{BELOW}))\s?(?:or\s)?(?P<number>{NUMBER})"
)
RANGE = (
    rf"(?:(?P<low>{NUMBER})[\s-]?(?P<lowunit>years?|yrs?|months?|weeks?|days?)?(?:[\s-](?:old|of\sage))?\s?"
    rf"(?:-|–|—|~|～|to|through|and|until)\s?(?P<high>{NUMBER}))"
)


def operator_of(told: Mapping[str, str | None], prefix: str = "") -> Operator | None:
    """Return the operator that the groups of `BOUND` hold.

    >>> import re
    >>> found = re.search(BOUND, "no less than 3", re.IGNORECASE)
    >>> operator_of(found.groupdict()), found["number"]
    ('>=', '3')
    """
    groups: tuple[tuple[str, Operator], ...] = (("least", ">="), ("most", "<="), ("above", ">"), ("below", "<"))
    return next((operator for name, operator in groups if told.get(prefix + name)), None)
