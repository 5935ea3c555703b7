"""The gate: who has not signed in gets the sign-in page and nothing else, whatever the address.

Everything is closed unless it is named here. A server without a gate answers this machine only.
"""

from __future__ import annotations

import asyncio
import re
import sys
from collections.abc import MutableMapping
from contextlib import suppress
from http.cookies import SimpleCookie
from typing import Any

import streamlit as st
from starlette.datastructures import MutableHeaders
from starlette.requests import HTTPConnection, Request
from starlette.responses import PlainTextResponse, RedirectResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

from embedcore import EmbedError, access
from pages.web import doors, signin
from pages.web.visits import HEADER, PERSON, VISITS, Visit
from pages.web.workspace import root

OPEN = frozenset({"/_stcore/health"})
SIGN_OUT = "/auth/logout"
LOCAL_ONLY = "embedcore answers only this machine. To let others in, start it with `embedcore serve`."
_LOOK = 5  # seconds after which an open page notices that its sign-in is over


def refuse_to_start() -> None:
    """End the process with one sentence when this server would be open to everyone, or its gate has no lock."""
    try:
        access.refuse_without_gate(st.get_option("server.address"))
        if access.sign_in() == access.TOKEN and not access.has_token(root()):
            raise EmbedError("There is no access token yet.", "Start the server with `embedcore serve`.")
        if access.sign_in() == access.OIDC:
            access.check_oidc(st.secrets.to_dict() if st.secrets.load_if_toml_exists() else {})
    except EmbedError as problem:
        print(problem, file=sys.stderr, flush=True)
        raise SystemExit(2) from None


class Gate:
    """The middleware behind the guard."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self.door = doors.of_this_server()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on what a person may see."""
        if scope["type"] not in ("http", "websocket"):
            await self.app(scope, receive, send)
            return
        scope = {**scope, "headers": [(k, v) for k, v in scope["headers"] if k.lower() != HEADER.encode()]}
        if self.door is None:
            await (self._refuse if _from_outside(scope) else self.app)(scope, receive, send)
            return
        visit = doors.visit_of(self.door, HTTPConnection(scope))
        if scope["type"] == "websocket":
            await self._stream(visit, scope, receive, send)
        else:
            await self._http(self.door, visit, scope, receive, send)

    async def _http(self, door: doors.Door, visit: Visit | None, scope: Scope, receive: Receive, send: Send) -> None:
        request, path = Request(scope, receive), scope["path"].removeprefix(signin.base())
        if path == SIGN_OUT:
            doors.leave(door, request)
            if visit is None or isinstance(door, doors.TokenDoor):
                await _forget(request)(scope, receive, send)
                return
        elif path == "/oauth2callback" and isinstance(door, doors.OidcDoor):
            send = _letting_in(door, request, send)
        elif visit is None and path not in OPEN:
            answer = await door.answer(request, path)
            if answer is not None:
                await answer(scope, receive, send)
                return
        elif isinstance(door, doors.TokenDoor) and request.method == "GET" and "token" in request.query_params:
            await RedirectResponse(signin.without_token(request), 303)(scope, receive, send)
            return
        elif visit is not None and path.startswith("/media/") and not visit.may_see(path):
            await PlainTextResponse("Not found", 404)(scope, receive, send)
            return
        elif path == "/sign-in":
            await RedirectResponse(f"{signin.base()}/", 303)(scope, receive, send)
            return
        scope[PERSON] = visit.person if visit else None
        await self.app(scope, receive, send)

    async def _stream(self, visit: Visit | None, scope: Scope, receive: Receive, send: Send) -> None:
        """The page's connection: only with a visit, and no longer than that lasts."""
        if visit is None:
            await self._refuse(scope, receive, send)
            return
        scope["headers"].append((HEADER.encode(), visit.key.encode()))
        scope[PERSON] = visit.person
        waiting: asyncio.Future[Message] | None = None
        over = False

        async def next_message() -> Message:
            nonlocal waiting, over
            waiting = waiting or asyncio.ensure_future(receive())
            while True:
                done, _ = await asyncio.wait({waiting}, timeout=_LOOK)
                over = VISITS.who(visit.key) is None
                if over:
                    return {"type": "websocket.disconnect", "code": 1008}
                if done:
                    message, waiting = waiting.result(), None
                    return message

        async def note(message: Message) -> None:
            visit.shows(message.get("bytes") or b"")
            await send(message)

        await self.app(scope, next_message, note)
        if over:
            with suppress(RuntimeError, OSError):  # the tab may be gone meanwhile
                await _send_away(send)
        if waiting is not None:
            waiting.cancel()

    async def _refuse(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "websocket":
            await receive()
            await send({"type": "websocket.close", "code": 1008})
        else:
            await PlainTextResponse(LOCAL_ONLY, 403)(scope, receive, send)


async def _send_away(send: Send) -> None:
    """Lead an open tab to the sign-in page, and hang up."""
    leave = ForwardMsg()
    leave.auth_redirect.url = f"{signin.base()}/"
    await send({"type": "websocket.send", "bytes": leave.SerializeToString()})
    await send({"type": "websocket.close", "code": 1008})


def _from_outside(scope: MutableMapping[str, Any]) -> bool:
    """Whether a request came in by an address that others reach, however the server was started."""
    address = (scope.get("server") or ("", None))[0] or ""
    address = address.partition("%")[0]  # fe80::1%eth0
    return bool(re.fullmatch(r"[0-9a-fA-F:.]+", address)) and not access.is_loopback(address)


def _forget(request: Request) -> RedirectResponse:
    answer = RedirectResponse(f"{signin.base()}/", 303)
    answer.delete_cookie(doors.visit_cookie(request), httponly=True, samesite="strict")
    return answer


def _letting_in(door: doors.OidcDoor, request: Request, send: Send) -> Send:
    """Look at what streamlit answers to the provider's answer: note who came, or take the cookies away again."""

    async def look(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            jar: SimpleCookie = SimpleCookie()
            for line in headers.getlist("set-cookie"):
                jar.load(line)
            why = door.came_back({k: m.value for k, m in jar.items() if m["max-age"] != "0"})
            target = signin.safe(request.cookies.get(doors.NEXT, "")) if not why else ""
            kept = [(k, v) for k, v in headers.items() if k not in ("set-cookie", "location")]
            if not why:
                kept += [("set-cookie", line) for line in headers.getlist("set-cookie")]
            kept.append(("location", target or f"{signin.base()}/sign-in?why={why}"))
            kept.append(("set-cookie", f"{doors.NEXT}=; Max-Age=0; Path=/; HttpOnly; SameSite=lax"))
            message = {**message, "headers": [(k.encode("latin-1"), v.encode("latin-1")) for k, v in kept]}
        await send(message)

    return look
