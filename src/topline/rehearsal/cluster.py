"""Running tasks on an existing Dask cluster, whose workers send back what they made: no folder is shared."""

from collections.abc import Sequence
from typing import Any

from topline.errors import ToplineError
from topline.rehearsal.task import Task, answer
from topline.rehearsal.workers import Answers

TIMEOUT = 15
"""Seconds until an address that does not answer is given up."""

LEAST_AHEAD = 16
"""Tasks that are with the cluster at a time, at least; twice its threads where these are more."""


def run_cluster(tasks: Sequence[Task], address: str) -> Answers:
    """Yield each task with its answer as they are done by the workers of the scheduler at `address`.

    Dask runs the tasks of a worker that was lost again. Raises ToplineError TL-V04 where Dask is not installed, TL-V05
    where the cluster cannot be reached or gives up.
    """
    client = _client(address)
    try:
        yield from _run(client, tasks, address)
    finally:
        client.close()


def _client(address: str) -> Any:
    try:
        import distributed as dask
    except ImportError as fault:
        raise ToplineError("TL-V04", where=address, what=f"needs the package {fault.name or 'distributed'}") from fault
    try:
        return _untyped(dask).Client(address, timeout=TIMEOUT, set_as_default=False)
    except (OSError, ValueError, TypeError) as fault:
        raise ToplineError("TL-V05", where=address, what=f"cannot be reached: {fault}") from fault


def _untyped(module: Any) -> Any:
    """Return a module whose functions have no types."""
    return module


def _run(client: Any, tasks: Sequence[Task], address: str) -> Answers:
    import distributed as dask

    queue = iter(tasks)
    ahead = max(LEAST_AHEAD, 2 * sum(client.nthreads().values()))
    submitted: dict[Any, Task] = {}

    def submit(task: Task) -> Any:
        future = client.submit(answer, task, pure=False)
        submitted[future.key] = task
        return future

    running = _untyped(dask).as_completed(
        [submit(task) for task, _ in zip(queue, range(ahead), strict=False)], loop=client.loop
    )
    for future in running:
        task = submitted.pop(future.key)
        if future.status != "finished":
            raise ToplineError("TL-V05", where=address, what=f"gave up: {future.exception() or future.status}")
        found = future.result()
        for following in queue:
            running.add(submit(following))
            break
        yield task, found
