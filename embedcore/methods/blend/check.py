"""How good a blend is, and with which weights: asked on baskets or a column that its parts were trained without."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from itertools import islice
from itertools import product as every
from typing import Any

import numpy as np

from embedcore.data import Catalogue, Dataset
from embedcore.errors import EmbedError
from embedcore.methods.base import Fitted, Method
from embedcore.methods.blend import space as blend_space
from embedcore.progress import Progress
from embedcore.progress import part as part_of

_QUESTIONS = 2_000
_AMONG = 20_000  # products that are ranked, the most bought
_ROWS = 3_000  # products on which a column is hidden
_BLOCK = 200
_HELD = 0.1  # share of the baskets, the last ones
_LEAST = 40  # questions below which nothing is said
_SHARES = (0.0, 0.1, 0.25, 0.4, 0.5, 0.6, 0.75, 0.9, 1.0)  # weights that are tried for two parts
_FEW = (0.0, 1.0, 2.0)  # before they are made to sum to 1, for each of more than two parts


@dataclass(frozen=True)
class Found:
    """weights: (P,), the best ones, or those given. blend, single: the measure for them and for each part alone, on
    questions that the choice did not see. name, help: of the measure."""

    weights: np.ndarray
    blend: float
    single: tuple[float, ...]
    name: str
    help: str


def check(
    dataset: Dataset,
    methods: Sequence[Method],
    parts: Sequence[Fitted],
    given: np.ndarray | None,
    progress: Progress,
    seed: int,
) -> Found | None:
    """None when there is too little data to hold some out, or when a part cannot be trained without it."""
    try:
        found = _by_baskets(dataset, methods, parts, given, progress, seed)
        return found or _by_column(dataset, methods, parts, given, progress, seed)
    except EmbedError:
        return None  # such as "no basket holds two products": less data is not enough for this part


def _by_baskets(
    dataset: Dataset,
    methods: Sequence[Method],
    parts: Sequence[Fitted],
    given: np.ndarray | None,
    progress: Progress,
    seed: int,
) -> Found | None:
    """A product of a held-out basket asks for another one of it."""
    b = dataset.baskets
    if b is None:
        return None
    stay = int(len(b) * (1 - _HELD))
    rng = np.random.default_rng(seed)
    sizes = b.sizes
    several = (n for n in rng.permutation(np.arange(stay, len(b))) if sizes[n] > 1)
    asked = [rng.choice(b.of(n), 2, replace=False) for n in islice(several, _QUESTIONS)]
    if len(asked) < _LEAST:
        return None
    vectors = _again(replace(dataset, baskets=b.head(stay)), methods, parts, "baskets", "", progress, seed)
    pairs, blocks = np.array(asked), _filled(dataset, vectors)
    among = np.argsort(-dataset.counts, kind="stable")[:_AMONG]
    place = np.full(len(dataset), -1)
    place[among] = np.arange(len(among))
    pairs = pairs[place[pairs[:, 1]] >= 0]
    k = min(20, max(1, len(among) // 5))

    def right(weights: np.ndarray) -> np.ndarray:
        out = []
        for start in range(0, len(pairs), _BLOCK):
            some = pairs[start : start + _BLOCK]
            score = _cosines(blocks, weights, some[:, 0], among)
            own = place[some[:, 0]]
            score[np.flatnonzero(own >= 0), own[own >= 0]] = -np.inf
            theirs = score[np.arange(len(some)), place[some[:, 1]]][:, None]
            out.append((score > theirs).sum(axis=1) + (score == theirs).sum(axis=1) / 2 < k + 0.5)
        return np.concatenate(out).astype(np.float64)

    return _choose(
        right,
        len(pairs),
        len(parts),
        given,
        f"Held-out baskets: the partner is among the {k} nearest",
        f"Co-purchase recall@{k}: the parts were trained again without the last {100 * _HELD:.0f} % of the "
        "baskets; a product of such a basket asks for another one of the same basket.",
        progress,
    )


def _by_column(
    dataset: Dataset,
    methods: Sequence[Method],
    parts: Sequence[Fitted],
    given: np.ndarray | None,
    progress: Progress,
    seed: int,
) -> Found | None:
    """A column that no part has seen: do neighbours share its value?"""
    if dataset.catalogue is None:
        return None
    targets = {part.meta["params"].get("target") for part in parts}
    sizes = {c: dataset.catalogue.frame[c].nunique() for c in dataset.columns("category", "brand") if c not in targets}
    fit = {c: n for c, n in sizes.items() if 2 <= n <= max(2, dataset.n_catalogue // 20)}
    if not fit or len(dataset.columns("title", "description", "text", "category", "brand", "price", "number")) < 2:
        return None
    column = max(fit, key=lambda c: (min(fit[c], 60), -fit[c]))
    rng = np.random.default_rng(seed)
    rows = np.sort(rng.permutation(dataset.n_catalogue)[:_ROWS])
    frame = dataset.catalogue.frame.drop(columns=column).iloc[rows].reset_index(drop=True)
    roles = {c: r for c, r in dataset.catalogue.roles.items() if c != column}
    smaller = Dataset.build(dataset.name, Catalogue(frame, roles), None, dict(dataset.meta), dataset.images)
    vectors = _again(smaller, methods, parts, "columns", column, progress, seed)
    blocks = _filled(smaller, vectors)
    label = dataset.catalogue.frame[column].iloc[rows].astype(object).to_numpy()
    ask = rng.permutation(np.flatnonzero([isinstance(v, str) for v in label]))[:_QUESTIONS]
    if len(ask) < _LEAST:
        return None
    k = 10

    def right(weights: np.ndarray) -> np.ndarray:
        out = []
        for start in range(0, len(ask), _BLOCK):
            some = ask[start : start + _BLOCK]
            score = _cosines(blocks, weights, some, np.arange(len(rows)))
            score[np.arange(len(some)), some] = -np.inf
            near = np.argpartition(-score, min(k, len(rows) - 1) - 1, axis=1)[:, :k]
            out.append((label[near] == label[some][:, None]).mean(axis=1))
        return np.concatenate(out)

    return _choose(
        right,
        len(ask),
        len(parts),
        given,
        f"Neighbours that share the hidden column “{column}”",
        f"The column was hidden and the parts were trained again without it, on {len(rows):,} products: the "
        f"share of the {k} nearest that have the same value.",
        progress,
    )


def _again(
    dataset: Dataset,
    methods: Sequence[Method],
    parts: Sequence[Fitted],
    without: str,
    column: str,
    progress: Progress,
    seed: int,
) -> list[Any]:
    """The product vectors of each part, trained again on `dataset` if it has seen what is held out."""
    out = []
    for n, (method, part) in enumerate(zip(methods, parts, strict=True)):
        progress(n * 100, (len(parts) + 1) * 100, note=f"Training {method.title} again without what is held out")
        values = dict(part.meta["params"])
        if not _has_seen(method, values, without):
            out.append(part.embeddings["product"])
            continue
        known = {f.name for f in fields(method.Params)}
        values = {k: [c for c in v if c != column] if isinstance(v, list | tuple) else v for k, v in values.items()}
        values = {k: v for k, v in values.items() if k in known} | ({"check": False} if "check" in known else {})

        low, high = (100 * at / (len(parts) + 1) for at in (n, n + 1))
        again = part_of(progress, low, high, f"Training {method.title} again", only=True)
        out.append(method.fit(dataset, method.Params.of(values), again, seed).embeddings["product"])
    return out


def _has_seen(method: Method, params: dict[str, Any], what: str) -> bool:
    if what == "baskets":
        by_choice = params.get("adapt") or (method.name == "entity" and "bought" in str(params.get("learn")))
        return bool(method.needs & {"baskets", "customers"} or by_choice)
    return bool(method.needs & {"table", "text", "baskets", "customers"})


def _filled(dataset: Dataset, vectors: Sequence[Any]) -> list[np.ndarray]:
    blocks, _ = blend_space.side_by_side(dataset, list(vectors))
    return blend_space.filled(blocks, blend_space.between(blocks))


def _cosines(blocks: Sequence[np.ndarray], weights: np.ndarray, asked: np.ndarray, among: np.ndarray) -> np.ndarray:
    total = np.zeros((len(asked), len(among)), np.float32)
    for block, w in zip(blocks, weights, strict=True):
        if w > 0:
            total += np.float32(w) * (block[asked] @ block[among].T)
    return total


def _choose(
    right: Any, n: int, parts: int, given: np.ndarray | None, name: str, help: str, progress: Progress
) -> Found:
    """Weights by every second question, the measure by the others. right: weights -> (n,) how right each answer is."""
    if n < _LEAST:
        raise EmbedError("There are too few questions.")
    corners = [np.eye(parts)[p] for p in range(parts)]
    tried = [] if given is not None else _candidates(parts)
    asked = [*corners, *tried] if given is None else [*corners, given]
    answers = []
    for step, w in enumerate(asked):
        answers.append(right(w))
        progress(parts * 100 + round(100 * (step + 1) / len(asked)), (parts + 1) * 100, note="Trying weights")
    even = [float(a[::2].mean()) for a in answers]
    odd = [float(a[1::2].mean()) for a in answers]
    best = len(asked) - 1 if given is not None else int(np.argmax(even))
    return Found(asked[best], odd[best], tuple(odd[:parts]), name, help)


def _candidates(parts: int) -> list[np.ndarray]:
    if parts == 2:
        return [np.array([w, 1 - w]) for w in _SHARES]
    if parts > 4:
        return [np.full(parts, 1 / parts)]
    return [np.array(w) / sum(w) for w in every(_FEW, repeat=parts) if sum(w) > 0]
