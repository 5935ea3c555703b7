"""The same answer with 1, 2 and 4 threads: every method, map, grouping, recommender and matcher, bit for bit."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

from embedcore.methods import REGISTRY
from tests.shared import ROOT

VARIABLES = ("OMP_NUM_THREADS", "NUMBA_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "LOKY_MAX_CPU_COUNT")
pytestmark = pytest.mark.timeout(1500)


def computed(threads: int) -> dict[str, str]:
    """What a process of its own computes with so many threads."""
    env = os.environ | dict.fromkeys(VARIABLES, str(threads))
    ran = subprocess.run(
        [sys.executable, "-m", "tests.methods.digests"], cwd=ROOT, env=env, capture_output=True, text=True
    )
    assert ran.returncode == 0, ran.stderr[-3000:]
    return dict(json.loads(ran.stdout.splitlines()[-1]))


def test_one_two_and_four_threads_compute_the_same_bits() -> None:
    one = computed(1)
    assert {name.split()[0] for name in one} > set(REGISTRY)
    for threads in (2, 4):
        other = computed(threads)
        assert not {name for name in one if one[name] != other.get(name)}, f"with {threads} threads"
