"""Names of drugs in a record: combinations taken apart, salts dropped, and where in a text a drug is meant."""

import re
from collections.abc import Iterable, Iterator

from topline.protocol.draft.passages import clean

LONGEST = 50  # characters of a drug's name in EXTRT
FORMS = re.compile(
    r"\b(?:mesylate|mesilate|hydrochloride|hcl|sulfate|sulphate|tosylate|maleate|fumarate|citrate|phosphate|disodium|"
    r"sodium|tablets?|capsules?|injections?|for injection|oral|infusion|treatment|therapy|maintenance|monotherapy)\b",
    re.IGNORECASE,
)
GENERIC = re.compile(
    r"(?:combination|combined|study|trial|experimental|standard|investigational|active|drug|treatment|therapy|regimen|"
    r"arm|group|medication|intervention|chemotherapy|comb|of|care|the|single|agent|\W)*",
    re.IGNORECASE,
)
JOINT = re.compile(
    r"\s*\+\s*|\s+(?:plus|combined with|in combination with|together with|followed by|with|and)\s+", re.IGNORECASE
)
PLUS = re.compile(r"\s*\+\s*|\s+(?:plus|combined with|in combination with)\s+", re.IGNORECASE)
TRAILING = re.compile(r"\b(?:group|arm|cohort|treatment|therapy|combination)s?\b\.?", re.IGNORECASE)
SENTENCE = re.compile(r"(?<=[.;])\s+(?=[A-Z*•-])|\n+|;\s*")


def is_generic(name: str) -> bool:
    """Whether a name says only that there is a treatment.

    >>> is_generic("Combination therapy (COMB)"), is_generic("Apatinib")
    (True, False)
    """
    return GENERIC.fullmatch(name) is not None


def drugs_of(name: str) -> tuple[str, ...]:
    """Return the drugs that one registered treatment names.

    >>> drugs_of("DRUG-A + Drug-B"), drugs_of("Trifluridine/tipiracil")
    (('DRUG-A', 'Drug-B'), ('Trifluridine/tipiracil',))
    """
    return tuple(_parts(name, PLUS)) or (name,)


def drugs_of_label(label: str) -> tuple[str, ...]:
    """Return the drugs that the label of an arm names, where its treatment is called no more than a combination.

    >>> drugs_of_label("Drug A combined with Drug B Group")
    ('Drug A', 'Drug B')
    """
    return tuple(part for part in _parts(TRAILING.sub(" ", label), JOINT) if not is_generic(part))


def _parts(text: str, joint: re.Pattern[str]) -> Iterator[str]:
    """Yield the parts of a name between its joints; brackets are not taken apart."""
    if re.search(r"[(\[][^)\]]*(?:\+| plus | with | and )[^)\]]*[)\]]", text):
        yield clean(text, 200)
        return
    yield from (part for each in joint.split(text) if (part := clean(each, 200).strip(" ,;:")))


def term(name: str) -> str:
    """Return a drug's name as EXTRT holds it: capitals, without salt and form.

    >>> term("Apatinib Mesylate"), term("Sintilimab injection")
    ('APATINIB', 'SINTILIMAB')
    """
    short = clean(re.sub(r"\s*\([^)]*\)", " ", FORMS.sub(" ", name))).strip(" ,-")
    return clean((short or clean(name) or "TREATMENT").upper(), 200)


def terms(names: Iterable[str]) -> tuple[str, ...]:
    """Return the names of an arm's drugs as EXTRT holds them, cut at a word where they are long, each once.

    >>> terms(["Apatinib", "Apatinib tablets"])
    ('APATINIB', 'APATINIB 2')
    """
    made: list[str] = []
    for name in names:
        short = term(name)
        short = short if len(short) <= LONGEST else short[:LONGEST].rpartition(" ")[0] or short[:LONGEST]
        candidates = (short if number == 1 else f"{short} {number}" for number in range(1, 10_000))
        made.append(next(each for each in candidates if each not in made))
    return tuple(made)


def mentions(name: str, others: Iterable[str] = ()) -> tuple[re.Pattern[str], ...]:
    """Return patterns that find a drug in a text: its full name, its first word, and its other names."""
    words = [name, re.sub(r"\s*\([^)]*\)", " ", name).strip(), term(name)]
    words += re.findall(r"\(([A-Za-z0-9-]{3,20})\)", name) + [each for each in others if len(each) > 2]
    first = term(name).split(" ")[0]
    words += [first] if len(first) > 4 else []
    unique = dict.fromkeys(word.strip().casefold() for word in words if len(word.strip()) > 2)
    return tuple(re.compile(rf"(?<!\w){re.escape(word)}(?!\w)", re.IGNORECASE) for word in unique)


def stretches(
    text: str, own: Iterable[re.Pattern[str]], foreign: Iterable[re.Pattern[str]]
) -> Iterator[tuple[int, int]]:
    """Yield the stretches of a text that speak of a drug: from its name to the next drug or the end of the sentence.

    A dose that stands right before the name (`500 mg of drug`) belongs to it: the stretch begins there.
    """
    other = sorted({match.start() for pattern in foreign for match in pattern.finditer(text)})
    own_starts = sorted({match.start() for pattern in own for match in pattern.finditer(text)})
    for start in own_starts:
        sentence = sentence_end(text, start)
        stop = next((each for each in other if start < each < sentence), sentence)
        yield start, stop


def sentence_end(text: str, start: int) -> int:
    """Return where the sentence that holds a character ends.

    >>> sentence_end("Drug A daily. Drug B.", 3)
    13
    """
    match = SENTENCE.search(text, start)
    return match.start() if match else len(text)
