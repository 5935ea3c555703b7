"""Product pictures: where they come from (an uploaded zip, or a zip or folder in the data folder), what came in."""

from __future__ import annotations

import time

import pandas as pd
import streamlit as st

from embedcore import Dataset
from pages.ui import downloads, pictures, services, sources
from pages.ui.files import texts
from pages.ui.text import number

_STRIP = 10  # pictures that show what was loaded
WHOLE = "./"  # the data folder itself, for image columns whose paths begin there


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
    st.subheader(texts.PICTURES, anchor=False)
    st.caption(texts.PICTURES_ABOUT)
    chosen = sources.pick(
        "pictures",
        texts.PICTURES_FILE,
        texts.PICTURES_FORMATS,
        help=texts.PICTURES_HELP,
        suffixes=("zip",),
        offered=places,
        choose=texts.PICTURES_FOLDER,
    )
    if chosen is None:
        return None
    if chosen.uploaded:
        return {"place": chosen.place}
    state = chosen.path.stat()
    # The files of a folder may change while its name stays: read it anew each time.
    version = str(time.time_ns()) if chosen.path.is_dir() else f"{state.st_size} {state.st_mtime_ns}"
    return {"place": chosen.place, "version": version}


def loaded(dataset: Dataset) -> None:
    """How many products have a picture, a few of them, and lists of what has none or was left out."""
    images = dataset.images
    if images is None:
        return
    meta, products = images.meta, dataset.n_catalogue
    st.markdown(f"**Pictures** · {number(len(images))} of {number(products)} {texts.HAVE_PICTURE}")
    step = max(1, len(images) // _STRIP)
    rows = range(0, len(images), step)[:_STRIP]
    with st.container(horizontal=True, gap="small"):
        for item in dataset.positions(images.ids[list(rows)]):
            pictures.show(dataset, int(item), 72)
    lists = {
        texts.WITHOUT: _without(dataset),
        texts.OF_NO_PRODUCT: pd.DataFrame({"file": meta.get("unused", [])}),
        texts.UNREADABLE: pd.DataFrame(meta.get("broken", []), columns=["file", "why"]),
    }
    counts = (products - len(images), meta.get("n_unused", 0), meta.get("n_broken", 0))
    if not any(counts):
        return
    with st.expander(texts.LEFT_OUT, icon=":material/hide_image:"):
        for (title, frame), count in zip(lists.items(), counts, strict=True):
            if not count:
                continue
            st.markdown(f"**{title}**: {number(count)}")
            st.dataframe(frame.head(200), hide_index=True, width="stretch", height=min(220, 40 + 36 * len(frame)))
            if len(frame) > 5:
                downloads.table("Download the list (CSV)", frame, title.lower(), key=f"pictures:{title}")


def _without(dataset: Dataset) -> pd.DataFrame:
    images, n = dataset.images, dataset.n_catalogue
    has = images.row_of if images is not None else {}
    rows = [k for k in range(n) if str(dataset.items[k]) not in has]
    return pd.DataFrame({"id": dataset.items[rows], "product": dataset.titles[rows]})
