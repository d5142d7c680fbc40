"""The words of pages and older exports for the codes of the API.

`seen` holds the wordings that were met on real pages, and those that spell the code itself; `expected` those that are
known from the register's own pages and may turn up: they are read too, but a person is asked to look.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType


@dataclass(frozen=True, slots=True)
class Words:
    """The wordings of one coded field."""

    seen: Mapping[str, str]
    expected: Mapping[str, str]

    def code(self, words: str) -> tuple[str | None, bool]:
        """Return the code of a wording (None where it is unknown), and whether that wording was seen before.

        >>> STATUSES.code("Active, not recruiting"), STATUSES.code("By invitation"), STATUSES.code("Paused")
        (('ACTIVE_NOT_RECRUITING', True), ('ENROLLING_BY_INVITATION', False), (None, False))
        """
        key = plain(words)
        if key in self.seen:
            return self.seen[key], True
        return self.expected.get(key), False


@lru_cache(maxsize=4096)
def plain(words: str) -> str:
    """Return a wording in lower case, with letters, digits and plus signs only.

    >>> plain("Active, not  recruiting"), plain("ACTIVE_NOT_RECRUITING")
    ('active not recruiting', 'active not recruiting')
    """
    return " ".join(re.sub(r"[^a-z0-9+/]+", " ", words.lower()).split())


def _words(seen: str, expected: str) -> Words:
    """Return the wordings of two tables with lines `wording = CODE`; a code's own letters are a known wording, too."""
    known, guessed = _lines(seen), _lines(expected)
    codes = {plain(code): code for code in (*known.values(), *guessed.values())}
    return Words(MappingProxyType({**codes, **known}), MappingProxyType(guessed))


def _lines(table: str) -> dict[str, str]:
    rows = (line.split("=") for line in table.strip().splitlines() if line.strip())
    return {plain(words): code.strip() for words, code in rows}


STATUSES = _words(
    """Completed = COMPLETED
    Terminated = TERMINATED
    Unknown = UNKNOWN
    Enrolling = RECRUITING
    Not yet enrolling = NOT_YET_RECRUITING
    Active, not recruiting = ACTIVE_NOT_RECRUITING""",
    """Withdrawn = WITHDRAWN
    Suspended = SUSPENDED
    Enrolling by invitation = ENROLLING_BY_INVITATION
    Invitation-only = ENROLLING_BY_INVITATION
    By invitation = ENROLLING_BY_INVITATION
    Recruiting = RECRUITING
    Not yet recruiting = NOT_YET_RECRUITING
    Active, not enrolling = ACTIVE_NOT_RECRUITING
    Unknown status = UNKNOWN
    Available = AVAILABLE
    No longer available = NO_LONGER_AVAILABLE
    Temporarily not available = TEMPORARILY_NOT_AVAILABLE
    Approved for marketing = APPROVED_FOR_MARKETING
    Withheld = WITHHELD""",
)
PHASES = _words(
    """Phase 1 = PHASE1
    Phase 2 = PHASE2
    Phase 3 = PHASE3
    Phase 4 = PHASE4""",
    """Early Phase 1 = EARLY_PHASE1
    Phase 0 = EARLY_PHASE1
    N/A = NA
    Not applicable = NA""",
)
PHASE_ORDER = ("NA", "EARLY_PHASE1", "PHASE1", "PHASE2", "PHASE3", "PHASE4")
STUDY_TYPES = _words(
    """Interventional = INTERVENTIONAL
    Observational = OBSERVATIONAL""",
    """Observational [Patient Registry] = OBSERVATIONAL
    Patient Registry = OBSERVATIONAL
    Expanded Access = EXPANDED_ACCESS""",
)
SEXES = _words("All = ALL\nMale = MALE\nFemale = FEMALE", "Both = ALL")
VOLUNTEERS = _words("No Healthy Volunteers = NO\nAccepts Healthy Volunteers = YES", "Healthy Volunteers = YES")
FUNDERS = _words(
    """Industry = INDUSTRY
    NIH = NIH
    Other = OTHER
    OTHER_GOV = OTHER_GOV
    UNKNOWN = UNKNOWN""",
    """Other government = OTHER_GOV
    Other gov = OTHER_GOV
    U.S. Fed = FED
    Other U.S. Federal agency = FED
    Network = NETWORK
    Individual = INDIV
    Ambiguous = AMBIG""",
)
PURPOSES = _words(
    "Treatment = TREATMENT\nSupportive Care = SUPPORTIVE_CARE",
    """Prevention = PREVENTION
    Diagnostic = DIAGNOSTIC
    Screening = SCREENING
    Health Services Research = HEALTH_SERVICES_RESEARCH
    Basic Science = BASIC_SCIENCE
    Device Feasibility = DEVICE_FEASIBILITY
    Educational/Counseling/Training = ECT
    Other = OTHER""",
)
ALLOCATIONS = _words("Randomized = RANDOMIZED\nNon-Randomized = NON_RANDOMIZED\nN/A = NA", "Not applicable = NA")
MODELS = _words(
    """Single Group Assignment = SINGLE_GROUP
    Parallel Assignment = PARALLEL
    Crossover Assignment = CROSSOVER
    Sequential Assignment = SEQUENTIAL""",
    "Factorial Assignment = FACTORIAL\nCross-over Assignment = CROSSOVER",
)
MASKINGS = _words(
    "None (Open label) = NONE\nQuadruple Blind = QUADRUPLE",
    """Single Blind = SINGLE
    Double Blind = DOUBLE
    Triple Blind = TRIPLE
    Open label = NONE""",
)
ARM_TYPES = _words(
    """Experimental group = EXPERIMENTAL
    Active Comparator group = ACTIVE_COMPARATOR
    Placebo Comparator group = PLACEBO_COMPARATOR
    No Intervention group = NO_INTERVENTION""",
    "Sham Comparator group = SHAM_COMPARATOR\nOther group = OTHER",
)
INTERVENTIONS = _words(
    """Drug = DRUG
    Biological = BIOLOGICAL
    Device = DEVICE
    Procedure = PROCEDURE
    Radiation = RADIATION
    Behavioral = BEHAVIORAL
    Dietary Supplement = DIETARY_SUPPLEMENT
    Diagnostic Test = DIAGNOSTIC_TEST
    Other = OTHER""",
    "Genetic = GENETIC\nCombination Product = COMBINATION_PRODUCT",
)
IDENTIFIERS = _words(
    """Registry Identifier = REGISTRY
    Other Identifier = OTHER
    U.S. NIH Grant/Contract = NIH
    EudraCT Number = EUDRACT_NUMBER
    EU Trial (CTIS) Number = CTIS""",
    """Other Grant/Funding Number = OTHER_GRANT
    U.S. FDA Grant/Contract = FDA
    U.S. VA Grant/Contract = VA
    U.S. CDC Grant/Contract = CDC
    U.S. AHRQ Grant/Contract = AHRQ
    U.S. SAMHSA Grant/Contract = SAMHSA""",
)

UNITS = MappingProxyType(
    {"year": "Year", "month": "Month", "week": "Week", "day": "Day", "hour": "Hour", "minute": "Minute"}
)
_AGE = re.compile(
    r"(?:(?P<under>under|up to)\s+(?P<high_only>\d{1,4})\s+(?P<unit_only>[a-z]+?)s?"
    r"|(?P<floor>\d{1,4})\s?\+\s*(?P<unit_floor>[a-z]+?)s?"
    r"|(?P<low>\d{1,4})(?:\s+(?P<unit_low>[a-z]+?)s?)?\s*(?:to|-)\s*(?P<high>\d{1,4})\s+(?P<unit>[a-z]+?)s?)"
    r"(?:\s+(?:old|of age))?",
    re.IGNORECASE,
)


def age_limits(words: str) -> tuple[str | None, str | None] | None:
    """Return the lowest and the highest age in the API's words, None for a limit not set; None where it is unreadable.

    >>> age_limits("18 to 80 years old"), age_limits("1 month to 120 years old"), age_limits("Under 21 years old")
    (('18 Years', '80 Years'), ('1 Month', '120 Years'), (None, '21 Years'))
    >>> age_limits("18+ years old"), age_limits("All"), age_limits("adults")
    (('18 Years', None), (None, None), None)
    """
    if plain(words) in ("all", "all ages", "any", "any age", "n/a"):
        return None, None
    found = _AGE.fullmatch(words.strip())
    if found is None:
        return None
    low = _age(found["floor"], found["unit_floor"]) or _age(found["low"], found["unit_low"] or found["unit"])
    high = _age(found["high_only"], found["unit_only"]) or _age(found["high"], found["unit"])
    return None if "?" in (low, high) else (low, high)


def _age(count: str | None, unit: str | None) -> str | None:
    if count is None or unit is None:
        return None
    name = UNITS.get(unit.lower())
    return "?" if name is None else f"{int(count)} {name}{'' if int(count) == 1 else 's'}"
