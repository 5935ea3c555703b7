"""From the bytes of a file to a plain UTF-8 text file: what kind it is, unpacked, decoded, one kind of line end."""

from __future__ import annotations

import codecs
import gzip
import io
import re
import unicodedata
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from embedcore.errors import InputError
from embedcore.intake.columns.names import plural
from embedcore.intake.decisions import Decision
from embedcore.intake.sheets import web
from embedcore.intake.tables import sniff
from embedcore.intake.text import encodings
from embedcore.intake.text.marks import Marks
from embedcore.progress import Progress, silent

CHUNK = 4 << 20
# What a packed file may unpack to: a few kilobytes of gz can hold terabytes of zeros (chosen by hand).
MAX_UNPACKED = 8 << 30
BOMB_BYTES, BOMB_TIMES = 256 << 20, 500  # beyond both it holds nothing but repetition (chosen by hand)

_MAGIC = (
    (b"\x89PNG\r\n\x1a\n", "a PNG image"),
    (b"\xff\xd8\xff", "a JPEG image"),
    (b"GIF8", "a GIF image"),
    (b"RIFF", "an image, sound or video file"),
    (b"%PDF-", "a PDF document"),
    (b"{\\rtf", "a rich text document"),
    (b"Rar!", "a RAR archive"),
    (b"7z\xbc\xaf\x27\x1c", "a 7-Zip archive"),
    (b"BZh", "a bzip2 archive"),
    (b"\xfd7zXZ\x00", "an xz archive"),
    (b"\x28\xb5\x2f\xfd", "a zstd archive"),
    (b"\x7fELF", "a program"),
    (b"MZ\x90\x00", "a program"),
    (b"SQLite format 3\x00", "an SQLite database"),
    (b"\x89HDF\r\n\x1a\n", "an HDF5 file"),
    (b"ARROW1\x00\x00", "an Arrow file"),
    (b"PARE", "an encrypted Parquet file"),
    (b"\x80\x04\x95", "a Python pickle"),
    (b"\x80\x05\x95", "a Python pickle"),
    (b"\x93NUMPY", "a NumPy array"),
)
_BOMS = (
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
# Control characters that no text has, but for those that some programs put between cells.
_CONTROL = bytes(b for b in range(32) if b not in b"\t\n\r\x0b\x0c\x1a\x1b\x00\x01\x1c\x1d\x1e\x1f")
# Letters in UTF-8 for a byte that is none, from which a text is UTF-8 with some lines in Windows-1252 (chosen by hand).
MIXED = 0.25
TRY = "Export it as CSV, Excel or Parquet and try again."


@dataclass(frozen=True)
class Text:
    """A text file in UTF-8 with \\n line ends and no NUL, line for line as the original."""

    path: Path
    encoding: str
    notices: tuple[str, ...]
    decisions: tuple[Decision, ...] = ()


def kind(path: Path, filename: str) -> str:
    """One of csv, json, parquet, excel, web or gz, by the first bytes, not the name; InputError for anything else."""
    if not path.is_file():
        raise InputError(f"“{filename}” is not there (any more).", "Choose the file again.")
    with path.open("rb") as f:
        head = f.read(1 << 16)
    if not head:
        raise InputError(f"“{filename}” is empty.", "Choose a file with at least a header and one row.")
    if head[:2] == b"\x1f\x8b":
        return "gz"
    if head[:4] == b"PAR1":
        return "parquet"
    if head[:8] == b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1":
        return "excel"
    if head[:2] == b"PK" and head[2:4] in (b"\x03\x04", b"\x05\x06", b"\x07\x08"):
        return _zip(path, filename)
    found = next((what for magic, what in _MAGIC if head.startswith(magic)), None)
    if head[4:8] == b"ftyp":
        found = "a video or image file"
    if found:
        raise InputError(f"“{filename}” is {found}, not a table.", TRY)
    return _text_kind(head, filename)


def _text_kind(head: bytes, filename: str) -> str:
    if web.is_web(head):
        return "web"
    if sniff.is_json(head):
        return "json"
    _refuse_other_text(head, filename)
    return "csv"


def _zip(path: Path, filename: str) -> str:
    try:
        with zipfile.ZipFile(path) as z:
            members = z.infolist()
    except (zipfile.BadZipFile, OSError):
        raise InputError(f"“{filename}” is a damaged archive or spreadsheet.", "Save it again and retry.") from None
    names = {m.filename for m in members}
    if not any(n.startswith("xl/") or n == "content.xml" for n in names):
        raise InputError(f"“{filename}” is a zip archive, not a table.", "Unpack it and give the file inside.")
    if sum(m.file_size for m in members) > MAX_UNPACKED // 4:
        raise InputError(f"“{filename}” unpacks to more than we can read.", "Export the sheet as CSV.")
    return "excel"


def _refuse_other_text(head: bytes, filename: str) -> None:
    start = head.lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if start.startswith((b"<!doctype html", b"<html", b"<head", b"<?xml", b"<svg")):
        raise InputError(f"“{filename}” is a web page or XML, not a table.", TRY)
    if what := sniff.other_text(head):
        raise InputError(f"“{filename}” is {what}, not a table.", TRY)
    if any(head.startswith(bom) for bom, _ in _BOMS) or wide(head):
        return
    strange = len(head) - len(head.translate(None, _CONTROL))
    nul = head.count(0)
    if strange > max(8, len(head) // 200) or nul > max(64, len(head) // 5):
        raise InputError(f"“{filename}” holds binary data, not text.", TRY)


def wide(head: bytes) -> str | None:
    """utf-16-le / utf-16-be (utf-32) when every other byte (three of four) of text without a mark is NUL."""
    head = head[: len(head) // 4 * 4]
    if len(head) < 4:
        return None
    none = [head[n::4].count(0) * 4 / len(head) for n in range(4)]
    if min(none[1:]) > 0.4 and none[0] < 0.1:
        return "utf-32-le"
    if min(none[:3]) > 0.4 and none[3] < 0.1:
        return "utf-32-be"
    even, odd, half = head[0::2].count(0), head[1::2].count(0), len(head) // 2
    if odd > 0.4 * half and even < 0.1 * half:
        return "utf-16-le"
    if even > 0.4 * half and odd < 0.1 * half:
        return "utf-16-be"
    # In other scripts only digits, spaces and delimiters have a NUL; the ends of lines tell.
    for name, at, end in (("utf-16-le", 0, b"\n\x00"), ("utf-16-be", 1, b"\x00\n")):
        ends = [m.start() for m in re.finditer(re.escape(end), head) if m.start() % 2 == 0]
        nul = head[1 - at :: 2].count(0)
        if ends and nul > 10 * head[at::2].count(0) and _decodes(head, name):
            return name
    return None


def _decodes(head: bytes, name: str) -> bool:
    """Whether the start of a text can be read, without characters that nobody writes."""
    text = codecs.getincrementaldecoder(name)("replace").decode(head)
    return not any(unicodedata.category(c) in ("Cn", "Co", "Cs") or c == "\ufffd" for c in text)


def unpack(path: Path, filename: str, out: Path, progress: Progress = silent, limit: int = MAX_UNPACKED) -> None:
    """Unpack gz into `out`; InputError when it is damaged or unpacks to more than `limit` bytes."""
    size, done = max(path.stat().st_size, 1), 0
    try:
        with path.open("rb") as raw, gzip.open(raw) as f, out.open("wb") as to:
            while chunk := f.read(CHUNK):
                done += len(chunk)
                if done > limit:
                    raise InputError(f"“{filename}” unpacks to more than {limit >> 20:,} MB.", "Split it and retry.")
                if done > BOMB_BYTES and done > BOMB_TIMES * raw.tell():
                    raise InputError(
                        f"“{filename}” unpacks to more than {BOMB_TIMES} times its size, which no table does.",
                        "Give the table itself, not packed.",
                    )
                to.write(chunk)
                progress(int(100 * min(raw.tell() / size, 1)), 100, note="Unpacking")
    except (EOFError, zlib.error, gzip.BadGzipFile):
        raise InputError(f"“{filename}” is damaged: it cannot be unpacked.", "Copy or download it again.") from None


def to_text(path: Path, filename: str, out: Path, encoding: str | None = None, progress: Progress = silent) -> Text:
    """Rewrite a text file as UTF-8 with \\n line ends and no NUL; encoding by mark, else UTF-8, else the one in which
    the letters make most sense."""
    notices: list[str] = []
    other = ""
    with path.open("rb") as f:
        head = f.read(1 << 16)
    mark, skip = next(((name, len(bom)) for bom, name in _BOMS if head.startswith(bom)), (None, 0))
    if encoding is not None:
        try:
            name = codecs.lookup(encoding).name
        except LookupError:
            raise InputError(f"“{encoding}” is not an encoding that we know.", "Try utf-8 or cp1252.") from None
        errors, skip = "strict", skip if mark and name.replace("_", "-").startswith(mark[:6]) else 0
        if name in ("utf-16", "utf-32"):
            skip = 0  # their decoders read the mark themselves
    elif mark and mark != "utf-8":
        name, errors = mark, "strict"
    elif found := wide(head):
        name, errors = found, "strict"
    else:
        name, errors, notice, other = _guess(path, marked=bool(mark))
        notices += notice
    try:
        marks = Marks(old=name == "cp1252")
        decoder = codecs.getincrementaldecoder(name)(errors)
        nul, lost = _rewrite(path, out, decoder, skip, progress, marks)
    except UnicodeError:
        hint = "Choose another encoding." if encoding else "Save the file as UTF-8 and try again."
        raise InputError(f"“{filename}” is not written in {encodings.spoken(name)} throughout.", hint) from None
    except FileNotFoundError:
        raise InputError(f"“{filename}” went away while it was read.", "Choose the file again.") from None
    if nul:
        notices.append(f"Removed: {plural(nul, 'invisible NUL byte')}.")
    notices += marks.notices
    silent_mark = encoding is None and (name == "utf-8" or bool(mark))
    about = () if silent_mark else _about(out, name, other, lost=lost, given=encoding is not None)
    return Text(out, name, tuple(notices), about)


def _about(out: Path, name: str, other: str, *, lost: int, given: bool) -> tuple[Decision, ...]:
    """The encoding as a decision, with a cell as it reads now; () when all is ASCII, or plain UTF-8."""
    example = encodings.example(out) if given or name != "utf-8" else ""
    if not example:
        return ()
    sentence = f"Read as {encodings.spoken(name)}, for example “{example}”."
    if lost:
        sentence += f" {plural(lost, 'character')} could not be read and became “\ufffd”."
    if other:
        sentence += f" {encodings.spoken(other)} is as likely and gives other letters: compare a few names."
    choices = encodings.ENCODINGS
    if name not in dict(choices):
        choices = (*choices, (name, encodings.spoken(name)))
    return (Decision("encoding", sentence, name, choices, unsure=bool(other)),)


def _guess(path: Path, *, marked: bool) -> tuple[str, str, list[str], str]:
    """Strict UTF-8 over the whole file, else the likeliest encoding: its name, how errors are taken, notices, and
    another encoding that is as likely. marked: it begins with the mark of UTF-8."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        for chunk, last in _chunks(path, 0):
            decoder.decode(chunk, last)
        return "utf-8", "strict", [], ""
    except UnicodeDecodeError:
        pass
    tally = {"bad": 0}

    def count(e: UnicodeError) -> tuple[str, int]:
        if not isinstance(e, UnicodeDecodeError):
            raise e
        tally["bad"] += e.end - e.start
        return "?" * (e.end - e.start), e.end

    codecs.register_error("embedcore-count", count)
    decoder, wide_characters = codecs.getincrementaldecoder("utf-8")("embedcore-count"), 0
    for chunk, last in _chunks(path, 0):
        text = decoder.decode(chunk, last)
        wide_characters += len(text) - len(text.encode("ascii", "ignore"))
    codecs.register_error("embedcore-mend", _mend)
    mend = "embedcore-mend" if wide_characters > MIXED * tally["bad"] else ""
    found = encodings.detect((chunk for chunk, _ in _chunks(path, 0)), mend)
    if not marked and not found.mended:
        return found.name, "replace", [], found.other
    notice = (
        f"The file is UTF-8 except for {tally['bad']:,} bytes, which were read as Windows-1252: "
        "check the accents in some names."
    )
    return "utf-8", "embedcore-mend", [notice], ""


def _mend(e: UnicodeError) -> tuple[str, int]:
    if not isinstance(e, UnicodeDecodeError):
        raise e
    return e.object[e.start : e.end].decode("cp1252", "replace"), e.end


def _chunks(path: Path, skip: int) -> Iterator[tuple[bytes, bool]]:
    with path.open("rb") as f:
        f.seek(skip)
        chunk = f.read(CHUNK)
        while True:
            following = f.read(CHUNK)
            yield chunk, not following
            if not following:
                return
            chunk = following


def _rewrite(
    path: Path, out: Path, decoder: codecs.IncrementalDecoder, skip: int, progress: Progress, marks: Marks
) -> tuple[int, int]:
    """Write the UTF-8 text; returns how many NULs were left out, and how many characters could not be read."""
    lines = io.IncrementalNewlineDecoder(decoder, translate=True)
    size, done, nul, lost = max(path.stat().st_size, 1), 0, 0, 0
    last = "\n"
    with out.open("wb") as to:
        for chunk, final in _chunks(path, skip):
            text = lines.decode(chunk, final)
            found = text.count("\x00")
            if decoder.errors == "replace":
                lost += text.count("\ufffd")
            if found:
                text, nul = text.replace("\x00", ""), nul + found
            text = marks.clean(text.removesuffix("\x1a") if final else text)  # DOS ends a text with 1A
            if text:
                to.write(text.encode("utf-8", "replace"))
                last = text[-1]
            done += len(chunk)
            progress(int(100 * min(done / size, 1)), 100, note="Reading the text")
        if last != "\n":
            to.write(b"\n")
    return nul, lost


def first_bytes(path: Path, size: int) -> bytes:
    """The start of a file."""
    f: BinaryIO
    with path.open("rb") as f:
        return f.read(size)
