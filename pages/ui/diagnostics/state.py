"""How this server is doing, as sections of the report: numbers and words of ours only."""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import streamlit as st

from embedcore import EmbedError, logs
from embedcore.data import folders
from embedcore.diagnostics import Section, facts, recent_problems
from embedcore.jobs import QueueState
from pages.ui import services
from pages.ui.text import count, number

QUEUES = {"heavy": "Trainings and maps", "read": "Reading files"}
_FAILED = ("failed", "interrupted")


@dataclass(frozen=True)
class State:
    """What the page shows. looks: sentences about what to look at; empty when all is well. notices: of the store, shown
    on the page and only counted in the report, for they may name a file."""

    sections: tuple[Section, ...]
    problems: tuple[logs.Entry, ...]
    looks: tuple[str, ...]
    notices: tuple[str, ...]


def read() -> State:
    """The state of this server, now."""
    store, jobs = services.store(), services.jobs()
    queues, looks = jobs.states(), list[str]()
    ended = [job for job in jobs.recent(100) if job.state in _FAILED]
    rows: list[tuple[str, str]] = []
    try:
        found = store.datasets()
        rows += [("Datasets", number(len(found))), ("Embeddings", number(len(store.runs())))]
        rows.append(("Largest dataset", count(max((d.products for d in found), default=0), "product")))
        database = "answers"
    except EmbedError as e:
        database = f"does not answer ({type(e).__name__})"
        looks.append("The database does not answer.")
    rows += [("Database", database), ("Notices at the start", number(len(store.notices)))]
    kept = store.settings()
    rows.append(("Kept", f"uploads {kept.spool_days:g}, tables {kept.raw_days:g}, logs {kept.log_days:g} days"))
    rows.append(("Quota", folders.size_text(kept.quota) if kept.quota else "none"))
    rows.append(("Largest upload", f"{number(st.get_option('server.maxUploadSize'))} MB"))
    work = [(QUEUES.get(q.role, q.role), _queue(q)) for q in queues]
    work.append(("Failed or interrupted", number(len(ended))))
    places = dict.fromkeys((store.home, services.root()))  # the workspace's and the server's own
    outside = facts(*places)
    if not os.access(store.home, os.W_OK):
        looks.append("The data folder cannot be written to.")
    free = services.free()
    if free < 1_000_000_000:
        looks.append(f"The disk is nearly full: {folders.size_text(free)} are free.")
    problems = recent_problems(*places)
    fresh = [p for p in problems if p.level != "WARNING" and p.when > datetime.now(UTC) - timedelta(days=1)]
    if fresh:
        looks.append(f"{count(len(fresh), 'error')} in the logs since yesterday.")
    here = (Section("This server", tuple(rows)), Section("Work", tuple(work)))
    return State((outside[0], *here, *outside[1:]), tuple(problems), tuple(looks), store.notices)


def _queue(queue: QueueState) -> str:
    worker = f"worker holds {number(queue.megabytes)} MB" if queue.worker else "no worker started"
    return f"{'a job runs' if queue.running else 'nothing runs'}, {number(queue.waiting)} waiting, {worker}"
