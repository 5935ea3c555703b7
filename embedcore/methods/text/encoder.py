"""Texts become vectors: a sentence-transformers model, loaded once, in batches that change no result."""

from __future__ import annotations

import hashlib
import os
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np

from embedcore.errors import InputError
from embedcore.methods.text.cache import TextCache
from embedcore.methods.text.foreign import broken, check_loaded
from embedcore.methods.text.models import BUILT_IN, describe, home, locate, online
from embedcore.progress import Progress, silent

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

_BATCH = 32  # on a CPU 256 is less than half as fast; two or four threads, or bfloat16, save no CPU time
_EVERY = 1024  # new vectors that are kept in one go: what a kill at the wrong moment costs
_SCHEME = 1  # raise it when the same model gives other vectors
_lock = threading.Lock()


@dataclass(frozen=True, eq=False)
class ReadTexts:
    """vectors: (n, d) float32 of length 1. cut: (n,) bool: the text is longer than the model reads. limit: how many
    tokens (pieces of words) it reads. distinct: different texts. known: how many of them were encoded before."""

    vectors: np.ndarray
    cut: np.ndarray
    limit: int
    distinct: int
    known: int


def encode(texts: Sequence[str], model: str = "") -> np.ndarray:
    """Vectors of texts, (n, d) float32 of length 1. model: as models.locate takes it; it stays in the process.
    InputError, within seconds, when it cannot be had."""
    return read(texts, model, keep=False).vectors


def read(texts: Sequence[str], model: str = "", progress: Progress = silent, *, keep: bool = True) -> ReadTexts:
    """Encode texts; equal ones once, and those that this model has read before (in the cache of the data folder, when
    there is one and `keep` holds) not at all.

    With `keep` a vector depends on its text alone, bit for bit: a text is padded to a length that only its own number
    of tokens decides, and every batch has _BATCH rows, so the same kernels work on it in any company."""
    found = _load(model)
    d = int(found.get_embedding_dimension() or 0)
    unique = list(dict.fromkeys(texts))
    known, cut = np.zeros((2, len(unique)), bool)
    vectors = np.zeros((len(unique), d), np.float32)
    folder = home() if keep else None
    cache = TextCache(folder / "cache" / "texts", _engine_name(model, found), d) if folder else None
    if cache is not None:
        known, vectors, cut = cache.get(unique)
    new = np.flatnonzero(~known)
    if len(new):
        batches, cut[new] = _batches(found, [unique[n] for n in new], full=keep)
        kept, done = 0, np.empty(0, np.int64)
        for step, (rows, tokens) in enumerate(batches):
            vectors[new[rows]] = forward(found, tokens)[: len(rows)]
            done = np.r_[done, new[rows]]
            progress(step + 1, len(batches), note=f"Reading: {len(done):,} of {len(new):,} texts")
            if cache is not None and (len(done) - kept >= _EVERY or len(done) == len(new)):
                part = done[kept:]
                cache.put([unique[n] for n in part], vectors[part], cut[part])
                kept = len(done)
    else:
        progress(1, 1, note="Reading")
    at = {t: n for n, t in enumerate(unique)}
    rows = np.array([at[t] for t in texts], np.int64)
    return ReadTexts(vectors[rows], cut[rows], int(found.max_seq_length or 0), len(unique), int(known.sum()))


def _padded(tokens: int) -> int:
    """The length a text is padded to: fine steps where texts are short, so that little is computed for nothing."""
    step = 4 if tokens <= 64 else 16
    return -(-tokens // step) * step


def _batches(
    model: SentenceTransformer, texts: list[str], *, full: bool
) -> tuple[list[tuple[np.ndarray, Any]], np.ndarray]:
    """([(rows, their tokens as tensors)], the longest first so that memory runs out at once or not at all; (n,) bool:
    the text is longer than the model reads). full: the last rows of a small batch are repeated up to _BATCH."""
    limit = int(model.max_seq_length or 512)
    if getattr(model[0], "do_lower_case", False):
        texts = [t.lower() for t in texts]
    one_more = model.tokenizer(texts, truncation=True, max_length=limit + 1)["input_ids"]
    lengths = np.array([len(t) for t in one_more])
    cut = lengths > limit
    padded = np.minimum([_padded(int(n)) for n in lengths], limit)
    order = np.lexsort((np.arange(len(texts)), -padded))
    ends = np.flatnonzero(np.diff(padded[order])) + 1
    batches = []
    for same in np.split(order, ends):
        for a in range(0, len(same), _BATCH):
            rows = same[a : a + _BATCH]
            there = [texts[r] for r in rows]
            tokens = model.tokenizer(
                there + there[-1:] * (_BATCH - len(rows) if full else 0),
                truncation=True,
                padding="max_length",
                max_length=int(padded[rows[0]]),
                return_tensors="pt",
            )
            batches.append((rows, tokens))
    return batches, cut


def forward(model: SentenceTransformer, tokens: Any) -> np.ndarray:
    """(n, d) float32 vectors of a batch of tokenised texts."""
    import torch

    with torch.inference_mode():
        out = model({k: v.to(model.device) for k, v in tokens.items()})["sentence_embedding"]
        return np.asarray(torch.nn.functional.normalize(out, dim=1).cpu().numpy(), np.float32)


def _engine_name(model: str, found: SentenceTransformer) -> str:
    """A name for what makes the vectors: weights, tokenizer, how much is read, and the engine."""
    import sentence_transformers
    import torch
    import transformers

    engine = (torch.__version__, transformers.__version__, sentence_transformers.__version__, found.device.type)
    facts = (*describe(model).values(), found.max_seq_length, _SCHEME, *engine)
    name = "".join(c if c.isalnum() else "-" for c in (model or BUILT_IN))[-40:]
    return f"{name}-{hashlib.sha256(repr(facts).encode()).hexdigest()[:16]}"


def _load(model: str) -> SentenceTransformer:
    with _lock:
        return _loaded(model or BUILT_IN)


@lru_cache(maxsize=2)
def _loaded(model: str) -> SentenceTransformer:
    folder = locate(model)
    if not online():
        os.environ["HF_HUB_OFFLINE"] = "1"  # read when the hub's library is imported: no call can leave
    import torch
    from sentence_transformers import SentenceTransformer
    from transformers.utils.logging import disable_progress_bar

    disable_progress_bar()  # type: ignore[no-untyped-call]
    try:
        found = SentenceTransformer(
            str(folder),
            device="cuda" if torch.cuda.is_available() else "cpu",
            local_files_only=True,
            trust_remote_code=False,
            model_kwargs={"use_safetensors": True, "dtype": torch.float32},
        )
        if model != BUILT_IN:
            check_loaded(found, folder, model)
    except (MemoryError, InputError):
        raise
    except Exception as e:
        raise broken(model, "its files are damaged or do not fit together") from e
    return found
