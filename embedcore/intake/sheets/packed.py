"""XML inside a zip, such as a spreadsheet: read part by part, within limits, without anything that it refers to."""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any
from xml.parsers import expat

from embedcore.errors import InputError

_CHUNK = 1 << 18
_SMALL = 20 << 20  # bytes that a part may always have
_RATIO = 150  # how many times its packed size a larger part may have: real sheets reach 50
BROKEN = (
    zipfile.BadZipFile,
    zlib.error,
    EOFError,
    OSError,
    RuntimeError,
    ValueError,
    KeyError,
    IndexError,
    OverflowError,
    expat.ExpatError,
)  # what zipfile, expat and numbers that are none raise


class Package:
    """A zip whose parts are found by name in any case, with / or \\."""

    def __init__(self, path: Path, filename: str) -> None:
        self._filename, self.size = filename, path.stat().st_size
        self._zip = zipfile.ZipFile(path)
        self._members = {m.filename.replace("\\", "/").lstrip("/").lower(): m for m in self._zip.infolist()}

    def __enter__(self) -> Package:
        return self

    def __exit__(self, *_: object) -> None:
        self._zip.close()

    def __contains__(self, name: str) -> bool:
        return name.lstrip("/").lower() in self._members

    def names(self) -> list[str]:
        """All parts, in small letters."""
        return [*self._members]

    def open(self, name: str) -> Any:
        """A part as a stream; InputError for one that is much larger than it is packed."""
        member = self._members[name.lstrip("/").lower()]
        if member.flag_bits & 1:
            raise protected(self._filename)
        if member.file_size > max(_SMALL, _RATIO * member.compress_size):
            raise InputError(
                f"“{self._filename}” unpacks to {member.file_size >> 20:,} MB, far more than a spreadsheet of its size "
                "holds.",
                "Open it, delete the empty rows and columns, save it again, or export the sheet as CSV.",
            )
        return self._zip.open(member)

    def parse(self, name: str, start: Callable[..., Any], end: Callable[..., Any], text: Callable[..., Any]) -> None:
        """Run one part through a parser."""
        with self.open(name) as stream:
            parse(stream, start, end, text)


class Enough(Exception):
    """Raised by a handler that needs no more."""


def parse(stream: Any, start: Callable[..., Any], end: Callable[..., Any], text: Callable[..., Any]) -> None:
    """Call start(name, attributes), end(name) and text(part) for an XML stream, names without their prefix.
    ValueError when it declares a document type: that is where entities come from, and no spreadsheet has one."""
    parser = expat.ParserCreate()
    parser.buffer_text, parser.buffer_size = True, 1 << 16

    def refuse(*_: object) -> None:
        raise ValueError("a document type")

    def root(tag: str, attributes: dict[str, str]) -> None:
        # Most files have no prefixes: only those that do pay for taking them off.
        if ":" in tag:
            parser.StartElementHandler = lambda tag, attributes: start(tag.rpartition(":")[2], attributes)
            parser.EndElementHandler = lambda tag: end(tag.rpartition(":")[2])
        else:
            parser.StartElementHandler, parser.EndElementHandler = start, end
        parser.StartElementHandler(tag, attributes)

    parser.StartDoctypeDeclHandler = refuse
    parser.StartElementHandler, parser.CharacterDataHandler = root, text
    try:
        while chunk := stream.read(_CHUNK):
            parser.Parse(chunk, False)
        parser.Parse(b"", True)
    except Enough:
        return


def protected(filename: str) -> InputError:
    """The error for a file with a password."""
    return InputError(f"“{filename}” is protected by a password.", "Save it without one and retry.")


def damaged(filename: str) -> InputError:
    """The error for a spreadsheet that cannot be read."""
    return InputError(f"“{filename}” is a damaged spreadsheet.", "Open it, save it again and retry.")
