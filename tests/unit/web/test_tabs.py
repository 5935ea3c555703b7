"""Closed tabs: the newest few stay a short while, the others are let go of."""

from __future__ import annotations

import pytest

from pages.web import limits, tabs


class Runtime:
    """What the server knows of its sessions."""

    def __init__(self, active: set[str]) -> None:
        self.active, self.closed = active, list[str]()

    def is_active_session(self, session: str) -> bool:
        return session in self.active

    def close_session(self, session: str) -> None:
        self.closed.append(session)


@pytest.fixture
def runtime(monkeypatch: pytest.MonkeyPatch) -> Runtime:
    made = Runtime({f"s{n}" for n in range(40)})
    monkeypatch.setattr(tabs, "exists", lambda: True)
    monkeypatch.setattr(tabs, "get_instance", lambda: made)
    monkeypatch.setattr(tabs, "_closed_since", dict.fromkeys(made.active))
    return made


def test_open_tabs_stay_and_a_closed_one_waits_for_its_connection(runtime: Runtime) -> None:
    runtime.active.discard("s1")
    assert tabs.let_go(100.0) == 0
    assert tabs.let_go(100.0 + tabs.WAIT - 1) == 0
    runtime.active.add("s1")  # it came back
    assert tabs.let_go(100.0 + tabs.WAIT + 1) == 0
    runtime.active.discard("s1")
    assert tabs.let_go(200.0) == 0
    assert tabs.let_go(200.0 + tabs.WAIT) == 1
    assert runtime.closed == ["s1"]


def test_of_many_closed_tabs_only_the_newest_wait(runtime: Runtime) -> None:
    for n in range(30):
        runtime.active.discard(f"s{n}")
        tabs.let_go(n / 10)
    assert len(runtime.closed) == 30 - tabs.KEEP
    assert set(runtime.closed) == {f"s{n}" for n in range(30 - tabs.KEEP)}


def test_a_server_that_may_open_few_files_says_so(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    import resource

    allowed = [(256, 256)]
    monkeypatch.setattr(resource, "getrlimit", lambda _: allowed[-1])
    monkeypatch.setattr(resource, "setrlimit", lambda _, new: allowed.append(new))
    assert limits.raise_descriptors() == 256
    assert "Only 256 files and connections" in caplog.text
    caplog.clear()
    allowed.append((1024, 4096))
    assert limits.raise_descriptors() == 4096
    assert allowed[-1] == (4096, 4096)
    assert caplog.text == ""
