"""The server as strangers and many tabs find it: who gets in, what answers carry, what uploads and tabs leave."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
from streamlit.proto.BackMsg_pb2 import BackMsg
from websockets.exceptions import InvalidStatus

from pages.web.upload import CLOSED_TAB
from tests.browser.server import STREAMLIT, Server, serve
from tests.load.tab import ask, open_stream, tab

MB = 1 << 20
# Runs first in the server: whatever it wants to know of, or send to, another machine stands in a file.
RECORD = """
import os, socket
def note(what):
    with open(os.environ["RECORDED"], "a") as out:
        out.write(f"{what}\\n")
note("begun")
ask, go = socket.getaddrinfo, socket.socket.connect
def getaddrinfo(host, *more, **words):
    note(host)
    return ask(host, *more, **words)
def connect(self, address):
    note(address[0] if isinstance(address, tuple) else "local")
    return go(self, address)
socket.getaddrinfo, socket.socket.connect = getaddrinfo, connect
"""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("server")
    (folder / "first").mkdir()
    (folder / "first" / "sitecustomize.py").write_text(RECORD)
    with serve(folder, folder / "home", PYTHONPATH=str(folder / "first"), RECORDED=str(folder / "recorded")) as found:
        yield found
        assert not found.went_wrong, found.went_wrong


def recorded(server: Server) -> set[str]:
    file = server.log_file.with_name("recorded")
    return set(file.read_text().split()) if file.exists() else set()


def spooled(server: Server) -> list[str]:
    return sorted(p.name for p in (server.home / "spool").glob("*"))


def until(what: str, done: object) -> None:
    """Wait for something that takes no time."""
    end = time.monotonic() + 60
    while not done():  # type: ignore[operator]
        assert time.monotonic() < end, what
        time.sleep(0.05)


def test_another_name_or_another_origin_is_refused_and_nobody_is_asked_about_it(server: Server) -> None:
    port = server.url.rpartition(":")[2]
    for host in (f"evil.example:{port}", "evil.example", f"127.0.0.1.evil.example:{port}", f"[::2]:{port}", "", "a b"):
        assert ask(server.url, "/", Host=host)[0] in (400, 403), host
    for origin in ("http://localhost:9999", f"http://evil.example:{port}", f"http://localhost:{port}", "null", ""):
        assert ask(server.url, "/", Origin=origin)[0] == 403, origin
        assert ask(server.url, "/_stcore/health", Origin=origin)[0] == 403, origin
        with pytest.raises(InvalidStatus, match="403"):
            open_stream(server.url, origin=origin)
    with pytest.raises(InvalidStatus), socket.create_connection(("127.0.0.1", int(port))) as raw:
        open_stream(f"http://evil.example:{port}", sock=raw)
    for host in (f"127.0.0.1:{port}", f"localhost:{port}"):
        assert ask(server.url, "/", Host=host, Origin=f"http://{host}")[0] == 200, host
    with open_stream(server.url):
        assert {"begun"} <= recorded(server) <= {"begun", "local", "127.0.0.1", "localhost", "::1"}


def test_every_answer_keeps_other_sites_out(server: Server) -> None:
    for path in ("/", "/data", "/_stcore/health", "/media/x.png", "/_stcore/metrics", "/upload"):
        for headers in ({}, {"Origin": "http://localhost:9999"}):
            _, found, _ = ask(server.url, path, **headers)
            policy = found["Content-Security-Policy"]
            assert "frame-ancestors 'none'" in policy, path
            assert "http" not in policy, path
            assert "unsafe-eval" not in policy, path
            assert found["X-Content-Type-Options"] == "nosniff", path
            assert found["X-Frame-Options"] == "DENY", path
            assert found["Cross-Origin-Resource-Policy"] == "same-origin", path
            assert found["Access-Control-Allow-Origin"] is None, path


def test_what_tells_about_the_server_is_closed(server: Server) -> None:
    for path in ("/_stcore/metrics", "/_stcore/agent/openapi.json", "/_stcore/agent/mcp", "/_stcore/upload_file/a/b"):
        assert ask(server.url, path)[0] == 404, path
    assert b"streamlit" not in ask(server.url, "/_stcore/host-config")[2]
    for method in ("PUT", "DELETE", "OPTIONS", "PATCH"):
        assert ask(server.url, "/", method)[0] == 405, method


def test_one_tab_empties_no_caches_of_others_and_asks_nothing_about_the_source(server: Server) -> None:
    with tab(server.url) as here, tab(server.url) as stranger:
        assert here.token()
        for what in ("clear_cache", "load_git_info", "set_run_on_save", "debug_shutdown_runtime"):
            asked = BackMsg()
            setattr(asked, what, True)
            stranger.stream.send(asked.SerializeToString())
        asked = BackMsg()
        asked.backend_operation_request.install_skills.SetInParent()
        stranger.stream.send(asked.SerializeToString())
        heard = {message.WhichOneof("type") for message in stranger.run("data")}
        assert not heard & {"git_info_changed", "backend_operation_response"}
        assert here.token(), "the data folder is open as before"


def test_files_of_pages_need_the_cookie_of_this_server(server: Server) -> None:
    cookie = ask(server.url, "/data")[1]["Set-Cookie"]
    assert {"HttpOnly", "SameSite=Strict"} <= set(cookie.split("; "))
    pair = cookie.split(";")[0]
    assert ask(server.url, "/media/x.png")[0] == 403
    assert ask(server.url, "/media/x.png", Cookie=f"{pair}x")[0] == 403
    assert ask(server.url, "/media/x.png", Cookie=pair, Sec_Fetch_Site="same-site")[0] == 403
    assert ask(server.url, "/media/x.png", Cookie=pair)[0] == 404
    assert ask(server.url, "/data", Cookie=pair)[1]["Set-Cookie"] is None
    assert ask(server.url, "/static/x.html", Sec_Fetch_Dest="script")[1]["Set-Cookie"] is None


def test_an_upload_needs_an_open_tab_and_is_there_whole_or_not_at_all(server: Server) -> None:
    body = b"sku,name\n1,cup\n"
    with tab(server.url) as here:
        token = here.token()
        for wrong in ({"Cookie": ""}, {"X_Upload_Token": token[:-2]}, {"Origin": "http://localhost:9999"}):
            assert here.upload("a.csv", body, token, **wrong)[0] == 403, wrong
        assert here.upload("a.csv", body, token, X_File_Size="99")[0] == 400
        assert here.upload("a.csv", body, token, X_File_Size="3")[0] == 400
        assert here.upload("a.csv", body, token, X_File_Size="9" * 5000)[0] == 400
        assert here.upload("a.pdf", body, token)[0] == 415
        status, answer = here.upload("a.csv", b"", token, "?ask", X_File_Size=str(1 << 40))
        assert status == 413
        assert "Up to 2 GB" in answer["error"]
        assert spooled(server) == []
        assert here.upload("a.csv", b"", token, "?ask", X_File_Size="15") == (200, {})
        assert spooled(server) == []
        status, answer = here.upload("../../a\x01 b\u202e.csv", body, token)
        assert status == 200
        found = list((server.home / "spool").glob(f"{answer['file']}*/*"))
        assert [p.name for p in found] == ["a b.csv"]
        assert found[0].read_bytes() == body
    until("a closed tab may send", lambda: here.upload("b.csv", body, token)[0] == 403)
    assert here.upload("b.csv", body, token)[1]["error"] == CLOSED_TAB[0]
    assert len(spooled(server)) == 1


def test_an_upload_that_breaks_off_leaves_nothing(server: Server) -> None:
    before = spooled(server)
    with tab(server.url) as here:
        head = (
            f"POST /upload HTTP/1.1\r\nHost: {server.url.partition('//')[2]}\r\nOrigin: {server.url}\r\n"
            f"Cookie: {here.cookie}\r\nX-Upload-Token: {here.token()}\r\nX-File-Name: a.csv\r\n"
            f"X-File-Size: {8 * MB}\r\nContent-Length: {8 * MB}\r\n\r\n"
        )
        with socket.create_connection(("127.0.0.1", int(server.url.rpartition(":")[2]))) as half:
            half.sendall(head.encode() + b"x" * (2 * MB))
            until("the upload begins", lambda: len(spooled(server)) > len(before))
        until("its half is gone", lambda: spooled(server) == before)


def test_uploads_do_not_stay_in_memory(server: Server) -> None:
    # Twenty of 5 MB and one of 100 MB; held in memory, they would be 200 MB.
    process = psutil.Process(server.pid)
    with tab(server.url) as here:
        token = here.token()
        before = process.memory_info().rss
        for k in range(20):
            assert here.upload("five.csv", b"%d" % k * (5 * MB), token)[0] == 200
        assert here.upload("hundred.csv", b"x" * (100 * MB), token)[0] == 200
        assert process.memory_info().rss - before < 60 * MB


def test_two_hundred_tabs_come_and_go_where_few_descriptors_are_allowed(tmp_path: Path) -> None:
    # Three stayed of each: with 256 allowed, nobody got in after 79 tabs.
    few = ("prlimit", "--nofile=256:256", *STREAMLIT)
    with serve(tmp_path, tmp_path / "home", command=few) as server:
        for n in range(200):
            with tab(server.url) as here:
                assert n % 2 or here.run("data")  # every other one is closed before it shows a page
        assert psutil.Process(server.pid).num_fds() < 200
        assert "Only 256 files and connections may be open" in server.log


def test_the_server_allows_itself_what_the_system_lets_it(server: Server) -> None:
    soft, hard = psutil.Process(server.pid).rlimit(psutil.RLIMIT_NOFILE)
    assert soft == hard
