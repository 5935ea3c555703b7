"""Pictures as people really send them, and as somebody who means harm would."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from embedcore.data import PICTURE_SIDE, Catalogue, Images
from embedcore.errors import Cancelled, InputError
from embedcore.intake.pictures import read as intake


def catalogue(*ids: str, pictures: list[str | None] | None = None) -> Catalogue:
    columns, roles = {"sku": pd.Series(ids, dtype="str")}, {"sku": "id"}
    if pictures is not None:
        columns["file"], roles["file"] = pd.Series(pictures, dtype="str"), "image"
    return Catalogue(pd.DataFrame(columns), roles)


def picture(kind: str = "PNG", colour: tuple[int, ...] = (200, 30, 30), size: tuple[int, int] = (40, 30)) -> bytes:
    out = io.BytesIO()
    Image.new("RGB" if len(colour) == 3 else "RGBA", size, colour).save(out, kind)
    return out.getvalue()


def packed(path: Path, files: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return path


def laid(folder: Path, files: dict[str, bytes]) -> Path:
    for name, content in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
    return folder


def claims(width: int, height: int) -> bytes:
    """A PNG of a few bytes that says it is huge."""

    def part(kind: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + part(b"IHDR", head) + part(b"IDAT", zlib.compress(b"\0" * 1000)) + part(b"IEND", b"")


def colour(found: Images, id: str) -> list[int]:
    return [int(v) for v in found.pixels[found.row_of[id]][PICTURE_SIDE // 2, PICTURE_SIDE // 2]]


@pytest.mark.parametrize("put", [packed, laid])
def test_files_are_matched_by_id_in_any_case_and_with_any_ending(tmp_path: Path, put) -> None:  # type: ignore[no-untyped-def]
    files = {
        "A1.PNG": picture(),
        "deep/er/b2.jpeg": picture("JPEG"),
        "c3.webp": picture("WEBP"),
        "zzz.png": picture(),
        "notes.txt": b"hello",
        "__MACOSX/._A1.PNG": b"x",
        ".DS_Store": b"x",
    }
    found, notices = intake.read_pictures(put(tmp_path / "p.zip", files), catalogue("a1", "B2", "c3", "d4"))
    assert list(found.ids) == ["a1", "B2", "c3"]
    assert found.meta["unused"] == ["zzz.png"]
    assert found.meta["others"] == 1
    assert found.meta["without"] == 1
    assert notices[0] == "3 of 4 products have a picture."
    assert any("zzz.png" in s for s in notices)


def test_the_image_column_names_paths_addresses_and_plain_names(tmp_path: Path) -> None:
    files = {
        "img/red.png": picture(colour=(200, 0, 0)),
        "img/green.png": picture(colour=(0, 200, 0)),
        "other/blue one.png": picture(colour=(0, 0, 200)),
        "x/same.png": picture(colour=(1, 1, 1)),
        "y/same.png": picture(colour=(9, 200, 200)),
    }
    cells = ["img\\red.png", "https://shop.example/a/GREEN.png?w=3", "/somewhere/blue one.jpg", "y/same.png", None]
    found, _ = intake.read_pictures(packed(tmp_path / "p.zip", files), catalogue(*"abcde", pictures=cells))
    assert list(found.ids) == ["a", "b", "c", "d"]
    assert colour(found, "a")[0] > 190
    assert colour(found, "b")[1] > 190
    assert colour(found, "c")[2] > 190
    assert colour(found, "d") == [9, 200, 200]


def test_of_several_pictures_the_first_that_can_be_read_is_taken(tmp_path: Path) -> None:
    files = {
        "7.png": b"\x89PNG\r\n\x1a\nbroken",
        "more/7.png": picture(),
        "8_2.png": picture(colour=(0, 200, 0)),
        "8_10.png": picture(),
        "9.png": picture(),
        "9_1.png": picture(),
    }
    found, notices = intake.read_pictures(packed(tmp_path / "p.zip", files), catalogue("7", "8", "9", "9_1"))
    assert list(found.ids) == ["7", "8", "9", "9_1"]
    assert found.meta["broken"] == [("7.png", "it is broken")]
    assert colour(found, "8") == [0, 200, 0], "the lower number comes first"
    assert any("7.png" in s and "broken" in s for s in notices)


def test_two_ids_that_differ_in_case_only_get_their_own_pictures(tmp_path: Path) -> None:
    files = {"ab.png": picture(colour=(0, 200, 0)), "AB.png": picture(colour=(0, 0, 200))}
    found, _ = intake.read_pictures(packed(tmp_path / "p.zip", files), catalogue("AB", "ab"))
    assert colour(found, "AB") == [0, 0, 200]
    assert colour(found, "ab") == [0, 200, 0]


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "no PNG, JPEG or WebP"),
        (b"GIF89a" + b"\0" * 50, "no PNG, JPEG or WebP"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>" * 9, "no PNG, JPEG or WebP"),
        (b"MZ\x90\0" * 20, "no PNG, JPEG or WebP"),
        (picture()[:60], "broken"),
        (picture("JPEG")[:200], "broken"),
        (picture("WEBP")[:30], "broken"),
        (b"\xff\xd8\xff" + bytes(range(256)) * 4, "broken"),
        (claims(60_000, 60_000), "pixels"),
        (claims(2_000_000_000, 2), "pixels"),
        (claims(9_000, 9_000), "pixels"),
        (claims(6_000, 6_000), "broken"),
        (claims(5_000, 1), "single line"),
        (picture() + b"\0" * (intake.MAX_BYTES + 1), "larger than 32 MB"),
    ],
)
@pytest.mark.parametrize("put", [packed, laid])
def test_what_is_no_picture_is_named_with_the_reason(tmp_path: Path, put, content: bytes, why: str) -> None:  # type: ignore[no-untyped-def]
    files = {"bad.png": content, "good.png": picture()}
    found, notices = intake.read_pictures(put(tmp_path / "p.zip", files), catalogue("bad", "good"))
    assert list(found.ids) == ["good"]
    assert found.meta["n_broken"] == 1
    assert found.meta["broken"][0][0] == "bad.png"
    assert why in found.meta["broken"][0][1]
    assert any("bad.png" in s for s in notices)


def test_a_wrong_ending_does_not_matter_to_a_good_picture(tmp_path: Path) -> None:
    found, _ = intake.read_pictures(packed(tmp_path / "p.zip", {"a.png": picture("JPEG")}), catalogue("a"))
    assert len(found) == 1
    assert found.meta["n_broken"] == 0


def test_names_that_lead_out_of_the_zip_are_refused_and_write_nothing(tmp_path: Path) -> None:
    inside = tmp_path / "in"
    inside.mkdir()
    files = {"../../a.png": picture(), "/b.png": picture(), "..\\c.png": picture(), "d.png": picture()}
    found, _ = intake.read_pictures(packed(inside / "p.zip", files), catalogue(*"abcd"))
    assert list(found.ids) == ["d"]
    assert found.meta["n_broken"] == 3
    assert [p.name for p in tmp_path.rglob("*")] == ["in", "p.zip"]


def test_links_that_lead_out_of_the_folder_are_refused(tmp_path: Path) -> None:
    laid(tmp_path, {"secret.png": picture(), "in/b.png": picture()})
    (tmp_path / "in" / "a.png").symlink_to(tmp_path / "secret.png")
    (tmp_path / "in" / "all").symlink_to(tmp_path)
    found, _ = intake.read_pictures(tmp_path / "in", catalogue("a", "b", "secret"))
    assert list(found.ids) == ["b"]
    assert "leads out" in found.meta["broken"][0][1]


def test_a_zip_of_zeros_is_not_unpacked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(intake, "MAX_BYTES", 1 << 20)
    bomb = picture() + b"\0" * (64 << 20)
    path = packed(tmp_path / "p.zip", {"a.png": bomb, "b.png": b"\0" * (64 << 20), "c.png": picture()})
    assert path.stat().st_size < 1 << 20
    found, _ = intake.read_pictures(path, catalogue(*"abc"))
    assert list(found.ids) == ["c"]


def test_all_pictures_together_have_a_limit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(intake, "MAX_ALL", 1000)
    files = {f"{n}.png": picture(size=(300, 300)) + b"\0" * 600 for n in range(3)}
    with pytest.raises(InputError, match="unpack to more"):
        intake.read_pictures(packed(tmp_path / "p.zip", files), catalogue(*"012"))


def test_too_many_files_are_one_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(intake, "MAX_FILES", 3)
    with pytest.raises(InputError, match="more than 3 files"):
        intake.read_pictures(packed(tmp_path / "p.zip", {f"{n}.png": picture() for n in range(5)}), catalogue("1"))


@pytest.mark.parametrize(
    ("files", "sentence"),
    [
        ({}, "holds no PNG, JPEG or WebP picture"),
        ({"readme.txt": b"x", "a.gif": b"GIF89a"}, "holds no PNG, JPEG or WebP picture"),
        ({"q.png": picture(), "r.png": picture()}, "None of the 2 pictures belongs to a product"),
        ({"a.png": b"no"}, "None of the pictures could be read"),
    ],
)
@pytest.mark.parametrize("put", [packed, laid])
def test_nothing_to_use_is_one_sentence(tmp_path: Path, put, files: dict[str, bytes], sentence: str) -> None:  # type: ignore[no-untyped-def]
    (tmp_path / "d").mkdir()
    with pytest.raises(InputError, match=sentence) as e:
        intake.read_pictures(
            put(tmp_path / "d" / "p.zip", files) if files or put is packed else tmp_path / "d", catalogue("a")
        )
    assert e.value.hint


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 no more", picture(), b"\0" * 5000])
def test_what_is_no_zip_is_one_sentence(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "p.zip").write_bytes(content)
    with pytest.raises(InputError, match="no zip file"):
        intake.read_pictures(tmp_path / "p.zip", catalogue("a"))
    with pytest.raises(InputError, match="not here"):
        intake.read_pictures(tmp_path / "gone.zip", catalogue("a"))


def test_a_damaged_member_does_not_hide_the_others(tmp_path: Path) -> None:
    path = packed(tmp_path / "p.zip", {"a.png": picture(size=(200, 200)), "b.png": picture()})
    content = bytearray(path.read_bytes())
    content[40:60] = b"\0" * 20
    path.write_bytes(content)
    found, _ = intake.read_pictures(path, catalogue("a", "b"))
    assert list(found.ids) == ["b"]
    assert found.meta["n_broken"] == 1


def test_a_member_with_a_password_is_named(tmp_path: Path) -> None:
    path = packed(tmp_path / "p.zip", {"a.png": picture(), "b.png": picture()})
    content = bytearray(path.read_bytes())
    content[content.index(b"PK\x01\x02") + 8] |= 1
    path.write_bytes(content)
    found, _ = intake.read_pictures(path, catalogue("a", "b"))
    assert list(found.ids) == ["b"]
    assert "password" in found.meta["broken"][0][1]


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGBA", "CMYK", "I;16"])
def test_every_kind_of_pixel_becomes_rgb(tmp_path: Path, mode: str) -> None:
    light = Image.new("RGBA", (40, 50), (200, 200, 200, 255))
    image = Image.fromarray(np.full((50, 40), 40_000, np.uint16)) if mode == "I;16" else light.convert(mode)
    out = io.BytesIO()
    image.save(out, "JPEG" if mode == "CMYK" else "PNG")
    found, _ = intake.read_pictures(packed(tmp_path / "p.zip", {"a.png": out.getvalue()}), catalogue("a"))
    assert found.pixels.shape == (1, PICTURE_SIDE, PICTURE_SIDE, 3)
    assert min(colour(found, "a")) > 130


def test_what_is_transparent_is_white_and_turned_photos_stand_upright(tmp_path: Path) -> None:
    turned = Image.new("RGB", (40, 20), (255, 255, 255))
    turned.paste((0, 0, 0), (0, 0, 20, 20))
    exif, out = Image.Exif(), io.BytesIO()
    exif[0x0112] = 6
    turned.save(out, "JPEG", exif=exif)
    files = {"a.png": picture(colour=(9, 9, 9, 0)), "b.jpg": out.getvalue()}
    found, _ = intake.read_pictures(packed(tmp_path / "p.zip", files), catalogue("a", "b"))
    assert colour(found, "a") == [255, 255, 255]
    up, down = found.pixels[1][8].mean(), found.pixels[1][-8].mean()
    assert up < 50
    assert down > 200
    shown = Image.open(io.BytesIO(found.jpeg("b") or b""))
    assert shown.size == (20, 40)
    assert not shown.getexif()


def test_cancelling_stops_between_two_pictures(tmp_path: Path) -> None:
    def stop(step: int, of: int, loss: float | None = None, note: str = "") -> None:
        if step == 2:
            raise Cancelled("Stopped.")

    path = packed(tmp_path / "p.zip", {f"{n}.png": picture() for n in range(5)})
    with pytest.raises(Cancelled):
        intake.read_pictures(path, catalogue(*"01234"), stop)
