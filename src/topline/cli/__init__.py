"""The commands: designs, intake of a registry record, runs of a study, traces of a number, virtual trials.

Exit codes: 0 the command did what was asked; 2 the call has no answer (the message says why); 3 with --strict, the data
or the record hold errors; 130 interrupted. Whatever happens, an earlier output folder is replaced whole or not at all.
"""

from topline.cli import analysis, design, intake, rehearsal
from topline.cli.group import main

__all__ = ["analysis", "design", "intake", "main", "rehearsal"]
