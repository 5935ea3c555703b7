"""Short questions: vectors of texts, and what a trained result predicts."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any


def encode(spec: Mapping[str, Any]) -> dict[str, Any]:
    """{"texts", "model"} -> {"vectors"}, of length 1. "fitted": the model folder of a text result whose map is used."""
    from embedcore.methods import encode_texts

    fitted = Path(spec["fitted"]) if spec.get("fitted") else None
    return {"vectors": encode_texts(list(spec["texts"]), str(spec.get("model") or ""), fitted).tolist()}


def predict(spec: Mapping[str, Any]) -> dict[str, Any]:
    """See predict.answer."""
    from embedcore.tasks.predict import answer

    return answer(spec)


def warm(spec: Mapping[str, Any]) -> dict[str, Any]:  # noqa: ARG001  every question has a spec
    """Load the language model before anyone waits for it."""
    encode({"texts": ["getting ready"]})
    return {}
