"""The SDTM tables that topline reads, by name. Names and labels are those of SDTMIG 3.4."""

from dataclasses import replace

from topline.tables.declare import Table
from topline.tables.sdtm_biomarker import SDTM_BIOMARKER
from topline.tables.sdtm_events import AE, DS, MH
from topline.tables.sdtm_results import DD, LB, QS, RS, SS, TR, TU, VS
from topline.tables.sdtm_subjects import DM, SUPPQUAL, SV, TS
from topline.tables.sdtm_treatments import CM, EX, PR

SDTM: dict[str, Table] = {
    table.name: table
    for table in (
        *(DM, SV, EX, CM, PR, AE, DS, MH, LB, VS, QS, TU, TR, RS, SS, DD),
        *SDTM_BIOMARKER.values(),
        *(SUPPQUAL, TS),
    )
}


def sdtm_table(name: str) -> Table | None:
    """Return the declaration of an SDTM table, or None where topline does not use it.

    Every SUPP-- table has the declaration of SUPPQUAL under its own name.

    >>> sdtm_table("tr").label, sdtm_table("SUPPDM").label, sdtm_table("XQ")
    ('Tumor/Lesion Results', 'Supplemental Qualifiers for DM', None)
    """
    name = name.upper()
    if name in SDTM:
        return SDTM[name]
    parent = name.removeprefix("SUPP")
    if parent == name or not 2 <= len(parent) <= 4:
        return None
    return replace(SUPPQUAL, name=name, label=f"Supplemental Qualifiers for {parent}")
