"""Servers and workers killed at varied moments of import, training, storing and judging; what must be true after."""

from __future__ import annotations

import json
import multiprocessing
import random
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from pathlib import Path

import numpy as np
import psutil

from embedcore.data import Dataset, Embedding
from embedcore.jobs import Jobs
from embedcore.store import Store
from tests.crash.copies import CopyDataset, CopyRun
from tests.unit import example

RUNS = 3  # of each dataset
MOMENTS = 6  # what a server says of one dataset, and that it is ready
PATIENCE = 240.0


@dataclass
class Tally:
    """What came of the kills."""

    kills: int = 0
    acknowledged: int = 0
    lost: list[str] = field(default_factory=list)
    torn: list[str] = field(default_factory=list)
    untold: list[str] = field(default_factory=list)
    interrupted: int = 0
    slowest: float = 0.0

    def __str__(self) -> str:
        return (
            f"{self.kills} kills, {self.acknowledged} acknowledged, {len(self.lost)} lost, {len(self.torn)} torn, "
            f"{self.interrupted} interrupted and {len(self.untold)} of them not told, open again in "
            f"{self.slowest:.2f} s at most"
        )


def prepare(folder: Path, datasets: int) -> list[str]:
    """Datasets and results of trainings to copy; the hashes of the datasets."""
    hashes = []
    for n in range(datasets):
        data = example.dataset(f"Shop {n}", seed=n)
        data.save(folder / data.hash / "dataset")
        for run in range(RUNS):
            place = folder / data.hash / f"run{run}"
            facts = example.result(place, data.items, seed=n * RUNS + run)
            (place / "facts.json").write_text(json.dumps(facts))
        hashes.append(data.hash)
    return hashes


def work(folder: Path, hash: str, run: int) -> tuple[CopyDataset, CopyRun]:
    """The import of a dataset, and one of its trainings."""
    place = folder / hash
    return CopyDataset(str(place / "dataset"), hash), CopyRun(str(place / f"run{run}"), hash, f"{hash}-{run}")


def serve(home: Path, made: Path, first: int, says: Connection) -> None:
    """A server that imports, trains and stores verdicts, and says so once each is stored; until it is killed."""
    hashes = sorted(p.name for p in made.iterdir())
    store = Store.open(home)
    jobs = Jobs(store, warm=False)
    says.send("ready")
    for n in range(first, 10_000):
        hash = hashes[n % len(hashes)]
        if hash in {d.hash for d in store.datasets()}:
            says.send(f"deletes {hash}")
            store.delete_dataset(hash)
        for job in work(made, hash, n % RUNS):
            id = jobs.submit(job).id
            says.send(f"began {id}")
            jobs.wait(id, PATIENCE)
            says.send(f"{job.kind} {job.key}")
        store.set_verdicts(hash, [("p000", f"p{n}", "same")])
        says.send(f"verdict {hash} p{n}")


def kill_servers(home: Path, made: Path, kills: int, seed: int = 0) -> Tally:
    """Start it and kill it, again and again: in turn some time after each kind of moment, and look after each kill."""
    chance, tally = random.Random(seed), Tally()
    acknowledged: dict[str, set[str]] = {}
    processes = multiprocessing.get_context("forkserver")  # its imports are there already
    processes.set_forkserver_preload(["tests.crash.kills"])
    for n in range(kills):
        ours, theirs = processes.Pipe(duplex=False)
        process = processes.Process(target=serve, args=(home, made, n, theirs))
        process.start()
        theirs.close()
        lines = list(_until(ours, n % MOMENTS))
        time.sleep(chance.choice((0.0, chance.uniform(0, 0.02), chance.uniform(0, 0.3))))
        process.kill()
        lines += _until(ours)
        process.join()
        _note([line.split() for line in lines], acknowledged, tally)
        _look(home, made, acknowledged, {line.split()[1] for line in lines if line.startswith("began ")}, tally)
    return tally


def _until(says: Connection, many: int = 1_000_000) -> Iterator[str]:
    """What a server says, up to so many times or until it is gone."""
    with suppress(EOFError):
        for _ in range(many + 1):
            yield says.recv()


def _note(lines: list[list[str]], acknowledged: dict[str, set[str]], tally: Tally) -> None:
    """What the server said it has stored."""
    for what, *rest in lines:
        if what == "deletes":
            acknowledged.pop(rest[0], None)
        elif what == "copy-dataset":
            acknowledged[rest[0]] = set()
        elif what == "copy-run":
            acknowledged[rest[0].split("-")[0]].add(rest[0])
        elif what == "verdict":
            acknowledged[rest[0]].add(rest[1])
        tally.acknowledged += what in ("copy-dataset", "copy-run", "verdict")
    tally.kills += 1


def _look(home: Path, made: Path, acknowledged: dict[str, set[str]], began: set[str], tally: Tally) -> None:
    """Open the folder as the next server does: what was acknowledged is there, what is there is whole, and the work
    that was cut short is told."""
    begin = time.monotonic()
    store = Store.open(home)
    jobs = Jobs(store, warm=False)
    tally.slowest = max(tally.slowest, time.monotonic() - begin)
    try:
        told = {job.id for job in jobs.unfinished()}
        for id in began:
            job = jobs.get(id)
            if job is not None and job.state == "interrupted":
                tally.interrupted += 1
                missing = _kind_of(job.kind, job.spec, store)
                if missing and id not in told:
                    tally.untold.append(id)
        _compare(store, made, acknowledged, tally)
    finally:
        jobs.close()
        store.close()


def _kind_of(kind: str, spec: dict[str, str], store: Store) -> bool:
    """Whether work that was interrupted could be run again: its dataset is here and its result is not."""
    here = {d.hash for d in store.datasets()}
    if kind == CopyDataset.kind:
        return spec["hash"] not in here
    return spec["dataset"] in here and store.find_run(spec["key"]) is None


def _compare(store: Store, made: Path, acknowledged: dict[str, set[str]], tally: Tally) -> None:
    datasets = {d.hash for d in store.datasets()}
    for hash, inside in acknowledged.items():
        if hash not in datasets:
            tally.lost.append(hash)
            continue
        known = (
            {run.key for run in store.runs(hash)}
            | set(store.verdicts(hash)["id_b"])
            | set(store.verdicts(hash)["id_a"])
        )
        tally.lost += sorted(inside - known)
    for hash in datasets:
        if Dataset.load(store.dataset_folder(hash)).hash != hash:
            tally.torn.append(hash)
        for run in store.runs(hash):
            want = Embedding.load(made / hash / f"run{run.key.split('-')[1]}" / "embeddings")
            whole = np.array_equal(store.embedding(run.key).vectors, want.vectors) and store.graph(run.key) is not None
            if not whole or store.projections(run.key) != ["pca"]:
                tally.torn.append(run.key)
    here = {p.name for p in (store.home / "datasets").iterdir()}
    tally.torn += sorted(here - datasets)


def kill_workers(home: Path, made: Path, kills: int, seed: int = 0) -> Tally:
    """One server, whose workers are killed while they work; each job is then run again."""
    chance, tally = random.Random(seed), Tally()
    store = Store.open(home)
    jobs = Jobs(store, warm=False)
    try:
        for hash, run in _rounds(made, kills):
            for job in work(made, hash, run):
                id = jobs.submit(job).id
                if tally.kills < kills:
                    _kill_a_worker(chance)
                    tally.kills += 1
                ended = jobs.wait(id, PATIENCE)
                if ended.state == "failed":
                    tally.interrupted += 1
                    if not (ended.message and ended.hint) or id not in {j.id for j in jobs.unfinished()}:
                        tally.untold.append(id)
                    ended = jobs.wait(jobs.retry(id).id, PATIENCE)
                tally.acknowledged += ended.state == "done"
                if ended.state != "done":
                    tally.lost.append(f"{ended.state}: {ended.message}")
            _compare(store, made, {hash: {f"{hash}-{run}"}}, tally)
        left = list((home / "jobs").iterdir())
        tally.torn += [path.name for path in left]
    finally:
        jobs.close()
        store.close()
    return tally


def _rounds(made: Path, kills: int) -> Iterator[tuple[str, int]]:
    hashes = sorted(p.name for p in made.iterdir())
    for n in range((kills + 1) // 2):
        yield hashes[n % len(hashes)], n // len(hashes) % RUNS


def _kill_a_worker(chance: random.Random) -> None:
    """Some moment after the work was handed in."""
    time.sleep(chance.choice((0.0, chance.uniform(0, 0.05), chance.uniform(0, 0.6))))
    for child in psutil.Process().children():
        with suppress(psutil.Error):
            if "embedcore.jobs.worker" in child.cmdline():
                child.kill()
