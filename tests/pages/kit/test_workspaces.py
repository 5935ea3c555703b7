"""What is kept for one person never reaches another, and who is away for long costs nothing."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier, local
from types import SimpleNamespace
from typing import Any

import pytest

from embedcore import EmbedError, access
from pages.ui import services
from pages.web import Engine, Engines, bound, data, resource, workspace
from pages.web.visits import Person, Visits
from tests.shared import ROOT

_here = local()


@pytest.fixture
def of_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    """The workspace is what the thread says."""
    monkeypatch.setattr(workspace, "current", lambda: getattr(_here, "workspace", ""))


@pytest.mark.usefixtures("of_thread")
def test_what_is_cached_is_another_thing_in_another_workspace() -> None:
    asked: list[tuple[str, str, int]] = []

    @data(max_entries=8)
    def answer(hash: str, _unkeyed: object, times: int = 1) -> str:
        asked.append((_here.workspace, hash, times))
        return f"{_here.workspace}: {hash * times}"

    for _ in range(2):
        for _here.workspace in ("ann", "ben"):
            assert answer("1f", object()) == f"{_here.workspace}: 1f"
            assert answer("1f", object(), times=2) == f"{_here.workspace}: 1f1f"
    assert len(asked) == 4, "each once"
    answer.clear()
    assert answer("1f", object()) == "ben: 1f"
    assert len(asked) == 5


@pytest.mark.usefixtures("of_thread")
def test_functions_of_the_same_shape_are_told_apart() -> None:
    @resource(max_entries=2)
    def one(key: str) -> list[str]:
        return ["one", key]

    @resource(max_entries=2)
    def two(key: str) -> list[str]:
        return ["two", key]

    _here.workspace = "ann"
    assert (one("a"), two("a")) == (["one", "a"], ["two", "a"])
    assert one("a") is one("a")


@pytest.mark.usefixtures("of_thread")
def test_people_at_the_same_time_get_their_own() -> None:
    ready = Barrier(8)

    @resource(max_entries=64)
    def whose(number: int) -> str:
        return f"{_here.workspace} {number}"

    def work(n: int) -> bool:
        _here.workspace = f"person {n % 4}"
        ready.wait()
        return all(whose(i) == f"person {n % 4} {i}" for _ in range(50) for i in range(8))

    with ThreadPoolExecutor(8) as threads:
        assert all(threads.map(work, range(8)))


def test_a_download_is_made_for_whom_it_was_offered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(access.SIGN_IN, access.OIDC)
    monkeypatch.setattr(workspace, "person", lambda: Person("Ann", "users/ann", 9e12))
    offered = bound(workspace.home)
    monkeypatch.setattr(workspace, "person", lambda: None)  # a thread that belongs to no page
    with ThreadPoolExecutor(1) as thread:
        assert thread.submit(offered).result() == workspace.root() / "users" / "ann"
        with pytest.raises(EmbedError, match=workspace.ENDED):
            thread.submit(workspace.home).result()


def test_pages_cache_by_workspace_only() -> None:
    free = re.compile(r"st\.cache_(data|resource)|lru_cache|functools\.cache\b")
    found = [
        f"{path.relative_to(ROOT).as_posix()}: {line.strip()}"
        for path in sorted((ROOT / "pages").rglob("*.py"))
        for line in path.read_text(encoding="utf-8").splitlines()
        if free.search(line)
    ]
    allowed = ("pages/web/", "pages/ui/services.py: @st.cache_resource(show_spinner=False)")
    assert not [f for f in found if not f.startswith(allowed)]
    assert sum(f.startswith("pages/ui/services.py") for f in found) == 1, "the open folders themselves"


@pytest.mark.usefixtures("_own_home")
def test_without_a_sign_in_there_is_no_workspace_behind_a_gate(monkeypatch: pytest.MonkeyPatch) -> None:
    assert services.home() == workspace.root()
    for way in (access.TOKEN, access.OIDC):
        monkeypatch.setenv(access.SIGN_IN, way)
        with pytest.raises(EmbedError, match=workspace.ENDED):
            services.store()


def test_a_sign_in_lasts_until_its_time_or_its_end() -> None:
    visits = Visits()
    over = visits.begin("a", Person("Ann", "users/a", expires=1.0))
    live = visits.begin("b", Person("Ben", "users/b", expires=9e12))
    assert visits.who(over.key) is None
    assert visits.who(live.key) is live.person
    assert visits.who(None) is visits.who("b") is visits.who("") is None, "the cookie is not the pass"
    visits.end("b")
    assert visits.who(live.key) is None
    assert visits.find("b") is not None
    assert not visits.find("b").live  # type: ignore[union-attr]


class Opened:
    """An engine that says whether it is open."""

    def __init__(self) -> None:
        self.open, self.working = True, False
        jobs: Any = SimpleNamespace(live=lambda: [1] if self.working else [], close=lambda: None)
        store: Any = SimpleNamespace(close=self.shut)
        self.engine = Engine(store, jobs)

    def shut(self) -> None:
        self.open = False


def test_the_folder_of_who_is_away_is_closed_unless_a_job_is_live() -> None:
    opened: dict[Path, Opened] = {}

    def opener(home: Path) -> Engine:
        opened[home] = Opened()
        return opened[home].engine

    common = Path("/data")
    engines = Engines(opener, common)
    ann, ben = common / "users" / "a", common / "users" / "b"
    for home in (common, ann, ben):
        assert engines.of(home) is engines.of(home)
    opened[ben].working = True
    assert engines.rest() == [], "nobody is away yet"
    assert engines.rest(away=0) == [ann]
    assert [opened[h].open for h in (common, ann, ben)] == [True, False, True]
    first = opened[ann]
    assert engines.of(ann) is not first.engine, "and opened again when she is back"
    engines.close()
    assert not any(o.open for o in opened.values())
