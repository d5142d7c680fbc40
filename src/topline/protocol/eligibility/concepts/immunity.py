"""The immune system: autoimmune disease and transplantation."""

from topline.protocol.eligibility.concepts.bounds import Bounds
from topline.protocol.eligibility.concepts.condition import Condition, find_conditions, flag, named, one_of
from topline.protocol.eligibility.match import Match, Polarity

TRANSPLANT = r"transplant(?:ation|ations|s)?"
STEM = r"(?:ha?ematopoietic )?(?:stem[- ]cell|bone marrow|progenitor cell)"
ALLO = rf"allogene?ic (?:{STEM}|{STEM} or {STEM}) {TRANSPLANT}(?: \(HSCT\))?|allogene?ic {TRANSPLANT}"
DISEASE = r"auto-?immune (?:diseases?|disorders?|conditions?)"
NOW, EVER = flag("AUTOIMAC"), flag("AUTOIMM")
CONDITIONS = (
    Condition(
        named(rf"active or (?:prior(?: documented)? |documented )?(?:history of )?{DISEASE}"),
        Bounds.exact(EVER),
        "autoimmune",
        ever=True,
        closed=True,
    ),
    Condition(
        named(rf"active,? (?:known,? )?(?:or suspected )?{DISEASE}"), Bounds.exact(NOW), "autoimmune", closed=True
    ),
    Condition(
        named(rf"(?:history of|previous|prior) (?:an? |any |active |known )*{DISEASE}"),
        Bounds.exact(EVER),
        "autoimmune",
        ever=True,
        closed=True,
    ),
    Condition(named(DISEASE), Bounds(NOW, EVER), "autoimmune"),
    Condition(
        named(
            rf"(?:(?:solid )?organ {TRANSPLANT}|(?:solid )?organ) (?:or|and/or|/) ?(?:{ALLO})"
            rf"|(?:{ALLO}) or (?:prior )?(?:solid )?organ {TRANSPLANT}"
        ),
        Bounds.exact(one_of(flag("ORGTPL"), flag("ALLOTPL"))),
        "transplantation",
        ever=True,
    ),
    Condition(named(ALLO), Bounds.exact(flag("ALLOTPL")), "transplantation", ever=True),
    Condition(
        named(rf"solid organ {TRANSPLANT}|organ {TRANSPLANT}"),
        Bounds.exact(flag("ORGTPL")),
        "transplantation",
        ever=True,
    ),
)
"""Autoimmune disease that is called neither active nor past lies between the two."""


def find(text: str, polarity: Polarity) -> list[Match]:
    """Return what an item says of autoimmune diseases and transplantations.

    >>> find("Active autoimmune disease", "exclusion")[0].node
    Compare(column='AUTOIMAC', operator='=', value='Y', of='')
    >>> find("No prior allogeneic stem cell transplant", "inclusion")[0].node
    Not(part=Compare(column='ALLOTPL', operator='=', value='Y', of=''))
    """
    return find_conditions(text, polarity, CONDITIONS)
