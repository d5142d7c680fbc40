"""DAT-01 to DAT-04: the trial's dates against each other, against its status, and against today."""

from collections.abc import Iterator, Mapping
from datetime import date, timedelta

from topline.protocol.lint.period import Period, period
from topline.protocol.lint.rule import Hit
from topline.protocol.lint.subject import Check, Subject

START = "statusModule.startDateStruct.date"
PRIMARY = "statusModule.primaryCompletionDateStruct.date"
COMPLETION = "statusModule.completionDateStruct.date"
SUBMITTED = "statusModule.studyFirstSubmitDate"
STATUS = "statusModule.overallStatus"

REGISTRATION_ASKED = date(2005, 7, 1)
"""From this day on journals asked that a trial be registered before it enrolled."""

GRACE = timedelta(days=21)
"""Days after the start in which a registration still counts as timely."""

RECRUITING = frozenset({"RECRUITING", "NOT_YET_RECRUITING", "ENROLLING_BY_INVITATION"})


def _late_registration(subject: Subject) -> Iterator[Hit]:
    """DAT-01."""
    start, submitted = subject.start, subject.submitted
    if start is None or submitted is None or not subject.interventional or start.last < REGISTRATION_ASKED:
        return
    if submitted.first > start.last + GRACE:
        days = (submitted.first - start.last).days
        yield Hit(SUBMITTED, f"registered {days} days or more after the start of the trial")


def _stale(subject: Subject) -> Iterator[Hit]:
    """DAT-02."""
    status = subject.content.status
    if status.overall_status not in RECRUITING:
        return
    completion = _period(subject, COMPLETION)
    if completion and completion.last < subject.day:
        yield Hit(
            COMPLETION, f"the study was to be over by {completion.last}, and the status is {status.overall_status}"
        )
        return
    posted = status.last_update_post_date_struct
    updated = period(status.last_update_submit_date or (posted.date if posted else None))
    if updated and (subject.day - updated.last).days > 731:
        yield Hit(STATUS, f"the record was last changed on {updated.last}, more than two years ago")


def _order(subject: Subject) -> Iterator[Hit]:
    """DAT-03."""
    named = (("start", START), ("primary completion", PRIMARY), ("completion", COMPLETION))
    known = [(name, path, found) for name, path in named if (found := _period(subject, path))]
    for index, (name, _, earlier) in enumerate(known):
        for other, path, later in known[index + 1 :]:
            if later.last < earlier.first:
                yield Hit(path, f"the {other} is before the {name}")


def _not_started(subject: Subject) -> Iterator[Hit]:
    """DAT-04."""
    start = subject.start
    if subject.content.status.overall_status == "NOT_YET_RECRUITING" and start:
        days = (subject.day - start.last).days
        if days > 30:
            yield Hit(START, f"the start was {days} days ago, and the status is still NOT_YET_RECRUITING")


def _period(subject: Subject, path: str) -> Period | None:
    value = subject.record.value(path)
    return period(value) if isinstance(value, str) else None


CHECKS: Mapping[str, Check] = {
    "DAT-01": _late_registration,
    "DAT-02": _stale,
    "DAT-03": _order,
    "DAT-04": _not_started,
}
"""Checks of this module by rule."""
