"""A file on its way to the disk: there whole or not at all, whatever it is called and whatever the disk does."""

from __future__ import annotations

import errno
from collections import namedtuple
from pathlib import Path

import pytest

from embedcore import EmbedError
from embedcore.data import folders
from pages.web import Incoming, spool

Usage = namedtuple("Usage", "total used free")


def left(folder: Path) -> list[str]:
    return [p.name for p in folder.rglob("*") if p.is_file()]


class Broken:
    """A file on a disk that fails."""

    def __init__(self, name: Path, code: int) -> None:
        self.name, self.code = str(name), code
        name.touch()

    def write(self, data: bytes) -> None:
        raise OSError(self.code, "no")

    def close(self) -> None:
        raise OSError(self.code, "no")


def test_a_file_that_does_not_fit_is_refused_before_it_comes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(folders.shutil, "disk_usage", lambda _: Usage(64_000_000, 63_700_000, 300_000))
    with pytest.raises(EmbedError) as raised:
        Incoming(tmp_path / "spool", "a.csv", 2_000_000)
    assert raised.value.message == ("The disk of the data folder is full: 0.3 MB are free, the file needs 2.0 MB.")
    assert raised.value.hint == "Free some space and upload it again."
    assert left(tmp_path) == []


@pytest.mark.parametrize(
    ("code", "says", "hint"),
    [
        (errno.ENOSPC, "The disk of the data folder is full.", spool.FREE_SPACE),
        (errno.EROFS, "The data folder cannot be written to.", spool.MAKE_WRITABLE),
    ],
)
def test_a_disk_that_fills_up_or_locks_meanwhile_is_one_sentence_and_nothing_stays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: int, says: str, hint: str
) -> None:
    monkeypatch.setattr(spool.tempfile, "NamedTemporaryFile", lambda **_: Broken(tmp_path / "half", code))
    with pytest.raises(EmbedError, match=says) as raised, Incoming(tmp_path, "a.csv", 3) as file:
        file.write(b"sku")
    assert raised.value.hint == hint
    assert left(tmp_path) == []
    with pytest.raises(EmbedError, match=says), Incoming(tmp_path, "a.csv", 3) as file:
        file.keep()
    assert left(tmp_path) == []


def test_a_folder_that_cannot_be_made_is_one_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(errno.EACCES, "no")

    monkeypatch.setattr(Path, "mkdir", refuse)
    with pytest.raises(EmbedError, match="cannot be written to"):
        Incoming(tmp_path / "spool", "a.csv")


NAMES = ["../../etc/passwd", "C:\\shop\\a.csv", "..", ".", "", "/", " ", "\x00\x1b[2J", "a\u202egpj.csv", "con.csv"]
LONG = ["a" * 5000 + ".csv", "商品" * 200 + ".csv.gz"]


@pytest.mark.parametrize("name", NAMES + LONG)
def test_a_name_is_only_a_label(tmp_path: Path, name: str) -> None:
    with Incoming(tmp_path / "spool", name) as file:
        file.write(b"sku\n1\n")
        token = file.keep()
    found = list((tmp_path / "spool").glob(f"{token}*/*"))
    assert len(found) == 1
    assert len(found[0].name.encode()) <= 255
    assert found[0].name.isprintable()
    assert found[0].read_bytes() == b"sku\n1\n"
    assert left(tmp_path) == [found[0].name]
    if name.endswith((".csv", ".gz")):
        assert found[0].suffix == Path(name).suffix
