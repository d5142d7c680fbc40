"""The whole analysis of virtual trials one by one: of safety, questionnaires and markers few results are kept."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

import polars as pl

from topline.protocol.model import Protocol
from topline.stats.analysis import Analysis
from topline.study import run_wanted

PERMUTATIONS, BOOTSTRAP = 999, 200
"""How often the search for markers is permuted and sampled in each of many trials: the least that a study may state."""


@dataclass(frozen=True, slots=True)
class Kept:
    """Results that are kept of each trial: patterns of analysis and statistic, and why."""

    analysis: str
    statistic: str
    reason: str


COUNT = r"n|N|percent|grade 3 or higher|grade 3 or higher percent"
KEPT = (
    Kept(r"AE\.[A-Z0-9 -]+", COUNT, "how many have any event, one of grade 3 or higher, a serious, a fatal one"),
    Kept(r"AE\.ALL\..+", COUNT, "how often each class and term is seen, in all and from grade 3 on"),
    Kept(r"AE\.GROUP\..+", COUNT, "how often events of special interest are seen"),
    Kept(r"TOXICITY", r"patients|toxicities|bound|verdict|stopped at", "how often the rule for toxicity stops"),
    Kept(r"(C30|OES)[A-Z]+\.(BL|C\d+)", r"n|mean", "the course of each score, from those who answered"),
    Kept(r"(C30|OES)[A-Z]+\.C\d+\.worse", r"n|N|rate", "how many have deteriorated by the important difference"),
    Kept(r"(TD|DD)(C30|OES)[A-Z]+", r"N|events|median( lower| upper)?", "time to deterioration of each scale"),
    Kept(r"BM\..+\.search", r"N|events|p naive: .+|p corrected(, cuts)?: .+", "how often the search finds a mirage"),
)
"""What is kept of about 19,000 results; the rest describes one trial, and nobody compares it over ten thousand."""


def kept(resultid: str) -> bool:
    """Return whether a result of safety, questionnaires or markers is kept of each of many trials.

    >>> kept("AE.ALL/all/grade 3 or higher percent"), kept("AE.ALL/all/grade 1 percent"), kept("OS.curve/all/at risk@3")
    (True, False, False)
    """
    analysis, _, statistic = resultid.split("/", 2)
    return any(re.fullmatch(each.analysis, analysis) and re.fullmatch(each.statistic, statistic) for each in KEPT)


def worth_running(plan: Analysis) -> bool:
    """Return whether any result of an analysis is kept."""
    return any(re.fullmatch(each.analysis, plan.id) for each in KEPT)


def run_whole(
    protocol: Protocol, tables: Mapping[str, pl.DataFrame], keep: Callable[[str], bool] = kept
) -> Iterator[pl.DataFrame]:
    """Yield of each trial the results that are kept of safety, questionnaires and markers.

    With another rule for what to `keep`, every analysis is run. The search for markers takes PERMUTATIONS permutations,
    so that a corrected p-value is a multiple of 1 / (PERMUTATIONS + 1).
    """
    quick = _with_few_permutations(protocol)
    wanted = worth_running if keep is kept else lambda plan: True
    for own in _apart(tables):
        results = run_wanted(quick, own, wanted).select("STUDYID", "RESULTID", "VALUE", "VALUEC")
        names = results["RESULTID"].to_list()
        yield results.filter(pl.Series([keep(name) for name in names], dtype=pl.Boolean))


def _with_few_permutations(protocol: Protocol) -> Protocol:
    search = protocol.biomarkers.search.model_copy(update={"permutations": PERMUTATIONS, "bootstrap": BOOTSTRAP})
    return protocol.model_copy(update={"biomarkers": protocol.biomarkers.model_copy(update={"search": search})})


def _apart(tables: Mapping[str, pl.DataFrame]) -> Iterator[dict[str, pl.DataFrame]]:
    """Yield the tables of each trial of a stack; a table without its records is not among them."""
    parts = {name: frame.partition_by("STUDYID", as_dict=True) for name, frame in tables.items()}
    for study in sorted({key for each in parts.values() for key in each}):
        yield {name: each[study] for name, each in parts.items() if study in each}
