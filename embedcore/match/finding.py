"""From a catalogue to its matches."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np

from embedcore.data import Dataset, Embedding
from embedcore.errors import InputError
from embedcore.match import candidates, columns, features, groups, score, shape, sparse, texts, traits
from embedcore.match.cut import expected, logistic, shift
from embedcore.match.matches import Matches, resolved
from embedcore.match.score import PairWeights
from embedcore.match.variants import evidence, options, templates, titles
from embedcore.progress import Progress, part, silent

VERSION = 3  # raise it when the same catalogue gives other matches
_CHUNK = 65_536  # pairs whose features are in memory at a time
# Chosen by hand.
_HOPELESS = 0.002  # pairs less likely than this are dropped after scoring, when there are more than _ALL
_ALL = 300_000
_CHAIN = 1_500  # rows; longer chains of likely matches are not filled in pair by pair
_TWINS = 0.95  # likeness in another embedding (pictures, tables) that makes a pair a candidate
_FEW = 5  # nearest rows of another embedding that are looked at
_FILLED = 500_000  # pairs that filling groups may add to any catalogue


@dataclass(frozen=True, eq=False)
class _Lookup:
    """Everything that comparing two rows of a catalogue needs.

    near: the nearest rows by each kind of likeness. unit: (n, d) vectors of length 1, has: (n,) which rows have one,
    both None without vectors. extra: likeness in other embeddings by feature name. columns: see match.columns."""

    texts: texts.CatalogueTexts
    traits: traits.Traits
    near: dict[str, candidates.NearPairs]
    unit: np.ndarray | None
    has: np.ndarray | None
    density: dict[str, np.ndarray] = field(default_factory=dict)
    extra: Mapping[str, score.Likeness] = field(default_factory=dict)
    columns: list[columns.TitleColumn] = field(default_factory=list)
    differences: evidence.Differences = evidence.NONE

    def compare(self, a: np.ndarray, b: np.ndarray) -> dict[str, np.ndarray]:
        """{feature: (m,) float32} of the pairs (a[i], b[i])."""
        found = features.compare(self.texts, self.traits, a, b, self.density, unit=self.unit, has=self.has)
        for name, likeness in self.extra.items():
            found[name] = likeness.of(a, b)
        if self.differences.options.columns:
            # Many copies of a row that differ in an option are no copies.
            found["identical"] *= ~self.differences.apart(a, b)
        return found | columns.features(self.columns, a, b)

    def candidates(self, extra: list[tuple[np.ndarray, np.ndarray]]) -> tuple[np.ndarray, np.ndarray]:
        """The pairs to compare, a < b: nearest rows of each kind, the same model number, and these extra ones."""
        pairs = [(found.a, found.b) for found in self.near.values()] + [candidates.same_model(self.traits), *extra]
        return candidates.union(pairs, len(self.texts), self.texts.shop)

    def with_density(self, a: np.ndarray, b: np.ndarray) -> _Lookup:
        """With how crowded each row's neighbourhood is, from the nearest rows and these candidates."""
        density = {name: found.density for name, found in self.near.items()}
        prose = sparse.dots(self.traits.prose, self.traits.prose, a, b)
        density["prose"] = features.density_of(prose, a, b, len(self.texts))
        return replace(self, density=density)


def find(  # noqa: PLR0913  each is one thing a caller may have
    dataset: Dataset,
    embedding: Embedding | None = None,
    source: str | None = None,
    extra: Mapping[str, Embedding] | None = None,
    *,
    weights: PairWeights | None = None,
    codes: np.ndarray | None = None,
    seed: int = 0,
    progress: Progress = silent,
) -> Matches:
    """Products of the catalogue that are one product listed twice.

    embedding: text vectors of titles and brands (without them it works, a little less well). source: a column that says
    which shop a row is from: then only rows of different shops are matched, one to one. extra: other embeddings
    (pictures, tables) by name, whose likeness counts a little. weights: what `teach` gave; those of the package
    otherwise. codes: (n,) what the file calls each row, where the ids of the dataset are not it. People's verdicts come
    in by `rescored`. The same input and seed give the same matches.
    NeedsError without a catalogue or texts, InputError when `source` has fewer than two values.

    >>> import pandas as pd
    >>> from embedcore import Catalogue
    >>> titles = ["Acme MX-500 mouse", "ACME mouse MX500", "Bolt desk lamp", "Oak shelf", "Tea pot", "Wool scarf"]
    >>> table = pd.DataFrame({"id": [*"abcdef"], "name": titles})
    >>> found = find(Dataset.build("shop", Catalogue(table, {"id": "id", "name": "title"})))
    >>> found.a[found.same].tolist(), found.b[found.same].tolist()
    ([0], [1])
    """
    began = time.perf_counter()
    lookup = _look_up(dataset, embedding, source, seed, progress)
    read, n = lookup.texts, len(lookup.texts)
    others = {f"like {name}": _placed(dataset, e, n) for name, e in (extra or {}).items()}
    twins = [_twins(e, others[f"like {name}"][2], n, seed) for name, e in (extra or {}).items()]
    a, b = lookup.candidates(twins)
    likeness = {name: score.Likeness.fit(*placed[:2], a, b) for name, placed in others.items()}
    told = columns.read(dataset, read, source)
    chosen = options.read(dataset, [c.name for c in told], source, codes, read, (a, b))
    mined = templates.mine(titles.read(read.title.tolist(), read.brand.tolist()), a, b)
    compared = evidence.Differences(mined, chosen)
    lookup = replace(lookup.with_density(a, b), extra=likeness, columns=told, differences=compared)
    weights = weights or score.shipped(meaning=embedding is not None).and_also(list(likeness))
    matches, how = _scored(lookup, weights, a, b, part(progress, 50, 85))
    if read.shop is None:
        matches = _filled(lookup, matches, how, part(progress, 85, 92))
    progress(92, 100, note="Grouping")
    matches = resolved(matches)
    progress(100, 100, note="Grouping")
    meta = {
        "notices": _notices(read, embedding, lookup.near),
        "left_out": int((~read.known).sum()),
        "candidates": len(a),
        "source": source or "",
        "seed": seed,
        "version": VERSION,
        "seconds": round(time.perf_counter() - began, 3),
        "extra": sorted(extra or {}),
        "options": [o.name for o in chosen.columns],
    }
    return replace(matches, meta=meta)


def candidate_features(
    dataset: Dataset, embedding: Embedding | None = None
) -> tuple[np.ndarray, np.ndarray, dict[str, np.ndarray]]:
    """(a, b, {feature: (m,) float32}) of the candidate pairs: what weights are learned from.

    >>> import pandas as pd
    >>> from embedcore import Catalogue
    >>> table = pd.DataFrame({"id": ["a", "b"], "name": ["Red tea pot", "Tea pot, red"]})
    >>> a, b, found = candidate_features(Dataset.build("shop", Catalogue(table, {"id": "id", "name": "title"})))
    >>> a.tolist(), b.tolist(), sorted(found)[:3]
    ([0], [1], ['brand', 'brand_clash', 'chars'])
    """
    lookup = _look_up(dataset, embedding, None, 0, silent)
    a, b = lookup.candidates([])
    return a, b, lookup.with_density(a, b).compare(a, b)


def _look_up(
    dataset: Dataset, embedding: Embedding | None, source: str | None, seed: int, progress: Progress
) -> _Lookup:
    """Read the catalogue and find the nearest rows of each: half of all the work."""
    read = texts.read(dataset, source)
    if read.shop is not None and len(np.unique(read.shop[read.shop >= 0])) < 2:
        raise InputError(f"The column “{source}” does not tell two sources apart.", "Choose another column, or none.")
    look = traits.of(read, part(progress, 0, 15))
    near = {
        "chars": candidates.near_words(look.chars, candidates.NEAREST, part(progress, 15, 30), "Comparing titles"),
        "terms": candidates.near_words(look.terms, candidates.NEAREST, part(progress, 30, 35), "Comparing words"),
    }
    if embedding is None:
        return _Lookup(read, look, near, None, None)
    unit, has, rows = _placed(dataset, embedding, len(read))
    inside, at = _within(embedding, rows)
    near["meaning"] = candidates.near_vectors(inside, at, len(read), candidates.NEAREST, seed, part(progress, 35, 50))
    return _Lookup(read, look, near, unit, has)


def _scored(
    lookup: _Lookup, weights: PairWeights, a: np.ndarray, b: np.ndarray, progress: Progress
) -> tuple[Matches, evidence.Scored]:
    """The candidates that are not hopeless, scored; and how, so that others can be scored in the same way."""
    score, given, kept = np.zeros(len(a)), weights.names, []
    steps = -(-len(a) // _CHUNK)
    for step in range(steps):
        rows = slice(step * _CHUNK, (step + 1) * _CHUNK)
        found = lookup.compare(a[rows], b[rows])
        score[rows] = weights.log_odds(found)
        if len(a) <= _ALL:
            kept.append(found)
        progress(step + 1, steps, note="Comparing pairs")
    weights = columns.weighed(lookup.columns, weights, score, a, b)
    for name, values in columns.features(lookup.columns, a, b).items():
        if name not in given:
            score += weights.weight[weights.names.index(name)] * values
    copies = features.identical(lookup.texts, lookup.traits, a, b) & ~lookup.differences.apart(a, b)
    how = evidence.scored(lookup.differences, weights, score, shift(score[~copies], weights.prior), a, b)
    moved = shift(how.log_odds[~copies], how.weights.prior)
    # Few pairs have a chance: comparing those again is cheaper than keeping the features of all.
    at = np.flatnonzero(copies | (logistic(how.log_odds + moved) >= (_HOPELESS if len(a) > _ALL else 0)))
    found = (
        {name: np.concatenate([f[name] for f in kept]) for name in kept[0]} if kept else lookup.compare(a[at], b[at])
    )
    found |= how.of_candidates(at, a[at], b[at], score[at])
    empty = np.zeros(len(at))
    matches = Matches(
        len(lookup.texts),
        a[at],
        b[at],
        how.weights.log_odds(found),
        empty,
        np.stack(list(found.values()), axis=1),
        tuple(found),
        how.weights,
        0.5,
        empty > 0,
        np.arange(len(lookup.texts)),
        lookup.texts.shop,
        len(a) - len(at),
    )
    return matches, how


def _filled(lookup: _Lookup, matches: Matches, how: evidence.Scored, progress: Progress) -> Matches:
    """With the pairs inside chains of likely matches that nearest neighbours left out: large groups have more members
    than any list of neighbours is long."""
    progress(0, 2, note="Filling groups")
    probability = np.where(matches.apart, 0, logistic(shape.softened(matches.adapted)))
    cut = expected(probability).best
    budget = max(_FILLED, 10 * matches.n)
    a, b = groups.inside(matches.a, matches.b, probability, matches.n, cut, most=_CHAIN, budget=budget)
    if not len(a):
        return matches
    found = lookup.compare(a, b)
    found |= how.features(a, b, how.score.log_odds(found))
    progress(1, 2, note="Filling groups")
    empty = np.zeros(len(matches) + len(a))
    return replace(
        matches,
        filled=len(a),
        a=np.r_[matches.a, a],
        b=np.r_[matches.b, b],
        evidence=np.r_[matches.evidence, matches.weights.log_odds(found)],
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


def _twins(embedding: Embedding, rows: np.ndarray, n: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Pairs that another embedding finds nearly the same."""
    inside, at = _within(embedding, rows)
    near = candidates.near_vectors(inside, at, n, _FEW, seed, silent)
    row = np.zeros(n, np.int64)
    row[at] = np.arange(len(at))
    twins = sparse.cosines(inside.unit, row[near.a], row[near.b]) >= _TWINS
    return near.a[twins], near.b[twins]


def _notices(
    read: texts.CatalogueTexts, embedding: Embedding | None, near: Mapping[str, candidates.NearPairs]
) -> list[str]:
    notices = []
    empty = int((~read.known).sum())
    if empty:
        notices.append(f"{empty:,} products have neither a title nor a description and were compared with nothing.")
    if embedding is None:
        notices.append("Compared by letters and words only; comparing what titles mean would find a few more.")
    if embedding is not None and near["meaning"].recall < 1:
        notices.append(
            f"{len(read):,} products are too many to compare the meaning of every title with every other: "
            f"{100 * near['meaning'].recall:.0f} % of the nearest ones were found."
        )
    words = np.array([len(t.split()) for t in read.title[read.known]])
    if len(words) and np.median(words) < 2:
        notices.append("Most titles are a single word: check the pairs before you rely on them.")
    return notices
