"""Words that narrow, widen or qualify what a sentence says, and words that change nothing of a treatment taken."""

import re

NARROWS = {
    "inclusion": re.compile(
        r"(?:(?:as )?(?:assessed|determined|measured|judged|evaluated|defined|confirmed|verified)|according to|"
        r"based on|"
        r"per|by|in the opinion of|in the judge?ment of|within|that|which|who|whom)\b",
        re.IGNORECASE,
    ),
    "exclusion": re.compile(
        r"(?:(?:as )?(?:assessed|determined|measured|judged|evaluated|defined|confirmed|verified)|according to|"
        r"based on|"
        r"per|by|in the opinion of|in the judge?ment of|that|which|who|whom|requiring|despite|unless|except|with|"
        r"without|not|caused|due)\b",
        re.IGNORECASE,
    ),
}
ADJECTIVES = re.compile(
    r"(?:very|severe|serious|significant|clinically|major|chronic|active|symptomatic|uncontrolled|"
    r"untreated|unstable|acute|"
    r"ongoing|persistent|progressive|poorly|medically|important|life-threatening|obvious|systemic|allogeneic|mucosal|"
    r"internal|patent|gastrointestinal|intercurrent)",
    re.IGNORECASE,
)
OWN_ADJECTIVE = re.compile(
    rf"(?:{ADJECTIVES.pattern}|\w*controlled|well|other|prior|previous|current|new|stable|any)\b", re.IGNORECASE
)
BARE_NOUNS = frozenset({"interstitial-lung-disease", "organ-disease", "washout"})
"""Atoms whose condition is the noun's and whose adjectives a person judges."""
TAKEN = re.compile(
    r"(?:received?|receiving|receipt|use|used|using|administration|administered|treated|undergone|underwent|had|taken|"
    r"been|last|previously|participated|participation|study)",
    re.IGNORECASE,
)
TREATMENTS = frozenset({"washout", "earlier-therapy"})
UNIVERSAL = frozenset({"age", "ecog", "kps", "life expectancy", "measurable lesion", "pathology", "tumour", "stage"})
NAMED_AFTER = frozenset({"pathology"})
SUBJECT_AGAIN = re.compile(
    r",?\s*\b(?:or|and)\s+(?=(?:women|females?|those|patients?|subjects?|participants?|men|males?|who|"
    r"plan\w*|intend\w*|"
    r"individuals|unwilling|breast\W?feeding women)\b)",
    re.IGNORECASE,
)
WIDENS_INCLUSION = re.compile(
    r"\b(?:or|unless|except\w*|if|when|where|however|not|no|non|only|diagnosis|previous\w*|initial\w*|"
    r"allow\w*|eligible|"
    r"permit\w*|may|can|cohorts?|arms?|parts?|groups?|phases?|stud(?:y|ies) [a-z0-9]\b|patients?|subjects?|"
    r"participants?|"
    r"children|m[ae]n|wom[ae]n|females?|males?|adults?|instead|otherwise|alternativ\w*|waive\w*|"
    r"exceptions?|but|for|without|"
    r"those|unknown|regardless|either|any|includ\w*|treatment|onset|accept\w*|nadir|history)\b|/",
    re.IGNORECASE,
)
WIDENS_EXCLUSION = re.compile(
    r"\b(?:or|includ\w*|such|like|other|another|any|also|and|as well|either|e\.?g|i\.?e|namely|"
    r"contraindication|etc|past|last|"
    r"prior|previous\w*|history|within|ever|had|have been|years?|months?|weeks?|days?|recent\w*|formerly)\b|[/,;&(]",
    re.IGNORECASE,
)
QUALIFIES = re.compile(
    r"\b(?:requir\w*|that|which|who\w*|within|unless|except\w*|if|without|not|no|with|prior|before|after|"
    r"during|in|at|for|on|"
    r"need\w*|\w*controlled|despite|due|because|caused|only|than|excluding|when|while|until|under|"
    r"\w*treated|stable|active|"
    r"\w*symptomatic|by|from|to|of|as)\b|[(:]",
    re.IGNORECASE,
)
ALLOWING = re.compile(r"\b(?:unless|except\w*|allow\w*|eligible|permit\w*|if|however|may|but)\b", re.IGNORECASE)
NOT_READ = "these words are not understood by the reader of criteria"
UNCERTAIN = "it is not certain how its parts are connected"
