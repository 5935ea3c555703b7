"""Files that a person gives: an upload is hashed when it comes in, a file of the data folder until it changes."""

from __future__ import annotations

from pathlib import Path

import pytest

from embedcore.jobs import find_place
from pages import web
from pages.ui import services, sources


@pytest.fixture
def own_home(home: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(services, "home", lambda: home)
    monkeypatch.setattr(services, "data_folder", lambda: home / "files")
    return home


def spooled(home: Path, content: bytes, name: str) -> str:
    with web.Incoming(home / "spool", name) as file:
        file.write(content)
        return file.keep()


def test_an_upload_is_hashed_once_and_found_by_its_token(own_home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    token = spooled(own_home, b"sku\n1\n", "my shop.csv")
    assert len(token) == 16
    assert spooled(own_home, b"sku\n1\n", "my shop.csv") == token
    assert spooled(own_home, b"sku\n2\n", "my shop.csv") != token
    monkeypatch.setattr(sources, "file_digest", lambda path: pytest.fail("hashed again"))
    source = sources.find(token)
    assert source is not None
    assert source.filename == "my shop.csv"
    assert source.path.read_bytes() == b"sku\n1\n"
    assert source.digest.startswith(token)
    assert len(source.digest) == 64
    assert find_place(own_home, source.place) == source.path


def test_an_upload_of_an_older_version_is_still_found(own_home: Path) -> None:
    old = own_home / "spool" / "0123456789abcdef" / "shop.csv"
    old.parent.mkdir(parents=True)
    old.write_text("sku\n1\n")
    source = sources.find("0123456789abcdef")
    assert source is not None
    assert source.path == old
    assert source.digest == "0123456789abcdef"
    assert sources.find("fedcba9876543210") is None


def test_a_file_of_the_data_folder_has_another_digest_when_it_changes(own_home: Path) -> None:
    (own_home / "files").mkdir(parents=True)
    (own_home / "files" / "shop.csv").write_text("sku\n1\n")
    before = sources.find("folder:shop.csv")
    assert before is not None
    first = before.digest
    assert find_place(own_home, before.place).name == "shop.csv"
    (own_home / "files" / "shop.csv").write_text("sku\n22\n")
    after = sources.find("folder:shop.csv")
    assert after is not None
    assert after.digest != first
