"""Tasks that a test worker serves in place of the real ones: quick, and able to misbehave."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from embedcore.errors import Cancelled, InputError


def count(spec: dict[str, Any], out: Path, progress: Any) -> dict[str, Any]:
    """Counts to spec["to"] with a pause between, until there is a file spec["hurry"]; leaves a file."""
    print("a library that prints")
    os.write(1, b"and one that prints from C\n")
    (out / "started").touch()
    for step in range(1, spec["to"] + 1):
        if not (spec.get("hurry") and Path(spec["hurry"]).exists()):
            time.sleep(spec.get("pause", 0.0))
        progress(step, spec["to"], 1 / step, "Counting")
    return {"counted": spec["to"], "pid": os.getpid(), "nice": os.nice(0)}


def keep(spec: dict[str, Any], out: Path, progress: Any) -> dict[str, Any]:
    """Leaves what it was given in its folder."""
    (out / "given.txt").write_text("\n".join(sorted(spec)))
    return {"asked": spec["dataset"]}


def explain(spec: dict[str, Any], out: Path, progress: Any) -> dict[str, Any]:
    raise InputError("The file is empty.", "Choose another one.")


def boom(spec: dict[str, Any], out: Path, progress: Any) -> dict[str, Any]:
    raise ZeroDivisionError("secret detail")


def hungry(spec: dict[str, Any], out: Path, progress: Any) -> dict[str, Any]:
    raise MemoryError


def stop(spec: dict[str, Any], out: Path, progress: Any) -> dict[str, Any]:
    raise Cancelled("Stopped.")


def die(spec: dict[str, Any], out: Path, progress: Any) -> dict[str, Any]:
    os._exit(spec.get("status", 3))


def spin(spec: dict[str, Any], out: Path, progress: Any) -> dict[str, Any]:
    """Never gives way, and has a child that does not either; writes both process ids to spec["pids"]."""
    child = subprocess.Popen([sys.executable, "-c", "while True: pass"])
    Path(spec["pids"]).write_text(f"{os.getpid()} {child.pid}")
    while True:
        pass


def environment(spec: dict[str, Any], out: Path, progress: Any) -> dict[str, Any]:
    return {name: os.environ.get(name) for name in spec["names"]}


def add(spec: dict[str, Any]) -> dict[str, Any]:
    return {"sum": spec["a"] + spec["b"]}


def pause(spec: dict[str, Any]) -> dict[str, Any]:
    """Answers once the file spec["until"] is there."""
    while not Path(spec["until"]).exists():
        time.sleep(0.01)
    return {}


def who(spec: dict[str, Any]) -> dict[str, Any]:
    return {"pid": os.getpid()}


def refuse(spec: dict[str, Any]) -> dict[str, Any]:
    raise InputError("No such model.", "Choose another one.")


def warm(spec: dict[str, Any]) -> dict[str, Any]:
    return {}


def eat(spec: dict[str, Any], out: Path, progress: Any) -> dict[str, Any]:
    """Takes ever more memory, and never gives way."""
    held = []
    while True:
        held.append(b"x" * (20 << 20))
        progress(len(held), 1000)
        time.sleep(0.02)


def look(spec: dict[str, Any], out: Path, progress: Any) -> dict[str, Any]:
    """Maps a large file of its own and reads all of it."""
    import mmap

    with (out / "large").open("w+b") as file:
        file.truncate(spec["size"])
        with mmap.mmap(file.fileno(), 0) as mapped:
            for at in range(0, spec["size"], 4096):
                mapped[at]
            time.sleep(0.5)
    return {}


def adjusted(spec: dict[str, Any], out: Path, progress: Any) -> dict[str, Any]:
    """How early the system would end this process for want of memory."""
    return {"adjusted": int(Path("/proc/self/oom_score_adj").read_text())}
