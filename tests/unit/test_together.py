"""Who was bought with whom does not depend on how much is read at a time."""

from __future__ import annotations

import numpy as np
import pytest

from embedcore.data import baskets as lines_at_a_time
from embedcore.data import scratch
from embedcore.explore import together
from tests.unit.test_baskets import shop


def test_the_inverted_lists_and_partners_are_the_same_in_parts_and_in_files(monkeypatch: pytest.MonkeyPatch) -> None:
    data = shop()
    b = data.baskets
    assert b is not None
    whole = together.Together.build(b, data.counts)
    order = np.argsort(b.items, kind="stable")
    np.testing.assert_array_equal(whole.baskets, np.repeat(np.arange(len(b)), b.sizes)[order])
    monkeypatch.setattr(lines_at_a_time, "CHUNK", 17)
    monkeypatch.setattr(scratch, "LARGE", 1)
    monkeypatch.setattr(together, "_BASKETS", 3)
    parts = together.Together.build(b, data.counts)
    assert isinstance(parts.baskets.base, np.memmap)
    np.testing.assert_array_equal(parts.baskets, whole.baskets)
    for item in range(len(data)):
        both = np.array([[item in b.of(n), *np.isin(np.arange(len(data)), b.of(n))] for n in range(len(b))])
        counts = both[both[:, 0], 1:].sum(axis=0)
        counts[item] = 0
        for found in (parts, whole):
            items, shared = found.partners(item)
            assert dict(zip(items.tolist(), shared.tolist())) == {i: c for i, c in enumerate(counts.tolist()) if c}
        np.testing.assert_array_equal(parts.partners(item)[0], whole.partners(item)[0])
