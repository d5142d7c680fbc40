"""The analysis of many trials of one protocol: derived by adam/ and analysed by stats/ as each would be alone."""

import re
from collections.abc import Mapping, Sequence

import polars as pl

from topline.adam.time_sources import sources_of
from topline.protocol.endpoints import TimeToEvent
from topline.protocol.model import Protocol
from topline.simulate.whole import run_whole
from topline.stats.analysis import Analysis
from topline.stats.methods import METHODS
from topline.stats.response import plan_response
from topline.stats.stack import Stack, run_stack
from topline.stats.survival import plan_survival
from topline.study import derive_efficacy, rests_on_assessments
from topline.tables.adam import RESPONSE_PARAMETERS

NAMED = re.compile(r"PARAMCD = '[A-Z]+'( AND|$)")
"""How a condition begins that selects one parameter of ADRS."""

DRAWN = ("curve",)
"""Methods that give points of a figure, not numbers of a trial: hundreds of rows that nobody compares over trials."""


def analyse_stack(protocol: Protocol, tables: Mapping[str, pl.DataFrame], *, whole: bool = False) -> pl.DataFrame:
    """Return the results of each trial of a stack: STUDYID, RESULTID, VALUE and VALUEC, as `run_study` names them.

    These are all numbers of rates and times. With `whole`, every stage is run for each trial, and what `whole.kept`
    keeps of safety, questionnaires and markers follows; it takes a second or two for each trial.
    """
    plans = efficacy_plans(protocol)
    adam = derive_efficacy(protocol, tables, parameters_of(plans, protocol))
    assessed = adam["ADRS"].filter(pl.col("PARAMCD") == "OVR")["STUDYID"].unique()
    every = adam["ADSL"]["STUDYID"].unique()
    stack = Stack(
        datasets=adam,
        looks=protocol.design.rule.looks,
        unassessed=frozenset(every.filter(~every.is_in(assessed.implode())).to_list()),
        rests=lambda plan: rests_on_assessments(plan, protocol),
    )
    results = run_stack(plans, stack, METHODS)
    return pl.concat([results, *run_whole(protocol, tables)]) if whole else results


def efficacy_plans(protocol: Protocol) -> list[Analysis]:
    """Return the analyses of rates and times, without the curves of figures."""
    plans = plan_response(protocol) + plan_survival(protocol)
    return [plan for plan in plans if plan.method not in DRAWN]


def parameters_of(plans: Sequence[Analysis], protocol: Protocol) -> tuple[str, ...]:
    """Return the parameters of ADRS that analyses select, or that times begin, end or are censored with, and OVR.

    OVR says whether anything was assessed. Every parameter, where a source of the protocol's own selects rows of ADRS
    otherwise than by the codes it names.
    """
    times = [each.analysis for each in protocol.endpoints if isinstance(each.analysis, TimeToEvent)]
    sources = [source for each in times for source in sources_of(each).values() if source.dataset == "ADRS"]
    if any(not NAMED.match(source.where) for source in sources):
        return tuple(RESPONSE_PARAMETERS)
    texts = [plan.where for plan in plans if plan.dataset == "ADRS"] + [source.where for source in sources]
    return tuple(name for name in RESPONSE_PARAMETERS if name == "OVR" or any(f"'{name}'" in text for text in texts))
