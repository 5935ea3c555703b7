"""Every kind of job keeps one contract: a stable key, JSON there and back, no folder of this machine, all its parts."""

from __future__ import annotations

import json
from dataclasses import dataclass, fields, replace
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from embedcore.errors import InputError, MissingError
from embedcore.jobs import (
    EmbedNew,
    FindDuplicates,
    FindErrors,
    FindSegments,
    ImportFiles,
    JobKind,
    MakeClusters,
    Map,
    MergeDuplicates,
    OpenSample,
    PrepareRecommender,
    ReadFile,
    Train,
    WriteLists,
    file_digest,
    find_place,
)
from embedcore.jobs.kinds import KINDS, from_spec
from embedcore.jobs.worker import resolve
from embedcore.store import Store

# One of each, with the key that it had when it was added: a key that changes makes people wait again.
EXAMPLES: dict[str, tuple[JobKind, str]] = {
    "read": (ReadFile("spool/1f/a.csv", "1f", "a.csv", delimiter=";", of="a.csv"), "86ef782025a2"),
    "import": (
        ImportFiles(
            "Shop", "a.csv + b.csv", {"raw": "r1", "roles": {"sku": "id"}}, {"raw": "r2", "shape": {}}, of="Shop"
        ),
        "1ff9d4ad90b5",
    ),
    "sample": (OpenSample("fashion", of="Fashion shop"), "sample:fashion:with pictures"),
    "merge": (MergeDuplicates("data", [[0, 3], [4, 5, 6]], {"4": 5}), "9a78c2b5624b"),
    "train": (Train("data", "pca", {"dimension": 8}, 1, "the-run-key", of="“PCA” on Shop"), "the-run-key"),
    "map": (Map("run"), "run:umap"),
    "cluster": (MakeClusters("run", "kmeans", k=3), 'run:{"k": 3, "method": "kmeans"}'),
    "match": (FindDuplicates("data", 3, "shop", "run"), "run:3|shop|run"),
    "anomalies": (FindErrors("data", 1, ("b", "a")), 'data:[1, "data", ["a", "b"], null, 0]'),
    "recommender": (PrepareRecommender("data", "settings"), "data:settings"),
    "lists": (
        WriteLists("data", "baskets", 10, 2),
        'data:{"dataset": "data", "k": 10, "new_only": false, "version": 2, "whom": "baskets"}',
    ),
    "segments": (FindSegments("data", "run", 5), "run:5"),
    "embed": (EmbedNew("data", "run", "raw", {"sku": "id"}), "run:7ea831173efb"),
}
REAL = sorted(name for name, cls in KINDS.items() if cls.__module__.startswith("embedcore."))


def test_there_is_an_example_of_every_kind() -> None:
    assert sorted(EXAMPLES) == REAL


@pytest.mark.parametrize("name", REAL)
def test_a_kind_keeps_its_key_and_survives_its_spec(name: str) -> None:
    work, key = EXAMPLES[name]
    assert work.kind == name
    assert work.key.startswith(key), work.key
    spec = json.loads(json.dumps(work.spec()))
    again = from_spec(name, {"key": work.key, **spec})
    assert type(again) is type(work)
    assert again.key == work.key
    assert again.title == work.title
    assert again.spec() == work.spec()
    assert "by_itself" not in spec
    assert from_spec(name, {"key": work.key, **replace(work, by_itself=True).spec()}).by_itself


@pytest.mark.parametrize("name", REAL)
def test_what_a_person_calls_it_and_who_asked_for_it_do_not_change_its_key(name: str) -> None:
    work, _ = EXAMPLES[name]
    assert replace(work, of="something else", by_itself=True).key == work.key
    assert replace(work, of="{odd} %s name").title


@pytest.mark.parametrize("name", REAL)
def test_nothing_of_this_machine_stands_in_a_key_or_a_spec(name: str) -> None:
    work, _ = EXAMPLES[name]
    assert not [f.name for f in fields(work) if "folder" in f.name or f.name in ("path", "home")]
    assert "/" not in work.key
    assert '"/' not in json.dumps(work.spec())


@pytest.mark.parametrize("name", REAL)
def test_the_task_of_a_kind_is_there(name: str) -> None:
    work, _ = EXAMPLES[name]
    assert work.task.startswith("embedcore.tasks.")
    assert callable(resolve(work.task))


@pytest.mark.parametrize("name", REAL)
def test_a_kind_that_was_never_computed_is_not_stored(name: str, store: Store) -> None:
    work, _ = EXAMPLES[name]
    assert work.stored(store) is None


@pytest.mark.parametrize("name", sorted(set(REAL) - {"sample"}))
def test_preparing_it_says_what_is_gone(name: str, store: Store) -> None:
    work, _ = EXAMPLES[name]
    if name == "read":  # the task itself says so: the file may vanish later, too
        assert work.prepare(store)["path"] == str(store.home / "spool" / "1f" / "a.csv")
        return
    with pytest.raises(MissingError) as gone:
        work.prepare(store)
    assert gone.value.hint


def parts(**changes: Any) -> dict[str, Any]:
    def stored(self: JobKind, store: Store) -> tuple[dict[str, Any], datetime] | None:
        return None

    def commit(self: JobKind, store: Store, out: Path, result: Any) -> dict[str, Any]:
        return {}

    whole = {"kind": "whole", "words": "Working", "queue": "heavy", "task": "a.b:c", "key": "k", "stored": stored}
    return {k: v for k, v in (whole | {"commit": commit} | changes).items() if v is not None}


@pytest.mark.parametrize("part", ["kind", "words", "queue", "task", "key", "stored", "commit"])
def test_a_kind_without_one_of_its_parts_is_refused_when_it_is_defined(part: str) -> None:
    with pytest.raises(TypeError, match=f"The job kind Lacking has no `{part}`"):
        type("Lacking", (JobKind,), parts(**{part: None}))
    assert "whole" not in KINDS


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"queue": "slow"}, "unknown queue “slow”"),
        ({"task": "embedcore.tasks.mapping"}, "has no `task`"),
        ({"kind": "map"}, "Two job kinds are called “map”"),
    ],
)
def test_a_kind_with_a_part_that_cannot_be_is_refused(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(TypeError, match=message):
        type("Odd", (JobKind,), parts(**changes))
    assert KINDS["map"] is Map


def test_a_key_may_be_a_field_and_a_family_is_no_kind() -> None:
    try:
        whole = dataclass(frozen=True)(type("Whole", (JobKind,), parts(key=None) | {"__annotations__": {"key": "str"}}))
        assert KINDS["whole"] is whole
    finally:
        KINDS.pop("whole", None)
    before = dict(KINDS)

    class Family(JobKind, family=True):
        pass

    assert before == KINDS


def test_a_file_counts_by_its_content_and_how_it_is_read_not_by_where_it_lies(tmp_path: Path) -> None:
    for name, text in (("a.csv", "x"), ("b.csv", "x"), ("c.csv", "y")):
        (tmp_path / name).write_text(text)
    a, b, c = (file_digest(tmp_path / name) for name in ("a.csv", "b.csv", "c.csv"))
    work = ReadFile("spool/1/a.csv", a, "a.csv", delimiter=",")
    assert work.key == ReadFile("folder/a.csv", b, "a.csv", delimiter=",").key
    assert work.key != ReadFile("spool/1/a.csv", a, "a.csv", delimiter=";").key
    assert work.key != ReadFile("spool/1/a.csv", c, "a.csv", delimiter=",").key
    with pytest.raises(MissingError):
        file_digest(tmp_path / "d.csv")


@pytest.mark.parametrize("place", ["spool/../embedcore.duckdb", "folder//etc/passwd", "logs/a.log", "/etc/passwd", ""])
def test_a_place_outside_of_the_folders_that_are_read_is_refused(place: str, tmp_path: Path) -> None:
    with pytest.raises(InputError):
        find_place(tmp_path, place)


def test_places_are_found_below_the_data_folder_and_the_folder_of_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EMBEDCORE_DATA", str(tmp_path / "offered"))
    assert find_place(tmp_path, "spool/1f/a b.csv") == tmp_path / "spool" / "1f" / "a b.csv"
    assert find_place(tmp_path, "folder/pictures/") == tmp_path / "offered" / "pictures"
    assert find_place(tmp_path, "folder/./") == tmp_path / "offered"


@pytest.mark.parametrize("settings", [{}, {"k": 12}, {"k": 12, "seed": 3}])
def test_clusters_are_named_by_what_was_asked_for(settings: dict[str, int]) -> None:
    names = {"": "kmeans", "k": "kmeans-12", "kseed": "kmeans-12-seed3"}
    assert MakeClusters("run", "kmeans", **settings).name == names["".join(settings)]
    assert MakeClusters("run", "hdbscan", min_size=30, space="map").name == "hdbscan-30-map"
    assert MakeClusters("run", "hdbscan", k=9, space="vectors", seed=3).name == "hdbscan-seed3"


def test_a_search_for_errors_has_another_key_for_all_that_changes_its_result() -> None:
    works = [FindErrors("d", 1), FindErrors("e", 1), FindErrors("d", 2), FindErrors("d", 1, ("a",))]
    works += [FindErrors("d", 1, run="run"), FindErrors("d", 1, seed=1)]
    assert len({work.key for work in works}) == len(works)
    assert FindErrors("d", 1, ("a", "b")).key == FindErrors("d", 1, ("b", "a")).key


def test_a_training_is_followed_by_its_map_for_which_nobody_asked() -> None:
    train, _ = EXAMPLES["train"]
    following = train.follows({"run": "r"})
    assert isinstance(following, Map)
    assert following.run == "r"
    assert following.by_itself
    assert following.title == "Map of “PCA” on Shop"
    assert all(work.follows({}) is None for name, (work, _) in EXAMPLES.items() if name != "train")
