"""What every method promises, checked on a data set whose right answer is known."""

from __future__ import annotations

import json
from dataclasses import fields, replace
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from embedcore.data import Dataset, Embedding
from embedcore.errors import Cancelled, InputError, NeedsError
from embedcore.methods import REGISTRY, get, run_key
from embedcore.methods.base import Fitted
from tests.methods import planted

every = pytest.mark.parametrize("name", list(REGISTRY))
NEW = ("new61", "new62", "new63", "new64")


class Watch:
    """A Progress that remembers, and that stops the work at its nth call."""

    def __init__(self, stop_at: int = 0) -> None:
        self.calls: list[tuple[int, int, float | None, str]] = []
        self.stop_at = stop_at

    def __call__(self, step: int, of: int, loss: float | None = None, note: str = "") -> None:
        self.calls.append((step, of, loss, note))
        if len(self.calls) == self.stop_at:
            raise Cancelled("Stopped.")


@cache
def shop() -> Dataset:
    return planted.shop()


@cache
def data(name: str) -> Dataset:
    """What the method learns from: the shop, and for a blend two results trained on it."""
    return planted.with_results(shop(), ("svd", "cooccurrence")) if "runs" in get(name).needs else shop()


@cache
def trained(name: str) -> tuple[Fitted, Watch]:
    watch, method = Watch(), get(name)
    return method.fit(data(name), method.Params(), watch, seed=3), watch


def purity(found: Embedding, among: Embedding, k: int = 5) -> float:
    """Share of the k nearest neighbours that are of the same group; a product is not its own neighbour."""
    known = [n for n, i in enumerate(among.ids) if i.startswith("p")]
    scores = found.unit @ among.unit[known].T
    scores[found.ids[:, None] == among.ids[known][None, :]] = -np.inf
    best = np.argsort(-scores, axis=1)[:, :k]
    neighbour_groups = np.array([planted.group(among.ids[n]) for n in known])[best]
    return float((neighbour_groups == np.array([planted.group(i) for i in found.ids])[:, None]).mean())


@every
def test_says_what_it_is_in_plain_words(name: str) -> None:
    method = get(name)
    assert method.name == name
    assert method.title
    assert 2 <= len(method.subtitle.split()) <= 6
    assert method.source
    assert method.version >= 1
    assert method.summary.endswith(".")
    assert method.needs
    for f in fields(method.Params):
        assert f.metadata["label"], f.name
        assert f.metadata["help"].endswith("."), f.name
    assert method.Params() == method.Params.of({})
    with pytest.raises(InputError, match="Unknown parameter"):
        method.Params.of({"no such thing": 1})


@every
def test_bounds_of_parameters_are_kept(name: str) -> None:
    method = get(name)
    for f in fields(method.Params):
        for bound, step in (("low", -1), ("high", 1)):
            if f.metadata[bound] is not None:
                with pytest.raises(InputError, match="Choose a value"):
                    method.Params.of({f.name: f.metadata[bound] + step})


@every
def test_recovers_the_planted_groups(name: str) -> None:
    product = trained(name)[0].embeddings["product"]
    assert len(product) >= planted.EACH * planted.GROUPS
    assert product.vectors.dtype == np.float32
    assert purity(product, product) > 0.9


@every
def test_same_seed_gives_the_same_vectors(name: str) -> None:
    first, method = trained(name)[0], get(name)
    again = method.fit(data(name), method.Params(), seed=3)
    assert list(first.embeddings) == list(again.embeddings)
    for kind, e in first.embeddings.items():
        assert (e.ids == again.embeddings[kind].ids).all()
        np.testing.assert_array_equal(e.vectors, again.embeddings[kind].vectors)


def test_another_seed_gives_other_vectors_where_chance_plays() -> None:
    first, method = trained("product2vec")[0], get("product2vec")
    other = method.fit(shop(), method.Params(), seed=4).embeddings["product"]
    assert np.abs(first.embeddings["product"].vectors - other.vectors).max() > 0.1
    assert run_key("d", method, method.Params(), 3) != run_key("d", method, method.Params(), 4)


@every
def test_new_products_get_vectors_of_their_group(name: str) -> None:
    fitted = trained(name)[0]
    found = fitted.embed(planted.news(NEW))
    new_rows = [n for n, i in enumerate(found.ids) if i in NEW]
    assert len(new_rows) == len(NEW)
    new = Embedding("product", found.ids[new_rows], found.vectors[new_rows])
    assert purity(new, fitted.embeddings["product"]) > 0.9


@every
def test_embedding_many_equals_embedding_each_alone(name: str) -> None:
    fitted = trained(name)[0]
    many = fitted.embed(planted.news(NEW))
    for i in NEW:
        alone = fitted.embed(planted.news([i]))
        np.testing.assert_allclose(alone.vectors[alone.row(i)], many.vectors[many.row(i)], atol=1e-4)


@every
def test_known_products_keep_their_vectors(name: str) -> None:
    fitted = trained(name)[0]
    product = fitted.embeddings["product"]
    again = fitted.embed(shop())
    kept = [again.row(i) for i in product.ids]
    np.testing.assert_allclose(again.vectors[kept], product.vectors, atol=1e-4)
    assert list(again.ids) == [i for i in shop().items if i in again.row_of], "in the order of the dataset"


@every
def test_a_saved_model_comes_back_and_holds_no_code(name: str, tmp_path: Path) -> None:
    fitted = trained(name)[0]
    fitted.save(tmp_path / "model")
    assert {p.suffix for p in (tmp_path / "model").rglob("*") if p.is_file()} <= {".safetensors", ".json", ".arrow"}
    back = get(name).load(tmp_path / "model")
    assert back.meta == json.loads(json.dumps(fitted.meta))
    for kind, e in fitted.embeddings.items():
        assert (back.embeddings[kind].ids == e.ids).all()
        np.testing.assert_array_equal(back.embeddings[kind].vectors, e.vectors)
    np.testing.assert_allclose(
        back.embed(planted.news(NEW)).vectors, fitted.embed(planted.news(NEW)).vectors, atol=1e-6
    )


@every
def test_progress_only_goes_forward_and_arrives(name: str) -> None:
    calls = trained(name)[1].calls
    share = [step / of for step, of, _, _ in calls]
    assert len(calls) >= 3
    assert share == sorted(share)
    assert share[-1] == 1
    losses = [loss for _, _, loss, _ in calls if loss is not None]
    assert np.isfinite(losses).all()
    assert losses == trained(name)[0].meta["losses"]


@every
def test_cancelling_leaves_nothing(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    method, before = get(name), trained(name)[0]
    for moment in (1, 2, 3):
        with pytest.raises(Cancelled):
            method.fit(data(name), method.Params(), Watch(stop_at=moment), seed=3)
    assert list(tmp_path.rglob("*")) == []
    after = method.fit(data(name), method.Params(), seed=3)
    np.testing.assert_array_equal(after.embeddings["product"].vectors, before.embeddings["product"].vectors)


@every
def test_products_without_a_vector_are_counted(name: str) -> None:
    fitted = trained(name)[0]
    assert len(fitted.embeddings["product"]) + fitted.meta["left_out"] + fitted.meta.get("never_bought", 0) == 61
    assert fitted.meta["vocabulary"] == len(fitted.embeddings["product"]) == 60
    only_baskets_know_one = 0 if get(name).needs & {"baskets", "runs"} else 1
    assert fitted.embed(shop()).meta["left_out"] == only_baskets_know_one


@every
def test_says_what_is_missing(name: str) -> None:
    method = get(name)
    only_baskets = Dataset.build("b", None, planted.lines(planted.baskets()))
    only_catalogue = Dataset.build("c", planted.catalogue(["p1", "p2"]))
    lacking = only_catalogue if "baskets" in method.needs else only_baskets
    if "runs" in method.needs:
        lacking = replace(only_catalogue, meta={"run_folders": {}})
    sentence = method.lacks(lacking)
    assert sentence
    assert sentence.endswith(".")
    assert method.lacks(shop()) is None
    with pytest.raises(NeedsError) as e:
        method.fit(lacking, method.Params())
    assert e.value.message
