"""Server processes that the crash tests kill: `python -m tests.crash.victim commit|queue HOME ...`."""

from __future__ import annotations

import shutil
import sys
import tempfile
from pathlib import Path

from embedcore.jobs import Jobs
from embedcore.store import Store
from tests.unit import example
from tests.unit.jobs.small_kinds import QUESTIONS, Count, Spin


def commit(home: Path, first: int) -> None:
    """Store one result after the other and a verdict with each; print "run N" once the store has it."""
    store = Store.open(home)
    scratch = Path(tempfile.mkdtemp(dir=home))
    example.dataset().save(scratch / "data")
    dataset = store.add_dataset(scratch / "data", "upload").hash
    items = store.dataset(dataset).items
    print("ready", flush=True)
    for n in range(first, first + 10_000):
        folder = scratch / str(n)
        info = example.result(folder, items, seed=n, d=4 + n % 3)
        store.save_run(folder, {"key": f"run-{n}", "dataset": dataset, **info})
        store.set_verdicts(dataset, [("p000", f"other-{n}", "same")])
        print(f"run {n}", flush=True)
        shutil.rmtree(folder, ignore_errors=True)


def queue(home: Path, pids: str) -> None:
    """Run a job that never ends, with another behind it, and a second worker for questions."""
    jobs = Jobs(Store.open(home), warm=False, questions=QUESTIONS)
    spin = jobs.submit(Spin("s", pids))
    behind = jobs.submit(Count("c", 1))
    print(f"ready {spin.id} {behind.id} {jobs.ask('who', {})['pid']}", flush=True)
    sys.stdin.read()  # until it is killed, or nobody is left to kill it


if __name__ == "__main__":
    mode, folder, argument = sys.argv[1:]
    if mode == "commit":
        commit(Path(folder), int(argument))
    else:
        queue(Path(folder), argument)
