"""The sign-in page: plain HTML in the app's look, since nothing of the app is there for those outside."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from urllib.parse import quote, urlencode, urlsplit

import streamlit as st
from starlette.requests import HTTPConnection, Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response

TITLE = "Sign in to embedcore"
WRONG_TOKEN = "That is not the access token."  # noqa: S105  a sentence
TOO_MANY = "Too many attempts at once. Wait a few seconds and try again."
FAILED = "The sign-in did not work. Try again."
REFUSED = "Your account is not on the list of this server. Ask the person who runs it to add your e-mail address."
SIGN_IN_FIRST = "Sign in first."

_STYLE = """
:root { color-scheme: light dark; --page: #f4f6fa; --card: #fff; --text: #1d2433; --soft: #5a6477; --line: #d6dce6;
  --main: #3458b8; --warn: #fdf3d8; }
@media (prefers-color-scheme: dark) { :root { --page: #12151c; --card: #1c212b; --text: #e6e9f0; --soft: #a4adbd;
  --line: #363e4c; --main: #4870da; --warn: #3d3317; } }
* { box-sizing: border-box; }
body { margin: 0; min-height: 100vh; display: grid; place-items: center; padding: 1rem; background: var(--page);
  color: var(--text); font: 1rem/1.5 "Source Sans", system-ui, sans-serif; }
main { width: 100%; max-width: 24rem; padding: 2rem; background: var(--card); border: 1px solid var(--line);
  border-radius: .5rem; }
h1 { margin: 0 0 1rem; font-size: 1.5rem; font-weight: 600; line-height: 1.25; }
p { margin: 0 0 1rem; } .soft { color: var(--soft); font-size: .9rem; } p:last-child { margin: 0; }
.warn { padding: .6rem .8rem; background: var(--warn); border-radius: .5rem; }
label { display: block; margin-bottom: .25rem; font-size: .9rem; }
input { width: 100%; margin-bottom: 1rem; padding: .5rem .75rem; font: inherit; color: inherit; background: var(--page);
  border: 1px solid var(--line); border-radius: .5rem; }
button, .button { display: block; width: 100%; margin-bottom: 1rem; padding: .5rem; font: inherit; font-weight: 600;
  text-align: center; text-decoration: none; color: #fff; background: var(--main); border: 0; border-radius: .5rem;
  cursor: pointer; }
:focus-visible { outline: 2px solid var(--main); outline-offset: 2px; }
a { color: inherit; }
"""


def page(
    request: Request, target: str, problem: str = "", status: int = 401, providers: Mapping[str, str] | None = None
) -> Response:
    """The page for somebody who is not signed in; a line of text for a program. target: where to go afterwards.
    providers: with whom one can sign in; None: by the access token."""
    if request.method not in ("GET", "POST") or "text/html" not in request.headers.get("accept", ""):
        return PlainTextResponse(SIGN_IN_FIRST, status)
    lines = [f'<p class="warn" role="alert">{escape(problem)}</p>' if problem else ""]
    target = safe(target)
    if providers is None:
        lines += [
            f'<form method="post" action="{base()}/sign-in">',
            f'<input type="hidden" name="next" value="{escape(target)}">',
            '<label for="token">Access token</label>',
            '<input id="token" name="token" type="password" autocomplete="current-password" required autofocus>',
            '<button type="submit">Sign in</button></form>',
            '<p class="soft">Whoever runs this server has it.</p>',
        ]
    else:
        for name, title in providers.items():
            words = f"Sign in with {title}" if title else "Sign in"
            start = f"{base()}/sign-in/start?provider={quote(name)}&next={quote(target, safe='')}"
            lines.append(f'<a class="button" href="{escape(start)}">{escape(words)}</a>')
    if request.headers.get("sec-fetch-site") == "cross-site":  # a strict cookie does not come along from another site
        lines.append(f'<p class="soft">Signed in already? <a href="{escape(target)}">Open the page</a>.</p>')
    return _html(TITLE, "".join(lines), status)


def go_on(target: str) -> Response:
    """Open a page after a sign-in: from a page of ours, since a strict cookie does not come along with a redirect."""
    target = escape(safe(target))
    line = f'<p><a href="{target}">Open embedcore</a></p>'
    return _html("Signed in", line, 200, f'<meta http-equiv="refresh" content="0; url={target}">')


def without_token(request: Request) -> str:
    """The address of a request, but for an access token in it."""
    left = urlencode([(k, v) for k, v in request.query_params.multi_items() if k != "token"])
    return request.url.path + (f"?{left}" if left else "")


def _html(title: str, lines: str, status: int, head: str = "") -> Response:
    text = (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{title}</title>{head}'
        '<meta name="viewport" content="width=device-width, initial-scale=1"><meta name="robots" content="noindex">'
        f'<link rel="icon" href="data:,"><style>{_STYLE}</style></head>'
        f"<body><main><h1>{title}</h1>{lines}</main></body></html>"
    )
    return HTMLResponse(text, status, {"Cache-Control": "no-store", "Referrer-Policy": "no-referrer"})


def safe(target: str) -> str:
    """An address on this server; "/" for anything else.

    >>> [safe(t) for t in ("/map?run=1f", "//evil.example", "https://evil.example", "/\\\\evil.example", "", "map")]
    ['/map?run=1f', '/', '/', '/', '/', '/']
    """
    if not target.startswith("/") or target[1:2] in ("/", "\\") or any(not 32 < ord(c) < 127 for c in target):
        return "/"
    parts = urlsplit(target)
    ours = (f"{base()}/sign-in", f"{base()}/auth/", f"{base()}/oauth2callback")
    return target if not parts.scheme and not parts.netloc and not parts.path.startswith(ours) else "/"


def base() -> str:
    """The path below which the app answers ("" for /)."""
    path = str(st.get_option("server.baseUrlPath") or "").strip("/")
    return f"/{path}" if path else ""


def by_tls(request: HTTPConnection) -> bool:
    """Whether the browser came by https, be it to a proxy."""
    return request.url.scheme in ("https", "wss") or request.headers.get("x-forwarded-proto", "") == "https"
