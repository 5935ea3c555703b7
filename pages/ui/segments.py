"""Segments of customers, as the pages on customers and recommendations read them."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from embedcore.explore import Segment, Segments
from embedcore.jobs import FindSegments
from pages.ui import services

METHOD = "customer2vec"


@st.cache_resource(max_entries=8, show_spinner=False)
def read(folder: str) -> Segments:
    """The segments of a folder."""
    return Segments.load(Path(folder))


def of_customer(data: str, customer: str) -> Segment | None:
    """The segment of a customer in the newest embedding; None before there are segments."""
    newest = next((r.key for r in services.store().runs(data) if r.method == METHOD), None)
    folder = FindSegments(data, newest).folder(services.store()) if newest else None
    if newest is None or folder is None:
        return None
    row = services.embedding(newest, "customer").row_of.get(customer)
    found = read(str(folder))
    return None if row is None else found.segments[int(found.labels[row])]
