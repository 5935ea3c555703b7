"""serve: the app for a team, behind a sign-in or an access token."""

from __future__ import annotations

import argparse
import ipaddress
import os
import re
import socket
import sys
import tomllib
from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from embedcore import access
from embedcore.commands import app
from embedcore.errors import InputError, MissingError

_TOKEN, _HOSTS = "EMBEDCORE_ACCESS_TOKEN", "EMBEDCORE_HOSTS"
_LOCAL = ("127.0.0.1", "localhost", "::1")


def add(commands: Any) -> None:
    """Register the command."""
    serve = commands.add_parser("serve", help="start the app for a team, behind a sign-in or an access token")
    serve.add_argument("--address", default="0.0.0.0", help="address to listen on (default: 0.0.0.0, all of them)")  # noqa: S104  that is what the gate is for
    serve.add_argument("--port", type=int, default=8501, help="port to listen on (default: 8501)")
    serve.add_argument(
        "--host", action="append", metavar="NAME", help=f"name people type for this server; repeat it (or {_HOSTS})"
    )
    serve.add_argument("--token-file", type=Path, metavar="FILE", help=f"file with the access token (or {_TOKEN})")
    serve.add_argument("--new-token", action="store_true", help="make a new access token and show it")
    serve.add_argument("--secrets", type=Path, metavar="FILE", help="secrets.toml with [auth]: people sign in by name")
    serve.set_defaults(run=run)


def run(options: argparse.Namespace) -> None:
    """Serve until Ctrl+C."""
    home = Path(os.environ.get("EMBEDCORE_HOME", ".embedcore")).absolute()
    secrets = _secrets(options.secrets)
    given = _given_token(options.token_file)
    if options.secrets and (given or options.new_token):
        raise InputError("Both a sign-in by name and an access token are given.", "Choose one of them.")
    hosts = _hosts(options)
    name = _shown_host(options)
    line = [*app.command(options.port, options.address), *(f"--server.allowedHosts={h}" for h in hosts)]
    line.append(f"--browser.serverAddress={name}")  # unset, Streamlit would ask another host for its public address
    shown = ""
    if secrets and not given and not options.new_token:
        if find_spec("authlib") is None:
            raise InputError("Signing in by name needs Authlib.", 'Run: pip install "embedcore[sign-in]"')
        found = _read(secrets)
        access.check_oidc(found)
        # Where the provider sends people back to is a name of this server, too.
        line.append(f"--server.allowedHosts={_as_sent(found['auth']['redirect_uri'])}")
        os.environ[access.SIGN_IN] = access.OIDC
        line.append(f"--secrets.files={secrets}")
    else:
        os.environ[access.SIGN_IN] = access.TOKEN
        if given or options.new_token or not access.has_token(home):
            token = given or access.new_token()
            access.keep_token(home, token)
            shown = "" if given else f"/?token={token}"
    os.environ.pop(_TOKEN, None)  # nothing that the server starts needs to know it
    _say(f"http://{name}:{options.port}{shown}", token=bool(shown))
    app.become(line)


def _given_token(file: Path | None) -> str:
    if file is None:
        return os.environ.get(_TOKEN, "").strip()
    try:
        return file.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError):
        raise MissingError(f"The token file “{file.name}” cannot be read.", "Check --token-file.") from None


def _secrets(given: Path | None) -> Path | None:
    """The secrets with a section [auth]: the file that is named, or the first where Streamlit looks for them."""
    if given is not None and not given.is_file():
        raise MissingError(f"There is no file “{given.name}”.", "Check --secrets.")
    places = [given] if given else [p / ".streamlit" / "secrets.toml" for p in (Path.cwd(), Path.home())]
    for place in places:
        if place.is_file():
            found = _read(place)
            if given or "auth" in found:
                return place.absolute()
    return None


def _read(place: Path) -> Mapping[str, Any]:
    try:
        return tomllib.loads(place.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        raise InputError(
            f"“{place.name}” is not a file of settings (TOML).", "Check its brackets and quotes."
        ) from None


def _hosts(options: argparse.Namespace) -> list[str]:
    """Names that the server answers to: those given, this machine's own name and addresses, and loopback."""
    named = _named(options)
    own = [] if access.is_loopback(options.address) else [socket.gethostname(), *_addresses()]
    return list(dict.fromkeys([*named, *own, *_LOCAL]))


def _named(options: argparse.Namespace) -> list[str]:
    """The names that were given, as a browser sends them: of an address its host, letters such as ä in their code."""
    given = [h.strip() for h in [*(options.host or []), *os.environ.get(_HOSTS, "").split(",")] if h.strip()]
    return [_as_sent(h) for h in given]


def _as_sent(given: str) -> str:
    bare = given.strip("[]")
    try:
        if bare.count(":") > 1 and "/" not in bare:  # IPv6
            return str(ipaddress.ip_address(bare))
        name = urlsplit(given if "//" in given else f"//{given}").hostname or ""
        sent = name if name.isascii() else name.encode("idna").decode()
    except ValueError:  # also UnicodeError
        sent = ""
    if not re.fullmatch(r"[\w.*:-]+", sent):
        raise InputError(f"“{given}” is no name of a server.", "Give --host the name alone, such as shop.example.")
    return sent


def _addresses() -> list[str]:
    import psutil

    inet = (socket.AF_INET, socket.AF_INET6)
    return [a.address.split("%")[0] for found in psutil.net_if_addrs().values() for a in found if a.family in inet]


def _shown_host(options: argparse.Namespace) -> str:
    """The name in the address that is printed."""
    named = _named(options)
    everywhere = options.address in ("0.0.0.0", "::")  # noqa: S104  compared, not listened to
    name: str = named[0] if named else socket.gethostname() if everywhere else options.address
    return f"[{name}]" if ":" in name else name


def _say(address: str, *, token: bool) -> None:
    print(f"embedcore is served at {address}")
    if token:
        print(
            "Whoever has this address gets in. It is shown once: keep it. `embedcore serve --new-token` makes another."
        )
    sys.stdout.flush()
