"""JobKind: one object that says everything about a piece of long work, and the register of its kinds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from embedcore.errors import InputError, MissingError

if TYPE_CHECKING:
    from embedcore.store import Store

QUEUES = ("heavy", "read")  # reading takes seconds: it does not wait behind a training
KINDS: dict[str, type[JobKind]] = {}  # by the name that the database has
_PARTS = {
    "kind": "the name that the database stores",
    "words": "its title on screen, with {of} for what a person calls its subject",
    "queue": f"one of {', '.join(QUEUES)}",
    "task": "“module:function” of what the worker runs",
    "key": "what determines its result: jobs of an equal key are one job",
    "stored": "the result that is there already",
    "commit": "what becomes of its result",
}


@dataclass(frozen=True)
class JobKind:
    """A piece of long work: a frozen dataclass whose fields are plain JSON, named by ids and keys, never by folders.

    A subclass gives `kind`, `words`, `queue`, `task`, `key`, `stored` and `commit`, or is refused when it is defined;
    `prepare` adds what the worker needs to find. of: what a person calls the subject. by_itself: begun by another
    job and not by a person; until it starts, what people submit goes first.

    >>> @dataclass(frozen=True)
    ... class Sweep(JobKind):
    ...     days: int
    ...     kind, words, queue, task = "sweep", "Sweeping {of}", "heavy", "embedcore.tasks.sweep:sweep"
    Traceback (most recent call last):
    TypeError: The job kind Sweep has no `key`: what determines its result: jobs of an equal key are one job.
    """

    kind: ClassVar[str] = ""
    words: ClassVar[str] = ""
    queue: ClassVar[str] = ""
    task: ClassVar[str] = ""

    of: str = field(default="this dataset", kw_only=True, compare=False)
    by_itself: bool = field(default=False, kw_only=True, compare=False)

    if TYPE_CHECKING:

        @property
        def key(self) -> str:
            """What determines the result; the same in every data folder."""

        def stored(self, store: Store) -> tuple[dict[str, Any], datetime] | None:
            """(result, when it was computed) when the work need not be done again."""

        def commit(self, store: Store, out: Path, result: Mapping[str, Any]) -> dict[str, Any]:
            """Keep what the task left in `out`; what pages need to find it, added to the task's own result."""

    def __init_subclass__(cls, *, family: bool = False) -> None:
        """family: a base of several kinds, none itself."""
        if family:
            return
        for part, what in _PARTS.items():
            if not getattr(cls, part, None) and not any(part in vars(c).get("__annotations__", ()) for c in _own(cls)):
                raise TypeError(f"The job kind {cls.__name__} has no `{part}`: {what}.")
        if cls.queue not in QUEUES:
            raise TypeError(f"The job kind {cls.__name__} has an unknown queue “{cls.queue}”: {_PARTS['queue']}.")
        if not all(cls.task.partition(":")):
            raise TypeError(f"The job kind {cls.__name__} has no `task`: {_PARTS['task']}.")
        if (other := KINDS.get(cls.kind)) is not None and other.__qualname__ != cls.__qualname__:
            raise TypeError(f"Two job kinds are called “{cls.kind}”: {other.__name__} and {cls.__name__}.")
        KINDS[cls.kind] = cls

    @property
    def title(self) -> str:
        """What it is called on screen."""
        return self.words.format(of=self.of)

    def spec(self) -> dict[str, Any]:
        """Its fields as JSON; `from_spec` makes an equal one of it."""
        values = {f.name: getattr(self, f.name) for f in fields(self)}
        values = {name: list(v) if isinstance(v, tuple) else v for name, v in values.items() if v is not None}
        return values if self.by_itself else {name: v for name, v in values.items() if name != "by_itself"}

    def prepare(self, store: Store) -> dict[str, Any]:  # noqa: ARG002  most kinds need it
        """The spec as the worker needs it: with folders to read from, since it cannot open the database."""
        return self.spec()

    def room(self, store: Store) -> tuple[int, str]:  # noqa: ARG002  most kinds need it
        """(bytes, what they are for) that it takes on the disk, as far as that is known before it begins."""
        return 0, "the work"

    def follows(self, result: Mapping[str, Any]) -> JobKind | None:  # noqa: ARG002  a kind may need it
        """The work that starts automatically when this is done."""
        return None


def _own(cls: type[JobKind]) -> list[type]:
    return [c for c in cls.__mro__ if issubclass(c, JobKind) and c is not JobKind]


def from_spec(kind: str, spec: Mapping[str, Any]) -> JobKind:
    """The job kind of that name with these fields. InputError when this version of the app knows no such work."""
    cls = KINDS.get(kind)
    known = {f.name for f in fields(cls)} if cls is not None else set()
    try:
        if cls is not None:
            return cls(**{name: value for name, value in spec.items() if name in known})
    except TypeError:  # a field is missing
        pass
    raise InputError("This work was begun by another version of the app.", "Start it again from its page.")


def run_folders(store: Store, key: str) -> dict[str, Any]:
    """Where a task finds a run: its arrays, its model and its dataset. MissingError when it was deleted."""
    run = store.run_info(key)
    return {
        "run_folder": str(store.run_folder(key)),
        "dataset_folder": str(store.dataset_folder(run.dataset)),
        "maps": store.projections(key),
        "run_method": run.method,
        "model_folder": str(store.model_folder(key)),
    }


def raw_folder(store: Store, key: str) -> str:
    """The folder of a table that was read. MissingError when it is gone."""
    folder = store.find_raw(Path(key).name)
    if folder is None:
        raise MissingError("The file that was read is no longer here.", "Upload it again.")
    return str(folder)


def age(folder: Path) -> datetime:
    """When a folder was completed."""
    return datetime.fromtimestamp(folder.stat().st_mtime, UTC)


def size(folder: Path) -> int:
    """Bytes of what lies in a folder, or of a file; 0 when it is gone."""
    if folder.is_file():
        return folder.stat().st_size
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
