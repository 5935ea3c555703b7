"""Where product pictures come from: a zip that is uploaded, or a zip or folder in the server's data folder."""

from __future__ import annotations

import time

import streamlit as st

from pages.ui import services
from pages.ui.files import sources

WHOLE = "./"  # the data folder itself, for image columns whose paths begin there
_HELP = (
    "PNG, JPEG or WebP files in a zip, named like the product ids (17.jpg; 17_1.jpg, 17_2.jpg if there are several) or "
    "as the image column of the products file says: a file name, a path inside the zip or folder, or a web address "
    "whose last part is the file name. Nothing is fetched from the web."
)


def places() -> list[str]:
    """Zips and folders in the server's data folder, folders with a slash at the end."""
    folder = services.data_folder()
    if not folder.is_dir():
        return []
    inside = sorted(p for p in folder.iterdir() if not p.name.startswith("."))
    folders = [f"{p.name}/" for p in inside if p.is_dir() and not p.is_symlink()]
    zips = [p.name for p in inside if p.is_file() and p.suffix.lower() == ".zip"]
    return [*zips, *folders, *([WHOLE] if folders else [])]


def pick() -> dict[str, str] | None:
    """What an import needs to know of the chosen pictures; None while there are none."""
    st.subheader("3 · Pictures", anchor=False)
    st.caption("One picture per product, for the screen and for learning from pictures. Optional.")
    chosen = sources.pick(
        "pictures",
        "Zip with pictures",
        _HELP,
        suffixes=("zip",),
        offered=places,
        choose="or pick a zip or folder from the server's data folder",
    )
    if chosen is None:
        return None
    spec = {"path": str(chosen.path)}
    if chosen.path.is_dir():  # its files may change while its name stays: read it anew each time
        spec["asked"] = str(time.time_ns())
    return spec
