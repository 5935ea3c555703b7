"""What is held does not grow with the lines of baskets that lie in files."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from embedcore.data import Baskets, Strings
from tests.shared import ROOT

LINES, BASKETS, PRODUCTS, CUSTOMERS = 4_000_000, 200_000, 5_000, 9_000

WATCH = """
import json, sys, threading, time
from pathlib import Path
import numpy as np
from embedcore.data import baskets, scratch
from embedcore.data.baskets import Baskets
from embedcore.data.dataset import Dataset
from embedcore.methods.baskets import documents

def own():
    status = Path("/proc/self/status").read_text()
    return int(status.split("RssAnon:")[1].split()[0]) / 1024

def look():
    while not done:
        seen.append(own())
        time.sleep(0.001)

# A hundredth of what is usual, as there are a hundredth of the lines.
baskets.CHUNK, scratch.LARGE = 20_000, 1 << 20
items = np.array([f"{n}" for n in range(PRODUCTS)], object)
data = Dataset("large", None, Baskets.load(Path(sys.argv[1])), items)
small = Dataset("small", None, Baskets(np.array([0, 2]), np.zeros(2, np.int32), items[:1]), items)
small.save(Path(sys.argv[2]))  # of the first call something always stays: what is imported for it
documents.read(data, "basket", 2)
grown = {}
for name, work in {
    "hash": lambda: data.hash, "counts": lambda: data.counts, "basket": lambda: documents.read(data, "basket", 2),
    "customer": lambda: documents.read(data, "customer", 2), "save": lambda: data.save(Path(sys.argv[2])),
}.items():
    seen, done = [own()], False
    thread = threading.Thread(target=look)
    thread.start()
    kept = work()
    done = True
    thread.join()
    grown[name] = max(seen) - seen[0]
print(json.dumps(grown))
""".replace("PRODUCTS", str(PRODUCTS))


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="did not run: the system does not tell its memory")
def test_reading_documents_hashing_and_saving_hold_little_of_four_million_lines(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    ends = np.sort(rng.choice(LINES, BASKETS - 1, replace=False))
    Baskets(
        np.r_[0, ends, LINES],
        rng.integers(0, PRODUCTS, LINES, dtype=np.int32),
        np.arange(BASKETS).astype(str).astype(object),
        rng.integers(-1, CUSTOMERS, BASKETS, dtype=np.int32),
        np.arange(CUSTOMERS).astype(str).astype(object),
    ).save(tmp_path / "baskets")
    command = [sys.executable, "-c", WATCH, str(tmp_path / "baskets"), str(tmp_path / "again")]
    ran = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert ran.returncode == 0, ran.stderr
    grown = json.loads(ran.stdout)
    # One array of all lines is 15 MB as int32 and 31 MB as int64; those of all baskets are 1.5 MB each.
    assert max(grown.values()) < 12, grown
    assert isinstance(Baskets.load(tmp_path / "again" / "baskets").ids, Strings)
