"""Uploads: straight from the browser to a file, chunk by chunk; the page only hears its name.

The page signs what may be sent (`offer`): where to, which endings, and for which open tab. The browser asks first
(`?ask`), without the bytes, because a refusal that comes while it is sending is lost on the way.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from itsdangerous import BadData, URLSafeSerializer
from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from streamlit import config
from streamlit.runtime import get_instance

from embedcore.data import folders
from embedcore.errors import EmbedError
from pages.web import secret
from pages.web.spool import Incoming, label
from pages.web.visits import PERSON
from pages.web.workspace import root

PATH = "/upload"
CLOSED_TAB = ("This page has lost its connection.", "Reload it and choose the file again.")
TOO_LARGE = "Put it into the data folder of the server, reload this page and pick it there."
BROKEN_OFF = ("The upload broke off.", "Try again.")
_PIECE = 1 << 20  # bytes written at once
_DIGITS = 15  # of a size
_STILL = 300.0  # seconds without a byte after which an upload has broken off, though its connection is open
_folders: dict[str, Path] = {}  # where uploads may go: one folder, or one for each workspace


def offer(folder: Path, session: str, endings: tuple[str, ...]) -> str:
    """A token for uploads of one open tab into a folder."""
    key = hashlib.sha256(str(folder).encode()).hexdigest()[:16]
    _folders[key] = folder
    return str(_signer().dumps({"to": key, "tab": session, "endings": endings}))


def limit() -> int:
    """Bytes that one upload may have."""
    return int(config.get_option("server.maxUploadSize")) * 1_000_000


def limit_text() -> str:
    """The same as people read it.

    >>> limit_text()
    '2 GB'
    """
    return folders.size_text(limit()).replace(".0 ", " ")


def address() -> str:
    """Where the browser sends them."""
    base = str(config.get_option("server.baseUrlPath")).strip("/")
    return f"/{base}{PATH}" if base else PATH


def too_large(size: str) -> str:
    """The sentence for a file that is larger."""
    return f"This file has {size}. Up to {limit_text()} can be uploaded."


def wrong_ending(endings: tuple[str, ...]) -> tuple[str, str]:
    """(what is wrong, what to choose) for a file that is none of these; {} stands for its name."""
    *others, last = (e.upper() for e in endings)
    return (
        "“{}” can’t be read here.",
        f"Choose a {', '.join(others)} or {last} file." if others else f"Choose a {last} file.",
    )


def _signer() -> URLSafeSerializer:
    return URLSafeSerializer(secret.key(), salt="upload")


async def receive(request: Request) -> Response:
    """POST /upload: the bytes of one file; POST /upload?ask: may I?"""
    headers = request.headers
    try:
        wanted = _signer().loads(headers.get("x-upload-token", ""))
    except BadData:
        return _no(403, *CLOSED_TAB)
    folder = _folders.get(wanted["to"])
    if folder is None or not get_instance().is_active_session(wanted["tab"]):
        return _no(403, *CLOSED_TAB)
    who = request.scope.get(PERSON)
    if who is not None and not folder.is_relative_to(root() / who.workspace):  # the token of another person's tab
        return _no(403, *CLOSED_TAB)
    name = label(unquote(headers.get("x-file-name", "")))
    size = headers.get("x-file-size", "")
    if not size.isdecimal() or len(size) > _DIGITS:
        return _no(400, *BROKEN_OFF)
    if int(size) > limit():
        return _no(413, too_large(folders.size_text(int(size))), TOO_LARGE)
    if name.rpartition(".")[2].lower() not in wanted["endings"]:
        sentence, hint = wrong_ending(tuple(wanted["endings"]))
        return _no(415, sentence.format(name), hint)
    try:
        if "ask" in request.query_params:
            with await run_in_threadpool(Incoming, folder, name, int(size)):
                return JSONResponse({})
        return await _receive(request, folder, name, int(size))
    except EmbedError as e:
        return _no(507, e.message, e.hint)
    except ClientDisconnect:
        return Response(status_code=400)  # nobody reads it any more


async def _receive(request: Request, folder: Path, name: str, size: int) -> Response:
    """Write what comes; a file that turns out longer or shorter than it said is not kept."""
    piece, got, failed = bytearray(), 0, None
    with await run_in_threadpool(Incoming, folder, name, size) as file:
        chunks = request.stream()
        while True:
            try:
                async with asyncio.timeout(_STILL):
                    chunk = await anext(chunks, None)
            except TimeoutError:
                return _no(400, *BROKEN_OFF)
            if chunk is None:
                break
            got += len(chunk)
            if got > size:
                return _no(400, *BROKEN_OFF)
            if failed is not None:  # read on: the browser hears why only when it has sent everything
                continue
            piece += chunk
            if len(piece) >= _PIECE:
                failed = await run_in_threadpool(_write, file, bytes(piece))
                piece.clear()
        if failed is None:
            failed = await run_in_threadpool(_write, file, bytes(piece))
        if failed is not None:
            raise failed
        if got != size:
            return _no(400, *BROKEN_OFF)
        return JSONResponse({"file": await run_in_threadpool(file.keep)})


def _write(file: Incoming, data: bytes) -> EmbedError | None:
    """The same as file.write; what went wrong is handed back."""
    try:
        file.write(data)
    except EmbedError as e:
        return e
    return None


def _no(status: int, message: str, hint: str = "") -> Response:
    body: dict[str, Any] = {"error": message, "hint": hint}
    return Response(json.dumps(body), status, media_type="application/json")
