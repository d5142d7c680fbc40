"""What the manual says about the analyses of safety: statistics (name, unit, meaning), and ids of analyses."""

from collections.abc import Mapping

Line = tuple[str, str, str]

SUBJECTS: tuple[Line, ...] = (
    ("n", "", "treated subjects with the event"),
    ("N", "", "treated subjects; of a cycle those who started it"),
    ("percent", "%", "100 n / N"),
    ("lower", "%", "lower confidence limit of percent, exact"),
    ("upper", "%", "upper confidence limit of percent, exact"),
    ("events", "", "number of events, or of records"),
)
GRADES = (*(f"grade {grade}" for grade in range(1, 6)), "grade 3 or higher", "grade unknown")
BY_GRADE: tuple[Line, ...] = tuple(
    line
    for grade in GRADES
    for line in (
        (grade, "", f"subjects whose worst event is of {grade}"),
        (f"{grade} percent", "%", "in percent of N"),
    )
)

SAFETY_STATISTICS: Mapping[str, tuple[Line, ...]] = {
    "occurrence": SUBJECTS,
    "worst-grade": (*SUBJECTS, *BY_GRADE),
    "incidence-rate": (
        ("n", "", "subjects with the event"),
        ("N", "", "treated subjects"),
        ("years", "years", "time at risk up to the first event, all subjects together"),
        ("rate", "per 100 years", "first events per 100 patient-years: 100 n / years"),
        ("rate lower", "per 100 years", "lower confidence limit, exact Poisson"),
        ("rate upper", "per 100 years", "upper confidence limit, exact Poisson"),
        ("events", "", "number of events"),
        ("event years", "years", "all time at risk, all subjects together"),
        ("event rate", "per 100 years", "events per 100 patient-years: 100 events / event years"),
        ("event rate lower", "per 100 years", "lower limit; takes events of one subject as independent"),
        ("event rate upper", "per 100 years", "upper limit; takes events of one subject as independent"),
    ),
    "onset": (
        ("n", "", "subjects with the event"),
        ("N", "", "treated subjects"),
        ("competing", "", "subjects whom death or the end of treatment kept from it"),
        ("at risk", "", "subjects at risk at month AT"),
        ("incidence", "%", "share with the event by month AT, Aalen-Johansen; NE beyond the last time"),
        ("incidence lower", "%", "lower limit, log-log"),
        ("incidence upper", "%", "upper limit, log-log"),
        ("competing incidence", "%", "share with a competing event by month AT"),
        ("one minus Kaplan-Meier", "%", "as some papers print it; larger, for it censors competing events"),
    ),
    "onset-curve": (
        ("incidence", "%", "share with the event from month AT on, Aalen-Johansen"),
        ("incidence lower", "%", "lower limit, log-log"),
        ("incidence upper", "%", "upper limit, log-log"),
        ("competing incidence", "%", "share with a competing event from month AT on"),
    ),
    "toxicity-boundary": (
        ("patients", "", "patients who count so far"),
        ("waiting", "", "patients still in the window, without toxicity"),
        ("toxicities", "", "patients with toxicity"),
        ("bound", "", "toxicities that stop now; NE where no number does"),
        ("verdict", "", "text: go on; stop; not reached by the planned patients; more patients than planned"),
        ("stopped at", "", "the patient at whom the bound was reached first; only with the verdict stop"),
        ("level", "", "pointwise level of the boundary"),
        ("error", "%", "chance to stop at the acceptable rate, exact"),
        ("power", "%", "chance to stop at the acceptable rate plus 20 percentage points, exact"),
        ("posterior mean", "%", "mean of the rate after the data"),
        ("lower", "%", "lower credible limit of the rate"),
        ("upper", "%", "upper credible limit of the rate"),
        ("posterior above rate", "%", "chance that the rate is above the acceptable one; text high or not high"),
        ("boundary", "", "toxicities that stop from patient AT on"),
        ("observed", "", "toxicities among the first AT patients; those who began on one day come together"),
    ),
}

COUNTED = ("worst-grade", "occurrence")
SAFETY_ANALYSES: tuple[tuple[str, str, str, tuple[str, ...]], ...] = (
    ("AE.GROUP.<GROUP>.<KIND>", "adverse events of special interest, by group", "ADAETTE", COUNTED),
    ("AE.<KIND>.<CLASS>.<TERM>", "adverse events of a kind, by class and term (AET02 to AET04)", "ADAETTE", COUNTED),
    ("AE.<KIND>.<CLASS>", "adverse events of a kind, by class", "ADAETTE", COUNTED),
    ("AE.<KIND>", "overview (AET01): all, grade 3 to 5, serious, related, by action, fatal", "ADAETTE", COUNTED),
    ("AERATE.<WHAT>", "rates per patient-years (AET05): kinds, groups, common terms", "ADAETTE", ("incidence-rate",)),
    ("AEONSET.<WHAT>", "share with a first event by some months", "ADAETTE", ("onset",)),
    ("AECURVE.<WHAT>", "the same as a curve", "ADAETTE", ("onset-curve",)),
    ("AEDAYS.<WHAT>", "days from first dose to first event, of those who had it", "ADAETTE", ("summary",)),
    ("AECYCLE.<CYCLE>.onset", "adverse events that started in a cycle", "ADAECYC", COUNTED),
    ("AECYCLE.<CYCLE>.present", "adverse events that were present in a cycle", "ADAECYC", COUNTED),
    ("DTH.<WHEN>.<CAUSE>", "causes of death, of treated subjects (DTHT01)", "ADSL", ("count",)),
    ("DTH.<WHEN>", "deaths: all, while events counted, within 30 days of the last dose", "ADSL", ("count",)),
    ("EX.<DRUG>.CYCPCT.<CYCLE>", "dose given in a cycle, of planned", "ADEX", ("summary",)),
    ("EX.<DRUG>.<PARAMETER>.<CATEGORY>", "exposure by category; who was interrupted, reduced", "ADEX", ("count",)),
    ("EX.<DRUG>.<PARAMETER>", "exposure: duration, cycles, dose, dose intensity (EXT01)", "ADEX", ("summary",)),
    ("CM.<CLASS>.<TERM>", "concomitant medication, by class and name (CMT02)", "ADOCC", ("occurrence",)),
    ("CM.<CLASS>", "concomitant medication, by class, and any", "ADOCC", ("occurrence",)),
    ("MH.<CLASS>.<TERM>", "medical history, by class and condition (MHT01)", "ADOCC", ("occurrence",)),
    ("MH.<CLASS>", "medical history, by class, and any", "ADOCC", ("occurrence",)),
    ("TOXICITY", "where the trial stands against its stopping rule", "ADAETTE", ("toxicity-boundary",)),
)
"""Every kind of analysis of safety, the more special ids first."""
