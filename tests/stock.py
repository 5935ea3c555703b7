"""Data folders that many tests begin with: filled once in a run of the tests, whichever process needs it first, then
copied."""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

VARIABLE = "EMBEDCORE_TEST_STOCK"  # where the filled folders lie; processes of one run inherit it


def copy(home: Path, what: Any, fill: Callable[[Path], dict[str, str]]) -> dict[str, str]:
    """Make `home` a copy of the folder that `fill` fills; returns what fill did. what: JSON-able, names the folder."""
    key = hashlib.sha256(json.dumps(what, sort_keys=True, default=str).encode()).hexdigest()[:24]
    kept = Path(os.environ[VARIABLE]) / key
    with kept.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # another process may be filling it
        if not kept.exists():
            fresh = Path(mkdtemp(dir=kept.parent))
            found = fill(fresh / "home")
            (fresh / "found.json").write_text(json.dumps(found), encoding="utf-8")
            fresh.rename(kept)
    shutil.copytree(kept / "home", home)
    return dict(json.loads((kept / "found.json").read_text(encoding="utf-8")))
