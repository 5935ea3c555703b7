"""Logs without anybody's data: what failed, when and where in the code, never a cell, a name or a file.

Messages of exceptions and of libraries quote values ("could not convert string to float: ..."), so they are not kept.

>>> try:
...     float("secret")
... except ValueError as error:
...     print(trace(error).splitlines()[0])
ValueError
"""

from __future__ import annotations

import errno
import logging
import os
import re
import sys
import threading
import time
import traceback
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from logging.handlers import RotatingFileHandler
from pathlib import Path
from types import TracebackType
from typing import Any

__all__ = ["Entry", "keep_trace", "recent", "start", "stop", "trace"]

VALUES = "EMBEDCORE_LOG_VALUES"  # "1": for developers; messages of errors are kept, and they may quote data
_SIZE, _KEPT = 1_000_000, 4  # bytes of one file; older files kept beside it
_FRAMES, _CHAIN = 30, 5  # places in the code and causes that one trace names at most
_OURS = ("embedcore", "pages")
_ROOT = Path(__file__).resolve().parents[1].as_posix() + "/"
_PACKAGE = re.compile(r".*/(?:site-packages|dist-packages|python3\.\d+)/")
_HEAD = re.compile(
    r"(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d) (WARNING|ERROR|CRITICAL) ([\w.]{1,80}):(?: [^\n]*?)??"
    r"(?: \[([\w.]{1,100})(?: \w{1,20})?\])? at ([\w./<>-]{1,160}:\d+:[\w<>]{1,80})"
)
_TAIL = 200_000  # bytes read from the end of each file when looking for recent errors
_lock = threading.Lock()
_handlers: dict[str, logging.Handler] = {}
_plain_factory = logging.getLogRecordFactory()


@dataclass(frozen=True)
class Entry:
    """A warning or an error that was logged: when (UTC), how bad, which part of the program, the type of the exception
    (empty: none) and the place in the code.

    >>> Entry(datetime(2026, 1, 1, tzinfo=UTC), "ERROR", "embedcore.pages", "KeyError", "pages/map.py:7:draw").what
    'KeyError'
    """

    when: datetime
    level: str
    source: str
    what: str
    at: str


def start(home: Path, name: str, *, console: bool = False) -> None:
    """From now on this process logs warnings and errors to `logs/<name>.log` in the data folder (five files of 1 MB at
    most), with `console` to its standard error, too, and nothing that anybody logs holds data. A log that cannot be
    written is no error. Calling it again does nothing.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     start(Path(folder), "server")
    ...     logging.getLogger("embedcore.example").warning("The table %s has %d rows", "secret", 7)
    ...     "The table … has 7 rows" in (Path(folder) / "logs" / "server.log").read_text(encoding="utf-8")
    True
    """
    path = str((home / "logs" / f"{name}.log").absolute())
    with _lock:
        if path in _handlers:
            return
        _close()
        if os.environ.get(VALUES) != "1":
            logging.setLogRecordFactory(_record)
        formatter = logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s", "%Y-%m-%d %H:%M:%S")
        formatter.converter = time.gmtime
        _handlers[path] = _File(path)
        if console:
            _handlers["console"] = logging.StreamHandler()
        for handler in _handlers.values():
            handler.setLevel(logging.WARNING)
            handler.setFormatter(formatter)
            logging.getLogger().addHandler(handler)
        for logger in _apart():
            logger.addHandler(_handlers[path])
        logging.captureWarnings(capture=True)
        sys.excepthook = lambda kind, error, tb: _ended("The process ended with", error)  # noqa: ARG005  as Python calls it
        threading.excepthook = lambda args: _ended("A thread ended with", args.exc_value)
        sys.unraisablehook = lambda args: _ended("A destructor ended with", args.exc_value)


def _apart() -> list[logging.Logger]:
    """Loggers of libraries that keep their messages to themselves (Streamlit's, the web server's)."""
    known = logging.getLogger().manager.loggerDict.values()
    return [logger for logger in known if isinstance(logger, logging.Logger) and not logger.propagate]


def _ended(sentence: str, error: BaseException | None) -> None:
    if not isinstance(error, (SystemExit, KeyboardInterrupt)):
        logging.getLogger("embedcore.process").error(sentence, exc_info=error)


def stop() -> None:
    """Log as before `start`, for a program that goes on without a data folder.

    >>> stop()
    """
    with _lock:
        _close()
        logging.setLogRecordFactory(_plain_factory)
        logging.captureWarnings(capture=False)
        sys.excepthook, sys.unraisablehook = sys.__excepthook__, sys.__unraisablehook__
        threading.excepthook = threading.__excepthook__


def _close() -> None:
    for handler in _handlers.values():
        for logger in (logging.getLogger(), *_apart()):
            logger.removeHandler(handler)
        handler.close()
    _handlers.clear()


def trace(error: BaseException) -> str:
    """The types of an exception and of what caused it, with the places in the code, one a line; no messages, no values.

    >>> trace(OSError(28, "secret.csv"))
    'OSError ENOSPC'
    """
    lines: list[str] = []
    for n, one in enumerate(_chain(error)):
        lines.append(f"{'caused by ' if n else ''}{_type(one)}")
        lines += [f"  {place}" for place in _places(one.__traceback__)]
        if isinstance(one, BaseExceptionGroup):
            lines += [f"  holds {_type(inner)}" for inner in one.exceptions[:_CHAIN]]
    return "\n".join(lines)


def keep_trace(home: Path, name: str, error: BaseException) -> bool:
    """Write the trace of an error to `logs/<name>.log` in the data folder; False when it could not be written.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     keep_trace(Path(folder), "job-1", ValueError("secret"))
    True
    """
    message = f"{datetime.now(UTC):%Y-%m-%d %H:%M:%S} ERROR embedcore.jobs: {_summary(error)}\n{trace(error)}\n"
    if os.environ.get(VALUES) == "1":
        message += "".join(traceback.format_exception(error))[-20_000:]
    with suppress(OSError, ValueError):
        (home / "logs").mkdir(parents=True, exist_ok=True)
        (home / "logs" / f"{name}.log").write_text(message, encoding="utf-8")
        return True
    return False


def recent(home: Path, count: int = 20) -> list[Entry]:
    """The newest warnings and errors in the logs of a data folder, newest first. Lines of another form are left out:
    nothing of a log of an older version or of a library comes through.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     _ = keep_trace(Path(folder), "job-1", ValueError("secret"))
    ...     [entry.what for entry in recent(Path(folder))]
    ['ValueError']
    """
    found: list[Entry] = []
    with suppress(OSError):
        files = sorted((home / "logs").glob("*.log*"), key=_changed, reverse=True)
        for path in files[: 5 * count]:
            for line in _tail(path):
                match = _HEAD.fullmatch(line)
                if match:
                    when, level, source, what, at = match.groups()
                    stamp = datetime.strptime(when, "%Y-%m-%d %H:%M:%S").replace(tzinfo=UTC)
                    found.append(Entry(stamp, level, source, what or "", at))
    return sorted(found, key=lambda entry: entry.when, reverse=True)[:count]


class _File(RotatingFileHandler):
    """A full or locked disk loses lines of the log, and nothing else."""

    def __init__(self, path: str) -> None:
        super().__init__(path, maxBytes=_SIZE, backupCount=_KEPT, encoding="utf-8", delay=True, errors="replace")

    def _open(self) -> Any:
        Path(self.baseFilename).parent.mkdir(parents=True, exist_ok=True)
        return super()._open()

    def emit(self, record: logging.LogRecord) -> None:
        """Write it; to a new file when a person deleted the logs meanwhile."""
        if self.stream is not None and not Path(self.baseFilename).exists():
            self._shut()
        super().emit(record)

    def handleError(self, record: logging.LogRecord) -> None:
        """Say nothing: the usual answer prints the record."""
        del record
        self._shut()

    def _shut(self) -> None:
        stream, self.stream = self.stream, None
        if stream is not None:
            with suppress(OSError, ValueError):  # what could not be written is still in its buffer
                stream.close()


def _record(*args: Any, **kwargs: Any) -> logging.LogRecord:
    """A log record without data, whoever logs: every handler and formatter of the process gets this one."""
    record = _plain_factory(*args, **kwargs)
    error = record.exc_info[1] if record.exc_info else None
    text = ""
    if record.name.split(".")[0] in _OURS:
        text = _filled(str(record.msg), record.args)
    place = f"{_place(record.pathname)}:{record.lineno}:{record.funcName}"
    end = _summary(error) if error is not None else f"at {place}"
    record.msg, record.args = f"{text} {end}".strip().replace("\n", " "), ()
    record.exc_info, record.stack_info = None, None
    record.exc_text = trace(error) if error is not None else None
    return record


def _filled(message: str, values: Any) -> str:
    """Our own constant words, with numbers where numbers were given; anything else is left out."""
    if not isinstance(values, tuple) or not values:
        return message
    try:
        return message % tuple(v if isinstance(v, (int, float)) else "…" for v in values)
    except (TypeError, ValueError):
        return message


def _summary(error: BaseException) -> str:
    places = list(_places(error.__traceback__))
    return f"[{_type(error)}] at {places[-1] if places else '<unknown>:0:<unknown>'}"


def _type(error: BaseException) -> str:
    kind = type(error)
    name = kind.__qualname__ if kind.__module__ == "builtins" else f"{kind.__module__}.{kind.__qualname__}"
    code = errno.errorcode.get(error.errno or 0, "") if isinstance(error, OSError) else ""
    return f"{name} {code}".strip()


def _chain(error: BaseException) -> Iterator[BaseException]:
    seen: set[int] = set()
    now: BaseException | None = error
    while now is not None and id(now) not in seen and len(seen) < _CHAIN:
        seen.add(id(now))
        yield now
        now = now.__cause__ or (None if now.__suppress_context__ else now.__context__)


def _places(tb: TracebackType | None) -> Iterator[str]:
    """file:line:function of each frame, the outermost first; the middle of a very deep one is left out."""
    frames = [f"{_place(frame.f_code.co_filename)}:{line}:{frame.f_code.co_name}" for frame, line in _walk(tb)]
    if len(frames) > _FRAMES:
        frames = [*frames[: _FRAMES // 3], *frames[-(_FRAMES - _FRAMES // 3) :]]
    yield from frames


def _walk(tb: TracebackType | None) -> Iterator[tuple[Any, int]]:
    while tb is not None:
        yield tb.tb_frame, tb.tb_lineno
        tb = tb.tb_next


def _place(file: str) -> str:
    """A source file without the folders of this machine; a file that is neither ours nor a package's has no name."""
    file = file.replace(os.sep, "/")
    if package := _PACKAGE.match(file):
        return file[package.end() :]
    return file.removeprefix(_ROOT) if file.startswith(_ROOT) else "<unknown>"


def _changed(path: Path) -> float:
    with suppress(OSError):
        return path.stat().st_mtime
    return 0.0


def _tail(path: Path) -> list[str]:
    with suppress(OSError), path.open("rb") as file:
        file.seek(0, os.SEEK_END)
        file.seek(max(0, file.tell() - _TAIL))
        return file.read().decode("utf-8", "replace").splitlines()
    return []
