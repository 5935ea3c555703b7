"""One word in every cell, column, file and name: whatever goes wrong, no log and no report holds it."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from embedcore.jobs import ImportFiles, Job, ReadFile, Train
from embedcore.methods import get, run_key
from pages.ui import services
from pages.ui.texts import WRONG
from tests.pages.app import open_page, words

CANARY = "Kanarienvogel"
ROWS = "".join(
    f"{CANARY}{i},{CANARY} shirt {i},{CANARY}{i % 3},{i}.5 {CANARY if i % 9 == 0 else ''}\n" for i in range(60)
)
GOOD = f"{CANARY} id,{CANARY} name,{CANARY} kind,{CANARY} price\n{ROWS}"
BAD = {
    "picture": b"\x89PNG\r\n\x1a\n" + CANARY.encode() * 50,
    "zip": b"PK\x03\x04" + CANARY.encode() * 50,
    "json": b'[{"' + CANARY.encode() + b'": ',
    "empty": b"",
}


def ran(work) -> Job:
    return services.jobs().wait(services.jobs().submit(work).id, 240)


def read(home: Path, name: str, content: bytes) -> tuple[str, Job]:
    digest = hashlib.sha256(content + name.encode()).hexdigest()[:16]
    file = home / "spool" / digest / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(content)
    work = ReadFile(f"spool/{digest}/{name}", digest, name, of=name)
    return work.key, ran(work)


def train(data: str) -> Job:
    method = get("cooccurrence")
    return ran(Train(data, method.name, {}, 0, run_key(data, method, method.Params.of({}), 0)))


def logged(home: Path) -> str:
    return "\n".join(p.read_text(encoding="utf-8", errors="replace") for p in (home / "logs").rglob("*") if p.is_file())


def test_no_log_and_no_report_quotes_what_was_uploaded(
    home: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    services.store()
    for name, content in BAD.items():
        _, job = read(home, f"{CANARY} {name}.csv", content)
        assert job.state == "failed", name
    raw, job = read(home, f"{CANARY}.csv", GOOD.encode())
    assert job.state == "done", job.message
    roles = dict(zip((f"{CANARY} {c}" for c in ("id", "name", "kind", "price")), ("id", "title", "category", "price")))
    catalogue = {"raw": raw, "roles": roles, "generate_ids": False}
    imported = ran(ImportFiles(CANARY, f"{CANARY}.csv", catalogue=catalogue, of=CANARY))
    assert imported.state == "done", imported.message
    data = str(imported.result["dataset"])
    assert train(data).state == "done"

    # Foreign exceptions in the worker and in the page, with the word in their messages.
    method = get("cooccurrence")
    broken = ran(Train(data, method.name, {}, CANARY, "broken"))  # type: ignore[arg-type]  numpy quotes such a seed
    assert broken.state == "failed"
    assert CANARY not in broken.message + broken.hint
    page_fails(monkeypatch)
    report = str(open_page("diagnostics").code[0].value)
    assert "ValueError at " in report
    assert CANARY not in report
    services.jobs().close()

    found = logged(home)
    assert f"logs/{broken.id}.log" in broken.hint
    assert "embedcore.pages: A page failed [ValueError]" in found
    assert "embedcore/tasks/" in found, "the place in the code is there"
    assert CANARY not in found
    printed = capfd.readouterr()
    assert CANARY not in printed.out + printed.err


def page_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    """A page stumbles over a value and quotes it, as pandas does."""

    def quote(*_: object) -> None:
        raise ValueError(f"could not convert string to float: '{CANARY}'") from KeyError(CANARY)

    with monkeypatch.context() as m:
        m.setattr(services, "store", quote)
        assert WRONG in words(open_page("overview"))
