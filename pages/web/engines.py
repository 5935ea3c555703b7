"""The open data folders of this server: one for everyone, or one for each person who signs in by name."""

from __future__ import annotations

import atexit
import logging
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event, Lock, Thread

from embedcore.jobs import Jobs
from embedcore.store import Store

AWAY = 30 * 60  # seconds without a look after which a person's data folder is closed
_log = logging.getLogger("embedcore.pages")


@dataclass(frozen=True)
class Engine:
    """An open data folder, and its queues and workers."""

    store: Store
    jobs: Jobs

    def close(self) -> None:
        """End the workers, then close the folder."""
        self.jobs.close()
        self.store.close()


@dataclass
class _Place:
    lock: Lock = field(default_factory=Lock)  # held while it is opened or closed
    engine: Engine | None = None
    used: float = 0.0


class Engines:
    """Open data folders, by path. Each opens on first use and closes when its user is away and no job runs."""

    def __init__(self, opener: Callable[[Path], Engine], root: Path) -> None:
        self._open = opener
        self._root = root
        self._places: dict[Path, _Place] = {}
        self._lock = Lock()
        self._ended = Event()
        self._watch: Thread | None = None
        atexit.register(self.close)

    def of(self, home: Path) -> Engine:
        """The open folder; whatever Store.open raises when it cannot be opened."""
        with self._lock:
            place = self._places.setdefault(home, _Place())
        with place.lock:
            place.used = time.monotonic()
            if place.engine is None:
                place.engine = self._open(home)
                self._begin_watch(home)
            return place.engine

    def rest(self, away: float = AWAY) -> list[Path]:
        """Close the folders of people who are away; which ones. The common folder stays open."""
        closed = []
        with self._lock:
            places = list(self._places.items())
        for home, place in places:
            with place.lock:
                idle = time.monotonic() - place.used >= away
                if home != self._root and idle and place.engine and not place.engine.jobs.live():
                    place.engine.close()
                    place.engine = None
                    closed.append(home)
        return closed

    def close(self) -> None:
        """Close them all."""
        self._ended.set()
        with self._lock:
            places = list(self._places.values())
        for place in places:
            with place.lock:
                if place.engine is not None:
                    place.engine.close()
                    place.engine = None

    def _begin_watch(self, home: Path) -> None:
        with self._lock:
            if home != self._root and self._watch is None:
                self._watch = Thread(target=self._rest_now_and_then, name="engines", daemon=True)
                self._watch.start()

    def _rest_now_and_then(self) -> None:
        while not self._ended.wait(60):
            for home in self.rest():
                _log.info("closed the data folder of %s: away", home.name)
