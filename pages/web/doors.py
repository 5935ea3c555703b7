"""The two ways in: an access token for a small team, or a sign-in by name (OpenID Connect)."""

from __future__ import annotations

import asyncio
import hashlib
import json
import secrets
import time
from collections import Counter
from collections.abc import Mapping
from typing import Any, Protocol
from urllib.parse import parse_qsl

import streamlit as st
from starlette.requests import ClientDisconnect, HTTPConnection, Request
from starlette.responses import RedirectResponse, Response
from streamlit.auth_util import encode_provider_token, get_cookie_with_chunks
from streamlit.web.server.server_util import get_cookie_secret
from streamlit.web.server.starlette.starlette_app_utils import decode_signed_value

from embedcore import access
from pages.web import signin
from pages.web.visits import VISITS, Person, Visit
from pages.web.workspace import root

NEXT, USER = "embedcore-next", "_streamlit_user"  # cookies; the last is streamlit's own
HOURS = 12  # how long a sign-in lasts at most
_WAITING = 32  # attempts of one address that wait for their turn; one takes some 50 ms
_FORM, _PATIENCE = 8192, 20.0  # bytes of a form; seconds until it is there


class Door(Protocol):
    """One way in."""

    paths: frozenset[str]  # what the door answers itself, or lets through, for people who are not signed in

    def cookie(self, request: HTTPConnection) -> str:
        """What the browser shows to be let in again."""
        ...

    async def answer(self, request: Request, path: str) -> Response | None:
        """What somebody who is not signed in gets; None: the app answers."""
        ...


class TokenDoor:
    """Everyone with the access token shares one workspace."""

    paths = frozenset({"/sign-in"})

    def __init__(self) -> None:
        self._turn = asyncio.Lock()
        self._waiting: Counter[str] = Counter()  # by address

    def cookie(self, request: HTTPConnection) -> str:
        """A random word that only this server and this browser know."""
        return request.cookies.get(visit_cookie(request), "")

    async def answer(self, request: Request, path: str) -> Response | None:
        """The sign-in page, or the way in for whoever has the token."""
        given, target = "", signin.without_token(request)
        if path == "/sign-in" and request.method == "POST":
            form = await _form(request)
            given, target = form.get("token", ""), signin.safe(form.get("next", ""))
        elif request.method == "GET" and "token" in request.query_params:
            given = request.query_params["token"]
        if not given:
            return signin.page(request, target if path != "/sign-in" else "/")
        # Whoever has the right token is let in whatever others try: one that fitted before is known at once.
        if access.token_fits(root(), given[:200], at_once=True):
            return self._let_in(request, target)
        who = request.client.host if request.client else ""
        if self._waiting[who] >= _WAITING:
            return signin.page(request, target, signin.TOO_MANY, 429)
        if await self._fits(who, given[:200]):
            return self._let_in(request, target)
        await asyncio.sleep(1)
        return signin.page(request, target, signin.WRONG_TOKEN)

    async def _fits(self, who: str, given: str) -> bool:
        self._waiting[who] += 1
        try:
            async with self._turn:
                return await asyncio.to_thread(access.token_fits, root(), given)
        finally:
            self._waiting -= Counter([who])  # drops those that reach 0

    def _let_in(self, request: Request, target: str) -> Response:
        cookie = secrets.token_urlsafe(24)
        VISITS.begin(cookie, Person("", "", time.time() + HOURS * 3600))
        answer = signin.go_on(target)
        answer.set_cookie(visit_cookie(request), cookie, HOURS * 3600, httponly=True, samesite="strict")
        return answer


class OidcDoor:
    """Each person has a workspace of their own.

    Streamlit and Authlib speak with the provider and check its answer (key,
    issuer, audience, nonce, time). The gate lets in whom that brought in this run of the server, nobody else: a cookie
    that was made elsewhere, by whatever key, was never seen here."""

    paths = frozenset({"/sign-in", "/sign-in/start", "/auth/login", "/oauth2callback"})

    def cookie(self, request: HTTPConnection) -> str:
        """What Streamlit's identity cookie says, put together from its parts; "" unless this server signed it."""
        return _said(request.cookies)

    async def answer(self, request: Request, path: str) -> Response | None:
        """The sign-in page, and the way to the provider."""
        if path == "/sign-in/start":
            provider = request.query_params.get("provider", "default")
            if provider not in providers():
                return signin.page(request, "/", signin.FAILED)
            answer = RedirectResponse(f"{signin.base()}/auth/login?provider={encode_provider_token(provider)}", 303)
            target = signin.safe(request.query_params.get("next", ""))
            answer.set_cookie(NEXT, target, 600, httponly=True, samesite="lax")
            return answer
        if path in self.paths - {"/sign-in"}:
            return None
        why = {"failed": signin.FAILED, "refused": signin.REFUSED}.get(request.query_params.get("why", ""), "")
        target = signin.without_token(request)
        return signin.page(request, target if path != "/sign-in" else "/", why, providers=providers())

    def came_back(self, cookies: Mapping[str, str]) -> str:
        """Let in whom the provider's answer names. cookies: what streamlit wants to set. "" or why not."""
        said = _said(cookies)
        claims = _claims(said)
        if claims is None or not _meant_for_us(claims):
            return "failed"
        settings: Mapping[str, Any] = st.secrets.get("access", {})
        who = person_of(claims, float(settings.get("hours", HOURS)))
        if who is None:
            return "failed"
        if not access.allows(settings.get("allowed", []), who.about["email"]):
            return "refused"
        VISITS.begin(said, who)
        return ""


def person_of(claims: Mapping[str, Any], hours: float = HOURS) -> Person | None:
    """The person of an ID token that has been checked; None when it is over or names nobody.

    >>> about = {"iss": "https://id.example", "sub": "17", "exp": time.time() + 60, "email": "ann@shop.example"}
    >>> ann = person_of(about)
    >>> ann.name, len(ann.workspace), person_of(about | {"exp": 1}), person_of(about | {"sub": ""})
    ('ann@shop.example', 38, None, None)
    """
    issuer, subject, exp = claims.get("iss"), claims.get("sub"), claims.get("exp")
    if not (isinstance(issuer, str) and isinstance(subject, str) and issuer and subject):
        return None
    if isinstance(exp, bool) or not isinstance(exp, int | float) or exp <= time.time():
        return None
    # An address that the provider itself does not vouch for opens no door.
    email = "" if claims.get("email_verified") is False else str(claims.get("email") or "")
    name = str(claims.get("name") or email or claims.get("preferred_username") or subject)
    workspace = f"users/{hashlib.sha256(f'{issuer}|{subject}'.encode()).hexdigest()[:32]}"
    about = {"name": name, "email": email, "issuer": issuer, "subject": subject}
    return Person(name[:80], workspace, min(float(exp), time.time() + hours * 3600), about)


def providers() -> dict[str, str]:
    """Providers that can be signed in with: name in the secrets -> what to call it."""
    auth: Mapping[str, Any] = st.secrets.get("auth", {})
    named = {k: k.capitalize() for k, v in auth.items() if isinstance(v, Mapping) and "client_id" in v}
    return named or {"default": ""}


def _meant_for_us(claims: Mapping[str, Any]) -> bool:
    """Whether the token names us as its audience. (Authlib takes one for another app that names us as `azp`.)"""
    auth: Mapping[str, Any] = st.secrets.get("auth", {})
    section = auth.get(str(claims.get("provider")), auth)
    found = claims.get("aud")
    return section.get("client_id") in (found if isinstance(found, list) else [found])


def visit_cookie(request: HTTPConnection) -> str:
    """The cookie's name, with the port: a browser sends a host's cookies to all of its ports."""
    return f"embedcore-visit-{(request.scope.get('server') or ('', 0))[1]}"


def of_this_server() -> Door | None:
    """The door of this server; None for a server without a gate."""
    return {"": lambda: None, access.TOKEN: TokenDoor, access.OIDC: OidcDoor}[access.sign_in()]()


def leave(door: Door, request: HTTPConnection) -> None:
    """Sign out."""
    VISITS.end(door.cookie(request))


def visit_of(door: Door, request: HTTPConnection) -> Visit | None:
    """The visit of a request, while it lasts."""
    cookie = door.cookie(request)
    found = VISITS.find(cookie) if cookie else None
    return found if found is not None and found.live else None


def _said(cookies: Mapping[str, str]) -> str:
    def one(name: str) -> bytes | None:
        return decode_signed_value(get_cookie_secret(), name, cookies.get(name, "").encode("latin-1"))

    return (get_cookie_with_chunks(one, USER) or b"").decode("utf-8", "replace")


def _claims(said: str) -> dict[str, Any] | None:
    claims = json.loads(said) if said else None
    return claims if isinstance(claims, dict) and claims.get("is_logged_in") is True else None


async def _form(request: Request) -> dict[str, str]:
    """A small form; {} for a large one, whatever it said of its length, and for what is none."""
    body = b""
    try:
        async with asyncio.timeout(_PATIENCE):
            async for piece in request.stream():
                body += piece
                if len(body) > _FORM:
                    return {}
        return dict(parse_qsl(body.decode("utf-8", "replace"), max_num_fields=8))
    except (ClientDisconnect, TimeoutError, ValueError):
        return {}
