"""python -m tests.bench.memory: megabytes of the server and its workers while a person looks at the fashion sample.

The limits are those of the README: the first page in 250 MB, the sample with its map and recommendations in 700 MB, all
processes together. Resident memory is added up over the processes, so what they share counts more than once."""

from __future__ import annotations

import os
import re
import shutil
import tempfile
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from embedcore.methods import get
from pages.ui import texts
from tests.browser.conftest import FLAGS
from tests.browser.see import go, menu, press, see, settled, to_training, train_with
from tests.browser.server import Server, serve

LIMITS = {"first page": 250, "map and recommendations": 700}
LONG = 300_000  # milliseconds


def processes(root: int) -> dict[int, str]:
    """The process and all that it started -> "server" or the worker's role."""
    parents: dict[int, int] = {}
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            pid, rest = path.read_text(encoding="utf-8", errors="replace").split(" (", 1)
        except OSError:  # it has just ended
            continue
        parents[int(pid)] = int(rest.rsplit(")", 1)[1].split()[1])
    found = {root: "server"}
    while more := {pid: _role(pid) for pid, parent in parents.items() if parent in found and pid not in found}:
        found |= more
    return found


def _role(pid: int) -> str:
    try:
        words = Path(f"/proc/{pid}/cmdline").read_text(encoding="utf-8", errors="replace").split("\0")
    except OSError:
        return "gone"
    return words[words.index("--role") + 1] if "--role" in words else "other"


def resident(pid: int) -> tuple[int, bool]:
    """(megabytes, whether torch is loaded)."""
    try:
        status = Path(f"/proc/{pid}/status").read_text(encoding="utf-8")
        maps = Path(f"/proc/{pid}/maps").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return 0, False
    held = re.search(r"VmRSS:\s+(\d+)", status)
    return (int(held[1]) // 1024 if held else 0), "libtorch" in maps


def report(server: Server, step: str) -> int:
    """Print a line; megabytes of all processes."""
    seen = {pid: (role, *resident(pid)) for pid, role in processes(server.pid).items()}
    total = sum(megabytes for _, megabytes, _ in seen.values())
    parts = ", ".join(f"{role} {mb}{' with torch' if torch else ''}" for role, mb, torch in seen.values() if mb)
    print(f"{step:34}{total:>6} MB   ({parts})", flush=True)
    return total


def walk(server: Server, page: Page) -> dict[str, int]:
    """Look around as a new user would; the megabytes at the steps that have a limit."""
    found = {}
    go(page, server.url)
    page.wait_for_timeout(5000)
    found["first page"] = report(server, "first page")
    press(page, texts.open_sample("Fashion shop"))
    see(page, texts.NEXT_STEPS, timeout=LONG)
    settled(page)
    report(server, "sample opened")
    to_training(page)
    train_with(page, get("product2vec").title)
    press(page, texts.OPEN_MAP, timeout=LONG)
    settled(page)
    page.wait_for_timeout(20_000)  # the map is drawn, and drawn again when the better one is there
    report(server, "map")
    menu(page, "Recommend")
    settled(page)
    page.wait_for_timeout(20_000)
    found["map and recommendations"] = report(server, "recommendations")
    page.wait_for_timeout(90_000)
    report(server, "a minute and a half later")
    return found


def main() -> None:
    """Print every step, then the limits."""
    with (
        tempfile.TemporaryDirectory() as folder,
        serve(Path(folder), Path(folder) / "home", EMBEDCORE_WARM_UP="1") as server,
        sync_playwright() as playwright,
    ):
        path = os.environ.get("EMBEDCORE_CHROMIUM") or shutil.which("chromium")
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        found = walk(server, browser.new_page(viewport={"width": 1366, "height": 768}))
        browser.close()
    for step, limit in LIMITS.items():
        print(f"{step}: {found[step]} MB of {limit} allowed{'' if found[step] <= limit else ': TOO MUCH'}")


if __name__ == "__main__":
    main()
