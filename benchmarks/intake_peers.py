"""The same 16 criteria programmed by hand, twice: a loop over candidates in plain Python, and NumPy arrays.

Both know only these criteria. Status codes: 0 MET, 1 NOT MET, 2 UNKNOWN, 3 NOT APPLICABLE. The NumPy version holds an
answer as two masks, true and false, neither of them where it is unknown.
"""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

Row = Mapping[str, Any]
Answer = bool | None
Masks = tuple[NDArray[np.bool_], NDArray[np.bool_]]
MET, NOT_MET, UNKNOWN, NOT_APPLICABLE = range(4)


# a loop in plain Python


def every(*answers: Answer) -> Answer:
    return False if False in answers else None if None in answers else True


def some(*answers: Answer) -> Answer:
    return True if True in answers else None if None in answers else False


def least(value: Any, limit: Any) -> Answer:
    return None if value is None or limit is None else value >= limit


def most(value: Any, limit: Any, times: float = 1.0) -> Answer:
    return None if value is None or limit is None else value <= times * limit * (1 + 1e-12)


def equal(value: Any, code: str) -> Answer:
    return None if value is None else value == code


def has(codes: Any, code: str) -> Answer:
    return None if codes is None else code in codes


def within(row: Row, column: str, days: int) -> Answer:
    """Say whether fewer than so many days lie before the first dose."""
    earlier, dose = row[column], row["FDOSEDT"]
    return None if earlier is None or dose is None else (dose - earlier).days < days


def denied(answer: Answer) -> Answer:
    return None if answer is None else not answer


def by_loop(rows: list[Row]) -> list[list[int]]:
    """Return the status of each criterion for each candidate."""
    return [[*(_status(answer) for answer in _inclusion(row)), _scoped(row), *_exclusion(row)] for row in rows]


def _status(answer: Answer) -> int:
    return UNKNOWN if answer is None else MET if answer else NOT_MET


def _scoped(row: Row) -> int:
    concerns = every(equal(row["SEX"], "F"), equal(row["CHILDPOT"], "Y"))
    answer = every(equal(row["PREGTEST"], "NEGATIVE"), equal(row["I08_A"], "Y"))
    if concerns is False:
        return NOT_APPLICABLE
    return MET if answer else UNKNOWN if answer is None or concerns is None else NOT_MET


def _inclusion(row: Row) -> list[Answer]:
    liver = has(row["METSITES"], "LIVER")
    looser, strict = (
        every(most(row["ALT"], row["ALTULN"], times), most(row["AST"], row["ASTULN"], times)) for times in (5.0, 2.5)
    )
    return [
        every(least(row["AGE"], 18), most(row["AGE"], 75), equal(row["CONSENT"], "Y")),
        every(equal(row["HIST"], "SQUAMOUS CELL CARCINOMA"), least(row["MEASLES"], 1)),
        every(most(row["ECOG"], 1), least(row["LIFEEXP"], 3)),
        every(
            least(row["PRIORLN"], 1), some(has(row["PRIORCLS"], "PLATINUM"), has(row["PRIORCLS"], "FLUOROPYRIMIDINE"))
        ),
        every(least(row["HGB"], 90), least(row["ANC"], 1.5), least(row["PLT"], 80)),
        every(
            most(row["BILI"], row["BILIULN"], 1.5),
            some(most(row["CREAT"], row["CREATULN"], 1.5), least(row["CRCL"], 50)),
        ),
        looser if liver else strict if liver is False else looser if looser == strict else None,
    ]


def _exclusion(row: Row) -> list[int]:
    excluding = [
        within(row, "LRTDT", 28),
        some(within(row, "LSYSDT", 14), within(row, "LSURGDT", 28)),
        has(row["PRIORCLS"], "ANTI-ANGIOGENIC TKI"),
        every(has(row["METSITES"], "BRAIN"), denied(equal(row["BRAINSTB"], "Y"))),
        some(denied(most(row["SBP"], 150)), denied(most(row["DBP"], 90))),
        some(denied(least(row["LVEF"], 50)), denied(most(row["QTC"], 470))),
        every(equal(row["OTHMAL"], "Y"), denied(least(row["OTHMALYR"], 5))),
        some(equal(row["BLEED"], "Y"), equal(row["E08_A"], "Y"), has(row["INFECT"], "HIV")),
    ]
    return [_status(denied(answer)) for answer in excluding]


# NumPy, by hand


class Arrays:
    """Columns of the candidates as arrays: numbers with NaN, days with NaN, texts as codes."""

    def __init__(self, frame: pl.DataFrame) -> None:
        self.frame = frame

    def number(self, name: str) -> NDArray[np.float64]:
        column = self.frame[name]
        return (column.to_physical() if column.dtype == pl.Date else column).cast(pl.Float64).to_numpy()

    def compare(self, name: str, test: Callable[[Any], Any]) -> Masks:
        values = self.number(name)
        known = ~np.isnan(values)
        with np.errstate(invalid="ignore"):
            answer = test(values)
        return answer & known, ~answer & known

    def most_of(self, name: str, times: float) -> Masks:
        limit = times * self.number(f"{name}ULN") * (1 + 1e-12)
        true, false = self.compare(name, lambda values: values <= limit)
        known = ~np.isnan(limit)
        return true & known, false & known

    def within(self, name: str, days: int) -> Masks:
        dose = self.number("FDOSEDT")
        true, false = self.compare(name, lambda values: dose - values < days)
        known = ~np.isnan(dose)
        return true & known, false & known

    def equal(self, name: str, code: str) -> Masks:
        column = self.frame[name]
        known = column.is_not_null().to_numpy()
        answer = (column == code).fill_null(False).to_numpy()
        return answer & known, ~answer & known

    def has(self, name: str, code: str) -> Masks:
        """Look for a code in lists: flat values, and the row of each."""
        lists = self.frame[name]
        lengths = lists.list.len().fill_null(0).to_numpy()
        rows = np.repeat(np.arange(len(lists)), lengths)
        found = (lists.explode(empty_as_null=False, keep_nulls=False) == code).to_numpy()
        answer = np.zeros(len(lists), dtype=np.bool_)
        answer[rows[found]] = True
        known = lists.is_not_null().to_numpy()
        return answer & known, ~answer & known


def both(*masks: Masks) -> Masks:
    return np.logical_and.reduce([true for true, _ in masks]), np.logical_or.reduce([false for _, false in masks])


def either(*masks: Masks) -> Masks:
    return np.logical_or.reduce([true for true, _ in masks]), np.logical_and.reduce([false for _, false in masks])


def negated(masks: Masks) -> Masks:
    return masks[1], masks[0]


def by_numpy(frame: pl.DataFrame) -> list[NDArray[np.int8]]:
    """Return the status of each criterion, an array over candidates each."""
    arrays = Arrays(frame)
    plain = [*_numpy_inclusion(arrays), *(negated(masks) for masks in _numpy_exclusion(arrays))]
    statuses = [np.where(true, MET, np.where(false, NOT_MET, UNKNOWN)).astype(np.int8) for true, false in plain]
    return [*statuses[:7], _numpy_scoped(arrays), *statuses[7:]]


def _numpy_scoped(arrays: Arrays) -> NDArray[np.int8]:
    concerns = both(arrays.equal("SEX", "F"), arrays.equal("CHILDPOT", "Y"))
    answer = both(arrays.equal("PREGTEST", "NEGATIVE"), arrays.equal("I08_A", "Y"))
    judged = np.where(answer[0], MET, np.where(answer[1] & concerns[0], NOT_MET, UNKNOWN))
    return np.where(concerns[1], NOT_APPLICABLE, judged).astype(np.int8)


def _numpy_inclusion(a: Arrays) -> list[Masks]:
    liver = a.has("METSITES", "LIVER")
    looser, strict = (both(a.most_of("ALT", times), a.most_of("AST", times)) for times in (5.0, 2.5))
    chosen = [(liver[0] & one) | (liver[1] & other) | (one & other) for one, other in zip(looser, strict, strict=True)]
    return [
        both(a.compare("AGE", lambda v: (v >= 18) & (v <= 75)), a.equal("CONSENT", "Y")),
        both(a.equal("HIST", "SQUAMOUS CELL CARCINOMA"), a.compare("MEASLES", lambda v: v >= 1)),
        both(a.compare("ECOG", lambda v: v <= 1), a.compare("LIFEEXP", lambda v: v >= 3)),
        both(
            a.compare("PRIORLN", lambda v: v >= 1),
            either(a.has("PRIORCLS", "PLATINUM"), a.has("PRIORCLS", "FLUOROPYRIMIDINE")),
        ),
        both(*(a.compare(name, lambda v, low=low: v >= low) for name, low in (("HGB", 90), ("ANC", 1.5), ("PLT", 80)))),
        both(a.most_of("BILI", 1.5), either(a.most_of("CREAT", 1.5), a.compare("CRCL", lambda v: v >= 50))),
        (chosen[0], chosen[1]),
    ]


def _numpy_exclusion(a: Arrays) -> list[Masks]:
    return [
        a.within("LRTDT", 28),
        either(a.within("LSYSDT", 14), a.within("LSURGDT", 28)),
        a.has("PRIORCLS", "ANTI-ANGIOGENIC TKI"),
        both(a.has("METSITES", "BRAIN"), negated(a.equal("BRAINSTB", "Y"))),
        either(a.compare("SBP", lambda v: v > 150), a.compare("DBP", lambda v: v > 90)),
        either(a.compare("LVEF", lambda v: v < 50), a.compare("QTC", lambda v: v > 470)),
        both(a.equal("OTHMAL", "Y"), a.compare("OTHMALYR", lambda v: v < 5)),
        either(a.equal("BLEED", "Y"), a.equal("E08_A", "Y"), a.has("INFECT", "HIV")),
    ]
