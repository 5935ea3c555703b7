"""An OpenID provider on this machine that signs in whom a test says, and misbehaves when a test says so."""

from __future__ import annotations

import hmac
import json
import secrets
import time
from base64 import urlsafe_b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Thread
from typing import Any
from urllib.parse import urlencode

import uvicorn
from joserfc import jwt
from joserfc.jwk import KeySet, RSAKey
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from tests.browser.server import free_port

CLIENT = "embedcore"
SECRETS = """
[auth]
redirect_uri = "http://127.0.0.1:{{port}}/oauth2callback"
cookie_secret = "{cookie_secret}"
client_id = "embedcore"
client_secret = "a secret between the two"
server_metadata_url = "{url}/.well-known/openid-configuration"

[access]
allowed = ["ann@shop.example", "@team.example"]
"""
COOKIE_SECRET = "the key that signs cookies, of this test"  # noqa: S105
ANN = {"sub": "1", "name": "Ann Example", "email": "ann@shop.example", "email_verified": True}
BEN = {"sub": "2", "name": "Ben Example", "email": "ben@team.example", "email_verified": True}
EVE = {"sub": "3", "name": "Eve Example", "email": "eve@elsewhere.example", "email_verified": True}
# Says to be Ann, and the provider does not know.
MASK = {"sub": "4", "name": "Ann Example", "email": "ann@shop.example", "email_verified": False}
WRONG: dict[str, dict[str, Any]] = {
    "expired": {"exp": 1_700_000_000, "iat": 1_600_000_000},
    "another issuer": {"iss": "https://elsewhere.example"},
    "another audience": {"aud": "another app"},
    "another audience on our behalf": {"aud": "another app", "azp": CLIENT},
    "another nonce": {"nonce": "0123456789"},
    "another key": {},
    "no signature": {},
    "a shared key": {},
}


@dataclass
class Provider:
    """user: who is signed in next. trick: what is wrong with their token, a key of WRONG. lasts: seconds of a token."""

    url: str
    user: dict[str, Any] = field(default_factory=lambda: dict(ANN))
    trick: str = ""
    lasts: int = 3600
    key: RSAKey = field(default_factory=lambda: RSAKey.generate_key(2048, {"kid": "1"}))
    codes: dict[str, str] = field(default_factory=dict)

    @property
    def secrets(self) -> str:
        """A secrets.toml for the app."""
        return SECRETS.format(url=self.url, cookie_secret=COOKIE_SECRET)

    def token(self, nonce: str) -> str:
        now = int(time.time())
        claims = {"iss": self.url, "aud": CLIENT, "iat": now, "exp": now + self.lasts, "nonce": nonce, **self.user}
        claims |= WRONG.get(self.trick, {})
        if self.trick == "no signature":
            return _signed({"alg": "none"}, claims, None)
        if self.trick == "a shared key":  # signed with what everybody knows: the public key
            return _signed({"alg": "HS256", "kid": "1"}, claims, self.key.as_pem(private=False))
        key = RSAKey.generate_key(2048, {"kid": "1"}) if self.trick == "another key" else self.key
        return jwt.encode({"alg": "RS256", "kid": "1"}, claims, key)

    async def discovery(self, _request: Request) -> Response:
        return JSONResponse(
            {
                "issuer": self.url,
                "authorization_endpoint": f"{self.url}/authorize",
                "token_endpoint": f"{self.url}/token",
                "jwks_uri": f"{self.url}/jwks",
                "response_types_supported": ["code"],
                "subject_types_supported": ["public"],
                "id_token_signing_alg_values_supported": ["RS256"],
            }
        )

    async def jwks(self, _request: Request) -> Response:
        return JSONResponse(KeySet([self.key]).as_dict(private=False))

    async def authorize(self, request: Request) -> Response:
        asked = request.query_params
        code = secrets.token_hex(8)
        self.codes[code] = asked["nonce"]
        return RedirectResponse(f"{asked['redirect_uri']}?{urlencode({'code': code, 'state': asked['state']})}", 302)

    async def exchange(self, request: Request) -> Response:
        async with request.form() as form:
            nonce = self.codes.pop(str(form["code"]))
        return JSONResponse({"access_token": "x", "token_type": "Bearer", "id_token": self.token(nonce)})


def _signed(header: dict[str, str], claims: dict[str, Any], secret: bytes | None) -> str:
    """A token as no library makes it any more."""
    parts = [urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=") for part in (header, claims)]
    sign = hmac.digest(secret, b".".join(parts), "sha256") if secret else b""
    return b".".join([*parts, urlsafe_b64encode(sign).rstrip(b"=")]).decode()


@contextmanager
def running_provider() -> Iterator[Provider]:
    """The provider, until the end of the block."""
    port = free_port()
    provider = Provider(f"http://127.0.0.1:{port}")
    routes = [
        Route("/.well-known/openid-configuration", provider.discovery),
        Route("/jwks", provider.jwks),
        Route("/authorize", provider.authorize),
        Route("/token", provider.exchange, methods=["POST"]),
    ]
    server = uvicorn.Server(uvicorn.Config(Starlette(routes=routes), port=port, log_level="warning"))
    thread = Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        assert thread.is_alive()
        time.sleep(0.01)
    yield provider
    server.should_exit = True
    thread.join()
