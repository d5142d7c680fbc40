"""Bleeding and thrombosis without a window of time; within one, see `washout`."""

from topline.protocol.eligibility.concepts.bounds import Bounds
from topline.protocol.eligibility.concepts.condition import Condition, find_conditions, flag, named, one_of
from topline.protocol.eligibility.match import Match, Polarity

CONDITIONS = (
    Condition(
        named(
            r"(?:active |obvious |significant |evident )?(?:bleeding|ha?emorrhagic) (?:tendency"
            r"|tendencies|diathesis|disorders?|disease)|active bleeding"
        ),
        Bounds.exact(flag("BLEED")).restricted,
        "bleeding",
        closed=True,
    ),
    Condition(
        named(
            r"deep (?:vein|venous) thrombosis|pulmonary embol(?:ism|us|i)|venous thrombo(?:embolism"
            r"|sis|embolic events?)"
        ),
        Bounds.exact(flag("VTEFL")).restricted,
        "thrombosis",
        ever=True,
    ),
    Condition(
        named(r"arterial thrombo(?:embolism|sis|embolic events?)"),
        Bounds.exact(flag("ATEFL")).restricted,
        "thrombosis",
        ever=True,
    ),
    Condition(
        named(
            r"(?:thromboembolic events?|thromboembolism|thrombotic events?|arterial (?:or|and"
            r"|/) ?venous thrombo\w+(?: events?)?)"
        ),
        Bounds.exact(one_of(flag("VTEFL"), flag("ATEFL"))).restricted,
        "thrombosis",
        ever=True,
    ),
)
"""Names, and what is necessary for them: the table does not tell kinds of bleeding apart."""


def find(text: str, polarity: Polarity) -> list[Match]:
    """Return what an item says of bleeding and thrombosis.

    >>> find("Bleeding tendency", "exclusion")[0].node.parts[0]
    Compare(column='BLEED', operator='=', value='Y', of='')
    """
    return find_conditions(text, polarity, CONDITIONS)
