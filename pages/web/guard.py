"""Who may talk to this server at all, and what every answer carries.

A page of another site cannot forge `Host`, `Origin` and `Sec-Fetch-Site`: the browser writes them. So

- a request for a name that is not ours is refused: a site that renames itself to 127.0.0.1 sends its own name;
- a request whose Origin is another place, be it a port away, is refused before anything looks at it. Streamlit
  would look its own public address up on the internet, to compare;
- files that pages show, and uploads, are for our own pages: a cookie that other sites cannot send (SameSite=Strict),
  and no `Sec-Fetch-Site` of another port, to which a browser would send it.

The websocket needs no cookie: a browser always says the Origin of one, and the exact Origin is a page of ours. What
remains is what every program on this machine that sends what it likes may do; a gate (`embedcore serve`) is for that.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from functools import cache
from pathlib import Path

import streamlit
from google.protobuf.message import DecodeError
from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import HTTPConnection
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from streamlit import config
from streamlit.proto.BackMsg_pb2 import BackMsg

from pages.web import secret, signin

# Streamlit's own uploads stay in memory; the others tell more than a page needs.
CLOSED = ("/_stcore/metrics", "/_stcore/agent", "/_stcore/script-health-check", "/_stcore/upload_file", "/component/")
HEARD = ("rerun_script", "stop_script", "app_heartbeat", "backend_operation_request")
OPERATIONS = ("deferred_file", "dataframe_chunk")
OTHER_NAME = "This server does not answer to that name. Whoever runs it can add it: embedcore serve --host NAME"
OWN_PAGES_ONLY = ("/media/", "/upload")
_LOCAL = ["127.0.0.1", "localhost", "::1"]
_HOST = re.compile(r"(\[[0-9a-fA-F:.]+\]|[\w.-]+)(?::\d{1,5})?")


class Guard:
    """The outermost middleware."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Refuse, or pass on; either way the answer gets its headers."""
        if scope["type"] == "lifespan":
            await self.app(scope, receive, send)
            return
        refused = _refused(scope)
        if scope["type"] == "websocket":
            if refused is None:
                await self.app(scope, _heard(receive), send)
            else:
                await receive()
                await send({"type": "websocket.close", "code": 1008})
            return

        async def answer(message: Message) -> None:
            if message["type"] == "http.response.start":
                _write_headers(scope, MutableHeaders(scope=message))
            await send(message)

        app = self.app if refused is None else PlainTextResponse(refused[1], refused[0])
        await app(scope, receive, answer)


def _refused(scope: Scope) -> tuple[int, str] | None:
    """(status, sentence) of a request that is turned away."""
    headers, path = Headers(scope=scope), _path(scope)
    host, origin = headers.get("host", ""), headers.get("origin")
    if not known_host(host, config.get_option("server.allowedHosts")):
        return 403, OTHER_NAME
    if origin is not None and not same_origin(origin, scope["scheme"], host):
        return 403, "This server answers its own pages only."
    if path.startswith(CLOSED):
        return 404, "Not found"
    if scope["type"] == "http" and scope["method"] not in ("GET", "HEAD", "POST"):
        return 405, "Not allowed"
    if path.startswith(OWN_PAGES_ONLY):
        if headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
            return 403, "This server answers its own pages only."
        if not hmac.compare_digest(_cookie(scope), _token()):
            return 403, "Open the app in this browser first."
    return None


def _heard(receive: Receive) -> Receive:
    """What our pages say. The rest is for developers: it empties everyone's caches, asks git about the source, writes
    files beside it."""

    async def hear() -> Message:
        while True:
            message = await receive()
            try:
                incoming = BackMsg.FromString(message.get("bytes") or b"")
            except DecodeError:
                return message  # Streamlit hangs up
            kind = incoming.WhichOneof("type")
            operation = incoming.backend_operation_request.WhichOneof("payload")
            if kind in (None, *HEARD) and operation in (None, *OPERATIONS):
                return message

    return hear


def _path(scope: Scope) -> str:
    """The path below the app's base."""
    base = str(config.get_option("server.baseUrlPath")).strip("/")
    return str(scope["path"]).removeprefix(f"/{base}") if base else str(scope["path"])


def known_host(host: str, allowed: list[str] | None) -> bool:
    """Whether the Host header names this server. allowed: names without ports; none: this machine.

    >>> [known_host(host, ["127.0.0.1", "::1"]) for host in ("127.0.0.1:8501", "[::1]:8501", "evil.example:8501", "")]
    [True, True, False, False]
    """
    found = _HOST.fullmatch(host)
    name = found[1].strip("[]").lower().rstrip(".") if found else ""
    return any(
        a == "*" or (name and name == a.strip("[]").rstrip(".")) or (a.startswith("*.") and name.endswith(a[1:]))
        for a in map(str.lower, allowed or _LOCAL)
    )


def same_origin(origin: str, scheme: str, host: str) -> bool:
    """Whether a request comes from a page of this server. A proxy may speak https for us.

    >>> [same_origin(f"http://localhost:{port}", "http", "localhost:8501") for port in (8501, 9999)]
    [True, False]
    """
    return origin in (f"{scheme.replace('ws', 'http')}://{host}", f"https://{host}")


def cookie_name(scope: Scope) -> str:
    """The cookie's name, with the port: a browser sends a host's cookies to all of its ports."""
    return f"embedcore-{(scope.get('server') or ('', 0))[1]}"


def _token() -> str:
    return secret.signed("a page of this server")


def _cookie(scope: Scope) -> str:
    # Starlette reads past a cookie in another form, which another app on this machine may have set.
    return HTTPConnection(scope).cookies.get(cookie_name(scope), "")


def _write_headers(scope: Scope, headers: MutableHeaders) -> None:
    request = Headers(scope=scope)
    headers["Content-Security-Policy"] = policy()
    headers["X-Frame-Options"] = "DENY"
    headers["X-Content-Type-Options"] = "nosniff"
    headers.setdefault("Referrer-Policy", "same-origin")  # the sign-in page, whose address may hold a token, says none
    headers["Cross-Origin-Opener-Policy"] = "same-origin"
    headers["Cross-Origin-Resource-Policy"] = "same-origin"
    headers["Permissions-Policy"] = "camera=(), microphone=(), geolocation=()"
    if "access-control-allow-origin" in headers:
        del headers["access-control-allow-origin"]
    # A page that is opened, not a file that a page asks for.
    opened = request.get("sec-fetch-dest", "document") == "document" and "text/html" in headers.get("content-type", "")
    if opened and _cookie(scope) != _token():
        headers.append("Set-Cookie", f"{cookie_name(scope)}={_token()}; Path=/; HttpOnly; SameSite=Strict")
    if signin.by_tls(HTTPConnection(scope)):  # also those of Streamlit, which does not say so
        cookies = headers.getlist("set-cookie")
        del headers["set-cookie"]
        for line in cookies:
            headers.append("Set-Cookie", line if "; secure" in line.lower() else f"{line}; Secure")


@cache
def policy() -> str:
    """The Content-Security-Policy: this server only, whatever a page holds.

    The scripts that stand in Streamlit's own index.html are named by their hash. Its frontend makes style elements,
    workers and components (blob:) itself.

    >>> "http" in policy(), "frame-ancestors 'none'" in policy()
    (False, True)
    """
    index = (Path(streamlit.__file__).parent / "static" / "index.html").read_text("utf-8")
    inline = re.findall(r"<script>(.*?)</script>", index, re.S)
    hashes = [base64.b64encode(hashlib.sha256(text.encode()).digest()).decode() for text in inline]
    return "; ".join(
        [
            "default-src 'self'",
            " ".join(["script-src 'self' blob:", *(f"'sha256-{h}'" for h in hashes)]),
            "style-src 'self' 'unsafe-inline'",
            "img-src 'self' data: blob:",
            "font-src 'self' data:",
            "media-src 'self' blob:",
            "connect-src 'self'",
            "worker-src 'self' blob:",
            "object-src 'none'",
            "base-uri 'self'",
            "form-action 'self'",
            "frame-ancestors 'none'",
        ]
    )
