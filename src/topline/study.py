"""The pipeline as one table: which stage reads what and writes what; it runs them and keeps the lineage."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

import polars as pl

from topline.adam.biomarker import derive_biomarkers
from topline.adam.consistency import check_consistency
from topline.adam.ctcae.grading import Grader
from topline.adam.instrument import Instrument
from topline.adam.lab import derive_lab
from topline.adam.qol import QolSettings, derive_qol, qol_settings
from topline.adam.qol_times import append_times, derive_times
from topline.adam.response import derive_response
from topline.adam.safety_tables import derive_safety
from topline.adam.subject import derive_subjects, domain, flag_sets
from topline.adam.survival import derive_survival
from topline.adam.treatment_period import safety_rules, treatment_periods
from topline.adam.tumor import Tumors, derive_tumors
from topline.adam.tumor_rows import derive_tumor_rows, flag_scans
from topline.adam.vital_signs import derive_vital_signs
from topline.errors import Finding, ToplineError
from topline.protocol.endpoints import TimeToEvent
from topline.protocol.model import Protocol
from topline.sdtm.biomarker import derive_marker_records
from topline.stats.analysis import Analysis, Outcome, run_analyses
from topline.stats.biomarker import plan_biomarkers
from topline.stats.lab import plan_lab, plan_vital_signs
from topline.stats.methods import METHODS
from topline.stats.qol import plan_qol
from topline.stats.response import plan_response
from topline.stats.safety import plan_safety
from topline.stats.subject import plan_subjects
from topline.stats.survival import plan_survival
from topline.tables.adam import ADAM, ADTTE, RESPONSE_PARAMETERS
from topline.tables.adam_safety import ADAM_SAFETY
from topline.tables.checks import check_across, check_table
from topline.tables.conform import conform
from topline.tables.cutoff import cut_tables, stated_cutoff, stated_cutoffs
from topline.tables.findings import findings, findings_frame, join_findings
from topline.tables.results import LINEAGE, RESULTS
from topline.tables.sdtm import sdtm_table
from topline.tables.virtual import is_virtual

Progress = Callable[[str], None]
SUBJECT_DOMAINS = ("DM", "TR", "TU", "RS")
EXPECTED = {
    "EX": "treatment is known only as far as DM has it",
    "DS": "enrolment and the end of treatment and study are not known",
    "TU": "the kind and place of a lesion are taken from TR",
    "TR": "response is taken from RS, if it is there",
    "CM": "new anti-cancer therapy is not known, unless PR has it: no time is censored at it",
}
"""Tables that the analyses need, and what becomes of them without."""


@dataclass(frozen=True, slots=True)
class Run:
    """What a run gave: the tables that were analysed, ADaM, results with their lineage, and findings about the data."""

    protocol: Protocol
    tables: Mapping[str, pl.DataFrame]
    adam: Mapping[str, pl.DataFrame]
    analyses: tuple[Analysis, ...]
    results: pl.DataFrame
    lineage: pl.DataFrame
    findings: pl.DataFrame
    virtual: bool
    cutoff: date | None


@dataclass(slots=True)
class _State:
    """What the stages have made so far."""

    protocol: Protocol
    tables: dict[str, pl.DataFrame]
    virtual: bool
    cutoff: date | None = None
    instruments: tuple[Instrument, ...] = ()
    dictionary: pl.DataFrame | None = None
    adam: dict[str, pl.DataFrame] = field(default_factory=dict)
    tumors: Tumors | None = None
    qol: QolSettings | None = None
    qol_times: pl.DataFrame = field(default_factory=ADTTE.empty)
    analyses: tuple[Analysis, ...] = ()
    outcome: Outcome = field(default_factory=lambda: Outcome(RESULTS.empty(), LINEAGE.empty(), join_findings()))
    found: list[pl.DataFrame] = field(default_factory=list)
    parameters: Collection[str] = tuple(RESPONSE_PARAMETERS)
    checked: bool = True
    wanted: Callable[[Analysis], bool] = lambda plan: True


@dataclass(frozen=True, slots=True)
class Stage:
    """One stage: its name, what it reads and writes, and the function that runs it."""

    name: str
    reads: tuple[str, ...]
    writes: tuple[str, ...]
    run: Callable[[_State], None]


def _conform(state: _State) -> None:
    state.dictionary = state.tables.pop("DICTIONARY", None)
    wide = state.tables.pop("MARKERS", None) if "XB" not in state.tables else None
    for name, frame in state.tables.items():
        table = sdtm_table(name)
        if table is None:
            state.found.append(findings("TL-F07", pl.DataFrame({"N": [1]}), name))
            continue
        state.tables[name], found = conform(frame, table)
        state.found.append(found)
    if wide is not None:
        state.tables["XB"], found = derive_marker_records(wide, state.tables)
        state.found.append(found)


def _check(state: _State) -> None:
    missing = [
        Finding("TL-T09", name, message=f"table missing: {what}")
        for name, what in EXPECTED.items()
        if name not in state.tables
    ]
    if "RS" not in state.tables:
        missing.append(Finding("TL-T12", "RS", message="no recorded response to compare the derived one with"))
    state.found.append(findings_frame(missing))
    for name, frame in state.tables.items():
        table = sdtm_table(name)
        if table is not None:
            state.found.append(check_table(frame, table))
    state.found.append(check_across(state.tables, state.cutoff))
    state.found.append(_other_study(state))
    if state.cutoff is not None:
        state.tables = cut_tables(state.tables, state.cutoff)


def _other_study(state: _State) -> pl.DataFrame:
    """Return a finding for each study in the data that is not the protocol's."""
    own = state.protocol.identifiers.study
    ids = {
        frame["STUDYID"].drop_nulls().unique().to_list()[0]
        for frame in state.tables.values()
        if "STUDYID" in frame.columns and frame["STUDYID"].drop_nulls().len()
    }
    others = pl.DataFrame({"STUDYID": sorted(ids - {own})}, schema={"STUDYID": pl.String})
    return findings(
        "TL-D10",
        others,
        "DM",
        variable="STUDYID",
        value=pl.col("STUDYID"),
        message=f"is not the study of the protocol, {own}",
    )


def _subjects(state: _State) -> None:
    state.adam["ADSL"], found = derive_subjects(state.tables, state.protocol, records=state.checked)
    state.found += [found, _other_arms(state)]


def _other_arms(state: _State) -> pl.DataFrame:
    """Return a finding for each arm of treated subjects that the protocol does not have."""
    own = [arm.code.upper() for arm in state.protocol.arms]
    treated = state.adam["ADSL"].filter((pl.col("TRTFL") == "Y") & pl.col("ARMCD").is_not_null())
    arms = (
        treated.group_by("STUDYID", "ARMCD", maintain_order=True)
        .len()
        .filter(~pl.col("ARMCD").str.to_uppercase().is_in(own))
    )
    text = pl.format(
        "{} treated subjects are in an arm that the protocol does not have ({})", "len", pl.lit(", ".join(own))
    )
    return findings("TL-D15", arms, "DM", variable="ARMCD", value=pl.col("ARMCD"), message=text)


def _tumors(state: _State) -> None:
    tu, tr = domain(state.tables, "TU"), domain(state.tables, "TR")
    adsl = state.adam["ADSL"]
    if tu.height or tr.height:
        places = (
            adsl.select("STUDYID", "USUBJID", "STARTDT").with_row_index("S").with_columns(pl.col("S").cast(pl.Int64))
        )
        criteria = state.protocol.criteria.response
        state.tumors = derive_tumors(tu, tr, places, criteria, check=state.checked)
        state.found.append(state.tumors.findings)
    rs = domain(state.tables, "RS")
    adsl, found = flag_scans(adsl, state.tumors, rs, state.protocol.criteria.response)
    state.adam["ADSL"] = flag_sets(adsl, state.protocol)
    state.found.append(found)


def _tumor_rows(state: _State) -> None:
    state.adam["ADTR"] = derive_tumor_rows(state.tumors, state.adam["ADSL"])


def _response(state: _State) -> None:
    state.adam["ADRS"], found = derive_response(
        state.adam["ADSL"], domain(state.tables, "RS"), state.tumors, state.protocol, state.parameters
    )
    state.found.append(found)


def _survival(state: _State) -> None:
    state.adam["ADTTE"], found = derive_survival(state.adam["ADSL"], state.adam["ADRS"], state.protocol)
    state.found.append(found)


def _safety(state: _State) -> None:
    made = derive_safety(state.tables, state.adam["ADSL"], state.protocol, state.dictionary)
    state.adam |= {"ADSL": made.adsl, **made.tables}
    state.found.append(made.findings)


def _measurements(state: _State) -> None:
    criteria = state.protocol.criteria.adverse_events
    grader = Grader(criteria.version, criteria.symptoms)
    periods = treatment_periods(state.adam["ADSL"], domain(state.tables, "EX"), safety_rules(state.protocol))
    state.adam["ADLB"], found = derive_lab(domain(state.tables, "LB"), periods, grader)
    state.adam["ADVS"], more = derive_vital_signs(domain(state.tables, "VS"), periods, grader)
    state.found += [found, more]


def _questionnaires(state: _State) -> None:
    state.qol = qol_settings(state.protocol, state.instruments)
    adsl = state.adam["ADSL"]
    state.adam["ADQS"], found = derive_qol(domain(state.tables, "QS"), adsl, state.adam["ADRS"], state.qol)
    state.qol_times = derive_times(state.adam["ADQS"], adsl, state.qol)
    state.adam["ADTTE"] = append_times(state.adam["ADTTE"], state.qol_times)
    state.found.append(found)


def _markers(state: _State) -> None:
    protocol = state.protocol
    state.adam["ADBM"], found = derive_biomarkers(state.tables, state.adam, protocol, protocol.biomarkers)
    state.found.append(found)


def _consistency(state: _State) -> None:
    state.found.append(check_consistency(state.adam["ADRS"], state.adam["ADTTE"]))


def _flags(state: _State) -> None:
    """Give every dataset the analysis-set flags and the treatment of its subject: a condition needs one table."""
    flags = [each.flag for each in state.protocol.analysis_sets]
    order = pl.struct(pl.coalesce("ENRLDT", "TRTSDT"), "TRTSDT", "USUBJID").rank("ordinal").over("STUDYID")
    order = order.cast(pl.Int64)
    enrolled = state.adam["ADSL"].with_columns(pl.when(pl.col("ENRLFL") == "Y").then(order).alias("ENRLORD"))
    core = enrolled.select("STUDYID", "USUBJID", "TRT01P", "TRT01A", "ENRLORD", *flags)
    for name in (name for name in state.adam if name != "ADSL"):
        state.adam[name] = state.adam[name].join(core, on=["STUDYID", "USUBJID"], how="left", maintain_order="left")


def _statistics(state: _State) -> None:
    plans = plan_response(state.protocol) + plan_survival(state.protocol)
    if not (state.adam["ADRS"]["PARAMCD"] == "OVR").any():
        plans = [_without_rows(plan, state.protocol) for plan in plans]
        text = "no tumour assessment in the data: response, progression and disease control are not analysed"
        state.found.append(findings_frame([Finding("TL-X02", "ADRS", message=text)]))
    plans = plan_subjects(state.protocol, state.adam["ADSL"]) + plans + _further_plans(state)
    state.analyses = tuple(plan for plan in plans if state.wanted(plan))
    state.outcome = run_analyses(state.analyses, state.adam, METHODS, virtual=state.virtual)
    state.found += [state.outcome.findings, _other_size(state)]


def _further_plans(state: _State) -> list[Analysis]:
    """Return the analyses of safety, questionnaires and markers."""
    protocol, adam = state.protocol, state.adam
    asked = state.qol.asked if state.qol else ()
    key = [scale.param for each in asked for scale in each.scales if scale.key]
    return [
        *plan_safety(protocol, adam, protocol.monitoring),
        *plan_lab(protocol, adam["ADLB"]),
        *plan_vital_signs(protocol, adam["ADVS"]),
        *plan_qol(protocol, adam["ADQS"], state.qol_times, key),
        *plan_biomarkers(protocol, protocol.biomarkers),
    ]


def _without_rows(plan: Analysis, protocol: Protocol) -> Analysis:
    """Return an analysis without rows where it rests on tumour assessments: nobody is counted as not responding."""
    return replace(plan, where=f"({plan.where}) AND FALSE") if rests_on_assessments(plan, protocol) else plan


def rests_on_assessments(plan: Analysis, protocol: Protocol) -> bool:
    """Return whether an analysis of response or time says nothing where no tumour was ever assessed."""
    times = {each.id: each.analysis for each in protocol.endpoints if isinstance(each.analysis, TimeToEvent)}
    return plan.endpoint not in times or times[plan.endpoint].last_observation == "last assessment"


def _other_size(state: _State) -> pl.DataFrame:
    """Return a finding where the design's endpoint has another number of subjects than the design plans."""
    planned = state.protocol.design.patients
    observed = state.outcome.results.filter(pl.col("RESULTID") == "DESIGN.decision/all/observed")
    other = observed.filter(pl.col("NRECS") != planned)
    text = pl.format("{} subjects in {}, {} planned", "NRECS", "POPULATION", pl.lit(planned))
    return findings("TL-X03", other, "ADRS", variable=state.protocol.design.endpoint, message=text)


STAGES: tuple[Stage, ...] = (
    Stage("reading tables", ("SDTM",), ("SDTM",), _conform),
    Stage("checking tables", ("SDTM",), ("findings",), _check),
    Stage("subjects", ("DM", "EX", "DS", "CM", "SV"), ("ADSL",), _subjects),
    Stage("tumours", ("TU", "TR", "ADSL"), ("ADSL",), _tumors),
    Stage("tumour measurements", ("TU", "TR", "ADSL"), ("ADTR",), _tumor_rows),
    Stage("response", ("RS", "ADSL"), ("ADRS",), _response),
    Stage("survival", ("ADSL", "ADRS"), ("ADTTE",), _survival),
    Stage("safety", ("AE", "EX", "CM", "MH", "DD", "ADSL"), ("ADSL", *ADAM_SAFETY), _safety),
    Stage("laboratory values and vital signs", ("LB", "VS", "EX", "ADSL"), ("ADLB", "ADVS"), _measurements),
    Stage("questionnaires", ("QS", "ADSL", "ADRS", "ADTTE"), ("ADQS", "ADTTE"), _questionnaires),
    Stage("markers", ("GF", "LB", "MI", "XB", "ADSL", "ADRS", "ADTTE"), ("ADBM",), _markers),
    Stage("consistency", ("ADRS", "ADTTE"), ("findings",), _consistency),
    Stage("analysis sets", ("ADSL",), tuple(name for name in ADAM if name != "ADSL"), _flags),
    Stage("statistics", tuple(ADAM), ("results", "lineage"), _statistics),
)


EFFICACY = ("subjects", "tumours", "response", "survival", "analysis sets")
"""The stages that response, progression and survival need."""


def derive_efficacy(
    protocol: Protocol, tables: Mapping[str, pl.DataFrame], parameters: Collection[str] = tuple(RESPONSE_PARAMETERS)
) -> dict[str, pl.DataFrame]:
    """Return ADSL, ADRS and ADTTE of one trial, or of many trials of one protocol told apart by STUDYID.

    `tables` are in the form of their declarations, as `conform` returns them. Each study is cut at the cut-off that its
    own trial summary states. Of many trials only some `parameters` of ADRS may be wanted; those that the endpoints of
    time rest on must be among them. Findings and SRCRECS, the SDTM records behind a row, are not kept: `run_study` has
    them.
    """
    cut = cut_tables(tables, stated_cutoffs(tables))
    state = _State(protocol, cut, virtual=True, parameters=parameters, checked=False)
    for stage in STAGES:
        if stage.name in EFFICACY:
            stage.run(state)
            state.adam["ADSL"] = state.adam["ADSL"].drop("SRCRECS", strict=False)
    return state.adam


def run_wanted(
    protocol: Protocol, tables: Mapping[str, pl.DataFrame], wanted: Callable[[Analysis], bool]
) -> pl.DataFrame:
    """Return the results of some analyses of one trial, after every stage; the rest as of `run_study`."""
    state = _State(protocol, dict(tables), is_virtual(tables), stated_cutoff(tables), wanted=wanted)
    for stage in STAGES:
        stage.run(state)
    return state.outcome.results


def run_study(
    protocol: Protocol,
    tables: Mapping[str, pl.DataFrame],
    progress: Progress | None = None,
    cutoff: date | None = None,
    instruments: Sequence[Instrument] = (),
) -> Run:
    """Run all stages on SDTM tables and return everything they made.

    What is dated after `cutoff`, or else after the cut-off that the trial summary states, is not analysed. Beside the
    domains, `tables` may hold DICTIONARY, which codes reported terms (see `code_terms`), and MARKERS, a wide table of
    markers (see `derive_marker_records`). `instruments` are questionnaires beside those that ship.
    Problems of the data are findings of the run. Raises ToplineError TL-C04 when no table names a subject.
    """
    if not any(name in tables and tables[name].height for name in SUBJECT_DOMAINS):
        raise ToplineError(
            "TL-C04",
            where="data",
            what=f"found {', '.join(sorted(tables)) or 'no table'}; none of {', '.join(SUBJECT_DOMAINS)}",
        )
    state = _State(protocol, dict(tables), is_virtual(tables), cutoff or stated_cutoff(tables), tuple(instruments))
    for stage in STAGES:
        if progress is not None:
            progress(stage.name)
        stage.run(state)
    found = join_findings(*state.found)
    outcome = state.outcome
    return Run(
        protocol=protocol,
        tables=state.tables,
        adam=state.adam,
        analyses=state.analyses,
        results=outcome.results,
        lineage=outcome.lineage,
        findings=found,
        virtual=state.virtual,
        cutoff=state.cutoff,
    )
