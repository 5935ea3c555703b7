"""What import had to say, sentence by sentence."""

from __future__ import annotations

from collections.abc import Iterable

import streamlit as st

from pages.ui.text import plain

_LOUD = "CAUTION: "


def say(sentences: Iterable[str]) -> None:
    """One box a sentence; those that matter most stand out."""
    for sentence in sentences:
        if sentence.startswith(_LOUD):
            st.warning(plain(_upper(sentence)), icon=":material/warning:")
        else:
            st.info(plain(sentence), icon=":material/info:")


def _upper(sentence: str) -> str:
    text = sentence.removeprefix(_LOUD)
    return text[:1].upper() + text[1:]
