"""product2vec as a graphics card would train it, here by torch on the processor: no card is needed for these tests."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from embedcore.data import Dataset
from embedcore.errors import Cancelled, InputError, NeedsError
from embedcore.methods import get, run_key
from embedcore.methods.base import Fitted
from embedcore.methods.baskets import sgns_torch
from embedcore.progress import Progress, silent
from tests.methods import planted
from tests.methods.test_baskets import dataset
from tests.methods.test_first import purity

CARD = "graphics card"


@pytest.fixture
def card(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sgns_torch, "card", lambda: torch.device("cpu"))


def fit(data: Dataset, progress: Progress = silent, seed: int = 0, **params: object) -> Fitted:
    method = get("product2vec")
    return method.fit(data, method.Params.of({"catalogue": False, "device": CARD} | params), progress, seed)


def hits(fitted: Fitted, queries: list[tuple[np.ndarray, int]]) -> float:
    """Share of products left out of a basket that are among the first ten for the rest of it."""
    product, found = fitted.embeddings["product"], 0
    for rest, hidden in queries:
        score = fitted.score(np.array([product.row(str(i)) for i in rest]))  # type: ignore[attr-defined]
        score[[product.row(str(i)) for i in rest]] = -np.inf
        found += str(hidden) in set(product.ids[np.argsort(-score)[:10]])
    return found / len(queries)


def shop(seed: int = 0) -> tuple[Dataset, list[tuple[np.ndarray, int]]]:
    """2,000 baskets of 3 to 8 of 300 products, some bought far more often than others: most of a basket is of one of
    30 themes. And 300 more baskets as questions."""
    rng = np.random.default_rng(seed)
    often = 1 / np.arange(1, 301)

    def basket() -> np.ndarray:
        weights = np.where(np.arange(300) % 30 == rng.integers(30), 40 * often, often)
        return rng.choice(300, rng.integers(3, 9), replace=False, p=weights / weights.sum())

    data = dataset([[str(i) for i in basket()] for _ in range(2000)])
    known = {int(i) for i in data.items}
    baskets = [b for b in (basket() for _ in range(300)) if set(b.tolist()) <= known]
    return data, [(b[1:], int(b[0])) for b in baskets]


def test_without_a_card_it_says_so_before_it_trains(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    calls: list[int] = []
    with pytest.raises(NeedsError, match="no graphics card") as e:
        fit(planted.shop(), lambda *_, **__: calls.append(1))
    assert "processor" in e.value.hint
    assert not calls
    with pytest.raises(InputError, match="Device"):
        fit(planted.shop(), device="abacus")


def test_results_stored_before_there_was_a_choice_keep_their_key() -> None:
    method = get("product2vec")
    plain, card = method.Params(), method.Params.of({"device": CARD})
    assert "device" not in plain.canonical()
    assert CARD in card.canonical()
    assert run_key("d", method, plain, 0) != run_key("d", method, card, 0)


@pytest.mark.usefixtures("card")
def test_it_finds_the_hidden_product_as_often_as_the_compiled_loop() -> None:
    data, queries = shop()
    loop, torched = hits(fit(data, device="processor", min_count=1), queries), hits(fit(data, min_count=1), queries)
    assert loop > 0.3
    assert torched > loop - 0.05


@pytest.mark.usefixtures("card")
def test_it_recovers_groups_with_falling_loss_and_the_same_seed_repeats_it() -> None:
    first, again, other = (fit(planted.shop(), seed=s, epochs=8) for s in (3, 3, 4))
    product = first.embeddings["product"]
    assert purity(product) > 0.9
    losses = first.meta["losses"]
    assert losses[-1] < 0.8 * losses[0]
    for kind, e in first.embeddings.items():
        np.testing.assert_array_equal(e.vectors, again.embeddings[kind].vectors)
    assert np.abs(product.vectors - other.embeddings["product"].vectors).max() > 0.1
    assert torch.are_deterministic_algorithms_enabled() is False, "as it was before"


@pytest.mark.usefixtures("card")
@pytest.mark.parametrize("params", [{}, {"rate": 1.0, "cut": 1000, "dimension": 16}])
def test_long_baskets_and_one_product_in_every_basket_do_not_blow_it_up(params: dict[str, float]) -> None:
    rng = np.random.default_rng(0)
    data = dataset([["bag", *(f"i{n}" for n in rng.choice(400, 160, replace=False))] for _ in range(60)])
    fitted = fit(data, **{"epochs": 5} | params)
    assert all(np.abs(e.vectors).max() < 100 for e in fitted.embeddings.values())
    assert np.isfinite(fitted.meta["losses"]).all()


@pytest.mark.usefixtures("card")
@pytest.mark.parametrize("baskets", [[["a", "b"]], [["a", "b", "c"]] * 300, [["a", "b"], ["a"], ["c", "c", "c"]]])
def test_odd_baskets(baskets: list[list[str]]) -> None:
    product = fit(dataset(baskets), min_count=1, subsample=0.1, epochs=2).embeddings["product"]
    assert np.isfinite(product.vectors).all()
    assert len(product) >= 2


@pytest.mark.usefixtures("card")
def test_customers_can_be_the_documents() -> None:
    assert purity(fit(planted.shop(), documents="customer", epochs=8).embeddings["product"]) > 0.9


@pytest.mark.usefixtures("card")
def test_it_can_be_stopped_between_chunks() -> None:
    seen: list[float] = []

    def stop(step: int, of: int, loss: float | None = None, note: str = "") -> None:
        seen.extend([] if loss is None else [loss])
        if len(seen) == 3:
            raise Cancelled("Stopped.")

    with pytest.raises(Cancelled):
        fit(planted.shop(), stop)
    assert len(seen) == 3


@pytest.mark.usefixtures("card")
def test_no_step_holds_more_than_its_share_of_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    sizes: list[int] = []
    step = sgns_torch.CardTrainer.step

    def watched(self: sgns_torch.CardTrainer, table: torch.Tensor, negatives: int, rate: float) -> torch.Tensor:
        sizes.append(table.numel() * negatives * self._u.shape[1])
        return step(self, table, negatives, rate)

    monkeypatch.setattr(sgns_torch.CardTrainer, "step", watched)
    monkeypatch.setattr(sgns_torch, "_LEAST", 1)
    monkeypatch.setattr(sgns_torch, "_NUMBERS", 40_000)
    rng = np.random.default_rng(0)
    data = dataset([[f"i{n}" for n in rng.choice(200, rng.integers(2, 90), replace=False)] for _ in range(40)])
    fit(data, negatives=10, dimension=8, epochs=1, min_count=1)
    assert len(sizes) > 5
    assert max(sizes) <= 40_000 + 30 * 10 * 8, "one piece more at most"
