"""Who may talk to this server at all, and what every answer carries.

A page of another site cannot forge `Origin`, `Host` and `Sec-Fetch-Site`: the browser writes them. So

- a request for a name that is not ours is refused (a site that renames itself to 127.0.0.1 sends its own name);
- a request whose Origin is another place, be it a port away, is refused before anything looks at it. Streamlit
  would look its own public address up on the internet to compare;
- what holds data is given to our own pages only.
"""

from __future__ import annotations

from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send
from streamlit import config

CLOSED = ("/_stcore/metrics", "/_stcore/agent", "/_stcore/script-health-check")


class Guard:
    """The outermost middleware."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Refuse, or pass on."""
        if scope["type"] not in ("http", "websocket"):
            await self.app(scope, receive, send)
            return
        refused = _refused(scope)
        if refused is None:
            await self.app(scope, receive, send)
        elif scope["type"] == "websocket":
            await receive()
            await send({"type": "websocket.close", "code": 1008})
        else:
            await PlainTextResponse(refused[1], refused[0])(scope, receive, send)


def _refused(scope: Scope) -> tuple[int, str] | None:
    """(status, sentence) of a request that is turned away."""
    headers = Headers(scope=scope)
    host, origin = headers.get("host", ""), headers.get("origin")
    if not known_host(host, config.get_option("server.allowedHosts")):
        return 403, "This server does not answer to that name."
    if origin is not None and not same_origin(origin, scope["scheme"], host):
        return 403, "This server answers its own pages only."
    if scope["path"].startswith(CLOSED):
        return 404, "Not found"
    return None


def known_host(host: str, allowed: list[str] | None) -> bool:
    """Whether the Host header names this server. allowed: names without ports; none: every name.

    >>> known_host("127.0.0.1:8501", ["127.0.0.1"]), known_host("evil.example:8501", ["127.0.0.1"])
    (True, False)
    """
    if not allowed or "*" in allowed:
        return True
    try:
        name = (urlsplit(f"//{host}").hostname or "").rstrip(".")
    except ValueError:
        return False
    return any(name == a.strip("[]") or (a.startswith("*.") and name.endswith(a[1:])) for a in map(str.lower, allowed))


def same_origin(origin: str, scheme: str, host: str) -> bool:
    """Whether a request comes from a page of this server. A proxy may speak https for us.

    >>> [same_origin(f"http://localhost:{port}", "http", "localhost:8501") for port in (8501, 9999)]
    [True, False]
    """
    return origin in (f"{scheme.replace('ws', 'http')}://{host}", f"https://{host}")
