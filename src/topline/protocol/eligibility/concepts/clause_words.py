"""Words around what is named that leave a statement as it is, deny it, limit it, date it, or permit it."""

import re

LEADS = frozenset(
    word
    for line in (
        "known any evidence of history past prior previous previously clinical clinically documented",
        "other an a the current currently sign signs symptom symptoms presence received receiving had has",
        "have having been concurrent concomitant suspected confirmed with to from diagnosis diagnosed",
        "medical patient patients subject subjects participant participants existing pre-existing",
        "preexisting who which that suffering individual individuals candidate candidates person persons",
        "people is are was were be must should all case cases those following also evident treated",
        "treatment exposed exposure undergone undergoing use used using being ongoing therapy form type",
        "kind systemic test positive infection infected recipient recipients",
    )
    for word in line.split()
)
"""Words that lead to what is named and do not change it, or (history, prior ...) are looked at by themselves."""
CUE = re.compile(
    r"\b(?:no|not|without|absence\sof|absent|free\s(?:of|from)|never|neither|nor|lack\sof"
    r"|negative(?:\sfor)?|non|cannot)[\s-]+$",
    re.IGNORECASE,
)
SHARED = re.compile(
    r"(?:(?<![\w-])(?:active|severe|serious|significant|acute|chronic|symptomatic|unstable"
    r"|uncontrolled|current|ongoing|refractory|malignant|moderate)(?:,? or |, |/| and/or ))+$",
    re.IGNORECASE,
)
"""Adjectives that share a noun with one that is understood: `severe or uncontrolled hypertension`."""
INCLUDING = re.compile(r"\s?,?\s?[(\[]?\s?includ", re.IGNORECASE)
"""A list that may reach beyond what it is a list of: `active infection, including HIV`."""
SUSPECTED = re.compile(r"\b(?:suspected|suspicion|possible|suspicious)\b", re.IGNORECASE)
"""Words of what is not established: the patient table holds what is."""
PAST = re.compile(r"\b(?:history|past|prior|previous|previously|had|ever)\b", re.IGNORECASE)
FORMER = re.compile(
    r"""\b(?:active(?:ly)?|uncontroll\w+|poorly|inadequately|severe(?:ly)?|serious(?:ly)?|significant(?:ly)?
    |symptomatic|untreated|unstable|acute|chronic|major|recent(?:ly)?|progressi\w+|refractory
    |life-threatening|clinically|relevant|unresolved|moderate|mild|advanced|requir\w+|decompensated
    |congenital|hereditary|high|increased|risk|family|drug-induced|radiation
    |symptoms?\sof|concomitant|inherited|primary|secondary|treated|stable|measurable|asymptomatic
    |large|multiple|extensive|grade|class|clinical(?:ly)?\sevident|congestive|permanent|temporary
    |interven\w+|investigational|small|isolated|solitary)\b""",
    re.IGNORECASE | re.VERBOSE,
)
LATER = re.compile(
    r"""\b(?:within|in\sthe\s(?:past|last|previous|preceding|\d)|over\sthe|prior\sto|before|during
    |after|requir\w+|needing|that|which|who|whom|whose|unless|except\w*|excluding|other\sthan
    |apart\sfrom|but|if|when|while|where|in\spatients|grade|class|[<>≥≤]|at\sleast|more\sthan
    |less\sthan|not\s(?:controlled|stable|treated)|likely|judged|deemed|considered|opinion
    |discretion|judge?ment|as\s(?:determined|defined|assessed|judged)|despite|under|on\s(?:treatment|therapy)
    |treated\swith|affecting|interfer\w+|resulting|leading|causing|caused|due\sto|secondary
    |associated|with|without|to\s(?:the|any|be)|for|in\sthe|in\scombination|until|since|ago
    |from\s(?:the|prior|previous))\b|[<>≥≤]""",
    re.IGNORECASE | re.VERBOSE,
)
FOLLOWING = re.compile(r"\s(?P<word>[A-Za-z][\w/-]*)")
HARMLESS = re.compile(
    r"(?:and|or|and/or|nor|is|are|was|were|be|has|have|had|will|must|should|may|can|not|who"
    r"|patients?|subjects?|participants?|individuals?|candidates?|persons?|such|including"
    r"|are|will|should|in|at|on|as|of|to|from|by|present|known|etc|ie|eg|e|i)",
    re.IGNORECASE,
)
ATTACHED = re.compile(r"\s(?:of|to|from|at|on|as|in|by)\b", re.IGNORECASE)
DEFINING = re.compile(
    r"\s?[:：]|\s?[(\[](?![A-Za-z/-]{2,8}[)\]])|,?\s?(?:defined\b|i\.?e\b|as\s(?:defined|evidenced))|/", re.IGNORECASE
)
PRECEDING = re.compile(r"(?P<word>[\w-]+)\s*$")
CONNECTIVE = re.compile(
    r"(?:and|or|nor|following|note|exception|exclusion|criteria|e|g|eg|ie|i|like|as|if|to|but"
    r"|either|both|any|includ\w+|former|currently|excluded|exclude)",
    re.IGNORECASE,
)
TEMPORAL = re.compile(
    r"\b(?:within|in\s(?:the\s)?(?:past|last|previous|preceding|prior|\d)|during\sthe"
    r"|over\sthe|ago|until|recent(?:ly)?|prior\sto|before)\b",
    re.IGNORECASE,
)
"""Words that tell of another time than the present, of which alone most columns tell."""
RELATIVE = re.compile(r"(?:that|which|who|requir|need)", re.IGNORECASE)
RELATIVES = re.compile(
    r"\b(?:family|familial|relatives?|parents?|siblings?|(?:grand)?(?:mother|father)s?)\b", re.IGNORECASE
)
"""Words of other people than the patient: `family history of stroke`."""
ADJACENT = re.compile(r"\s{0,2}[,(]?\s{0,2}")
PERMIT = re.compile(
    r"(?<!not )(?<!not be )\b(?:allowed|allowable|permitted|permissible|eligible|acceptable|accepted)\b"
    r"|\b(?:may|can|could|will)\s(?:still\s|also\s)?(?:be\s)?(?:enrol\w*|enter\w*"
    r"|participat\w*|includ\w*|join\w*|eligible|allowed|considered\sfor)\b"
    r"|\bnot\s(?:be\s)?(?:considered\s)?(?:an?\s)?exclu\w+|\bdoes\snot\sapply\b|\bnot\srequired\b|\bnot\sconsidered\b",
    re.IGNORECASE,
)
REFUSED = re.compile(
    r"\b(?:ineligible|not\s(?:be\s)?(?:eligible|allowed|permitted|acceptable)|(?:are|is|be)\sexcluded)\b", re.IGNORECASE
)
