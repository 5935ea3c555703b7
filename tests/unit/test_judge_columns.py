"""Methods compared by hiding columns: what is told, what is chance, and what cannot be asked."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from embedcore.dataset import Catalogue, Dataset
from embedcore.errors import Cancelled, InputError, NeedsError
from embedcore.judge.columns import Report, compare
from embedcore.methods import get
from embedcore.methods.hidden import ROWS, Told, check, columns, sample, tell
from tests.methods import planted

ROLES = {"id": "id", "kind": "category", "made": "category", "size": "number", "noise": "category"}


def table(n: int = 600, seed: int = 0) -> Dataset:
    """kind decides made (90 %) and size (nearly); noise is unrelated to all."""
    rng = np.random.default_rng(seed)
    kind = rng.integers(0, 5, n)
    made = np.where(rng.random(n) < 0.9, kind, rng.integers(0, 5, n))
    frame = pd.DataFrame({
        "id": [f"p{i}" for i in range(n)],
        "kind": [f"kind {k}" for k in kind],
        "made": [f"of {m}" for m in made],
        "size": kind * 10.0 + rng.normal(0, 1, n),
        "noise": [f"n{k}" for k in rng.integers(0, 5, n)],
    })
    return Dataset.build("t", Catalogue(frame.astype(dict.fromkeys(("id", "kind", "made", "noise"), "str")), ROLES))


def both(**params: object) -> dict[str, tuple]:
    return {name: (get(name), get(name).Params.of(params)) for name in ("cooccurrence", "pca")}


def report() -> Report:
    return compare(table(), both(), folds=3)


def test_what_other_columns_determine_is_told_and_what_is_chance_is_not() -> None:
    found = report().table.set_index(["column", "method"])
    for method in ("cooccurrence", "pca"):
        assert found.loc[("kind", method), "score"] > 0.85 > 0.35 > found.loc[("kind", method), "naive"]
        assert found.loc[("size", method), "score"] > 0.85 and found.loc[("size", method), "naive"] == 0
        assert abs(found.loc[("noise", method), "gain"]) < 0.15


def test_the_same_seed_gives_the_same_report() -> None:
    pd.testing.assert_frame_equal(report().table, report().table)


def test_means_are_sorted_and_name_the_best() -> None:
    found = report()
    assert list(found.means) == sorted(found.means, reverse=True) and found.best == found.means.index[0]
    assert found.rows == 600 and found.skipped == ()


def test_a_hidden_column_is_hidden_from_the_training_and_from_new_products() -> None:
    # With nothing but the hidden column and noise, neighbours cannot know more than chance.
    data = table()
    method = get("pca")
    hidden = next(h for h in columns(data, ()) if h.column == "kind")
    rows = np.arange(600)
    told = tell(method, method.Params.of({"exclude": ("made", "size")}), data, hidden, rows[:400], rows[400:])
    assert told.kind == "category" and told.score < 0.4


def test_excluded_columns_are_not_asked_about() -> None:
    assert set(compare(table(), both(), exclude=("noise",), folds=2).table["column"]) == {"kind", "made", "size"}


def test_samples_are_small_and_narrower_where_rows_are_long() -> None:
    wide = planted.shop().catalogue
    assert wide is not None
    frame = pd.concat([pd.DataFrame({"id": [f"i{n}" for n in range(1500)]}).astype("str"),
                       pd.DataFrame(np.random.default_rng(0).normal(size=(1500, 300))).add_prefix("c")], axis=1)
    data = Dataset.build("w", Catalogue(frame, {c: "id" if c == "id" else "number" for c in frame.columns}))
    some = sample(data, (), ROWS, 0)
    assert some is not None and 100 <= len(some) < 400
    assert sample(table(60), (), ROWS, 0) is None


def test_too_small_tables_and_wrong_questions_get_a_sentence() -> None:
    with pytest.raises(NeedsError, match="too small"):
        compare(table(50), both())
    with pytest.raises(InputError, match="number of parts"):
        compare(table(), both(), folds=1)
    with pytest.raises(InputError, match="no method"):
        compare(table(), {})
    with pytest.raises(InputError, match="cannot leave out"):
        compare(table(), {"svd": (get("svd"), get("svd").Params())})


def test_comparing_can_be_stopped() -> None:
    def stop(step: int, of: int, loss: float | None = None, note: str = "") -> None:
        raise Cancelled("Stopped.")

    with pytest.raises(Cancelled):
        compare(table(), both(), progress=stop)


def test_the_check_of_a_training_gives_a_figure_a_column_beside_pca() -> None:
    method = get("cooccurrence")
    notices, figures = check(method, method.Params(), table())
    assert [f["baseline_name"] for f in figures] == ["plain PCA"] * 4 and all("held back" in f["help"] for f in figures)
    assert all("PCA" in n for n in notices)


def test_a_table_on_which_pca_is_better_says_so_first() -> None:
    from embedcore.methods.hidden import _notices

    worse, better = [Told("a", "category", 0.5, 0.4)], [Told("a", "category", 0.9, 0.4)]
    assert "PCA does better" in _notices(worse, better)[0] and not _notices(better, worse)


def test_a_method_that_cannot_run_without_a_column_is_skipped_with_the_reason() -> None:
    frame = pd.DataFrame({"id": [f"p{n}" for n in range(200)], "a": ["x", "y"] * 100,
                          "b": ["u", "u", "v", "v"] * 50}).astype("str")
    data = Dataset.build("t", Catalogue(frame, {"id": "id", "a": "category", "b": "category"}))
    found = compare(data, both(), folds=2)
    assert {m for _, m, _ in found.skipped} == {"cooccurrence"} and set(found.table["method"]) == {"pca"}
