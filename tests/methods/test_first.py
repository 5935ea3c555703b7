"""The first answer: counted vectors that whoever watches a training sees before it has its own."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from embedcore.data import Dataset, Embedding
from embedcore.errors import Cancelled
from embedcore.jobs.worker import Report
from embedcore.methods import get
from embedcore.methods.baskets import documents, pieces, ppmi
from embedcore.progress import FIRST, show_first, stage
from embedcore.vectors import select_rows
from tests.methods import planted
from tests.methods.test_baskets import dataset


class Watch:
    """A Progress with a place for a first answer."""

    def __init__(self) -> None:
        self.calls: list[tuple[int, int, float | None, str]] = []
        self.found: Embedding | None = None
        self.losses_before = 0

    def __call__(self, step: int, of: int, loss: float | None = None, note: str = "") -> None:
        self.calls.append((step, of, loss, note))

    def first(self, embedding: Embedding) -> None:
        self.found = embedding
        self.losses_before = sum(c[2] is not None for c in self.calls)


def answer(data: Dataset, kind: str = "basket", least: int = 1) -> Embedding | None:
    docs = documents.read(data, kind, least)
    return ppmi.answer(docs, data.items[docs.vocabulary])


def purity(found: Embedding) -> float:
    near = np.argsort(-(found.unit @ found.unit.T), axis=1)[:, 1:6]
    groups = np.array([planted.group(i) for i in found.ids])
    return float((groups[near] == groups[:, None]).mean())


def test_whoever_watches_sees_the_groups_before_the_first_step_and_the_result_is_the_same() -> None:
    watch, method = Watch(), get("product2vec")
    watched = method.fit(planted.shop(), method.Params(), watch, seed=3)
    alone = method.fit(planted.shop(), method.Params(), seed=3)
    assert watch.found is not None
    assert purity(watch.found) > 0.9
    assert watch.losses_before == 0
    for kind, e in alone.embeddings.items():
        np.testing.assert_array_equal(e.vectors, watched.embeddings[kind].vectors)


def test_where_nobody_watches_nothing_is_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ppmi, "vectors", lambda *_: pytest.fail("counted for nobody"))
    method = get("product2vec")
    method.fit(planted.shop(), method.Params.of({"epochs": 1}))


def test_counting_can_be_stopped() -> None:
    def stop(step: int, of: int, loss: float | None = None, note: str = "") -> None:
        raise Cancelled("Stopped.")

    docs = documents.read(planted.shop(), "basket", 2)
    with pytest.raises(Cancelled):
        ppmi.vectors(docs, 64, progress=stop)


def test_the_same_baskets_and_seed_give_the_same_answer_and_customers_can_be_counted() -> None:
    one, two = answer(planted.shop()), answer(planted.shop())
    assert one is not None
    assert two is not None
    np.testing.assert_array_equal(one.vectors, two.vectors)
    customers = answer(planted.shop(), "customer", 2)
    assert customers is not None
    assert purity(customers) > 0.9


def test_of_too_many_baskets_a_sample_is_counted_and_it_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ppmi, "_PAIRS", 6400)
    found = answer(planted.shop())
    assert found is not None
    assert found.meta["read"] <= 400 < found.meta["documents"] == 800
    assert purity(found) > 0.8


def test_blocks_add_up_to_the_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = answer(planted.shop())
    monkeypatch.setattr(ppmi, "_BLOCK", 100)
    parts = answer(planted.shop())
    assert whole is not None
    assert parts is not None
    np.testing.assert_array_equal(whole.vectors, parts.vectors)


@pytest.mark.parametrize(
    "baskets",
    [
        [["a", "b"]],
        [["a", "b", "c"]] * 1000,
        [[f"i{n}" for n in range(2000)]],
        [["bag", f"i{n}", f"i{n + 1}"] for n in range(0, 60, 2)],
    ],
)
def test_odd_baskets_give_sound_vectors_or_none(baskets: list[list[str]]) -> None:
    found = answer(dataset(baskets))
    if found is not None:
        assert np.isfinite(found.vectors).all()
        assert (np.abs(found.vectors).max(axis=1) > 0).all()


def test_a_product_in_every_basket_hides_nothing() -> None:
    rows = [*planted.baskets(), *((f"b{n}", f"c{n % 80}", "bag0") for n in range(800))]
    found = answer(Dataset.build("s", None, planted.lines(rows)))
    assert found is not None
    known = [n for n, i in enumerate(found.ids) if i != "bag0"]
    assert purity(Embedding("product", found.ids[known], found.vectors[known])) > 0.9


def test_long_documents_are_cut_into_even_pieces_that_keep_every_product() -> None:
    rng = np.random.default_rng(0)
    sizes = np.array([3, 161, 30, 31, 2])
    indptr = np.r_[0, np.cumsum(sizes)]
    items = rng.integers(0, 50, indptr[-1]).astype(np.int32)
    cut_indptr, cut = pieces.cut_up(indptr, items, 30, rng)
    lengths = np.diff(cut_indptr)
    assert list(lengths[[0, -1]]) == [3, 2]
    assert lengths[1:7].sum() == 161
    assert lengths.max() <= 30
    assert lengths[1:7].min() >= 26, "even pieces"
    for start, stop in pairwise(indptr):
        assert sorted(cut[start:stop]) == sorted(items[start:stop])
    assert list(cut[:3]) == list(items[:3])
    assert list(cut[3:164]) != list(items[3:164])


def test_documents_are_picked_out_whole() -> None:
    indptr, items = np.array([0, 2, 5, 6]), np.arange(6)
    cut_indptr, some = select_rows(indptr, items, np.array([0, 2]))
    assert list(cut_indptr) == [0, 2, 3]
    assert list(some) == [0, 1, 5]


def test_the_worker_puts_the_answer_into_the_job_s_folder_whole(tmp_path: Path) -> None:
    report = Report(lambda _: None, tmp_path)
    show_first(stage(report, 0, 80, "Training"), lambda: pytest.fail("only the main work of a job is watched"))
    training = stage(report, 0, 80, "Training", watched=True)
    found = answer(planted.shop())
    assert found is not None
    show_first(training, lambda: None)
    assert not list(tmp_path.iterdir())
    show_first(training, lambda: found)
    assert [p.name for p in tmp_path.iterdir()] == [FIRST]
    np.testing.assert_array_equal(Embedding.load(tmp_path / FIRST).vectors, found.vectors)
