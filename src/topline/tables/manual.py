"""The manual page of the tables, written from their declarations: `python -m topline.tables.manual` prints it."""

from collections.abc import Iterator, Mapping

from topline.tables.adam import ADAM
from topline.tables.declare import Core, Table, Variable
from topline.tables.findings import FINDINGS
from topline.tables.patients import PATIENTS
from topline.tables.results import LINEAGE, RESULTS
from topline.tables.screening import FUNNEL, NEEDED, SCREENING, VERDICTS
from topline.tables.sdtm import SDTM

PARTS: Mapping[str, tuple[Table, ...]] = {
    "Screening: who may enrol": (PATIENTS, SCREENING, VERDICTS, FUNNEL, NEEDED),
    "SDTM: what was collected": tuple(SDTM.values()),
    "ADaM: what is analysed": tuple(ADAM.values()),
    "topline: what comes out": (RESULTS, LINEAGE, FINDINGS),
}
CORES = {Core.REQUIRED: "required", Core.EXPECTED: "expected", Core.PERMISSIBLE: "permissible"}
MOST = 20
"""A code list with more codes than this is named by its first ones."""

INTRODUCTION = """# Tables

This page is printed from the declarations in `src/topline/tables` by `python -m topline.tables.manual`.

A table has one record for each distinct value of its **keys**. A **required** variable is never empty, an **expected**
one stands in the table and may be empty, a **permissible** one may lack. Columns that are not declared are kept and not
used. **Codes** are all values that a variable may hold; where the list ends with an ellipsis in brackets, `(…)`, other
values are allowed too. A **flag** is `Y`, `N` or empty. An **ISO 8601 date** is text, whole or in part: `2019-02-28`,
`2019-02`, `2019`, `2019---15` (month unknown), with or without a time, from 1900 to 2100. The names and labels of SDTM
variables are those of SDTMIG 3.4. SDTM tables may hold other variables of the standard as well.
"""


def manual() -> str:
    """Return the manual page of all tables as Markdown.

    >>> print(manual().splitlines()[0])
    # Tables
    """
    parts = (f"## {title}\n\n{''.join(map(_section, tables))}" for title, tables in PARTS.items())
    return f"{INTRODUCTION}\n{_contents()}\n{''.join(parts)}".rstrip() + "\n"


def _contents() -> str:
    return "".join(f"- {title}: {', '.join(map(_link, tables))}\n" for title, tables in PARTS.items())


def _link(table: Table) -> str:
    return f"[{table.name}](#{table.name.lower()})"


def _section(table: Table) -> str:
    keys = f" Keys: {', '.join(f'`{key}`' for key in table.keys)}." if table.keys else ""
    head = "| Variable | Label | Type | Core | Values | Origin |\n|---|---|---|---|---|---|\n"
    structure = f", {table.structure}" if table.structure else ""
    return f"### {table.name}\n\n{table.label}{structure}.{keys}\n\n{head}{''.join(_rows(table))}\n"


def _rows(table: Table) -> Iterator[str]:
    for variable in table.variables:
        cells = (
            f"`{variable.name}`",
            variable.label,
            str(variable.kind),
            CORES[variable.core],
            _values(variable),
            variable.origin.lower(),
        )
        yield f"| {' | '.join(cell.replace('|', '&#124;') for cell in cells)} |\n"


def _values(variable: Variable) -> str:
    shown = [f"`{code}`" for code in variable.codes[:MOST]]
    more = len(variable.codes) - len(shown)
    codes = ", ".join(shown) + (f" and {more} more" if more else "") + (" (…)" if variable.extensible and shown else "")
    return "; ".join(part for part in (codes, variable.bounds) if part)


if __name__ == "__main__":
    print(manual(), end="")
