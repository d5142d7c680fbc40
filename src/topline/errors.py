"""What topline says when something is wrong: findings about data, errors about calls, each with a permanent number.

A `Finding` is a row about the data: the run goes on and the finding stands in its output. A `ToplineError` is a call
that has no answer. Both name a number of `CATALOGUE`, which is public: a number is never given another meaning.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType


class Severity(StrEnum):
    """How much a finding matters: an `error` can change a result, a `warning` may, a `note` only informs."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


@dataclass(frozen=True, slots=True)
class Message:
    """One entry of the catalogue: the severity of a numbered message, its title, the rule it rests on, what to do."""

    severity: Severity
    title: str
    rule: str
    fix: str


E, W, N = Severity.ERROR, Severity.WARNING, Severity.NOTE

CATALOGUE: Mapping[str, Message] = MappingProxyType(
    {
        # C: the call
        "TL-C01": Message(E, "unknown study", "a study is a built-in name, a study.yaml or a folder that holds one", "name one of the built-in studies, or give the path of a study.yaml"),
        "TL-C02": Message(E, "unknown result", "a result id stands in the RESULTID column of results.csv", "copy the id from the report (click a number) or from results.csv"),
        "TL-C03": Message(E, "not an output folder", "an output folder holds run.json, results.parquet and lineage.parquet", "give the folder that `topline run` wrote"),
        "TL-C04": Message(E, "no data", "a run needs at least one table that names subjects: DM, TR, TU or RS", "put the SDTM files into the folder, or leave --data out to run on virtual patients"),
        "TL-C05": Message(E, "output not writable", "outputs are written beside each other and swapped in at the end", "choose another --out, or free space and permissions"),
        "TL-C06": Message(E, "output folder holds other files", "a run replaces only folders that topline wrote", "choose an empty or new folder for --out"),
        # F: files
        "TL-F01": Message(E, "file cannot be read", "the content decides the format: SAS transport, CSV, Parquet or Dataset-JSON", "export the file again from its source, whole"),
        "TL-F02": Message(W, "file not recognised", "a data file holds one SDTM domain with its variables", "remove the file from the folder, or export it as XPT, CSV, Parquet or Dataset-JSON"),
        "TL-F03": Message(E, "file is empty", "a data file has at least a header", "export the file again; a domain without records still has its header"),
        "TL-F04": Message(E, "file is cut off", "a file is read whole or not at all", "copy the file again and compare its size with the source"),
        "TL-F05": Message(W, "text is not UTF-8", "text is read as UTF-8; other bytes are read as Windows-1252 and marked", "export as UTF-8"),
        "TL-F06": Message(E, "domain in two files", "one file per domain; records of both are kept, exact copies once", "merge the files, or remove the stale one"),
        "TL-F07": Message(N, "table not used", "only declared tables take part in a run", "nothing, if the table is not needed"),
        "TL-F08": Message(E, "line has too many or too few fields", "each line of a CSV has as many fields as its header", "quote fields that hold the separator, and export again"),
        # P: protocol
        "TL-P01": Message(E, "study file is not YAML", "a study file is YAML 1.2", "mend the line that is named"),
        "TL-P02": Message(E, "study value not allowed", "each value has a type and a range, see docs/protocol.md", "correct the value at the path that is named"),
        "TL-P03": Message(E, "unknown key", "unknown keys are refused, so that a misspelt setting is never ignored", "correct or remove the key"),
        "TL-P04": Message(E, "key missing", "what an analysis needs is stated, not guessed", "add the key, and an `assumed` reason where the registry leaves it open"),
        "TL-P05": Message(E, "study contradicts itself", "what is named in one place must exist in the other", "make both places agree"),
        "TL-P06": Message(E, "expression not understood", "conditions are SQL boolean expressions over one table", "correct the expression at the path that is named"),
        # T: one table
        "TL-T01": Message(E, "value not in code list", "a coded variable holds only values of its code list", "correct the value where it was recorded"),
        "TL-T02": Message(E, "duplicate key", "the key variables of a table identify one record", "remove the copy, or correct the key"),
        "TL-T03": Message(E, "value is not of its type", "a number is a number, an integer has no fraction", "correct the value where it was recorded; it is treated as missing"),
        "TL-T04": Message(E, "required value missing", "a required variable is never empty", "complete the record"),
        "TL-T05": Message(E, "required variable missing", "a required variable stands in every table", "export the table with the variable; it is treated as missing"),
        "TL-T06": Message(E, "not a date", "dates are ISO 8601 text: YYYY, YYYY-MM or YYYY-MM-DD, with an optional time", "correct the date where it was recorded; it is treated as missing"),
        "TL-T07": Message(N, "variable not declared", "variables outside the declaration are kept and not used", "nothing, if the variable is not needed"),
        "TL-T08": Message(W, "value out of range", "a measurement lies in the range that its variable declares", "check the value against its source"),
        "TL-T09": Message(E, "table missing", "a run uses what is there and says what it could not do", "add the domain's file"),
        "TL-T10": Message(W, "text is longer than allowed", "a name has 8, a label 40, a value 200 characters in SAS transport", "shorten the text before the export"),
        "TL-T11": Message(W, "value written in other letters", "a coded value is compared letter by letter", "write the value as its code is written; until then it is another value"),
        # D: data across tables
        "TL-D01": Message(E, "unknown subject", "every subject of a domain stands in DM", "add the subject to DM, or correct its identifier; its records are not analysed"),
        "TL-D02": Message(E, "dose after death", "no dose is given after the date of death", "correct the date of the dose or of death"),
        "TL-D03": Message(E, "assessment after death", "nothing is assessed after the date of death", "correct the date of the assessment or of death"),
        "TL-D04": Message(E, "end before start", "an interval ends on or after the day it starts", "correct one of the two dates"),
        "TL-D05": Message(W, "date in part", "a partial date is completed by the protocol's rule and flagged", "complete the date, if the source has it"),
        "TL-D06": Message(E, "no date of first dose", "study days count from the first dose", "add the exposure records, or RFXSTDTC in DM"),
        "TL-D07": Message(W, "dates of death disagree", "DM, DS and AE give one date of death; DM is used", "correct the wrong one"),
        "TL-D08": Message(E, "visit measured twice", "a lesion has one measurement per visit and assessor; the last record is used", "remove the superseded record"),
        "TL-D09": Message(W, "alive after death", "no contact is dated after the date of death", "correct the date of the contact or of death"),
        "TL-D10": Message(W, "study identifiers differ", "one run analyses one study, or several kept apart by STUDYID", "correct STUDYID"),
        "TL-D11": Message(W, "treated subject without exposure dates", "a subject counts as treated when a dose above zero is recorded", "complete EX"),
        "TL-D12": Message(E, "future date", "no record is dated after the data cut-off", "correct the date, or move the cut-off; the record is not analysed"),
        "TL-D13": Message(W, "death is not in DM", "a death recorded in DS or AE stands in DM with its date", "complete DTHDTC and DTHFL in DM"),
        # R: response
        "TL-R01": Message(W, "response disagrees", "the recorded assessment and the one derived from lesions are both kept", "review the images; who is right is not decided here"),
        "TL-R02": Message(E, "measurement without lesion", "every measured lesion was identified in TU", "add the lesion to TU; until then its group is taken from TRGRPID"),
        "TL-R03": Message(E, "unit not a length", "a diameter is in mm; cm and m are converted", "correct the unit; the value is treated as missing"),
        "TL-R04": Message(W, "implausible size", "a diameter lies between 0 and 400 mm; a tenfold jump of every lesion suggests cm for mm", "check the unit against the source"),
        "TL-R05": Message(W, "target not measurable at baseline", "a target lesion is at least 10 mm long, a target node at least 15 mm short", "check the baseline measurement; the lesion stays a target"),
        "TL-R06": Message(W, "too many targets", "at most 5 target lesions and 2 per organ; all nodes are one organ", "check the baseline selection; all targets are used"),
        "TL-R07": Message(W, "no baseline assessment", "response is judged against a baseline scan", "add the baseline scan; response is not evaluable"),
        "TL-R08": Message(W, "no post-baseline assessment", "a subject without scan after baseline stays in the denominator as not evaluable", "add the scans, if there were any"),
        "TL-R09": Message(N, "node regrown after complete response", "a node that returns between 10 and 15 mm is re-imaged before progression is called", "re-image and review"),
        "TL-R10": Message(W, "disease after complete response", "after a complete response any disease that returns is progression", "review the assessment; it is analysed as recorded"),
        "TL-R11": Message(W, "response value not used", "an overall response is CR, PR, SD, NON-CR/NON-PD, PD or NE", "correct the value; the assessment is left out"),
        "TL-R12": Message(W, "assessment without date", "an assessment counts from its date", "add the date; the assessment is left out"),
        "TL-R13": Message(E, "measurement without visit", "a measurement belongs to a visit", "add VISITNUM; the measurements of one date are taken as one visit"),
        "TL-R14": Message(W, "sum disagrees", "a recorded sum of diameters equals the sum of its lesions", "correct the sum; the sum of the lesions is used"),
        "TL-R15": Message(W, "several assessors, none chosen", "the protocol names the assessor whose readings are analysed", "set criteria.response.assessor"),
        "TL-R16": Message(W, "equivocal new lesion", "an equivocal new lesion is progression only when confirmed later, dated at its first scan", "review at the next scan"),
        "TL-R17": Message(E, "lesion changes its kind", "a lesion stays target or non-target from baseline on", "correct the lesion's group; the one at baseline is used"),
        # S: survival
        "TL-S01": Message(E, "no start of time", "time to event needs the start that the protocol names", "add the date; the subject is left out of the endpoint"),
        "TL-S02": Message(W, "event before start", "an event lies on or after the start of time", "correct one of the dates; the subject is censored at the start"),
        "TL-S03": Message(N, "censored at the start", "a subject without assessment is censored on the first day", "add the assessments, if there were any"),
        "TL-S04": Message(W, "no contact after start", "the last contact is the latest dated record of a subject", "add the contact; the subject is censored on the first day"),
        # X: consistency of derived data
        "TL-X01": Message(E, "derived data contradict each other", "a confirmed responder is a responder, and each rate follows from its best responses", "report this as a defect of topline, with the study file"),
        "TL-X02": Message(E, "result not available", "a statistic needs the data it is computed from", "see the message; the other results stand"),
        "TL-X03": Message(W, "sample size differs from the design", "the decision rule holds for the planned number of patients", "read the decision as exploratory; the exact test is shown"),
    }
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Finding:
    """A finding is one row about the data: which record, what is wrong with it, which rule, what to do.

    >>> print(Finding("TL-T01", "ADTTE", "CNSR", value="2", message="is not one of 0, 1", usubjid="001", record="row 0"))
    TL-T01 error ADTTE 001 row 0, CNSR: '2' is not one of 0, 1
      rule: a coded variable holds only values of its code list
      fix:  correct the value where it was recorded
    """

    code: str
    table: str
    variable: str = ""
    value: str = ""
    message: str = ""
    usubjid: str = ""
    record: str = ""
    studyid: str = ""

    @property
    def severity(self) -> Severity:
        """How much this finding matters."""
        return CATALOGUE[self.code].severity

    def __str__(self) -> str:
        entry = CATALOGUE[self.code]
        where = " ".join(part for part in (self.table, self.usubjid, self.record) if part)
        what = f"'{self.value}' {self.message}" if self.value else self.message
        head = f"{self.code} {entry.severity} {where}, {self.variable}: " if self.variable else f"{self.code} {entry.severity} {where}: "
        return f"{head}{what or entry.title}\n  rule: {entry.rule}\n  fix:  {entry.fix}"


class ToplineError(Exception):
    """A call that has no answer: where, what, which rule, what to do.

    >>> raise ToplineError("TL-C01", where="nct00000000", what="is neither a built-in study nor a file")
    Traceback (most recent call last):
    topline.errors.ToplineError: TL-C01 nct00000000: is neither a built-in study nor a file
      rule: a study is a built-in name, a study.yaml or a folder that holds one
      fix:  name one of the built-in studies, or give the path of a study.yaml
    """

    def __init__(self, code: str, *, where: str = "", what: str = "", others: tuple[str, ...] = ()) -> None:
        self.code = code
        self.where = where
        self.what = what
        self.others = others
        super().__init__(code, where, what, others)

    def __str__(self) -> str:
        entry = CATALOGUE[self.code]
        head = f"{self.code} {self.where}: {self.what or entry.title}" if self.where else f"{self.code} {self.what or entry.title}"
        more = "".join(f"\n{other}" for other in self.others)
        return f"{head}\n  rule: {entry.rule}\n  fix:  {entry.fix}{more}"
