"""Looking for words: the quick ways find what the patterns find."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from topline.protocol.lint import criteria_organs, criteria_person, criteria_therapy, quality_of_life
from topline.protocol.lint.find import first_match, holds, occurrences, present

STARTS: dict[re.Pattern[str], tuple[str, ...]] = {
    criteria_person.OPEN: criteria_person.STARTS,
    criteria_person.ASSAY: criteria_person.ASSAYS,
    criteria_person.VIRUSES: criteria_person.VIRUS_STEMS,
    criteria_person.CONTRACEPTIVE: criteria_person.CONTRACEPTION,
    criteria_organs.ECOG: ("ecog", "eastern", "who", "zubrod"),
    criteria_organs.KPS: ("karnofsky", "kps"),
    criteria_organs.NAMED_LIMIT: criteria_organs.MEASURES,
    criteria_therapy.WINDOW: ("within ",),
    quality_of_life._CORE: quality_of_life._CORE_STEMS,
}
WORDS = st.sampled_from(
    [
        *(
            "any",
            "other",
            "many",
            "condition",
            "unsafe",
            "medical conditions which, in the opinion",
            "not suitable for",
        ),
        *("hiv", "shiv", "hepatitis b", "acquired immunodeficiency", "dna", "pcr", "test", "art", "start", "titre"),
        *("ecog", "who", "0-1", "≤ 2", "karnofsky", "≥", "70", "creatinine", "lvef", "50", "within", "4 weeks", "the"),
        *(
            "qlq-c30",
            "c30",
            "c-30",
            "qlq c 30",
            "contraception",
            "abstinence",
            "birth control",
            ".",
            ";",
            "\n",
            "(",
            "1",
        ),
    ]
)


@pytest.mark.parametrize("pattern", STARTS, ids=lambda pattern: pattern.pattern[:20])
@given(st.lists(WORDS, max_size=12), st.sampled_from([" ", "", "-"]))
def test_a_match_is_the_one_that_a_search_finds(pattern: re.Pattern[str], words: list[str], between: str) -> None:
    text = between.join(words)
    quick, slow = first_match(pattern, text, STARTS[pattern]), pattern.search(text)
    assert (quick and quick.span()) == (slow and slow.span())


@given(st.text("ab", max_size=30), st.text("ab", min_size=1, max_size=3))
def test_occurrences_are_all_there_are(text: str, word: str) -> None:
    assert list(occurrences(text, word)) == [at for at in range(len(text)) if text.startswith(word, at)]


def test_words_in_a_text() -> None:
    assert holds("ecog 1", ("kps", "ecog"))
    assert not holds("ecog 1", ("kps", "who"))
    assert present("ecog 1, kps 70", ("kps", "who", "ecog")) == ("kps", "ecog")
