"""A browser tab without a browser: what Streamlit's page says to the server, and hears."""

from __future__ import annotations

import http.client
import json
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import cached_property
from urllib.parse import quote, urlsplit

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.sync.client import ClientConnection, connect

PATIENCE = 120


def ask(
    url: str, path: str, method: str = "GET", body: bytes | Iterable[bytes] | None = None, **headers: str
) -> tuple[int, http.client.HTTPMessage, bytes]:
    """One request. headers: with underscores for dashes."""
    connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=PATIENCE)
    try:
        connection.request(method, path, body, {name.replace("_", "-"): value for name, value in headers.items()})
        answer = connection.getresponse()
        return answer.status, answer.headers, answer.read()
    finally:
        connection.close()


def open_stream(url: str, **more: object) -> ClientConnection:
    """The websocket of a page of this server."""
    address = url.replace("http", "ws", 1) + "/_stcore/stream"
    return connect(address, subprotocols=["streamlit"], max_size=None, **{"origin": url, **more})  # type: ignore[arg-type]


class Tab:
    """One open tab."""

    def __init__(self, url: str, stream: ClientConnection) -> None:
        self.url, self.stream = url, stream

    @cached_property
    def cookie(self) -> str:
        """What opening the app gives a browser."""
        return str(ask(self.url, "/")[1]["Set-Cookie"]).split(";")[0]

    def run(self, page: str) -> list[ForwardMsg]:
        """Draw a page; all that the server said until it was done."""
        wanted = BackMsg()
        wanted.rerun_script.page_name = page
        self.stream.send(wanted.SerializeToString())
        heard: list[ForwardMsg] = []
        while not heard or heard[-1].WhichOneof("type") != "script_finished":
            heard.append(ForwardMsg())
            heard[-1].ParseFromString(bytes(self.stream.recv(timeout=PATIENCE)))
        return heard

    def token(self) -> str:
        """What the Data page lets this tab send its catalogue with."""
        for message in self.run("data"):
            element = message.delta.new_element
            if element.WhichOneof("type") == "bidi_component" and "Catalogue" in element.bidi_component.json:
                return str(json.loads(element.bidi_component.json)["token"])
        raise AssertionError("the Data page offers no upload")

    def upload(self, name: str, body: bytes, token: str, query: str = "", **headers: str) -> tuple[int, dict[str, str]]:
        """Send a file as the page does: (status, what the server answers)."""
        own = {
            "X_Upload_Token": token,
            "X_File_Name": quote(name),
            "X_File_Size": str(len(body)),
            "Cookie": self.cookie,
            "Origin": self.url,
        }
        status, _, answer = ask(self.url, f"/upload{query}", "POST", body, **{**own, **headers})
        try:
            return status, json.loads(answer)
        except ValueError:
            return status, {"text": answer.decode()}


@contextmanager
def tab(url: str) -> Iterator[Tab]:
    """Open a tab, and close it."""
    with open_stream(url) as stream:
        yield Tab(url, stream)
