"""Doses in running text: `35 mg/m2`, `1,000 mg`, `12 mg per kilogram`, `AUC 5`; never a laboratory value."""

import re
from dataclasses import dataclass

NUMBER = r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?"
UNITS = {
    "milligram": "mg",
    "milligrams": "mg",
    "mgs": "mg",
    "mg": "mg",
    "gram": "g",
    "grams": "g",
    "g": "g",
    "microgram": "ug",
    "micrograms": "ug",
    "mcg": "ug",
    "ug": "ug",
    "µg": "ug",
    "μg": "ug",
    "ng": "ng",
    "iu": "IU",
    "mci": "mCi",
    "mbq": "MBq",
    "gbq": "GBq",
    "gy": "Gy",
    "cgy": "cGy",
}
UNIT = "|".join(sorted(map(re.escape, UNITS), key=len, reverse=True))
SURFACE = r"(?:/|\bper\s)\s*(?:m\s*\\?\^?\s*[2²]|m²|sqm|square\s+met(?:er|re)s?)"
WEIGHT = r"(?:/|\bper\s)\s*(?:kg|kilograms?)\b(?!\s*/\s*m)"
LABORATORY = r"(?!\s*/\s*(?:d?l|m?mol|min|ml|h|24|cm|mm)\b)(?!\s*[x×*])"
DOSE = re.compile(
    rf"(?<![\w.^,+-])(?P<low>{NUMBER})\s*(?:\((?:{UNIT})\)\s*)?"
    rf"(?:(?:-|–|~|to)\s*(?P<high>{NUMBER})\s*)?"
    rf"-?(?P<unit>{UNIT})\b(?:\s*\((?:{UNIT})\))?(?:\s*(?P<per>{SURFACE}|{WEIGHT}))?"
    rf"{LABORATORY}",
    re.IGNORECASE,
)
AREA = re.compile(
    r"\bAUC\s*(?:of|=|:)?\s*(?P<low>[1-7](?:\.\d)?)\b(?!\s*[-–]?\s*(?:\w*last|inf|t\b|\d{2}))", re.IGNORECASE
)
RANGE = re.compile(rf"\s*(?:-|–|~|to)\s*(?:{NUMBER})\s*(?:{UNIT})\b", re.IGNORECASE)
SEVERAL = re.compile(r"escalat|dose levels?|either|\bor\s+(?:\d|once)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Dose:
    """One dose: amount, unit (EXDOSU), the characters that state it, and whether the text gives a range."""

    amount: float
    unit: str
    start: int
    end: int
    ranged: bool = False


def doses(text: str) -> tuple[Dose, ...]:
    """Return the doses that a text states, in order.

    >>> [(dose.amount, dose.unit) for dose in doses("1,000 mg/m2 on day 1, then 12 mg per kilogram; AUC 5; 40 g/L")]
    [(1000.0, 'mg/m2'), (12.0, 'mg/kg'), (5.0, 'AUC')]
    """
    found = [_dose(match, text) for match in DOSE.finditer(text)]
    found += [Dose(float(match["low"]), "AUC", match.start(), match.end()) for match in AREA.finditer(text)]
    return tuple(sorted((dose for dose in found if dose.amount > 0), key=lambda dose: dose.start))


def _dose(match: re.Match[str], text: str) -> Dose:
    """Return the dose of a match; of a range the lower end."""
    unit = UNITS[match["unit"].lower()]
    per = match["per"] or ""
    if re.fullmatch(WEIGHT, per, re.IGNORECASE) or "kg" in per.lower():
        unit += "/kg"
    elif per:
        unit += "/m2"
    ranged = match["high"] is not None or RANGE.match(text, match.end()) is not None
    return Dose(float(match["low"].replace(",", "")), unit, match.start(), match.end(), ranged)
