"""Kinds of work whose tasks are those of small_tasks: quick, and able to misbehave."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from embedcore.jobs import JobKind
from embedcore.jobs.kinds import Artifact
from embedcore.store import Store

QUESTIONS = {name: f"tests.unit.jobs.small_tasks:{name}" for name in ("add", "pause", "who", "refuse", "warm")}


@dataclass(frozen=True)
class Small(JobKind, family=True):
    """Stored nowhere: always computed."""

    key: str = "k"

    def stored(self, store: Store) -> tuple[dict[str, Any], datetime] | None:
        return None

    def commit(self, store: Store, out: Path, result: Mapping[str, Any]) -> dict[str, Any]:
        return dict(result)


@dataclass(frozen=True)
class Count(Small):
    to: int = 3
    pause: float = 0.0
    hurry: str = ""

    kind, words, queue, task = "count", "Counting", "heavy", "tests.unit.jobs.small_tasks:count"


@dataclass(frozen=True)
class CountFile(Count):
    kind, words, queue, task = "count file", "Reading", "read", "tests.unit.jobs.small_tasks:count"


@dataclass(frozen=True)
class Spin(Small):
    pids: str = ""

    kind, words, queue, task = "spin", "Spinning", "heavy", "tests.unit.jobs.small_tasks:spin"


@dataclass(frozen=True)
class LookAround(Small):
    names: Sequence[str] = ()

    kind, words, queue, task = "environment", "Looking", "heavy", "tests.unit.jobs.small_tasks:environment"


@dataclass(frozen=True)
class LookAroundFirst(LookAround):
    """The same in the queue of what reads files."""

    kind, queue = "look-first", "read"


@dataclass(frozen=True)
class Explain(Small):
    kind, words, queue, task = "explain", "Trying", "heavy", "tests.unit.jobs.small_tasks:explain"


@dataclass(frozen=True)
class Boom(Small):
    kind, words, queue, task = "boom", "Trying", "heavy", "tests.unit.jobs.small_tasks:boom"


@dataclass(frozen=True)
class Hungry(Small):
    kind, words, queue, task = "hungry", "Trying", "heavy", "tests.unit.jobs.small_tasks:hungry"


@dataclass(frozen=True)
class Die(Small):
    kind, words, queue, task = "die", "Trying", "heavy", "tests.unit.jobs.small_tasks:die"


@dataclass(frozen=True)
class Eat(Small):
    kind, words, queue, task = "eat", "Eating", "heavy", "tests.unit.jobs.small_tasks:eat"


@dataclass(frozen=True)
class EatFile(Small):
    kind, words, queue, task = "eat file", "Reading", "read", "tests.unit.jobs.small_tasks:eat"


@dataclass(frozen=True)
class LookAtFile(Small):
    size: int = 0

    kind, words, queue, task = "look at file", "Looking", "heavy", "tests.unit.jobs.small_tasks:look"


@dataclass(frozen=True)
class Adjusted(Small):
    kind, words, queue, task = "adjusted", "Looking", "heavy", "tests.unit.jobs.small_tasks:adjusted"


@dataclass(frozen=True)
class StopItself(Small):
    kind, words, queue, task = "stop", "Trying", "heavy", "tests.unit.jobs.small_tasks:stop"


@dataclass(frozen=True)
class Nonsense(Small):
    kind, words, queue, task = "nonsense", "Trying", "heavy", "tests.unit.jobs.small_tasks:nonsense"


@dataclass(frozen=True)
class Keep(Artifact):
    settings: str = "k"

    kind, words, queue, task = "keep", "Keeping", "heavy", "tests.unit.jobs.small_tasks:keep"
