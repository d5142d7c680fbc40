"""What the manual says about columns, analyses and statistics of the results; tests hold it against real runs."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from topline.stats.biomarker_catalogue import BIOMARKER_ANALYSES, BIOMARKER_STATISTICS
from topline.stats.lab_catalogue import LAB_ANALYSES
from topline.stats.qol_catalogue import QOL_ANALYSES, QOL_STATISTICS
from topline.stats.safety_catalogue import SAFETY_ANALYSES, SAFETY_STATISTICS

WORDS: Mapping[str, str] = {
    "CYCLE": r"\d+",
    "VISIT": r"(BL|C\d+)",
    "ESTIMAND": "[A-Z]{2}",
    "SCALE": "(C30|OES)[A-Z]+",
    "FORM": "(C30|OES)",
}
"""What a word in an id stands for, where not for any text; C30 and OES are the prefixes of the questionnaires."""


@dataclass(frozen=True, slots=True)
class AnalysisLine:
    """A kind of analysis as the manual shows it: how its ids read, what it is, its dataset, its methods."""

    id: str
    meaning: str
    dataset: str
    methods: tuple[str, ...]

    def matches(self, analysis: str) -> bool:
        """Say whether an analysis id is of this kind; words in capitals between < and > stand for any text."""
        parts = re.split(r"<([^>]+)>", self.id)
        pattern = [WORDS.get(part, ".+") if place % 2 else re.escape(part) for place, part in enumerate(parts)]
        return re.fullmatch("".join(pattern), analysis) is not None


@dataclass(frozen=True, slots=True)
class StatisticLine:
    """A statistic of a method as the manual shows it; a name with `<arm>` has one row per arm."""

    name: str
    unit: str
    meaning: str


COLUMNS: Mapping[str, str] = {
    "RESULTID": "`ANALYSIS/GROUP/STATISTIC`, and `@AT` where there is a time point; the id that the report shows",
    "STUDYID": "the study, from ADSL",
    "ANALYSIS": "the analysis, see below",
    "ENDPOINT": "the endpoint, or a topic: disposition, analysis sets, baseline, exposure, best response",
    "POPULATION": "the id of the analysis set; `all` for every subject of ADSL, `treated` for those treated",
    "GROUP": "`all`, or a planned treatment (TRT01P) where there are several",
    "STATISTIC": "what the number is, see below",
    "LEVEL": "the category that is counted",
    "AT": "time in months, for curves and numbers at risk; patients, for looks and boundaries",
    "VALUE": "the number, unrounded; missing where it does not exist",
    "VALUEC": "text: a verdict; `NR` not reached; `NE` not estimable; `+` a censored time; which arms a ratio compares",
    "UNIT": "%, months, days, years; empty for counts, p-values, ratios and statistics of tests",
    "METHOD": "the method, see below",
    "REFERENCE": "where the method is described, with its DOI",
    "DATASET": "the ADaM dataset",
    "WHERE": "SQL condition that selects the rows of the denominator, the analysis set included",
    "NUMWHERE": "SQL condition for those of them that count",
    "NRECS": "number of rows of the denominator",
    "NNUM": "number of rows of the numerator; that of the denominator where there is no numerator",
    "ROWSET": "digest of the denominator's rows (STUDYID, USUBJID, ASEQ): equal for the same rows in any order",
    "VIRTUAL": "Y where the patients are virtual",
}

COUNTED = (StatisticLine("n", "", "rows that count"), StatisticLine("N", "", "rows of the denominator"))
PROPORTION = (
    *COUNTED,
    StatisticLine("rate", "%", "100 n / N"),
    StatisticLine("lower", "%", "lower confidence limit"),
    StatisticLine("upper", "%", "upper confidence limit"),
)
QUANTILES = tuple(
    StatisticLine(f"{name}{part}", "months", f"{text}{limit}; text NR where it is not reached")
    for name, text in (("q1", "first quartile"), ("median", "median"), ("q3", "third quartile"))
    for part, limit in (("", ""), (" lower", ", lower limit"), (" upper", ", upper limit"))
)
MEDIAN = QUANTILES[3:6]

KAPLAN_MEIER = (
    StatisticLine("N", "", "subjects"),
    StatisticLine("events", "", "subjects with the event"),
    StatisticLine("censored", "", "subjects without it"),
    StatisticLine("events percent", "%", "100 events / N"),
    *QUANTILES,
    StatisticLine("min", "months", "shortest time; text + where it is censored"),
    StatisticLine("max", "months", "longest time; text + where it is censored"),
)

STATISTICS: Mapping[str, tuple[StatisticLine, ...]] = {
    **{
        name: tuple(StatisticLine(*line) for line in lines)
        for name, lines in {**SAFETY_STATISTICS, **QOL_STATISTICS, **BIOMARKER_STATISTICS}.items()
    },
    "count": (*COUNTED, StatisticLine("percent", "%", "100 n / N")),
    "summary": (
        StatisticLine("n", "", "values"),
        StatisticLine("mean", "*", "arithmetic mean"),
        StatisticLine("sd", "*", "standard deviation, divisor n - 1; missing for one value"),
        StatisticLine("q1", "*", "first quartile, SAS definition 5"),
        StatisticLine("median", "*", "median"),
        StatisticLine("q3", "*", "third quartile, SAS definition 5"),
        StatisticLine("min", "*", "smallest value"),
        StatisticLine("max", "*", "largest value"),
    ),
    **dict.fromkeys(("clopper-pearson", "wilson", "jeffreys", "mid-p"), PROPORTION),
    "binomial-test": (
        StatisticLine("null", "%", "null rate of the design"),
        StatisticLine("p", "", "probability of n or more at the null rate"),
    ),
    "decision": (
        StatisticLine("needed", "", "responders that the design needs"),
        StatisticLine("planned", "", "planned number of patients"),
        StatisticLine("observed", "", "responders"),
        StatisticLine("first stage", "", "responders among the first patients by enrolment, for two-stage designs"),
        StatisticLine("verdict", "", "text: positive, negative, not yet, or why it is not defined"),
    ),
    "looks": (
        StatisticLine("look", "", "number of the look after AT patients"),
        StatisticLine("futility", "", "most responders that stop there without success; absent where no number does"),
        StatisticLine("success", "", "fewest responders that stop there with success; absent where no number does"),
        StatisticLine(
            "responders", "", "responders among the first AT patients by enrolment; absent before they are in"
        ),
        StatisticLine(
            "asked", "", "text: what the look asked for; not asked after a stop, not yet before its patients"
        ),
    ),
    "two-stage": (
        StatisticLine("naive", "%", "responders / patients, biased downwards"),
        StatisticLine("umvue", "%", "uniformly minimum variance unbiased estimate"),
        StatisticLine("median unbiased", "%", "rate at which the two-stage p-value is one half"),
        StatisticLine("lower", "%", "lower confidence limit (Koyama and Chen)"),
        StatisticLine("upper", "%", "upper confidence limit (Koyama and Chen)"),
        StatisticLine("p", "", "p-value of the null rate that knows of the first stage"),
    ),
    "sequential": (
        StatisticLine("naive", "%", "responders / patients, biased by the looks"),
        StatisticLine("umvue", "%", "uniformly minimum variance unbiased estimate"),
        StatisticLine("median unbiased", "%", "rate at which the p-value that knows of every look is one half"),
        StatisticLine("lower", "%", "lower confidence limit, in the order of stages"),
        StatisticLine("upper", "%", "upper confidence limit, in the order of stages"),
        StatisticLine("p", "", "p-value of the null rate that knows of every look"),
    ),
    "kaplan-meier": KAPLAN_MEIER,
    "marker-kaplan-meier": KAPLAN_MEIER,
    "symmetric-median": MEDIAN,
    "curve": (
        StatisticLine("survival", "%", "share without event from time AT on"),
        StatisticLine("survival lower", "%", "lower limit, log-log"),
        StatisticLine("survival upper", "%", "upper limit, log-log"),
        StatisticLine("censored", "%", "height of the curve where a subject is censored at AT"),
        StatisticLine("at risk", "", "subjects at risk at AT"),
    ),
    "landmark": (
        StatisticLine("at risk", "", "subjects at risk at the time point"),
        StatisticLine("rate", "%", "share without event; NE beyond the last time"),
        StatisticLine("lower", "%", "lower limit, log-log"),
        StatisticLine("upper", "%", "upper limit, log-log"),
    ),
    "restricted-mean": (
        StatisticLine("mean", "months", "mean time without event up to the horizon; NE where the curve ends before it"),
        StatisticLine("lower", "months", "lower limit"),
        StatisticLine("upper", "months", "upper limit"),
        StatisticLine("se", "months", "standard error"),
    ),
    "follow-up": MEDIAN,
    "log-rank": (
        StatisticLine("chi-square", "", "test statistic"),
        StatisticLine("df", "", "degrees of freedom"),
        StatisticLine("p", "", "p-value, two-sided"),
    ),
    "cox": (
        StatisticLine(
            "hazard ratio: <arm> against <first arm>",
            "",
            "hazard of the arm relative to the first arm by name; NE without finite maximum",
        ),
        StatisticLine("lower: <arm> against <first arm>", "", "lower confidence limit"),
        StatisticLine("upper: <arm> against <first arm>", "", "upper confidence limit"),
        StatisticLine("p: <arm> against <first arm>", "", "p-value (Wald)"),
    ),
}

RATE = ("clopper-pearson",)
ANALYSES: tuple[AnalysisLine, ...] = (
    *(AnalysisLine(*line) for line in (*SAFETY_ANALYSES, *LAB_ANALYSES, *QOL_ANALYSES)),
    *(AnalysisLine(id, meaning, "ADBM", methods) for id, meaning, methods in BIOMARKER_ANALYSES),
    AnalysisLine(
        "DST.<STEP>", "who was screened, enrolled, treated, scanned, who died and stopped", "ADSL", ("count",)
    ),
    AnalysisLine("SET.<SET>", "subjects of each analysis set", "ADSL", ("count",)),
    AnalysisLine("DCTREAS.<REASON>", "reasons to stop treatment, among those who stopped", "ADSL", ("count",)),
    AnalysisLine("DCSREAS.<REASON>", "reasons to leave the study, among those who left", "ADSL", ("count",)),
    *(
        AnalysisLine(f"{name}.<VALUE>", f"baseline: {text}, in the first analysis set", "ADSL", ("count",))
        for name, text in (
            ("SEX", "sex"),
            ("AGEGR1", "age group"),
            ("RACE", "race"),
            ("ETHNIC", "ethnicity"),
            ("COUNTRY", "country"),
            ("ECOGBL", "ECOG performance status"),
            ("MEASFL", "measurable disease"),
        )
    ),
    AnalysisLine("AGE", "age in the first analysis set", "ADSL", ("summary",)),
    AnalysisLine("TRTDURD", "days from first to last dose, of those treated", "ADSL", ("summary",)),
    AnalysisLine("BOR.<RESPONSE>", "best response, unconfirmed, in the first analysis set", "ADRS", RATE),
    AnalysisLine("CBOR.<RESPONSE>", "best response, confirmed, in the first analysis set", "ADRS", RATE),
    AnalysisLine("DESIGN.binomial-test", "exact test of the design's null rate, one-sided", "ADRS", ("binomial-test",)),
    AnalysisLine("DESIGN.decision", "what the rule of the design says", "ADRS", ("decision",)),
    AnalysisLine(
        "DESIGN.two-stage", "inference that knows of the first stage, for two-stage designs", "ADRS", ("two-stage",)
    ),
    AnalysisLine("DESIGN.looks", "what each look saw and asked for, for sequential designs", "ADRS", ("looks",)),
    AnalysisLine(
        "DESIGN.sequential", "inference that knows of every look, for sequential designs", "ADRS", ("sequential",)
    ),
    AnalysisLine("FOLLOWUP", "median follow-up, from the endpoint censored at `last alive`", "ADTTE", ("follow-up",)),
    AnalysisLine("<ENDPOINT>.wilson", "rate with another interval", "ADRS", ("wilson",)),
    AnalysisLine("<ENDPOINT>.jeffreys", "rate with another interval", "ADRS", ("jeffreys",)),
    AnalysisLine("<ENDPOINT>.mid-p", "rate with another interval", "ADRS", ("mid-p",)),
    AnalysisLine(
        "<ENDPOINT>.symmetric", "median as many papers print it; for comparison only", "ADTTE", ("symmetric-median",)
    ),
    AnalysisLine("<ENDPOINT>.curve", "the curve of the figure", "ADTTE", ("curve",)),
    AnalysisLine(
        "<ENDPOINT>.month<MONTHS>", "share without event at each of `landmarks_months`", "ADTTE", ("landmark",)
    ),
    AnalysisLine(
        "<ENDPOINT>.rmst", "restricted mean up to the last of `landmarks_months`", "ADTTE", ("restricted-mean",)
    ),
    AnalysisLine("<ENDPOINT>.logrank", "test between arms, where there are several", "ADTTE", ("log-rank",)),
    AnalysisLine("<ENDPOINT>.cox", "hazard ratios between arms, where there are several", "ADTTE", ("cox",)),
    AnalysisLine("<ENDPOINT>.<SET>", "rate in each other analysis set", "ADRS", RATE),
    AnalysisLine(
        "<ENDPOINT>",
        "rate (ADRS), time to event, or summary of times to response among responders (ADTTE)",
        "ADRS, ADTTE",
        ("clopper-pearson", "kaplan-meier", "summary"),
    ),
)
"""Every kind of analysis, the more special ids first."""
