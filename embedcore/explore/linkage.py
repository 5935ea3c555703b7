"""Average linkage on a sparse table of similarities, with pairs that must stay apart."""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Mapping

import numpy as np


class Linkage:
    """Groups that grow: every member starts alone, `join` and `grow` put groups together.

    apart: pairs that must never be in one group. unit: vectors of length 1 by member, or None. With them the average
    similarity of two groups is exact (the product of their mean vectors); without them it is the sum of the known
    similarities over the number of pairs.

    >>> link = Linkage(apart=[(1, 2)])
    >>> link.grow([(0, 1, 0.9), (1, 2, 0.95)], cut=0.5)
    >>> link.find(0) == link.find(1), link.find(1) == link.find(2)
    (True, False)
    """

    def __init__(self, apart: Iterable[tuple[int, int]], unit: Mapping[int, np.ndarray] | None = None) -> None:
        self.members: dict[int, list[int]] = {}
        self._root: dict[int, int] = {}
        self._apart: dict[int, set[int]] = {}
        self._near: dict[int, dict[int, float]] = {}
        self._unit = unit
        self._sum: dict[int, np.ndarray] = {}
        for a, b in apart:
            self._add(a)
            self._add(b)
            self._apart[a].add(b)
            self._apart[b].add(a)

    def find(self, member: int) -> int:
        """The name of the group a member is in."""
        return self._root.get(member, member)

    def join(self, a: int, b: int) -> bool:
        """Put the groups of a and b together, unless a verdict keeps them apart. True when they are one now."""
        self._add(a)
        self._add(b)
        a, b = self.find(a), self.find(b)
        if a == b:
            return True
        if b in self._apart[a]:
            return False
        if len(self.members[a]) < len(self.members[b]):
            a, b = b, a
        for m in self.members[b]:
            self._root[m] = a
        self.members[a] += self.members.pop(b)
        if b in self._sum and a in self._sum:
            self._sum[a] = self._sum[a] + self._sum.pop(b)
        else:
            self._sum.pop(a, None)
            self._sum.pop(b, None)
        for other in self._apart.pop(b):
            self._apart[other].discard(b)
            self._apart[other].add(a)
            self._apart[a].add(other)
        for other, total in self._near.pop(b).items():
            del self._near[other][b]
            if other != a:
                self._near[a][other] = self._near[other][a] = self._near[a].get(other, 0.0) + total
        return True

    def grow(self, table: Iterable[tuple[int, int, float]], cut: float) -> None:
        """Join the two groups that are most alike on average, again and again, down to `cut`.

        table: (member, member, similarity), each pair once. Only groups that share a pair of the table are compared.
        """
        for one, other, score in table:
            self._add(one)
            self._add(other)
            a, b = self.find(one), self.find(other)
            if a != b:
                self._near[a][b] = self._near[b][a] = self._near[a].get(b, 0.0) + score
        queue = [(-self._average(a, b), a, b) for a in self._near for b in self._near[a] if a < b]
        queue = [q for q in queue if -q[0] >= cut - 1e-6]
        heapq.heapify(queue)
        while queue:
            score, a, b = heapq.heappop(queue)
            # An entry is stale when one of its groups is gone or has grown since.
            if a not in self.members or b not in self.members or abs(self._average(a, b) + score) > 1e-9:
                continue
            if self.join(a, b):
                kept = self.find(a)
                for other in self._near[kept]:
                    average = self._average(kept, other)
                    if average >= cut - 1e-6:
                        heapq.heappush(queue, (-average, min(kept, other), max(kept, other)))

    def _add(self, member: int) -> None:
        if member not in self._root:
            self._root[member] = member
            self.members[member] = [member]
            self._apart[member] = set()
            self._near[member] = {}
            if self._unit is not None and member in self._unit:
                self._sum[member] = self._unit[member].astype(np.float64)

    def _average(self, a: int, b: int) -> float:
        pairs = len(self.members[a]) * len(self.members[b])
        if a in self._sum and b in self._sum:
            return float(self._sum[a] @ self._sum[b]) / pairs
        return self._near[a].get(b, 0.0) / pairs
