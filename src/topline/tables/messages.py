"""The manual page of the messages, docs/findings.md, made from the catalogue so that it cannot differ from it."""

from collections.abc import Iterator, Mapping

from topline.errors import CATALOGUE, Finding, ToplineError
from topline.tables.findings import CAP

FAMILIES: Mapping[str, tuple[str, str]] = {
    "C": ("the call", "What was asked for has no answer. Nothing is written, and the command ends with exit code 2."),
    "F": ("files", "A file of data cannot be read as it stands. The other files are read all the same."),
    "P": (
        "the study file",
        "A study file has a fault. All faults are shown at once, the file is not used, and the exit code is 2.",
    ),
    "I": (
        "records of registers",
        "A record, or a folder made from one, cannot be used as it stands. Nothing is written, and the exit code is 2.",
    ),
    "G": (
        "designs",
        "No design answers what was asked for, or counts cannot be. Nothing is written, and the exit code is 2.",
    ),
    "E": (
        "eligibility and screening",
        "A criterion, or the table of candidates, leaves a doubt; a value that cannot be read counts as unknown.",
    ),
    "T": ("one table", "A record or variable is not what the declaration of its table says; see [tables](tables.md)."),
    "D": ("data across tables", "Records of several domains, or of one subject, do not fit together."),
    "R": ("response", "Lesions, scans or recorded responses leave a doubt under RECIST 1.1."),
    "S": ("survival", "The time of a subject cannot start, or ends where it starts."),
    "L": ("safety", "Laboratory values, vital signs, adverse events or doses leave a doubt about what counts."),
    "Q": ("questionnaires", "A questionnaire, a form or an answer is not what the instrument or the protocol says."),
    "B": (
        "markers",
        "A marker of the study file has values that cannot be used as they stand; the subject has no value then.",
    ),
    "V": (
        "virtual trials",
        "A rehearsal, scenario or calibration cannot be run as asked. The exit code is 2; finished chunks are kept.",
    ),
    "X": ("derived data and results", "What topline derived contradicts itself, or a number cannot be computed."),
}
"""What each letter of a number stands for: its subject, and what a message of this family means for the run."""

INTRODUCTION = f"""\
# Findings and errors

Everything that topline has to say about a study or its data carries a number: `TL-`, a letter for the subject, two
digits. A number never changes its meaning and is never used for another one.

A **finding** is a row about the data. The run goes on, and the finding stands in the report, in `findings.csv` and in
`findings.parquet`. Records and values that a run does not use are never left out without one: the finding says so. Its
severity says how much it matters:

* `error`: a result can change when the data are mended. `topline run --strict` then ends with exit code 3.
* `warning`: a result may change.
* `note`: for information.

An **error of the call** (families C, P, I, G and V) stops the command instead, with exit code 2.

Both have three parts: what is wrong and where, the rule, and what to do.

{{examples}}
`findings.csv` has one row per finding, with the columns of [FINDINGS](tables.md#findings). `DATASET`, `USUBJID` and
`RECORD` say where to look; `RECORD` is the sequence number of the SDTM record (`TRSEQ 12`), else its row. At most
{CAP:,} findings of one number, table and variable are listed one by one; one more row counts the rest in `COUNT`.
"""

EXAMPLES = (
    str(ToplineError("TL-C01", where="nct00000000", what="is neither a built-in study nor a file")),
    str(
        Finding(
            "TL-D02", "EX", "EXSTDTC", "2019-04-01", "is after the death, 2019-03-31 at the latest", "001", "EXSEQ 2"
        )
    ),
)


def messages_page() -> str:
    """Return the manual page of all messages as Markdown.

    >>> print(messages_page().splitlines()[0])
    # Findings and errors
    """
    indented = "".join(f"    {line}\n" if line else "\n" for line in "\n\n".join(EXAMPLES).split("\n"))
    parts = [INTRODUCTION.format(examples=indented), *(_family(letter) for letter in FAMILIES)]
    return "\n".join(parts)


def _family(letter: str) -> str:
    """Return the section of one family: its meaning, and a table of its messages."""
    subject, meaning = FAMILIES[letter]
    head = "| number | severity | what | rule | what to do |\n| --- | --- | --- | --- | --- |\n"
    return f"## {letter}: {subject}\n\n{meaning}\n\n{head}{''.join(_rows(letter))}"


def _rows(letter: str) -> Iterator[str]:
    for code, entry in CATALOGUE.items():
        if code[3] == letter:
            cells = (code, str(entry.severity), entry.title, entry.rule, entry.fix)
            yield "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |\n"
