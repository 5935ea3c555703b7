"""python -m embedcore.jobs.worker: one warm process that does the heavy work, one job at a time.

Jobs come as JSON lines on stdin, progress and results go out as JSON lines on stdout. It ends when its stdin closes
or its parent is gone, and is killed when a job is cancelled: it owns nothing that a kill could hurt.
"""

from __future__ import annotations

import argparse
import ctypes
import faulthandler
import gc
import json
import logging
import math
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from embedcore import logs
from embedcore.errors import Cancelled
from embedcore.jobs.warmup import Step, WarmUp
from embedcore.progress import FIRST, PREVIEW

if TYPE_CHECKING:
    from embedcore.data import Embedding

Emit = Callable[[Mapping[str, Any]], None]
_log = logging.getLogger("embedcore.jobs.worker")
_EVERY = 0.1  # seconds between two progress messages


class Report:
    """The Progress of a job: passes on at most ten messages a second, with every loss in between. What there is to see
    before the end is put into the job's folder."""

    def __init__(self, emit: Emit, folder: Path) -> None:
        self._emit, self._folder = emit, folder
        self._sent = 0.0
        self._stage = ""
        self._losses: list[tuple[int, float]] = []
        self._last: dict[str, Any] | None = None

    def __call__(self, step: int, of: int, loss: float | None = None, note: str = "") -> None:
        """Take in a step; see Progress."""
        if loss is not None:
            self.curve(step, loss)
        self._last = {"event": "progress", "step": int(step), "of": int(of), "note": note}
        stage = note.partition(":")[0]  # "Training: 3 of 10": a new stage is news, another number is not
        if time.monotonic() - self._sent >= (_EVERY if stage == self._stage else _EVERY / 5):
            self._stage = stage
            self.flush()

    def curve(self, step: int, loss: float) -> None:
        """A point of the loss curve, sent with the next message."""
        if math.isfinite(loss):
            self._losses.append((int(step), float(loss)))

    def preview(self, png: bytes) -> None:
        """The newest picture; the file is whole at any moment."""
        (self._folder / f"{PREVIEW}.tmp").write_bytes(png)
        (self._folder / f"{PREVIEW}.tmp").replace(self._folder / PREVIEW)

    def first(self, embedding: Embedding) -> None:
        """Vectors to look at while the training goes on; the folder appears when all is in it."""
        embedding.save(self._folder / f"{FIRST}.tmp")
        (self._folder / f"{FIRST}.tmp").replace(self._folder / FIRST)

    def flush(self) -> None:
        """Send what was held back."""
        if self._last is not None:
            self._emit(self._last | {"losses": self._losses})
            self._last, self._losses, self._sent = None, [], time.monotonic()


def main(arguments: list[str] | None = None) -> None:
    """Serve until stdin closes."""
    parser = argparse.ArgumentParser(prog="embedcore.jobs.worker")
    parser.add_argument("--role", choices=("heavy", "read", "ask"), default="heavy")
    parser.add_argument("--home", type=Path, required=True)
    parser.add_argument("--parent", type=int, default=os.getppid())
    parser.add_argument("--warm-up", default="", help="module:function of the steps to do in idle time")
    options = parser.parse_args(arguments)

    logs.start(options.home, f"worker-{options.role}")
    threading.Thread(target=_watch, args=[options.parent], daemon=True).start()
    _lower_priority(options.role)
    emit = _channel()
    warm = WarmUp(_steps(options.warm_up, options.role)) if options.warm_up else None
    serve = _question if options.role == "ask" else _job
    if warm:
        warm.rest()
    for line in sys.stdin.buffer:
        message = json.loads(line)
        if warm:
            warm.pause(message["kind"], message["spec"])
        serve(message, options.home, emit)
        _give_back()
        if warm:
            warm.rest()


def resolve(name: str) -> Callable[..., Any]:
    """The function that “module:function” names."""
    module, _, function = name.partition(":")
    found: Callable[..., Any] = getattr(import_module(module), function)
    return found


def _steps(name: str, role: str) -> list[Step]:
    return [Step(partial(_harmless, work), *when) for work, *when in resolve(name)(role)]


def _job(job: dict[str, Any], home: Path, emit: Emit) -> None:
    """Run one job; its last message is "done" or "failed"."""
    out = Path(job["out"])
    report = Report(emit, out)

    def work() -> dict[str, Any]:
        result = resolve(job["task"])(job["spec"], out, report)
        report.flush()
        return {"event": "done", "result": result}

    emit(_outcome(work, job, home))


def _question(question: dict[str, Any], home: Path, emit: Emit) -> None:
    def work() -> dict[str, Any]:
        return {"event": "done", "result": resolve(question["task"])(question["spec"])}

    emit(_outcome(work, question, home) | {"id": question["id"]})


def _outcome(work: Callable[[], dict[str, Any]], job: dict[str, Any], home: Path) -> dict[str, Any]:
    """What came of it, always as a message: here a crash of anything becomes a sentence."""
    try:
        return work()
    except Cancelled:
        return {"event": "cancelled"}
    except Exception as e:  # noqa: BLE001  the process goes on; the job ends with a sentence
        from embedcore.jobs import failures

        message, hint = failures.explain(e, home, job["id"], job["kind"])
        return {"event": "failed", "message": message, "hint": hint}


def _harmless(step: Callable[[], None]) -> None:
    """A failed warm-up costs time only; the job that needs it will say what is wrong."""
    try:
        step()
    except Exception:  # noqa: BLE001  see above
        _log.exception("A step of the warm-up failed")


def _give_back() -> None:
    """Return what the last job has freed to the system: the C library keeps it otherwise."""
    gc.collect()
    with suppress(OSError, AttributeError):  # only glibc has it
        ctypes.CDLL("libc.so.6").malloc_trim(0)


def _channel() -> Emit:
    """Messages go out on what was stdout. What a library prints is dropped, for it may hold data; what the system
    writes when a process crashes goes to the log, with the places in the code."""
    out = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    faulthandler.enable(2)
    sys.stdout = sys.stderr = os.fdopen(os.open(os.devnull, os.O_WRONLY), "w", encoding="utf-8")
    lock = threading.Lock()

    def emit(message: Mapping[str, Any]) -> None:
        with lock:
            try:
                out.write(json.dumps(message).encode() + b"\n")
                out.flush()
            except BrokenPipeError:  # the server is gone, which is no error of this process
                _end()

    return emit


def _watch(parent: int) -> None:
    """End this process and its children when the server is gone: no one would read the result."""
    while os.getppid() == parent:
        time.sleep(0.5)
    _end()


def _end() -> None:
    """End this process and its children at once."""
    if os.getpgrp() == os.getpid():
        os.killpg(0, signal.SIGKILL)
    os._exit(1)


def _lower_priority(role: str) -> None:
    """Pages come first, and when memory runs out the worker goes before the server does."""
    if role != "ask":
        os.nice(10)
    with suppress(OSError):  # only Linux has it
        Path("/proc/self/oom_score_adj").write_text("500", encoding="ascii")


if __name__ == "__main__":
    main()
