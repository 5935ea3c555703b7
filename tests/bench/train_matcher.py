"""python -m tests.bench.train_matcher [--differences] [--write]: learn the matcher's weights, and judge them.

Each catalogue is judged by weights that were learned on the other one only, and by those that ship (learned on both).
What differences weigh is learned afterwards, beside the score, on both catalogues, the sample shop and invented shops
(synthetic_shops.py); --differences learns only that, and judges it. --write puts what was learned into the package.
"""

from __future__ import annotations

import argparse
import json
from typing import Any

import numpy as np

from embedcore import match
from embedcore.data import Dataset, Embedding
from embedcore.match import PairWeights
from tests.bench import difference_model
from tests.bench import matcher_model as model
from tests.shared import ROOT

WEIGHTS = ROOT / "embedcore" / "match" / "weights.json"
SEEDS = 3


def main() -> None:
    """Learn, judge, and perhaps write."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--write", action="store_true", help="put the weights of both catalogues into the package")
    options.add_argument("--differences", action="store_true", help="learn only what differences weigh")
    chosen = options.parse_args()
    shipped = json.loads(WEIGHTS.read_text(encoding="utf-8"))
    if not chosen.differences:
        shipped |= learn_scores()
    shipped["differences"] = learn_differences()
    if chosen.write:
        WEIGHTS.write_text(json.dumps(shipped, indent=1) + "\n", encoding="utf-8")
        print(f"\nwritten: {WEIGHTS.name}")


def learn_differences() -> dict[str, Any]:
    """The weights of differences, and one line of how they fit."""
    parts = list(difference_model.synthetic_examples())
    for name in (*model.CATALOGUES, "sample"):
        dataset, embedding = model.sample() if name == "sample" else model.catalogue(name)
        truth = model.gold(name, dataset)
        parts.append(difference_model.examples(name, dataset, embedding, truth))
    learned = difference_model.learn(parts)
    print(json.dumps(learned, indent=1))
    return learned


def learn_scores() -> dict[str, Any]:
    """The weights of the score with and without vectors, judged."""
    data = {name: model.catalogue(name) for name in model.CATALOGUES}
    truth = {name: model.gold(name, dataset) for name, (dataset, _) in data.items()}
    shipped = {}
    for title, with_vectors in (("with meaning", True), ("without meaning", False)):
        given = {n: (d, e if with_vectors else None) for n, (d, e) in data.items()}
        parts = {n: model.examples(d, e, truth[n]) for n, (d, e) in given.items()}
        both = model.learn(list(parts.values()))
        shipped[title] = both.plain()
        print(f"\n{title:34}{'F1':>7}{'best':>7}{'precision':>11}{'shown':>7}{'recall':>8}{'groups':>8}{'taught':>8}")
        for name, (dataset, embedding) in given.items():
            other = next(n for n in data if n != name)
            for who, weights in ((f"from {other}", model.learn([parts[other]])), ("shipped", both)):
                judge(f"{name} {who}", dataset, embedding, weights, truth[name], None)
                if "source" in dataset.columns("category"):
                    judge(f"{name}, two shops, {who}", dataset, embedding, weights, truth[name], "source")
    return shipped


def judge(
    title: str,
    dataset: Dataset,
    embedding: Embedding | None,
    weights: PairWeights,
    truth: np.ndarray,
    source: str | None,
) -> None:
    """One line: its own cut beside the best one, what it shows beside what is true, whole groups, after 30 verdicts."""
    found = match.find(dataset, embedding, source, weights=weights)
    total = true_pairs(dataset, truth, source)
    f1, best, precision, recall = scores(found, truth, total)
    shown = found.expected.of(found.cut)[0]
    taught = "" if source else f"{np.mean([after(found, truth, total, s) for s in range(SEEDS)]):8.3f}"
    print(
        f"{title:34}{f1:7.3f}{best:7.3f}{precision:11.3f}{shown:7.3f}{recall:8.3f}{exact(found, truth):8.3f}{taught}",
        flush=True,
    )


def true_pairs(dataset: Dataset, truth: np.ndarray, source: str | None) -> int:
    """Pairs of one product; of different shops only, when there is a source."""

    def pairs(label: np.ndarray) -> int:
        size = np.unique(label, return_counts=True)[1]
        return int((size * (size - 1) // 2).sum())

    if source is None:
        return pairs(truth)
    shop = dataset.column(source).astype(str).to_numpy()
    return pairs(truth) - pairs(np.array([f"{t}|{s}" for t, s in zip(truth, shop, strict=True)]))


def scores(found: match.Matches, truth: np.ndarray, total: int) -> tuple[float, float, float, float]:
    """(F1 at its own cut, F1 at the best cut, precision, recall)."""
    true = truth[found.a] == truth[found.b]
    order = np.argsort(-found.probability, kind="stable")
    best = (2 * np.cumsum(true[order]) / (np.arange(1, len(order) + 1) + total)).max()
    right, taken = int(true[found.same].sum()), int(found.same.sum())
    return 2 * right / (taken + total), float(best), right / max(taken, 1), right / total


def exact(found: match.Matches, truth: np.ndarray) -> float:
    """F1 of groups that are exactly right."""
    wanted = {tuple(np.flatnonzero(truth == t)) for t in np.flatnonzero(np.bincount(truth) > 1)}
    got = {tuple(g.tolist()) for g in found.groups()}
    return 2 * len({tuple(map(int, w)) for w in wanted} & got) / max(len(wanted) + len(got), 1)


def after(found: match.Matches, truth: np.ndarray, total: int, seed: int, verdicts: int = 30) -> float:
    """F1 at its own cut after so many verdicts, asked for ten at a time and given by the truth."""
    verdicts_so_far, now = match.NO_VERDICTS, found
    for _ in range(verdicts // 10):
        rows = match.ask(now, verdicts_so_far, 10, seed)
        a, b = np.r_[verdicts_so_far.a, now.a[rows]], np.r_[verdicts_so_far.b, now.b[rows]]
        verdicts_so_far = match.PairVerdicts(a, b, truth[a] == truth[b])
        now = match.teach(found, verdicts_so_far).matches
    return scores(now, truth, total)[0]


if __name__ == "__main__":
    main()
