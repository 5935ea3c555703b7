"""The errors a person may see: one plain sentence each, and what to do about it."""

from __future__ import annotations

__all__ = ["BusyError", "Cancelled", "EmbedError", "InputError", "MissingError", "NeedsError", "UnsureError"]


class EmbedError(Exception):
    """A problem that we can explain. `message` says what is wrong and where, `hint` what to do.

    >>> print(EmbedError("“a.csv” is empty.", "Choose another file."))
    “a.csv” is empty. Choose another file.
    """

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.message} {self.hint}".strip()


class InputError(EmbedError):
    """A file, a mapping or a parameter that cannot be used as it is.

    >>> raise InputError("The catalogue has no rows.", "Choose a file with at least one product.")
    Traceback (most recent call last):
    embedcore.errors.InputError: The catalogue has no rows. Choose a file with at least one product.
    """


class UnsureError(InputError):
    """The files do not say something that changes the result, and nobody has said it: a command ends with code 3.

    >>> issubclass(UnsureError, InputError)
    True
    """


class NeedsError(EmbedError):
    """The data lacks what the chosen method needs.

    >>> raise NeedsError("This dataset has no baskets.", "Add a baskets file.")
    Traceback (most recent call last):
    embedcore.errors.NeedsError: This dataset has no baskets. Add a baskets file.
    """


class MissingError(EmbedError):
    """A dataset, run or product that is not, or no longer, here.

    >>> raise MissingError("There is no product “x1” in this dataset.")
    Traceback (most recent call last):
    embedcore.errors.MissingError: There is no product “x1” in this dataset.
    """


class BusyError(EmbedError):
    """Somebody else is using it: another process has the data folder open, or a worker is not ready yet.

    >>> raise BusyError("The data folder is in use by another process.", "Close it there first.")
    Traceback (most recent call last):
    embedcore.errors.BusyError: The data folder is in use by another process. Close it there first.
    """


class Cancelled(Exception):
    """A person cancelled the work; nothing was kept. Not an EmbedError: code that handles errors does not swallow it.

    >>> issubclass(Cancelled, EmbedError)
    False
    """
