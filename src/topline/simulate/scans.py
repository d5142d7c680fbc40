"""The scans: when they are done, and what is recorded of each lesion."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from topline.protocol.schedule import Schedule
from topline.simulate.draws import Draws, Floats
from topline.simulate.patients import Patients
from topline.simulate.truth import Reading, Truth
from topline.simulate.tumour import Mask, Tumours

Days = NDArray[np.int64]
States = NDArray[np.int8]

STATES = ("", "ABSENT", "PRESENT", "UNEQUIVOCAL", "NOT DONE")
NO_LESION, ABSENT, PRESENT, UNEQUIVOCAL, NOT_DONE = range(5)
"""States of a non-target lesion on a scan, in the words of TUMSTATE."""

MEASURABLE_MM, MEASURABLE_NODE_MM = 10.0, 15.0


@dataclass(frozen=True, slots=True)
class Scans:
    """What V scheduled scans after baseline would show of n patients, were each of them done.

    `nominal` (V,) and `day` (n, V) in days from time zero; `done` (n, V) is False where the scan is missed. Recorded
    sizes [mm]: `baseline` (n, L) and `size` (n, V, L), NaN where there is no lesion or it was not evaluable; `small`
    marks lesions called too small to measure. `other` (n, V, K) is the state of each non-target lesion; `new` (n, V):
    a new lesion is there.
    """

    nominal: Days
    day: Days
    done: Mask
    baseline: Floats
    size: Floats
    small: Mask
    other: States
    new: Mask


def draw_scans(truth: Truth, schedule: Schedule, patients: Patients, draws: Draws) -> Scans:
    """Draw all scans that the calendar of the trial has room for."""
    cohort, reading = patients.cohort, truth.reading
    nominal = nominal_days(schedule, patients.horizon)
    day = _scan_days(schedule, reading, nominal, draws.normal("scan day", len(patients), len(nominal)))
    if reading.late_scan > 0:
        day = _late(schedule, reading, nominal, day, draws)
    on_treatment = (day - cohort.dose[:, None]).astype(np.float64)
    size, small = _recorded(truth, patients.tumours, on_treatment, draws)
    return Scans(
        nominal=nominal,
        day=day,
        done=draws.uniform("missed scan", *day.shape) >= reading.missed_scan,
        baseline=_baseline(truth, patients.tumours, (cohort.baseline - cohort.dose).astype(np.float64), draws),
        size=size,
        small=small,
        other=_other_states(truth, patients, on_treatment, draws),
        new=on_treatment >= patients.latent.new_lesion[:, None],
    )


def second_reading(truth: Truth, patients: Patients, scans: Scans, draws: Draws) -> Scans:
    """Return what another reader sees on the same scans: the same lesions, read with errors of the reader's own.

    The reader has the errors of the truth's `reading`, and may not accept the new lesion (`review.missed_new`).
    """
    cohort = patients.cohort
    on_treatment = (scans.day - cohort.dose[:, None]).astype(np.float64)
    size, small = _recorded(truth, patients.tumours, on_treatment, draws)
    accepted = draws.uniform("new lesion", len(patients)) >= truth.review.missed_new
    return replace(
        scans,
        baseline=_baseline(truth, patients.tumours, (cohort.baseline - cohort.dose).astype(np.float64), draws),
        size=size,
        small=small,
        other=_other_states(truth, patients, on_treatment, draws),
        new=scans.new & accepted[:, None],
    )


def nominal_days(schedule: Schedule, last: int) -> Days:
    """Return the nominal days of the scheduled scans up to `last`, at least one."""
    days = schedule.nominal_days(last)
    return np.array([day for day in days if day <= last] or days[:1], dtype=np.int64)


def _scan_days(schedule: Schedule, reading: Reading, nominal: Days, deviate: Floats) -> Days:
    """Return the days of the scans: around the nominal day, within its window, in order."""
    gaps = np.diff(nominal, prepend=0)
    most = np.minimum(schedule.window_days, (gaps - 1) // 2)
    shift = np.round(deviate * reading.scan_sd * schedule.window_days)
    return nominal + np.clip(shift, -most, most).astype(np.int64)


def _late(schedule: Schedule, reading: Reading, nominal: Days, day: Days, draws: Draws) -> Days:
    """Return the days with some scans late: past their window, and before the earliest day of the next scan."""
    gaps = np.diff(nominal, append=2 * nominal[-1] - nominal[-2] if len(nominal) > 1 else 2 * nominal[-1])
    window = np.minimum(schedule.window_days, (gaps - 1) // 2)
    delay = window + np.ceil(reading.late_days * draws.exponential("late scan days", *day.shape))
    late = draws.uniform("late scan", *day.shape) < reading.late_scan
    latest = nominal + gaps - window - 1
    return np.where(late, np.minimum(nominal + delay, latest), day).astype(np.int64)


def _measured(reading: Reading, true: Floats, draws: Draws, quantity: str) -> Floats:
    """Return sizes as read: true size with relative and additive error, rounded to the recorded step."""
    error = draws.normal(f"{quantity} relative error", *true.shape) * reading.proportional * true
    error += draws.normal(f"{quantity} additive error", *true.shape) * reading.additive_mm
    read = np.maximum(true + error, max(reading.step_mm, 0.1))
    return read if reading.step_mm == 0 else np.round(np.round(read / reading.step_mm) * reading.step_mm, 3)


def _baseline(truth: Truth, tumours: Tumours, before: Floats, draws: Draws) -> Floats:
    """Return the baseline readings; what reads below the size of a target would not have been chosen as one."""
    true = tumours.size * tumours.target_ratio(before[:, None])[:, 0]
    least = np.where(tumours.node, MEASURABLE_NODE_MM, MEASURABLE_MM)
    return np.where(tumours.target, np.maximum(_measured(truth.reading, true, draws, "baseline"), least), np.nan)


def _recorded(truth: Truth, tumours: Tumours, day: Floats, draws: Draws) -> tuple[Floats, Mask]:
    """Return recorded sizes (n, V, L) and which of them were called too small to measure (they count 5 mm)."""
    reading = truth.reading
    true = np.minimum(tumours.size[:, None, :] * tumours.target_ratio(day), truth.growth.largest_mm)
    node = tumours.node[:, None, :]
    true = np.where(node, np.maximum(true, reading.normal_node_mm), true)
    read = _measured(reading, true, draws, "scan")
    absent = (true < reading.visible_mm) & ~node
    small = (read < reading.small_mm) & ~absent & (draws.uniform("too small", *read.shape) < reading.called_small)
    size = np.where(absent, 0.0, np.where(small, reading.small_mm, read))
    seen = tumours.target[:, None, :] & (draws.uniform("missing lesion", *read.shape) >= reading.missing_lesion)
    return np.where(seen, size, np.nan), small & seen


def _other_states(truth: Truth, patients: Patients, day: Floats, draws: Draws) -> States:
    """Return the state (n, V, K) of non-target lesions; unequivocal progression shows in the first one and stays."""
    tumours, reading = patients.tumours, truth.reading
    size = tumours.other_size[:, None, :] * tumours.other_ratio(day)
    state = np.where(size < reading.visible_mm, ABSENT, PRESENT).astype(np.int8)
    state[..., 0] = np.where(day >= patients.latent.non_target[:, None], UNEQUIVOCAL, state[..., 0])
    missing = draws.uniform("missing non-target", *state.shape) < reading.missing_lesion
    state[missing] = NOT_DONE
    return np.where(tumours.other[:, None, :], state, NO_LESION).astype(np.int8)
