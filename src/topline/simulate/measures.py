"""Laboratory values and vital signs of a block of patients: what a sample of each visit shows.

A value is the patient's own level, changed by the drugs and by the growth of the tumour, with the variation of the day.
Each test has streams of its own, so that a test that nobody asks for is not drawn.
"""

from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from topline.simulate.catalogue import ASSAYS
from topline.simulate.draws import Draws, Floats
from topline.simulate.exposure import Dosing, DrugCourse
from topline.simulate.patients import Patients
from topline.simulate.sampling import BEFORE_TREATMENT, Sampling, days_into_cycle, dose_share
from topline.simulate.truth import Truth
from topline.simulate.truth_measures import Effect, Level
from topline.simulate.tumour import Mask

OTHER_CELLS = 0.45
"""Leukocytes that are neither neutrophils nor lymphocytes [10^9/L] (assumed)."""

PRESSURES = {"SYSBP": 140.0, "DIABP": 90.0}
"""From which pressure [mmHg] on hypertension is treated."""

FEVER_C = 38.7
LEAST = {"NEUT": 0.02, "PLAT": 4.0, "LYM": 0.05}
"""Counts do not fall below these (assumed)."""


@dataclass(frozen=True)
class Measures:
    """What would be measured of n patients at V visits; a test's values are drawn when they are first asked for."""

    truth: Truth
    patients: Patients
    sampling: Sampling
    cycles: Dosing
    drugs: tuple[DrugCourse, ...]
    draws: Draws
    known: dict[str, Floats] = field(default_factory=dict)
    parts: dict[str, tuple[Floats, Floats]] = field(default_factory=dict)

    def value(self, code: str) -> Floats:
        """Return recorded values (n, V), rounded as they are written; NaN where there is none."""
        if code not in self.known:
            exact = {"WBC": self._leukocytes, "TEMP": self._temperature}.get(code, lambda: self._plain(code))()
            gone = self.draws.uniform(f"missing {code}", *exact.shape) < self.truth.measuring.missing
            rounded = np.round(exact, ASSAYS[code].decimals)
            self.known[code] = np.where(self.taken & ~gone & self._asked(code), rounded, np.nan)
        return self.known[code]

    def baseline(self, code: str) -> NDArray[np.int64]:
        """Return the visit (n,) of the last value before the first dose, -1 where there is none."""
        there = ~np.isnan(self.value(code)[:, :BEFORE_TREATMENT])
        place = np.arange(there.shape[1])
        return np.asarray(np.where(there, place, -1).max(axis=1))

    def base_value(self, code: str) -> Floats:
        """Return the baseline value (n,), NaN where there is none."""
        at = self.baseline(code)
        return np.where(at >= 0, self.value(code)[np.arange(len(at)), np.maximum(at, 0)], np.nan)

    def limits(self, code: str) -> tuple[Floats, Floats]:
        """Return lower and upper limit of normal (n,) by sex, NaN where there is none."""
        men, women = (ASSAYS[code].limits(female) for female in (False, True))
        female = self.patients.cohort.female
        low, high = (
            np.where(female, *(np.nan if each is None else float(each) for each in pair))
            for pair in zip(women, men, strict=True)
        )
        return low, high

    @cached_property
    def taken(self) -> Mask:
        """Whether a sample was taken (n, V)."""
        missed = self.draws.uniform("missed sample", *self.sampling.due.shape) < self.truth.measuring.missed
        return self.sampling.due & ~missed

    @cached_property
    def fever(self) -> Mask:
        """Whether there is fever at a visit with neutrophils below 1.0 (n, V)."""
        low = np.nan_to_num(self.value("NEUT"), nan=9.0) < 1.0
        return low & (self.draws.uniform("fever", *low.shape) < self.truth.measuring.fever)

    @property
    def pressure_rank(self) -> Floats:
        """A patient's own systolic pressure against that of others (n,), in SDs."""
        level = self._level("SYSBP")
        own, _ = self._around(level)
        centre = np.where(self.patients.cohort.female, level.woman, level.man)
        return (own[:, 0] - centre) / max(level.between, 1e-9)

    @cached_property
    def log_size(self) -> Floats:
        """The logarithm of tumour size relative to that on the day of the first dose (n, V), within reason."""
        return np.log(np.clip(self.patients.tumours.ratio(self._treated_days), 0.05, 5.0))

    @cached_property
    def _treated_days(self) -> Floats:
        return (self.sampling.day - self.patients.cohort.dose[:, None]).astype(np.float64)

    @cached_property
    def _share(self) -> Floats:
        return dose_share(self.sampling, self.drugs, self.truth.conduct.reduced_to)

    @cached_property
    def _phase(self) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        return days_into_cycle(self.sampling, self.cycles)

    @cached_property
    def _sensitivity(self) -> dict[str, Floats]:
        """The standard normal sensitivity (n,) of each system."""
        systems = dict.fromkeys(effect.system for effect in self.truth.measuring.effects)
        return {name: self.draws.normal(f"sensitivity of {name}", len(self.patients)) for name in systems}

    def _plain(self, code: str) -> Floats:
        level = self._level(code)
        own, day = self._around(level)
        change = self._effects(code)
        if code in PRESSURES:
            change = change * (1 - self.truth.measuring.controlled * self._controlled)
        change = change + level.growth * self.log_size
        exact = own * np.exp(change + day) if level.log else own + change + day
        return np.maximum(exact, LEAST.get(code, 0.0))

    def _level(self, code: str) -> Level:
        return next(each for each in self.truth.measuring.levels if each.code == code)

    def _around(self, level: Level) -> tuple[Floats, Floats]:
        """Return the patient's own level (n, 1) and the variation of the day (n, V)."""
        if level.code not in self.parts:
            centre = np.where(self.patients.cohort.female, level.woman, level.man)
            between = level.between * self.draws.normal(f"level of {level.code}", len(centre))
            own = centre * np.exp(between) if level.log else centre + between
            day = level.within * self.draws.normal(f"variation of {level.code}", *self.sampling.day.shape)
            self.parts[level.code] = own[:, None], day
        return self.parts[level.code]

    def _effects(self, code: str) -> Floats:
        """Return the change (n, V) that the drugs make to a test."""
        effects = [effect for effect in self.truth.measuring.effects if effect.code == code]
        total = np.zeros(self.sampling.day.shape)
        for effect in effects:
            own = effect.change * np.exp(effect.spread * self._sensitivity[effect.system])
            total += own[:, None] * self._course(effect) * self._share
        return total

    def _course(self, effect: Effect) -> Floats:
        """Return how much of an effect is there at each visit (n, V), 1 being all."""
        if effect.shape == "plateau":
            return -np.expm1(-np.maximum(self._treated_days, 0) / effect.days)
        into, before = self._phase
        relative = into / effect.days
        curve = (relative * np.exp(1 - relative)) ** self.truth.measuring.nadir_sharpness
        return np.where(before == 0, self.truth.measuring.first_cycle, 1.0) * curve

    @cached_property
    def _controlled(self) -> Floats:
        """Whether hypertension is treated at a visit (n, V): untreated, the pressure was high at one before it."""
        high = np.zeros(self.sampling.day.shape, np.bool_)
        for code, limit in PRESSURES.items():
            own, day = self._around(self._level(code))
            high |= self.taken & (own + day + self._effects(code) >= limit)
        return np.asarray(np.cumsum(high, axis=1) - high > 0, np.float64)

    def _leukocytes(self) -> Floats:
        noise = np.exp(0.03 * self.draws.normal("variation of WBC", *self.sampling.day.shape))
        cells: Floats = self.value("NEUT") + self.value("LYM") + OTHER_CELLS * noise
        return cells

    def _temperature(self) -> Floats:
        return np.where(self.fever, FEVER_C, self._plain("TEMP"))

    def _asked(self, code: str) -> Mask:
        """Return whether the test is taken at a visit: height is measured once."""
        once = np.arange(len(self.sampling.number)) == 0
        return once if code == "HEIGHT" else np.ones(len(once), np.bool_)
