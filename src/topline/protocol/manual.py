"""The manual page of the study file, docs/protocol.md, made from the model so that it cannot differ from it."""

from collections.abc import Iterator
from itertools import groupby

from topline.errors import CATALOGUE
from topline.protocol.coherence import EVENTS, LAST_OBSERVATIONS
from topline.protocol.endpoints import CENSORING
from topline.protocol.keys import Key, study_keys

INTRODUCTION = """\
# The study file

A study file, `study.yaml`, states a trial once: who is treated, with what, when tumours are assessed, by which
criteria, what is estimated and which rule decides. Every stage of topline reads it, and every output names its
digest: the SHA-256 of its content, the same whatever the order of keys, the comments and the layout. The two example
studies are good files to begin from: copy one and change it.

The file is YAML 1.2, UTF-8, at most 200,000 characters. Nothing in it is guessed:

* Keys that topline does not know are refused, and so are keys that stand twice, anchors, aliases and tags.
* A plain `NO`, `12:30`, `0123`, `.nan` or `2024-01-05` is text. True and false are `true` and `false`. A text is
  never taken for a number, nor a number for a text: a version or a phase stands in quotes (`"5.0"`, `"2"`).
* All faults of a file are reported at once, in the order of its lines, and a file with a fault is not used at all.

**Assumptions.** What the registry record of a trial leaves open must still have a value. Each such value is named
under `assumed`, by its dotted path, with the reason. A path names list items by their `id`, `code` or `name`, or by
their index from 0: `endpoints.ORR.analysis`, `arms.0.interventions.APATINIB.dose`. It must lead to something that
stands in the file. The report prints all assumptions.

**Conditions.** `where` is an SQL boolean expression over the columns of one table, for example
`TRTFL = 'Y' AND AGE >= 18`. It is judged row by row; where a value is missing the answer may be unknown, and a row
whose answer is unknown is not taken. Dates compare with dates: `TRTSDT >= DATE '2024-01-05'`.

In Python, `topline.protocol.source.parse_protocol(text)` gives the immutable `Protocol`, and `study_text(protocol)`
gives a study file that holds it, every default written out.
"""

ERRORS = """\
## Errors

Each fault names the file, the path, the line, the value and what it should be:

    TL-P02 study.yaml design.alpha (line 40): value '1.5': should be less than 0.5
      rule: each value has a type and a range, see docs/protocol.md
      fix:  correct the value at the path that is named
"""

KEYS = """\
## Keys

In a path, `[]` stands for each item of a list and `*` for a key that the study chooses. A key without a default is
required. Numbers are inclusive of the limits that say *at least* and *at most*.
"""


def render_manual() -> str:
    """Return the manual page as Markdown."""
    parts = [INTRODUCTION, *_keys(), _names(), ERRORS, _table(("number", "error", "rule", "what to do"), _errors())]
    return "\n".join(parts)


def _keys() -> Iterator[str]:
    """Yield one table of keys for each key at the top, the single values at the top together."""
    yield KEYS
    for top, group in groupby(study_keys(), key=lambda key: key.path.partition(".")[0].removesuffix("[]")):
        yield f"### {top}\n"
        yield _table(("path", "type", "range", "default", "meaning"), (_row(key) for key in group))


def _row(key: Key) -> tuple[str, ...]:
    """Return a key as cells."""
    form = f" (form `{key.form}`)" if key.form else ""
    return f"`{key.path}`{form}", key.type, key.range, key.default or "**required**", key.meaning


def _names() -> str:
    """Return the sources and censoring rules that every study can name."""
    rules = (
        (name, each.new_therapy, str(each.missed_assessments or "none: every event counts"), each.treatment_stop)
        for name, each in CENSORING.items()
    )
    return "\n".join(
        (
            "## Names that every study can use\n",
            f"`events`: {', '.join(f'`{name}`' for name in EVENTS)}, or an id of `sources`.\n",
            f"`last_observation`: {', '.join(f'`{name}`' for name in LAST_OBSERVATIONS)}, or an id of `sources`.\n",
            "`censoring`:\n",
            _table(
                ("name", "new therapy", "missed scans before an event that does not count", "end of treatment"), rules
            ),
        )
    )


def _errors() -> Iterator[tuple[str, ...]]:
    """Yield the errors of a study file as cells."""
    for code, entry in CATALOGUE.items():
        if code.startswith("TL-P"):
            yield code, entry.title, entry.rule, entry.fix


def _table(head: tuple[str, ...], rows: Iterator[tuple[str, ...]]) -> str:
    """Return a Markdown table."""
    lines = [head, tuple("---" for _ in head), *rows]
    return "".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |\n" for line in lines)
