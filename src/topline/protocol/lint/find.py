"""Looking for words in long texts: plain substrings first, since finding one is ten times quicker than a pattern."""

import re
from collections.abc import Iterable, Iterator


def holds(text: str, words: Iterable[str]) -> bool:
    """Whether a text holds any of some words or beginnings of words.

    >>> holds("ecog 0 or 1", ("karnofsky", "ecog"))
    True
    """
    for word in words:  # noqa: SIM110 - any() over a generator takes three times as long
        if word in text:
            return True
    return False


def present(text: str, words: tuple[str, ...]) -> tuple[str, ...]:
    """Return those of some words that a text holds, to look for fewer in its parts."""
    return tuple([word for word in words if word in text])


def occurrences(text: str, words: str) -> Iterator[int]:
    """Yield where some words begin in a text; many times faster than a pattern that begins with a choice.

    >>> list(occurrences("anc, ANC and anc", "anc"))
    [0, 13]
    """
    place = text.find(words)
    while place >= 0:
        yield place
        place = text.find(words, place + 1)


def first_match(pattern: re.Pattern[str], text: str, starts: Iterable[str]) -> re.Match[str] | None:
    r"""Return what `pattern.search` finds, for a pattern each of whose choices begins with one of some words.

    >>> first_match(re.compile(r"\b(?:hiv|hbv)\b"), "shiv, hbv or hiv", ("hiv", "hbv"))
    <re.Match object; span=(6, 9), match='hbv'>
    """
    places = [place for start in starts if start in text for place in occurrences(text, start)]
    if len(places) > 1:
        places.sort()
    for place in places:
        if found := pattern.match(text, place):
            return found
    return None
