"""python -m tests.bench.scale [lines in millions ...]: import and product2vec of made-up purchases, seconds and memory.

Lines: 10 a basket on average (1 to 19), 100,000 products whose popularity falls as 1/rank. 64 numbers a product, 5
passes, one thread. Every step is a process of its own, watched from outside: the memory that is its own (RssAnon), and
all that it holds or has mapped (RSS; pages of files, which the system takes back when it needs them). gensim learns
from a table of a million lines only, or from all with --gensim.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

SIZES = (1, 10)  # million lines; 100 are asked for by number
PRODUCTS, EPOCHS, SEED = 100_000, 5, 1
# A hash of the line's number is its random number, so that the table is the same however many threads write it. Of 190
# lines the first is a basket, the next two are one, and so on up to 19. exp(u log n) falls as 1/rank.
LINES = f"""
SELECT basket AS basket_id, 'P' || floor(pow({PRODUCTS}, u))::INT AS product_id,
    'C' || (hash(basket, {SEED}) % greatest($lines // 200, 1)) AS customer_id
FROM (
    SELECT 19 * (n // 190) + floor((sqrt(8 * (n % 190) + 1) - 1) / 2)::BIGINT AS basket,
        hash(n, {SEED} + 1) / 18446744073709551616.0 AS u
    FROM range($lines) lines(n)
)
"""  # noqa: S608  our own numbers


def write(lines: int, path: Path) -> None:
    """The purchases as a Parquet file."""
    import duckdb

    duckdb.sql(LINES, params={"lines": lines}).write_parquet(str(path))


def train(folder: Path, out: Path) -> None:
    """product2vec, with what a person would notice: how often it says something, and the longest silence."""
    from embedcore import methods
    from embedcore.data import Dataset

    method = methods.get("product2vec")
    data = Dataset.load(folder)
    calls: list[float] = [time.process_time()]
    losses: list[float] = []

    def progress(step: int, of: int, loss: float | None = None, note: str = "") -> None:
        calls.append(time.process_time())
        losses.extend([] if loss is None else [loss])

    _timed(out, lambda: method.fit(data, method.Params.of({"dimension": 64, "epochs": EPOCHS}), progress))
    silence = max(b - a for a, b in zip(calls, [*calls[1:], time.process_time()], strict=True))
    print(
        f"    loss {losses[0]:.3f} to {losses[-1]:.3f}; heard {len(calls) / (calls[-1] - calls[0]):.0f} times a CPU "
        f"second, longest silence {silence:.1f} CPU s",
        flush=True,
    )


def gensim(folder: Path, out: Path) -> None:
    """The same vectors by gensim: window as long as the longest basket, not shrunk."""
    from gensim.models import Word2Vec

    from embedcore.data import Dataset

    b = Dataset.load(folder).baskets
    assert b is not None
    docs = [[str(i) for i in b.of(n)] for n in range(len(b))]
    settings: dict[str, Any] = {
        "vector_size": 64,
        "window": int(b.sizes.max()),
        "shrink_windows": False,
        "sg": 1,
        "hs": 0,
        "negative": 5,
        "min_count": 2,
        "sample": 0,
        "epochs": EPOCHS,
        "workers": 1,
    }
    _timed(out, lambda: Word2Vec(docs, **settings))


def _timed(out: Path, work: Callable[[], Any]) -> None:
    """The CPU seconds of the work alone, without imports and reading."""
    began = time.process_time()
    work()
    out.write_text(json.dumps(time.process_time() - began))


def watched(command: Sequence[str], out: Path | None = None) -> tuple[float, float, float, float]:
    """(CPU seconds, seconds on the clock, peak of its own memory, peak of all memory in MB) of a process. out: where it
    says how much of the CPU was its actual work."""
    before, began, own = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter(), 0
    peak = 0
    process = subprocess.Popen([sys.executable, "-m", *command], stdout=None)
    while process.poll() is None:
        try:
            status = dict(x.split(":", 1) for x in Path(f"/proc/{process.pid}/status").read_text().splitlines())
        except OSError:  # it has just ended
            break
        own = max(own, int(status.get("RssAnon", "0 kB").split()[0]))
        peak = max(peak, int(status.get("VmHWM", "0 kB").split()[0]))
        time.sleep(0.02)
    if process.wait():
        raise SystemExit(f"{' '.join(command)} failed")
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = used.ru_utime + used.ru_stime - before.ru_utime - before.ru_stime
    if out is not None:
        cpu = float(json.loads(out.read_text()))
    return cpu, time.perf_counter() - began, own / 1024, peak / 1024


def main(sizes: Sequence[float] = SIZES, peer: bool = False, keep: Path | None = None) -> None:
    """Print a line for every step of every size. keep: a folder for the files, else a temporary one."""
    print(f"{'':34}{'CPU s':>9}{'clock s':>9}{'own MB':>9}{'all MB':>9}", flush=True)
    with tempfile.TemporaryDirectory(dir=keep) as name:
        for size in sizes:
            lines, file, folder = round(size * 1e6), Path(name) / f"{size:g}.parquet", Path(name) / f"{size:g}"
            out = Path(name) / "seconds.json"
            write(lines, file)
            steps = {
                "import": (["embedcore", "ingest", "--baskets", str(file), str(folder)], None),
                "product2vec": (["tests.bench.scale", "--step", "train", str(folder), str(out)], out),
            }
            if peer or size <= SIZES[0]:
                steps["gensim"] = (["tests.bench.scale", "--step", "gensim", str(folder), str(out)], out)
            for step, (command, status) in steps.items():
                cpu, clock, own, everything = watched(command, status)
                print(f"{f'{lines:,} lines, {step}':34}{cpu:9.1f}{clock:9.1f}{own:9,.0f}{everything:9,.0f}", flush=True)


if __name__ == "__main__":
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("sizes", type=float, nargs="*", default=SIZES, metavar="MILLIONS")
    parser.add_argument("--gensim", action="store_true", help="for every size")
    parser.add_argument("--in", dest="folder", type=Path, help="folder for the files")
    parser.add_argument("--step", nargs=3, metavar=("NAME", "FOLDER", "OUT"), help=argparse.SUPPRESS)
    wanted = parser.parse_args()
    if wanted.step:
        {"train": train, "gensim": gensim}[wanted.step[0]](*map(Path, wanted.step[1:]))
    else:
        main(wanted.sizes, wanted.gensim, wanted.folder)
