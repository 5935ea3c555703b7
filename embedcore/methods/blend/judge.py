"""How good a blend is, and with which weights, on baskets or a column that its parts were trained without."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields, replace
from itertools import islice
from itertools import product as every
from typing import Any, NamedTuple

import numpy as np

from embedcore.data import Catalogue, Dataset, Embedding
from embedcore.errors import EmbedError
from embedcore.methods.base import TABLE, Fitted, Method, figure
from embedcore.methods.blend import space as blend_space
from embedcore.methods.evaluation import Verdict, best, ranks, same_value
from embedcore.progress import Progress, part, silent

# Chosen by hand: the check takes seconds beside the trainings that it repeats.
_QUESTIONS = 2_000
_AMONG = 20_000  # products that are ranked, the most bought
_ROWS = 3_000  # products on which a column is hidden
_HELD = 0.1  # share of the baskets, the last ones
_LEAST = 40  # questions below which nothing is measured
_PARTNERS, _NEIGHBOURS = 20, 10  # products that are looked at
_SHARES = (0.0, 0.1, 0.25, 0.4, 0.5, 0.6, 0.75, 0.9, 1.0)  # weights that are tried for two parts
_FEW = (0.0, 1.0, 2.0)  # before they are made to sum to 1, for each of more than two parts


@dataclass(frozen=True, eq=False)
class Blended:
    """What is judged. names: what the parts are called. given: (P,) the weights a person chose; None: find them."""

    dataset: Dataset
    methods: Sequence[Method]
    parts: Sequence[Fitted]
    names: Sequence[str]
    given: np.ndarray | None


class _Questions(NamedTuple):
    """right: weights (P,) -> (n,) how right each answer is. name, help: of the measure."""

    right: Callable[[np.ndarray], np.ndarray]
    n: int
    name: str
    help: str


def judge(subject: Blended, seed: int, progress: Progress = silent) -> Verdict:
    """The blend beside its best single part. facts: "weights", (P,) the best ones found; none where there is too little
    data to hold some out, or where a part cannot be trained without it."""
    try:
        questions = _by_baskets(subject, seed, progress) or _by_column(subject, seed, progress)
    except EmbedError:
        questions = None  # such as "no basket holds two products": less data is not enough for this part
    if questions is None or questions.n < _LEAST:
        why = "There is too little data to hold some out, so whether the blend beats one embedding is not known."
        return Verdict(notices=[why])
    last = part(progress, 100 * len(subject.parts) / (len(subject.parts) + 1), 100, "Trying weights")
    weights, blend, single = _choose(questions, subject, last)
    name = subject.names[int(np.argmax(single))]
    row = figure(questions.name, blend, max(single), f"{name} alone", help=questions.help)
    notices = []
    if max(single) >= blend:
        notices = [f"On held-out data, “{name}” alone does as well as this blend or better: use that embedding."]
    elif weights.min() == 0:
        notices = [f"“{subject.names[int(np.argmin(weights))]}” did not help and got no weight."]
    return Verdict([row], notices, {"weights": weights})


def _by_baskets(subject: Blended, seed: int, progress: Progress) -> _Questions | None:
    """A product of a held-out basket asks for another one of it."""
    dataset, baskets = subject.dataset, subject.dataset.baskets
    if baskets is None:
        return None
    stay = int(len(baskets) * (1 - _HELD))
    rng = np.random.default_rng(seed)
    sizes = baskets.sizes
    several = (n for n in rng.permutation(np.arange(stay, len(baskets))) if sizes[n] > 1)
    drawn = [rng.choice(baskets.of(n), 2, replace=False) for n in islice(several, _QUESTIONS)]
    if len(drawn) < _LEAST:
        return None
    without = replace(dataset, baskets=baskets.head(stay))
    blocks = _filled(dataset, _again(subject, without, "", seed, progress))
    among = np.argsort(-dataset.counts, kind="stable")[:_AMONG]
    place = np.full(len(dataset), -1)
    place[among] = np.arange(len(among))
    pairs = np.array(drawn)
    pairs = pairs[place[pairs[:, 1]] >= 0]
    queries, own, partner = pairs[:, 0], place[pairs[:, 0]], place[pairs[:, 1]]
    k = min(_PARTNERS, max(1, len(among) // 5))

    def right(weights: np.ndarray) -> np.ndarray:
        found = ranks(lambda rows: _cosines(blocks, weights, queries[rows], among), partner, own)
        return np.asarray(found < k + 1, np.float64)

    return _Questions(
        right,
        len(pairs),
        f"Held-out baskets: the partner is among the {k} nearest",
        f"Co-purchase recall@{k}: the parts were trained again without the last {100 * _HELD:.0f} % of the "
        "baskets; a product of such a basket asks for another one of the same basket.",
    )


def _by_column(subject: Blended, seed: int, progress: Progress) -> _Questions | None:
    """Hide a column from every part and test whether neighbours share its value."""
    dataset, column = subject.dataset, _hidden_column(subject)
    if dataset.catalogue is None or column is None:
        return None
    rng = np.random.default_rng(seed)
    rows = np.sort(rng.permutation(dataset.n_catalogue)[:_ROWS])
    frame = dataset.catalogue.frame.drop(columns=column).iloc[rows].reset_index(drop=True)
    roles = {c: r for c, r in dataset.catalogue.roles.items() if c != column}
    smaller = Dataset.build(dataset.name, Catalogue(frame, roles), None, dict(dataset.meta), dataset.images)
    blocks = _filled(smaller, _again(subject, smaller, column, seed, progress))
    label = dataset.catalogue.frame[column].iloc[rows].astype(object).to_numpy()
    queries = rng.permutation(np.flatnonzero([isinstance(v, str) for v in label]))[:_QUESTIONS]
    every_row, k = np.arange(len(rows)), min(_NEIGHBOURS, len(rows) - 1)

    def right(weights: np.ndarray) -> np.ndarray:
        near = best(lambda at: _cosines(blocks, weights, queries[at], every_row), len(queries), k, queries)
        return same_value(near, label, label[queries])

    return _Questions(
        right,
        len(queries),
        f"Neighbours that share the hidden column “{column}”",
        f"The column was hidden and the parts were trained again without it, on {len(rows):,} products: the "
        f"share of the {_NEIGHBOURS} nearest that have the same value.",
    )


def _hidden_column(subject: Blended) -> str | None:
    """The column with the most values that still has twenty products for each; none that a part learned to predict."""
    dataset = subject.dataset
    if dataset.catalogue is None or len(dataset.columns(*(role for role in TABLE if role != "date"))) < 2:
        return None
    targets = {fitted.meta["params"].get("target") for fitted in subject.parts}
    sizes = {c: dataset.catalogue.frame[c].nunique() for c in dataset.columns("category", "brand") if c not in targets}
    usable = {c: n for c, n in sizes.items() if 2 <= n <= max(2, dataset.n_catalogue // 20)}
    return max(usable, key=lambda c: (min(usable[c], 60), -usable[c]), default=None)


def _again(subject: Blended, dataset: Dataset, column: str, seed: int, progress: Progress) -> list[Embedding]:
    """The product vectors of each part, trained again on `dataset` if it has seen what is held out: the column, or
    baskets where that is ""."""
    out, steps = [], len(subject.parts) + 1
    for n, (method, fitted) in enumerate(zip(subject.methods, subject.parts, strict=True)):
        note = f"Training {method.title} again without what is held out"
        again = part(progress, 100 * n / steps, 100 * (n + 1) / steps, note, only=True)
        again(0, 1)
        values = dict(fitted.meta["params"])
        if not _has_seen(method, values, column):
            out.append(fitted.embeddings["product"])
            continue
        known = {f.name for f in fields(method.Params)}
        values = {k: [c for c in v if c != column] if isinstance(v, list | tuple) else v for k, v in values.items()}
        values = {k: v for k, v in values.items() if k in known} | ({"check": False} if "check" in known else {})
        out.append(method.fit(dataset, method.Params.of(values), again, seed).embeddings["product"])
    return out


def _has_seen(method: Method, params: dict[str, Any], column: str) -> bool:
    """Whether a part learned from columns and words, or, without a column, from baskets."""
    if column:
        return bool(method.needs & {"table", "text", "baskets", "customers"})
    by_choice = params.get("adapt") or (method.name == "entity" and "bought" in str(params.get("learn")))
    return bool(method.needs & {"baskets", "customers"} or by_choice)


def _filled(dataset: Dataset, vectors: Sequence[Embedding]) -> list[np.ndarray]:
    blocks, _ = blend_space.side_by_side(dataset, list(vectors))
    return blend_space.filled(blocks, blend_space.between(blocks))


def _cosines(blocks: Sequence[np.ndarray], weights: np.ndarray, rows: np.ndarray, among: np.ndarray) -> np.ndarray:
    """(q, n) the weighted mean of the cosines of the parts."""
    total = np.zeros((len(rows), len(among)), np.float32)
    for block, w in zip(blocks, weights, strict=True):
        if w > 0:
            total += np.float32(w) * (block[rows] @ block[among].T)
    return total


def _choose(questions: _Questions, subject: Blended, progress: Progress) -> tuple[np.ndarray, float, list[float]]:
    """(weights, the measure for them, for each part alone): weights by every second question, the measure by the
    others."""
    parts = len(subject.parts)
    corners = [np.eye(parts)[p] for p in range(parts)]
    tried = [*corners, *(_candidates(parts) if subject.given is None else [subject.given])]
    answers = []
    for step, weights in enumerate(tried):
        answers.append(questions.right(weights))
        progress(step + 1, len(tried))
    even = [float(a[::2].mean()) for a in answers]
    odd = [float(a[1::2].mean()) for a in answers]
    chosen = len(tried) - 1 if subject.given is not None else int(np.argmax(even))
    return tried[chosen], odd[chosen], odd[:parts]


def _candidates(parts: int) -> list[np.ndarray]:
    """Weights that are tried beside each part alone."""
    if parts == 2:
        return [np.array([w, 1 - w]) for w in _SHARES]
    if parts > 4:
        return [np.full(parts, 1 / parts)]
    return [np.array(w) / sum(w) for w in every(_FEW, repeat=parts) if sum(w) > 0]
