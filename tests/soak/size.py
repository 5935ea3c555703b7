"""Large tables through the app: the server's largest resident memory beside the size of the files.

A catalogue and a table of purchases lie in the data folder's `files`; a browser opens them on the Data page, which has
a worker read and import them, and then looks at the pages. `--rows` and `--lines` say how large they are.
"""

from __future__ import annotations

import argparse
import re
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
from playwright.sync_api import Page

from pages.ui.files import texts
from tests.browser.see import go, press, see, settled
from tests.browser.server import Server, serve
from tests.soak.chromium import browser

LONG = 3_600_000  # milliseconds
MORE = 500  # megabytes that the server may take beside the size of the files
STEP = 200_000  # lines written at a time
KINDS, THINGS = ("red", "blue", "small", "large", "cotton", "steel"), ("shirt", "mug", "lamp", "chair", "shoe", "bowl")


def write(folder: Path, rows: int, lines: int, seed: int = 0) -> int:
    """Write catalogue.csv and baskets.csv; their megabytes."""
    rng = np.random.default_rng(seed)
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "catalogue.csv").open("w", encoding="utf-8") as out:
        out.write("sku,title,brand,category,price\n")
        for start in range(0, rows, STEP):
            kinds, things = rng.integers(0, len(KINDS), (2, STEP)), rng.integers(0, len(THINGS), STEP)
            prices = rng.integers(100, 20_000, STEP) / 100
            for n, a, b, thing, price in zip(
                range(start, min(start + STEP, rows)), *kinds, things, prices, strict=False
            ):
                title = f"{KINDS[a]} {KINDS[b]} {THINGS[thing]} {n % 977}"
                out.write(f"P{n:08d},{title},Brand {n % 211},{THINGS[thing]},{price:.2f}\n")
    with (folder / "baskets.csv").open("w", encoding="utf-8") as out:
        out.write("basket,sku,customer\n")
        for start in range(0, lines, STEP):
            bought = (rows * rng.power(0.5, STEP)).astype(np.int64)
            for n, item in zip(range(start, min(start + STEP, lines)), bought, strict=False):
                out.write(f"B{n // 4:08d},P{item:08d},C{n // 4 % 50_000:05d}\n")
    return sum(path.stat().st_size for path in folder.iterdir()) // 2**20


def held(pid: int, what: str = "VmHWM") -> int:
    """Megabytes of a process: VmHWM is the most it ever held, VmRSS what it holds."""
    found = re.search(rf"{what}:\s+(\d+)", Path(f"/proc/{pid}/status").read_text(encoding="utf-8"))
    return int(found[1]) // 1024 if found else 0


@contextmanager
def opened(folder: Path, files: Path) -> Iterator[tuple[Server, Page]]:
    """A server and a page beside those files."""
    with serve(folder, folder / "home", EMBEDCORE_DATA=str(files)) as server, browser() as chromium:
        page = chromium.new_page(viewport={"width": 1366, "height": 768})
        page.set_default_timeout(LONG)
        yield server, page


def look(server: Server, page: Page) -> dict[str, int]:
    """Import both files and look around: the server's largest memory after each step."""
    found = {}
    go(page, server.url)
    found["start"] = held(server.pid)
    page.goto(f"{server.url}/data?catalogue=folder:catalogue.csv&baskets=folder:baskets.csv")
    see(page, texts.CORRECT, LONG)
    settled(page, LONG)
    found["read"] = held(server.pid)
    press(page, texts.IMPORT, LONG)
    see(page, texts.RENAME_OR_REMOVE, LONG)
    settled(page, LONG)
    found["imported"] = held(server.pid)
    for name in ("overview", "train"):
        page.goto(re.sub(r"/data\?", f"/{name}?", page.url))
        settled(page, LONG)
        found[name] = held(server.pid)
    return found


def main() -> None:
    """Print one line of figures; exit with 1 above the limit."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--rows", type=int, default=1_000_000)
    options.add_argument("--lines", type=int, default=1_000_000)
    given = options.parse_args()
    with tempfile.TemporaryDirectory(prefix="embedcore-size-") as folder:
        files = Path(folder) / "files"
        megabytes = write(files, given.rows, given.lines)
        began = time.monotonic()
        with opened(Path(folder), files) as (server, page):
            found = look(server, page)
    steps = ", ".join(f"{step} {mb}" for step, mb in found.items())
    peak, limit = max(found.values()), megabytes + MORE
    print(
        f"size: {given.rows:,} rows and {given.lines:,} lines, {megabytes} MB of files: server at most {peak} MB of "
        f"{limit} allowed ({steps}), {time.monotonic() - began:.0f} s",
        flush=True,
    )
    raise SystemExit(peak > limit)


if __name__ == "__main__":
    main()
