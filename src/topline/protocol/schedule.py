"""When things happen: cycles, scans and their windows, follow-up."""

from collections.abc import Iterator
from typing import Literal

from pydantic import Field

from topline.protocol.part import Part


class ScanInterval(Part):
    """Scans every `every_weeks` weeks, until `until_week` (the last interval has none)."""

    every_weeks: float = Field(ge=1, le=52, description="weeks from one scan to the next")
    until_week: float | None = Field(
        default=None, gt=0, description="week after time zero up to which the interval holds; null: without end"
    )


class Schedule(Part):
    """The calendar of the trial, in days from time zero; time zero is day 1.

    `window_days` is how far a scan may lie from its nominal day and still count as that scan.
    """

    time_zero: Literal["first dose", "enrolment", "randomization"] = Field(
        description="the day from which all times to an event count; it is day 1"
    )
    cycle_days: int = Field(ge=1, le=84, description="length of a treatment cycle [days]")
    scans: tuple[ScanInterval, ...] = Field(
        min_length=1, description="the intervals of tumour assessment, one after the other"
    )
    window_days: int = Field(
        ge=0, le=28, description="how far a scan may lie from its nominal day, to either side [days]"
    )
    baseline_days: int = Field(
        default=28, ge=0, le=90, description="how long before time zero the baseline scan may lie [days]"
    )
    questionnaire_cycles: int = Field(default=1, ge=1, description="questionnaires are filled in every so many cycles")
    follow_up_weeks: float = Field(gt=0, le=104, description="weeks between contacts for survival after treatment")
    maximum_months: float = Field(gt=0, le=240, description="longest follow-up of a patient [months]")

    def nominal_days(self, last_day: float) -> tuple[int, ...]:
        """Return the nominal days after time zero [days] of the scheduled scans, up to the first one past `last_day`.

        >>> plan = Schedule(time_zero="first dose", cycle_days=28, scans=[{"every_weeks": 8}], window_days=7,
        ...                 follow_up_weeks=12, maximum_months=36)
        >>> plan.nominal_days(200)
        (56, 112, 168, 224)
        """
        days: list[int] = []
        for day in self._scan_days():
            days.append(round(day))
            if day > last_day:
                break
        return tuple(days)

    def _scan_days(self) -> Iterator[float]:
        """Yield the exact days after time zero of the scans, interval by interval."""
        day = 0.0
        for interval in self.scans:
            end = float("inf") if interval.until_week is None else interval.until_week * 7
            while day + interval.every_weeks * 7 <= end:
                day += interval.every_weeks * 7
                yield day
