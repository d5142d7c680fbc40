"""DM, DS, SV, QS and SS: who the patients are, how they left, when they were seen, what became of them."""

from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from topline.protocol.model import Protocol
from topline.simulate.course import DEATH, DECLINE, LOST, ONGOING, REASONS, Course
from topline.simulate.exposure import Dosing, cycle_visits
from topline.simulate.patients import Patients
from topline.simulate.records import VISIT_END, VISIT_FOLLOW_UP, VISIT_SCREENING, Column, Roster, finished, words
from topline.simulate.sampling import Sampling
from topline.simulate.scans import Scans
from topline.simulate.survival import NEVER
from topline.simulate.tumour_records import scan_visits
from topline.tables.sdtm import SDTM

Days = NDArray[np.int64]

MILESTONE, EVENT = "PROTOCOL MILESTONE", "DISPOSITION EVENT"
TREATMENT, STUDY = "STUDY TREATMENT", "STUDY PARTICIPATION"
WRITTEN = {DECLINE: "SYMPTOMATIC DETERIORATION"}
"""What the investigator wrote (DSTERM), where it is not the standard term."""


@dataclass(frozen=True, slots=True)
class SubjectRecorder:
    """Writes DM, DS, SV, QS and SS of a block of patients."""

    roster: Roster
    protocol: Protocol
    patients: Patients
    course: Course

    def demographics(self, exposure: pl.DataFrame) -> pl.DataFrame:
        """Return DM; the last dose is that of `exposure`."""
        cohort, course, everyone = self.patients.cohort, self.course, self._everyone()
        arms = self.protocol.arms
        codes, labels = (
            words(tuple(a.code for a in arms), cohort.arm),
            words(tuple(a.label.en for a in arms), cohort.arm),
        )
        died = course.death < NEVER
        first = self.roster.dates(everyone, cohort.dose)
        columns: dict[str, Column] = {
            "SUBJID": self.roster.subjid,
            "SITEID": self.roster.siteid,
            "RFSTDTC": first,
            "RFXSTDTC": first,
            "RFICDTC": self.roster.dates(everyone, cohort.consent),
            "RFPENDTC": self.roster.dates(everyone, course.last),
            "DTHDTC": self.roster.dates(everyone, np.minimum(course.death, course.last)).set(pl.Series(~died), None),
            "DTHFL": words(("", "Y"), died.astype(np.int64)),
            "AGE": cohort.age,
            "AGEU": "YEARS",
            "SEX": words(("M", "F"), cohort.female.astype(np.int64)),
            "RACE": "ASIAN",
            "COUNTRY": "CHN",
            "ARMCD": codes,
            "ARM": labels,
            "ACTARMCD": codes,
            "ACTARM": labels,
            "DMDTC": self.roster.dates(everyone, cohort.consent),
            "DMDY": self.roster.study_days(everyone, cohort.consent),
        }
        ends = exposure.group_by("USUBJID").agg(
            pl.col("EXENDTC").max().alias("RFXENDTC"), pl.col("EXENDTC").max().alias("RFENDTC")
        )
        frame = self.roster.records("DM", everyone, columns)
        return finished(frame.join(ends, on="USUBJID", how="left", maintain_order="left"), SDTM["DM"], ())

    def disposition(self) -> pl.DataFrame:
        """Return DS: consent, enrolment, randomization where there is one, end of treatment, end of study."""
        cohort, course, everyone = self.patients.cohort, self.course, self._everyone()
        frames = [
            self._milestone("INFORMED CONSENT OBTAINED", cohort.consent, 0),
            self._milestone("ENROLLED", cohort.enrolment, 1),
        ]
        if self.protocol.schedule.time_zero == "randomization":
            frames.append(self._milestone("RANDOMIZED", cohort.enrolment, 2))
        terms = tuple(WRITTEN.get(index, name) for index, name in enumerate(REASONS))
        for part, reason, day, order in (
            (TREATMENT, course.treatment_ended, course.treatment_end, 3),
            (STUDY, course.ended, course.last, 4),
        ):
            who = everyone[reason != ONGOING]
            frames.append(self._disposed(who, words(REASONS, reason[who]), day[who], (EVENT, part, order)))
            frames[-1] = frames[-1].with_columns(words(terms, reason[who]).alias("DSTERM"))
        return finished(pl.concat(frames), SDTM["DS"], ("_order",))

    def questionnaires(self, answers: list[pl.DataFrame]) -> pl.DataFrame:
        """Return QS: the ECOG performance status at screening, and what was answered."""
        whole = pl.concat([self._performance(), *answers], how="diagonal")
        return finished(whole, SDTM["QS"], ("VISITNUM", "QSCAT", "_order"))

    def _performance(self) -> pl.DataFrame:
        cohort, everyone = self.patients.cohort, self._everyone()
        score = words(tuple(str(value) for value in range(6)), cohort.ecog)
        columns: dict[str, Column] = {
            "QSTESTCD": "ECOG101",
            "QSTEST": "ECOG1-Performance Status",
            "QSCAT": "ECOG",
            "QSORRES": score,
            "QSSTRESC": score,
            "QSSTRESN": cohort.ecog.astype(np.float64),
            "QSLOBXFL": "Y",
            "VISITNUM": float(VISIT_SCREENING),
            "VISIT": "SCREENING",
            "QSDTC": self.roster.dates(everyone, cohort.baseline),
            "QSDY": self.roster.study_days(everyone, cohort.baseline),
            "_order": np.zeros(len(everyone), np.int64),
        }
        return self.roster.records("QS", everyone, columns)

    def status(self) -> pl.DataFrame:
        """Return SS: contacts after the end of treatment, a last one at the cut-off or at withdrawal, and death."""
        course = self.course
        step = round(self.protocol.schedule.follow_up_weeks * 7)
        contacts = np.arange(1, self.patients.horizon // step + 2)
        day = course.treatment_end[:, None] + step * contacts
        subject, contact = np.nonzero(day < course.last[:, None])
        stopped = (course.treatment_end < course.last) & ~np.isin(course.ended, (DEATH, LOST))
        final = np.nonzero(stopped)[0]
        died = np.nonzero(course.ended == DEATH)[0]
        count = (day < course.last[:, None]).sum(axis=1)
        frames = (
            self._status(subject, contact, day[subject, contact], "ALIVE"),
            self._status(final, count[final], course.last[final], "ALIVE"),
            self._status(died, count[died], course.last[died], "DEAD"),
        )
        return finished(pl.concat(frames), SDTM["SS"], ("VISITNUM",))

    def visits(self, scans: Scans, dosing: Dosing, sampling: Sampling) -> pl.DataFrame:
        """Return SV: screening, cycles, scans, visits for samples within cycles, and the end of treatment."""
        cohort, course, everyone = self.patients.cohort, self.course, self._everyone()
        subject, visit = np.nonzero(course.kept)
        treated, cycle = np.nonzero(dosing.given)
        ended = everyone[~np.isin(course.treatment_ended, (ONGOING, DEATH, LOST))]
        seen, sample = np.nonzero(sampling.due & (sampling.offset > 0))
        within: dict[str, Column] = {
            "VISITNUM": sampling.number[sample],
            "VISIT": words(sampling.names, sample),
        }
        frames = (
            self._visit(everyone, cohort.baseline, {"VISITNUM": float(VISIT_SCREENING), "VISIT": "SCREENING"}),
            self._visit(treated, dosing.start[treated, cycle], cycle_visits(cycle)),
            self._visit(subject, scans.day[subject, visit], scan_visits(scans, visit)),
            self._visit(seen, sampling.day[seen, sample], within),
            self._visit(
                ended, course.treatment_end[ended], {"VISITNUM": float(VISIT_END), "VISIT": "END OF TREATMENT"}
            ),
        )
        return finished(pl.concat(frames), SDTM["SV"], ("SVSTDTC", "VISITNUM"))

    def _everyone(self) -> Days:
        return np.arange(len(self.patients))

    def _milestone(self, term: str, day: Days, order: int) -> pl.DataFrame:
        who = self._everyone()
        return self._disposed(who, pl.repeat(term, len(who), eager=True), day, (MILESTONE, None, order))

    def _disposed(self, who: Days, term: pl.Series, day: Days, kind: tuple[str, str | None, int]) -> pl.DataFrame:
        columns: dict[str, Column] = {
            "DSTERM": term,
            "DSDECOD": term,
            "DSCAT": kind[0],
            "DSSCAT": kind[1],
            "_order": kind[2],
            "DSSTDTC": self.roster.dates(who, day),
            "DSSTDY": self.roster.study_days(who, day),
        }
        return self.roster.records("DS", who, columns)

    def _status(self, who: Days, contact: Days, day: Days, result: str) -> pl.DataFrame:
        columns: dict[str, Column] = {
            "SSTESTCD": "SURVSTAT",
            "SSTEST": "Survival Status",
            "SSORRES": result,
            "SSSTRESC": result,
            "VISITNUM": (VISIT_FOLLOW_UP + 1 + contact).astype(np.float64),
            "VISIT": words(
                tuple(f"FOLLOW-UP {number}" for number in range(1, int(contact.max(initial=0)) + 2)), contact
            ),
            "SSDTC": self.roster.dates(who, day),
            "SSDY": self.roster.study_days(who, day),
        }
        return self.roster.records("SS", who, columns)

    def _visit(self, who: Days, day: Days, visit: dict[str, Column]) -> pl.DataFrame:
        dates = self.roster.dates(who, day)
        study_day = self.roster.study_days(who, day)
        columns = {
            **visit,
            "SVPRESP": "Y",
            "SVOCCUR": "Y",
            "SVSTDTC": dates,
            "SVENDTC": dates,
            "SVSTDY": study_day,
            "SVENDY": study_day,
        }
        return self.roster.records("SV", who, columns)
