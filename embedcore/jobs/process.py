"""One worker process seen from the server: how it is started, spoken to and ended."""

from __future__ import annotations

import json
import os
import queue
import signal
import subprocess
import threading
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import IO, Any, cast

_LAST_WORDS = 4_000  # bytes
_LOG_LIMIT = 2_000_000  # bytes; then the log starts afresh and the one before is kept


class WorkerProcess:
    """A running `python -m embedcore.jobs.worker`. Messages are JSON objects, one a line, in both directions."""

    def __init__(self, python: str, role: str, home: Path, warm_up: str = "") -> None:
        """role: "heavy" or "read" (niced) or "ask". warm_up: "module:function" of what to load in idle time."""
        command = [python, "-m", "embedcore.jobs.worker", "--role", role, "--home", str(home)]
        command += ["--parent", str(os.getpid()), *(["--warm-up", warm_up] if warm_up else [])]
        self._log = home / "logs" / f"worker-{role}.log"
        with _opened(self._log) as log:
            self._process = subprocess.Popen(  # noqa: S603  our own module, no shell
                command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                env=environment(home),
                start_new_session=True,  # a group of its own: ending it ends its children, and Ctrl-C does not reach it
            )
        self._input, self._output = cast(IO[bytes], self._process.stdin), cast(IO[bytes], self._process.stdout)  # pipes
        self._ending, self._ended = threading.Lock(), False
        self._events: queue.Queue[dict[str, Any] | None] = queue.Queue()
        threading.Thread(target=self._listen, name=f"embedcore-{role}-events", daemon=True).start()

    @property
    def pid(self) -> int:
        """Of the process."""
        return self._process.pid

    @property
    def alive(self) -> bool:
        """It has not ended."""
        return self._process.poll() is None

    @property
    def log_size(self) -> int:
        """Bytes in the log that it prints to; 0 when there is none."""
        try:
            return self._log.stat().st_size
        except OSError:
            return 0

    def printed(self, since: int) -> str:
        """The end of what it has printed since its log had this size."""
        try:
            with self._log.open("rb") as log:
                log.seek(max(since, self.log_size - _LAST_WORDS))
                return log.read().decode("utf-8", "replace")
        except OSError:
            return ""

    def send(self, message: Mapping[str, Any]) -> None:
        """To a worker that is gone nothing is sent; `next` says so."""
        with suppress(OSError, ValueError):
            self._input.write(json.dumps(message).encode() + b"\n")
            self._input.flush()

    def next(self, timeout: float | None = None) -> dict[str, Any] | None:
        """The next message; None when the worker is gone. queue.Empty when `timeout` seconds pass."""
        event = self._events.get(timeout=timeout)
        if event is None:
            self._events.put(None)  # whoever asks again gets the same answer
        return event

    def kill(self) -> int:
        """End the worker and its children at once; its exit status."""
        with self._ending:
            if not self._ended:  # once: later the number may belong to somebody else
                self._ended = True
                with suppress(ProcessLookupError, PermissionError):
                    os.killpg(self._process.pid, signal.SIGKILL)
            return self._process.wait()

    def _listen(self) -> None:
        try:
            with self._output as stream:
                for line in stream:
                    with suppress(ValueError):  # a line cut short by a kill
                        self._events.put(json.loads(line))
        finally:  # somebody waits for it
            self._events.put(None)


def lean() -> dict[str, str]:
    """Settings, read when a process starts, by which it returns memory instead of keeping it for later: 60 MB less in a
    worker that has trained and drawn a map (fashion sample). What the user has set stays."""
    wanted = {"MALLOC_ARENA_MAX": "2", "ARROW_DEFAULT_MEMORY_POOL": "system"}
    return {name: os.environ.get(name, value) for name, value in wanted.items()}


def environment(home: Path) -> dict[str, str]:
    """What a worker sees: no hub unless the user wants one, caches in the data folder, one core left to the pages."""
    env = dict(os.environ)
    root = str(Path(__file__).resolve().parents[2])
    env["PYTHONPATH"] = os.pathsep.join(p for p in (root, env.get("PYTHONPATH", "")) if p)
    online = env.get("EMBEDCORE_ONLINE") == "1"
    threads = str(max(1, cores() - 1))
    env |= {
        "HF_HUB_OFFLINE": "0" if online else "1",
        "TRANSFORMERS_OFFLINE": "0" if online else "1",
        "TOKENIZERS_PARALLELISM": "false",
        "HF_HUB_DISABLE_TELEMETRY": "1",
        "DO_NOT_TRACK": "1",
    }
    env.setdefault("OMP_WAIT_POLICY", "PASSIVE")  # waiting threads sleep: the page's process needs the cores
    env |= lean()
    env["EMBEDCORE_HOME"] = str(home)  # vectors of texts are kept there between trainings
    env.setdefault("NUMBA_CACHE_DIR", str(home / "cache" / "numba"))
    for name in ("OMP_NUM_THREADS", "NUMBA_NUM_THREADS"):
        env.setdefault(name, threads)
    return env


def cores() -> int:
    """How many this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _opened(path: Path) -> IO[bytes]:
    """The log, to be added to; what is printed gets lost while it cannot be written."""
    with suppress(OSError):
        path.parent.mkdir(parents=True, exist_ok=True)
        if path.exists() and path.stat().st_size > _LOG_LIMIT:
            path.replace(path.with_suffix(".log.1"))
        return path.open("ab")
    return Path(os.devnull).open("ab")
