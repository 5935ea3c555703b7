"""Matches: pairs of products, the probability that each is one product, where to cut, and the groups that follow."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from embedcore.data import Dataset
from embedcore.errors import MissingError
from embedcore.match import groups, propagation, shape
from embedcore.match.cut import ExpectedQuality, expected, logistic, shift
from embedcore.match.score import PairWeights
from embedcore.match.variants.evidence import variants

SAME, VARIANT, DIFFERENT = "same", "variant", "different"
_SURE = 30.0  # log odds of a person's verdict


@dataclass(frozen=True, eq=False)
class Matches:
    """Likely duplicates of one catalogue, as `find` gives them.

    a, b: (m,) int64 positions in Dataset.items, a < b. evidence: (m,) float64 log odds of the pair alone, by
    `weights`. probability: (m,) that the two are one product, neighbours and this catalogue's share of matches
    considered. features: (m, F) float32 by `names`. cut: the probability with the highest expected F1. group: (n,)
    int64, the position of the first product of each product's group. same: (m,) bool, the pairs taken for one product
    at `cut`. shop: (n,) int32 codes of the source column, None for one catalogue. others: pairs that were looked at
    and dropped as hopeless. filled: how many pairs, the last ones, came in because a chain of likely matches joins
    them. meta: notices, left_out, candidates, seconds (JSON-able).

    >>> import numpy as np
    >>> from embedcore.match.score import shipped
    >>> one, zero = np.ones(1), np.zeros(1, np.int64)
    >>> found = Matches(
    ...     2, zero, zero + 1, one, one, np.empty((1, 0)), (), shipped(meaning=False), 0.5, one > 0, zero.repeat(2))
    >>> len(found), [group.tolist() for group in found.groups()]
    (1, [[0, 1]])
    """

    n: int
    a: np.ndarray
    b: np.ndarray
    evidence: np.ndarray
    probability: np.ndarray
    features: np.ndarray
    names: tuple[str, ...]
    weights: PairWeights
    cut: float
    same: np.ndarray
    group: np.ndarray
    shop: np.ndarray | None = None
    others: int = 0
    filled: int = 0
    meta: Mapping[str, Any] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.a)

    @cached_property
    def expected(self) -> ExpectedQuality:
        """Expected precision, recall and F1 at every cut."""
        return expected(self.probability)

    @cached_property
    def moved(self) -> float:
        """The shift of the evidence for the share of matches in this catalogue."""
        if self.weights.moved is not None:
            return self.weights.moved
        listed = len(self) - self.filled
        # Copies of one row are sure, and say nothing about how many of the other pairs match.
        other = self.feature("identical")[:listed] == 0
        apart = self.apart[:listed]
        return shift(self.evidence[:listed][other & ~apart], self.weights.prior, self.others + int(apart.sum()))

    @property
    def apart(self) -> np.ndarray:
        """(m,) bool: variants by their options or their parent, whatever else they share."""
        return np.asarray(self.feature("option_differs") > 0)

    @cached_property
    def kind(self) -> np.ndarray:
        """(m,) object: "same", "variant" (alike, but another size, colour, model ...) or "different"."""
        variant = variants(self.names, self.features, self.weights)
        return np.where(self.same, SAME, np.where(variant, VARIANT, DIFFERENT)).astype(object)

    @property
    def adapted(self) -> np.ndarray:
        """(m,) float64: the evidence, moved; copies of one row stay as sure as they are."""
        return self.evidence + np.where(self.feature("identical") > 0, 0, self.moved)

    @cached_property
    def row_of(self) -> dict[tuple[int, int], int]:
        """(position, position), the smaller first -> row."""
        return {(int(x), int(y)): k for k, (x, y) in enumerate(zip(self.a, self.b, strict=True))}

    def feature(self, name: str) -> np.ndarray:
        """(m,) float32; zeros when it was not measured here."""
        if name not in self.names:
            return np.zeros(len(self), np.float32)
        return np.asarray(self.features[:, self.names.index(name)])

    def at(self, cut: float) -> Matches:
        """The same pairs cut elsewhere: other pairs are the same, other groups follow."""
        return decide(self, self.probability, cut)

    def groups(self, least: int = 2) -> list[np.ndarray]:
        """Positions of the members of every group of at least `least`, in the order of their first member."""
        order = np.argsort(self.group, kind="stable")
        names, starts = np.unique(self.group[order], return_index=True)
        return [g for g in np.split(order, starts[1:]) if len(g) >= least] if len(names) else []

    def frame(self, dataset: Dataset) -> pd.DataFrame:
        """id_a, id_b, score, probability, same, kind, best first. (The reason of a pair: `explain`.)"""
        order = np.lexsort((self.b, self.a, -self.probability))
        a, b = self.a[order], self.b[order]
        p = self.probability[order]
        return pd.DataFrame(
            {
                "id_a": dataset.items[a],
                "id_b": dataset.items[b],
                "score": p,
                "probability": p,
                "same": self.same[order],
                "kind": self.kind[order],
                "row": order,
            }
        )

    def group_frame(self, dataset: Dataset) -> pd.DataFrame:
        """id, group: every product of a group of two and more; groups are numbered from 1."""
        found = self.groups()
        at = np.concatenate(found) if found else np.empty(0, np.int64)
        number = np.repeat(np.arange(1, len(found) + 1), [len(g) for g in found])
        return pd.DataFrame({"id": dataset.items[at], "group": number})

    def save(self, folder: Path) -> None:
        """Write matches.parquet, products.parquet and matches.json into `folder`."""
        folder.mkdir(parents=True, exist_ok=True)
        pairs = {
            "a": self.a,
            "b": self.b,
            "evidence": self.evidence,
            "probability": self.probability,
            "same": self.same,
            **{f"f_{k}": self.features[:, k] for k in range(len(self.names))},
        }
        pd.DataFrame(pairs).to_parquet(folder / "matches.parquet", index=False)
        rows = {"group": self.group} | ({} if self.shop is None else {"shop": self.shop})
        pd.DataFrame(rows).to_parquet(folder / "products.parquet", index=False)
        head = {
            "n": self.n,
            "names": list(self.names),
            "weights": self.weights.plain(),
            "cut": self.cut,
            "others": self.others,
            "filled": self.filled,
            "meta": dict(self.meta),
        }
        (folder / "matches.json").write_text(json.dumps(head, ensure_ascii=False), encoding="utf-8")

    @classmethod
    def load(cls, folder: Path) -> Matches:
        """Read what `save` wrote; MissingError when it is not there."""
        try:
            head = json.loads((folder / "matches.json").read_text(encoding="utf-8"))
        except FileNotFoundError:
            raise MissingError("The duplicates are no longer here.", "Look for them again.") from None
        pairs, rows = pd.read_parquet(folder / "matches.parquet"), pd.read_parquet(folder / "products.parquet")
        columns = [f"f_{k}" for k in range(len(head["names"]))]
        return cls(
            head["n"],
            pairs["a"].to_numpy(),
            pairs["b"].to_numpy(),
            pairs["evidence"].to_numpy(),
            pairs["probability"].to_numpy(),
            pairs[columns].to_numpy(np.float32),
            tuple(head["names"]),
            PairWeights.of(head["weights"]),
            head["cut"],
            pairs["same"].to_numpy(bool),
            rows["group"].to_numpy(),
            rows["shop"].to_numpy() if "shop" in rows else None,
            head["others"],
            head["filled"],
            head["meta"],
        )


@dataclass(frozen=True, eq=False)
class PairVerdicts:
    """People's verdicts on pairs. a, b: (v,) positions in Dataset.items, a < b. same: (v,) bool.

    >>> verdicts = PairVerdicts(np.array([0]), np.array([3]), np.array([True]))
    >>> verdicts.same_pairs, verdicts.different_pairs
    ([(0, 3)], [])
    """

    a: np.ndarray
    b: np.ndarray
    same: np.ndarray

    @classmethod
    def of(cls, dataset: Dataset, verdicts: pd.DataFrame | None) -> PairVerdicts:
        """From id_a, id_b, verdict ("same" or "different"); products that are not in the catalogue are left out."""
        rows = {}
        if verdicts is not None:
            for x, y, verdict in zip(verdicts["id_a"], verdicts["id_b"], verdicts["verdict"], strict=True):
                i, j = dataset.index.get(str(x), -1), dataset.index.get(str(y), -1)
                known = 0 <= i < dataset.n_catalogue and 0 <= j < dataset.n_catalogue and i != j
                if known and verdict in ("same", "different"):
                    rows[(min(i, j), max(i, j))] = verdict == "same"
        keys = np.array(list(rows), np.int64).reshape(-1, 2)
        return cls(keys[:, 0], keys[:, 1], np.array(list(rows.values()), bool))

    @property
    def same_pairs(self) -> list[tuple[int, int]]:
        """The pairs that are one product."""
        return self._pairs(self.same)

    @property
    def different_pairs(self) -> list[tuple[int, int]]:
        """The pairs that are two products."""
        return self._pairs(~self.same)

    def _pairs(self, which: np.ndarray) -> list[tuple[int, int]]:
        return list(zip(self.a[which].tolist(), self.b[which].tolist(), strict=True))


NO_VERDICTS = PairVerdicts(np.empty(0, np.int64), np.empty(0, np.int64), np.empty(0, bool))


def rescored(matches: Matches, weights: PairWeights, verdicts: PairVerdicts = NO_VERDICTS) -> Matches:
    """The same pairs by other weights, in the light of people's verdicts.

    >>> from embedcore import Catalogue
    >>> from embedcore.match.finding import find
    >>> table = pd.DataFrame({"id": ["a", "b", "c"], "name": ["Red tea pot", "Tea pot, red", "Oak shelf"]})
    >>> shop = Dataset.build("shop", Catalogue(table, {"id": "id", "name": "title"}))
    >>> found = find(shop)
    >>> answer = pd.DataFrame({"id_a": ["a"], "id_b": ["b"], "verdict": ["different"]})
    >>> rescored(found, found.weights, PairVerdicts.of(shop, answer)).groups()
    []
    """
    table = {name: matches.features[:, k] for k, name in enumerate(matches.names)}
    evidence = weights.log_odds(table) if len(matches) else np.zeros(0)
    return resolved(replace(matches, weights=weights, evidence=evidence), verdicts)


def resolved(matches: Matches, verdicts: PairVerdicts = NO_VERDICTS) -> Matches:
    """Probabilities, cut and groups from the evidence of each pair."""
    where = rows_of(matches, verdicts)
    rows, certain = where[where >= 0], np.where(verdicts.same[where >= 0], _SURE, -_SURE)
    log_odds, apart = matches.adapted, matches.apart
    doubted = ~apart & (matches.feature("identical") == 0)
    log_odds[doubted] = shape.softened(log_odds[doubted])
    log_odds[apart], log_odds[rows] = -_SURE, certain
    log_odds = propagation.propagate(log_odds, matches.a, matches.b, matches.n)
    log_odds[apart], log_odds[rows] = -_SURE, certain
    if matches.shop is not None:
        prior = np.log(matches.weights.prior / (1 - matches.weights.prior))
        probability, _ = propagation.one_to_one(
            log_odds - matches.moved - prior, matches.a, matches.b, matches.shop, len(matches) + matches.others
        )
    else:
        probability = logistic(log_odds)
    return decide(matches, probability, None, verdicts)


def decide(
    matches: Matches, probability: np.ndarray, cut: float | None, verdicts: PairVerdicts = NO_VERDICTS
) -> Matches:
    """Cut (where expected F1 is highest, unless `cut` is given) and group."""
    cut = expected(probability).best if cut is None else cut
    same = probability >= cut
    apart = matches.apart & ~same
    group = groups.linked(
        np.where(same, probability, 0) if matches.shop is not None else probability,
        matches.a,
        matches.b,
        matches.n,
        cut,
        same=verdicts.same_pairs,
        different=verdicts.different_pairs,
        apart=(matches.a[apart], matches.b[apart]),
    )
    return replace(matches, probability=probability, cut=float(cut), same=same, group=group)


def rows_of(matches: Matches, verdicts: PairVerdicts) -> np.ndarray:
    """(v,) int64: the row of each verdict's pair, -1 where it is not among the pairs."""
    if not len(verdicts.a) or not len(matches):
        return np.full(len(verdicts.a), -1)
    key = matches.a * matches.n + matches.b
    wanted = verdicts.a * matches.n + verdicts.b
    order = np.argsort(key, kind="stable")
    at = np.minimum(np.searchsorted(key, wanted, sorter=order), len(key) - 1)
    return np.where(key[order[at]] == wanted, order[at], -1)
