"""A job: the frozen view that pages read, and the record behind it that the queue changes."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

from embedcore.store import JobRow

LIVE = ("queued", "running")
_LOSSES = 500  # points of a curve
_RECENT = 20.0  # seconds of progress from which the rest is estimated


@dataclass(frozen=True)
class Job(JobRow):
    """A job at one moment: what the store keeps of it (id, kind, key, title, spec, state, created, finished, message,
    hint, result) and how far it is.

    state: "queued", "running", "done", "failed", "cancelled" or "interrupted" (the server stopped). result: what was
    stored ({"raw"}, {"dataset"}, {"run"}, {"run", "kind"}, {"run", "name"}). cached: the result was there before it was
    submitted; finished says since when. position: how many are before it (0 = running or next). step, of: progress (of
    is 0 before the first report). seconds_left: None while unknown. losses: (step, loss) in order, at most about 500.

    >>> Job("1", "map", "r:umap", "Map of Shop", {"run": "r"}, "queued", datetime.now(UTC), position=2).live
    True
    """

    cached: bool = False
    position: int = 0
    step: int = 0
    of: int = 0
    note: str = ""
    seconds_left: float | None = None
    losses: tuple[tuple[int, float], ...] = ()

    @property
    def live(self) -> bool:
        """It waits or runs."""
        return self.state in LIVE


@dataclass(eq=False)
class Record:
    """The changing side of a job: its row, and how far it is. The queue's lock guards it."""

    row: JobRow
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

    def view(self, position: int = 0) -> Job:
        """What pages see of it now."""
        return Job(
            **vars(self.row),
            cached=self.cached,
            position=position,
            step=self.step,
            of=self.of,
            note=self.note,
            seconds_left=self._seconds_left(),
            losses=self._losses,
        )

    @property
    def id(self) -> str:
        """The job's id."""
        return self.row.id

    @property
    def state(self) -> str:
        """As in Job."""
        return self.row.state

    @property
    def live(self) -> bool:
        """It waits or runs."""
        return self.row.state in LIVE

    @property
    def by_itself(self) -> bool:
        """It was queued automatically after another job. In the spec, so that it outlives the server."""
        return bool(self.row.spec.get("by_itself"))

    def request(self) -> None:
        """A person submits it now."""
        self._set(spec={k: v for k, v in self.row.spec.items() if k != "by_itself"})

    def start(self) -> None:
        """It runs."""
        self._set(state="running")

    def fresh(self) -> JobRow:
        """The row that it has when it is queued again."""
        return replace(self.row, state="queued", finished=None, message="", hint="", result={})

    def restart(self) -> None:
        """As if it were new."""
        self.row = self.fresh()
        self.step, self.of, self.note, self.cancelling, self.committing = 0, 0, "", False, False
        self._losses, self._stride, self._seen = (), 1, 0
        self._pace.clear()

    def store(self, result: Mapping[str, Any]) -> None:
        """Its result is kept."""
        self._set(result=dict(result))

    def ended(self, state: str, message: str = "", hint: str = "") -> JobRow:
        """The row that it has when it ends now."""
        return replace(self.row, state=state, message=message, hint=hint, finished=datetime.now(UTC))

    def _set(self, **changes: Any) -> None:
        self.row = replace(self.row, **changes)

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
