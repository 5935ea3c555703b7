"""Catalogues as people really have them, through every method that learns from columns: right, or one sentence."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields
from functools import cache

import numpy as np
import pandas as pd
import pytest

from embedcore.data import Catalogue, Dataset
from embedcore.errors import Cancelled, EmbedError, NeedsError
from embedcore.methods import REGISTRY, get
from embedcore.methods.base import Fitted, Params
from embedcore.methods.entity import net as entity_net

# Small enough for a test; the check of cooccurrence stays on, it reads the same odd tables.
QUICK = {"steps": 50, "epochs": 1, "width": 16, "hidden": 16}
TABULAR = [name for name in REGISTRY if "table" in get(name).needs]
every = pytest.mark.parametrize("name", TABULAR)

Columns = dict[str, tuple[str, object]]  # name -> (role, cells)


def dataset(n: int, columns: Columns) -> Dataset:
    frame = {"id": pd.Series([f"p{i}" for i in range(n)], dtype="str")}
    for name, (role, cells) in columns.items():
        kind = "float64" if role in ("number", "price") else "datetime64[s]" if role == "date" else "str"
        frame[name] = pd.Series(cells, dtype=kind)
    roles = {"id": "id"} | {c: role for c, (role, _) in columns.items()}
    return Dataset.build("hostile", Catalogue(pd.DataFrame(frame), roles))


def rng() -> np.random.Generator:
    return np.random.default_rng(0)


def usual(n: int) -> Columns:
    """kind decides colour and size; names say the kind."""
    kind = rng().integers(0, 4, n)
    colour = np.where(rng().random(n) < 0.9, kind, rng().integers(0, 4, n))
    return {
        "kind": ("category", [f"kind{k}" for k in kind]),
        "colour": ("category", [f"colour{c}" for c in colour]),
        "name": ("title", [f"a fine kind{k} thing" for k in kind]),
        "size": ("number", kind * 5.0 + rng().normal(size=n)),
    }


def with_gaps(n: int, share: float) -> Columns:
    out: Columns = {}
    for at, (name, (role, cells)) in enumerate(usual(n).items()):
        hide = np.random.default_rng(at).random(n) < share
        out[name] = (
            role,
            np.where(hide, np.nan, cells)
            if role == "number"
            else [None if h else c for h, c in zip(hide, cells, strict=True)],
        )  # type: ignore[call-overload]
    return out


def odd(n: int) -> Columns:
    """Numbers no computer likes, and names no file likes."""
    huge = rng().normal(size=n)
    huge[:3] = [1e300, -1e300, 1e-300]
    infinite = rng().normal(size=n)
    infinite[:2] = [np.inf, -np.inf]
    days = pd.to_datetime(["2024-01-01", "1900-01-01", "2262-04-11", None] * (n // 4 + 1))[:n]
    words = ["", " ", "a", "\u202eevil", "<b>x</b>", "😀😀", "x" * 5000, "=1+1", "NaN", "null"]
    return {
        "huge": ("number", huge),
        "infinite": ("number", infinite),
        "flag": ("number", (np.arange(n) % 2).astype(float)),
        "day": ("date", days),
        "=kind": ("category", [words[i % len(words)] for i in range(n)]),
        "名前": ("title", [f"{words[i % len(words)]} {words[i % 7]}" for i in range(n)]),
    }


TABLES: dict[str, Callable[[], Dataset]] = {
    "50 rows": lambda: dataset(50, usual(50)),
    "2 rows": lambda: dataset(2, usual(2)),
    "1 row": lambda: dataset(1, usual(1)),
    "half of the cells missing": lambda: dataset(300, with_gaps(300, 0.5)),
    "nearly all cells missing": lambda: dataset(300, with_gaps(300, 0.97)),
    "constant and empty columns": lambda: dataset(
        200,
        usual(200)
        | {
            "same": ("category", ["x"] * 200),
            "none": ("category", [None] * 200),
            "nan": ("number", [np.nan] * 200),
            "one": ("number", [1.0] * 200),
            "blank": ("text", [None] * 200),
        },
    ),
    "only constant and empty columns": lambda: dataset(
        60, {"same": ("category", ["x"] * 60), "none": ("number", [np.nan] * 60)}
    ),
    "one column of values": lambda: dataset(200, {"kind": usual(200)["kind"]}),
    "one column of numbers": lambda: dataset(200, {"size": usual(200)["size"]}),
    "one column of text": lambda: dataset(200, {"name": ("title", [f"w{i % 5} v{i % 3}" for i in range(200)])}),
    "500 columns": lambda: dataset(
        110,
        {
            f"c{i}": (
                ("number", rng().normal(size=110) + i)
                if i % 2
                else ("category", [f"v{j % (i % 7 + 2)}" for j in range(110)])
            )
            for i in range(500)
        },
    ),
    "20,000 different values": lambda: dataset(
        22_000,
        usual(22_000)
        | {
            "maker": ("brand", [f"maker {i % 20_000}" for i in range(22_000)]),
            "sku": ("category", [f"sku {i}" for i in range(22_000)]),
        },
    ),
    "odd numbers and odd names": lambda: dataset(200, odd(200)),
    "every row the same": lambda: dataset(
        60, {"a": ("category", ["x", None] * 30), "b": ("category", ["y", None] * 30)}
    ),
}


# Tables that may be too little to learn from; every other one must give vectors.
MAY_REFUSE = {
    "2 rows",
    "1 row",
    "nearly all cells missing",
    "only constant and empty columns",
    "one column of values",
    "one column of numbers",
    "one column of text",
    "every row the same",
}


@pytest.fixture(autouse=True)
def short_trainings(monkeypatch: pytest.MonkeyPatch) -> None:
    """A network that is to be good makes hundreds of steps on a small table; to meet an odd one, a few do."""
    monkeypatch.setattr(entity_net, "_FEWEST", (12, 24))


def params(name: str, **more: object) -> Params:
    method = get(name)
    known = {f.name for f in fields(method.Params)}
    values = {k: v for k, v in QUICK.items() if k in known} | more
    if "check" in known and name != "cooccurrence":
        values["check"] = False
    return method.Params.of(values)


@cache
def fitted(name: str) -> Fitted:
    return get(name).fit(dataset(300, usual(300)), params(name))


@every
@pytest.mark.parametrize("case", TABLES)
def test_a_table_gives_vectors_for_all_it_can_or_one_sentence(name: str, case: str) -> None:
    data = TABLES[case]()
    problem = None
    try:
        found = get(name).fit(data, params(name))
    except EmbedError as e:
        problem = e
    if problem is not None:
        assert case in MAY_REFUSE, problem
        assert problem.message.endswith(".")
        assert "\n" not in problem.message
        assert len(str(problem)) < 400
        return
    product = found.embeddings["product"]
    assert len(product) + found.meta["left_out"] == len(data)
    assert len(product)
    assert np.isfinite(product.vectors).all()
    assert product.vectors.dtype == np.float32
    again = found.embed(data)
    assert list(again.ids) == list(product.ids)
    np.testing.assert_allclose(again.vectors, product.vectors, atol=1e-3)
    for notice in found.meta.get("notices", ()):
        assert notice.endswith(".")
        assert "nan" not in notice
    for figure in found.meta.get("figures", ()):
        assert np.isfinite(figure["value"]), figure


@every
def test_a_hundred_thousand_rows_pass(name: str) -> None:
    n = 100_000
    kind = np.arange(n) % 20
    colours = [f"c{k % 7}" for k in kind]
    data = dataset(
        n,
        {
            "kind": ("category", [f"k{k}" for k in kind]),
            "colour": ("category", colours),
            "size": ("number", kind + rng().normal(size=n)),
        },
    )
    product = get(name).fit(data, params(name)).embeddings["product"]
    assert len(product) == n
    assert np.isfinite(product.vectors).all()


@every
def test_values_never_seen_and_columns_gone_are_read_as_missing(name: str) -> None:
    f = fitted(name)
    new = usual(12)
    odd_one = dataset(12, new | {"kind": ("category", ["never seen"] * 12), "extra": ("number", np.arange(12.0))})
    gone = dataset(12, {k: v for k, v in new.items() if k != "kind"})
    empty = dataset(12, {k: (v[0], [np.nan if v[0] == "number" else None] * 12) for k, v in new.items()})
    for data in (odd_one, gone):
        found = f.embed(data)
        assert len(found) == 12
        assert np.isfinite(found.vectors).all()
    np.testing.assert_allclose(f.embed(odd_one).vectors, f.embed(gone).vectors, atol=1e-4)
    assert len(f.embed(empty)) == 0
    assert f.embed(empty).meta["left_out"] == 12


@every
def test_kinds_of_columns_may_change_between_training_and_new_products(name: str) -> None:
    new = usual(8)
    texts = dataset(8, new | {"size": ("category", [str(x) for x in new["size"][1]])})  # type: ignore[attr-defined]
    found = fitted(name).embed(texts)
    assert len(found) == 8
    assert np.isfinite(found.vectors).all()


@every
def test_left_out_columns_are_not_looked_at(name: str) -> None:
    hidden = params(name, exclude=("size",))
    a, b = usual(200), usual(200)
    b["size"] = ("number", rng().normal(size=200))
    first, second = (get(name).fit(dataset(200, c), hidden).embeddings["product"].vectors for c in (a, b))
    np.testing.assert_array_equal(first, second)


@every
def test_all_columns_left_out_is_one_sentence(name: str) -> None:
    with pytest.raises(NeedsError):
        get(name).fit(dataset(100, usual(100)), params(name, exclude=("kind", "colour", "name", "size")))


@every
def test_stopping_at_any_moment_stops(name: str) -> None:
    data, calls = dataset(120, usual(120)), []
    get(name).fit(data, params(name), lambda step, of, loss=None, note="": calls.append(step))
    for moment in sorted({1, 2, len(calls) // 2, len(calls) - 1, len(calls)}):
        seen = 0

        def stop(step: int, of: int, loss: float | None = None, note: str = "", last: int = moment) -> None:
            nonlocal seen
            seen += 1
            if seen == last:
                raise Cancelled("Stopped.")

        with pytest.raises(Cancelled):
            get(name).fit(data, params(name), stop)


@every
def test_the_same_seed_gives_the_same_result_on_a_table_with_gaps(name: str) -> None:
    data = dataset(300, with_gaps(300, 0.3))
    first, second = (get(name).fit(data, params(name), seed=5) for _ in range(2))
    for kind, e in first.embeddings.items():
        np.testing.assert_array_equal(e.vectors, second.embeddings[kind].vectors)


def test_all_methods_of_tables_are_tried() -> None:
    assert {"cooccurrence", "pca"} <= set(TABULAR)
    assert len(TABLES) >= 12
