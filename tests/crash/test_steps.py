"""kill -9 at every step to the disk of every way to save, rename, judge and delete: it is done, or not done, whole."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from embedcore.explore import Projection
from embedcore.store import Store, journal
from embedcore.store.database import Database
from tests.unit import example
from tests.unit.store.filled import add, train

KILLED = 9


@pytest.fixture(scope="module")
def stock(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with a dataset, a run and verdicts, and beside it what is to be saved."""
    folder = tmp_path_factory.mktemp("stock")
    store = Store.open(folder / "home")
    data = add(store, folder / "a")
    train(store, folder / "r", data, "run-0")
    store.set_verdicts(data, [("p000", "p001", "same"), ("p000", "p002", "different")])
    items = store.dataset(data).items
    store.close()
    example.dataset(seed=1).save(folder / "new-data")
    info = example.result(folder / "new-run", items, seed=1)
    (folder / "facts").write_text(json.dumps({"key": "run-1", "dataset": data, **info}))
    return folder


def facts(folder: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((folder / "facts").read_text())
    return found


def first(store: Store) -> str:
    return store.datasets()[-1].hash


DEEDS: dict[str, Callable[[Store, Path], object]] = {
    "import": lambda s, f: s.add_dataset(f / "new-data", "upload"),
    "train": lambda s, f: s.save_run(f / "new-run", facts(f)),
    "rename": lambda s, f: s.rename_dataset(first(s), "Winter"),
    "name a group": lambda s, f: s.rename_cluster("run-0", "kmeans", 0, "Boots"),
    "draw a map": lambda s, f: s.save_projection("run-0", Projection("umap", np.ones((14, 2), np.float32))),
    "group": lambda s, f: s.save_clusters("run-0", "kmeans-2", s.clusters("run-0", "kmeans")),
    "judge": lambda s, f: s.set_verdicts(first(s), [("p000", "p001", None), ("p000", "p003", "same")]),
    "delete a run": lambda s, f: s.delete_run("run-0"),
    "delete a dataset": lambda s, f: s.delete_dataset(first(s)),
}


def state(home: Path) -> tuple[object, str]:
    store = Store.open(home)
    try:
        runs = store.runs()
        for run in runs:
            assert len(store.embedding(run.key)) == len(store.projection(run.key, "pca")) == run.rows
        for dataset in store.datasets():
            assert store.dataset(dataset.hash).hash == dataset.hash
        seen = (
            sorted((d.hash, d.name) for d in store.datasets()),
            sorted((r.key, r.dataset) for r in runs),
            sorted((r.key, *store.projections(r.key)) for r in runs),
            sorted((r.key, c, *store.clusters(r.key, c).names) for r in runs for c in store.clusterings(r.key)),
            [store.verdicts(d.hash)[["id_b", "verdict"]].to_numpy().tolist() for d in store.datasets()],
        )
        return seen, " ".join(store.notices)
    finally:
        store.close()


def killed_at(step: int, home: Path, folder: Path, deed: Callable[[Store, Path], object]) -> int:
    """Do it in a process that dies before its n-th step to the disk; how that ended."""
    child = os.fork()
    if child:
        return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    try:
        store, steps = Store.open(home), 0

        def counted(real: Callable[..., Any]) -> Callable[..., Any]:
            def act(*args: Any, **kwargs: Any) -> Any:
                nonlocal steps
                steps += 1
                if steps == step:
                    os._exit(KILLED)
                return real(*args, **kwargs)

            return act

        for module, name in ((Path, "replace"), (Path, "rename"), (shutil, "rmtree"), (journal, "append")):
            setattr(module, name, counted(getattr(module, name)))
        Database.write = counted(Database.write)  # type: ignore[method-assign]
        deed(store, folder)
        os._exit(0)
    finally:  # a mistake of this test
        os._exit(1)


@pytest.mark.parametrize("what", DEEDS)
def test_a_kill_at_any_step_leaves_the_deed_done_or_not_done(stock: Path, tmp_path: Path, what: str) -> None:
    before, said = state(stock / "home")
    assert said == ""
    ends = []
    for step in range(1, 200):
        folder = tmp_path / str(step)
        shutil.copytree(stock, folder)
        ended = killed_at(step, folder / "home", folder, DEEDS[what])
        assert ended in (0, KILLED), step
        found, said = state(folder / "home")
        ends.append(found)
        assert not (folder / "home" / "lost").exists(), (step, said)
        assert "no files" not in said, (step, said)
        shutil.rmtree(folder)
        if ended == 0:
            break
    assert len(ends) >= 3
    after = ends[-1]
    assert after != before
    done = [found == after for found in ends]
    assert all(found in (before, after) for found in ends)
    assert done == sorted(done), "once it is done it stays done"
