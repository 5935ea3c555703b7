"""The real tasks in a real worker: files -> tables -> dataset -> vectors -> map and clusters, and the answer to a
question; then what happens when any of it is asked for again."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from embedcore import methods
from embedcore.intake import Table, guess_shape
from embedcore.jobs import ImportFiles, Job, JobKind, Jobs, MakeClusters, Map, OpenSample, ReadFile, Train, file_digest
from embedcore.store import Store

PATIENCE = 240.0  # seconds: a cold worker compiles for a minute on a busy machine


@pytest.fixture
def jobs(store: Store) -> Iterator[Jobs]:
    opened = Jobs(store, warm=False)
    yield opened
    opened.close()


def shop(folder: Path) -> tuple[Path, Path]:
    """60 products in three kinds; a basket holds products of one kind."""
    rng = np.random.default_rng(0)
    kinds = ("shoe", "shirt", "hat")
    products = pd.DataFrame(
        {
            "sku": [f"s{i}" for i in range(60)],
            "name": [f"{kinds[i % 3]} {i}" for i in range(60)],
            "category": [kinds[i % 3] for i in range(60)],
        }
    )
    lines = [{"order": f"o{b}", "sku": f"s{3 * i + b % 3}"} for b in range(600) for i in rng.choice(20, 4, False)]
    products.to_csv(folder / "products.csv", index=False)
    pd.DataFrame(lines).to_csv(folder / "orders.csv", index=False, sep=";")
    return folder / "products.csv", folder / "orders.csv"


def done(jobs: Jobs, work: JobKind) -> Job:
    job = jobs.wait(jobs.submit(work).id, PATIENCE)
    assert job.state == "done", (job.kind, job.state, job.message, job.hint)
    return job


def read(jobs: Jobs, store: Store, path: Path) -> Job:
    kept = store.home / "spool" / path.name
    path.replace(kept)
    return done(jobs, ReadFile(f"spool/{path.name}", file_digest(kept), path.name, of=path.name))


def imported(jobs: Jobs, store: Store, folder: Path) -> str:
    products, orders = (read(jobs, store, path).result["raw"] for path in shop(folder))
    orders_folder = store.raw(orders)
    assert orders_folder is not None
    shape = guess_shape(Table.load(orders_folder).frame)
    catalogue = {"raw": products, "roles": {"sku": "id", "name": "title", "category": "category"}}
    work = ImportFiles("Corner shop", "products.csv + orders.csv", catalogue, {"raw": orders, "shape": vars(shape)})
    job = done(jobs, work)
    assert jobs.submit(work).cached
    return str(job.result["dataset"])


@pytest.mark.slow
def test_from_files_to_a_named_map(jobs: Jobs, store: Store, tmp_path: Path) -> None:
    hash = imported(jobs, store, tmp_path)
    info = store.dataset_info(hash)
    assert (info.name, info.source) == ("Corner shop", "products.csv + orders.csv")
    assert (info.products, info.baskets, info.bought) == (60, 600, 60)

    method = methods.get("product2vec")
    values = {"dimension": 16, "epochs": 20, "min_count": 1}
    key = methods.run_key(hash, method, method.Params.of(values), 1)
    work = Train(hash, "product2vec", values, 1, key)
    trained = done(jobs, work)
    assert trained.result == {"run": key}
    assert len(trained.losses) > 3
    again = jobs.submit(work)
    run = store.run_info(key)
    assert again.cached
    assert again.state == "done"
    assert again.finished == run.created
    assert run.losses[-1] < run.losses[0]
    assert run.rows == 60
    assert run.seconds > 0

    embedding = store.embedding(key)
    kind = np.array([int(str(i)[1:]) % 3 for i in embedding.ids])
    near = store.graph(key).ids[:, :5]
    assert (kind[near] == kind[:, None]).mean() > 0.9, "what is bought together is close together"
    new = method.load(store.model_folder(key)).embed(store.dataset(hash))
    assert np.allclose(new.vectors[new.row("s7")], embedding.vectors[embedding.row("s7")], atol=1e-5)

    following = jobs.submit(Map(key))
    assert following.title == "Map of this dataset"
    assert following.cached or following.created < again.created, "the map was on its way by itself"
    assert jobs.wait(following.id, PATIENCE).state == "done"
    assert store.projections(key) == ["pca", "umap"]
    assert len(store.projection(key, "umap").xy) == 60

    store.rename_cluster(key, "kmeans", 0, "My favourites")
    assert jobs.submit(MakeClusters(key, "kmeans")).cached
    assert store.clusters(key, "kmeans").names[0] == "My favourites", "a given name is not made anew"
    job = done(jobs, MakeClusters(key, "kmeans", k=3))
    assert job.result == {"run": key, "name": "kmeans-3"}
    assert sorted(" ".join(store.clusters(key, "kmeans-3").names).lower().split()) == ["hat", "shirt", "shoe"]
    name = done(jobs, MakeClusters(key, "hdbscan", min_size=5)).result["name"]
    assert store.clusters(key, name).meta["space"] == "map"

    answer = jobs.ask("encode", {"model": "", "texts": ["a red shoe", "a hat"]}, timeout=PATIENCE)["vectors"]
    assert len(answer) == 2
    assert len(answer[0]) == 384
    assert sum(v * v for v in answer[0]) == pytest.approx(1, abs=1e-3)


def test_what_cannot_be_done_is_told_in_the_words_of_the_part_that_knows(jobs: Jobs, store: Store, home: Path) -> None:
    (home / "spool" / "picture.csv").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(100))
    for work in (
        ReadFile("spool/picture.csv", "1", "picture.csv"),
        ReadFile("spool/gone.csv", "2", "gone.csv"),
        ImportFiles("x", "x", {"raw": "unknown", "roles": {}}),
        OpenSample("unknown"),
        Train("unknown", "pca", {}, 0, "k"),
        Map("unknown"),
        MakeClusters("unknown", "kmeans"),
    ):
        job = jobs.wait(jobs.submit(work).id, PATIENCE)
        kind = work.kind
        assert job.state == "failed", (kind, job)
        assert job.message, kind
        assert "Something went wrong" not in job.message, (kind, job)
        assert str(home) not in job.message + job.hint, (kind, job)
    assert store.datasets() == []
    assert store.runs() == []
    assert not list((home / "raw").iterdir())
