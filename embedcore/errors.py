"""The errors a person may see: one plain sentence each, with what to do about it."""

from __future__ import annotations


class EmbedError(Exception):
    """A problem that we can explain. `message` says what is wrong and where, `hint` what to do."""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.message} {self.hint}".strip()


class InputError(EmbedError):
    """A file, a mapping or a parameter that we cannot use as it is."""


class NeedsError(EmbedError):
    """A method was asked for on data that lacks what the method needs."""


class MissingError(EmbedError):
    """A dataset, run or product that is not (or no longer) here."""


class BusyError(EmbedError):
    """Another is at work there: the data folder is in use by another process, or a worker is not ready yet."""


class Cancelled(Exception):
    """The work was stopped because somebody asked for it; nothing was kept. Not an EmbedError: whoever handles errors
    does not swallow a cancellation."""
