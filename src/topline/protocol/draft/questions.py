"""The open questions of a draft as a page of text for the people who must answer them."""

from collections.abc import Iterable, Iterator
from itertools import groupby

from topline.protocol.draft.notes import Question

SECTIONS = {
    "identifiers": "Names",
    "population": "Patients",
    "eligibility": "Criteria",
    "arms": "Treatment",
    "schedule": "Calendar",
    "criteria": "Standards",
    "analysis_sets": "Analysis sets",
    "landmark": "Landmark",
    "endpoints": "Endpoints",
    "design": "Design",
    "monitoring": "Monitoring",
    "biomarkers": "Markers",
}


def render_questions(questions: Iterable[Question], study: str = "") -> str:
    """Return the questions as Markdown, by section of the study, each with a box to tick.

    >>> print(render_questions([Question("population.planned", "How many?", "The rule needs it.", "40")], "S1"))
    # Open questions of S1
    <BLANKLINE>
    1 question. Answer in study.yaml: change the value, or leave it and keep its reason under `assumed`.
    <BLANKLINE>
    ## Patients
    <BLANKLINE>
    - [ ] **How many?**
      `population.planned` is now `40`. The rule needs it.
    <BLANKLINE>
    """
    listed = list(questions)
    count = f"{len(listed)} question{'' if len(listed) == 1 else 's'}"
    title = f"# Open questions of {study}" if study else "# Open questions"
    how = f"{count}. Answer in study.yaml: change the value, or leave it and keep its reason under `assumed`."
    return "\n".join([title, "", how, "", *_sections(listed)])


def _sections(questions: list[Question]) -> Iterator[str]:
    """Yield the lines of all sections."""
    order = list(SECTIONS)
    ranked = sorted(questions, key=lambda question: _rank(question, order))
    for place, group in groupby(ranked, key=lambda question: _rank(question, order)):
        yield f"## {SECTIONS[order[place]] if place < len(order) else 'Other'}"
        yield ""
        for question in group:
            now = f" is now {_code(question.stands)}." if question.stands else ":"
            yield f"- [ ] **{_plain(question.asked)}**"
            yield f"  {_code(question.path)}{now} {_plain(question.why)}"
        yield ""


def _rank(question: Question, order: list[str]) -> int:
    section = question.path.partition(".")[0]
    return order.index(section) if section in order else len(order)


def _code(text: str) -> str:
    """Return a text as code; one that holds a backtick is fenced by two."""
    fence = "``" if "`" in text else "`"
    space = " " if "`" in text else ""
    return f"{fence}{space}{text}{space}{fence}"


def _plain(text: str) -> str:
    """Return a text in which Markdown sees no markup."""
    return "".join(f"\\{letter}" if letter in "\\`*_[]<>#|" else letter for letter in text)
