"""Matches: pairs of products with how likely each is one product, where to cut, and the groups that follow."""

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
from embedcore.match import groups, propagation
from embedcore.match.cut import ExpectedQuality, expected, logistic, shift
from embedcore.match.score import PairWeights

_SURE = 30.0  # log odds of what a person said


@dataclass(frozen=True, eq=False)
class Matches:
    """What was found in one catalogue.

    a, b: (m,) int64 positions in Dataset.items, a < b. evidence: (m,) float64 log odds of the pair alone, by
    `weights`. probability: (m,) that the two are one product, neighbours and this catalogue's share of matches
    considered. features: (m, F) float32 by `names`. cut: the probability with the highest expected F1. group: (n,)
    int64, the position of the first product of each product's group. same: (m,) bool, the pairs taken for one product
    at `cut`. shop: (n,) int32 codes of the source column, None for one catalogue. others: pairs that were looked at
    and dropped as hopeless. filled: how many pairs, the last ones, came in because a chain of likely matches joins
    them. meta: notices, left_out, candidates, seconds (JSON-able).
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
        """What to add to the evidence so that it holds in this catalogue, whose share of matches is its own."""
        if self.weights.moved is not None:
            return self.weights.moved
        listed = len(self) - self.filled
        # Copies of one row are sure, and say nothing about how many of the other pairs match.
        other = self.feature("identical")[:listed] == 0
        return shift(self.evidence[:listed][other], self.weights.prior, self.others)

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
        """id_a, id_b, score, probability, same, best first. (The reason of a pair: `explain`.)"""
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
    """What people said. a, b: (v,) positions in Dataset.items, a < b. same: (v,) bool."""

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

    def pairs(self, same: bool) -> list[tuple[int, int]]:
        """The pairs that are (or are not) the same."""
        keep = self.same == same
        return list(zip(self.a[keep].tolist(), self.b[keep].tolist(), strict=True))


NO_VERDICTS = PairVerdicts(np.empty(0, np.int64), np.empty(0, np.int64), np.empty(0, bool))


def rescored(matches: Matches, weights: PairWeights, said: PairVerdicts = NO_VERDICTS) -> Matches:
    """The same pairs by other weights, in the light of what people said."""
    table = {name: matches.features[:, k] for k, name in enumerate(matches.names)}
    evidence = weights.log_odds(table) if len(matches) else np.zeros(0)
    return resolved(replace(matches, weights=weights, evidence=evidence), said)


def resolved(matches: Matches, said: PairVerdicts = NO_VERDICTS) -> Matches:
    """Probabilities, cut and groups from the evidence of each pair."""
    where = rows_of(matches, said)
    log_odds = matches.adapted
    log_odds[where[where >= 0]] = np.where(said.same[where >= 0], _SURE, -_SURE)
    log_odds = propagation.propagate(log_odds, matches.a, matches.b, matches.n)
    log_odds[where[where >= 0]] = np.where(said.same[where >= 0], _SURE, -_SURE)
    if matches.shop is not None:
        prior = np.log(matches.weights.prior / (1 - matches.weights.prior))
        probability, _ = propagation.one_to_one(
            log_odds - matches.moved - prior, matches.a, matches.b, matches.shop, len(matches) + matches.others
        )
    else:
        probability = logistic(log_odds)
    return decide(matches, probability, None, said)


def decide(matches: Matches, probability: np.ndarray, cut: float | None, said: PairVerdicts = NO_VERDICTS) -> Matches:
    """Cut (at the highest expected F1 unless told where) and group."""
    cut = expected(probability).best if cut is None else cut
    same = probability >= cut
    group = groups.linked(
        np.where(same, probability, 0) if matches.shop is not None else probability,
        matches.a,
        matches.b,
        matches.n,
        cut,
        said.pairs(True),
        said.pairs(False),
    )
    return replace(matches, probability=probability, cut=float(cut), same=same, group=group)


def rows_of(matches: Matches, said: PairVerdicts) -> np.ndarray:
    """(v,) int64: the row of each verdict's pair, -1 where it is not among the pairs."""
    if not len(said.a) or not len(matches):
        return np.full(len(said.a), -1)
    key = matches.a * matches.n + matches.b
    wanted = said.a * matches.n + said.b
    order = np.argsort(key, kind="stable")
    at = np.minimum(np.searchsorted(key, wanted, sorter=order), len(key) - 1)
    return np.where(key[order[at]] == wanted, order[at], -1)
