"""topline: phase II oncology trials from protocol to topline results, every number traceable.

>>> import topline
>>> study = topline.load("nct07142421")
>>> study.population.planned
35
"""

from collections.abc import Mapping, Sequence
from importlib.metadata import version
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import polars as pl

    from topline.adam.instrument import Instrument
    from topline.protocol.model import Protocol
    from topline.study import Run

__version__ = version("topline")
__all__ = ["__version__", "draw", "load", "run"]


def load(name: str) -> "Protocol":
    """Return the protocol of a study: a built-in one by its name, or a study.yaml by its path.

    Raises ToplineError when there is none, or its file has faults.
    """
    from topline.exchange.study_file import read_study

    return read_study(name)[0]


def draw(study: "Protocol", seed: int = 1) -> dict[str, "pl.DataFrame"]:
    """Return the SDTM tables of a virtual trial of this study, by domain.

    >>> import topline
    >>> topline.draw(topline.load("nct07142421"), seed=7)["DM"].height
    35
    """
    from topline.simulate.trial import draw_trial

    return draw_trial(study, seed).tables


def run(study: "Protocol", tables: "Mapping[str, pl.DataFrame]", instruments: "Sequence[Instrument]" = ()) -> "Run":
    """Return the run of a study on SDTM tables by domain: `.adam`, `.results`, `.lineage`, `.findings`.

    `instruments` are questionnaires of the study's own, as `topline.adam.instrument.parse_instrument` reads them; a
    questionnaire of the protocol that has none is a finding, TL-Q01.

    >>> import topline
    >>> study = topline.load("nct07142421")
    >>> done = topline.run(study, topline.draw(study, seed=7))
    >>> sorted(done.adam)[:4]
    ['ADAE', 'ADAECYC', 'ADAETTE', 'ADBM']
    """
    from topline.study import run_study

    return run_study(study, tables, instruments=instruments)
