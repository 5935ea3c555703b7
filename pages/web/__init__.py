"""The server around the pages: who gets in, routes of our own, what happens at start and end.

`streamlit_app.py` hands these to `st.App`. Nothing here imports a page.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from starlette.middleware import Middleware
from starlette.routing import BaseRoute, Route

from pages.web import limits, onpage, tabs, upload
from pages.web.box import take_file as take_file
from pages.web.engines import Engine as Engine
from pages.web.engines import Engines as Engines
from pages.web.gate import Gate, refuse_to_start
from pages.web.guard import Guard
from pages.web.inside import only_people as only_people
from pages.web.inside import way_out as way_out
from pages.web.spool import TOKEN as TOKEN
from pages.web.spool import Incoming as Incoming
from pages.web.workspace import bound as bound
from pages.web.workspace import data as data
from pages.web.workspace import furnish as furnish
from pages.web.workspace import home as home
from pages.web.workspace import person as person
from pages.web.workspace import resource as resource
from pages.web.workspace import root as root

remember_tab = tabs.remember


def routes() -> list[BaseRoute]:
    """Routes beside Streamlit's own."""
    return [Route(upload.address(), upload.receive, methods=["POST"])]


def middleware() -> list[Middleware]:
    """What every request passes, outermost first."""
    refuse_to_start()
    return [Middleware(Guard), Middleware(Gate)]


@asynccontextmanager
async def lifespan(_app: Any) -> AsyncIterator[dict[str, Any]]:
    """From the server's start to its end."""
    limits.raise_descriptors()
    onpage.install()
    tabs.watch()
    yield {}
