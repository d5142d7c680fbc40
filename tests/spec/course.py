"""The course of one patient as records of TU, TR and RS, and what is derived of it."""

from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import polars as pl

from tests.protocols import protocol, rate, time_to_event
from tests.spec.lesion_cases import frame, on_day, subjects
from topline.adam.response import derive_response
from topline.adam.survival import derive_survival
from topline.adam.tumor import Tumors, derive_tumors
from topline.adam.tumor_rows import derive_tumor_rows
from topline.protocol.model import Protocol
from topline.tables.findings import join_findings

BASELINE = -6
PFS = time_to_event("PFS", ("progression", "death"))
OWN = {"STUDYID": "TEST", "USUBJID": "001"}


@dataclass
class Outcome:
    """What is derived: datasets by name (ADTR and ADTTE when they are asked for), findings, tumours."""

    adsl: pl.DataFrame
    adrs: pl.DataFrame
    plan: Protocol
    findings: pl.DataFrame
    tumors: Tumors | None

    @cached_property
    def times(self) -> tuple[pl.DataFrame, pl.DataFrame]:
        return derive_survival(self.adsl, self.adrs, self.plan)

    @cached_property
    def adam(self) -> dict[str, pl.DataFrame]:
        return {
            "ADSL": self.adsl,
            "ADRS": self.adrs,
            "ADTTE": self.times[0],
            "ADTR": derive_tumor_rows(self.tumors, self.adsl),
        }

    def visits(self, parameter: str = "OVR") -> list[str | None]:
        """Return the values of a parameter per visit, in order of date."""
        return self.adrs.filter(pl.col("PARAMCD") == parameter)["AVALC"].to_list()

    def row(self, parameter: str, dataset: str = "ADRS") -> dict[str, Any]:
        frame = {"ADRS": lambda: self.adrs, "ADTTE": lambda: self.times[0]}[dataset]()
        return frame.filter(pl.col("PARAMCD") == parameter).row(0, named=True)

    def value(self, parameter: str) -> str | None:
        return self.row(parameter)["AVALC"]

    def date(self, parameter: str, dataset: str = "ADRS") -> str | None:
        day = self.row(parameter, dataset)["ADT"]
        return None if day is None else day.isoformat()

    def codes(self) -> set[str]:
        return set(self.findings["CODE"])

    def messages(self, code: str) -> list[str]:
        return self.findings.filter(pl.col("CODE") == code)["MESSAGE"].to_list()


@dataclass
class Course:
    """A patient whose records are added one after the other; day 1 is the start, the baseline scan is a week before."""

    tu: list[dict[str, Any]] = field(default_factory=list)
    tr: list[dict[str, Any]] = field(default_factory=list)
    rs: list[dict[str, Any]] = field(default_factory=list)

    def lesion(
        self,
        name: str,
        kind: str = "TARGET",
        place: str | None = "LUNG",
        visit: float = 0,
        day: int = BASELINE,
        **other: Any,
    ) -> "Course":
        self.tu.append({**OWN, "TUSEQ": len(self.tu) + 1, "TUTESTCD": "TUMIDENT", "TULNKID": name, "TUSTRESC": kind, "TULOC": place,
                        "TUEVAL": "INVESTIGATOR", "VISITNUM": float(visit), "TUDTC": on_day(day), **other})  # fmt: skip
        return self

    def measured(self, visit: float | None, day: int, sizes: dict[str, Any], **other: Any) -> "Course":
        """Add measurements of a visit: a number is a diameter in mm, a text a state, None is not done.

        `sizes` maps the lesion to its value, or to a pair of test and value.
        """
        for name, given in sizes.items():
            test, value = given if isinstance(given, tuple) else (None, given)
            test = test or ("TUMSTATE" if isinstance(value, str) else "LDIAM")
            result: dict[str, Any] = (
                {"TRSTAT": "NOT DONE"} if value is None else {"TRORRES": str(value), "TRSTRESC": str(value)}
            )
            if isinstance(value, int | float):
                result |= {"TRSTRESN": float(value), "TRSTRESU": "mm"}
            self.tr.append({**OWN, "TRSEQ": len(self.tr) + 1, "TRLNKID": name, "TRTESTCD": test, "TREVAL": "INVESTIGATOR",
                            "VISITNUM": visit if visit is None else float(visit), "VISIT": f"VISIT {visit}", "TRDTC": on_day(day),
                            **result, **other})  # fmt: skip
        return self

    def assessed(self, visit: float, day: int, response: str, **other: Any) -> "Course":
        self.rs.append({**OWN, "RSSEQ": len(self.rs) + 1, "RSTESTCD": "OVRLRESP", "RSSTRESC": response, "RSEVAL": "INVESTIGATOR",
                        "VISITNUM": float(visit), "VISIT": f"VISIT {visit}", "RSDTC": on_day(day), **other})  # fmt: skip
        return self

    def derive(self, response: dict[str, Any] | None = None, plan: Protocol | None = None, **days: int) -> Outcome:
        """Derive everything; `days` gives DTHDT, NEWTXDT, LSTALVDT, EOTDT as days, day 1 being the start."""
        plan = plan or protocol(response=response, endpoints=[rate(), PFS])
        adsl = subjects(["001"], **{name: {"001": day} for name, day in days.items()})
        people = adsl.with_row_index("S").with_columns(pl.col("S").cast(pl.Int64))
        tumors = (
            derive_tumors(frame("TU", self.tu), frame("TR", self.tr), people, plan.criteria.response)
            if self.tu or self.tr
            else None
        )
        adrs, found = derive_response(adsl, frame("RS", self.rs), tumors, plan)
        return Outcome(adsl, adrs, plan, join_findings(found, *([] if tumors is None else [tumors.findings])), tumors)


def one_target(*sizes: Any, baseline: float = 50) -> Course:
    """Return a patient with one lung target: its size at baseline, then every eight weeks."""
    course = Course().lesion("T01").measured(0, BASELINE, {"T01": baseline})
    for number, size in enumerate(sizes, start=1):
        course.measured(number, 1 + 56 * number, {"T01": size})
    return course


def recorded(*responses: str | None, every: int = 56) -> Course:
    """Return a patient whose responses are recorded at day 57, 113 ...; None is a missed visit."""
    course = Course()
    for number, response in enumerate(responses, start=1):
        if response is not None:
            course.assessed(number, 1 + every * number, response)
    return course
