"""What is told of work that ended badly: one sentence and what to do, also when nothing can be written any more."""

from __future__ import annotations

import logging
import re
import signal
from collections.abc import Iterator
from pathlib import Path

from embedcore import logs
from embedcore.errors import EmbedError

_log = logging.getLogger("embedcore.jobs")
RUN_AGAIN = "Run it again"  # the button that stands below a hint with these words
FREE_SPACE = f"Free some space and press “{RUN_AGAIN}”."
_CUT_SHORT = re.compile(r"\d+ requested and \d+ written")  # numpy's words for a full disk
_NO_MEMORY = ("memory allocation of", "bad_alloc", "MemoryError", "Cannot allocate memory")


def explain(error: BaseException, home: Path, id: str, kind: str) -> tuple[str, str]:
    """(message, hint) for an error in a job. A mistake of ours is described in logs/<id>.log where that can be written,
    else in the server's log."""
    if (disk := disk_error(error, home)) is not None:
        return disk.message, disk.hint
    if isinstance(error, EmbedError):
        return error.message, error.hint
    if isinstance(error, MemoryError):
        return (
            "There was not enough memory for this.",
            f"Close other programs, or use fewer products or a smaller dimension. Then press “{RUN_AGAIN}”.",
        )
    where = _describe(error, home, id)
    return f"Something went wrong inside “{kind}”.", f"The details are in {where}."


def disk_error(error: BaseException, home: Path, hint: str = FREE_SPACE) -> EmbedError | None:
    """The sentence for an error that comes, directly or not, from a full or locked disk; None for any other."""
    from embedcore.data import folders  # not at the top: a worker that starts has no use for it yet

    for cause in _chain(error):
        if isinstance(cause, OSError) and _CUT_SHORT.search(str(cause)):
            return folders.disk_sentence(home, OSError("No space left on device"), hint)
        if isinstance(cause, PermissionError) and not str(cause.filename or home).startswith(str(home)):
            continue  # a file of somebody else
        if (found := folders.disk_sentence(home, cause, hint)) is not None:
            return found
    return None


def ended(status: int, last_words: str = "", *, full: bool = False, kills: int = 0) -> tuple[str, str]:
    """(message, hint) for a worker that ended without an answer.

    status: of the process, negative for a signal. last_words: what it printed. full: nothing is free on the disk.
    kills: processes that the system ended meanwhile for want of memory.

    >>> ended(-signal.SIGSEGV)[0]
    'The work crashed.'
    """
    again = f"Press “{RUN_AGAIN}”."
    if full and status == -signal.SIGBUS:  # a mapped file could not grow
        return "The disk of the data folder is full.", FREE_SPACE
    if status == -signal.SIGKILL and kills:
        return (
            "The computer ran out of memory and stopped the work.",
            f"Close other programs, or use fewer products or a smaller dimension. {again}",
        )
    if status == -signal.SIGKILL:
        return "The work was stopped from outside the app.", f"{again} If nobody stopped it, memory may have run out."
    if any(words in last_words for words in _NO_MEMORY):
        return too_much()
    if status < 0:
        return (
            "The work crashed.",
            f"{again} If it crashes again, the file or the settings are too much for it: try others. "
            "The details are in the data folder, in logs.",
        )
    return "The work stopped unexpectedly.", f"{again} The details are in the data folder, in logs."


def too_much(limit: str = "") -> tuple[str, str]:
    """(message, hint) for work that was stopped because of what it asked for. limit: what it might have had."""
    allowed = f" It may use {limit} here." if limit else ""
    return (
        f"This needs more memory than there is for it.{allowed}",
        "Close other programs, or use a smaller file, fewer products or a smaller dimension. Then press "
        f"“{RUN_AGAIN}”.",
    )


def _describe(error: BaseException, home: Path, id: str) -> str:
    """Keep what happened for whoever mends it; where it stands."""
    if logs.keep_trace(home, id, error):
        return f"the data folder, in logs/{id}.log"
    _log.error("A job failed, and its log could not be written", exc_info=error)
    return "the server's log"


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        yield error
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
