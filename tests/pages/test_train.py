"""The Train page without a browser: what a method still lacks is said before it starts."""

from __future__ import annotations

from dataclasses import fields
from datetime import UTC, datetime
from pathlib import Path

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from embedcore import Catalogue, Dataset
from embedcore.jobs import Job, Jobs
from embedcore.methods.baskets import documents, ppmi
from embedcore.progress import FIRST
from pages.ui.texts import CHOOSE, TRAIN_A_METHOD, WHICH_PRODUCT
from pages.ui.train.methods import METHODS, job_subject
from pages.ui.train.texts import CHOOSE_TWO, COUNTED, DETAILS, FIRST_ANSWER, USE_COLUMNS, start, trained
from tests.pages.app import check, in_url, open_page, words
from tests.pages.shop import dataset, fill

START = start(METHODS["blend"].title)
TO_BLEND = {f.name: f.metadata["label"] for f in fields(METHODS["blend"].Params)}["runs"]


def opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *methods: str) -> AppTest:
    keys = fill(tmp_path / "home", dataset(), *methods, prepared=False)
    monkeypatch.setenv("EMBEDCORE_HOME", str(tmp_path / "home"))
    return open_page("train", dataset=keys["data"][:12], method="blend")


def test_a_blend_without_two_embeddings_says_to_train_others_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = opened(tmp_path, monkeypatch, "cooccurrence")
    check(app, "train other methods first")
    assert not [b for b in app.button if b.label == START]


def test_a_blend_can_be_started_once_two_embeddings_are_chosen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    app = opened(tmp_path, monkeypatch, "cooccurrence", "planted")
    check(app, CHOOSE_TWO, START)
    assert [b.disabled for b in app.button if b.label == START] == [True]
    box = next(m for m in app.multiselect if m.label == TO_BLEND)
    box.set_value(list(box.options)).run()
    check(app, START)
    assert CHOOSE_TWO not in words(app)
    assert [b.disabled for b in app.button if b.label == START] == [False]


def test_a_model_that_does_not_know_the_language_is_said_before_training(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    frame = pd.DataFrame({"id": list("abcd"), "name": ["蓝色茶杯", "红色茶杯", "蓝色毛巾", "红色毛巾"]}, dtype="str")
    cups = Dataset.build("Cups", Catalogue(frame, {"id": "id", "name": "title"}))
    keys = fill(tmp_path / "home", cups, prepared=False)
    monkeypatch.setenv("EMBEDCORE_HOME", str(tmp_path / "home"))
    app = open_page("train", dataset=keys["data"][:12], method="text")
    check(app, "Most of the text is Chinese", USE_COLUMNS, start(METHODS["text"].title))
    next(b for b in app.button if b.label == USE_COLUMNS).click().run()
    check(app, start(METHODS["cooccurrence"].title))


def training(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *states: str, shows: bool = True
) -> tuple[AppTest, dict[str, Job]]:
    """(the Train page while trainings run or wait, the jobs that it sees); running ones show a first answer."""
    data = dataset()
    keys = fill(tmp_path / "home", data, prepared=False)
    monkeypatch.setenv("EMBEDCORE_HOME", str(tmp_path / "home"))
    docs = documents.read(data, "basket", 1)
    first = ppmi.answer(docs, data.items[docs.vocabulary])
    assert first is not None
    first.save(tmp_path / "shown")
    shown = [
        Job(
            f"job{n}",
            "train",
            f"key{n}",
            f"Training {n}",
            {"dataset": keys["data"]},
            state,
            datetime.now(UTC),
            position=n,
            step=5,
            of=100,
            losses=((1, 3.0), (2, 2.0)),
        )
        for n, state in enumerate(states)
    ]
    jobs = {j.id: j for j in shown}
    monkeypatch.setattr(Jobs, "live", lambda self, *of, **spec: list(jobs.values()))
    monkeypatch.setattr(Jobs, "get", lambda self, id: jobs.get(id))
    monkeypatch.setattr(
        Jobs,
        "shown",
        lambda self, id, what: (
            tmp_path / "shown" if shows and id in jobs and what == FIRST and jobs[id].state == "running" else None
        ),
    )
    app = open_page("train", dataset=keys["data"][:12], method="product2vec")
    return app, jobs


def nearest(app: AppTest) -> list[str]:
    tables = [t.value for t in app.dataframe if "similarity" in t.value.columns]
    return [str(v) for t in tables for v in t["product"]]


def test_a_training_shows_a_first_answer_that_says_it_is_only_counted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    app, _ = training(tmp_path, monkeypatch, "running", "queued")
    check(app, FIRST_ANSWER, COUNTED)
    assert words(app).count(FIRST_ANSWER) == 1, "the one that waits has none"
    assert len(nearest(app)) == 10


def test_a_product_chosen_in_the_first_answer_stays_chosen_and_is_in_the_link(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    app, _ = training(tmp_path, monkeypatch, "running")
    before = nearest(app)
    next(t for t in app.text_input if t.label == WHICH_PRODUCT).set_value("white bowl").run()
    next(b for b in app.button if b.label == CHOOSE).click().run()
    check(app, FIRST_ANSWER)
    assert in_url(app, "item") == "p34"
    after = nearest(app)
    assert after != before
    assert "white bowl" not in after
    assert sum("bowl" in name for name in after[:4]) >= 3
    app.run()
    assert nearest(app) == after
    assert in_url(app, "item") == "p34"


def test_without_a_first_answer_a_training_looks_as_before(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    app, _ = training(tmp_path, monkeypatch, "running", shows=False)
    check(app, "Training 0")
    assert FIRST_ANSWER not in words(app)


def test_the_first_answer_is_gone_when_the_training_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    app, jobs = training(tmp_path, monkeypatch, "running")
    check(app, FIRST_ANSWER)
    jobs.clear()
    app.run()
    check(app, TRAIN_A_METHOD)
    assert FIRST_ANSWER not in words(app)


def test_the_settings_of_a_run_are_a_table_in_the_words_of_the_form(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = {"cooccurrence": {"exclude": ["maker"], "check": False}}
    keys = fill(tmp_path / "home", dataset(), "cooccurrence", params=settings, prepared=False)
    monkeypatch.setenv("EMBEDCORE_HOME", str(tmp_path / "home"))
    app = open_page("train", dataset=keys["data"][:12])
    check(app, trained(METHODS["cooccurrence"].title), DETAILS)
    table = next(t.value for t in app.table if "Setting" in t.value)
    labels = {f.name: f.metadata["label"] for f in fields(METHODS["cooccurrence"].Params)}
    shown = dict(zip(table["Setting"], table["Value"], strict=True))
    assert shown == {labels["exclude"]: "maker", labels["check"]: "no", "Seed": "0"}


def test_the_title_of_a_training_says_what_was_set_differently() -> None:
    method, data = METHODS["product2vec"], dataset()
    plain = job_subject(method, data, method.Params(), 0)
    assert plain == "product2vec on A small shop"
    some = job_subject(method, data, method.Params.of({"documents": "customer"}), 7)
    assert some == f"{plain} (Learn from: all that a customer bought, Seed: 7)"
    many = method.Params.of({"documents": "customer", "epochs": 3, "catalogue": False, "rate": 0.1})
    first_two = "Learn from: all that a customer bought, Epochs: 3"
    assert job_subject(method, data, many, 7) == f"{plain} ({first_two}, …)"
