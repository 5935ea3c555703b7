"""Full and locked disks become one sentence."""

import errno
from pathlib import Path

import pytest

from embedcore.data import folders
from embedcore.errors import EmbedError


def test_work_that_does_not_fit_is_refused_with_both_sizes(tmp_path: Path) -> None:
    with pytest.raises(EmbedError, match=r"is full: .* are free, the file needs 1,000,000,000\.0 GB"):
        folders.check_room(tmp_path, 10**18, "the file", "Free some space and upload it again.")
    folders.check_room(tmp_path, 1, "the file", "")


@pytest.mark.parametrize(
    ("code", "said"), [(errno.ENOSPC, "is full"), (errno.EROFS, "cannot be written to"), (errno.EDQUOT, "is full")]
)
def test_a_disk_that_takes_nothing_is_a_sentence(tmp_path: Path, code: int, said: str) -> None:
    with pytest.raises(EmbedError, match=said), folders.disk_sentences(tmp_path, "Free some space."):
        raise OSError(code, "no")


def test_a_locked_folder_is_not_helped_by_more_space(tmp_path: Path) -> None:
    with pytest.raises(EmbedError) as told, folders.disk_sentences(tmp_path, "Free some space, then start again."):
        raise OSError(errno.EROFS, "no")
    assert told.value.hint == "Make it writable, then start again."


def test_other_errors_stay_what_they_are(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError), folders.disk_sentences(tmp_path, "Free some space."):
        (tmp_path / "nothing").read_bytes()
