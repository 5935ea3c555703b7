"""Where the evaluation data lies: beside the checkout, and not on every machine."""

from __future__ import annotations

from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
SHARED = ROOT.parent / "shared"
SAMPLES = ROOT / "sample_data"


def shared(path: str) -> Path:
    """SHARED/path, for example "data/recs/instacart1k". Without it the test did not run, and the report says so."""
    found = SHARED / path
    if not found.exists():
        pytest.skip(f"did not run: the evaluation data {path} is not beside this checkout")
    return found
