"""Treatment emergence, event by event and day by day, in plain Python."""

from calendar import monthrange
from datetime import date, timedelta

Record = tuple[str | None, str | None, str | None]


def possible(text: str) -> tuple[date, date]:
    """Return the first and the last day that a date, whole or in part, can mean."""
    parts = [int(part) for part in text.split("-")]
    if len(parts) == 3:
        return date(*parts), date(*parts)
    if len(parts) == 2:
        return date(parts[0], parts[1], 1), date(parts[0], parts[1], monthrange(*parts)[1])
    return date(parts[0], 1, 1), date(parts[0], 12, 31)


def started(record: Record, dose: date) -> date | None:
    """Return the day on which an event started, as near to the first dose as its dates allow."""
    end = possible(record[1])[1] if record[1] else date.max
    if record[0] is None:
        return dose if end >= dose else None
    first, last = possible(record[0])
    latest = min(last, end) if end >= first else last
    return dose if len(record[0]) < 10 and first <= dose <= latest else first


def ended(record: Record, start: date | None) -> date | None:
    if record[1] is None:
        return None
    first, last = possible(record[1])
    return max(last, start) if start and first <= start <= last else last


def is_emergent(records: list[Record], dose: date, last_dose: date, follow_up: int) -> list[bool]:
    """Return for each record of one term whether it is treatment-emergent."""
    spans = [(started(record, dose), record, place) for place, record in enumerate(records)]
    order = sorted(spans, key=lambda each: (each[0] or date.max, ended(each[1], each[0]) or date.max, each[2]))
    chains: list[list[tuple[date | None, Record, int]]] = []
    for span in order:
        (chains[-1] if chains and follows(chains[-1][-1], span) else chains.append([]) or chains[-1]).append(span)
    flags = [False] * len(records)
    for chain in chains:
        base = max((int(each[1][2] or 0) for each in chain if was_there(each, dose)), default=0)
        for start, record, place in chain:
            grade = int(record[2]) if record[2] else None
            counts = start is not None and dose <= start <= last_dose + timedelta(days=follow_up)
            flags[place] = counts and (grade is None or base == 0 or grade > base)
    return flags


def follows(before: tuple[date | None, Record, int], span: tuple[date | None, Record, int]) -> bool:
    """Say whether a record goes on with the one before: same start, or a start on the day of its end or the next."""
    start, record, _ = span
    if start is None or before[0] is None:
        return False
    if start == before[0]:
        return True
    end = before[1][1]
    if end is None or len(end) < 10 or record[0] is None or len(record[0]) < 10:
        return False
    return timedelta(0) <= start - date.fromisoformat(end) <= timedelta(days=1)


def was_there(span: tuple[date | None, Record, int], dose: date) -> bool:
    """Say whether a record had started before the first dose and not ended by the day before it."""
    start, record, _ = span
    end = ended(record, start)
    return start is not None and start < dose and (end is None or end >= dose - timedelta(days=1))
