"""Compiled code gives the same on a new machine as later, when it is found on disk."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from tests.shared import ROOT

TRAIN = """
import hashlib
from embedcore import methods
from tests.methods import planted
method = methods.get("product2vec")
found = method.fit(planted.shop(), method.Params.of({"epochs": 2})).embeddings["product"].vectors
print(hashlib.sha256(found.tobytes()).hexdigest())
"""


def test_the_first_training_on_a_machine_gives_the_vectors_of_the_second(tmp_path: Path) -> None:
    env = {**os.environ, "NUMBA_CACHE_DIR": str(tmp_path)}
    hashes = []
    for _ in range(2):
        ran = subprocess.run([sys.executable, "-c", TRAIN], cwd=ROOT, env=env, capture_output=True, text=True)
        assert ran.returncode == 0, ran.stderr
        hashes.append(ran.stdout)
    assert list(tmp_path.rglob("*.nbc"))
    assert hashes[0] == hashes[1]
