"""Filler: words that may stand beside what is understood without changing it.

The list is short on purpose. `history of` is not in it (a past disease is not a present one), nor `active`, `severe`,
`prior`, `only`, a number, a negation or a sex. Whoever adds a phrase adds a case to the tests.
"""

import re

EVERY_SEX = (
    r"(?:sex|gender) (?:is )?(?:unrestricted|not (?:limited|restricted))|no (?:sex|gender) (?:limit|restriction)s?|"
    r"regardless of (?:the )?(?:sex|gender|race|ethnicity)(?: (?:or|and) (?:sex|gender|race|ethnicity))?|"
    r"open to(?= [\ue000-\ue7ff])|of (?:any|either|both) (?:sex|gender)(?:es|s)?"
)
"""Words that let in everybody, whatever the sex or descent."""
SUBJECTS = (
    r"(?:adult |eligible |all |the |any )*(?:patients?|subjects?|participants?|candidates?|individuals|"
    r"persons?|people|recipients(?= of))",
    r"they|he/she|he or she|those|volunteers|enrolled|their",
)
VERBS = (
    r"must|should|shall|will|have|has|having|had|be|is|are|being|show|need to|required to|requirement of|"
    r"suffering from|"
    r"demonstrat(?:e|es|ing)|(?:who|which|that)(?= (?:have|has|are|is|must|had)\b)|who|whom|present with",
)
JOINTS = (r"the|an?|with|of|at(?= (?:screening|baseline|enrol))|for this study|in this study|of the study",)
STATES = (
    r"known|documented|(?:clear |clinical )?evidence of|presence of|(?:a )?diagnosis of|diagnosed (?:with|as)|"
    r"current(?:ly)?|existing|any(?: other)?(?= [\ue000-\uf8ff])|serum(?= [\ue000-\uf8ff])|any|following|"
    r"eligible|selected|"
    r"a status of|to have|to be|as follows",
    rf"(?:{EVERY_SEX})",
)
TIMES = (
    r"(?:at|on|before|prior to|upon) (?:the )?(?:time of |day of )?(?:screening|baseline|study entry|entry|enrol+ment|"
    r"randomi[sz]ation|registration|inclusion|recruitment)(?: visit)?",
)
MARKS = (r"criteria(?=:)|requirements?(?=:)", r"[\"“”'‘’]", r"[*•·–—-]+(?=\s|$)", r"\\")
FILLER = re.compile(
    r"(?:"
    + "|".join(rf"\b(?:{phrase})\b" for phrase in (*TIMES, *SUBJECTS, *VERBS, *STATES, *JOINTS))
    + r"|"
    + "|".join(MARKS)
    + r")",
    re.IGNORECASE,
)


def only_filler(text: str) -> bool:
    """Whether nothing but filler, blanks and punctuation stands in a text.

    >>> only_filler("Patients must have"), only_filler("Patients must not have"), only_filler("history of")
    (True, False, False)
    """
    return not re.search(r"\w", FILLER.sub(" ", text))
