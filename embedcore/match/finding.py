"""Find: from a catalogue to its matches."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from embedcore.data import Dataset, Embedding
from embedcore.errors import InputError
from embedcore.match import candidates, columns, features, groups, score, sparse, texts, traits
from embedcore.match.cut import expected, logistic, shift
from embedcore.match.matches import Matches, PairVerdicts, resolved
from embedcore.match.score import PairWeights
from embedcore.progress import Progress, part, silent

VERSION = 2  # raise it when the same catalogue gives other matches
_CHUNK = 65_536  # pairs whose features are in memory at a time
_HOPELESS = 0.002  # pairs less likely than this are dropped after scoring, when there are more than _ALL
_ALL = 300_000
_CHAIN = 1_500  # rows; longer chains of likely matches are not filled in pair by pair
_TWINS = 0.95  # likeness in another embedding (pictures, tables) that makes a pair worth a look
_FEW = 5
_FILLED = 500_000  # pairs that filling groups may add to any catalogue


@dataclass(frozen=True, eq=False)
class _Table:
    """Everything that comparing two rows needs."""

    texts: texts.CatalogueTexts
    traits: traits.Traits
    density: dict[str, np.ndarray]
    unit: np.ndarray | None
    has: np.ndarray | None
    extra: Mapping[str, score.Likeness]
    kinds: list[columns.TitleColumn]

    def compare(self, a: np.ndarray, b: np.ndarray) -> dict[str, np.ndarray]:
        found = features.compare(self.texts, self.traits, a, b, self.density, self.unit, self.has)
        for name, likeness in self.extra.items():
            found[name] = likeness.of(a, b)
        found |= columns.features(self.kinds, a, b)
        return found


def find(
    dataset: Dataset,
    embedding: Embedding | None = None,
    source: str | None = None,
    extra: Mapping[str, Embedding] | None = None,
    verdicts: pd.DataFrame | None = None,
    weights: PairWeights | None = None,
    seed: int = 0,
    progress: Progress = silent,
) -> Matches:
    """Products of the catalogue that are one product listed twice.

    embedding: text vectors of titles and brands (without them it works, a little less well). source: a column that says
    which shop a row is from: then only rows of different shops are matched, one to one. extra: other embeddings
    (pictures, tables) by name, whose likeness counts a little. verdicts: id_a, id_b, verdict ("same", "different").
    weights: what `teach` gave; those of the package otherwise. The same input and seed give the same matches.
    NeedsError without a catalogue or texts, InputError when `source` has fewer than two values.
    """
    began = time.perf_counter()
    read = texts.read(dataset, source)
    n = len(read)
    if read.shop is not None and len(np.unique(read.shop[read.shop >= 0])) < 2:
        raise InputError(f"The column “{source}” does not tell two sources apart.", "Choose another column, or none.")
    look = traits.of(read, part(progress, 0, 15))
    near = {
        "chars": candidates.near_words(look.chars, candidates.NEAREST, part(progress, 15, 30), "Comparing titles"),
        "terms": candidates.near_words(look.terms, candidates.NEAREST, part(progress, 30, 35), "Comparing words"),
    }
    unit = has = None
    if embedding is not None:
        unit, has, rows = _placed(dataset, embedding, n)
        near["meaning"] = candidates.near_vectors(
            *_within(embedding, rows), n, candidates.NEAREST, seed, part(progress, 35, 50)
        )
    pairs = [(found.a, found.b) for found in near.values()] + [candidates.same_model(look)]
    others = {f"like {name}": _placed(dataset, e, n) for name, e in (extra or {}).items()}
    pairs += [_twins(e, others[f"like {name}"][2], n, seed, silent) for name, e in (extra or {}).items()]
    said = PairVerdicts.of(dataset, verdicts)
    a, b = candidates.union([*pairs, (said.a, said.b)], n, read.shop)
    density = {name: found.density for name, found in near.items()}
    density["prose"] = features.density_of(sparse.dots(look.prose, look.prose, a, b), a, b, n)
    likeness = {name: score.Likeness.fit(*placed[:2], a, b) for name, placed in others.items()}
    table = _Table(read, look, density, unit, has, likeness, columns.read(dataset, read, source))
    weights = weights or score.shipped(embedding is not None).and_also(list(likeness))
    matches = _scored(table, weights, a, b, n, part(progress, 50, 85))
    candidates_found = len(a)
    if read.shop is None:
        matches = _filled(table, matches, part(progress, 85, 92))
    progress(92, 100, note="Grouping")
    matches = resolved(matches, said)
    progress(100, 100, note="Grouping")
    meta = {
        "notices": _notices(read, embedding, near),
        "left_out": int((~read.known).sum()),
        "candidates": candidates_found,
        "source": source or "",
        "seed": seed,
        "version": VERSION,
        "seconds": round(time.perf_counter() - began, 3),
        "extra": sorted(extra or {}),
    }
    return replace(matches, meta=meta)


def _scored(table: _Table, weights: PairWeights, a: np.ndarray, b: np.ndarray, n: int, progress: Progress) -> Matches:
    """The candidates that are not hopeless, scored."""
    evidence, given = np.zeros(len(a)), weights.names
    steps = -(-len(a) // _CHUNK)
    for step in range(steps):
        part = slice(step * _CHUNK, (step + 1) * _CHUNK)
        evidence[part] = weights.log_odds(table.compare(a[part], b[part]))
        progress(step + 1, steps, note="Comparing pairs")
    weights = columns.weighed(table.kinds, weights, evidence, a, b)
    for name, values in columns.features(table.kinds, a, b).items():
        if name not in given:
            evidence += weights.weight[weights.names.index(name)] * values
    copies = features.identical(table.texts, table.traits, a, b)
    moved = shift(evidence[~copies], weights.prior)
    # Few pairs have a chance: comparing those again is cheaper than keeping the features of all.
    at = np.flatnonzero(copies | (logistic(evidence + moved) >= (_HOPELESS if len(a) > _ALL else 0)))
    found = table.compare(a[at], b[at])
    empty = np.zeros(len(at))
    return Matches(
        n,
        a[at],
        b[at],
        evidence[at],
        empty,
        np.stack(list(found.values()), axis=1),
        tuple(found),
        weights,
        0.5,
        empty > 0,
        np.arange(n),
        table.texts.shop,
        len(a) - len(at),
    )


def _filled(table: _Table, matches: Matches, progress: Progress) -> Matches:
    """With the pairs inside chains of likely matches that nearest neighbours left out: large groups have more members
    than any list of neighbours is long."""
    progress(0, 2, note="Filling groups")
    probability = logistic(matches.adapted)
    cut = expected(probability).best
    a, b = groups.inside(matches.a, matches.b, probability, matches.n, cut, _CHAIN, max(_FILLED, 10 * matches.n))
    if not len(a):
        return matches
    found = table.compare(a, b)
    progress(1, 2, note="Filling groups")
    evidence = matches.weights.log_odds(found)
    empty = np.zeros(len(matches) + len(a))
    return replace(
        matches,
        filled=len(a),
        a=np.r_[matches.a, a],
        b=np.r_[matches.b, b],
        evidence=np.r_[matches.evidence, evidence],
        probability=empty,
        same=empty > 0,
        features=np.concatenate([matches.features, np.stack(list(found.values()), axis=1)]),
    )


def _placed(dataset: Dataset, embedding: Embedding, n: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """(unit vectors (n, d), which rows have one (n,), the row of each vector, -1 for products not in the catalogue)."""
    rows = np.array([dataset.index.get(str(i), -1) for i in embedding.ids], np.int64)
    rows[rows >= n] = -1
    unit, has = np.zeros((n, embedding.dimension), np.float32), np.zeros(n, bool)
    unit[rows[rows >= 0]] = embedding.unit[rows >= 0]
    has[rows[rows >= 0]] = True
    return unit, has, rows


def _within(embedding: Embedding, rows: np.ndarray) -> tuple[Embedding, np.ndarray]:
    """The vectors of products of the catalogue, and their rows."""
    return Embedding("product", embedding.ids[rows >= 0], embedding.vectors[rows >= 0]), rows[rows >= 0]


def _twins(
    embedding: Embedding, rows: np.ndarray, n: int, seed: int, progress: Progress
) -> tuple[np.ndarray, np.ndarray]:
    """Pairs that another embedding finds nearly the same."""
    inside, at = _within(embedding, rows)
    near = candidates.near_vectors(inside, at, n, _FEW, seed, progress)
    row = np.zeros(n, np.int64)
    row[at] = np.arange(len(at))
    alike = sparse.blocks(lambda p, q: np.einsum("ij,ij->i", inside.unit[row[p]], inside.unit[row[q]]), near.a, near.b)
    return near.a[alike >= _TWINS], near.b[alike >= _TWINS]


def _notices(
    read: texts.CatalogueTexts, embedding: Embedding | None, near: Mapping[str, candidates.NearPairs]
) -> list[str]:
    said = []
    empty = int((~read.known).sum())
    if empty:
        said.append(f"{empty:,} products have neither a title nor a description and were compared with nothing.")
    if embedding is None:
        said.append("Compared by letters and words only: vectors of the titles find a little more.")
    if embedding is not None and near["meaning"].recall < 1:
        said.append(
            f"{len(read):,} products are too many to compare the meaning of every title with every other: "
            f"{100 * near['meaning'].recall:.0f} % of the nearest ones were found."
        )
    words = np.array([len(t.split()) for t in read.title[read.known]])
    if len(words) and np.median(words) < 2:
        said.append("Most titles are one word long: look at what is found before you trust it.")
    return said
