"""Who may enter a server: addresses that only this machine reaches, the access token, and the list of people."""

from __future__ import annotations

import hashlib
import hmac
import ipaddress
import json
import os
import secrets
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from embedcore.errors import EmbedError, InputError

__all__ = [
    "OIDC",
    "SIGN_IN",
    "TOKEN",
    "allows",
    "check_oidc",
    "has_token",
    "is_loopback",
    "keep_token",
    "new_token",
    "refuse_without_gate",
    "sign_in",
    "token_fits",
]

SIGN_IN = "EMBEDCORE_SIGN_IN"  # how people sign in; `embedcore serve` sets it. It only ever closes
TOKEN, OIDC = "token", "oidc"
_FILE = "access-token.json"
_SHORTEST = 22  # characters of 6 bits each: 128 bits
_SECRET = 32
_LONGEST = 24 * 30  # hours that a sign-in may last
_PROVIDER = ("client_id", "client_secret", "server_metadata_url")
_PROCESS = secrets.token_bytes(32)
_fitted: dict[str, bytes] = {}  # by data folder: what the token that fitted looks like in this process
_COST = {"n": 1 << 14, "r": 8, "p": 1}  # 16 MB and some 50 ms an attempt


def is_loopback(address: str | None) -> bool:
    """Whether only this machine reaches a server at this address; no address means all of them.

    >>> [is_loopback(a) for a in ("127.0.0.1", "::1", "localhost", "0.0.0.0", "::", "192.168.1.5", "shop.lan", None)]
    [True, True, True, False, False, False, False, False]
    """
    name = (address or "").strip("[]").lower()
    try:
        return name == "localhost" or ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False


def sign_in() -> str:
    """How people sign in to this server: TOKEN, OIDC, or "" for a server without a gate.

    >>> before = os.environ.pop(SIGN_IN, None)
    >>> sign_in()
    ''
    """
    found = os.environ.get(SIGN_IN, "")
    if found not in {"", TOKEN, OIDC}:
        raise InputError(f"{SIGN_IN} is “{found}”.", f"It can be “{TOKEN}” or “{OIDC}”. Start with `embedcore serve`.")
    return found


def refuse_without_gate(address: str | None) -> None:
    """EmbedError when a server at this address would be open to everyone.

    >>> refuse_without_gate("127.0.0.1")
    >>> refuse_without_gate("0.0.0.0")
    Traceback (most recent call last):
    embedcore.errors.EmbedError: embedcore would be open to everyone at 0.0.0.0. Start it with `embedcore serve` ...
    """
    if not sign_in() and not is_loopback(address):
        raise EmbedError(
            f"embedcore would be open to everyone at {address or 'every address'}.",
            "Start it with `embedcore serve` and a sign-in or an access token, or leave the address at 127.0.0.1.",
        )


def new_token() -> str:
    """A random access token of 192 bits.

    >>> len(new_token()), new_token() == new_token()
    (32, False)
    """
    return secrets.token_urlsafe(24)


def keep_token(home: Path, token: str) -> None:
    """Make this the access token of a data folder. Only its hash is kept. InputError when it is short.

    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as home:
    ...     keep_token(Path(home), "not so very secret but long")
    ...     token_fits(Path(home), "not so very secret but long"), token_fits(Path(home), "a guess")
    (True, False)
    """
    if len(token) < _SHORTEST:
        raise InputError(f"The access token has {len(token)} characters.", f"Take a random one of {_SHORTEST} or more.")
    salt = secrets.token_bytes(16)
    home.mkdir(0o700, parents=True, exist_ok=True)
    half = home / f"{_FILE}.tmp"
    half.unlink(missing_ok=True)
    with os.fdopen(os.open(half, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as out:
        json.dump({"salt": salt.hex(), "hash": _hash(token, salt).hex()}, out)
    half.replace(home / _FILE)


def has_token(home: Path) -> bool:
    """Whether a data folder has an access token.

    >>> has_token(Path("no such folder"))
    False
    """
    return (home / _FILE).is_file()


def token_fits(home: Path, token: str, *, at_once: bool = False) -> bool:
    """Whether this is the access token of a data folder. It takes some 50 ms; at_once: only whether it is one that
    fitted before in this process, which takes no time.

    >>> token_fits(Path("no such folder"), "a guess")
    False
    """
    try:
        kept = json.loads((home / _FILE).read_text(encoding="utf-8"))
        salt, wanted = bytes.fromhex(kept["salt"]), bytes.fromhex(kept["hash"])
    except (OSError, ValueError, KeyError, TypeError):
        return False  # nobody enters by a damaged file; `embedcore serve --new-token` writes another
    mark = hmac.digest(_PROCESS, salt + wanted + token.encode("utf-8", "replace"), "sha256")
    if hmac.compare_digest(mark, _fitted.get(str(home), b"")):
        return True
    fits = not at_once and hmac.compare_digest(_hash(token, salt), wanted)
    if fits:
        _fitted[str(home)] = mark
    return fits


def allows(people: Sequence[str], address: str) -> bool:
    """Whether an e-mail address stands on the list: itself, its domain ("@shop.example"), or "*" for everybody.

    >>> people = ["ann@a.example", "@b.example"]
    >>> [allows(people, who) for who in ("Ann@A.example", "bob@b.example", "bob@a.example", "")]
    [True, True, False, False]
    >>> allows(["*"], ""), allows(["@b.example"], "eve@b.example@c.example")
    (True, False)
    """
    who = address.strip().lower()
    listed = {entry.strip().lower() for entry in people}
    name, _, domain = who.rpartition("@")
    return "*" in listed or bool(name and domain and (who in listed or f"@{domain}" in listed))


def check_oidc(settings: Mapping[str, Any]) -> None:
    """InputError when the secrets of a server (secrets.toml, as it was read) are not enough to sign in by name.

    >>> auth = {"redirect_uri": "https://shop.example/oauth2callback", "cookie_secret": "c" * 32}
    >>> auth |= {"client_id": "embedcore", "client_secret": "s"}
    >>> auth |= {"server_metadata_url": "https://id.example/.well-known/openid-configuration"}
    >>> check_oidc({"auth": auth, "access": {"allowed": ["@shop.example"]}})
    >>> check_oidc({"auth": auth})
    Traceback (most recent call last):
    embedcore.errors.InputError: The secrets do not say who may enter. Add a section [access] with allowed = [...
    """
    auth = settings.get("auth")
    if not isinstance(auth, Mapping):
        raise InputError("The secrets have no section [auth].", "docs/serving.md shows one.")
    named = [(f"[auth.{k}]", v) for k, v in auth.items() if isinstance(v, Mapping) and "client_id" in v]
    missing = [f"{key} in [auth]" for key in ("redirect_uri", "cookie_secret") if not auth.get(key)]
    for section, values in named or [("[auth]", auth)]:
        missing += [f"{key} in {section}" for key in _PROVIDER if not values.get(key)]
    if missing:
        raise InputError(f"The secrets lack {', '.join(missing)}.", "docs/serving.md shows an example.")
    if not str(auth["redirect_uri"]).endswith("/oauth2callback"):
        raise InputError("redirect_uri does not end with /oauth2callback.", "Correct it here and at the provider.")
    if len(str(auth["cookie_secret"])) < _SECRET:
        raise InputError("cookie_secret is short.", f"Take {_SECRET} random characters or more.")
    access = settings.get("access") or {}
    hours = access.get("hours", 12)
    if isinstance(hours, bool) or not isinstance(hours, int | float) or not 0 < hours <= _LONGEST:
        raise InputError("hours in [access] is no number of hours.", f"Give one up to {_LONGEST}, such as hours = 12.")
    allowed = access.get("allowed")
    if not isinstance(allowed, list) or not allowed or not all(isinstance(a, str) for a in allowed):
        raise InputError(
            "The secrets do not say who may enter.",
            'Add a section [access] with allowed = ["ann@shop.example", "@shop.example"], or ["*"] for everyone whom '
            "the provider signs in.",
        )


def _hash(token: str, salt: bytes) -> bytes:
    return hashlib.scrypt(token.encode("utf-8", "replace"), salt=salt, n=_COST["n"], r=_COST["r"], p=_COST["p"])
