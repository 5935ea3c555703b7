"""A newer run of a session keeps its page when a stopped one begins once more beside it."""

from __future__ import annotations

import inspect
import threading

from streamlit.runtime import app_session
from streamlit.runtime.pages_manager import PagesManager

from pages.web import onpage
from pages.web.onpage import OwnPage

PAGES = {
    key: {"page_script_hash": key, "page_name": name, "icon": "", "script_path": f"{name}.py", "url_pathname": name}
    for key, name in (("t", "train"), ("s", "storage"))
}


def resolved(pages: PagesManager) -> str:
    """The page that a newer run for Storage draws, when an older run for Train begins again in between."""
    found: list[str] = []
    asked, disturbed = threading.Event(), threading.Event()

    def newer() -> None:
        pages.set_script_intent("s", "")
        asked.set()
        assert disturbed.wait(10)
        page = pages.set_pages_and_resolve(PAGES, "t")
        found.append(page["page_script_hash"] if page else "")

    def older() -> None:
        assert asked.wait(10)
        pages.set_script_intent("t", "")
        disturbed.set()

    threads = [threading.Thread(target=run) for run in (newer, older)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)
    return found[0]


def test_a_newer_run_draws_the_page_that_was_clicked() -> None:
    assert resolved(OwnPage("streamlit_app.py")) == "s"


def test_without_it_the_click_is_lost() -> None:
    """When this fails, Streamlit has mended it, and `onpage` can go."""
    assert resolved(PagesManager("streamlit_app.py")) == "t"


def test_a_new_thread_sees_what_was_set_last() -> None:
    pages = OwnPage("streamlit_app.py")
    pages.set_current_page_script_hash("t")
    seen: list[str] = []
    thread = threading.Thread(target=lambda: seen.append(pages.current_page_script_hash))
    thread.start()
    thread.join(10)
    assert seen == ["t"]


def test_sessions_of_the_app_get_it() -> None:
    names = vars(app_session)
    before = names["PagesManager"]
    try:
        onpage.install()
        assert names["PagesManager"] is OwnPage
        assert "PagesManager(" in inspect.getsource(app_session.AppSession.__init__), (
            "Streamlit makes its pages elsewhere"
        )
    finally:
        names["PagesManager"] = before
