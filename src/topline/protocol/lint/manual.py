"""The manual page of the lint rules, docs/lint.md, made from the rules themselves so that it cannot differ."""

from collections.abc import Iterator, Mapping

from topline.protocol.lint.rule import Rule, rules

FAMILIES: Mapping[str, str] = {
    "OUT": "outcomes",
    "ELG": "eligibility",
    "DES": "design",
    "DAT": "dates",
    "SAF": "safety",
    "QOL": "quality of life",
    "ENC": "encoding",
    "STU": "the executable study",
}
"""What each family of rules is about, by the letters of its identifiers."""

INTRODUCTION = """# Lint rules

`topline lint` asks each rule below of a registry record, and those of the last section of a study file. A rule has one
of three answers: it **fires**, with the words it is about; it is **silent**; or it **cannot be assessed**, because the
source does not hold a field that it needs (the third column; a page that lists no outcomes is not a trial without
outcomes). An `error` is a contradiction or a statement that cannot be carried out, a `warning` what reviewers object
to, a `note` what readers would like to know. What a title says in brief, the finding says of the words at hand.

A study accepts a rule with a reason, under `accepted` in [the study file](protocol.md); its findings are still listed,
with the reason. How sure a rule is depends on how people write; a finding quotes the words, so that a reader can judge.
Section numbers of guidelines are from memory where the page could not be read again.
"""


def lint_page() -> str:
    """Return the manual page of all rules as Markdown.

    >>> print(lint_page().splitlines()[0])
    # Lint rules
    """
    found = rules()
    counts = f"{len(found)} rules: " + ", ".join(
        f"{sum(name.startswith(family) for name in found)} about {subject}" for family, subject in FAMILIES.items()
    )
    sections = (_section(family, subject) for family, subject in FAMILIES.items())
    return f"{INTRODUCTION}\n{counts}.\n\n{''.join(sections)}".rstrip() + "\n"


def _section(family: str, subject: str) -> str:
    """Return the section of one family."""
    head = (
        "| rule | severity | needs | what is wrong | authority | what to do |\n| --- | --- | --- | --- | --- | --- |\n"
    )
    rows = "".join(_row(rule) for rule in _family(family))
    return f"## {family}: {subject}\n\n{head}{rows}\n"


def _family(family: str) -> Iterator[Rule]:
    """Yield the rules of a family, in order."""
    yield from (rule for name, rule in sorted(rules().items()) if name.startswith(family))


def _row(rule: Rule) -> str:
    """Return one rule as a row."""
    needs = ", ".join(f"`{need.rpartition('.')[2]}`" for need in rule.needs)
    cells = (rule.id, str(rule.severity), needs, rule.title, rule.authority, rule.fix)
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |\n"
