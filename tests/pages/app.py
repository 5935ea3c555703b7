"""One page, run without a browser."""

from __future__ import annotations

from streamlit.testing.v1 import AppTest

from tests.shared import ROOT

PAGES = ("overview", "data", "train", "map", "duplicates", "recommend", "customers", "predict", "values", "anomalies")
PAGES += ("storage", "diagnostics")


def open_page(name: str, **query: str) -> AppTest:
    """The page of that name, drawn once, as a link with these values opens it."""
    app = AppTest.from_file(str(ROOT / "streamlit_app.py"), default_timeout=30)
    app.query_params.update(query)
    app.run()
    if name != "overview":
        app.switch_page(f"pages/{name}.py")
        app.query_params.update(query)
        app.run()
    return app


def words(app: AppTest) -> str:
    """All text of the page that a reader sees in headings, paragraphs, notices and captions."""
    blocks = [*app.title, *app.header, *app.subheader, *app.markdown, *app.text, *app.caption]
    notices = [*app.error, *app.warning, *app.info, *app.success]
    return "\n".join(str(b.value) for b in [*blocks, *notices])


def visible(app: AppTest) -> str:
    """All that a reader sees: the text without its escapes, and the words on buttons, expanders, fields and metrics."""
    labelled = [*app.button, *app.expander, *app.metric, *app.text_input, *app.number_input, *app.selectbox]
    labelled += [*app.multiselect, *app.slider, *app.toggle, *app.radio, *app.segmented_control]
    progress = [e.proto.text for e in app.get("progress")]
    downloads = [e.proto.label for e in app.get("download_button")]
    return "\n".join([words(app).replace("\\", ""), *(str(w.label) for w in labelled), *downloads, *progress])


def check(app: AppTest, first: str, *more: str) -> None:
    """No exception, no error notice, a title, and each of these texts somewhere on the page."""
    assert not app.exception, app.exception
    assert not app.error, [e.value for e in app.error]
    assert app.title, "the page has no title"
    seen = visible(app)
    for text in (first, *more):
        assert text in seen, f"“{text}” is not on the page:\n{seen}"


def in_url(app: AppTest, name: str) -> str | None:
    """A value that a link to this view would carry."""
    value = app.query_params.get(name)
    return value[0] if isinstance(value, list) else value
