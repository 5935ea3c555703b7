"""product2vec: products bought in the same company get similar vectors."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, ClassVar

import numpy as np

from embedcore.data import Dataset, Embedding
from embedcore.errors import NeedsError
from embedcore.methods.base import Method, Params, param
from embedcore.methods.baskets import content, documents, ppmi
from embedcore.methods.baskets.side import Side
from embedcore.methods.baskets.unseen import affinity
from embedcore.methods.persistence import FittedArrays, load_model
from embedcore.progress import Progress, show_first, silent

_CHUNK = 5_000_000  # dot products between two progress calls: about a fifth of a second
_START = 1e-4  # where the sums of squared gradients start: a rare product's first step is not too long
_POPULARITY = 0.35  # weight of log(count) in `score`; with _LENGTH chosen on held-out baskets of two shops
DEVICES = ("processor", "graphics card")
_LENGTH = 0.125  # how much faster evidence grows with the basket than its mean


@dataclass(frozen=True)
class Product2VecParams(Params):
    """Parameters of product2vec, named on screen in plain words."""

    documents: str = param(
        "basket",
        "Learn from",
        "What counts as bought together (the document): one basket, or everything a customer ever bought.",
        choices=documents.KINDS,
        words=documents.WORDS,
    )
    dimension: int = param(64, "Dimensions", "Length of a vector (dimension).", low=2, high=512, step=1)
    epochs: int = param(15, "Epochs", "How often every basket is read (epochs).", low=1, high=200, step=1)
    negatives: int = param(
        5, "Negative samples", "How many random products each purchase is compared with.", low=1, high=50, step=1
    )
    min_count: int = param(
        2, "Minimum purchases", "Products bought fewer times get no vector (min count).", low=1, high=1000, step=1
    )
    catalogue: bool = param(
        True,
        "Let the catalogue help rare products",
        "Products bought rarely are drawn to where "
        "their columns and words would put them (side information); those bought fewer times than "
        "the smallest number get a vector too when the catalogue knows them.",
    )
    exponent: float = param(
        1.0,
        "Popularity of negative samples",
        "Random products are drawn by their count to this "
        "power (negative sampling exponent): 0 = all the same, below 0 favours rare ones.",
        low=-2.0,
        high=2.0,
        step=0.05,
        advanced=True,
    )
    subsample: float = param(
        0.0,
        "Skip products more popular than",
        "Purchases of products with more than this share are skipped at random (sub-sampling threshold); 0 skips none.",
        low=0.0,
        high=1.0,
        step=0.0001,
        advanced=True,
    )
    cut: int = param(
        30,
        "Maximum basket length",
        "Longer baskets are shuffled and read in pieces of at most this many products, anew in each pass.",
        low=2,
        high=1000,
        step=1,
        advanced=True,
    )
    rate: float = param(
        0.2,
        "Learning rate",
        "How far a vector moves at a time at first (learning rate; it falls to a "
        "tenth and is scaled by row, as in AdaGrad).",
        low=0.001,
        high=1.0,
        step=0.01,
        advanced=True,
    )
    device: str = param(
        DEVICES[0],
        "Device",
        "A graphics card (CUDA, by torch) takes many baskets at a time: for "
        "hundreds of millions of purchases. Its vectors differ from the processor's and are about as "
        "good; how fast it is has not been measured.",
        choices=DEVICES,
        advanced=True,
        later=True,
    )


class FittedProduct2Vec(FittedArrays):
    """embeddings: "product", what to compare: input plus output vector, centred on their mean (Levy et al. 2015
    call it w+c; on held-out baskets and on shelf labels it beat the input vector alone), drawn to the catalogue's
    place where a product is rare; and "context", the output vectors. arrays: counts (v,), inner (v, d), the input
    vectors, and what the catalogue's places are made of (ContentMap), if it helps."""

    def __init__(self, embeddings: dict[str, Embedding], meta: dict[str, Any], arrays: dict[str, np.ndarray]) -> None:
        super().__init__(embeddings, meta, arrays)
        self._content: content.ContentMap | None = None

    def embed(self, new: Dataset) -> Embedding:
        """Known products keep their vector. A new product that shares a document with known ones gets a mean of
        their vectors, rare partners counting more, and with a catalogue it is drawn to where its columns and words
        lead; without purchases it is put there. See documents.fold_in."""
        return documents.fold_in(
            self.embeddings["product"], self.arrays["counts"], new, self.meta["params"]["documents"], self._places(new)
        )

    def _places(self, new: Dataset) -> content.Places | None:
        if self._content is None and "content_tokens" in self.arrays:
            self._content = content.ContentMap.unpack(self.arrays)
        return self._content.of(new) if self._content is not None and new.catalogue is not None else None

    def newcomers(self, new: Dataset) -> Callable[[np.ndarray], np.ndarray]:
        """A function from rows of the embedding (a basket) to (len(new),) float32: how well each product of `new` goes
        with them, by its vector and by how often products like it are bought; -inf for those without a vector. On
        withheld products of three shops this found more than the cosine with the basket's mean, and more than
        products with similar words."""
        found, places = self.embed(new), self._places(new)
        at, unit = new.positions(found.ids), self.embeddings["product"].unit
        popular = np.zeros(len(at)) if places is None else places.popular[at]

        def score(rows: np.ndarray) -> np.ndarray:
            out = np.full(len(new), -np.inf, np.float32)
            out[at] = affinity(unit[rows], found.unit, popular).sum(axis=0)
            return out

        return score

    def score(self, rows: np.ndarray) -> np.ndarray:
        """(v,) float32: how likely each product is beside the products in `rows` (positions in the embedding),
        on no particular scale: input vectors of the rows times output vectors, plus popularity."""
        inner = self.arrays["inner"][rows].mean(axis=0) * np.float32(len(rows) ** _LENGTH)
        match = self.embeddings["context"].vectors @ inner
        return np.asarray(match + _POPULARITY * np.log(self.arrays["counts"]), np.float32)


class Product2Vec(Method):
    """Skip-gram with negative sampling where the window is the whole basket (Mikolov et al. 2013, Grbovic et
    al. 2015, Barkan and Koenigstein 2016). Each pair of a document of n products weighs 1/(n-1), so that every
    purchase counts alike; the negatives of a purchase are shared by all its pairs.

    Runs in one thread with its own seeded generator: the same data, parameters and seed give the same vectors
    on every run on a machine (another processor may round differently). On a graphics card many baskets take one
    step together (sgns_torch), which gives other vectors, the same ones again on the same card."""

    name = "product2vec"
    title = "product2vec"
    subtitle = "products bought together"
    summary = "Learns from baskets: products that are bought with the same other products get similar vectors."
    about = (
        "Products that turn up in the same baskets get similar vectors, so near can mean **instead of each "
        "other** as well as **with each other**. Use it when you have baskets and want to see how your "
        "products are used. It sees no price, picture or name; with a catalogue, columns and words place rare "
        "and new products, which purchases alone cannot. With few baskets the vectors are rough."
    )
    source = (
        "Mikolov et al. 2013, Distributed Representations of Words and Phrases; Grbovic et al. 2015, E-commerce "
        "in Your Inbox (prod2vec); Barkan and Koenigstein 2016, Item2Vec"
    )
    version = 6
    needs = frozenset({"baskets"})
    Params: ClassVar[type[Params]] = Product2VecParams

    def lacks(self, dataset: Dataset) -> str | None:
        """As Method.lacks, and baskets that never hold two products."""
        missing = super().lacks(dataset)
        if (
            missing is None
            and dataset.baskets is not None
            and dataset.baskets.customers is None
            and not (dataset.baskets.sizes > 1).any()
        ):
            return "It learns from what is bought together, and no basket holds two products."
        return missing

    def fit(
        self, dataset: Dataset, params: Product2VecParams, progress: Progress = silent, seed: int = 0
    ) -> FittedProduct2Vec:
        """Train; embeddings "product" and "context", (v, dimension) over the products bought often enough.

        meta: losses (mean loss per purchase, one a chunk), seconds, vocabulary, documents, left_out (products
        bought fewer than min_count times of which the catalogue says nothing), never_bought, single (documents
        without two known products), helped (rare products that the catalogue helped).
        NeedsError when no document has two products; Cancelled passes through from `progress`."""
        missing = self.lacks(dataset)
        if missing:
            raise NeedsError(missing)
        if params.device == DEVICES[1]:
            from embedcore.methods.baskets import sgns_torch

            sgns_torch.card()
        begin = time.perf_counter()
        side = Side.of(dataset) if params.catalogue else None
        docs = documents.read(
            dataset,
            params.documents,
            params.min_count,
            None if side is None else side.known,
            lambda done, whole: progress(0, 1, note=f"Reading the baskets: {done / max(whole, 1):.0%}"),
        )
        show_first(progress, lambda: ppmi.answer(docs, dataset.items[docs.vocabulary], seed, progress))
        u, v, losses = _train(docs, params, progress, seed, 0 if side is None else content.STEPS)
        ids = dataset.items[docs.vocabulary]
        meta = {
            "params": asdict(params),
            "seed": seed,
            "losses": losses,
            "seconds": round(time.perf_counter() - begin, 3),
            "vocabulary": len(ids),
            "documents": len(docs),
            "left_out": docs.rare,
            "never_bought": len(dataset) - docs.bought,
            "single": docs.single,
        }
        product: np.ndarray = u + v
        arrays = {"counts": docs.counts, "inner": u}
        product -= product.mean(axis=0)
        if side is not None:

            def after_training(step: int, of: int, loss: float | None = None, note: str = "") -> None:
                progress(len(losses) + step, len(losses) + of, loss, note)

            product, helped, facts = side.help(docs, product, seed, after_training)
            arrays, meta = arrays | helped, meta | facts
        meta["seconds"] = round(time.perf_counter() - begin, 3)
        embeddings = {"product": Embedding("product", ids, product), "context": Embedding("context", ids, v)}
        return FittedProduct2Vec(embeddings, meta, arrays)

    def load(self, folder: Path) -> FittedProduct2Vec:
        """Read what FittedProduct2Vec.save wrote."""
        return FittedProduct2Vec(*load_model(folder))


def _trainer(device: str) -> Any:
    """The class that trains on it; imported only then."""
    if device == DEVICES[1]:
        from embedcore.methods.baskets import sgns_torch

        return sgns_torch.CardTrainer
    from embedcore.methods.baskets import sgns

    return sgns.Trainer


def _train(
    docs: documents.Documents, p: Product2VecParams, progress: Progress, seed: int, later: int
) -> tuple[np.ndarray, np.ndarray, list[float]]:
    """(input vectors, output vectors, mean loss of each chunk). later: steps that follow the training."""
    sizes = np.diff(docs.indptr)
    cost = sizes * (np.minimum(sizes, p.cut) - 1 + p.negatives)
    chunks = max(1, round(int(cost.sum()) / _CHUNK))
    chunks = min(max(chunks, -(-10 // p.epochs)), len(docs))  # a short training still draws a curve
    of = chunks * p.epochs
    progress(0, of + later, note="Getting ready")  # the import, and on a new machine the compiler, take seconds

    rows = len(docs.vocabulary)
    rng = np.random.default_rng(seed)
    u = (rng.random((rows, p.dimension), np.float32) - np.float32(0.5)) / np.float32(p.dimension)
    v = np.zeros((rows, p.dimension), np.float32)
    keep = np.ones(rows, np.float32)
    if p.subsample > 0:
        share = docs.counts / docs.counts.sum()
        keep = np.minimum(1.0, np.sqrt(p.subsample / share) + p.subsample / share).astype(np.float32)
    trainer = _trainer(p.device)(
        u,
        v,
        start=_START,
        keep=keep,
        weight=docs.counts.astype(np.float64) ** p.exponent,
        tokens=int(sizes.sum()),
        state=rng.integers(1, 2**63, 1, dtype=np.uint64),
    )
    losses: list[float] = []
    for epoch in range(p.epochs):
        order = rng.permutation(len(docs))
        work = np.cumsum(cost[order])
        ends = np.searchsorted(work, work[-1] * np.arange(1, chunks + 1) / chunks, side="left") + 1
        start = 0
        for c, stop in enumerate(np.minimum(ends, len(docs))):
            step = epoch * chunks + c
            fall = p.rate * (1 - 0.9 * np.array([step, step + 1]) / of)
            loss, centres = trainer.train(
                docs.indptr, docs.items, order[start:stop], p.cut, p.negatives, (fall[0], fall[1])
            )
            start = stop
            losses.append(round(float(loss / centres), 5) if centres else losses[-1] if losses else 0.0)
            progress(step + 1, of + later, loss=losses[-1], note=f"Pass {epoch + 1} of {p.epochs}")
    return *trainer.vectors, losses
