"""A job: the frozen view that pages read, and the record behind it that the queue changes."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from embedcore.store import JobRow

LIVE = ("queued", "running")
_LOSSES = 500  # points of a curve
_RECENT = 20.0  # seconds of progress from which the rest is estimated


def clustering_name(spec: Mapping[str, Any]) -> str:
    """What a "cluster" job's result is called: "kmeans", "kmeans-12", "hdbscan-30-map"; the same settings, the same
    name."""
    asked = spec.get("k") if spec["method"] == "kmeans" else spec.get("min_size")
    seed = f"seed{spec['seed']}" if spec.get("seed") else ""
    space = "map" if spec.get("space") == "map" else ""
    return "-".join(str(part) for part in (spec["method"], asked or "", space, seed) if part)


@dataclass(frozen=True)
class Job:
    """A job at one moment.

    state: "queued", "running", "done", "failed", "cancelled" or "interrupted" (the server stopped). position: how many
    are before it (0 = running or next). step, of: progress (of is 0 before the first report). seconds_left: None while
    unknown. losses: (step, loss) in order, at most about 500. message, hint: what went wrong and what to do.
    result: what was stored ({"raw"}, {"dataset"}, {"run"}, {"run", "kind"}, {"run", "name"}). cached: the result was
    there before it was asked for; finished says since when. created, finished: aware, UTC.
    """

    id: str
    kind: str
    key: str
    title: str
    spec: Mapping[str, Any]
    state: str
    position: int
    step: int
    of: int
    note: str
    seconds_left: float | None
    losses: tuple[tuple[int, float], ...]
    message: str
    hint: str
    result: Mapping[str, Any]
    cached: bool
    created: datetime
    finished: datetime | None


@dataclass(eq=False)
class Record:
    """The changing side of a job; the queue's lock guards it."""

    id: str
    kind: str
    key: str
    title: str
    spec: dict[str, Any]
    created: datetime
    state: str = "queued"
    finished: datetime | None = None
    message: str = ""
    hint: str = ""
    result: dict[str, Any] = field(default_factory=dict)
    cached: bool = False
    step: int = 0
    of: int = 0
    note: str = ""
    cancelling: bool = False
    committing: bool = False
    _losses: tuple[tuple[int, float], ...] = ()
    _stride: int = 1
    _seen: int = 0
    _pace: deque[tuple[float, float]] = field(default_factory=deque)

    @classmethod
    def of_row(cls, row: JobRow) -> Record:
        return cls(
            row.id,
            row.kind,
            row.key,
            row.title,
            dict(row.spec),
            row.created,
            row.state,
            row.finished,
            row.message,
            row.hint,
            dict(row.result or {}),
        )

    def row(self) -> JobRow:
        """What is kept of it."""
        return JobRow(
            self.id,
            self.kind,
            self.key,
            self.title,
            self.spec,
            self.state,
            self.created,
            self.finished,
            self.message,
            self.hint,
            self.result,
        )

    def view(self, position: int) -> Job:
        return Job(
            self.id,
            self.kind,
            self.key,
            self.title,
            self.spec,
            self.state,
            position,
            self.step,
            self.of,
            self.note,
            self._seconds_left(),
            self._losses,
            self.message,
            self.hint,
            self.result,
            self.cached,
            self.created,
            self.finished,
        )

    @property
    def by_itself(self) -> bool:
        """It followed from another job; nobody asked for it. In the spec, so that it outlives the server."""
        return bool(self.spec.get("by_itself"))

    def start(self) -> None:
        self.state = "running"

    def restart(self) -> None:
        """As if it were new."""
        self.state, self.finished, self.message, self.hint, self.result = "queued", None, "", "", {}
        self.step, self.of, self.note, self.cancelling, self.committing = 0, 0, "", False, False
        self._losses, self._stride, self._seen = (), 1, 0
        self._pace.clear()

    def end(self, state: str, message: str = "", hint: str = "", at: datetime | None = None) -> None:
        self.state, self.message, self.hint, self.finished = state, message, hint, at or datetime.now(UTC)

    def progress(self, event: Mapping[str, Any]) -> None:
        """Take in a worker's report."""
        self.step, self.of, self.note = event["step"], event["of"], event["note"]
        now = time.monotonic()
        if self.of and self.step:
            self._pace.append((now, self.step / self.of))
        while len(self._pace) > 2 and now - self._pace[1][0] > _RECENT:
            self._pace.popleft()
        for step, loss in event["losses"]:
            if self._seen % self._stride == 0:
                self._losses += ((step, loss),)
            self._seen += 1
            if len(self._losses) > _LOSSES:  # keep every second point, and of what comes too
                self._losses, self._stride = self._losses[::2], self._stride * 2

    def _seconds_left(self) -> float | None:
        """At the pace of the last seconds, counted down since the last report. The time before the first step (the
        worker starts, data is read, code is compiled) says nothing about the pace."""
        if self.state != "running" or len(self._pace) < 2:
            return None
        (t0, done0), (t1, done1) = self._pace[0], self._pace[-1]
        if t1 - t0 < 0.5 or done1 <= done0:
            return None
        left = (1 - done1) * (t1 - t0) / (done1 - done0)
        return max(0.0, left - (time.monotonic() - t1))
