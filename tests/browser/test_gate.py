"""Who may enter: nobody without an access token or a sign-in by name, whatever the page, and nobody another's data."""

from __future__ import annotations

import csv
import hashlib
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Browser, expect
from streamlit.web.server.starlette.starlette_app_utils import create_signed_value

from pages.ui.texts import NOTHING_LOADED
from pages.web.inside import SIGN_OUT
from pages.web.signin import FAILED, REFUSED, SIGN_IN_FIRST, TITLE, WRONG_TOKEN
from tests import fashion
from tests.browser import see
from tests.browser.conftest import OpenPage
from tests.browser.provider import ANN, BEN, COOKIE_SECRET, EVE, MASK, WRONG, Provider, running_provider
from tests.browser.server import Server, serve
from tests.browser.watch import SHOTS
from tests.browser.wire import browser, drawn, led_away, stream
from tests.shared import ROOT

SERVE = (sys.executable, "-m", "embedcore", "serve", "--address", "127.0.0.1")
PATHS = ("", *see.PAGES, "_stcore/host-config", "static/index.html", "media/1.png", "component/x", "upload", "no-page")
USER = "_streamlit_user"


def of(user: dict[str, object], provider: Provider) -> str:
    """The folder of a person's workspace."""
    return hashlib.sha256(f"{provider.url}|{user['sub']}".encode()).hexdigest()[:32]


def closed(server: Server, **cookies: str) -> None:
    """Every page and every address shows the sign-in page and nothing else, as the first thing asked for."""
    with browser(server.url) as outside:
        for path in PATHS:
            outside.cookies = httpx.Cookies(cookies)
            answer = outside.get(f"/{path}")
            assert answer.status_code in (401, 403, 404), (path, answer.status_code)
            if answer.status_code == 401:
                assert TITLE in answer.text, path
                assert "static/js" not in answer.text, path
            program = outside.get(f"/{path}", headers={"accept": "*/*"})
            assert program.status_code != 200, path
            assert len(program.text) < 60, program.text
            assert outside.post(f"/{path}", content=b"x").status_code in (401, 403, 404), path
    assert stream(server.url, cookies) == 403


@pytest.mark.parametrize(
    ("command", "env"),
    [
        (["-m", "streamlit", "run", "streamlit_app.py", "--server.address=0.0.0.0"], {}),
        (["-m", "streamlit", "run", "streamlit_app.py"], {"STREAMLIT_SERVER_ADDRESS": "::"}),
        (["-m", "embedcore", "app", "--no-browser", "--address", "shop.lan"], {}),
        (["-m", "streamlit", "run", "streamlit_app.py"], {"EMBEDCORE_SIGN_IN": "token"}),
        (["-m", "streamlit", "run", "streamlit_app.py"], {"EMBEDCORE_SIGN_IN": "off"}),
    ],
)
def test_a_server_that_would_be_open_to_others_does_not_start(
    tmp_path: Path, command: list[str], env: dict[str, str]
) -> None:
    ended = subprocess.run(
        [sys.executable, *command],
        cwd=ROOT,
        env={**os.environ, "EMBEDCORE_HOME": str(tmp_path), **env},
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert ended.returncode != 0
    assert "embedcore serve" in ended.stderr
    assert "Traceback" not in ended.stderr
    assert not list(tmp_path.iterdir()), "nothing was begun"


def test_an_access_token_lets_in_and_nothing_else_does(tmp_path: Path) -> None:
    with serve(tmp_path, tmp_path / "home", command=SERVE) as server:
        token = re.search(r"\?token=(\S+)", server.log).group(1)  # type: ignore[union-attr]
        assert not [p for p in (tmp_path / "home").iterdir() if token.encode() in p.read_bytes()]
        port = server.url.rpartition(":")[2]
        closed(server)
        closed(server, **{f"embedcore-visit-{port}": "forged"})
        with browser(server.url) as guest:
            wrong = guest.post("/sign-in", data={"token": token[:-1] + "?", "next": "/map"})
            assert wrong.status_code == 401
            assert WRONG_TOKEN in wrong.text
            right = guest.get(f"/map?dataset=1f&token={token}")
            assert 'url=/map?dataset=1f"' in right.text
            set_cookie = right.headers.get_list("set-cookie")
            [line] = [c for c in set_cookie if c.startswith("embedcore-visit")]
            assert "HttpOnly" in line
            assert "SameSite=strict" in line
            tls = httpx.get(
                f"{server.url}/?token={token}", headers={"accept": "text/html", "x-forwarded-proto": "https"}
            )
            assert all("Secure" in c for c in tls.headers.get_list("set-cookie") if c.startswith("embedcore-visit"))
            assert "static/js" in guest.get("/map").text
            assert token not in str(guest.get(f"/map?token={token}").url)
            kept = dict(guest.cookies)
            assert SIGN_OUT in drawn(server.url, kept, "data")
            open_tab = stream(server.url, kept)
            assert not isinstance(open_tab, int)
            guest.get("/auth/logout")
        assert led_away(open_tab) == "/", "the tab of before shows the sign-in page"
        closed(server, **kept)
        assert httpx.get(f"{server.url}/", headers={"accept": "*/*"}).text == SIGN_IN_FIRST
    with serve(tmp_path, tmp_path / "home", command=(*SERVE, "--host", "shop.example")) as again:
        assert "token=" not in again.log, "it is shown once"
        behind_a_proxy(again, token, "shop.example")


def behind_a_proxy(server: Server, token: str, name: str) -> None:
    """Asked as a proxy with TLS hands it on: by the name that was given, and no other."""
    with browser(server.url) as proxy:
        proxy.headers.update({"host": name, "x-forwarded-proto": "https", "x-forwarded-for": "192.0.2.7"})
        posted = proxy.post("/sign-in", data={"token": token}, headers={"origin": f"https://{name}"})
        assert posted.status_code == 200
        [line] = [c for c in posted.headers.get_list("set-cookie") if c.startswith("embedcore-visit")]
        assert "Secure" in line
        cookies = dict([line.partition(";")[0].split("=", 1)])
        elsewhere = {"origin": "https://elsewhere.example"}
        assert proxy.post("/sign-in", data={"token": token}, headers=elsewhere).status_code == 403
        assert proxy.get("/", headers={"host": "elsewhere.example"}).status_code == 403
    tab = stream(server.url, cookies, proxied=name)
    assert not isinstance(tab, int)
    tab.close()
    assert stream(server.url, cookies, proxied="elsewhere.example") == 403


@pytest.fixture(scope="module")
def provider() -> Iterator[Provider]:
    with running_provider() as found:
        yield found


@pytest.fixture
def as_usual(provider: Provider) -> Provider:
    provider.user, provider.trick, provider.lasts = dict(ANN), "", 3600
    return provider


@pytest.fixture(scope="module")
def named(provider: Provider, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Server, dict[str, str]]]:
    """A server where people sign in by name, and the keys of what Ann has in her workspace."""
    folder = tmp_path_factory.mktemp("named")
    (folder / "secrets.toml").write_text(provider.secrets, encoding="utf-8")
    keys = fashion.fill(folder / "home" / "users" / of(ANN, provider), cooccurrence={"check": False})
    with serve(folder, folder / "home", command=(*SERVE, "--secrets", str(folder / "secrets.toml"))) as server:
        yield server, keys


def signed_in(server: Server, provider: Provider, user: dict[str, object]) -> dict[str, str]:
    """The cookies of somebody who signed in."""
    provider.user = dict(user)
    with browser(server.url) as guest:
        answer = guest.get("/sign-in/start?provider=default&next=/map")
        assert answer.url.path == "/map", answer.url
        assert "static/js" in answer.text
        return dict(guest.cookies)


def test_a_forged_cookie_lets_nobody_in(named: tuple[Server, dict[str, str]], as_usual: Provider) -> None:
    server, _ = named
    real = signed_in(server, as_usual, ANN)[USER]
    claims = {
        "iss": as_usual.url,
        "is_logged_in": True,
        "origin": server.url,
        "provider": "default",
        "exp": 9**10,
        **ANN,
    }
    value = json.dumps(claims)
    closed(server)
    closed(server, **{USER: create_signed_value("another key of thirty-two letters", USER, value).decode()})
    closed(server, **{USER: create_signed_value(COOKIE_SECRET, USER, value).decode()})
    payload, _, signature = real.partition(".")
    closed(server, **{USER: f"{payload[:-2]}AA.{signature}"})
    assert "Ann Example" in drawn(server.url, {USER: real}), "and the real one does"


@pytest.mark.parametrize("trick", WRONG)
def test_a_token_with_something_wrong_lets_nobody_in(
    named: tuple[Server, dict[str, str]], as_usual: Provider, trick: str
) -> None:
    server, _ = named
    as_usual.trick = trick
    with browser(server.url) as guest:
        answer = guest.get("/sign-in/start?provider=default&next=/map")
        assert FAILED in answer.text
        assert USER not in guest.cookies
        assert TITLE in guest.get("/map").text
        assert stream(server.url, dict(guest.cookies)) == 403


@pytest.mark.parametrize("user", [EVE, MASK])
def test_who_is_not_on_the_list_is_refused(
    named: tuple[Server, dict[str, str]], as_usual: Provider, user: dict[str, object]
) -> None:
    server, _ = named
    as_usual.user = dict(user)
    with browser(server.url) as guest:
        assert REFUSED in guest.get("/sign-in/start?provider=default").text
        assert USER not in guest.cookies
        assert stream(server.url, dict(guest.cookies)) == 403


def test_a_sign_in_ends_with_its_token(named: tuple[Server, dict[str, str]], as_usual: Provider) -> None:
    server, _ = named
    as_usual.lasts = 15
    cookies = signed_in(server, as_usual, BEN)
    tab = stream(server.url, cookies)
    assert not isinstance(tab, int)
    assert led_away(tab) == "/"
    closed(server, **cookies)


def test_nobody_sees_anothers_data_by_its_address(named: tuple[Server, dict[str, str]], as_usual: Provider) -> None:
    server, keys = named
    ann, ben = signed_in(server, as_usual, ANN), signed_in(server, as_usual, BEN)
    query = f"dataset={keys['data']}&run={keys['cooccurrence']}"
    with (ROOT / "sample_data" / "products.csv").open(encoding="utf-8", newline="") as file:
        titles = {row["title"] for row in csv.DictReader(file)}
    shown, files = 0, 0

    def hers_alone(text: str) -> None:
        """The files of an open page are given to its person only."""
        nonlocal files
        for path in set(re.findall(r"/media/[0-9a-f]{32,}\.\w+", text)):
            for cookies, status in ((ann, 200), (ben, 404)):
                with browser(server.url, **cookies) as client:
                    assert client.get(path).status_code == status, path
            files += 1

    for name in see.PAGES:  # Ann looks first: whatever is kept between two looks is there when Ben asks
        page = "" if name == "overview" else name
        hers = drawn(server.url, ann, page, query, hers_alone)
        assert NOTHING_LOADED not in hers, name
        shown += any(title in hers for title in titles)
        seen = drawn(server.url, ben, page, query)
        assert "Ben Example" in seen
        assert not [title for title in titles if title in seen], name
        assert keys["data"] not in seen.replace(query, ""), name
    assert shown > 2, "Ann sees her products"
    assert files > 0, "and their pictures"

    def look(n: int) -> bool:
        return NOTHING_LOADED in drawn(server.url, (ann, ben)[n % 2], "map", query)

    with ThreadPoolExecutor(4) as threads:
        assert list(threads.map(look, range(12))) == [False, True] * 6
    ben_home = server.home / "users" / of(BEN, as_usual)
    assert json.loads((ben_home / "person.json").read_text(encoding="utf-8"))["email"] == BEN["email"]
    assert not list((ben_home / "datasets").glob("*"))
    assert not (server.home / "embedcore.duckdb").exists(), "nobody uses the common folder"


def test_signing_in_by_name_in_a_browser(
    named: tuple[Server, dict[str, str]], as_usual: Provider, new_page: OpenPage, chromium: Browser
) -> None:
    server, _ = named
    for dark in (False, True):
        page = new_page(dark=dark, width=1366)
        page.goto(f"{server.url}/duplicates")
        expect(page.get_by_role("heading", name=TITLE)).to_be_visible()
        page.screenshot(path=SHOTS / f"sign-in-{'dark' if dark else 'light'}.png")
    page.get_by_role("link", name="Sign in").click()
    see.heading(page, "Duplicates")
    see.settled(page)
    expect(page.get_by_test_id("stSidebar").get_by_text("Ann Example")).to_be_visible()
    page.screenshot(path=SHOTS / "signed-in.png")
    see.press(page, SIGN_OUT)
    expect(page.get_by_role("heading", name=TITLE)).to_be_visible()
    page.goto(f"{server.url}/data")
    expect(page.get_by_role("heading", name=TITLE)).to_be_visible()
