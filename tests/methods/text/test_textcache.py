"""What was encoded before is not encoded again, whoever writes and whenever it is killed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from embedcore.methods.text import cache as textcache
from embedcore.methods.text import encoder
from embedcore.methods.text.cache import TextCache
from tests.shared import ROOT


def random_texts(n: int, d: int = 4) -> tuple[list[str], np.ndarray, np.ndarray]:
    return [f"text {i}" for i in range(n)], np.arange(n * d, dtype=np.float32).reshape(n, d), np.arange(n) % 2 == 0


def test_what_was_kept_comes_back(tmp_path: Path) -> None:
    texts, vectors, cut = random_texts(5)
    TextCache(tmp_path, "m", 4).put(texts, vectors, cut)
    known, found, short = TextCache(tmp_path, "m", 4).get(["new", *texts, texts[0]])
    assert known.tolist() == [False, *[True] * 6]
    np.testing.assert_array_equal(found[1:], vectors[[0, 1, 2, 3, 4, 0]])
    assert short[1:6].tolist() == cut.tolist()
    assert not TextCache(tmp_path, "other", 4).get(texts)[0].any()
    assert not TextCache(tmp_path, "m", 8).get(texts)[0].any(), "of another length"


def test_broken_and_foreign_files_are_texts_that_were_never_encoded(tmp_path: Path) -> None:
    texts, vectors, cut = random_texts(5)
    cache = TextCache(tmp_path, "m", 4)
    cache.put(texts, vectors, cut)
    whole = next((tmp_path / "m").glob("*.safetensors"))
    (tmp_path / "m" / "half.safetensors").write_bytes(whole.read_bytes()[:100])
    (tmp_path / "m" / "empty.safetensors").write_bytes(b"")
    assert cache.get(texts)[0].all()
    whole.write_bytes(whole.read_bytes()[:-3])
    assert not cache.get(texts)[0].any()
    cache.put(texts, vectors, cut)
    assert cache.get(texts)[0].all()


def test_many_files_become_one_and_nothing_is_lost(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(textcache, "_MANY", 5)
    texts, vectors, cut = random_texts(30)
    cache = TextCache(tmp_path, "m", 4)
    for n in range(30):
        cache.put(texts[n : n + 1], vectors[n : n + 1], cut[n : n + 1])
    assert len(list((tmp_path / "m").iterdir())) <= 6
    known, found, _ = cache.get(texts)
    assert known.all()
    np.testing.assert_array_equal(found, vectors)


def test_what_was_not_used_for_longest_goes_first(tmp_path: Path) -> None:
    cache = TextCache(tmp_path, "m", 256, limit=150_000)
    texts, vectors, cut = random_texts(120, 256)
    for n in range(3):
        part = slice(40 * n, 40 * n + 40)
        cache.put(texts[part], vectors[part], cut[part])
        for path in (tmp_path / "m").iterdir():
            os.utime(path, (1000, path.stat().st_mtime - 100))
        assert cache.get(texts[:1])[0].all(), "used just now"
    TextCache(tmp_path, "n", 256, limit=100_000).put(texts[:40], vectors[:40], cut[:40])
    assert cache.get(texts[:40])[0].all()
    assert not cache.get(texts[40:])[0].any()


WRITER = """
import sys
import numpy as np
from pathlib import Path
from embedcore.methods.text.cache import TextCache
cache = TextCache(Path(sys.argv[1]), "m", 64)
for n in range(int(sys.argv[2]), 100000):
    texts = [f"text {n} {i}" for i in range(50)]
    cache.put(texts, np.full((50, 64), n, np.float32), np.zeros(50, bool))
    print(n, flush=True)
"""


def test_two_writers_killed_at_any_moment_leave_whole_files(tmp_path: Path) -> None:
    both = [
        subprocess.Popen(
            [sys.executable, "-c", WRITER, str(tmp_path), str(start)], cwd=ROOT, text=True, stdout=subprocess.PIPE
        )
        for start in (0, 50_000)
    ]
    answers = []
    for writer in both:
        assert writer.stdout is not None
        for _ in range(80):  # more than fit side by side: they put files together meanwhile
            last = int(writer.stdout.readline())
        answers.append(last)
    for writer in both:
        writer.send_signal(signal.SIGKILL)
        writer.wait()
    cache = TextCache(tmp_path, "m", 64)
    for start, last in zip((0, 50_000), answers, strict=True):
        for n in range(start, last + 1):
            known, vectors, _ = cache.get([f"text {n} {i}" for i in range(0, 50, 7)])
            assert known.all()
            assert (vectors == n).all()


def test_only_what_is_new_in_a_catalogue_is_encoded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EMBEDCORE_HOME", str(tmp_path))
    texts = [f"lamp number {n}" for n in range(40)]
    first = encoder.read(texts)
    assert (first.known, first.distinct) == (0, 40)
    seen: list[int] = []
    forward = encoder.forward
    monkeypatch.setattr(encoder, "forward", lambda m, t: seen.append(len(t["input_ids"])) or forward(m, t))
    again = encoder.read([*texts, "a new chair"])
    assert (again.known, again.distinct, seen) == (40, 41, [32])
    np.testing.assert_array_equal(again.vectors[:40], first.vectors)
    np.testing.assert_array_equal(again.vectors[40:], encoder.read(["a new chair"], keep=True).vectors)


def test_a_cache_that_cannot_be_written_costs_nothing_but_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "cache").write_text("in the way")
    monkeypatch.setenv("EMBEDCORE_HOME", str(tmp_path))
    assert encoder.read(["a lamp"]).vectors.shape == (1, 384)
