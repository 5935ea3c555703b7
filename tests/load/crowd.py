"""Many people at once, each a websocket that speaks as Streamlit's page does: what they see, and how long it takes.

Every dataset has words of its own in its titles; whoever looks at one must see its words and nobody else's. One more
session starts a training first, so that a worker is busy all the while.
"""

from __future__ import annotations

import random
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pandas as pd
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

from embedcore import Catalogue, Dataset
from embedcore.methods import get
from embedcore.store import Store
from pages.ui.duplicates.texts import SAME
from pages.ui.texts import WRONG
from pages.ui.train.texts import start
from tests.browser.server import Server
from tests.load.tab import PATIENCE, Tab, tab
from tests.pages import shop

SHOPS = 5
PAUSE = (1.0, 5.0)  # seconds between two actions of a person
TRAINED = "autoencoder"
LOOKS = (
    "overview",
    "data",
    "map",
    "duplicates?look=alike",
    "recommend",
    "values",
    "train",
    "anomalies",
    "map?colour=kind",
    "judge",
)


@dataclass
class Seen:
    """What one crowd met. seconds: of every action. wrong: sentences."""

    seconds: list[float] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)

    @property
    def p95(self) -> float:
        """Seconds within which 95 of 100 actions were answered."""
        return float(np.quantile(self.seconds, 0.95))


def word(n: int) -> str:
    """What only the titles of one shop hold."""
    return f"zqshop{n:02d}qz"


def fill(home: Path) -> list[str]:
    """SHOPS datasets with an embedding each, and a larger one to train on; their hashes."""
    hashes = []
    for n in range(SHOPS):
        own = shop.catalogue()
        frame = own.frame.assign(name=[f"{title} {word(n)}" for title in own.frame["name"]])
        data = Dataset.build(f"Shop {n}", Catalogue(frame, own.roles), shop.lines(seed=n))
        home.mkdir(parents=True, exist_ok=True)
        hashes.append(shop.fill(home, data, "planted")["data"])
    rng = np.random.default_rng(0)
    frame = pd.DataFrame({"sku": [f"L{n}" for n in range(20_000)]}, dtype="str")
    for column in range(6):
        frame[f"kind {column}"] = [f"k{v}" for v in rng.integers(0, 40, len(frame))]
    roles = {"sku": "id"} | {f"kind {c}": "category" for c in range(6)}
    hashes.append(shop.fill(home, Dataset.build("Large", Catalogue(frame, roles)), prepared=False)["data"])
    return hashes


def look(here: Tab, page: str, query: str, press: str = "", ticked: str = "") -> list[ForwardMsg]:
    """Draw a page; with a button pressed and a box ticked where they are named by their ids."""
    wanted = BackMsg()
    wanted.rerun_script.page_name, wanted.rerun_script.query_string = page, query
    if press:
        state = wanted.rerun_script.widget_states.widgets.add()
        state.id, state.trigger_value = press, True
    if ticked:
        state = wanted.rerun_script.widget_states.widgets.add()
        state.id, state.bool_value = ticked, True
    here.stream.send(wanted.SerializeToString())
    heard: list[ForwardMsg] = []
    while True:
        heard.append(ForwardMsg())
        heard[-1].ParseFromString(bytes(here.stream.recv(timeout=PATIENCE)))
        done = heard[-1]
        # A page that asks to be drawn again ends its first run early.
        if done.WhichOneof("type") == "script_finished" and done.script_finished == ForwardMsg.FINISHED_SUCCESSFULLY:
            return heard


def button(heard: list[ForwardMsg], label: str) -> str:
    """The id of the first button of that label; "" when there is none."""
    for message in heard:
        element = message.delta.new_element
        if element.WhichOneof("type") == "button" and element.button.label == label:
            return str(element.button.id)
    return ""


def act(here: Tab, what: str, data: str) -> list[ForwardMsg]:
    """One action of a person."""
    if what != "judge":
        page, _, more = what.partition("?")
        return look(here, page, f"dataset={data[:12]}&{more}")
    query = f"dataset={data[:12]}&look=alike"
    heard = look(here, "duplicates", query)
    pressed = button(heard, SAME)
    return [*heard, *look(here, "duplicates", query, pressed)] if pressed else heard


def person(url: str, n: int, hashes: list[str], seen: Seen, actions: int, pause: tuple[float, float]) -> None:
    """One session: its actions on its own shop."""
    pick, own = random.Random(n), n % SHOPS
    with tab(url) as here:
        for step in range(actions):
            time.sleep(pick.uniform(*pause))
            what, began = LOOKS[(n + step) % len(LOOKS)], time.monotonic()
            text = b"".join(m.SerializeToString() for m in act(here, what, hashes[own]))
            seen.seconds.append(time.monotonic() - began)
            others = [word(k) for k in range(SHOPS) if k != own and word(k).encode() in text]
            if others:
                seen.wrong.append(f"session {n} saw {others} on {what}")
            if WRONG.encode() in text or b"Traceback" in text:
                seen.wrong.append(f"session {n} met an error on {what}")
            if what.startswith(("map", "duplicates", "recommend")) and word(own).encode() not in text:
                seen.wrong.append(f"session {n} did not see its own shop on {what}")


def crowd(server: Server, hashes: list[str], sessions: int, actions: int, pause: tuple[float, float] = PAUSE) -> Seen:
    """All of them at once."""
    seen = Seen()
    with ThreadPoolExecutor(sessions) as pool:
        people = [pool.submit(person, server.url, n, hashes, seen, actions, pause) for n in range(sessions)]
    for one in people:
        one.result()
    return seen


def train(server: Server, data: str) -> None:
    """Start a training and leave."""
    query = f"dataset={data[:12]}&method={TRAINED}"
    with tab(server.url) as here:
        pressed = button(look(here, "train", query), start(get(TRAINED).title))
        assert pressed, "the Train page offers no start"
        look(here, "train", query, pressed)


def judged(home: Path, hashes: list[str]) -> list[str]:
    """What is wrong with the verdicts that were stored: none may be about products of another shop, or missing."""
    store = Store.open(home)
    try:
        return [f"no verdict on shop {n}" for n in range(SHOPS) if not len(store.verdicts(hashes[n]))]
    finally:
        store.close()
