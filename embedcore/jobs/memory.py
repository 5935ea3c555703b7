"""How much memory a worker may use, and how much it uses."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

import psutil

_SHARE = {"read": 0.6, "heavy": 0.85}  # of what is free when a job begins; chosen by hand
_LEAST = 512 << 20  # bytes that a job may always use
VARIABLES = {"read": "EMBEDCORE_READING_MEMORY", "heavy": "EMBEDCORE_TRAINING_MEMORY"}  # megabytes, in place of a share
_GROUPS = (("memory.max", "memory.current"), ("memory/memory.limit_in_bytes", "memory/memory.usage_in_bytes"))


def limit(role: str, pid: int) -> int:
    """Bytes that a job of this queue may use in the worker with that pid."""
    with suppress(KeyError, ValueError):
        return max(1, int(os.environ[VARIABLES[role]])) << 20
    return max(_LEAST, int(_SHARE[role] * (free() + held(pid))))


def free() -> int:
    """Bytes that the machine, or the container around this process, can still give."""
    found = [int(psutil.virtual_memory().available)]
    for most, used in _GROUPS:
        with suppress(OSError, ValueError):  # ValueError: “max”, no limit
            root = Path("/sys/fs/cgroup")
            found.append(int((root / most).read_text()) - int((root / used).read_text()))
    return max(0, min(found))


def held(pid: int) -> int:
    """Bytes that a process and its children hold for themselves; files that they have mapped do not count where the
    system says so, because it takes those pages back when it needs them. 0 when it is gone."""
    try:
        process = psutil.Process(pid)
        return sum(_own(p) for p in (process, *process.children(recursive=True)))
    except psutil.Error:
        return 0


def _own(process: psutil.Process) -> int:
    with suppress(OSError, ValueError):
        for line in Path(f"/proc/{process.pid}/status").read_text().splitlines():
            if line.startswith("RssAnon:"):
                return int(line.split()[1]) << 10
    with suppress(psutil.Error):
        return int(process.memory_info().rss)
    return 0


def system_kills() -> int:
    """Processes that the system has ended so far for want of memory, as far as it tells."""
    with suppress(OSError, ValueError):
        for line in Path("/proc/vmstat").read_text().splitlines():
            if line.startswith("oom_kill "):
                return int(line.split()[1])
    return 0
