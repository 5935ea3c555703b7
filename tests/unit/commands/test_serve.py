"""`embedcore serve`: what it starts, and what it refuses to start."""

from __future__ import annotations

import os
import re
import stat
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from embedcore import access
from embedcore.__main__ import main
from embedcore.commands import app
from tests.shared import ROOT

TOKEN = "a-token-of-more-than-twenty-two-letters"  # noqa: S105
AUTH = """
[auth]
redirect_uri = "https://shop.example/oauth2callback"
cookie_secret = "0123456789012345678901234567890123456789"
client_id = "embedcore"
client_secret = "secret"
server_metadata_url = "https://id.example/.well-known/openid-configuration"
"""


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> list[list[str]]:
    """The command lines of servers that would have been started, in a folder without secrets."""
    lines: list[list[str]] = []
    monkeypatch.setattr(app, "become", lines.append)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("EMBEDCORE_HOME", str(tmp_path / "data"))
    monkeypatch.setenv(access.SIGN_IN, "")
    for name in ("EMBEDCORE_ACCESS_TOKEN", "EMBEDCORE_HOSTS"):
        monkeypatch.delenv(name, raising=False)
    return lines


def test_a_token_is_made_shown_once_and_kept_as_a_hash(
    started: list[list[str]], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["serve", "--host", "shop.lan"]) == 0
    first = capsys.readouterr().out
    token = first.partition("?token=")[2].split()[0]
    assert "http://shop.lan:8501/?token=" in first
    assert access.token_fits(tmp_path / "data", token)
    [kept] = (tmp_path / "data").iterdir()
    assert token not in kept.read_text(encoding="utf-8")
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    assert main(["serve"]) == 0
    assert "token" not in capsys.readouterr().out
    assert main(["serve", "--new-token"]) == 0
    assert "?token=" in capsys.readouterr().out
    assert not access.token_fits(tmp_path / "data", token)
    assert os.environ[access.SIGN_IN] == access.TOKEN
    assert len(started) == 3


def test_a_given_token_is_not_shown_and_not_handed_on(
    started: list[list[str]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("EMBEDCORE_ACCESS_TOKEN", TOKEN)
    assert main(["serve"]) == 0
    assert "EMBEDCORE_ACCESS_TOKEN" not in os.environ
    (tmp_path / "token").write_text(f"{TOKEN}-2\n", encoding="utf-8")
    assert main(["serve", "--token-file", str(tmp_path / "token")]) == 0
    assert access.token_fits(tmp_path / "data", f"{TOKEN}-2")
    assert TOKEN not in capsys.readouterr().out + "".join(map(str, started))


def test_a_short_token_is_refused(
    started: list[list[str]], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("EMBEDCORE_ACCESS_TOKEN", "shop2026")
    assert main(["serve"]) == 2
    assert "22 or more" in capsys.readouterr().err
    assert not started


def test_the_server_answers_to_its_own_names_and_those_given(
    started: list[list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EMBEDCORE_HOSTS", "shop.example, www.shop.example")
    assert main(["serve", "--port", "9000"]) == 0
    [line] = started
    allowed = [o.partition("=")[2] for o in line if o.startswith("--server.allowedHosts=")]
    assert {"shop.example", "www.shop.example", "localhost", "127.0.0.1"} <= set(allowed)
    assert "*" not in allowed
    assert {"--server.address=0.0.0.0", "--server.port=9000", "--browser.serverAddress=shop.example"} <= set(line)


@pytest.mark.parametrize(
    ("given", "sent"),
    [
        ("läden.example", "xn--lden-loa.example"),
        ("https://Shop.example:8443/start", "shop.example"),
        ("shop.example:8501", "shop.example"),
        ("[::1]", "::1"),
        ("fe80:0::1", "fe80::1"),
        ("*.shop.example", "*.shop.example"),
    ],
)
def test_a_name_is_taken_as_browsers_send_it(started: list[list[str]], given: str, sent: str) -> None:
    assert main(["serve", "--address", "127.0.0.1", "--host", given]) == 0
    assert f"--server.allowedHosts={sent}" in started[0]


@pytest.mark.parametrize("given", ["shop example", "https://", "a..ä"])
def test_what_is_no_name_is_told(started: list[list[str]], capsys: pytest.CaptureFixture[str], given: str) -> None:
    assert main(["serve", "--host", given]) != 0
    assert "is no name of a server" in capsys.readouterr().err
    assert started == []


def test_people_sign_in_by_name_where_the_secrets_say_how(
    started: list[list[str]], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    secrets = tmp_path / "secrets.toml"
    secrets.write_text(AUTH, encoding="utf-8")
    assert main(["serve", "--secrets", str(secrets)]) == 2
    assert "who may enter" in capsys.readouterr().err
    assert not started
    secrets.write_text(AUTH + '[access]\nallowed = ["@shop.example"]\n', encoding="utf-8")
    assert main(["serve", "--secrets", str(secrets)]) == 0
    assert os.environ[access.SIGN_IN] == access.OIDC
    assert f"--secrets.files={secrets}" in started[0]
    assert "--server.allowedHosts=shop.example" in started[0], "where the provider sends people back to"
    assert not access.has_token(tmp_path / "data")


@pytest.mark.parametrize(
    ("change", "missing"),
    [
        (("client_id", "other"), "client_id in [auth]"),
        (("oauth2callback", "callback"), "redirect_uri does not end"),
        (("0123456789012345678901234567890123456789", "short"), "cookie_secret is short"),
        (("[auth]", 'access = {hours = "long"}\n[auth]'), "no number of hours"),
        (("[auth]", "[other]"), "no section [auth]"),
        (("[auth]", "[auth"), "of settings (TOML)"),
    ],
)
def test_secrets_that_are_not_enough_are_told(
    started: list[list[str]], tmp_path: Path, capsys: pytest.CaptureFixture[str], change: tuple[str, str], missing: str
) -> None:
    secrets = tmp_path / "secrets.toml"
    secrets.write_text(AUTH.replace(*change), encoding="utf-8")
    assert main(["serve", "--secrets", str(secrets)]) == 2
    told = capsys.readouterr().err
    assert missing in told
    assert str(tmp_path) not in told
    assert not started


def test_the_app_alone_stays_on_this_machine(started: list[list[str]], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["app", "--no-browser", "--address", "::"]) == 2
    assert "embedcore serve" in capsys.readouterr().err
    assert not started
    assert main(["app", "--no-browser", "--address", "127.0.0.1"]) == 0
    assert len(started) == 1


def test_the_example_of_the_docs_is_enough() -> None:
    text = (ROOT / "docs" / "serving.md").read_text(encoding="utf-8")
    access.check_oidc(tomllib.loads(text.partition("```toml")[2].partition("```")[0]))
    options = set(re.findall(r"--[a-z-]+", text)) - {"--no-browser"}
    shown = subprocess.run(
        [sys.executable, "-m", "embedcore", "serve", "--help"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout
    assert not {option for option in options if option not in shown}
