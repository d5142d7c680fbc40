"""Other conditions with a flag of their own: allergy, swallowing, mind, other trials."""

from topline.protocol.eligibility.concepts.bounds import Bounds
from topline.protocol.eligibility.concepts.condition import Condition, find_conditions, flag, named
from topline.protocol.eligibility.match import Match, Polarity

ALLERGIC = r"(?:allerg(?:y|ies|ic)|hypersensitiv(?:ity|e)|allergic reactions?|(?:severe )?hypersensitivity reactions?)"
OWN = (
    r"(?:(?:any|the|one|of|components?|ingredients?|excipients?|active|or|and|their|its|in"
    r"|other|used) ){0,10}(?:study|trial|investigational|experimental) (?:drugs?|treatments?"
    r"|medications?|products?|interventions?|agents?|therapy)(?: or (?:any of )?(?:its"
    r"|their) (?:components|excipients|ingredients))?"
)
TRIAL = r"(?:(?:interventional|clinical|drug|therapeutic|investigational) ){0,3}(?:trials?|stud(?:y|ies))"
CONDITIONS = (
    Condition(named(rf"{ALLERGIC} to {OWN}"), Bounds.exact(flag("ALLERGY")), "allergy", ever=True, closed=True),
    Condition(
        named(
            r"(?:inability|unable) (?:to |in )?swallow(?:ing)?(?: (?:oral |intact )?"
            r"(?:medications?|drugs|tablets|capsules"
            r"|pills))?"
        ),
        Bounds.exact(flag("GIABSORB")).restricted,
        "absorption",
    ),
    Condition(
        named(
            r"(?:psychiatric|mental) (?:illness(?:es)?|disorders?|diseases?|conditions?)|(?:drug"
            r"|alcohol|substance|drug or alcohol|alcohol or drug) (?:abuse|dependence|addiction)"
        ),
        Bounds.exact(flag("PSYCH")).restricted,
        "psychiatric",
        ever=True,
    ),
    Condition(
        named(
            r"(?:is |are )?(?:currently |concurrently |simultaneously )(?:participating|enrolled"
            rf"|taking part) in (?:another|other|any other) {TRIAL}|concurrent (?:participation"
            rf"|enrolment|enrollment) in (?:another|other|any other) {TRIAL}"
        ),
        Bounds.exact(flag("OTHTRIAL")),
        "other-trial",
        closed=True,
    ),
)
"""Flags that are wider than the words are necessary for them, not sufficient.

Who swallows with difficulty may still swallow: `dysphagia` and `malabsorption` are left to a person.
"""


def find(text: str, polarity: Polarity) -> list[Match]:
    """Return what an item says of allergy, swallowing, mind and other trials.

    >>> find("Known allergy to any component of the study drugs", "exclusion")[0].node
    Compare(column='ALLERGY', operator='=', value='Y', of='')
    """
    return find_conditions(text, polarity, CONDITIONS)
