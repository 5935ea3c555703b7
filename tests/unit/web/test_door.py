"""The door of a server with an access token, asked without a server."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path
from types import SimpleNamespace

import httpx
import pytest
from starlette.responses import PlainTextResponse
from starlette.routing import Route, Router
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from embedcore import access
from embedcore.store import Store
from pages.web import secret, upload
from pages.web.gate import Gate, _from_outside
from pages.web.guard import Guard, known_host
from pages.web.signin import WRONG_TOKEN
from pages.web.visits import PERSON, Person

TOKEN = "the right token of this server"  # noqa: S105  of this test
URL = "http://127.0.0.1:8501"
HTML = {"accept": "text/html"}


@pytest.fixture
def app(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ASGIApp:
    monkeypatch.setenv(access.SIGN_IN, access.TOKEN)
    monkeypatch.setenv("EMBEDCORE_HOME", str(tmp_path))
    monkeypatch.setattr("pages.web.secret.key", lambda: b"key")
    access.keep_token(tmp_path, TOKEN)
    return Guard(Gate(PlainTextResponse("the app")))


def client(app: ASGIApp, address: str = "192.0.2.1") -> httpx.AsyncClient:
    transport = httpx.ASGITransport(app, client=(address, 1), raise_app_exceptions=True)
    return httpx.AsyncClient(transport=transport, base_url=URL, headers=HTML)


def test_guesses_by_the_hundred_keep_nobody_out_who_has_the_token(app: ASGIApp) -> None:
    async def ask(address: str, token: str) -> int:
        async with client(app, address) as who:
            return (await who.get("/", params={"token": token})).status_code

    async def flood() -> tuple[list[int], list[int]]:
        guesses = [asyncio.create_task(ask("192.0.2.66", f"a wrong guess {n}")) for n in range(100)]
        await asyncio.sleep(0)
        # The second time from the stranger's own address, too: a token that was right once is known.
        right = [await ask("192.0.2.1", TOKEN), await ask("192.0.2.66", TOKEN)]
        return right, [await guess for guess in guesses]

    right, wrong = asyncio.run(flood())
    assert right == [200, 200]
    assert set(wrong) == {401, 429}


def test_a_replaced_token_lets_nobody_in_any_more(app: ASGIApp, tmp_path: Path) -> None:
    async def both() -> list[int]:
        async with client(app) as owner:
            before = (await owner.get(f"/?token={TOKEN}")).status_code
            access.keep_token(tmp_path, "another token of this server")
        async with client(app) as owner:
            return [before, (await owner.get(f"/?token={TOKEN}")).status_code]

    assert asyncio.run(both()) == [200, 401]


def test_the_address_with_the_token_is_told_to_nobody_as_where_one_came_from(app: ASGIApp) -> None:
    async def get(path: str) -> httpx.Response:
        async with client(app) as owner:
            return await owner.get(path)

    for path in (f"/?token={TOKEN}", "/?token=a+wrong+guess", "/map"):
        assert asyncio.run(get(path)).headers["referrer-policy"] == "no-referrer", path


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("multipart/form-data", b"token=x"),
        ("multipart/form-data; boundary=x", b"--x\r\nno header\r\n\r\n\r\n--x--"),
        ("application/x-www-form-urlencoded", b"&".join(b"a%d=1" % n for n in range(100))),
        ("application/x-www-form-urlencoded", b"token=%ff%ed%a0%80"),
    ],
)
def test_what_is_no_form_is_no_error(app: ASGIApp, kind: str, body: bytes) -> None:
    async def post() -> httpx.Response:
        async with client(app) as stranger:
            return await stranger.post("/sign-in", content=body, headers={"content-type": kind})

    assert asyncio.run(post()).status_code == 401


def test_a_form_that_is_longer_than_it_said_is_not_read_to_its_end(app: ASGIApp) -> None:
    given = 0

    async def receive() -> Message:
        nonlocal given
        given += 1
        assert given < 10, "the server goes on reading"
        return {"type": "http.request", "body": b"x" * 4096, "more_body": True}

    async def send(message: Message) -> None:
        sent.append(message)

    sent: list[Message] = []
    headers = {"host": "127.0.0.1:8501", "content-length": "10", "transfer-encoding": "chunked"}
    headers["content-type"] = "application/x-www-form-urlencoded"
    scope = {
        "type": "http",
        "method": "POST",
        "path": "/sign-in",
        "query_string": b"",
        "scheme": "http",
        "server": ("127.0.0.1", 8501),
        "client": ("192.0.2.1", 1),
        "headers": [(k.encode(), v.encode()) for k, v in headers.items()],
    }
    asyncio.run(app(scope, receive, send))  # type: ignore[arg-type]
    assert sent[0]["status"] == 401


@pytest.mark.parametrize("host", ["evil@127.0.0.1", "127.0.0.1#evil", "127.0.0.1/x", "127.0.0.1:x", ":80", "[::1"])
def test_what_is_no_name_of_a_host_is_not_ours(host: str) -> None:
    assert not known_host(host, ["127.0.0.1", "::1"])
    assert not known_host(host, ["127.0.0.1", ""])


def test_an_address_of_one_network_card_is_reached_from_outside() -> None:
    assert [_from_outside({"server": (a, 1)}) for a in ("fe80::1%eth0", "192.0.2.7", "127.0.0.1", "::1")] == [
        True,
        True,
        False,
        False,
    ]


def test_cookies_of_other_apps_on_this_machine_do_not_hide_ours(app: ASGIApp) -> None:
    ours = f"embedcore-8501={secret.signed('a page of this server')}"

    async def get(cookie: str) -> int:
        async with client(app) as who:
            return (await who.get("/media/x.png", headers={"cookie": cookie})).status_code

    found = [asyncio.run(get(c)) for c in (ours, f'other={{"a": "b c"}}; {ours}', f"{ours}; a b=c", "other=1")]
    assert found == [401, 401, 401, 403]  # known as a page of ours, and not signed in


def test_behind_a_proxy_with_tls_every_cookie_is_secure(app: ASGIApp) -> None:
    async def cookies(path: str, app: ASGIApp, **headers: str) -> list[str]:
        async with client(app) as who:
            return (await who.get(path, headers=headers)).headers.get_list("set-cookie")

    streamlit = PlainTextResponse("", headers={"set-cookie": "state=1; httponly; samesite=lax"})
    for path, asked, count in (
        (f"/?token={TOKEN}", app, 2),
        ("/auth/logout", app, 1),
        ("/auth/login", Guard(streamlit), 1),
    ):
        for headers, secure in (({}, 0), ({"x-forwarded-proto": "https"}, count)):
            found = asyncio.run(cookies(path, asked, **headers))
            assert len(found) == count, path
            assert sum("Secure" in cookie for cookie in found) == secure, path


@pytest.mark.skipif(os.name == "nt", reason="folders have no such modes there")
def test_other_users_of_the_machine_cannot_look_into_a_new_data_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    access.keep_token(tmp_path / "a", TOKEN)
    Store.open(tmp_path / "b").close()
    monkeypatch.setenv("EMBEDCORE_HOME", str(tmp_path / "c"))
    secret.key.__wrapped__()
    assert [(tmp_path / n).stat().st_mode & 0o777 for n in "abc"] == [0o700] * 3


def test_settings_that_name_no_host_let_no_other_name_in() -> None:
    assert [known_host("evil.example:80", names) for names in ([], None, ["*"])] == [False, False, True]
    assert known_host("localhost:8501", [])


def test_the_upload_token_of_another_persons_tab_sends_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EMBEDCORE_HOME", str(tmp_path))
    monkeypatch.setattr("pages.web.secret.key", lambda: b"key")
    monkeypatch.setattr("pages.web.upload.get_instance", lambda: SimpleNamespace(is_active_session=lambda _: True))
    token = upload.offer(tmp_path / "users" / "ann" / "spool", "a tab", ("csv",))

    async def send(workspace: str | None) -> int:
        async def app(scope: Scope, receive: Receive, send: Send) -> None:
            scope[PERSON] = None if workspace is None else Person("", workspace, 0)
            await Router([Route("/upload", upload.receive, methods=["POST"])])(scope, receive, send)

        headers = {"x-upload-token": token, "x-file-name": "a.csv", "x-file-size": "1"}
        async with client(app) as who:
            return (await who.post("/upload", content=b"1", headers=headers)).status_code

    assert [asyncio.run(send(who)) for who in ("users/ben", "users/ann", "", None)] == [403, 200, 200, 200]


def test_a_wrong_token_is_told_so(app: ASGIApp) -> None:
    async def get() -> str:
        async with client(app) as stranger:
            return (await stranger.get("/?token=a+wrong+guess")).text

    assert WRONG_TOKEN in asyncio.run(get())


@pytest.mark.parametrize("path", ["/sign-in", "/upload"])
def test_who_sends_nothing_more_is_not_waited_for(
    app: ASGIApp, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    monkeypatch.setattr("pages.web.doors._PATIENCE", 0.01)
    monkeypatch.setattr("pages.web.upload._STILL", 0.01)
    monkeypatch.setattr("pages.web.upload.get_instance", lambda: SimpleNamespace(is_active_session=lambda _: True))
    token = upload.offer(tmp_path / "spool", "a tab", ("csv",))
    begun = iter([{"type": "http.request", "body": b"to", "more_body": True}])

    async def receive() -> Message:
        for message in begun:
            return message
        return await asyncio.Future()

    sent: list[Message] = []

    async def send(message: Message) -> None:
        sent.append(message)

    headers = {"host": "127.0.0.1:8501", "x-upload-token": token, "x-file-name": "a.csv", "x-file-size": "9"}
    scope = {
        "type": "http",
        "method": "POST",
        "path": path,
        "query_string": b"",
        "scheme": "http",
        "server": ("127.0.0.1", 8501),
        "client": ("192.0.2.1", 1),
        "headers": [(k.encode(), v.encode()) for k, v in headers.items()],
    }
    asked = app if path == "/sign-in" else Router([Route("/upload", upload.receive, methods=["POST"])])
    asyncio.run(asyncio.wait_for(asked(scope, receive, send), 60))
    assert sent[0]["status"] == (401 if path == "/sign-in" else 400)
    assert not list((tmp_path / "spool").glob("*.tmp"))
