"""Running tasks in this process, or in processes of their own that end with it and whose death loses nothing."""

import os
import signal
import threading
from collections.abc import Generator, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from multiprocessing import active_children, connection, get_context, parent_process

from topline.errors import ToplineError
from topline.rehearsal.task import Answer, Task, answer

Answered = tuple[Task, Answer]
Answers = Generator[Answered, None, None]

MOST_DEATHS = 3
"""How often in a row workers may die without any task done."""

AHEAD = 2
"""Tasks that wait in the pool beside those being run: a worker never waits, and little is held."""

ONE_THREAD = dict.fromkeys(("POLARS_MAX_THREADS", "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
"""Settings of a worker: one thread each, as there are as many workers as cores."""


def run_serial(tasks: Sequence[Task]) -> Answers:
    """Yield each task with its answer, run one after the other in this process."""
    for task in tasks:
        yield task, answer(task)


def run_processes(tasks: Sequence[Task], workers: int) -> Answers:
    """Yield each task with its answer as they are done, run in `workers` processes.

    Tasks of a worker that was killed are run again, in new processes. Raises ToplineError TL-V03 where workers die
    MOST_DEATHS times in a row without any task done.
    """
    left = dict.fromkeys(tasks)
    deaths = 0
    while left:
        try:
            for task, found in _run_pool(list(left), min(workers, len(left))):
                del left[task]
                deaths = 0
                yield task, found
        except BrokenProcessPool as fault:
            deaths += 1
            if deaths == MOST_DEATHS:
                what = f"died {deaths} times in a row; {len(left):,} of {len(tasks):,} chunks are still to be run"
                raise ToplineError("TL-V03", where="workers", what=what) from fault


def _run_pool(tasks: Sequence[Task], workers: int) -> Answers:
    """Yield answers of one pool; whatever ends it, no worker is left behind."""
    others = set(active_children())
    pool = ProcessPoolExecutor(workers, mp_context=get_context("spawn"), initializer=end_with_parent)
    queue, running = iter(tasks), dict[Future[Answer], Task]()
    try:
        with _as_workers_start():
            for task, _ in zip(queue, range(workers + AHEAD), strict=False):
                running[pool.submit(answer, task)] = task
        while running:
            done, _ = wait(running, return_when=FIRST_COMPLETED)
            for future in sorted(done, key=lambda each: each.exception() is not None):
                found, task = future.result(), running.pop(future)
                for following in queue:
                    running[pool.submit(answer, following)] = following
                    break
                yield task, found
    except BaseException:
        for worker in set(active_children()) - others:
            worker.kill()
        raise
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


@contextmanager
def _as_workers_start() -> Iterator[None]:
    """Start processes that have one thread each and leave Ctrl-C to this one."""
    before = {name: os.environ.get(name) for name in ONE_THREAD}
    main = threading.current_thread() is threading.main_thread()
    handler = signal.signal(signal.SIGINT, signal.SIG_IGN) if main else None
    os.environ.update(ONE_THREAD)
    try:
        yield
    finally:
        for name, value in before.items():
            os.environ.pop(name) if value is None else os.environ.update({name: value})
        if handler is not None:
            signal.signal(signal.SIGINT, handler)


def end_with_parent() -> None:
    """Let this worker leave Ctrl-C to its parent, and end when the parent ends, however that happens."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    parent = parent_process()
    if parent is not None:
        threading.Thread(target=_watch, args=(parent.sentinel,), daemon=True).start()


def _watch(sentinel: int) -> None:
    connection.wait([sentinel])
    os._exit(1)
