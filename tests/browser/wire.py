"""Pages without a browser: what the server sends over the wire to whoever shows these cookies."""

from __future__ import annotations

import socket
from collections.abc import Callable, Mapping
from urllib.parse import urlsplit

import httpx
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import ClientConnection, connect

BROWSER = {"accept": "text/html", "sec-fetch-dest": "document"}
PATIENCE = 90.0


def browser(url: str, **cookies: str) -> httpx.Client:
    """Asks as a browser does, and keeps its cookies. Close it."""
    return httpx.Client(base_url=url, headers=BROWSER, cookies=cookies, follow_redirects=True, timeout=PATIENCE)


def stream(url: str, cookies: Mapping[str, str], proxied: str = "") -> ClientConnection | int:
    """The connection of a page, or the status with which it was refused. proxied: the name by which a proxy with TLS
    hands it on."""
    parts = urlsplit(url)
    line = "; ".join(f"{k}={v}" for k, v in cookies.items())
    try:
        return connect(
            f"ws://{proxied or parts.netloc}/_stcore/stream",
            sock=socket.create_connection((parts.hostname, parts.port)),
            origin=f"https://{proxied}" if proxied else url,  # type: ignore[arg-type]
            additional_headers={"Cookie": line} if line else {},
            subprotocols=["streamlit"],  # type: ignore[list-item]
            max_size=None,
            open_timeout=PATIENCE,
        )
    except InvalidStatus as refused:
        return refused.response.status_code


def led_away(tab: ClientConnection) -> str:
    """Where an open page is led before the server hangs up on it."""
    led = ""
    with tab:
        try:
            while True:
                data = tab.recv(PATIENCE)
                assert isinstance(data, bytes)
                led = ForwardMsg.FromString(data).auth_redirect.url or led
        except ConnectionClosed:
            return led


def drawn(
    url: str, cookies: Mapping[str, str], page: str = "", query: str = "", then: Callable[[str], object] = str
) -> str:
    """All that the server sends until a page is drawn, as text to search in. then: called with it while it is open."""
    connection = stream(url, cookies)
    assert not isinstance(connection, int), f"refused with {connection}"
    got = []
    with connection:
        ask = BackMsg()
        ask.rerun_script.query_string, ask.rerun_script.page_name = query, page
        connection.send(ask.SerializeToString())
        while True:
            data = connection.recv(PATIENCE)
            assert isinstance(data, bytes)
            got.append(data.decode("utf-8", "ignore"))
            message = ForwardMsg.FromString(data)
            if message.script_finished == ForwardMsg.FINISHED_SUCCESSFULLY and message.WhichOneof("type") == (
                "script_finished"
            ):
                then("\n".join(got))
                return "\n".join(got)
