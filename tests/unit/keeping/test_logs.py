"""Logs hold what failed and where, and nobody's data; they have a size, and no log that cannot be written does harm."""

from __future__ import annotations

import logging
import runpy
import subprocess
import sys
import threading
import warnings
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest

from embedcore import logs

CANARY = "KanarienvogelX7"
_log = logging.getLogger("embedcore.tests")


@pytest.fixture(autouse=True)
def _logging(home: Path) -> Iterator[None]:
    logs.start(home, "server")
    yield
    logs.stop()


def written(home: Path) -> str:
    return "".join(p.read_text(encoding="utf-8") for p in (home / "logs").glob("*"))


def broken() -> None:
    pd.Series([CANARY]).astype(float)


def test_an_exception_is_logged_by_type_and_place_without_its_message(home: Path) -> None:
    try:
        broken()
    except ValueError:
        _log.exception("A test failed")
    text = written(home)
    assert "ERROR embedcore.tests: A test failed [ValueError] at pandas/" in text
    assert "tests/unit/keeping/test_logs.py" in text
    assert ":broken" in text
    assert CANARY not in text


def test_words_of_people_and_of_libraries_are_not_logged(home: Path) -> None:
    _log.warning("The table %s has %d rows of %.1f MB", CANARY, 3, 1.5)
    _log.error("Odd %d", CANARY)
    logging.getLogger("another.library").error("cannot read " + CANARY)
    warnings.warn(f"column {CANARY} has mixed types", stacklevel=1)
    text = written(home)
    assert "The table … has 3 rows of 1.5 MB" in text
    assert "ERROR another.library: at tests/unit/keeping/test_logs.py:" in text
    assert "WARNING py.warnings: at " in text
    assert CANARY not in text


def test_a_handler_of_a_library_gets_no_data_either(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    library = logging.getLogger("apart.library")
    library.propagate = False
    library.addHandler(logging.StreamHandler())
    try:
        raise KeyError(CANARY)
    except KeyError:
        library.exception("no %s", CANARY)
    shown = capsys.readouterr().err
    assert "[KeyError] at" in shown
    assert CANARY not in shown


def test_causes_and_deep_stacks_are_named_and_bounded() -> None:
    def deep(n: int) -> None:
        if n == 0:
            raise RecursionError(CANARY)
        deep(n - 1)

    try:
        try:
            deep(500)
        except RecursionError as e:
            raise ExceptionGroup(CANARY, [ValueError(CANARY), OSError(28, CANARY)]) from e
    except ExceptionGroup as e:
        text = logs.trace(e)
    assert "caused by RecursionError" in text
    assert "holds OSError ENOSPC" in text
    assert len(text.splitlines()) < 60
    assert CANARY not in text


def test_code_from_an_unknown_file_has_no_name(tmp_path: Path) -> None:
    (tmp_path / f"{CANARY}.py").write_text("1 / 0")
    with pytest.raises(ZeroDivisionError) as caught:
        runpy.run_path(str(tmp_path / f"{CANARY}.py"))
    assert "<unknown>:1:<module>" in logs.trace(caught.value)
    assert CANARY not in logs.trace(caught.value)


def test_an_error_that_ends_a_thread_is_logged(home: Path) -> None:
    thread = threading.Thread(target=broken)
    thread.start()
    thread.join()
    assert "A thread ended with [ValueError]" in written(home)
    assert CANARY not in written(home)


def test_an_error_that_ends_the_process_says_no_data(home: Path) -> None:
    code = f"""
from pathlib import Path
from embedcore import logs
logs.start(Path({str(home)!r}), "own", console=True)
raise ValueError("{CANARY}")
"""
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=120)
    assert ran.returncode == 1
    assert "The process ended with [ValueError]" in ran.stderr
    assert CANARY not in ran.stderr + written(home)


def test_logs_rotate_and_keep_five_megabytes(home: Path) -> None:
    for n in range(7_000):
        _log.warning("x" * 1_000 + " %d", n)
    files = list((home / "logs").iterdir())
    assert len(files) == 5
    assert sum(f.stat().st_size for f in files) < 5_100_000
    assert " 6999 at" in (home / "logs" / "server.log").read_text(encoding="utf-8")


def test_a_log_that_cannot_be_written_does_no_harm(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    _log.error("First")
    for path in (home / "logs").iterdir():
        path.unlink()
    (home / "logs").rmdir()
    (home / "logs").write_text("a file where the folder should be", encoding="utf-8")
    logs.stop()
    logs.start(home, "server")
    _log.error("Lost %s", CANARY)
    assert not logs.keep_trace(home, "job", ValueError(CANARY))
    assert capsys.readouterr().err == ""
    (home / "logs").unlink()
    _log.error("Back again")
    assert "Back again" in written(home)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="only Linux has a disk that is always full")
def test_a_full_disk_loses_lines_of_the_log_only(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (home / "logs").mkdir(parents=True, exist_ok=True)
    (home / "logs" / "server.log").symlink_to("/dev/full")
    _log.error("Lost")
    _log.error("Lost, too")
    (home / "logs" / "server.log").unlink()
    _log.error("Back again")
    assert capsys.readouterr().err == ""
    assert "Back again" in written(home)


def test_logging_goes_on_after_a_person_deleted_the_logs(home: Path) -> None:
    _log.error("First")
    (home / "logs" / "server.log").unlink()
    _log.error("Second")
    assert "Second" in written(home)
    assert "First" not in written(home)


def test_recent_errors_are_told_without_data(home: Path) -> None:
    try:
        broken()
    except ValueError as e:
        logs.keep_trace(home, "job-1", e)
    _log.warning("Slow %d", 3)
    (home / "logs" / "old.log").write_text(
        f"Traceback (most recent call last):\nValueError: {CANARY}\n"
        f"2026-01-01 00:00:00 ERROR {CANARY} {CANARY}: a b c\n",
        encoding="utf-8",
    )
    found = logs.recent(home)
    assert {(e.level, e.what) for e in found} == {("ERROR", "ValueError"), ("WARNING", "")}
    assert CANARY not in str(found)


def test_a_developer_may_ask_for_the_messages(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    logs.stop()
    monkeypatch.setenv("EMBEDCORE_LOG_VALUES", "1")
    logs.start(home, "server")
    try:
        broken()
    except ValueError:
        _log.exception("A test failed")
    assert CANARY in written(home)
