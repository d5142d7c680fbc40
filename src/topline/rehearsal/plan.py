"""What a rehearsal asks for, and the tasks that it comes down to."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from topline.errors import ToplineError
from topline.protocol.model import Protocol
from topline.rehearsal.task import Kind, Task, size_of
from topline.simulate.effect import Progress
from topline.simulate.scenario import NAMES, Scenario, known_effect, scenarios
from topline.simulate.scenario_text import parse_scenario
from topline.simulate.tornado import tornado

SEARCHED = ("null", "optimistic")
"""Scenarios whose effect is searched for in a large population, half a minute each, unless the study is built in."""

LARGEST = 4_000_000
"""Bytes of a scenario file, at most."""


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """What is asked for: trials per scenario, and how many whole ones are added, with every domain and analysis.

    `scenarios` are names or paths of scenario files. With `assurance`, as many trials of each scenario are added whose
    parameters are drawn from their uncertainty. With `coverage`, bias and coverage of each estimate are told. `tornado`
    is the number of trials at each end of each uncertain parameter, 0 for no tornado.
    """

    study: str
    trials: int
    scenarios: tuple[str, ...] = NAMES
    seed: int = 1
    whole: int = 0
    assurance: bool = False
    coverage: bool = False
    tornado: int = 0
    out: Path | None = None

    def __post_init__(self) -> None:
        given = (self.trials, 1), (self.seed, 0), (self.whole, 0), (self.tornado, 0)
        for name, (value, least) in zip(("trials", "seed", "whole", "tornado"), given, strict=True):
            if value < least:
                raise ToplineError("TL-V01", where=name, what=f"{value} is not at least {least}")
        if self.whole > self.trials:
            what = (
                f"{self.whole:,} trials through the whole pipeline are more than the {self.trials:,} trials asked for"
            )
            raise ToplineError("TL-V01", where="whole", what=what)
        if not self.scenarios:
            raise ToplineError("TL-V01", where="scenario", what="no scenario is named")


Kept = Callable[[str], Scenario | None]


def wanted_scenarios(
    protocol: Protocol, named: tuple[str, ...], progress: Progress | None = None, kept: Kept = lambda name: None
) -> list[Scenario]:
    """Return the scenarios of these names and files. What has to be searched for is first looked up in `kept`.

    Raises ToplineError TL-V17 for an unknown name, TL-V07 for a file that cannot be read, TL-V10 to TL-V13 for a fault
    in it, TL-V08 where two have one name.
    """
    found = [_scenario(protocol, name, progress, kept) for name in named]
    twice = [name for name, count in Counter(each.name for each in found).items() if count > 1]
    if twice:
        raise ToplineError("TL-V08", where=", ".join(named), what=f"{twice[0]} is the name of more than one of them")
    return found


def _scenario(protocol: Protocol, name: str, progress: Progress | None, kept: Kept) -> Scenario:
    path = Path(name).expanduser()
    if path.suffix.lower() != ".toml" and "/" not in name and "\\" not in name:
        searched = name in SEARCHED and known_effect(protocol, name) is None
        return (kept(name) if searched else None) or scenarios(protocol, (name,), progress)[name]
    return parse_scenario(text_of(path), protocol, str(path), progress)


def text_of(path: Path) -> str:
    """Return the text of a scenario or target file. Raises ToplineError TL-V07 where it cannot be read."""
    try:
        if path.stat().st_size > LARGEST:
            raise ToplineError("TL-V07", where=str(path), what=f"has more than {LARGEST:,} bytes")
        return path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as fault:
        raise ToplineError("TL-V07", where=str(path), what="is not UTF-8") from fault
    except (OSError, ValueError) as fault:
        what = getattr(fault, "strerror", None) or str(fault)
        raise ToplineError("TL-V07", where=str(path), what=f"cannot be read: {what}") from fault


def planned_tasks(asked: Rehearsal, text: str, wanted: list[Scenario]) -> list[Task]:
    """Return the tasks: of each scenario its chunks, those with drawn parameters, whole trials; and the tornado.

    The long ones come first, so that no worker is left alone with one at the end.
    """
    kinds: Mapping[Kind, int] = {
        "whole": asked.whole,
        "uncertain": asked.trials if asked.assurance else 0,
        "fixed": asked.trials,
    }
    planned = [
        Task(text, scenario, asked.seed, kind, number, trials)
        for kind, total in kinds.items()
        for scenario in wanted
        for number, trials in _chunks(total, size_of(kind))
    ]
    return planned + list(_tornado(asked, text, wanted))


def _tornado(asked: Rehearsal, text: str, wanted: list[Scenario]) -> Iterator[Task]:
    """Yield the tasks of the tornado: the scenario it is of, and each end of each parameter, with common streams."""
    if not asked.tornado:
        return
    base = tornado_base(wanted)
    for each in tornado(base).values():
        for number, trials in _chunks(asked.tornado, size_of("tornado")):
            yield Task(text, each, asked.seed, "tornado", number, trials, base.name)


def tornado_base(wanted: Sequence[Scenario]) -> Scenario:
    """Return the scenario that a tornado is of: what is expected, or the first one where it is not among them."""
    return next((each for each in wanted if each.name == "expected"), wanted[0])


def _chunks(total: int, size: int) -> Iterator[tuple[int, int]]:
    """Yield number and trials of each chunk.

    >>> list(_chunks(255, 250)), list(_chunks(12, 10))
    ([(0, 250), (1, 5)], [(0, 10), (1, 2)])
    """
    for number, start in enumerate(range(0, total, size)):
        yield number, min(size, total - start)


def part_of(tasks: list[Task], part: tuple[int, int]) -> list[Task]:
    """Return every n-th task from the i-th on, of part (i, n). Raises ToplineError TL-V01 unless i is one of 1 to n."""
    place, parts = part
    if not 1 <= place <= parts:
        raise ToplineError("TL-V01", where="chunks", what=f"{place}/{parts} is not one of 1/{parts} to {parts}/{parts}")
    return tasks[place - 1 :: parts]
