"""TU, TR and RS: lesions identified, lesions measured, and the investigator's assessment."""

from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from topline.simulate.course import Course
from topline.simulate.patients import Patients
from topline.simulate.records import VISIT_SCAN, VISIT_SCREENING, Column, Roster, finished, numbers, text_of, words
from topline.simulate.response import NONE, RESPONSES
from topline.simulate.scans import NO_LESION, NOT_DONE, PRESENT, STATES, UNEQUIVOCAL, Scans
from topline.simulate.truth import Disease, Organ
from topline.tables.sdtm import SDTM

Days = NDArray[np.int64]

ASSESSOR = "INVESTIGATOR"
LESIONS = {"TARGET": "T", "NON-TARGET": "NT", "NEW": "NEW"}
BASELINE = -1
"""The index of the screening scan among the scan visits."""


@dataclass(frozen=True, slots=True)
class Seen:
    """Lesions seen on scans, one entry per record: patient, lesion of its group, and scan (BASELINE at screening)."""

    group: str
    subject: Days
    lesion: Days
    visit: Days

    @property
    def names(self) -> pl.Series:
        """The link identifiers: T01, NT02, NEW01."""
        last = int(self.lesion.max(initial=0)) + 1
        return words(tuple(f"{LESIONS[self.group]}{number:02d}" for number in range(1, last + 1)), self.lesion)


def week_names(nominal: Days) -> tuple[str, ...]:
    """Return the names of scan visits: WEEK and the nominal week.

    >>> week_names(np.array([42, 84]))
    ('WEEK 6', 'WEEK 12')
    """
    return tuple(f"WEEK {day / 7:g}" for day in nominal)


def scan_visits(scans: Scans, visit: Days) -> dict[str, Column]:
    """Return VISITNUM and VISIT of scans, given their index; BASELINE is screening."""
    number = np.where(visit == BASELINE, VISIT_SCREENING, VISIT_SCAN + 1 + visit)
    return {
        "VISITNUM": number.astype(np.float64),
        "VISIT": words((*week_names(scans.nominal), "SCREENING"), visit % (len(scans.nominal) + 1)),
    }


@dataclass(frozen=True, slots=True)
class TumourRecorder:
    """Writes TU, TR and RS of a block of patients."""

    roster: Roster
    disease: Disease
    patients: Patients
    scans: Scans
    course: Course
    assessor: str = ASSESSOR

    def identified(self, *others: "TumourRecorder") -> pl.DataFrame:
        """Return TU: targets and non-targets at screening, the new lesion at the first scan that shows it.

        Records of `others`, further readers of the same scans, follow those of the first one.
        """
        return self._finished("TU", [each._lesions_seen() for each in (self, *others)])

    def measured(self, *others: "TumourRecorder") -> pl.DataFrame:
        """Return TR: a diameter per target lesion, a state per non-target and new lesion, screening and each scan."""
        return self._finished("TR", [each._measurements() for each in (self, *others)])

    def assessed(self, *others: "TumourRecorder") -> pl.DataFrame:
        """Return RS: target, non-target, new-lesion and overall response of each scan, as the reader judged it."""
        return self._finished("RS", [each._judgements() for each in (self, *others)])

    def _finished(self, domain: str, frames: list[pl.DataFrame]) -> pl.DataFrame:
        return finished(pl.concat(frames), SDTM[domain], ("VISITNUM",))

    def _lesions_seen(self) -> pl.DataFrame:
        tumours = self.patients.tumours
        shown = self.course.kept & self.scans.new
        fresh = np.nonzero(shown.any(axis=1))[0]
        target, other = self._at_baseline("TARGET", tumours.target), self._at_baseline("NON-TARGET", tumours.other)
        new = Seen("NEW", fresh, np.zeros_like(fresh), shown.argmax(axis=1)[fresh])
        frames = (
            self._identified(target, self.disease.organs, tumours.organ[target.subject, target.lesion]),
            self._identified(other, self.disease.non_target_organs, tumours.other_organ[other.subject, other.lesion]),
            self._identified(new, self.disease.organs, tumours.new_organ[fresh]),
        )
        return pl.concat(frames)

    def _measurements(self) -> pl.DataFrame:
        tumours, scans, kept = self.patients.tumours, self.scans, self.course.kept
        base, base_other = self._at_baseline("TARGET", tumours.target), self._at_baseline("NON-TARGET", tumours.other)
        target = self._at_scans("TARGET", kept[:, :, None] & tumours.target[:, None, :])
        other = self._at_scans("NON-TARGET", kept[:, :, None] & (scans.other != NO_LESION))
        new = self._at_scans("NEW", (kept & scans.new)[:, :, None])
        at = (target.subject, target.visit, target.lesion)
        frames = (
            self._diameters(base, scans.baseline[base.subject, base.lesion], np.zeros(len(base.subject), np.bool_)),
            self._diameters(target, scans.size[at], scans.small[at]),
            self._states(base_other, np.full(len(base_other.subject), PRESENT)),
            self._states(other, scans.other[other.subject, other.visit, other.lesion]),
            self._states(new, np.full(len(new.subject), UNEQUIVOCAL)),
        )
        return pl.concat(frames, how="diagonal")

    def _judgements(self) -> pl.DataFrame:
        assessment, kept = self.course.assessment, self.course.kept
        tests = (
            ("TRGRESP", "Target Response", assessment.target, RESPONSES),
            ("NTRGRESP", "Non-target Response", assessment.other, RESPONSES),
            ("NEWLPROG", "New Lesion Progression", self.scans.new.astype(np.int8), ("", "UNEQUIVOCAL")),
            ("OVRLRESP", "Overall Response", assessment.overall, RESPONSES),
        )
        frames = [self._responses(code, name, np.where(kept, value, NONE), names) for code, name, value, names in tests]
        return pl.concat(frames)

    def _at_baseline(self, group: str, there: NDArray[np.bool_]) -> Seen:
        subject, lesion = np.nonzero(there)
        return Seen(group, subject, lesion, np.full(len(subject), BASELINE))

    def _at_scans(self, group: str, there: NDArray[np.bool_]) -> Seen:
        subject, visit, lesion = np.nonzero(there)
        return Seen(group, subject, lesion, visit)

    def _days(self, seen: Seen) -> Days:
        scan = self.scans.day[seen.subject, np.maximum(seen.visit, 0)]
        return np.where(seen.visit == BASELINE, self.patients.cohort.baseline[seen.subject], scan)

    def _dated(self, domain: str, seen: Seen) -> dict[str, Column]:
        days = self._days(seen)
        dates: dict[str, Column] = {
            f"{domain}DTC": self.roster.dates(seen.subject, days),
            f"{domain}DY": self.roster.study_days(seen.subject, days),
        }
        return {**scan_visits(self.scans, seen.visit), **dates}

    def _identified(self, seen: Seen, organs: tuple[Organ, ...], organ: Days) -> pl.DataFrame:
        columns: dict[str, Column] = {
            "TULNKID": seen.names,
            "TUTESTCD": "TUMIDENT",
            "TUTEST": "Tumor Identification",
            "TUORRES": seen.group,
            "TUSTRESC": seen.group,
            "TULOC": words(tuple(each.location for each in organs), organ),
            "TUMETHOD": "CT SCAN",
            "TUEVAL": self.assessor,
            **self._dated("TU", seen),
        }
        return self.roster.records("TU", seen.subject, columns)

    def _lesions(self, seen: Seen) -> dict[str, Column]:
        method: dict[str, Column] = {"TRMETHOD": "CT SCAN", "TREVAL": self.assessor}
        return {"TRGRPID": seen.group, "TRLNKID": seen.names, **method, **self._dated("TR", seen)}

    def _diameters(self, seen: Seen, size: NDArray[np.float64], small: NDArray[np.bool_]) -> pl.DataFrame:
        """Return diameters: the long axis, of a node the axis across it; 5 mm where too small to measure."""
        node = self.patients.tumours.node[seen.subject, seen.lesion].astype(np.int64)
        value, missing = numbers(size), np.isnan(size)
        unit = words(("mm", ""), missing.astype(np.int64))
        written = text_of(value)
        columns: dict[str, Column] = {
            "TRTESTCD": words(("LDIAM", "LPERP"), node),
            "TRTEST": words(("Longest Diameter", "Longest Perpendicular"), node),
            "TRORRES": written.zip_with(pl.Series(~small), pl.repeat("TOO SMALL TO MEASURE", len(small), eager=True)),
            "TRORRESU": words(("mm", ""), (missing | small).astype(np.int64)),
            "TRSTRESC": written,
            "TRSTRESN": value,
            "TRSTRESU": unit,
            **_not_done(missing),
            **self._lesions(seen),
        }
        return self.roster.records("TR", seen.subject, columns)

    def _states(self, seen: Seen, state: NDArray[np.integer]) -> pl.DataFrame:
        missing = state == NOT_DONE
        written = words((*STATES[:NOT_DONE], ""), state)
        columns: dict[str, Column] = {
            "TRTESTCD": "TUMSTATE",
            "TRTEST": "Tumor State",
            "TRORRES": written,
            "TRSTRESC": written,
            **_not_done(missing),
            **self._lesions(seen),
        }
        return self.roster.records("TR", seen.subject, columns)

    def _responses(self, code: str, name: str, value: NDArray[np.integer], names: tuple[str, ...]) -> pl.DataFrame:
        subject, visit = np.nonzero(value)
        result = words(names, value[subject, visit])
        columns: dict[str, Column] = {
            "RSTESTCD": code,
            "RSTEST": name,
            "RSCAT": "RECIST 1.1",
            "RSORRES": result,
            "RSSTRESC": result,
            "RSEVAL": self.assessor,
            **self._dated("RS", Seen("TARGET", subject, np.zeros_like(subject), visit)),
        }
        return self.roster.records("RS", subject, columns)


def _not_done(missing: NDArray[np.bool_]) -> dict[str, Column]:
    index = missing.astype(np.int64)
    return {"TRSTAT": words(("", "NOT DONE"), index), "TRREASND": words(("", "NOT EVALUABLE"), index)}
